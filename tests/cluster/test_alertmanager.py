"""A real Prometheus and a pair of real Alertmanagers: what reaches whom, how often, and what happens when one of the pair dies."""

from __future__ import annotations

import base64
import json
import re
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from cluster.connections import both_readings, connections, workload
from cluster.metrics import Metrics
from cluster.support import apply_cleanly, changed, open_namespace, synthesize
from cluster.web import Server
from harness.pods import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.cluster import Cluster
    from harness.container import Container
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

PEER_TIMEOUT = 15
"""Seconds that the second replica waits for the first to have sent."""
HEARTBEAT = 30
"""Seconds between two messages to the dead man's switch."""
NAMESPACE = "drill"
"""Label of every series here."""
ARRIVES = 45
"""Seconds within which an alert that fires has been delivered: scrape, evaluation and grouping take 5 here, a change of a group 15, a dead sender 15 more."""

RULES = {
    "name": "drill",
    "groups": [
        {
            "name": "drill",
            "rules": [
                {"alert": "Heartbeat", "expr": "vector(1)", "labels": {"severity": "none"}},
                {"alert": "Slow", "expr": "drill_slow >= 2", "labels": {"severity": "critical", "service": "semantic-router"}},
                {"alert": "Slow", "expr": "drill_slow >= 1", "labels": {"severity": "warning", "service": "semantic-router"}},
                {
                    "alert": "SemanticRouterAbsent",
                    "expr": "drill_gone == 1",
                    "labels": {"severity": "critical", "service": "semantic-router"},
                },
                {"alert": "NoTraffic", "expr": "drill_gone == 1", "labels": {"severity": "warning", "service": "semantic-router"}},
                {"alert": "PrometheusFull", "expr": "drill_gone == 1", "labels": {"severity": "warning", "service": "prometheus"}},
                {
                    "alert": "Costly",
                    "expr": "drill_costly > 0",
                    "labels": {"severity": "warning", "team": "finance"},
                    "annotations": {
                        "summary": "Spend is {{ $value }} an hour",
                        "description": "Above the budget.",
                        "runbook_url": "https://example.com/runbooks/Costly",
                        "dashboard_url": "https://grafana.example.com/d/cost",
                    },
                },
                {"alert": "Failing", "expr": "drill_failing == 1", "labels": {"severity": "critical"}},
                {"alert": "Rotated", "expr": "drill_rotated == 1", "labels": {"severity": "critical"}},
                {"alert": "Silenced", "expr": "drill_silenced == 1", "labels": {"severity": "critical"}},
            ],
        }
    ],
}


def key(name: str) -> dict[str, str]:
    """Name a key of the one Secret."""
    return {"secret": "receivers", "key": name}


def settings(target: str) -> dict[str, Any]:
    """Two replicas that send soon after an alert fires, and a Prometheus that looks every second."""
    return {
        "alertmanager": {
            "replicas": 2,
            "receivers": [
                {"type": "webhook", "name": "people", "url": key("webhook"), "bearerToken": key("token")},
                {"type": "slack", "name": "chat", "apiUrl": key("slack")},
            ],
            "routes": [{"match": {"team": "finance"}, "receiver": "chat"}],
            "grouping": {"groupWait": "3s", "groupInterval": "15s", "repeatInterval": "1h"},
            "deadManSwitch": {"url": key("heartbeat"), "alert": "Heartbeat", "interval": f"{HEARTBEAT}s"},
        },
        "prometheus": {
            "interval": "1s",
            "rules": [RULES],
            "scrapeJobs": [{"type": "static", "name": "drill", "targets": [target], "timeout": "1s"}],
        },
        # The receivers' URLs lie in a Secret and are not https.
        "networkPolicies": {
            "allowTo": [
                {
                    "workloads": ["alertmanager"],
                    "cidrs": [f"{target.split(':', maxsplit=1)[0]}/32"],
                    "ports": [int(target.split(":")[1])],
                    "reason": "drill",
                }
            ]
        },
    }


@dataclass
class Drill:
    """The running programs, the page that makes alerts fire, and what the receivers got."""

    lab: Lab
    namespace: str
    metrics: Metrics
    replicas: list[Container]
    receiver: Server
    values: dict[str, float] = field(default_factory=dict)

    def fire(self, **values: float) -> None:
        """Set series of the page, such as `slow{model="a"}`; the rest stays as it was."""
        self.values |= values
        lines = []
        for series, value in self.values.items():
            name, _, labels = series.partition("{")
            lines.append(f'drill_{name}{{namespace="{NAMESPACE}",{labels or "}"} {value}\n')
        self.receiver.pages = {**self.receiver.pages, "/metrics": "".join(lines)}

    def delivered(self, path: str = "/people") -> list[dict[str, Any]]:
        """List the messages so far."""
        return [json.loads(request.body) for request in list(self.receiver.received) if request.path == path]

    def messages(self, name: str) -> list[dict[str, Any]]:
        """List the messages to people about alerts of this name that fire, apart from those that the shipped rules may add."""
        firing = [message["groupLabels"] | message for message in self.delivered() if message["status"] == "firing"]
        return [message for message in firing if (message["namespace"], message["alertname"]) == (NAMESPACE, name)]

    def arrives(self, name: str) -> dict[str, Any]:
        """Wait for the first message about the alert."""
        first: dict[str, Any] = self.lab.cluster.wait(lambda: self.messages(name), f"a message about {name}", ARRIVES)[0]
        return first

    def alerts(self, replica: Container, name: str) -> list[dict[str, Any]]:
        """List the alerts of this name that a replica knows."""
        return [alert for alert in replica.get("http", "/api/v2/alerts").json() if alert["labels"]["alertname"] == name]

    def known(self, name: str) -> None:
        """Wait until both replicas know the alert."""
        self.lab.cluster.wait(lambda: all(self.alerts(replica, name) for replica in self.replicas), f"{name} at both replicas", ARRIVES)

    def status(self, replica: Container) -> dict[str, Any]:
        """Ask a replica how its cluster is."""
        cluster: dict[str, Any] = replica.get("http", "/api/v2/status").json()["cluster"]
        return cluster

    def together(self) -> None:
        """Wait until each replica sees both."""
        self.lab.cluster.wait(lambda: all(len(self.status(replica)["peers"]) == 2 for replica in self.replicas), "one cluster", ARRIVES)


def start_replicas(lab: Lab, namespace: str, count: int) -> list[Container]:
    """Start the pods under the names by which they look for one another; there is no DNS, so each has to be told all addresses."""
    workload = lab.cluster.get("statefulset", "alertmanager", namespace)
    hosts = {"localhost": "127.0.0.1"}
    replicas = []
    for number in range(count):
        replica = lab.run(workload, "alertmanager", replica=number, hosts=hosts, ready=False)
        replica.kill()
        hosts[f"alertmanager-{number}.alertmanager-headless.{namespace}.svc"] = replica.address
        replicas.append(replica)
    for replica in replicas:
        replica.process.log_file.write_text("")
        replica.start()
    for replica in replicas:
        replica.wait_ready()
    return replicas


def put_secret(cluster: Cluster, namespace: str, values: dict[str, str]) -> None:
    """Write the receivers' credentials."""
    data = {name: base64.b64encode(value.encode()).decode() for name, value in values.items()}
    path = f"api/v1/namespaces/{namespace}/secrets"
    body = {"metadata": {"name": "receivers"}, "data": data}
    if cluster.kubectl("get", "secret", "receivers", "-n", namespace).ok:
        cluster.patch(f"{path}/receivers", {"data": data})
    else:
        cluster.request("POST", path, body)


@pytest.fixture(scope="module")
def drill(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """The stack as an administrator of its namespace applies it, and a server that is every receiver at once."""
    cluster, network = lab.cluster, lab.network
    with ExitStack() as stack:
        namespace = stack.enter_context(open_namespace(cluster, "alerts"))
        # Slack's webhooks confirm each message that they have taken, and Alertmanager asks for it.
        receiver = stack.enter_context(Server(network, network.address(), 8080, answers={"/slack": "ok"}))
        secrets = {
            name: f"{receiver.url}/{path}\n" for name, path in (("webhook", "people"), ("slack", "slack"), ("heartbeat", "heartbeat"))
        }
        put_secret(cluster, namespace, {**secrets, "token": "first"})
        target = receiver.url.removeprefix("http://")
        dist = synthesize(tmp_path_factory.mktemp("alerts"), namespace, settings(target))
        apply_cleanly(cluster, dist, user=cluster.create_admin(namespace, "anna"))
        replicas = start_replicas(lab, namespace, 2)
        stack.callback(lambda: [replica.kill() for replica in replicas])
        prometheus = lab.run(cluster.get("statefulset", "prometheus", namespace), "prometheus")
        stack.callback(prometheus.kill)
        running = Drill(lab, namespace, Metrics(prometheus), replicas, receiver)
        running.fire(costly=0)
        running.together()
        yield running


def test_prometheus_sends_to_each_replica_itself_and_scrapes_both(drill: Drill) -> None:
    cluster = drill.lab.cluster
    addresses = {f"{replica.address}:9093" for replica in drill.replicas}
    cluster.wait(
        lambda: set(endpoints(cluster, drill.namespace, "alertmanager")) == {replica.address for replica in drill.replicas}, "endpoints"
    )

    def active() -> set[str]:
        found = drill.metrics.container.get("http", "/api/v1/alertmanagers").json()["data"]["activeAlertmanagers"]
        return {re.sub(r"^http://|/api/v2/alerts$", "", item["url"]) for item in found}

    cluster.wait(lambda: active() == addresses, "both replicas in use", 30)
    cluster.wait(lambda: len(drill.metrics.targets("alertmanager")) == 2 and drill.metrics.up("alertmanager"), "both replicas scraped", 30)


def test_every_connection_is_one_that_the_policies_allow(drill: Drill) -> None:
    cluster, here = drill.lab.cluster, drill.namespace
    expected = {
        ("alertmanager", drill.receiver.port),
        ("prometheus", 6443),
        ("prometheus", 9093),
        ("prometheus", drill.receiver.port),
    }
    seen = connections(cluster, here, [*drill.replicas, drill.metrics.container], seconds=HEARTBEAT + 5, expected=expected)
    # Replicas gossip by UDP, which has no connections, and by TCP now and then.
    assert {(workload(connection.source), connection.port) for connection in seen} - {("alertmanager", 9094)} == expected
    for network in both_readings(cluster, here):
        for connection in seen:
            assert network.allows(connection.source, connection.target, connection.port), connection


def test_an_alert_is_delivered_once_with_the_credentials_from_the_files(drill: Drill) -> None:
    drill.fire(**{'slow{model="b"}': 1})
    message = drill.arrives("Slow")
    drill.known("Slow")
    assert message["groupLabels"] == {"namespace": NAMESPACE, "alertname": "Slow", "severity": "warning", "service": "semantic-router"}
    assert [alert["labels"]["model"] for alert in message["alerts"]] == ["b"]
    assert message["externalURL"] == f"http://alertmanager.{drill.namespace}.svc:9093"
    request = next(request for request in drill.receiver.received if request.path == "/people")
    assert request.headers["Authorization"] == "Bearer first"
    # The second replica has the alert too, and its turn passes without a message.
    time.sleep(PEER_TIMEOUT + 5)
    assert len(drill.messages("Slow")) == 1


def test_the_critical_alert_keeps_the_warning_about_the_same_model_quiet(drill: Drill) -> None:
    drill.fire(**{'slow{model="a"}': 2})
    drill.lab.cluster.wait(
        lambda: [message for message in drill.messages("Slow") if message["groupLabels"]["severity"] == "critical"],
        "the critical alert",
        ARRIVES,
    )
    drill.known("Slow")
    for replica in drill.replicas:
        states = {(entry["labels"]["model"], entry["labels"]["severity"]): entry["status"] for entry in drill.alerts(replica, "Slow")}
        assert states["a", "critical"]["state"] == "active"
        assert states["a", "warning"]["state"] == "suppressed"
        assert states["a", "warning"]["inhibitedBy"]
        assert states["b", "warning"]["state"] == "active"
    time.sleep(10)
    warned = [
        alert["labels"]["model"]
        for message in drill.messages("Slow")
        if message["groupLabels"]["severity"] == "warning"
        for alert in message["alerts"]
    ]
    assert warned == ["b"]


def test_an_absent_router_keeps_quiet_what_follows_from_it_and_nothing_else(drill: Drill) -> None:
    drill.fire(gone=1)
    drill.arrives("SemanticRouterAbsent")
    drill.arrives("PrometheusFull")
    drill.known("NoTraffic")
    for replica in drill.replicas:
        assert [alert["status"]["state"] for alert in drill.alerts(replica, "NoTraffic")] == ["suppressed"]
    time.sleep(10)
    assert drill.messages("NoTraffic") == []
    drill.fire(gone=0)


def test_a_route_leads_to_slack_with_what_happened_and_where_to_look(drill: Drill) -> None:
    drill.fire(costly=7.5)
    (message,) = drill.lab.cluster.wait(lambda: drill.delivered("/slack"), "a message to Slack", ARRIVES)
    (attachment,) = message["attachments"]
    assert attachment["title"] == "[WARNING] Costly in drill: Spend is 7.5 an hour"
    assert attachment["text"] == (
        "Spend is 7.5 an hour\nAbove the budget.\nRunbook: https://example.com/runbooks/Costly\nDashboard: https://grafana.example.com/d/cost"
    )
    assert drill.messages("Costly") == []
    drill.fire(costly=0)
    resolved = drill.lab.cluster.wait(lambda: drill.delivered("/slack")[1:], "the end of it", ARRIVES)
    assert resolved[0]["attachments"][0]["title"] == "[RESOLVED] Costly in drill: Spend is 7.5 an hour"
    assert resolved[0]["attachments"][0]["text"].startswith("Resolved: Spend is 7.5 an hour\n")


def test_a_rotated_credential_is_used_without_a_restart(drill: Drill) -> None:
    put_secret(drill.lab.cluster, drill.namespace, {"token": "second"})
    for replica in drill.replicas:
        replica.sync()
    drill.fire(rotated=1)
    drill.arrives("Rotated")
    request = [request for request in drill.receiver.received if request.path == "/people"][-1]
    assert request.headers["Authorization"] == "Bearer second"
    drill.fire(rotated=0)


def test_the_heartbeat_comes_at_its_interval_and_reaches_nobody_else(drill: Drill) -> None:
    def beats() -> list[dict[str, Any]]:
        return drill.delivered("/heartbeat")

    drill.lab.cluster.wait(lambda: len(beats()) >= 3, "three heartbeats", 90)
    assert {beat["status"] for beat in beats()} == {"firing"}
    assert {beat["receiver"] for beat in beats()} == {"dead-man-switch"}
    times = [request.at for request in drill.receiver.received if request.path == "/heartbeat"]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    # Each replica looks every half interval, and each at times of its own: never later than the interval, sometimes sooner. Two that
    # look in the same moment both send, before either hears of it.
    assert all(gap < 35 for gap in gaps), gaps
    assert len(times) <= len(drill.replicas) * (1 + (times[-1] - times[0]) / 15), times
    assert drill.messages("Heartbeat") == drill.messages("Watchdog") == []


def test_nothing_is_wrong_in_the_logs(drill: Drill) -> None:
    for replica in drill.replicas:
        assert "level=INFO" in replica.log()
        complaints = [line for line in replica.log().splitlines() if re.search(r"level=(WARN|ERROR)", line)]
        # One of them is the first to start, and finds nobody yet; one may be told of silences and messages just before it has made room
        # for them, and is told again.
        starting = ("failed to join cluster", "unknown state key")
        assert [line for line in complaints if not any(words in line for words in starting)] == []
    assert "Error sending alert" not in drill.metrics.container.log()


def test_a_silence_holds_at_both_replicas(drill: Drill) -> None:
    first, second = drill.replicas
    silence = {
        "matchers": [{"name": "alertname", "value": "Silenced", "isRegex": False, "isEqual": True}],
        "startsAt": "2020-01-01T00:00:00Z",
        "endsAt": "2100-01-01T00:00:00Z",
        "createdBy": "anna",
        "comment": "drill",
    }
    headers = {"Content-Type": "application/json"}
    url = first.url("http", "/api/v2/silences")
    assert drill.lab.network.request("POST", url, body=json.dumps(silence), headers=headers).status == 200
    drill.lab.cluster.wait(lambda: second.get("http", "/api/v2/silences").json(), "the silence at the other replica", ARRIVES)
    drill.fire(silenced=1)
    drill.known("Silenced")
    time.sleep(5)
    assert drill.messages("Silenced") == []


def test_an_alert_survives_the_death_of_the_replica_that_was_to_send_it(drill: Drill) -> None:
    # Replicas send in the order of their names; the first one dies before its time to gather a group has passed.
    names = {drill.status(replica)["name"]: replica for replica in drill.replicas}
    sender, survivor = (names[name] for name in sorted(names))
    before = {name: len(drill.messages(name)) for name in ("Slow", "Rotated", "SemanticRouterAbsent")}
    drill.fire(failing=1)
    drill.lab.cluster.wait(lambda: drill.alerts(sender, "Failing"), "the alert at the sender", ARRIVES)
    sender.kill()
    assert drill.messages("Failing") == []
    drill.arrives("Failing")
    assert drill.alerts(survivor, "Failing")

    sender.start()
    sender.wait_ready()
    drill.together()
    drill.lab.cluster.wait(lambda: drill.alerts(sender, "Failing"), "the alert at the replica that is back", 90)
    # The replica that is back has been told what was sent without it, and remembers silences and what it sent itself.
    time.sleep(PEER_TIMEOUT + 5)
    assert len(drill.messages("Failing")) == 1
    assert {name: len(drill.messages(name)) for name in before} == before
    assert drill.messages("Silenced") == []
    (silence,) = sender.get("http", "/api/v2/silences").json()
    assert silence["status"]["state"] == "active"


@pytest.mark.parametrize("server_side", [False, True], ids=["client-side", "server-side"])
def test_replicas_go_up_and_down_and_volumes_grow(lab: Lab, namespace: str, tmp_path: Path, server_side: bool) -> None:
    cluster = lab.cluster
    people = {"type": "webhook", "name": "people", "url": "http://bridge.example.svc:8080"}

    def apply(**arguments: object) -> dict[str, str]:
        dist = synthesize(tmp_path, namespace, {"alertmanager": {"receivers": [people], **arguments}})
        apply_cleanly(cluster, dist, server_side=server_side)
        if not server_side:
            # kubectl sends the selector of a PodDisruptionBudget each time, whatever it finds.
            assert [line for line in changed(apply_cleanly(cluster, dist)) if "poddisruptionbudget" not in line] == []
        replicas = arguments.get("replicas", 1)
        assert isinstance(replicas, int)
        cluster.wait_pods(cluster.get("statefulset", "alertmanager", namespace), count=replicas)
        claims = cluster.api(f"api/v1/namespaces/{namespace}/persistentvolumeclaims")["items"]
        for claim in claims:
            cluster.bind_claim(namespace, claim["metadata"]["name"])
        return {claim["metadata"]["name"]: claim["metadata"]["uid"] for claim in claims if "alertmanager" in claim["metadata"]["name"]}

    claims_before = apply()
    assert list(claims_before) == ["data-alertmanager-0"]
    three = apply(replicas=3)
    assert sorted(three) == ["data-alertmanager-0", "data-alertmanager-1", "data-alertmanager-2"]
    grown = apply(replicas=3, storage={"type": "claim", "size": "2Gi"})
    assert grown == three
    sizes = {name: cluster.get("persistentvolumeclaim", name, namespace)["spec"]["resources"]["requests"]["storage"] for name in grown}
    assert set(sizes.values()) == {"2Gi"}
    back = apply(storage={"type": "claim", "size": "2Gi"})
    assert back == three, "claims of replicas that are gone stay until they are pruned"
