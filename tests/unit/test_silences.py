"""Silences of the settings, as the real Prometheus evaluates them and the real Alertmanager follows them."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from harness.programs import program
from manifests import find, from_yaml, new_chart, objects_of
from refusals import refusal
from semantic_router_observability.effects.changes import compare
from semantic_router_observability.errors import ConfigError
from simulation.notified import alertmanager, inhibited

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

RECEIVERS = "receivers: [{type: webhook, name: people, url: 'https://people.example.com/'}]"


def settings(silence: str) -> str:
    return f"alertmanager: {{{RECEIVERS}, silences: [{silence}]}}"


def rules(objects: list[Object]) -> Any:
    """The file with the silences that Prometheus evaluates."""
    (text,) = [text for name, text in find(objects, "ConfigMap", "prometheus-rules")["data"].items() if "silences" in name]
    return yaml.safe_load(text)


def test_without_silences_there_is_neither_rule_nor_route() -> None:
    objects = from_yaml(f"alertmanager: {{{RECEIVERS}}}")
    assert not [name for name in find(objects, "ConfigMap", "prometheus-rules")["data"] if "silences" in name]
    assert "AlertsSilenced" not in find(objects, "ConfigMap", "alertmanager-config")["data"]["alertmanager.yml"]


def test_it_lasts_from_its_start_to_its_end(tmp_path: Path) -> None:
    """Time starts at 1970 in promtool."""
    written = rules(
        from_yaml(
            settings(
                "{name: work, matchers: ['namespace=routing'], startsAt: '1970-01-01T02:00:00+01:00', endsAt: '1970-01-01T02:00:00Z', "
                "comment: 'Nodes {{ are }} replaced'}"
            )
        )
    )
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(written))
    fires = {
        "exp_labels": {"severity": "info", "silence": "work"},
        "exp_annotations": {
            "summary": 'Alerts with namespace="routing" notify nobody until 1970-01-01T02:00:00Z',
            "description": "Nodes {{ are }} replaced",
        },
    }
    cases = [("59m", []), ("60m", [fires]), ("119m", [fires]), ("120m", [])]
    tested = {
        "rule_files": ["rules.yaml"],
        "tests": [{"alert_rule_test": [{"eval_time": at, "alertname": "AlertsSilenced", "exp_alerts": alerts} for at, alerts in cases]}],
    }
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(tested))
    done = subprocess.run(
        [program("promtool"), "test", "rules", tmp_path / "test.yaml"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def alert(**labels: str) -> frozenset[tuple[str, str]]:
    return frozenset(labels.items())


def test_alertmanager_notifies_nobody_of_what_matches(tmp_path: Path) -> None:
    """Those that match one of two silences that last are inhibited; the heartbeat and a silence that is over hold nothing back."""
    kinds = ("everything", "severity=~.*"), ("team-search", "team=search"), ("over", "team=ads")
    silences = [sro.Silence(name=name, matchers=(matcher,), ends_at="2026-12-25T02:00:00Z", comment="planned") for name, matcher in kinds]
    matching = alert(alertname="SearchSlow", team="search", severity="critical")
    firing = {
        alert(alertname="AlertsSilenced", silence="team-search", severity="info"),
        alert(alertname="Watchdog", severity="none", team="search"),
        alert(alertname="AdsSlow", team="ads", severity="critical"),
        matching,
    }
    with alertmanager(program("alertmanager"), tmp_path, silences=silences) as url:
        assert inhibited(url, [frozenset(firing)]) == {frozenset(firing): {matching}}
    with alertmanager(program("alertmanager"), tmp_path / "everything", silences=silences) as url:
        everything = frozenset({*firing, alert(alertname="AlertsSilenced", silence="everything", severity="info")})
        (held,) = inhibited(url, [everything]).values()
        assert {dict(labels)["alertname"] for labels in held} == {"SearchSlow", "AdsSlow"}


def test_the_heartbeat_of_another_name_is_left_out_too() -> None:
    objects = from_yaml(
        f"alertmanager: {{{RECEIVERS}, deadManSwitch: {{alert: Heartbeat, url: {{secret: a, key: b}}}}, "
        "silences: [{name: work, matchers: ['a=b'], endsAt: '2026-12-25T02:00Z', comment: planned}]}"
    )
    config = yaml.safe_load(find(objects, "ConfigMap", "alertmanager-config")["data"]["alertmanager.yml"])
    (rule,) = [rule for rule in config["inhibit_rules"] if 'silence="work"' in rule["source_matchers"]]
    assert rule["target_matchers"] == ['a="b"', 'alertname!="AlertsSilenced"', 'alertname!="Heartbeat"', 'alertname!="Watchdog"']
    assert {"receiver": "nobody", "matchers": ['alertname="AlertsSilenced"']} in config["route"]["routes"][:3]


def test_each_replica_and_each_prometheus_of_an_alertmanager_evaluates_them() -> None:
    chart = new_chart()
    silence = sro.Silence(name="work", matchers=("a=b",), ends_at="2026-12-25T02:00:00Z", comment="planned")
    first = sro.AlertmanagerStack(chart, "first", receivers=[sro.Webhook(name="people", url="https://a.example.com/")], silences=[silence])
    second = sro.AlertmanagerStack(
        chart, "second", receivers=[sro.Webhook(name="people", url="https://b.example.com/")], silences=[silence]
    )
    sro.PrometheusStack(chart, "prometheus", alertmanagers=[first, second])
    assert [group["name"] for group in rules(objects_of(chart))["groups"]] == ["silences-first", "silences-second"]


def test_a_review_shows_whom_a_silence_keeps_quiet() -> None:
    without = from_yaml(f"alertmanager: {{{RECEIVERS}}}")
    silenced = from_yaml(settings("{name: work, matchers: ['team=search'], endsAt: '2026-12-25T02:00:00Z', comment: planned}"))
    (effect,) = [effect for effect in compare(without, silenced).effects if effect.kind == "alerts"]
    assert effect.text == (
        'alerts with team="search", alertname!="AlertsSilenced", alertname!="Watchdog" no longer notify while one with '
        'alertname="AlertsSilenced", silence="work" fires'
    )
    assert not [effect for effect in compare(silenced, without).effects if effect.kind == "alerts"]


def test_a_review_reads_inhibitions_in_every_notation() -> None:
    def of(*rules: dict[str, Any]) -> list[Object]:
        text = yaml.safe_dump({"route": {"receiver": "people"}, "inhibit_rules": list(rules)})
        return [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "by-hand"}, "data": {"alertmanager.yml": text}}]

    old = {"source_match": {"alertname": "Down"}, "target_match_re": {"team": "a|b"}}
    effects = compare(of(), of(old, {"source_matchers": ["a=b"], "target_matchers": ["c=d", "e=f"]})).effects
    assert [effect.text for effect in effects if effect.kind == "alerts"] == [
        'alerts with team=~"a|b" no longer notify while one with alertname="Down" fires',
        "alerts with c=d, e=f no longer notify while one with a=b fires",
    ]


TIME = 'write date, time and zone, in quotes, such as "2026-12-24T22:00:00Z" or "2026-12-24T23:00:00+01:00"'


@pytest.mark.parametrize(
    ("silence", "message"),
    [
        ("{name: a, endsAt: '2026-12-25T02:00:00Z', comment: b}", "alertmanager.silences[0].matchers: not given: add it"),
        ("{name: a, matchers: ['b=c'], comment: b}", "alertmanager.silences[0].endsAt: not given: add it"),
        ("{name: a, matchers: ['b=c'], endsAt: '2026-12-25T02:00:00Z'}", "alertmanager.silences[0].comment: not given: add it"),
        (
            "{name: a, matchers: [], endsAt: '2026-12-25T02:00:00Z', comment: b}",
            'alertmanager.silences[0].matchers: []: give at least one condition, such as severity!="critical"; without any, it would be every alert',
        ),
        ("{name: a, matchers: ['b'], endsAt: '2026-12-25T02:00:00Z', comment: b}", "alertmanager.silences[0].matchers: 'b': write a label"),
        ("{name: a, matchers: ['b=c'], endsAt: '2026-12-25', comment: b}", f"alertmanager.silences[0].endsAt: '2026-12-25': {TIME}"),
        ("{name: a, matchers: ['b=c'], endsAt: '2026-12-25T02:00:00', comment: b}", f"'2026-12-25T02:00:00': {TIME}"),
        ("{name: a, matchers: ['b=c'], endsAt: '2026-02-30T02:00:00Z', comment: b}", f"'2026-02-30T02:00:00Z': {TIME}"),
        ("{name: a, matchers: ['b=c'], endsAt: 2026-12-25T02:00:00Z, comment: b}", "write text, not a time; in quotes it is text"),
        (
            "{name: a, matchers: ['b=c'], startsAt: '2026-12-25T02:00:00Z', endsAt: '2026-12-25T03:00:00+01:00', comment: b}",
            "endsAt: '2026-12-25T03:00:00+01:00': write a time after startsAt, 2026-12-25T02:00:00Z",
        ),
        ("{name: a, matchers: ['b=c'], endsAt: '2026-12-25T02:00:00Z', comment: ' '}", "comment: ' ': write why nobody is to be notified"),
        ("{name: 'a b', matchers: ['b=c'], endsAt: '2026-12-25T02:00:00Z', comment: b}", "alertmanager.silences[0].name: 'a b'"),
        (
            ", ".join(2 * ["{name: a, matchers: ['b=c'], endsAt: '2026-12-25T02:00:00Z', comment: b}"]),
            "alertmanager.silences: 'a': two silences share this name; rename one",
        ),
    ],
)
def test_refusals(silence: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert message in refusal(settings(silence), tmp_path, capsys)


def test_python_callers_read_their_own_names() -> None:
    with pytest.raises(ConfigError, match=re.escape("write a time after starts_at")):
        sro.Silence(name="a", matchers=("b=c",), starts_at="2026-12-25T02:00Z", ends_at="2026-12-25T02:00Z", comment="b")
