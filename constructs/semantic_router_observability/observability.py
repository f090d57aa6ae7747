"""`Observability`: the whole stack as one construct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
from constructs import Construct
from msgspec import UNSET

from . import observability_parts as make
from .alertmanager.stack import AlertmanagerStack
from .contract.options import ContractOptions
from .errors import place
from .exposure.ingress import ObservabilityIngress
from .grafana.stack import GrafanaStack
from .images import ImageRegistries
from .kubernetes.manifest import manifests_in, namespace_of
from .kubernetes.metadata import Metadata, check_labels
from .kubernetes.patches import Patch
from .kubernetes.patching import apply_patches
from .kubernetes.platform import Kubernetes, Platform
from .kubernetes.pods import Placement
from .network.policies import NetworkPolicies, RouterAccess
from .prometheus.stack import PrometheusStack
from .secrets.construct import Secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .arguments import (
        AlertmanagerArguments,
        BackupArguments,
        Exposed,
        GrafanaAccessArguments,
        GrafanaArguments,
        IngressArguments,
        KubeStateMetricsArguments,
        LogStoreArguments,
        NetworkPolicyArguments,
        OAuth2ProxyArguments,
        ProbesArguments,
        PrometheusArguments,
        ThanosArguments,
        TraceGatewayArguments,
        TraceStoreArguments,
    )
    from .backup.construct import Backup, HasWorkload
    from .cluster_metrics.kube_state_metrics import KubeStateMetrics
    from .grafana.access.construct import GrafanaAccess
    from .grafana.dashboards import DashboardSource
    from .login.oauth2_proxy import OAuth2Proxy
    from .logs.store import LogStore
    from .probes.construct import Probes
    from .prometheus.presets import ScrapeJob
    from .prometheus.rules import RuleFile
    from .secrets import Provider
    from .thanos.stack import ThanosStack
    from .tracing.gateway import TraceGateway
    from .tracing.store import TraceStore


class Observability(Construct):
    """Prometheus and Grafana, and on request Alertmanager, logins, an ingress and Secrets, isolated by network policies.

    Its network policies cover the stacks, proxies and ingresses that you add to its chart, too.

    Usage:
        Observability(chart, "stack")
        Observability(
            chart,
            "stack",
            prometheus={"retention": "30d"},
            grafana={"external_url": "https://grafana.example.com"},
            ingress={"via": Nginx()},
            registries=ImageRegistries(mirrors={"docker.io": "mirror.example.com"}),
        )

    Parts are called `prometheus`, `grafana`, `alertmanager`, `prometheus-login`, `alertmanager-login`, `trace-gateway`, `trace-store`,
    `log-store`, `kube-state-metrics`, `probes`, `ingress`, `backup` and `grafana-access`, so a namespace has room for one. For two in one namespace, use the constructs of
    the parts themselves.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Place in the tree; no name follows from it.
        prometheus: Arguments of `PrometheusStack`. Default: its defaults.
        grafana: Arguments of `GrafanaStack`; Prometheus is its source. Default: its defaults.
        alertmanager: Arguments of `AlertmanagerStack`; Prometheus sends alerts to it, and Grafana shows it. Default: no Alertmanager.
        thanos: Arguments of `ThanosStack`, which then is Grafana's source; needs the external label `cluster` of Prometheus. Default: no Thanos.
        prometheus_replicas: Number of Prometheus behind Thanos, `prometheus`, `prometheus-b` and so on, with a claim each. Default: 2 with
            `thanos`, otherwise 1.
        logins: Arguments of an `OAuth2Proxy` in front of `prometheus` or `alertmanager`, by their names. Default: none.
        traces: Arguments of `TraceGateway`, whose metrics Prometheus then scrapes. Default: no gateway for traces.
        trace_store: Arguments of `TraceStore`, to which the gateway then sends and which Grafana shows; needs `traces`. Default: no store of traces.
        logs: Arguments of `LogStore`, which Prometheus then scrapes and Grafana shows. Default: no store of logs.
        kube_state_metrics: Arguments of `KubeStateMetrics`, which Prometheus then scrapes; its `namespaces` are those of the stack and of the
            routers by default. Default: none.
        probes: Arguments of `Probes`, which Prometheus then has run. Default: none.
        ingress: Arguments of `ObservabilityIngress`; `backends` are names of parts, default `grafana`, and `via` is a Route by default on
            OpenShift. Default: nothing is exposed.
        backup: Arguments of `Backup`; `of` are names of parts, default `prometheus` and `grafana`, and the alert on backups that are overdue is
            among the alerts. Default: no backups.
        grafana_access: Arguments of `GrafanaAccess`: service accounts, teams and permissions of folders in Grafana. Default: none.
        secrets: Where Secrets come from that the parts read, see `Secrets`. Default: they exist.
        isolate: Make network policies for all parts, and for the stacks, proxies and ingresses that are added to the chart. Default true.
        network_policies: Further arguments of `NetworkPolicies`. Default: none.
        router_access: Make a policy for the routers' pods too, see `RouterAccess`. Default false.
        contract: What rules and dashboards are checked against, besides the router's metrics. Default: see `ContractOptions`.
        placement: Node selector, tolerations, affinity, spread and priority of all parts; a part's own `placement` replaces it. Default:
            anywhere.
        labels: Labels of all objects and pods, such as a team or a cost centre. Default: only the stack's own.
        registries: Mirrors and pull secrets. Default: none.
        platform: Kind of cluster: `Kubernetes()` (default), or `OpenShift()`, which chooses the user of pods itself.

    Raises:
        ConfigError: a value cannot work; the message names argument, value and remedy.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        prometheus: PrometheusArguments | None = None,
        grafana: GrafanaArguments | None = None,
        alertmanager: AlertmanagerArguments | None = None,
        thanos: ThanosArguments | None = None,
        prometheus_replicas: int | None = None,
        logins: Mapping[Exposed, OAuth2ProxyArguments] | None = None,
        traces: TraceGatewayArguments | None = None,
        trace_store: TraceStoreArguments | None = None,
        logs: LogStoreArguments | None = None,
        kube_state_metrics: KubeStateMetricsArguments | None = None,
        probes: ProbesArguments | None = None,
        ingress: IngressArguments | None = None,
        backup: BackupArguments | None = None,
        grafana_access: GrafanaAccessArguments | None = None,
        secrets: Sequence[Provider] = (),
        isolate: bool = True,
        network_policies: NetworkPolicyArguments | None = None,
        router_access: bool = False,
        contract: ContractOptions = ContractOptions(),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        labels: Mapping[str, str] | None = None,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        check_labels(place("Observability", "labels"), labels or {})
        super().__init__(scope, id)

        def labelled(own: Metadata | None) -> Metadata:
            own = own or Metadata()
            return msgspec.structs.replace(own, pod_labels={**(labels or {}), **own.pod_labels})

        def filled(arguments: Mapping[str, Any]) -> dict[str, Any]:
            """Arguments of a part, with what all parts have in common."""
            metadata = labelled(arguments.get("metadata"))
            return {"placement": placement, **arguments, "metadata": metadata, "registries": registries, "platform": platform}

        self.alertmanager: AlertmanagerStack | None = None
        """Alertmanager, where one is asked for."""
        if alertmanager is not None:
            self.alertmanager = AlertmanagerStack(self, "alertmanager", **filled(alertmanager))
        stacks = [self.alertmanager] if self.alertmanager else []

        self.trace_store = make.trace_store(self, trace_store, traces, filled)
        """Store of traces, where one is asked for."""
        self.traces = make.trace_gateway(self, self.trace_store, traces, filled)
        """Gateway for traces, where one is asked for."""
        self.logs = make.log_store(self, logs, filled)
        """Store of logs, where one is asked for."""
        stores = [store for store in (self.logs, self.trace_store) if store]

        self.kube_state_metrics = make.kube_state_metrics(
            self,
            make.of_routers(kube_state_metrics, prometheus, namespace_of(scope)),
            filled,
        )
        """kube-state-metrics, where one is asked for."""

        self.probes = make.probes(self, probes, filled)
        """Probes, where some are asked for."""

        jobs = [part.scrape_job for part in (self.traces, self.trace_store, self.logs, self.kube_state_metrics, self.probes) if part]
        scrapes: PrometheusArguments = make.with_overdue(
            {"placement": placement, **make.with_jobs(prometheus, jobs)}, namespace_of(scope), backup
        )
        scrapes = {**scrapes, "metadata": labelled(scrapes.get("metadata")), "alertmanagers": (*stacks, *scrapes.get("alertmanagers", ()))}
        self.replicas: Sequence[PrometheusStack] = [
            PrometheusStack(self, name, contract=contract, registries=registries, platform=platform, **arguments)
            for name, arguments in make.replicas(prometheus_replicas, scrapes, thanos).items()
        ]
        """All Prometheus: one, or the replicas behind Thanos."""
        self.prometheus = self.replicas[0]
        """Prometheus; of several, the first."""
        self.thanos = None if thanos is None else make.thanos(self, self.replicas, filled({"uid": "prometheus", **thanos}))
        """Thanos, where it is asked for."""

        shows: GrafanaArguments = grafana or {}
        self.grafana = GrafanaStack(
            self,
            "grafana",
            sources=[self.thanos or self.prometheus],
            contract=contract,
            **filled({**shows, "data_sources": (*stacks, *stores, *shows.get("data_sources", ()))}),
        )
        """Grafana."""

        parts: dict[str, PrometheusStack | AlertmanagerStack] = {
            "prometheus": self.prometheus,
            **({"alertmanager": self.alertmanager} if self.alertmanager else {}),
        }
        self.logins = make.logins(self, logins, parts, filled)
        """OAuth2 proxies, by the name of the part behind them."""

        self.ingress: ObservabilityIngress | None = None
        """What exposes the parts, where that is asked for."""
        if ingress is not None:
            exposable = {**parts, "grafana": self.grafana, **self.logins}
            self.ingress = ObservabilityIngress(
                self,
                "ingress",
                backends=[make.named(name, exposable) for name in ingress.get("backends", ("grafana",))],
                via=make.via(ingress, platform),
                tls=ingress.get("tls"),
                annotations=ingress.get("annotations"),
            )

        volumes: dict[str, Sequence[HasWorkload]] = {
            "prometheus": self.replicas,
            "grafana": [self.grafana],
            **({"alertmanager": stacks} if stacks else {}),
            **({"logs": [self.logs]} if self.logs else {}),
            **({"traces": [self.trace_store]} if self.trace_store else {}),
        }
        self.backup = make.backup(self, backup, volumes, filled)
        """What copies the volumes, where that is asked for."""

        self.grafana_access = make.grafana_access(self, grafana_access, self.grafana, filled)
        """What sets service accounts, teams and permissions in Grafana, where that is asked for."""

        members: list[
            PrometheusStack
            | GrafanaStack
            | AlertmanagerStack
            | ThanosStack
            | OAuth2Proxy
            | TraceGateway
            | TraceStore
            | LogStore
            | KubeStateMetrics
            | Probes
            | ObservabilityIngress
            | Backup
            | GrafanaAccess
        ] = [
            *self.replicas,
            self.grafana,
            *stacks,
            *([self.thanos] if self.thanos else []),
            *self.logins.values(),
            *([self.traces] if self.traces else []),
            *stores,
            *([self.kube_state_metrics] if self.kube_state_metrics else []),
            *([self.probes] if self.probes else []),
            *([self.ingress] if self.ingress else []),
            *([self.backup] if self.backup else []),
            *([self.grafana_access] if self.grafana_access else []),
        ]
        self.secrets = Secrets(self, "secrets", of=members, providers=secrets) if secrets else None
        """Declarations of Secrets, where there are providers."""
        self.network_policies = NetworkPolicies(self, "network", members=members, **(network_policies or {})) if isolate else None
        """Network policies of all parts, and of whatever else the chart has, before and after; None where `isolate` is false."""
        if self.network_policies:
            self.network_policies.cover_chart()
        if router_access:
            for replica in self.replicas:
                RouterAccess(self, f"router-access{replica.node.id.removeprefix('prometheus')}", prometheus=replica)
        self._labels = labels or {}
        """Labels of all objects, also of those that are added."""
        _add_labels(self, self._labels)

    def add_rules(self, *files: RuleFile | str) -> None:
        """Have each Prometheus evaluate further rule files, see `PrometheusStack.add_rules`.

        Raises:
            ConfigError: one of them would be refused among `rules`.

        """
        for replica in self.replicas:
            replica.add_rules(*files)
        _add_labels(self, self._labels)

    def add_scrape_job(self, job: ScrapeJob) -> None:
        """Have each Prometheus scrape something else too, see `PrometheusStack.add_scrape_job`.

        Raises:
            ConfigError: the job would be refused among `scrape_jobs`, or reads a Secret that `secrets` does not know of.

        """
        for replica in self.replicas:
            replica.add_scrape_job(job)
        _add_labels(self, self._labels)

    def add_dashboard(self, *sources: DashboardSource) -> None:
        """Have Grafana show further dashboards, see `GrafanaStack.add_dashboard`.

        Raises:
            ConfigError: one of them would be refused among `dashboards`.

        """
        self.grafana.add_dashboard(*sources)
        _add_labels(self, self._labels)

    def patch(
        self, object: str, path: str, value: Any = UNSET, *, reason: str, op: Literal["replace", "add", "remove"] = "replace"
    ) -> None:
        """Change one field of one object that no argument reaches, such as `stack.patch("StatefulSet/grafana", path, value, reason="…")`.

        Refused when the field is not there, and listed by `sro explain patches`; see `Patch` for the arguments.

        Raises:
            ConfigError: there is no such object or field, with what there is instead.

        """
        apply_patches(self, [Patch(object=object, path=path, value=value, reason=reason, op=op)])


def _add_labels(scope: Construct, labels: Mapping[str, str]) -> None:
    for made in manifests_in(scope) if labels else ():
        for key, value in labels.items():
            made.metadata.add_label(key, value)
