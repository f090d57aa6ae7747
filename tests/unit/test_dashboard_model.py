"""What of a user's dashboard Grafana would refuse, pass over or fail on, and what an export for sharing leaves open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from semantic_router_observability.errors import ConfigError, ConfigErrors
from semantic_router_observability.grafana.dashboards import Dashboard, DashboardFile, fitted, load
from semantic_router_observability.grafana.model import Source

PROMETHEUS = Source("prometheus", "Prometheus", "prometheus")
MIMIR = Source("mimir", "Mimir", "prometheus")
LOKI = Source("loki", "Logs", "loki")


def board(file: str = "a.json", folder: str = "Team", **model: Any) -> Dashboard:
    """A dashboard."""
    return Dashboard(file=file, model=json.dumps({"title": file, "uid": file.removesuffix(".json"), **model}), folder=folder)


def panel(datasource: Any, **more: Any) -> dict[str, Any]:
    """A panel on a data source."""
    return {"title": "P", "datasource": datasource, "targets": [{"refId": "A", "expr": "up"}], **more}


def fit(dashboard: Dashboard, *sources: Source) -> dict[str, Any]:
    """The dashboard as it is shipped."""
    (made,) = fitted([dashboard], sources or (PROMETHEUS,))
    model: dict[str, Any] = json.loads(made.model)
    return model


@pytest.mark.parametrize(
    "reference",
    [
        None,
        "",
        "prometheus",
        "Prometheus",
        "default",
        "-- Mixed --",
        "-- Grafana --",
        {"type": "prometheus"},
        {"type": "prometheus", "uid": "prometheus"},
        {"type": "datasource", "uid": "-- Dashboard --"},
        {"type": "grafana", "uid": "grafana"},
        {"type": "__expr__", "uid": "__expr__"},
        "$ds",
        "${ds}",
        "[[ds]]",
        {"type": "prometheus", "uid": "${ds}"},
        {"type": "prometheus", "uid": "${ds:raw}"},
    ],
)
def test_data_sources_that_are_there(reference: Any) -> None:
    variables = {"list": [{"type": "datasource", "query": "prometheus", "name": "ds"}]}
    found = fit(board(panels=[panel(reference)], templating=variables))
    assert found["panels"][0]["datasource"] == reference


@pytest.mark.parametrize(
    ("model", "place"),
    [
        ({"panels": [panel("nope")]}, "panel 'P'"),
        ({"panels": [panel({"type": "prometheus", "uid": "nope"})]}, "panel 'P'"),
        ({"panels": [panel(None, targets=[{"datasource": {"uid": "nope"}}])]}, "panel 'P'"),
        ({"panels": [{"type": "row", "title": "R", "panels": [panel("nope")]}]}, "panel 'P'"),
        ({"rows": [{"title": "R", "panels": [panel("nope")]}]}, "panel 'P'"),
        ({"templating": {"list": [{"name": "v", "datasource": {"uid": "nope"}}]}}, "variable v"),
        ({"annotations": {"list": [{"name": "deploys", "datasource": "nope"}]}}, "annotation deploys"),
    ],
)
def test_data_sources_that_nothing_has(model: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigError) as refused:
        fit(board(**model), PROMETHEUS, LOKI)
    assert str(refused.value) == (
        f"dashboards: a.json: {place}: 'nope': no data source has this uid or name; there are prometheus (Prometheus), loki (Logs); "
        "add it to data_sources, or use a data source variable"
    )


def test_a_variable_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match=r"panel 'P': '\$\{DS_PROMETHEUS\}': is no variable of this dashboard; there are prometheus"):
        fit(board(panels=[panel("${DS_PROMETHEUS}")]))


def test_all_of_it_is_reported_at_once() -> None:
    twice = Dashboard(file="b.json", model='{"title": "b", "uid": "b", "panels": [5, {"title": "x", "title": "y", "datasource": "n"}]}')
    with pytest.raises(ConfigErrors) as refused:
        fitted([board(panels=[panel("one"), panel("two"), panel("two")]), twice], [PROMETHEUS])
    rest = "no data source has this uid or name; there are prometheus (Prometheus); add it to dataSources, or use a data source variable"
    assert refused.value.in_yaml().splitlines() == [
        f"dashboards: a.json: panel 'P': 'one': {rest}",
        f"dashboards: a.json: panel 'P': 'two': {rest}",
        "dashboards: b.json: title: twice: one object has this key two times, and Grafana reads only the last; remove one",
        "dashboards: b.json: panels[0]: 5: is not a panel; remove it",
        f"dashboards: b.json: panel 'y': 'n': {rest}",
    ]


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ({"panels": {}}, "panels: {}: write a list of panels"),
        ({"rows": [5]}, "rows[0]: 5: is not a panel; remove it"),
        ({"panels": [{"type": "row", "panels": ["x"]}]}, "panels[0].panels[0]: 'x': is not a panel; remove it"),
    ],
)
def test_panels_that_are_none(model: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        fit(board(**model))
    assert str(refused.value) == f"dashboards: a.json: {problem}"


def test_a_uid_is_text() -> None:
    with pytest.raises(ConfigError, match=r"a\.json: uid: 5: give it a uid of 1 to 40 letters, digits, '-' or '_', as text"):
        board(uid=5)


def test_two_dashboards_of_one_title_in_one_folder() -> None:
    first, second = board("1.json", title="Overview"), board("2.json", title="Overview")
    with pytest.raises(
        ConfigError, match=r"^dashboards: 2.json: title: 'Overview': 1.json has the same title in folder 'Team'; rename one"
    ):
        load([first, second])
    load([first, board("2.json", title="Overview", folder="Other")])


def test_a_mark_in_front_of_the_file_is_passed_over(tmp_path: Any) -> None:
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + json.dumps({"title": "A", "uid": "a"}).encode())
    ((shipped,), _) = load([DashboardFile(path=str(tmp_path / "a.json"))])
    assert json.loads(shipped.content("prometheus"))["uid"] == "a"


def shared(*inputs: dict[str, Any], **model: Any) -> Dashboard:
    """A dashboard that was exported for sharing."""
    return board(__inputs=list(inputs), __requires=[{"type": "grafana"}], **model)


DS = {"name": "DS_PROMETHEUS", "label": "Prometheus", "type": "datasource", "pluginId": "prometheus", "pluginName": "Prometheus"}
LOGS = {"name": "DS_LOGS", "type": "datasource", "pluginId": "loki"}
CONSTANT = {"name": "VAR_JOB", "type": "constant", "value": "node"}


def test_an_export_for_sharing_gets_the_stacks_data_sources() -> None:
    given = shared(
        DS,
        LOGS,
        CONSTANT,
        __elements={},
        panels=[panel("${DS_PROMETHEUS}"), panel({"type": "loki", "uid": "${DS_LOGS}"})],
        templating={"list": [{"name": "job", "type": "constant", "query": "${VAR_JOB}", "current": {"value": "${VAR_JOB}"}}]},
    )
    made = fit(given, MIMIR, PROMETHEUS, LOKI)
    assert [found["datasource"] for found in made["panels"]] == ["mimir", {"type": "loki", "uid": "loki"}]
    assert made["templating"]["list"][0] == {"name": "job", "type": "constant", "query": "node", "current": {"value": "node"}}
    assert not [key for key in made if key.startswith("__")]


@pytest.mark.parametrize(
    ("given", "sources", "problem"),
    [
        (shared(LOGS), (PROMETHEUS,), r"__inputs\[0\]: 'loki': the dashboard asks for a data source of this type; add one to data_sources"),
        (shared(DS), (LOKI, PROMETHEUS, MIMIR), r"'prometheus': several data sources are of this type, prometheus, mimir; put the uid"),
        (shared({"name": "X", "type": "panel"}), (PROMETHEUS,), "is neither a data source nor a constant; export the dashboard again"),
        (shared(DS, __elements={"a": {}}), (PROMETHEUS,), "__elements: present: holds library panels, which a file cannot add"),
    ],
)
def test_exports_that_cannot_be_filled_in(given: Dashboard, sources: tuple[Source, ...], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        fit(given, *sources)
