"""The proof of a set of alerts: cases for each of them, run by promtool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from . import promtool
from .burn_cases import burn_tests, burns
from .cases import ALONE, cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from semantic_router_observability.alerting.definition import Definition
    from semantic_router_observability.alerting.links import Links
    from semantic_router_observability.alerting.slo import Slo

    from .case import Case


class Outcome(NamedTuple):
    """Result of promtool."""

    agrees: bool
    output: str
    cases: int
    alerts: int


def prove(
    tool: Path, folder: Path, definitions: Iterable[Definition], links: Links, *, only: Callable[[Case], bool] = lambda _: True
) -> Outcome:
    """Write rules and cases of the alerts into `folder` and run promtool on them; `only` selects cases."""
    files: dict[str, tuple[Mapping[str, Any], list[dict[str, Any]]]] = {}
    count = 0
    for definition in definitions:
        rule = definition.rule()
        chosen = [case for case in cases(definition) if only(case)]
        count += len(chosen)
        tests = promtool.unit_tests(rule, chosen, links, alone=isinstance(definition.shape, ALONE))
        if tests:
            files[f"{rule.name}-{len(files)}"] = (
                {"name": rule.name, "rules": [*(record.body() for record in definition.records()), rule.body(links)]},
                tests,
            )
    agrees, output = promtool.run(tool, promtool.write(folder, files))
    return Outcome(agrees, output, count, len(files))


def prove_slos(tool: Path, folder: Path, slos: Iterable[Slo], links: Links) -> Outcome:
    """Burn the budget of each objective at several rates and check with promtool which alerts fire."""
    tests: list[Path] = []
    tried = alerts = 0
    for slo in slos:
        for number, (objective, (groups, test)) in enumerate(zip(slo.objectives(), burn_tests(slo, links), strict=True)):
            tests.append(promtool.write_file(folder, f"slo-{slo.name}-{number}", groups, [test], interval="5m"))
            tried += len(burns(objective))
            alerts += 2
    if not tests:
        return Outcome(agrees=True, output="", cases=0, alerts=0)
    agrees, output = promtool.run(tool, tests)
    return Outcome(agrees, output, tried, alerts)
