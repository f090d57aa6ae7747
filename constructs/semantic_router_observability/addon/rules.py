"""PrometheusRule: the rule files as objects of prometheus-operator, one a topic. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from semantic_router_observability.errors import ConfigError, place
from semantic_router_observability.kubernetes.budget import OBJECT_BUDGET, size_in_annotation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from semantic_router_observability.prometheus.rules import RuleFile

_OWN_FILES = "semantic-router-"
"""Start of the names of shipped files that objects, called after the construct, need not repeat."""


class RuleObject(NamedTuple):
    """A PrometheusRule."""

    name: str
    spec: dict[str, Any]


def rule_objects(id: str, files: Sequence[RuleFile], interval: str) -> Iterator[RuleObject]:
    """Return an object a rule file. Groups name their interval: the installation's own may be too long for the windows of the rules.

    Raises:
        ConfigError: a file is too large for one object.

    """
    for file in files:
        spec = {"groups": [{"name": group["name"], "interval": interval, **group} for group in file.groups]}
        size = size_in_annotation(msgspec.json.encode(spec).decode())
        if size > OBJECT_BUDGET:
            raise ConfigError(
                place(id, "rules"),
                f"{file.name}, {size} bytes",
                f"keep it under {OBJECT_BUDGET} bytes, or kubectl apply refuses the object; split the file in two",
            )
        yield RuleObject(f"{id}-{file.name.removeprefix(_OWN_FILES)}", spec)
