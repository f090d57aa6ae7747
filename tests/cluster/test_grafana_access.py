"""`GrafanaAccess` at a real API server: its script as its own ServiceAccount, and a token that a delivery leaves alone."""

from __future__ import annotations

import base64
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from cluster.support import apply_cleanly, changed, find, open_namespace, synthesize
from harness.grafana_api import ADMINISTRATOR, PASSWORD, GrafanaApi
from harness.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.lab import Lab

pytestmark = pytest.mark.cluster

SETTINGS: dict[str, Any] = {
    "grafanaAccess": {
        "serviceAccounts": [{"name": "reports", "token": {"secret": "grafana-reports", "key": "token"}, "tokenLifetime": "90d"}],
        "teams": [{"name": "sre", "members": ["ada"]}],
        "folders": [{"title": "Semantic Router", "permissions": [{"team": "sre", "permission": "Edit"}]}],
    }
}


@pytest.fixture(scope="module")
def namespace(lab: Lab) -> Iterator[str]:
    with open_namespace(lab.cluster, "grafana-access") as name:
        yield name


@pytest.fixture(scope="module")
def dist(lab: Lab, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = synthesize(tmp_path_factory.mktemp("grafana-access"), namespace, SETTINGS)
    apply_cleanly(lab.cluster, output)
    return output


def test_the_token_of_a_run_survives_the_next_delivery(lab: Lab, namespace: str, dist: Path, tmp_path: Path) -> None:
    cluster, network = lab.cluster, lab.network
    pod = find(dist, "CronJob", "grafana-access")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    for name, text in (("user", ADMINISTRATOR), ("password", PASSWORD), ("token", cluster.token(namespace, pod["serviceAccountName"]))):
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copy(cluster.control_plane.certificate, tmp_path / "ca.crt")
    grafana = GrafanaApi()
    listener = Listener(network, address := network.address(), 3000, grafana.handler())
    environment = {entry["name"]: entry["value"] for entry in container["env"]} | {
        "GRAFANA_URL": f"http://{address}:3000",
        "GRAFANA_USER": str(tmp_path / "user"),
        "GRAFANA_PASSWORD": str(tmp_path / "password"),
        "KUBERNETES_URL": cluster.control_plane.url,
        "KUBERNETES_ACCOUNT": str(tmp_path),
    }

    def run() -> str:
        process = network.start(*container["command"], log=tmp_path / "run.log", env=environment)
        assert process.wait(60) == 0, process.log()
        return process.log()

    def held() -> str:
        return base64.b64decode(cluster.get("secret", "grafana-reports", namespace)["data"]["token"]).decode()

    try:
        assert "new token in Secret grafana-reports, key token" in run()
        token = held()
        assert grafana.valid(token)
        assert changed(apply_cleanly(cluster, dist)) == []
        assert held() == token
        assert run().splitlines()[-1] == "0 changed, 0 failed"
        assert held() == token
    finally:
        listener.close()


def test_the_account_may_do_nothing_else(lab: Lab, namespace: str, dist: Path) -> None:
    del dist
    account = f"system:serviceaccount:{namespace}:grafana-access"
    for verb, kind, allowed in (
        ("get", "secrets/grafana-reports", True),
        ("patch", "secrets/grafana-reports", True),
        ("delete", "secrets/grafana-reports", False),
        ("get", "secrets/grafana-admin", False),
        ("list", "secrets", False),
        ("create", "secrets", False),
        ("create", "pods", False),
    ):
        answer = lab.cluster.kubectl("auth", "can-i", verb, kind, "--namespace", namespace, user=account).stdout.strip()
        assert answer == ("yes" if allowed else "no"), (verb, kind)
