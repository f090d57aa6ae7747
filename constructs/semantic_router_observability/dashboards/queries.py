"""PromQL as the dashboards write it: functions that take a family's name and return text.

A family is looked up in the router's catalogue, which settles three things in one place: the filters that apply (those whose label
the family has), the stand-in series to leave out, and whether the question fits the type. `rate` of a gauge raises `ConfigError`
when the dashboard is built instead of drawing nonsense.

Where a family is recorded (see `rules/`), a query reads the recorded series, which cost the same at any number of pods. A recorded
series has no `instance`; the dashboard "Router fleet" is built with `raw_queries()` and answers for chosen instances, as is every
dashboard for a Prometheus without the rules.

Windows: a line over time uses `$__rate_interval`, which grows with the step and covers at least four scrapes. A single number is an
instant query over `RECENT` ("now") or over `$__range` (a count of everything on screen).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.recording import is_recorded
from semantic_router_observability.dashboards.variables import ALL_DECISIONS, SCRAPE_MATCHERS, place_matchers, subject_matchers
from semantic_router_observability.errors import ConfigError, Place
from semantic_router_observability.router import catalogue, causes
from semantic_router_observability.rules.recorded import EXPECTED, FAILURES, OBSERVED, RESTART_MINUTES, RESTARTS, recorded
from semantic_router_observability.rules.recorded import UP as UP_RECORDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from semantic_router_observability.rules.recorded import Recorded

STEP: Final = "$__rate_interval"
"""Window of a point on a line."""

RANGE: Final = "$__range"
"""Window of a count: everything on screen."""

RECENT: Final = "5m"
"""Window of "now" in a single number: the router's alerts look back as far, and it holds 20 scrapes of 15 s. Not `$__rate_interval`,
which stretches to hours when the screen shows a week."""

MINUTE: Final = "1m"
"""Step at which recorded series are read back over a window: they are evaluated more often, and every panel's step is a multiple of it."""

UP: Final = f"up{{{', '.join(SCRAPE_MATCHERS)}}}"
"""1 for each scrape target that answered, 0 for each that did not."""


def zero() -> str:
    """0 while at least one router answers, nothing otherwise: an outage must look like a gap, not like a quiet night."""
    return f"0 * ({answering()} > 0)" if is_recorded() else f"0 * count({UP} == 1)"


def answering() -> str:
    """Count the scrape targets that answered."""
    return f"sum({_placed(UP_RECORDED)})" if is_recorded() else f"sum({UP})"


def expected() -> str:
    """Count the scrape targets there are."""
    return f"sum({_placed(EXPECTED)})" if is_recorded() else f"count({UP})"


def restarts() -> str:
    """Count restarts within the range on screen. Rounded up, as a restart of this minute has not been seen for its full time yet."""
    if not is_recorded():
        return f"sum(changes({series('process_start_time_seconds')}[{RANGE}]))"
    return f"ceil(sum(sum_over_time({_placed(RESTARTS)}[{RANGE}:{MINUTE}])) / {RESTART_MINUTES})"


def series(name: str, *matchers: str, part: str = "") -> str:
    """Select the series of a family that the filters select; `part` is `_bucket`, `_sum` or `_count` of a histogram."""
    family = catalogue.family(name)
    filters = subject_matchers(family, matchers)
    if family.stand_in == catalogue.INIT:
        filters += [f'{label}!="{catalogue.INIT}"' for label in family.labels if label not in family.label_values]
    return f"{name}{part}{{{', '.join([*place_matchers(), *filters, *matchers])}}}"


def rates(name: str, *matchers: str, part: str = "", window: str = STEP) -> str:
    """Count events per second of a counter, or observations by bucket (`part="_bucket"`), series by series: to be put into a sum."""
    known = _recorded(name, matchers, part)
    held = _over(_held(known, matchers), window) if known else None
    return held or f"rate({series(name, *matchers, part=part)}[{window}])"


def failures(*owners: str, window: str = STEP) -> str:
    """Count failed requests per second, each once, series by series; of these owners (`client`, `backend`, `router`), of all when none is given."""
    names = "|".join(owners)
    return _failures(FAILURES, causes.of(owners), window, *([f'owner=~"{names}"'] if owners else []))


def increases(name: str, *matchers: str) -> str:
    """Count events of a counter within the range on screen, series by series: to be put into a sum."""
    known = _recorded(name, matchers, "")
    if known is None:
        return f"increase({series(name, *matchers)}[{RANGE}])"
    # Added up and not averaged: a model that appeared an hour ago counts for that hour.
    return f"sum_over_time({_held(known, matchers)}[{RANGE}:{MINUTE}]) * 60"


def rate(name: str, *matchers: str, by: Sequence[str] = (), window: str = STEP) -> str:
    """Count events per second of a counter, summed over replicas."""
    _expect(name, "counter")
    inside = rates(name, *matchers, window=window) if _over_replicas(by) else f"rate({series(name, *matchers)}[{window}])"
    return f"{_sum(by)}({inside})"


def increase(name: str, *matchers: str, by: Sequence[str] = ()) -> str:
    """Count events of a counter within the range on screen, as a whole number. The first event of a new series is not among them."""
    _expect(name, "counter")
    inside = increases(name, *matchers) if _over_replicas(by) else f"increase({series(name, *matchers)}[{RANGE}])"
    return f"round({_sum(by)}({inside}))"


def gauge(name: str, *matchers: str, by: Sequence[str] = ()) -> str:
    """Add a gauge up over replicas; only for gauges that may be added."""
    _expect(name, "gauge")
    known = _recorded(name, matchers, "") if _over_replicas(by) else None
    return f"{_sum(by)}({_held(known, matchers) if known else series(name, *matchers)})"


def quantile(fraction: float, name: str, *matchers: str, by: Sequence[str] = (), window: str = STEP, positive: bool = False) -> str:
    """Estimate a quantile from a histogram's buckets. `>= 0` drops the NaN of a window without samples.

    `positive` leaves out observations of 0, where the router writes 0 for "there was nothing to observe"; the family needs a bucket for it.
    """
    _expect(name, "histogram")
    counts = f"{_sum(('le', *by))}({_buckets(name, matchers, by, window)})"
    if positive:
        counts = f"{counts}\n- on ({', '.join(by)}) group_left () {zeros(name, *matchers, by=by, window=window)}"
    return f"histogram_quantile({fraction:g}, {counts}) >= 0"


def end_of_histogram(expressions: Iterable[str]) -> float | None:
    """Tell where the histogram ends that percentiles are estimated from; None where there is no percentile, or several histograms."""
    quantiles = [expression for expression in expressions if expression.startswith("histogram_quantile(")]
    names = {name for expression in quantiles for name in re.findall(r"(\w+)_bucket\b", expression)}
    ends = {known.buckets[-1] for name in names if (known := catalogue.families().get(name)) and known.buckets}
    return next(iter(ends)) if len(ends) == 1 else None


def zeros(name: str, *matchers: str, by: Sequence[str] = (), window: str = STEP) -> str:
    """Count observations of exactly 0 per second; only of families with a bucket for them."""
    if 0 not in catalogue.family(name).buckets:
        raise ConfigError(Place(f"zeros of {name}"), catalogue.family(name).buckets[0], "a histogram with a bucket for 0")
    zero_bucket = f'le=~"{_bound(0)}"'
    return f"{_sum(by)}({_buckets(name, (*matchers, zero_bucket), by, window)})"


def share_above(bound: float, name: str, *matchers: str, by: Sequence[str] = (), window: str = STEP) -> str:
    """Tell the share of observations above a bucket bound: exact where a quantile is a guess, and meaningful beyond the largest bucket."""
    return f"1 - {share_up_to(bound, name, *matchers, by=by, window=window)}"


def share_up_to(bound: float, name: str, *matchers: str, by: Sequence[str] = (), window: str = STEP) -> str:
    """Tell the share of observations that do not exceed a bucket bound."""
    _expect(name, "histogram")
    bounds = catalogue.family(name).buckets
    if bound not in bounds:
        raise ConfigError(Place(f"share_above({name})"), bound, f"one of its bucket bounds: {', '.join(f'{b:g}' for b in bounds)}")
    within = _buckets(name, (*matchers, f'le=~"{_bound(bound)}"'), by, window)
    total = _buckets(name, (*matchers, 'le="+Inf"'), by, window)
    return f"{_sum(by)}({within}) / ({_sum(by)}({total}) > 0)"


def answers_above(bound: float, name: str, *, by: Sequence[str] = (), window: str = STEP) -> str:
    """Tell the share of answers above a bucket bound: as `share_above`, but for failures that the histogram observes as if they were answers."""
    bucket = f'le=~"{_bound(bound)}"'
    within = f"{_sum(by)}({_buckets(name, (bucket,), by, window)})"
    everything = _sum(by) + "(" + _buckets(name, ('le="+Inf"',), by, window) + ")"
    failed = f"{_sum(by)}({_failures(OBSERVED, causes.observed, window)})"
    return f"clamp_max(({everything} - {within})\n/ ({everything} - ({failed} or {everything} * 0) > 0), 1)"


def or_zero(expression: str) -> str:
    """Fall back to 0 where nothing was counted yet. For results without labels."""
    return f"({expression} or {zero()})"


def or_none(expression: str, label: str, value: str = "none") -> str:
    """Fall back to one line at 0 whose `label` is `value` while there is no series at all. For results with labels."""
    return f'{expression}\nor on () label_replace({zero()}, "{label}", "{value}", "", "")'


def joined(expression: str, first: str, second: str) -> str:
    """Put two labels into a third one, `pair`: "auto > qwen3-8b". A legend of two labels would show "> " where there are none."""
    return f'label_join({expression}, "pair", " > ", "{first}", "{second}")'


def capped_share(part: str, whole: str) -> str:
    """Divide `part` by `whole`, between 0 and 1 even where the two are counted at different moments; 0 when neither happened.

    For results without labels. Where `part` is the larger one it becomes the whole: 1, not 2 and not NaN.
    """
    return f"{part}\n/ ({whole} > {part} or {part} > 0)\nor {zero()}"


def hit_share(hits: str, misses: str, *matchers: str, by: Sequence[str] = ()) -> str:
    """Divide the hits of a cache by all its lookups; one side may be missing, and nothing is shown without lookups.

    A label tells the two apart: without it, `or` would drop the misses of whatever had hits. `matchers` are for the hits.
    """
    lookups = f'{_sum(by)}(label_replace({rates(hits, *matchers)}, "found", "yes", "", "") or {rates(misses)})'
    return f"({rate(hits, *matchers, by=by)} or 0 * {lookups})\n/ ({lookups} > 0)"


def cache_hit_share() -> str:
    """Tell the share of the response cache's lookups that found an answer, of all decisions together: only hits name theirs."""
    return hit_share("llm_cache_plugin_hits_total", "llm_cache_plugin_misses_total", ALL_DECISIONS)


def _buckets(name: str, matchers: Sequence[str], by: Sequence[str], window: str) -> str:
    if _over_replicas(by):
        return rates(name, *matchers, part="_bucket", window=window)
    return f"rate({series(name, *matchers, part='_bucket')}[{window}])"


def _failures(record: str, causes_of: Callable[[Callable[..., str]], str], window: str, *matchers: str) -> str:
    """Count failed requests per second: as recorded, with the matchers, or by their causes."""
    held = _over(_placed(record, *subject_matchers(catalogue.family(causes.ERRORS)), *matchers), window) if is_recorded() else None
    return held or causes_of(lambda *chosen: f"rate({series(causes.ERRORS, *chosen)}[{window}])")


def _over_replicas(by: Sequence[str]) -> bool:
    return not {"instance", "pod", "service"} & set(by)


def _over(held: str, window: str) -> str | None:
    """Read recorded rates back over a window; None: only raw series have it."""
    match window:
        case "5m":
            return held
        case "$__range":
            return f"sum_over_time({held}[{RANGE}:{MINUTE}]) * 60 / $__range_s"
        case "$__rate_interval":
            return f"avg_over_time({held}[$__interval:{MINUTE}])"
        case _:
            return None


def _recorded(name: str, matchers: Sequence[str], part: str) -> Recorded | None:
    """What is recorded of a family, when the dashboard may rely on it and it answers this question."""
    known = recorded(name) if is_recorded() else None
    asked = {label for matcher in matchers for label in re.findall(r"^\w+", matcher)}
    return known if known is not None and known.sample == f"{name}{part}" and asked <= set(known.labels) else None


def _held(known: Recorded, matchers: Sequence[str]) -> str:
    """Select the recorded series of a family that the filters select."""
    return _placed(known.name, *subject_matchers(known.family, matchers), *matchers)


def _placed(record: str, *matchers: str) -> str:
    return f"{record}{{{', '.join([*place_matchers(), *matchers])}}}"


def _sum(by: Sequence[str]) -> str:
    return f"sum by ({', '.join(by)}) " if by else "sum"


def _bound(bound: float) -> str:
    """Write a bucket bound both ways: the router writes `le="10"`, Prometheus 3 stores `le="10.0"`."""
    text = f"{bound:g}"
    return f"{text}|{text}[.]0" if text.removeprefix("-").isdecimal() else text.replace(".", "[.]")


def _expect(name: str, kind: str) -> None:
    family = catalogue.family(name)
    if family.type != kind:
        raise ConfigError(Place(f"query of {name}"), family.type, f"a {kind}")
    if not family.fed:
        raise ConfigError(Place(f"query of {name}"), family.status, "a family that the router really feeds")
