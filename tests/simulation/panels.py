"""The panels that links of alerts lead to, as Grafana has them, and what of them lies beyond the line."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import yaml

from simulation.rules import board_files, rule_files

if TYPE_CHECKING:
    from collections.abc import Mapping

WITHOUT_LINE: Final = {
    "SemanticRouterAbsent": "== 1",
    "SemanticRouterDown": "== 0",
    "SemanticRouterReplicaDown": "== 0",
    "PrometheusConfigReloadFailed": "== 0",
    "PrometheusTargetDown": "== 0",
    "PrometheusTargetMissing": "== 1",
    "PrometheusStoresNothing": "== 1",
    "GrafanaDown": "== 0",
    "AlertmanagerDown": "== 0",
    "AlertmanagerClusterSplit": "< 2",
    "ProbeFailing": "== 0",
    "CanaryFailing": "== 0",
    "ThanosQueryDown": "== 0",
    "ThanosReplicaMissing": "< 2",
    "ThanosStoreMissing": "== 0",
    "ThanosCompactDown": "== 0",
    "ThanosCompactHalted": "== 1",
    "CacheServerDown": "== 0",
    "GpuFault": "> 0",
    "LogStoreRefusesLines": "== 1",
}
"""Alerts without a threshold: what is wrong with their number."""


@cache
def rules() -> Mapping[str, Mapping[str, Any]]:
    """Return the alerts by name."""
    groups = [group for text in rule_files().values() for group in yaml.safe_load(text)["groups"]]
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


@cache
def panels() -> Mapping[tuple[str, int], Mapping[str, Any]]:
    """Return every panel by the uid of its dashboard and its number."""
    models = [json.loads(text) for text in board_files().values()]
    return {(model["uid"], panel["id"]): panel for model in models for row in model["panels"] for panel in (row, *row.get("panels", ()))}


def linked(url: str) -> Mapping[str, Any]:
    """Return the panel that a link leads to."""
    found = re.search(r"/d/([\w-]+)/\?viewPanel=(\d+)", url)
    assert found, url
    return panels()[found[1], int(found[2])]


def query(panel: Mapping[str, Any], number: int = 0, **chosen: str) -> str:
    """Return a query of a panel in one line; everything is chosen in filters that are not named."""
    text = re.sub(r"\$(\w+)", lambda variable: chosen.get(variable[1], ".*"), panel["targets"][number]["expr"])
    return " ".join(text.split())


def beyond(alert: str, **chosen: str) -> str:
    """Ask which lines of the panel that an alert links to lie beyond the line that the panel draws."""
    panel = linked(rules()[alert]["annotations"]["dashboard_url"])
    number = query(panel, 0, **chosen)
    if alert in WITHOUT_LINE:
        return f"({number}) {WITHOUT_LINE[alert]}"
    if len(panel["targets"]) > 1:
        return f"({number}) > ({query(panel, 1, **chosen)})"
    defaults = panel["fieldConfig"]["defaults"]
    assert defaults["custom"]["thresholdsStyle"]["mode"] == "dashed", alert
    (line,) = (step["value"] for step in defaults["thresholds"]["steps"] if step["value"] is not None)
    side = "<" if "below the dashed line" in panel["description"] else ">"
    return f"({number}) {side} {line}"
