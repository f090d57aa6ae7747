"""What does not fit the types of `settings.py`, all of it: msgspec itself stops at the first."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from .errors import ConfigError, Key, Path, Raw
from .kubernetes.secrets import SecretKey
from .literals import INSTEAD, is_credential
from .settings import Settings

_Kinds = Sequence[inspect.Type]


def problems(data: Any) -> Iterator[ConfigError]:
    """Find everything in a settings file's content that does not fit; a value is asked for its own opinion once all in it fits."""
    yield from _problems((_settings(),), data, ())


@cache
def _settings() -> inspect.Type:
    return inspect.type_info(Settings)


def _problems(kinds: _Kinds, value: Any, path: Path) -> Iterator[ConfigError]:
    fitting = [kind for kind in kinds if _fits(kind, value)]
    if not fitting:
        yield _wrong(kinds, value, path)
        return
    structs = [kind for kind in fitting if isinstance(kind, inspect.StructType)]
    tags = {str(kind.tag): kind for kind in structs if kind.tag is not None}
    tag = value.get("type") if tags else None
    match fitting[0]:
        case _ if tags and tag not in tags:
            yield ConfigError((*path, "type"), tag, f"{'add it; accepted:' if tag is None else 'write one of'} {', '.join(tags)}")
        case inspect.StructType():
            yield from _in_struct(tags.get(str(tag)) or structs[0], value, path)
        case inspect.DictType(value_type=inner):
            for key, item in value.items():
                yield from _problems(_alternatives(inner), item, (*path, Key(key)))
        case inspect.CollectionType(item_type=inner):
            for index, item in enumerate(value):
                yield from _problems(_alternatives(inner), item, (*path, index))


def _in_struct(kind: inspect.StructType, value: Mapping[str, Any], path: Path) -> Iterator[ConfigError]:
    fields = {field.encode_name: field for field in kind.fields}
    found = {key: [_unknown(kind, key, path)] for key in value if key not in fields and key != kind.tag_field}
    for key, field in fields.items():
        if key in value:
            found[key] = list(_problems(_alternatives(field.type), value[key], (*path, field.name)))
        elif field.required:
            accepted = _literals(_alternatives(field.type))
            found[key] = [ConfigError((*path, field.name), None, f"add it; accepted: {accepted}" if accepted else "add it")]
    yield from (error for errors in found.values() for error in errors)
    fitting = {key: inner for key, inner in value.items() if not found.get(key)}
    # Sections stand for themselves; elsewhere a value that lacks a part would be refused for that.
    if not path or not any(found.values()):
        try:
            msgspec.convert(fitting, kind.cls)
        except msgspec.ValidationError as error:
            cause = error.__cause__
            yield cause.within(*path) if isinstance(cause, ConfigError) else ConfigError(path, value, str(error))


def _unknown(kind: inspect.StructType, key: str, path: Path) -> ConfigError:
    accepted: list[str] = sorted([*(field.encode_name for field in kind.fields), *([kind.tag_field] if kind.tag_field else [])])
    near = difflib.get_close_matches(key, accepted, n=1)
    return ConfigError(path, key, f"unknown key; {f'did you mean {near[0]}? ' if near else ''}accepted: {', '.join(accepted)}")


def _wrong(kinds: _Kinds, value: Any, path: Path) -> ConfigError:
    """Say what is written instead; a value that may be a credential at the wrong place is not shown."""
    secret = [_is_secret(kind) for kind in kinds if not isinstance(kind, inspect.NoneType)]
    last = next((str(step) for step in reversed(path) if not isinstance(step, int)), "")
    if any(secret) and (all(secret) or is_credential(last)):
        return ConfigError(path, Raw("a value"), INSTEAD)
    expected = _expected(kinds, value)
    if is_credential(last) or last.lower().endswith(("auth", "login")):
        hint = "; credentials in it as {secret: NAME, key: KEY}" if "a mapping" in expected else ""
        return ConfigError(path, Raw("a value"), f"{expected}{hint}")
    return ConfigError(path, value, expected)


def _expected(kinds: _Kinds, value: Any) -> str:
    if literals := _literals(kinds):
        return f"write one of {literals}"
    written = dict.fromkeys(word for kind in kinds for types, word in _WORDS.items() if isinstance(kind, types))
    not_this = "" if value is None else f", not {_GIVEN.get(type(value), type(value).__name__)}"
    quotes = "; in quotes it is text" if "text" in written and not isinstance(value, dict | list | None) else ""
    return f"write {' or '.join(written)}{not_this}{quotes}{_form(kinds, value)}"


def _form(kinds: _Kinds, value: Any) -> str:
    """Spell the mapping that a bare word stands for: `nginx` for `{type: nginx}`, or `ca` for the one key of `{name: ca}`."""
    structs = [kind for kind in kinds if isinstance(kind, inspect.StructType)]
    for kind in structs:
        required = [field.encode_name for field in kind.fields if field.required]
        if kind.tag is not None and kind.tag == value:
            return f": {{{', '.join([f'type: {value}', *(f'{key}: ...' for key in required)])}}}"
        if isinstance(value, str) and kind.tag is None and len(required) == len(structs) == 1:
            return f": {{{required[0]}: {value}}}"
    return ""


def _alternatives(kind: inspect.Type) -> _Kinds:
    if isinstance(kind, inspect.Metadata):
        return _alternatives(kind.type)
    return [inner for member in kind.types for inner in _alternatives(member)] if isinstance(kind, inspect.UnionType) else (kind,)


def _fits(kind: inspect.Type, value: Any) -> bool:
    match kind:
        case inspect.AnyType():
            return True
        case inspect.LiteralType(values=values):
            return value in values
        case inspect.FloatType():
            return isinstance(value, int | float) and not isinstance(value, bool)
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return isinstance(value, next((given for types, given in _PYTHON.items() if isinstance(kind, types)), object))


def _is_secret(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.StructType) and kind.cls is SecretKey


def _literals(kinds: _Kinds) -> str:
    return ", ".join(str(value) for kind in kinds if isinstance(kind, inspect.LiteralType) for value in kind.values)


_PYTHON = {
    inspect.NoneType: type(None),
    inspect.BoolType: bool,
    inspect.StrType: str,
    inspect.CollectionType: list,
    inspect.DictType: dict,
    inspect.StructType: dict,
}

_WORDS = {
    inspect.StructType: "a mapping",
    inspect.DictType: "a mapping",
    inspect.CollectionType: "a list",
    inspect.StrType: "text",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "true or false",
}

_GIVEN: Mapping[type, str] = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date",
    datetime: "a time",
}
"""Kinds of YAML values, in plain words."""
