"""Which fields of manifests were patched, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.kubernetes.patches import PATCHES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Object = dict[str, Any]


def patches(objects: Sequence[Object]) -> list[dict[str, str]]:
    """Return the patches that the objects' annotations name: object, operation, path and reason of each."""
    return [
        {"object": title, "op": op, "path": path, "reason": reason}
        for found in objects
        for title, line in _lines(found)
        for op, _, rest in [line.partition(" ")]
        for path, _, reason in [rest.partition(": ")]
    ]


def report(objects: Sequence[Object]) -> str:
    """Return a line for each patched object, and one below it for each patch."""
    titles: dict[str, list[str]] = {}
    for found in objects:
        for title, line in _lines(found):
            titles.setdefault(title, []).append(line)
    return "".join(f"{title}\n" + "".join(f"  {line}\n" for line in lines) for title, lines in titles.items()) or "no object is patched\n"


def _lines(found: Object) -> Iterator[tuple[str, str]]:
    metadata = found["metadata"]
    title = " ".join((found["kind"], "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)))
    for line in (metadata.get("annotations") or {}).get(PATCHES, "").splitlines():
        yield title, line
