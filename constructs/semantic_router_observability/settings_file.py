"""Reading `observability.yaml`, and saying of all that is wrong with it where it stands."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import yaml
from msgspec import UNSET

from .errors import ConfigError, Key, Place, Raw, camel
from .grafana.dashboards import DashboardDirectory, DashboardFile
from .literals import credentials
from .secrets import EncryptedFile
from .settings import Settings
from .settings_check import problems
from .yaml_lines import node_at
from .yamltext import SettingsLoader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from .errors import Path as Steps


class SettingsError(ConfigError):
    """All that is wrong with a settings file: a line for every error, in the order of the file."""

    def __init__(self, lines: Sequence[str], errors: Sequence[ConfigError] = ()) -> None:
        """Take the finished lines, and the errors they tell of."""
        super().__init__((), lines, "")
        self.lines = tuple(lines)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True)
class SettingsFile:
    """A settings file that is read and not yet understood."""

    path: Path
    text: str
    data: Any

    @classmethod
    def read(cls, path: Path) -> SettingsFile:
        """Read the file as YAML.

        Raises:
            ConfigError: the file is missing.
            SettingsError: it is not YAML, or repeats a key.

        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                Place("--config"), path, f"cannot be read ({error.__class__.__name__}); give the path of a settings file"
            ) from error
        try:
            return cls(path, text, _without_empty_sections(yaml.load(text, Loader=SettingsLoader)))  # noqa: S506  a safe loader
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = f":{mark.line + 1}: column {mark.column + 1}" if mark else ""
            raise SettingsError([f"{path.name}{place}: {error.problem}; correct the YAML"]) from error
        except (yaml.YAMLError, RecursionError) as error:
            raise SettingsError([f"{path.name}: {' '.join(str(error).split())}; correct the YAML"]) from error

    def settings(self) -> Settings:
        """Understand it. Paths in it are relative to it.

        Raises:
            SettingsError: it holds keys or values that do not fit, or credentials.

        """
        # Addresses are left to their fields, which say what to write instead.
        literal = list(credentials((), self.data, addresses=False))
        try:
            settings = msgspec.convert(self.data, Settings)
        except msgspec.ValidationError as error:
            # A mapping that holds a credential is not shown.
            others = [found for found in problems(self.data) if not any(_touch(found.path, known.path) for known in literal)]
            raise self.refused([*literal, *others] or [ConfigError((), Raw("settings"), str(error))]) from error
        if literal:
            raise self.refused(literal)
        return _relative_to(self.path.parent, settings)

    def refused(self, errors: Sequence[ConfigError]) -> SettingsError:
        """Put the errors into the order of the file, and name their lines."""
        found = sorted(((self._mark(error), error) for error in errors), key=lambda marked: marked[0].index if marked[0] else -1)
        lines = [f"{self.path.name}{f':{mark.line + 1}' if mark else ''}: {error.in_yaml()}" for mark, error in found]
        return SettingsError(lines, errors)

    def without(self, sections: Collection[str]) -> SettingsFile:
        """Leave out sections, named as fields of `Settings`."""
        keys = {camel(section) for section in sections}
        return replace(self, data={key: section for key, section in self.data.items() if key not in keys})

    def _mark(self, error: ConfigError) -> yaml.Mark | None:
        """Start of what the error is about, or of what is nearest around it; None: an empty file."""
        return node_at(self._root, _keys(error.path), error.given).start_mark if self._root else None

    @cached_property
    def _root(self) -> yaml.Node | None:
        return yaml.compose(self.text, Loader=SettingsLoader)


def load(path: Path) -> Settings:
    """Read and understand a settings file.

    Raises:
        ConfigError: it is missing, or something in it does not fit.

    """
    return SettingsFile.read(path).settings()


def schema() -> dict[str, Any]:
    """JSON Schema of the settings, as msgspec sees the types."""
    return msgspec.json.schema(Settings)


def _without_empty_sections(data: Any) -> Any:
    """Treat a section or key with nothing under it, as commenting out its lines leaves it, as omitted."""
    if not isinstance(data, dict):
        return {} if data is None else data
    sections = {name: section for name, section in data.items() if section is not None}
    return {
        name: {key: value for key, value in section.items() if value is not None} if isinstance(section, dict) else section
        for name, section in sections.items()
    }


def _relative_to(directory: Path, settings: Settings) -> Settings:
    def moved(sources: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(
            msgspec.structs.replace(source, path=os.path.normpath(directory / source.path))
            if isinstance(source, DashboardFile | DashboardDirectory | EncryptedFile)
            else source
            for source in sources
        )

    dashboards = settings.grafana.dashboards
    grafana = settings.grafana if dashboards is UNSET else msgspec.structs.replace(settings.grafana, dashboards=moved(dashboards))
    return msgspec.structs.replace(settings, grafana=grafana, secrets=moved(settings.secrets))


def _keys(path: Steps) -> list[str | int]:
    """Keys and indices of the file on a path."""
    return [step if isinstance(step, int | Key) else camel(step) for step in path if not isinstance(step, Place)]


def _touch(path: Steps, other: Steps) -> bool:
    """Whether one of the paths leads through the end of the other."""
    return all(left == right for left, right in zip(_keys(path), _keys(other), strict=False))
