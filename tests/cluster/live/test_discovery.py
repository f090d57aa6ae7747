"""Prometheus finds every router, knows it by the right labels, and scrapes nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cluster.live.conftest import Live

pytestmark = pytest.mark.cluster

INTERVAL = 15
"""Seconds between scrapes: a target's first scrape waits for the target's own place in the interval, so up to one whole."""
RELOAD = 5
"""Seconds between the moments at which Prometheus takes over what discovery has found."""
SLACK = 2
"""Seconds that a busy machine may add."""


def test_routers_of_all_four_install_styles_are_the_only_targets(live: Live) -> None:
    targets = live.metrics.targets("semantic-router")
    found = sorted((target["labels"] for target in targets), key=lambda labels: labels["pod"])
    assert found == sorted((router.labels for router in live.routers.values()), key=lambda labels: labels["pod"])
    assert {target["scrapeUrl"] for target in targets} == {f"http://{router.address}:9190/metrics" for router in live.routers.values()}
    assert {target["scrapePool"] for target in live.metrics.targets()} == {
        "semantic-router",
        "semantic-router-clients",
        "prometheus",
        "grafana",
    }


@pytest.mark.parametrize("style", ["helm", "raw", "operator", "kserve"])
def test_a_router_is_up_one_interval_after_prometheus_has_taken_it_over(live: Live, style: str) -> None:
    router = live.routers[style]
    (series,) = live.metrics.query(f'up{{pod="{router.pod}",job="semantic-router"}}[10m]')
    first, value = series["values"][0]
    assert value == "1", "the first scrape went well"
    waited = first - router.seen
    print(f"{style}: first scraped {waited:.1f} s after its endpoint appeared")
    assert 0 < waited <= RELOAD + INTERVAL + SLACK


def test_labels_of_a_router_are_on_every_series(live: Live) -> None:
    for router in live.routers.values():
        (series,) = live.metrics.query(f'up{{instance="{router.address}:9190",job="semantic-router"}}')
        assert series["metric"] == {"__name__": "up", **router.labels}
        selector = ",".join(f'{name}="{value}"' for name, value in router.labels.items())
        assert live.metrics.value(f"sum(llm_model_requests_total{{{selector}}})")
    assert live.metrics.value('count(llm_model_requests_total{job="semantic-router"}) - count(llm_model_requests_total)') == 0


def test_prometheus_scrapes_itself_and_the_grafana_beside_it(live: Live) -> None:
    live.lab.cluster.wait(lambda: live.metrics.up("grafana") and live.metrics.up("prometheus"), "Grafana and Prometheus up", 30)
    (grafana,) = live.metrics.query("grafana_build_info")
    assert grafana["metric"] == {
        "__name__": "grafana_build_info",
        "job": "grafana",
        "namespace": live.namespace,
        "pod": "grafana-0",
        "service": "grafana",
        "instance": f"{live.grafana}:3000",
    }
    assert [target["scrapeUrl"] for target in live.metrics.targets("grafana")] == [f"http://{live.grafana}:3000/grafana/metrics"]
    assert live.metrics.query('prometheus_build_info{job="prometheus",instance="localhost:9090"}')


def test_the_log_has_no_complaint(live: Live) -> None:
    assert live.metrics.complaints() == []


def test_rules_are_evaluated(live: Live) -> None:
    live.lab.cluster.wait(lambda: live.metrics.value("router:requests:rate5m"), "the recording rule's first value", 60)
