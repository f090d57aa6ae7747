"""Alert on the operator of the router. While it fails, changes to SemanticRouter resources are not applied; routers that run go on as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import DEPENDENCIES, Definition, tuning
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.promql import Selector
from semantic_router_observability.alerting.shapes.share import Share

if TYPE_CHECKING:
    from collections.abc import Iterator

BOARD: Final = "semantic-router-operator"
"""Uid of the dashboard that shows the number of this alert."""

CONTROLLER: Final = 'controller="semanticrouter"'
"""Of the router's operator: every other operator that is scraped has the same families."""

TOTAL: Final = "controller_runtime_reconcile_total"
"""Reconciliations by result: success, requeue, requeue_after and error."""


def router_operator() -> Iterator[Definition]:
    """Return the alert about the operator."""
    yield Definition(
        name="RouterOperatorFails",
        # After many failures, the operator waits 1,000 s before it tries again: no shorter window is sure to hold one.
        shape=Share(
            Selector(TOTAL, f'{CONTROLLER}, result="error"'),
            Selector(TOTAL, f'{CONTROLLER}, result!="error"'),
            window=30,
            apart=True,
            unit="ratio of reconciliations",
        ),
        tuning=tuning(threshold=0.5, severity="warning", hold="15m", at_least=1),
        component="operator",
        service=DEPENDENCIES,
        summary="{{ $value | humanizePercentage }} of the reconciliations of the router's operator in {{ $labels.namespace }} fail",
        description=(
            "Changes to SemanticRouter resources are not applied, and what is deleted is not made again. Routers that run go on as they are."
        ),
        panel=Panel(uid=BOARD, id=10),
        lines=panels(BOARD, 10),
    )
