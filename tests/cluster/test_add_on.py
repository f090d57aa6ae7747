"""The add-on on an API server, and the configuration that prometheus-operator makes of it in a real Prometheus, with the rights it grants."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from cluster.metrics import Metrics
from cluster.routers import DASHBOARD, INSTALLS, METRICS, STRANGER, Placed, place
from cluster.support import apply, apply_cleanly, changed, objects, open_namespace, synthesize
from cluster.web import Server
from harness.crds import install
from harness.operator_reader import prometheus_object, select

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.lab import Lab

pytestmark = pytest.mark.cluster

PAGE = """\
# TYPE llm_request_errors_total counter
llm_request_errors_total{model="made-up-by-a-client",reason="model_not_found"} 5
# TYPE llm_memory_retrieval_total counter
llm_memory_retrieval_total{backend="milvus",status="hit",user_id="anna@example.com"} 9
# TYPE up gauge
up{fake="1"} -1
# TYPE llm_model_requests_total counter
llm_model_requests_total{model="qwen3-8b"} 100
"""

FLOODED = (
    "# TYPE llm_request_errors_total counter\n"
    + "".join(f'llm_request_errors_total{{model="n{number}",reason="model_not_found"}} 1\n' for number in range(1200))
    + '# TYPE llm_model_inflight_requests gauge\nllm_model_inflight_requests{model="qwen3-8b"} 3\n'
)
"""More names of clients than the limit of a scrape, which is 1,000 here."""

STYLES = {"pod": {"helm", "kserve", "operator", "raw"}, "service": {"helm", "kserve", "operator"}}
"""What each monitor has to find. The Service of the plain manifests selects pods of the chart, too, if they share a namespace: with a
ServiceMonitor, as with the plain stack, these would be targets of both Services."""

EMPTY = {f"{kind}{part}": {} for kind in ("podMonitor", "serviceMonitor", "rule") for part in ("Selector", "NamespaceSelector")}


@dataclass(frozen=True)
class Operated:
    """A Prometheus with the scrape jobs that the operator generated, and with no rights but those of the add-on."""

    metrics: Metrics
    placed: dict[str, dict[str, Placed]]
    """By kind of monitor and name."""
    pools: dict[str, str]
    """Scrape pool by kind of monitor."""

    def found(self, monitor: str) -> list[str]:
        """Name the routers that are targets, by their addresses."""
        names = {router.address: name for name, router in self.placed[monitor].items()}
        return sorted(names[target["labels"]["instance"].rpartition(":")[0]] for target in self.metrics.targets(self.pools[monitor]))


def _jobs(namespaces: dict[str, str], dists: dict[str, Path]) -> dict[str, list[dict[str, Any]]]:
    """Generate the two scrape jobs of a monitor. A ServiceMonitor's Prometheus may read Endpoints or EndpointSlices; here are only the latter."""
    server = prometheus_object(**{**EMPTY, "serviceDiscoveryRole": "EndpointSlice"})
    generated = select(server, [found for dist in dists.values() for found in objects(dist)])
    assert generated.rejected == []
    return {monitor: [job for name, job in generated.jobs.items() if name.startswith(f"{monitor}Monitor/")] for monitor in namespaces}


@pytest.fixture(scope="module")
def operated(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    """Routers of all styles and what is none, in a namespace a kind of monitor."""
    cluster, network = lab.cluster, lab.network
    install(cluster)
    with ExitStack() as stack:
        own = stack.enter_context(open_namespace(cluster, "operated"))
        namespaces = {monitor: stack.enter_context(open_namespace(cluster, f"{monitor}s")) for monitor in ("pod", "service")}
        dists = {}
        for monitor, namespace in namespaces.items():
            scraper = {"type": "kubePrometheus", "namespace": own, "serviceAccount": "prometheus", "monitor": monitor}
            settings = {"addOn": {"scrapedBy": scraper, "shownBy": {"type": "sidecar"}, "guards": {"sampleLimit": 1000}}}
            dists[monitor] = synthesize(tmp_path_factory.mktemp(monitor), namespace, settings)
            apply_cleanly(cluster, dists[monitor], server_side=monitor == "service")
        assert changed(apply(cluster, dists["pod"])) == []
        jobs = _jobs(namespaces, dists)
        raw = [
            {"type": "raw", "name": job["job_name"], "config": {name: value for name, value in job.items() if name != "job_name"}}
            for pair in jobs.values()
            for job in pair
        ]
        settings = {"prometheus": {"storage": {"type": "ephemeral"}, "scrapeJobs": raw}}
        apply_cleanly(cluster, synthesize(tmp_path_factory.mktemp("own"), own, settings))
        for namespace in namespaces.values():
            # What the Prometheus of this test may read there is the add-on's to grant.
            cluster.kubectl("delete", "role,rolebinding", f"prometheus-{own}", "-n", namespace).check()
        placed: dict[str, dict[str, Placed]] = {}
        for monitor, namespace in namespaces.items():
            address = network.address()
            stack.enter_context(Server(network, address, METRICS, {"/metrics": PAGE}))
            addresses = {"helm": address, "operator": network.address()}
            stack.enter_context(Server(network, addresses["operator"], METRICS, {"/metrics": FLOODED}))
            placed[monitor] = {
                name: place(cluster, namespace, style, addresses.get(name) or network.address())
                for name, style in {**INSTALLS, "dashboard": DASHBOARD, "stranger": STRANGER}.items()
                if name in STYLES[monitor] or name not in INSTALLS
            }
        container = lab.run(cluster.get("statefulset", "prometheus", own), "prometheus")
        stack.callback(container.terminate)
        operated = Operated(Metrics(container), placed, {monitor: pair[0]["job_name"] for monitor, pair in jobs.items()})
        cluster.wait(
            lambda: (
                all(len(operated.found(monitor)) == len(STYLES[monitor]) for monitor in namespaces)
                and len(operated.metrics.query("llm_model_requests_total")) == 2
                and all(
                    len(operated.metrics.query(f'up{{job="{job}"}}')) == sum(len(STYLES[monitor]) for monitor in namespaces)
                    for job in ("semantic-router", "semantic-router-clients")
                )
            ),
            lambda: f"routers, not {[operated.found(monitor) for monitor in namespaces]} {container.log()[-3000:]}",
            60,
        )
        yield operated


@pytest.mark.parametrize("monitor", ["pod", "service"])
def test_all_styles_are_found_once_and_nothing_else(operated: Operated, monitor: str) -> None:
    assert operated.found(monitor) == sorted(STYLES[monitor])


@pytest.mark.parametrize("monitor", ["pod", "service"])
def test_labels_are_those_of_rules_and_dashboards(operated: Operated, monitor: str) -> None:
    for target in operated.metrics.targets(operated.pools[monitor]):
        router = next(found for found in operated.placed[monitor].values() if f"{found.address}:{METRICS}" == target["labels"]["instance"])
        expected = router.labels
        if monitor == "pod":
            del expected["service"]
        assert expected.items() <= target["labels"].items()


@pytest.mark.parametrize("monitor", ["pod", "service"])
def test_guards_are_in_force(operated: Operated, monitor: str) -> None:
    router = operated.placed[monitor]["helm"]
    here = f'namespace="{router.namespace}",pod="{router.pod}"'
    assert operated.metrics.value(f'up{{job="semantic-router",{here}}}') == 1
    assert operated.metrics.value(f'up{{job="semantic-router-clients",{here}}}') == 1
    assert operated.metrics.value(f'llm_model_requests_total{{job="semantic-router",{here}}}') == 100
    assert operated.metrics.query(f'{{fake="1",{here}}}') == []
    assert operated.metrics.query(f"llm_memory_retrieval_total{{{here}}}") == []
    (unknown,) = operated.metrics.label_values("model", f"llm_request_errors_total{{{here}}}")
    assert re.fullmatch(r"client-\d{1,4}", unknown)


@pytest.mark.parametrize("monitor", ["pod", "service"])
def test_names_of_clients_cannot_take_the_router_down(operated: Operated, monitor: str) -> None:
    router = operated.placed[monitor]["operator"]
    here = f'namespace="{router.namespace}",pod="{router.pod}"'
    assert operated.metrics.value(f'up{{job="semantic-router",{here}}}') == 1
    assert operated.metrics.value(f'up{{job="semantic-router-clients",{here}}}') == 0
    assert operated.metrics.value(f'llm_model_inflight_requests{{job="semantic-router",{here}}}') == 3
    assert operated.metrics.query(f"llm_request_errors_total{{{here}}}") == []


def test_the_roles_of_the_add_on_suffice(operated: Operated) -> None:
    assert [line for line in operated.metrics.complaints() if "forbidden" in line] == []
