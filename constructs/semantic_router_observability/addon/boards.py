"""Objects that hand dashboards to an existing Grafana."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.grafana.dashboards import config_map_name, slug
from semantic_router_observability.kubernetes.manifest import Manifest

from .viewers import GrafanaOperator, GrafanaSidecar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from semantic_router_observability.grafana.dashboards import Dashboard

    from .viewers import Viewer

_GRAFANA_API = "grafana.integreatly.org/v1beta1"


def dashboard_objects(
    scope: Construct, id: str, dashboards: Sequence[Dashboard], shown_by: Viewer, labels: Mapping[str, str]
) -> list[Manifest]:
    """Make an object a dashboard, and for grafana-operator an object a folder."""
    match shown_by:
        case GrafanaSidecar():
            return [_config_map(scope, id, dashboard, shown_by, labels) for dashboard in dashboards]
        case GrafanaOperator():
            for folder in dict.fromkeys(dashboard.folder for dashboard in dashboards):
                _folder(scope, id, folder, shown_by, labels)
            return [_grafana_dashboard(scope, id, dashboard, shown_by, labels) for dashboard in dashboards]
        case _:
            return []


def _config_map(scope: Construct, id: str, dashboard: Dashboard, shown_by: GrafanaSidecar, labels: Mapping[str, str]) -> Manifest:
    return Manifest(
        scope,
        f"dashboard-{dashboard.file}",
        api_version="v1",
        kind="ConfigMap",
        name=config_map_name(id, dashboard),
        namespace=shown_by.namespace,
        labels={**labels, shown_by.label: shown_by.label_value},
        annotations={shown_by.folder_annotation: dashboard.folder},
        # The sidecar writes all files of a folder into one directory: of two of one name, only one would be left.
        data={f"{id}-{dashboard.file}": dashboard.content(shown_by.data_source)},
    )


def _folder(scope: Construct, id: str, folder: str, shown_by: GrafanaOperator, labels: Mapping[str, str]) -> Manifest:
    return Manifest(
        scope,
        f"folder-{folder}",
        api_version=_GRAFANA_API,
        kind="GrafanaFolder",
        name=_folder_name(id, folder),
        labels=labels,
        spec={**shown_by.selection(), "title": folder},
    )


def _grafana_dashboard(scope: Construct, id: str, dashboard: Dashboard, shown_by: GrafanaOperator, labels: Mapping[str, str]) -> Manifest:
    return Manifest(
        scope,
        f"dashboard-{dashboard.file}",
        api_version=_GRAFANA_API,
        kind="GrafanaDashboard",
        name=config_map_name(id, dashboard),
        labels=labels,
        spec={
            **shown_by.selection(),
            "folderRef": _folder_name(id, dashboard.folder),
            "json": dashboard.content(shown_by.data_source),
        },
    )


def _folder_name(id: str, folder: str) -> str:
    return f"{id}-folder-{slug(folder)}"
