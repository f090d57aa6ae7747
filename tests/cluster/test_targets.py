"""Each `RouterTarget` finds exactly its routers, tried against all of them at once by one Prometheus that may read the whole cluster."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cluster.metrics import Metrics
from cluster.routers import DASHBOARD, HELM_LABELS, INSTALLS, STRANGER, Install, Placed, add_service, place
from cluster.support import apply_cleanly, open_namespace, synthesize
from semantic_router_observability import RouterTarget, ScrapeGuards
from semantic_router_observability.prometheus.config import router_job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.lab import Lab

pytestmark = pytest.mark.cluster

SECOND_HELM = Install(
    service="semantic-router-metrics",
    pod_labels={**HELM_LABELS, "app.kubernetes.io/instance": "semantic-router", "app.kubernetes.io/component": "router"},
    service_labels={"service": "metrics"},
)
"""A release of the chart's own name, whose Service is called like that of the plain manifests."""
SECOND_OPERATOR = Install(service="vsr", pod_labels={"app.kubernetes.io/name": "semantic-router", "app.kubernetes.io/instance": "vsr"})
"""A SemanticRouter resource that shares its name with a Helm release."""
OWN = Install(service="gateway", pod_labels={"team.example.com/router": "blue", "tier": "edge"})
"""A user's own manifests, with labels of their own."""

FIRST = {
    **{style: INSTALLS[style] for style in ("helm", "operator", "kserve")},
    "own": OWN,
    "dashboard": DASHBOARD,
    "stranger": STRANGER,
}
SECOND = {"raw": INSTALLS["raw"]}
THIRD = {"second helm": SECOND_HELM, "second operator": SECOND_OPERATOR}


@dataclass(frozen=True)
class Finder:
    """Who found whom."""

    metrics: Metrics
    namespaces: tuple[str, str, str]
    placed: dict[str, Placed]

    def found(self, job: str) -> list[str]:
        """Name the routers that are targets of a job, by their addresses."""
        names = {router.address: name for name, router in self.placed.items()}
        return sorted(names[target["labels"]["instance"].rpartition(":")[0]] for target in self.metrics.targets(job))


def _jobs(first: str, second: str, third: str) -> dict[str, tuple[list[RouterTarget], list[str]]]:
    """List targets by job, each with the routers it must find."""
    everywhere = [first, second, third]
    return {
        "any": ([RouterTarget.any(namespaces=everywhere)], ["helm", "kserve", "operator", "raw", "second helm", "second operator"]),
        "first": ([RouterTarget.any(namespaces=[first])], ["helm", "kserve", "operator"]),
        "raw": ([RouterTarget.raw(namespaces=[first, second])], ["raw"]),
        "helm": ([RouterTarget.helm("vsr", namespaces=everywhere)], ["helm"]),
        "chart-name": ([RouterTarget.helm("semantic-router", namespaces=everywhere)], ["second helm"]),
        "operator": ([RouterTarget.operator("router", namespaces=everywhere)], ["operator"]),
        "same-name": ([RouterTarget.operator("vsr", namespaces=everywhere)], ["second operator"]),
        "kserve": ([RouterTarget.kserve(namespaces=everywhere)], ["kserve"]),
        "labels": ([RouterTarget.labels({"team.example.com/router": "blue", "tier": "edge"}, namespaces=everywhere)], ["own"]),
        "other-labels": ([RouterTarget.labels({"team.example.com/router": "red"}, namespaces=everywhere)], []),
        "other-port": ([RouterTarget.any(namespaces=everywhere, port="http-metrics")], []),
        "several": (
            [RouterTarget.helm("vsr", namespaces=[first]), RouterTarget.raw(namespaces=[second]), RouterTarget.any(namespaces=[first])],
            ["helm", "kserve", "operator", "raw"],
        ),
        "apart": ([RouterTarget.kserve(namespaces=[second]), RouterTarget.raw(namespaces=[first])], []),
    }


@pytest.fixture(scope="module")
def finder(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finder]:
    """Render the router's job once for each entry of `_jobs`, and let one Prometheus run them all; nothing listens at the targets."""
    cluster = lab.cluster
    with ExitStack() as stack:
        own, *three = (stack.enter_context(open_namespace(cluster, "finder")) for _ in range(4))
        first, second, third = three
        jobs = []
        for name, (targets, _) in _jobs(first, second, third).items():
            body = router_job(targets, ScrapeGuards(), own)
            jobs.append({"type": "raw", "name": name, "config": {key: value for key, value in body.items() if key != "job_name"}})
        settings = {
            "routers": [{"install": "any", "namespaces": ["*"]}],
            "prometheus": {"clusterWide": True, "scrapeJobs": jobs, "storage": {"type": "ephemeral"}},
        }
        dist = synthesize(tmp_path_factory.mktemp("finder"), own, settings)
        apply_cleanly(cluster, dist)
        stack.callback(cluster.kubectl, "delete", "clusterrole,clusterrolebinding", f"prometheus-{own}")
        placed = {
            name: place(cluster, namespace, install, lab.network.address())
            for namespace, installs in zip(three, (FIRST, SECOND, THIRD), strict=True)
            for name, install in installs.items()
        }
        container = lab.run(cluster.get("statefulset", "prometheus", own), "prometheus")
        stack.callback(container.terminate)
        finder = Finder(Metrics(container), (first, second, third), placed)
        # Discovery of all jobs is taken over in one step.
        cluster.wait(lambda: len(finder.found("any")) == 6, lambda: f"all routers, not {finder.found('any')} {container.log()[-3000:]}", 30)
        yield finder


@pytest.mark.parametrize("job", list(_jobs("a", "b", "c")))
def test_a_target_finds_its_routers_and_no_others(finder: Finder, job: str) -> None:
    _, expected = _jobs(*finder.namespaces)[job]
    assert finder.found(job) == expected


def test_a_cluster_wide_target_finds_routers_in_every_namespace(finder: Finder) -> None:
    targets = [target["labels"] for target in finder.metrics.targets("semantic-router")]
    here = [labels for labels in targets if labels["namespace"] in finder.namespaces]
    assert {labels["namespace"] for labels in here} == set(finder.namespaces)
    assert len(here) == len(finder.found("any"))


def test_discovery_is_never_refused(finder: Finder) -> None:
    assert finder.metrics.complaints() == []


def test_a_pod_behind_two_services_is_a_target_of_each(lab: Lab, finder: Finder) -> None:
    """Why one should not: every sum over such a pod counts twice. The label `service` tells the two apart."""
    router = finder.placed["raw"]
    add_service(lab.cluster, router.namespace, INSTALLS["raw"], name="semantic-router-again")

    def services() -> set[str]:
        targets = finder.metrics.targets("any")
        return {target["labels"]["service"] for target in targets if target["labels"]["pod"] == router.pod}

    lab.cluster.wait(lambda: services() == {"semantic-router-metrics", "semantic-router-again"}, lambda: f"two services, not {services()}")
