"""What one load of a dashboard costs Prometheus, with and without recording rules, and what the rules cost: `make bench`.

Simulated routers over an hour at 15 s, written as blocks and loaded into a real Prometheus; the rules are backfilled by promtool.
Counted are the samples that Prometheus says each query touched. A load is what a browser asks when the page opens with all filters on
All: every panel outside folded rows, and the queries that fill the filters. All dashboards are measured at 5 pods, the front page also
at 20 and 100; `--all` measures all at 20 and 100 too, which takes a quarter of an hour and some gigabytes of disk.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.recorded import backfill, concrete, cost
from semantic_router_observability.dashboards import DASHBOARDS, raw_queries, render
from semantic_router_observability.rules import router_groups
from simulator import Router, Scenario
from simulator.history import JOB, NAMESPACE
from simulator.prometheus import Prometheus
from tools.build import find

if TYPE_CHECKING:
    from collections.abc import Iterator

FRONT_PAGE = "llm-router-dashboard.json"
SMALL, MIDDLE, LARGE = 5, 20, 100
STEP = 15
SPAN = 3600
PERSONALITIES = 5
"""Routers that differ; further pods repeat their traffic."""

FEWER = 20
"""How many times fewer samples the front page has to touch at 20 pods with the rules than without."""

GROWTH = 1.2
"""How much more the front page may touch at 100 pods than at 5."""

_SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)")


class Load(NamedTuple):
    """One load of a dashboard."""

    samples: int
    seconds: float


def main() -> int:
    prometheus, promtool = find("prometheus"), find("promtool")
    if prometheus is None or promtool is None:
        print("dashboards: not measured, prometheus or promtool is missing; run `make tools`")
        return 0
    front: dict[int, dict[str, Load]] = {}
    for pods in (SMALL, MIDDLE, LARGE):
        with tempfile.TemporaryDirectory() as scratch:
            front[pods] = measure(
                Path(scratch), pods, prometheus, promtool, only=None if pods == SMALL or "--all" in sys.argv else FRONT_PAGE
            )
    fewer = front[MIDDLE]["raw"].samples / front[MIDDLE]["recorded"].samples
    growth = front[LARGE]["recorded"].samples / front[SMALL]["recorded"].samples
    print(f"front page at {MIDDLE} pods: {fewer:.0f} times fewer samples with rules    at least {FEWER}: {verdict(fewer >= FEWER)}")
    print(f"front page at {LARGE} pods to {SMALL}, with rules: {growth:.2f}    at most {GROWTH}: {verdict(growth <= GROWTH)}")
    return 0


def measure(directory: Path, pods: int, prometheus: Path, promtool: Path, *, only: str | None) -> dict[str, Load]:
    """Print what pages and rules cost with so many pods; returns the front page's."""
    now = int(time.time()) // 3600 * 3600
    series = write(directory / "history.om", pods, now, wanted() if only else None)
    create = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", directory / "history.om", directory / "data"]
    subprocess.run(create, check=True, capture_output=True)
    (directory / "history.om").unlink()
    with Prometheus(prometheus, directory, targets=[]) as running:
        running.wait_for("vector(1)")
        backfill(promtool, running.url, directory, first=now - SPAN, last=now)
    print(f"{pods} pods, {series} series: one load of a dashboard, an hour on screen")
    print("  dashboard                         raw: samples  seconds   recorded: samples  seconds   fewer")
    found: dict[str, Load] = {}
    with Prometheus(prometheus, directory, targets=[]) as running:
        running.wait_for("vector(1)")
        for entry in DASHBOARDS:
            if entry.optional or (only and entry.file_name != only):
                continue
            recorded = load(running.url, render(entry.build()), now)
            with raw_queries():
                raw = load(running.url, render(entry.build()), now)
            ratio = raw.samples / recorded.samples if recorded.samples else 1
            print(
                f"  {entry.file_name:32} {raw.samples:12d} {raw.seconds:8.2f} {recorded.samples:18d} {recorded.seconds:9.2f} {ratio:7.0f}"
            )
            if entry.file_name == FRONT_PAGE:
                found = {"raw": raw, "recorded": recorded}
        print("  rules                             series recorded   samples read   seconds an evaluation   evaluated every")
        for group in router_groups():
            costs = [cost(running.url, rule.expr, at=now) for rule in group.rules]
            sums = sum(len(cost.result) for cost in costs), sum(cost.samples for cost in costs), sum(cost.seconds for cost in costs)
            print(f"  {group.name:32} {sums[0]:16d} {sums[1]:14d} {sums[2]:23.3f} {group.interval or '15s':>17}")
    return found


def load(url: str, text: str, now: int) -> Load:
    """Ask everything that opening a page asks."""
    costs = []
    for expression, span, step in asked(json.loads(text)):
        costs.append(
            cost(
                url,
                concrete(expression, range_="1h", interval=f"{step}s", window=f"{step + STEP}s", monthly_budget="5000"),
                at=now,
                span=span,
                step=step,
            )
        )
    return Load(sum(cost.samples for cost in costs), sum(cost.seconds for cost in costs))


def asked(model: dict[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Expressions of a page with the span on screen (0: a moment) and the step; panels in folded rows ask nothing."""
    for variable in model["templating"]["list"]:
        query = (variable.get("query") or {}).get("query", "") if isinstance(variable.get("query"), dict) else ""
        if found := re.fullmatch(r"query_result\((.+)\)", query):
            yield found[1], 0, 0
    for panel in model["panels"]:
        for target in panel.get("targets") or ():
            step = 60 * int((panel.get("interval") or "1m").removesuffix("m"))
            yield target["expr"], 0 if target.get("instant") else SPAN, step


def wanted() -> set[str]:
    """Names of the samples that the front page or the rules read."""
    text = "".join(rule.expr for group in router_groups() for rule in group.rules)
    with raw_queries():
        text += render(next(entry for entry in DASHBOARDS if entry.file_name == FRONT_PAGE).build())
    return set(re.findall(r"\b[a-z]+_\w+|\bup\b", text))


def write(path: Path, pods: int, now: int, only: set[str] | None) -> int:
    """Write an hour of pages, series by series; return how many series there are."""
    samples: dict[int, dict[str, list[str]]] = {}
    for kind in range(min(pods, PERSONALITIES)):
        router = Router(seed=kind + 1, scenario=Scenario.everything_on())
        lines = samples.setdefault(kind, {})
        for offset in range(0, SPAN + 1, STEP):
            when = now - SPAN + offset
            lines.setdefault("up{", []).append(f"1 {when}\n")
            for line in router.exposition(60.0 + offset).splitlines():
                found = None if line.startswith("#") else _SAMPLE.fullmatch(line)
                if found and (only is None or found[1] in only):
                    lines.setdefault(f"{found[1]}{{{f'{found[2]},' if found[2] else ''}", []).append(f"{found[3]} {when}\n")
    count = 0
    with path.open("w") as file:
        for name in sorted({name for lines in samples.values() for name in lines}):
            for pod in range(pods):
                held = samples[pod % len(samples)].get(name, ())
                start = f'{name}namespace="{NAMESPACE}",job="{JOB}",instance="10.0.{pod // 250}.{pod % 250 + 1}:9190"}} '
                file.write("".join([start + sample for sample in held]))
                count += bool(held)
        file.write("# EOF\n")
    return count


def verdict(met: bool) -> str:
    return "kept" if met else "EXCEEDED"


if __name__ == "__main__":
    sys.exit(main())
