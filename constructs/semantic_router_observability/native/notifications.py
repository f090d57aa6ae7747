"""Templates in receivers: Alertmanager reads them only when it notifies, and then drops the notification that it cannot write."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.errors import ConfigError, Key, Where, at

from . import template

if TYPE_CHECKING:
    from collections.abc import Collection

SHIPPED: Final = frozenset({
    # of Alertmanager 0.34.2, default.tmpl and email.tmpl
    "__alertmanager", "__alertmanagerURL", "__description", "__subject", "__text_alert_list", "__text_alert_list_markdown",
    "discord.default.content", "discord.default.message", "discord.default.title", "email.default.html", "email.default.subject",
    "jira.default.description", "jira.default.priority", "jira.default.summary", "mattermost.default.color", "mattermost.default.fallback",
    "mattermost.default.text", "mattermost.default.title", "mattermost.default.titlelink", "mattermost.default.username",
    "msteams.default.summary", "msteams.default.text", "msteams.default.title", "msteamsv2.default.text", "msteamsv2.default.title",
    "opsgenie.default.description", "opsgenie.default.message", "opsgenie.default.source", "pagerduty.default.client",
    "pagerduty.default.clientURL", "pagerduty.default.description", "pagerduty.default.instances", "pushover.default.message",
    "pushover.default.title", "pushover.default.url", "rocketchat.default.alias", "rocketchat.default.emoji", "rocketchat.default.iconurl",
    "rocketchat.default.text", "rocketchat.default.title", "rocketchat.default.titlelink", "slack.default.callbackid", "slack.default.color",
    "slack.default.fallback", "slack.default.footer", "slack.default.iconemoji", "slack.default.iconurl", "slack.default.pretext",
    "slack.default.text", "slack.default.title", "slack.default.titlelink", "slack.default.username", "sns.default.message",
    "sns.default.subject", "telegram.default.message", "victorops.default.entity_display_name", "victorops.default.monitoring_tool",
    "victorops.default.state_message", "webex.default.message", "wechat.default.agent_id", "wechat.default.message",
    "wechat.default.to_party", "wechat.default.to_tag", "wechat.default.to_user",
})  # fmt: skip
"""Templates that Alertmanager has by itself."""

_PLAIN = {"http_config", "sigv4", "tls_config"}
"""Fields in which nothing is a template: how a receiver is connected to."""


def check(where: Where, config: Any, own: Collection[str]) -> None:
    """Refuse texts of a receiver that Alertmanager could not write when it notifies.

    Args:
        where: Path to the configuration of the receiver.
        config: The configuration, or what is in it.
        own: Names of the templates that the stack adds to Alertmanager's.

    Raises:
        ConfigError: the first of them.

    """
    match config:
        case dict():
            for key, item in config.items():
                if key not in _PLAIN:
                    check(at(where, Key(str(key))), item, own)
        case list() | tuple():
            for index, item in enumerate(config):
                check(at(where, index), item, own)
        case str() if "{{" in config:
            _check(where, config, own)


def _check(where: Where, text: str, own: Collection[str]) -> None:
    try:
        called = template.check(text, functions=template.IN_NOTIFICATIONS, variables=("$",))
    except ValueError as error:
        raise ConfigError(where, text, f"not a template of Alertmanager: {error}") from error
    for name in sorted(called - SHIPPED - {*own}):
        near = get_close_matches(name, [*own, *SHIPPED], n=1)
        hint = f"; the nearest known template is {near[0]}" if near else ""
        raise ConfigError(where, text, f"calls template {name!r}, which neither Alertmanager nor this stack has{hint}")
