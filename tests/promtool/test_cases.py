"""promtool tries every alert on cases that are made from its own numbers, and the cases notice when an alert is wrong."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from harness.programs import program
from semantic_router_observability.__main__ import main
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.links import Links
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.alerting.proof import promtool
from semantic_router_observability.alerting.proof.cases import cases
from semantic_router_observability.alerting.proof.gauges import GAUGES
from semantic_router_observability.alerting.proof.proof import prove
from semantic_router_observability.alerting.proof.series import increase, line, restarted
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.alerting.shapes.promql import number
from semantic_router_observability.alerting.shapes.restarts import Restarts
from semantic_router_observability.alerting.shapes.share import Share
from semantic_router_observability.alerting.shapes.slow import Slow
from semantic_router_observability.alerting.shapes.surge import Surge
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.router.catalogue import family

if TYPE_CHECKING:
    from pathlib import Path

    from semantic_router_observability.alerting.definition import Definition
    from semantic_router_observability.alerting.knobs import Tuning

LINKS = Links(labels={"team": "platform"})
SHIPPED = [alert for alerts in topics(EVERYTHING).values() for alert in alerts]
SETS = 50

EVERY_COUNTER = {"above", "recovers", "restarts", "late-born", "two-replicas", "no-traffic", "never-bad"}
BELOW = {"below", "reset", "rolling-restart"}
EXPECTED_CASES = {
    Share: EVERY_COUNTER | BELOW | {"everything-fails-rarely"},
    Slow: EVERY_COUNTER | BELOW | {"everything-slow-rarely", "as-slow-as-ever", "new-to-prometheus", "one-failure"},
    Count: EVERY_COUNTER,
    Surge: {
        "surge",
        "restarts",
        "two-replicas",
        "first-ever",
        "new-to-prometheus",
        "below",
        "reset",
        "a-handful",
        "rolling-restart",
        "no-traffic",
    },
    Level: {"beyond", "within", "ends"},
    Restarts: {"too-often", "as-often-as-it-may", "never", "rolling-restart"},
}

ESSENTIAL = {"above", "below", "beyond", "within", "surge", "too-often", "as-often-as-it-may", "everything-fails-rarely"}
"""Names of the cases that random thresholds are tried on."""


def test_every_alert_fires_when_it_should_and_only_then(tmp_path: Path) -> None:
    outcome = prove(program("promtool"), tmp_path, SHIPPED, LINKS)
    assert outcome.agrees, outcome.output
    assert outcome.alerts == len(SHIPPED)


@pytest.mark.parametrize(
    "facts",
    [Facts(), Facts(namespaces=("routing",)), Facts(namespaces=("routing", "edge"), jobs=("vllm", "envoy"))],
    ids=["anywhere", "one namespace", "two namespaces, two jobs"],
)
def test_absence(tmp_path: Path, facts: Facts) -> None:
    absences = [
        alert for alerts in topics(facts).values() for alert in alerts if alert.name in {"SemanticRouterAbsent", "PrometheusTargetMissing"}
    ]
    outcome = prove(program("promtool"), tmp_path, absences, LINKS)
    assert outcome.agrees, outcome.output
    assert outcome.cases >= 4


@pytest.mark.parametrize("volume_bytes", [20 * 2**30, None], ids=["size known", "size unknown"])
def test_a_volume_is_as_full_as_the_kubelet_says_where_it_is_scraped(tmp_path: Path, volume_bytes: int | None) -> None:
    facts = Facts(jobs=("kubelet",), volume_bytes=volume_bytes, claim=("monitoring", "prometheus-data"))
    filling = [alert for alerts in topics(facts).values() for alert in alerts if alert.name == "PrometheusStorageFilling"]
    names = {case.name for alert in filling for case in cases(alert)}
    assert {"kubelet-beyond", "kubelet-within", "kubelet-knows-better"} <= names
    assert ("beyond" in names) == (volume_bytes is not None)
    outcome = prove(program("promtool"), tmp_path, filling, LINKS)
    assert outcome.agrees, outcome.output


def test_a_volume_of_another_claim_is_none_of_its_business(tmp_path: Path) -> None:
    facts = Facts(jobs=("kubelet",), volume_bytes=20 * 2**30, claim=("monitoring", "prometheus-data"))
    (alert,) = [alert for alerts in topics(facts).values() for alert in alerts if alert.name == "PrometheusStorageFilling"]
    (full,) = [case for case in cases(alert) if case.name == "kubelet-beyond"]
    tests = {}
    for label, value in (("namespace", "elsewhere"), ("persistentvolumeclaim", "grafana-storage")):
        series = tuple(
            replace(found, labels={**found.labels, label: value}) if found.name.startswith("kubelet_") else found for found in full.series
        )
        rule = alert.rule()
        other = [replace(full, intent="quiet", series=series, truth=lambda _: {})]
        tests[label] = ({"name": label, "rules": [rule.body(LINKS)]}, promtool.unit_tests(rule, other, LINKS, alone=True))
    agrees, output = promtool.run(program("promtool"), promtool.write(tmp_path, tests))
    assert agrees, output


@pytest.mark.parametrize("alert", SHIPPED, ids=lambda alert: alert.name)
def test_no_alert_lacks_a_case(alert: Definition) -> None:
    names = {case.name for case in cases(alert)}
    intents = {case.intent for case in cases(alert)}
    # An alert on each replica by itself has no replicas that share what is bad.
    alone = {"two-replicas"} if "pod" in alert.shape.by else set()
    assert EXPECTED_CASES.get(type(alert.shape), set()) - alone <= names
    assert intents == {"fires", "quiet"}
    if isinstance(alert.shape, Share | Slow) and alert.tuning.at_least > 1:
        assert "one-failure" in names


def test_another_prometheus_among_the_jobs_pages_nobody(tmp_path: Path) -> None:
    """On the same numbers of another job, a second Prometheus or a page that forges such names, no alert about the stack itself fires."""
    of_every_job = {"PrometheusTargetDown", "PrometheusTargetMissing", "PrometheusStoresNothing", "Watchdog"}
    tests = {}
    for alert in [alert for alert in SHIPPED if alert.service == "observability" and alert.name not in of_every_job]:
        elsewhere = [
            replace(
                case,
                intent="quiet",
                series=tuple(replace(found, labels={**found.labels, "job": f"team-{found.labels['job']}"}) for found in case.series),
                truth=lambda _: {},
            )
            for case in cases(alert)
        ]
        rule = alert.rule()
        unit_tests = promtool.unit_tests(rule, elsewhere, LINKS, alone=False)
        tests[rule.name] = ({"name": "elsewhere", "rules": [rule.body(LINKS)]}, unit_tests)
    assert len(tests) >= 15
    agrees, output = promtool.run(program("promtool"), promtool.write(tmp_path, tests))
    assert agrees, output


def test_cases_notice_what_is_wrong(tmp_path: Path) -> None:
    """Rules that are spoilt on purpose: each change must be noticed for most kinds of alert, or the cases prove nothing."""
    unnoticed: list[str] = []
    chosen = [
        "SemanticRouterErrors",
        "SemanticRouterSlowFirstToken",
        "SemanticRouterJailbreakSurge",
        "PrometheusScrapeLimitHit",
        "SemanticRouterBusy",
    ]
    for alert in [alert for alert in SHIPPED if alert.name in chosen]:
        rule = alert.rule()
        tests = promtool.unit_tests(rule, list(cases(alert)), LINKS, alone=False)
        spoilt = {
            "later": msgspec.structs.replace(rule, for_="9m"),
            "other words": msgspec.structs.replace(rule, summary=f"{rule.summary}!"),
            "other severity": msgspec.structs.replace(rule, severity="info"),
            "installations mixed": msgspec.structs.replace(rule, expr=rule.expr.replace("namespace, ", "")),
            "mute": msgspec.structs.replace(rule, expr=f"({rule.expr}) > 1e99"),
        }
        if alert.tuning.threshold:
            limit = f"> {number(alert.tuning.threshold)}"
            spoilt["higher"] = msgspec.structs.replace(rule, expr=rule.expr.replace(limit, f"> {number(alert.tuning.threshold * 1.3)}"))
            spoilt["lower"] = msgspec.structs.replace(rule, expr=rule.expr.replace(limit, f"> {number(alert.tuning.threshold * 0.6)}"))
        for change, wrong in spoilt.items():
            if wrong == rule or (alert.name == "SemanticRouterJailbreakSurge" and change in {"higher", "lower"}):
                continue
            folder = tmp_path / f"{alert.name}-{change}"
            folder.mkdir()
            files = promtool.write(folder, {rule.name: ({"name": "spoilt", "rules": [wrong.body(LINKS)]}, tests)})
            if promtool.run(program("promtool"), files)[0]:
                unnoticed.append(f"{alert.name}: {change}")
    assert unnoticed == []


def test_fifty_random_sets_of_thresholds(tmp_path: Path) -> None:
    """With any thresholds that a user sets, the rule does what it says; those with which it could never fire are refused, and they are few."""
    generator = random.Random(20260823)
    refused: list[Definition] = []
    tried: list[str] = []
    alerts: list[Definition] = []
    tunable = [alert for alert in SHIPPED if isinstance(alert.shape, Share | Slow | Count | Surge | Level | Restarts)]
    for _ in range(SETS):
        for alert in generator.sample(tunable, k=len(tunable) // 6):
            tuning = _random(alert, generator)
            alert.shape.check(alert.name, tuning)
            tuned = msgspec.structs.replace(alert, tuning=tuning)
            (alerts if _can_fire(tuned) else refused).append(tuned)
            tried.append(alert.name)
    outcome = prove(program("promtool"), tmp_path, alerts, LINKS, only=lambda case: case.name in ESSENTIAL)
    assert outcome.agrees, outcome.output[-4000:]
    assert len(refused) <= len(tried) / 50
    assert outcome.alerts == len(alerts) >= SETS * 7
    assert set(tried) == {alert.name for alert in tunable}


def _can_fire(alert: Definition) -> bool:
    try:
        promtool.unit_tests(alert.rule(), [case for case in cases(alert) if case.name in ESSENTIAL], LINKS, alone=False)
    except ConfigError as error:
        if "'for' is too long for these numbers" not in str(error):
            raise
        return False
    return True


def _random(alert: Definition, generator: random.Random) -> Tuning:
    shape, tuning = alert.shape, alert.tuning
    changes: dict[str, object] = {"for_": f"{generator.randint(1, 20)}m" if generator.random() < 0.7 else "0s"}
    if isinstance(shape, Share | Slow):
        changes |= {"threshold": round(generator.uniform(0.005, 0.95), 4), "at_least": generator.randint(1, 30)}
        if isinstance(shape, Slow):
            changes["bound"] = generator.choice(family(shape.histogram).buckets)
    elif isinstance(shape, Count):
        changes["threshold"] = float(generator.randint(0, 1000))
    elif isinstance(shape, Surge):
        changes |= {"threshold": round(generator.uniform(1.5, 20), 2), "at_least": generator.randint(5, 200)}
    elif isinstance(shape, Restarts):
        changes["threshold"] = float(generator.randint(0, 8))
    elif isinstance(shape, Level) and GAUGES[alert.name].bad is None:
        changes["threshold"] = round(generator.uniform(0.3, 0.99), 3) if shape.is_share else float(generator.randint(1, 1000))
    return msgspec.structs.replace(tuning, **changes)


def test_the_command_proves_the_settings_of_a_user(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "observability.yaml"
    settings.write_text(
        "alerts:\n  rules:\n    SemanticRouterSlowCompletions: {threshold: 0.3, models: {qwen3-235b: 0.6}, bound: 2.5}\n"
        "    SemanticRouterModelErrors: {models: {gpt-5: 0.02}, atLeast: 2, for: 1m}\n",
        encoding="utf-8",
    )
    assert main(["alerts", "test", "--config", str(settings), "--promtool", str(program("promtool"))]) == 0
    assert "behave as they should in" in capsys.readouterr().out


def test_the_command_says_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "observability.yaml"
    settings.write_text("alerts: {rules: {SemanticRouterErrors: {threshold: 2}}}", encoding="utf-8")
    assert main(["alerts", "test", "--config", str(settings)]) == 2
    assert "threshold: 2" in capsys.readouterr().err
    assert main(["alerts", "test", "--promtool", str(tmp_path / "none")]) == 2
    assert "cannot be run" in capsys.readouterr().err


def test_increase_is_what_prometheus_documents() -> None:
    steady = line((6, 20))
    assert increase(steady, 10, 5) == pytest.approx(30)
    assert increase(restarted(steady, 8), 10, 5) == pytest.approx(22.5)  # the events of the minute of the restart are lost
    assert increase(line((0, 10), (1, 5)), 11, 5) == pytest.approx(1)
    assert increase(steady, 0, 5) is None
