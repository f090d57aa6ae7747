"""`python -m semantic_router_observability`: the library's commands."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from semantic_router_observability.cli import alerts, contract, explain, rules

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code is the process's."""
    parser = argparse.ArgumentParser(
        prog="python -m semantic_router_observability", description="Tools for the router's metrics, alerts and manifests."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    alerts.add_to(commands)
    contract.add_to(commands)
    explain.add_to(commands)
    rules.add_to(commands)
    options = parser.parse_args(arguments)
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
