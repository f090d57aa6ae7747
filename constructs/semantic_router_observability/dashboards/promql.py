"""PromQL that names Grafana's variables, in the layout of Prometheus's own formatter."""

from __future__ import annotations

import re
from typing import Final

from semantic_router_observability.promql import pretty

SHORT: Final = 100
"""Characters: shorter expressions stay on one line."""

LONG: Final = 900
"""Characters: a longer layout would be one line of JSON that no review can show."""

_TOKEN = re.compile(r'"[^"]*"|([\[:])?(\$\w+)')


def readable(expression: str) -> str:
    """Lay an expression out for the query editor, unless it is short, or so long that only the line breaks it was written with are affordable.

    Variables outside of text stand for a duration or a number, and come back as they were.
    """
    if len(expression) <= SHORT:
        return expression
    variables: dict[str, str] = {}

    def stand_in(found: re.Match[str]) -> str:
        before, variable = found.groups()
        if variable is None:
            return found[0]
        number = 1000 + 7 * len(variables)  # days that the formatter writes neither as weeks nor as years
        value = f"{number}d" if before else f"{number}.125"
        variables[value] = variable
        return f"{before or ''}{value}"

    laid_out = pretty(_TOKEN.sub(stand_in, expression))
    for value, variable in variables.items():
        laid_out = laid_out.replace(value, variable)
    return laid_out if len(laid_out) <= LONG else expression
