"""Who gets into Grafana and as what: `grafana.ini` and `ldap.toml` as Grafana will read them."""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from typing import Any

import jmespath
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathTypeError

import semantic_router_observability as sro
from manifests import find, from_yaml, new_chart, objects_of
from semantic_router_observability.grafana.identity.flows import identity_flows
from semantic_router_observability.grafana.identity.login import provider_section
from semantic_router_observability.kubernetes.pods import SecretFiles
from semantic_router_observability.kubernetes.traffic import Addresses, Service

ANYWHERE = Addresses()
SECRET = sro.SecretKey("sso", "secret")
ROOT = "https://grafana.example.com/ops/"
TENANT, OTHER_TENANT = "8bab1c86-8fba-33e5-2089-1d1c80ec267d", "032cb8e0-240f-4347-9120-6f33013e817a"
ROLES = sro.RoleMapping(server_admin=("owners",), admin=("sre", "it's on call"), editor=("developers",))
APP: dict[str, Any] = {"client_id": "grafana", "client_secret": SECRET}
GENERIC: dict[str, Any] = {
    **APP,
    "name": "Dex",
    "auth_url": "https://dex.example.com/auth",
    "token_url": "https://dex.example.com/token",
    "api_url": "https://dex.example.com/userinfo",
}


def read(login: Any) -> dict[str, str]:
    """The provider's section, as Grafana reads it, without the keys that all have."""
    section = provider_section(login, SecretFiles("/etc/grafana-secrets"), ROOT)
    for key, value in {
        "enabled": "true",
        "client_id": "grafana",
        "use_pkce": "true",
        "allow_sign_up": "true",
        "auto_login": "false",
    }.items():
        assert section.pop(key) == value
    assert section.pop("client_secret") == "$__file{/etc/grafana-secrets/sso/secret}"
    return dict(section)


def ini_of(objects: list[dict[str, Any]]) -> configparser.RawConfigParser:
    """`grafana.ini` among the objects."""
    parser = configparser.RawConfigParser()
    parser.read_string(find(objects, "ConfigMap", "grafana-config")["data"]["grafana.ini"])
    return parser


def role(expression: str, groups: object) -> object:
    """What Grafana would make of the expression: the first place that yields text, a failure being none."""
    try:
        return jmespath.search(expression, {"groups": groups})
    except JMESPathTypeError:
        return None


PROVIDERS: list[tuple[Any, str, dict[str, str]]] = [
    (
        sro.Google(**APP, domains=("example.com",)),
        "auth.google",
        {
            "auth_url": "https://accounts.google.com/o/oauth2/v2/auth",
            "token_url": "https://oauth2.googleapis.com/token",
            "api_url": "https://openidconnect.googleapis.com/v1/userinfo",
            "allowed_domains": '["example.com"]',
            "hosted_domain": "example.com",
            "scopes": "openid email profile",
            "use_refresh_token": "true",
            "skip_org_role_sync": "true",
        },
    ),
    (
        sro.Google(**APP, groups=("sre@example.com",), roles=sro.RoleMapping(editor=("dev@example.com",))),
        "auth.google",
        {
            "auth_url": "https://accounts.google.com/o/oauth2/v2/auth",
            "token_url": "https://oauth2.googleapis.com/token",
            "api_url": "https://openidconnect.googleapis.com/v1/userinfo",
            "allowed_groups": '["sre@example.com"]',
            "scopes": "openid email profile https://www.googleapis.com/auth/cloud-identity.groups.readonly",
            "use_refresh_token": "true",
            "role_attribute_path": "contains(groups[*], 'dev@example.com') && 'Editor' || 'Viewer'",
            "role_attribute_strict": "false",
            "allow_assign_grafana_admin": "false",
            "skip_org_role_sync": "false",
        },
    ),
    (
        sro.GitHub(**APP, organizations=("vllm-project", "octo"), team_ids=(150, 300)),
        "auth.github",
        {
            "auth_url": "https://github.com/login/oauth/authorize",
            "token_url": "https://github.com/login/oauth/access_token",
            "api_url": "https://api.github.com/user",
            "scopes": "user:email read:org",
            "allowed_organizations": '["vllm-project", "octo"]',
            "team_ids": "150 300",
            "skip_org_role_sync": "true",
        },
    ),
    (
        sro.GitHub(
            **APP,
            url="https://git.example.com/",
            ca=sro.SecretKey("git-ca", "ca.crt"),
            roles=sro.RoleMapping(admin=("@ops/sre",), strict=True),
        ),
        "auth.github",
        {
            "auth_url": "https://git.example.com/login/oauth/authorize",
            "token_url": "https://git.example.com/login/oauth/access_token",
            "api_url": "https://git.example.com/api/v3/user",
            "tls_client_ca": "/etc/grafana-secrets/git-ca/ca.crt",
            "scopes": "user:email read:org",
            "role_attribute_path": "contains(groups[*], '@ops/sre') && 'Admin'",
            "role_attribute_strict": "true",
            "allow_assign_grafana_admin": "false",
            "skip_org_role_sync": "false",
        },
    ),
    (
        sro.Entra(**APP, tenants=(TENANT,), groups=(OTHER_TENANT,)),
        "auth.azuread",
        {
            "name": "Microsoft",
            "auth_url": f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize",
            "token_url": f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token",
            "client_authentication": "client_secret_post",
            "scopes": "openid email profile offline_access",
            "allowed_organizations": f'["{TENANT}"]',
            "allowed_groups": f'["{OTHER_TENANT}"]',
            "use_refresh_token": "true",
            "role_attribute_strict": "false",
            "allow_assign_grafana_admin": "false",
            "skip_org_role_sync": "false",
        },
    ),
    (
        sro.Entra(**APP, tenants=(TENANT, OTHER_TENANT), app_roles="required", server_admins=True, refresh_token=False),
        "auth.azuread",
        {
            "name": "Microsoft",
            "auth_url": "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize",
            "token_url": "https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
            "client_authentication": "client_secret_post",
            "scopes": "openid email profile",
            "allowed_organizations": f'["{TENANT}", "{OTHER_TENANT}"]',
            "use_refresh_token": "false",
            "role_attribute_strict": "true",
            "allow_assign_grafana_admin": "true",
            "skip_org_role_sync": "false",
        },
    ),
    (
        sro.Okta(**APP, url="https://example.okta.com", groups=("Site reliability",)),
        "auth.okta",
        {
            "auth_url": "https://example.okta.com/oauth2/v1/authorize",
            "token_url": "https://example.okta.com/oauth2/v1/token",
            "api_url": "https://example.okta.com/oauth2/v1/userinfo",
            "scopes": "openid email profile groups offline_access",
            "allowed_groups": '["Site reliability"]',
            "use_refresh_token": "true",
            "skip_org_role_sync": "true",
        },
    ),
    (
        sro.Keycloak(**APP, realm_url="https://sso.example.com/realms/ops", everybody=True, ca=sro.SecretKey("sso-ca", "ca.crt")),
        "auth.generic_oauth",
        {
            "name": "Keycloak",
            "auth_url": "https://sso.example.com/realms/ops/protocol/openid-connect/auth",
            "token_url": "https://sso.example.com/realms/ops/protocol/openid-connect/token",
            "api_url": "https://sso.example.com/realms/ops/protocol/openid-connect/userinfo",
            "scopes": "openid email profile offline_access",
            "login_attribute_path": "preferred_username",
            "signout_redirect_url": "https://sso.example.com/realms/ops/protocol/openid-connect/logout"
            "?post_logout_redirect_uri=https%3A%2F%2Fgrafana.example.com%2Fops%2Flogin",
            "tls_client_ca": "/etc/grafana-secrets/sso-ca/ca.crt",
            "use_refresh_token": "true",
            "skip_org_role_sync": "true",
        },
    ),
    (
        sro.GenericOAuth(**GENERIC, groups=("a",), groups_claim="https://example.com/groups", signout_url="https://dex.example.com/bye"),
        "auth.generic_oauth",
        {
            "name": "Dex",
            "auth_url": "https://dex.example.com/auth",
            "token_url": "https://dex.example.com/token",
            "api_url": "https://dex.example.com/userinfo",
            "scopes": "openid email profile",
            "groups_attribute_path": '"https://example.com/groups"[*]',
            "allowed_groups": '["a"]',
            "signout_redirect_url": "https://dex.example.com/bye",
            "use_refresh_token": "false",
            "skip_org_role_sync": "true",
        },
    ),
]


@pytest.mark.parametrize(("login", "section", "settings"), PROVIDERS, ids=lambda value: value if isinstance(value, str) else "")
def test_provider(login: Any, section: str, settings: dict[str, str]) -> None:
    assert f"auth.{login.PROVIDER}" == section
    assert read(login) == settings


def test_choices_that_all_providers_have() -> None:
    section = provider_section(sro.Google(**APP, everybody=True, sign_up=False, auto_login=True), SecretFiles("/s"), ROOT)
    assert (section["allow_sign_up"], section["auto_login"]) == ("false", "true")


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (["owners", "developers"], "GrafanaAdmin"),
        (["developers", "sre"], "Admin"),
        (["it's on call"], "Admin"),
        (["developers"], "Editor"),
        (["guests"], "Viewer"),
        ([], "Viewer"),
        (["not-owners", "SRE"], "Viewer"),
        ("owners and sre", None),
        (None, None),
    ],
)
def test_roles_by_group(groups: object, expected: object) -> None:
    """A claim that is text, in which `contains` would find parts of names, yields no role at all."""
    assert role(ROLES.settings("groups[*]")["role_attribute_path"], groups) == expected


@pytest.mark.parametrize(("groups", "expected"), [(["b"], "Admin"), (["v"], "Viewer"), (["x"], False), (None, None)])
def test_strict_roles_turn_away_the_others(groups: object, expected: object) -> None:
    settings = sro.RoleMapping(admin=("b",), viewer=("v",), strict=True).settings("groups[*]")
    assert settings["role_attribute_strict"] == "true"
    assert role(settings["role_attribute_path"], groups) == expected


def test_no_role_where_the_token_has_no_groups() -> None:
    """Grafana then asks elsewhere: GitHub's teams are in no token, so a Viewer found too early would be everybody's role."""
    (login,) = [login for login, _, settings in PROVIDERS if "@ops/sre" in settings.get("role_attribute_path", "")]
    expression = read(login)["role_attribute_path"]
    with pytest.raises(JMESPathTypeError):
        jmespath.search(expression, {"login": "octocat", "company": "@ops/sre"})
    assert jmespath.search(expression, {"groups": ["https://git.example.com/orgs/ops/teams/sre", "@ops/sre"]}) == "Admin"


@pytest.mark.parametrize(
    ("claim", "token"),
    [
        ("groups", {"groups": ["sre"]}),
        ("realm_access.roles", {"realm_access": {"roles": ["sre"]}}),
        ("resource_access.my-app.roles", {"resource_access": {"my-app": {"roles": ["sre"]}}}),
        ("https://example.com/groups", {"https://example.com/groups": ["sre"]}),
        ("cognito:groups", {"cognito:groups": ["sre"]}),
    ],
)
def test_claims_that_are_not_called_groups(claim: str, token: dict[str, Any]) -> None:
    section = read(sro.GenericOAuth(**GENERIC, groups_claim=claim, everybody=True, roles=sro.RoleMapping(admin=("sre",))))
    assert jmespath.search(section["role_attribute_path"], token) == "Admin"
    assert jmespath.search(section["groups_attribute_path"], token) == ["sre"]
    # Grafana's reader takes off quotes around a whole value.
    assert not section["groups_attribute_path"].endswith('"')


GROUP = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="\\"), min_size=1, max_size=12).filter(
    lambda text: not any(mark in text for mark in ("${", "$__", "%(", '"""'))
)


@hypothesis_settings(deadline=None)
@given(GROUP, GROUP)
@example("'", "''")
@example("a' || 'GrafanaAdmin' || 'b", "sre")
@example("`[]`", "groups[*]")
@example("#a;", '"b"')
def test_a_group_is_never_more_than_a_name(group: str, other: str) -> None:
    expression = sro.RoleMapping(admin=(group,)).settings("groups[*]")["role_attribute_path"]
    assert role(expression, [group]) == "Admin"
    assert role(expression, [other]) == ("Admin" if other == group else "Viewer")
    listed = read(sro.Okta(**APP, url="https://example.okta.com", groups=(group,)))["allowed_groups"]
    assert json.loads(listed) == [group]


SERVER = sro.LdapServer(
    hosts=("ldap-1.example.com", "ldap-2.example.com"),
    search_base_dns=("ou=people,dc=example,dc=com",),
    bind_dn="cn=grafana,dc=example,dc=com",
    bind_password=sro.SecretKey("ldap", "password"),
    groups=(
        sro.LdapGroup(dn='cn=sre "a\\, b",dc=example,dc=com', role="Admin", server_admin=True),
        sro.LdapGroup(dn="*", role="Viewer"),
    ),
)


def test_ldap() -> None:
    (server,) = tomllib.loads(sro.Ldap(servers=(SERVER,)).toml(SecretFiles("/etc/grafana-secrets")))["servers"]
    assert server == {
        "host": "ldap-1.example.com ldap-2.example.com",
        "port": 636,
        "use_ssl": True,
        "start_tls": False,
        "min_tls_version": "TLS1.2",
        "ssl_skip_verify": False,
        "bind_dn": "cn=grafana,dc=example,dc=com",
        "bind_password": "$__file{/etc/grafana-secrets/ldap/password}",
        "timeout": 10,
        "search_filter": "(uid=%s)",
        "search_base_dns": ["ou=people,dc=example,dc=com"],
        "attributes": {"username": "uid", "name": "givenName", "surname": "sn", "email": "mail", "member_of": "memberOf"},
        "group_mappings": [
            {"group_dn": 'cn=sre "a\\, b",dc=example,dc=com', "org_role": "Admin", "grafana_admin": True, "org_id": 1},
            {"group_dn": "*", "org_role": "Viewer", "grafana_admin": False, "org_id": 1},
        ],
    }


@pytest.mark.parametrize(
    ("encryption", "port", "settings"),
    [("ldaps", 636, (True, False)), ("startTls", 389, (True, True)), ("none", 389, (False, False))],
)
def test_ldap_encryption(encryption: Any, port: int, settings: tuple[bool, bool]) -> None:
    """`start_tls` does nothing in Grafana without `use_ssl`."""
    server = sro.LdapServer(hosts=("a",), search_base_dns=("dc=a",), groups=SERVER.groups, encryption=encryption)
    (read_back,) = tomllib.loads(sro.Ldap(servers=(server,)).toml(SecretFiles("/s")))["servers"]
    assert (read_back["use_ssl"], read_back["start_tls"]) == settings
    assert read_back["port"] == port
    assert not {"bind_dn", "bind_password", "root_ca_cert", "client_cert", "group_search_filter"} & read_back.keys()


def test_ldap_certificates_posix_groups_and_several_directories() -> None:
    files = SecretFiles("/s")
    posix = sro.LdapServer(
        hosts=("10.0.0.1",),
        search_base_dns=("dc=a",),
        groups=SERVER.groups,
        bind_dn="CORP\\%s",
        ca=sro.SecretKey("ldap-tls", "ca.crt"),
        client_certificate=sro.SecretKey("ldap-tls", "tls.crt"),
        client_key=sro.SecretKey("ldap-tls", "tls.key"),
        search_filter="(sAMAccountName=%s)",
        attributes=sro.LdapAttributes(username="sAMAccountName"),
        group_search=sro.LdapGroupSearch(
            filter="(&(objectClass=posixGroup)(memberUid=%s))", base_dns=("ou=groups,dc=a",), user_attribute="uid"
        ),
    )
    first, second = tomllib.loads(sro.Ldap(servers=(posix, SERVER)).toml(files))["servers"]
    assert second["host"].startswith("ldap-1")
    assert first["bind_dn"] == "CORP\\%s"
    assert (first["root_ca_cert"], first["client_cert"], first["client_key"]) == tuple(
        f"/s/ldap-tls/{name}" for name in ("ca.crt", "tls.crt", "tls.key")
    )
    assert first["group_search_filter"] == "(&(objectClass=posixGroup)(memberUid=%s))"
    assert first["group_search_base_dns"] == ["ou=groups,dc=a"]
    assert first["group_search_filter_user_attribute"] == "uid"


@hypothesis_settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1).filter(lambda text: "'''" not in text))
@example("ends with ''")
@example('"')
@example("\\")
@example("${HOME} #;")
def test_a_bind_password_arrives_as_it_is(password: str) -> None:
    """Grafana puts the file's content into the text before it reads it as TOML."""
    text = sro.Ldap(servers=(SERVER,)).toml(SecretFiles("/s"))
    expanded = text.replace("$__file{/s/ldap/password}", password)
    assert tomllib.loads(expanded)["servers"][0]["bind_password"] == password


def test_auth_proxy() -> None:
    proxy = sro.AuthProxy(addresses=("10.1.2.3", "fd00::/64"), headers={"Name": "X-NAME", "Role": "X-ROLE"}, sync_minutes=0)
    assert proxy.section() == {
        "enabled": "true",
        "header_name": "X-WEBAUTH-USER",
        "header_property": "username",
        "auto_sign_up": "true",
        "sync_ttl": "0",
        "whitelist": "10.1.2.3, fd00::/64",
        "headers": "Name:X-NAME Role:X-ROLE",
        "enable_login_token": "false",
    }


LOGIN = "grafana: {externalUrl: 'https://g.example.com', logins: [{type: google, clientId: a, clientSecret: {secret: sso, key: secret}, everybody: true}]"
LDAP = "ldap: {servers: [{hosts: [a], searchBaseDns: [dc=a], groups: [{dn: '*', role: Viewer}]}]}"
PROXY = "authProxy: {addresses: [10.0.0.0/16]}"


@pytest.mark.parametrize(
    ("settings", "hidden"),
    [
        ("grafana: {}", False),
        (f"{LOGIN}}}", True),
        (f"{LOGIN}, loginForm: true}}", False),
        (f"{LOGIN}, {LDAP}}}", False),
        (f"grafana: {{{LDAP}}}", False),
        (f"grafana: {{{PROXY}}}", False),
        (f"grafana: {{{PROXY}, loginForm: false}}", True),
    ],
)
def test_the_form_is_hidden_where_nobody_has_a_password(settings: str, *, hidden: bool) -> None:
    ini = ini_of(from_yaml(settings))
    assert ini.get("auth", "disable_login_form", fallback="false") == str(hidden).lower()
    # The administrator's password keeps working for the API.
    assert not ini.has_section("auth.basic")


def test_a_stack_with_everything() -> None:
    objects = from_yaml(f"{LOGIN}, {LDAP}, {PROXY}, session: {{idle: 12h, lifetime: 2w}}}}")
    ini = ini_of(objects)
    assert dict(ini["auth"]) == {"login_maximum_inactive_lifetime_duration": "12h", "login_maximum_lifetime_duration": "2w"}
    assert ini["auth.google"]["client_secret"] == "$__file{/etc/grafana-secrets/sso/secret}"
    assert ini["auth.proxy"]["whitelist"] == "10.0.0.0/16"
    assert dict(ini["auth.ldap"]) == {
        "enabled": "true",
        "config_file": "/etc/grafana/ldap.toml",
        "allow_sign_up": "true",
        "skip_org_role_sync": "false",
    }
    template = find(objects, "StatefulSet", "grafana")["spec"]["template"]["spec"]
    (config,) = [volume["configMap"] for volume in template["volumes"] if volume["name"] == "config"]
    assert {"key": "ldap.toml", "path": "ldap.toml"} in config["items"]
    (secret,) = [volume["secret"] for volume in template["volumes"] if volume.get("secret", {}).get("secretName") == "sso"]
    assert secret["items"] == [{"key": "secret", "path": "secret"}]


def test_a_change_of_the_directory_restarts_the_pod() -> None:
    def configuration(settings: str) -> str:
        workload = find(from_yaml(settings), "StatefulSet", "grafana")
        return str(workload["spec"]["template"]["metadata"]["annotations"]["semantic-router-observability/config-hash"])

    before = f"grafana: {{{LDAP}}}"
    assert configuration(before) != configuration(before.replace("Viewer", "Editor"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, True),
        ({"logins": [sro.Google(**APP, everybody=True)], "external_url": "https://a.example.com"}, True),
        ({"ldap": sro.Ldap(servers=(SERVER,))}, True),
        ({"auth_proxy": sro.AuthProxy(addresses=("10.0.0.1",))}, True),
        ({"logins": [sro.Google(**APP, everybody=True)], "external_url": "https://a.example.com", "anonymous": sro.Anonymous()}, False),
        ({"ldap": sro.Ldap(servers=(SERVER,)), "admin": sro.DemoCredentials()}, False),
        ({"anonymous": sro.Anonymous()}, False),
    ],
)
def test_who_has_a_login(arguments: dict[str, Any], *, expected: bool) -> None:
    chart = new_chart()
    grafana = sro.GrafanaStack(chart, "grafana", sources=[sro.ExternalPrometheus(url="http://a")], router_dashboards=False, **arguments)
    assert grafana.endpoint.has_login is expected


EXPOSED = "{externalUrl: 'https://g.example.com', anonymous: {%s}, admin: {type: %s, name: a}}\ningress: {via: {type: nginx}}"


def test_a_reason_exposes_an_anonymous_grafana_and_stands_on_the_ingress() -> None:
    objects = from_yaml("grafana: " + EXPOSED % ("reason: reachable only through the VPN", "secret"))
    (ingress,) = [found for found in objects if found["kind"] == "Ingress"]
    assert ingress["metadata"]["annotations"]["semantic-router-observability/no-login"] == "reachable only through the VPN"


@pytest.mark.parametrize("settings", [EXPOSED % ("role: Viewer", "secret"), EXPOSED.replace(", name: a", "") % ("reason: a", "demo")])
def test_nothing_else_exposes_it(settings: str) -> None:
    with pytest.raises(sro.ConfigError, match=r"^ingress: backends: 'grafana': it has no login"):
        from_yaml(f"grafana: {settings}")


@pytest.mark.parametrize("settings", ["grafana: {}", "grafana: {externalUrl: 'https://g.example.com'}", f"{LOGIN}}}"])
def test_nobody_frames_grafana_unless_asked(settings: str) -> None:
    """Without `allow_embedding` Grafana sends `X-Frame-Options: deny`; `lax` keeps its cookie out of other sites' requests."""
    security = ini_of(from_yaml(settings))["security"]
    assert "allow_embedding" not in security
    assert security["cookie_samesite"] == "lax"


def test_embedding_is_same_site() -> None:
    """The Router Dashboard serves Grafana under its own address, so the cookie need not be open to other sites."""
    security = ini_of(from_yaml("grafana: {embedding: true}"))["security"]
    assert security["allow_embedding"] == "true"
    assert security["cookie_samesite"] == "lax"


def test_cookies_of_a_grafana_with_logins_are_secure() -> None:
    assert ini_of(from_yaml(f"{LOGIN}}}"))["security"]["cookie_secure"] == "true"


@hypothesis_settings(deadline=None)
@given(st.from_regex(r"[a-z]{8}", fullmatch=True))
def test_every_secret_is_a_reference(name: str) -> None:
    """Each credential stands in the manifests as the path of a file that a Secret fills, and as nothing else."""
    key = sro.SecretKey(f"secret-{name}", f"key-{name}")
    chart = new_chart()
    sro.GrafanaStack(
        chart,
        "grafana",
        sources=[sro.ExternalPrometheus(url="http://a")],
        router_dashboards=False,
        external_url="https://a.example.com",
        logins=[
            sro.Google(client_id="a", client_secret=key, everybody=True),
            sro.Okta(client_id="b", client_secret=key, url="https://o.example.com", everybody=True),
        ],
        ldap=sro.Ldap(
            servers=(sro.LdapServer(hosts=("a",), search_base_dns=("dc=a",), groups=SERVER.groups, bind_dn="cn=a", bind_password=key),)
        ),
    )
    objects = objects_of(chart)
    assert not [found for found in objects if found["kind"] == "Secret"]
    files = find(objects, "ConfigMap", "grafana-config")["data"]
    reference = f"$__file{{/etc/grafana-secrets/secret-{name}/key-{name}}}"
    for line in "\n".join(files.values()).splitlines():
        if re.match(r"(client_secret|bind_password)\b", line):
            assert line.split(" = ", 1)[1].strip("'") == reference
        else:
            assert name not in line


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        (sro.Google(**APP, everybody=True), [(ANYWHERE, 443)] * 2),
        (sro.Google(**APP, groups=("sre@example.com",)), [(ANYWHERE, 443)] * 3),
        (sro.Okta(**APP, url="https://example.okta.com", everybody=True), [(ANYWHERE, 443)] * 2),
        (sro.Keycloak(**APP, realm_url="https://10.1.2.3:8443/realms/ops", everybody=True), [(Addresses(("10.1.2.3/32",)), 8443)] * 2),
        (
            sro.GenericOAuth(**{**GENERIC, **dict.fromkeys(("token_url", "api_url"), "http://dex.auth.svc:5556/dex")}, everybody=True),
            [(Service("dex", "auth"), 5556)] * 2,
        ),
    ],
)
def test_connections_to_providers(login: Any, expected: list[tuple[Any, int]]) -> None:
    """Those that Grafana itself opens; where it sends browsers is not among them."""
    assert [(flow.peer, flow.ports[0].number) for flow in identity_flows("n", [login], None)] == expected


def test_connections_of_a_stack() -> None:
    chart = new_chart()
    grafana = sro.GrafanaStack(
        chart,
        "grafana",
        sources=[sro.ExternalPrometheus(url="http://a.example.com")],
        router_dashboards=False,
        ldap=sro.Ldap(
            servers=(SERVER, sro.LdapServer(hosts=("ldap.directory.svc",), search_base_dns=("dc=a",), groups=SERVER.groups, port=1636))
        ),
        auth_proxy=sro.AuthProxy(addresses=("10.1.2.3", "fd00::/64")),
    )
    (own,) = grafana.traffic
    directories = [(flow.peer, flow.ports[0].number) for flow in own.sends if flow.why == "login by LDAP"]
    assert directories == [(ANYWHERE, 636), (ANYWHERE, 636), (Service("ldap", "directory"), 1636)]
    (proxy,) = own.receives
    assert (proxy.peer, proxy.ports[0].number) == (Addresses(("10.1.2.3/32", "fd00::/64")), 3000)
