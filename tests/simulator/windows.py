"""The windowed gauges, with the peculiarities the router gives them: no streamed answers, errors always 0, quantiles that freeze."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulator.shapes import LogNormal

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.page import Page
    from simulator.scenario import Scenario
    from simulator.traffic import Counts

WINDOWS = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "24h": 86400}
MOST = 10_000
"""Samples kept for each model."""

CAPACITY = 100.0
"""Requests a second that the router takes for full load, whatever the model."""


def fill_windows(page: Page, scenario: Scenario, counts: Counts, earlier: Callable[[float], Counts | None]) -> None:
    """Write the windowed families; `earlier(seconds)` are the counts so long ago, None before the process started."""
    now = _plain(counts)
    for window, seconds in WINDOWS.items():
        start = earlier(seconds)
        before = _plain(start) if start is not None else Counter[int]()
        for m, model in enumerate(scenario.models):
            if not now[m]:
                continue
            done = min(MOST, now[m] - before[m])
            labels = (model.name, window)
            spread = LogNormal(model.median_latency * counts.now_slower[m], model.sigma)
            page.set("llm_model_requests_windowed_total", labels, done)
            page.set("llm_model_error_rate_windowed", labels, 0)
            page.set("llm_model_latency_windowed_seconds", labels, round(spread.mean, 6) if done else 0)
            for share, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
                page.set(f"llm_model_latency_{name}_windowed_seconds", labels, round(spread.quantile(share), 6))
            page.set("llm_model_utilization_percentage", labels, round(100 * done / seconds / CAPACITY, 4))
            page.set("llm_model_tokens_windowed_total", (model.name, "prompt", window), round(done * model.prompt_tokens * 1.38))
            page.set("llm_model_tokens_windowed_total", (model.name, "completion", window), round(done * model.completion_tokens * 1.38))
    for m, model in enumerate(scenario.models):
        if now[m]:
            # Streaming takes away more than it added, so the guess ends at nothing.
            guess = sum(n for (_, at), n in (counts.forwarded - counts.answered).items() if at == m) if scenario.streaming_share == 0 else 0
            page.set("llm_model_queue_depth_estimated", (model.name,), guess)


def _plain(counts: Counts) -> Counter[int]:
    plain: Counter[int] = Counter()
    for (_, m), events in counts.ok_plain.items():
        plain[m] += events
    return plain
