"""Features of Prometheus that are off unless it is started with `--enable-feature`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from semantic_router_observability.checks import listed, one_of
from semantic_router_observability.errors import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.alerting.rule import AlertRule

    from .rules import RuleFile

Feature = Literal[
    "concurrent-rule-eval",
    "created-timestamp-zero-ingestion",
    "delayed-compaction",
    "exemplar-storage",
    "extra-scrape-metrics",
    "memory-snapshot-on-shutdown",
    "metadata-wal-records",
    "old-ui",
    "otlp-deltatocumulative",
    "otlp-native-delta-ingestion",
    "promql-binop-fill-modifiers",
    "promql-delayed-name-removal",
    "promql-duration-expr",
    "promql-experimental-functions",
    "promql-extended-range-selectors",
    "promql-per-step-stats",
    "search-api",
    "st-storage",
    "st-synthesis",
    "type-and-unit-labels",
    "use-start-timestamps",
    "use-uncached-io",
    "xor2-encoding",
]
"""Features of Prometheus 3.13.5, by the names of its flag `--enable-feature`."""

ALL: tuple[Feature, ...] = get_args(Feature)
"""All of them: what a Prometheus that is not the stack's may have been started with."""


def check_features(id: str, features: Sequence[Feature], files: Sequence[RuleFile], own: Sequence[AlertRule]) -> None:
    """Refuse unknown features, and users' rules that Prometheus does not read when it is started with those given.

    Raises:
        ConfigError: there is one.

    """
    where = place(id, "features")
    listed(where, features)
    for feature in features:
        one_of(where, feature, ALL)
    if files or own:
        from .user_rules import check_user_rules  # noqa: PLC0415 - only those who bring rules pay for it

        check_user_rules(id, features, files, own)


def arguments(features: Sequence[Feature]) -> list[str]:
    """As arguments of the command line."""
    return [f"--enable-feature={','.join(features)}"] if features else []
