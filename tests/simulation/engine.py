"""What fires, and when: promtool feeds the samples to Prometheus's own rule engine and is asked for the firing alerts every minute."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from simulation.rules import rule_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from simulation.samples import Samples

FIRING: Final = 'ALERTS{alertstate="firing"}'

_ANSWER: Final = re.compile(
    r"# (\w+)\", time: ((?:\d+h)?(?:\d+m)?(?:\d+s)?),\s*exp:\s*(?:.*?)\n\s*got:\s*(.*?)(?=\n\s*expr:|\n\s*\n|\Z)", re.DOTALL
)
_SAMPLE: Final = re.compile(r"\{([^{}]*)\} ([-+.\dE]+)")
_LABEL: Final = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Alert = frozenset[tuple[str, str]]
"""Labels of an alert."""


Answer = Mapping[Alert, float]
"""Value by labels."""


FIRES: Final = "fires"
"""Name of the question which alerts fire."""


def asked(promtool: Path, folder: Path, samples: Samples, queries: Mapping[str, str]) -> Mapping[str, Sequence[Answer]]:
    """Return the answers to queries, by name and minute, and which alerts fire.

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
            {"expr": f"{query} # {name}", "eval_time": f"{minute}m", "exp_samples": [{"labels": "never", "value": 0}]}
            for name, query in {FIRES: FIRING, **queries}.items()
            for minute in range(minutes + 1)
        ],
    }
    file = folder / "test.yaml"
    file.write_text(
        json.dumps({"rule_files": sorted(rule_files()), "evaluation_interval": f"{samples.step}s", "tests": [case]}), encoding="utf-8"
    )
    # Memory is there, and time is short: collect garbage less often.
    environment = {**os.environ, "GOGC": "400"}
    done = subprocess.run([promtool, "test", "rules", file], capture_output=True, text=True, check=False, env=environment)
    found = _read(f"{done.stdout}\n{done.stderr}")
    for name in (FIRES, *queries):
        assert sorted(found.get(name, ())) == list(range(minutes + 1)), f"{name}: {done.stdout[:3000]}{done.stderr[:3000]}"
    return {name: [answers[minute] for minute in range(minutes + 1)] for name, answers in found.items()}


def _read(text: str) -> Mapping[str, Mapping[int, Answer]]:
    found: dict[str, dict[int, Answer]] = {}
    for name, time, got in _ANSWER.findall(text):
        found.setdefault(name, {})[_minute(time)] = {_labels(labels): float(value) for labels, value in _SAMPLE.findall(got)}
    return found


def _labels(text: str) -> Alert:
    labels = dict(_LABEL.findall(text))
    return frozenset((name, value) for name, value in labels.items() if name not in {"__name__", "alertstate"})


def _minute(text: str) -> int:
    return sum(int(number) * {"h": 60, "m": 1, "s": 0}[unit] for number, unit in re.findall(r"(\d+)([hms])", text))


def names(alerts: Sequence[Alert] | frozenset[Alert]) -> frozenset[str]:
    """Return the names of alerts."""
    return frozenset(dict(alert)["alertname"] for alert in alerts)
