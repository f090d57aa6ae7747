"""The simulated day is what it says: pods come and go, traffic flows, samples are written as promtool reads them."""

from __future__ import annotations

import math
from dataclasses import replace

from simulation.drills import DRILLS, LOOKS_BACK, healthy, night
from simulation.installation import Installation
from simulation.samples import Samples, read
from simulator import Router, Scenario


def rows(samples: Samples, name: str) -> dict[str, str]:
    """Values of a metric by their labels."""
    return {entry["series"]: entry["values"] for entry in samples.series() if entry["series"].startswith(f"{name}{{")}


def test_a_row_folds_what_repeats_and_marks_what_ends() -> None:
    samples = Samples(9, 30, {"x"})
    for index, value in ((2, 1.0), (3, 1.0), (4, 1.0), (5, 2.5), (8, 3.0)):
        samples.add(index, "x", 'a="b"', value)
    assert samples.series() == [{"series": 'x{a="b"}', "values": "_x2 1.0x2 2.5 stale _x1 3.0"}]


def test_only_wanted_metrics_are_kept_and_changes_apply_to_the_series_they_name() -> None:
    samples = Samples(2, 60, {"x"}, [("x", 'pod="b"', lambda now, value: math.nan if now else value + 1)])
    for index in (0, 1):
        for pod in "ab":
            samples.add(index, "x", f'pod="{pod}"', 5)
            samples.add(index, "y", f'pod="{pod}"', 5)
    assert samples.series() == [{"series": 'x{pod="a"}', "values": "5x1"}, {"series": 'x{pod="b"}', "values": "6 stale"}]


def test_a_page_is_read_as_prometheus_stores_it() -> None:
    text = '# HELP h words\nh_bucket{le="10"} 4\nh_bucket{le="+Inf"} 5\nplain 1e+06\nmine{user_id="u"} 1\n'
    assert read(text) == [(("h_bucket", 'le="10.0"'), 4.0), (("h_bucket", 'le="+Inf"'), 5.0), (("plain", ""), 1e6)]


def test_pods_of_the_healthy_day_come_and_go() -> None:
    up = rows(Installation(minutes=5).samples(), "up")
    assert sum('job="semantic-router"' in series for series in up) == 2
    day = healthy()
    assert day.minutes - LOOKS_BACK >= 120
    there = [sum(pod.begin <= 60 * minute < pod.end for pod in day.pods) for minute in range(day.minutes)]
    assert (min(there), max(there), there[-1]) == (2, 4, 3)


def test_traffic_flows_and_stops_where_the_router_is_gone() -> None:
    gone = rows(DRILLS["router gone"].installation.samples(), "llm_model_requests_total")
    assert gone
    assert all(values.split()[-2] == "stale" for values in gone.values())
    silent = rows(Installation(minutes=5, scenario=Scenario.silent()).samples(), "llm_model_requests_total")
    assert silent != rows(Installation(minutes=5).samples(), "llm_model_requests_total")


def test_a_quiet_night_has_its_failure() -> None:
    samples = night().samples()
    failed = [series for series in rows(samples, "llm_request_errors_total") if 'reason="upstream_5xx"' in series]
    assert 1 <= len(failed) <= 2
    assert all(values.startswith("_") for values in (rows(samples, "llm_request_errors_total")[series] for series in failed))


def test_a_slow_decay_is_what_it_says() -> None:
    drill = DRILLS["slow decay"].installation
    (incident,) = drill.incidents
    router = Router(1, replace(drill.scenario, incidents=(replace(incident, start=0, end=7200),)))
    truth = router.truth(7200)
    backend = sum(count for (_, reason), count in truth.errors.items() if reason == incident.reason)
    assert 0.065 < backend / truth.total_requests < 0.085
