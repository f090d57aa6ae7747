"""The choices at the top of a dashboard, and the PromQL matchers that obey them.

A dashboard filters by where a sample comes from (namespace, job, instance: labels Prometheus adds while scraping) and by what it
is about (model, decision: labels the router sets). "All" means the regular expression `.*`, which also matches a series that lacks
the label: samples scraped outside Kubernetes have no namespace, and they stay visible.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableHide, VariableOption, VariableRefresh, VariableSort

from semantic_router_observability.dashboards.recording import is_recorded
from semantic_router_observability.router.target import JOB
from semantic_router_observability.rules.recorded import UP, recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.router.catalogue import Family

DATA_SOURCE: Final = "${datasource}"
"""How panels and variables name the data source: by the variable, so that one file fits every Grafana."""

PROVISIONED_UID: Final = "prometheus"
"""Preselected data source: the uid under which `GrafanaStack` provisions Prometheus. Elsewhere Grafana picks its default Prometheus."""

DEFAULT_JOB: Final = JOB
"""Preselected scrape job. Grafana falls back to the first job found when there is none of this name."""

CLUSTER: Final = 'cluster=~"$cluster"'
"""Of which cluster a sample is, where one Prometheus holds samples of several: an external label, added on the way there."""

SCRAPE_MATCHERS: Final = (CLUSTER, 'namespace=~"$namespace"', 'job=~"$job"', 'instance=~"$instance"')
"""Where a raw sample comes from. Applied to every series, `up` and the process families included."""

LABEL_MATCHERS: Final = MappingProxyType(
    {
        "model": 'model=~"$model"',
        "target_model": 'target_model=~"$model"',  # a change of model is filed under where it led
        "to_model": 'to_model=~"$model"',
        "decision": 'decision=~"$decision"',
        "decision_name": 'decision_name=~"$decision"',
    }
)
"""What a sample is about, by its label. Applied wherever a family has the label, unless the router never fills it: see `subject_matchers`."""

ALL_MODELS: Final = 'model=~".*"'
"""In place of the filter on models, where a query also needs numbers that no model can be told for."""

ALL_DECISIONS: Final = 'decision_name=~".*"'
"""In place of the filter on decisions, where the router names the decision on a part of the samples only."""


def place_matchers() -> tuple[str, ...]:
    """Return the matchers on where a sample comes from. Recording rules add replicas up, so a dashboard that reads them has no instances."""
    return SCRAPE_MATCHERS[:-1] if is_recorded() else SCRAPE_MATCHERS


def subject_matchers(family: Family, matchers: Sequence[str] = ()) -> list[str]:
    """Return the matchers on what a family's samples are about, but for labels of which `matchers` want all values."""
    filtered = [label for label in family.labels if label in LABEL_MATCHERS and label not in family.nameless]
    return [LABEL_MATCHERS[label] for label in filtered if f'{label}=~".*"' not in matchers]


def data_source() -> DataSourceRef:
    """Return the reference every panel and query carries."""
    return DataSourceRef(type_val="prometheus", uid=DATA_SOURCE)


def router_variables(*, model: bool = True, decision: bool = True) -> Sequence[DatasourceVariable | QueryVariable]:
    """Return the filters of a dashboard about the router, in reading order: data source, place, and those subjects that panels can be asked for."""
    # two families: requests that name a concrete model are filed under their model only in the second one
    models = "|".join(_held(name) for name in ("llm_model_requests_total", "llm_routing_reason_codes_total"))
    decisions = _held("llm_decision_match_total")
    place = ", ".join(SCRAPE_MATCHERS[:-1])
    up = UP if is_recorded() else "up"
    instance = () if is_recorded() else (choices("instance", "Instance", f"label_values(up{{{place}}}, instance)"),)
    return (
        source_variable(),
        cluster_variable(up),
        _job(),
        choices("namespace", "Namespace", f'label_values({up}{{{CLUSTER}, job=~"$job"}}, namespace)'),
        *instance,
        *((choices("model", "Model", f'label_values({{__name__=~"{models}", {place}}}, model)'),) if model else ()),
        *((choices("decision", "Decision", f"label_values({decisions}{{{place}}}, decision_name)"),) if decision else ()),
    )


def source_variable() -> DatasourceVariable:
    """Offer every Prometheus that Grafana knows."""
    return (
        DatasourceVariable("datasource")
        .label("Data source")
        .type("prometheus")
        .current(VariableOption(selected=True, text=PROVISIONED_UID, value=PROVISIONED_UID))
    )


def cluster_variable(metric: str) -> QueryVariable:
    """Offer the clusters that a metric comes from. Out of sight: most Prometheus hold one cluster and have no such label, and
    `GrafanaStack` shows it beside an `ExternalPrometheus`.
    """
    return choices("cluster", "Cluster", f"label_values({metric}, cluster)").hide(VariableHide.HIDE_VARIABLE)


def choices(name: str, label: str, query: str) -> QueryVariable:
    """Offer the values a query finds in the range on screen, any number of them, with "All" first."""
    return (
        QueryVariable(name)
        .label(label)
        .datasource(data_source())
        .query({"query": query, "refId": f"variable-{name}"})
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)  # values come from the range on screen, also long after an incident
        .sort(VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(VariableOption(selected=True, text=["All"], value=["$__all"]))
    )


def _job() -> QueryVariable:
    """Offer the jobs that served router metrics in the range, and the default job even when it has not answered once.

    `label_values` cannot say "this or that", and listing every job would offer Prometheus itself as a router. There is no "All":
    the state panels count targets, and targets of other programs must not be among them.
    """
    return (
        QueryVariable("job")
        .label("Job")
        .datasource(data_source())
        .query(
            {
                "query": f"query_result(group by (job) ({_jobs()}))",
                "refId": "variable-job",
            }
        )
        .regex('/job="([^"]+)"/')
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
        .multi(True)
        .current(VariableOption(selected=True, text=[DEFAULT_JOB], value=[DEFAULT_JOB]))
    )


def _jobs() -> str:
    evaluations = _held("llm_decision_evaluation_total")
    if not is_recorded():
        return f'up{{{CLUSTER}, job="{DEFAULT_JOB}"}} or last_over_time({evaluations}{{{CLUSTER}}}[$__range])'
    return f'{UP}{{{CLUSTER}, job="{DEFAULT_JOB}"}} or last_over_time({evaluations}{{{CLUSTER}}}[$__range:5m])'


def _held(family: str) -> str:
    """Name the series that tell which label values there are."""
    known = recorded(family) if is_recorded() else None
    return known.name if known else family
