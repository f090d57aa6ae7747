"""Where in a YAML file a value stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence


def node_at(root: yaml.Node, path: Sequence[str | int], given: object) -> yaml.Node:
    """Node to point at for a path: the key or item it ends in, the key or item of `given` in there, or the nearest that there is."""
    node = shown = root
    for step in path:
        found = _inner(node, step)
        if found is None:
            return shown
        shown, node = found
    if isinstance(node, yaml.SequenceNode):
        return next((item for item in node.value if item.value == str(given)), shown)
    key = _inner(node, given) if isinstance(given, str) else None
    return key[0] if key else shown


def _inner(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Key and value in a mapping, merged ones too, or an item of a list twice."""
    if isinstance(node, yaml.SequenceNode):
        return (node.value[step],) * 2 if isinstance(step, int) and step < len(node.value) else None
    if not isinstance(node, yaml.MappingNode):
        return None
    for key, value in node.value:
        if key.value == step:
            return key, value
    merged = [value for key, value in node.value if key.tag == "tag:yaml.org,2002:merge"]
    sources = [source for value in merged for source in (value.value if isinstance(value, yaml.SequenceNode) else [value])]
    return next((found for source in sources if (found := _inner(source, step))), None)
