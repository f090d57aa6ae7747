"""SLOs as objects: what they record, what they refuse, and where they lead."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml

import semantic_router_observability as sro
from manifests import from_yaml
from semantic_router_observability.alerting.burn import FAST, FAST_PAIRS, SLOW, SLOW_PAIRS, limits, slo_groups
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.links import Links, check_panel
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.contract import Contract
from semantic_router_observability.dashboards import render
from semantic_router_observability.dashboards.slos import PANEL_IDS, slos
from semantic_router_observability.prometheus.rules import RuleFile
from semantic_router_observability.rules.slo_records import BUDGET_LEFT, ERRORS, EVENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSWERS = sro.Slo(name="answers", sli=sro.Availability(), objective=0.99)
FIRST_TOKEN = sro.Slo(name="first-token", sli=sro.Latency(bound=2.5), objective=0.95, per_model={"qwen3-235b": 0.9})
OVERHEAD = sro.Slo(name="overhead", sli=sro.Latency(bound=0.1, of="routing"), objective=0.99)
ORDERS = sro.Slo(
    name="orders", sli=sro.Ratio(bad_events='shop_orders_total{status="failed"}', all_events="shop_orders_total"), objective=0.999
)
ALL = (ANSWERS, FIRST_TOKEN, OVERHEAD, ORDERS)


def rules_of(slos: Sequence[sro.Slo], facts: Facts = EVERYTHING) -> list[dict[str, Any]]:
    return [rule for group in slo_groups(slos, facts, Links()) for rule in group["rules"]]


@pytest.mark.parametrize("slo", ALL, ids=lambda slo: slo.name)
def test_every_expression_keeps_the_contract(slo: sro.Slo) -> None:
    groups = slo_groups([slo], EVERYTHING, Links())
    assert [str(finding.error()) for finding in Contract.everything().recording(groups, where=slo.name)[0]] == []
    RuleFile(name="slos", groups=tuple(groups))


def test_four_windows_and_their_limits() -> None:
    (objective,) = ANSWERS.objectives()
    assert [(pair.long, pair.short, limit) for pair, limit in limits(objective, (*FAST_PAIRS, *SLOW_PAIRS))] == [
        ("1h", "5m", 0.144),
        ("6h", "30m", 0.06),
        ("1d", "2h", 0.03),
        ("3d", "6h", 0.01),
    ]


def test_a_burn_that_would_want_more_than_everything_is_left_out() -> None:
    objective = FIRST_TOKEN.objectives()[1]
    assert [pair.burn for pair, _ in limits(objective, FAST_PAIRS)] == [6]


def test_a_model_has_its_own_objective() -> None:
    alerts = [rule for rule in rules_of([FIRST_TOKEN]) if rule.get("alert") == FAST]
    assert [alert["labels"].get("model") for alert in alerts] == [None, "qwen3-235b"]
    assert 'model=""' in alerts[0]["expr"]
    assert 'model="qwen3-235b"' in alerts[1]["expr"]
    bases = [rule["expr"] for rule in rules_of([FIRST_TOKEN]) if rule.get("record") == ERRORS]
    assert ["qwen3-235b" in base for base in bases] == [False, True]


def test_what_is_recorded_and_alerted() -> None:
    rules = rules_of([ANSWERS])
    records = [rule["record"] for rule in rules if "record" in rule]
    assert {ERRORS, EVENTS, BUDGET_LEFT} <= set(records)
    assert len(records) == len(set(records))
    assert {rule["alert"]: rule["labels"]["severity"] for rule in rules if "alert" in rule} == {FAST: "critical", SLOW: "warning"}


def test_the_count_of_events_follows_the_interval() -> None:
    (alert,) = [rule for rule in rules_of([ANSWERS], Facts(interval="30s")) if rule.get("alert") == SLOW]
    assert "* 30 >= 5" in alert["expr"]


def test_the_dashboard_shows_what_is_recorded_and_alerts_lead_to_it() -> None:
    records = {rule["record"] for rule in rules_of(ALL) if "record" in rule}
    model = json.loads(render(slos()))
    asked = set(re.findall(r"[a-z_]+:[a-z_:0-9]+", json.dumps(model["panels"])))
    assert asked
    assert asked <= records
    for alert in [rule for rule in rules_of(ALL) if "alert" in rule]:
        link = re.match(r"/d/([\w-]+)/\?viewPanel=(\d+)", alert["annotations"]["dashboard_url"])
        assert link
        uid, number = link.groups()
        assert uid == model["uid"]
        assert int(number) == PANEL_IDS["budget-used"]
        check_panel(alert["alert"], sro.Panel(uid=uid, id=int(number)))


BAD: list[tuple[dict[str, Any], str]] = [
    ({"objective": 0.5}, "objective: 0.5: write a ratio from 0.85 to below 1"),
    ({"objective": 1}, "objective: 1.0: write a ratio"),
    ({"name": "My SLO"}, "write lower-case letters, digits and '-'"),
    ({"window": "1d"}, "window: '1d': write at least 3d"),
    ({"atLeast": 0}, "write 1 or more events"),
    ({"perModel": {"a": 2}}, "per_model.a: 2.0: write a ratio"),
    ({"sli": {"type": "latency", "bound": 30}}, "bound: 30.0: write a bucket bound"),
    ({"sli": {"type": "latency", "bound": 0.1, "of": "routing"}, "perModel": {"a": 0.9}}, "before a model is selected"),
    ({"sli": {"type": "ratio", "badEvents": "rate(x[5m])", "allEvents": "x"}}, "write a counter with matchers, without rate or sum"),
    ({"sli": {"type": "ratio", "badEvents": "x{", "allEvents": "x"}}, "not PromQL"),
]


@pytest.mark.parametrize(("given", "expected"), BAD, ids=[expected[:40] for _, expected in BAD])
def test_bad_input_is_refused_in_one_line(given: dict[str, Any], expected: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refusal:
        msgspec.convert({"name": "answers", "sli": {"type": "availability"}, "objective": 0.99, **given}, sro.Slo)
    assert isinstance(refusal.value.__cause__, sro.ConfigError)
    assert expected in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_budget_needs_samples_as_old() -> None:
    with pytest.raises(sro.ConfigError, match=r"^slos\[0\].window: '14d': write at most 7d, the time samples are kept"):
        rules_of([ANSWERS], Facts(retention="7d"))


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(sro.ConfigError, match="two SLOs share this name"):
        sro.Alerts(slos=(ANSWERS, ANSWERS))


def test_settings() -> None:
    text = "slos: [{name: answers, sli: {type: availability}, objective: 0.995, perModel: {gpt-5: 0.99}}]"
    alerts = msgspec.convert(yaml.safe_load(text), sro.Alerts)
    groups = alerts.groups(EVERYTHING)["slos"]
    assert [group["name"] for group in groups] == ["slo-events", "slo-ratios", "slo-budgets", "slo-alerts"]


def test_the_dashboard_that_the_alerts_link_to_is_shipped_with_them() -> None:
    slo = "alerts: {slos: [{name: answers, sli: {type: availability}, objective: 0.99}]}"
    boards = {item["metadata"]["name"] for item in from_yaml(slo) if item["kind"] == "ConfigMap"}
    assert "grafana-dashboard-slos" in boards
    assert boards == {
        item["metadata"]["name"] for item in from_yaml(f"{slo}\ngrafana: {{optionalDashboards: [slos]}}") if item["kind"] == "ConfigMap"
    }
    assert "grafana-dashboard-slos" not in {item["metadata"]["name"] for item in from_yaml("")}
    assert not [item for item in from_yaml(f"{slo}\ngrafana: {{routerDashboards: false}}") if "dashboard-slos" in item["metadata"]["name"]]
