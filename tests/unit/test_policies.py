"""The reading of NetworkPolicies that other tests rely on, on cases from their specification."""

from __future__ import annotations

from typing import Any

import pytest

from policies import Host, Network, Pod, matches

WEB = Pod("web", "shop", {"app": "web"}, "10.0.1.1")
DATABASE = Pod("db", "shop", {"app": "db"}, "10.0.1.2")
STRANGER = Pod("web", "other", {"app": "web"}, "10.0.2.1")
OUTSIDE = Host("203.0.113.9")


def policy(selector: Any, *, namespace: str = "shop", **spec: Any) -> Any:
    """A NetworkPolicy."""
    return {"metadata": {"namespace": namespace}, "spec": {"podSelector": selector, **spec}}


def network(*policies: Any, **options: Any) -> Network:
    """A cluster with these policies."""
    return Network(policies, **options)


DB = {"matchLabels": {"app": "db"}}
FROM_WEB = [{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 5432}]}]


def test_pods_that_no_policy_selects_talk_to_everybody() -> None:
    free = network(policy(DB, namespace="other"))
    assert free.allows(WEB, DATABASE, 5432)
    assert free.allows(OUTSIDE, DATABASE, 5432)
    assert free.allows(DATABASE, OUTSIDE, 443)


def test_a_selected_pod_is_shut_but_for_what_is_listed() -> None:
    shut = network(policy(DB, ingress=FROM_WEB))
    assert shut.allows(WEB, DATABASE, 5432)
    assert not shut.allows(WEB, DATABASE, 5433)
    assert not shut.allows(WEB, DATABASE, 5432, "UDP")
    assert not shut.allows(STRANGER, DATABASE, 5432), "without a namespaceSelector, pods of the policy's own namespace are meant"
    assert not shut.allows(OUTSIDE, DATABASE, 5432)
    assert shut.allows(DATABASE, OUTSIDE, 443), "only Ingress is its type"


def test_types_alone_shut_both_ways() -> None:
    shut = network(policy({}, policyTypes=["Ingress", "Egress"]))
    assert not shut.allows(WEB, DATABASE, 5432)
    assert not shut.allows(WEB, OUTSIDE, 443)
    assert shut.allows(WEB, WEB, 80), "a pod cannot be kept from itself"
    assert shut.allows(STRANGER, OUTSIDE, 443)


def test_egress_is_a_type_by_itself_where_rules_are_given() -> None:
    assert not network(policy({}, egress=[{"ports": [{"port": 53, "protocol": "UDP"}]}])).allows(WEB, OUTSIDE, 443)
    assert network(policy({}, egress=[{"ports": [{"port": 53, "protocol": "UDP"}]}])).allows(WEB, OUTSIDE, 53, "UDP")


def test_both_sides_have_to_agree() -> None:
    both = network(policy(DB, ingress=FROM_WEB), policy({"matchLabels": {"app": "web"}}, policyTypes=["Egress"]))
    assert not both.allows(WEB, DATABASE, 5432)


def test_policies_add_up() -> None:
    both = network(policy(DB, ingress=FROM_WEB), policy(DB, ingress=[{"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}]))
    assert both.allows(WEB, DATABASE, 5432)
    assert both.allows(OUTSIDE, DATABASE, 22)


def test_an_empty_rule_is_everything() -> None:
    assert network(policy(DB, ingress=[{}])).allows(STRANGER, DATABASE, 1)


def test_selectors_of_namespace_and_pod_in_one_peer_both_count() -> None:
    named = {"matchLabels": {"kubernetes.io/metadata.name": "other"}}
    both = network(policy(DB, ingress=[{"from": [{"namespaceSelector": named, "podSelector": {"matchLabels": {"app": "web"}}}]}]))
    assert both.allows(STRANGER, DATABASE, 1)
    assert not both.allows(WEB, DATABASE, 1)
    labelled = [{"from": [{"namespaceSelector": {"matchLabels": {"team": "a"}}}]}]
    assert network(policy(DB, ingress=labelled), namespace_labels={"other": {"team": "a"}}).allows(STRANGER, DATABASE, 1)
    assert not network(policy(DB, ingress=labelled)).allows(STRANGER, DATABASE, 1)


def test_address_ranges() -> None:
    rules = [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["203.0.113.0/24"]}}]}]
    assert not network(policy({}, egress=rules)).allows(WEB, OUTSIDE, 443)
    assert network(policy({}, egress=rules)).allows(WEB, Host("198.51.100.1"), 443)
    assert not network(policy({}, egress=rules)).allows(WEB, Host("2001:db8::1"), 443)
    assert not network(policy({}, egress=rules)).allows(WEB, STRANGER, 443)
    assert network(policy({}, egress=rules), ranges_hold_pods=True).allows(WEB, STRANGER, 443)


def test_ranges_of_ports() -> None:
    rules = network(policy(DB, ingress=[{"ports": [{"port": 9000, "endPort": 9010}]}]))
    assert [rules.allows(WEB, DATABASE, port) for port in (8999, 9000, 9010, 9011)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("operator", "values", "chosen"),
    [("In", ["a"], [True, False, False]), ("NotIn", ["a"], [False, True, True]), ("Exists", [], [True, True, False])],
)
def test_expressions(operator: str, values: list[str], chosen: list[bool]) -> None:
    selector = {"matchExpressions": [{"key": "x", "operator": operator, "values": values}]}
    assert [matches(selector, labels) for labels in ({"x": "a"}, {"x": "b"}, {})] == chosen
    assert matches({"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}, {})


def test_what_it_does_not_know_it_says() -> None:
    with pytest.raises(ValueError, match="Near"):
        matches({"matchExpressions": [{"key": "x", "operator": "Near"}]}, {})
    with pytest.raises(ValueError, match="matchFields"):
        matches({"matchFields": []}, {})
