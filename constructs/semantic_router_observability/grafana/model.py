"""The JSON of a dashboard: what Grafana accepts of it, and which data sources it asks for. Pure."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from semantic_router_observability.errors import ConfigError, Key, Place, Raw, Where, arg, at
from semantic_router_observability.nesting import MOST_LEVELS, is_deep_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)(?::\w+)?\]\]")
_BUILT_IN = {"", "default", "grafana", "__expr__", "-100", "-- Grafana --", "-- Mixed --", "-- Dashboard --"}
"""References that Grafana resolves itself."""


class Source(NamedTuple):
    """A data source that Grafana has."""

    uid: str
    name: str
    kind: str


@lru_cache(maxsize=64)
def parse(file: str, text: str) -> dict[str, Any]:
    """Read a dashboard in the classic format. Kept, as every stack of a chart ships the same pages.

    Raises:
        ConfigError: Grafana could not provision it.

    """
    where = Place(file)
    if is_deep_json(text):
        raise ConfigError(where, text[:40], f"is nested more than {MOST_LEVELS} levels deep; no dashboard is")
    try:
        model = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        raise ConfigError(where, text[:40], f"is not JSON: {error}") from error
    if not isinstance(model, dict) or not isinstance(model.get("title"), str) or not model["title"].strip():
        raise ConfigError(where, sorted(model)[:5] if isinstance(model, dict) else text[:40], "is not a classic dashboard: it has no title")
    uid = model.get("uid")
    if not isinstance(uid, str) or not _UID.fullmatch(uid):
        raise ConfigError(at(where, Key("uid")), uid, "give it a uid of 1 to 40 letters, digits, '-' or '_', as text; links hold on to it")
    model["id"] = None
    return model


def problems(file: str, text: str) -> Iterator[ConfigError]:
    """What Grafana would pass over in a user's dashboard, or fail on when it is opened."""
    where = Place(file)
    doubled: list[str] = []

    def note_doubled(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            doubled.extend(key for key in found if keys.count(key) > 1)
        return found

    model = json.loads(text, object_pairs_hook=note_doubled)
    for key in dict.fromkeys(doubled):
        yield ConfigError(
            at(where, Key(key)), Raw("twice"), "one object has this key two times, and Grafana reads only the last; remove one"
        )
    yield from _not_mappings(at(where, Key("panels")), model.get("panels"))
    yield from _not_mappings(at(where, Key("rows")), model.get("rows"))
    for key in ("panels", "rows"):
        for index, holder in enumerate(_mappings(model.get(key))):
            yield from _not_mappings(at(where, Key(key), index, Key("panels")), holder.get("panels"))


def with_inputs(file: str, model: dict[str, Any], sources: Sequence[Source]) -> dict[str, Any]:
    """Fill in what a dashboard that was exported for sharing leaves open; the first of the sources is Grafana's default.

    Raises:
        ConfigError: it asks for a data source that does not exist, or holds library panels.

    """
    if "__inputs" not in model:
        return model
    where = at(Place(file), Key("__inputs"))
    if model.get("__elements"):
        raise ConfigError(
            at(Place(file), Key("__elements")),
            Raw("present"),
            "holds library panels, which a file cannot add; unlink them and export again",
        )
    values: dict[str, str] = {}
    for index, given in enumerate(model["__inputs"] if isinstance(model["__inputs"], list) else [model["__inputs"]]):
        match given:
            case {"name": str(name), "type": "datasource", "pluginId": str(kind)}:
                values[name] = _of_kind(at(where, index), kind, sources).uid
            case {"name": str(name), "type": "constant", "value": str(value)}:
                values[name] = value
            case _:
                raise ConfigError(at(where, index), given, "is neither a data source nor a constant; export the dashboard again")
    filled = _filled({key: value for key, value in model.items() if key not in {"__inputs", "__elements", "__requires"}}, values)
    return dict(filled)


def dangling(file: str, model: Mapping[str, Any], sources: Sequence[Source]) -> Iterator[ConfigError]:
    """References to data sources that nothing has: what uses them shows an error and no data."""
    known = {name for source in sources for name in (source.uid, source.name)} | _BUILT_IN
    variables = {str(variable.get("name")) for variable in _listed(model, "templating")}
    there = ", ".join(f"{source.uid} ({source.name})" if source.uid != source.name else source.uid for source in sources)
    for place, reference in _references(model):
        name = next(filter(None, found.groups())) if (found := _VARIABLE.fullmatch(reference)) else None
        if reference in known or name in variables:
            continue
        lacks = "is no variable of this dashboard" if name else "no data source has this uid or name"
        yield ConfigError(
            (Place(file), Place(place)),
            reference,
            f"{lacks}; there are {there}; add it to {arg('data_sources')}, or use a data source variable",
        )


def variables(model: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Variables of a dashboard, those that are mappings."""
    return _listed(model, "templating")


def _references(model: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each place, and the uid, name or variable by which it refers to a data source."""
    found: dict[tuple[str, str], None] = {}
    panels = [
        panel for key in ("panels", "rows") for outer in _mappings(model.get(key)) for panel in (outer, *_mappings(outer.get("panels")))
    ]
    holders = [
        *(
            (f"panel {panel.get('title') or panel.get('id')!r}", user)
            for panel in panels
            for user in (panel, *_mappings(panel.get("targets")))
        ),
        *((f"variable {variable.get('name')}", variable) for variable in variables(model)),
        *((f"annotation {annotation.get('name')}", annotation) for annotation in _listed(model, "annotations")),
    ]
    for place, holder in holders:
        source = holder.get("datasource")
        reference = source.get("uid") if isinstance(source, dict) else source
        if isinstance(reference, str):
            found[place, reference] = None
    yield from found


def _of_kind(where: Where, kind: str, sources: Sequence[Source]) -> Source:
    """The default source where it is of the kind; otherwise the only one of it."""
    fitting = [source for source in sources if source.kind == kind]
    if not fitting:
        raise ConfigError(where, kind, f"the dashboard asks for a data source of this type; add one to {arg('data_sources')}")
    if len(fitting) > 1 and fitting[0] is not sources[0]:
        names = ", ".join(source.uid for source in fitting)
        raise ConfigError(where, kind, f"several data sources are of this type, {names}; put the uid of one of them into the dashboard")
    return fitting[0]


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    match value:
        case dict():
            return {key: _filled(item, values) for key, item in value.items()}
        case list():
            return [_filled(item, values) for item in value]
        case str() if "${" in value:
            return re.sub(r"\$\{(\w+)\}", lambda found: values.get(found[1], found[0]), value)
        case _:
            return value


def _not_mappings(where: Where, value: Any) -> Iterator[ConfigError]:
    if value is None:
        return
    if not isinstance(value, list):
        yield ConfigError(where, value, "write a list of panels")
        return
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            yield ConfigError(at(where, index), item, "is not a panel; remove it")


def _listed(model: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    held = model.get(key)
    return _mappings(held.get("list")) if isinstance(held, dict) else []


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
