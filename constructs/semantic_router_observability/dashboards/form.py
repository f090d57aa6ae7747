"""Whether dashboards are being built on recording rules, or on what the router exports."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_recorded: ContextVar[bool] = ContextVar("recorded", default=True)


def is_recorded() -> bool:
    """Whether the rules of `rules/` can be counted on."""
    return _recorded.get()


@contextmanager
def raw_queries(raw: bool = True) -> Iterator[None]:
    """Build dashboards for a Prometheus that does not evaluate the rules: same panels, same answers, more work at every look."""
    token = _recorded.set(not raw)
    try:
        yield
    finally:
        _recorded.reset(token)
