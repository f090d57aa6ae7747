"""Grafana's provisioning file of data sources."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from semantic_router_observability.checks import Url
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.grafana.datasources import (
    Alertmanager,
    DataSource,
    Environment,
    ExternalPrometheus,
    Loki,
    RawDataSource,
    Tempo,
    provisioning,
)
from semantic_router_observability.kubernetes.endpoint import Endpoint
from semantic_router_observability.kubernetes.secrets import SecretKey


def source(uid: str = "prometheus", **fields: Any) -> Endpoint:
    """Anything with a Prometheus API."""
    return Endpoint(url=Url.of("http://prometheus.own.svc:9090"), uid=uid, **fields)


def entries(*extra: DataSource, environment: Environment | None = None) -> list[dict[str, object]]:
    """Entries after the first."""
    found: list[dict[str, object]] = provisioning([source()], extra, environment or Environment())["datasources"]
    return found[1:]


def test_sources_are_pinned_and_heal_themselves() -> None:
    written = provisioning([source(), source(uid="canary", interval="1m")], [], Environment())
    assert written["prune"] is True
    assert written["deleteDatasources"] == [{"name": "Prometheus", "orgId": 1}, {"name": "canary", "orgId": 1}]
    assert [(entry["uid"], entry["isDefault"], entry["editable"]) for entry in written["datasources"]] == [
        ("prometheus", True, False),
        ("canary", False, False),
    ]
    assert written["datasources"][1]["jsonData"] == {"httpMethod": "POST", "timeInterval": "1m", "prometheusType": "Prometheus"}


def test_an_external_prometheus_as_first_source() -> None:
    written = provisioning([ExternalPrometheus(url="http://mimir/prometheus", interval="30s")], [], Environment())
    assert written["datasources"][0]["url"] == "http://mimir/prometheus"
    assert written["datasources"][0]["jsonData"]["timeInterval"] == "30s"


@pytest.mark.parametrize(
    ("source", "kind", "uid"),
    [
        (Loki(url="http://a"), "loki", "loki"),
        (Tempo(url="http://a"), "tempo", "tempo"),
        (Alertmanager(url="http://a"), "alertmanager", "alertmanager"),
        (ExternalPrometheus(url="http://a", uid="b", name="B"), "prometheus", "b"),
        (RawDataSource(config={"name": "E", "uid": "e", "type": "elasticsearch"}), "elasticsearch", "e"),
    ],
)
def test_kinds(source: DataSource, kind: str, uid: str) -> None:
    (entry,) = entries(source)
    assert (entry["type"], entry["uid"]) == (kind, uid)
    assert msgspec.convert(msgspec.to_builtins(source), DataSource) == source


def test_credentials_come_from_the_environment() -> None:
    environment = Environment()
    token, basic = entries(
        Loki(url="http://a", bearer_token=SecretKey("loki", "token")),
        Tempo(url="http://b", basic_auth_user=SecretKey("tempo", "user"), basic_auth_password=SecretKey("tempo", "pass")),
        environment=environment,
    )
    assert token["jsonData"] == {"httpHeaderName1": "Authorization"}
    assert token["secureJsonData"] == {"httpHeaderValue1": "Bearer $DATASOURCE_LOKI_TOKEN"}
    assert (basic["basicAuth"], basic["basicAuthUser"]) == (True, "$DATASOURCE_TEMPO_USER")
    assert basic["secureJsonData"] == {"basicAuthPassword": "$DATASOURCE_TEMPO_PASSWORD"}
    assert environment.body() == [
        {"name": f"DATASOURCE_{name}", "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
        for name, secret, key in (("LOKI_TOKEN", "loki", "token"), ("TEMPO_USER", "tempo", "user"), ("TEMPO_PASSWORD", "tempo", "pass"))
    ]


def test_uids_that_look_alike_keep_their_own_credentials() -> None:
    environment = Environment()
    written = entries(
        Loki(url="http://a", uid="logs-a", name="A", bearer_token=SecretKey("a", "token")),
        Loki(url="http://b", uid="logs_a", name="B", bearer_token=SecretKey("b", "token")),
        Loki(url="http://c", uid="LOGS-A", name="C", bearer_token=SecretKey("c", "token")),
        environment=environment,
    )
    secrets = {variable["name"]: variable["valueFrom"]["secretKeyRef"]["name"] for variable in environment.body()}
    for entry, secret in zip(written, "abc", strict=True):
        secure = entry["secureJsonData"]
        assert isinstance(secure, dict)
        assert secrets[secure["httpHeaderValue1"].removeprefix("Bearer $")] == secret


@pytest.mark.parametrize("value", ["$TOKEN", "${TOKEN}", "$__file{/a/b}", "$__env{TOKEN}", "Bearer $TOKEN"])
def test_references_in_a_raw_source(value: str) -> None:
    raw = {"name": "a", "uid": "a", "type": "b", "secureJsonData": {"httpHeaderValue1": value}}
    assert entries(RawDataSource(config=raw))[0]["secureJsonData"] == {"httpHeaderValue1": value}


@pytest.mark.parametrize("value", ["hunter2", "Bearer hunter2", "$TOKENhunter 2", "$", 5])
def test_no_references_in_a_raw_source(value: object) -> None:
    with pytest.raises(ConfigError, match=r"secureJsonData\.a: '…': keep it in a Secret"):
        RawDataSource(config={"name": "a", "uid": "a", "type": "b", "secureJsonData": {"a": value}})
