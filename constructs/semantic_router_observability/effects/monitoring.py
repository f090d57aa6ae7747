"""Effects on monitoring: alerts that go or fire later, history that gets shorter, dashboards that go."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from semantic_router_observability.alertmanager.silences import SILENCED
from semantic_router_observability.checks import duration_or_zero
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.prometheus.retention import size_in_bytes
from semantic_router_observability.yamltext import Loader

from .effect import Effect, Object, at, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LIMIT: Final = re.compile(r"(?<![=!<>])([<>]=?)(?:\s*bool)?\s*(-?\d[\d.]*(?:[eE][-+]?\d+)?)")
"""A comparison with a number."""

_SEVERITIES: Final = ("critical", "warning", "info", "none")


def alerts(old: Sequence[Object], new: Sequence[Object]) -> Iterator[Effect]:
    """Return alerts that are removed, and those that fire later, less often or to fewer people than before."""
    before, after = _alerts(old), _alerts(new)
    for key, rules in before.items():
        name = f"alert {key[1]} in {key[0]}"
        now = after.get(key, [])
        if not now:
            yield Effect("alerts", name, "is removed")
            continue
        if len(now) < len(rules):
            yield Effect("alerts", name, f"{len(rules)} rules become {len(now)}")
        for rule, later in zip(rules, now, strict=False):
            yield from (Effect("alerts", name, text) for text in _loosened(rule, later))


def inhibitions(old: Sequence[Object], new: Sequence[Object]) -> Iterator[Effect]:
    """Return alerts of which an Alertmanager no longer notifies while another one fires, silences among them."""
    before = dict(_inhibitions(old))
    for name, rules in _inhibitions(new):
        known = before.get(name, rules)
        for source, target in rules:
            if (source, target) not in known:
                yield Effect("alerts", name, f"alerts with {target} no longer notify while one with {source} fires")


def _inhibitions(objects: Sequence[Object]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Conditions on the alert that fires and on those that it suppresses, by what holds them."""
    for manifest in objects:
        for document in _files(manifest):
            if isinstance(at(document, "route"), dict):
                rules = [rule for rule in at(document, "inhibit_rules") or () if isinstance(rule, dict)]
                yield named(manifest), [(_conditions(rule, "source"), _conditions(rule, "target")) for rule in rules]


def _conditions(rule: Object, side: str) -> str:
    """Conditions of one side, in any of the three notations that Alertmanager reads."""
    exact = [f'{label}="{value}"' for label, value in (at(rule, f"{side}_match") or {}).items()]
    similar = [f'{label}=~"{value}"' for label, value in (at(rule, f"{side}_match_re") or {}).items()]
    return ", ".join([*map(str, at(rule, f"{side}_matchers") or ()), *exact, *similar])


def _alerts(objects: Sequence[Object]) -> dict[tuple[str, str], list[Object]]:
    """Alerts by namespace and name; several rules of one name in the order of the files."""
    found: dict[tuple[str, str], list[Object]] = {}
    for manifest in objects:
        space = str(at(manifest, "metadata", "namespace") or "")
        for groups in _rule_groups(manifest):
            for group in groups:
                for rule in at(group, "rules") or ():
                    # A silence is no alert that could be missed.
                    if isinstance(rule, dict) and rule.get("alert", SILENCED) != SILENCED:
                        found.setdefault((space, str(rule["alert"])), []).append(rule)
    return found


def _rule_groups(manifest: Object) -> Iterator[list[Any]]:
    if manifest["kind"] in {"PrometheusRule", "Rules", "ClusterRules", "VMRule"}:
        yield at(manifest, "spec", "groups") or []
    for document in _files(manifest):
        if isinstance(groups := at(document, "groups"), list):
            yield groups


def _files(manifest: Object) -> Iterator[Any]:
    """YAML documents in a ConfigMap."""
    if manifest["kind"] != "ConfigMap":
        return
    for key, text in (manifest.get("data") or {}).items():
        if key.endswith((".yaml", ".yml")):
            try:
                yield yaml.load(text, Loader=Loader)  # noqa: S506  a safe loader
            except yaml.YAMLError:
                continue


def _loosened(old: Object, new: Object) -> Iterator[str]:
    if (text := _condition(str(old.get("expr")), str(new.get("expr")))) is not None:
        yield text
    for field, looser in (("for", 1), ("keep_firing_for", -1)):
        before, after = (_seconds(rule.get(field, "0s")) for rule in (old, new))
        if (after - before) * looser > 0:
            yield f"{field} {old.get(field, 'none')} -> {new.get(field, 'none')}"
    was, now = (str(at(rule, "labels", "severity")) for rule in (old, new))
    if _rank(was) < _rank(now):
        yield f"severity {was} -> {now}"


def _rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _seconds(duration: Any) -> float:
    try:
        return float(duration_or_zero("for", str(duration)))
    except ConfigError:
        return 0.0


def _condition(old: str, new: str) -> str | None:
    """Return what is looser in the new condition; a condition that is another one is reported for the reader to judge."""
    before, after = (" ".join(text.split()) for text in (old, new))
    if before == after:
        return None
    if _LIMIT.sub("<>", before) != _LIMIT.sub("<>", after) or "unless" in before:
        return "its condition is another one: read it"
    changed = [(a.groups(), b.groups()) for a, b in zip(_LIMIT.finditer(before), _LIMIT.finditer(after), strict=True)]
    looser = [
        f"{sign} {was} -> {sign_now} {now}"
        for (sign, was), (sign_now, now) in changed
        if (sign[0] == ">" and float(now) > float(was)) or (sign[0] == "<" and float(now) < float(was)) or sign[0] != sign_now[0]
    ]
    return f"threshold {', '.join(looser)}" if looser else None


def retention(old: Sequence[Object], new: Sequence[Object]) -> Iterator[Effect]:
    """Return configurations of Prometheus that keep less than before, by time or by size."""
    before = dict(_retentions(old))
    for name, after in _retentions(new):
        for field, measure in (("time", _seconds), ("size", _bytes)):
            was, now = before.get(name, {}).get(field), after.get(field)
            if was and now and measure(now) < measure(was):
                yield Effect(
                    "retention", name, f"retention {field} {was} -> {now}: what is older is deleted within hours, and does not come back"
                )
            elif now and not was and name in before and field == "size":
                yield Effect("retention", name, f"retention size none -> {now}: the oldest blocks are deleted above it")


def _retentions(objects: Sequence[Object]) -> Iterator[tuple[str, dict[str, str]]]:
    for manifest in objects:
        for document in _files(manifest):
            if isinstance(found := at(document, "storage", "tsdb", "retention"), dict):
                yield named(manifest), found


def _bytes(size: Any) -> float:
    try:
        return float(size_in_bytes("size", str(size)))
    except ConfigError:
        return 0.0


def dashboards(old: Sequence[Object], new: Sequence[Object]) -> Iterator[Effect]:
    """Return dashboards whose uid is no longer there: links to them lead nowhere."""
    remaining = dict(_dashboards(new))
    for uid, title in _dashboards(old):
        if uid not in remaining:
            yield Effect("dashboards", f"dashboard {title!r}", f"uid {uid} is removed: links and bookmarks to it lead nowhere")


def _dashboards(objects: Sequence[Object]) -> Iterator[tuple[str, str]]:
    for manifest in objects:
        texts = (manifest.get("data") or {}) if manifest["kind"] == "ConfigMap" else {}
        for key, text in texts.items():
            model = _json(text) if key.endswith(".json") else None
            if isinstance(model, dict) and "panels" in model and model.get("uid"):
                yield str(model["uid"]), str(model.get("title"))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
