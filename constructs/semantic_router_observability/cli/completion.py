"""`sro completion SHELL`: a script that completes commands, options and file names."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from .exit_codes import FINE

SHELLS: Final = ("bash", "zsh", "fish")

_FOLDERS: Final = "FOLDER"
"""Name by which help texts call an argument that is a folder and nothing else."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], program: argparse.ArgumentParser) -> None:
    """Add the command to a command line; the script completes all of `program`, whatever is added later included."""
    completion = commands.add_parser(
        "completion",
        help="print a completion script for a shell",
        description="Print a script that makes a shell complete the commands and options of sro, their values and file names. Exit code: 0.",
        epilog="bash: sro completion bash > ~/.local/share/bash-completion/completions/sro. zsh: save it as _sro in a folder of $fpath. "
        "fish: sro completion fish > ~/.config/fish/completions/sro.fish",
    )
    completion.add_argument("shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}")
    completion.set_defaults(run=lambda options: _completion(program, options.shell))


def _completion(program: argparse.ArgumentParser, shell: str) -> int:
    import shtab  # noqa: PLC0415 - of use to this command alone

    _complete_paths(program, shtab.FILE, shtab.DIRECTORY)
    print(shtab.complete(program, shell))  # noqa: T201 - a command
    return FINE


def _complete_paths(parser: argparse.ArgumentParser, files: object, folders: object) -> None:
    """Mark the arguments that are paths, in this command and those below it."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no public list of a parser's arguments
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for command in dict.fromkeys(action.choices.values()):
                _complete_paths(command, files, folders)
        elif action.type is Path:
            action.complete = folders if action.metavar == _FOLDERS else files  # type: ignore[attr-defined]
