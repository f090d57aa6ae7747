"""`sro contract ...`: check queries against the metrics of the router."""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final

from semantic_router_observability.contract import difference, files, page
from semantic_router_observability.contract.contract import Contract
from semantic_router_observability.errors import ConfigError, Place, at

from .exit_codes import FINE, FOUND
from .output import add_output, print_json

if TYPE_CHECKING:
    import argparse

    from semantic_router_observability.contract.problem import Finding

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
    check.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="dashboard (JSON), rule file (YAML) or Kubernetes objects that hold them"
    )
    check.add_argument("--strict", action="store_true", help="require every metric to be known, including those of other programs")
    check.add_argument("--label", action="append", default=[], metavar="NAME", help="a label that scraping adds to every series")
    add_output(check)
    check.set_defaults(run=_check)
    diff = inner.add_parser(
        "diff",
        help="compare a router's metrics page with the catalogue",
        description="Report what a router renamed, dropped, added or changed, label values included; those that only their first event brings and "
        "that are missing are listed on standard error. Exit code: 0 no differences, 1 differences, 2 the page "
        "cannot be used.",
    )
    diff.add_argument("--metrics", required=True, metavar="FILE|URL", help="a saved metrics page, '-' for standard input, or its URL")
    add_output(diff)
    diff.set_defaults(run=_diff)
    spare = inner.add_parser(
        "unused",
        help="list the metrics that no shipped dashboard or rule queries",
        description="List the metric families on a router's page that no shipped dashboard and no shipped rule queries, with their series, and "
        "the setting that drops them. Your own dashboards and rules are not looked at. Exit code: 0, 2 the page cannot be used.",
    )
    spare.add_argument("--metrics", required=True, metavar="FILE|URL", help="a saved metrics page, '-' for standard input, or its URL")
    add_output(spare)
    spare.set_defaults(run=_unused)


def _check(options: argparse.Namespace) -> int:
    contract = Contract.everything().extend(labels=options.label, strict=options.strict)
    held = [holding for path in options.files for holding in files.read(path)]
    found: list[Finding] = []
    for holding in held:
        if isinstance(holding, files.Rules):
            contract = contract.recording(holding.groups, where=holding.where)[1]
    for holding in held:
        if isinstance(holding, files.Rules):
            found += contract.recording(holding.groups, where=holding.where)[0]
        else:
            found += contract.dashboard_findings(holding.model, where=holding.where)
    found = list({str(finding.error()): finding for finding in found}.values())
    if options.output == "json":
        print_json([{"where": at(finding.where), "expression": finding.expression, "problem": finding.problem.text} for finding in found])
    else:
        for finding in found:
            print(finding.error())  # noqa: T201 - a command
    return FOUND if found else FINE


def _diff(options: argparse.Namespace) -> int:
    seen = page.read(_page(options.metrics), where=options.metrics)
    found, absent, quiet = list(difference.differences(seen)), list(difference.values_not_seen(seen)), difference.not_seen(seen)
    if options.output == "json":
        values = [line.removeprefix("not on the page: ") for line in absent]
        print_json({"differences": [entry._asdict() for entry in found], "valuesNotSeen": values, "familiesNotSeen": quiet})
        return FOUND if found else FINE
    for entry in found:
        print(entry)  # noqa: T201 - a command
    for line in absent:
        print(line, file=sys.stderr)  # noqa: T201 - a command
    if quiet:
        print(f"{quiet} families that appear with their first event are not on the page and were not compared", file=sys.stderr)  # noqa: T201 - a command
    return FOUND if found else FINE


def _unused(options: argparse.Namespace) -> int:
    from semantic_router_observability.prometheus.unused import unused  # noqa: PLC0415 - reads all dashboards
    from semantic_router_observability.router.catalogue import families  # noqa: PLC0415

    seen = page.read(_page(options.metrics), where=options.metrics)
    found, everything = unused(seen), sum(family.samples for family in seen.values())
    names = sorted(entry.family for entry in found if entry.family in families())
    if options.output == "json":
        print_json({"series": everything, "unused": [entry._asdict() for entry in found], "dropFamilies": names})
        return FINE
    saved = sum(entry.series for entry in found)
    for entry in found:
        print(f"{entry.series:>8,}  {entry.family}")  # noqa: T201 - a command
    print(f"{saved:>8,}  of {everything:,} series of this page, {saved / everything:.0%}: memory and disk of Prometheus shrink by as much")  # noqa: T201
    if names:
        print(f"\nprometheus:\n  guards:\n    dropFamilies: [{', '.join(names)}]")  # noqa: T201 - a command
    return FINE


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
