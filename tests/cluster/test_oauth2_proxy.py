"""A real oauth2-proxy in front of a real Prometheus: who gets in by an identity provider, who does not, and what a rotation takes."""

from __future__ import annotations

import base64
import os
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cluster.support import apply_cleanly, open_namespace, synthesize
from cluster.test_logins import put
from harness.browser import Browser, Door
from harness.credentials import Authority
from harness.identity_provider import IdentityProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.browser import Page
    from harness.container import Container
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

HOST = "observability.example.com"
HOME = f"https://{HOST}/prometheus"
CALLBACK = f"{HOME}/oauth2/callback"
QUERY = f"{HOME}/api/v1/query?query=vector(7)"
ANNA = {"email": "anna@example.com", "email_verified": True, "groups": ["staff", "sre"]}
REFRESH = 2
"""Seconds after which the provider is asked again."""


@dataclass
class Running:
    """A Prometheus with a certificate behind its login, and the identity provider."""

    lab: Lab
    namespace: str
    prometheus: Container
    proxy: Container
    provider: IdentityProvider
    secrets: dict[str, str]

    def browser(self) -> Browser:
        """A person who has been nowhere yet. TLS between browser and ingress is left out: what the ingress passes on arrives."""
        servers = {
            HOST: Door(self.proxy.address, self.proxy.port("http")),
            self.provider.host: Door(self.provider.address, 443, self.provider.authority.client()),
        }
        return Browser(self.lab.network, servers)

    def write(self, **changes: str) -> None:
        """Write the Secret, and bring the files up to date as kubelet does."""
        self.secrets |= {name.replace("_", "-"): value for name, value in changes.items()}
        put(self.lab, self.namespace, "prometheus-login", self.secrets)
        self.proxy.sync()


@pytest.fixture(scope="module")
def login(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """For group `sre` and two guests by address, asked again every two seconds where there are refresh tokens."""
    directory = tmp_path_factory.mktemp("oauth2-proxy")
    cluster = lab.cluster
    with ExitStack() as stack:
        namespace = stack.enter_context(open_namespace(cluster, "oauth2"))
        public, inside = Authority(directory, "public"), Authority(directory, "inside")
        provider = stack.enter_context(IdentityProvider(lab.network, "id.example.com", public, directory / "provider"))
        provider.clients["prometheus"] = "first secret"
        provider.redirects.add(CALLBACK)
        secrets = {"client-secret": "first secret", "cookie-secret": base64.urlsafe_b64encode(os.urandom(32)).decode()}
        put(lab, namespace, "prometheus-login", secrets)
        put(lab, namespace, "public-authority", {"ca.crt": public.certificate.read_text()})
        put(lab, namespace, "prometheus-tls", inside.issue(f"prometheus.{namespace}.svc"))
        settings = {
            "prometheus": {
                "externalUrl": HOME,
                "tls": {"secret": "prometheus-tls"},
                "login": {
                    "type": "oauth2Proxy",
                    "provider": {"type": "oidc", "issuer": provider.issuer, "ca": {"secret": "public-authority", "key": "ca.crt"}},
                    "clientId": "prometheus",
                    "clientSecret": {"secret": "prometheus-login", "key": "client-secret"},
                    "cookieSecret": {"secret": "prometheus-login", "key": "cookie-secret"},
                    "allow": {"groups": ["sre"], "domains": ["example.com"], "emails": ["guest@example.org"]},
                    "refresh": f"{REFRESH}s",
                },
            }
        }
        apply_cleanly(cluster, synthesize(directory / "settings", namespace, settings), user=cluster.create_admin(namespace, "anna"))
        prometheus = lab.run(cluster.get("statefulset", "prometheus", namespace), "prometheus")
        stack.callback(prometheus.kill)
        hosts = {provider.host: provider.address, f"prometheus.{namespace}.svc": prometheus.address}
        proxy = lab.run(cluster.get("deployment", "prometheus-login", namespace), "oauth2-proxy", hosts=hosts)
        stack.callback(proxy.kill)
        yield Running(lab, namespace, prometheus, proxy, provider, secrets)


def come_back(browser: Browser, url: str) -> Page:
    """Ask for a page without a session, go to the provider, and return the answer to who comes back from there."""
    page = browser.get(url)
    assert page.status == 302
    return browser.get(browser.get(page.location).location)


@pytest.fixture(autouse=True)
def at_the_provider(login: Running) -> None:
    """Anna is at the screen unless a test says otherwise."""
    login.provider.person = ANNA
    login.provider.refreshing = False


def test_who_is_not_logged_in_is_sent_to_the_provider_with_a_proof_key(login: Running) -> None:
    page = login.browser().get(f"{HOME}/query?g0.expr=up")
    assert page.status == 302
    where, asked = urlsplit(page.location), parse_qs(urlsplit(page.location).query)
    assert (where.scheme, where.hostname, where.path) == ("https", "id.example.com", "/authorize")
    assert asked["client_id"] == ["prometheus"]
    assert asked["redirect_uri"] == [CALLBACK]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert asked["nonce"][0]
    assert asked["state"][0]
    assert asked["scope"] == ["openid email profile groups"]
    assert asked["response_type"] == ["code"]


def test_a_page_that_asks_in_the_background_is_told_no(login: Running) -> None:
    assert login.browser().get(QUERY).status == 401


@pytest.mark.parametrize(
    "path", ["/metrics", "/-/ready", "/-/healthy", "/federate?match[]=up", "/config", "/oauth2/auth", "/oauth2/userinfo"]
)
def test_nothing_of_prometheus_is_answered_without_a_login(login: Running, path: str) -> None:
    page = login.browser().get(HOME + path)
    assert page.status in (302, 401)
    assert "prometheus_build_info" not in page.text


def test_after_the_login_comes_the_page_that_was_asked_for(login: Running) -> None:
    browser = login.browser()
    page = come_back(browser, f"{HOME}/graph?g0.expr=up")
    assert page.location == f"{HOME}/graph?g0.expr=up"
    answer = browser.get(QUERY)
    assert answer.status == 200
    assert '"7"' in answer.text
    # Prometheus redirects to the address that people use, which is also where its links lead.
    assert browser.get(f"{HOME}/").location == f"{HOME}/query"


def test_the_session_is_a_cookie_that_nobody_else_can_read(login: Running) -> None:
    browser = login.browser()
    assert browser.visit(f"{HOME}/metrics").status == 200
    (cookie,) = browser.cookies
    assert (cookie.name, cookie.path, cookie.secure, cookie.http_only, cookie.same_site) == (
        "_prometheus-login",
        "/prometheus",
        True,
        True,
        "Lax",
    )
    parts = cookie.value.split("|")
    assert b"anna" not in base64.urlsafe_b64decode(parts[0] + "==")
    assert browser.get(f"http://{HOST}/prometheus/metrics").status == 302

    forged = login.browser()
    forged.keep(replace(cookie, value="|".join([parts[0][:-4] + "AAA=", *parts[1:]])))
    assert forged.get(QUERY).status == 401


@pytest.mark.parametrize(
    "person",
    [
        {**ANNA, "groups": ["staff"]},
        {**ANNA, "groups": []},
        {"email": "anna@example.com"},
        {**ANNA, "email": "anna@elsewhere.example"},
        {**ANNA, "email": "anna@sub.example.com"},
        {**ANNA, "email": "anna@example.com.elsewhere.example"},
        {**ANNA, "email": "guest@example.org", "groups": ["staff"]},
    ],
    ids=["another group", "no group", "groups unknown", "another domain", "a subdomain", "a longer domain", "a guest without the group"],
)
def test_who_is_not_meant_is_refused(login: Running, person: dict[str, Any]) -> None:
    login.provider.person = person
    browser = login.browser()
    assert browser.visit(f"{HOME}/metrics").status == 403
    assert browser.cookies == []
    assert browser.get(QUERY).status == 401


@pytest.mark.parametrize("person", [{**ANNA, "email_verified": False}, {"groups": ["sre"]}], ids=["unverified", "no address"])
def test_an_address_that_proves_nothing_is_refused(login: Running, person: dict[str, Any]) -> None:
    login.provider.person = person
    browser = login.browser()
    assert browser.visit(f"{HOME}/metrics").status == 500
    assert browser.get(QUERY).status == 401


@pytest.mark.parametrize("email", ["Anna@Example.com", "guest@example.org"])
def test_addresses_count_whatever_their_case(login: Running, email: str) -> None:
    login.provider.person = {**ANNA, "email": email}
    assert login.browser().visit(f"{HOME}/metrics").status == 200


def test_a_login_begun_elsewhere_is_not_finished_here(login: Running) -> None:
    """A link with another user's code, sent to a person, must not log that person in as the other user."""
    attacker, victim = login.browser(), login.browser()
    callback = attacker.get(attacker.get(f"{HOME}/graph").location).location
    assert victim.get(callback).status == 403
    assert victim.get(QUERY).status == 401


def test_the_way_back_leads_nowhere_else(login: Running) -> None:
    browser = login.browser()
    for target in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"):
        page = come_back(browser, f"{HOME}/oauth2/start?rd={target}")
        assert urlsplit(page.location).hostname == HOST


def test_logging_out_ends_the_session(login: Running) -> None:
    browser = login.browser()
    assert browser.visit(f"{HOME}/metrics").status == 200
    page = browser.get(f"{HOME}/oauth2/sign_out?rd=/prometheus/")
    assert (page.status, page.location) == (302, f"{HOME}/")
    assert browser.cookies == []
    assert browser.get(QUERY).status == 401


def test_several_tabs_log_in_at_once(login: Running) -> None:
    browser = login.browser()
    begun = [browser.get(f"{HOME}/graph?tab={tab}").location for tab in range(3)]
    pages = [browser.get(browser.get(location).location) for location in begun]
    assert [page.location for page in pages] == [f"{HOME}/graph?tab={tab}" for tab in range(3)]


def test_who_was_thrown_out_at_the_provider_loses_the_session(login: Running) -> None:
    login.provider.refreshing = True
    browser = login.browser()
    assert browser.visit(f"{HOME}/metrics").status == 200
    time.sleep(REFRESH + 1)
    assert browser.get(QUERY).status == 200
    login.provider.person = None
    time.sleep(REFRESH + 1)
    assert browser.get(QUERY).status == 401


def test_who_left_the_group_loses_the_session(login: Running) -> None:
    login.provider.refreshing = True
    browser = login.browser()
    assert browser.visit(f"{HOME}/metrics").status == 200
    login.provider.person = {**ANNA, "groups": ["staff"]}
    time.sleep(REFRESH + 1)
    assert browser.get(QUERY).status == 403
    assert browser.get(QUERY).status == 401


def test_what_the_ingress_has_not_said_is_not_believed(login: Running) -> None:
    headers = {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "http", "X-Forwarded-Uri": "/prometheus/oauth2/callback"}
    page = login.browser().get(f"{HOME}/graph", headers=headers)
    assert parse_qs(urlsplit(page.location).query)["redirect_uri"] == [CALLBACK]
    assert login.browser().get(QUERY, headers=headers | {"X-Forwarded-User": "anna", "Authorization": "Bearer x"}).status == 401


def test_nothing_that_changes_prometheus_is_open_behind_the_login(login: Running) -> None:
    browser = login.browser()
    assert browser.visit(f"{HOME}/metrics").status == 200
    for path in ("/-/quit", "/-/reload"):
        assert (page := browser.get(HOME + path, method="POST")).status == 403, page
        assert "Lifecycle API is not enabled" in page.text
    assert "admin APIs disabled" in browser.get(f"{HOME}/api/v1/admin/tsdb/snapshot", method="POST").text
    assert login.prometheus.returncode is None


def test_probes_need_no_login_and_the_process_has_no_rights(login: Running) -> None:
    assert [login.proxy.probe(kind) for kind in ("readiness", "liveness")] == [200, 200]
    status = Path(f"/proc/{login.proxy.pid}/status").read_text()
    assert "Uid:\t10001\t10001\t10001\t10001" in status
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status


def test_the_log_names_who_logs_in_and_no_secret(login: Running) -> None:
    browser = login.browser()
    assert browser.visit(f"{HOME}/metrics").status == 200
    log = login.proxy.log()
    assert "anna@example.com" in log
    assert login.secrets["client-secret"] not in log
    assert login.secrets["cookie-secret"] not in log
    assert "/prometheus/metrics" not in log


def test_secrets_rotate(login: Running) -> None:
    """The client's secret takes effect with the next login; the cookies' key with a restart, after which everybody logs in anew."""
    browser = login.browser()
    assert browser.visit(f"{HOME}/metrics").status == 200
    login.provider.clients["prometheus"] = "second secret"
    assert login.browser().visit(f"{HOME}/metrics").status == 500
    login.write(client_secret="second secret")
    assert login.browser().visit(f"{HOME}/metrics").status == 200
    assert browser.get(QUERY).status == 200

    login.write(cookie_secret=base64.urlsafe_b64encode(os.urandom(32)).decode())
    login.proxy.restart()
    login.proxy.wait_ready()
    assert browser.get(QUERY).status == 401
    assert browser.visit(f"{HOME}/metrics").status == 200
