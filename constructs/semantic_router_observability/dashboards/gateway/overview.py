"""The state of gateways in four numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.dashboards.gateway.ids import PANEL_IDS
from semantic_router_observability.dashboards.gateway.scope import ANSWERS, ENVOY, NONE, SCOPE, UNROUTED, code
from semantic_router_observability.dashboards.others import in_range, per_second, ratio, select
from semantic_router_observability.dashboards.panels import GREEN, About, Query, rate_unit, stat
from semantic_router_observability.dashboards.queries import RECENT

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

_UP: Final = select("up", *ENVOY)


def gateways_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["gateways-now"],
            title="Gateways",
            description="Envoy pods that answered the last scrape, and those that did not. A pod that does not answer may still serve clients.",
            unit="none",
            no_value=NONE,
        ),
        Query(f"sum({_UP})", "up", GREEN),
        Query(f"count({_UP}) - sum({_UP})", "down"),
        bound=1,
    )


def requests_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["requests-now"],
            title="Requests",
            description=(
                "Answers per second that clients got, of any status, mean of the last 5 minutes. Many more than the router counts: other "
                "routes of the same listener, or requests that pass without the router."
            ),
            unit=rate_unit(""),
            no_value=NONE,
        ),
        Query(per_second(ANSWERS, *SCOPE, window=RECENT), "answers"),
    )


def errors_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["errors-now"],
            title="5xx",
            description="Share of the answers of the last 5 minutes with a status of 500 or more, of any origin. Normal: below 1 %.",
            unit="percentunit",
            no_value="no requests",
            decimals=1,
        ),
        Query(ratio(per_second(ANSWERS, *SCOPE, code(5), window=RECENT), per_second(ANSWERS, *SCOPE, window=RECENT)), "5xx"),
        bound=0.1,
    )


def unrouted_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["unrouted-now"],
            title="Passed unrouted",
            description=(
                "Requests within the range on screen that went on without the router because it failed or was late (`failure_mode_allow`). "
                "Normal: 0. No decision chose their model, and no guard looked at them."
            ),
            unit="short",
            no_value=NONE,
        ),
        Query(in_range(UNROUTED, *SCOPE), "requests"),
        bound=1,
    )
