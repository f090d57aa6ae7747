"""How large a Prometheus has to be for an installation of the router, from measured figures. Pure."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec.structs import replace

from semantic_router_observability.alerting.links import Panel
from semantic_router_observability.alerting.options import Alerts
from semantic_router_observability.alerting.rule import AlertRule
from semantic_router_observability.checks import byte_quantity, duration_seconds, one_of
from semantic_router_observability.errors import ConfigError, arg
from semantic_router_observability.kubernetes.pods import Resources
from semantic_router_observability.kubernetes.storage import Claim, size_bytes
from semantic_router_observability.router.target import JOB
from semantic_router_observability.rules.thresholds import RETENTION_SIZE, SAMPLE_LIMIT
from semantic_router_observability.spec import Spec

from .scrape import ScrapeGuards

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.arguments import PrometheusArguments
    from semantic_router_observability.errors import Where
    from semantic_router_observability.kubernetes.storage import Storage

Preset = Literal["small", "medium", "large"]
"""Names of usual installations."""

PRESETS: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType(
    {
        "small": {"pods": 2, "models": 3, "decisions": 5, "domains": 5},
        "medium": {"pods": 10, "models": 4, "decisions": 14, "domains": 14},
        "large": {"pods": 50, "models": 8, "decisions": 14, "domains": 14},
    }
)
"""What each of them runs."""

_RECORDED: Final = 300
"""Series of the recording rules, of which `make demo` has 257, and of each target's own."""

_OWN: Final = 900
"""Series of Prometheus itself: 908 with the rules of `dist/`, counted in `make demo`."""

_BYTES_A_HEAD_SERIES: Final = 2500
"""Memory: 2,370 bytes resident with full chunks and all rules, 1,810 without rules, measured on Prometheus 3.13.5 by `tests/bench_sizing.py`."""

_BASE_MEMORY: Final = 110 * 2**20
"""Memory of the process and the rules themselves: 106 to 115 MB in the same measurement."""

_LEAST_LIMIT: Final = 2**30
"""Replaying the log, compactions and queries need room that does not follow from the number of series."""

BYTES_A_SAMPLE: Final = 2.0
"""On disk, index included: 1.9 to 2.3 measured on simulated routers, 1.5 on quiet ones, 2.8 when every series moves at every scrape."""

_LOG_BYTES_A_SAMPLE: Final = 5.8
_LOG_SECONDS: Final = 3 * 3600
"""The write-ahead log, compressed, which is kept for about three hours."""

BUDGET_SHARE: Final = 0.8
"""Ratio of the series that fit the memory limit beyond which the alert fires."""

_ACTIVE_SERIES: Final = 21
"""Panel of Stack health."""

_CPU_A_SAMPLE: Final = 3e-6
"""Seconds of a core for scraping a sample and for the rules; 1.4 to 1.6 of them were measured for scraping."""


class Sizing(Spec, frozen=True, kw_only=True):
    """What a Prometheus needs for so many routers.

    Usage:
        PrometheusStack(chart, "prometheus", **Sizing(pods=10, models=4, decisions=14, domains=14).arguments())
        PrometheusStack(chart, "prometheus", **Sizing.preset("large", retention="30d").arguments(storage=Claim(size="200Gi")))

    The number of series of a router follows from what its configuration names. The figures are fitted on pages of the project's simulator,
    which prints what the router prints; memory and disk were measured on Prometheus 3.13.5 with 7,000 to 297,000 series (`make bench`).

    Attributes:
        pods: Pods of the router, at the most. During a rollout old and new ones are in memory, which is allowed for.
        models: Models that requests are routed to. Default 3.
        decisions: Decisions in the router's configuration. Default 5.
        domains: Domains (categories) that decisions name. Default 5.
        every_feature: Whether cache, memory, RAG, tools, sessions, learning and guardrails are all on. Default false.
        interval: Time between scrapes. Default `15s`.
        retention: How long samples are kept. Default `15d`.

    Raises:
        ConfigError: a number is below 1, or a duration is none.

    """

    pods: int
    models: int = 3
    decisions: int = 5
    domains: int = 5
    every_feature: bool = False
    interval: str = "15s"
    retention: str = "15d"

    def __post_init__(self) -> None:
        for field in ("pods", "models", "decisions", "domains"):
            at_least_one(field, getattr(self, field))
        for field in ("interval", "retention"):
            duration_seconds(field, getattr(self, field))

    @classmethod
    def preset(cls, name: Preset, **changes: Any) -> Sizing:
        """Return the needs of a usual installation, with other values for some of the fields.

        Raises:
            ConfigError: there is no preset of the name.

        """
        return cls(**{**PRESETS[one_of("preset", name, PRESETS)], **changes})

    @property
    def series_a_pod(self) -> int:
        """Series of one router pod once every model, decision and domain has been seen. The pairs of model and domain dominate."""
        m, d, c = self.models, self.decisions, self.domains
        if self.every_feature:
            return 1505 + 318 * m + 78 * d + 48 * c + 43 * m * c + 23 * m * d
        return 1400 + 172 * m + 41 * d + 33 * c + 45 * m * c + 2 * m * d

    @property
    def series_by_job(self) -> Mapping[str, int]:
        """Series that get samples, by scrape job, and those of the rules. Jobs of other programs, Grafana's included, are not measured and not counted."""
        return {JOB: self.pods * self.series_a_pod, "prometheus": _OWN, "rules": _RECORDED}

    @property
    def live_series(self) -> int:
        """Series that get samples."""
        return sum(self.series_by_job.values())

    @property
    def series_in_memory(self) -> int:
        """Series in memory after a rollout, until those of the old pods leave, two to three hours later."""
        return self.live_series + self.pods * self.series_a_pod

    @property
    def samples_per_second(self) -> float:
        """Samples that are stored each second."""
        return self.live_series / float(duration_seconds("interval", self.interval))

    @property
    def memory_bytes(self) -> int:
        """Memory that Prometheus uses most of the time."""
        return _BASE_MEMORY + self.series_in_memory * _BYTES_A_HEAD_SERIES

    @property
    def disk_bytes_a_day(self) -> float:
        """Bytes of finished blocks that a day adds."""
        return self.samples_per_second * 86_400 * BYTES_A_SAMPLE

    @property
    def claim_bytes(self) -> float:
        """Smallest volume that keeps the retention, of which blocks may fill 80 %."""
        blocks = self.disk_bytes_a_day * float(duration_seconds("retention", self.retention)) / 86_400
        return (blocks + self.samples_per_second * _LOG_SECONDS * _LOG_BYTES_A_SAMPLE) / RETENTION_SIZE

    def log_bytes(self, unsent: str) -> float:
        """Most bytes of an agent's log that keeps what a storage does not take for so long: at worst three times as much."""
        return self.samples_per_second * 3 * float(duration_seconds("unsent", unsent)) * _LOG_BYTES_A_SAMPLE

    @property
    def sample_limit(self) -> int:
        """Samples that a page may have: twice what is expected, and never less than the default."""
        return max(SAMPLE_LIMIT, 2 * self.series_a_pod)

    def resources(self) -> Resources:
        """Requests and limits of Prometheus's container."""
        millicores = math.ceil(50 + 1000 * self.samples_per_second * _CPU_A_SAMPLE)
        limit = max(_LEAST_LIMIT, 2 * self.memory_bytes)
        return Resources(cpu=f"{millicores}m", memory=_mebibytes(self.memory_bytes), memory_limit=_mebibytes(limit))

    def guards(self) -> ScrapeGuards:
        """Limits on the page of one router pod; the limit of its bytes follows from that of its samples."""
        return ScrapeGuards(sample_limit=self.sample_limit)

    def series_that_fit(self, resources: Resources) -> int | None:
        """Series that the memory limit holds, with half of it left for replaying the log, compactions and queries; None without a limit."""
        if resources.memory_limit is None:
            return None
        return int((float(byte_quantity("memory_limit", resources.memory_limit)) / 2 - _BASE_MEMORY) / _BYTES_A_HEAD_SERIES)

    def alert(self, resources: Resources) -> AlertRule | None:
        """Alert that the series in memory come near to what the memory limit holds; None without a limit.

        It waits for longer than the series of a rollout's old pods stay in memory.
        """
        most = self.series_that_fit(resources)
        if most is None or most <= 0:
            return None
        return AlertRule(
            name="PrometheusSeriesNearBudget",
            expr=f'prometheus_tsdb_head_series{{job="prometheus"}} > {int(BUDGET_SHARE * most)}',
            for_="4h",
            severity="warning",
            summary=f"Prometheus holds {{{{ $value | humanize }}}} series; its memory limit is made for {most:,}",
            description=(
                f"Computed for {self.pods} router pods with {self.models} models, {self.decisions} decisions and {self.domains} domains: "
                f"{self.series_in_memory:,} series. At its memory limit the kernel kills it, and every alert is blind while it replays its log."
            ),
            service="observability",
            component="prometheus",
            dashboard=Panel(uid="semantic-router-stack", id=_ACTIVE_SERIES),
        )

    def arguments(self, **overridden: Any) -> PrometheusArguments:
        """Arguments of a `PrometheusStack` that is large enough, with the alert that it becomes too small. `overridden` are further arguments of it, and those that replace a computed one.

        Raises:
            ConfigError: a replaced value cannot hold what is expected: the volume not the retention (unless `retention_size` is given, which
                then limits it), the memory limit not the series, the sample limit not a router's page.

        """
        if "storage" in overridden and "retention_size" not in overridden:
            self.check_storage(overridden["storage"])
        if "resources" in overridden:
            self.check_resources(overridden["resources"])
        if "guards" in overridden:
            self.check_guards(overridden["guards"])
        computed: PrometheusArguments = {
            "interval": self.interval,
            "retention": self.retention,
            "storage": self.storage(),
            "resources": self.resources(),
            "guards": self.guards(),
        }
        alerts = overridden.get("alerts", Alerts())
        if (rule := self.alert(overridden.get("resources", computed["resources"]))) is not None and alerts.enabled:
            overridden["alerts"] = replace(alerts, own=(*alerts.own, rule))
        return {**computed, **overridden}  # type: ignore[typeddict-item]

    def check_storage(self, storage: Storage) -> None:
        """Refuse a volume of known size that keeps less than the retention."""
        volume = size_bytes(storage)
        if volume is not None and float(volume) < self.claim_bytes:
            raise ConfigError(
                ("storage", "size"),
                storage.size,
                f"keeps {self.days(float(volume)):.1f} days of {self.samples_per_second:,.0f} samples a second, not {self.retention}; "
                f"write at least {self.storage().size}, shorten {arg('retention')}, or accept less history with {arg('retention_size')}",
            )

    def check_resources(self, resources: Resources) -> None:
        """Refuse a memory limit at which the series alone would end the container."""
        limit = resources.memory_limit
        if limit is not None and float(byte_quantity("memory_limit", limit)) < self.memory_bytes:
            raise ConfigError(
                ("resources", "memory_limit"),
                limit,
                f"{self.series_in_memory:,} series take {_mebibytes(self.memory_bytes)}; write at least {self.resources().memory_limit}",
            )

    def check_guards(self, guards: ScrapeGuards) -> None:
        """Refuse a sample limit that every page of a busy router exceeds."""
        if guards.sample_limit and guards.sample_limit < self.series_a_pod:
            raise ConfigError(
                ("guards", "sample_limit"),
                guards.sample_limit,
                f"a router pod has {self.series_a_pod:,} series, and every scrape would be refused; write at least {self.sample_limit}",
            )

    def storage(self) -> Claim:
        """Return the claim that keeps the retention."""
        return Claim(size=f"{max(1, math.ceil(self.claim_bytes / 2**30))}Gi")

    def days(self, volume: float) -> float:
        """Days of samples that a volume of so many bytes keeps."""
        log = self.samples_per_second * _LOG_SECONDS * _LOG_BYTES_A_SAMPLE
        return max(0.0, (volume * RETENTION_SIZE - log) / self.disk_bytes_a_day)


def at_least_one(where: Where, number: int) -> None:
    """Refuse zero and less."""
    if number < 1:
        raise ConfigError(where, number, "write a whole number, at least 1")


def _mebibytes(size: float) -> str:
    return f"{math.ceil(size / 2**20)}Mi"
