"""The dashboard "Probes": do the router and what surrounds it answer as users ask?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.probes import BOARD
from semantic_router_observability.alerting.defaults.probes import probes as alerts
from semantic_router_observability.dashboards.alerts.panel import panel
from semantic_router_observability.dashboards.frame import dashboard
from semantic_router_observability.dashboards.layout import Line, Section
from semantic_router_observability.dashboards.probes import answers
from semantic_router_observability.dashboards.probes.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Dashboard

__all__ = ["PANEL_IDS", "UID", "probes"]

UID: Final = BOARD

_ANY: Final = "probe_success"
"""A metric of every probe."""


def probes() -> Dashboard:
    """Build the dashboard; a new model on every call."""
    return dashboard(
        uid=UID,
        title="Probes",
        description="Probes and canaries: whether they get the right answer, how long it takes, and when certificates expire.",
        variables=[
            source_variable(),
            cluster_variable(_ANY),
            choices("namespace", "Namespace", f"label_values({_ANY}{{{CLUSTER}}}, namespace)"),
            choices("probe", "Probe", f'label_values({_ANY}{{{CLUSTER}, namespace=~"$namespace"}}, probe)'),
        ],
        alerts="Probe.+|Canary.+|CertificateExpires",
        sections=[
            Section(lines=[Line(3, [answers.failing_now(), answers.canaries_now(), answers.slowest_now(), answers.expiry_now()])]),
            Section(
                title="Numbers of the alerts",
                id=PANEL_IDS["row-alerts"],
                lines=[Line(8, [panel(alert, PANEL_IDS[alert.name]) for alert in alerts()])],
            ),
            Section(
                title="Answers",
                id=PANEL_IDS["row-answers"],
                lines=[
                    Line(8, [answers.probes_now()]),
                    Line(8, [answers.success(), answers.duration(), answers.phases(), answers.status()]),
                ],
            ),
        ],
    )
