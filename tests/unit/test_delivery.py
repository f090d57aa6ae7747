"""What the objects say to Argo CD, Flux and Helm, in every reviewed case and in `dist/`."""

from __future__ import annotations

from typing import Any

import pytest

import semantic_router_observability as sro
from manifests import from_yaml, new_chart, objects_of
from semantic_router_observability.kubernetes.delivery import INSTANCE, KEEP, delivery_annotations, installation

SUBSTITUTE = "kustomize.toolkit.fluxcd.io/substitute"


def annotations_of(manifest: dict[str, Any]) -> dict[str, str]:
    return manifest["metadata"].get("annotations", {})


def test_whatever_holds_data_is_kept() -> None:
    objects = from_yaml("alertmanager: {receivers: [{name: ops, type: webhook, url: {secret: hook, key: url}}]}")
    claims = [manifest for manifest in objects if manifest["kind"] == "PersistentVolumeClaim"]
    assert {claim["metadata"]["name"] for claim in claims} >= {"prometheus-data", "grafana-storage"}
    assert len(claims) == 3
    for claim in claims:
        assert annotations_of(claim).items() >= KEEP.items()
    assert not [manifest for manifest in objects if manifest not in claims and annotations_of(manifest).keys() & KEEP.keys()]


def test_annotations_of_a_users_own_object_win() -> None:
    chart = new_chart()
    sro.Manifest(
        chart,
        "data",
        api_version="v1",
        kind="PersistentVolumeClaim",
        name="data",
        labels={},
        annotations={"helm.sh/resource-policy": "delete"},
        spec={},
    )
    [claim] = objects_of(chart)
    assert annotations_of(claim) == {**KEEP, "helm.sh/resource-policy": "delete"}


@pytest.mark.parametrize(
    ("fields", "disabled"),
    [
        ({"data": {"a.json": "${datasource}"}}, True),
        ({"spec": {"template": {"args": ["--x=${Y}"]}}}, True),
        ({"data": {"a.json": "$datasource {{ $labels.pod }}"}}, False),
        ({"data": None}, False),
    ],
)
def test_what_flux_would_substitute_is_marked(fields: dict[str, Any], disabled: bool) -> None:
    assert (SUBSTITUTE in delivery_annotations("ConfigMap", fields)) is disabled


def test_dashboards_are_marked_and_rules_need_not_be() -> None:
    marked = {manifest["metadata"]["name"] for manifest in from_yaml("{}") if SUBSTITUTE in annotations_of(manifest)}
    assert "grafana-dashboard-llm-router" in marked
    assert "prometheus-rules" not in marked


def test_no_object_but_claims_is_called_after_a_component() -> None:
    for manifest in from_yaml("{}"):
        claim = manifest["kind"] == "PersistentVolumeClaim"
        expected = manifest["metadata"]["name"].partition("-")[0] if claim else "observability.vllm-semantic-router-system"
        assert manifest["metadata"]["labels"][INSTANCE] == expected
        template = manifest.get("spec", {}).get("template")
        if template:
            assert template["metadata"]["labels"][INSTANCE] == manifest["metadata"]["name"]


def test_the_installations_name_is_a_label_value() -> None:
    assert installation("observability", "a" * 60) == "observability." + "a" * 49
    assert installation("x" * 62, "ns") == "x" * 62


def test_a_crashed_container_says_why() -> None:
    for manifest in from_yaml("{}"):
        pod = manifest.get("spec", {}).get("template", {}).get("spec", {})
        for container in [*pod.get("containers", []), *pod.get("initContainers", [])]:
            assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"
