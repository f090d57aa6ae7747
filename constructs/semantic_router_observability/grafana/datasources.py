"""Data sources, as Grafana provisions them from files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from semantic_router_observability.checks import duration_seconds, http_url
from semantic_router_observability.errors import ConfigError, Key, Place, Where, arg
from semantic_router_observability.kubernetes.endpoint import Endpoint, endpoint_of
from semantic_router_observability.kubernetes.pods import content_hash
from semantic_router_observability.kubernetes.secrets import SecretKey, SecretUse, is_reference, refuse_literal_credentials
from semantic_router_observability.literals import INSTEAD
from semantic_router_observability.spec import Spec, Tagged
from semantic_router_observability.texts import Duration, HttpUrl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.access import Access
    from semantic_router_observability.kubernetes.endpoint import HasEndpoint

_REFERENCE = re.compile(r"(?:[A-Za-z]+ )?\$(?:__(?:file|env)\{[^{}]+\}|\{[^{}]+\}|[A-Za-z_][A-Za-z0-9_]*)")
"""How a provisioning file refers to a credential, alone or after a scheme such as `Bearer`."""


class Environment:
    """Environment variables that carry credentials into provisioning files.

    Grafana expands a file reference in a provisioning file twice, which mangles a credential with a `$` in it; a variable written as
    `$NAME` is expanded once. That is why data sources, and only they, take credentials from the environment.
    """

    def __init__(self) -> None:
        self._variables: dict[str, SecretKey] = {}

    def reference(self, name: str, key: SecretKey) -> str:
        """Make the key available as a variable and return how a provisioning file writes it."""
        variable = re.sub(r"[^A-Z0-9]", "_", f"DATASOURCE_{name}".upper())
        if self._variables.get(variable, key) != key:
            # Two uids may differ only in what a variable's name cannot tell apart.
            variable = f"{variable}_{content_hash(name).upper()}"
        self._variables[variable] = key
        return f"${variable}"

    def body(self) -> list[dict[str, Any]]:
        """As a container's `env`."""
        return [
            {"name": name, "valueFrom": {"secretKeyRef": {"name": key.secret, "key": key.key}}} for name, key in self._variables.items()
        ]

    def uses(self, namespace: str, reader: str) -> list[SecretUse]:
        """Say what is read so far; a variable keeps its value until the pod is made anew."""
        return [
            SecretUse(namespace=namespace, secret=key.secret, key=key.key, reader=reader, method="environment", on_change="restart")
            for key in self._variables.values()
        ]


class _Source(Spec, frozen=True, kw_only=True):
    url: HttpUrl
    uid: str
    name: str
    bearer_token: SecretKey | None = None
    basic_auth_user: SecretKey | None = None
    basic_auth_password: SecretKey | None = None

    def __post_init__(self) -> None:
        http_url("url", self.url)
        _check_uid(self.uid)
        _check_text("name", self.name)
        _check_text("url", self.url)
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
        body: dict[str, Any] = {"name": self.name, "uid": self.uid, "type": kind, "access": "proxy", "url": self.url}
        secure: dict[str, str] = {}
        if self.basic_auth_user and self.basic_auth_password:
            body["basicAuth"] = True
            body["basicAuthUser"] = environment.reference(f"{self.uid}_USER", self.basic_auth_user)
            secure["basicAuthPassword"] = environment.reference(f"{self.uid}_PASSWORD", self.basic_auth_password)
        if self.bearer_token:
            json_data = {**json_data, "httpHeaderName1": "Authorization"}
            secure["httpHeaderValue1"] = f"Bearer {environment.reference(f'{self.uid}_TOKEN', self.bearer_token)}"
        if json_data:
            body["jsonData"] = json_data
        if secure:
            body["secureJsonData"] = secure
        return body


class ExternalPrometheus(_Source, frozen=True, kw_only=True, tag_field="type", tag="prometheus"):
    """A Prometheus-compatible API this app does not own: Prometheus, Mimir, Thanos, VictoriaMetrics.

    Attributes:
        url: Where Grafana's pods reach it.
        uid: Data source uid. Default `prometheus`, which dashboards made elsewhere expect.
        name: Name shown in Grafana. Default `Prometheus`.
        interval: Time between its scrapes. Default `15s`.
        recording_rules: It evaluates the router's recording rules; without them dashboards read raw series, which costs it more with
            every pod. `python -m semantic_router_observability rules` prints them. Default false.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.

    """

    uid: str = "prometheus"
    name: str = "Prometheus"
    interval: Duration = "15s"
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
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.

    """

    uid: str = "loki"
    name: str = "Loki"

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        return self._body("loki", {}, environment)


class Tempo(_Source, frozen=True, kw_only=True, tag_field="type", tag="tempo"):
    """A Tempo for traces; the router sends OTLP to it.

    Attributes:
        url: Where Grafana's pods reach it.
        uid: Data source uid. Default `tempo`.
        name: Name shown in Grafana. Default `Tempo`.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.

    """

    uid: str = "tempo"
    name: str = "Tempo"

    def body(self, environment: Environment) -> dict[str, Any]:
        """As an entry of a provisioning file."""
        return self._body("tempo", {}, environment)


class Alertmanager(_Source, frozen=True, kw_only=True, tag_field="type", tag="alertmanager"):
    """A Prometheus Alertmanager whose alerts and silences Grafana shows.

    Attributes:
        url: Where Grafana's pods reach it.
        uid: Data source uid. Default `alertmanager`.
        name: Name shown in Grafana. Default `Alertmanager`.
        bearer_token: Token for HTTP bearer authentication. Default: none.
        basic_auth_user: User name for HTTP basic authentication. Default: none.
        basic_auth_password: Password for HTTP basic authentication. Default: none.

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
            `secureJsonData`. Write `$$` for a literal `$`, as Grafana expands variables in it.

    """

    config: dict[str, Any]

    def __post_init__(self) -> None:
        for field in ("name", "uid", "type"):
            if not isinstance(self.config.get(field), str):
                raise ConfigError(("config", Key(field)), self.config.get(field), "give it as a string; links and dashboards need it")
        _check_uid(self.config["uid"], ("config", Key("uid")))
        secure = self.config.get("secureJsonData") or {}
        if not isinstance(secure, dict):
            raise ConfigError(("config", Key("secureJsonData")), "…", "write names and values")
        refuse_literal_credentials("config", {key: value for key, value in self.config.items() if key != "secureJsonData"})
        for key, value in secure.items():
            if not is_reference(value) and not _REFERENCE.fullmatch(str(value)):
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


DataSource = ExternalPrometheus | Loki | Tempo | Alertmanager | RawDataSource
"""A data source that this app does not own."""


def provisioning(sources: Sequence[HasEndpoint], extra: Sequence[DataSource | HasEndpoint], environment: Environment) -> dict[str, Any]:
    """Content of the provisioning file: the first source is the default one.

    Every source is deleted by name and made again at each start. Without that, Grafana keeps the uid a database already has, and
    dashboards that ask for the provisioned uid say "data source not found".

    Raises:
        ConfigError: two data sources share a uid or a name.

    """
    entries = [_body(source, environment, metrics=True) for source in sources]
    entries += [_body(source, environment, metrics=False) for source in extra]
    for field in ("uid", "name"):
        values = [entry[field] for entry in entries]
        if twice := next((value for index, value in enumerate(values) if value in values[:index]), None):
            raise ConfigError(
                ("data_sources", Place(field)), twice, f"two data sources have this {field}; give one of the two another {field}"
            )
    return {
        "apiVersion": 1,
        "prune": True,
        "deleteDatasources": [{"name": entry["name"], "orgId": 1} for entry in entries],
        "datasources": [{**entry, "isDefault": index == 0, "editable": False} for index, entry in enumerate(entries)],
    }


def alertmanager_settings() -> dict[str, Any]:
    """`jsonData` of an Alertmanager."""
    return {"implementation": "prometheus", "handleGrafanaManagedAlerts": False}


def prometheus_settings(interval: str) -> dict[str, Any]:
    """`jsonData` of a Prometheus: POST, as long queries do not fit a URL, and no steps finer than a scrape."""
    return {"httpMethod": "POST", "timeInterval": interval, "prometheusType": "Prometheus"}


def _body(source: DataSource | HasEndpoint, environment: Environment, *, metrics: bool) -> dict[str, Any]:
    """Entry of a source; a component is a Prometheus where `metrics` are asked for, and an Alertmanager otherwise."""
    if isinstance(source, DataSource):
        return source.body(environment)
    endpoint = endpoint_of("data_sources", source)
    uid = endpoint.data_source_uid
    _check_uid(uid, ("sources" if metrics else "data_sources", Place("uid")))
    kind = "prometheus" if metrics or endpoint.component == "prometheus" else "alertmanager"
    settings = prometheus_settings(endpoint.interval) if kind == "prometheus" else alertmanager_settings()
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
    return {**fields, "jsonData": json_data, "secureJsonData": secure} if secure or access.server_name else {}


def _check_text(where: Where, text: str) -> None:
    """Grafana expands variables in every text of the file."""
    if not text.strip() or not text.isprintable() or "$" in text:
        raise ConfigError(where, text, "write text on one line, without '$'")


def _check_uid(uid: str, where: Where = "uid") -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", uid):
        raise ConfigError(where, uid, "write 1 to 40 letters, digits, '-' or '_'")
