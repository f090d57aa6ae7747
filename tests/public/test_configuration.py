"""Configuration in native syntax: what the pinned programs read is accepted, what they refuse is refused."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, get_args

import pytest

from harness.programs import program
from modules import load
from public import configurations, judges
from semantic_router_observability.alertmanager.receivers import Integration
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.native import fields

if TYPE_CHECKING:
    from types import ModuleType

COMPARED = ("static_configs", "kubernetes_sd_configs", "dns_sd_configs", "http_sd_configs", "file_sd_configs")
"""Discovery whose every rule is checked here. Of other kinds the fields and their types are, and what each needs is left to the program."""

OF_AWS = tuple(f"{name}_sd_configs" for name in ("aws", "ec2", "ecs", "elasticache", "lightsail", "msk", "rds"))
"""Discovery that asks AWS for the region as soon as its configuration is read."""


def generator() -> ModuleType:
    path = Path(__file__).parents[2] / "imports" / "generate_native.py"
    return load(path)


@pytest.mark.parametrize("name", ["prometheus.json", "alertmanager.json", "unicode.json"])
def test_the_types_are_those_of_the_pinned_programs(name: str) -> None:
    native = generator()
    program(native.FILES[name][0])
    assert (native.NATIVE / name).read_bytes() == native.content(name), "python imports/generate_native.py writes it anew"


def generated(root: str, skipped: tuple[str, ...], number: int) -> list[dict[str, Any]]:
    random = Random(7)
    types = fields.types("prometheus")
    name = types.roots[root].removeprefix("#")
    skipped = ("job_name", "name", "url", *skipped)
    return [configurations.fields(random, types, name, 3, random.choice((0, 0.05, 0.2)), skipped) for _ in range(number)]


def refusal(root: str, body: dict[str, Any]) -> str:
    try:
        fields.check("prometheus", root, (), body)
    except ConfigError as error:
        return str(error)
    return ""


def differences(root: str, texts: list[dict[str, Any]], whole: dict[str, Any], own: dict[str, Any], section: str) -> list[Any]:
    bodies = [{**own, **text} for text in texts]
    verdicts = judges.read("native-prometheus", [json.dumps({**whole, section: [body]}) for body in bodies])
    assert 0.25 < sum(verdict == "ok" for verdict in verdicts) / len(verdicts) < 0.75
    found = [(json.dumps(body), verdict, refusal(root, body)) for body, verdict in zip(bodies, verdicts, strict=True)]
    return [(body, verdict, here) for body, verdict, here in found if (verdict == "ok") != (not here)]


def test_prometheus_agrees_on_scrape_configurations() -> None:
    others = tuple(name for name in fields.types("prometheus").types["prometheus/config.ScrapeConfig"] if name.endswith("_sd_configs"))
    texts = generated("scrape_config", tuple(name for name in others if name not in COMPARED), 4000)
    # The interval of the stack is the stack's own check.
    whole = {"global": {"scrape_interval": "2h"}}
    assert differences("scrape_config", texts, whole, {"job_name": "a"}, "scrape_configs") == []


def test_no_discovery_is_refused_that_prometheus_accepts() -> None:
    texts = generated("scrape_config", (*COMPARED, *OF_AWS), 3000)
    verdicts = judges.read("native-prometheus", [json.dumps({"scrape_configs": [{"job_name": "a", **text}]}) for text in texts])
    accepted = [text for text, verdict in zip(texts, verdicts, strict=True) if verdict == "ok"]
    assert len(accepted) > 300
    assert [(text, refusal("scrape_config", text)) for text in accepted if refusal("scrape_config", text)] == []


def test_prometheus_agrees_on_remote_writes() -> None:
    texts = generated("remote_write", (), 4000)
    assert differences("remote_write", texts, {}, {"url": "http://example.com/write"}, "remote_write") == []


REQUIRED: dict[str, dict[str, Any]] = {
    "discord": {"webhook_url_file": "/a"},
    "email": {"to": "a@example.com", "from": "b@example.com", "smarthost": "mail.example.com:25"},
    "incidentio": {"url": "https://example.com", "alert_source_token_file": "/a"},
    "jira": {"project": "a", "issue_type": "b", "api_url": "https://example.com"},
    "mattermost": {"webhook_url_file": "/a"},
    "msteams": {"webhook_url_file": "/a"},
    "msteamsv2": {"webhook_url_file": "/a"},
    "opsgenie": {"api_key_file": "/a"},
    "pagerduty": {"routing_key_file": "/a"},
    "pushover": {"user_key_file": "/a", "token_file": "/b"},
    "rocketchat": {"token_file": "/a", "token_id_file": "/b"},
    "slack": {"api_url_file": "/a"},
    "sns": {"topic_arn": "a"},
    "telegram": {"bot_token_file": "/a", "chat_id": 5},
    "victorops": {"routing_key": "a", "api_key_file": "/a"},
    "webex": {"room_id": "a", "http_config": {"authorization": {"credentials_file": "/a"}}},
    "webhook": {"url": "https://example.com"},
    "wechat": {"api_secret_file": "/a", "corp_id": "b"},
}
"""What each integration needs."""


@pytest.mark.parametrize("integration", get_args(Integration))
def test_alertmanager_agrees_on_receivers(integration: str) -> None:
    random = Random(integration)
    types = fields.types("alertmanager")
    field = f"{integration}_configs"
    kind = types.types[types.roots["receiver"].removeprefix("#")][field].removeprefix("[]#")
    items = []
    for _ in range(400):
        chosen = {name: value for name, value in REQUIRED[integration].items() if random.random() < 0.95}
        items.append({**configurations.fields(random, types, kind, 2, random.choice((0, 0.05, 0.2))), **chosen})
    whole = [{"route": {"receiver": "a"}, "receivers": [{"name": "a", field: [item]}]} for item in items]
    verdicts = judges.read("native-alertmanager", [json.dumps(text) for text in whole])
    assert 0.2 < sum(verdict == "ok" for verdict in verdicts) / len(verdicts) < 0.9

    def refusal(item: dict[str, Any]) -> str:
        try:
            fields.check("alertmanager", "receiver", (), item, item_of=field)
        except ConfigError as error:
            return str(error)
        return ""

    found = [(json.dumps(item), verdict, refusal(item)) for item, verdict in zip(items, verdicts, strict=True)]
    assert [difference for difference in found if (difference[1] == "ok") != (not difference[2])] == []
