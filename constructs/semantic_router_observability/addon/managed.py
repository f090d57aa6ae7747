"""Who scrapes, where it is the monitoring of a platform: OpenShift, Google Cloud, Azure."""

from __future__ import annotations

from semantic_router_observability.checks import dns_label
from semantic_router_observability.kubernetes.traffic import Pods
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import DnsLabel

from .scrapers import Scrapes


class OpenShiftUserWorkload(Scrapes, frozen=True, kw_only=True, tag_field="type", tag="openshiftUserWorkload"):
    """OpenShift's monitoring of user-defined projects, which an administrator turns on.

    Monitors and rules reach no further than their namespace there, so each of the routers' namespaces gets its own.

    Attributes:
        leaf: Have the rules evaluated by the Prometheus that scrapes, which needs no other server for it. Otherwise Thanos Ruler evaluates
            them, against the samples of the whole cluster. Default true.
        monitor: `pod` (default) makes a PodMonitor, which finds every router pod once. `service` makes a ServiceMonitor, for routers whose
            pods do not declare the port: it finds a pod once for each Service with a port of that name.
        enforced_sample_limit: `prometheus.enforcedSampleLimit` in the administrator's ConfigMap `user-workload-monitoring-config`.
            Default: none.

    """

    leaf: bool = True

    @property
    def in_each_namespace(self) -> bool:
        """Namespace selectors are ignored, and every query and result is limited to the namespace."""
        return True

    @property
    def rule_labels(self) -> dict[str, str]:
        """Where rules are evaluated."""
        return {"openshift.io/prometheus-rule-evaluation-scope": "leaf-prometheus"} if self.leaf else {}

    @property
    def pods(self) -> Pods:
        """Pods of its Prometheus."""
        return Pods("openshift-user-workload-monitoring", {"app.kubernetes.io/name": "prometheus"})


class AzureManaged(Scrapes, frozen=True, kw_only=True, tag_field="type", tag="azureManaged"):
    """Azure Monitor managed service for Prometheus: the add-on of AKS scrapes, and rules are kept outside the cluster.

    Attributes:
        monitor: `pod` (default) makes a PodMonitor, which finds every router pod once. `service` makes a ServiceMonitor, for routers whose
            pods do not declare the port: it finds a pod once for each Service with a port of that name.
        enforced_sample_limit: Samples that it accepts in a scrape. Default: none.

    """

    @property
    def api(self) -> str:
        """Kinds like prometheus-operator's, in a group of their own."""
        return "azmonitoring.coreos.com/v1"

    @property
    def evaluates_rules(self) -> bool:
        """Rule groups are resources of Azure."""
        return False

    @property
    def pods(self) -> Pods:
        """Pods of the add-on that scrape what monitors name."""
        return Pods("kube-system", {"rsName": "ama-metrics"})


class GoogleManaged(Tagged, frozen=True, kw_only=True, tag="googleManaged"):
    """Google Cloud Managed Service for Prometheus: a collector on each node scrapes, and rules are evaluated by the cloud's own service.

    Attributes:
        namespace: Namespace of the collectors. Default `gke-gmp-system`, as GKE installs them; installed by hand it is `gmp-system`.

    """

    namespace: DnsLabel = "gke-gmp-system"

    def __post_init__(self) -> None:
        dns_label("namespace", self.namespace)

    @property
    def api(self) -> str:
        """API version of its kinds."""
        return "monitoring.googleapis.com/v1"

    @property
    def in_each_namespace(self) -> bool:
        """Its objects reach no further than their namespace."""
        return True

    @property
    def evaluates_rules(self) -> bool:
        """Rules are objects of the cluster."""
        return True

    @property
    def pods(self) -> Pods:
        """Pods of the collectors."""
        return Pods(self.namespace, {"app.kubernetes.io/name": "collector"})
