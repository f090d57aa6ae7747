"""What Prometheus scrapes besides the router, and what it refuses to store."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from semantic_router_observability.checks import (
    dns_label,
    duration_or_zero,
    duration_seconds,
    kubernetes_labels,
    listed,
    port_name,
    port_number,
    prometheus_labels,
    unique,
)
from semantic_router_observability.errors import ConfigError, Key, Where, arg, at
from semantic_router_observability.kubernetes.access import TlsClient
from semantic_router_observability.kubernetes.pods import SecretFiles
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.router.target import ALL_NAMESPACES
from semantic_router_observability.rules.thresholds import SAMPLE_LIMIT
from semantic_router_observability.spec import Spec, Tagged
from semantic_router_observability.texts import SCHEMES, Duration, PortName, Scheme

from .raw import check_native, check_raw, with_files

if TYPE_CHECKING:
    from .presets import ScrapeJob

LONGEST_LABEL_VALUE = 10_000
"""Upper end of `label_value_length_limit`. The guard is a regular expression as long as the limit, and Prometheus keeps it in memory."""

SHORTEST_INTERVAL = 1
LONGEST_INTERVAL = 120
"""Seconds. A rate needs two samples in its window, and the dashboards and Prometheus's own look-back use 5 minutes."""

_HIGHEST_LIMIT = 2**31 - 1


class ScrapeGuards(Spec, frozen=True, kw_only=True):
    """Bounds on what one router pod may write, and relabelling of labels whose values clients choose.

    A scrape over a limit fails as a whole and `up` turns 0, so the limits leave an order of magnitude of room: a router with 20
    models, 20 decisions and every feature on exposes about 5,000 series.

    Attributes:
        sample_limit: Samples per scrape after relabelling; the page may have 400 bytes for each. Default 50,000. 0: no limit for either.
        label_limit: Labels per series. Default 40; the catalogue's widest family has 6, discovery adds 5.
        label_name_length_limit: Characters in a label name. Default 200.
        label_value_length_limit: Characters in the label values of one series, all of the router's labels together. Default 1,000. 0: no
            limit. Longer series are dropped before Prometheus checks each value against the same limit, so that one long value cannot
            fail the scrape of all others.
        drop_personal: Drop the series that carry a person's identity (label `user_id`). The label cannot be taken off alone: the
            series of two users would become one, and Prometheus would keep whichever came first. Default true.
        bound_client_labels: Replace what clients may write freely (the unknown model name in `llm_request_errors_total`, the field
            name in `sr_request_params_unknown_field_stripped_total`, and in `llm_model_requests_total` and parse errors a model name with
            control characters or more than 128 characters) by one of 8,192 numbers, so that the number of series is bounded and counts
            stay. Of two names that share a number Prometheus keeps one; with 50 names at once that happens to one router in seven.
            Default true.
        drop_families: Metric families of the router that are not stored, to save memory and disk; `sro contract unused` lists those that no
            shipped dashboard or rule queries, and only those are accepted. Default: none.

    """

    sample_limit: int = SAMPLE_LIMIT
    label_limit: int = 40
    label_name_length_limit: int = 200
    label_value_length_limit: int = 1000
    drop_personal: bool = True
    bound_client_labels: bool = True
    drop_families: Sequence[str] = ()

    def __post_init__(self) -> None:
        listed("drop_families", self.drop_families)
        if self.drop_families:
            check_unused("drop_families", self.drop_families)
        for name, value in (
            ("sample_limit", self.sample_limit),
            ("label_limit", self.label_limit),
            ("label_name_length_limit", self.label_name_length_limit),
            ("label_value_length_limit", self.label_value_length_limit),
        ):
            check_limit(name, value)
        if self.label_value_length_limit > LONGEST_LABEL_VALUE:
            raise ConfigError(
                "label_value_length_limit", self.label_value_length_limit, f"write at most {LONGEST_LABEL_VALUE}, or 0 for no limit"
            )


class HttpJob(TlsClient, frozen=True, kw_only=True):
    """What the jobs that find their targets in different ways have in common."""

    name: str
    path: str = "/metrics"
    scheme: Scheme = "http"
    interval: Duration | None = None
    timeout: Duration | None = None
    sample_limit: int = SAMPLE_LIMIT
    native_histograms: bool = False
    bearer_token: SecretKey | None = None

    dashboard: ClassVar[str | None] = None
    """Name of the optional dashboard that shows its series."""

    def __post_init__(self) -> None:
        check_name(self.name)
        if not re.fullmatch(r"/[!-~]*", self.path) or "?" in self.path or "#" in self.path:
            raise ConfigError("path", self.path, "write a path that starts with '/', such as /metrics")
        if self.scheme not in SCHEMES:
            raise ConfigError("scheme", self.scheme, "write http or https")
        self.check_certificate()
        if self.scheme != "https":
            self.refuse_without_tls(f"set {arg('scheme')} to https")
        check_limit("sample_limit", self.sample_limit)
        interval = None if self.interval is None else duration_seconds("interval", self.interval)
        timeout = None if self.timeout is None else duration_seconds("timeout", self.timeout)
        if interval and timeout and timeout > interval:
            raise ConfigError("timeout", self.timeout, f"write at most the job's interval, {self.interval}")


class StaticJob(HttpJob, frozen=True, kw_only=True, tag_field="type", tag="static"):
    """Scrape fixed addresses.

    Attributes:
        name: Value of the `job` label.
        targets: `host:port` each.
        labels: Labels added to every series. Default: none.
        path: Path of the metrics page. Default `/metrics`.
        scheme: `http` (default) or `https`.
        interval: Time between scrapes. Default: the stack's.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape; the page may have 400 bytes for each. Default 50,000. 0: no limit for either.
        native_histograms: Whether native histograms are stored where the target offers them, in addition to its classic buckets, which the
            shipped dashboards read. Default false.
        bearer_token: Token sent to the target. Default: none.
        ca: Certificate authority the target's certificate is checked against. Default: the system's.
        certificate: Certificate that Prometheus shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the target's certificate, where it is not the address, as a pod's is not. Default: the target's host.

    """

    targets: Sequence[str]
    labels: dict[str, str] = {}

    def __post_init__(self) -> None:
        super().__post_init__()
        listed("targets", self.targets)
        if not self.targets:
            raise ConfigError("targets", [], "name at least one host:port")
        for target in self.targets:
            if not re.fullmatch(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}", target):
                raise ConfigError("targets", target, "write host:port, without scheme or path")
            port_number("targets", int(target.rsplit(":", 1)[1]))
        prometheus_labels("labels", self.labels)


class PodJob(HttpJob, frozen=True, kw_only=True, tag_field="type", tag="pods"):
    """Scrape pods by their labels, whether or not a Service stands in front of them.

    Attributes:
        name: Value of the `job` label.
        match_labels: Labels the pods must have.
        port: Name or number of a port the container declares.
        namespaces: Where the pods run. Default: the stack's own namespace. `*` stands for all.
        path: Path of the metrics page. Default `/metrics`.
        scheme: `http` (default) or `https`.
        interval: Time between scrapes. Default: the stack's.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape; the page may have 400 bytes for each. Default 50,000. 0: no limit for either.
        native_histograms: Whether native histograms are stored where the target offers them, in addition to its classic buckets, which the
            shipped dashboards read. Default false.
        bearer_token: Token sent to the target. Default: none.
        ca: Certificate authority the target's certificate is checked against. Default: the system's.
        certificate: Certificate that Prometheus shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the target's certificate, where it is not the address, as a pod's is not. Default: the target's host.

    """

    match_labels: dict[str, str]
    port: PortName | int
    namespaces: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_discovery(self.match_labels, self.port, self.namespaces)


class ServiceJob(HttpJob, frozen=True, kw_only=True, tag_field="type", tag="services"):
    """Scrape the endpoints of Services by the Services' labels.

    Attributes:
        name: Value of the `job` label.
        match_labels: Labels the Services must have.
        port: Name or number of the Service's target port.
        namespaces: Where the Services are. Default: the stack's own namespace. `*` stands for all.
        path: Path of the metrics page. Default `/metrics`.
        scheme: `http` (default) or `https`.
        interval: Time between scrapes. Default: the stack's.
        timeout: Time after which a scrape fails. Default: Prometheus's 10 s, or the interval when that is shorter.
        sample_limit: Samples per scrape; the page may have 400 bytes for each. Default 50,000. 0: no limit for either.
        native_histograms: Whether native histograms are stored where the target offers them, in addition to its classic buckets, which the
            shipped dashboards read. Default false.
        bearer_token: Token sent to the target. Default: none.
        ca: Certificate authority the target's certificate is checked against. Default: the system's.
        certificate: Certificate that Prometheus shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the target's certificate, where it is not the address, as a pod's is not. Default: the target's host.

    """

    match_labels: dict[str, str]
    port: PortName | int
    namespaces: Sequence[str] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_discovery(self.match_labels, self.port, self.namespaces)


class RawJob(Tagged, frozen=True, kw_only=True, tag="raw"):
    """A scrape configuration in native syntax, as in Prometheus's configuration file.

    Attributes:
        name: Value of the `job` label.
        config: Everything of the `scrape_config` but `job_name`. A credential is a reference, such as `password: {secret: NAME, key: KEY}`
            under `basic_auth`. Without a `sample_limit` it is 50,000, and without a `body_size_limit` a page may have 400 bytes for each
            sample, as for the other kinds of jobs; `sample_limit: 0` stands for no limit.
        namespaces: Further namespaces whose services, pods and endpoint slices Prometheus may read. Default: none besides those that
            `kubernetes_sd_configs` name; rights follow from their role.

    """

    name: str
    config: dict[str, Any]
    namespaces: Sequence[str] = ()

    dashboard: ClassVar[str | None] = None
    """It is not known what this scrapes."""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_raw("config", self.config)
        if "job_name" in self.config:
            raise ConfigError(("config", Key("job_name")), self.config["job_name"], f"remove it: {arg('name')} sets it")
        check_native("scrape_config", "config", with_files(self.config, SecretFiles("/")))
        listed("namespaces", self.namespaces)
        for namespace in self.namespaces:
            if namespace != ALL_NAMESPACES:
                dns_label("namespaces", namespace)


def check_jobs(where: Where, jobs: Sequence[ScrapeJob], reserved: Sequence[str], interval: str) -> None:
    """Refuse what Prometheus would: two jobs of one name, or a scrape that may take longer than the time to the next."""
    unique(where, [job.name for job in jobs], "scrape jobs")
    for index, job in enumerate(jobs):
        if job.name in reserved:
            raise ConfigError(at(where, index, "name"), job.name, "the stack has a job of this name; choose another")
        raw = isinstance(job, RawJob)
        own, timeout = (
            (job.config.get("scrape_interval"), job.config.get("scrape_timeout"))
            if isinstance(job, RawJob)
            else (job.interval, job.timeout)
        )
        if timeout is None or (own is not None and duration_or_zero(where, str(own))):
            continue
        if duration_or_zero(where, str(timeout)) > duration_seconds(where, interval):
            path = at(where, index, *(("config", Key("scrape_timeout")) if raw else ("timeout",)))
            raise ConfigError(path, timeout, f"write at most the stack's interval, {interval}")


def check_unused(where: Where, names: Sequence[str]) -> None:
    """Refuse to drop a family that the router does not have, or that a shipped dashboard or rule queries."""
    from semantic_router_observability.prometheus.unused import is_queried  # noqa: PLC0415 - reads all dashboards; only who drops pays for it
    from semantic_router_observability.router.catalogue import families  # noqa: PLC0415

    unique(where, names, "families")
    for index, name in enumerate(names):
        if name not in families():
            near = difflib.get_close_matches(name, families(), n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ConfigError(at(where, index), name, f"the router has no family of this name; {hint}sro contract unused lists what may go")
        if is_queried(name):
            raise ConfigError(at(where, index), name, "a shipped dashboard or rule queries it; sro contract unused lists what may go")


def check_interval(where: Where, interval: str) -> None:
    """Refuse an interval for which no rate works."""
    if not SHORTEST_INTERVAL <= duration_seconds(where, interval) <= LONGEST_INTERVAL:
        raise ConfigError(where, interval, "write 1s to 2m; from 2m30s on, rates over 5 minutes have gaps")


def check_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9_./-]{0,61}[A-Za-z0-9])?", name):
        raise ConfigError("name", name, "write a job name of letters, digits, '-', '_', '.' and '/', at most 63 characters")


def check_limit(where: Where, limit: int) -> None:
    if not 0 <= limit <= _HIGHEST_LIMIT:
        raise ConfigError(where, limit, f"write 0 for no limit, or a number up to {_HIGHEST_LIMIT}")


def _check_discovery(match_labels: dict[str, str], port: str | int, namespaces: Sequence[str]) -> None:
    if not match_labels:
        raise ConfigError("match_labels", match_labels, "name at least one label; without any, everything in the namespace would match")
    kubernetes_labels("match_labels", match_labels)
    if isinstance(port, int):
        port_number("port", port)
    else:
        port_name("port", port)
    listed("namespaces", namespaces)
    for namespace in namespaces:
        if namespace != ALL_NAMESPACES:
            dns_label("namespaces", namespace)
    if ALL_NAMESPACES in namespaces and len(namespaces) > 1:
        raise ConfigError("namespaces", list(namespaces), "'*' already stands for all of them; write it alone")
