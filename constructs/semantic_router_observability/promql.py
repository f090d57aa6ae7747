"""PromQL in the layout of Prometheus's own formatter."""

from __future__ import annotations

import promql_parser


def pretty(expression: str) -> str:
    """Return an expression with the same meaning, one operand a line where it is longer than a line: a changed number is a changed line."""
    return str(promql_parser.parse(expression).prettify()).rstrip()
