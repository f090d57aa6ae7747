"""What fires, and when: promtool feeds the samples to Prometheus's own rule engine and is asked for the firing alerts every minute."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Final

from simulation.rules import rule_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from simulation.samples import Samples

FIRING: Final = 'ALERTS{alertstate="firing"}'

_ANSWER: Final = re.compile(r"time: ((?:\d+h)?(?:\d+m)?(?:\d+s)?),\s*exp:\s*(?:.*?)\n\s*got:\s*(.*?)(?=\n\s*expr:|\n\s*\n|\Z)", re.DOTALL)
_ALERT: Final = re.compile(r"\{([^{}]*)\} 1E\+00")
_LABEL: Final = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Alert = frozenset[tuple[str, str]]
"""Labels of an alert."""


def firing(promtool: Path, folder: Path, samples: Samples) -> list[frozenset[Alert]]:
    """Return the alerts that fire, by minute.

    promtool has no way to print an answer but to find it other than expected; so it is told to expect what never is.
    """
    minutes = (samples.steps - 1) * samples.step // 60
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in rule_files().items():
        (folder / name).write_text(text, encoding="utf-8")
    case = {
        "interval": f"{samples.step}s",
        "input_series": samples.series(),
        "promql_expr_test": [
            {"expr": FIRING, "eval_time": f"{minute}m", "exp_samples": [{"labels": "never", "value": 0}]} for minute in range(minutes + 1)
        ],
    }
    file = folder / "test.yaml"
    file.write_text(
        json.dumps({"rule_files": sorted(rule_files()), "evaluation_interval": f"{samples.step}s", "tests": [case]}), encoding="utf-8"
    )
    # Memory is there, and time is short: collect garbage less often.
    environment = {**os.environ, "GOGC": "400"}
    done = subprocess.run([promtool, "test", "rules", file], capture_output=True, text=True, check=False, env=environment)
    return _read(f"{done.stdout}\n{done.stderr}", minutes)


def _read(answer: str, minutes: int) -> list[frozenset[Alert]]:
    found: dict[int, frozenset[Alert]] = {}
    for time, got in _ANSWER.findall(answer):
        found[_minute(time)] = frozenset(_alert(each) for each in _ALERT.findall(got))
    assert sorted(found) == list(range(minutes + 1)), answer[:3000]
    return [found[minute] for minute in range(minutes + 1)]


def _alert(text: str) -> Alert:
    labels = dict(_LABEL.findall(text))
    return frozenset((name, value) for name, value in labels.items() if name not in {"__name__", "alertstate"})


def _minute(text: str) -> int:
    return sum(int(number) * {"h": 60, "m": 1, "s": 0}[unit] for number, unit in re.findall(r"(\d+)([hms])", text))


def names(alerts: Sequence[Alert] | frozenset[Alert]) -> frozenset[str]:
    """Return the names of alerts."""
    return frozenset(dict(alert)["alertname"] for alert in alerts)
