"""AlertmanagerConfig: receivers, routes and inhibitions as an object of prometheus-operator. Pure.

Each part is rendered as for this project's own Alertmanager and then takes the names of fields that the object has; what is a file with a
credential there is a key of a Secret here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from semantic_router_observability.alertmanager import timing
from semantic_router_observability.alertmanager.inhibition import DEFAULT_INHIBITIONS
from semantic_router_observability.alertmanager.matching import Matcher, parsed
from semantic_router_observability.alertmanager.messages import inlined
from semantic_router_observability.alertmanager.receivers import bodies
from semantic_router_observability.alertmanager.routes import tree
from semantic_router_observability.kubernetes.pods import SecretFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from semantic_router_observability.alertmanager.inhibition import Inhibition
    from semantic_router_observability.kubernetes.secrets import SecretUse

    from .notifier import AlertmanagerConfig

API = "monitoring.coreos.com/v1alpha1"
KIND = "AlertmanagerConfig"


def notification_spec(notifier: AlertmanagerConfig, namespace: str) -> dict[str, Any]:
    """Body of the object in a namespace, about alerts of that namespace.

    The operator adds the same condition where its strategy is OnNamespace; with the strategy None, the object would otherwise take the
    alerts of the whole cluster.
    """
    here = Matcher("namespace", "=", namespace)
    route = _route(tree(notifier.default, notifier.grouping, notifier.routes, None, silenced=False))
    intervals = [_interval(body) for body in timing.bodies(notifier.time_intervals)]
    return {
        "route": {**route, "matchers": [_matcher(here)]},
        "receivers": [_receiver(body) for body in _native(notifier, SecretFiles(""))],
        **({"inhibitRules": rules} if (rules := list(_inhibitions(notifier, here))) else {}),
        **({"muteTimeIntervals": intervals} if intervals else {}),
    }


def secret_uses(notifier: AlertmanagerConfig, id: str, namespace: str) -> list[SecretUse]:
    """Keys of Secrets that the operator reads for the object; it writes Alertmanager's configuration anew when one changes."""
    files = SecretFiles("")
    _native(notifier, files)
    return [msgspec.structs.replace(use, method="operator") for use in files.uses(namespace, id, "reread")]


def _native(notifier: AlertmanagerConfig, files: SecretFiles) -> list[dict[str, Any]]:
    return bodies(notifier.receivers, None, files, {"proxy_url": notifier.proxy_url} if notifier.proxy_url else {})


def _inhibitions(notifier: AlertmanagerConfig, here: Matcher) -> Iterator[dict[str, Any]]:
    for inhibition in (*(DEFAULT_INHIBITIONS if notifier.default_inhibitions else ()), *notifier.inhibitions):
        if inhibition in DEFAULT_INHIBITIONS and _about_none(inhibition):
            continue
        source, target = ([here, *parsed(matchers)] for matchers in (inhibition.source, inhibition.target))
        equal = {"equal": list(inhibition.equal)} if inhibition.equal else {}
        yield {"sourceMatch": [*map(_matcher, source)], "targetMatch": [*map(_matcher, target)], **equal}


def _about_none(inhibition: Inhibition) -> bool:
    """Whether the source is an alert without a namespace, of which an add-on has none."""
    return any(matcher[:3] == ("namespace", "=", "") for matcher in parsed(inhibition.source))


def _matcher(matcher: Matcher) -> dict[str, str]:
    return {"name": matcher.name, "value": matcher.value, "matchType": matcher.op}


_OF_ROUTES = {
    "receiver": "receiver",
    "group_by": "groupBy",
    "group_wait": "groupWait",
    "group_interval": "groupInterval",
    "repeat_interval": "repeatInterval",
    "mute_time_intervals": "muteTimeIntervals",
    "active_time_intervals": "activeTimeIntervals",
    "continue": "continue",
}


def _route(body: Mapping[str, Any]) -> dict[str, Any]:
    # The operator takes durations with a unit alone.
    named = {name: "0s" if body[field] == "0" else body[field] for field, name in _OF_ROUTES.items() if body.get(field) is not None}
    return {
        **named,
        **({"matchers": [_matcher(matcher) for matcher in parsed(body["matchers"])]} if "matchers" in body else {}),
        **({"routes": [_route(inner) for inner in body["routes"]]} if body.get("routes") else {}),
    }


def _interval(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": body["name"], "timeIntervals": [_times(times) for times in body["time_intervals"]]}


def _times(body: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: body[name] for name in ("weekdays", "months", "years") if name in body}
    if "times" in body:
        named["times"] = [{"startTime": time["start_time"], "endTime": time["end_time"]} for time in body["times"]]
    if "days_of_month" in body:
        named["daysOfMonth"] = [_days(text) for text in body["days_of_month"]]
    return named


def _days(text: str) -> dict[str, int]:
    first, _, last = text.partition(":")
    return {"start": int(first), "end": int(last or first)}


_SEPARATE = {
    "slack_configs": "slackConfigs",
    "pagerduty_configs": "pagerdutyConfigs",
    "email_configs": "emailConfigs",
    "webhook_configs": "webhookConfigs",
    "msteamsv2_configs": "msteamsv2Configs",
    "opsgenie_configs": "opsgenieConfigs",
}
"""Lists of a receiver, by their names in Alertmanager's configuration."""

_FIELDS = {
    "api_key_file": "apiKey",
    "api_url": "apiURL",
    "api_url_file": "apiURL",
    "auth_password_file": "authPassword",
    "auth_username": "authUsername",
    "credentials_file": "credentials",
    "headers": "headers",
    "http_config": "httpConfig",
    "links": "pagerDutyLinkConfigs",
    "max_alerts": "maxAlerts",
    "proxy_url": "proxyURL",
    "require_tls": "requireTLS",
    "routing_key_file": "routingKey",
    "send_resolved": "sendResolved",
    "url_file": "urlSecret",
    "webhook_url_file": "webhookURL",
}
"""Fields of the object, by their names in Alertmanager's configuration, where the two differ."""


def _receiver(body: Mapping[str, Any]) -> dict[str, Any]:
    lists: Sequence[str] = [field for field in body if field != "name"]
    return {"name": body["name"], **{_SEPARATE[field]: [_fields(item) for item in body[field]] for field in lists}}


def _fields(item: Mapping[str, Any]) -> dict[str, Any]:
    return {_FIELDS.get(field, field): _VALUES.get(field, _value)(value) for field, value in item.items() if not _is_secret(field)} | {
        _FIELDS[field]: _selector(value) for field, value in item.items() if _is_secret(field)
    }


def _is_secret(field: str) -> bool:
    return field.endswith("_file")


def _selector(path: str) -> dict[str, str]:
    """Key of a Secret, from the path that a file of it would have."""
    _, secret, key = path.split("/")
    return {"name": secret, "key": key}


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return _fields(value)
    return inlined(value) if isinstance(value, str) else value


_VALUES: Mapping[str, Callable[[Any], Any]] = {
    "headers": lambda headers: [{"key": name, "value": inlined(value)} for name, value in headers.items()],
    "links": lambda links: [{"href": link["href"], "alt": link["text"]} for link in links],
}
"""Fields whose values the object has in another form."""
