"""The real prometheus-operator beside the API server: it selects the add-on's objects, rejects none, and writes what its own code says."""

from __future__ import annotations

import gzip
import os
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cluster.support import apply_cleanly, objects, open_namespace, synthesize
from harness.crds import install
from harness.operator_reader import by_label, select
from harness.programs import module_folder, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.cluster import Cluster
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

SECRET = "alert-receivers"
REJECTED = "InvalidConfiguration"
GROUP = "apis/monitoring.coreos.com"
ITS_OWN = ("alertmanagers", "probes", "prometheuses", "scrapeconfigs")
"""Kinds that it watches, and of which the add-on makes none."""


@dataclass(frozen=True)
class Operated:
    """Objects of an add-on, and a Prometheus and an Alertmanager that select them."""

    cluster: Cluster
    home: str
    """Namespace of the Prometheus and the Alertmanager."""
    namespace: str
    objects: list[dict[str, Any]]

    def written(self, secret: str, key: str) -> dict[str, Any]:
        """Configuration that the operator wrote."""

        def found() -> dict[str, Any] | None:
            items = self.cluster.api(f"api/v1/namespaces/{self.home}/secrets")["items"]
            data = next((item["data"] for item in items if item["metadata"]["name"] == secret), {})
            config: dict[str, Any] = yaml.safe_load(gzip.decompress(b64decode(data[key]))) if key in data else {}
            return config or None

        return self.cluster.wait(found, f"Secret {secret}", 60)


@pytest.fixture(scope="module")
def operated(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    """Objects first, then the operator: what it writes at once is about all of them."""
    cluster = lab.cluster
    install(cluster)
    folder = module_folder("operator-reader", "github.com/prometheus-operator/prometheus-operator") / "example" / "prometheus-operator-crd"
    definitions = [f"--filename={folder}/monitoring.coreos.com_{plural}.yaml" for plural in ITS_OWN]
    cluster.kubectl("apply", "--server-side", *definitions).check()
    cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", *definitions).check()
    directory: Path = tmp_path_factory.mktemp("operator")
    with open_namespace(cluster, "kps") as home, open_namespace(cluster, "routing") as namespace:
        receivers = [{"type": "webhook", "name": "bridge", "url": {"secret": SECRET, "key": "url"}}]
        scraper = {"type": "kubePrometheusStack", "release": home, "namespace": home}
        dist = synthesize(directory, namespace, {"addOn": {"scrapedBy": scraper, "notifiedBy": {"receivers": receivers}}})
        apply_cleanly(cluster, dist)
        cluster.kubectl("-n", namespace, "create", "secret", "generic", SECRET, "--from-literal=url=https://bridge.example.com/a").check()
        server = by_label({"release": home})
        alertmanager = {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "Alertmanager",
            "metadata": {"name": "main", "namespace": home},
            "spec": {"alertmanagerConfigSelector": {}, "alertmanagerConfigNamespaceSelector": {}},
        }
        server["metadata"]["namespace"] = home
        for plural, found in (("prometheuses", server), ("alertmanagers", alertmanager)):
            cluster.request("POST", f"{GROUP}/v1/namespaces/{home}/{plural}", found)
        operator = cluster.network.start(
            program("prometheus-operator"),
            f"--namespaces={home},{namespace}",
            "--kubelet-endpoints=false",
            "--web.listen-address=127.0.0.1:8095",
            log=directory / "prometheus-operator.log",
            env={"PATH": os.environ["PATH"], "KUBECONFIG": str(cluster.control_plane.kubeconfig), "HOME": str(directory)},
        )
        try:
            yield Operated(cluster, home, namespace, objects(dist))
        finally:
            operator.terminate()


def test_its_configuration_is_what_its_own_code_makes(operated: Operated) -> None:
    written = operated.written("prometheus-k8s", "prometheus.yaml.gz")
    server = operated.cluster.api(f"{GROUP}/v1/namespaces/{operated.home}/prometheuses/k8s")
    expected = select(server, operated.objects)
    assert [job["job_name"] for job in written["scrape_configs"]] == [
        f"podMonitor/{operated.namespace}/semantic-router/0",
        f"podMonitor/{operated.namespace}/semantic-router/1",
    ]
    assert written.pop("rule_files") == ["/etc/prometheus/rules/prometheus-k8s-rulefiles-0/*.yaml"]
    # The operator's configuration reloader, a container of the pod, fills in the number of the shard; the reader is not told of ConfigMaps.
    assert yaml.safe_load(yaml.safe_dump(written).replace("$(SHARD)", "0")) == {
        name: value for name, value in expected.config.items() if name != "rule_files"
    }
    files = operated.cluster.api(f"api/v1/namespaces/{operated.home}/configmaps/prometheus-k8s-rulefiles-0")["data"]
    groups = {group["name"]: group for text in files.values() for group in yaml.safe_load(text)["groups"]}
    assert groups == expected.groups
    assert groups


def test_alerts_reach_the_receivers(operated: Operated) -> None:
    written = operated.written("alertmanager-main-generated", "alertmanager.yaml.gz")
    (route,) = written["route"]["routes"]
    name = f"{operated.namespace}/semantic-router/bridge"
    assert (route["receiver"], route["continue"]) == (name, True)
    (receiver,) = (found for found in written["receivers"] if found["name"] == name)
    assert receiver["webhook_configs"][0]["url"] == "https://bridge.example.com/a"


def test_it_rejects_nothing_but_what_it_cannot_use(operated: Operated) -> None:
    cluster, namespace = operated.cluster, operated.namespace
    operated.written("prometheus-k8s", "prometheus.yaml.gz")
    operated.written("alertmanager-main-generated", "alertmanager.yaml.gz")
    assert cluster.events(namespace, reason=REJECTED) == []
    # Without the key of its Secret, the operator drops the whole AlertmanagerConfig, with an event on it.
    cluster.kubectl("-n", namespace, "patch", "secret", SECRET, "--type=json", '--patch=[{"op": "remove", "path": "/data/url"}]').check()
    (rejection,) = cluster.wait(lambda: cluster.events(namespace, reason=REJECTED)[:1], "an event on the AlertmanagerConfig", 60)
    assert "AlertmanagerConfig semantic-router was rejected" in rejection
    cluster.wait(
        lambda: not operated.written("alertmanager-main-generated", "alertmanager.yaml.gz")["route"].get("routes"),
        "no route of the add-on",
        30,
    )
