"""`sro dashboards FOLDER`: the dashboards as files that any Grafana imports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .exit_codes import FINE

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    dashboards = commands.add_parser(
        "dashboards",
        help="write the dashboards as files that any Grafana imports",
        description="Write every dashboard as JSON into a folder, and remove dashboards of an earlier run that exist no longer. Prints what "
        "changed. Exit code: 0.",
    )
    dashboards.add_argument("folder", type=Path, metavar="FOLDER", help="where the files go; it is made if it does not exist")
    dashboards.add_argument(
        "--raw", action="store_true", help="query what the router exports, for a Prometheus that does not evaluate the recording rules"
    )
    dashboards.set_defaults(run=_write)


def _write(options: argparse.Namespace) -> int:
    from semantic_router_observability.dashboards.__main__ import write_all  # noqa: PLC0415 - loads the dashboard SDK

    write_all(options.folder, raw=options.raw)
    return FINE
