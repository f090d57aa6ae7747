"""Three incidents from the notification to the culprit: the link, the panel behind it, the first query of the runbook, the next dashboard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest

from documentation import ROOT, snippets_of
from harness.programs import program
from semantic_router_observability.alerting.proof.promtool import filled
from simulation.drills import DRILLS
from simulation.engine import FIRES, asked
from simulation.panels import beyond, linked, panels, query, rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulation.engine import Alert, Answer

INCIDENTS = {
    "one model dead": ("SemanticRouterModelErrors", {"model": "gpt-oss-120b"}),
    "slow completions": ("SemanticRouterSlowCompletions", {"model": "llama-3.3-70b"}),
    "all replicas down": ("SemanticRouterDown", {"namespace": "vllm-semantic-router-system"}),
}
"""What happens, which alert reports it, and the labels that name the culprit."""


class Seen(NamedTuple):
    """What the engineer on call sees."""

    alert: str
    culprit: Mapping[str, str]
    firing: Alert
    link: str
    minute: int
    answers: Mapping[str, Sequence[Answer]]


@pytest.fixture(scope="module", params=INCIDENTS)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    alert, culprit = INCIDENTS[request.param]
    drill = DRILLS[request.param]
    runbook = ROOT / rules()[alert]["annotations"]["runbook_url"]
    first = next(snippet.text for snippet in snippets_of(runbook) if snippet.language == "promql")
    link = rules()[alert]["annotations"]["dashboard_url"]
    queries = {
        "runbook": " ".join(first.split()),
        "panel": query(linked(link)),
        "chosen": query(linked(link), 0, **culprit),
        "beyond": beyond(alert),
    }
    answers = asked(program("promtool"), tmp_path_factory.mktemp("incident"), drill.installation.samples(), queries)
    minute = next(at for at, found in enumerate(answers[FIRES]) if any(dict(labels)["alertname"] == alert for labels in found))
    (firing,) = (labels for labels in answers[FIRES][minute] if dict(labels)["alertname"] == alert)
    sample = {name: value for name, value in firing if name in {"namespace", "job", "model", "pod"}}
    return Seen(alert, culprit, firing, filled(link, sample, 0, minute), minute, answers)


def test_the_notification_names_the_culprit(seen: Seen) -> None:
    assert seen.culprit.items() <= dict(seen.firing).items()
    summary = rules()[seen.alert]["annotations"]["summary"]
    assert all(f"$labels.{label}" in summary for label in seen.culprit)


def test_the_link_chooses_the_culprit_and_the_time(seen: Seen) -> None:
    chosen = {name: values[0] for name, values in parse_qs(urlsplit(seen.link).query).items()}
    assert {f"var-{label}": value for label, value in seen.culprit.items()}.items() <= chosen.items()
    assert int(chosen["from"]) == (60 * seen.minute - 3 * 3600) * 1000
    assert chosen["to"] == "now"


def test_the_panel_shows_the_culprit_beyond_the_line_and_nothing_else(seen: Seen) -> None:
    shown = [dict(labels) for labels in seen.answers["beyond"][seen.minute]]
    assert shown
    assert all(seen.culprit.items() <= labels.items() for labels in shown), "one line lies beyond: the culprit's"
    chosen = seen.answers["chosen"][seen.minute]
    assert chosen
    assert chosen.items() <= seen.answers["panel"][seen.minute].items(), "the filters of the link change no number"
    assert all(seen.culprit.items() <= dict(labels).items() for labels in chosen)


def test_the_first_query_of_the_runbook_has_the_number_of_the_panel(seen: Seen) -> None:
    assert seen.answers["runbook"][seen.minute] == seen.answers["panel"][seen.minute]


def test_the_panel_leads_on_to_a_dashboard_with_the_same_choices(seen: Seen) -> None:
    (link,) = linked(seen.link)["links"]
    target = re.fullmatch(r"/d/([\w-]+)/\?viewPanel=(\d+)&\$\{__all_variables\}&\$\{__url_time_range\}", link["url"])
    assert target
    assert (target[1], int(target[2])) in panels()
