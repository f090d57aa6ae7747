"""Fields of the kinds that managed services read: those that their definitions name, and no others.

PodMonitoring and Rules: `charts/operator/crds/` of GoogleCloudPlatform/prometheus-engine at c1318317 and 5bdbcbd1. Azure's PodMonitor and
ServiceMonitor are prometheus-operator's in a group of their own. GrafanaDashboard and GrafanaFolder: `definitions/`, reduced from those of
grafana-operator, which has no Go module; each file names its source.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import yaml

import custom_kinds

if TYPE_CHECKING:
    from manifests import Object

DEFINITIONS = Path(__file__).with_name("definitions")

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
TEXTS = {"type": "object", "additionalProperties": TEXT}
DURATION = {"type": "string", "pattern": r"^(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?$"}


def _object(required: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


_RELABELING = _object(action=TEXT, modulus=NUMBER, regex=TEXT, replacement=TEXT, separator=TEXT, sourceLabels=_list(TEXT), targetLabel=TEXT)
_EXPRESSION = _object(("key", "operator"), key=TEXT, operator={"enum": ["In", "NotIn", "Exists", "DoesNotExist"]}, values=_list(TEXT))
_POD_MONITORING = _object(
    ("selector", "endpoints"),
    selector=_object(matchLabels=TEXTS, matchExpressions=_list(_EXPRESSION)),
    endpoints=_list(_object(("port", "interval"), port=TEXT, interval=DURATION, timeout=DURATION, metricRelabeling=_list(_RELABELING))),
    limits=_object(samples=NUMBER, labels=NUMBER, labelNameLength=NUMBER, labelValueLength=NUMBER),
)
_RULE = _object(("expr",), alert=TEXT, record=TEXT, expr=TEXT, labels=TEXTS, annotations=TEXTS, **{"for": DURATION})
_RULES = _object(("groups",), groups=_list(_object(("name", "interval", "rules"), name=TEXT, interval=DURATION, rules=_list(_RULE))))


def _defined(name: str) -> dict[str, Any]:
    """Strict schema of a kind of grafana-operator."""
    text = (DEFINITIONS / f"{name}.grafana.integreatly.org.yaml").read_text(encoding="utf-8")
    strict: dict[str, Any] = custom_kinds.strict(yaml.safe_load(text))
    return strict


_DASHBOARD = {
    **_defined("grafanadashboards"),
    # Its rules: a folder is named in one way at the most.
    "not": {"anyOf": [{"required": list(two)} for two in itertools.combinations(("folder", "folderRef", "folderUID"), 2)]},
}
_FOLDER = {**_defined("grafanafolders"), "not": {"required": ["parentFolderRef", "parentFolderUID"]}}

_SPECS = {
    ("monitoring.googleapis.com/v1", "PodMonitoring"): _POD_MONITORING,
    ("monitoring.googleapis.com/v1", "Rules"): _RULES,
    ("grafana.integreatly.org/v1beta1", "GrafanaDashboard"): _DASHBOARD,
    ("grafana.integreatly.org/v1beta1", "GrafanaFolder"): _FOLDER,
}


def validate(manifest: Object) -> None:
    """Refuse what the definition of its kind does not allow."""
    group = manifest["apiVersion"].partition("/")[0]
    if group == "azmonitoring.coreos.com":
        custom_kinds.validate({**manifest, "apiVersion": "monitoring.coreos.com/v1"})
        return
    jsonschema.validate(manifest["spec"], _SPECS[manifest["apiVersion"], manifest["kind"]])
