"""PodMonitor and ServiceMonitor: the scrape job of the routers as objects of prometheus-operator. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import duration_seconds
from semantic_router_observability.prometheus.config import namespaces_of, router_jobs
from semantic_router_observability.prometheus.guards import limits
from semantic_router_observability.router.target import ALL_NAMESPACES, POD_MONITOR, SERVICE_MONITOR, relabel_configs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.prometheus.scrape import ScrapeGuards
    from semantic_router_observability.router.target import RouterTarget

KINDS: Mapping[str, str] = {"pod": "PodMonitor", "service": "ServiceMonitor"}
"""Kind of object by what it discovers."""

_ENDPOINTS = {"pod": "podMetricsEndpoints", "service": "endpoints"}
_SOURCES = {"pod": POD_MONITOR, "service": SERVICE_MONITOR}

_LONGEST_SCRAPE = "10s"
"""Prometheus's own default. Written, because that of the installation may be longer than the interval here, and the object is then rejected."""


def monitor_spec(
    discovers: str, targets: Sequence[RouterTarget], guards: ScrapeGuards, own_namespace: str, *, interval: str, shards: int
) -> dict[str, Any]:
    """Build the `spec` of a monitor that finds the routers of all targets.

    Each pod is scraped twice, as by this project's Prometheus: what clients can multiply is an endpoint of its own, which may fail alone.
    No selector of labels can say "one label or another", so the monitor selects every pod or Service of the namespaces by the port's name,
    and relabelling keeps the routers: the same that the scrape job of this project's Prometheus has.
    """
    ports = dict.fromkeys(target.port for target in targets)
    namespaces = namespaces_of(targets, own_namespace)
    return {
        _ENDPOINTS[discovers]: [
            {
                "port": port,
                "interval": interval,
                "scrapeTimeout": min(interval, _LONGEST_SCRAPE, key=lambda text: duration_seconds("interval", text)),
                "followRedirects": False,
                "relabelings": [
                    relabeling(step)
                    for step in [
                        *relabel_configs([target for target in targets if target.port == port], own_namespace, _SOURCES[discovers]),
                        # The operator calls the job after the Service or the monitor; rules and dashboards ask for these names.
                        {"target_label": "job", "replacement": job["job_name"]},
                        # Each shard evaluates every rule on what it scrapes: `absent()` would fire in those without the router.
                        *([{"target_label": "__tmp_disable_sharding", "replacement": "true"}] if shards > 1 else []),
                    ]
                ],
                "metricRelabelings": [relabeling(step) for step in job["metric_relabel_configs"]],
            }
            for port in ports
            for job in router_jobs(targets, guards, own_namespace)
        ],
        "selector": {},
        "namespaceSelector": {"any": True} if ALL_NAMESPACES in namespaces else {"matchNames": list(namespaces)},
        **operator_form(limits(guards)),
    }


def relabeling(step: Mapping[str, Any]) -> dict[str, Any]:
    """One step of relabelling as an object of Kubernetes names its fields."""
    # The API server adds a default where there is none, and every later apply, and Argo CD, would find a difference.
    return {"action": "replace", **operator_form(step)}


def operator_form(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of Prometheus's configuration as prometheus-operator's kinds name them."""
    return {_camel(name): value for name, value in fields.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
