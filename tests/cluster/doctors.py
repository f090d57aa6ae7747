"""`sro doctor` as a user runs it, inside the cluster tests' network."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from harness.programs import program

if TYPE_CHECKING:
    from pathlib import Path

    from harness.cluster import Cluster


class Report(NamedTuple):
    """What the command found."""

    states: dict[str, str]
    """By check."""
    reasons: dict[str, str]
    remedies: dict[str, str]
    code: int

    @property
    def problems(self) -> list[str]:
        return [check for check, state in self.states.items() if state == "problem"]


def doctor(cluster: Cluster, dist: Path, *options: str) -> Report:
    """Run the command; nothing in the cluster may change by it."""
    kubectl = program("kubectl")
    result = cluster.network.run(
        sys.executable,
        "-m",
        "semantic_router_observability",
        "doctor",
        dist,
        f"--kubeconfig={cluster.control_plane.kubeconfig}",
        "--output=json",
        *options,
        env={**os.environ, "PATH": f"{kubectl.parent}{os.pathsep}{os.environ['PATH']}"},
        timeout=120,
    )
    assert result.stderr == ""
    findings = json.loads(result.stdout)
    by_check = {name: {finding["check"]: finding[name] for finding in findings} for name in ("state", "reason", "remedy")}
    assert len(by_check["state"]) == len(findings), "each check has a name of its own"
    return Report(by_check["state"], by_check["reason"], by_check["remedy"], result.code)
