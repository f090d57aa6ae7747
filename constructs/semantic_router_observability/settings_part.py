"""One file of settings as it stands, and the errors of settings as one exception."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from .errors import ConfigError
from .spec import Record
from .yaml_lines import node_at
from .yamltext import SettingsLoader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class SettingsError(ConfigError):
    """The errors of a settings file, one line each, in the order of the file."""

    def __init__(self, lines: Sequence[str], errors: Sequence[ConfigError] = ()) -> None:
        """Take the finished lines, and the errors they tell of."""
        super().__init__((), lines, "")
        self.lines = tuple(lines)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(self.lines)


class SettingsPart(Record, frozen=True, dict=True):
    """A file that is read as YAML and not yet understood.

    Attributes:
        path: Where it is.
        name: What messages call it.
        text: What it holds.
        data: The same as values, without empty sections.
        values: Number of values in it, with every alias expanded.

    """

    path: Path
    name: str
    text: str
    data: Any
    values: int

    @classmethod
    def read(cls, path: Path, name: str) -> SettingsPart:
        """Read the file as YAML.

        Raises:
            OSError: it cannot be read.
            UnicodeDecodeError: it is not UTF-8.
            SettingsError: it is not YAML, or repeats a key.

        """
        text = path.read_text(encoding="utf-8")
        try:
            loader = SettingsLoader(text)
            try:
                return cls(path, name, text, _without_empty_sections(loader.get_single_data()), loader.values)
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = f":{mark.line + 1}: column {mark.column + 1}" if mark else ""
            raise SettingsError([f"{name}{place}: {error.problem}; correct the YAML"]) from error
        except (yaml.YAMLError, RecursionError) as error:
            raise SettingsError([f"{name}: {' '.join(str(error).split())}; correct the YAML"]) from error

    def mark(self, keys: Sequence[str | int], given: object) -> yaml.Mark | None:
        """Start of what is at the path, or of what is nearest around it; None: an empty file."""
        return node_at(self._root, keys, given).start_mark if self._root else None

    def line(self, mark: yaml.Mark | None, error: ConfigError) -> str:
        """The error as a line that names the file and its line."""
        return f"{self.name}{f':{mark.line + 1}' if mark else ''}: {error.in_yaml()}"

    @cached_property
    def _root(self) -> yaml.Node | None:
        return yaml.compose(self.text, Loader=SettingsLoader)


def _without_empty_sections(data: Any) -> Any:
    """Treat a section or key with nothing under it, as commenting out its lines leaves it, as omitted."""
    if not isinstance(data, dict):
        return {} if data is None else data
    sections = {name: section for name, section in data.items() if section is not None}
    return {
        name: {key: value for key, value in section.items() if value is not None} if isinstance(section, dict) else section
        for name, section in sections.items()
    }
