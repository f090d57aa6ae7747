"""`sro alerts ...`: test the alerts with the thresholds in force, and list them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.alerting.page import page
from semantic_router_observability.alerting.proof.proof import prove, prove_slos
from semantic_router_observability.errors import ConfigError, Place
from semantic_router_observability.settings import Settings
from semantic_router_observability.settings_file import load

from .exit_codes import FINE, FOUND

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    alerts = commands.add_parser("alerts", help="test and list the alerts")
    inner = alerts.add_subparsers(required=True, metavar="COMMAND")
    test = inner.add_parser(
        "test",
        help="prove with promtool that each alert fires when it should, and only then",
        description="Make cases from the thresholds in force and run promtool on them: above and below each threshold, without traffic, "
        "with restarts, replicas and several installations. Exit code: 0 all alerts behave as specified, 1 some do not, 2 the settings or "
        "promtool cannot be used.",
    )
    test.add_argument("--config", type=Path, metavar="FILE", help="settings file (default: the shipped thresholds)")
    test.add_argument("--promtool", type=Path, metavar="PROGRAM", help="program promtool of Prometheus 3 (default: promtool on PATH)")
    test.add_argument("--keep", type=Path, metavar="FOLDER", help="write rules and cases to this folder, for inspection")
    test.set_defaults(run=_test)
    table = inner.add_parser(
        "list",
        help="print the table of alerts, as Markdown",
        description="Print the table of the shipped alerts as Markdown, with the shipped thresholds. Exit code: 0.",
    )
    table.set_defaults(run=_list)


def _test(options: argparse.Namespace) -> int:
    settings = load(options.config) if options.config else Settings()
    found = shutil.which("promtool")
    tool = options.promtool or (Path(found) if found else None)
    if tool is None:
        raise ConfigError(Place("--promtool"), None, "promtool is not on PATH; it comes with Prometheus 3, name it")
    alerts = settings.alerts
    with tempfile.TemporaryDirectory(prefix="alerts-") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        outcomes = [
            prove(tool, folder, [alert for _, alert in alerts.definitions(EVERYTHING)], alerts.links()),
            prove_slos(tool, folder, alerts.slos, alerts.links()),
        ]
    agrees = all(outcome.agrees for outcome in outcomes)
    for outcome in outcomes:
        if not outcome.agrees:
            print(outcome.output)  # noqa: T201 - a command
    said = "as they should" if agrees else "NOT as they should"
    count, cases = (sum(counts) for counts in zip(*((outcome.alerts, outcome.cases) for outcome in outcomes), strict=True))
    print(f"{count} alerts behave {said} in {cases} cases")  # noqa: T201 - a command
    return FINE if agrees else FOUND


def _list(_options: argparse.Namespace) -> int:
    print(page(), end="")  # noqa: T201 - a command
    return FINE
