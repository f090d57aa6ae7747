"""Who scrapes, where it is a Prometheus that prometheus-operator runs, and how it chooses monitors and rules."""

from __future__ import annotations

from typing import Literal, NamedTuple

from semantic_router_observability.checks import dns_label, dns_subdomain, kubernetes_labels
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.traffic import Pods
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import DnsLabel, ObjectName

Discovers = Literal["pod", "service"]
"""What a monitor discovers."""


class Account(NamedTuple):
    """A service account."""

    name: str
    namespace: str


class Scrapes(Spec, frozen=True, kw_only=True):
    """A Prometheus, or what takes its place, that reads monitors from the cluster."""

    monitor: Discovers = "pod"
    enforced_sample_limit: int | None = None

    def __post_init__(self) -> None:
        if self.monitor not in {"pod", "service"}:
            raise ConfigError("monitor", self.monitor, "write pod or service")
        if self.enforced_sample_limit is not None and self.enforced_sample_limit < 1:
            raise ConfigError("enforced_sample_limit", self.enforced_sample_limit, "write 1 or more, or remove it where there is none")

    @property
    def api(self) -> str:
        """API version of the monitors and rules."""
        return "monitoring.coreos.com/v1"

    @property
    def in_each_namespace(self) -> bool:
        """Whether monitors and rules reach no further than their own namespace."""
        return False

    @property
    def evaluates_rules(self) -> bool:
        """Whether it reads rules from the cluster."""
        return True

    @property
    def object_labels(self) -> dict[str, str]:
        """Labels by which it chooses monitors and rules."""
        return {}

    @property
    def rule_labels(self) -> dict[str, str]:
        """Further labels of rules."""
        return {}

    @property
    def account_without_rights(self) -> Account | None:
        """Account of the Prometheus, where it may not yet discover pods in the routers' namespaces."""
        return None

    @property
    def number_of_shards(self) -> int:
        """How many of its servers share the targets."""
        return 1


class _Operated(Scrapes, frozen=True, kw_only=True):
    """A Prometheus of prometheus-operator."""

    namespace: DnsLabel = "monitoring"
    shards: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        dns_label("namespace", self.namespace)
        if self.shards < 1:
            raise ConfigError("shards", self.shards, "write the number of shards of the Prometheus object, 1 or more")

    @property
    def number_of_shards(self) -> int:
        """`spec.shards` of the Prometheus object."""
        return self.shards

    @property
    def pods(self) -> Pods:
        """Pods of the Prometheus, as the operator labels them."""
        return Pods(self.namespace, {"app.kubernetes.io/name": "prometheus"})


class KubePrometheusStack(_Operated, frozen=True, kw_only=True, tag_field="type", tag="kubePrometheusStack"):
    """The Helm chart kube-prometheus-stack: its Prometheus chooses monitors and rules of all namespaces by the label `release`.

    Attributes:
        release: Name of the Helm release, the value of the label.
        namespace: Namespace of the release, where its Prometheus runs. Default `monitoring`.
        monitor: `pod` (default) makes a PodMonitor, which finds every router pod once. `service` makes a ServiceMonitor, for routers whose
            pods do not declare the port: it finds a pod once for each Service with a port of that name.
        shards: `spec.shards` of the Prometheus object; with more than 1 every shard scrapes all routers, as each evaluates all rules.
            Default 1.
        enforced_sample_limit: `spec.enforcedSampleLimit` of the Prometheus object. Default: none.

    """

    release: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.release:
            raise ConfigError("release", self.release, "write the name of the Helm release; helm list -A shows it")
        kubernetes_labels((), {"release": self.release})

    @property
    def object_labels(self) -> dict[str, str]:
        """The label of the release."""
        return {"release": self.release}


class KubePrometheus(_Operated, frozen=True, kw_only=True, tag_field="type", tag="kubePrometheus"):
    """The manifests of kube-prometheus: its Prometheus chooses monitors and rules of all namespaces, and may discover in few of them.

    A Role and a RoleBinding in each of the routers' namespaces let it discover the routers.

    Attributes:
        namespace: Namespace in which its Prometheus runs. Default `monitoring`.
        service_account: Account of the Prometheus, to which the Roles are bound. Default `prometheus-k8s`, the name in the manifests.
        monitor: `pod` (default) makes a PodMonitor, which finds every router pod once. `service` makes a ServiceMonitor, for routers whose
            pods do not declare the port: it finds a pod once for each Service with a port of that name.
        shards: `spec.shards` of the Prometheus object; with more than 1 every shard scrapes all routers, as each evaluates all rules.
            Default 1.
        enforced_sample_limit: `spec.enforcedSampleLimit` of the Prometheus object. Default: none.

    """

    service_account: ObjectName = "prometheus-k8s"

    def __post_init__(self) -> None:
        super().__post_init__()
        dns_subdomain("service_account", self.service_account)

    @property
    def account_without_rights(self) -> Account | None:
        """The account of its Prometheus."""
        return Account(self.service_account, self.namespace)


class PrometheusOperator(_Operated, frozen=True, kw_only=True, tag_field="type", tag="prometheusOperator"):
    """Any other Prometheus of prometheus-operator. VictoriaMetrics's operator reads the same objects and converts them.

    Attributes:
        labels: Labels that `podMonitorSelector` (or `serviceMonitorSelector`) and `ruleSelector` of the Prometheus object ask for. Default:
            none, for selectors that are empty.
        namespace: Namespace in which the Prometheus runs. Default `monitoring`.
        service_account: Account of the Prometheus, where it needs Roles to discover pods in the routers' namespaces. Default: none, it may.
        monitor: `pod` (default) makes a PodMonitor, which finds every router pod once. `service` makes a ServiceMonitor, for routers whose
            pods do not declare the port: it finds a pod once for each Service with a port of that name.
        shards: `spec.shards` of the Prometheus object; with more than 1 every shard scrapes all routers, as each evaluates all rules.
            Default 1.
        enforced_sample_limit: `spec.enforcedSampleLimit` of the Prometheus object. Default: none.

    """

    labels: dict[str, str] = {}
    service_account: ObjectName | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        kubernetes_labels("labels", self.labels)
        if self.service_account is not None:
            dns_subdomain("service_account", self.service_account)

    @property
    def object_labels(self) -> dict[str, str]:
        """Labels of the selectors."""
        return dict(self.labels)

    @property
    def account_without_rights(self) -> Account | None:
        """The account, where one is given."""
        return Account(self.service_account, self.namespace) if self.service_account else None
