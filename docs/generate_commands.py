"""Writes the reference of `command-line.md`, everything below "## Commands", from the commands: `python docs/generate_commands.py`."""

# ruff: noqa: INP001, SLF001  a program, not a package; argparse has no public list of a parser's arguments

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from semantic_router_observability.__main__ import command_line

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parent / "command-line.md"
TITLE = "## Commands\n\n"


def reference(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Return a section for each command that does something itself, in alphabetical order."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in inner:
        for name in sorted(action.choices):
            yield from reference(action.choices[name])
    if not inner:
        yield f"### {parser.prog}\n"
        yield f"{_plain(parser.description or '')}\n"
        if rows := list(_rows(parser)):
            yield "\n".join(["| Argument | Meaning |", "| --- | --- |", *rows, ""])


def _rows(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        metavar = action.metavar if isinstance(action.metavar, str) else "|".join(map(str, action.choices or ()))
        takes = f" {metavar}" if action.nargs != 0 else ""
        name = f"{action.option_strings[-1]}{takes}" if action.option_strings else metavar
        needed = " Required." if action.required and action.option_strings else ""
        text = _plain((action.help or "") % {"default": action.default})
        name, text = (part.replace("|", "\\|") for part in (name, text))
        yield f"| `{name}` | {text[:1].upper()}{text[1:]}.{needed} |"


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;")


if __name__ == "__main__":
    written, found, _ = PAGE.read_text(encoding="utf-8").partition(TITLE)
    if not found:
        raise SystemExit(f"{PAGE.name}: the heading above the reference is missing: {TITLE.strip()}")
    PAGE.write_text(written + found + "\n".join(reference(command_line())), encoding="utf-8")
