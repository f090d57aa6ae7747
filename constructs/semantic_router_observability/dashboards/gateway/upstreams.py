"""What is behind the gateway: the models' servers and, as Envoy sees it, the router."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.gateway.ids import PANEL_IDS
from semantic_router_observability.dashboards.gateway.scope import ENVOY, NONE, code
from semantic_router_observability.dashboards.others import per_second, ratio, total
from semantic_router_observability.dashboards.panels import About, Query, rate_unit, timeseries

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

_BY: Final = ["envoy_cluster_name"]
_NAME: Final = "{{envoy_cluster_name}}"
_ANSWERS: Final = "envoy_cluster_upstream_rq_xx"


def answers() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["upstream-answers"],
            title="Answers by cluster",
            description=(
                "Answers per second of each cluster of Envoy's configuration, retries included. The router is one of them, since calls to it "
                "are requests, too. A model without traffic is not chosen, or its cluster has another name."
            ),
            unit=rate_unit("answers"),
            no_value="nothing answered",
        ),
        Query(per_second(_ANSWERS, *ENVOY, by=_BY), _NAME),
    )


def errors() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["upstream-errors"],
            title="5xx by cluster",
            description=(
                "Share of the answers of each cluster that are 5xx. A cluster that cannot be reached counts with 503, which Envoy made itself."
            ),
            unit="percentunit",
            no_value="nothing answered",
        ),
        Query(ratio(per_second(_ANSWERS, *ENVOY, code(5), by=_BY), per_second(_ANSWERS, *ENVOY, by=_BY)), _NAME),
    )


def trouble() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["upstream-trouble"],
            title="Not connected, and timed out",
            description=(
                "Connections per second that could not be opened, and requests that took longer than their route allows, by cluster. "
                "Normal: none."
            ),
            unit=rate_unit("events"),
            no_value=NONE,
        ),
        Query(f"{per_second('envoy_cluster_upstream_cx_connect_fail', *ENVOY, by=_BY)} > 0", f"not connected {_NAME}"),
        Query(f"{per_second('envoy_cluster_upstream_rq_timeout', *ENVOY, by=_BY)} > 0", f"timed out {_NAME}"),
    )


def hosts() -> Panel:
    healthy = total("envoy_cluster_membership_healthy", *ENVOY, by=_BY)
    return timeseries(
        About(
            id=PANEL_IDS["hosts"],
            title="Healthy hosts by cluster",
            description=(
                "Share of the hosts of each cluster that Envoy would send requests to. Without health checks or outlier detection in its "
                "configuration it takes every host for healthy."
            ),
            unit="percentunit",
            no_value=NONE,
            maximum=1,
        ),
        Query(f"{healthy} / ({total('envoy_cluster_membership_total', *ENVOY, by=_BY)} > 0)", _NAME),
    )
