"""Alerts on the Envoy in front of the routers: what clients got of it, and what became of requests that the router did not answer for.

Where Envoy is told to go on without the router (`failure_mode_allow`), nothing in the router's own metrics shows what passed meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.facts import GATEWAY_JOBS
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.promql import Selector
from semantic_router_observability.alerting.shapes.share import Share

if TYPE_CHECKING:
    from collections.abc import Iterator

BOARD: Final = "semantic-router-gateway"
"""Uid of the dashboard that shows the numbers of these alerts."""

GATEWAY: Final = f'job=~"{GATEWAY_JOBS}"'
"""Of the gateways in front of routers; other Envoys have other jobs."""

_CALLS: Final = Selector("envoy_http_ext_proc_streams_started", GATEWAY)
"""Calls to the router: one for each request."""

_SERVICE: Final = "gateway"
"""Not the router's: while no router is found, its own alerts do not notify, and what passes without it must."""


def gateway() -> Iterator[Definition]:
    """Return the alerts about gateways."""
    yield Definition(
        name="GatewayBypassesRouter",
        shape=Share(
            Selector("envoy_http_ext_proc_failure_mode_allowed", GATEWAY), _CALLS, window=5, unit="ratio of requests that pass unrouted"
        ),
        tuning=tuning(threshold=0.05, severity="critical", hold="5m", at_least=5),
        component="gateway",
        summary="{{ $value | humanizePercentage }} of the requests pass the gateway in {{ $labels.namespace }} without the router",
        description=(
            "The router does not answer, and Envoy is told to go on without it: these requests reach a model that no decision chose, and no "
            "guard looks at them or at their answers. Clients see nothing of it."
        ),
        panel=Panel(uid=BOARD, id=10),
        lines=panels(BOARD, 10),
        service=_SERVICE,
    )
    yield Definition(
        name="GatewayRouterCallsFailing",
        shape=Share(Selector("envoy_http_ext_proc_streams_failed", GATEWAY), _CALLS, window=10, unit="ratio of calls to the router"),
        tuning=tuning(threshold=0.05, severity="warning", hold="5m", at_least=5),
        component="gateway",
        summary="{{ $value | humanizePercentage }} of the calls of the gateway in {{ $labels.namespace }} to the router fail",
        description=(
            "Envoy does not reach the router, or the router breaks calls off. Each request gets an error, or passes without the router where "
            "Envoy is told to go on."
        ),
        panel=Panel(uid=BOARD, id=11),
        lines=panels(BOARD, 11),
        service=_SERVICE,
    )
    yield Definition(
        name="GatewayRouterCallsLate",
        shape=Share(Selector("envoy_http_ext_proc_message_timeouts", GATEWAY), _CALLS, window=10, unit="ratio of calls to the router"),
        tuning=tuning(threshold=0.05, severity="warning", hold="5m", at_least=5),
        component="gateway",
        summary="The router answers {{ $value | humanizePercentage }} of the calls of the gateway in {{ $labels.namespace }} too late",
        description=(
            "Envoy waits no longer than its `message_timeout`. Each request gets an error, or passes without the router where Envoy is told to "
            "go on; the router works on in vain."
        ),
        panel=Panel(uid=BOARD, id=12),
        lines=panels(BOARD, 12),
        service=_SERVICE,
    )
    answers = "envoy_http_downstream_rq_xx"
    yield Definition(
        name="GatewayErrors",
        shape=Share(
            Selector(answers, f'{GATEWAY}, envoy_response_code_class="5"'),
            Selector(answers, f'{GATEWAY}, envoy_response_code_class!="5"'),
            window=5,
            apart=True,
            unit="ratio of answers to clients",
        ),
        tuning=tuning(threshold=0.1, severity="critical", hold="5m", at_least=10),
        component="gateway",
        summary="{{ $value | humanizePercentage }} of the answers of the gateway in {{ $labels.namespace }} are 5xx",
        description=(
            "Clients see errors of the gateway, the router or a model. Requests that never reached the router are counted here alone."
        ),
        panel=Panel(uid=BOARD, id=13),
        lines=panels(BOARD, 13),
        service=_SERVICE,
    )
