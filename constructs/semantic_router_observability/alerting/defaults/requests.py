"""Alerts on failed requests, by who can fix the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Failures, Selector
from semantic_router_observability.alerting.shapes.share import Share
from semantic_router_observability.router import causes
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUESTS: Final = Selector("llm_model_requests_total")

SERVER_CAUSED: Final = Failures(causes.of_operators)
"""Failures that operators are responsible for: all but those of clients, so that a cause that a later router adds is included."""

_SHARE = Panel(uid="llm-router-metrics", id=12)
_RATIO = panels("llm-router-metrics", 3, 12)
_CAUSES = Panel(uid="llm-router-metrics", id=11)
_BY_MODEL = Panel(uid="llm-router-metrics", id=14)


def requests() -> Iterator[Definition]:
    """Return the alerts."""
    yield Definition(
        name="SemanticRouterErrors",
        shape=Share(SERVER_CAUSED, REQUESTS, window=5),
        tuning=tuning(threshold=0.1, severity="critical", hold="5m", at_least=10),
        component="requests",
        summary="{{ $value | humanizePercentage }} of the requests to the router in {{ $labels.namespace }} fail",
        description="Users see errors that they did not cause: the router, or the model servers behind it, fail.",
        panel=_SHARE,
        lines=_RATIO,
    )
    yield Definition(
        name="SemanticRouterErrorsElevated",
        shape=Share(SERVER_CAUSED, REQUESTS, window=15),
        tuning=tuning(threshold=thresholds.ERROR_RATIO, severity="warning", hold="10m", keep="5m", at_least=5),
        component="requests",
        summary="{{ $value | humanizePercentage }} of the requests to the router in {{ $labels.namespace }} have failed for a while",
        description="Some users see errors that they did not cause.",
        panel=_SHARE,
        lines=_RATIO,
    )
    yield Definition(
        name="SemanticRouterErrorsAtLowTraffic",
        shape=Share(SERVER_CAUSED, REQUESTS, window=60),
        tuning=tuning(threshold=0.3, severity="critical", hold="5m", at_least=3),
        component="requests",
        summary="{{ $value | humanizePercentage }} of the few requests to the router in {{ $labels.namespace }} within the hour failed",
        description=(
            "Traffic is low, and many requests fail. Looks back an hour, so that a broken service with little traffic is noticed after a "
            "few failures."
        ),
        panel=_SHARE,
        lines=_RATIO,
    )
    yield Definition(
        name="SemanticRouterModelErrors",
        shape=Share(
            Failures(causes.of_backends),
            # Requests that name a model bypass routing, and only this counter has them under their model.
            Selector("llm_routing_reason_codes_total"),
            window=10,
            by=(*INSTALLATION, "model"),
        ),
        tuning=tuning(threshold=0.1, severity="warning", hold="5m", at_least=5),
        component="requests",
        summary="{{ $value | humanizePercentage }} of the requests to model {{ $labels.model }} in {{ $labels.namespace }} fail",
        description=("The server of this model fails, times out or sends what is no answer. Healthy models hide it in the overall ratio."),
        panel=_BY_MODEL,
    )
    yield Definition(
        name="SemanticRouterClientErrors",
        shape=Share(Failures(causes.of_clients), REQUESTS, window=15),
        tuning=tuning(threshold=0.2, severity="info", hold="15m", at_least=20),
        component="requests",
        summary="{{ $value | humanizePercentage }} of the requests to the router in {{ $labels.namespace }} are invalid or refused",
        description="Clients send malformed requests, name unknown models, or exceed quotas. The service itself works.",
        panel=_CAUSES,
        at_most="warning",
    )
