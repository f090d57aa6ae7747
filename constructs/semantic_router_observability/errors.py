"""The one exception this library raises on purpose."""

from __future__ import annotations

from pathlib import PurePath


class ConfigError(ValueError):
    """A value that cannot work, said in one line: where, what was given, what is accepted, how to fix it.

    Raised by constructors, before anything reaches cdk8s, so nothing is written. `main.py` prints it and exits with 2.
    """

    def __init__(self, where: str, given: object, expected: str) -> None:
        """Join the parts into `where: given: expected`; `given` is shown as written, shortened when long unless it is a path."""
        shown = given if isinstance(given, Raw) else f"'{given}'" if isinstance(given, PurePath) else _short(repr(given))
        super().__init__(" ".join(f"{where}: {shown}: {expected}".split()))

    @classmethod
    def from_line(cls, line: str) -> ConfigError:
        """Take a finished message."""
        error = cls("", "", "")
        error.args = (line,)
        return error


class Raw(str):
    """Text that a message shows as it is, without quotes."""

    __slots__ = ()


def _short(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
