"""`sro rules`: the recording rules, for a Prometheus this library does not install."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.rules.recorded import FILE_NAME, router_groups
from semantic_router_observability.yamltext import to_yaml

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    rules = commands.add_parser(
        "rules",
        help="print the recording rules",
        description="Print the router's recording rules as a Prometheus rule file, or as a PrometheusRule for the Prometheus Operator. "
        "Exit code: 0.",
    )
    rules.add_argument("--operator", action="store_true", help="as a PrometheusRule")
    rules.set_defaults(run=_print)


def _print(options: argparse.Namespace) -> int:
    groups = {"groups": [group.body() for group in router_groups()]}
    rule = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": FILE_NAME}, "spec": groups}
    print(to_yaml(rule if options.operator else groups), end="")  # noqa: T201 - a command
    return 0
