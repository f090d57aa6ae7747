"""`collector.yaml`: the configuration of the OpenTelemetry Collector that is the gateway. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.checks import duration_seconds
from semantic_router_observability.yamltext import to_yaml

from .options import PERSONAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.pods import SecretFiles

    from .options import TailSampling, TraceDestination

OTLP: Final = 4317
METRICS: Final = 8888
HEALTH: Final = 13133

QUEUE: Final = 20_000
"""Spans that wait for one destination; some 20 MB."""

FLUSH: Final = "1s"
"""Time for which spans are collected into one message."""

_BATCH: Final = 2000
_LARGEST_BATCH: Final = 4000
"""Spans in a message. A span of the router is some 600 bytes, and stores refuse messages above 4 MiB."""

OWN_METRICS: Final = {
    "host": "",
    "port": METRICS,
    # Names as OpenMetrics has them, whichever format Prometheus asks for.
    "without_type_suffix": False,
    "without_units": False,
    "without_scope_info": True,
}


def render(
    *, destinations: Sequence[TraceDestination], sampling: TailSampling | None, drop_attributes: Sequence[str], files: SecretFiles
) -> str:
    """Put the parts together."""
    exporters = {_exporter_name(destination): _exporter(destination, files) for destination in destinations}
    config: dict[str, Any] = {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f":{OTLP}"}}}},
        "processors": {
            # First, so that it refuses before anything is allocated: the routers' own queues then hold what it cannot take.
            "memory_limiter": {"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 20},
            "transform/personal": _personal(drop_attributes),
            **({"tail_sampling": _tail_sampling(sampling)} if sampling else {}),
        },
        "exporters": exporters,
        "extensions": {"health_check": {"endpoint": f":{HEALTH}"}},
        "service": {
            "extensions": ["health_check"],
            "telemetry": {"metrics": {"readers": [{"pull": {"exporter": {"prometheus": OWN_METRICS}}}]}},
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["memory_limiter", "transform/personal", *(["tail_sampling"] if sampling else [])],
                    "exporters": list(exporters),
                }
            },
        },
    }
    return to_yaml(config)


def _personal(further: Sequence[str]) -> dict[str, Any]:
    """Statements that delete what users wrote and who they are, wherever a trace has attributes."""
    names = "|".join([PERSONAL, *map(re.escape, further)])
    # The collector takes `$$` for `$`, and its strings take a backslash twice.
    pattern = f"^({names})$$".replace("\\", "\\\\")
    return {
        # What cannot be cleaned is not passed on.
        "error_mode": "propagate",
        "trace_statements": [
            *(f'delete_matching_keys({context}.attributes, "{pattern}")' for context in ("resource", "span", "spanevent")),
            # A query string may hold anything.
            'replace_pattern(span.attributes["http.path"], "[?#].*", "")',
        ],
    }


def _tail_sampling(sampling: TailSampling) -> dict[str, Any]:
    policies: list[dict[str, Any]] = [
        {"name": "slow", "type": "latency", "latency": {"threshold_ms": int(duration_seconds("slow", sampling.slow) * 1000)}},
        {"name": "chance", "type": "probabilistic", "probabilistic": {"sampling_percentage": sampling.percent}},
    ]
    if sampling.errors:
        policies.insert(0, {"name": "errors", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}})
    return {
        "decision_wait": f"{int(duration_seconds('wait', sampling.wait))}s",
        "num_traces": sampling.traces,
        # A span that comes after the decision follows it.
        "decision_cache": {"sampled_cache_size": sampling.traces, "non_sampled_cache_size": sampling.traces},
        "policies": policies,
    }


def _exporter_name(destination: TraceDestination) -> str:
    return f"otlp_{destination.protocol}/{destination.name}"


def _exporter(destination: TraceDestination, files: SecretFiles) -> dict[str, Any]:
    url = destination.address
    tls = {
        "insecure": True if url.scheme == "http" and destination.protocol == "grpc" else None,
        "ca_file": files.path(destination.ca) if destination.ca else None,
        "cert_file": files.path(destination.certificate) if destination.certificate else None,
        "key_file": files.path(destination.key) if destination.key else None,
        "server_name_override": destination.server_name,
    }
    given = {key: value for key, value in tls.items() if value is not None}
    headers: dict[str, str] = {}
    for header, key in destination.headers.items():
        variable = re.sub(r"[^A-Z0-9]", "_", f"HEADER_{destination.name}_{header}".upper())
        files.variable(variable, key)
        headers[header] = f"${{env:{variable}}}"
    address = url.origin.partition("://")[2] if destination.protocol == "grpc" else f"{url.origin}{url.path}"
    return {
        "endpoint": address,
        **({"tls": given} if given else {}),
        **({"headers": headers} if headers else {}),
        # The queue alone bounds how long a store may be away.
        "retry_on_failure": {"max_elapsed_time": "0s"},
        "sending_queue": {
            "sizer": "items",
            "queue_size": QUEUE,
            "batch": {"flush_timeout": FLUSH, "min_size": _BATCH, "max_size": _LARGEST_BATCH},
        },
    }
