"""Logins that cannot work or would admit strangers, and the one line each is answered with. The tables specify the messages."""

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

KEY = sro.SecretKey("sso", "secret")
APP: dict[str, Any] = {"client_id": "grafana", "client_secret": KEY}
TENANT = "8bab1c86-8fba-33e5-2089-1d1c80ec267d"
PLAIN = "write text on one line, without spaces around it, a last '\\', and '${', '$__', '%(' or triple quotes"
DN = "write a distinguished name, such as ou=people,dc=example,dc=com"
OR_EVERYBODY = "or write everybody: true"
FILTER = "write one LDAP filter in parentheses, such as (&(objectClass=person)(uid=%s))"
LIST = "write a list, even of one"
APP_YAML = "clientId: a, clientSecret: {secret: sso, key: secret}"
EVERYBODY = f"{{type: google, {APP_YAML}, everybody: true}}"
URL = "externalUrl: 'https://g.example.com'"


def google(**arguments: Any) -> sro.Google:
    """A login for everybody."""
    return sro.Google(**{**APP, "everybody": True, **arguments})


def generic(**arguments: Any) -> sro.GenericOAuth:
    """A provider that Grafana has no name for."""
    urls = dict.fromkeys(("auth_url", "token_url", "api_url"), "https://dex.example.com")
    return sro.GenericOAuth(**{**APP, "name": "Dex", "everybody": True, **urls, **arguments})


def server(**arguments: Any) -> sro.LdapServer:
    """A directory."""
    groups = (sro.LdapGroup(dn="*", role="Viewer"),)
    return sro.LdapServer(**{"hosts": ("a",), "search_base_dns": ("dc=a",), "groups": groups, **arguments})


def stack(**arguments: Any) -> sro.GrafanaStack:
    """A Grafana."""
    return sro.GrafanaStack(new_chart(), "grafana", sources=[sro.ExternalPrometheus(url="http://a")], router_dashboards=False, **arguments)


IN_YAML = [
    (
        f"grafana: {{{URL}, logins: [{{type: google, {APP_YAML}}}]}}",
        f"grafana.logins[0].everybody: false: anybody with a Google account could log in; give domains, groups or strict roles, {OR_EVERYBODY}",
    ),
    (
        f"grafana: {{{URL}, logins: [{{type: gitlab, {APP_YAML}}}]}}",
        "grafana.logins[0].type: 'gitlab': write one of google, github, entra, okta, keycloak, oauth",
    ),
    (
        f"grafana: {{{URL}, logins: [{{type: google, clientId: a, clientSecret: hunter2}}]}}",
        "grafana.logins[0].clientSecret: a value: keep it in a Secret and name that here: {secret: NAME, key: KEY}",
    ),
    (
        f"grafana: {{{URL}, logins: [{{type: entra, {APP_YAML}, everybody: true}}]}}",
        "grafana.logins[0].tenants: not given: add it",
    ),
    (
        f"grafana: {{{URL}, logins: [{{type: entra, {APP_YAML}, everybody: true, tenants: [common]}}]}}",
        "grafana.logins[0].tenants: 'common': write the id, such as 8bab1c86-8fba-33e5-2089-1d1c80ec267d: names change and repeat",
    ),
    (
        f"grafana: {{{URL}, logins: [{{type: okta, {APP_YAML}, url: 'https://o.example.com', roles: {{viewer: [a]}}, everybody: true}}]}}",
        "grafana.logins[0].roles.viewer: [a]: everybody else is a viewer too; write strict: true, or remove viewer",
    ),
    (
        f"grafana: {{logins: [{EVERYBODY}]}}",
        "grafana.externalUrl: not given: state the URL at which users reach Grafana: google redirects them back there",
    ),
    (
        f"grafana: {{externalUrl: 'http://g.example.com', logins: [{EVERYBODY}]}}",
        "grafana.externalUrl: 'http://g.example.com': write https://: with logins, codes and session cookies pass through it",
    ),
    (
        f"grafana: {{{URL}, logins: [{EVERYBODY}, {EVERYBODY}]}}",
        "grafana.logins: Google: Grafana has one auth.google, which Google takes; remove one of the two",
    ),
    (
        "grafana: {loginForm: false}",
        "grafana.loginForm: false: nobody could log in; give logins or authProxy, or remove it",
    ),
    (
        "grafana: {authProxy: {}}",
        "grafana.authProxy.addresses: not given: add it",
    ),
    (
        "grafana: {authProxy: {addresses: []}}",
        "grafana.authProxy.addresses: []: name the addresses of the proxy: without them anybody could write anybody's name into the header",
    ),
    (
        "grafana: {authProxy: {addresses: [10.0.0.1], headers: {Team: X-TEAM}}}",
        "grafana.authProxy.headers: 'Team': write one of Email, Groups, Name, Role",
    ),
    (
        "grafana: {ldap: {servers: []}}",
        "grafana.ldap.servers: []: give at least one server",
    ),
    (
        "grafana: {ldap: {servers: [{hosts: [a], searchBaseDns: [dc=a], groups: []}]}}",
        "grafana.ldap.servers[0].groups: []: every user of the directory could log in; name groups, or admit all with the group '*'",
    ),
    (
        "grafana: {ldap: {servers: [{hosts: [a], searchBaseDns: [dc=a], groups: [{dn: '*', role: Owner}]}]}}",
        "grafana.ldap.servers[0].groups[0].role: 'Owner': write one of Admin, Editor, Viewer",
    ),
    (
        "grafana: {session: {idle: 60d}}",
        "grafana.session.idle: '60d': write at most the lifetime, 30d: nobody stays logged in longer",
    ),
]

IN_PYTHON: list[tuple[Callable[[], object], str]] = [
    (
        lambda: google(domains=("example.com",)),
        "Google: everybody: True: not everybody can log in where domains, groups or strict roles are given; remove one of the two",
    ),
    (
        lambda: google(client_id="a b"),
        "Google: client_id: 'a b': write the client id as the provider shows it: letters, digits and . _ : / @ ~ -",
    ),
    (
        lambda: google(client_id=""),
        "Google: client_id: '': write the client id as the provider shows it: letters, digits and . _ : / @ ~ -",
    ),
    (
        lambda: sro.Google(**APP, domains=("@example.com",)),
        "Google: domains: '@example.com': write an object name: lower-case letters, digits, '-' and '.', at most 253 characters",
    ),
    (
        lambda: sro.Google(**APP, domains=("example",)),
        "Google: domains: 'example': write the part of mail addresses behind the '@', such as example.com",
    ),
    (lambda: sro.Google(**APP, domains="example.com"), f"Google: domains: 'example.com': {LIST}"),  # type: ignore[arg-type]
    (lambda: sro.Google(**APP, groups=("sre",)), "Google: groups: 'sre': write the group's mail address, such as sre@example.com"),
    (
        lambda: google(roles=sro.RoleMapping(admin=("sre",))),
        "Google: groups: 'sre': write the group's mail address, such as sre@example.com",
    ),
    (
        lambda: sro.GitHub(**APP),
        "GitHub: everybody: False: anybody with a GitHub account could log in; give organizations, team_ids, domains or strict roles, or write everybody=True",
    ),
    (
        lambda: sro.GitHub(**APP, organizations=("https://github.com/octo",)),
        "GitHub: organizations: 'https://github.com/octo': write the organization's name as in its address, such as vllm-project",
    ),
    (
        lambda: sro.GitHub(**APP, everybody=True, roles=sro.RoleMapping(admin=("sre",))),
        "GitHub: roles: 'sre': write the team as @organization/team",
    ),
    (
        lambda: sro.GitHub(**APP, everybody=True, url="http://git.example.com"),
        "GitHub: url: 'http://git.example.com': write https://: the client secret and users' tokens are sent there",
    ),
    (
        lambda: sro.Entra(**APP, tenants=(TENANT,)),
        "Entra: everybody: False: anybody in the tenants, guests included, could log in; give groups, domains or app_roles='required', or write everybody=True",
    ),
    (
        lambda: sro.Entra(**APP, tenants=(), everybody=True),
        "Entra: tenants: []: give at least one: without any, every Microsoft account in the world could log in",
    ),
    (
        lambda: sro.Entra(**APP, tenants=(TENANT,), groups=("SRE",)),
        f"Entra: groups: 'SRE': write the id, such as {TENANT}: names change and repeat",
    ),
    (
        lambda: sro.Entra(**APP, tenants=(TENANT,), everybody=True, app_roles="ignored", server_admins=True),
        "Entra: server_admins: True: app roles are ignored; remove one of the two",
    ),
    (
        lambda: sro.Okta(**APP, url="example.okta.com", everybody=True),
        "Okta: url: 'example.okta.com': write an absolute URL such as https://grafana.example.com",
    ),
    (
        lambda: sro.Okta(**APP, url="https://example.okta.com"),
        "Okta: everybody: False: everybody whom Okta assigned to the app could log in; give domains, groups or strict roles, or write everybody=True",
    ),
    (
        lambda: sro.Keycloak(**APP, realm_url="https://sso.example.com", everybody=True),
        "Keycloak: realm_url: 'https://sso.example.com': write the realm's address, such as https://keycloak.example.com/realms/ops",
    ),
    (
        lambda: generic(groups_claim="groups[*]"),
        "GenericOAuth: groups_claim: 'groups[*]': write the claim's name, such as groups or realm_access.roles",
    ),
    (
        lambda: generic(scopes=("openid email",)),
        "GenericOAuth 'Dex': scopes: 'openid email': write scopes one by one: letters, digits and . _ : / -",
    ),
    (lambda: generic(name="a\nb"), f"GenericOAuth: name: 'a\\nb': {PLAIN}"),
    (
        lambda: generic(token_url="http://dex.example.com/token"),
        "GenericOAuth 'Dex': token_url: 'http://dex.example.com/token': write https://: the client secret and users' tokens are sent there",
    ),
    (
        lambda: generic(auth_url="https://a:b@dex.example.com"),
        "GenericOAuth 'Dex': auth_url: 'https://…@dex.example.com': take the credentials out of the URL and reference a Secret instead",
    ),
    (
        sro.RoleMapping,
        "RoleMapping: None: name at least one group, or omit the roles: then an administrator gives them inside Grafana",
    ),
    (lambda: sro.RoleMapping(admin=("a",), editor=("a",)), "RoleMapping: 'a': has two roles; keep the higher one"),
    (lambda: sro.RoleMapping(admin=("a", "a")), "RoleMapping: admin: 'a': is listed twice; remove one"),
    (lambda: sro.RoleMapping(admin="sre"), f"RoleMapping: admin: 'sre': {LIST}"),  # type: ignore[arg-type]
    (lambda: sro.RoleMapping(admin=("$__env{HOME}",)), f"RoleMapping: admin: '$__env{{HOME}}': {PLAIN}"),
    (lambda: sro.RoleMapping(admin=("CORP\\",)), f"RoleMapping: admin: 'CORP\\\\': {PLAIN}"),
    (
        lambda: stack(
            external_url="https://a.example.com", logins=[generic(), sro.Keycloak(**APP, realm_url="https://a/realms/b", everybody=True)]
        ),
        "grafana: logins: Keycloak: Grafana has one auth.generic_oauth, which GenericOAuth takes; remove one of the two",
    ),
    (
        lambda: stack(external_url="https://a.example.com", logins=[google(auto_login=True), generic(auto_login=True)]),
        "grafana: logins: 2 logins: only one of them may have auto_login=True: Grafana goes to it without asking",
    ),
    (
        lambda: stack(external_url="https://a.example.com", logins=[google(auto_login=True)], anonymous=sro.Anonymous()),
        "grafana: anonymous: Viewer: nobody would see Grafana without a login; remove anonymous or auto_login",
    ),
    (
        lambda: stack(embedding=True, logins=[google()]),
        "grafana: external_url: None: state the URL at which users reach Grafana: google redirects them back there",
    ),
    (lambda: stack(external_url="https://a.example.com", logins=google()), f"grafana: logins: Google: {LIST}"),
    (
        lambda: stack(login_form=False, ldap=sro.Ldap(servers=(server(),))),
        "grafana: login_form: False: users of the LDAP directory log in there; remove ldap or login_form",
    ),
    (
        lambda: sro.AuthProxy(addresses=("ingress",)),
        "AuthProxy: addresses: 'ingress': write an address or a network, such as 10.0.0.7 or 10.244.3.0/24",
    ),
    (
        lambda: sro.AuthProxy(addresses=("10.0.0.1/16",)),
        "AuthProxy: addresses: '10.0.0.1/16': write an address or a network, such as 10.0.0.7 or 10.244.3.0/24",
    ),
    (
        lambda: sro.AuthProxy(addresses=("0.0.0.0/0",)),
        "AuthProxy: addresses: '0.0.0.0/0': is most of the internet; name the proxy's own addresses",
    ),
    (lambda: sro.AuthProxy(addresses=("::/0",)), "AuthProxy: addresses: '::/0': is most of the internet; name the proxy's own addresses"),
    (lambda: sro.AuthProxy(addresses="10.0.0.1"), f"AuthProxy: addresses: '10.0.0.1': {LIST}"),  # type: ignore[arg-type]
    (
        lambda: sro.AuthProxy(addresses=("10.0.0.1",), header="X User"),
        "AuthProxy: header: 'X User': write the name of an HTTP header, such as X-WEBAUTH-USER",
    ),
    (
        lambda: sro.AuthProxy(addresses=("10.0.0.1",), sync_minutes=-1),
        "AuthProxy: sync_minutes: -1: write a number of minutes, or 0 to read the headers at every request",
    ),
    (
        lambda: sro.Anonymous(reason=" "),
        "Anonymous: reason: ' ': write on one line why nobody has to log in, such as 'reachable only through the VPN'",
    ),
    (lambda: sro.Session(lifetime="1y"), "Session: lifetime: '1y': write a number with m, h, d, w or M, such as 12h or 30d"),
    (lambda: server(hosts=()), "LdapServer: hosts: []: name at least one server, such as ldap.example.com"),
    (
        lambda: server(hosts=("ldaps://a",)),
        "LdapServer: hosts: 'ldaps://a': write a host name or an IPv4 address; port and encryption have keys of their own",
    ),
    (
        lambda: server(search_base_dns=()),
        "LdapServer: search_base_dns: []: name the base of the search for users, such as ou=people,dc=example,dc=com",
    ),
    (lambda: server(search_base_dns=("people",)), f"LdapServer: search_base_dns: 'people': {DN}"),
    (lambda: server(search_filter="(uid=a)"), "LdapServer: search_filter: '(uid=a)': write %s where the name belongs, such as (uid=%s)"),
    (lambda: server(search_filter="uid=%s"), f"LdapServer: search_filter: 'uid=%s': {FILTER}"),
    (lambda: server(search_filter="((uid=%s)"), f"LdapServer: search_filter: '((uid=%s)': {FILTER}"),
    (lambda: server(search_filter="(uid=%s)(cn=*)"), f"LdapServer: search_filter: '(uid=%s)(cn=*)': {FILTER}"),
    (lambda: server(bind_password=KEY), "LdapServer: bind_dn: None: name the account whose password bind_password is"),
    (
        lambda: server(bind_dn="cn=a"),
        "LdapServer: bind_password: None: name the Secret with the account's password: {secret: NAME, key: KEY}",
    ),
    (
        lambda: server(bind_dn="cn=%s", bind_password=KEY),
        "LdapServer: bind_password: 'sso': users search with their own passwords where bind_dn has %s; remove it",
    ),
    (lambda: server(client_key=KEY), "LdapServer: client_key: None: give client_certificate and client_key together, or neither"),
    (lambda: server(encryption="none", ca=KEY), "LdapServer: encryption: 'none': certificates need ldaps or startTls"),
    (lambda: server(port=0), "LdapServer: port: 0: write a port from 1 to 65535"),
    (lambda: server(timeout_seconds=0), "LdapServer: timeout_seconds: 0: write at least 1: 0 would wait indefinitely"),
    (
        lambda: server(groups=(sro.LdapGroup(dn="*", role="Viewer"), sro.LdapGroup(dn="cn=sre", role="Admin"))),
        "LdapServer: groups: 'cn=sre': never counts after '*', which matches everybody; put '*' last",
    ),
    (
        lambda: server(groups=(sro.LdapGroup(dn="cn=sre", role="Viewer"), sro.LdapGroup(dn="CN=sre", role="Admin"))),
        "LdapServer: groups: 'CN=sre': is listed twice; only the first counts",
    ),
    (
        lambda: sro.LdapGroup(dn="*", role="Admin", server_admin=True),
        "LdapGroup: server_admin: True: everybody in the directory would own Grafana; name a group",
    ),
    (
        lambda: sro.LdapGroup(dn="cn=a", role="Viewer", server_admin=True),
        "LdapGroup: server_admin: True: who administrates the whole Grafana is Admin of its organization too",
    ),
    (
        lambda: sro.LdapGroup(dn="cn=sre, dc=example", role="Admin"),
        "LdapGroup: dn: 'cn=sre, dc=example': remove the spaces around ',' and '=': Grafana compares the text with what the directory says",
    ),
    (lambda: sro.LdapGroup(dn="admins", role="Admin"), f"LdapGroup: dn: 'admins': {DN}"),
    (lambda: sro.LdapGroup(dn="cn=a", role="Admin", org_id=0), "LdapGroup: org_id: 0: write the number of an organization, from 1"),
    (lambda: sro.LdapAttributes(email="e mail"), "LdapAttributes: email: 'e mail': write the name of an LDAP attribute, such as uid"),
    (
        lambda: sro.LdapGroupSearch(filter="(memberUid=%s)", base_dns=()),
        "LdapGroupSearch: base_dns: []: name at least one place to search for groups",
    ),
    (
        lambda: sro.LdapGroupSearch(filter="(memberUid=%s)", base_dns=("dc=a",), user_attribute="%s"),
        "LdapGroupSearch: user_attribute: '%s': write the name of an LDAP attribute, such as uid",
    ),
]


@pytest.mark.parametrize(("text", "message"), IN_YAML, ids=[f"yaml-{number}" for number in range(len(IN_YAML))])
def test_settings(text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = refusal(text, tmp_path, capsys)
    assert line == message
    assert "hunter2" not in line


@pytest.mark.parametrize(("build", "message"), IN_PYTHON, ids=[f"python-{number}" for number in range(len(IN_PYTHON))])
def test_arguments(build: Callable[[], object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build()
    assert str(caught.value) == message
