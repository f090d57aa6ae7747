"""Remote writes as Prometheus reads them."""

from __future__ import annotations

from typing import Any

import pytest

from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.pods import SecretFiles
from semantic_router_observability.kubernetes.secrets import AdminSecret, SecretKey, refuse_literal_credentials
from semantic_router_observability.prometheus.remote_write import BasicAuth, RemoteWrite, check_distinct


def body(write: RemoteWrite) -> dict[str, Any]:
    """The entry in Prometheus's words."""
    return write.body(SecretFiles("/secrets"))


def test_the_least() -> None:
    assert body(RemoteWrite(url="http://mimir/api/v1/push")) == {"url": "http://mimir/api/v1/push"}


def test_everything() -> None:
    write = RemoteWrite(
        url="https://mimir",
        name="mimir",
        headers={"X-Scope-OrgID": "a"},
        basic_auth=BasicAuth(username=SecretKey("m", "user"), password=SecretKey("m", "pass")),
        ca=SecretKey("ca", "ca.crt"),
        extra={"queue_config": {"max_shards": 5}, "oauth2": {"client_secret_file": "/secrets/a"}},
    )
    assert body(write) == {
        "url": "https://mimir",
        "name": "mimir",
        "headers": {"X-Scope-OrgID": "a"},
        "basic_auth": {"username_file": "/secrets/m/user", "password_file": "/secrets/m/pass"},
        "tls_config": {"ca_file": "/secrets/ca/ca.crt"},
        "queue_config": {"max_shards": 5},
        "oauth2": {"client_secret_file": "/secrets/a"},
    }


def test_a_token() -> None:
    assert body(RemoteWrite(url="http://a", bearer_token=SecretKey("s", "token")))["authorization"] == {
        "credentials_file": "/secrets/s/token"
    }


@pytest.mark.parametrize("header", ["Authorization", "cookie", "X-API-Key", "Host", "content-type", "X-Amz-Date", "a b", "", "X:"])
def test_headers_that_are_refused(header: str) -> None:
    with pytest.raises(ConfigError, match=r"^RemoteWrite: headers: "):
        RemoteWrite(url="http://a", headers={header: "x"})


def test_a_header_stays_on_its_line() -> None:
    with pytest.raises(ConfigError, match=r"^RemoteWrite: headers: "):
        RemoteWrite(url="http://a", headers={"X-A": "b\r\nHost: c"})


def test_distinct() -> None:
    first, second = RemoteWrite(url="http://a"), RemoteWrite(url="http://a", headers={"X-Scope-OrgID": "b"})
    check_distinct("p", [first, second])
    with pytest.raises(ConfigError, match="listed twice"):
        check_distinct("p", [first, second, RemoteWrite(url="http://a")])


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"basic_auth": {"password": "hunter2"}}, "x.basic_auth.password"),
        ({"a": [{"b": 1}, {"oauth2": {"client_secret": "hunter2"}}]}, r"x.a\[1\].oauth2.client_secret"),
        ({"bearer_token": "hunter2"}, "x.bearer_token"),
    ],
)
def test_credentials_are_refused_and_not_repeated(value: dict[str, Any], where: str) -> None:
    with pytest.raises(ConfigError, match=rf"^{where}: '…': ") as caught:
        refuse_literal_credentials("x", value)
    assert "hunter2" not in str(caught.value)


def test_references_and_empty_credentials_pass() -> None:
    refuse_literal_credentials("x", {"password_file": "/a", "password": "", "authorization": {"credentials": None}, "list": ["password"]})


def test_admin_secret() -> None:
    secret = AdminSecret("grafana-admin")
    assert (secret.user, secret.password) == (SecretKey("grafana-admin", "admin-user"), SecretKey("grafana-admin", "admin-password"))
