"""Every form of who scrapes."""

from __future__ import annotations

from .agent import RemoteWriteAgent
from .managed import AzureManaged, GoogleManaged, OpenShiftUserWorkload
from .scrapers import KubePrometheus, KubePrometheusStack, PrometheusOperator

Existing = KubePrometheusStack | KubePrometheus | PrometheusOperator | OpenShiftUserWorkload | GoogleManaged | AzureManaged
"""Who scrapes, where it is there already."""

Scraper = Existing | RemoteWriteAgent
"""Who scrapes."""
