"""Network policies that cannot work, and the one line each is answered with. As in `test_bad_inputs.py`, the tables specify the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import semantic_router_observability as sro
from manifests import new_chart
from refusals import refusal
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RANGE = "write an address range with its length and no bits beyond it, such as 10.0.0.0/16"
LABEL = "write a name of lower-case letters, digits and '-', starting and ending with a letter or digit, at most 63 characters"
PORT = "write a port from 1 to 65535"
WHO = "workloads: [grafana], reason: tests"


def allow(more: str) -> str:
    """Settings with one connection that is allowed."""
    return f"networkPolicies: {{allowFrom: [{{{WHO}, {more}}}]}}"


IN_YAML = [
    ("networkPolicies: false", "networkPolicies: false: write a mapping, not true or false"),
    (
        "networkPolicies: {allow: []}",
        "networkPolicies: 'allow': unknown key; did you mean allowTo? accepted: allowFrom, allowTo, apiServer, dns, enabled, routerAccess",
    ),
    ("networkPolicies: {apiServer: {cidrs: [10.0.0.1/16]}}", f"networkPolicies.apiServer.cidrs: '10.0.0.1/16': {RANGE}"),
    ("networkPolicies: {apiServer: {cidrs: [10.0.0.1]}}", f"networkPolicies.apiServer.cidrs: '10.0.0.1': {RANGE}"),
    ("networkPolicies: {apiServer: {cidrs: [kubernetes.default]}}", f"networkPolicies.apiServer.cidrs: 'kubernetes.default': {RANGE}"),
    ("networkPolicies: {apiServer: {ports: [0]}}", f"networkPolicies.apiServer.ports: 0: {PORT}"),
    (
        "networkPolicies: {apiServer: {ports: []}}",
        "networkPolicies.apiServer.ports: []: Prometheus finds its targets through the API server; name at least one",
    ),
    ("networkPolicies: {dns: [{namespace: a, labels: {}}]}", "networkPolicies.dns[0].type: not given: add it; accepted: pods, addresses"),
    ("networkPolicies: {dns: [{type: pods, namespace: Kube, labels: {}}]}", f"networkPolicies.dns[0].namespace: 'Kube': {LABEL}"),
    (
        "networkPolicies: {dns: [{type: pods, namespace: a, labels: {a b: c}}]}",
        "networkPolicies.dns[0].labels: 'a b': write a Kubernetes label key such as app or example.com/team",
    ),
    (
        "networkPolicies: {dns: [{type: addresses, cidrs: []}]}",
        "networkPolicies.dns[0].cidrs: []: name at least one address range, such as 169.254.20.10/32",
    ),
    ("networkPolicies: {dns: [{type: addresses, cidrs: ['fd00::1/128'], port: 65536}]}", f"networkPolicies.dns[0].port: 65536: {PORT}"),
    (
        allow("namespace: a, cidrs: [10.0.0.0/8]"),
        "networkPolicies.allowFrom[0].cidrs: [10.0.0.0/8]: give either cidrs, or pods by namespace and labels",
    ),
    (allow("ports: [80]"), "networkPolicies.allowFrom[0].cidrs: []: give either cidrs, or pods by namespace and labels"),
    (
        allow("namespace: a, namespaceLabels: {b: c}"),
        "networkPolicies.allowFrom[0].namespaceLabels: {b: c}: namespace is given too; keep one of the two",
    ),
    (allow("namespace: a, ports: [65536]"), f"networkPolicies.allowFrom[0].ports: 65536: {PORT}"),
    (
        "networkPolicies: {allowTo: [{workloads: [], reason: tests, namespace: a}]}",
        "networkPolicies.allowTo[0].workloads: []: name at least one, such as prometheus or grafana",
    ),
    (
        "networkPolicies: {allowTo: [{workloads: [grafana], namespace: a}]}",
        "networkPolicies.allowTo[0].reason: not given: add it",
    ),
    (
        "networkPolicies: {allowTo: [{workloads: [grafana], reason: ' ', namespace: a}]}",
        "networkPolicies.allowTo[0].reason: ' ': say on one line what the connection is for",
    ),
    (
        "networkPolicies: {allowTo: [{workloads: [alertmanager], reason: tests, namespace: a}]}",
        "networkPolicies.allowTo: 'alertmanager': no workload is called this; there are prometheus, grafana",
    ),
    (
        '{prometheus: {clusterWide: true}, routers: [{namespaces: ["*"]}], networkPolicies: {routerAccess: true}}',
        "networkPolicies.routerAccess: '*': it scrapes every namespace; name those of the routers",
    ),
    ("routers: [{portNumber: 0}]", f"routers[0].portNumber: 0: {PORT}"),
]


@pytest.mark.parametrize(("text", "message"), IN_YAML)
def test_settings_are_refused_in_one_line(text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == message


class Member:
    """Something with traffic."""

    def __init__(self, **traffic: Any) -> None:
        self.traffic = [sro.Traffic(**traffic)]


def policies(*members: Any, id: str = "network", **options: Any) -> sro.NetworkPolicies:
    """Network policies of these members."""
    return sro.NetworkPolicies(new_chart(), id, members=members, **options)


POD = sro.Pods("a", {"app": "b"})

IN_PYTHON: list[tuple[Callable[[], Any], str]] = [
    (policies, "network: members: []: give at least one, such as a PrometheusStack"),
    (lambda: policies("prometheus"), "network: members: 'str': it does not say what it sends and receives; give it `traffic`"),
    (
        lambda: sro.NetworkPolicies(new_chart(), "network", members=Member(name="a", pods=POD)),  # type: ignore[arg-type]
        "network: members: Member: write a list, even of one",
    ),
    (
        lambda: policies(Member(name="a", pods=sro.Pods("a"))),
        "network: members: 'a': its traffic names no labels or no namespace, so pods outside the stack would be isolated too",
    ),
    (
        lambda: policies(Member(name="a", pods=sro.Pods(None, {"app": "b"}))),
        "network: members: 'a': its traffic names no labels or no namespace, so pods outside the stack would be isolated too",
    ),
    (
        lambda: policies(Member(name="a", pods=POD), Member(name="a", pods=sro.Pods("a", {"app": "c"}))),
        "network: members: 'a/a': two workloads share this name; rename one",
    ),
    (
        lambda: policies(Member(name="a", pods=POD), id="network-of-the-observability"),
        f"NetworkPolicies: id: 'network-of-the-observability': {LABEL.replace('63', '20')}",
    ),
    (
        lambda: policies(Member(name="a", pods=POD), allow_from=[sro.AllowedConnection(workloads=("b",), reason="c", namespace="d")]),
        "network: allow_from: 'b': no workload is called this; there are a",
    ),
    (
        lambda: policies(Member(name="a", pods=POD), dns=sro.DnsAddresses(cidrs=("10.0.0.0/8",))),
        "network: dns: DnsAddresses: write a list, even of one",
    ),
    (
        lambda: sro.AllowedConnection(workloads="prometheus", reason="c", namespace="d"),  # type: ignore[arg-type]
        "AllowedConnection: workloads: 'prometheus': write a list, even of one",
    ),
]


@pytest.mark.parametrize(("make", "message"), IN_PYTHON)
def test_arguments_are_refused_in_one_line(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        make()
    assert str(refusal.value) == message
