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


MOST_DEPTH = 100
"""Levels of nesting that a file may have. The parser of libyaml and the walks over its result recurse."""

MOST_VALUES = 200_000
"""Values that a file may hold with its aliases expanded; a kilobyte of aliases of aliases can stand for more than memory holds."""

_KINDS = ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")


class Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """YAML as it is meant, from files of any origin.

    Refuses repeated keys, of which YAML itself silently keeps the last; keys that are not text (`on:` is true, `5:` a number); values
    that are no such number or date; sets, binary and other tags; nesting and aliases without end. Each as a `MarkedYAMLError` with its place.
    """

    yaml_constructors = {
        tag: constructor
        for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.rsplit(":", 1)[-1] in _KINDS
    }

    values = 0
    """Number of values in the document, with every alias expanded, once it is read."""

    def __init__(self, stream: Any) -> None:
        _check_depth(stream)
        super().__init__(stream)

    def construct_document(self, node: yaml.Node) -> Any:
        self.values = _check_size(node)
        return super().construct_document(node)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, AttributeError, OverflowError) as error:
            kind = node.tag.rsplit(":", 1)[-1]
            raise _refused(node, f"{_short(node.value)} cannot be read as {kind}; in quotes it is text") from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                shown = f"key {key_node.value}" if isinstance(key_node, yaml.ScalarNode) else "a mapping or a list as key"
                raise _refused(key_node, f"{shown} is not text; put it in quotes")
            if key in seen:
                raise _refused(key_node, f"key {key!r} is given twice")
            seen.add(key)
        return dict(super().construct_mapping(node, deep=deep))


class SettingsLoader(Loader):
    """Refuses numbers too that YAML 1.1 reads in base 8 or 60 (`0100`, `1:30`), since no setting is meant so; file modes of manifests are."""

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        number: int = super().construct_yaml_int(node)
        digits = node.value.lstrip("+-").replace("_", "")
        if ":" in digits or (digits.startswith("0") and digits.isdigit() and digits != "0"):
            raise _refused(node, f'{node.value} is the number {number} in YAML; write {number}, or "{node.value}" in quotes for text')
        return number


SettingsLoader.add_constructor("tag:yaml.org,2002:int", SettingsLoader.construct_yaml_int)


def _refused(place: Any, problem: str) -> yaml.constructor.ConstructorError:
    """Error at the start of a node or event."""
    return yaml.constructor.ConstructorError(None, None, problem, place.start_mark)


def _check_depth(stream: Any) -> None:
    """Count the levels before anything recurses over them."""
    depth = 0
    for event in yaml.parse(stream, Loader=_Events):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_DEPTH:
                raise _refused(event, f"nested more than {MOST_DEPTH} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


_Events = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def _check_size(root: yaml.Node) -> int:
    """Count the values with every alias expanded, each node once; an alias of what it stands in never ends."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: yaml.Node) -> int:
        key = id(node)
        if key in open_nodes:
            raise _refused(node, "holds an alias of itself")
        if key not in sizes:
            open_nodes.add(key)
            inner = node.value if isinstance(node, yaml.CollectionNode) else ()
            sizes[key] = 1 + sum(size(part) for item in inner for part in (item if isinstance(item, tuple) else (item,)))
            open_nodes.remove(key)
            if sizes[key] > MOST_VALUES:
                raise _refused(node, f"holds more than {MOST_VALUES} values once its aliases are expanded")
        return sizes[key]

    return size(root)


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
