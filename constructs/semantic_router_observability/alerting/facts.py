"""What a rule needs to know about the installation it watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True)
class Facts:
    """The Prometheus that evaluates the rules, as far as rules care."""

    namespaces: tuple[str, ...] = ("*",)
    """Where routers are expected; `*` alone: anywhere."""
    jobs: tuple[str, ...] = ()
    """Scrape jobs that somebody asked for."""
    sample_limit: int = 0
    """Samples that a router may answer a scrape with; 0: no limit."""
    volume_bytes: Decimal | int | None = None
    """Size of the volume; None: unknown."""
    remote_write: bool = False
    """Whether samples are sent on."""
    alertmanager: bool = False
    """Whether there is somebody to notify."""
    interval: str = "15s"
    """Time between evaluations."""
    retention: str = "15d"
    """How long samples are kept."""
    grafana_url: str = ""
    """Where users reach the Grafana that links in alerts lead to; empty: unknown, links are paths."""
