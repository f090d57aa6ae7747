"""The two interfaces beside chat: image generation and classification in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.guardrails.ids import PANEL_IDS
from semantic_router_observability.dashboards.guardrails.outcomes import OUTCOME_COLORS
from semantic_router_observability.dashboards.observations import none_while
from semantic_router_observability.dashboards.panels import BLUE, ORANGE, About, Query, rate_unit, timeseries
from semantic_router_observability.dashboards.queries import quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

BATCHES = "batch_classification_requests_total"
NO_IMAGES = "no images generated"
NO_BATCHES = "no batch metrics"


def images_by_outcome() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["images-by-outcome"],
            title="Images by outcome",
            description=(
                "Image generations per second by outcome. An error is the backend's: the request was routed to it and came back "
                "without a picture. Nothing is shown until the first image was asked for."
            ),
            unit="reqps",
            no_value=NO_IMAGES,
        ),
        Query(rate("image_gen_requests_total", by=["status"]), "{{status}}"),
        colors=OUTCOME_COLORS,
        stacked=True,
        interval="5m",
    )


def image_time_p95_by_backend() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["image-time-p95-by-backend"],
            title="Image time p95 by backend",
            description=(
                "Duration of an image generation, 95th percentile, by backend. Seconds are normal. Buckets reach from 1 s to 120 s; a "
                "line that lies flat at 120 s means that long or longer."
            ),
            unit="s",
            no_value=NO_IMAGES,
        ),
        Query(quantile(0.95, "image_gen_latency_seconds", by=["backend"]), "{{backend}}"),
        interval="10m",
        top=1,
    )


def batches_and_their_texts() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["batches-and-their-texts"],
            title="Batches and their texts",
            description=(
                "Calls of the batch classification interface per second, and texts in them. The router measures this only when "
                "batch metrics are switched on, and only for the share of calls set as sample rate."
            ),
            unit=rate_unit("items"),
            no_value=NO_BATCHES,
        ),
        Query(rate(BATCHES), "batches", BLUE),
        Query(rate("batch_classification_texts_total"), "texts", ORANGE),
        interval="5m",
    )


def batch_errors_by_cause() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["batch-errors-by-cause"],
            title="Batch errors by cause",
            description=(
                "Batch calls per second that were refused or failed. classification_failed and classifier_unavailable are the "
                "router's; all others are malformed calls. Normal: zero."
            ),
            unit=rate_unit("errors"),
            no_value=NO_BATCHES,
        ),
        Query(
            none_while(rate("batch_classification_errors_total", by=["error_type"]), rate(BATCHES), "error_type", "no errors"),
            "{{error_type}}",
        ),
        interval="10m",
        top=0.01,
    )


def batch_time_p95_by_size() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["batch-time-p95-by-size"],
            title="Batch time p95 by size",
            description=(
                "Duration of a successful batch call, 95th percentile, by the number of texts in it. Bucket bounds and size ranges are "
                "set in the router's configuration; with the few bounds it has by default, values are coarse."
            ),
            unit="s",
            no_value=NO_BATCHES,
        ),
        Query(quantile(0.95, "batch_classification_duration_seconds", by=["batch_size_range"]), "{{batch_size_range}} texts"),
        interval="10m",
    )
