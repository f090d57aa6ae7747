"""A dashboard on recording rules tells the same as one on what the router exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from harness.boards import panels, queries
from harness.programs import program
from semantic_router_observability.dashboards import DASHBOARDS
from semantic_router_observability.rules import router_groups
from simulator import Router, Scenario
from simulator.history import remember

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.history import History

RECORDED_PANELS = [
    (entry.file_name, number)
    for entry in DASHBOARDS
    for number in panels(entry.file_name)
    if "namespace_job" in "".join(queries(entry.file_name, number, recorded=True))
]
every_recorded_panel = pytest.mark.parametrize(("board", "number"), RECORDED_PANELS)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """More than the hour that is asked for, so that the first recorded window in it is full.

    Rules are evaluated up to an interval before the query, as in real life. Traffic is steady and so dense that rare events are many:
    then a window that ends a little earlier holds nearly the same.
    """
    routers = [Router(seed=seed, scenario=Scenario.everything_on(rate=1000, wave=0)) for seed in (1, 2)]
    rules = yaml.safe_dump({"groups": [group.body() for group in router_groups()]})
    directory = tmp_path_factory.mktemp("history")
    programs = program("prometheus"), program("promtool")
    with remember(directory, routers, prometheus=programs[0], promtool=programs[1], hours=1.25, step=60, rules=rules) as remembered:
        yield remembered


def answers(history: History, expression: str) -> dict[frozenset[tuple[str, str]], float]:
    return {frozenset(row["metric"].items()): float(row["value"][1]) for row in history.query(expression)}


def test_pages_read_recorded_series() -> None:
    assert {board for board, _ in RECORDED_PANELS} >= {"llm-router-dashboard.json", "cost-and-tokens.json", "routing-and-learning.json"}


@every_recorded_panel
def test_both_forms_tell_the_same(history: History, board: str, number: int) -> None:
    for raw, recorded in zip(queries(board, number), queries(board, number, recorded=True), strict=True):
        expected = answers(history, raw)
        found = answers(history, recorded)
        # Of those that are as rare, either form may list another last.
        ties = found.keys() ^ expected.keys() if "topk(" in raw else set()
        assert found.keys() - ties == expected.keys() - ties, recorded
        assert all({**found, **expected}[labels] == pytest.approx(min(expected.values()), rel=0.06) for labels in ties), recorded
        for labels, value in ((labels, value) for labels, value in expected.items() if labels not in ties):
            assert found[labels] == pytest.approx(value, rel=0.06, abs=1.5 if "round(" in raw else 1e-9), (labels, recorded)
