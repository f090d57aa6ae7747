"""`sro size`: how large Prometheus has to be, and whether settings are large enough."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET
from msgspec.structs import replace

from semantic_router_observability.addon.agent import RemoteWriteAgent
from semantic_router_observability.checks import byte_quantity
from semantic_router_observability.errors import ConfigError, Place, Raw
from semantic_router_observability.kubernetes.storage import size_bytes
from semantic_router_observability.prometheus.sizing import PRESETS, Sizing
from semantic_router_observability.settings import Settings
from semantic_router_observability.settings_file import load
from semantic_router_observability.settings_sections import SizeSettings

from .exit_codes import FINE, FOUND
from .output import add_output, print_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from semantic_router_observability.addon.settings import AddOnSettings
    from semantic_router_observability.arguments import PrometheusArguments


_DEFAULT_CLAIM: Final = 20 * 2**30
_DEFAULT_LIMIT: Final = 2 * 2**30


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    size = commands.add_parser(
        "size",
        help="how large Prometheus has to be",
        description="Compute series, memory and disk from what the router's configuration names, and print the settings for it. With "
        "--config, compare them with the settings; without numbers, those under size in the settings are taken. Exit code: 0, 1 when the settings are too small, 2 when the input cannot be used.",
    )
    size.add_argument("--pods", type=int, metavar="N", help="pods of the router, at the most (default: that of the preset or the settings)")
    size.add_argument("--preset", choices=[*PRESETS], help="a usual installation, whose numbers the options below replace")
    size.add_argument("--models", type=int, metavar="N", help="models that requests are routed to (default: the preset's, or 3)")
    size.add_argument("--decisions", type=int, metavar="N", help="decisions in the router's configuration (default: the preset's, or 5)")
    size.add_argument("--domains", type=int, metavar="N", help="domains that decisions name (default: the preset's, or 5)")
    size.add_argument(
        "--every-feature", action="store_true", help="cache, memory, RAG, tools, sessions, learning and guardrails are all on"
    )
    size.add_argument("--interval", metavar="DURATION", help="time between scrapes (default: that of the settings, or 15s)")
    size.add_argument("--retention", metavar="DURATION", help="how long samples are kept (default: that of the settings, or 15d)")
    size.add_argument("--config", type=Path, metavar="FILE", help="settings to compare with")
    add_output(size)
    size.set_defaults(run=_size)


def _size(options: argparse.Namespace) -> int:
    settings = load(options.config) if options.config else Settings()
    sizing = _sizing(options, settings)
    advice = _settings(sizing, settings.add_on)
    short = list(_short(sizing, settings)) if options.config else []
    if options.output == "json":
        print_json({**_figures(sizing), "settings": advice, "tooSmall": short})
    else:
        print("\n".join([*_lines(sizing), *_yaml(advice), *short]))  # noqa: T201 - a command
    return FOUND if short else FINE


def _sizing(options: argparse.Namespace, settings: Settings) -> Sizing:
    """Numbers of the options; without any, those of the settings."""
    numbers = {
        name: value for name in ("preset", "pods", "models", "decisions", "domains") if (value := getattr(options, name)) is not None
    }
    if options.every_feature:
        numbers["every_feature"] = True
    if not numbers and settings.size is not None:
        size = settings.size
    elif "preset" in numbers or "pods" in numbers:
        size = SizeSettings(**numbers)
    else:
        raise ConfigError(
            Place("sro size"), Raw("no number of pods"), "give --pods or --preset, or --config with settings that have the key size"
        )
    times = {name: value for name in ("interval", "retention") if (value := getattr(options, name)) is not None}
    if settings.add_on is not None and settings.add_on.interval is not UNSET:
        times = {"interval": settings.add_on.interval, **times}
    return replace(size.sizing(settings.prometheus), **times)


def _figures(sizing: Sizing) -> dict[str, Any]:
    return {
        "seriesOfAPod": sizing.series_a_pod,
        "seriesWithSamples": sizing.live_series,
        "seriesByJob": dict(sizing.series_by_job),
        "seriesInMemory": sizing.series_in_memory,
        "seriesThatFit": sizing.series_that_fit(sizing.resources()) or 0,
        "samplesPerSecond": round(sizing.samples_per_second, 1),
        "diskBytesPerDay": round(sizing.disk_bytes_a_day),
    }


def _settings(sizing: Sizing, add_on: AddOnSettings | None) -> dict[str, Any]:
    """Return what `observability.yaml` takes; of an add-on, an agent alone has a size of its own."""
    computed = sizing.resources()
    resources = {"cpu": computed.cpu, "memory": computed.memory, "memoryLimit": computed.memory_limit}
    guards = {"sampleLimit": sizing.sample_limit}
    if add_on is None:
        return {"prometheus": {"resources": resources, "storage": {"type": "claim", "size": sizing.storage().size}, "guards": guards}}
    if isinstance(agent := add_on.scraped_by, RemoteWriteAgent):
        storage = {"type": "ephemeral", "size": _gibibytes(sizing.log_bytes(agent.unsent))}
        return {"addOn": {"guards": guards, "scrapedBy": {"resources": resources, "storage": storage}}}
    return {"addOn": {"guards": guards}}


def _gibibytes(size: float) -> str:
    return f"{max(1, math.ceil(size / 2**30))}Gi"


def _yaml(fields: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """Lines of YAML, the innermost mappings in one line each."""
    for key, value in fields.items():
        if any(isinstance(inner, dict) for inner in value.values()):
            yield f"{indent}{key}:"
            yield from _yaml(value, f"{indent}  ")
        else:
            yield f"{indent}{key}: {{{', '.join(f'{field}: {inner}' for field, inner in value.items())}}}"


def _lines(sizing: Sizing) -> Iterator[str]:
    yield f"series of a router pod  {sizing.series_a_pod:>12,}"
    yield f"series with samples     {sizing.live_series:>12,}"
    for job, series in sizing.series_by_job.items():
        yield f"  {job:<21} {series:>12,}"
    yield f"series in memory        {sizing.series_in_memory:>12,}  after a rollout"
    yield f"series that fit         {sizing.series_that_fit(sizing.resources()):>12,}  into the memory limit; the alert fires at 80 %"
    yield f"samples a second        {sizing.samples_per_second:>12,.0f}"
    yield f"disk a day              {sizing.disk_bytes_a_day / 2**20:>9,.0f} MB"
    yield ""


def _short(sizing: Sizing, settings: Settings) -> Iterator[str]:
    """Return a line for each setting that is too small."""
    if settings.add_on is None:
        yield from _too_small(sizing, settings.prometheus_arguments())
        return
    if isinstance(agent := settings.add_on.scraped_by, RemoteWriteAgent):
        log = sizing.log_bytes(agent.unsent)
        if (volume := size_bytes(agent.storage)) is not None and float(volume) < log:
            yield f"addOn.scrapedBy.storage: the log of a storage that is away for {agent.unsent} does not fit; write size: {_gibibytes(log)}"
        wanted, limit = sizing.resources().memory_limit, agent.resources.memory_limit
        if wanted and limit and float(byte_quantity("memory_limit", limit)) < float(byte_quantity("memory_limit", wanted)):
            yield f"addOn.scrapedBy.resources: the agent would be killed at its memory limit; write memoryLimit: {wanted}"
    guards = settings.add_on.guards
    if guards is not UNSET and guards.sample_limit and guards.sample_limit < sizing.series_a_pod:
        yield f"addOn.guards.sampleLimit: {guards.sample_limit} rejects every scrape; write at least {sizing.sample_limit}"


def _too_small(sizing: Sizing, given: PrometheusArguments) -> Iterator[str]:
    storage = given.get("storage")
    volume = _DEFAULT_CLAIM if storage is None else size_bytes(storage)
    if volume is not None and float(volume) < sizing.claim_bytes:
        yield f"prometheus.storage: keeps {sizing.days(float(volume)):.1f} days, not {sizing.retention}; write size: {sizing.storage().size}"
    resources = given.get("resources")
    limit = None if resources is None else resources.memory_limit
    most = _DEFAULT_LIMIT if resources is None else (float(byte_quantity("memory_limit", limit)) if limit else None)
    wanted = sizing.resources().memory_limit
    if most is not None and wanted is not None and most < float(byte_quantity("memory_limit", wanted)):
        yield f"prometheus.resources: Prometheus would be killed at its memory limit; write memoryLimit: {wanted}"
    guards = given.get("guards")
    if guards is not None and guards.sample_limit and guards.sample_limit < sizing.series_a_pod:
        yield f"prometheus.guards.sampleLimit: {guards.sample_limit} rejects every scrape; write at least {sizing.sample_limit}"
