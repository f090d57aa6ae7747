"""YAML, read strictly and written for people who read it in a diff."""

from __future__ import annotations

from typing import Any

import yaml


def to_yaml(value: Any) -> str:
    """YAML with keys in the order given, for files that people read in a diff."""
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True))


class _Dumper(yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper):  # type: ignore[misc]
    """Writes lists without anchors, even where one object appears twice."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.Node:
        """Put lists of plain values on one line: a relabelling rule reads as one."""
        plain = all(isinstance(item, str | int | float) for item in sequence)
        node: yaml.Node = super().represent_sequence(tag, sequence, flow_style=plain or flow_style)
        return node


def _block_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """Write text of several lines, such as a long expression, as it stands."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _block_text)


class Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Refuses repeated keys, of which YAML itself keeps the last without a word, and keys that are no text (`on:` is true, `5:` a number)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is no text; put it in quotes", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is given twice", key_node.start_mark)
            seen.add(key)
        return dict(super().construct_mapping(node, deep=deep))
