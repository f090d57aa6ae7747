"""Who chooses the user of a pod: the manifest, or OpenShift."""

from __future__ import annotations

import copy
import shutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import scc
from manifests import find, from_yaml, pod_templates
from pod_security import violations
from snapshot_cases import IN_YAML

if TYPE_CHECKING:
    from collections.abc import Iterator

    from manifests import Object

IDS = {"runAsUser", "runAsGroup", "fsGroup", "supplementalGroups"}
EVERYTHING = """
alertmanager: {replicas: 3, receivers: [{type: webhook, name: bridge, url: "http://bridge.tools.svc:8080/alerts"}]}
grafana: {resetAdminPassword: true}
"""
CASES = {"default": "", "everything": EVERYTHING, **{name: text for name, text in IN_YAML.items() if "platform:" not in text}}
FILES = Path(__file__).parents[1] / "snapshot" / "files"
"""Dashboards that cases refer to."""


def on_openshift(text: str, directory: Path | None = None) -> list[Object]:
    """What the settings give there."""
    return from_yaml(f"{textwrap.dedent(text)}\nplatform: {{type: openshift}}\n", directory)


@pytest.mark.parametrize("case", CASES)
def test_restricted_v2_admits_every_pod(case: str, tmp_path: Path) -> None:
    shutil.copytree(FILES, tmp_path, dirs_exist_ok=True)
    templates = pod_templates(on_openshift(CASES[case], tmp_path))
    assert len(templates) >= (1 if case == "agent" else 2)
    for template in templates:
        assert not IDS & set(_keys(template)), "OpenShift assigns them"
        assert violations(template["spec"]) == []
        admitted, refusals = scc.admit(template["spec"], scc.NAMESPACE)
        assert refusals == []
        assert violations(admitted) == [], "PodSecurity is enforced there, too"
        for volume in admitted["volumes"]:
            for mode in _values(volume, "defaultMode"):
                assert mode & 0o040, "the assigned user owns no file: it reads as a member of fsGroup"


@pytest.mark.parametrize("text", ["", "platform: {type: kubernetes}", EVERYTHING])
def test_elsewhere_the_manifest_names_a_number(text: str) -> None:
    for template in pod_templates(from_yaml(text)):
        security = template["spec"]["securityContext"]
        assert {field: security[field] for field in ("runAsUser", "runAsGroup", "fsGroup")} == dict.fromkeys(
            ("runAsUser", "runAsGroup", "fsGroup"), 10001
        )
        assert not any(IDS & set(container["securityContext"]) for container in template["spec"]["containers"])
        _, refusals = scc.admit(template["spec"], scc.NAMESPACE)
        assert "pod: fsGroup: 10001" in refusals
        assert any(refusal.endswith(": runAsUser: 10001") for refusal in refusals)


def test_nothing_else_differs() -> None:
    here, there = from_yaml(EVERYTHING), on_openshift(EVERYTHING)
    for template in pod_templates(here):
        for field in IDS:
            template["spec"]["securityContext"].pop(field, None)
    assert here == there


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"securityContext": {"runAsUser": 1000660000}}, "prometheus: runAsUser: 1000660000"),
        ({"securityContext": {"runAsUser": 0}}, "prometheus: runAsUser: 0"),
        ({"securityContext": {"fsGroup": 1000650001}}, "pod: fsGroup: 1000650001"),
        ({"securityContext": {"seLinuxOptions": {"level": "s0:c1,c2"}}}, "prometheus: seLinuxOptions: {'level': 's0:c1,c2'}"),
        ({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}, "prometheus: seccompProfile: {'type': 'Unconfined'}"),
        ({"hostNetwork": True}, "pod: hostNetwork"),
        ({"volumes": [{"name": "host", "hostPath": {"path": "/"}}]}, "volume host: hostPath"),
    ],
)
def test_the_constraints_can_refuse(change: dict[str, Any], refusal: str) -> None:
    spec = copy.deepcopy(find(on_openshift(""), "StatefulSet", "prometheus")["spec"]["template"]["spec"])
    assert scc.admit(spec, scc.NAMESPACE)[1] == []
    for field, value in change.items():
        spec[field] = spec[field] | value if isinstance(value, dict) else value
    assert scc.admit(spec, scc.NAMESPACE)[1] == [refusal]


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _keys(item)
    elif isinstance(value, list):
        for item in value:
            yield from _keys(item)


def _values(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == name:
                yield item
            yield from _values(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, name)
