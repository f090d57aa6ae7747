"""Receivers of notifications: a type for each service; every credential is a reference to a Secret that Alertmanager reads as a file.

The files are read for every notification, so a rotated credential needs no restart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from semantic_router_observability.checks import api_url, duration_seconds, host_and_port, http_url, listed
from semantic_router_observability.errors import ConfigError, Key, Where, arg, at, form
from semantic_router_observability.kubernetes.pods import SecretFiles
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.literals import holds_credential, refuse_credentials
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import Duration, HostAndPort, HttpUrl

from .messages import NAMES, SEVERITY, link, text, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


Entry = tuple[str, dict[str, Any]]
"""Key of a receiver in Alertmanager's configuration, such as `slack_configs`, and one item of its list."""

NOBODY = "nobody"
"""Receiver that notifies nobody."""

DEAD_MAN = "dead-man-switch"
"""Receiver of the heartbeat."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,61}[A-Za-z0-9])?")
_ADDRESS = r'[^@\s,"<>]+@[^@\s,"<>]+'
_MAIL = re.compile(rf"""{_ADDRESS}|(?:"(?:[^"\\]|\\.)*"|[\w !#$%&'*+/=?^`{{|}}~.-]*)\s*<{_ADDRESS}>|.*\{{\{{.*""")
"""An address, alone or after a name as in `Team <team@example.com>`, or a template that makes one."""
_SHORTEST_HEARTBEAT = 10


class _Receiver(Spec, frozen=True, kw_only=True):
    name: str
    send_resolved: bool = True

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigError("name", self.name, "write 1 to 63 letters, digits, spaces, '.', '_' or '-'")
        if self.name in {NOBODY, DEAD_MAN}:
            raise ConfigError("name", self.name, "the stack has a receiver of this name itself; choose another")


class Slack(_Receiver, frozen=True, kw_only=True, tag_field="type", tag="slack"):
    """A Slack channel, by an incoming webhook or by an app's token.

    Attributes:
        name: Name that routes use. Receivers with the same name are notified together.
        api_url: Key with the URL of an incoming webhook. Default: none, `app_token` is given instead.
        app_token: Key with the token of a Slack app. Default: none, `api_url` is given instead.
        channel: Channel, such as `#router-alerts`. Required with an app's token. Default: the channel of the webhook.
        send_resolved: Also notify when an alert is resolved. Default true.

    """

    api_url: SecretKey | None = None
    app_token: SecretKey | None = None
    channel: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.api_url is None) == (self.app_token is None):
            raise ConfigError("api_url", None, f"give either {arg('api_url')}, a webhook's URL, or {arg('app_token')}, and in a Secret")
        if self.app_token and not self.channel:
            raise ConfigError("channel", self.channel, "name the channel: an app's token has none of its own")

    def entry(self, files: SecretFiles, proxy: Mapping[str, Any]) -> Entry:
        """As Alertmanager's configuration has it."""
        credential = {"api_url_file": files.path(self.api_url)} if self.api_url else {}
        credential |= {"app_token_file": files.path(self.app_token)} if self.app_token else {}
        return "slack_configs", {
            **credential,
            "channel": self.channel,
            "title": title("html"),
            "text": text("html"),
            # Alertmanager's own holds every label as it is.
            "fallback": title("html"),
            "http_config": dict(proxy) or None,
            "send_resolved": self.send_resolved,
        }


class PagerDuty(_Receiver, frozen=True, kw_only=True, tag_field="type", tag="pagerduty"):
    """A PagerDuty service, by its Events API v2 integration. The alert's severity becomes PagerDuty's.

    Attributes:
        name: Name that routes use. Receivers with the same name are notified together.
        routing_key: Key with the integration key.
        url: URL of the Events API, for instance of the European service region. Default: PagerDuty's default region.
        send_resolved: Resolve the incident when the alert is resolved. Default true.

    """

    routing_key: SecretKey
    url: HttpUrl | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.url is not None:
            refuse_credentials("url", self.url)
            api_url("url", self.url)

    def entry(self, files: SecretFiles, proxy: Mapping[str, Any]) -> Entry:
        """As Alertmanager's configuration has it."""
        return "pagerduty_configs", {
            "routing_key_file": files.path(self.routing_key),
            "url": self.url,
            "severity": SEVERITY,
            "description": title(),
            "component": "{{ .CommonLabels.component }}",
            "group": "{{ .CommonLabels.service }}",
            # PagerDuty is sent only links that are not empty, and takes only whole addresses.
            "links": [
                {"href": link("runbook_url"), "text": "Runbook"},
                {"href": link("dashboard_url"), "text": "Dashboard"},
            ],
            "http_config": dict(proxy) or None,
            "send_resolved": self.send_resolved,
        }


class Email(_Receiver, frozen=True, kw_only=True, tag_field="type", tag="email"):
    """Email.

    Attributes:
        name: Name that routes use. Receivers with the same name are notified together.
        to: Addresses of the recipients, each such as `team@example.com` or `Team <team@example.com>`.
        from_address: Sender, in the same form.
        host: `host:port` of the mail server; port 465 means implicit TLS, any other STARTTLS.
        user: User name. Default: none, no authentication.
        password: Key with the password. Default: none, no authentication.
        require_tls: Send nothing over an unencrypted connection. Default true.
        send_resolved: Also notify when an alert is resolved. Default true.

    """

    to: Sequence[str]
    from_address: str
    host: HostAndPort
    user: str | None = None
    password: SecretKey | None = None
    require_tls: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        listed("to", self.to)
        if not self.to:
            raise ConfigError("to", [], "give at least one mail address")
        for field, addresses in (("to", self.to), ("from_address", (self.from_address,))):
            for address in addresses:
                if not _MAIL.fullmatch(address):
                    raise ConfigError(field, address, "write a mail address, such as team@example.com or Team <team@example.com>")
        host_and_port("host", self.host)
        if (self.user is None) != (self.password is None):
            raise ConfigError("user", self.user, f"give {arg('user')} and {arg('password')} together, or neither")

    def entry(self, files: SecretFiles, proxy: Mapping[str, Any]) -> Entry:
        """As Alertmanager's configuration has it."""
        del proxy  # HTTP's
        return "email_configs", {
            "to": ", ".join(self.to),
            "from": self.from_address,
            "smarthost": self.host,
            "auth_username": self.user,
            "auth_password_file": files.path(self.password) if self.password else None,
            "require_tls": self.require_tls,
            "headers": {"Subject": title()},
            "send_resolved": self.send_resolved,
        }


class Webhook(_Receiver, frozen=True, kw_only=True, tag_field="type", tag="webhook"):
    """Anything that takes Alertmanager's JSON by POST.

    Attributes:
        name: Name that routes use. Receivers with the same name are notified together.
        url: Key with the URL, or the URL itself where it holds no credentials, such as that of a bridge in the same cluster.
        bearer_token: Key with a token for HTTP bearer authentication. Default: none.
        max_alerts: Maximum number of alerts in one notification. Default 0: no limit.
        send_resolved: Also notify when an alert is resolved. Default true.

    """

    url: SecretKey | HttpUrl
    bearer_token: SecretKey | None = None
    max_alerts: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.url, str):
            api_url("url", self.url)
        if self.max_alerts < 0:
            raise ConfigError("max_alerts", self.max_alerts, "write a number of alerts, or 0 for no limit")

    def entry(self, files: SecretFiles, proxy: Mapping[str, Any]) -> Entry:
        """As Alertmanager's configuration has it."""
        return "webhook_configs", {
            **({"url": self.url} if isinstance(self.url, str) else {"url_file": files.path(self.url)}),
            "max_alerts": self.max_alerts or None,
            "http_config": {**_bearer(files, self.bearer_token), **proxy} or None,
            "send_resolved": self.send_resolved,
        }


class Teams(_Receiver, frozen=True, kw_only=True, tag_field="type", tag="teams"):
    """A Microsoft Teams channel, by a Workflows webhook.

    Attributes:
        name: Name that routes use. Receivers with the same name are notified together.
        webhook_url: Key with the workflow's URL.
        send_resolved: Also notify when an alert is resolved. Default true.

    """

    webhook_url: SecretKey

    def entry(self, files: SecretFiles, proxy: Mapping[str, Any]) -> Entry:
        """As Alertmanager's configuration has it."""
        return "msteamsv2_configs", {
            "webhook_url_file": files.path(self.webhook_url),
            "title": title("teams"),
            "text": text("teams"),
            "http_config": dict(proxy) or None,
            "send_resolved": self.send_resolved,
        }


class Opsgenie(_Receiver, frozen=True, kw_only=True, tag_field="type", tag="opsgenie"):
    """Opsgenie, or Jira Service Management's operations. A critical alert has priority P1, a warning P3, anything else P5.

    Attributes:
        name: Name that routes use. Receivers with the same name are notified together.
        api_key: Key with the API key.
        api_url: URL of the API, such as `https://api.eu.opsgenie.com`. Default: Opsgenie's default region.
        teams: Teams to notify. Default: as Opsgenie's routing rules say.
        send_resolved: Close the alert when it is resolved. Default true.

    """

    api_key: SecretKey
    api_url: HttpUrl | None = None
    teams: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        listed("teams", self.teams)
        if self.api_url is not None:
            http_url("api_url", self.api_url)

    def entry(self, files: SecretFiles, proxy: Mapping[str, Any]) -> Entry:
        """As Alertmanager's configuration has it."""
        severity = ".CommonLabels.severity"
        return "opsgenie_configs", {
            "api_key_file": files.path(self.api_key),
            "api_url": self.api_url,
            "message": title("html"),
            "description": text("html"),
            "priority": f'{{{{ if eq {severity} "critical" }}}}P1{{{{ else if eq {severity} "warning" }}}}P3{{{{ else }}}}P5{{{{ end }}}}',
            "responders": [{"name": team, "type": "team"} for team in self.teams] or None,
            "http_config": dict(proxy) or None,
            "send_resolved": self.send_resolved,
        }


Integration = Literal[
    "discord",
    "email",
    "incidentio",
    "jira",
    "mattermost",
    "msteams",
    "msteamsv2",
    "opsgenie",
    "pagerduty",
    "pushover",
    "rocketchat",
    "slack",
    "sns",
    "telegram",
    "victorops",
    "webex",
    "webhook",
    "wechat",
]
"""Integrations of Alertmanager 0.34."""


class RawReceiver(_Receiver, frozen=True, kw_only=True, tag_field="type", tag="raw"):
    """Any other integration of Alertmanager, or any field the types here do not have, in native syntax.

    Usage:
        RawReceiver(name="chat", integration="discord", files={"webhook_url_file": SecretKey("discord", "url")})

    Attributes:
        name: Name that routes use. Receivers with the same name are notified together.
        integration: The integration: `discord` is an item of `discord_configs`, and so on.
        config: Fields of the item, without credentials. Default: none.
        files: Fields that name a file with a credential, and the key that holds it. Dots separate levels, as in
            `http_config.authorization.credentials_file`. Default: none.
        send_resolved: Also notify when an alert is resolved. Default true.

    """

    integration: Integration
    config: dict[str, Any] = {}
    files: dict[str, SecretKey] = {}

    def __post_init__(self) -> None:
        super().__post_init__()
        if "send_resolved" in self.config:
            raise ConfigError(
                ("config", Key("send_resolved")), self.config["send_resolved"], f"use the field {arg('send_resolved')} instead"
            )
        _refuse_credentials("config", self.config)
        for path in self.files:
            if not path.endswith("_file") or not all(path.split(".")):
                raise ConfigError("files", path, "name a field that ends in _file, with dots between levels")
            _place("config", self.config, path, "")
        _check_native(*self.entry(SecretFiles("/"), {}))
        _check_templates(self.config)

    def entry(self, files: SecretFiles, proxy: Mapping[str, Any]) -> Entry:
        """As Alertmanager's configuration has it."""
        config = self.config
        for path, key in self.files.items():
            config = _place("config", config, path, files.path(key))
        if proxy and self.integration != "email":
            config = {**config, "http_config": {**proxy, **config.get("http_config", {})}}
        return f"{self.integration}_configs", {**config, "send_resolved": self.send_resolved}


Receiver = Slack | PagerDuty | Email | Webhook | Teams | Opsgenie | RawReceiver
"""A receiver of notifications."""


class DeadManSwitch(Spec, frozen=True, kw_only=True):
    """A service outside the cluster that raises an alarm when the heartbeat stops: nothing inside can report that the cluster is gone.

    The heartbeat is an alert that always fires. It takes the path of any other alert: Prometheus, Alertmanager and the way out.

    Attributes:
        url: Key with the URL that takes the heartbeat by POST, such as a Healthchecks.io or Dead Man's Snitch check.
        interval: Time between heartbeats. Default `1m`; let the service wait for three to five of them.
        alert: Name of the alert that always fires. Default `Watchdog`.

    """

    url: SecretKey
    interval: Duration = "1m"
    alert: str = "Watchdog"

    def __post_init__(self) -> None:
        if duration_seconds("interval", self.interval) < _SHORTEST_HEARTBEAT:
            raise ConfigError("interval", self.interval, f"write at least {_SHORTEST_HEARTBEAT}s")
        if not self.alert.isidentifier():
            raise ConfigError("alert", self.alert, "write the name of an alert, such as Watchdog")

    def entry(self, files: SecretFiles, proxy: Mapping[str, Any]) -> Entry:
        """As Alertmanager's configuration has it. When it stops nothing is sent: the silence is the alarm."""
        return "webhook_configs", {"url_file": files.path(self.url), "http_config": dict(proxy) or None, "send_resolved": False}

    def timing(self) -> dict[str, str]:
        """Timing of the route.

        Every `group_interval` Alertmanager checks whether `repeat_interval` has passed since the last delivery. The last delivery is
        slightly more recent than one interval ago, so with both at the full interval every second heartbeat would be skipped; with half,
        every second check sends.
        """
        milliseconds = int(duration_seconds("interval", self.interval) * 500)
        half = f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"
        return {"group_wait": "0s", "group_interval": half, "repeat_interval": half}


def bodies(
    receivers: Iterable[Receiver], dead_man: DeadManSwitch | None, files: SecretFiles, proxy: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The `receivers` of Alertmanager's configuration; those with the same name become one."""
    named: dict[str, dict[str, Any]] = {}
    for receiver in receivers:
        _add(named.setdefault(receiver.name, {"name": receiver.name}), receiver.entry(files, proxy))
    if dead_man:
        _add(named.setdefault(DEAD_MAN, {"name": DEAD_MAN}), dead_man.entry(files, proxy))
    return [*named.values(), {"name": NOBODY}]


def check_receivers(where: Where, receivers: Sequence[Receiver]) -> None:
    """Refuse a stack without receivers, and the same receiver twice."""
    listed(where, receivers)
    if not receivers:
        raise ConfigError(where, [], f"give at least one, such as {form(Slack, 'name', 'api_url')}: nobody would be notified")
    for index, receiver in enumerate(receivers):
        if receiver in receivers[:index]:
            raise ConfigError(where, receiver.name, "the same receiver is listed twice; remove one")


def _add(body: dict[str, Any], entry: Entry) -> None:
    key, item = entry
    body.setdefault(key, []).append({field: value for field, value in item.items() if value is not None})


def _bearer(files: SecretFiles, token: SecretKey | None) -> dict[str, Any]:
    return {"authorization": {"credentials_file": files.path(token)}} if token else {}


_CREDENTIALS = {
    "alert_source_token",
    "api_key",
    "api_secret",
    "app_token",
    "auth_password",
    "auth_secret",
    "bot_token",
    "routing_key",
    "service_key",
    "token",
    "token_id",
    "user_key",
    "webhook_url",
}
"""Fields of Alertmanager's receivers that hold a credential; each has a `_file` form."""


def _refuse_credentials(where: Where, value: Any, path: str = "") -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            inner = f"{path}.{key}".lstrip(".")
            if key in _CREDENTIALS or holds_credential(key, item):
                file = f"{key if '[' in inner else inner}_file"
                raise ConfigError(
                    at(where, Key(inner)),
                    "…",
                    f"keep the credential in a Secret and name it in {arg('files')}: {{{file}: {{secret: NAME, key: KEY}}}}",
                )
            if key.endswith("_file"):
                raise ConfigError(
                    at(where, Key(inner)), item, f"no such file is in the pod; name the Secret that holds it in {arg('files')}"
                )
            _refuse_credentials(where, item, inner)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_credentials(where, item, f"{path}[{index}]")
    else:
        refuse_credentials(at(where, Key(path)) if path else where, value)


def _check_native(field: str, item: dict[str, Any]) -> None:
    """Refuse what Alertmanager would not read."""
    from semantic_router_observability.native.fields import check  # noqa: PLC0415 - only native syntax pays for it

    check("alertmanager", "receiver", "config", item, item_of=field)


def _check_templates(config: Mapping[str, Any]) -> None:
    """Refuse what Alertmanager would find only when it notifies."""
    from semantic_router_observability.native import notifications  # noqa: PLC0415 - only native syntax pays for it

    notifications.check("config", config, NAMES)


def _place(where: Where, config: dict[str, Any], path: str, value: str) -> dict[str, Any]:
    """Copy of `config` with `value` at the dotted path."""
    first, _, rest = path.partition(".")
    if not rest:
        return {**config, first: value}
    inner = config.get(first, {})
    if not isinstance(inner, dict):
        raise ConfigError(at(where, Key(first)), inner, f"is not a mapping, and {arg('files')} leads into it with {path}")
    return {**config, first: _place(at(where, Key(first)), inner, rest, value)}
