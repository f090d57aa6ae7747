"""`Slo`: an objective for users, as a ratio of events that must be good, and what its error budget is counted from."""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec
import promql_parser

from semantic_router_observability.checks import duration_seconds
from semantic_router_observability.errors import ConfigError, Key, Path
from semantic_router_observability.promql import dialect, parse
from semantic_router_observability.router import causes
from semantic_router_observability.router.catalogue import family
from semantic_router_observability.spec import Spec, Tagged
from semantic_router_observability.texts import DnsLabel, Duration

from .shapes.promql import le_pattern

LOWEST_OBJECTIVE: Final = 0.85
"""Below it, no error ratio exceeds six times the budget, and the critical alert could never fire."""

_HISTOGRAMS: Final = {
    "completion": "llm_model_completion_latency_seconds",
    "firstToken": "llm_model_ttft_seconds",
    "token": "llm_model_tpot_seconds",
    "routing": "llm_model_routing_latency_seconds",
}


class Availability(Tagged, frozen=True, kw_only=True, tag="availability"):
    """Requests that do not fail. Errors caused by clients do not count; for a model, only errors of its server do."""

    def bad(self, model: str | None) -> str:
        """Count the bad events a second, series by series."""
        if model is None:
            return causes.of_operators(lambda *matchers: _rate(causes.ERRORS, *matchers))
        return causes.of_backends(lambda *matchers: _rate(causes.ERRORS, *matchers, f"model={_text(model)}"))

    def total(self, model: str | None) -> str:
        """Select all events."""
        return "llm_model_requests_total" if model is None else f"llm_routing_reason_codes_total{{model={_text(model)}}}"

    def good(self, model: str | None) -> str | None:  # noqa: ARG002 - part of the protocol
        """There is no counter of good events."""
        return None

    def left_out(self, model: str | None) -> str | None:  # noqa: ARG002 - part of the protocol
        """All events count."""
        return None


class Latency(Tagged, frozen=True, kw_only=True, tag="latency"):
    """Answers that are fast enough.

    The router's histograms of whole answers and of first tokens observe answers that failed, too, and a quick failure would count as a
    fast answer. Failed answers are therefore taken from the number of events; what is slow stays bad, whether it failed or not.

    Attributes:
        bound: Seconds; one of the histogram's bucket bounds.
        of: `completion` (the whole answer), `firstToken` (default), `token` (time per token), or `routing` (time in the router).

    """

    bound: float
    of: Literal["completion", "firstToken", "token", "routing"] = "firstToken"

    def __post_init__(self) -> None:
        bounds = family(_HISTOGRAMS[self.of]).buckets
        if self.bound not in bounds:
            raise ConfigError("bound", self.bound, f"write a bucket bound: {', '.join(f'{bound:g}' for bound in bounds)}")

    def bad(self, model: str | None) -> str | None:  # noqa: ARG002 - part of the protocol
        """There is no counter of bad events."""
        return None

    def good(self, model: str | None) -> str:
        """Select the good events."""
        matchers = [*self._matchers(model), f'le=~"{le_pattern(self.bound)}"']
        return f"{_HISTOGRAMS[self.of]}_bucket{{{', '.join(matchers)}}}"

    def total(self, model: str | None) -> str:
        """Select all events."""
        matchers = self._matchers(model)
        return f"{_HISTOGRAMS[self.of]}_count" + (f"{{{', '.join(matchers)}}}" if matchers else "")

    def left_out(self, model: str | None) -> str | None:
        """Count events a second, series by series, that the histogram observes although they are no answers."""
        if self.of not in ("completion", "firstToken"):
            return None
        return causes.observed(lambda *matchers: _rate(causes.ERRORS, *matchers, *self._matchers(model)))

    def _matchers(self, model: str | None) -> list[str]:
        if model is None:
            return []
        if self.of == "routing":
            raise ConfigError("per_model", model, "remove it: the router measures its own time before a model is selected")
        return [f"model={_text(model)}"]


class Ratio(Tagged, frozen=True, kw_only=True, tag="ratio"):
    """Any two counters.

    Attributes:
        bad_events: Counter of the bad events, with matchers if needed, such as `shop_orders_total{status="failed"}`.
        all_events: Counter of all events, the bad ones among them.

    """

    bad_events: str
    all_events: str

    def __post_init__(self) -> None:
        for name, text in (("bad_events", self.bad_events), ("all_events", self.all_events)):
            try:
                parsed = parse(text)
            except ValueError as error:
                raise ConfigError(name, text, f"not PromQL: {error}") from error
            if not isinstance(parsed, promql_parser.VectorSelector) or dialect(text).features:
                raise ConfigError(name, text, "write a counter with matchers, without rate or sum; both are added")

    def bad(self, model: str | None) -> str:
        """Count the bad events a second, series by series."""
        return _rate(self.bad_series(model))

    def bad_series(self, model: str | None) -> str:
        """Select the bad events."""
        return self._of(self.bad_events, model)

    def total(self, model: str | None) -> str:
        """Select all events."""
        return self._of(self.all_events, model)

    def good(self, model: str | None) -> str | None:  # noqa: ARG002 - part of the protocol
        """There is no counter of good events."""
        return None

    def left_out(self, model: str | None) -> str | None:  # noqa: ARG002 - part of the protocol
        """All events count."""
        return None

    def _of(self, selector: str, model: str | None) -> str:
        if model is None:
            return selector
        name, _, rest = selector.strip().partition("{")
        inner = rest.removesuffix("}").strip().rstrip(",")
        return f"{name}{{{inner + ', ' if inner else ''}model={_text(model)}}}"


Sli = Availability | Latency | Ratio
"""What an objective is set for."""


class Slo(Spec, frozen=True, kw_only=True):
    """An objective for a ratio of events.

    Usage:
        Slo(name="answers", sli=Availability(), objective=0.995)
        Slo(name="first-token", sli=Latency(bound=2.5), objective=0.95, per_model={"qwen3-235b": 0.9})

    Attributes:
        name: Value of the label `slo`.
        sli: What is measured: `availability`, `latency` or `ratio`.
        objective: Ratio of events that must be good, such as 0.995.
        window: Time over which the budget is counted. Default `14d`; samples must be kept at least as long.
        per_model: Objectives of single models, in addition to the one for all models together. Default: none.
        at_least: Minimum number of bad events in the long window of an alert, so that one failure at night does not page. Default 5.

    """

    name: DnsLabel
    sli: Sli
    objective: float
    window: Duration = "14d"
    per_model: dict[str, float] = {}
    at_least: int = 5

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?", self.name):
            raise ConfigError("name", self.name, "write lower-case letters, digits and '-'")
        models: dict[Path, float] = {("per_model", Key(model)): objective for model, objective in self.per_model.items()}
        for path, objective in {("objective",): self.objective, **models}.items():
            if not LOWEST_OBJECTIVE <= objective < 1:
                raise ConfigError(path, objective, f"write a ratio from {LOWEST_OBJECTIVE} to below 1, such as 0.995")
        if self.at_least < 1:
            raise ConfigError("at_least", self.at_least, "write 1 or more events")
        if duration_seconds("window", self.window) < duration_seconds("", "3d"):
            raise ConfigError("window", self.window, "write at least 3d, the longest window of an alert")
        for model in self.per_model:
            self.sli.total(model)

    def objectives(self) -> list[Objective]:
        """Return the objective for all models, and those of single ones."""
        return [Objective(self, None, self.objective), *(Objective(self, model, ratio) for model, ratio in self.per_model.items())]


class Objective(msgspec.Struct, frozen=True):
    """The objective of an SLO for all models together, or for a single one."""

    slo: Slo
    model: str | None
    ratio: float

    @property
    def budget(self) -> float:
        """Ratio of events that may be bad."""
        return round(1 - self.ratio, 12)

    @property
    def labels(self) -> dict[str, str]:
        """Labels of its alerts."""
        return {"slo": self.slo.name, **({"model": self.model} if self.model is not None else {})}

    @property
    def matchers(self) -> str:
        """Matchers of its recorded series."""
        return f'slo="{self.slo.name}", model={_text(self.model or "")}'

    @property
    def recorded(self) -> dict[str, str]:
        """Labels of its recorded series; with an empty `model` for all models, which queries may select."""
        return {"slo": self.slo.name, "model": self.model or ""}


def _rate(selector: str, *matchers: str) -> str:
    chosen = f"{selector}{{{', '.join(matchers)}}}" if matchers else selector
    return f"rate({chosen}[5m])"


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
