"""Arguments of a `PrometheusStack` that cannot work, whether they are given to it or added later. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting.facts import THANOS_JOB
from semantic_router_observability.checks import listed, prometheus_labels
from semantic_router_observability.errors import ConfigError, Place, arg, inside, place
from semantic_router_observability.router.target import ALL_NAMESPACES, CLIENTS_JOB, JOB, check_number

from . import config
from .features import check_features
from .kubernetes_sd import check_rights
from .presets import NodeJob
from .rule_maps import check_rule_config_maps
from .scrape import RawJob, StaticJob, check_interval, check_jobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.alerting.options import Alerts
    from semantic_router_observability.contract.options import ContractOptions
    from semantic_router_observability.router.target import RouterTarget

    from .features import Feature
    from .presets import ScrapeJob
    from .rules import RuleFile

RESERVED_JOBS = (JOB, CLIENTS_JOB, "prometheus", "grafana", "alertmanager")
"""Names of the jobs that a stack has by itself."""


def check_targets(id: str, targets: Sequence[RouterTarget], interval: str, external_labels: Mapping[str, str]) -> None:
    """Refuse targets without a router, and intervals and labels that Prometheus does not take."""
    listed(place(id, "targets"), targets)
    if not targets:
        raise ConfigError(place(id, "targets"), [], f"name at least one router; {arg('install', 'any')} finds every installation style")
    check_number(place(id, "targets"), config.namespaces_of(targets, ""))
    check_interval(place(id, "interval"), interval)
    prometheus_labels(place(id, "external_labels"), external_labels)


def check_scraped(
    id: str, targets: Sequence[RouterTarget], jobs: Sequence[ScrapeJob], interval: str, *, sidecar: bool, cluster_wide: bool
) -> None:
    """Refuse jobs that Prometheus does not take, and discovery that the stack gets no rights for."""
    listed(place(id, "scrape_jobs"), jobs)
    check_jobs(place(id, "scrape_jobs"), jobs, (*RESERVED_JOBS, THANOS_JOB) if sidecar else RESERVED_JOBS, interval)
    for index, job in enumerate(jobs):
        if isinstance(job, NodeJob) and not cluster_wide:
            needs = f"needs {arg('cluster_wide', True)}, a ClusterRole"
            raise ConfigError(
                place(id, "scrape_jobs", index), job.name, f"nodes belong to no namespace, so scraping their kubelets {needs}"
            )
        if isinstance(job, RawJob):
            with inside(Place(id), "scrape_jobs", index):
                check_rights(job, cluster_wide=cluster_wide)
    for argument, discovering in (("targets", targets), ("scrape_jobs", jobs)):
        for index, part in enumerate(discovering):
            if ALL_NAMESPACES in config.namespaces_of([part], "") and not cluster_wide:
                raise ConfigError(
                    place(id, argument, index, "namespaces"),
                    ALL_NAMESPACES,
                    f"reading every namespace needs {arg('cluster_wide', True)}, a ClusterRole; or name the namespaces",
                )


def check_evaluated(
    id: str,
    rules: Sequence[RuleFile],
    features: Sequence[Feature],
    alerts: Alerts,
    contract: ContractOptions,
    jobs: Sequence[ScrapeJob],
    config_maps: Sequence[str] = (),
) -> None:
    """Refuse rules that Prometheus does not read with these features, or that ask the router for what it does not have."""
    listed(place(id, "rules"), rules)
    check_rule_config_maps(place(id, "rule_config_maps"), config_maps)
    check_features(id, features, rules, alerts.own)
    contract.check_rules(id, rules, [label for job in jobs if isinstance(job, StaticJob) for label in job.labels], alerts.own)


def job_names(jobs: Sequence[ScrapeJob], *, sidecar: bool) -> tuple[str, ...]:
    """Names of the jobs that are not the stack's own by default."""
    return (*(job.name for job in jobs), *((THANOS_JOB,) if sidecar else ()))
