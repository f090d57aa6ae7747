"""Every metric family that the router serves at /metrics: names, types, labels, buckets, and what authors of queries must know.

The facts describe github.com/vllm-project/semantic-router at commit 3d48f8c9 (2026-08-22): 138 families of the router itself and 40 of
the Go runtime, the process and the scrape handler. They are in `catalogue.json`, a line for each family, so that an upstream change is a
diff of as many lines; this module gives them types. The file is read on first use, and cached.

    >>> family("llm_model_ttft_seconds").buckets[-1]
    10.0

Conventions of the router that hold for all its families:
- `model` is the alias in the router's configuration, not the name in the backend.
- `decision`, `decision_name` and `signal_name` carry the configured name, or `recipe::name` (URL-escaped) outside the default recipe.
- Most empty values become `unknown`.
- `job`, `instance`, `namespace` and other labels of the target come from scraping and are not listed.
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
"""The label value of placeholder series that the router creates at start; a query excludes them with `label!="_init"`."""

Kind = Literal["counter", "gauge", "histogram", "summary"]
"""Prometheus type, as in the `# TYPE` line. Not every name that ends in `_total` is a counter: four gauges have such names."""

Status = Literal["recorded", "conditional", "placeholder_only", "unrecorded"]
"""Whether the router sets values.

- `recorded`: always.
- `conditional`: only while a feature is configured; `Family.needs` names the feature.
- `placeholder_only`: series exist, but no code path sets a value.
- `unrecorded`: defined upstream, but never set.
"""

Appears = Literal["start", "first_event", "placeholder", "config", "never"]
"""When the first series appears.

- `start`: with the endpoint.
- `first_event`: with the first event of each label set, so a counter starts at 1 and `increase()` misses that event.
- `placeholder`: at start with placeholders, see `StandIn`; real series follow with their first event.
- `config`: with the first event, and only when the feature is on; otherwise the family is not registered.
- `never`.
"""

StandIn = Literal["_init", "known_values", "unlabelled"]
"""Series of an `appears="placeholder"` family before the first event.

- `_init`: series whose labels are `_init`, except `method` (a series for each), `tier` and `is_tie`; excluding `_init` removes them.
- `known_values`: one empty series for each known label value, indistinguishable from a real one.
- `unlabelled`: the family has no labels; its one series is empty.
"""

Feature = Literal["batch_metrics", "prices", "rag_cache", "request_params_policy", "session_identity", "windowed_metrics"]
"""What a `conditional` family requires.

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
"""The part of the router that a family belongs to; `runtime_*` and `scrape_handler` are in every Go program."""


class UnboundedLabel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A label whose values clients can choose without limit, so that scraping must drop or bound it."""

    label: str
    """The label's name."""

    when: dict[str, str] = {}
    """Other labels and values under which this holds; empty: always."""

    known: tuple[str, ...] = ()
    """Values with a public meaning, such as the fields of an API: few, and nothing that a client makes up."""


class Family(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One metric family of the router."""

    name: str
    """As in the `# TYPE` line; `series` are the names of its samples."""

    type: Kind
    group: Group

    unit: str
    """Of one sample, in words: "seconds", "tokens", "requests"."""

    status: Status
    appears: Appears

    labels: tuple[str, ...] = ()
    """Labels that the router sets, in the router's order."""

    label_values: dict[str, tuple[str, ...]] = {}
    """Values that the router's code holds, by label. Other labels have values from the configuration or from traffic."""

    open_labels: tuple[str, ...] = ()
    """Labels of `label_values` that have further values, from the configuration; the other lists are complete."""

    buckets: tuple[float, ...] = ()
    """Finite upper bounds of a histogram, ascending. `+Inf` is implied, and no quantile can exceed the last one."""

    quantiles: tuple[float, ...] = ()
    """Quantiles that a summary exports."""

    needs: Feature | None = None
    """The feature that it requires, when `status` is `conditional`."""

    stand_in: StandIn | None = None
    """Its placeholder series, when `appears` is `placeholder`."""

    nameless: tuple[str, ...] = ()
    """Labels meant for the decision that are set before it is known, and so never name one: neither filters nor splits can use them."""

    personal: tuple[str, ...] = ()
    """Labels whose values identify people."""

    unbounded: tuple[UnboundedLabel, ...] = ()
    """Labels whose values clients can choose without limit."""

    client_text: tuple[UnboundedLabel, ...] = ()
    """Labels that hold names from the configuration and, under some settings of the router, what a client wrote in their place."""

    meaning: str
    """Meaning of a sample."""

    caveat: str | None = None
    """Why its name or type is misleading."""

    @property
    def closed_values(self) -> dict[str, tuple[str, ...]]:
        """Complete lists of values, by label: closed sets."""
        return {label: values for label, values in self.label_values.items() if label not in self.open_labels}

    @property
    def fed(self) -> bool:
        """Whether some configuration of the router sets values: only such families may be queried."""
        return self.status in ("recorded", "conditional")

    @property
    def series(self) -> tuple[str, ...]:
        """Names of its samples: of a histogram `_bucket`, `_sum` and `_count`, of a summary its own name, `_sum` and `_count`."""
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
        ConfigError: the router has no such family; the message names the closest one.

    """
    try:
        return families()[name]
    except KeyError:
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

        near = get_close_matches(name, families(), n=1)
        raise ConfigError(
            "metric", name, f"a family of the router; the nearest is {near[0]}" if near else "a family of the router"
        ) from None
