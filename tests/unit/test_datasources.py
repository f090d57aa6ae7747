"""Grafana's provisioning file of data sources."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest

from semantic_router_observability.checks import Url
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.grafana.datasources import (
    Alertmanager,
    DataSource,
    Elasticsearch,
    ExternalPrometheus,
    Jaeger,
    Loki,
    OpenSearch,
    RawDataSource,
    Tempo,
    VictoriaLogs,
    provisioning,
)
from semantic_router_observability.grafana.expansion import Environment
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
        (Jaeger(url="http://a"), "jaeger", "jaeger"),
        (Elasticsearch(url="http://a", index="logs-*"), "elasticsearch", "elasticsearch"),
        (OpenSearch(url="http://a", index="logs-*", version="2.19.0"), "grafana-opensearch-datasource", "opensearch"),
        (VictoriaLogs(url="http://a"), "victoriametrics-logs-datasource", "victorialogs"),
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


def test_logs_and_traces_lead_to_each_other_by_the_id_of_the_request() -> None:
    """As Grafana reads the file: it puts variables of the environment in place of `$NAME`, and `$` in place of `$$`."""
    loki, tempo, jaeger = entries(
        Loki(url="http://a", traces="tempo"), Tempo(url="http://b", logs="loki"), Jaeger(url="http://c", logs="loki")
    )
    (field,) = read_by_grafana(loki)["derivedFields"]
    line = '{"level":"info","event":"routing_decision","request_id":"7d1f-4c","decision":"math"}'
    found = re.search(field["matcherRegex"], line)
    assert found
    assert (field["datasourceUid"], field["url"].replace("${__value.raw}", found[1])) == ("tempo", '{ span.request.id = "7d1f-4c" }')
    for spans in (tempo, jaeger):
        link = read_by_grafana(spans)["tracesToLogsV2"]
        assert link["datasourceUid"] == "loki"
        query = link["query"].replace('${__span.tags["request.id"]}', "7d1f-4c")
        assert query == '{container="semantic-router"} | json | request_id="7d1f-4c"'


@pytest.mark.parametrize(
    ("logs", "query"),
    [
        (Elasticsearch(url="http://a", uid="logs", index="logs-*"), 'request_id:"7d1f-4c"'),
        (OpenSearch(url="http://a", uid="logs", index="logs-*", version="2.19.0"), 'request_id:"7d1f-4c"'),
        (VictoriaLogs(url="http://a", uid="logs"), 'request_id:="7d1f-4c" or "7d1f-4c"'),
    ],
    ids=["elasticsearch", "opensearch", "victorialogs"],
)
def test_a_span_asks_for_lines_in_the_language_of_the_store(logs: DataSource, query: str) -> None:
    _, tempo = entries(logs, Tempo(url="http://b", logs="logs"))
    link = read_by_grafana(tempo)["tracesToLogsV2"]
    assert link["datasourceUid"] == "logs"
    assert link["query"].replace('${__span.tags["request.id"]}', "7d1f-4c") == query


def test_fields_of_an_index() -> None:
    elastic, search = entries(
        Elasticsearch(url="http://a", index="logs-router-*", message_field="msg"),
        OpenSearch(url="http://b", index="logs-router-*", version="2.19.0", time_field="time", options={"maxConcurrentShardRequests": 5}),
    )
    fields = {"timeField": "@timestamp", "logMessageField": "msg", "logLevelField": "level"}
    assert elastic["jsonData"] == {"index": "logs-router-*", **fields}
    assert search["jsonData"] == {
        "database": "logs-router-*",
        "flavor": "opensearch",
        "version": "2.19.0",
        "pplEnabled": True,
        "timeField": "time",
        "logMessageField": "message",
        "logLevelField": "level",
        "maxConcurrentShardRequests": 5,
    }


INDEX = "write the name of an index, or a pattern such as logs-semantic-router-*, in lower case"
FIELD = "write the name of a field, such as @timestamp"
BAD_INDICES: list[tuple[type, dict[str, Any], str]] = [
    (Elasticsearch, {"index": ""}, f"index: '': {INDEX}"),
    (Elasticsearch, {"index": "Logs"}, f"index: 'Logs': {INDEX}"),
    (Elasticsearch, {"index": "a b"}, f"index: 'a b': {INDEX}"),
    (Elasticsearch, {"index": "a", "time_field": ""}, f"time_field: '': {FIELD}"),
    (Elasticsearch, {"index": "a", "message_field": "a b"}, f"message_field: 'a b': {FIELD}"),
    (Elasticsearch, {"index": "a", "level_field": "$level"}, f"level_field: '$level': {FIELD}"),
    (OpenSearch, {"index": "A", "version": "2.19.0"}, f"index: 'A': {INDEX}"),
    (OpenSearch, {"index": "a", "version": "2"}, "version: '2': write the server's version, such as 2.19.0"),
    (OpenSearch, {"index": "a", "version": "latest"}, "version: 'latest': write the server's version, such as 2.19.0"),
    (VictoriaLogs, {"uid": "a b"}, "uid: 'a b': write 1 to 40 letters, digits, '-' or '_'"),
]


@pytest.mark.parametrize(("kind", "given", "line"), BAD_INDICES, ids=[line[:30] for *_, line in BAD_INDICES])
def test_an_index_that_cannot_work(kind: Any, given: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        kind(url="http://a", **given)
    assert str(refusal.value).split(": ", 1)[1] == line


def read_by_grafana(entry: dict[str, Any]) -> dict[str, Any]:
    """`jsonData` after the variables of the environment, of which there are none."""
    text = json.dumps(entry["jsonData"])
    assert not re.search(r"(?<!\$)\$(?!\$)", text), "Grafana would replace it by nothing"
    return dict(json.loads(text.replace("$$", "$")))


LINKS: list[tuple[list[DataSource], str]] = [
    (
        [Loki(url="http://a", traces="tempo")],
        "data_sources: loki.traces: 'tempo': name the uid of a data source of traces; there is none",
    ),
    (
        [Tempo(url="http://a", logs="logs"), Loki(url="http://b")],
        "data_sources: tempo.logs: 'logs': name the uid of a data source of logs; there is loki",
    ),
    (
        [Jaeger(url="http://a"), Loki(url="http://b", traces="jaeger")],
        "data_sources: loki.traces: 'jaeger': name the uid of a data source of traces; there is none",
    ),
]


@pytest.mark.parametrize(("sources", "line"), LINKS, ids=[line[:40] for _, line in LINKS])
def test_a_link_that_leads_nowhere(sources: list[DataSource], line: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        entries(*sources)
    assert str(refusal.value) == line


@pytest.mark.parametrize(
    ("kind", "field", "option"), [(Loki, "traces", "derivedFields"), (Tempo, "logs", "tracesToLogsV2"), (Jaeger, "logs", "tracesToLogsV2")]
)
def test_a_link_that_is_set_twice(kind: Any, field: str, option: str) -> None:
    with pytest.raises(ConfigError, match=rf"options.{option}: '…': {field} sets it; remove one of the two"):
        kind(url="http://a", options={option: []}, **{field: "x"})


@pytest.mark.parametrize("value", ["$TOKEN", "${TOKEN}", "$__file{/a/b}", "$__env{TOKEN}", "Bearer $TOKEN"])
def test_references_in_a_raw_source(value: str) -> None:
    raw = {"name": "a", "uid": "a", "type": "b", "secureJsonData": {"httpHeaderValue1": value}}
    assert entries(RawDataSource(config=raw))[0]["secureJsonData"] == {"httpHeaderValue1": value}


@pytest.mark.parametrize("value", ["hunter2", "Bearer hunter2", "$TOKENhunter 2", "$", 5])
def test_no_references_in_a_raw_source(value: object) -> None:
    with pytest.raises(ConfigError, match=r"secureJsonData\.a: '…': keep it in a Secret"):
        RawDataSource(config={"name": "a", "uid": "a", "type": "b", "secureJsonData": {"a": value}})


@pytest.mark.parametrize("text", ["http://a/$$x", "$__file{/etc/a}", "$__env{HOSTNAME}", "5 $ a day", "$"])
def test_a_dollar_that_grafana_leaves_or_is_meant_to_replace(text: str) -> None:
    assert entries(RawDataSource(config={"name": "a", "uid": "a", "type": "b", "url": text}))[0]["url"] == text


@pytest.mark.parametrize("text", ["http://a/$x", "http://a/${x}", "${__value.raw}", "$1", "$$$x"])
def test_a_dollar_that_grafana_would_replace_by_nothing(text: str) -> None:
    for config in ({"url": text}, {"jsonData": {"derivedFields": [{"url": text}]}}):
        with pytest.raises(
            ConfigError, match=r"Grafana replaces '\$' and what follows by an environment variable; write '\$\$' for a '\$'"
        ):
            RawDataSource(config={"name": "a", "uid": "a", "type": "b", **config})


def test_typed_sources_mean_a_dollar_as_it_stands() -> None:
    options = {"derivedFields": [{"name": "trace", "matcherRegex": "id=(\\w+)$", "url": "${__value.raw}", "datasourceUid": "tempo"}]}
    (entry,) = entries(Loki(url="http://a/$b", name="$", options=options))
    assert (entry["url"], entry["name"]) == ("http://a/$$b", "$$")
    assert entry["jsonData"] == {
        "derivedFields": [{"name": "trace", "matcherRegex": "id=(\\w+)$$", "url": "$${__value.raw}", "datasourceUid": "tempo"}]
    }


def test_options_of_the_stacks_own_source() -> None:
    given = {"queryTimeout": "2m", "timeInterval": "30s"}
    first, other = provisioning([source()], [Alertmanager(url="http://a")], Environment(), given)["datasources"]
    assert first["jsonData"] == {"httpMethod": "POST", "prometheusType": "Prometheus", **given}
    assert "queryTimeout" not in other["jsonData"]


def test_a_raw_source_may_be_editable_and_is_never_silently_not_the_default() -> None:
    config = {"name": "a", "uid": "a", "type": "b"}
    assert entries(RawDataSource(config={**config, "editable": True, "isDefault": False}))[0]["editable"] is True
    with pytest.raises(ConfigError, match=r"config.isDefault: True: the first of the sources is the default; remove it"):
        RawDataSource(config={**config, "isDefault": True})


def test_certificates_of_an_external_source() -> None:
    environment = Environment()
    (entry,) = entries(
        ExternalPrometheus(
            url="https://mimir",
            uid="mimir",
            name="Mimir",
            ca=SecretKey("m", "ca.crt"),
            certificate=SecretKey("m", "tls.crt"),
            key=SecretKey("m", "tls.key"),
            server_name="mimir.example.com",
            bearer_token=SecretKey("m", "token"),
        ),
        environment=environment,
    )
    given = entry["jsonData"]
    assert isinstance(given, dict)
    assert {
        "serverName": "mimir.example.com",
        "tlsAuth": True,
        "tlsAuthWithCACert": True,
        "httpHeaderName1": "Authorization",
    }.items() <= given.items()
    assert entry["secureJsonData"] == {
        "tlsCACert": "$DATASOURCE_MIMIR_CA",
        "tlsClientCert": "$DATASOURCE_MIMIR_CLIENT_CERTIFICATE",
        "tlsClientKey": "$DATASOURCE_MIMIR_CLIENT_KEY",
        "httpHeaderValue1": "Bearer $DATASOURCE_MIMIR_TOKEN",
    }
    with pytest.raises(ConfigError, match="ca: 'm': only https uses it; write https:// or remove it"):
        Loki(url="http://a", ca=SecretKey("m", "ca.crt"))
