"""A real Prometheus that remembers the last hours of simulated routers, without having waited for them.

    with remember(tmp_path, [Router(seed=1), Router(seed=2)]) as history:
        history.value('sum(increase(llm_model_cost_total[1h]))')

The routers' pages are written as blocks by promtool, so that a query sees what it would see had Prometheus scraped them all the time.
"""

from __future__ import annotations

import re
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from simulator.prometheus import Prometheus
from simulator.router import Router, RouterDown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

FIRST: Final = 60.0
"""Simulated second of the first scrape: by then, each usual event has happened once."""

NAMESPACE: Final = "vllm-semantic-router-system"
JOB: Final = "semantic-router"

_SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)")


@dataclass(frozen=True)
class History:
    """What the routers went through between two simulated seconds, asked as of the second one."""

    prometheus: Prometheus
    routers: Sequence[Router]
    first: float
    last: float
    now: float
    """Unix time of the last scrape."""

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the instant vector an expression gives at the end of the history."""
        return self.prometheus.query(expression, at=self.now)

    def values(self, expression: str, label: str) -> dict[str, float]:
        """Return what an expression gives by the values of one label."""
        return {row["metric"].get(label, ""): float(row["value"][1]) for row in self.query(expression)}

    def value(self, expression: str) -> float:
        """Return the one value an expression gives; a ValueError when there are none or several."""
        found = self.query(expression)
        if len(found) != 1:
            raise ValueError(f"{expression} gives {len(found)} series")
        return float(found[0]["value"][1])


@contextmanager
def remember(
    directory: Path,
    routers: Sequence[Router],
    *,
    prometheus: Path,
    promtool: Path,
    hours: float = 1,
    step: int = 30,
    rules: str = "",
    interval: int = 15,
    pod: str = "",
    around: Mapping[str, Callable[[float], str]] | None = None,
) -> Iterator[History]:
    """Write the pages of `routers` over so many hours as blocks, and run a Prometheus on them; `prometheus` and `promtool` are programs.

    `rules` is a rule file; what it records is there as well, as if it had been evaluated every `interval` seconds. Series of routers
    get the label `pod` where a name for pods is given, which their numbers continue. `around` are pages of other programs, by the labels of
    their targets as text; with them, Prometheus also has what it says of each scrape itself.
    """
    directory.mkdir(parents=True, exist_ok=True)
    now = int(time.time()) // 60 * 60
    span = int(hours * 3600)
    samples: dict[str, list[str]] = {}
    for number, router in enumerate(routers):
        place = f'namespace="{NAMESPACE}",job="{JOB}",instance="10.0.0.{number + 1}:9190"' + (f',pod="{pod}-{number}"' if pod else "")
        for offset in range(0, span + 1, step):
            _scrape(samples, router.exposition, FIRST + offset, place, now - span + offset, own=around is not None)
    for place, page in (around or {}).items():
        for offset in range(0, span + 1, step):
            _scrape(samples, page, FIRST + offset, place, now - span + offset, own=True)
    text = directory / "history.om"
    with text.open("w") as file:
        for series in sorted(samples):
            file.writelines(f"{series} {sample}\n" for sample in samples[series])
        file.write("# EOF\n")
    subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", text, directory / "data"], check=True, capture_output=True
    )
    text.unlink()
    if rules:
        rule_file = directory / "recorded.rules.yaml"
        rule_file.write_text(rules)
        with Prometheus(prometheus, directory, targets=[]) as running:
            running.wait_for("vector(1)")
            times = ["--start", str(now - span), "--end", str(now), "--eval-interval", f"{interval}s"]
            places = ["--url", running.url, "--output-dir", str(directory / "data")]
            subprocess.run(
                [promtool, "tsdb", "create-blocks-from", "rules", "--quiet", *times, *places, rule_file], check=True, capture_output=True
            )
    with Prometheus(prometheus, directory, targets=[]) as running:
        running.wait_for("vector(1)")
        yield History(running, routers, FIRST, FIRST + span, float(now))


def _scrape(
    samples: dict[str, list[str]], exposition: Callable[[float], str], at: float, place: str, when: int, *, own: bool = False
) -> None:
    try:
        page, up = exposition(at), 1
    except RouterDown:
        page, up = "", 0
    samples.setdefault(f"up{{{place}}}", []).append(f"{up} {when}")
    if own:
        lines = len(page.splitlines())
        scraped = dict.fromkeys(("scrape_samples_scraped", "scrape_samples_post_metric_relabeling"), lines)
        took = {"scrape_duration_seconds": 0.004 + lines * 4e-6, "scrape_series_added": 0, **scraped}
        for name, number in took.items():
            samples.setdefault(f"{name}{{{place}}}", []).append(f"{number:g} {when}")
    for line in page.splitlines():
        if line.startswith("#"):
            continue
        found = _SAMPLE.fullmatch(line)
        assert found, line
        name, labels, value = found.groups()
        samples.setdefault(f"{name}{{{_joined(labels or '', place)}}}", []).append(f"{value} {when}")


@cache
def _joined(labels: str, place: str) -> str:
    """Join the labels of a sample and those of its target; what both name is the sample's."""
    own = {pair.partition("=")[0] for pair in labels.split(",")}
    return ",".join([*([labels] if labels else []), *(pair for pair in place.split(",") if pair.partition("=")[0] not in own)])
