"""Rule files of users: what promtool accepts is accepted, what it refuses is refused."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

import semantic_router_observability as sro
from manifests import new_chart
from public import configurations, judges, templates
from semantic_router_observability.alerting.options import EVERYTHING, Alerts
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.native import fields, notifications, template
from semantic_router_observability.prometheus.rules import RuleFile
from semantic_router_observability.prometheus.user_rules import check_user_rules


def test_promtool_agrees_on_templates() -> None:
    random = Random(3)
    whole = [templates.template(random) for _ in range(4000)]
    texts = list(dict.fromkeys([*whole, *(templates.damaged(random, text) for text in whole)]))
    refused = judges.refused_rules([{"alert": "a", "expr": "up", "annotations": {"summary": text}} for text in texts])
    assert 1000 < len(refused) < len(texts) - 1000

    def refuses(text: str) -> bool:
        try:
            template.check(text)
        except ValueError:
            return True
        return False

    assert [(text, refused.get(index, "accepted")) for index, text in enumerate(texts) if refuses(text) != (index in refused)] == []


def test_promtool_knows_the_functions() -> None:
    texts = [f"{{{{ {name} }}}}" for name in sorted(template.FUNCTIONS)]
    assert judges.refused_rules([{"alert": "a", "expr": "up", "annotations": {"summary": text}} for text in texts]) == {}


def test_amtool_agrees_on_templates_of_receivers() -> None:
    """It runs one template a start, so this asks about few: each function, each shipped template, and some by chance."""
    random = Random(4)
    texts = [f'{{{{ if eq 1 2 }}}}{{{{ template "{name}" . }}}}{{{{ end }}}}' for name in sorted(notifications.SHIPPED)]
    texts += [f"{{{{ if eq 1 2 }}}}{{{{ {name} }}}}{{{{ end }}}}" for name in sorted(template.IN_NOTIFICATIONS | template.FUNCTIONS)]
    texts += [templates.damaged(random, templates.template(random)) for _ in range(60)]

    def refuses(text: str) -> bool:
        try:
            template.check(text, functions=template.IN_NOTIFICATIONS, variables=("$",))
        except ValueError:
            return True
        return False

    verdicts = [(text, judges.refused_by_amtool(text)) for text in texts]
    assert 20 < sum(map(bool, (why for _, why in verdicts))) < len(texts) - 100
    assert [(text, why) for text, why in verdicts if refuses(text) != bool(why)] == []


def test_amtool_has_the_templates_of_alertmanager() -> None:
    called = "".join(f'{{{{ template "{name}" . }}}}' for name in sorted(notifications.SHIPPED))
    assert judges.refused_by_amtool(called, undefined=True) == ""
    assert judges.refused_by_amtool('{{ template "slack.default.titel" . }}', undefined=True)


def test_texts_that_are_no_templates_stay_as_they_are() -> None:
    odd = "{{a}} }} {{{ {{- b"
    slo = sro.Slo(name="first-token", sli=sro.Latency(bound=2.5), objective=0.95, per_model={odd: 0.9})
    alerts = Alerts(team=odd, slos=(slo,), runbook_base_url="https://a/{{b}}")
    groups = [group for groups in alerts.groups(EVERYTHING).values() for group in groups]
    rules = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    assert any(rule["labels"].get("model") for rule in rules)
    assert judges.refused_rules(rules) == {}


def refusal(group: dict[str, Any]) -> str:
    try:
        check_user_rules("prometheus", (), [RuleFile(name="a", groups=(group,))], ())
    except ConfigError as error:
        return str(error)
    return ""


def test_prometheus_agrees_on_groups() -> None:
    random = Random(5)
    types = fields.types("prometheus")
    group_type = types.roots["rule_group"].removeprefix("#")
    rule_type = types.types[group_type]["rules"].removeprefix("[]#")
    groups = []
    for _ in range(4000):
        odd = random.choice((0, 0.1, 0.3))
        known = random.choice(({"alert": "a", "expr": "up"}, {"record": "a:b", "expr": "up"}))
        rule = configurations.fields(random, types, rule_type, 1, odd, ("alert", "record", "expr"))
        group = configurations.fields(random, types, group_type, 1, odd, ("name", "rules"))
        groups.append({"name": "g", **group, "rules": [{**known, **rule}]})
    verdicts = judges.read("native-prometheus", [json.dumps({"groups": [group]}) for group in groups])
    assert 0.25 < sum(verdict == "ok" for verdict in verdicts) / len(verdicts) < 0.75
    found = [(json.dumps(group), verdict, refusal(group)) for group, verdict in zip(groups, verdicts, strict=True)]
    assert [difference for difference in found if (difference[1] == "ok") != (not difference[2])] == []


def test_rules_of_an_add_on_are_read_with_all_features() -> None:
    def add_on(summary: str) -> None:
        rule = {"alert": "A", "expr": "limitk(3, up)", "annotations": {"summary": summary}}
        files = [RuleFile(name="a", groups=({"name": "a", "rules": [rule]},))]
        sro.AddOn(new_chart(), "add-on", scraped_by=sro.PrometheusOperator(), rules=files)

    add_on("{{ $labels.job }}")
    with pytest.raises(ConfigError, match="undefined variable"):
        add_on("{{ $label.job }}")
