"""What Thanos Query answers, which sources it reaches, and what becomes of the blocks in the object storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.thanos import COMPACT, QUERY, SIDECAR, THANOS, reached
from semantic_router_observability.alerting.shapes.promql import filtered
from semantic_router_observability.alerting.watched import MATCHERS
from semantic_router_observability.dashboards.others import highest, per_second, percentile, select, total
from semantic_router_observability.dashboards.panels import BLUE, GREEN, VERMILION, About, Query, rate_unit, stat, timeseries
from semantic_router_observability.dashboards.thanos.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

PLACE: Final = (CLUSTER, MATCHERS["namespace"])
QUERIES: Final = (*PLACE, QUERY)
ASKED: Final = 'handler=~"query|query_range"'
"""What Grafana asks; rules are evaluated by Prometheus."""

NONE: Final = "no Thanos scraped"
NO_STORAGE: Final = "no object storage"


def _here(number: str) -> str:
    """Restrict the number of an alert to what the filters choose."""
    return filtered(number, {"cluster": CLUSTER, "namespace": MATCHERS["namespace"]})


def query_now() -> Panel:
    up = select("up", *QUERIES)
    return stat(
        About(
            id=PANEL_IDS["query-now"],
            title="Query pods",
            description="Pods of Thanos Query that answered the last scrape, and those that did not. Without any, dashboards show errors.",
            unit="none",
            no_value=NONE,
        ),
        Query(f"sum({up})", "up", GREEN),
        Query(f"count({up}) - sum({up})", "down"),
        bound=1,
    )


def sources_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["sources-now"],
            title="Sources",
            description=(
                "What Thanos Query reads, of the pod of it that reaches the fewest: replicas of Prometheus and, with object storage, the store "
                "gateway. A source that is missing is left out of answers without a warning."
            ),
            unit="none",
            no_value=NONE,
        ),
        Query(f"min({_here(reached('sidecar'))})", "Prometheus"),
        Query(f"min({_here(reached('store'))})", "store gateway"),
    )


def upload_now() -> Panel:
    uploaded = select("thanos_objstore_bucket_last_successful_upload_time", *PLACE, SIDECAR)
    return stat(
        About(
            id=PANEL_IDS["upload-now"],
            title="Oldest last upload",
            description=(
                "Time since the last upload of a block, of the sidecar for which it is longest ago. Normal: below 2 h. Empty until the first "
                "block is uploaded, three hours after Prometheus was first started."
            ),
            unit="s",
            no_value="nothing uploaded",
        ),
        Query(f"time() - min({uploaded} > 0)", "ago"),
        bound=thresholds.UPLOAD_AGE,
    )


def blocks_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["blocks-now"],
            title="Blocks in the object storage",
            description="Blocks that the store gateway can read.",
            unit="short",
            no_value=NO_STORAGE,
        ),
        Query(f"sum({select('thanos_bucket_store_blocks_loaded', *PLACE, THANOS)})", "blocks"),
    )


def queries() -> Panel:
    answered, failed = (per_second("http_requests_total", *QUERIES, ASKED, f'code{operator}"5.."') for operator in ("!~", "=~"))
    return timeseries(
        About(
            id=PANEL_IDS["queries"],
            title="Queries",
            description=(
                "Queries per second that Thanos Query answered, and those that failed. Answers without one of the sources count as answered. "
                "Normal: none failed."
            ),
            unit=rate_unit("queries"),
            no_value=NONE,
        ),
        Query(answered, "answered", BLUE),
        Query(f"({failed} or 0 * sum({select('up', *QUERIES)}))", "failed", VERMILION),
    )


def duration() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["duration"],
            title="Query duration p95",
            description=(
                "Time within which 95 % of queries are answered. Steps of 5 s are a source that hangs: each query waits for it as long as "
                "`responseTimeout` says."
            ),
            unit="s",
            no_value="no queries",
        ),
        Query(percentile(0.95, "http_request_duration_seconds", *QUERIES, ASKED, by=["handler"]), "{{handler}}"),
    )


def sources() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["sources"],
            title="Sources by pod",
            description="Sidecars and store gateways that each pod of Thanos Query reads. All pods should read all of them.",
            unit="none",
            no_value=NONE,
        ),
        Query(total("thanos_store_nodes_grpc_connections", *QUERIES, by=["pod", "store_type"]), "{{pod}} {{store_type}}"),
    )


def memory() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory"],
            title="Memory by pod",
            description=(
                "Resident memory of each part of Thanos, by its pod; of a sidecar without that of Prometheus. A part that reaches its limit is "
                "restarted: raise `resources` of that part."
            ),
            unit="bytes",
            no_value=NONE,
        ),
        Query(highest("process_resident_memory_bytes", *PLACE, THANOS, by=["pod"]), "{{pod}}"),
    )


def operations() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["operations"],
            title="Object storage by operation",
            description="Operations per second on the object storage, of all parts. Object storage is paid for by operation in most clouds.",
            unit=rate_unit("ops"),
            no_value=NO_STORAGE,
        ),
        Query(per_second("thanos_objstore_bucket_operations_total", *PLACE, THANOS, by=["operation"]), "{{operation}}"),
    )


def blocks() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["blocks"],
            title="Blocks to work on",
            description=(
                "Blocks that the compactor has yet to merge or to delete. Climbing for days means that it is halted, or slower than the uploads: "
                "look at its log and its limits."
            ),
            unit="short",
            no_value=NO_STORAGE,
        ),
        Query(total("thanos_compact_todo_compaction_blocks", *PLACE, COMPACT), "to merge"),
        Query(total("thanos_compact_todo_deletion_blocks", *PLACE, COMPACT), "to delete"),
    )
