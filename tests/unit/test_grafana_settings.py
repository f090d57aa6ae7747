"""`grafana.ini`."""

from __future__ import annotations

import configparser
from typing import Any

import pytest

from manifests import find, new_chart, objects_of
from semantic_router_observability.checks import Url
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.grafana.datasources import ExternalPrometheus
from semantic_router_observability.grafana.settings import (
    Database,
    Smtp,
    base_sections,
    check_raw,
    high_availability,
    merge,
    render,
    server_section,
    texts,
)
from semantic_router_observability.grafana.stack import GrafanaStack
from semantic_router_observability.kubernetes.pods import SecretFiles
from semantic_router_observability.kubernetes.secrets import SecretKey

USER, PASSWORD = SecretKey("s", "user"), SecretKey("s", "pass")


def test_nothing_calls_out() -> None:
    sections = base_sections(admin_user="/u", admin_password="/p", log_level="info")
    assert set(sections["analytics"].values()) == {"false"}
    assert sections["news"]["news_feed_enabled"] == "false"
    assert sections["snapshots"] == {"enabled": "false", "external_enabled": "false"}
    assert sections["public_dashboards"] == {"enabled": "false"}
    assert sections["plugins"]["preinstall_disabled"] == "true"
    assert sections["security"]["admin_password"] == "$__file{/p}"
    assert sections["auth.anonymous"]["enabled"] == "false"


@pytest.mark.parametrize(
    ("url", "server", "secure"),
    [
        (
            "https://g.example.com",
            {"root_url": "https://g.example.com/", "domain": "g.example.com", "serve_from_sub_path": "false"},
            "true",
        ),
        ("http://a/b/", {"root_url": "http://a/b/", "domain": "a", "serve_from_sub_path": "true"}, "false"),
    ],
)
def test_public_address(url: str, server: dict[str, str], secure: str) -> None:
    sections = server_section(Url.of(url), embedding=False)
    assert sections["server"] == server
    for_browsers = {"strict_transport_security": "true", "content_security_policy": "true"} if secure == "true" else {}
    assert sections["security"] == {"cookie_secure": secure, **for_browsers}


def test_no_public_address_leaves_the_guess_to_grafana() -> None:
    assert server_section(None, embedding=False) == {}


def test_embedding_writes_links_with_the_prefix_and_serves_without() -> None:
    sections = server_section(None, embedding=True)
    assert sections["server"]["root_url"].endswith("/embedded/grafana/")
    assert sections["server"]["serve_from_sub_path"] == "false"
    assert sections["security"] == {"allow_embedding": "true"}


def test_later_layers_win_key_by_key() -> None:
    first: dict[str, dict[str, str]] = {"a": {"x": "1", "y": "2"}}
    assert merge(first, {"a": {"y": "3"}, "b": {"z": "4"}}) == {"a": {"x": "1", "y": "3"}, "b": {"z": "4"}}
    assert first == {"a": {"x": "1", "y": "2"}}


def test_text_reads_back() -> None:
    sections = {"users": {"b": "2", "a": "x = y"}, "auth.ldap": {"enabled": "true"}, "server": {"name": "a; b # c"}}
    text = render(sections)
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    assert parser.sections() == ["auth.ldap", "server", "users"]
    assert parser["users"]["a"] == "x = y"
    assert parser["server"]["name"] == '"""a; b # c"""'
    assert text.index("a = x") < text.index("b = 2")
    assert "$__file{" not in text


def test_database_and_smtp_take_credentials_from_files() -> None:
    files = SecretFiles("/secrets")
    database = Database(engine="postgres", host="a:5432", user=USER, password=PASSWORD).section(files)
    assert database == {
        "type": "postgres",
        "host": "a:5432",
        "name": "grafana",
        "user": "$__file{/secrets/s/user}",
        "password": "$__file{/secrets/s/pass}",
        "ssl_mode": "require",
    }
    smtp = Smtp(host="a:587", from_address="b@c", user=USER, password=PASSWORD).section(files)
    assert smtp["password"] == "$__file{/secrets/s/pass}"
    assert smtp["startTLS_policy"] == "MandatoryStartTLS"
    assert "user" not in Smtp(host="a:587", from_address="b@c").section(files)


@pytest.mark.parametrize(("engine", "mode"), [("postgres", "verify-full"), ("mysql", "skip-verify")])
def test_tls_modes_are_the_engines(engine: Any, mode: str) -> None:
    database = Database(engine=engine, host="a:1", user=USER, password=PASSWORD, ssl_mode=mode)
    assert database.section(SecretFiles("/s"))["ssl_mode"] == mode
    other = {"postgres": "mysql", "mysql": "postgres"}[engine]
    with pytest.raises(ConfigError, match=rf"^Database: ssl_mode: '{mode}': write one of .* for {other}$"):
        Database(engine=other, host="a:1", user=USER, password=PASSWORD, ssl_mode=mode)  # type: ignore[arg-type]


def test_replicas_find_one_another() -> None:
    assert high_availability("grafana-headless")["unified_alerting"]["ha_peers"] == "grafana-headless:9094"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("client_secret", "$__file{/etc/a}"),
        ("client_secret", "$__env{A}"),
        ("client_secret", "${A}"),
        ("client_secret", ""),
        ("token_url", "https://sso.example.com/token"),
        ("token_rotation_interval_minutes", "10"),
        ("use_refresh_token", "true"),
        ("secret_name", "a"),
        ("url", "postgres://grafana@host/db"),
        ("scopes", "openid email profile"),
    ],
)
def test_settings_that_pass(key: str, value: str) -> None:
    check_raw("g", {"auth.generic_oauth": {key: value}})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("client_secret", "hunter2"),
        ("password", "$__file{/a}hunter2"),
        ("admin_password", "hunter2"),
        ("private_key", "hunter2"),
        ("url", "postgres://grafana:hunter2@host/db"),
    ],
)
def test_credentials_are_refused_and_not_repeated(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match="keep it in a Secret") as caught:
        check_raw("g", {"database": {key: value}})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("value", ["a\nb", "a\r", "\t", "`a", "a\\", 'a"""b', "\x00", "a\u2028b"])
def test_values_that_would_break_the_file(value: str) -> None:
    with pytest.raises(ConfigError, match="write a value on one line"):
        check_raw("g", {"users": {"a": value}})


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        (
            "auth.anonymous",
            "enabled",
            "true",
            "g.auth.anonymous.enabled: 'true': use anonymous instead, so that what exposes Grafana knows of it",
        ),
        ("auth.proxy", "enabled", "Yes", "g.auth.proxy.enabled: 'Yes': use auth_proxy instead, with the addresses of the proxies to trust"),
        (
            "users",
            "allow_sign_up",
            "1",
            "g.users.allow_sign_up: '1': anyone who reaches Grafana could create an account; invite users, or let logins create them",
        ),
    ],
)
def test_settings_open_no_door_unnoticed(section: str, key: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_raw("g", {section: {key: value}})
    assert str(caught.value) == message
    check_raw("g", {section: {key: "false"}})


def test_numbers_and_truth_values_need_no_quotes() -> None:
    given = {"users": {"default_theme": "dark", "viewers_can_edit": True, "x": False}, "alerting": {"max": 5, "share": 0.25, "small": 1e-7}}
    assert texts(given) == {
        "users": {"default_theme": "dark", "viewers_can_edit": "true", "x": "false"},
        "alerting": {"max": "5", "share": "0.25", "small": "1e-07"},
    }
    chart = new_chart()
    GrafanaStack(chart, "grafana", sources=[ExternalPrometheus(url="http://p:9090")], settings=given)
    ini = find(objects_of(chart), "ConfigMap", "grafana-config")["data"]["grafana.ini"]
    assert "viewers_can_edit = true" in ini
    assert "max = 5" in ini
