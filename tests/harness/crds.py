"""Kinds that others define: Gateway API, cert-manager, OpenShift Routes and what else the stack emits for a cluster that has them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.cluster import Cluster

CRDS = Path(__file__).resolve().parents[2] / "imports" / "crds"


def install(cluster: Cluster) -> None:
    """Define them in the cluster, once; there is no controller behind them, only the API server's checks."""
    if getattr(cluster, "has_crds", False):
        return
    cluster.kubectl("apply", "--server-side", "-f", str(CRDS)).check()
    cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", "-f", str(CRDS)).check()
    cluster.has_crds = True  # type: ignore[attr-defined]
