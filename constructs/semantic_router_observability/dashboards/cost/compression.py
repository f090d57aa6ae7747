"""Context compression: how often it applies, how much it removes, and whether removed text was needed after all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.dashboards.cost.ids import PANEL_IDS
from semantic_router_observability.dashboards.cost.money import HOUR, saved_by_compression
from semantic_router_observability.dashboards.observations import mean
from semantic_router_observability.dashboards.panels import (
    BLUE,
    CURRENCY_UNITS,
    GREEN,
    ORANGE,
    VERMILION,
    About,
    Query,
    rate_unit,
    timeseries,
)
from semantic_router_observability.dashboards.queries import quantile, rate

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

OFF = "no compression in use"


def compression_by_outcome() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["compression-by-outcome"],
            title="Compression by outcome",
            description=(
                "Prompts per second that compression looked at. applied: made shorter. below_trigger and no_targets: nothing to do, the "
                "normal case. budget_unavailable, recovery_unavailable and scoring_unavailable: it wanted to and could not."
            ),
            unit="reqps",
            no_value=OFF,
        ),
        Query(rate("llm_context_compression_applied_total", by=["status"]), "{{status}}"),
        colors={"applied": GREEN},
        stacked=True,
    )


def tokens_before_and_after() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["tokens-before-and-after"],
            title="Tokens before and after",
            description=(
                "Mean size of the compressed part of a prompt, before and after, estimated without the model's tokenizer. Only prompts that "
                "were compressed are in the picture, so a high value before is what triggered it."
            ),
            unit="short",
            no_value="no prompt was compressed",
        ),
        Query(mean("llm_context_compression_tokens_before"), "before", ORANGE),
        Query(mean("llm_context_compression_tokens_after"), "after", GREEN),
        interval="5m",
        top=100,
    )


def size_left_after_compression() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["size-left-after-compression"],
            title="Size left after compression",
            description=(
                "Tokens after divided by tokens before, for half of the prompts (p50) and for all but one in twenty (p95). Close to 100 % "
                "means effort for nothing; very small values mean that little of the original context is left."
            ),
            unit="percentunit",
            no_value="no prompt was compressed",
            maximum=1,
        ),
        Query(quantile(0.5, "llm_context_compression_ratio"), "p50", BLUE),
        Query(quantile(0.95, "llm_context_compression_ratio"), "p95", ORANGE),
        interval="5m",
        top=1,
    )


def saved_per_hour_by_model() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["saved-per-hour-by-model"],
            title="Saved per hour by model",
            description=(
                "Prompt cost that compression avoids, per hour, by model: the router's own estimate from its token estimate and the model's "
                "prompt price. Models without a price are missing."
            ),
            unit="short",
            no_value="nothing saved yet",
        ),
        Query(f"{saved_by_compression(('model', 'currency'))} * {HOUR}", "{{model}} {{currency}}"),
        by_unit=CURRENCY_UNITS,
        interval="5m",
    )


def verdicts_of_the_quality_guard() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["verdicts-of-the-quality-guard"],
            title="Verdicts of the quality guard",
            description=(
                "What the guard behind compression found, per second. budget_met is success; budget_partial removed less than asked; "
                "rejected_non_reducing threw the result away because it was no shorter; not_applied had nothing to judge."
            ),
            unit=rate_unit("verdicts"),
            no_value=OFF,
        ),
        Query(rate("llm_context_compression_quality_guard_total", by=["quality"]), "{{quality}}"),
        Query(rate("llm_context_compression_quality_guard_total", 'fallback!="none"', by=["fallback"]), "{{fallback}}", VERMILION),
        colors={"budget_met": GREEN},
    )


def originals_stored_and_fetched() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["originals-stored-and-fetched"],
            title="Originals stored and fetched",
            description=(
                "Removed text per second that was put aside (stored) and that a model asked back for (retrieved). retrieve_failed means that "
                "it had expired or was lost: the answer had to do without. Many retrievals mean that compression removes too much."
            ),
            unit=rate_unit("originals"),
            no_value="no original was stored",
        ),
        Query(rate("llm_context_compression_recovery_total", by=["status"]), "{{status}}"),
        colors={"stored": BLUE, "retrieved": GREEN, "retrieve_failed": VERMILION},
        rare=True,
    )


def age_of_fetched_originals() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["age-of-fetched-originals"],
            title="Age of fetched originals",
            description=(
                "How old removed text was when it was fetched back (p95), and how much of its time to live was left for all but the "
                "latest one in twenty (p5). Time left near zero means that a longer time to live is needed. Ends at 2048 s."
            ),
            unit="s",
            no_value="nothing fetched back",
        ),
        Query(quantile(0.95, "llm_context_compression_recovery_age_seconds"), "age p95", ORANGE),
        Query(quantile(0.05, "llm_context_compression_recovery_ttl_remaining_seconds"), "time left p5", BLUE),
        interval="10m",
        top=10,
    )
