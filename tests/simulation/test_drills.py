"""Each failure sets off the alerts that are meant for it, in time, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulation.drills import DRILLS
from simulation.engine import names
from simulation.outcomes import HEALTHY, NIGHT, WATCHDOG
from simulation.panels import rules
from simulation.report import PAGE, page, untried
from simulation.rules import alerts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.outcomes import Outcome


@pytest.mark.parametrize("name", DRILLS)
def test_a_failure_sets_off_its_alerts_and_no_others(found: Mapping[str, Outcome], name: str) -> None:
    drill, outcome = DRILLS[name], found[name]
    assert set(outcome.first_notified) - {WATCHDOG} == set(drill.tells)
    assert outcome.inhibited == drill.inhibited


@pytest.mark.parametrize("name", DRILLS)
def test_a_failure_is_told_in_time_and_not_before_it_happens(found: Mapping[str, Outcome], name: str) -> None:
    drill, first = DRILLS[name], found[name].first_notified
    late = {alert: first.get(alert) for alert, within in drill.tells.items() if not 0 <= first.get(alert, -1) - drill.begins <= within}
    assert late == {}


@pytest.mark.parametrize("name", DRILLS)
def test_the_panel_that_a_link_leads_to_shows_what_fires_beyond_its_line(found: Mapping[str, Outcome], name: str) -> None:
    """By the labels that the alert has, at the minute at which it first fires."""
    drill, outcome = DRILLS[name], found[name]
    for alert in (*drill.tells, *drill.inhibited):
        minute = outcome.first_fired[alert]
        # A label that the rule sets stands in the alert in place of the target's.
        own = rules()[alert]["labels"]
        shown = [{(name, value) for name, value in labels if name not in own} for labels in outcome.beyond[alert][minute]]
        for firing in (firing for firing in outcome.fired[minute] if dict(firing)["alertname"] == alert):
            assert any(labels <= firing for labels in shown), f"{alert}: {sorted(firing)} is not among {shown}"


@pytest.mark.parametrize("name", [HEALTHY, NIGHT])
def test_nothing_fires_while_nothing_is_wrong(found: Mapping[str, Outcome], name: str) -> None:
    assert set(found[name].first_fired) == {WATCHDOG}


@pytest.mark.parametrize("name", [HEALTHY, NIGHT, *DRILLS])
def test_the_watchdog_fires_as_long_as_samples_are_stored(found: Mapping[str, Outcome], name: str) -> None:
    stored = DRILLS[name].installation.stored if name in DRILLS else None
    fires = [WATCHDOG in names(alerts) for alerts in found[name].notified]
    # The last sample counts as current for five minutes.
    last = len(fires) if stored is None else stored + 5
    assert fires == [minute < last for minute in range(len(fires))]


def test_every_alert_is_seen_to_fire() -> None:
    assert untried() == []


def test_every_expected_alert_is_shipped() -> None:
    assert {alert for drill in DRILLS.values() for alert in (*drill.tells, *drill.inhibited)} <= alerts()


def test_the_page_on_detection_is_fresh(found: Mapping[str, Outcome]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(found), "run: PYTHONPATH=tests python -m simulation.report"
