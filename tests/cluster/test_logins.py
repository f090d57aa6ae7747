"""The logins and certificates of a real Prometheus and a real Alertmanager: who gets in, who does not, and what a rotation takes."""

from __future__ import annotations

import base64
import os
import signal
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cluster.metrics import Metrics
from cluster.support import apply_cleanly, find, open_namespace, synthesize
from cluster.web import Server
from harness.credentials import Authority, hashed
from harness.environment import environment
from harness.pods import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.container import Container
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

PATHS = ("/", "/metrics", "/-/healthy", "/-/ready", "/api/v1/query?query=up", "/api/v2/status")
"""What either server has: there is nothing that it answers without a login."""
SOON = 30
"""Seconds until discovery, scrape and grouping have followed one another, here every second, with room for a busy machine."""

DELIVERED = 60 + SOON
"""Seconds until an alert is at the receiver: one that fires before Alertmanager is discovered is sent again after a minute."""

RULES = {
    "name": "drill",
    "groups": [{"name": "drill", "rules": [{"alert": "Drill", "expr": "vector(1)", "labels": {"severity": "critical"}}]}],
}


Secrets = Callable[[str], Mapping[str, Mapping[str, str]]]
"""Contents of the Secrets by name, for a namespace."""


def basic(user: str, password: str) -> dict[str, str]:
    """Header with a user name and a password."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def login(users: Mapping[str, str], *, myself: str, tls: bool = False) -> dict[str, str]:
    """Contents of the Secret of a login: everybody's hashes, and the one user with whose credentials the stack connects."""
    head = "tls_server_config: {cert_file: tls.crt, key_file: tls.key}\n" if tls else ""
    entries = "".join(f"  {hashed(user, password)}\n" for user, password in users.items())
    return {"web.yml": f"{head}basic_auth_users:\n{entries}", "username": myself, "password": users[myself]}


@dataclass
class Running:
    """Both programs, and the receiver of alerts."""

    lab: Lab
    namespace: str
    directory: Path
    prometheus: Container
    alertmanager: Container
    receiver: Server

    def put(self, secret: str, contents: Mapping[str, str]) -> None:
        """Write a Secret, and bring the files up to date as kubelet does."""
        put(self.lab, self.namespace, secret, contents)
        for container in (self.prometheus, self.alertmanager):
            container.sync()

    def delivered(self) -> bool:
        """Whether an alert has come all the way."""
        return any(request.path == "/people" for request in list(self.receiver.received))


def put(lab: Lab, namespace: str, secret: str, contents: Mapping[str, str]) -> None:
    """Write a Secret."""
    body = {"metadata": {"name": secret}, "data": {key: base64.b64encode(text.encode()).decode() for key, text in contents.items()}}
    path = f"api/v1/namespaces/{namespace}/secrets"
    if lab.cluster.kubectl("get", "secret", secret, "-n", namespace).ok:
        lab.cluster.patch(f"{path}/{secret}", {"data": body["data"]})
    else:
        lab.cluster.request("POST", path, body)


@contextmanager
def start(lab: Lab, directory: Path, secrets: Secrets, **options: Mapping[str, Any]) -> Iterator[Running]:
    """Apply the stack as an administrator of its namespace; `options` are further settings of prometheus and alertmanager."""
    cluster, network = lab.cluster, lab.network
    with ExitStack() as stack:
        namespace = stack.enter_context(open_namespace(cluster, "logins"))
        receiver = stack.enter_context(Server(network, network.address(), 8080))
        for name, contents in secrets(namespace).items():
            put(lab, namespace, name, contents)
        put(lab, namespace, "receiver", {"url": f"{receiver.url}/people"})
        settings = {
            "prometheus": {"interval": "1s", "rules": [RULES], **options["prometheus"]},
            "alertmanager": {
                "receivers": [{"type": "webhook", "name": "people", "url": {"secret": "receiver", "key": "url"}}],
                "grouping": {"groupWait": "1s"},
                **options["alertmanager"],
            },
        }
        dist = synthesize(directory, namespace, settings)
        apply_cleanly(cluster, dist, user=cluster.create_admin(namespace, "anna"))
        containers = []
        for name in ("alertmanager", "prometheus"):
            # It counts as ready once its own probe succeeds.
            containers.append(lab.run(cluster.get("statefulset", name, namespace), name))
            stack.callback(containers[-1].kill)
        alertmanager, prometheus = containers
        cluster.wait(lambda: endpoints(cluster, namespace, "alertmanager") == [alertmanager.address], "Alertmanager behind its Service")
        yield Running(lab, namespace, directory, prometheus, alertmanager, receiver)


def shown_by(container: Container, authority: Authority) -> bytes:
    """Ask for the certificate that the server shows."""

    def shown() -> bytes:
        with (
            socket.create_connection((container.address, container.port("http")), 10) as connection,
            authority.client().wrap_socket(connection) as wrapped,
        ):
            certificate = wrapped.getpeercert(binary_form=True)
        assert certificate
        return certificate

    return container.cluster.network.call(shown)


# Passwords


ANNA = {"anna": "first password"}


@pytest.fixture(scope="module")
def passwords(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Both ask for a password, each for another."""
    secrets = {"prometheus-login": login(ANNA, myself="anna"), "alertmanager-login": login({"otto": "other"}, myself="otto")}
    options = {name: {"login": {"type": "basicAuth", "secret": f"{name}-login"}} for name in ("prometheus", "alertmanager")}
    with start(lab, tmp_path_factory.mktemp("passwords"), lambda _: secrets, **options) as running:
        yield running


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_answered_without_the_password(passwords: Running, path: str) -> None:
    for container in (passwords.prometheus, passwords.alertmanager):
        for headers in ({}, basic("anna", "wrong"), basic("nobody", "first password"), basic("anna", "")):
            assert container.get("http", path, headers=headers).status == 401
    assert passwords.alertmanager.get("http", path, headers=basic("anna", "first password")).status == 401


def test_the_password_is_accepted(passwords: Running) -> None:
    assert passwords.prometheus.get("http", "/api/v1/query?query=up", headers=basic("anna", "first password")).status == 200
    assert passwords.prometheus.get("http", "/", headers=basic("anna", "first password")).status == 302
    assert passwords.alertmanager.get("http", "/api/v2/status", headers=basic("otto", "other")).status == 200


def test_probes_get_past_the_login(passwords: Running) -> None:
    for container in (passwords.prometheus, passwords.alertmanager):
        kinds = [kind for kind in ("startup", "readiness", "liveness") if f"{kind}Probe" in container.spec]
        assert [container.probe(kind) for kind in kinds] == [200] * len(kinds)


def test_probes_fail_when_the_program_hangs(passwords: Running) -> None:
    for container in (passwords.prometheus, passwords.alertmanager):
        os.kill(container.pid, signal.SIGSTOP)
        try:
            assert container.probe("liveness") == 0
        finally:
            os.kill(container.pid, signal.SIGCONT)


def test_everything_of_the_stack_gets_past_the_logins(passwords: Running) -> None:
    metrics = Metrics(passwords.prometheus, headers=basic("anna", "first password"))
    wait = passwords.lab.cluster.wait
    wait(lambda: metrics.up("prometheus"), "Prometheus scraped by itself", SOON)
    wait(lambda: metrics.value('sum(up{job="alertmanager",service="alertmanager"})') == 1, "Alertmanager scraped", SOON)
    wait(passwords.delivered, "an alert at the receiver", DELIVERED)


def test_grafana_is_given_what_gets_it_in(passwords: Running) -> None:
    lab, namespace = passwords.lab, passwords.namespace
    pod = lab.cluster.wait_pods(lab.cluster.get("statefulset", "grafana", namespace))[0]
    variables = environment(lab.cluster, pod, pod["spec"]["containers"][0])
    file = find(passwords.directory / "dist", "ConfigMap", "grafana-config")["data"]["datasources.yaml"]
    addresses = {"prometheus": (passwords.prometheus, "/api/v1/query?query=up"), "alertmanager": (passwords.alertmanager, "/api/v2/status")}
    for source in yaml.safe_load(file)["datasources"]:
        container, path = addresses.pop(source["uid"])
        user, password = (variables[text[1:]] for text in (source["basicAuthUser"], source["secureJsonData"]["basicAuthPassword"]))
        assert container.get("http", path, headers=basic(user, password)).status == 200
    assert not addresses


def test_a_rotation_takes_effect_at_once_and_nobody_is_locked_out(passwords: Running) -> None:
    """Two steps: both users are admitted while the stack changes over, then the old one no longer."""
    old, new = basic("anna", "first password"), basic("berta", "second: $password")
    pid = passwords.prometheus.pid

    def status(headers: Mapping[str, str]) -> int:
        return passwords.prometheus.get("http", "/api/v1/query?query=up", headers=headers).status

    assert (status(old), status(new)) == (200, 401)
    both = {**ANNA, "berta": "second: $password"}
    passwords.put("prometheus-login", login(both, myself="berta"))
    assert (status(old), status(new)) == (200, 200)
    contents = login({"berta": both["berta"]}, myself="berta")
    began = time.monotonic()
    passwords.put("prometheus-login", contents)
    assert (status(old), status(new)) == (401, 200)
    print(f"rotation: {time.monotonic() - began:.2f} s after the Secret was written")
    assert passwords.prometheus.probe("readiness") == 200
    time.sleep(5)
    metrics = Metrics(passwords.prometheus, headers=new)
    assert metrics.value('min_over_time(up{job="prometheus"}[20s])') == 1
    assert passwords.prometheus.pid == pid
    assert passwords.prometheus.returncode is None


def test_a_broken_web_configuration_admits_nobody(passwords: Running) -> None:
    contents = login({"otto": "other"}, myself="otto")
    passwords.put("alertmanager-login", contents | {"web.yml": "basic_auth_users: [otto"})
    try:
        assert passwords.alertmanager.get("http", "/api/v2/status", headers=basic("otto", "other")).status == 500
        assert passwords.alertmanager.probe("readiness") == 0
    finally:
        passwords.put("alertmanager-login", contents)
    assert passwords.alertmanager.get("http", "/api/v2/status", headers=basic("otto", "other")).status == 200


# Certificates


@dataclass
class Certified:
    """A stack with certificates, and their authorities."""

    running: Running
    servers: Authority
    clients: Authority
    anna: dict[str, str]
    """A person's certificate."""

    def status(self, tls: ssl.SSLContext) -> int:
        """Ask Prometheus for something."""
        return self.running.prometheus.get("http", "/api/v1/query?query=up", tls=tls).status


@pytest.fixture(scope="module")
def certified(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certified]:
    """Prometheus admits clients with a certificate, Alertmanager clients with a password; both with TLS."""
    directory = tmp_path_factory.mktemp("certificates")
    servers, clients = Authority(directory, "servers"), Authority(directory, "clients")

    def secrets(namespace: str) -> dict[str, dict[str, str]]:
        return {
            "prometheus-tls": servers.issue(f"prometheus.{namespace}.svc"),
            "prometheus-client": clients.issue("stack.example.com", usage="clientAuth"),
            "alertmanager-tls": servers.issue(f"alertmanager.{namespace}.svc"),
            "alertmanager-login": login({"otto": "other"}, myself="otto", tls=True),
        }

    prometheus = {
        "tls": {"secret": "prometheus-tls"},
        "login": {
            "type": "clientCertificates",
            "secret": "prometheus-client",
            "allowedNames": ["stack.example.com", "anna.example.com"],
        },
    }
    alertmanager = {"tls": {"secret": "alertmanager-tls"}, "login": {"type": "basicAuth", "secret": "alertmanager-login"}}
    with start(lab, directory / "settings", secrets, prometheus=prometheus, alertmanager=alertmanager) as running:
        yield Certified(running, servers, clients, clients.issue("anna.example.com", usage="clientAuth"))


def test_a_certificate_of_the_authority_with_an_allowed_name_is_accepted(certified: Certified) -> None:
    assert certified.status(certified.servers.client(certified.anna)) == 200


def test_without_such_a_certificate_there_is_no_connection(certified: Certified) -> None:
    impostor = Authority(certified.running.directory / "impostor", "clients")
    for shown in (
        None,
        impostor.issue("anna.example.com", usage="clientAuth"),
        certified.clients.issue("mallory.example.com", usage="clientAuth"),
        certified.clients.issue("anna.example.com", usage="serverAuth"),
    ):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            certified.status(certified.servers.client(shown))
    assert certified.running.prometheus.get("http", "/api/v1/query?query=up").status == 400


def test_a_server_shows_the_certificate_of_its_authority(certified: Certified) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        certified.status(certified.clients.client(certified.anna))


def test_passwords_go_with_tls(certified: Certified) -> None:
    alertmanager, tls = certified.running.alertmanager, certified.servers.client()
    assert alertmanager.get("http", "/api/v2/status", tls=tls).status == 401
    assert alertmanager.get("http", "/api/v2/status", tls=tls, headers=basic("otto", "other")).status == 200
    assert alertmanager.get("http", "/api/v2/status", headers=basic("otto", "other")).status == 400


def test_probes_get_past_certificates(certified: Certified) -> None:
    assert [certified.running.prometheus.probe(kind) for kind in ("startup", "readiness", "liveness")] == [200] * 3
    assert [certified.running.alertmanager.probe(kind) for kind in ("readiness", "liveness")] == [200] * 2


def test_everything_of_the_stack_connects_by_tls(certified: Certified) -> None:
    running = certified.running
    metrics = Metrics(running.prometheus, tls=certified.servers.client(certified.anna))
    wait = running.lab.cluster.wait
    wait(lambda: metrics.up("prometheus"), "Prometheus scraped by itself", SOON)
    wait(lambda: metrics.value('sum(up{job="alertmanager",service="alertmanager"})') == 1, "Alertmanager scraped", SOON)
    wait(running.delivered, "an alert at the receiver", DELIVERED)
    schemes = {
        target["scrapeUrl"].partition(":")[0] for target in metrics.targets() if target["labels"]["job"] in {"prometheus", "alertmanager"}
    }
    assert schemes == {"https"}


def test_renewed_certificates_are_shown_and_checked_without_a_restart(certified: Certified) -> None:
    running = certified.running
    before = shown_by(running.alertmanager, certified.servers)
    # A new authority altogether, for servers and for clients: everything that checks has to have read it.
    servers = Authority(running.directory / "renewed", "servers")
    clients = Authority(running.directory / "renewed-clients", "clients")
    anna = clients.issue("anna.example.com", usage="clientAuth")
    running.put("alertmanager-tls", servers.issue(f"alertmanager.{running.namespace}.svc"))
    running.put("prometheus-tls", servers.issue(f"prometheus.{running.namespace}.svc"))
    running.put("prometheus-client", clients.issue("stack.example.com", usage="clientAuth"))
    assert shown_by(running.alertmanager, servers) != before
    with pytest.raises((ssl.SSLError, ConnectionError)):
        certified.status(servers.client(certified.anna))
    metrics = Metrics(running.prometheus, tls=servers.client(anna))
    time.sleep(3)
    for job in ("prometheus", "alertmanager"):
        assert metrics.value(f'sum(up{{job="{job}"}})') == 1
    assert [running.prometheus.probe("readiness"), running.alertmanager.probe("readiness")] == [200, 200]


def test_tls_without_a_login_and_certificates_for_alertmanager(lab: Lab, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "own")

    def secrets(namespace: str) -> dict[str, dict[str, str]]:
        return {
            "client": authority.issue("stack.example.com", usage="clientAuth"),
            **{f"{name}-tls": authority.issue(f"{name}.{namespace}.svc") for name in ("prometheus", "alertmanager")},
        }

    alertmanager = {"tls": {"secret": "alertmanager-tls"}, "login": {"type": "clientCertificates", "secret": "client"}}
    with start(lab, tmp_path / "settings", secrets, prometheus={"tls": {"secret": "prometheus-tls"}}, alertmanager=alertmanager) as running:
        lab.cluster.wait(running.delivered, "an alert at the receiver", DELIVERED)
        assert running.prometheus.probe("liveness") == running.alertmanager.probe("liveness") == 200
        assert running.prometheus.get("http", "/api/v1/query?query=up", tls=authority.client()).status == 200
        with pytest.raises((ssl.SSLError, ConnectionError)):
            running.alertmanager.get("http", "/api/v2/status", tls=authority.client())


def test_the_authority_behind_the_certificate_is_enough(lab: Lab, tmp_path: Path) -> None:
    """OpenShift's service CA writes no `ca.crt`, but its own certificate after the server's."""
    authority = Authority(tmp_path, "service-ca")

    def written(name: str) -> dict[str, str]:
        own = authority.issue(name)
        return {"tls.crt": own["tls.crt"] + own["ca.crt"], "tls.key": own["tls.key"]}

    def secrets(namespace: str) -> dict[str, dict[str, str]]:
        return {
            "alertmanager-login": login({"otto": "other"}, myself="otto", tls=True),
            **{f"{name}-tls": written(f"{name}.{namespace}.svc") for name in ("prometheus", "alertmanager")},
        }

    prometheus = {"tls": {"secret": "prometheus-tls", "serviceCa": True}}
    alertmanager = {
        "tls": {"secret": "alertmanager-tls", "serviceCa": True},
        "login": {"type": "basicAuth", "secret": "alertmanager-login"},
    }
    with start(lab, tmp_path / "settings", secrets, prometheus=prometheus, alertmanager=alertmanager) as running:
        lab.cluster.wait(running.delivered, "an alert at the receiver", DELIVERED)
        metrics = Metrics(running.prometheus, tls=authority.client())
        lab.cluster.wait(lambda: metrics.up("prometheus"), "Prometheus scraped by itself", SOON)
        assert running.alertmanager.probe("readiness") == 200, "amtool checks the certificate"
