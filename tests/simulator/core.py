"""The families that say how requests fare: exact, coherent with each other, and known as `Truth`."""

from __future__ import annotations

from collections import Counter
from functools import reduce
from typing import TYPE_CHECKING

from semantic_router_observability.router.catalogue import family
from simulator.shapes import ZERO, LogNormal
from simulator.shares import Split, phase
from simulator.truth import FINE, Distribution, Truth

if TYPE_CHECKING:
    from simulator.page import Page
    from simulator.scenario import Scenario
    from simulator.shapes import Bins, Shape
    from simulator.traffic import Counts

ROUTING = LogNormal(0.018, 0.6)
"""Seconds of classification and decision before a request leaves the router."""

QUICK = LogNormal(0.13, 0.35)
"""Seconds until a backend has answered a request that it fails, as in the recorded pages."""

COUNTED_AS = {
    "upstream_4xx": ("upstream_4xx",),
    "upstream_5xx": ("upstream_5xx",),
    "plain_5xx": ("upstream_5xx", "parse_error"),
    "unusable": ("parse_error",),
    "timeout": ("timeout",),
}
"""Values of `reason` under which the router counts a failure: each of them once."""

LOOKUP = LogNormal(0.006, 0.5)
"""Seconds a cache hit takes from arrival to answer."""

AUTO = "auto"
"""The model name by which clients leave the choice to the router."""

LENGTHS = family("llm_prompt_tokens_per_request").buckets
CLIENT_MODELS = ("gpt-4o", "gpt-4.1-mini", "claude-sonnet", "mistral-large", "o3")
ON_TOP = (("classification_failed", 0.0006), ("no_model_selected", 0.0002), ("serialization_error", 0.0001))
"""Errors that are counted although the request goes on with a default, and their share of routed requests."""


class Core:
    """Turns counts of requests into the truth, and the truth into samples."""

    def __init__(self, seed: int, scenario: Scenario) -> None:
        """Keep what never changes."""
        self._seed, self._scenario = seed, scenario
        self._splits: dict[tuple[object, ...], tuple[Split, Bins]] = {}
        names = [CLIENT_MODELS[i] if i < len(CLIENT_MODELS) else f"client-model-{i}" for i in range(scenario.unknown_models)]
        self._client_models = names
        self._client_split = Split([1 / (i + 1) for i in range(len(names))], phase(seed, "client models"))

    def _observe(self, events: int, shape: Shape, bounds: tuple[float, ...], *path: object, whole: bool = False) -> Distribution:
        """Return `events` values of a shape; with `whole`, their sum is a whole number."""
        key = (shape, bounds, *path)
        if key not in self._splits:
            bins = shape.bins(bounds)
            self._splits[key] = (Split([share for share, _ in bins], phase(self._seed, *path)), bins)
        split, bins = self._splits[key]
        counts = split.of(events)
        total = sum(count * (round(mean) if whole else mean) for count, (_, mean) in zip(counts, bins, strict=True))
        return Distribution(bounds, tuple(counts), total)

    def truth(self, counts: Counts, *, at: float, started: float) -> Truth:
        """Return the totals that follow from the counts."""
        models = self._scenario.models
        nothing = Distribution(FINE, (0,) * (len(FINE) + 1), 0.0)
        latency, ttft, tpot = ({model.name: nothing for model in models} for _ in range(3))
        for (m, slower, streamed), events in counts.paced.items():
            model = models[m]
            pace = (m, slower, streamed)
            whole = LogNormal(model.median_latency * slower, model.sigma)
            first = LogNormal(model.ttft * slower, model.sigma) if streamed else whole.scaled(0.97)
            latency[model.name] += self._observe(events, whole, FINE, "latency", pace)
            ttft[model.name] += self._observe(events, first, FINE, "ttft", pace)
            tpot[model.name] += self._observe(events, whole.scaled(1 / model.completion_tokens), FINE, "tpot", pace)
        routing = nothing
        for slower, events in counts.handed.items():
            routing += self._observe(events, ROUTING.scaled(slower), FINE, "routing")
        hits, ok = _by_model(counts.hits), _by_model(counts.ok)
        prompts, answers, cost = {}, {}, {}
        rejected = Counter(
            {m: sum(n for (at, failure), n in counts.failed.items() if at == m and failure != "timeout") for m in range(len(models))}
        )
        for m, model in enumerate(models):
            # What has a status is observed as if it were an answer, without tokens.
            latency[model.name] += self._observe(rejected[m], QUICK, FINE, "failed", m)
            ttft[model.name] += self._observe(rejected[m], QUICK.scaled(0.97), FINE, "failed first", m)
            if hits[m]:
                latency[model.name] += self._observe(hits[m], LOOKUP, FINE, "hit", m)
            paid = [self._tokens(ok[m], model.prompt_tokens, "prompt", m), self._tokens(ok[m], model.completion_tokens, "answer", m)]
            empty = self._observe(rejected[m], ZERO, LENGTHS, "no tokens", m)
            prompts[model.name] = empty + paid[0] + self._tokens(hits[m], model.prompt_tokens, "cached prompt", m)
            answers[model.name] = empty + paid[1] + self._tokens(hits[m], model.completion_tokens, "cached answer", m)
            spent = (paid[0].sum * model.prompt_price + paid[1].sum * model.completion_price) / 1e6
            if spent and "prices" in self._scenario.features:
                cost[model.name, "USD"] = spent
        forwarded = counts.forwarded
        return Truth(
            at=at,
            started=started,
            requests=self._requests(counts),
            handled=self._named(_by_model(counts.auto) + _by_model(counts.named)),
            errors=self._errors(counts),
            completions=self._named(hits + ok),
            cache_hits=self._decided(counts.hits),
            cache_misses=self._decided(counts.misses),
            inflight=self._named(_by_model(_routed(forwarded)) - _by_model(_routed(counts.answered))),
            prompt_tokens={name: int(lengths.sum) for name, lengths in prompts.items() if lengths.count},
            completion_tokens={name: int(lengths.sum) for name, lengths in answers.items() if lengths.count},
            prompt_lengths=prompts,
            completion_lengths=answers,
            cost=cost,
            completion_latency=latency,
            ttft=ttft,
            tpot=tpot,
            routing_latency=routing,
        )

    def _tokens(self, events: int, median: float, *path: object) -> Distribution:
        return self._observe(events, LogNormal(median, 0.8), LENGTHS, *path, whole=True)

    def _named(self, by_model: Counter[int]) -> dict[str, int]:
        return {model.name: by_model[m] for m, model in enumerate(self._scenario.models) if by_model[m]}

    def _decided(self, by_cell: Counter[tuple[int, int]]) -> dict[str, int]:
        totals: Counter[str] = Counter()
        for (d, _), count in by_cell.items():
            totals[self._scenario.decisions[d].name] += count
        return {name: count for name, count in totals.items() if count}

    def _requests(self, counts: Counts) -> dict[str, int]:
        requests = self._named(_by_model(counts.auto))
        unknown = counts.named.total() + counts.unknown_models + counts.parse_errors
        return {**requests, "unknown": unknown} if unknown else requests

    def _errors(self, counts: Counts) -> dict[tuple[str, str], int]:
        errors: Counter[tuple[str, str]] = Counter()
        for (m, failure), count in counts.failed.items():
            for reason in COUNTED_AS[failure]:
                errors[self._scenario.models[m].name, reason] += count
        errors["unknown", "parse_error"] = counts.parse_errors
        if self._client_models:
            for name, count in zip(self._client_models, self._client_split.of(counts.unknown_models), strict=True):
                errors[name, "model_not_found"] = count
        for reason, share in ON_TOP:
            errors["unknown", reason] = int(counts.auto.total() * share + phase(self._seed, reason) * (share > 0))
        return {key: count for key, count in errors.items() if count}

    def fill(self, page: Page, truth: Truth, counts: Counts) -> None:
        """Write the truth on the page."""
        for name, count in truth.requests.items():
            page.set("llm_model_requests_total", (name,), count)
        for key, count in truth.errors.items():
            page.set("llm_request_errors_total", key, count)
        for name, count in truth.inflight.items():
            page.set("llm_model_inflight_requests", (name,), count)
        for name, prompt in truth.prompt_tokens.items():
            answer = truth.completion_tokens[name]
            page.set("llm_model_prompt_tokens_total", (name,), prompt)
            page.set("llm_model_completion_tokens_total", (name,), answer)
            page.set("llm_model_tokens_total", (name,), prompt + answer)
        for key, spent in truth.cost.items():
            page.set("llm_model_cost_total", key, spent)
        for found, values in (
            ("llm_model_completion_latency_seconds", truth.completion_latency),
            ("llm_model_ttft_seconds", truth.ttft),
            ("llm_model_tpot_seconds", truth.tpot),
            ("llm_prompt_tokens_per_request", truth.prompt_lengths),
            ("llm_completion_tokens_per_request", truth.completion_lengths),
        ):
            for name, spread in values.items():
                if spread.count:
                    page.observe(found, (name,), spread.coarse(family(found).buckets), spread.sum)
        routing = truth.routing_latency
        page.observe("llm_model_routing_latency_seconds", (), routing.coarse(FINE[:11]), routing.sum)
        # A request that the cache answers is not counted here.
        for name, count in self._named(_by_model(_routed(counts.forwarded))).items():
            page.set("llm_routing_reason_codes_total", ("auto_routing", name), count)
        for name, count in self._named(_by_model(counts.named)).items():
            page.set("llm_routing_reason_codes_total", ("model_specified", name), count)
        for name, count in self._named(_by_model(_routed(counts.forwarded))).items():
            page.set("llm_model_routing_modifications_total", (AUTO, name), count)


def _by_model(cells: Counter[tuple[int, int]]) -> Counter[int]:
    def add(total: Counter[int], item: tuple[tuple[int, int], int]) -> Counter[int]:
        total[item[0][1]] += item[1]
        return total

    return reduce(add, cells.items(), Counter())


def _routed(cells: Counter[tuple[int, int]]) -> Counter[tuple[int, int]]:
    """Leave out the requests whose client named the model."""
    return Counter({cell: count for cell, count in cells.items() if cell[0] >= 0})
