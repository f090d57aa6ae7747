"""`include` in a settings file: further files, whose settings are merged with its own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .errors import ConfigError, Raw
from .settings_part import SettingsError, SettingsPart
from .spec import Record
from .yamltext import MOST_VALUES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KEY = "include"
MOST_LEVELS = 20
"""Files that may include one another in a row; people lose track much earlier."""


def parts_of(main: SettingsPart) -> tuple[SettingsPart, ...]:
    """Read what a file includes, and what that includes, each file once: what comes later overrides, and the file itself comes last.

    Raises:
        SettingsError: a file is missing, is not YAML, includes itself, or all of them together hold too much.

    """
    reader = _Reader(str(main.path.parent.absolute()), {}, [])
    reader.include(main, (main,))
    if reader.lines:
        raise SettingsError(reader.lines)
    return tuple(reader.found.values())


def merged(parts: Sequence[SettingsPart]) -> Any:
    """Settings of all the files: mappings by their keys, lists one after the other, and of other values the last."""
    return _merged([part.data for part in parts])


def origin(parts: Sequence[SettingsPart], keys: Sequence[str | int], given: object) -> tuple[SettingsPart, list[str | int]]:
    """Find the file that a value of the merged settings comes from, and the value's path in there; for what is missing, the last nearby."""
    held = [(part, part.data) for part in parts]
    for position, step in enumerate(keys):
        if isinstance(step, int):
            own = [(part, index) for part, items in held if isinstance(items, list) for index in range(len(items))]
            if step >= len(own):
                break
            part, index = own[step]
            return part, [*keys[:position], index, *keys[position + 1 :]]
        inner = [(part, value[step]) for part, value in held if isinstance(value, dict) and step in value]
        if not inner:
            break
        held = inner[-len(_joined([value for _, value in inner])) :]
    holding = [part for part, value in held if isinstance(value, dict | list) and isinstance(given, str) and given in value]
    return (holding or [part for part, _ in held])[-1], list(keys)


def _merged(values: Sequence[Any]) -> Any:
    joined = _joined(values)
    match joined:
        case [only]:
            return only
        case [dict(), *_]:
            keys = dict.fromkeys(key for value in joined for key in value)
            return {key: _merged([value[key] for value in joined if key in value]) for key in keys}
        case _:
            return [item for value in joined for item in value]


def _joined(values: Sequence[Any]) -> list[Any]:
    """The last values that are merged, without those which a later one of another kind or form replaces."""
    joined: list[Any] = []
    for value in values:
        same_form = _are(dict, *joined, value) and _form(joined) in (None, _form([*joined, value]))
        if not same_form and not _are(list, *joined, value):
            joined.clear()
        joined.append(value)
    return joined


def _are(kind: type, *values: Any) -> bool:
    return all(isinstance(value, kind) for value in values)


def _form(mappings: Sequence[dict[str, Any]]) -> Any:
    """Key `type` of mappings that are merged: the form of a value, whose other keys fit no other form."""
    return next((mapping["type"] for mapping in reversed(mappings) if "type" in mapping), None)


class _Reader(Record, frozen=True):
    """Files that were read, by their real path, and the lines of what is wrong."""

    directory: str
    found: dict[str, SettingsPart]
    lines: list[str]

    def include(self, part: SettingsPart, chain: tuple[SettingsPart, ...]) -> None:
        """Read what the file includes, then count the file itself."""
        paths = part.data.get(KEY) if isinstance(part.data, dict) else None
        # What is no list of texts is left for the check of types to refuse.
        if isinstance(paths, list) and all(isinstance(path, str) for path in paths):
            del part.data[KEY]
            for index, path in enumerate(paths):
                try:
                    self._include(part.path.parent / path, path, chain)
                except SettingsError as error:
                    self.lines.extend(error.lines)
                except ConfigError as error:
                    refused = error.within(KEY, index)
                    self.lines.append(part.line(part.mark([KEY, index], path), refused))
        self.found[os.path.realpath(part.path)] = part

    def _include(self, path: Path, given: str, chain: tuple[SettingsPart, ...]) -> None:
        try:
            real = os.path.realpath(path)
            above = [os.path.realpath(part.path) for part in chain]
            if real in above:
                row = [part.name for part in chain[above.index(real) :]]
                raise ConfigError((), given, f"includes itself: {', '.join([*row, row[0]])}; remove one of these includes")
            if real in self.found:
                return
            if len(chain) > MOST_LEVELS:
                raise ConfigError((), given, f"is included through more than {MOST_LEVELS} files; include it nearer to {chain[0].name}")
            if path.exists() and not path.is_file():
                raise ConfigError((), given, "is not a file; give the path of a settings file, relative to the file that includes it")
            part = SettingsPart.read(path, os.path.relpath(path, self.directory))
        except (OSError, ValueError) as error:
            if isinstance(error, ConfigError):
                raise
            kind = error.__class__.__name__
            expected = f"cannot be read ({kind}); give the path of a settings file, relative to the file that includes it"
            raise ConfigError((), given, expected) from error
        values = sum(known.values for known in (*self.found.values(), *chain, part))
        if values > MOST_VALUES:
            raise ConfigError((), Raw(f"{values} values"), f"all files together may hold {MOST_VALUES} once their aliases are expanded")
        self.include(part, (*chain, part))
