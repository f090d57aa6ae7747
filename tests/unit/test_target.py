"""The router is found however it was installed, once, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from relabel import scraped
from semantic_router_observability.prometheus.config import namespaces_of, router_job
from semantic_router_observability.prometheus.scrape import PodJob, RawJob, ScrapeGuards, StaticJob
from semantic_router_observability.router.target import RouterTarget, relabel_configs

OWN = "routing"


def endpoint(service: str, labels: dict[str, str], **other: str) -> dict[str, str]:
    """Discovery labels of one address of an EndpointSlice, as Prometheus makes them."""
    found = {
        "__address__": "10.0.0.7:9190",
        "__meta_kubernetes_namespace": OWN,
        "__meta_kubernetes_service_name": service,
        "__meta_kubernetes_endpointslice_port_name": "metrics",
        "__meta_kubernetes_endpointslice_port": "9190",
        "__meta_kubernetes_pod_name": f"{service}-0",
        "__meta_kubernetes_pod_ip": "10.0.0.7",
        "__meta_kubernetes_pod_phase": "Running",
    }
    found |= {f"__meta_kubernetes_pod_label_{key.replace('.', '_').replace('/', '_')}": value for key, value in labels.items()}
    return found | {f"__meta_kubernetes_{key}": value for key, value in other.items()}


def helm(release: str, **other: str) -> dict[str, str]:
    """A router of the chart."""
    labels = {
        "app": "semantic-router",
        "app.kubernetes.io/name": "semantic-router",
        "app.kubernetes.io/instance": release,
        "app.kubernetes.io/component": "router",
    }
    return endpoint(f"{release}-metrics", labels, **other)


RAW = endpoint("semantic-router-metrics", {"app": "semantic-router"})
HELM = helm("vsr")
OPERATOR = endpoint("my-router", {"app.kubernetes.io/name": "semantic-router", "app.kubernetes.io/instance": "my-router"})
KSERVE = endpoint("semantic-router-kserve", {"app": "semantic-router", "component": "gateway"})
INSTALLS = {"raw": RAW, "helm": HELM, "operator": OPERATOR, "kserve": KSERVE}

DASHBOARD = {
    "app.kubernetes.io/name": "semantic-router",
    "app.kubernetes.io/instance": "vsr",
    "app.kubernetes.io/component": "dashboard",
    "app": "semantic-router",
}
DECOYS = {
    "the chart's dashboard": endpoint("vsr-dashboard", DASHBOARD),
    "the chart's dashboard behind the plain Service": endpoint("semantic-router-metrics", DASHBOARD),
    "another port of the router": RAW | {"__meta_kubernetes_endpointslice_port_name": "grpc"},
    "a port that only starts alike": RAW | {"__meta_kubernetes_endpointslice_port_name": "metrics-admin"},
    "a port without a name": RAW | {"__meta_kubernetes_endpointslice_port_name": ""},
    "another namespace": RAW | {"__meta_kubernetes_namespace": "elsewhere"},
    "a namespace that starts alike": RAW | {"__meta_kubernetes_namespace": "routing-test"},
    "a pod that has finished": RAW | {"__meta_kubernetes_pod_phase": "Succeeded"},
    "a pod that has failed": RAW | {"__meta_kubernetes_pod_phase": "Failed"},
    "another application": endpoint("vllm", {"app": "vllm"}),
    "an application that is called alike": endpoint("a", {"app": "semantic-router-demo", "app.kubernetes.io/name": "my-semantic-router"}),
    "an address without a pod": {name: text for name, text in RAW.items() if "_pod_" not in name},
}


def targets(*wanted: RouterTarget) -> Any:
    """Relabelling for these targets."""
    return relabel_configs(wanted, OWN)


def labels_of(found: dict[str, str]) -> dict[str, str]:
    """Labels that a target should end up with."""
    service = found["__meta_kubernetes_service_name"]
    return {"job": "semantic-router", "namespace": OWN, "service": service, "pod": f"{service}-0", "instance": "10.0.0.7:9190"}


@pytest.mark.parametrize("install", INSTALLS)
def test_default_finds_every_install(install: str) -> None:
    found = INSTALLS[install]
    assert scraped(found, targets(RouterTarget()), "semantic-router") == labels_of(found)


@pytest.mark.parametrize("decoy", DECOYS)
def test_default_ignores_decoys(decoy: str) -> None:
    assert scraped(DECOYS[decoy], targets(RouterTarget()), "semantic-router") is None


BY_STYLE = {
    "raw": RouterTarget.raw(),
    "helm": RouterTarget.helm("vsr"),
    "operator": RouterTarget.operator("my-router"),
    "kserve": RouterTarget.kserve(),
}


@pytest.mark.parametrize("style", BY_STYLE)
@pytest.mark.parametrize("install", INSTALLS)
def test_each_style_finds_its_own_install_only(style: str, install: str) -> None:
    assert (scraped(INSTALLS[install], targets(BY_STYLE[style]), "semantic-router") is not None) == (style == install)


@pytest.mark.parametrize("style", BY_STYLE)
@pytest.mark.parametrize("decoy", DECOYS)
def test_no_style_finds_decoys(style: str, decoy: str) -> None:
    assert scraped(DECOYS[decoy], targets(BY_STYLE[style]), "semantic-router") is None


def test_several_targets_find_each_pod_once() -> None:
    wanted = targets(RouterTarget.helm("vsr"), RouterTarget.helm("vsr"), RouterTarget.any())
    assert scraped(HELM, wanted, "semantic-router") == labels_of(HELM)
    assert scraped(RAW, wanted, "semantic-router") == labels_of(RAW)


@pytest.mark.parametrize(("release", "other"), [("vsr.prod", "vsrxprod"), ("a-b", "a--b"), ("vsr", "vsr-2")])
def test_names_are_no_expressions(release: str, other: str) -> None:
    wanted = targets(RouterTarget.helm(release))
    assert scraped(helm(release), wanted, "semantic-router") is not None
    assert scraped(helm(other), wanted, "semantic-router") is None


def test_an_operator_router_is_not_a_chart_of_the_same_name() -> None:
    assert scraped(helm("my-router"), targets(RouterTarget.operator("my-router")), "semantic-router") is None


def test_labels_choose_any_other_installation() -> None:
    wanted = targets(RouterTarget.labels({"example.com/team": "a", "app": "router.v2"}, port="prom"))
    found = endpoint("mine", {"example.com/team": "a", "app": "router.v2"}, endpointslice_port_name="prom")
    assert scraped(found, wanted, "semantic-router") == labels_of(found)
    assert scraped(found | {"__meta_kubernetes_pod_label_app": "router-v2"}, wanted, "semantic-router") is None
    assert scraped(found | {"__meta_kubernetes_endpointslice_port_name": "metrics"}, wanted, "semantic-router") is None


@pytest.mark.parametrize("namespaces", [["a", "b"], ["b", "a"]])
def test_namespaces(namespaces: list[str]) -> None:
    wanted = targets(RouterTarget.any(namespaces=namespaces))
    for namespace, expected in (("a", True), ("b", True), (OWN, False), ("ab", False)):
        assert (scraped(RAW | {"__meta_kubernetes_namespace": namespace}, wanted, "semantic-router") is not None) == expected


def test_all_namespaces() -> None:
    wanted = targets(RouterTarget.any(namespaces=["*"]))
    assert scraped(RAW | {"__meta_kubernetes_namespace": "anywhere"}, wanted, "semantic-router") is not None
    assert scraped(DECOYS["the chart's dashboard"], wanted, "semantic-router") is None


@pytest.mark.parametrize(("ip", "instance"), [("10.0.0.7", "10.0.0.7:9190"), ("fd00::7", "[fd00::7]:9190")])
def test_dual_stack_pods_count_once(ip: str, instance: str) -> None:
    """Both slices of a dual-stack Service lead to the pod's primary address, and Prometheus drops the second of two equal targets."""
    slices = [RAW | {"__address__": address, "__meta_kubernetes_pod_ip": ip} for address in ("10.0.0.7:9190", "[fd00::7]:9190")]
    results = [scraped(found, targets(RouterTarget()), "semantic-router") for found in slices]
    assert results == [labels_of(RAW) | {"instance": instance}] * 2


def test_discovery_reads_the_namespaces_of_all_targets() -> None:
    job = router_job([RouterTarget.raw(namespaces=["a", "b"]), RouterTarget.helm("x")], ScrapeGuards(), OWN)
    assert job["kubernetes_sd_configs"] == [{"role": "endpointslice", "namespaces": {"names": ["a", "b", OWN]}}]
    job = router_job([RouterTarget.any(namespaces=["*"]), RouterTarget.helm("x")], ScrapeGuards(), OWN)
    assert job["kubernetes_sd_configs"] == [{"role": "endpointslice"}]


@pytest.mark.parametrize(
    ("parts", "namespaces"),
    [
        ([], ()),
        ([RouterTarget()], (OWN,)),
        ([RouterTarget(namespaces=("a",)), RouterTarget(namespaces=("a", "b"))], ("a", "b")),
        ([StaticJob(name="a", targets=("b:1",))], ()),
        ([PodJob(name="a", match_labels={"a": "b"}, port=1)], (OWN,)),
        ([RawJob(name="a", config={})], ()),
        ([RawJob(name="a", config={}, namespaces=("mesh",)), RouterTarget(namespaces=("*",))], ("*",)),
    ],
)
def test_roles_follow_from_what_discovers(parts: list[Any], namespaces: tuple[str, ...]) -> None:
    assert namespaces_of(parts, OWN) == namespaces
