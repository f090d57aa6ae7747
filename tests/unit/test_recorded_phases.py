"""Alerts, panels and SLOs against the real router with known truth, in a real Prometheus. See `tests/recorded/README.md`."""

from __future__ import annotations

import json
import lzma
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from harness import boards
from harness.pages import RECORDED, SAMPLE
from harness.programs import program
from harness.recorded import concrete
from semantic_router_observability.alerting.burn import slo_groups
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.links import Links
from semantic_router_observability.alerting.shapes.slow import Slow
from semantic_router_observability.alerting.slo import Latency, Slo
from semantic_router_observability.dashboards.front_page.causes import errors
from semantic_router_observability.dashboards.recording import raw_queries
from semantic_router_observability.router import causes
from simulator.prometheus import Prometheus

if TYPE_CHECKING:
    from collections.abc import Iterator

START = 1_767_225_600
MIXED, HTML, JAIL, TEXT, END = (START + seconds for seconds in (180, 330, 510, 631, 734))
PAGE = 'namespace="page",job="semantic-router"'
"""Labels of the samples of `mixed.prom`."""
ALERTS = {alert.name: alert for alerts in topics(Facts()).values() for alert in alerts}


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Hold the phases, and the page `mixed` as of their start."""
    directory = tmp_path_factory.mktemp("phases")
    text = directory / "phases.om"
    phases = lzma.decompress((RECORDED / "phases.om.xz").read_bytes()).decode().removesuffix("# EOF\n")
    page = "".join(
        f"{match[1]}{{{match[2] + ',' if match[2] else ''}{PAGE}}} {match[3]} {START}\n"
        for line in (RECORDED / "mixed.prom").read_text(encoding="utf-8").splitlines()
        if (match := SAMPLE.fullmatch(line))
    )
    text.write_text(f"{phases}{page}up{{{PAGE}}} 1 {START}\n# EOF\n", encoding="utf-8")
    subprocess.run(
        [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--quiet", text, directory / "data"],
        check=True,
        capture_output=True,
    )
    with Prometheus(program("prometheus"), directory, targets=[]) as running:
        running.wait_for("vector(1)")
        yield running


@pytest.fixture(scope="module")
def truth() -> dict[str, dict[str, float]]:
    """What was sent and answered until `mixed.prom`."""
    found: dict[str, dict[str, float]] = json.loads((RECORDED / "mixed.truth.json").read_text(encoding="utf-8"))
    return found


def total(prometheus: Prometheus, owner: Any, *more: str) -> float:
    """Failed requests of an owner on the page `mixed`."""
    selected = owner(lambda *matchers: f"{causes.ERRORS}{{{', '.join([PAGE, *matchers, *more])}}}")
    (result,) = prometheus.query(f"sum({selected})", at=START)
    return float(result["value"][1])


def test_clients_answer_for_what_clients_did(prometheus: Prometheus, truth: dict[str, dict[str, float]]) -> None:
    did = sum(truth[kind]["sent"] for kind in ("e429", "unknown_model", "badjson"))
    assert total(prometheus, causes.of_clients) == did


def test_a_plain_503_is_one_failure(prometheus: Prometheus, truth: dict[str, dict[str, float]]) -> None:
    assert total(prometheus, causes.of_answers, 'model="large"') == truth["e503text"]["sent"]


def test_a_failure_is_never_counted_twice(prometheus: Prometheus, truth: dict[str, dict[str, float]]) -> None:
    failed, unusable = (sum(truth[kind]["sent"] for kind in kinds) for kinds in (("e500", "e503text"), ("bad_answer",)))
    counted = total(prometheus, causes.of_operators)
    assert failed <= counted <= failed + unusable


def test_errors_by_cause_are_the_truth(prometheus: Prometheus, truth: dict[str, dict[str, float]]) -> None:
    sent = {kind: counts["sent"] for kind, counts in truth.items()}
    (panel,) = (
        panel for panel in boards.panels("llm-router-dashboard.json", recorded=False).values() if panel["title"] == "Errors by cause"
    )
    expression = concrete(panel["targets"][0]["expr"], range_="1h", window="1h")
    # Totals of a page in place of rates: it is one moment.
    totals = expression.replace("rate(", "sum without () (").replace("[1h]", "")
    found = {row["metric"].get("reason"): float(row["value"][1]) for row in prometheus.query(totals, at=START)}
    assert found == {
        "upstream_5xx": sent["e500"] + sent["e503text"],
        "answer unusable": sent["bad_answer"] + sent["e503text"],
        "upstream_4xx": sent["e429"],
        "model_not_found": sent["unknown_model"],
        "request unreadable": sent["badjson"],
    }


def test_web_pages_as_answers_are_the_operators(prometheus: Prometheus) -> None:
    for alert in ("SemanticRouterErrors", "SemanticRouterModelErrors"):
        rule = ALERTS[alert].rule()
        pending = [bool(prometheus.query(rule.expr, at=at)) for at in range(HTML + 30, JAIL + 1, 15)]
        assert all(pending), alert
    answers = f"sum(increase(llm_model_completion_latency_seconds_count{{}}[{JAIL - HTML}s]))"

    def counted(*matchers: str) -> str:
        return f"increase({causes.ERRORS}{{{', '.join(matchers)}}}[{JAIL - HTML}s])"

    operators, clients = (f"sum({owner(counted)})" for owner in (causes.of_operators, causes.of_clients))
    assert value(prometheus, f"({operators}) / {answers}", JAIL) == pytest.approx(1, abs=0.01)
    assert value(prometheus, clients, JAIL) == 0


def test_the_front_page_blames_the_backend(prometheus: Prometheus) -> None:
    with raw_queries():
        backend, client = (concrete(errors(owner, window="2m"), range_="1h") for owner in ("backend", "client"))
    requests = "sum(rate(llm_model_requests_total[2m]))"
    # At the end, every answer is a 503 with plain text, and answers of up to 40 s are still coming in from the phase before.
    for at, least in ((JAIL, 0.99), (END, 0.6)):
        assert least <= value(prometheus, f"({backend}) / {requests}", at) <= 1.01
        assert value(prometheus, client, at) == 0


@pytest.mark.parametrize("of", ["completion", "firstToken"])
def test_a_quick_failure_is_no_fast_answer(prometheus: Prometheus, of: Any) -> None:
    slo = Slo(name="fast", sli=Latency(bound=2.5, of=of), objective=0.95)
    (recorded, *_) = slo_groups([slo], Facts(interval="15s", retention="30d"), Links())
    _, events = (rule["expr"] for rule in recorded["rules"])
    histogram = "llm_model_completion_latency_seconds" if of == "completion" else "llm_model_ttft_seconds"
    everything = f"sum(rate({histogram}_count[5m]))"
    usable = "sum(rate(llm_model_tpot_seconds_count[5m]))"
    # Half of the mixed phase; a usable answer has a time per token, a failed one has none.
    at = HTML
    assert value(prometheus, usable, at) < 0.8 * value(prometheus, everything, at)
    counted = value(prometheus, events, at)
    assert value(prometheus, usable, at) <= counted * 1.02
    assert counted < 0.93 * value(prometheus, everything, at)


@pytest.mark.parametrize("alert", ["SemanticRouterSlowCompletions", "SemanticRouterSlowFirstToken"])
def test_quick_failures_do_not_hide_that_answers_are_slow(prometheus: Prometheus, alert: str) -> None:
    """Of the answers that still come in after the slow phase each took 15 s or more; everything since is a 503 within a tenth of a second."""
    shape = ALERTS[alert].shape
    assert isinstance(shape, Slow)
    assert shape.failed
    (tile,) = (
        panel
        for panel in boards.panels("llm-router-dashboard.json", recorded=False).values()
        if panel["title"] == {"SemanticRouterSlowCompletions": "Answers > 10 s", "SemanticRouterSlowFirstToken": "First token > 5 s"}[alert]
    )
    tile_now = concrete(tile["targets"][0]["expr"], range_="1h").replace("[5m]", "[1m]")
    with_failures = replace(shape, failed=None)
    at = TEXT + 60
    wrong, right = (
        value(prometheus, number.number(ALERTS[alert].tuning).replace("[10m]", "[1m]"), at) for number in (with_failures, shape)
    )
    assert wrong < 0.35
    assert right == pytest.approx(1, abs=0.01)
    assert value(prometheus, tile_now, at) == pytest.approx(right, abs=0.01)
    # Once no answer comes in, there is no ratio: the alerts on failures report it.
    for nothing in (shape.number(ALERTS[alert].tuning).replace("[10m]", "[1m]"), tile_now):
        assert prometheus.query(nothing, at=TEXT + 90) == []


@pytest.mark.parametrize("alert", ["SemanticRouterSlowCompletions", "SemanticRouterSlowFirstToken"])
def test_without_failures_the_ratio_is_of_everything(prometheus: Prometheus, alert: str) -> None:
    shape = ALERTS[alert].shape
    assert isinstance(shape, Slow)
    numbers = [shape.number(ALERTS[alert].tuning), replace(shape, failed=None).number(ALERTS[alert].tuning)]
    ours, plain = (
        {row["metric"]["model"]: float(row["value"][1]) for row in prometheus.query(number.replace("[10m]", "[2m]"), at=MIXED)}
        for number in numbers
    )
    assert ours.keys() == plain.keys() == {"large", "small"}
    assert ours == pytest.approx(plain, abs=1e-9)


def value(prometheus: Prometheus, expression: str, at: float) -> float:
    """Return the one value that an expression has at a moment."""
    (result,) = prometheus.query(expression, at=at)
    return float(result["value"][1])
