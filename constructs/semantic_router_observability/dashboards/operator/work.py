"""What the operator did, how long it took, and what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.operator import CONTROLLER, TOTAL
from semantic_router_observability.alerting.watched import MATCHERS
from semantic_router_observability.dashboards.operator.ids import PANEL_IDS
from semantic_router_observability.dashboards.others import highest, in_range, per_second, percentile, select, total
from semantic_router_observability.dashboards.panels import VERMILION, About, Query, rate_unit, stat, timeseries
from semantic_router_observability.dashboards.queries import RANGE, STEP
from semantic_router_observability.dashboards.variables import CLUSTER

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

PLACE: Final = (CLUSTER, MATCHERS["namespace"], MATCHERS["pod"], CONTROLLER)
FAILED: Final = (*PLACE, 'result="error"')
TIME: Final = "controller_runtime_reconcile_time_seconds"
NONE: Final = "no operator scraped"


def done_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["done-now"],
            title="Reconciliations",
            description=(
                "Times within the range on screen at which the operator compared a SemanticRouter with what exists in the cluster, with any "
                "result. It does so whenever either of them changes."
            ),
            unit="short",
            no_value=NONE,
        ),
        Query(in_range(TOTAL, *PLACE), "reconciliations"),
    )


def failed_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["failed-now"],
            title="Failed",
            description=(
                "Reconciliations within the range on screen that ended with an error. A single one is normal: two changes at once are in each "
                "other's way, and the next attempt succeeds."
            ),
            unit="short",
            no_value=NONE,
        ),
        Query(in_range(TOTAL, *FAILED), "failed"),
    )


def duration_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["duration-now"],
            title="Duration p95",
            description="95 of 100 reconciliations within the range on screen took no longer than this. It is mostly the time of the API server.",
            unit="s",
            no_value="no reconciliation",
        ),
        Query(percentile(0.95, TIME, *PLACE, window=RANGE), "p95"),
    )


def queue_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["queue-now"],
            title="Waiting",
            description="Resources that wait for the operator. Those that it will try again later, after an error, are not among them.",
            unit="none",
            no_value=NONE,
        ),
        Query(total("workqueue_depth", *PLACE), "waiting"),
    )


def results() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["results"],
            title="Reconciliations by result",
            description=(
                "Reconciliations per second: success, error, and two kinds that ask to be called again. Bursts are normal when a resource "
                "changes or the operator starts."
            ),
            unit=rate_unit("reconciliations"),
            no_value=NONE,
        ),
        Query(per_second(TOTAL, *PLACE, by=["result"]), "{{result}}"),
        colors={"error": VERMILION},
    )


def errors() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["errors"],
            title="Errors by pod",
            description=(
                "Reconciliations that ended with an error. The operator tries again at once, then after ever longer waits, up to 16 minutes and "
                "40 seconds: points far apart, without end, are a resource that cannot be applied."
            ),
            unit="short",
            no_value=NONE,
        ),
        Query(f"sum by (pod) (increase({select(TOTAL, *FAILED)}[{STEP}]))", "{{pod}}"),
        rare=True,
    )


def duration() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["duration"],
            title="Duration",
            description="Time that a reconciliation took, by its percentiles. It grows where the API server is slow or holds the operator back.",
            unit="s",
            no_value="no reconciliation",
        ),
        *(Query(percentile(fraction, TIME, *PLACE), name) for fraction, name in ((0.5, "p50"), (0.95, "p95"))),
    )


def queue() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["queue"],
            title="Waiting resources by pod",
            description="Resources that wait for the operator. It works on one at a time: a queue that does not empty again waits for a slow one.",
            unit="none",
            no_value=NONE,
        ),
        Query(total("workqueue_depth", *PLACE, by=["pod"]), "{{pod}}"),
    )


def longest() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["longest"],
            title="Longest running",
            description="Time for which the reconciliation that runs longest has been running. Minutes mean that it hangs, and all others wait.",
            unit="s",
            no_value=NONE,
        ),
        Query(highest("workqueue_longest_running_processor_seconds", *PLACE, by=["pod"]), "{{pod}}"),
    )
