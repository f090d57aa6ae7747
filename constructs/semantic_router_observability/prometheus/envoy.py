"""Scrape job for the Envoy that calls the router by ext_proc: Envoy Gateway's, Istio's, or one of your own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from semantic_router_observability.alerting.facts import GATEWAY_JOBS
from semantic_router_observability.contract.metric import samples, source_metrics
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.texts import PortName

from .scrape import PodJob

if TYPE_CHECKING:
    from collections.abc import Mapping

_CALLS: Final = "streams_started|streams_failed|message_timeouts|failure_mode_allowed|immediate_responses_sent"
"""What the filter ext_proc counts, as far as it is stored."""

_FILTER: Final = (
    rf"^http\..*(ext_proc\.(.+\.)?({_CALLS})|downstream_rq_([1-5]xx|active|time))$"
    r"|^cluster\..*\.(upstream_rq_([1-5]xx|timeout)|upstream_cx_connect_fail|membership_(healthy|total))$"
)
"""Names, inside Envoy, of the statistics that are stored. Envoy leaves out all others: of a page of 117 kB, 8 are left."""

_OWN_LISTENERS: Final = "admin|agent|prometheus|stats|eg-(?:ready|stats)-http"
"""Listeners of Envoy's own administration, of Istio's agent and of Envoy Gateway's probes: scrapes and probes are no traffic."""

_BEFORE: Final = r"envoy_http_(.+)_(downstream_rq(?:_active|_time_(?:bucket|sum|count))?|ext_proc_.+)"
"""Names that hold the name of the listener, as older proxies of Istio write them."""

_FILTERED: Final = rf"envoy_http_ext_proc_(.+)_({_CALLS})"
"""Names that hold the `stat_prefix` of the filter."""

_ISTIO: Final = {
    "http_conn_manager_prefix": ("envoy_http_conn_manager_prefix", "(.+)"),
    "cluster_name": ("envoy_cluster_name", "(.+)"),
    "response_code_class": ("envoy_response_code_class", r"(\d)xx"),
}
"""Istio's labels, and what Envoy itself calls them."""


class EnvoyJob(PodJob, frozen=True, kw_only=True, tag="envoy"):
    """Scrape the Envoy in front of the routers: what clients got, and what became of its calls to the router.

    The dashboard "Gateway" and the alerts about gateways follow from it. Of the thousands of series of an Envoy, the 13 families that these
    ask for are stored. Istio's proxies name them otherwise; they are stored under Envoy's own names.

    Attributes:
        name: Value of the `job` label: `envoy`, or a name that begins with `envoy-`. Default `envoy`.
        match_labels: Labels the pods must have. Default `app.kubernetes.io/component: proxy` and `app.kubernetes.io/managed-by: envoy-gateway`,
            as the proxies of Envoy Gateway have them.
        port: Name or number of a port the container declares. Default 19001, Envoy Gateway's; Istio's is 15090.
        namespaces: Where the pods run. Default: the stack's own namespace. `*` stands for all.
        path: Path of the metrics page. Default `/stats/prometheus`.
        scheme: `http` (default) or `https`.
        interval: Time between scrapes. Default: the stack's.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape that are stored. Default 50,000. 0: no limit. A page may have 100 MB, since what fronts Envoy may
            ignore which statistics are asked for.
        native_histograms: Whether native histograms are stored where the target offers them, in addition to its classic buckets, which the
            shipped dashboards read. Default false.
        bearer_token: Token sent to the target. Default: none.
        ca: Certificate authority the target's certificate is checked against. Default: the system's.
        certificate: Certificate that Prometheus shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the target's certificate, where it is not the address, as a pod's is not. Default: the target's host.

    """

    name: str = "envoy"
    match_labels: dict[str, str] = {}
    port: PortName | int = 19001
    path: str = "/stats/prometheus"

    dashboard = "envoy"

    def __post_init__(self) -> None:
        if not self.match_labels:
            labels = {"app.kubernetes.io/component": "proxy", "app.kubernetes.io/managed-by": "envoy-gateway"}
            msgspec.structs.force_setattr(self, "match_labels", labels)
        super().__post_init__()
        if not re.fullmatch(GATEWAY_JOBS, self.name):
            expected = "write envoy, or a name that begins with envoy-: alerts and the dashboard find gateways by it"
            raise ConfigError("name", self.name, expected)

    def further(self) -> dict[str, Any]:
        """Fields of the job besides those of every job."""
        return {"params": {"filter": [_FILTER]}, "body_size_limit": None, "metric_relabel_configs": list(_steps())}


def _steps() -> list[Mapping[str, Any]]:
    """Bring every Envoy's series to the names and labels of the contract, and drop all others."""
    stored = "|".join(samples(source_metrics("envoy").values()))
    class_of = r"(envoy_(?:http_downstream|cluster_upstream)_rq);\d"
    return [
        {"source_labels": ["__name__"], "regex": _BEFORE, "target_label": "http_conn_manager_prefix"},
        {"source_labels": ["__name__"], "regex": _BEFORE, "replacement": "envoy_http_$2", "target_label": "__name__"},
        {"source_labels": ["__name__"], "regex": _FILTERED, "target_label": "ext_proc_filter"},
        {"source_labels": ["__name__"], "regex": _FILTERED, "replacement": "envoy_http_ext_proc_$2", "target_label": "__name__"},
        *({"source_labels": [label], "regex": regex, "target_label": own} for label, (own, regex) in _ISTIO.items()),
        {
            "source_labels": ["__name__", "envoy_response_code_class"],
            "regex": class_of,
            "replacement": "${1}_xx",
            "target_label": "__name__",
        },
        {"source_labels": ["__name__"], "regex": stored, "action": "keep"},
        {"source_labels": ["envoy_http_conn_manager_prefix"], "regex": _OWN_LISTENERS, "action": "drop"},
        {"regex": "|".join(_ISTIO), "action": "labeldrop"},
    ]
