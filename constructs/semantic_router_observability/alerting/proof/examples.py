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
    twins: tuple[Labels, ...] = ()
    """Of series that count the same events once more, as far as they differ: they must not change the result."""


_MODEL: Final = {"model": "qwen3-8b"}
_OTHERS: Final = (
    {"reason": "parse_error", "model": "unknown"},
    {"reason": "upstream_4xx"},
    {"reason": "model_not_found", "model": "gpt-9"},
)
_PLAIN_TEXT: Final = Example(bad={"reason": "upstream_5xx", **_MODEL}, whole=_MODEL, decoys=_OTHERS, twins=({"reason": "parse_error"},))
"""The gateway answers 503 with plain text: the router counts that twice."""
_UNUSABLE: Final = Example(bad={"reason": "parse_error", **_MODEL}, whole=_MODEL, decoys=_OTHERS)
"""Answers 200 that are web pages."""
_REFUSED: Final = Example(bad={"reason": "no_model_selected", "model": "unknown"}, whole=_MODEL, decoys=_OTHERS)
_DECISION: Final = {"decision_name": "math", "plugin_type": "response_cache"}
_OPERATION: Final = {"backend": "redis", "operation": "find_similar"}
_RUN: Final = {"decision_name": "math", "status": "not_detected"}
_ANSWERS: Final = {**_RUN, "plugin_type": "response_jailbreak"}
_DONE: Final = ({"status": "not_detected"}, {"status": "below_trigger"})
_DOCUMENTS: Final = {"backend": "milvus", "decision": "math"}
_MEMORIES: Final = {"backend": "milvus", "operation": "store"}


_LISTENER: Final = {"job": "envoy", "envoy_http_conn_manager_prefix": "http-10080"}
_GATEWAY: Final = Example(bad=_LISTENER, whole=_LISTENER, decoys=({"job": "contour"}, {"job": "envoys"}))
_OPERATOR: Final = {"job": "router-operator", "controller": "semanticrouter"}
_READ: Final = {"job": "thanos", "service": "thanos-query", "grpc_method": "Series", "grpc_type": "server_stream"}


def _of_the_stack(job: str, **labels: str) -> Example:
    """Counters of a program of the stack; the same program in another job is none."""
    of_the_stack = {"job": job, **labels}
    return Example(bad=of_the_stack, whole=of_the_stack, decoys=({"job": f"team-{job}"},))


EXAMPLES: Final[Mapping[str, Example]] = MappingProxyType(
    {
        "SemanticRouterErrors": _PLAIN_TEXT,
        "SemanticRouterErrorsElevated": _UNUSABLE,
        "SemanticRouterErrorsAtLowTraffic": _REFUSED,
        "SemanticRouterModelErrors": Example(
            bad={"reason": "parse_error"},
            whole={"reason_code": "auto_routing"},
            decoys=({"reason": "upstream_4xx"}, {"reason": "model_not_found"}, {"reason": "parse_error", "model": "unknown"}),
            twins=({"reason": "upstream_5xx"},),
        ),
        "SemanticRouterClientErrors": Example(
            bad={"reason": "parse_error", "model": "unknown"},
            whole=_MODEL,
            decoys=({"reason": "upstream_5xx", **_MODEL}, {"reason": "parse_error", **_MODEL}),
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
            bad={**_RUN, "plugin_type": "memory", "status": "unavailable"},
            whole={**_RUN, "plugin_type": "memory", "status": "used"},
            decoys=({**_RUN, "plugin_type": "memory", "status": "disabled"},),
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
        "PrometheusRuleFailures": _of_the_stack("prometheus", rule_group="/etc/prometheus/rules/slo.yaml;slo"),
        "PrometheusRetentionCut": _of_the_stack("prometheus"),
        "PrometheusDuplicateSamples": _of_the_stack("prometheus"),
        "PrometheusSamplesOutOfOrder": _of_the_stack("prometheus"),
        "PrometheusScrapeLimitHit": _of_the_stack("prometheus"),
        "PrometheusLabelLimitHit": _of_the_stack("prometheus"),
        "PrometheusRemoteWriteFailing": _of_the_stack("prometheus", remote_name="central", url="https://metrics.example.com/push"),
        "PrometheusNotificationsFailing": _of_the_stack("prometheus", alertmanager="http://alertmanager:9093/api/v2/alerts"),
        "AlertmanagerDeliveryFailing": _of_the_stack("alertmanager", integration="slack"),
        "TraceGatewayRefusesSpans": _of_the_stack("trace-gateway", receiver="otlp", transport="grpc"),
        "TraceGatewayQueueFull": _of_the_stack("trace-gateway", exporter="otlp_grpc/tempo"),
        "TraceGatewayDeliveryFailing": _of_the_stack(
            "trace-gateway", exporter="otlp_grpc/tempo", server_address="tempo", server_port="4317"
        ),
        "GatewayBypassesRouter": _GATEWAY,
        "GatewayRouterCallsFailing": _GATEWAY,
        "GatewayRouterCallsLate": _GATEWAY,
        "GatewayErrors": Example(
            bad={**_LISTENER, "envoy_response_code_class": "5"},
            whole={**_LISTENER, "envoy_response_code_class": "2"},
            decoys=({"job": "contour"},),
        ),
        "RouterOperatorFails": Example(
            bad={**_OPERATOR, "result": "error"},
            whole={**_OPERATOR, "result": "success"},
            decoys=({"controller": "certificates"},),
        ),
        "ThanosAnswersPartial": Example(
            bad={**_READ, "grpc_code": "Canceled"},
            whole={**_READ, "grpc_code": "OK"},
            decoys=({"job": "team-thanos"}, {"grpc_method": "Info"}),
        ),
        "ThanosUploadFailing": _of_the_stack("thanos", service="prometheus-thanos"),
        "ThanosObjectStorageFailing": _of_the_stack("thanos", service="thanos-store", bucket="metrics", operation="get_range"),
    }
)
"""Alerts whose counters have no labels of their own are not listed."""
