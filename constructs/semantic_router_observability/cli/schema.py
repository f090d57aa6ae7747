"""`sro schema`: the JSON Schema of `observability.yaml`, for editors and for checks without this library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.node import bundled, check_package_cache

from .exit_codes import FINE

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    schema = commands.add_parser(
        "schema",
        help="print the JSON Schema of observability.yaml",
        description="Print the JSON Schema of observability.yaml, which editors complete and check by. Exit code: 0.",
    )
    schema.set_defaults(run=_print)


def _print(_options: argparse.Namespace) -> int:
    check_package_cache()
    with bundled():
        from semantic_router_observability.schema.document import render  # noqa: PLC0415 - starts Node.js

    print(render(), end="")  # noqa: T201 - a command
    return FINE
