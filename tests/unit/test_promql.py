"""PromQL in rules: laid out for a diff, with the meaning it had."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import promql_parser
import pytest

import semantic_router_observability as sro
from harness.programs import program
from semantic_router_observability.alerting import burn, definition
from semantic_router_observability.alerting.options import EVERYTHING, Alerts
from semantic_router_observability.rules import group, router_groups

LONGEST = 160
"""Characters of a line of PromQL."""

SLOS = (
    sro.Slo(name="answers", sli=sro.Availability(), objective=0.99, per_model={'a "quoted\\ model': 0.9}),
    sro.Slo(name="first-token", sli=sro.Latency(bound=2.5), objective=0.95),
    sro.Slo(
        name="orders", sli=sro.Ratio(bad_events='orders_total{status="failed", shop!~"a|b"}', all_events="orders_total"), objective=0.9
    ),
)


def groups() -> list[Any]:
    alerts = Alerts(slos=SLOS).groups(EVERYTHING)
    return [*(recorded.body() for recorded in router_groups()), *(inner for file in alerts.values() for inner in file)]


def rules(found: list[dict[str, Any]]) -> dict[str, str]:
    return {f"{inner['name']} {number}": rule["expr"] for inner in found for number, rule in enumerate(inner["rules"])}


def tree(expression: str) -> str:
    """The parsed expression with all its fields; the order of matchers means nothing."""

    def in_order(found: re.Match[str]) -> str:
        return "".join(sorted(re.findall(r"^ *Matcher \{.*?^ *\},$", found[0], re.MULTILINE | re.DOTALL)))

    return re.sub(r"^ *matchers: \[\n.*?^ *or_matchers", in_order, repr(promql_parser.parse(expression)), flags=re.MULTILINE | re.DOTALL)


def test_every_rule_means_what_it_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out = rules(groups())
    for module in (burn, definition, group):
        monkeypatch.setattr(module, "pretty", str)
    written = rules(groups())
    assert {name: tree(expression) for name, expression in laid_out.items()} == {name: tree(text) for name, text in written.items()}
    assert sum(laid_out[name] != written[name] for name in written) > len(written) / 4


@pytest.mark.parametrize(
    ("first", "second"),
    [("a > 1", "a > 2"), ('a{b="1"}', 'a{b="2"}'), ('a{b="1"}', 'a{b=~"1"}'), ("a and b", "a or b"), ("a[5m]", "a[6m]")],
)
def test_other_expressions_have_other_trees(first: str, second: str) -> None:
    assert tree(first) != tree(second)


def test_the_order_of_matchers_means_nothing() -> None:
    assert tree('a{b="1", c!="2"}') == tree('a{c!="2",b="1"}')


def test_no_line_is_too_long_for_a_review() -> None:
    assert [line for expression in rules(groups()).values() for line in expression.splitlines() if len(line) > LONGEST] == []


def test_a_changed_threshold_is_a_changed_line() -> None:
    def lines(threshold: float) -> list[str]:
        tuned = Alerts(rules={"SemanticRouterErrors": sro.Knobs(threshold=threshold)}).groups(EVERYTHING)
        (rule,) = (rule for inner in tuned["alerts-requests"] for rule in inner["rules"] if rule["alert"] == "SemanticRouterErrors")
        return str(rule["expr"]).splitlines()

    assert [(old.strip(), new.strip()) for old, new in zip(lines(0.1), lines(0.02), strict=True) if old != new] == [("0.1", "0.02")]


def test_prometheus_accepts_every_rule() -> None:
    text = json.dumps({"groups": groups()})
    done = subprocess.run([program("promtool"), "check", "rules", "/dev/stdin"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_users_write_stays_as_written() -> None:
    text = "sum(up)  # all targets\n  < 3"
    (written,) = Alerts(own=(sro.AlertRule(name="FewTargets", expr=text, summary="few targets"),)).own_groups()
    assert written["rules"][0]["expr"] == text
