"""Which Prometheus or Alertmanager of prometheus-operator reads which object of an add-on, and why another does not. Pure.

An object that nothing selects leaves no trace in the cluster: no event, no line in a log, no status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Object = dict[str, Any]

READERS = ("Prometheus", "PrometheusAgent", "ThanosRuler", "Alertmanager")
"""Kinds that select objects."""

_FIELDS: Mapping[str, str] = {
    "PodMonitor": "podMonitor",
    "ServiceMonitor": "serviceMonitor",
    "PrometheusRule": "rule",
    "AlertmanagerConfig": "alertmanagerConfig",
}
_READ_BY: Mapping[str, tuple[str, ...]] = {
    "PodMonitor": ("Prometheus", "PrometheusAgent"),
    "ServiceMonitor": ("Prometheus", "PrometheusAgent"),
    "PrometheusRule": ("Prometheus", "ThanosRuler"),
    "AlertmanagerConfig": ("Alertmanager",),
}
_GROUP = "monitoring.coreos.com/"


class Verdict(NamedTuple):
    """What one reader makes of one object."""

    reader: str
    object: str
    reasons: tuple[str, ...]
    """Why it does not read it; none: it does."""
    warnings: tuple[str, ...] = ()
    """What is wrong although it reads it."""


def verdicts(objects: Sequence[Object], cluster: Sequence[Object]) -> Iterator[Verdict]:
    """Compare each monitor, rule object and AlertmanagerConfig with each reader of the cluster that reads its kind."""
    spaces = {found["metadata"]["name"]: found["metadata"].get("labels") or {} for found in cluster if found["kind"] == "Namespace"}
    readers = [found for found in cluster if found["kind"] in READERS and str(found.get("apiVersion")).startswith(_GROUP)]
    for found in objects:
        kinds = _READ_BY.get(found["kind"], ())
        if kinds and readers and not any(reader["kind"] in kinds for reader in readers):
            yield Verdict(" or ".join(kinds), _title(found), ("none is among the given objects of the cluster",))
        for reader in readers:
            if reader["kind"] not in kinds:
                continue
            reasons = tuple(_reasons(found, reader, spaces))
            yield Verdict(_title(reader), _title(found), reasons, () if reasons else tuple(_warnings(found, reader)))


def _reasons(found: Object, reader: Object, spaces: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    spec, field = reader.get("spec") or {}, _FIELDS[found["kind"]]
    metadata = found["metadata"]
    namespace, home = metadata.get("namespace") or "default", reader["metadata"]["namespace"]
    selector = spec.get(f"{field}Selector")
    if selector is None:
        yield f"{field}Selector is not set, which selects nothing"
    else:
        yield from (f"{field}Selector asks for {asked}" for asked in _unmatched(selector, metadata.get("labels") or {}))
    selector = spec.get(f"{field}NamespaceSelector")
    if selector is None:
        if namespace != home:
            yield f"{field}NamespaceSelector is not set, which selects namespace {home} alone"
    elif namespace in spaces:
        yield from (
            f"{field}NamespaceSelector asks of namespace {namespace} for {asked}" for asked in _unmatched(selector, spaces[namespace])
        )
    elif selector.get("matchLabels") or selector.get("matchExpressions"):
        yield f"{field}NamespaceSelector asks for labels, and namespace {namespace} is not among the given ones"


def _unmatched(selector: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[str]:
    """What the selector asks for and the labels do not have."""
    for name, value in (selector.get("matchLabels") or {}).items():
        if labels.get(name) != value:
            yield f"{name}={value}{_instead(name, labels)}"
    for expression in selector.get("matchExpressions") or ():
        name, values = expression["key"], expression.get("values") or ()
        fits = {
            "In": name in labels and labels[name] in values,
            "NotIn": name not in labels or labels[name] not in values,
            "Exists": name in labels,
            "DoesNotExist": name not in labels,
        }[expression["operator"]]
        if not fits:
            listed = f" ({', '.join(values)})" if values else ""
            yield f"{name} {expression['operator']}{listed}{_instead(name, labels)}"


def _instead(name: str, labels: Mapping[str, str]) -> str:
    return f", not {labels[name]}" if name in labels else ", which it does not have"


def _warnings(found: Object, reader: Object) -> Iterator[str]:
    spec = reader.get("spec") or {}
    if spec.get("paused"):
        yield "paused is set: the operator takes over no change"
    if found["kind"] not in {"PodMonitor", "ServiceMonitor"}:
        return
    limit, enforced = found["spec"].get("sampleLimit") or 0, spec.get("enforcedSampleLimit") or 0
    if enforced and (not limit or limit > enforced):
        yield f"enforcedSampleLimit {enforced} takes the place of sampleLimit {limit}; write it as enforcedSampleLimit under scrapedBy"
    endpoints = found["spec"].get("podMetricsEndpoints") or found["spec"].get("endpoints") or ()
    steps = [step for endpoint in endpoints for step in endpoint.get("relabelings") or ()]
    if (spec.get("shards") or 1) > 1 and not any(step.get("targetLabel") == "__tmp_disable_sharding" for step in steps):
        yield f"shards is {spec['shards']}, and each sees only some of the routers; write shards under scrapedBy"


def _title(found: Object) -> str:
    metadata = found["metadata"]
    return f"{found['kind']} {metadata.get('namespace') or 'default'}/{metadata['name']}"
