"""What the page about the fleet answers, asked of a real Prometheus that scraped simulated replicas which differ."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import pytest

from harness.boards import panels, queries
from harness.programs import program
from simulator import Restart, Router, Scenario
from simulator.history import remember

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.history import History

FLEET = "router-fleet.json"
IDS = {panel["title"]: number for number, panel in panels(FLEET).items()}
BUSY, CALM, IDLE = "10.0.0.1:9190", "10.0.0.2:9190", "10.0.0.3:9190"
SCRAPES = re.compile(r"\bscrape_\w+\{")
"""Samples that Prometheus adds to a real scrape; a history has none of them. The live cluster test asks for them."""


def ask(title: str, place: int = 0, **variables: str) -> str:
    return queries(FLEET, IDS[title], recorded=False, **variables)[place]


def column(history: History, name: str) -> dict[str, float]:
    """One column of the table, by replica."""
    titles = [target["legendFormat"] for target in panels(FLEET)[IDS["All replicas"]]["targets"]]
    return history.values(ask("All replicas", titles.index(name)), "replica")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """An hour of a busy replica, a calm one that restarts twice, and one that gets no request."""
    scenarios = (
        Scenario.everything_on(rate=20, wave=0),
        Scenario.everything_on(rate=4, wave=0, restarts=(Restart(at=1000, down=90), Restart(at=2000, down=90))),
        Scenario.everything_on(quiet=True),
    )
    routers = [Router(seed=number + 1, scenario=scenario) for number, scenario in enumerate(scenarios)]
    directory = tmp_path_factory.mktemp("fleet")
    with remember(directory, routers, prometheus=program("prometheus"), promtool=program("promtool")) as history:
        yield history


@pytest.mark.parametrize("number", panels(FLEET))
def test_every_query_answers(fleet: History, number: int) -> None:
    for expression in queries(FLEET, number):
        values = [float(row["value"][1]) for row in fleet.query(expression)]
        assert bool(values) != bool(SCRAPES.search(expression)), expression
        assert all(math.isfinite(value) and value >= 0 for value in values), expression


def test_up_down_and_restarts(fleet: History) -> None:
    assert [fleet.value(ask("Replicas", place)) for place in (0, 1)] == [3, 0]
    assert fleet.value(ask("Restarts")) == 2
    assert column(fleet, "Restarts") == {BUSY: 0, CALM: 2, IDLE: 0}


def test_the_youngest_is_the_one_that_restarted(fleet: History) -> None:
    ages = [fleet.now - router.scenario.epoch - router.truth(fleet.last).started for router in fleet.routers]
    assert ages[1] == min(ages)
    assert fleet.value(ask("Youngest")) == pytest.approx(ages[1], abs=1)
    assert fleet.values(ask("Uptime of the youngest"), "replica")[CALM] == pytest.approx(ages[1], abs=1)
    assert fleet.value(ask("Uptime of the youngest", 1)) == pytest.approx(max(ages), abs=1)


def test_requests_and_their_share(fleet: History) -> None:
    """Five minutes by the simulator's books. The idle replica is a line at zero, not missing."""
    counted = []
    for router in fleet.routers:
        last, first = router.truth(fleet.last), router.truth(fleet.last - 300)
        counted.append(last.total_requests - first.total_requests)
    shown = column(fleet, "Requests")
    assert shown == pytest.approx(dict(zip((BUSY, CALM, IDLE), (count / 300 for count in counted), strict=True)), rel=0.03)
    assert shown[IDLE] == 0
    shares = [count / sum(counted) for count in counted]
    assert column(fleet, "Share") == pytest.approx(dict(zip((BUSY, CALM, IDLE), shares, strict=True)), rel=0.03)
    assert fleet.values(ask("Share of requests now"), "replica")[BUSY] == pytest.approx(shares[0], rel=0.03)
    assert fleet.value(ask("Load skew")) == pytest.approx(shares[0] * 3, rel=0.03)


def test_in_flight_is_exact(fleet: History) -> None:
    truth = [float(sum(router.truth(fleet.last).inflight.values())) for router in fleet.routers]
    assert column(fleet, "In flight") == dict(zip((BUSY, CALM, IDLE), truth, strict=True))
    assert fleet.values(ask("In flight by replica"), "replica") == dict(zip((BUSY, CALM, IDLE), truth, strict=True))


def test_lines_are_the_highest_and_the_median(fleet: History) -> None:
    lines, median = (fleet.query(expression) for expression in queries(FLEET, IDS["Memory by replica"]))
    memory = sorted(float(row["value"][1]) for row in lines)
    assert len(memory) == 3
    assert float(median[0]["value"][1]) == memory[1]


def test_one_replica_can_be_picked(fleet: History) -> None:
    for title in (
        "Memory by replica",
        "Requests by replica",
        "Errors by replica",
        "Overhead p95 by replica",
        "Samples per scrape by replica",
    ):
        assert set(fleet.values(ask(title, instance=CALM.replace(".", "[.]")), "replica")) <= {CALM}, title


def test_a_replica_that_died_keeps_its_history(tmp_path: Path) -> None:
    """Eight others are higher from then on, and at its end it is still drawn where it was."""
    died = Router(seed=0, scenario=Scenario(rate=0.2, restarts=(Restart(at=1200, down=9000),)))
    routers = [died, *(Router(seed=number, scenario=Scenario(rate=3)) for number in range(1, 9))]
    with remember(tmp_path, routers, prometheus=program("prometheus"), promtool=program("promtool"), hours=0.5, step=60) as history:
        for title in ("Memory by replica", "Requests by replica", "CPU by replica"):
            asked = ask(title, range_="30m").replace("@ end()", f"@ {history.now}")
            before = {row["metric"]["replica"] for row in history.prometheus.query(asked, at=history.now - 900)}
            assert BUSY in before, title
            assert title != "Requests by replica" or len(before) == 8, "the seven highest, and the one that is gone"
            assert BUSY not in history.values(asked, "replica"), title
        assert column(history, "Up")[BUSY] == 0


def test_an_empty_fleet_shows_nothing(fleet: History) -> None:
    for number in panels(FLEET):
        for expression in queries(FLEET, number, namespace="elsewhere"):
            assert fleet.query(expression) == [], expression


def test_many_replicas_stay_readable(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Thirty replicas: seven lines and the median, the same ones at both ends; the skew of one that does a third of the work."""
    routers = [Router(seed=number, scenario=Scenario(rate=0.2 if number else 3)) for number in range(30)]
    directory = tmp_path_factory.mktemp("many")
    with remember(directory, routers, prometheus=program("prometheus"), promtool=program("promtool"), hours=0.25, step=60) as history:
        for title in ("Memory by replica", "Requests by replica", "CPU by replica"):
            assert len(history.query(ask(title))) == 7, title
        assert len(history.query(ask("Share of requests now"))) == 12
        assert len(column(history, "Requests")) == 30
        assert history.value(ask("Load skew")) == pytest.approx(3 / ((3 + 29 * 0.2) / 30), rel=0.25)
