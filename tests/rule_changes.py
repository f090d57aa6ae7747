"""Rule files for reviewers of an option: only what it changes in the rules of a default installation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from manifests import Object

Rule = dict[str, Any]
Rules = dict[str, Rule]

SAME = "(as in test_default.yaml)"


def rule_files(objects: Iterable[Object]) -> dict[str, Rules]:
    """Return the rules in each rule file of ConfigMaps, by file and rule name."""
    texts = [pair for manifest in objects if manifest["kind"] == "ConfigMap" for pair in manifest.get("data", {}).items()]
    return {name: _rules(text) for name, text in texts if text.startswith("groups:")}


def changes(text: str, default: Rules) -> Any:
    """Return the rules of a file that are new, and the changed fields of those that are not; rules with the same change stand together."""
    rules = _rules(text)
    if rules == default:
        return SAME
    changed: dict[str, list[str]] = {}
    for name, rule in rules.items():
        if rule != default.get(name):
            change = json.dumps(_change(default[name], rule) if name in default else {"new": rule})
            changed.setdefault(change, []).append(name)
    gone = [f"(gone: {name})" for name in default if name not in rules]
    return [*gone, *({_names(names, rules): json.loads(change)} for change, names in changed.items())]


def _rules(text: str) -> Rules:
    """Return the rules by name, numbered where a name is used twice, and what else is said about their groups."""
    found: Rules = {}
    for group in yaml.safe_load(text)["groups"]:
        found[f"group {group['name']}"] = {field: value for field, value in group.items() if field != "rules"}
        for rule in group["rules"]:
            name = rule.get("alert") or rule["record"]
            number = sum(known.split(" #")[0] == name for known in found)
            found[f"{name} #{number + 1}" if number else name] = rule
    return found


def _names(names: list[str], rules: Rules) -> str:
    alerts = [name for name, rule in rules.items() if "alert" in rule]
    return "every alert" if names == alerts and len(names) > 1 else ", ".join(names)


def _change(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that differ. Of a text that became longer at its front, only what was added."""
    return dict(_fields(before, after))


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in [*before, *(field for field in after if field not in before)]:
        old, new = before.get(field), after.get(field)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield field, _change(old, new)
        elif isinstance(old, str) and isinstance(new, str) and new.endswith(old):
            yield field, f"{new.removesuffix(old)}..."
        else:
            yield field, new
