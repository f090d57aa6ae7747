"""`python -m semantic_router_observability contract ...`: check queries against the metrics of the router."""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final

from semantic_router_observability.contract import difference, files, page
from semantic_router_observability.contract.contract import Contract
from semantic_router_observability.errors import ConfigError, Place

if TYPE_CHECKING:
    import argparse

FINE: Final = 0
FOUND: Final = 1
UNUSABLE: Final = 2

_TIMEOUT: Final = 10
_LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a page; a router with every feature on has about one million."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    contract = commands.add_parser("contract", help="check queries against the metrics of the router")
    inner = contract.add_subparsers(required=True, metavar="COMMAND")
    check = inner.add_parser(
        "check",
        help="check dashboards and rule files",
        description="Check dashboards (JSON), rule files (YAML) and Kubernetes objects that hold them, and print one line for each "
        "finding. Exit code: 0 no findings, 1 findings, 2 a file cannot be used.",
    )
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    check.add_argument("--strict", action="store_true", help="require every metric to be known, including those of other programs")
    check.add_argument("--label", action="append", default=[], metavar="NAME", help="a label that scraping adds to every series")
    check.set_defaults(run=_check)
    diff = inner.add_parser(
        "diff",
        help="compare a router's metrics page with the catalogue",
        description="Report what a router renamed, dropped, added or changed. Exit code: 0 no differences, 1 differences, 2 the page "
        "cannot be used.",
    )
    diff.add_argument("--metrics", required=True, metavar="FILE|URL", help="a saved metrics page, '-' for standard input, or its URL")
    diff.set_defaults(run=_diff)


def _check(options: argparse.Namespace) -> int:
    contract = Contract.everything().extend(labels=options.label, strict=options.strict)
    try:
        held = [holding for path in options.files for holding in files.read(path)]
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command
        return UNUSABLE
    lines: list[str] = []
    for holding in held:
        if isinstance(holding, files.Rules):
            contract = contract.recording(holding.groups, where=holding.where)[1]
    for holding in held:
        if isinstance(holding, files.Rules):
            findings = contract.recording(holding.groups, where=holding.where)[0]
        else:
            findings = contract.dashboard_findings(holding.model, where=holding.where)
        lines += [str(finding.error()) for finding in findings]
    for line in dict.fromkeys(lines):
        print(line)  # noqa: T201 - a command
    return FOUND if lines else FINE


def _diff(options: argparse.Namespace) -> int:
    try:
        seen = page.read(_page(options.metrics), where=options.metrics)
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command
        return UNUSABLE
    lines = list(difference.differences(seen))
    for line in lines:
        print(line)  # noqa: T201 - a command
    quiet = difference.not_seen(seen)
    if quiet:
        print(f"{quiet} families that appear with their first event are not on the page and were not compared", file=sys.stderr)  # noqa: T201 - a command
    return FOUND if lines else FINE


def _page(where: str) -> str:
    try:
        if where == "-":
            return sys.stdin.read()
        if where.startswith(("http://", "https://")):
            with urllib.request.urlopen(where, timeout=_TIMEOUT) as answer:  # noqa: S310 - http or https
                return str(answer.read(_LARGEST).decode())
        return Path(where).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigError(Place(where), Path(where).name, f"cannot be read: {error}") from error
