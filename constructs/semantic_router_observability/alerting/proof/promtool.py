"""Cases as promtool's unit tests, and promtool to run them."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from semantic_router_observability.alerting.links import CHOICES
from semantic_router_observability.alerting.rule import seconds
from semantic_router_observability.errors import ConfigError, Place

from .case import Firing, firings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from semantic_router_observability.alerting.links import Links
    from semantic_router_observability.alerting.rule import AlertRule

    from .case import Case

_FIELD = re.compile(r"\{\{ \$labels\.(\w+) \}\}")
_WITH = re.compile(r"\{\{ with \$labels\.(\w+) \}\}(.*?)\{\{ \. \}\}\{\{ end \}\}")
_TIME = re.compile(r'\{\{ with query "time\(\) - (\d+)" \}\}.*?\{\{ end \}\}')
_VALUE = re.compile(r"\{\{ \$value \| (\w+) \}\}")


def unit_tests(rule: AlertRule, cases: Sequence[Case], links: Links, *, alone: bool) -> list[dict[str, Any]]:
    """Return tests of one rule: cases of the same length in one Prometheus, side by side as installations, or each in its own."""
    together: dict[object, list[Case]] = {}
    for number, case in enumerate(cases):
        together.setdefault(("alone", number) if alone else case.minutes, []).append(case)
    return [_test(rule, group, links) for group in together.values()]


def _test(rule: AlertRule, cases: Sequence[Case], links: Links) -> dict[str, Any]:
    hold, keep = (-(-seconds("", value) // 60) for value in (rule.for_, rule.keep_firing_for))
    fired = {case.name: firings(case, hold, keep) for case in cases}
    moments: set[int] = {cases[0].minutes}
    for case in cases:
        history = fired[case.name]
        ever = any(history)
        if ever != (case.intent == "fires"):
            wrong = "fires, which it must not; raise 'for' or 'atLeast'" if ever else "cannot fire; 'for' is too long for these numbers"
            raise ConfigError(Place(f"alert {rule.name}"), case.name, f"with these numbers it {wrong}")
        for minute in range(1, len(history)):
            if _who(history[minute]) != _who(history[minute - 1]):
                moments |= {minute - 1, minute}
    body = rule.body(links)
    return {
        "name": f"{rule.name}: {', '.join(case.name for case in cases)}",
        "interval": "1m",
        "input_series": [series.text() for case in cases for series in case.series],
        "alert_rule_test": [
            {
                "eval_time": f"{minute}m",
                "alertname": rule.name,
                "exp_alerts": [expected(body, firing) for case in cases for firing in fired[case.name][minute]],
            }
            for minute in sorted(moments)
        ],
    }


def _who(firing: Iterable[Firing]) -> set[Any]:
    return {alert.labels for alert in firing}


def expected(body: Mapping[str, Any], firing: Firing, step: int = 1) -> dict[str, Any]:
    """Return a firing alert in promtool's syntax, of a case with a value every `step` minutes."""
    labels = dict(firing.labels)
    return {
        "exp_labels": {**labels, **body["labels"]},
        "exp_annotations": {name: filled(text, labels, firing.value, firing.minute * step) for name, text in body["annotations"].items()},
    }


def filled(text: str, labels: Mapping[str, str], value: float, minute: int) -> str:
    """Fill in a template as Prometheus does at a minute; only what the shipped alerts use."""
    text = _WITH.sub(lambda match: f"{match[2]}{labels[match[1]]}" if labels.get(match[1]) else "", text)
    text = text.replace(CHOICES, "".join(f"&var-{name}={quote_plus(found)}" for name, found in sorted(labels.items())))
    text = _TIME.sub(lambda match: f"{60 * minute - int(match[1])}", text)
    text = _FIELD.sub(lambda match: labels.get(match[1], ""), text)
    return _VALUE.sub(lambda match: _WRITE[match[1]](value), text)


def percentage(value: float) -> str:
    """Write a ratio as Prometheus does."""
    return f"{value * 100:.4g}%"


def humanize(value: float) -> str:
    """Write a number as Prometheus does, with a metric prefix."""
    if value == 0:
        return "0"
    prefix = ""
    if abs(value) >= 1:
        for letter in "kMGTPEZY":
            if abs(value) < 1000:  # noqa: PLR2004
                break
            prefix, value = letter, value / 1000
    else:
        for letter in "munpfazy":
            if abs(value) >= 1:
                break
            prefix, value = letter, value * 1000
    return f"{value:.4g}{prefix}"


def duration(value: float) -> str:
    """Write seconds, at least a minute of them, as Prometheus does."""
    minutes, seconds = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s")]
    first = next(number for number, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count}{unit}" for count, unit in parts[first:])


_WRITE = {"humanize": humanize, "humanizePercentage": percentage, "humanizeDuration": duration}


def write(folder: Path, rules: Mapping[str, tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]) -> list[Path]:
    """Write a rule file and a test file for each alert; return the test files."""
    return [write_file(folder, name, [group], tests) for name, (group, tests) in rules.items()]


def write_file(
    folder: Path, name: str, groups: Sequence[Mapping[str, Any]], tests: Sequence[Mapping[str, Any]], interval: str = "1m"
) -> Path:
    """Write rule groups and their tests; return the test file. JSON is valid YAML, and faster to write."""
    (folder / f"{name}.rules.yaml").write_text(json.dumps({"groups": list(groups)}), encoding="utf-8")
    path = folder / f"{name}.test.yaml"
    whole = {
        "rule_files": [f"{name}.rules.yaml"],
        "evaluation_interval": interval,
        "group_eval_order": [group["name"] for group in groups],  # otherwise any order, and an alert may fire one evaluation later
        "tests": list(tests),
    }
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def run(promtool: Path, tests: Iterable[Path]) -> tuple[bool, str]:
    """Run promtool on test files; return whether all pass, and its output."""
    try:
        done = subprocess.run(  # noqa: S603 - the program that the caller names
            [promtool, "test", "rules", *tests], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise ConfigError(Place("--promtool"), promtool, f"cannot be run ({error.strerror}); name promtool of Prometheus 3") from error
    return done.returncode == 0, f"{done.stdout}{done.stderr}"
