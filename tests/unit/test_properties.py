"""What holds for all settings that can work, tried on random ones."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings

import custom_kinds
from credentials import findings
from harness.programs import program
from manifests import NAMESPACE, find, from_settings, key, pod_templates
from pod_security import violations
from policies import Network
from semantic_router_observability import Settings
from semantic_router_observability.checks import byte_quantity
from semantic_router_observability.prometheus.retention import SIZE_SHARE_LIMIT, size_in_bytes
from strategies import settings as random_settings
from wiring import Wiring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from manifests import Object

KUBERNETES = ("1.27", "1.30", "1.34", kubernetes_validate.latest_version())
CLUSTER_SCOPED = {"ClusterRole", "ClusterRoleBinding"}

try_it = hypothesis_settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@try_it
@given(random_settings())
def test_whatever_is_accepted_can_be_applied(written: dict[str, Any]) -> None:
    settings = msgspec.convert(written, Settings)
    objects = from_settings(settings)
    assert objects == from_settings(settings), "the same settings, other bytes"
    check_names(objects)
    check_scope(objects, settings)
    check_schemas(objects)
    check_pods(objects)
    check_references(objects)
    check_retention(objects)
    check_secrets(objects, settings)
    check_network(objects)


@hypothesis_settings(try_it, max_examples=40)
@given(random_settings())
def test_prometheus_takes_whatever_is_accepted(written: dict[str, Any]) -> None:
    promtool = program("promtool")
    objects = from_settings(msgspec.convert(written, Settings))
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder, "rules")
        rules.mkdir()
        for name, text in find(objects, "ConfigMap", "prometheus-rules").get("data", {}).items():
            (rules / name).write_text(text, encoding="utf-8")
        config = Path(folder, "prometheus.yml")
        text = find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"]
        config.write_text(text.replace("/etc/prometheus/rules", str(rules)), encoding="utf-8")
        commands = [["check", "config", "--syntax-only", str(config)], *(["check", "rules", str(rule)] for rule in rules.iterdir())]
        for command in commands:
            done = subprocess.run([promtool, *command], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr + text


def check_names(objects: list[Object]) -> None:
    """Names are legal, and no two objects share one."""
    keys = [key(manifest) for manifest in objects]
    assert len(set(keys)) == len(keys)
    for manifest in objects:
        name = manifest["metadata"]["name"]
        assert len(name) <= (63 if manifest["kind"] == "Service" else 253)
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", name)
        for value in manifest["metadata"]["labels"].values():
            assert re.fullmatch(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", value)


def check_scope(objects: list[Object], settings: Settings) -> None:
    """Nothing is cluster-scoped unless asked for; Roles only where Prometheus looks."""
    cluster_wide = settings.prometheus.arguments().get("cluster_wide", False)
    assert any(manifest["kind"] in CLUSTER_SCOPED for manifest in objects) == cluster_wide
    config = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    looks_in = set(_values(config["scrape_configs"], "names")) | {settings.namespace}
    for manifest in objects:
        if manifest["kind"] in CLUSTER_SCOPED:
            assert "namespace" not in manifest["metadata"]
        elif manifest["kind"] not in {"Role", "RoleBinding"}:
            assert manifest["metadata"]["namespace"] == settings.namespace
    granted = {manifest["metadata"]["namespace"] for manifest in objects if manifest["kind"] == "Role"}
    assert cluster_wide or looks_in <= granted


def check_schemas(objects: list[Object]) -> None:
    """Every field is one that Kubernetes knows."""
    for manifest in objects:
        if custom_kinds.is_custom(manifest):
            custom_kinds.validate(manifest)
            continue
        text = json.dumps(manifest, sort_keys=True)
        for version in KUBERNETES:
            _validate(text, version)


def check_pods(objects: list[Object]) -> None:
    """PodSecurity `restricted` admits every pod; ports, mounts and volumes agree."""
    for template in pod_templates(objects):
        assert violations(template["spec"]) == []
        volumes = [volume["name"] for volume in template["spec"]["volumes"]]
        assert len(set(volumes)) == len(volumes)
        for container in chain(template["spec"]["containers"], template["spec"].get("initContainers", ())):
            mounts = container["volumeMounts"]
            assert {mount["name"] for mount in mounts} <= set(volumes)
            assert len({mount["mountPath"] for mount in mounts}) == len(mounts)
            variables = [variable["name"] for variable in container.get("env", ())]
            assert len(set(variables)) == len(variables)
            assert all(re.fullmatch("[A-Z][A-Z0-9_]*", name) for name in variables)


def check_references(objects: list[Object]) -> None:
    """Selectors, Services, claims and ConfigMaps lead to one another."""
    for workload in (manifest for manifest in objects if manifest["kind"] in {"StatefulSet", "Deployment"}):
        labels = workload["spec"]["template"]["metadata"]["labels"]
        assert workload["spec"]["selector"]["matchLabels"].items() <= labels.items()
        services = [s for s in objects if s["kind"] == "Service" and s["spec"]["selector"].items() <= labels.items()]
        # What has no other replica to find and no name of its own, such as a login, has only the one that people connect to.
        expected = {"oauth2-proxy": 1, "trace-gateway": 1, "blackbox-exporter": 1, "kube-state-metrics": 0}
        assert len(services) == expected.get(labels["app.kubernetes.io/name"], 2)
        ports = {port["name"] for port in workload["spec"]["template"]["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for service in services for port in service["spec"]["ports"]} <= ports
        if workload["kind"] == "StatefulSet":
            assert find(objects, "Service", workload["spec"]["serviceName"])["spec"]["clusterIP"] == "None"
    ours = {manifest["metadata"]["name"] for manifest in objects if manifest["kind"] == "ConfigMap"}
    used = {name for template in pod_templates(objects) for name in _config_maps(template)}
    assert ours <= used


def check_retention(objects: list[Object]) -> None:
    """Blocks leave room for the write-ahead log on the volume."""
    config = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    (volume,) = [v for v in find(objects, "StatefulSet", "prometheus")["spec"]["template"]["spec"]["volumes"] if v["name"] == "data"]
    declared = [claim["spec"]["resources"]["requests"]["storage"] for claim in objects if claim["metadata"]["name"] == "prometheus-data"]
    size = volume["emptyDir"]["sizeLimit"] if "emptyDir" in volume else (declared or [None])[0]
    if size:
        limit = config["storage"]["tsdb"]["retention"]["size"]
        assert 0 < size_in_bytes("size", limit) <= byte_quantity("size", size) * SIZE_SHARE_LIMIT


def check_secrets(objects: list[Object], settings: Settings) -> None:
    """No manifest holds a credential, but for the demonstration that asks for it."""
    demo = type(settings.grafana.arguments().get("admin")).__name__ == "DemoCredentials"
    filled = [
        manifest["metadata"]["name"] for manifest in objects if manifest["kind"] == "Secret" and manifest.keys() & {"data", "stringData"}
    ]
    assert filled == (["grafana-admin"] if demo else [])
    assert findings(objects) == []


def check_network(objects: list[Object]) -> None:
    """Whatever the configuration files connect to, the network policies allow."""
    policies = [manifest for manifest in objects if manifest["kind"] == "NetworkPolicy"]
    for network in (Network(policies), Network(policies, ranges_hold_pods=True)):
        for connection in Wiring(objects).connections:
            assert network.allows(connection.source, connection.target, connection.port, connection.protocol), connection


kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)
"""All schemas of a version are one file, which it would read anew for each object."""


@cache
def _validate(text: str, version: str) -> None:
    kubernetes_validate.validate(json.loads(text), version, strict=True)


def _values(value: Any, name: str) -> Iterator[str]:
    """Every item of every list called `name`."""
    if isinstance(value, dict):
        for inner, item in value.items():
            if inner == name and isinstance(item, list):
                yield from item
            yield from _values(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, name)


def _config_maps(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("configMap"), dict):
            yield value["configMap"]["name"]
        for item in value.values():
            yield from _config_maps(item)
    elif isinstance(value, list):
        for item in value:
            yield from _config_maps(item)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda spec: spec.pop("securityContext"), "pod: runAsNonRoot"),
        (lambda spec: spec.update(hostNetwork=True), "pod: hostNetwork"),
        (lambda spec: spec["volumes"].append({"name": "host", "hostPath": {"path": "/"}}), "volume host: hostPath"),
        (lambda spec: spec["containers"][0]["securityContext"].update(privileged=True), "prometheus: privileged"),
        (lambda spec: spec["containers"][0]["securityContext"]["capabilities"].update(drop=[]), "prometheus: capabilities"),
        (lambda spec: spec["containers"][0].pop("securityContext"), "prometheus: allowPrivilegeEscalation"),
        (lambda spec: spec["containers"][0]["ports"][0].update(hostPort=80), "prometheus: hostPort"),
        (lambda spec: spec["securityContext"].update(runAsUser=0), "pod: runAsUser"),
        (lambda spec: spec["securityContext"].update(seccompProfile={"type": "Unconfined"}), "pod: seccompProfile"),
    ],
)
def test_the_check_of_pods_can_fail(change: Any, complaint: str, default_objects: list[Object]) -> None:
    spec = json.loads(json.dumps(find(default_objects, "StatefulSet", "prometheus")["spec"]["template"]["spec"]))
    assert violations(spec) == []
    change(spec)
    assert complaint in violations(spec)


@pytest.mark.parametrize("version", KUBERNETES)
def test_the_check_of_schemas_can_fail(version: str, default_objects: list[Object]) -> None:
    workload = json.loads(json.dumps(find(default_objects, "StatefulSet", "prometheus")))
    workload["spec"]["template"]["spec"]["enableServiceLink"] = False
    with pytest.raises(kubernetes_validate.ValidationError, match="enableServiceLink"):
        _validate(json.dumps(workload), version)


def test_defaults_hold_what_the_random_ones_do(default_objects: list[Object]) -> None:
    settings = Settings()
    assert settings.namespace == NAMESPACE
    check_names(default_objects)
    check_scope(default_objects, settings)
    check_schemas(default_objects)
    check_pods(default_objects)
    check_references(default_objects)
    check_retention(default_objects)
    check_secrets(default_objects, settings)
    check_network(default_objects)
