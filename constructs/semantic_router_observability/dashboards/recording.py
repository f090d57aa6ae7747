"""Whether dashboards read recording rules, or what the router exports."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_recorded: ContextVar[bool] = ContextVar("recorded", default=True)


def is_recorded() -> bool:
    """Whether the dashboard being built may rely on the rules of `rules/`."""
    return _recorded.get()


@contextmanager
def raw_queries(raw: bool = True) -> Iterator[None]:
    """Build dashboards for a Prometheus that does not evaluate the rules: the same panels and answers, at a higher cost for each query.

    Raw series name their instance, so these dashboards also filter by it.
    """
    token = _recorded.set(not raw)
    try:
        yield
    finally:
        _recorded.reset(token)
