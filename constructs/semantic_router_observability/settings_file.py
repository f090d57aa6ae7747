"""Reads `observability.yaml`; each error names the place in the file."""

from __future__ import annotations

import os
import sys
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from .errors import ConfigError, Key, Place, Raw, camel
from .grafana.dashboards import DashboardDirectory, DashboardFile
from .literals import credentials
from .secrets import EncryptedFile
from .settings import Settings
from .settings_check import problems
from .settings_part import SettingsError, SettingsPart
from .spec import Record, Spec

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from .errors import Path as Steps


_S = TypeVar("_S", bound=Spec)


class SettingsFile(Record, frozen=True):
    """A settings file, with those that it includes, that is read and not yet understood.

    Attributes:
        parts: The files; what comes later overrides, and the file itself comes last.
        data: Settings of all of them.

    """

    parts: tuple[SettingsPart, ...]
    data: Any

    @classmethod
    def read(cls, path: Path) -> SettingsFile:
        """Read the file and what it includes as YAML.

        Raises:
            ConfigError: the file is missing.
            SettingsError: one of them is not YAML, or repeats a key, or an included one is missing.

        """
        try:
            part = SettingsPart.read(path, path.name)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                Place("--config"), path, f"cannot be read ({error.__class__.__name__}); give the path of a settings file"
            ) from error
        if not isinstance(part.data, dict) or "include" not in part.data:
            return cls((part,), part.data)
        from .settings_include import merged, parts_of  # noqa: PLC0415 - only those who include files pay for it

        parts = parts_of(part)
        return cls(parts, merged(parts))

    def settings(self) -> Settings:
        """Understand it. Paths in it are relative to it.

        Raises:
            SettingsError: it holds keys or values that do not fit, or credentials.

        """
        # Addresses are left to their fields, which say what to write instead.
        literal = list(credentials((), self.data, addresses=False))
        try:
            settings = _converted(self.data, Settings)
        except msgspec.ValidationError as error:
            # A mapping that holds a credential is not shown.
            others = [found for found in problems(self.data) if not any(_touch(found.path, known.path) for known in literal)]
            raise self.refused([*literal, *others] or [ConfigError((), Raw("settings"), str(error))]) from error
        if literal:
            raise self.refused(literal)
        return _relative_to(self._directory, settings)

    def refused(self, errors: Sequence[ConfigError]) -> SettingsError:
        """Put the errors into the order of the file, and name their lines."""
        found = sorted((self._found(error) for error in errors), key=itemgetter(0, 1))
        return SettingsError([line for _, _, line in found], errors)

    def without(self, sections: Collection[str]) -> SettingsFile:
        """Leave out sections, named as fields of `Settings`."""
        keys = {camel(section) for section in sections}
        return replace(self, data={key: section for key, section in self.data.items() if key not in keys})

    def _found(self, error: ConfigError) -> tuple[int, int, str]:
        """Find the file of what the error is about, the file itself before those that it includes, the place in there; the line of the message."""
        part, keys = self._origin(_keys(error.path), error.given)
        mark = part.mark(keys, error.given)
        position = (self.parts.index(part) + 1) % len(self.parts)
        own = iter(keys)
        # Items of lists are counted in their own file.
        steps = tuple(step if isinstance(step, Place) else number if isinstance(number := next(own), int) else step for step in error.path)
        return position, mark.index if mark else -1, part.line(mark, ConfigError(steps, error.given, error.expected))

    def _origin(self, keys: list[str | int], given: object = None) -> tuple[SettingsPart, list[str | int]]:
        if len(self.parts) == 1:
            return self.parts[0], keys
        from .settings_include import origin  # noqa: PLC0415 - only those who include files pay for it

        return origin(self.parts, keys, given)

    def _directory(self, *keys: str | int) -> Path:
        """Find the folder of the file that holds a value."""
        return self._origin(list(keys))[0].path.parent


def load(path: Path) -> Settings:
    """Read and understand a settings file.

    Raises:
        ConfigError: it is missing, or something in it does not fit.

    """
    return SettingsFile.read(path).settings()


def schema() -> dict[str, Any]:
    """JSON Schema of the settings, as msgspec sees the types."""
    return msgspec.json.schema(Settings)


def _converted(data: Any, kind: type[_S]) -> _S:
    """Convert as msgspec does, without looking at the types of keys that are not there: all of them together are 150 classes, which takes 12 ms."""
    try:
        fields = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
        types = {fields[key]: kind.__annotations__[fields[key]] for key in data}
        sections = {name: vars(sys.modules[kind.__module__]).get(written) for name, written in types.items()}
        given = {
            fields[key]: _converted(data[key], section)
            for key in data
            if isinstance(section := sections[fields[key]], type) and issubclass(section, Spec)
        }
        rest = [(name, written) for name, written in types.items() if name not in given]
        found = msgspec.convert(
            {key: value for key, value in data.items() if fields[key] not in given},
            msgspec.defstruct(kind.__name__, rest, bases=(Spec,), module=kind.__module__, frozen=True),
        )
        return kind(**given, **{name: getattr(found, name) for name, _ in rest})
    except (msgspec.ValidationError, ConfigError, AttributeError, KeyError, TypeError):
        # Something does not fit: msgspec says what.
        return msgspec.convert(data, kind)


def _relative_to(directory: Callable[..., Path], settings: Settings) -> Settings:
    """Take each path as relative to the file that holds it."""

    def moved(sources: Iterable[Any], *keys: str) -> tuple[Any, ...]:
        return tuple(
            msgspec.structs.replace(source, path=os.path.normpath(directory(*keys, index) / source.path))
            if isinstance(source, DashboardFile | DashboardDirectory | EncryptedFile)
            else source
            for index, source in enumerate(sources)
        )

    if settings.add_on and settings.add_on.dashboards is not UNSET:
        add_on = msgspec.structs.replace(settings.add_on, dashboards=moved(settings.add_on.dashboards, "addOn", "dashboards"))
        return msgspec.structs.replace(settings, add_on=add_on)
    dashboards = settings.grafana.dashboards
    moved_boards = dashboards if dashboards is UNSET else moved(dashboards, "grafana", "dashboards")
    grafana = msgspec.structs.replace(settings.grafana, dashboards=moved_boards)
    paths = settings.prometheus.rule_files
    moved_paths = (
        paths
        if paths is UNSET
        else tuple(os.path.normpath(directory("prometheus", "ruleFiles", index) / path) for index, path in enumerate(paths))
    )
    prometheus = msgspec.structs.replace(settings.prometheus, rule_files=moved_paths)
    return msgspec.structs.replace(settings, grafana=grafana, prometheus=prometheus, secrets=moved(settings.secrets, "secrets"))


def _keys(path: Steps) -> list[str | int]:
    """Keys and indices of the file on a path."""
    return [step if isinstance(step, int | Key) else camel(step) for step in path if not isinstance(step, Place)]


def _touch(path: Steps, other: Steps) -> bool:
    """Whether one of the paths leads through the end of the other."""
    return all(left == right for left, right in zip(_keys(path), _keys(other), strict=False))
