"""What the dashboards are made of besides queries of counters: the common frame, lines of panels, questions to histograms."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from harness import boards
from harness.programs import program
from semantic_router_observability.dashboards import DASHBOARDS, render
from semantic_router_observability.dashboards.frame import TAG, dashboard
from semantic_router_observability.dashboards.layout import Line, Section, place
from semantic_router_observability.dashboards.observations import amount, mean, none_while, observed, share, zero_while
from semantic_router_observability.dashboards.panels import CURRENCY_UNITS, About, Query, bargauge, stat, timeseries
from semantic_router_observability.dashboards.queries import share_above, share_up_to
from semantic_router_observability.errors import ConfigError
from simulator.prometheus import Prometheus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ABOUT = About(id=1, title="Title", description="Description", unit="none")
QUERY = Query("up", "{{job}}")


# --- the frame


@pytest.mark.parametrize("name", [entry.file_name for entry in DASHBOARDS])
def test_every_page_lists_the_others_and_keeps_what_is_chosen(name: str) -> None:
    model = json.loads(boards.text(name, recorded=True))
    (link,) = model["links"]
    assert (link["type"], link["tags"]) == ("dashboards", [TAG])
    assert TAG in model["tags"], "the menu of the other pages lists it"
    assert link["asDropdown"]
    assert link["keepTime"]
    assert link["includeVars"]
    assert not link["targetBlank"]
    assert "placement" not in link, "on the page, beside the filters"


def test_a_page_of_ones_own_needs_only_panels() -> None:
    built = json.loads(render(dashboard(uid="mine", title="Mine", description="", sections=[Section([Line(4, [stat(ABOUT, QUERY)])])])))
    assert TAG in built["tags"], "the menu of the other pages lists it"
    assert [variable["name"] for variable in built["templating"]["list"]][:3] == ["datasource", "cluster", "job"]


def test_widths_of_a_line() -> None:
    first, second, third = place([Section([Line(5, [stat(ABOUT, QUERY) for _ in range(3)], widths=(10, 7, 7))])])
    assert [(panel.grid_pos.x, panel.grid_pos.w) for panel in (first, second, third) if panel.grid_pos] == [(0, 10), (10, 7), (17, 7)]


@pytest.mark.parametrize("widths", [(10, 7), (10, 7, 8), (24, 0, 0), (30, -3, -3)])
def test_widths_that_do_not_fit_are_refused(widths: tuple[int, ...]) -> None:
    line = Line(5, [stat(ABOUT, QUERY) for _ in range(3)], widths=widths)
    with pytest.raises(ConfigError, match=re.escape("a width for each of 3 panels, 24 together")):
        place([Section([line])])


@pytest.mark.parametrize("kind", [stat, bargauge, timeseries])
def test_amounts_get_the_sign_of_their_currency(kind: Callable[..., Any]) -> None:
    overrides = kind(ABOUT, QUERY, by_unit=CURRENCY_UNITS).field_config.overrides
    units = {override.matcher.options: override.properties[0].value for override in overrides}
    for legend, unit in (("qwen3-8b USD", "currencyUSD"), ("EUR a month", "currencyEUR"), ("usd-model CHF", None)):
        fitting = [value for pattern, value in units.items() if re.search(pattern.strip("/"), legend)]
        assert fitting == ([unit] if unit else [])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: observed("llm_model_requests_total"), "query of llm_model_requests_total: 'recorded counter': a histogram"),
        (lambda: mean("llm_model_selection_confidence"), "'placeholder_only histogram': a histogram that the router really feeds"),
        (lambda: amount("vsr_token_estimation_error_pct"), "'buckets from -50': a histogram without negative values"),
        (lambda: share_up_to(-15, "vsr_token_estimation_error_pct"), "one of its bucket bounds: -50, -30, -20, -10,"),
    ],
)
def test_mistakes_are_named(build: Callable[[], str], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        build()


# --- what the questions answer, asked of a real Prometheus


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with Prometheus(program("prometheus"), tmp_path_factory.mktemp("prometheus"), targets=[]) as running:
        running.wait_for("vector(1)")
        yield running


def labelled(**values: float) -> str:
    """Write a vector with a label `kind`."""
    return "(" + " or ".join(f'label_replace(vector({value}), "kind", "{kind}", "", "")' for kind, value in values.items()) + ")"


NOTHING = "(vector(1) < 0)"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param(zero_while("vector(3)", "vector(9)"), {"": 3.0}, id="found something"),
        pytest.param(zero_while(NOTHING, "vector(9)"), {"": 0.0}, id="looked and found nothing"),
        pytest.param(zero_while(NOTHING, NOTHING), {}, id="did not look"),
        pytest.param(none_while(labelled(a=1, b=2), "vector(9)", "kind", "none"), {"a": 1.0, "b": 2.0}, id="lines"),
        pytest.param(none_while(NOTHING, "vector(9)", "kind", "none"), {"none": 0.0}, id="one line at zero"),
        pytest.param(none_while(NOTHING, NOTHING, "kind", "none"), {}, id="no line"),
        pytest.param(share(labelled(a=1), labelled(a=4, b=2)), {"a": 0.25, "b": 0.0}, id="share"),
        pytest.param(share(labelled(a=0), labelled(a=0)), {}, id="share of nothing"),
        pytest.param(share(NOTHING, labelled(a=4)), {"a": 0.0}, id="share without a part"),
    ],
)
def test_zero_and_nothing_are_told_apart(prometheus: Prometheus, expression: str, expected: dict[str, float]) -> None:
    assert {row["metric"].get("kind", ""): float(row["value"][1]) for row in prometheus.query(expression)} == expected


def test_bounds_below_zero_match_both_spellings() -> None:
    """The router writes `le="-10"`, Prometheus 3 stores `le="-10.0"`."""
    asked = re.search(r'le=~"([^"]+)"', share_up_to(-10, "vsr_token_estimation_error_pct"))
    assert asked
    assert [bool(re.fullmatch(asked[1], spelling)) for spelling in ("-10", "-10.0", "10", "-10.5")] == [True, True, False, False]


def test_above_and_up_to_are_complements() -> None:
    name = "llm_model_ttft_seconds"
    assert share_above(5, name) == f"1 - {share_up_to(5, name)}"
