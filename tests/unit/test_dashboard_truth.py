"""What dashboards say of recorded pages of the real router, against what its driver sent and received. See `tests/recorded/README.md`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from harness.boards import panels, queries
from harness.programs import program
from harness.recorded import recorded
from harness.replay import PAGES, replayed
from semantic_router_observability.router.catalogue import families

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.history import History

COST, GUARDS, ROUTING = "cost-and-tokens.json", "guardrails-and-quality.json", "routing-and-learning.json"
SENT = {kind: counts["sent"] for kind, counts in json.loads((PAGES / "mixed.truth.json").read_text(encoding="utf-8")).items()}
CODING = SENT["code_cached"] + SENT["params"]
MATH, BUSY = SENT["auto_math"], SENT["busy"]
FAILED = SENT["e500"] + SENT["e429"] + SENT["e503text"] + SENT["bad_answer"]

COUNTED = {"chat_template_kwargs": 38, "client-7": 4, "client-4711": 5}
"""Fields as they are stored, by how often they were removed."""

NEARLY = 0.06
"""Rules need five minutes of the hour before they tell all, and cancelled requests are of kinds that the driver did not count."""

both_forms = pytest.mark.parametrize("on_rules", [False, True], ids=["raw", "recorded"])


def replay(directory: pytest.TempPathFactory, name: str) -> Iterator[History]:
    with recorded(
        directory.mktemp(name), [replayed(name)], prometheus=program("prometheus"), promtool=program("promtool"), step=60
    ) as history:
        yield history


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """An hour of requests of all kinds, failures among them."""
    yield from replay(tmp_path_factory, "mixed")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """An hour with one hit of the response cache and four misses."""
    yield from replay(tmp_path_factory, "cache")


def ask(board: str, number: int, *, on_rules: bool, **chosen: str) -> str:
    """Return the first query of a panel about the whole hour."""
    return queries(board, number, window="30m", recorded=on_rules, **chosen)[0]


def titled(board: str, title: str) -> int:
    return next(number for number, panel in panels(board).items() if panel["title"] == title)


@both_forms
@pytest.mark.parametrize("decision", [".*", "coding", "math"])
def test_one_of_five_lookups_hit_whatever_decision_is_chosen(cache: History, decision: str, on_rules: bool) -> None:
    asked = ask(COST, titled(COST, "Cache hit share"), on_rules=on_rules, decision=decision)
    assert cache.value(asked) == pytest.approx(0.2, abs=0.001)
    assert cache.value(ask("llm-router-dashboard.json", 43, on_rules=on_rules, decision=decision)) == pytest.approx(0.2, abs=0.001)


@both_forms
def test_hits_name_their_decision(cache: History, on_rules: bool) -> None:
    number = titled(COST, "Cache hits by decision")
    assert set(cache.values(ask(COST, number, on_rules=on_rules), "decision_name")) == {"coding"}


@both_forms
def test_one_hit_saves_a_quarter_of_what_four_answers_cost(cache: History, on_rules: bool) -> None:
    spent = cache.value(ask(COST, 1, on_rules=on_rules))
    saved_an_hour = ask(COST, titled(COST, "Saved per hour"), on_rules=on_rules)
    assert cache.value(saved_an_hour) == pytest.approx(spent / 4, rel=NEARLY)


@both_forms
def test_cost_by_routing_adds_up_to_the_total(mixed: History, on_rules: bool) -> None:
    parts = queries(COST, titled(COST, "Cost per hour by routing"), window="30m", recorded=on_rules)
    assert sum(mixed.value(part) for part in parts) == pytest.approx(mixed.value(ask(COST, 1, on_rules=on_rules)), rel=NEARLY)
    for chosen in ("coding", "math"):
        narrowed = queries(COST, titled(COST, "Cost per hour by routing"), window="30m", recorded=on_rules, decision=chosen)
        assert narrowed == parts, "no metric knows the cost of a decision"


@both_forms
@pytest.mark.parametrize("decision", [".*", "math"])
def test_reasoning(mixed: History, decision: str, on_rules: bool) -> None:
    shares = mixed.values(ask(ROUTING, titled(ROUTING, "Reasoning share by model"), on_rules=on_rules, decision=decision), "model")
    small = sum(SENT[kind] for kind in ("auto_small", "auto_math", "jailbreak", "e500", "e429", "bad_answer", "empty_messages"))
    assert shares == {"large": pytest.approx(1, abs=0.001), "small": pytest.approx(MATH / small, rel=NEARLY)}
    overall = mixed.value(ask(ROUTING, titled(ROUTING, "Reasoning"), on_rules=on_rules, decision=decision))
    assert overall == pytest.approx((MATH + CODING) / (small + CODING), rel=NEARLY)


@both_forms
def test_a_default_route_does_not_lower_confidence(mixed: History, on_rules: bool) -> None:
    assert mixed.value(ask(ROUTING, titled(ROUTING, "Confidence"), on_rules=on_rules)) > 0.9
    by_decision = mixed.values(ask(ROUTING, titled(ROUTING, "Confidence p50 by decision"), on_rules=on_rules), "decision_name")
    assert set(by_decision) == {"busy", "coding", "math"}
    assert min(by_decision.values()) > 0.9


@both_forms
def test_a_default_route_is_no_match(mixed: History, on_rules: bool) -> None:
    evaluations = sum(SENT.values()) - sum(SENT[kind] for kind in ("named_large", "named_stream", "unknown_model", "badjson", "nomessages"))
    per_evaluation = mixed.value(ask(ROUTING, titled(ROUTING, "Matches per evaluation"), on_rules=on_rules))
    assert per_evaluation == pytest.approx((BUSY + CODING + MATH) / evaluations, rel=NEARLY)


@both_forms
@pytest.mark.parametrize("decision", [".*", "busy"])
def test_plugins_that_are_off_did_not_run(mixed: History, decision: str, on_rules: bool) -> None:
    outcomes = mixed.query(ask(GUARDS, titled(GUARDS, "Plugin outcomes in range"), on_rules=on_rules, decision=decision))
    (row,) = outcomes
    assert row["metric"] == {"plugin_type": "fast_response", "status": "executed"}
    assert float(row["value"][1]) == pytest.approx(BUSY, rel=NEARLY)
    runs = mixed.values(ask(GUARDS, titled(GUARDS, "Plugin runs"), on_rules=on_rules, decision=decision), "plugin_type")
    assert set(runs) == {"fast_response"}


def test_answers_without_tokens_are_the_failures(mixed: History) -> None:
    empty = 'sum(increase(llm_completion_tokens_per_request_bucket{le=~"0|0[.]0"}[1h]))'
    assert mixed.value(empty) == pytest.approx(FAILED, rel=NEARLY)


def test_failures_do_not_shorten_answers(mixed: History) -> None:
    number = titled(COST, "Answer length")
    buckets = 'sum by (le) (increase(llm_completion_tokens_per_request_bucket{model=~"large"}[1h]))'
    with_failures = mixed.value(f"histogram_quantile(0.25, {buckets})")
    without = mixed.value(ask(COST, number, on_rules=False, model="large").replace("histogram_quantile(0.5", "histogram_quantile(0.25"))
    assert with_failures < without


def test_what_the_router_added_itself_is_readable(mixed: History) -> None:
    fields = mixed.values(ask(ROUTING, titled(ROUTING, "Unknown fields in range"), on_rules=False), "field")
    assert fields["chat_template_kwargs"] == pytest.approx(CODING, rel=NEARLY)


@pytest.mark.parametrize("board", [COST, GUARDS, ROUTING, "llm-router-dashboard.json", "router-fleet.json"])
def test_nothing_splits_or_filters_by_a_label_that_names_no_decision(board: str) -> None:
    """Such a panel shows one nameless line, and goes empty as soon as a decision is chosen."""
    nameless = {series: label for family in families().values() for label in family.nameless for series in family.series}
    for panel in panels(board).values():
        for target in panel["targets"]:
            for name, listed in re.findall(r"(\w+)\{(.*?)\}", target["expr"]):
                if name in nameless:
                    assert f"{nameless[name]}=" not in listed, panel["title"]
                    assert not re.search(rf"by \([^)]*\b{nameless[name]}\b", target["expr"]), panel["title"]


def test_names_that_clients_made_up_are_one_bar(tmp_path: Path) -> None:
    family = "sr_request_params_unknown_field_stripped_total"
    page = [f'{family}{{decision="coding",field="{field}"}} {count}' for field, count in COUNTED.items()]
    (tmp_path / "page.prom").write_text("\n".join([f"# TYPE {family} counter", *page]) + "\n", encoding="utf-8")
    router = replayed(str(tmp_path / "page"))
    with recorded(tmp_path / "history", [router], prometheus=program("prometheus"), promtool=program("promtool"), step=60) as history:
        fields = history.values(ask(ROUTING, titled(ROUTING, "Unknown fields in range"), on_rules=False), "field")
    assert fields == {"chat_template_kwargs": 38, "made up by clients": 9}
