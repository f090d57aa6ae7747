"""`sro doctor`: why no data comes, checked in the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.doctor.checks import examine
from semantic_router_observability.doctor.cluster import Cluster
from semantic_router_observability.doctor.finding import PROBLEM, report

from .exit_codes import FINE, FOUND
from .manifests import side
from .output import add_output, print_json
from .progress import step

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    doctor = commands.add_parser(
        "doctor",
        help="find out why no data comes",
        description="Compare manifests with what a cluster made of them, and ask Prometheus and Grafana: namespaces, objects, Secrets and "
        "their keys, claims, pods, router targets, series, rules, Alertmanager. It reads with kubectl's own context and credentials, and "
        "changes nothing; values of Secrets are not fetched. Each problem comes with its reason and with what to do. Exit code: 0 no "
        "problem, 1 problems, 2 the manifests or kubectl cannot be used.",
    )
    doctor.add_argument(
        "manifests", nargs="?", default="dist", metavar="MANIFESTS", help="what should be applied: folder, file, settings (default: dist)"
    )
    doctor.add_argument("--context", metavar="NAME", help="context of kubectl (default: the current one)")
    doctor.add_argument("--kubeconfig", metavar="FILE", help="configuration of kubectl (default: its own)")
    doctor.add_argument("--prometheus", metavar="URL", help="where Prometheus answers (default: a port forwarded to its pod)")
    add_output(doctor)
    doctor.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    named = {"context": options.context, "kubeconfig": options.kubeconfig}
    cluster = Cluster([f"--{option}={value}" for option, value in named.items() if value])
    findings = list(examine(side(options.manifests, "MANIFESTS"), cluster, options.prometheus, step))
    if options.output == "json":
        print_json([finding._asdict() for finding in findings])
    else:
        print(report(findings), end="")  # noqa: T201 - a command
    return FOUND if any(finding.state == PROBLEM for finding in findings) else FINE
