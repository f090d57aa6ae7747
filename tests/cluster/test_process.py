"""The running Prometheus: who it is, what it may read, which requests it accepts, and how it takes changes, crashes and new credentials."""

from __future__ import annotations

import base64
import json
import re
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cluster.connections import both_readings, connections, workload
from cluster.metrics import Metrics
from cluster.options import RULES
from cluster.routers import INSTALLS, place, simulate
from cluster.support import apply_cleanly, open_namespace, synthesize
from cluster.web import Server
from harness.pods import endpoints, run_pod
from simulator import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.container import Container
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

RELOAD = 30
"""Seconds between Prometheus's looks at its configuration files."""
SCRAPE = 15
TAKEN_OVER = 5 + SCRAPE
"""Seconds until a target that discovery has found is scraped."""
SLACK = 15
"""Seconds that a busy machine may add."""


@dataclass
class Running:
    """A stack with one router, and a long-term storage that it writes to. Tests here change it, one after another."""

    lab: Lab
    namespace: str
    directory: Path
    settings: dict[str, Any]
    metrics: Metrics
    receiver: Server

    @property
    def container(self) -> Container:
        return self.metrics.container

    def apply(self, **prometheus: object) -> None:
        """Apply with other arguments of Prometheus, and bring its files up to date as a kubelet does."""
        settings = {**self.settings, "prometheus": {**self.settings["prometheus"], **prometheus}}
        apply_cleanly(self.lab.cluster, synthesize(self.directory, self.namespace, settings))
        self.container.sync()

    def passwords(self) -> list[str]:
        """List the credentials that the storage was given, newest last."""
        return [request.headers.get("Authorization", "") for request in list(self.receiver.received)]


@pytest.fixture(scope="module")
def running(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The stack without a sub-path, applied by a namespace's administrator."""
    cluster, network = lab.cluster, lab.network
    with ExitStack() as stack:
        namespace = stack.enter_context(open_namespace(cluster, "process"))
        receiver = stack.enter_context(Server(network, network.address(), 9009))
        remote_write = {
            "url": f"{receiver.url}/api/v1/push",
            "basicAuth": {"username": {"secret": "mimir", "key": "user"}, "password": {"secret": "mimir", "key": "password"}},
            "headers": {"X-Scope-OrgID": "routing"},
        }
        settings = {"prometheus": {"remoteWrite": [remote_write], "externalLabels": {"cluster": "west"}, "ruleConfigMaps": ["team-rules"]}}
        directory = tmp_path_factory.mktemp("process")
        apply_cleanly(cluster, synthesize(directory, namespace, settings), user=cluster.create_admin(namespace, "anna"))

        address = network.address()
        stack.enter_context(simulate(network, address, scenario=Scenario(rate=20.0)))
        place(cluster, namespace, INSTALLS["raw"], address)
        grafana = network.address()
        stack.enter_context(Server(network, grafana, 3000, {"/metrics": "grafana_build_info 1\n"}))
        run_pod(cluster, cluster.wait_pods(cluster.get("statefulset", "grafana", namespace))[0], grafana)
        cluster.wait(lambda: endpoints(cluster, namespace, "grafana") == [grafana], "Grafana behind its Service")

        path = f"api/v1/namespaces/{namespace}/secrets"
        cluster.request("POST", path, {"metadata": {"name": "mimir"}, "stringData": {"user": "anna", "password": "first"}})
        container = lab.run(cluster.get("statefulset", "prometheus", namespace), "prometheus")
        stack.callback(container.terminate)
        metrics = Metrics(container)
        for job in ("semantic-router", "prometheus", "grafana"):
            cluster.wait(lambda job=job: metrics.up(job), f"{job} up", TAKEN_OVER + SLACK)
        yield Running(lab, namespace, directory, settings, metrics, receiver)


def test_the_process_is_as_confined_as_the_manifest_says(running: Running) -> None:
    pid = running.container.pid
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
    assert status["Uid"].split() == status["Gid"].split() == ["10001"] * 4
    assert status["NoNewPrivs"] == "1"
    assert {int(status[kind], 16) for kind in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    mounts = {line.split()[1]: line.split()[3].split(",")[0] for line in Path(f"/proc/{pid}/mounts").read_text().splitlines()}
    writable = {path for path, mode in mounts.items() if mode == "rw" and not path.startswith(("/proc", "/dev"))}
    assert "/prometheus" in writable
    assert writable <= {"/prometheus", "/tmp"}
    assert mounts["/"] == "ro"


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "path",
    [
        "/-/reload",
        "/-/quit",
        "/api/v1/admin/tsdb/snapshot",
        "/api/v1/admin/tsdb/delete_series?match[]=up",
        "/api/v1/admin/tsdb/clean_tombstones",
        "/api/v1/write",
        "/api/v1/otlp/v1/metrics",
    ],
)
def test_nobody_can_stop_reload_delete_or_write(running: Running, method: str, path: str) -> None:
    answer = running.lab.network.request(method, running.container.url("http", path), body=b"")
    assert answer.status in (403, 404, 405) or '"errorType":"unavailable"' in answer.text, f"{answer.status} {answer.text}"
    assert running.container.returncode is None


def test_the_token_reads_what_discovery_needs_and_nothing_else(running: Running) -> None:
    cluster, here = running.lab.cluster, running.namespace
    token = Path(f"/proc/{running.container.pid}/root/var/run/secrets/kubernetes.io/serviceaccount/token").read_text()
    pod = "prometheus-0"

    def status(method: str, path: str) -> int:
        url = f"{cluster.control_plane.url}/{path}"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = "{}" if method in ("POST", "PUT", "PATCH") else None
        return running.lab.network.request(method, url, headers=headers, body=body, tls=cluster.control_plane.tls()).status

    allowed = [f"api/v1/namespaces/{here}/{kind}" for kind in ("services", "pods")]
    allowed += [f"apis/discovery.k8s.io/v1/namespaces/{here}/endpointslices"]
    assert {path: status("GET", path) for path in allowed} == dict.fromkeys(allowed, 200)

    refused = [
        *[
            f"api/v1/namespaces/{here}/{kind}"
            for kind in ("secrets", "configmaps", "serviceaccounts", "events", "endpoints", "secrets/mimir")
        ],
        *[f"api/v1/namespaces/{here}/pods/{pod}", f"api/v1/namespaces/{here}/services/prometheus"],
        *[f"api/v1/namespaces/{here}/pods/{pod}/{part}" for part in ("log", "exec?command=ls", "proxy/metrics", "portforward")],
        *[
            "api/v1/nodes",
            "api/v1/nodes/lab/proxy/metrics",
            "api/v1/pods",
            "api/v1/services",
            "api/v1/namespaces",
            f"api/v1/namespaces/{here}",
        ],
        *["api/v1/namespaces/default/pods", "api/v1/namespaces/kube-system/secrets", "apis/discovery.k8s.io/v1/endpointslices"],
        *[f"apis/apps/v1/namespaces/{here}/{kind}" for kind in ("deployments", "statefulsets")],
        *[f"apis/rbac.authorization.k8s.io/v1/namespaces/{here}/roles", "metrics", "logs/"],
    ]
    assert {path: status("GET", path) for path in refused} == dict.fromkeys(refused, 403)
    writes = [(method, path) for path in allowed for method in ("POST", "PUT", "PATCH", "DELETE")]
    writes += [("POST", f"api/v1/namespaces/{here}/pods/{pod}/{part}") for part in ("exec?command=ls", "attach", "eviction", "binding")]
    writes += [("PATCH", f"api/v1/namespaces/{here}/pods/{pod}/{part}") for part in ("ephemeralcontainers", "status", "resize")]
    writes += [("POST", f"api/v1/namespaces/{here}/serviceaccounts/{name}/token") for name in ("prometheus", "grafana", "default")]
    writes += [
        ("POST", f"apis/rbac.authorization.k8s.io/v1/namespaces/{here}/rolebindings"),
        ("POST", "apis/rbac.authorization.k8s.io/v1/clusterrolebindings"),
        ("DELETE", f"apis/networking.k8s.io/v1/namespaces/{here}/networkpolicies/network-prometheus"),
        ("POST", "apis/certificates.k8s.io/v1/certificatesigningrequests"),
    ]
    assert {write: status(*write) for write in writes} == dict.fromkeys(writes, 403)


def test_the_token_speaks_for_nobody_else(running: Running) -> None:
    cluster = running.lab.cluster
    token = Path(f"/proc/{running.container.pid}/root/var/run/secrets/kubernetes.io/serviceaccount/token").read_text()
    url = f"{cluster.control_plane.url}/api/v1/namespaces/{running.namespace}/pods"
    for who in ({"Impersonate-User": "lab"}, {"Impersonate-User": f"system:serviceaccount:{running.namespace}:grafana"}):
        headers = {"Authorization": f"Bearer {token}", **who}
        answer = running.lab.network.request("GET", url, headers=headers, tls=cluster.control_plane.tls())
        assert answer.status == 403, answer.text
        assert "cannot impersonate" in answer.text


def test_the_role_is_what_prometheus_was_seen_to_use(running: Running) -> None:
    """Neither less nor more: everything granted is asked for, and everything asked for is granted."""
    cluster, here = running.lab.cluster, running.namespace
    events = [json.loads(line) for line in cluster.control_plane.audit_log.read_text().splitlines()]
    account = f"system:serviceaccount:{here}:prometheus"
    asked = [event for event in events if event["user"]["username"] == account and event.get("userAgent", "").startswith("Prometheus/")]
    assert {event["annotations"]["authorization.k8s.io/decision"] for event in asked} == {"allow"}
    used = {
        (event["verb"], event["objectRef"].get("apiGroup", ""), event["objectRef"]["resource"], event["objectRef"].get("namespace", ""))
        for event in asked
    }
    role = cluster.api(f"apis/rbac.authorization.k8s.io/v1/namespaces/{here}/roles/prometheus")
    granted = {
        (verb, group, resource, here)
        for rule in role["rules"]
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    # This API server sends a list as the beginning of a watch. Those before Kubernetes 1.34 do not, so there each is listed first.
    assert used | {("list", *what) for _, *what in used} == granted
    assert {verb for verb, *_ in used} <= {"list", "watch"}


def test_every_connection_it_opens_is_one_that_the_policies_allow(running: Running) -> None:
    cluster, here = running.lab.cluster, running.namespace
    expected = {("prometheus", port) for port in (6443, 9190, 3000, 9009)}
    seen = connections(cluster, here, [running.container], seconds=SCRAPE + SLACK, expected=expected)
    assert {(workload(connection.source), connection.port) for connection in seen} == expected, (
        "the API server, the router, Grafana, the long-term storage"
    )
    for network in both_readings(cluster, here):
        for connection in seen:
            assert network.allows(connection.source, connection.target, connection.port), connection
            assert not network.allows(connection.source, connection.target, connection.port + 1), connection


def test_grafana_is_up_without_a_sub_path(running: Running) -> None:
    (target,) = running.metrics.targets("grafana")
    assert target["scrapeUrl"].endswith(":3000/metrics")
    assert running.metrics.value('grafana_build_info{job="grafana"}') == 1


def test_token_rates_come_from_the_router(running: Running) -> None:
    expression = "sum(rate(llm_model_completion_tokens_total[5m]))"
    assert running.lab.cluster.wait(lambda: running.metrics.value(expression), "a rate of tokens", SCRAPE + SLACK)


def test_samples_reach_long_term_storage_with_the_secrets_credential(running: Running) -> None:
    expected = "Basic " + base64.b64encode(b"anna:first").decode()
    running.lab.cluster.wait(running.passwords, "samples to arrive", SCRAPE + SLACK)
    assert set(running.passwords()) == {expected}
    request = running.receiver.received[0]
    assert request.path == "/api/v1/push"
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["x-scope-orgid"] == "routing"
    assert headers["content-encoding"] == "snappy"
    assert request.body


def test_a_new_credential_is_used_without_a_restart(running: Running) -> None:
    pid = running.container.pid
    path = f"api/v1/namespaces/{running.namespace}/secrets/mimir"
    running.lab.cluster.patch(path, {"stringData": {"password": "second"}})
    running.container.sync()
    expected = "Basic " + base64.b64encode(b"anna:second").decode()
    running.lab.cluster.wait(lambda: running.passwords()[-1] == expected, "the new password", SCRAPE + SLACK)
    assert running.container.pid == pid
    assert running.container.returncode is None


def test_a_broken_configuration_leaves_the_old_one_at_work(running: Running) -> None:
    cluster, metrics = running.lab.cluster, running.metrics
    path = f"api/v1/namespaces/{running.namespace}/configmaps/prometheus-config"
    cluster.patch(path, {"data": {"prometheus.yml": "scrape_configs: [{job_name: a}, {job_name: a}]\n"}})
    before = metrics.targets("semantic-router")[0]["lastScrape"]
    running.container.sync()
    cluster.wait(lambda: reloaded(running) == 0, "the refusal of the broken file", RELOAD + SLACK)
    cluster.wait(lambda: metrics.targets("semantic-router")[0]["lastScrape"] > before, "scrapes to go on", SCRAPE + SLACK)
    assert metrics.up("semantic-router")


def test_changed_rules_and_scrape_jobs_are_taken_over_without_a_restart(running: Running) -> None:
    cluster, metrics = running.lab.cluster, running.metrics
    pid = running.container.pid
    assert metrics.value("router:requests:rate5m") is None
    running.apply(rules=RULES, scrapeJobs=[{"type": "static", "name": "again", "targets": ["localhost:9090"]}])
    cluster.wait(lambda: metrics.up("again"), "the new scrape job", RELOAD + TAKEN_OVER + SLACK)
    cluster.wait(lambda: metrics.value("router:requests:rate5m"), "the new recording rule's first value", SCRAPE + SLACK)
    assert (running.container.pid, running.container.returncode) == (pid, None)
    assert reloaded(running) == 1


def test_rules_in_a_config_map_of_another_team(running: Running) -> None:
    """It is missing at the start, comes, is broken and mended, without a restart; while it is broken the rules of before are evaluated."""
    cluster, metrics = running.lab.cluster, running.metrics
    path = f"api/v1/namespaces/{running.namespace}/configmaps"
    text = "groups: [{name: team, rules: [{record: team:answer:sum, expr: %s}]}]\n"
    cluster.request("POST", path, {"metadata": {"name": "team-rules"}, "data": {"checkout.yml": text % "vector(42)"}})
    running.container.sync()
    cluster.wait(lambda: metrics.value("team:answer:sum") == 42, "a value of the team's rule", RELOAD + SCRAPE + SLACK)
    cluster.patch(f"{path}/team-rules", {"data": {"checkout.yml": text % "sum("}})
    running.container.sync()
    cluster.wait(lambda: reloaded(running) == 0, "the refusal of the broken rule", RELOAD + SLACK)
    assert metrics.value("team:answer:sum") == 42
    cluster.patch(f"{path}/team-rules", {"data": {"checkout.yml": text % "vector(43)"}})
    running.container.sync()
    cluster.wait(lambda: metrics.value("team:answer:sum") == 43, "a value of the mended rule", RELOAD + SCRAPE + SLACK)
    assert reloaded(running) == 1


def test_killing_it_loses_nothing_that_was_scraped(running: Running) -> None:
    selector = '{job=~"semantic-router|grafana"}[10m]'
    now = time.time()
    before = _samples(running.metrics.query(selector, time=now))
    assert sum(map(len, before.values())) > 1000
    running.container.kill()
    assert running.container.probe("liveness") == 0
    running.container.start()
    running.container.wait_ready()
    assert running.container.probe("startup") == running.container.probe("liveness") == 200
    after = _samples(running.metrics.query(selector, time=now))
    assert after == before
    running.lab.cluster.wait(lambda: running.metrics.up("semantic-router"), "scrapes to go on", TAKEN_OVER + SLACK)


def reloaded(running: Running) -> int:
    """Whether the last reload went well, as Prometheus's own page says it: its samples may be older."""
    found = re.search(r"^prometheus_config_last_reload_successful ([01])$", running.container.get("http", "/metrics").text, re.MULTILINE)
    assert found
    return int(found[1])


def _samples(result: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {str(sorted(series["metric"].items())): series["values"] for series in result}
