"""Reading `observability.yaml`, and saying in one line what is wrong with it."""

from __future__ import annotations

import difflib
import os
import re
from typing import TYPE_CHECKING, Any

import msgspec
import yaml
from msgspec import UNSET

from .errors import ConfigError, Raw
from .grafana.dashboards import DashboardDirectory, DashboardFile
from .settings import Settings
from .yamltext import Loader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def load(path: Path) -> Settings:
    """Read a settings file. Paths in it are relative to it.

    Raises:
        ConfigError: the file is missing, is no YAML, repeats a key, or holds a key or value that does not fit.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "--config", str(path), f"cannot be read ({error.__class__.__name__}); give the path of a settings file"
        ) from error
    try:
        data = yaml.load(text, Loader=Loader)  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        raise ConfigError(path.name, Raw(place), f"{error.problem}; correct the YAML") from error
    except yaml.YAMLError as error:
        raise ConfigError(path.name, Raw("unreadable"), str(error).replace("\n", " ")) from error
    try:
        settings = msgspec.convert({} if data is None else data, Settings)
    except msgspec.ValidationError as error:
        raise _explain(path.name, error, data) from error
    return _relative_to(path.parent, settings)


def schema() -> dict[str, Any]:
    """JSON Schema of the settings, as msgspec sees the types."""
    return msgspec.json.schema(Settings)


def _relative_to(directory: Path, settings: Settings) -> Settings:
    dashboards = settings.grafana.dashboards
    if dashboards is UNSET:
        return settings
    moved = tuple(
        msgspec.structs.replace(source, path=os.path.normpath(directory / source.path))
        if isinstance(source, DashboardFile | DashboardDirectory)
        else source
        for source in dashboards
    )
    return msgspec.structs.replace(settings, grafana=msgspec.structs.replace(settings.grafana, dashboards=moved))


def _explain(file: str, error: msgspec.ValidationError, data: Any) -> ConfigError:
    """Turn msgspec's message into where, what was given, what is accepted."""
    problem, _, place = str(error).partition(" - at `$")
    path = place.rstrip("`").lstrip(".")
    where = f"{file}: {path}" if path else file
    if isinstance(error.__cause__, ConfigError):
        inner = re.sub(r"^\w+\b(?=:)", lambda match: f"{path}.{match[0]}" if path else match[0], problem)
        return ConfigError.from_line(f"{file}: {inner if inner != problem else f'{path}: {problem}'}")
    steps = [step for step in re.split(r"[.\[\]]+", path) if step]
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", problem):
        accepted = sorted({name for node in _nodes(steps) for name in node.get("properties", ())})
        near = difflib.get_close_matches(unknown[1], accepted, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        return ConfigError(where, unknown[1], f"is no key here; {hint}accepted: {', '.join(accepted)}")
    if missing := re.fullmatch(r"Object missing required field `(.*)`", problem):
        values = _values(_nodes([*steps, missing[1]]))
        return ConfigError(where, Raw(f"{missing[1]} is missing"), f"add it{f'; accepted: {values}' if values else ''}")
    given = _given(data, steps)
    values = _values(_nodes(steps))
    return ConfigError(where, given, f"accepted: {values}" if values else problem[0].lower() + problem[1:])


def _given(data: Any, steps: Iterable[str]) -> Any:
    for step in steps:
        if isinstance(data, dict):
            data = data.get(step, data)
        elif isinstance(data, list) and step.isdigit():
            data = data[int(step)]
    return data


def _nodes(steps: Iterable[str]) -> list[dict[str, Any]]:
    """Nodes of the JSON Schema at a path; several where alternatives exist."""
    root = schema()
    nodes = list(_alternatives(root, root))
    for step in steps:
        inner = [node["properties"][step] for node in nodes if step in node.get("properties", {})]
        if step.isdigit() or step == "...":
            inner = [found for node in nodes for key in ("items", "additionalProperties") if isinstance(found := node.get(key), dict)]
        nodes = [alternative for node in inner for alternative in _alternatives(root, node)]
    return nodes


def _alternatives(root: dict[str, Any], node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in node:
        yield from _alternatives(root, root["$defs"][node["$ref"].rsplit("/", 1)[1]])
    elif "anyOf" in node:
        for inner in node["anyOf"]:
            yield from _alternatives(root, inner)
    else:
        yield node


def _values(nodes: Iterable[dict[str, Any]]) -> str:
    return ", ".join(str(value) for node in nodes for value in node.get("enum", [node["const"]] if "const" in node else []))
