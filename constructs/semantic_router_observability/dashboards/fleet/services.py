"""What routers do besides routing: batch classification and images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.fleet.ids import PANEL_IDS
from semantic_router_observability.dashboards.panels import VERMILION, About, Query, timeseries
from semantic_router_observability.dashboards.queries import quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

BATCH_OFF = "batch metrics are off"


def batch_calls() -> Panel:
    calls, errors = rate("batch_classification_requests_total"), rate("batch_classification_errors_total", by=["error_type"])
    return timeseries(
        About(
            id=PANEL_IDS["batch-calls"],
            title="Batch classification calls",
            description=(
                "Calls per second to the batch classification API, and the failed ones by reason; invalid_json and the like are the client's. Only the "
                "sampled share is counted, so compare the lines with one another rather than with an access log."
            ),
            unit="reqps",
            no_value=BATCH_OFF,
        ),
        Query(calls, "calls"),
        Query(f'{errors}\nor on () label_replace(0 * {calls}, "error_type", "no errors", "", "")', "{{error_type}}"),
    )


def batch_texts() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["batch-texts"],
            title="Texts classified in batches",
            description=(
                "Texts per second handed to the batch classification API. They compete with requests for the same classifiers: a burst here explains "
                "routing overhead there."
            ),
            unit="cps",
            no_value=BATCH_OFF,
        ),
        Query(rate("batch_classification_texts_total"), "texts"),
    )


def batch_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["batch-time"],
            title="Batch time p95 by size",
            description=(
                "95th percentile of a successful batch call, by the number of texts in it. Grows with the size. Buckets come from the "
                "configuration; values at the last bound mean that or more."
            ),
            unit="s",
            no_value=BATCH_OFF,
        ),
        Query(quantile(0.95, "batch_classification_duration_seconds", by=["batch_size_range"]), "{{batch_size_range}} texts"),
    )


def images() -> Panel:
    made, failed = (rate("image_gen_requests_total", f'status="{status}"', by=["backend"]) for status in ("success", "error"))
    return timeseries(
        About(
            id=PANEL_IDS["images"],
            title="Images generated",
            description=(
                "Images per second asked of each backend, and those that failed. Empty until the first image; no decision generates images by default."
            ),
            unit="cps",
            no_value="no images",
        ),
        Query(f"{made} or 0 * {failed}", "{{backend}}"),
        Query(f"{failed} or 0 * {made}", "{{backend}} failed", VERMILION),
        rare=True,
    )


def image_time() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["image-time"],
            title="Image time p95",
            description=(
                "95th percentile of the time to generate an image, by backend. Tens of seconds are normal; the histogram ends at two minutes, "
                "so values there mean that or more."
            ),
            unit="s",
            no_value="no images",
        ),
        Query(quantile(0.95, "image_gen_latency_seconds", by=["backend"]), "{{backend}}"),
        rare=True,
        top=10,
    )
