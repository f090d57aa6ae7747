"""Providers of Secrets at a real API server, and new values of credentials taken by programs that go on running."""

from __future__ import annotations

import base64
import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cluster.metrics import Metrics
from cluster.support import apply, apply_cleanly, changed, open_namespace, synthesize, workloads
from cluster.web import Server
from harness import crds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.container import Container
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

ENCRYPTED = Path(__file__).parents[1] / "encrypted"

PROVIDED: dict[str, Any] = {
    "prometheus": {
        "remoteWrite": [{"url": "https://mimir.example.com/push", "bearerToken": {"secret": "remote-write", "key": "token"}}],
        "login": {"type": "basicAuth", "secret": "prometheus-login"},
    },
    "grafana": {"dataSources": [{"type": "loki", "url": "http://loki.logging", "bearerToken": {"secret": "loki", "key": "token"}}]},
    "images": {"pullSecrets": ["registry"]},
    "secrets": [
        {
            "type": "externalSecrets",
            "store": {"name": "vault"},
            "entries": {
                "registry": {".dockerconfigjson": "team/registry"},
                "prometheus-login": {
                    "username": {"key": "team/prometheus", "property": "username"},
                    "password": {"key": "team/prometheus", "property": "password", "version": "2"},
                },
            },
            "templates": {"prometheus-login": {"web.yml": "basic_auth_users:\n  {{ .username }}: {{ .password | bcrypt }}\n"}},
        },
        {
            "type": "csi",
            "provider": "vault",
            "entries": {"loki": {"objects": [{"objectName": "token", "secretPath": "a", "secretKey": "b"}]}},
        },
        {"type": "encryptedFile", "path": "keys.yaml"},
    ],
}


def provided(directory: Path, namespace: str, file: str) -> Path:
    """Output folder with one provider of each kind; the encrypted file is made for the namespace."""
    text = (ENCRYPTED / file).read_text(encoding="utf-8").replace("vllm-semantic-router-system", namespace)
    (directory / "keys.yaml").write_text(text, encoding="utf-8")
    return synthesize(directory, namespace, PROVIDED)


def test_every_provider_is_taken_as_it_is_and_applying_again_changes_nothing(lab: Lab, namespace: str, tmp_path: Path) -> None:
    crds.install(lab.cluster)
    dist = provided(tmp_path, namespace, "sealed.yaml")
    apply_cleanly(lab.cluster, dist)
    assert changed(apply_cleanly(lab.cluster, dist)) == []
    here = f"namespaces/{namespace}"
    login = lab.cluster.api(f"apis/external-secrets.io/v1/{here}/externalsecrets/prometheus-login")
    assert login["spec"]["target"]["template"]["data"].keys() == {"username", "password", "web.yml"}
    stored = lab.cluster.api(f"apis/secrets-store.csi.x-k8s.io/v1/{here}/secretproviderclasses/loki")
    assert stored["spec"]["secretObjects"] == [{"secretName": "loki", "type": "Opaque", "data": [{"objectName": "token", "key": "token"}]}]
    sealed = lab.cluster.api(f"apis/bitnami.com/v1alpha1/{here}/sealedsecrets/remote-write")
    assert sealed["spec"]["encryptedData"]["token"] in (ENCRYPTED / "sealed.yaml").read_text(encoding="utf-8")


def test_pods_with_the_drivers_volumes_are_admitted_where_only_restricted_ones_are(lab: Lab, namespace: str, tmp_path: Path) -> None:
    crds.install(lab.cluster)
    dist = provided(tmp_path, namespace, "sealed.yaml")
    apply_cleanly(lab.cluster, dist)
    (grafana,) = [workload for workload in workloads(lab.cluster, dist) if workload["metadata"]["name"] == "grafana"]
    (pod,) = lab.cluster.wait_pods(grafana)
    assert [volume["csi"]["volumeAttributes"] for volume in pod["spec"]["volumes"] if "csi" in volume] == [{"secretProviderClass": "loki"}]


def test_a_file_of_sops_is_refused_by_the_api_server(lab: Lab, namespace: str, tmp_path: Path) -> None:
    """As docs/secrets.md says: it has to be decrypted on the way. Nothing half understood is stored."""
    crds.install(lab.cluster)
    dist = provided(tmp_path, namespace, "sops.yaml")
    result = apply(lab.cluster, dist)
    assert not result.ok
    assert 'unknown field "sops"' in result.stderr
    names = [item["metadata"]["name"] for item in lab.cluster.api(f"api/v1/namespaces/{namespace}/secrets")["items"]]
    assert "remote-write" not in names


class Stack:
    """A Prometheus that scrapes two servers with credentials, and an Alertmanager that posts to a Slack webhook."""

    def __init__(self, lab: Lab, namespace: str, server: Server, prometheus: Container, alertmanager: Container) -> None:
        self.lab, self.namespace, self.server = lab, namespace, server
        self.prometheus, self.alertmanager = prometheus, alertmanager

    def change(self, **values: str) -> None:
        """Write new values into the Secret, and bring the pods' files up to date as a kubelet does."""
        self.lab.cluster.patch(f"api/v1/namespaces/{self.namespace}/secrets/credentials", {"stringData": values})
        self.prometheus.sync()
        self.alertmanager.sync()

    def credentials(self, path: str) -> str:
        """What the newest request for a path came with."""
        found = [request.headers.get("Authorization", "") for request in list(self.server.received) if request.path == path]
        return found[-1] if found else ""

    def header(self, path: str, name: str) -> str:
        """A header of the newest request for a path."""
        found = [request.headers.get(name, "") for request in list(self.server.received) if request.path == path]
        return found[-1] if found else ""


def reference(key: str) -> dict[str, str]:
    """Name a key of the one Secret."""
    return {"secret": "credentials", "key": key}


@pytest.fixture(scope="module")
def stack(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Both programs, with the first values."""
    cluster, network = lab.cluster, lab.network
    with ExitStack() as closing:
        namespace = closing.enter_context(open_namespace(cluster, "rotation"))
        pages = {f"/{name}": f"{name} 1\n" for name in ("token", "raw")}
        server = closing.enter_context(Server(network, network.address(), 9100, pages))
        target = f"{server.address}:{server.port}"
        settings = {
            "alerts": {"enabled": False},
            "prometheus": {
                "interval": "1s",
                "scrapeJobs": [
                    {
                        "type": "static",
                        "name": "token",
                        "targets": [target],
                        "path": "/token",
                        "bearerToken": reference("token"),
                        "timeout": "1s",
                    },
                    {
                        "type": "raw",
                        "name": "raw",
                        "config": {
                            "static_configs": [{"targets": [target]}],
                            "metrics_path": "/raw",
                            "scrape_timeout": "1s",
                            "basic_auth": {"username": "anna", "password": reference("password")},
                            "http_headers": {"X-Tenant-Token": reference("tenant")},
                        },
                    },
                ],
            },
            "alertmanager": {
                "receivers": [{"type": "slack", "name": "chat", "apiUrl": reference("slack")}],
                "grouping": {"groupBy": ["alertname"], "groupWait": "1s", "groupInterval": "1s"},
            },
        }
        apply_cleanly(cluster, synthesize(tmp_path_factory.mktemp("rotation"), namespace, settings))
        first = {"token": "first", "password": "first", "tenant": "first", "slack": f"{server.url}/first"}
        cluster.request("POST", f"api/v1/namespaces/{namespace}/secrets", {"metadata": {"name": "credentials"}, "stringData": first})
        containers = []
        for name in ("prometheus", "alertmanager"):
            container = lab.run(cluster.get("statefulset", name, namespace), name)
            closing.callback(container.terminate)
            containers.append(container)
        yield Stack(lab, namespace, server, *containers)


def test_a_scrape_takes_new_credentials_without_a_restart(stack: Stack) -> None:
    """A token, a password in a raw job and a header: all from files that Prometheus opens for each scrape."""
    metrics = Metrics(stack.prometheus)
    stack.lab.cluster.wait(lambda: metrics.up("token") and metrics.up("raw"), "both scraped", 30)

    def sent() -> list[str]:
        return [stack.credentials("/token"), stack.credentials("/raw"), stack.header("/raw", "X-Tenant-Token")]

    assert sent() == ["Bearer first", _basic("first"), "first"]
    before = stack.prometheus.pid
    stack.change(token="second", password="second", tenant="second")
    stack.lab.cluster.wait(lambda: sent() == ["Bearer second", _basic("second"), "second"], "the new values", 15)
    assert stack.prometheus.pid == before


def test_a_message_takes_a_new_address_without_a_restart(stack: Stack) -> None:
    def alert(name: str) -> None:
        body = json.dumps([{"labels": {"alertname": name, "severity": "critical"}}])
        url = stack.alertmanager.url("http", "/api/v2/alerts")
        answer = stack.lab.network.request("POST", url, body=body, headers={"Content-Type": "application/json"})
        assert answer.status == 200, answer.text

    def posted() -> list[str]:
        return [request.path for request in list(stack.server.received) if request.method == "POST"]

    alert("One")
    stack.lab.cluster.wait(lambda: posted() == ["/first"], "the first message", 30)
    before = stack.alertmanager.pid
    stack.change(slack=f"{stack.server.url}/second")
    alert("Two")
    stack.lab.cluster.wait(lambda: posted()[-1] == "/second", "the message at the new address", 30)
    assert stack.alertmanager.pid == before


def _basic(password: str) -> str:
    return f"Basic {base64.b64encode(f'anna:{password}'.encode()).decode()}"
