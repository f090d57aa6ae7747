"""From a browser to the pods: nginx as the controller's pod, what the Ingress says, TLS on both ways, a login, and the policies enforced."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cluster.routers import STRANGER
from cluster.support import synthesize
from cluster.test_logins import basic
from cluster.test_logins import login as users
from harness.archives import NGINX
from harness.browser import Browser, Door
from harness.credentials import Authority
from harness.ingress_controller import Configuration, executable
from node.support import NAMESPACE, add_routers, deliver, remove_namespace, restricted_namespace, wait_for_rollouts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.node_cluster import NodeCluster

pytestmark = pytest.mark.cluster

CONTROLLER, ELSEWHERE = "ingress-nginx", "models"
PROMETHEUS, GRAFANA = "prometheus.example.com", "grafana.example.com"
FILES = "/etc/controller"
SETTINGS = {
    "prometheus": {
        "externalUrl": f"https://{PROMETHEUS}",
        "tls": {"secret": "prometheus-serving"},
        "login": {"type": "basicAuth", "secret": "prometheus-login"},
    },
    "grafana": {"externalUrl": f"https://{GRAFANA}", "secretKey": {"secret": "grafana-key", "key": "key"}},
    "ingress": {
        "via": {"type": "nginx"},
        "backends": ["prometheus", "grafana"],
        "tls": {"type": "secret", "name": "site"},
    },
}


def test_a_browser_reaches_the_pods_through_the_controller_alone(nodes: NodeCluster, tmp_path: Path) -> None:
    executable()
    public, inside = Authority(tmp_path, "public"), Authority(tmp_path, "inside")
    with restricted_namespace(nodes, NAMESPACE, ELSEWHERE), open_namespace(nodes, CONTROLLER):
        put(nodes, "prometheus-serving", inside.issue(f"prometheus.{NAMESPACE}.svc"))
        put(nodes, "prometheus-login", users({"anna": "first"}, myself="anna", tls=True))
        put(nodes, "site", public.issue(PROMETHEUS, GRAFANA))
        found = deliver(nodes, synthesize(tmp_path / "settings", NAMESPACE, SETTINGS))
        add_routers(nodes, ELSEWHERE, STRANGER)
        wait_for_rollouts(nodes, found)
        address = add_controller(nodes, public)

        trusts = public.client()
        trusts.check_hostname = True
        browser = Browser(nodes.network, {host: Door(address, 443, trusts) for host in (PROMETHEUS, GRAFANA)})
        # The network plugin applies a change of Pods within seconds.
        nodes.cluster.wait(lambda: browser.get(f"https://{GRAFANA}/api/health").status == 200, "Grafana through the controller", 60)
        query = f"https://{PROMETHEUS}/api/v1/query?query=up"
        assert browser.get(query).status == 401
        assert browser.get(query, headers=basic("anna", "first")).status == 200

        # Another pod of any namespace, the controller's too, gets no connection.
        add_routers(nodes, CONTROLLER, STRANGER)
        for namespace in (ELSEWHERE, CONTROLLER):
            (other,) = nodes.cluster.api(f"api/v1/namespaces/{namespace}/pods?labelSelector=app%3Dother")["items"]
            for part, port in (("prometheus", 9090), ("grafana", 3000)):
                url = f"http://{part}.{NAMESPACE}.svc:{port}/"
                refused = nodes.execute(namespace, other["metadata"]["name"], "get", url)
                # The network plugin says no; others let a client wait.
                assert any(reason in refused.stderr for reason in ("connection refused", "deadline exceeded")), refused


@contextmanager
def open_namespace(nodes: NodeCluster, name: str) -> Iterator[None]:
    """Make a namespace that admits everything, as a controller on ports 80 and 443 needs it."""
    nodes.cluster.create_namespace(name, level="privileged")
    try:
        yield
    finally:
        remove_namespace(nodes, name)


def put(nodes: NodeCluster, name: str, contents: Mapping[str, str]) -> None:
    """Write a Secret of the stack's namespace."""
    body = {"metadata": {"name": name}, "stringData": dict(contents)}
    nodes.cluster.request("POST", f"api/v1/namespaces/{NAMESPACE}/secrets", body)


def add_controller(nodes: NodeCluster, authority: Authority) -> str:
    """Run nginx under the labels by which policies know its controller, as it finds the stack now; return the Pod's address."""
    files = Configuration(nodes.cluster, NAMESPACE, authority, address="0.0.0.0", directory=FILES, state="/tmp").files
    metadata = {"name": "controller", "namespace": CONTROLLER, "labels": {"app.kubernetes.io/name": "ingress-nginx"}}
    container: dict[str, Any] = {
        "name": "controller",
        "image": NGINX,
        "args": ["-p", "/tmp", "-c", f"{FILES}/nginx.conf"],
        "ports": [{"containerPort": 443}],
        "readinessProbe": {"tcpSocket": {"port": 443}, "periodSeconds": 1},
        "volumeMounts": [{"name": "files", "mountPath": FILES}],
    }
    made = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": files},
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata,
            "spec": {
                "automountServiceAccountToken": False,
                "terminationGracePeriodSeconds": 1,
                "containers": [container],
                "volumes": [{"name": "files", "secret": {"secretName": "controller"}}],
            },
        },
    ]
    nodes.cluster.apply(yaml.safe_dump_all(made)).check()
    address: str = nodes.wait_ready(CONTROLLER, "controller")["status"]["podIP"]
    return address
