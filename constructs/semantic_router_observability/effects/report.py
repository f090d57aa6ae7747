"""The report of a change, for a terminal, for a pull request, or for a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .effect import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .changes import Changes
    from .effect import Effect


def text(changes: Changes) -> str:
    """Lines for a terminal: the effects by kind, then the objects."""
    lines = []
    for kind, effects in _by_kind(changes):
        lines += [KINDS[kind], *(f"  {effect.subject}: {effect.text}" for effect in effects), ""]
    lines += [f"{title}: {', '.join(names)}" for title, names in _objects(changes)]
    return "\n".join([*lines, _summary(changes), ""])


def markdown(changes: Changes) -> str:
    """Markdown for a pull request: the effects as lists, the objects folded."""
    lines = [f"**{_summary(changes)}**", ""]
    for kind, effects in _by_kind(changes):
        lines += [f"### {KINDS[kind]}", "", *(f"- `{effect.subject}`: {_escaped(effect.text)}" for effect in effects), ""]
    if any(names for _, names in _objects(changes)):
        lines += ["<details><summary>Objects</summary>", ""]
        lines += [f"- {title}: {', '.join(f'`{name}`' for name in names)}" for title, names in _objects(changes)]
        lines += ["", "</details>", ""]
    return "\n".join(lines)


def as_json(changes: Changes) -> str:
    """One object: `effects` with kind, subject and text, and the names of objects that are added, changed and removed."""
    found = {
        "effects": [effect._asdict() for effect in changes.effects],
        "added": changes.added,
        "changed": changes.changed,
        "removed": changes.removed,
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _by_kind(changes: Changes) -> Iterator[tuple[str, list[Effect]]]:
    for kind in KINDS:
        if effects := [effect for effect in changes.effects if effect.kind == kind]:
            yield kind, effects


def _objects(changes: Changes) -> Iterator[tuple[str, tuple[str, ...]]]:
    for title, names in (("Added", changes.added), ("Changed", changes.changed), ("Removed", changes.removed)):
        if names:
            yield title, names


def _summary(changes: Changes) -> str:
    counts = [f"{len(names)} {title.lower()}" for title, names in _objects(changes)]
    if not counts:
        return "No object changes"
    kinds = [f"{KINDS[kind]}: {len(effects)}" for kind, effects in _by_kind(changes)]
    return f"Objects: {', '.join(counts)}. {'. '.join(kinds) or 'Nothing that needs attention'}"


def _escaped(text: str) -> str:
    """Escape what Markdown would read as markup, outside of code that the text marks itself."""
    parts = text.split("`")
    return "`".join(
        part.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_") if not index % 2 else part for index, part in enumerate(parts)
    )
