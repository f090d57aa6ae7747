"""Logins by an identity provider that cannot work, and the one line each is answered with; the tables specify the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import semantic_router_observability as sro
from manifests import new_chart
from refusals import refusal
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = sro.SecretKey("login", "key")
COOKIES = sro.SecretKey("login", "cookies")
TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
GITHUB = sro.GitHubProvider(organization="my-org")
LIST = "write a list, even of one"
EMAIL = "write an email address such as ana@example.com"
DOMAIN = "write a domain in lower case, such as example.com, without '@' and '*'"
NOBODY = "nobody: state who is admitted: emails, domains or groups; or write everybody: true"
GITHUB_NAME = "write the name as it stands in the address, such as my-organization"
DURATION = "write a Prometheus duration: whole numbers with y, w, d, h, m, s or ms, largest first, such as 15d or 1h30m"
NAME = "write a name of lower-case letters, digits and '-', starting with a letter, ending with a letter or digit, at most 50 characters"


def login(*, address: str | None = "https://prometheus.example.com", id: str = "login", **arguments: Any) -> sro.OAuth2Proxy:
    """A login that would work, with something changed."""
    chart = new_chart()
    upstream = arguments.pop("upstream", None) or sro.PrometheusStack(chart, "prometheus", external_url=address)
    defaults = {"upstream": upstream, "provider": GITHUB, "client_id": "prometheus", "client_secret": KEY, "cookie_secret": COOKIES}
    return sro.OAuth2Proxy(chart, id, **{**defaults, **arguments})


def grafana() -> sro.GrafanaStack:
    """A user interface with a login of its own, as every Grafana has."""
    chart = new_chart()
    source = sro.ExternalPrometheus(url="http://prometheus:9090")
    return sro.GrafanaStack(chart, "grafana", sources=[source], external_url="https://grafana.example.com")


GOOGLE = "type: oauth2Proxy, provider: {type: google}, clientId: a, clientSecret: {secret: a, key: b}, cookieSecret: {secret: a, key: c}"
IN_YAML = [
    (
        f"prometheus: {{login: {{{GOOGLE}, allow: {{everybody: true}}}}}}",
        "prometheus.externalUrl: not given: state the URL at which users reach it, such as https://prometheus.example.com",
    ),
    (
        f"prometheus: {{externalUrl: 'https://a.b', login: {{{GOOGLE}}}}}",
        "prometheus.login.allow: nobody: name who may log in: emails, domains or groups; or write everybody: true",
    ),
    (
        f"prometheus: {{externalUrl: 'https://a.b', login: {{{GOOGLE}, allow: {{everybody: true}}, trustedProxies: [nginx]}}}}",
        "prometheus.login.trustedProxies: 'nginx': write an address range with its length and no bits beyond it, such as 10.0.0.0/16",
    ),
    (
        f"prometheus: {{login: {{{GOOGLE}, allow: {{domains: ['*']}}}}}}",
        "prometheus.login.allow.domains: '*': any domain would be accepted; name the domains, or write everybody: true",
    ),
    (
        "prometheus: {login: {type: oauth2Proxy, provider: {type: google}, clientId: a, clientSecret: hunter2}}",
        "prometheus.login.cookieSecret: not given: add it\nprometheus.login.clientSecret: a value: keep it in a Secret and name that here: {secret: NAME, key: KEY}",
    ),
    (
        f"{{images: {{oauth2Proxy: 'a/b:latest'}}, prometheus: {{externalUrl: 'https://a.b', login: {{{GOOGLE}, allow: {{everybody: true}}}}}}}}",
        "images.oauth2Proxy: 'a/b:latest': name a version: what 'latest' means changes under a running stack",
    ),
]

CASES: list[tuple[Callable[[], object], str]] = [
    (
        lambda: login(provider=sro.GoogleProvider()),
        "login: allow: nobody: name who may log in: emails, domains or groups; or write everybody=True",
    ),
    (
        lambda: login(provider=sro.OidcProvider(issuer="https://id.example.com")),
        "login: allow: nobody: name who may log in: emails, domains or groups; or write everybody=True",
    ),
    (
        lambda: login(provider=sro.KeycloakProvider(issuer="https://id.example.com")),
        "login: allow: nobody: name who may log in: emails, domains or groups; or write everybody=True",
    ),
    (
        lambda: login(provider=sro.EntraProvider(tenant=TENANT)),
        "login: allow: nobody: name who may log in: emails, domains or groups; or write everybody=True",
    ),
    (
        lambda: login(allow=sro.Allow(groups=("sre",))),
        "login: allow: ['sre']: GitHub has organization and teams of the provider instead; remove groups",
    ),
    (
        lambda: login(provider=sro.GoogleProvider(), allow=sro.Allow(groups=("sre@example.com",))),
        "login: allow: ['sre@example.com']: Google tells groups only to a service account; give the provider admin_email and service_account",
    ),
    (
        lambda: login(provider=sro.EntraProvider(tenant=TENANT), allow=sro.Allow(groups=("sre",))),
        "login: allow: ['sre']: Entra ID sends groups by object id; write the ids of the groups",
    ),
    (
        lambda: login(upstream=grafana()),
        "login: upstream: 'grafana': it asks for a login itself, which this one cannot answer; remove one of the two",
    ),
    (lambda: login(upstream="prometheus"), "login: upstream: str: give a stack, an Endpoint, or an object with `endpoint` and `bind`"),
    (
        lambda: login(address=None),
        "prometheus: external_url: None: state the URL at which users reach it, such as https://prometheus.example.com",
    ),
    (
        lambda: login(address="http://prometheus.example.com"),
        "prometheus: external_url: 'http://prometheus.example.com': write https://: its cookies are sent over nothing else",
    ),
    (lambda: login(client_id=" "), "login: client_id: ' ': write the id that the identity provider gave out"),
    (
        lambda: login(cookie_secret=KEY),
        "login: cookie_secret: 'key': client_secret is the same, and the identity provider knows it; name another key",
    ),
    (lambda: login(expire="1 day"), f"login: expire: '1 day': {DURATION}"),
    (lambda: login(expire="500ms"), "login: expire: '500ms': write at least 1s"),
    (lambda: login(refresh="12h"), "login: refresh: '12h': write at least 1s and less than expire, 12h"),
    (lambda: login(trusted_proxies="10.0.0.0/8"), f"login: trusted_proxies: '10.0.0.0/8': {LIST}"),
    (
        lambda: login(trusted_proxies=("nginx",)),
        "login: trusted_proxies: 'nginx': write an address range with its length and no bits beyond it, such as 10.0.0.0/16",
    ),
    (
        lambda: login(trusted_proxies=("0.0.0.0/0",)),
        "login: trusted_proxies: '0.0.0.0/0': any address would be trusted; name the ingress controller's range",
    ),
    (lambda: login(replicas=0), "login: replicas: 0: write 1 to 9"),
    (lambda: login(id="Login"), f"OAuth2Proxy: id: 'Login': {NAME}"),
    (
        lambda: login(image="oauth2-proxy:latest"),
        "login: image: 'oauth2-proxy:latest': name a version: what 'latest' means changes under a running stack",
    ),
    (lambda: sro.Allow(emails=("ana",)), f"Allow: emails: 'ana': {EMAIL}"),
    (lambda: sro.Allow(emails=('a"b@example.com',)), f"Allow: emails: 'a\"b@example.com': {EMAIL}"),
    (lambda: sro.Allow(domains=("*",)), "Allow: domains: '*': any domain would be accepted; name the domains, or write everybody=True"),
    (lambda: sro.Allow(domains=("@example.com",)), f"Allow: domains: '@example.com': {DOMAIN}"),
    (lambda: sro.Allow(domains=("*.example.com",)), f"Allow: domains: '*.example.com': {DOMAIN}"),
    (lambda: sro.Allow(domains="example.com"), f"Allow: domains: 'example.com': {LIST}"),  # type: ignore[arg-type]
    (lambda: sro.Allow(groups=("",)), "Allow: groups: '': oauth2-proxy ignores an empty name and allows everyone; name the group"),
    (
        lambda: sro.Allow(everybody=True, groups=("sre",)),
        "Allow: everybody: True: emails, domains or groups are given too; remove one of the two",
    ),
    (
        lambda: sro.OidcProvider(issuer="http://id.example.com"),
        "OidcProvider: issuer: 'http://id.example.com': write https://: anyone who can change the provider's answers could log in as anyone",
    ),
    (
        lambda: sro.KeycloakProvider(issuer="http://id.example.com"),
        "KeycloakProvider: issuer: 'http://id.example.com': write https://: anyone who can change the provider's answers could log in as anyone",
    ),
    (
        lambda: sro.KeycloakProvider(issuer="https://id.example.com", roles=("",)),
        "KeycloakProvider: roles: '': name the role, such as operator or grafana:operator",
    ),
    (
        lambda: sro.EntraProvider(tenant="common"),
        f"EntraProvider: tenant: 'common': write the directory id, such as {TENANT}",
    ),
    (
        lambda: sro.GoogleProvider(service_account=KEY),
        "GoogleProvider: admin_email: None: the directory is asked with admin_email and service_account; give both or none",
    ),
    (lambda: sro.GitHubProvider(organization="my org"), f"GitHubProvider: organization: 'my org': {GITHUB_NAME}"),
    (lambda: sro.GitHubProvider(organization="a", teams=("sre,all",)), f"GitHubProvider: teams: 'sre,all': {GITHUB_NAME}"),
]


@pytest.mark.parametrize(("make", "error"), CASES, ids=lambda value: value[:60] if isinstance(value, str) else "")
def test_logins_are_refused_in_one_line(make: Callable[[], object], error: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make()
    assert str(refused.value) == error


@pytest.mark.parametrize(("text", "error"), IN_YAML, ids=lambda value: None)
def test_settings_are_refused_in_one_line(text: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == error
