"""What happens to a simulated router: who asks, for what, how it goes, and what breaks when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from semantic_router_observability.router.catalogue import Feature

if TYPE_CHECKING:
    from simulator.events import Event

Extra = Literal[
    "batch_api",
    "compression",
    "feedback",
    "hallucination_check",
    "image_generation",
    "memory",
    "rag",
    "remote_cache",
    "tools",
    "translation",
]
"""A part of the router that a deployment may or may not use."""

Failure = Literal["upstream_4xx", "upstream_5xx", "plain_5xx", "unusable", "timeout"]
"""How a backend fails: 4xx or 5xx with JSON, 5xx with plain text as a gateway writes it, 200 with what is no answer, or no answer in time."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A backend, by the alias the router's configuration gives it."""

    name: str
    weight: float = 1.0
    """Share of routed traffic, relative to the other models."""

    median_latency: float = 2.0
    """Seconds until half of the answers are complete."""

    sigma: float = 0.5
    """Spread of the logarithm of all its durations: 0 makes every answer take the median."""

    ttft: float = 0.2
    """Median seconds until the first token of a streamed answer."""

    error_share: float = 0.002
    """Share of forwarded requests that fail at the backend, with 4xx, 5xx in JSON, 5xx in plain text and timeouts as 4 to 4 to 1 to 1."""

    prompt_price: float = 0.5
    """Dollars for a million prompt tokens; 0 leaves the model unpriced."""

    completion_price: float = 1.5
    """Dollars for a million completion tokens."""

    prompt_tokens: float = 400.0
    """Median length of a prompt."""

    completion_tokens: float = 200.0
    """Median length of an answer."""

    appears_at: float = 0.0
    """Simulated second from which routing may choose it."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A rule set of the router's configuration that requests match."""

    name: str
    domain: str
    weight: float = 1.0
    cached: bool = True
    """Whether the decision carries the response-cache plugin."""

    reasoning: bool = False
    conditions: bool = True
    """Whether it has any: one without matches every request, with confidence 0."""

    method: str = "static"
    """How the model is selected among the candidates."""


@dataclass(frozen=True, kw_only=True)
class Incident:
    """A stretch of time in which something is different. Where two overlap, factors multiply and the later one in the tuple sets errors."""

    start: float
    end: float
    model: str | None = None
    """The one model concerned; None means all."""

    error_share: float | None = None
    reason: Failure = "upstream_5xx"
    slower: float = 1.0
    """Factor on every duration of the backend."""

    traffic: float = 1.0
    """Factor on the request rate; concerns all models."""

    routing_slower: float = 1.0
    """Factor on the time the router itself takes; concerns all models."""

    happens: tuple[Event, ...] = ()
    """What else the requests bring about, on top of what they always do. On the page only: `Truth` is about the requests themselves."""

    @classmethod
    def all_failing(cls, start: float, end: float, *, reason: Failure = "upstream_5xx") -> Incident:
        """Make every forwarded request fail."""
        return cls(start=start, end=end, error_share=1.0, reason=reason)

    @classmethod
    def all_slow(cls, start: float, end: float, *, factor: float = 10.0) -> Incident:
        """Make every backend slower by `factor`."""
        return cls(start=start, end=end, slower=factor)

    @classmethod
    def no_traffic(cls, start: float, end: float) -> Incident:
        """Let no request arrive."""
        return cls(start=start, end=end, traffic=0.0)


@dataclass(frozen=True, kw_only=True)
class Restart:
    """The process dies at `at`; its endpoint is back `down` seconds later, with every counter at zero."""

    at: float
    down: float = 5.0


MODELS = (
    Model(name="qwen3-8b", weight=5, median_latency=1.1, ttft=0.12, prompt_price=0.05, completion_price=0.4, completion_tokens=180),
    Model(name="llama-3.3-70b", weight=3, median_latency=3.2, ttft=0.35, prompt_price=0.6, completion_price=0.8, completion_tokens=260),
    Model(
        name="gpt-oss-120b",
        weight=2,
        median_latency=7.5,
        sigma=0.65,
        ttft=0.8,
        error_share=0.006,
        prompt_price=0.15,
        completion_price=0.6,
        completion_tokens=620,
    ),
)

DECISIONS = (
    Decision(name="general", domain="other", weight=4, method="static", conditions=False),
    Decision(name="coding", domain="computer science", weight=3, method="elo"),
    Decision(name="math_reasoning", domain="math", weight=2, reasoning=True, method="hybrid"),
    Decision(name="law_and_policy", domain="law", weight=1, cached=False, reasoning=True, method="knn"),
    Decision(name="support::billing", domain="business", weight=1, method="latency_aware"),
)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Everything that decides what a page says, besides the seed and the time."""

    rate: float = 5.0
    """Requests a second, on average."""

    wave: float = 0.25
    """How far the rate swings around its average, as a share of it."""

    period: float = 1200.0
    """Seconds of one such swing."""

    quiet: bool = False
    """No request ever arrives: what a freshly installed router shows."""

    models: tuple[Model, ...] = MODELS
    decisions: tuple[Decision, ...] = DECISIONS

    cache_hit_share: float = 0.25
    """Share of lookups that the response cache answers, where a decision has one."""

    streaming_share: float = 0.6
    named_share: float = 0.08
    """Share of requests that name one of the models instead of leaving the choice to the router."""

    unknown_model_share: float = 0.005
    """Share of requests that name a model nobody configured."""

    unknown_models: int = 5
    """How many such names clients make up; each becomes a label value."""

    parse_error_share: float = 0.002
    users: int = 8
    """Distinct values of `user_id`."""

    unknown_fields: int = 4
    """Distinct request fields that clients make up."""

    features: frozenset[Feature] = frozenset({"prices", "session_identity"})
    """Features of the catalogue that are switched on."""

    extras: frozenset[Extra] = frozenset({"hallucination_check", "tools"})
    """Further parts of the router in use."""

    incidents: tuple[Incident, ...] = ()
    restarts: tuple[Restart, ...] = ()
    loading: float = 0.0
    """Seconds after each start in which the endpoint answers but requests are not yet served: being scraped is not being ready."""

    epoch: float = 1_767_225_600.0
    """Unix time of simulated second 0."""

    @classmethod
    def everything_on(cls, **overrides: Any) -> Scenario:
        """Return a scenario in which each family that can appear does."""
        return replace(cls(features=frozenset(get_args(Feature)), extras=frozenset(get_args(Extra))), **overrides)

    @classmethod
    def silent(cls, **overrides: Any) -> Scenario:
        """Return a scenario without any traffic."""
        return replace(cls(quiet=True), **overrides)
