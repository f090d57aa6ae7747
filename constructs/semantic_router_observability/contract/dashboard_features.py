"""PromQL of dashboards that a Prometheus does not read as it is started: its panels would show an error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from semantic_router_observability import promql
from semantic_router_observability.errors import ConfigError, ConfigErrors, Place, arg, place

from .dashboards import queries
from .grafana_variables import substitute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.grafana.dashboards import Dashboard


def check_dashboard_features(id: str, dashboards: Sequence[Dashboard], features: Mapping[str, Sequence[str] | None], preset: str) -> None:
    """Refuse queries that take a feature which their Prometheus is started without.

    Args:
        id: Id of the stack that shows the dashboards.
        dashboards: Dashboards of users.
        features: Features of each Prometheus, by uid and by name of its data source; None where they are unknown.
        preset: Uid of the data source that variables are preset to.

    Raises:
        ConfigError: all that take one.

    """

    def found() -> Iterator[ConfigError]:
        for dashboard in dashboards:
            for query in queries(json.loads(dashboard.model)):
                known = features.get(preset if query.source.startswith("$") or not query.source else query.source)
                if known is None:
                    continue
                for needed in sorted(_taken(query.expression).difference(known)):
                    where = place(id, "dashboards", Place(dashboard.file), Place(query.place))
                    text = f"Prometheus reads this only with the feature {needed}: add it to {arg('features')} of Prometheus"
                    yield ConfigError(where, query.expression, text)

    ConfigErrors.refuse(list(found()))


def _taken(expression: str) -> frozenset[str]:
    try:
        return frozenset(promql.dialect(substitute(expression)).features)
    except ValueError:
        return frozenset()  # what is no PromQL is the contract's business
