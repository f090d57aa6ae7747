"""What the dashboards about cost, guardrails and routing answer, asked of a real Prometheus that scraped simulated routers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from harness.boards import panels, queries
from harness.programs import program
from simulator import Restart, Router, Scenario
from simulator.history import remember

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.history import History

COST, GUARDS, ROUTING = "cost-and-tokens.json", "guardrails-and-quality.json", "routing-and-learning.json"
NOT_SIMULATED = {(COST, 54, 1), (ROUTING, 21, 5)}
"""Queries for what the simulated router never does: a guard of compression without its model, uncertainty that is unknown."""

EVERY_PANEL = [(board, number) for board in (COST, GUARDS, ROUTING) for number in panels(board)]


def history(directory: pytest.TempPathFactory, *scenarios: Scenario) -> Iterator[History]:
    routers = [Router(seed=number + 1, scenario=scenario) for number, scenario in enumerate(scenarios)]
    with remember(
        directory.mktemp("history"), routers, prometheus=program("prometheus"), promtool=program("promtool"), step=60
    ) as remembered:
        yield remembered


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """An hour of two replicas that use every part of the router."""
    yield from history(tmp_path_factory, Scenario.everything_on(rate=20), Scenario.everything_on(rate=10))


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """An hour of a router that nobody asked anything."""
    yield from history(tmp_path_factory, Scenario.everything_on(quiet=True))


def total(history: History, part: str) -> float:
    """Add up what was counted in the hour, by the simulator's own books."""
    counted = 0.0
    for router in history.routers:
        last, first = (getattr(router.truth(at), part) for at in (history.last, history.first))
        counted += sum(last.values()) - sum(first.values())
    return counted


def answer(history: History, board: str, number: int, query: int = 0, *, window: str = "5m", monthly_budget: str = "0") -> float:
    return history.value(queries(board, number, window=window, monthly_budget=monthly_budget)[query])


# --- all panels


@pytest.mark.parametrize(("board", "number"), EVERY_PANEL)
def test_every_query_of_every_panel_answers(busy: History, board: str, number: int) -> None:
    for place, expression in enumerate(queries(board, number, monthly_budget="5000")):
        values = [float(row["value"][1]) for row in busy.query(expression)]
        assert bool(values) != ((board, number, place) in NOT_SIMULATED), expression
        assert all(math.isfinite(value) for value in values), expression
        assert len(values) <= 20, "more than a reader can tell apart"
        if panels(board)[number]["fieldConfig"]["defaults"].get("max") == 1:
            assert all(-1e-9 <= value <= 1 for value in values), expression


@pytest.mark.parametrize(("board", "number"), EVERY_PANEL)
def test_a_quiet_router_shows_zero_or_says_why_not(quiet: History, board: str, number: int) -> None:
    for expression in queries(board, number):
        assert all(float(row["value"][1]) == 0 for row in quiet.query(expression)), expression


@pytest.mark.parametrize(("board", "number"), EVERY_PANEL)
def test_filters_narrow_what_a_panel_shows(busy: History, board: str, number: int) -> None:
    """A namespace that does not exist has nothing to show, not even a zero."""
    for expression in queries(board, number, namespace="elsewhere", monthly_budget="5000"):
        assert busy.query(expression) == [], expression


# --- cost and tokens


def test_spending(busy: History) -> None:
    spent = total(busy, "cost")
    assert spent > 1
    assert answer(busy, COST, 1) == pytest.approx(spent, rel=0.01)
    assert answer(busy, COST, 2) == pytest.approx(spent * 24, rel=0.01)
    assert answer(busy, COST, 3) == pytest.approx(spent * 24 * 365.25 / 12, rel=0.01)
    by_model = busy.values(queries(COST, 13)[0], "model")
    assert sum(by_model.values()) == pytest.approx(spent, rel=0.01)


def test_budget(busy: History) -> None:
    month = answer(busy, COST, 3)
    assert answer(busy, COST, 4, monthly_budget="1000.5") == pytest.approx(month / 1000.5)
    for nothing in ("0", ""):
        assert busy.query(queries(COST, 4, monthly_budget=nothing)[0]) == [], "no budget, no share"
        assert busy.query(queries(COST, 12, monthly_budget=nothing)[1]) == []
    assert answer(busy, COST, 12, 1, monthly_budget="5000") == 5000


def test_tokens(busy: History) -> None:
    prompt, completion = total(busy, "prompt_tokens"), total(busy, "completion_tokens")
    assert sum(busy.values(queries(COST, 22)[0], "model").values()) == pytest.approx(prompt + completion, rel=0.01)
    asked, written = (busy.value(query) for query in queries(COST, 20, window="1h"))
    assert asked * 3600 == pytest.approx(prompt, rel=0.01)
    assert written * 3600 == pytest.approx(completion, rel=0.01)


def test_price_of_a_thousand_tokens(busy: History) -> None:
    tokens = total(busy, "prompt_tokens") + total(busy, "completion_tokens")
    assert answer(busy, COST, 5) == pytest.approx(1000 * total(busy, "cost") / tokens, rel=0.01)


def named_share(history: History) -> float:
    """8 of 100 requests name their model; of those that are forwarded, a larger share: the cache answers none of them."""
    return 0.08 * total(history, "requests") / (total(history, "handled") - total(history, "cache_hits"))


def test_cost_is_shared_out_to_both_kinds_of_routing(busy: History) -> None:
    chosen, named = queries(COST, 11, window="1h")
    assert busy.value(chosen) + busy.value(named) == pytest.approx(total(busy, "cost"), rel=0.01), "nothing is lost or counted twice"
    assert busy.value(named) / total(busy, "cost") == pytest.approx(named_share(busy), rel=0.2)


def test_cache_saves_what_its_answers_would_have_cost(busy: History) -> None:
    hits, answers = total(busy, "cache_hits"), total(busy, "completions")
    expected = total(busy, "cost") * hits / (answers - hits)
    assert busy.value(queries(COST, 30, window="1h")[0]) == pytest.approx(expected, rel=0.02)
    saved = sum(busy.value(query) for query in queries(COST, 30, window="1h"))
    assert answer(busy, COST, 6) == pytest.approx(saved * 24, rel=0.01)


def test_nobody_pays_where_nothing_has_a_price(tmp_path_factory: pytest.TempPathFactory) -> None:
    for unpriced in history(tmp_path_factory, Scenario.everything_on(features=frozenset({"session_identity"}))):
        for number in (1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 30, 53):
            for expression in queries(COST, number, monthly_budget="100"):
                assert unpriced.query(expression) == [], expression
        assert busy_tokens(unpriced) > 0


def busy_tokens(history: History) -> float:
    return sum(history.values(queries(COST, 22)[0], "model").values())


def test_spending_survives_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    for restarted in history(tmp_path_factory, Scenario(rate=20, restarts=(Restart(at=1800),))):
        router = restarted.routers[0]
        first, before, last = router.truth(restarted.first), router.truth(1799.9), router.truth(restarted.last)
        spent = sum(before.cost.values()) - sum(first.cost.values()) + sum(last.cost.values())
        # What is not seen: the minutes before and after the restart that fall between two scrapes, 2 of 60.
        assert answer(restarted, COST, 1) == pytest.approx(spent, rel=0.04)


# --- guardrails and quality


def test_shares_of_the_guards(busy: History) -> None:
    assert answer(busy, GUARDS, 3) == pytest.approx(8 / 98, rel=0.05), "of 98 checks, 6 detect and 2 confirm"
    jailbreak, personal = (busy.value(query) for query in queries(GUARDS, 12, window="1h"))
    assert jailbreak == pytest.approx(0.004, rel=0.1)
    assert personal == pytest.approx(0.012, rel=0.1)
    assert answer(busy, GUARDS, 15, window="1h") == pytest.approx(0.2, rel=0.05)
    assert answer(busy, GUARDS, 8) == pytest.approx(0.003, rel=0.1)


def test_bars_and_numbers_agree(busy: History) -> None:
    rules = busy.values(queries(GUARDS, 13)[0], "signal_type")
    assert rules == {"jailbreak": answer(busy, GUARDS, 1), "pii": answer(busy, GUARDS, 2)}
    outcomes = busy.query(queries(GUARDS, 33)[0])
    not_done = [float(row["value"][1]) for row in outcomes if row["metric"]["status"] == "injection_error"]
    assert sum(not_done) == answer(busy, GUARDS, 7) > 0


def test_no_findings_of_guards_that_run_are_zeros(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Detectors evaluate but nothing matches within the first seconds of hardly any traffic; no plugin runs."""
    for calm in history(tmp_path_factory, Scenario(rate=0.02, extras=frozenset())):
        assert answer(calm, GUARDS, 1) == 0
        assert answer(calm, GUARDS, 2) == 0
        assert calm.values(queries(GUARDS, 10)[0], "signal_name") == {"no match": 0}
        for number in (3, 5, 7, 20, 24, 30, 32):
            assert calm.query(queries(GUARDS, number)[0]) == [], "a guard that is off has no good news"


# --- routing and learning


def test_shares_of_routing(busy: History) -> None:
    assert answer(busy, ROUTING, 1) == pytest.approx(1 - named_share(busy), rel=0.02)
    assert answer(busy, ROUTING, 32, window="1h") == pytest.approx(1.15 * 7 / 11, rel=0.02), (
        "the decision without conditions, 4 of 11, is not one"
    )
    assert answer(busy, ROUTING, 6) == pytest.approx(0.1, rel=0.05), "a switch for each tenth turn"
    assert answer(busy, ROUTING, 8) == pytest.approx(2 / 14, rel=0.05), "one in 14 estimates is 12 % low, one 14 % high"


def test_reasoning_by_model(busy: History) -> None:
    shares = busy.values(queries(ROUTING, 37)[0], "model")
    assert set(shares) == {"qwen3-8b", "llama-3.3-70b", "gpt-oss-120b"}
    assert max(shares.values()) > min(shares.values()), "only some decisions reason, and they choose different models"
    assert answer(busy, ROUTING, 3) == pytest.approx(3 / 11, rel=0.1)


def test_ratings_are_not_added_up_over_replicas(busy: History) -> None:
    ratings = busy.values(queries(ROUTING, 50)[0], "model")
    assert set(ratings) == {"qwen3-8b", "llama-3.3-70b", "gpt-oss-120b"}
    assert all(1400 < rating < 1600 for rating in ratings.values())


def test_filter_on_decisions_reaches_families_that_call_them_category(busy: History) -> None:
    assert {row["metric"]["category"] for row in busy.query(queries(ROUTING, 53, decision="coding")[0])} == {"coding"}
