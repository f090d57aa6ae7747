"""The proof of a set of alerts: cases for each of them, and promtool to run all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import promtool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from semantic_router_observability.alerting.definition import Definition
    from semantic_router_observability.alerting.links import Links

    from .case import Case


class Outcome(NamedTuple):
    """What promtool said."""

    agrees: bool
    output: str
    cases: int
    alerts: int


def prove(
    tool: Path, folder: Path, definitions: Iterable[Definition], links: Links, *, only: Callable[[Case], bool] = lambda _: True
) -> Outcome:
    """Write rules and cases of the alerts into `folder` and let promtool try them; `only` picks cases."""
    files = {}
    count = 0
    for definition in definitions:
        rule = definition.rule()
        cases = [case for case in definition.shape.cases(definition.tuning) if only(case)]
        count += len(cases)
        tests = promtool.unit_tests(rule, cases, links, alone=bool(getattr(definition.shape, "alone", False)))
        if tests:
            files[rule.name] = ({"name": rule.name, "rules": [rule.body(links)]}, tests)
    agrees, output = promtool.run(tool, promtool.write(folder, files))
    return Outcome(agrees, output, count, len(files))
