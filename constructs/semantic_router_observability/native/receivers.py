"""What holds between the fields of Alertmanager's receivers, in the source of Alertmanager 0.34.2, where nothing is set globally."""

from __future__ import annotations

from typing import Any

from semantic_router_observability.errors import ConfigError, Key, Where, at

from .fields_given import Check, Fields, at_most_one, given, one_of

_SLACK_API = "https://slack.com/api/chat.postMessage"


def _exactly_one(*names: str) -> tuple[Check, ...]:
    return one_of(*names), at_most_one(*names)


def _among(name: str, *accepted: str, empty: bool = True) -> Check:
    def check(where: Where, fields: Fields) -> None:
        value = fields.get(name)
        if value not in accepted and name in fields and not (empty and value in (None, "")):
            raise ConfigError(at(where, Key(name)), value, f"write one of {', '.join(accepted)}")

    return check


def _authorization(fields: Fields) -> Any:
    client = fields.get("http_config") or {}
    return client.get("authorization") or client.get("bearer_token") or client.get("bearer_token_file")


def _incidentio(where: Where, fields: Fields) -> None:
    tokens = given(fields, ("alert_source_token", "alert_source_token_file"))
    if fields.get("http_config") is None:
        return
    if _authorization(fields) is None and not tokens:
        raise ConfigError(where, None, "give alert_source_token_file, or authorization in http_config")
    if _authorization(fields) is not None and tokens:
        raise ConfigError(at(where, Key(tokens[0])), None, "authorization in http_config is given too; keep one of the two")


def _opsgenie(where: Where, fields: Fields) -> None:
    for index, responder in enumerate(fields.get("responders") or ()):
        place = at(where, Key("responders"), index)
        if not given(responder, ("id", "username", "name")):
            raise ConfigError(place, None, "give id, username or name")
        kind = str(responder.get("type") or "")
        if "{{" not in kind and kind.lower() not in _RESPONDERS:
            raise ConfigError(at(place, Key("type")), kind, f"write one of {', '.join(_RESPONDERS)}")


_RESPONDERS = ("team", "teams", "user", "escalation", "schedule")


def _slack(where: Where, fields: Fields) -> None:
    urls, tokens = given(fields, ("api_url", "api_url_file")), given(fields, ("app_token", "app_token_file"))
    if urls and tokens:
        raise ConfigError(at(where, Key(tokens[0])), None, f"{urls[0]} is given too; keep one of the two")
    if fields.get("update_message") and fields.get("api_url") != _SLACK_API:
        raise ConfigError(
            at(where, Key("update_message")), True, f"remove it, or give {_SLACK_API} as api_url: nothing else updates messages"
        )
    if tokens and _authorization(fields) is not None:
        raise ConfigError(at(where, Key(tokens[0])), None, "authorization in http_config is given too; keep one of the two")


def _slack_action(where: Where, fields: Fields) -> None:
    if not fields.get("url") and not fields.get("name"):
        raise ConfigError(where, None, "give url or name")


def _sns(where: Where, fields: Fields) -> None:
    names = ("target_arn", "topic_arn", "phone_number")
    if len(given(fields, names)) not in {1, len(names)}:
        raise ConfigError(where, None, f"give one of {', '.join(names)}")


def _pushover(where: Where, fields: Fields) -> None:
    if fields.get("html") and fields.get("monospace"):
        raise ConfigError(at(where, Key("monospace")), True, "html is given too; keep one of the two")


def _victorops(where: Where, fields: Fields) -> None:
    for name in fields.get("custom_fields") or ():
        if name in _RESERVED:
            raise ConfigError(at(where, Key("custom_fields")), name, "choose another name: this is a field of its own")


_RESERVED = {"routing_key", "message_type", "state_message", "entity_display_name", "monitoring_tool", "entity_id", "entity_state"}


def _webex(where: Where, fields: Fields) -> None:
    if _authorization(fields) is None:
        raise ConfigError(where, None, "give authorization in http_config")


def _email(where: Where, fields: Fields) -> None:
    headers = [str(name).lower() for name in fields.get("headers") or ()]
    for index, name in enumerate(headers):
        if name in headers[:index]:
            raise ConfigError(at(where, Key("headers")), name, "two headers have this name; remove one")
    threading = fields.get("threading") or {}
    if threading.get("enabled"):
        for name in ("references", "in-reply-to"):
            if name in headers:
                raise ConfigError(at(where, Key("headers")), name, "remove it: threading sets it")
        if threading.get("thread_by_date") not in {"none", "daily"}:
            raise ConfigError(at(where, Key("threading"), Key("thread_by_date")), threading.get("thread_by_date"), "write none or daily")


def _chat(where: Where, fields: Fields) -> None:
    identity, file = fields.get("chat_id"), fields.get("chat_id_file")
    if not identity and not file:
        raise ConfigError(where, None, "give chat_id or chat_id_file")
    if identity and file:
        raise ConfigError(at(where, Key("chat_id_file")), file, "chat_id is given too; keep one of the two")


_HOOK = _exactly_one("webhook_url", "webhook_url_file")
_FIELD = (one_of("title"), one_of("value"))

RECEIVERS: dict[str, tuple[Check, ...]] = {
    "alertmanager/notify/discord.DiscordConfig": _HOOK,
    "alertmanager/notify/msteams.MSTeamsConfig": _HOOK,
    "alertmanager/notify/msteamsv2.MSTeamsV2Config": _HOOK,
    "alertmanager/notify/mattermost.MattermostConfig": _HOOK,
    "alertmanager/notify/mattermost.MattermostField": _FIELD,
    "alertmanager/notify/webhook.WebhookConfig": _exactly_one("url", "url_file"),
    "alertmanager/notify/incidentio.IncidentioConfig": (
        *_exactly_one("url", "url_file"),
        at_most_one("alert_source_token", "alert_source_token_file"),
        _incidentio,
    ),
    "alertmanager/notify/jira.JiraConfig": (
        one_of("project"),
        one_of("issue_type"),
        one_of("api_url"),
        _among("api_type", "auto", "cloud", "datacenter", empty=False),
    ),
    "alertmanager/notify/opsgenie.OpsGenieConfig": (*_exactly_one("api_key", "api_key_file"), _opsgenie),
    "alertmanager/notify/pagerduty.PagerdutyConfig": (
        one_of("routing_key", "routing_key_file", "service_key", "service_key_file"),
        at_most_one("routing_key", "routing_key_file"),
        at_most_one("service_key", "service_key_file"),
    ),
    "alertmanager/notify/telegram.TelegramConfig": (
        *_exactly_one("bot_token", "bot_token_file"),
        _chat,
        _among("parse_mode", "Markdown", "MarkdownV2", "HTML"),
    ),
    "alertmanager/config.EmailConfig": (one_of("to"), one_of("from"), one_of("smarthost"), _email),
    "alertmanager/config.PushoverConfig": (*_exactly_one("user_key", "user_key_file"), *_exactly_one("token", "token_file"), _pushover),
    "alertmanager/config.RocketchatConfig": (*_exactly_one("token_id", "token_id_file"), *_exactly_one("token", "token_file")),
    "alertmanager/config.SlackConfig": (
        at_most_one("api_url", "api_url_file"),
        at_most_one("app_token", "app_token_file"),
        one_of("api_url", "api_url_file", "app_token", "app_token_file"),
        _slack,
    ),
    "alertmanager/config.SlackAction": (one_of("type"), one_of("text"), _slack_action),
    "alertmanager/config.SlackConfirmationField": (one_of("text"),),
    "alertmanager/config.SlackField": _FIELD,
    "alertmanager/config.SNSConfig": (_sns,),
    "alertmanager/config.VictorOpsConfig": (one_of("routing_key"), *_exactly_one("api_key", "api_key_file"), _victorops),
    "alertmanager/config.WebexConfig": (one_of("room_id"), _webex),
    "alertmanager/config.WechatConfig": (
        *_exactly_one("api_secret", "api_secret_file"),
        one_of("corp_id"),
        _among("message_type", "text", "markdown"),
    ),
}
