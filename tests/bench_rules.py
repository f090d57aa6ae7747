"""What it costs Prometheus to evaluate all rules, at 5, 20 and 100 router pods: `make bench`.

The past of that many simulated routers, scraped every 15 s, is loaded into a real Prometheus, which evaluates the shipped alerts and
recording rules. Measured is what it says of itself: how long each group took, the median of several times.
Alerts on surges find the six hours that they compare with. The share is that of the interval, as if groups came one after another.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from simulation.installation import families_read, wanted
from simulation.rules import rule_files
from simulation.samples import read
from simulator import Router, Scenario
from simulator.history import NAMESPACE
from simulator.prometheus import Prometheus
from tools.build import find

if TYPE_CHECKING:
    from collections.abc import Collection

PODS: Final = (5, 20, 100)
STEP: Final = 15
"""Seconds between scrapes, as shipped."""

RECENT: Final = 3600
"""Seconds that most rules look back at most."""

LONG_AGO: Final = 7 * 3600
"""Seconds that alerts on surges look back."""

COMPARED: Final = ("llm_signal_match_total", "llm_model_tokens_total")
"""What alerts on surges compare with the hours before."""

WRITING: Final = 0.8
"""Seconds that a pod's samples take to be written and made blocks of, at most."""

WATCHED: Final = 50
"""Seconds for which Prometheus is watched. Samples end when it starts, so that windows are up to that much shorter than they should be."""

STALE: Final = 120
"""Seconds without samples after which the measurement would say nothing."""

PERSONALITIES: Final = 5
"""Routers that differ; further pods repeat their traffic."""

MOST: Final = 0.05
"""Share of the interval that evaluation may take with the most pods."""


def main() -> int:
    """Measure and print."""
    prometheus, promtool = find("prometheus"), find("promtool")
    if prometheus is None or promtool is None:
        print("rules: not measured, prometheus or promtool is missing; run `make tools`")
        return 0
    print("all rules, alerts and recorded     series   seconds an evaluation   share of the interval   slowest group")
    share = 0.0
    for pods in PODS:
        with tempfile.TemporaryDirectory() as scratch:
            series, took = measure(Path(scratch), pods, prometheus, promtool)
        share = sum(seconds / interval for seconds, interval in took.values())
        slowest = max(took, key=lambda group: took[group][0])
        total = sum(seconds for seconds, _ in took.values())
        print(f"{pods:4d} pods {series:31d} {total:23.3f} {share:22.2%}    {slowest} {took[slowest][0]:.3f} s")
    print(f"share at {PODS[-1]} pods: {share:.2%}    at most {MOST:.0%}: {'kept' if share <= MOST else 'EXCEEDED'}")
    return 0


def measure(folder: Path, pods: int, prometheus: Path, promtool: Path) -> tuple[int, dict[str, tuple[float, float]]]:
    """Return the number of series, and by group the seconds that an evaluation took and the seconds between two."""
    history = folder / "history.om"
    pages = samples(min(pods, PERSONALITIES))
    # The samples have to end when Prometheus starts, which is after they are written.
    end = int(time.time() + 5 + WRITING * pods) // STEP * STEP
    series = write(history, pods, pages, end)
    create: list[str | Path] = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", history, folder / "data"]
    subprocess.run(create, check=True, capture_output=True)
    history.unlink()
    for name, text in rule_files().items():
        (folder / name).write_text(text, encoding="utf-8")
    more = yaml.safe_dump({"rule_files": [str(folder / name) for name in rule_files()]})
    # Blocks that reach into the future would make Prometheus refuse what rules record now.
    time.sleep(max(0.0, end - time.time()))
    with Prometheus(prometheus, folder, targets=[], interval=f"{STEP}s", more=more) as running:
        running.wait_for("vector(1)")
        before = busy()
        found = watch(running.url, WATCHED)
        work, whole = (after - start for after, start in zip(busy(), before, strict=True))
        print(f"     {pods} pods: the machine was {work / whole:.0%} busy meanwhile, its load {os.getloadavg()[0]:.1f}")
        gone = time.time() - end
        assert gone < STALE, f"the samples ended {gone:.0f} s ago: writing them took too long"
        assert running.value('count(up{job="semantic-router"})') == pods
    return series, found


def busy() -> tuple[int, int]:
    """Return ticks in which the machine's cores worked, and all ticks; times of evaluation mean little where others take the cores."""
    ticks = [int(field) for field in Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def watch(url: str, seconds: float) -> dict[str, tuple[float, float]]:
    """Look at every group for a while; the first evaluation, with nothing in memory, is left out where there are more."""
    seen: dict[str, dict[str, float]] = defaultdict(dict)
    interval: dict[str, float] = {}
    groups: list[dict[str, Any]] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{url}/api/v1/rules", timeout=30) as answer:
            groups = json.load(answer)["data"]["groups"]
        for group in groups:
            for rule in group["rules"]:
                assert rule["health"] != "err", rule
            if not group["lastEvaluation"].startswith("0001"):
                seen[group["name"]][group["lastEvaluation"]] = group["evaluationTime"]
                interval[group["name"]] = group["interval"]
        time.sleep(1)
    assert len(seen) == len(groups), sorted(seen)
    return {name: (statistics.median([*values.values()][1:] or [*values.values()]), interval[name]) for name, values in seen.items()}


@cache
def samples(kinds: int) -> list[dict[str, list[tuple[int, str]]]]:
    """Return, by router and series, the samples and how many seconds before the end they lie."""
    found = []
    for kind in range(kinds):
        scenario = Scenario.everything_on()
        lines: dict[str, list[tuple[int, str]]] = defaultdict(list)
        recent, before = (Router(kind + 1, scenario, only=only) for only in (families_read(), COMPARED))
        for ago in range(LONG_AGO, -1, -STEP):
            lines["up{"].append((ago, "1"))
            router, names = (before, COMPARED) if ago > RECENT else (recent, wanted())
            _add(lines, router.exposition(LONG_AGO - ago + 60.0), ago, names)
        found.append(dict(lines))
    return found


def _add(lines: dict[str, list[tuple[int, str]]], page: str, ago: int, names: Collection[str]) -> None:
    for (name, labels), value in read(page):
        # Of all signals only these two are compared with the past.
        if name in names and not (ago > RECENT and name == COMPARED[0] and not ('"pii"' in labels or '"jailbreak"' in labels)):
            lines[f"{name}{{{f'{labels},' if labels else ''}"].append((ago, repr(value)))


def write(path: Path, pods: int, pages: list[dict[str, list[tuple[int, str]]]], end: int) -> int:
    """Write what all pods showed, series by series; return how many series there are."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for name in sorted({name for lines in pages for name in lines}):
            for pod in range(pods):
                held = pages[pod % len(pages)].get(name, ())
                place = f'namespace="{NAMESPACE}",job="semantic-router",pod="router-{pod}",service="semantic-router-metrics"'
                start = f'{name}{place},instance="10.0.{pod // 250}.{pod % 250 + 1}:9190"}} '
                file.write("".join([f"{start}{value} {end - ago}\n" for ago, value in held]))
                count += bool(held)
        file.write("# EOF\n")
    return count


if __name__ == "__main__":
    sys.exit(main())
