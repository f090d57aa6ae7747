"""`sro`, or `python -m semantic_router_observability`: the library's commands."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from semantic_router_observability.cli import (
    alerts,
    check,
    completion,
    contract,
    dashboards,
    diff,
    doctor,
    explain,
    init,
    rules,
    schema,
    size,
)
from semantic_router_observability.cli.exit_codes import NO_READER, UNUSABLE
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence


def command_line() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="sro",
        description="Commands for reviewing manifests, testing alerts and checking queries.",
        epilog="Exit codes: 0 as it should be, 1 findings, 2 input that cannot be used; each command's --help names its own. "
        "Where a command has --output json, the report on standard output is JSON; messages go to standard error.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('semantic-router-observability')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    alerts.add_to(commands)
    check.add_to(commands)
    completion.add_to(commands, parser)
    contract.add_to(commands)
    dashboards.add_to(commands)
    diff.add_to(commands)
    doctor.add_to(commands)
    explain.add_to(commands)
    init.add_to(commands)
    rules.add_to(commands)
    schema.add_to(commands)
    size.add_to(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code is the process's."""
    options = command_line().parse_args(arguments)
    try:
        code = int(options.run(options))
        sys.stdout.flush()
    except ConfigError as error:
        print("\n".join(f"error: {line}" for line in str(error).splitlines()), file=sys.stderr)  # noqa: T201 - a command
        return UNUSABLE
    except BrokenPipeError:
        # The reader has seen enough, such as `head`. What is left in the buffer is not tried again when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_READER
    return code


if __name__ == "__main__":
    sys.exit(main())
