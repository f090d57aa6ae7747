"""`sro check`: whether an existing Prometheus and Alertmanager read the add-on's objects, and whether an overlay left the stack in order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from semantic_router_observability.addon.selection import READERS, Verdict, verdicts
from semantic_router_observability.effects.overlay import moved, own_workloads
from semantic_router_observability.errors import ConfigError, Place

from .exit_codes import FINE, FOUND
from .manifests import objects_at
from .output import add_output, print_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    check = commands.add_parser("check", help="check manifests against a cluster")
    inner = check.add_subparsers(required=True, metavar="COMMAND")
    add_on = inner.add_parser(
        "add-on",
        help="whether an existing Prometheus and Alertmanager read the add-on's objects",
        description="Compare the labels and namespaces of monitors, rules and receivers with what each Prometheus and Alertmanager of "
        "prometheus-operator selects: an object that none selects leaves no trace in the cluster. Exit code: 0, or 1 when an object is read "
        "by none or not as it should be, or 2 when a file cannot be used.",
    )
    add_on.add_argument(
        "files", nargs="*", type=Path, default=[Path("dist")], metavar="FILE|FOLDER", help="manifests, or folders of them (default: dist)"
    )
    add_on.add_argument(
        "--cluster",
        type=Path,
        required=True,
        metavar="FILE",
        help="output of `kubectl get prometheuses,alertmanagers,namespaces -A -o yaml`, or '-' for standard input",
    )
    add_output(add_on)
    add_on.set_defaults(run=_add_on)
    overlay = inner.add_parser(
        "overlay",
        help="whether a Kustomize overlay moved or renamed what configuration files repeat as text",
        description="Compare namespace and name of the stack's workloads with those for which they were synthesized: `namespace`, `namePrefix` "
        "and `nameSuffix` of an overlay change objects, and not the addresses in their configuration. Exit code: 0, or 1 when a workload "
        "was moved or renamed, or 2 when a file cannot be used.",
    )
    overlay.add_argument(
        "files", nargs="+", type=Path, metavar="FILE|FOLDER", help="output of `kubectl kustomize`, or '-' for standard input"
    )
    add_output(overlay)
    overlay.set_defaults(run=_overlay)


def _overlay(options: argparse.Namespace) -> int:
    objects = [found for path in options.files for found in objects_at(path, "check")]
    workloads = own_workloads(objects)
    if not workloads:
        raise ConfigError(Place("check"), options.files[0], "holds no workload of this project; give the output of kubectl kustomize")
    found = list(moved(objects))
    if options.output == "json":
        print_json([entry._asdict() for entry in found])
    else:
        for entry in found:
            print(f"{entry.object}: {entry.problem}")  # noqa: T201 - a command
        if not found:
            print(f"{len(workloads)} workloads are as they were synthesized")  # noqa: T201 - a command
    return FOUND if found else FINE


def _add_on(options: argparse.Namespace) -> int:
    found = _verdicts(options)
    fine = True
    for name in dict.fromkeys(verdict.object for verdict in found):
        here = [verdict for verdict in found if verdict.object == name]
        fine = fine and any(not verdict.reasons for verdict in here) and not any(verdict.warnings for verdict in here)
        if options.output == "text":
            print("\n".join(_lines(name, here)))  # noqa: T201 - a command
    if options.output == "json":
        print_json([{**verdict._asdict(), "read": not verdict.reasons} for verdict in found])
    return FINE if fine else FOUND


def _verdicts(options: argparse.Namespace) -> list[Verdict]:
    objects = [found for path in options.files for found in objects_at(path, "check")]
    found = list(verdicts(objects, objects_at(options.cluster, "check")))
    if not found:
        raise ConfigError(
            Place("check"),
            options.cluster,
            f"holds no {', '.join(READERS[:-1])} or {READERS[-1]} that could read an object of the manifests; see --help",
        )
    return found


def _lines(name: str, found: Sequence[Verdict]) -> Iterator[str]:
    readers = [verdict for verdict in found if not verdict.reasons]
    yield f"{name}: {'read by ' + ', '.join(verdict.reader for verdict in readers) if readers else 'read by none'}"
    for verdict in found:
        yield from (f"  {verdict.reader}: {warning}" for warning in verdict.warnings)
        if not readers:
            yield from (f"  {verdict.reader}: {reason}" for reason in verdict.reasons)
