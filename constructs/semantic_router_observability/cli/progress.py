"""What a command is doing, for someone who watches it: a line a step on standard error, and nothing in a pipe or a file."""

from __future__ import annotations

import sys


def step(text: str) -> None:
    """Report the step that begins, where standard error is a terminal."""
    if sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command
