"""Labels of the counters in the cases, by alert: of series that its expression selects, and of some that it must not select."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    Labels = Mapping[str, str]


@dataclass(frozen=True)
class Example:
    """Labels besides those that scraping gives."""

    bad: Labels = field(default_factory=dict)
    """Of the events that are counted against a threshold."""
    whole: Labels = field(default_factory=dict)
    """Of the other counter of a ratio."""
    decoys: tuple[Labels, ...] = ()
    """Of series of the first counter that are not selected, as far as they differ."""


_MODEL: Final = {"model": "qwen3-8b"}
_FAILED: Final = Example(
    bad={"reason": "upstream_5xx", **_MODEL},
    whole=_MODEL,
    decoys=({"reason": "parse_error", "model": "unknown"}, {"reason": "upstream_4xx"}),
)
_DECISION: Final = {"decision_name": "math", "plugin_type": "response_cache"}
_OPERATION: Final = {"backend": "redis", "operation": "find_similar"}
_RUN: Final = {"decision_name": "math", "status": "not_detected"}
_ANSWERS: Final = {**_RUN, "plugin_type": "response_jailbreak"}
_DONE: Final = ({"status": "not_detected"}, {"status": "below_trigger"})
_DOCUMENTS: Final = {"backend": "milvus", "decision": "math"}
_MEMORIES: Final = {"backend": "milvus", "operation": "store"}
_ALERTMANAGER: Final = {"alertmanager": "http://alertmanager:9093/api/v2/alerts"}

EXAMPLES: Final[Mapping[str, Example]] = MappingProxyType(
    {
        "SemanticRouterErrors": _FAILED,
        "SemanticRouterErrorsElevated": _FAILED,
        "SemanticRouterErrorsAtLowTraffic": _FAILED,
        "SemanticRouterModelErrors": Example(
            bad={"reason": "timeout"}, whole={"reason_code": "auto_routing"}, decoys=({"reason": "upstream_4xx"},)
        ),
        "SemanticRouterClientErrors": Example(
            bad={"reason": "parse_error", "model": "unknown"}, whole=_MODEL, decoys=({"reason": "upstream_5xx", **_MODEL},)
        ),
        "SemanticRouterNoModelSelected": Example(
            bad={"reason": "no_model_selected", "model": "unknown"}, whole=_MODEL, decoys=({"reason": "upstream_5xx", **_MODEL},)
        ),
        "SemanticRouterSelectionFallbacks": Example(
            bad={"method": "knn", "decision": "math", "reason": "selector_timeout"},
            whole={"method": "knn", "decision": "math", "model": "qwen3-8b", "tier": "supported"},
            decoys=({"method": "knn", "decision": "_init", "reason": "_init", "model": "_init"},),
        ),
        "SemanticRouterCacheUseless": Example(bad=_DECISION, whole=_DECISION),
        "SemanticRouterCacheErrors": Example(
            bad={**_OPERATION, "status": "error"}, whole={**_OPERATION, "status": "hit"}, decoys=({"status": "canceled"},)
        ),
        "SemanticRouterDetectorErrors": Example(
            bad={"plugin_type": "response_jailbreak", "error_reason": "detection_error"}, whole=_ANSWERS
        ),
        "SemanticRouterGuardrailFailOpen": Example(
            bad={**_RUN, "plugin_type": "context_compression", "status": "parse_error_fail_open"}, decoys=_DONE
        ),
        "SemanticRouterGuardrailFailClosed": Example(bad={**_ANSWERS, "status": "fail_closed"}, decoys=_DONE),
        "SemanticRouterPluginErrors": Example(
            bad={**_RUN, "plugin_type": "memory", "status": "unavailable"}, whole={**_RUN, "plugin_type": "memory", "status": "used"}
        ),
        "SemanticRouterRetrievalErrors": Example(bad={**_DOCUMENTS, "status": "error"}, whole={**_DOCUMENTS, "status": "success"}),
        "SemanticRouterMemoryErrors": Example(bad={**_MEMORIES, "status": "error"}, whole={**_MEMORIES, "status": "success"}),
        "SemanticRouterJailbreakSurge": Example(
            bad={"signal_type": "jailbreak", "signal_name": "strict"}, decoys=({"signal_type": "keyword"},)
        ),
        "SemanticRouterPersonalDataSurge": Example(
            bad={"signal_type": "pii", "signal_name": "strict"}, decoys=({"signal_type": "keyword"},)
        ),
        "SemanticRouterSpendOverBudget": Example(bad={**_MODEL, "currency": "USD"}),
        "SemanticRouterTokenSurge": Example(bad=_MODEL),
        "PrometheusRuleFailures": Example(bad={"rule_group": "/etc/prometheus/rules/slo.yaml;slo"}),
        "PrometheusRemoteWriteFailing": Example(bad={"remote_name": "central", "url": "https://metrics.example.com/push"}),
        "PrometheusNotificationsFailing": Example(bad=_ALERTMANAGER, whole=_ALERTMANAGER),
        "AlertmanagerDeliveryFailing": Example(bad={"integration": "slack", "reason": "serverError"}, whole={"integration": "slack"}),
    }
)
"""Alerts whose counters have no labels of their own are not listed."""
