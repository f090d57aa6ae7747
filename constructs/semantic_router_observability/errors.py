"""The one exception this library raises on purpose.

It holds values: the path to what is wrong, what was given, what is accepted. `str(error)` spells them for a Python caller; `error.in_yaml()`
for the reader of `observability.yaml`. The user's own text is shown as written by both.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Raw(str):
    """Text that a message shows as it is, without quotes."""

    __slots__ = ()


class Key(str):
    """Step of a path that is the same in Python and YAML: a key of a free mapping, or a field of another program's configuration."""

    __slots__ = ()


class Place(str):
    """Step of a path that owns what follows: a construct's id, a file, an option of a command."""

    __slots__ = ()


class Value(Place):
    """First step of a path in a value that stands alone: its class, and its name where it has one. Gone once the value has a place."""

    __slots__ = ()


Step: TypeAlias = "str | int"
"""Name of an argument or a field in snake_case, an index, a `Key` or a `Place`."""

Path: TypeAlias = "tuple[Step, ...]"
"""Steps from the outermost to the value."""

Where: TypeAlias = "Step | Path"
"""A path, or its only step."""


def at(where: Where, *steps: Step) -> Path:
    """Path further in."""
    return (*(where if isinstance(where, tuple) else (where,)), *steps)


def place(name: str, *steps: Step) -> Path:
    """Path that starts at a construct's id, a file or an option."""
    return (Place(name), *steps)


_OPEN, _CLOSE = "\ue000", "\ue001"
"""Around references in texts; of the private use area, so that no user's text holds them."""


def arg(name: str, value: object = ...) -> str:
    """Name an argument or field, or call for a value of it, in a text: `retention_size` in Python is `retentionSize` in YAML."""
    return f"{_OPEN}{name}{'' if value is ... else f'={value!r}'}{_CLOSE}"


def form(kind: type[msgspec.Struct], *fields: str) -> str:
    """Spell a value in a text: `Slack(name=...)` in Python is `{type: slack, name: ...}` in YAML."""
    tag = kind.__struct_config__.tag
    return f"{_OPEN}{kind.__name__}({','.join(fields)}){tag or ''}{_CLOSE}"


def camel(name: str) -> str:
    """Key of an argument in the settings."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


class ConfigError(ValueError):
    """A value that cannot work: where, what was given, what is accepted, how to fix it. Shown on one line.

    Raised by constructors, before anything reaches cdk8s, so nothing is written. `main.py` prints all of a file and exits with 2.

    Attributes:
        path: Steps to the value: id of the construct or class of the value, then arguments, indices and keys.
        given: What stands there; `None` where nothing does.
        expected: What is accepted, in words. Names of arguments in it are references, which `str` and `in_yaml` spell.

    """

    def __init__(self, where: Where, given: object, expected: str) -> None:
        """Keep the three parts; a single step may stand for the path."""
        super().__init__(where, given, expected)
        self.path = at(where)
        self.given = given
        self.expected = expected

    def within(self, *outer: Step) -> ConfigError:
        """Same error, with the path from further out in place of the value's class."""
        inner = self.path[1:] if self.path and isinstance(self.path[0], Value) else self.path
        return ConfigError((*outer, *inner), self.given, self.expected)

    @property
    def all(self) -> tuple[ConfigError, ...]:
        """The errors it stands for: itself, unless several were found at once."""
        return (self,)

    def __str__(self) -> str:
        """Spell it as a Python caller writes it."""
        return _line(_path(self.path, str), _python(self.given), _REFERENCE.sub(_in_python, self.expected))

    def in_yaml(self) -> str:
        """Spell it as the settings file does."""
        return _line(_path(self.path, camel), _yaml(self.given), _REFERENCE.sub(_in_yaml, self.expected))


class ConfigErrors(ConfigError):  # noqa: N818  several of them
    """Several values that cannot work, found at once: a line each. The path, the value and the text are those of the first."""

    def __init__(self, errors: Sequence[ConfigError]) -> None:
        """Take the errors, at least one."""
        super().__init__(errors[0].path, errors[0].given, errors[0].expected)
        self._errors = tuple(errors)

    @staticmethod
    def refuse(errors: Sequence[ConfigError]) -> None:
        """Raise what was found, each once.

        Raises:
            ConfigError: something was.

        """
        once = list({str(error): error for error in errors}.values())
        if once:
            raise once[0] if len(once) == 1 else ConfigErrors(once)

    @property
    def all(self) -> tuple[ConfigError, ...]:
        """Each of them."""
        return self._errors

    def within(self, *outer: Step) -> ConfigError:
        """Same errors, with the path from further out."""
        return ConfigErrors([error.within(*outer) for error in self._errors])

    def __str__(self) -> str:
        """A line each, as a Python caller writes them."""
        return "\n".join(map(str, self._errors))

    def in_yaml(self) -> str:
        """A line each, as the settings file has them."""
        return "\n".join(error.in_yaml() for error in self._errors)


@contextmanager
def inside(*outer: Step) -> Iterator[None]:
    """Add the steps that a pure function does not know to the errors that it raises."""
    try:
        yield
    except ConfigError as error:
        raise error.within(*outer) from error.__cause__


_REFERENCE = re.compile(rf"{_OPEN}(\w+)(?:=(.*?)|\((.*?)\)(.*?))?{_CLOSE}")


def _in_python(match: re.Match[str]) -> str:
    name, value, fields, _ = match.groups()
    if fields is not None:
        return f"{name}({', '.join(f'{field}=...' for field in fields.split(',') if field)})"
    return name if value is None else f"{name}={value}"


def _in_yaml(match: re.Match[str]) -> str:
    name, value, fields, tag = match.groups()
    if fields is not None:
        keys = [*([f"type: {tag}"] if tag else []), *(f"{camel(field)}: ..." for field in fields.split(",") if field)]
        return f"{{{', '.join(keys)}}}"
    return camel(name) if value is None else f"{camel(name)}: {value.lower() if value in {'True', 'False'} else value.strip(chr(39))}"


def _path(path: Path, name_of: Callable[[str], str]) -> str:
    text, between = "", ""
    for step in path:
        match step:
            case int():
                text += f"[{step}]"
            case Place():
                text += f"{': ' if text else ''}{step}"
            case _:
                text += f"{between}{step if isinstance(step, Key) else name_of(step)}"
        between = ": " if isinstance(step, Place) else "."
    return text


def _line(where: str, given: str, expected: str) -> str:
    """Put the parts on one line, which may hold keys of any file: what a terminal would take for a command is escaped."""
    line = " ".join(": ".join(part for part in (where, given, expected) if part).split())
    return line if line.isprintable() else "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)


def _python(given: object) -> str:
    if isinstance(given, Raw):
        return given
    return f"'{given}'" if isinstance(given, PurePath) else _short(repr(given))


def _yaml(given: object) -> str:
    if isinstance(given, Raw):
        return given
    if given is None:
        return "not given"
    if isinstance(given, str | PurePath):
        return _python(given)
    return _short(_flow(given))


def _flow(value: object) -> str:
    """Write a value as YAML does on one line."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.to_builtins(value)
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return value.isoformat() if isinstance(value, date) else str(value)


def _short(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
