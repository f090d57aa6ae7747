"""Numbers of the panels of the dashboard "Alerts", by alert. Links in notifications and runbooks lead to `?viewPanel=<number>`."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

UID: Final = "semantic-router-alerts"
"""Of the dashboard."""

NUMBERS: Final = MappingProxyType(
    {
        "SemanticRouterAbsent": 1,
        "SemanticRouterDown": 2,
        "SemanticRouterReplicaDown": 3,
        "SemanticRouterRestarting": 4,
        "SemanticRouterMemoryHigh": 5,
        "SemanticRouterSamplesNearLimit": 6,
        "SemanticRouterBusy": 7,
        "SemanticRouterErrors": 10,
        "SemanticRouterErrorsElevated": 11,
        "SemanticRouterErrorsAtLowTraffic": 12,
        "SemanticRouterModelErrors": 13,
        "SemanticRouterClientErrors": 14,
        "SemanticRouterSlowCompletions": 20,
        "SemanticRouterSlowFirstToken": 21,
        "SemanticRouterSlowTokens": 22,
        "SemanticRouterRoutingSlow": 23,
        "SemanticRouterNoModelSelected": 30,
        "SemanticRouterSelectionFallbacks": 31,
        "SemanticRouterCacheUseless": 40,
        "SemanticRouterCacheErrors": 41,
        "SemanticRouterDetectorErrors": 50,
        "SemanticRouterGuardrailFailOpen": 51,
        "SemanticRouterGuardrailFailClosed": 52,
        "SemanticRouterPluginErrors": 53,
        "SemanticRouterRetrievalErrors": 54,
        "SemanticRouterMemoryErrors": 55,
        "SemanticRouterJailbreakSurge": 56,
        "SemanticRouterPersonalDataSurge": 57,
        "SemanticRouterSpendOverBudget": 60,
        "SemanticRouterTokenSurge": 61,
        "PrometheusConfigReloadFailed": 70,
        "PrometheusRuleFailures": 71,
        "PrometheusRulesSlow": 72,
        "PrometheusStorageFilling": 73,
        "PrometheusRetentionCut": 74,
        "PrometheusDuplicateSamples": 75,
        "PrometheusSamplesOutOfOrder": 76,
        "PrometheusScrapeLimitHit": 77,
        "PrometheusLabelLimitHit": 78,
        "PrometheusTargetDown": 79,
        "PrometheusTargetMissing": 80,
        "PrometheusRemoteWriteFailing": 81,
        "PrometheusRemoteWriteBehind": 82,
        "PrometheusStoresNothing": 83,
        "GrafanaDown": 85,
        "PrometheusNotificationsFailing": 90,
        "AlertmanagerDown": 91,
        "AlertmanagerDeliveryFailing": 92,
        "AlertmanagerClusterSplit": 93,
    }
)
"""Number of each alert's panel; given once and never reused."""
