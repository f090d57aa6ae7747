"""What rules need to know about the installation they watch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.rules.thresholds import INTERVAL, RETENTION
from semantic_router_observability.spec import Record

if TYPE_CHECKING:
    from decimal import Decimal


TRACES_JOB: Final = "trace-gateway"
"""Scrape job of a trace gateway. A Prometheus that has it has the alerts about the gateway."""

GATEWAY_JOBS: Final = "envoy(-.+)?"
"""Regular expression of the scrape jobs of gateways; alerts and the dashboard about them select by it."""

LOGS_JOB: Final = "log-store"
"""Scrape job of a store of logs. A Prometheus that has it has the alerts about the store."""

PROBES_JOB: Final = "semantic-router-probes"
"""Scrape job of the probes. A Prometheus that has it has the alerts about them."""

TRACE_STORE_JOB: Final = "trace-store"
"""Scrape job of a store of traces. A Prometheus that has it has the alert about its volume."""

THANOS_JOB: Final = "thanos"
"""Scrape job of all parts of Thanos, of a Prometheus with a sidecar."""


class Facts(Record, frozen=True):
    """The Prometheus that evaluates the rules."""

    namespaces: tuple[str, ...] = ("*",)
    """Where routers are expected; `*` alone: anywhere."""
    jobs: tuple[str, ...] = ()
    """Scrape jobs added by the user."""
    sample_limit: int = 0
    """Maximum number of samples in a scrape of a router; 0: no limit."""
    volume_bytes: Decimal | int | None = None
    """Size of the volume; None: unknown."""
    claim: tuple[str, str] | None = None
    """Namespace and name of the claim with Prometheus's data; None: there is none."""
    remote_write: bool = False
    """Whether remote write is configured."""
    alertmanager: bool = False
    """Whether alerts are sent to an Alertmanager."""
    interval: str = INTERVAL
    """Time between evaluations."""
    retention: str = RETENTION
    """How long samples are kept."""
    own_stack: bool = True
    """Whether this project's Prometheus, Grafana and Alertmanager are there to be watched; in an existing installation they are others'."""
    home: str = ""
    """Namespace that an alert about no router anywhere is attributed to; empty: it has no label `namespace`."""
    sees_others: bool = True
    """Whether rules see more than the routers' namespace."""
    optional_dashboards: frozenset[str] = frozenset()
    """Names of the optional dashboards whose series are scraped, such as `traces`; alerts about the same programs are then defined."""
    trace_store: bool = False
    """Whether a store of traces is scraped."""
    thanos_sources: int = 0
    """Number of Prometheus that the Thanos Query of this one reads; 0: it has none."""
    object_storage: bool = False
    """Whether a sidecar uploads blocks."""
    grafana_url: str = ""
    """Where users reach the Grafana that links in alerts lead to; empty: unknown, links are paths."""
    absent_dashboards: frozenset[str] = frozenset()
    """Uids of dashboards of this project that no Grafana of the installation shows; alerts do not link them."""
