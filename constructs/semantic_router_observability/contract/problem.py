"""What is wrong with a query."""

from __future__ import annotations

from dataclasses import dataclass

from semantic_router_observability.errors import ConfigError, Where


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an expression."""

    text: str
    """What is wrong and what would be right, in one line."""

    router: bool = True
    """Whether it is a mistake about a metric of the router. What concerns metrics of other programs, or a value that a later router may
    have, is refused in strict mode only."""


@dataclass(frozen=True)
class Finding:
    """A problem and its place."""

    where: Where
    """File, panel or rule."""

    expression: str
    problem: Problem

    def error(self) -> ConfigError:
        """As the library's error: one line."""
        return ConfigError(self.where, self.expression, self.problem.text)
