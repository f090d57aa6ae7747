"""Prometheus and Alertmanager behind a real nginx, which does what their Ingresses say: addresses, redirects, links and logins."""

from __future__ import annotations

import base64
import json
import os
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import pytest

from cluster.support import apply_cleanly, open_namespace, synthesize
from cluster.test_logins import SOON, basic, put
from cluster.test_logins import login as users
from cluster.web import Server
from harness.browser import Browser, Door
from harness.credentials import Authority
from harness.identity_provider import IdentityProvider
from harness.ingress_controller import IngressController

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.container import Container
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

HOST = "observability.example.com"
SITE = f"https://{HOST}"
PARTS = ("prometheus", "alertmanager")
RULES = {
    "name": "drill",
    "groups": [{"name": "drill", "rules": [{"alert": "Drill", "expr": "vector(1) > 0", "labels": {"severity": "critical"}}]}],
}
ANNA = {"prometheus": basic("anna", "first"), "alertmanager": basic("otto", "other")}
API = {"prometheus": "/api/v1/status/flags", "alertmanager": "/api/v2/status"}


@dataclass
class Site:
    """One host with both parts below a path."""

    lab: Lab
    namespace: str
    containers: dict[str, Container]
    receiver: Server
    authority: Authority
    provider: IdentityProvider | None = None
    controller: IngressController = field(init=False)

    def expose(self, stack: ExitStack, directory: Path) -> Self:
        """Start nginx in front of what runs now."""
        self.controller = IngressController(self.lab, self.namespace, directory / "nginx", self.authority)
        stack.callback(self.controller.close)
        return self

    def browser(self) -> Browser:
        """A browser that insists on a certificate of the host's name."""
        tls = self.authority.client()
        tls.check_hostname = True
        servers = {HOST: Door(self.controller.address, 443, tls)}
        if self.provider:
            servers[self.provider.host] = Door(self.provider.address, 443, self.provider.authority.client())
        return Browser(self.lab.network, servers)


def open_site(
    stack: ExitStack, lab: Lab, directory: Path, options: Mapping[str, Mapping[str, Any]], secrets: Mapping[str, Mapping[str, str]]
) -> Site:
    """Apply both parts, with `options` for each, and start them; nginx is not running yet."""
    cluster = lab.cluster
    namespace = stack.enter_context(open_namespace(cluster, "site"))
    authority = Authority(directory, "public")
    receiver = stack.enter_context(Server(lab.network, lab.network.address(), 8080))
    inside = Authority(directory, "inside")
    served = {f"{part}-serving": inside.issue(f"{part}.{namespace}.svc") for part in PARTS}
    for name, contents in {**secrets, **served, "receiver": {"url": f"{receiver.url}/people"}}.items():
        put(lab, namespace, name, contents)
    settings = {
        "prometheus": {
            "externalUrl": f"{SITE}/prometheus",
            "interval": "1s",
            "rules": [RULES],
            "tls": {"secret": "prometheus-serving"},
            **options["prometheus"],
        },
        "alertmanager": {
            "externalUrl": f"{SITE}/alertmanager",
            "receivers": [{"type": "webhook", "name": "people", "url": {"secret": "receiver", "key": "url"}}],
            "grouping": {"groupWait": "1s"},
            "tls": {"secret": "alertmanager-serving"},
            **options["alertmanager"],
        },
        "ingress": {"via": {"type": "nginx"}, "backends": list(PARTS), "tls": {"type": "secret", "name": "site"}},
    }
    put(lab, namespace, "site", authority.issue(HOST))
    apply_cleanly(cluster, synthesize(directory / "settings", namespace, settings), user=cluster.create_admin(namespace, "anna"))
    containers = {}
    for part in reversed(PARTS):
        containers[part] = lab.run(cluster.get("statefulset", part, namespace), part)
        stack.callback(containers[part].kill)
    return Site(lab, namespace, containers, receiver, authority)


@pytest.fixture(scope="module")
def passwords(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Both ask for a password and show a certificate, which nginx checks."""
    directory = tmp_path_factory.mktemp("passwords")
    with ExitStack() as stack:
        secrets = {
            "prometheus-login": users({"anna": "first"}, myself="anna", tls=True),
            "alertmanager-login": users({"otto": "other"}, myself="otto", tls=True),
        }
        options = {part: {"login": {"type": "basicAuth", "secret": f"{part}-login"}} for part in PARTS}
        yield open_site(stack, lab, directory, options, secrets).expose(stack, directory)


@pytest.mark.parametrize("part", PARTS)
def test_a_password_is_required_and_accepted(passwords: Site, part: str) -> None:
    browser = passwords.browser()
    address = f"{SITE}/{part}{API[part]}"
    refused = browser.get(address)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, "Basic")
    assert browser.get(address, headers=basic("anna", "wrong")).status == 401
    assert browser.get(address, headers=ANNA[part]).status == 200
    other = PARTS[1 - PARTS.index(part)]
    assert browser.get(address, headers=ANNA[other]).status == 401


@pytest.mark.parametrize(
    ("address", "end"),
    [
        ("prometheus", "prometheus/query"),
        ("prometheus/", "prometheus/query"),
        ("prometheus/graph?g0.expr=up", "prometheus/query?g0.expr=up"),
        ("alertmanager", "alertmanager/"),
    ],
)
def test_redirects_stay_at_the_address_that_people_use(passwords: Site, address: str, end: str) -> None:
    browser, password = passwords.browser(), ANNA[address.split("/", maxsplit=1)[0]]
    page = browser.get(f"{SITE}/{address}", headers=password)
    while page.status in (301, 302, 307, 308):
        assert page.location.startswith(f"{SITE}/"), page.location
        page = browser.get(page.location, headers=password)
    # The programs are built without their pages, so it is the address that counts.
    assert page.url == f"{SITE}/{end}"


def test_links_in_messages_lead_to_the_address_that_people_use(passwords: Site) -> None:
    message = passwords.lab.cluster.wait(lambda: _message(passwords.receiver), "the alert at the receiver", SOON)
    assert message["externalURL"] == f"{SITE}/alertmanager"
    (alert,) = message["alerts"]
    assert alert["generatorURL"].startswith(f"{SITE}/prometheus/graph?")
    # A client that follows the link, with the password, arrives.
    page = passwords.browser().get(alert["generatorURL"], headers=ANNA["prometheus"])
    assert page.status == 302
    assert page.location.startswith(f"{SITE}/prometheus/query")


@pytest.mark.parametrize("path", ["/", "/grafana", "/prometheusx", "/api/v1/query?query=up", "/-/ready", "/metrics", "/oauth2/start"])
def test_nothing_else_of_the_host_leads_anywhere(passwords: Site, path: str) -> None:
    assert passwords.browser().get(SITE + path, headers=ANNA["prometheus"]).status == 404


def test_another_host_leads_nowhere(passwords: Site) -> None:
    tls = passwords.authority.client()
    browser = Browser(passwords.lab.network, {"elsewhere.example.com": Door(passwords.controller.address, 443, tls)})
    assert browser.get("https://elsewhere.example.com/prometheus/", headers=ANNA["prometheus"]).status == 404


def test_nothing_that_ends_or_changes_prometheus_is_open(passwords: Site) -> None:
    browser = passwords.browser()
    for path in ("/-/quit", "/-/reload"):
        for method in ("POST", "PUT"):
            assert browser.get(f"{SITE}/prometheus{path}", method=method).status == 401
            page = browser.get(f"{SITE}/prometheus{path}", method=method, headers=ANNA["prometheus"])
            assert (page.status, "Lifecycle API is not enabled" in page.text) == (403, True)
    for path in ("snapshot", "delete_series?match[]=up", "clean_tombstones"):
        assert browser.get(f"{SITE}/prometheus/api/v1/admin/tsdb/{path}", method="POST").status == 401
        page = browser.get(f"{SITE}/prometheus/api/v1/admin/tsdb/{path}", method="POST", headers=ANNA["prometheus"])
        assert "admin APIs disabled" in page.text
    for path in ("/api/v1/write", "/api/v1/otlp/v1/metrics"):
        page = browser.get(f"{SITE}/prometheus{path}", method="POST", headers=ANNA["prometheus"])
        assert page.status == 404, page.text
    assert passwords.containers["prometheus"].returncode is None


def test_alertmanager_reloads_for_nobody_without_the_password(passwords: Site) -> None:
    """It has no switch for that; what it would read is what it has been given already."""
    address = f"{SITE}/alertmanager/-/reload"
    assert passwords.browser().get(address, method="POST").status == 401
    assert passwords.browser().get(address, method="POST", headers=ANNA["alertmanager"]).status == 200


# A login by an identity provider


@pytest.fixture(scope="module")
def logins(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two proxies on one host; group `sre` gets into Prometheus, everybody of the company into Alertmanager."""
    directory = tmp_path_factory.mktemp("logins")
    with ExitStack() as stack:
        public = Authority(directory / "provider", "public")
        provider = stack.enter_context(IdentityProvider(lab.network, "id.example.com", public, directory / "identities"))
        secrets: dict[str, Mapping[str, str]] = {"id-authority": {"ca.crt": public.certificate.read_text()}}
        options = {}
        for part, allow in (("prometheus", {"groups": ["sre"]}), ("alertmanager", {"domains": ["example.com"]})):
            provider.clients[part] = f"secret of {part}"
            provider.redirects.add(f"{SITE}/{part}/oauth2/callback")
            keys = {name: {"secret": f"{part}-login", "key": name} for name in ("client", "cookies")}
            secrets[f"{part}-login"] = {"client": provider.clients[part], "cookies": base64.urlsafe_b64encode(os.urandom(32)).decode()}
            options[part] = {
                "login": {
                    "type": "oauth2Proxy",
                    "provider": {"type": "oidc", "issuer": provider.issuer, "ca": {"secret": "id-authority", "key": "ca.crt"}},
                    "clientId": part,
                    "clientSecret": keys["client"],
                    "cookieSecret": keys["cookies"],
                    "allow": allow,
                }
            }
        site = open_site(stack, lab, directory, options, secrets)
        site.provider = provider
        hosts = {provider.host: provider.address, **{f"{part}.{site.namespace}.svc": site.containers[part].address for part in PARTS}}
        for part in PARTS:
            proxy = lab.run(lab.cluster.get("deployment", f"{part}-login", site.namespace), "oauth2-proxy", hosts=hosts)
            stack.callback(proxy.kill)
        yield site.expose(stack, directory)


def test_one_person_has_a_session_for_each_part(logins: Site) -> None:
    assert logins.provider
    logins.provider.person = {"email": "anna@example.com", "email_verified": True, "groups": ["sre"]}
    browser = logins.browser()
    for part in PARTS:
        address = f"{SITE}/{part}{API[part]}"
        assert browser.get(address).status == 401
        assert browser.get(f"{SITE}/{part}").location.startswith(f"{logins.provider.issuer}/authorize?")
        assert browser.visit(f"{SITE}/{part}/metrics").status == 200
        assert browser.get(address).status == 200
    sessions = {(cookie.host, cookie.name, cookie.path) for cookie in browser.cookies if not cookie.name.endswith("_csrf")}
    assert sessions == {(HOST, f"_{part}-login", f"/{part}") for part in PARTS}


def test_a_session_for_one_part_is_none_for_the_other(logins: Site) -> None:
    """Not even for a person who moves the cookie by hand: each has a key of its own."""
    assert logins.provider
    logins.provider.person = {"email": "otto@example.com", "email_verified": True, "groups": ["staff"]}
    browser = logins.browser()
    assert browser.visit(f"{SITE}/alertmanager/metrics").status == 200
    assert browser.visit(f"{SITE}/prometheus/metrics").status == 403
    (cookie,) = browser.cookies
    browser.keep(replace(cookie, name="_prometheus-login", path="/prometheus"))
    assert browser.get(f"{SITE}/prometheus{API['prometheus']}").status == 401


def test_redirects_stay_at_that_address_behind_the_login_too(logins: Site) -> None:
    assert logins.provider
    logins.provider.person = {"email": "anna@example.com", "email_verified": True, "groups": ["sre"]}
    browser = logins.browser()
    assert browser.visit(f"{SITE}/prometheus/metrics").status == 200
    page = browser.visit(f"{SITE}/prometheus")
    assert page.url.startswith(f"{SITE}/prometheus/query")
    assert browser.get(f"{SITE}/prometheus/oauth2/sign_out?rd=/prometheus/").location == f"{SITE}/prometheus/"
    assert browser.get(f"{SITE}/oauth2/callback").status == 404


def _message(receiver: Server) -> dict[str, Any] | None:
    """The first message about the drill."""
    messages = [json.loads(request.body) for request in list(receiver.received) if request.path == "/people"]
    return next((message for message in messages if message["commonLabels"].get("alertname") == "Drill"), None)
