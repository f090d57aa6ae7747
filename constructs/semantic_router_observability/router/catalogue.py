"""Every metric family the router serves at /metrics: names, types, labels, buckets, and what a query writer must know.

The facts describe github.com/vllm-project/semantic-router at commit 3d48f8c9 (2026-08-22): 138 families of the router itself and 40 of
the Go runtime, the process and the scrape handler. They live in `catalogue.json`, one family a line, so that an upstream change is a diff
of as many lines; this module gives them types. Nothing is read until the first question, and the answer is kept.

    >>> family("llm_model_ttft_seconds").buckets[-1]
    10.0

Conventions of the router that hold for all its families:
- `model` is the alias used in the router's configuration, not the name the backend knows.
- `decision`, `decision_name` and `signal_name` carry the configured name, or `recipe::name` (URL-escaped) outside the default recipe.
- An empty value mostly becomes `unknown`.
- `job`, `instance`, `namespace` and the like come from scraping and are not listed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import msgspec

from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

UPSTREAM_COMMIT = "3d48f8c9"
"""The commit of the router that the facts were read from."""

INIT = "_init"
"""The label value of stand-in series that the router creates at start; a query leaves it out with `label!="_init"`."""

Kind = Literal["counter", "gauge", "histogram", "summary"]
"""Prometheus type, as the `# TYPE` line says it. A name that ends in `_total` is no proof of a counter: four gauges do, too."""

Status = Literal["recorded", "conditional", "placeholder_only", "unrecorded"]
"""How real the values are.

- `recorded`: the running router feeds it.
- `conditional`: it is fed only while a feature is configured; `Family.needs` names the feature.
- `placeholder_only`: series exist, but no code path ever gives them a value.
- `unrecorded`: defined upstream and fed by nothing.
"""

Appears = Literal["start", "first_event", "placeholder", "config", "never"]
"""When the first series shows up.

- `start`: with the endpoint.
- `first_event`: with the first event of each label set, so a counter is born at 1 and `increase()` misses that event.
- `placeholder`: at start with stand-ins, see `StandIn`; real series follow at their first event.
- `config`: with the first event, and only when the feature is on; otherwise the family does not even register.
- `never`.
"""

StandIn = Literal["_init", "known_values", "unlabelled"]
"""What the series of an `appears="placeholder"` family look like before anything happened.

- `_init`: series in which the labels read `_init`, bar `method` (a series for each), `tier` and `is_tie`; excluding `_init` removes them.
- `known_values`: one empty series for each known label value, indistinguishable from a real one.
- `unlabelled`: the family has no labels; its one series is empty.
"""

Feature = Literal["batch_metrics", "prices", "rag_cache", "request_params_policy", "session_identity", "windowed_metrics"]
"""What a `conditional` family needs before it is fed.

- `batch_metrics`: `global.services.api.batch_classification.metrics.enabled`.
- `prices`: a price for the model.
- `rag_cache`: a RAG plugin that caches its results.
- `request_params_policy`: a decision with a policy for request parameters.
- `session_identity`: clients that identify a conversation or a user.
- `windowed_metrics`: `global.services.observability.metrics.windowed_metrics.enabled`.
"""

Group = Literal[
    "batch_classification",
    "cache",
    "classification",
    "context_compression",
    "decision",
    "image_generation",
    "memory",
    "model_switch_gate",
    "offline_learning",
    "plugin",
    "rag",
    "reasoning",
    "request_params",
    "requests",
    "routing",
    "runtime_go",
    "runtime_process",
    "scrape_handler",
    "security",
    "selection",
    "selection_learning",
    "session",
    "signal",
    "token_calibration",
    "tokens_cost",
    "tools",
    "translation",
    "windowed",
]
"""The part of the router a family belongs to; `runtime_*` and `scrape_handler` come with every Go program."""


class UnboundedLabel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A label that clients can grow without limit, so that scraping has to drop or cap it."""

    label: str
    """The label's name."""

    when: dict[str, str] = {}
    """Other labels and values under which this holds; empty: always."""


class Family(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One metric family of the router."""

    name: str
    """As in the `# TYPE` line; see `series` for the names that samples have."""

    type: Kind
    group: Group

    unit: str
    """Of one sample, in words: "seconds", "tokens", "requests"."""

    status: Status
    appears: Appears

    labels: tuple[str, ...] = ()
    """Labels that the router sets, in its own order."""

    label_values: dict[str, tuple[str, ...]] = {}
    """All values the code can produce, by label: closed sets. A label that is missing here takes names from the configuration or from
    traffic."""

    buckets: tuple[float, ...] = ()
    """Finite upper bounds of a histogram, ascending. `+Inf` is implied, and no quantile can exceed the last one."""

    quantiles: tuple[float, ...] = ()
    """Quantiles that a summary exports."""

    needs: Feature | None = None
    """The feature that feeds it, when `status` is `conditional`."""

    stand_in: StandIn | None = None
    """The shape of its stand-in series, when `appears` is `placeholder`."""

    personal: tuple[str, ...] = ()
    """Labels whose values identify people."""

    unbounded: tuple[UnboundedLabel, ...] = ()
    """Labels that clients can grow without limit."""

    client_text: tuple[UnboundedLabel, ...] = ()
    """Labels that hold names from the configuration and, under some settings of the router, what a client wrote in their place."""

    meaning: str
    """What one sample says."""

    caveat: str | None = None
    """What makes a plain reading of it wrong."""

    @property
    def fed(self) -> bool:
        """Whether any configuration of the router gives it values: the families a query may rest on."""
        return self.status in ("recorded", "conditional")

    @property
    def series(self) -> tuple[str, ...]:
        """The names its samples have: of a histogram `_bucket`, `_sum` and `_count`, of a summary its own name, `_sum` and `_count`."""
        match self.type:
            case "histogram":
                return (f"{self.name}_bucket", f"{self.name}_sum", f"{self.name}_count")
            case "summary":
                return (self.name, f"{self.name}_sum", f"{self.name}_count")
            case _:
                return (self.name,)


@cache
def families() -> Mapping[str, Family]:
    """Return all families by name, in the catalogue's order: by group, then by name."""
    read = msgspec.json.decode(Path(__file__).with_name("catalogue.json").read_bytes(), type=tuple[Family, ...])
    return MappingProxyType({found.name: found for found in read})


def family(name: str) -> Family:
    """Return the family called `name`.

    Raises:
        ConfigError: the router has no such family; names the nearest one when there is one.

    """
    try:
        return families()[name]
    except KeyError:
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

        near = get_close_matches(name, families(), n=1)
        raise ConfigError(
            "metric", name, f"a family of the router; the nearest is {near[0]}" if near else "a family of the router"
        ) from None
