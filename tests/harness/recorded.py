"""Histories that hold what the recording rules would have recorded, and what a query costs."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from semantic_router_observability.rules import router_groups
from simulator.history import History, remember
from simulator.prometheus import Prometheus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from simulator import Router


@contextmanager
def recorded(
    directory: Path, routers: Sequence[Router], *, prometheus: Path, promtool: Path, hours: float = 1, step: int = 30
) -> Iterator[History]:
    """Remember as `remember` does, with the recorded series beside the scraped ones."""
    with remember(directory, routers, prometheus=prometheus, promtool=promtool, hours=hours, step=step) as raw:
        backfill(promtool, raw.prometheus.url, directory, first=raw.now - hours * 3600, last=raw.now)
    with Prometheus(prometheus, directory, targets=[]) as running:
        running.wait_for("vector(1)")
        yield replace(raw, prometheus=running)


def backfill(promtool: Path, url: str, directory: Path, *, first: float, last: float) -> None:
    """Evaluate the rules over the past and write blocks into the data below `directory`; a Prometheus reads them when it starts."""
    rules = directory / "rules.yaml"
    rules.write_text(yaml.safe_dump({"groups": [group.body() for group in router_groups()]}))
    span = [f"--start={first:.0f}", f"--end={last + 30:.0f}", "--eval-interval=30s"]  # the end itself is left out
    command = [
        promtool,
        "tsdb",
        "create-blocks-from",
        "rules",
        "--quiet",
        f"--url={url}",
        *span,
        f"--output-dir={directory / 'data'}",
        rules,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Cost(NamedTuple):
    """What a query took, and gave."""

    samples: int
    seconds: float
    result: list[dict[str, Any]]


def cost(url: str, expression: str, *, at: float, span: float = 0, step: int = 60) -> Cost:
    """Ask once: at a moment, or along the `span` seconds before it."""
    asked = {"query": expression, "stats": "all"}
    asked |= {"start": f"{at - span:.0f}", "end": f"{at:.0f}", "step": str(step)} if span else {"time": f"{at:.0f}"}
    request = urllib.request.Request(f"{url}/api/v1/query{'_range' if span else ''}", data=urllib.parse.urlencode(asked).encode())
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:
        data = json.load(answer)["data"]
    return Cost(data["stats"]["samples"]["totalQueryableSamples"], time.perf_counter() - start, data["result"])


def concrete(expression: str, *, range_: str, interval: str = "1m", window: str = "75s", **chosen: str) -> str:
    """Put values for Grafana's variables: All, unless given."""
    values = {"__range": range_, "__range_s": seconds(range_), "__interval": interval, "__rate_interval": window, **chosen}
    return re.sub(r"\$([a-z_]\w*)", lambda found: values.get(found[1], ".*"), expression)


def seconds(span: str) -> str:
    """Write a span such as 90m or 1h as Grafana's `$__range_s` does."""
    return str(int(span[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[span[-1]])
