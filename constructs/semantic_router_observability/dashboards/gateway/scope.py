"""What the page looks at: the Envoys of scrape jobs of type `envoy`, and their listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.gateway import GATEWAY
from semantic_router_observability.dashboards.others import select
from semantic_router_observability.dashboards.variables import CLUSTER, choices, cluster_variable, source_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable

ENVOY: Final = (CLUSTER, GATEWAY, 'namespace=~"$namespace"')
SCOPE: Final = (*ENVOY, 'envoy_http_conn_manager_prefix=~"$listener"')

ANSWERS: Final = "envoy_http_downstream_rq_xx"
CALLS: Final = "envoy_http_ext_proc_streams_started"
UNROUTED: Final = "envoy_http_ext_proc_failure_mode_allowed"

NONE: Final = "no gateway scraped"


def code(digit: int) -> str:
    """Select the answers whose status begins with a digit."""
    return f'envoy_response_code_class="{digit}"'


def variables() -> Sequence[DatasourceVariable | QueryVariable]:
    """Return the filters."""
    return (
        source_variable(),
        cluster_variable(ANSWERS),
        choices("namespace", "Namespace", f"label_values({select(ANSWERS, CLUSTER, GATEWAY)}, namespace)"),
        choices("listener", "Listener", f"label_values({select(ANSWERS, *ENVOY)}, envoy_http_conn_manager_prefix)"),
    )
