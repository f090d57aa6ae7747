"""Who shows the dashboards: an existing Grafana, and how they reach it."""

from __future__ import annotations

from typing import Any

from semantic_router_observability.checks import dns_label, kubernetes_annotations, kubernetes_labels, label_value
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import DnsLabel


class GrafanaSidecar(Tagged, frozen=True, kw_only=True, tag="sidecar"):
    """A Grafana whose sidecar collects ConfigMaps with a label, as in the Helm charts kube-prometheus-stack and grafana.

    Attributes:
        label: Name of the label. Default `grafana_dashboard`, as in both charts.
        label_value: Its value. Default `1`, as in both charts.
        folder_annotation: Annotation that names the folder; read where the chart's `sidecar.dashboards.folderAnnotation` is set to it, and
            ignored elsewhere. Default `grafana_folder`.
        namespace: Namespace of the ConfigMaps, for a sidecar that searches only its own. Default: that of the chart.
        data_source: Uid of the Prometheus data source that dashboards open with. Default `prometheus`, as in kube-prometheus-stack.

    """

    label: str = "grafana_dashboard"
    label_value: str = "1"
    folder_annotation: str = "grafana_folder"
    namespace: DnsLabel | None = None
    data_source: str = "prometheus"

    def __post_init__(self) -> None:
        kubernetes_labels("label", {self.label: ""})
        label_value("label_value", self.label_value)
        kubernetes_annotations("folder_annotation", {self.folder_annotation: ""})
        if self.namespace is not None:
            dns_label("namespace", self.namespace)
        check_data_source(self.data_source)


class GrafanaOperator(Tagged, frozen=True, kw_only=True, tag="grafanaOperator"):
    """Grafanas that grafana-operator 5 manages: each dashboard is a GrafanaDashboard, each folder a GrafanaFolder.

    Attributes:
        instances: Labels of the Grafana objects that show the dashboards. They cannot change once the objects exist.
        cross_namespace: Allow Grafana objects of other namespaces. It cannot be turned off again. Default true.
        data_source: Uid of the Prometheus data source that dashboards open with. Default `prometheus`.

    """

    instances: dict[str, str]
    cross_namespace: bool = True
    data_source: str = "prometheus"

    def __post_init__(self) -> None:
        if not self.instances:
            raise ConfigError("instances", self.instances, "name a label of the Grafana object, such as dashboards: grafana")
        kubernetes_labels("instances", self.instances)
        check_data_source(self.data_source)

    def selection(self) -> dict[str, Any]:
        """Part of a `spec` that names the Grafana objects."""
        return {
            "instanceSelector": {"matchLabels": dict(self.instances)},
            **({"allowCrossNamespaceImport": True} if self.cross_namespace else {}),
        }


def check_data_source(uid: str) -> None:
    """Refuse an empty uid."""
    if not uid:
        raise ConfigError("data_source", uid, "write the uid of the Prometheus data source; its page in Grafana shows it")


class NoDashboards(Tagged, frozen=True, kw_only=True, tag="none"):
    """No Grafana that reads objects of the cluster: make no dashboards. Their files are in `dashboards/`."""


Viewer = GrafanaSidecar | GrafanaOperator | NoDashboards
"""Who shows the dashboards."""
