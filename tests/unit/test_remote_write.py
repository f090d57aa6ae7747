"""Remote writes as Prometheus reads them."""

from __future__ import annotations

from typing import Any

import pytest

from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.pods import SecretFiles
from semantic_router_observability.kubernetes.secrets import AdminSecret, SecretKey, refuse_literal_credentials
from semantic_router_observability.kubernetes.traffic import Pods
from semantic_router_observability.prometheus.remote_write import BasicAuth, RemoteWrite, check_distinct
from semantic_router_observability.prometheus.traffic import traffic


def body(write: RemoteWrite) -> dict[str, Any]:
    """The entry in Prometheus's words."""
    return write.body(SecretFiles("/secrets"))


def test_the_least() -> None:
    assert body(RemoteWrite(url="http://mimir/api/v1/push")) == {"url": "http://mimir/api/v1/push"}


UUID = "01234567-89ab-cdef-0123-456789abcdef"


def test_everything() -> None:
    write = RemoteWrite(
        url="https://mimir",
        name="mimir",
        headers={"X-Scope-OrgID": "a"},
        basic_auth=BasicAuth(username=SecretKey("m", "user"), password=SecretKey("m", "pass")),
        ca=SecretKey("ca", "ca.crt"),
        extra={"queue_config": {"max_shards": 5}, "follow_redirects": False},
    )
    assert body(write) == {
        "url": "https://mimir",
        "name": "mimir",
        "headers": {"X-Scope-OrgID": "a"},
        "basic_auth": {"username_file": "/secrets/m/user", "password_file": "/secrets/m/pass"},
        "tls_config": {"ca_file": "/secrets/ca/ca.crt"},
        "queue_config": {"max_shards": 5},
        "follow_redirects": False,
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


def test_a_client_certificate() -> None:
    write = RemoteWrite(
        url="https://mimir", certificate=SecretKey("m", "tls.crt"), key=SecretKey("m", "tls.key"), server_name="mimir.example.com"
    )
    assert body(write)["tls_config"] == {
        "cert_file": "/secrets/m/tls.crt",
        "key_file": "/secrets/m/tls.key",
        "server_name": "mimir.example.com",
    }
    with pytest.raises(ConfigError, match=r"^RemoteWrite: key: None: give certificate and key together, or neither$"):
        RemoteWrite(url="https://mimir", certificate=SecretKey("m", "tls.crt"))


@pytest.mark.parametrize("query", ["?api-version=2023-04-24", "?extra_label=cluster=eu-1&extra_label=team=a%20b", "?"])
def test_a_query_stays_in_the_url(query: str) -> None:
    assert body(RemoteWrite(url=f"https://a.example.com/write{query}")) == {"url": f"https://a.example.com/write{query}"}


@pytest.mark.parametrize("query", ["?token=hunter2", "?a=1&api_key=hunter2", "?x=glsa_hunter2hunter2hunter2hunter2hunter2hunter2"])
def test_a_credential_in_a_query_is_refused_and_not_repeated(query: str) -> None:
    with pytest.raises(ConfigError, match="take the credential out of the URL and reference a Secret") as refused:
        RemoteWrite(url=f"https://a.example.com/write{query}")
    assert "hunter2" not in str(refused.value)


AWS = {"region": "eu-west-1", "access_key": {"secret": "amp", "key": "id"}, "secret_key": {"secret": "amp", "key": "secret"}}


def test_keys_of_aws_are_environment_variables_that_prometheus_reads_no_file_for() -> None:
    files = SecretFiles("/secrets")
    assert RemoteWrite(url="https://a", extra={"sigv4": AWS}).body(files)["sigv4"] == {"region": "eu-west-1"}
    assert files.environment() == [
        {"name": "AWS_ACCESS_KEY_ID", "valueFrom": {"secretKeyRef": {"name": "amp", "key": "id"}}},
        {"name": "AWS_SECRET_ACCESS_KEY", "valueFrom": {"secretKeyRef": {"name": "amp", "key": "secret"}}},
    ]
    uses = files.uses("n", "prometheus", "reread")
    assert [(use.key, use.method, use.on_change) for use in uses] == [
        ("id", "environment", "restart"),
        ("secret", "environment", "restart"),
    ]
    assert files.volumes() == []


def test_a_pod_has_one_pair_of_keys_of_aws() -> None:
    with pytest.raises(ConfigError, match=r"^RemoteWrite: extra.sigv4.access_key: None: give it as a Secret's key too"):
        RemoteWrite(url="https://a", extra={"sigv4": {"secret_key": {"secret": "amp", "key": "secret"}}})
    first, same = (RemoteWrite(url=f"https://{host}", extra={"sigv4": AWS}) for host in "ab")
    check_distinct("p", [first, same])
    other = RemoteWrite(url="https://c", extra={"sigv4": {**AWS, "secret_key": {"secret": "other", "key": "secret"}}})
    with pytest.raises(ConfigError, match=r"^p\[1\].extra: 'other': another endpoint takes AWS_SECRET_ACCESS_KEY from another Secret"):
        check_distinct("p", [first, other])


def test_files_of_other_clouds() -> None:
    ids = {"client_id": UUID, "tenant_id": UUID}
    certificate = {"certificate_path": {"secret": "az", "key": "tls.crt"}, "certificate_key_path": {"secret": "az", "key": "tls.key"}}
    google = {"credentials": {"secret": "g", "key": "key.json"}}
    written = body(RemoteWrite(url="https://a", extra={"azuread": {"certificate": ids | certificate}}))
    paths = {"certificate_path": "/secrets/az/tls.crt", "certificate_key_path": "/secrets/az/tls.key"}
    assert written["azuread"] == {"certificate": ids | paths}
    written = body(RemoteWrite(url="https://a", extra={"google_iam": google}))
    assert written["google_iam"] == {"credentials_file": "/secrets/g/key.json"}


@pytest.mark.parametrize(
    ("extra", "services"),
    [
        ({"azuread": {"managed_identity": {}}}, ["169.254.169.254/32"]),
        ({"azuread": {"workload_identity": {"client_id": UUID, "tenant_id": UUID}}}, []),
        ({"google_iam": None}, ["169.254.169.254/32"]),
        ({"google_iam": {}}, ["169.254.169.254/32"]),
        ({"google_iam": {"credentials": {"secret": "g", "key": "k"}}}, []),
        ({"sigv4": {"region": "eu-west-1"}}, ["169.254.170.23/32"]),
        ({"sigv4": AWS}, []),
    ],
)
def test_the_identity_service_of_a_cloud_is_reached(extra: dict[str, Any], services: list[str]) -> None:
    (sent,) = traffic(
        "prometheus",
        Pods("n", {}),
        targets=[],
        scrape_jobs=[],
        alertmanagers=[],
        alert_namespaces=(),
        remote_write=[RemoteWrite(url="https://a.example.com", extra=extra)],
    )
    to_identities = [flow for flow in sent.sends if flow.why.endswith("identity from the cloud")]
    assert [address for flow in to_identities for address in flow.peer.cidrs] == services  # type: ignore[union-attr]
    assert all([port.number for port in flow.ports] == [80] for flow in to_identities)
