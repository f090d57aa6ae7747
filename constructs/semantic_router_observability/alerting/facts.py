"""What rules need to know about the installation they watch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True)
class Facts:
    """The Prometheus that evaluates the rules."""

    namespaces: tuple[str, ...] = ("*",)
    """Where routers are expected; `*` alone: anywhere."""
    jobs: tuple[str, ...] = ()
    """Scrape jobs added by the user."""
    sample_limit: int = 0
    """Maximum number of samples in a scrape of a router; 0: no limit."""
    volume_bytes: Decimal | int | None = None
    """Size of the volume; None: unknown."""
    remote_write: bool = False
    """Whether remote write is configured."""
    alertmanager: bool = False
    """Whether alerts are sent to an Alertmanager."""
    interval: str = "15s"
    """Time between evaluations."""
    retention: str = "15d"
    """How long samples are kept."""
    grafana_url: str = ""
    """Where users reach the Grafana that links in alerts lead to; empty: unknown, links are paths."""
