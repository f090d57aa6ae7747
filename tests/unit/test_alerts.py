"""The shipped alerts as objects: what they ask, where they lead, and what can be turned on them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cdk8s
import main
import msgspec
import pytest
import yaml

import semantic_router_observability as sro
from semantic_router_observability import settings_file
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.links import Links, check_panel
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.alerting.page import page
from semantic_router_observability.contract import Contract

if TYPE_CHECKING:
    from semantic_router_observability.alerting.definition import Definition

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "alerts.md"

SHIPPED = [alert for alerts in topics(EVERYTHING).values() for alert in alerts]
PER_MODEL = [alert for alert in SHIPPED if "model" in alert.by]


def by_name(name: str) -> Definition:
    return next(alert for alert in SHIPPED if alert.name == name)


def synthesize(text: str, folder: Path) -> dict[str, Any]:
    """Rules by alert, as `observability.yaml` yields them."""
    path = folder / "observability.yaml"
    path.write_text(text, encoding="utf-8")
    settings = settings_file.load(path)
    chart = cdk8s.Chart(cdk8s.App(outdir=str(folder / "out")), "observability", namespace=settings.namespace)
    main.build(chart, settings)
    (rules,) = [
        item for item in cdk8s.Testing.synth(chart) if item["kind"] == "ConfigMap" and item["metadata"]["name"] == "prometheus-rules"
    ]
    return {
        rule["alert"]: rule
        for file in (rules.get("data") or {}).values()
        for group in yaml.safe_load(file)["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }


def test_names_are_used_once() -> None:
    assert [name for name, count in Counter(alert.name for alert in SHIPPED).items() if count > 1] == []


@pytest.mark.parametrize("alert", SHIPPED, ids=lambda definition: definition.name)
@pytest.mark.parametrize("facts", [EVERYTHING, Facts(namespaces=("routing", "edge"))], ids=["everything", "two namespaces"])
def test_every_expression_keeps_the_contract(alert: Definition, facts: Facts) -> None:
    here = [entry for alerts in topics(facts).values() for entry in alerts if entry.name == alert.name]
    for definition in here:
        findings = Contract.everything().findings(definition.shape.expression(definition.tuning), where=definition.name)
        assert [str(finding.problem) for finding in findings] == []


@pytest.mark.parametrize("alert", PER_MODEL, ids=lambda definition: definition.name)
def test_expressions_with_thresholds_by_model_keep_the_contract(alert: Definition) -> None:
    tuned = alert.tuned("alerts", sro.Knobs(models={'qwen3.5 "8b"': 0.3, "gpt-5": 0.4}))
    assert Contract.everything().findings(tuned.shape.expression(tuned.tuning), where=alert.name) == []


@pytest.mark.parametrize("alert", SHIPPED, ids=lambda definition: definition.name)
def test_every_link_resolves(alert: Definition) -> None:
    if alert.panel is None:
        assert alert.service == "observability", "an alert about the router needs a panel to look at"
    else:
        check_panel(alert.name, alert.panel)
        assert alert.panel.uid in {entry.build().uid for entry in sro_dashboards()}


def sro_dashboards() -> Any:
    from semantic_router_observability.dashboards import DASHBOARDS

    return DASHBOARDS


def test_a_link_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(sro.ConfigError, match=r"^here.id: 4711: is not a panel of llm-router-metrics; it has 1, 2, "):
        check_panel("here", sro.Panel(uid="llm-router-metrics", id=4711))


@pytest.mark.parametrize("alert", SHIPPED, ids=lambda definition: definition.name)
def test_words(alert: Definition) -> None:
    rule = alert.rule()
    body = rule.body(Links(labels={"team": "platform"}))
    assert body["annotations"]["runbook_url"].endswith(f"/{alert.name}.md")
    assert {"severity", "service", "component", "team"} <= set(body["labels"])
    assert rule.description is not None
    assert rule.description.endswith(".")
    assert not rule.summary.endswith(".")
    # A label that the result does not have would leave a hole in the sentence.
    named = {text.split(" }}")[0] for text in rule.summary.split("{{ $labels.")[1:]}
    assert named <= set(alert.by)


def test_what_clients_cause_is_never_critical() -> None:
    with pytest.raises(sro.ConfigError, match="severity: 'critical': write at most warning"):
        sro.Alerts(rules={"SemanticRouterClientErrors": sro.Knobs(severity="critical")})


def test_only_absence_and_errors_and_bypassed_guards_and_a_silent_monitoring_wake_people() -> None:
    assert {alert.name for alert in SHIPPED if alert.tuning.severity == "critical"} == {
        "SemanticRouterAbsent",
        "SemanticRouterDown",
        "SemanticRouterErrors",
        "SemanticRouterErrorsAtLowTraffic",
        "GatewayBypassesRouter",
        "GatewayErrors",
        "ProbeFailing",
        "CanaryFailing",
        "PrometheusRuleFailures",
        "PrometheusStorageFilling",
        "PrometheusStoresNothing",
        "PrometheusNotificationsFailing",
        "AlertmanagerDown",
        "AlertmanagerDeliveryFailing",
    }


BAD: list[tuple[dict[str, Any], str]] = [
    ({"rules": {"SemanticRouterError": {}}}, "unknown shipped alert; did you mean SemanticRouterErrors?"),
    ({"rules": {"SemanticRouterErrors": {"threshold": 5}}}, "Alerts: rules.SemanticRouterErrors.threshold: 5.0: write a ratio above 0"),
    ({"rules": {"SemanticRouterErrors": {"bound": 5}}}, "this alert reads no histogram"),
    ({"rules": {"SemanticRouterErrors": {"models": {"a": 0.5}}}}, "this alert does not distinguish models"),
    ({"rules": {"SemanticRouterErrors": {"atLeast": 0}}}, "write 1 or more events"),
    ({"rules": {"SemanticRouterErrors": {"for": "soon"}}}, "for_: 'soon': write a Prometheus duration"),
    ({"rules": {"SemanticRouterBusy": {"atLeast": 2}}}, "this alert is not a ratio of events"),
    ({"rules": {"SemanticRouterSlowCompletions": {"bound": 30}}}, "bound: 30.0: write a bucket bound: 0.005"),
    ({"rules": {"SemanticRouterSlowCompletions": {"models": {"a": 2}}}}, "models.a: 2.0: write a ratio"),
    ({"rules": {"SemanticRouterJailbreakSurge": {"threshold": 1}}}, "write a number above 0"),
    ({"rules": {"SemanticRouterRestarting": {"threshold": -1}}}, "write 0 or more"),
    ({"own": [{"name": "Watchdog", "expr": "up", "summary": "x"}]}, "a shipped alert has this name"),
    ({"own": [{"name": "a b", "expr": "up", "summary": "x"}]}, "write letters, digits and '_'"),
    ({"own": [{"name": "A", "expr": "up", "summary": " "}]}, "say in one line what happened"),
    ({"own": [{"name": "A", "expr": "up", "summary": "x", "labels": {"severity": "page"}}]}, "remove it: severity sets it"),
    ({"own": [{"name": "A", "expr": "up", "summary": "x"}] * 2}, "two alerts share this name"),
    ({"runbookBaseUrl": "wiki"}, "write an absolute URL"),
]


@pytest.mark.parametrize(("given", "expected"), BAD, ids=[expected[:40] for _, expected in BAD])
def test_bad_input_is_refused_in_one_line(given: dict[str, Any], expected: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refusal:
        msgspec.convert(given, sro.Alerts)
    assert isinstance(refusal.value.__cause__, sro.ConfigError)
    assert expected in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_settings_turn_alerts(tmp_path: Path) -> None:
    rules = synthesize(
        """
grafana: {externalUrl: https://grafana.example.com}
alerts:
  team: search
  rules:
    SemanticRouterErrors: {threshold: 0.02, for: 2m, severity: warning}
    SemanticRouterBusy: {enabled: false}
    SemanticRouterSpendOverBudget: {threshold: 50}
    SemanticRouterSlowCompletions: {models: {qwen3-235b: 0.5}}
  own:
    - {name: CheckoutSlow, expr: 'llm_model_inflight_requests > 3', for: 0s, summary: Busy, dashboard: {uid: llm-router-metrics, id: 13}}
""",
        tmp_path,
    )
    errors = rules["SemanticRouterErrors"]
    assert errors["for"] == "2m"
    assert "> 0.02 and" in " ".join(errors["expr"].split())
    assert errors["labels"] == {"severity": "warning", "service": "semantic-router", "component": "requests", "team": "search"}
    assert errors["annotations"]["dashboard_url"].startswith("https://grafana.example.com/d/semantic-router-alerts/?viewPanel=10{{ range ")
    assert "SemanticRouterBusy" not in rules
    assert "> 50" in rules["SemanticRouterSpendOverBudget"]["expr"]
    assert 'model="qwen3-235b"' in rules["SemanticRouterSlowCompletions"]["expr"]
    assert "for" not in rules["CheckoutSlow"]
    assert rules["CheckoutSlow"]["annotations"]["dashboard_url"].split("{{")[0].endswith("/d/llm-router-metrics/?viewPanel=13")


def test_alerts_can_be_left_out(tmp_path: Path) -> None:
    assert synthesize("alerts: {enabled: false}", tmp_path) == {}


def test_a_misspelt_metric_in_an_own_alert_is_refused(tmp_path: Path) -> None:
    with pytest.raises(sro.ConfigError, match=r"alerts.own\[0\].expr: .*no metric llm_model_inflight_request;"):
        synthesize("alerts: {own: [{name: CheckoutSlow, expr: 'llm_model_inflight_request > 3', summary: Busy}]}", tmp_path)


def test_what_the_installation_lacks_is_not_watched(tmp_path: Path) -> None:
    rules = synthesize("namespace: routing", tmp_path)
    assert not any(name.startswith("Alertmanager") or "RemoteWrite" in name for name in rules)
    assert "PrometheusTargetMissing" not in rules
    assert rules["SemanticRouterAbsent"]["expr"] == 'absent(up{job="semantic-router",namespace="routing"}) and on () group(up)'


def test_the_table_of_alerts_is_fresh() -> None:
    assert page() in DOCS.read_text(encoding="utf-8"), "run: make docs"
