"""Data sources, as Grafana provisions them from files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from semantic_router_observability.checks import duration_seconds, http_url
from semantic_router_observability.errors import ConfigError, Key, Place, Where, arg
from semantic_router_observability.kubernetes.access import TlsClient
from semantic_router_observability.kubernetes.endpoint import Endpoint, endpoint_of
from semantic_router_observability.kubernetes.secrets import SecretKey, is_reference, refuse_literal_credentials
from semantic_router_observability.literals import INSTEAD
from semantic_router_observability.rules.thresholds import INTERVAL
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import Duration, HttpUrl

from .expansion import REFERENCE, Environment, escaped, refuse_expansion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.kubernetes.access import Access
    from semantic_router_observability.kubernetes.endpoint import HasEndpoint


class _Source(TlsClient, frozen=True, kw_only=True):
    url: HttpUrl
    uid: str
    name: str
    options: dict[str, Any] = {}
    bearer_token: SecretKey | None = None
    basic_auth_user: SecretKey | None = None
    basic_auth_password: SecretKey | None = None

    def __post_init__(self) -> None:
        url = http_url("url", self.url)
        _check_uid(self.uid)
        _check_text("name", self.name)
        check_options("options", self.options)
        self.check_certificate()
        if url.scheme != "https":
            self.refuse_without_tls("write https://")
        if (self.basic_auth_user is None) != (self.basic_auth_password is None):
            raise ConfigError(
                "basic_auth_user", None, f"give {arg('basic_auth_user')} and {arg('basic_auth_password')} together, or neither"
            )
        if self.basic_auth_user and self.bearer_token:
            raise ConfigError("bearer_token", self.bearer_token.secret, f"{arg('basic_auth_user')} is given too; keep one of the two")

    @property
    def endpoint(self) -> Endpoint:
        """Where it is reached."""
        return Endpoint(url=http_url("url", self.url), uid=self.uid)

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it is configured elsewhere."""

    def _body(self, kind: str, json_data: dict[str, Any], environment: Environment) -> dict[str, Any]:
        access = msgspec.structs.replace(self.access, username=self.basic_auth_user, password=self.basic_auth_password)
        json_data = {**json_data, **escaped(self.options)}
        fields = _access_fields(self.uid, access, json_data, environment)
        if self.bearer_token:
            fields["jsonData"] = {**fields.get("jsonData", {}), "httpHeaderName1": "Authorization"}
            token = f"Bearer {environment.reference(f'{self.uid}_TOKEN', self.bearer_token)}"
            fields["secureJsonData"] = {**fields.get("secureJsonData", {}), "httpHeaderValue1": token}
        return {
            "name": escaped(self.name),
            "uid": self.uid,
            "type": kind,
            "access": "proxy",
            "url": escaped(self.url),
            **fields,
        }


class ExternalPrometheus(_Source, frozen=True, kw_only=True, tag_field="type", tag="prometheus"):
    """A Prometheus-compatible API this app does not own: Prometheus, Mimir, Thanos, VictoriaMetrics.

    Attributes:
        url: Where Grafana's pods reach it.
        uid: Data source uid. Default `prometheus`, which dashboards made elsewhere expect.
        name: Name shown in Grafana. Default `Prometheus`.
        interval: Time between its scrapes. Default `15s`.
        recording_rules: The source evaluates the router's recording rules; without them dashboards read raw series, which costs more with
            every pod. `sro rules` prints them. Default false.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.
        ca: Authority of its certificate. Default: the system's.
        certificate: Certificate that Grafana shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in its certificate. Default: the host of the URL.
        options: Further options, as `jsonData` of a provisioning file has them. Default: none.

    """

    uid: str = "prometheus"
    name: str = "Prometheus"
    interval: Duration = INTERVAL
    recording_rules: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        duration_seconds("interval", self.interval)

    @property
    def endpoint(self) -> Endpoint:
        """Where it is reached, and what its series are."""
        return msgspec.structs.replace(super().endpoint, interval=self.interval, recording_rules=self.recording_rules)

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        return self._body("prometheus", prometheus_settings(self.interval), environment)


class Loki(_Source, frozen=True, kw_only=True, tag_field="type", tag="loki"):
    """A Loki for logs.

    Attributes:
        url: Where Grafana's pods reach it.
        uid: Data source uid. Default `loki`.
        name: Name shown in Grafana. Default `Loki`.
        traces: Uid of the Tempo with the routers' traces; the `request_id` of a log line then links to the trace of the request. Default: none.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.
        ca: Authority of its certificate. Default: the system's.
        certificate: Certificate that Grafana shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in its certificate. Default: the host of the URL.
        options: Further options, as `jsonData` of a provisioning file has them. Default: none.

    """

    uid: str = "loki"
    name: str = "Loki"
    traces: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_link("traces", self.traces, self.options, "derivedFields", set_by=arg("traces"))

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        return self._body("loki", escaped(_to_trace(self.traces)) if self.traces else {}, environment)


class Tempo(_Source, frozen=True, kw_only=True, tag_field="type", tag="tempo"):
    """A Tempo for traces.

    Attributes:
        url: Where Grafana's pods reach it.
        uid: Data source uid. Default `tempo`.
        name: Name shown in Grafana. Default `Tempo`.
        logs: Uid of the data source with the routers' logs; the first span of a request then links to the log lines of the request. Default: none.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.
        ca: Authority of its certificate. Default: the system's.
        certificate: Certificate that Grafana shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in its certificate. Default: the host of the URL.
        options: Further options, as `jsonData` of a provisioning file has them. Default: none.

    """

    uid: str = "tempo"
    name: str = "Tempo"
    logs: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_link("logs", self.logs, self.options, "tracesToLogsV2", set_by=arg("logs"))

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        return self._body("tempo", escaped(_to_logs(self.logs)) if self.logs else {}, environment)


class Jaeger(_Source, frozen=True, kw_only=True, tag_field="type", tag="jaeger"):
    """A Jaeger for traces, by the address of its query service.

    Attributes:
        url: Where Grafana's pods reach it, such as `http://jaeger-query.tracing.svc:16686`.
        uid: Data source uid. Default `jaeger`.
        name: Name shown in Grafana. Default `Jaeger`.
        logs: Uid of the data source with the routers' logs; the first span of a request then links to the log lines of the request. Default: none.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.
        ca: Authority of its certificate. Default: the system's.
        certificate: Certificate that Grafana shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in its certificate. Default: the host of the URL.
        options: Further options, as `jsonData` of a provisioning file has them. Default: none.

    """

    uid: str = "jaeger"
    name: str = "Jaeger"
    logs: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_link("logs", self.logs, self.options, "tracesToLogsV2", set_by=arg("logs"))

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        return self._body("jaeger", escaped(_to_logs(self.logs)) if self.logs else {}, environment)


class _Index(_Source, frozen=True, kw_only=True):
    index: str
    time_field: str = "@timestamp"
    message_field: str = "message"
    level_field: str = "level"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.fullmatch(r"[a-z0-9.*][a-z0-9._*,-]*", self.index):
            raise ConfigError("index", self.index, "write the name of an index, or a pattern such as logs-semantic-router-*, in lower case")
        for name in ("time_field", "message_field", "level_field"):
            if not re.fullmatch(r"[A-Za-z0-9_@.-]+", getattr(self, name)):
                raise ConfigError(name, getattr(self, name), "write the name of a field, such as @timestamp")

    def _fields(self) -> dict[str, Any]:
        return {"timeField": self.time_field, "logMessageField": self.message_field, "logLevelField": self.level_field}


class Elasticsearch(_Index, frozen=True, kw_only=True, tag_field="type", tag="elasticsearch"):
    """An Elasticsearch 7.16 or newer for logs.

    Attributes:
        url: Where Grafana's pods reach it, such as `https://elasticsearch.logging.svc:9200`.
        index: Index or pattern with the routers' logs, such as `logs-semantic-router-*`.
        time_field: Field with the time of a line. Default `@timestamp`.
        message_field: Field with the line itself. Default `message`.
        level_field: Field with the level, by which lines are coloured. Default `level`, as the router calls it.
        uid: Data source uid. Default `elasticsearch`.
        name: Name shown in Grafana. Default `Elasticsearch`.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.
        ca: Authority of its certificate. Default: the system's.
        certificate: Certificate that Grafana shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in its certificate. Default: the host of the URL.
        options: Further options, as `jsonData` of a provisioning file has them. Default: none.

    """

    uid: str = "elasticsearch"
    name: str = "Elasticsearch"

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        return self._body("elasticsearch", {"index": self.index, **self._fields()}, environment)


class OpenSearch(_Index, frozen=True, kw_only=True, tag_field="type", tag="opensearch"):
    """An OpenSearch for logs. Grafana needs the plugin `grafana-opensearch-datasource`.

    Attributes:
        url: Where Grafana's pods reach it, such as `https://opensearch.logging.svc:9200`.
        index: Index or pattern with the routers' logs, such as `logs-semantic-router-*`.
        version: Version of the server, such as `2.19.0`; the plugin asks by it.
        time_field: Field with the time of a line. Default `@timestamp`.
        message_field: Field with the line itself. Default `message`.
        level_field: Field with the level, by which lines are coloured. Default `level`, as the router calls it.
        uid: Data source uid. Default `opensearch`.
        name: Name shown in Grafana. Default `OpenSearch`.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.
        ca: Authority of its certificate. Default: the system's.
        certificate: Certificate that Grafana shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in its certificate. Default: the host of the URL.
        options: Further options, as `jsonData` of a provisioning file has them. Default: none.

    """

    version: str
    uid: str = "opensearch"
    name: str = "OpenSearch"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.fullmatch(r"\d+\.\d+\.\d+", self.version):
            raise ConfigError("version", self.version, "write the server's version, such as 2.19.0")

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        settings = {"database": self.index, "flavor": "opensearch", "version": self.version, "pplEnabled": True, **self._fields()}
        return self._body("grafana-opensearch-datasource", settings, environment)


class VictoriaLogs(_Source, frozen=True, kw_only=True, tag_field="type", tag="victorialogs"):
    """A VictoriaLogs for logs. Grafana needs the plugin `victoriametrics-logs-datasource`.

    Attributes:
        url: Where Grafana's pods reach it, such as `http://victoria-logs.logging.svc:9428`.
        uid: Data source uid. Default `victorialogs`.
        name: Name shown in Grafana. Default `VictoriaLogs`.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.
        ca: Authority of its certificate. Default: the system's.
        certificate: Certificate that Grafana shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in its certificate. Default: the host of the URL.
        options: Further options, as `jsonData` of a provisioning file has them. Default: none.

    """

    uid: str = "victorialogs"
    name: str = "VictoriaLogs"

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        return self._body("victoriametrics-logs-datasource", {}, environment)


_REQUEST: Final = '${__span.tags["request.id"]}'
_LINES_OF: Final[Mapping[str, str]] = {
    "loki": f'{{container="semantic-router"}} | json | request_id="{_REQUEST}"',
    "elasticsearch": f'request_id:"{_REQUEST}"',
    "grafana-opensearch-datasource": f'request_id:"{_REQUEST}"',
    # The field of a line, or the line itself where a store keeps it as it was written.
    "victoriametrics-logs-datasource": f'request_id:="{_REQUEST}" or "{_REQUEST}"',
}
"""Query for the lines about the request of a span, by the type of the data source with the logs."""


def _to_logs(uid: str) -> dict[str, Any]:
    """`jsonData` by which a span with a request id leads to the lines about the request. Lines have no trace id."""
    return {
        "tracesToLogsV2": {
            "datasourceUid": uid,
            # Spans end with the response headers; the line about usage is written when the answer is complete.
            "spanStartTimeShift": "-1m",
            "spanEndTimeShift": "10m",
            "customQuery": True,
            "query": _LINES_OF["loki"],
        }
    }


def _to_trace(uid: str) -> dict[str, Any]:
    """`jsonData` by which the request id of a line leads to the trace of the request, by a search."""
    return {
        "derivedFields": [
            {
                "name": "trace",
                "matcherRegex": '"request_id":"([^"]+)"',
                "url": '{ span.request.id = "${__value.raw}" }',
                "urlDisplayLabel": "Trace of the request",
                "datasourceUid": uid,
            }
        ]
    }


def _check_link(field: str, uid: str | None, options: Mapping[str, Any], option: str, *, set_by: str) -> None:
    if uid is None:
        return
    _check_uid(uid, (field,))
    if option in options:
        raise ConfigError(("options", Key(option)), "…", f"{set_by} sets it; remove one of the two")


class Alertmanager(_Source, frozen=True, kw_only=True, tag_field="type", tag="alertmanager"):
    """A Prometheus Alertmanager whose alerts and silences Grafana shows.

    Attributes:
        url: Where Grafana's pods reach it.
        uid: Data source uid. Default `alertmanager`.
        name: Name shown in Grafana. Default `Alertmanager`.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.
        ca: Authority of its certificate. Default: the system's.
        certificate: Certificate that Grafana shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in its certificate. Default: the host of the URL.
        options: Further options, as `jsonData` of a provisioning file has them. Default: none.

    """

    uid: str = "alertmanager"
    name: str = "Alertmanager"

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        return self._body("alertmanager", alertmanager_settings(), environment)


class RawDataSource(Tagged, frozen=True, kw_only=True, tag="raw"):
    """Any other data source, in the native syntax of Grafana's provisioning files.

    Attributes:
        config: The entry; needs `name`, `uid` and `type`. A credential is a reference, such as `password: {secret: NAME, key: KEY}` under
            `secureJsonData`. Write `$$` for a literal `$`, as Grafana expands variables in it. `editable` is false by default; the default
            data source is always the stack's first.

    """

    config: dict[str, Any]

    def __post_init__(self) -> None:
        for field in ("name", "uid", "type"):
            if not isinstance(self.config.get(field), str):
                raise ConfigError(("config", Key(field)), self.config.get(field), "give it as a string; links and dashboards need it")
        _check_uid(self.config["uid"], ("config", Key("uid")))
        if self.config.get("isDefault"):
            raise ConfigError(("config", Key("isDefault")), True, f"the first of the {arg('sources')} is the default; remove it")
        secure = self.config.get("secureJsonData") or {}
        if not isinstance(secure, dict):
            raise ConfigError(("config", Key("secureJsonData")), "…", "write names and values")
        refuse_literal_credentials("config", {key: value for key, value in self.config.items() if key != "secureJsonData"})
        refuse_expansion("config", {key: value for key, value in self.config.items() if key != "secureJsonData"})
        for key, value in secure.items():
            if not is_reference(value) and not REFERENCE.fullmatch(str(value)):
                raise ConfigError(("config", Key("secureJsonData"), Key(key)), "…", INSTEAD)

    @property
    def name(self) -> str:
        """Name shown in Grafana."""
        return str(self.config["name"])

    @property
    def uid(self) -> str:
        """Data source uid."""
        return str(self.config["uid"])

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        body = _with_variables(self.uid, self.config, environment)
        return dict(body)


def _with_variables(name: str, value: Any, environment: Environment) -> Any:
    """Put a variable in place of each `{secret: NAME, key: KEY}`, named after the data source and the field."""
    if is_reference(value):
        return environment.reference(name, SecretKey(**value))
    if isinstance(value, dict):
        return {key: _with_variables(f"{name}_{key}", item, environment) for key, item in value.items()}
    return value


DataSource = ExternalPrometheus | Loki | Elasticsearch | OpenSearch | VictoriaLogs | Tempo | Jaeger | Alertmanager | RawDataSource
"""A data source that this app does not own."""


def provisioning(
    sources: Sequence[HasEndpoint],
    extra: Sequence[DataSource | HasEndpoint],
    environment: Environment,
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Content of the provisioning file: the first source is the default one; `options` are those of the stacks among the sources.

    Every source is deleted by name and made again at each start. Without that, Grafana keeps the uid a database already has, and
    dashboards that ask for the provisioned uid say "data source not found".

    Raises:
        ConfigError: two data sources share a uid or a name.

    """
    entries = [_body(source, environment, options or {}, metrics=True) for source in sources]
    entries += [_body(source, environment, {}, metrics=False) for source in extra]
    for field in ("uid", "name"):
        values = [entry[field] for entry in entries]
        if twice := next((value for index, value in enumerate(values) if value in values[:index]), None):
            raise ConfigError(
                ("data_sources", Place(field)), twice, f"two data sources have this {field}; give one of the two another {field}"
            )
    kinds = {entry["uid"]: entry["type"] for entry in entries}
    _check_linked([source for source in extra if isinstance(source, Loki | Tempo | Jaeger)], kinds)
    own = {endpoint_of("data_sources", source).data_source_uid for source in extra if not isinstance(source, DataSource)}
    entries = [_asks_for_lines(_with_lines(entry, kinds) if entry["uid"] in own else entry, kinds) for entry in entries]
    return {
        "apiVersion": 1,
        "prune": True,
        "deleteDatasources": [{"name": entry["name"], "orgId": 1} for entry in entries],
        "datasources": [
            {**entry, "isDefault": index == 0, "editable": entry.get("editable", False)} for index, entry in enumerate(entries)
        ],
    }


def _check_linked(sources: Sequence[Loki | Tempo | Jaeger], kinds: Mapping[str, str]) -> None:
    """Refuse a link to a data source that is not there, or is none that the link can open."""
    for source in sources:
        field, uid, accepted = (
            ("traces", source.traces, ("tempo",)) if isinstance(source, Loki) else ("logs", source.logs, tuple(_LINES_OF))
        )
        if uid is not None and kinds.get(uid) not in accepted:
            found = ", ".join(known for known, kind in kinds.items() if kind in accepted)
            raise ConfigError(
                ("data_sources", Place(f"{source.uid}.{field}")),
                uid,
                f"name the uid of a data source of {field}; there is {found or 'none'}",
            )


def _with_lines(entry: dict[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """Link the traces of a store of this project to the first store of logs, where there is one."""
    lines = next((uid for uid, kind in kinds.items() if kind in _LINES_OF), None)
    return {**entry, "jsonData": escaped(_to_logs(lines))} if entry["type"] == "jaeger" and lines else entry


def _asks_for_lines(entry: dict[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """Ask in the language of the data source that holds the logs."""
    link = entry.get("jsonData", {}).get("tracesToLogsV2")
    if not isinstance(link, dict) or link.get("query") != escaped(_LINES_OF["loki"]):
        return entry
    query = escaped(_LINES_OF[kinds[link["datasourceUid"]]])
    return {**entry, "jsonData": {**entry["jsonData"], "tracesToLogsV2": {**link, "query": query}}}


def alertmanager_settings() -> dict[str, Any]:
    """`jsonData` of an Alertmanager."""
    return {"implementation": "prometheus", "handleGrafanaManagedAlerts": False}


def prometheus_settings(interval: str, kind: str = "Prometheus") -> dict[str, Any]:
    """`jsonData` of a Prometheus: POST, as long queries do not fit a URL, and no steps finer than a scrape."""
    return {"httpMethod": "POST", "timeInterval": interval, "prometheusType": kind}


def _body(source: DataSource | HasEndpoint, environment: Environment, options: Mapping[str, Any], *, metrics: bool) -> dict[str, Any]:
    """Entry of a source; a component is a Prometheus where `metrics` are asked for, and otherwise what it calls itself, or an Alertmanager."""
    if isinstance(source, DataSource):
        return source.body(environment)
    endpoint = endpoint_of("data_sources", source)
    uid = endpoint.data_source_uid
    _check_uid(uid, ("sources" if metrics else "data_sources", Place("uid")))
    if endpoint.component == "victoria-logs" and not metrics:
        return VictoriaLogs(url=endpoint.url.text, uid=uid).body(environment)
    if endpoint.component == "jaeger" and not metrics:
        return Jaeger(url=endpoint.url.text, uid=uid).body(environment)
    kind = "prometheus" if metrics or endpoint.component in {"prometheus", "thanos"} else "alertmanager"
    flavor = "Thanos" if endpoint.component == "thanos" else "Prometheus"
    settings = prometheus_settings(endpoint.interval, flavor) if kind == "prometheus" else alertmanager_settings()
    settings |= escaped(dict(options))
    return {
        "name": kind.capitalize() if uid == kind else uid,
        "uid": uid,
        "type": kind,
        "access": "proxy",
        "url": endpoint.url.text,
        "jsonData": settings,
        **_access_fields(uid, endpoint.access, settings, environment),
    }


def _access_fields(uid: str, access: Access, json_data: dict[str, Any], environment: Environment) -> dict[str, Any]:
    """Fields with the source's credentials, and with what checking its certificate takes."""
    fields: dict[str, Any] = {}
    secure: dict[str, str] = {}
    if access.username and access.password:
        fields |= {"basicAuth": True, "basicAuthUser": environment.reference(f"{uid}_USER", access.username)}
        secure["basicAuthPassword"] = environment.reference(f"{uid}_PASSWORD", access.password)
    if access.server_name:
        json_data = {**json_data, "serverName": access.server_name}
    if access.ca:
        json_data = {**json_data, "tlsAuthWithCACert": True}
        secure["tlsCACert"] = environment.reference(f"{uid}_CA", access.ca)
    if access.certificate and access.key:
        json_data = {**json_data, "tlsAuth": True}
        secure["tlsClientCert"] = environment.reference(f"{uid}_CLIENT_CERTIFICATE", access.certificate)
        secure["tlsClientKey"] = environment.reference(f"{uid}_CLIENT_KEY", access.key)
    return {**fields, **({"jsonData": json_data} if json_data else {}), **({"secureJsonData": secure} if secure else {})}


def check_options(where: Where, options: Mapping[str, Any]) -> None:
    """Refuse literal credentials among `jsonData`.

    Raises:
        ConfigError: there is one.

    """
    refuse_literal_credentials(where, dict(options))


def _check_text(where: Where, text: str) -> None:
    if not text.strip() or not text.isprintable():
        raise ConfigError(where, text, "write text on one line")


def _check_uid(uid: str, where: Where = "uid") -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", uid):
        raise ConfigError(where, uid, "write 1 to 40 letters, digits, '-' or '_'")
