"""Ports of the servers that the stacks run, for their pods and for those that connect to them."""

from __future__ import annotations

from typing import Final

PROMETHEUS: Final = 9090
GRAFANA: Final = 3000
ALERTMANAGER: Final = 9093
THANOS_HTTP: Final = 10902
THANOS_GRPC: Final = 10901
