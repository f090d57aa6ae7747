"""The parts of `Observability`, made from the arguments that it was given for each; None where one is not asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from .alerting.options import Alerts
from .errors import ConfigError, arg, form, place
from .exposure.controllers import Nginx
from .exposure.gateway import Gateway
from .exposure.openshift import OpenShiftRoute
from .kubernetes.platform import OpenShift, Platform
from .kubernetes.storage import Claim, ExistingClaim
from .login.oauth2_proxy import OAuth2Proxy
from .prometheus.config import namespaces_of
from .router.target import RouterTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from constructs import Construct

    from .alertmanager.stack import AlertmanagerStack
    from .arguments import (
        BackupArguments,
        Exposed,
        GrafanaAccessArguments,
        IngressArguments,
        KubeStateMetricsArguments,
        LogStoreArguments,
        OAuth2ProxyArguments,
        ProbesArguments,
        PrometheusArguments,
        ThanosArguments,
        TraceGatewayArguments,
        TraceStoreArguments,
    )
    from .backup.construct import Backup, HasWorkload
    from .cluster_metrics.kube_state_metrics import KubeStateMetrics
    from .exposure.forms import Via
    from .grafana.access.construct import GrafanaAccess
    from .grafana.stack import GrafanaStack
    from .kubernetes.endpoint import HasEndpoint
    from .logs.store import LogStore
    from .probes.construct import Probes
    from .prometheus.presets import ScrapeJob
    from .prometheus.stack import PrometheusStack
    from .thanos.stack import ThanosStack
    from .tracing.gateway import TraceGateway
    from .tracing.store import TraceStore

    Filled = Callable[[Mapping[str, Any]], dict[str, Any]]
    """Adds what all parts have in common to the arguments of one."""

LEAST_REPLICAS, MOST_REPLICAS = 2, 3
"""Number of Prometheus behind Thanos: with one there is nothing to merge, and each scrapes every router."""


def replicas(number: int | None, scrapes: PrometheusArguments, thanos: ThanosArguments | None) -> Mapping[str, PrometheusArguments]:
    """Arguments of each Prometheus by its id. The first is called as a single one is: it keeps its claim, and so its history."""
    if thanos is None:
        if number not in {None, 1}:
            raise ConfigError(
                place("Observability", "prometheus_replicas"),
                number,
                f"several are shown as one by Thanos; give {arg('thanos')}, or write 1",
            )
        return {"prometheus": scrapes}
    number = LEAST_REPLICAS if number is None else number
    stored = thanos.get("object_storage")
    if not (1 if stored else LEAST_REPLICAS) <= number <= MOST_REPLICAS:
        expected = f"write 2 or 3: with one there is nothing to merge without {arg('object_storage')}, and each scrapes every router"
        raise ConfigError(place("thanos", "prometheus_replicas"), number, expected)
    storage = scrapes.get("storage")
    if number > 1 and isinstance(storage, ExistingClaim):
        expected = f"{number} replicas cannot write one volume; write {form(Claim, 'size')}, a claim for each"
        raise ConfigError(place("prometheus", "storage"), storage.name, expected)
    if number > 1 and isinstance(storage, Claim) and storage.name is not None:
        expected = f"{number} replicas cannot write one volume; remove it, and each has a claim of its own name"
        raise ConfigError(place("prometheus", "storage", "name"), storage.name, expected)
    if "sidecar" not in scrapes:
        from .thanos.forms import ThanosSidecar  # noqa: PLC0415 - only those who ask for it pay for it

        scrapes = {**scrapes, "sidecar": ThanosSidecar(object_storage=stored)}
    return {f"prometheus{suffix}": _of_replica(scrapes, suffix) for suffix in ("", "-b", "-c")[:number]}


def _of_replica(scrapes: PrometheusArguments, suffix: str) -> PrometheusArguments:
    """Arguments of one replica. A certificate holds the name of one Service, so each has a Secret of its own, named as its claim is."""
    if (tls := scrapes.get("tls")) is None or not suffix:
        return scrapes
    return {**scrapes, "tls": msgspec.structs.replace(tls, secret=f"{tls.secret}{suffix}")}


def thanos(scope: Construct, sources: Sequence[PrometheusStack], arguments: Mapping[str, Any]) -> ThanosStack:
    from .thanos.stack import ThanosStack  # noqa: PLC0415 - only those who ask for it pay for it

    return ThanosStack(scope, "thanos", sources=sources, **arguments)


def with_overdue(prometheus: PrometheusArguments, namespace: str, backup: BackupArguments | None) -> PrometheusArguments:
    """Add the alert on backups that are overdue."""
    if backup is None:
        return prometheus
    from .backup.construct import DAILY, overdue  # noqa: PLC0415 - only those who back up pay for it
    from .backup.forms import VolumeSnapshots  # noqa: PLC0415

    rule = overdue(namespace, "backup", backup.get("schedule", DAILY), backup.get("via", VolumeSnapshots()))
    alerts = prometheus.get("alerts", Alerts())
    return (
        prometheus
        if rule is None or not alerts.enabled
        else {**prometheus, "alerts": msgspec.structs.replace(alerts, own=(*alerts.own, rule))}
    )


def backup(
    scope: Construct,
    arguments: BackupArguments | None,
    volumes: Mapping[str, Sequence[HasWorkload]],
    filled: Filled,
) -> Backup | None:
    if arguments is None:
        return None
    from .backup.construct import Backup  # noqa: PLC0415 - only those who back up pay for it

    names = arguments.get("of", ("prometheus", "grafana"))
    for index, name in enumerate(names):
        if name not in volumes:
            missing = "a store of traces" if name == "traces" else name
            raise ConfigError(place("backup", "of", index), name, f"there is none; add {missing}, or remove it here")
    return Backup(scope, "backup", **filled({**arguments, "of": [stack for name in names for stack in volumes[name]]}))


def grafana_access(
    scope: Construct, arguments: GrafanaAccessArguments | None, grafana: GrafanaStack, filled: Filled
) -> GrafanaAccess | None:
    if arguments is None:
        return None
    from .grafana.access.construct import GrafanaAccess  # noqa: PLC0415 - only those who have one pay for it

    return GrafanaAccess(scope, "grafana-access", grafana=grafana, **filled(arguments))


def trace_store(
    scope: Construct,
    arguments: TraceStoreArguments | None,
    gateway: TraceGatewayArguments | None,
    filled: Filled,
) -> TraceStore | None:
    if arguments is None:
        return None
    if gateway is None:
        raise ConfigError(place("Observability", "trace_store"), None, f"give {arg('traces')} too: only the gateway sends to the store")
    from .tracing.store import TraceStore  # noqa: PLC0415 - only those who have one pay for it

    return TraceStore(scope, "trace-store", **filled(arguments))


def trace_gateway(
    scope: Construct,
    store: TraceStore | None,
    arguments: TraceGatewayArguments | None,
    filled: Filled,
) -> TraceGateway | None:
    if arguments is None:
        return None
    from .tracing.gateway import TraceGateway  # noqa: PLC0415 - only those who have one pay for it

    destinations = [*arguments.get("destinations", ()), *([store.destination] if store else [])]
    return TraceGateway(scope, "trace-gateway", **filled({**arguments, "destinations": destinations}))


def log_store(
    scope: Construct,
    arguments: LogStoreArguments | None,
    filled: Filled,
) -> LogStore | None:
    if arguments is None:
        return None
    from .logs.store import LogStore  # noqa: PLC0415 - only those who have one pay for it

    return LogStore(scope, "log-store", **filled(arguments))


def logins(
    scope: Construct,
    logins: Mapping[Exposed, OAuth2ProxyArguments] | None,
    parts: Mapping[str, PrometheusStack | AlertmanagerStack],
    filled: Filled,
) -> dict[str, OAuth2Proxy]:
    made: dict[str, OAuth2Proxy] = {}
    for name, arguments in (logins or {}).items():
        if name not in parts:
            raise ConfigError(("logins", name), None, f"there is no part of this name to protect; there are {', '.join(parts)}")
        made[name] = OAuth2Proxy(scope, f"{name}-login", upstream=parts[name], **filled(arguments))
    return made


def of_routers(
    arguments: KubeStateMetricsArguments | None, prometheus: PrometheusArguments | None, namespace: str
) -> KubeStateMetricsArguments | None:
    """Have kube-state-metrics report the namespaces of the stack and its routers, unless it is given others."""
    if arguments is None or arguments.get("namespaces"):
        return arguments
    watched = namespaces_of((prometheus or {}).get("targets", (RouterTarget(),)), namespace)
    return {**arguments, "namespaces": tuple(dict.fromkeys([namespace, *watched]))}


def kube_state_metrics(
    scope: Construct,
    arguments: KubeStateMetricsArguments | None,
    filled: Filled,
) -> KubeStateMetrics | None:
    if arguments is None:
        return None
    from .cluster_metrics.kube_state_metrics import KubeStateMetrics  # noqa: PLC0415 - only those who have one pay for it

    return KubeStateMetrics(scope, "kube-state-metrics", **filled(arguments))


def probes(
    scope: Construct,
    arguments: ProbesArguments | None,
    filled: Filled,
) -> Probes | None:
    if arguments is None:
        return None
    from .probes.construct import Probes  # noqa: PLC0415 - only those who have some pay for it

    return Probes(scope, "probes", **filled(arguments))


def with_jobs(prometheus: PrometheusArguments | None, jobs: Sequence[ScrapeJob]) -> PrometheusArguments:
    """Have Prometheus scrape the parts beside it, too."""
    given: PrometheusArguments = prometheus or {}
    return {**given, "scrape_jobs": (*given.get("scrape_jobs", ()), *jobs)} if jobs else given


def named(name: str, exposable: Mapping[str, HasEndpoint]) -> HasEndpoint:
    if name not in exposable:
        raise ConfigError(place("ingress", "backends"), name, f"there is none; add {name}, or remove it here")
    return exposable[name]


def via(ingress: IngressArguments, platform: Platform) -> Via:
    if "via" in ingress:
        return ingress["via"]
    if isinstance(platform, OpenShift):
        return OpenShiftRoute()
    raise ConfigError(
        place("ingress", "via"),
        None,
        f"choose one, such as {form(Nginx)}, {form(Gateway, 'name')} or, on OpenShift, {form(OpenShiftRoute)}",
    )
