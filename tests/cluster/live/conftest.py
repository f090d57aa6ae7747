"""One stack with real targets, which tests that only look share: starting it costs more than all of them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cluster.metrics import Metrics
from cluster.options import RULES
from cluster.routers import DASHBOARD, INSTALLS, STRANGER, Placed, add_pod, add_slice, place, simulate
from cluster.support import apply_cleanly, open_namespace, synthesize
from cluster.web import Server
from harness.pods import endpoints, run_pod
from simulator import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.lab import Lab

GRAFANA_PAGE = "# TYPE grafana_build_info gauge\ngrafana_build_info 1\n"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask the panels last of all: rates and recorded series need minutes of scrapes, which pass while other tests run."""
    items.sort(key=lambda item: item.path.name == "test_panels.py")


@dataclass(frozen=True)
class Live:
    """A stack that an administrator of two namespaces applied, with routers in both."""

    lab: Lab
    namespace: str
    other: str
    """Holds the router of the plain manifests: its Service's selector takes in the pods of every other style."""
    foreign: str
    """Holds a router that nobody asked to scrape."""
    dist: Path
    metrics: Metrics
    routers: dict[str, Placed]
    """By installation style."""
    grafana: str
    """Address of Grafana's Pod."""


@pytest.fixture(scope="session")
def live(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Prometheus runs first; then routers, and things that look like routers, appear."""
    cluster, network = lab.cluster, lab.network
    with ExitStack() as stack:
        namespace, other, foreign = (stack.enter_context(open_namespace(cluster, purpose)) for purpose in ("live", "other", "foreign"))
        user = cluster.create_admin(namespace, "anna")
        cluster.create_admin(other, user)
        settings = {
            "routers": [{"install": "any"}, {"install": "any", "namespaces": [other]}],
            "prometheus": {"rules": RULES},
            "grafana": {"externalUrl": "https://tools.example.com/grafana"},
        }
        dist = synthesize(tmp_path_factory.mktemp("live"), namespace, settings)
        apply_cleanly(cluster, dist, user=user)
        _finished_router(lab, namespace)
        container = lab.run(cluster.get("statefulset", "prometheus", namespace), "prometheus")
        stack.callback(container.terminate)

        homes = {"helm": namespace, "operator": namespace, "kserve": namespace, "raw": other}
        addresses = {style: network.address() for style in homes}
        scenario = Scenario.everything_on(rate=20.0, unknown_model_share=0.05)
        for seed, address in enumerate(addresses.values()):
            stack.enter_context(simulate(network, address, scenario=scenario, seed=seed, start_offset=1800.0))
        _decoys(lab, namespace, foreign)
        routers = {style: place(cluster, home, INSTALLS[style], addresses[style]) for style, home in homes.items()}
        # The IPv6 half of a dual-stack Service: the same Pod, listed a second time.
        add_slice(cluster, namespace, "helm-ipv6", INSTALLS["helm"].service, "fd00::1", routers["helm"].pod)

        grafana = network.address()
        stack.enter_context(Server(network, grafana, 3000, {"/grafana/metrics": GRAFANA_PAGE}))
        run_pod(cluster, cluster.wait_pods(cluster.get("statefulset", "grafana", namespace))[0], grafana)
        cluster.wait(lambda: endpoints(cluster, namespace, "grafana") == [grafana], "Grafana behind its Service")

        metrics = Metrics(container)

        def discovered() -> list[str]:
            return sorted(f"{target['labels']['pod']}: {target['scrapeUrl']}" for target in metrics.targets("semantic-router"))

        cluster.wait(lambda: len(discovered()) == 4, lambda: f"four routers discovered, not {discovered()} {metrics.complaints()}", 30)
        for job in ("semantic-router", "semantic-router-clients"):
            cluster.wait(lambda job=job: metrics.up(job), f"four routers up for {job}", 40)
        yield Live(lab, namespace, other, foreign, dist, metrics, routers, grafana)
        assert metrics.complaints() == [], "the log stays clean to the end"


def _decoys(lab: Lab, namespace: str, foreign: str) -> None:
    """Make what must not be scraped: nothing listens at these addresses, so a scrape of one of them would fail loudly."""
    cluster, network = lab.cluster, lab.network
    place(cluster, namespace, DASHBOARD, network.address())
    place(cluster, namespace, STRANGER, network.address())
    place(cluster, foreign, INSTALLS["helm"], network.address())


def _finished_router(lab: Lab, namespace: str) -> None:
    """Leave a router's Pod that has ended in a slice that has not been updated."""
    finished = add_pod(lab.cluster, namespace, "finished", INSTALLS["raw"], lab.network.address())
    path = f"api/v1/namespaces/{namespace}/pods/finished/status"
    lab.cluster.patch(path, {"status": {"phase": "Succeeded", "conditions": [{"type": "Ready", "status": "False"}]}})
    add_slice(lab.cluster, namespace, "stale", "stale", finished["status"]["podIP"], "finished")
