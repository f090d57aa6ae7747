"""On OpenShift: the programs run as a user that no image knows, in group 0, with the group of their namespace.

OpenShift itself does not run here. Its admission is played by `scc.py`: the API server gets the workloads as `restricted-v2` would store
their pods.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

import scc
from cluster.metrics import Metrics
from cluster.routers import INSTALLS, place, simulate
from cluster.support import apply_cleanly, open_namespace, synthesize, workloads
from cluster.web import Server
from simulator import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.container import Container
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

USER = GROUP = 1000650000
KEY = {"secret": "elsewhere", "key": "token"}
FOUND = 40
"""Seconds until a target is found and scraped, with what a busy machine adds."""


@pytest.fixture(scope="module")
def containers(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Container]]:
    """Prometheus with a target that wants a credential, and Alertmanager, by name."""
    cluster, network = lab.cluster, lab.network
    with ExitStack() as stack:
        namespace = stack.enter_context(open_namespace(cluster, "assigned-user"))
        target = stack.enter_context(Server(network, network.address(), 8000, {"/metrics": "elsewhere_info 1\n"}))
        job = {"type": "static", "name": "elsewhere", "targets": [target.url.removeprefix("http://")], "bearerToken": KEY}
        settings = {
            "platform": {"type": "openshift"},
            "prometheus": {"scrapeJobs": [job]},
            "alertmanager": {"receivers": [{"type": "webhook", "name": "people", "url": "http://bridge.example.com"}]},
        }
        dist = synthesize(tmp_path_factory.mktemp("openshift"), namespace, settings)
        apply_cleanly(cluster, dist, user=cluster.create_admin(namespace, "olga"))
        cluster.request("POST", f"api/v1/namespaces/{namespace}/secrets", {"metadata": {"name": "elsewhere"}, "stringData": {"token": "t"}})
        _admit(dist)
        apply_cleanly(cluster, dist)

        address = network.address()
        stack.enter_context(simulate(network, address, scenario=Scenario(rate=5.0)))
        place(cluster, namespace, INSTALLS["raw"], address)
        running = {}
        for workload in workloads(cluster, dist):
            name = workload["metadata"]["name"]
            if name != "grafana":
                running[name] = lab.run(workload, name)
                stack.callback(running[name].terminate)
        yield running


def _admit(dist: Path) -> None:
    """Rewrite every pod template as the constraints store it."""
    for file in dist.glob("2-*.yaml"):
        workload = yaml.load(file.read_text(), yaml.CSafeLoader)
        template = workload["spec"]["template"]
        template["spec"], refusals = scc.admit(template["spec"], scc.NAMESPACE)
        assert refusals == []
        file.write_text(yaml.safe_dump(workload))


@pytest.mark.parametrize("name", ["prometheus", "alertmanager"])
def test_it_runs_as_the_assigned_user(containers: dict[str, Container], name: str) -> None:
    status = Path(f"/proc/{containers[name].pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Uid"].split() == [str(USER)] * 4
    assert fields["Gid"].split() == ["0"] * 4, "no gid is assigned, and a user without a name is in group 0"
    assert fields["Groups"].split() == [str(GROUP)]
    assert f":{USER}:" not in Path(f"/proc/{containers[name].pid}/root/etc/passwd").read_text()
    assert containers[name].probe("readiness") == 200


def test_prometheus_reads_its_token_and_its_credential(containers: dict[str, Container], lab: Lab) -> None:
    metrics = Metrics(containers["prometheus"])
    # Discovery asks the API server with the pod's token; the other target is asked with the Secret's.
    for job in ("semantic-router", "elsewhere"):
        lab.cluster.wait(lambda job=job: metrics.up(job), f"{job} up", FOUND)


def test_prometheus_writes_to_its_volume(containers: dict[str, Container], lab: Lab) -> None:
    prometheus = containers["prometheus"]
    metrics = Metrics(prometheus)
    lab.cluster.wait(lambda: metrics.value('count(elsewhere_info{job="elsewhere"})'), "a sample", FOUND)
    prometheus.kill()
    prometheus.start()
    prometheus.wait_ready()
    assert metrics.value("count(last_over_time(elsewhere_info[5m]))") == 1
    written = list(Path(f"/proc/{prometheus.pid}/root/prometheus/wal").iterdir())
    assert written
    assert {(file.stat().st_uid, file.stat().st_gid) for file in written} == {(USER, GROUP)}
