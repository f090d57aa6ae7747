"""Families of the router that no shipped dashboard and no shipped rule queries: what dropping them saves. Pure."""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.rules import router_groups
from semantic_router_observability.shipped import SHIPPED, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from semantic_router_observability.contract.page import Seen

PARTS: Final = ("", "_bucket", "_count", "_sum")
"""Ends of the names of a family's samples."""


class Unused(NamedTuple):
    """A family that nothing shipped queries."""

    family: str
    series: int


@functools.cache
def queried() -> frozenset[str]:
    """Every word of the shipped queries and rules: names of metrics are among them."""
    texts = [query for shipped in SHIPPED for query in _queries(json.loads(text(shipped)))]
    texts += [rule.expr for group in router_groups() for rule in group.rules]
    for alerts in topics(EVERYTHING).values():
        for alert in alerts:
            texts += [alert.rule().expr, *(rule.expr for rule in alert.records())]
    return frozenset(word for found in texts for word in re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", found))


def is_queried(family: str) -> bool:
    """Whether a shipped dashboard or rule queries the family."""
    return any(f"{family}{part}" in queried() for part in PARTS)


def unused(page: Mapping[str, Seen]) -> list[Unused]:
    """Return the families of a page that nothing shipped queries, those with the most series first."""
    found = [Unused(name, seen.samples) for name, seen in page.items() if seen.samples and not is_queried(name)]
    return sorted(found, key=lambda entry: (-entry.series, entry.family))


def _queries(model: Any) -> Iterator[str]:
    """Texts of a dashboard that are PromQL, or ask for values of labels."""
    if isinstance(model, dict):
        for key, value in model.items():
            if key in {"expr", "query", "definition"} and isinstance(value, str):
                yield value
            else:
                yield from _queries(value)
    elif isinstance(model, list):
        for item in model:
            yield from _queries(item)
