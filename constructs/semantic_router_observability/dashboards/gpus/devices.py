"""Use, memory and power of GPUs, by themselves and by the engine that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.watched import MATCHERS
from semantic_router_observability.dashboards.gpus.ids import PANEL_IDS
from semantic_router_observability.dashboards.others import highest, per_second, select, total
from semantic_router_observability.dashboards.panels import GREY, About, Query, rate_unit, stat, timeseries
from semantic_router_observability.dashboards.variables import CLUSTER

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

PLACE: Final = (CLUSTER, 'node=~"$node"', MATCHERS["namespace"], MATCHERS["pod"])
TAKEN: Final = (*PLACE, 'pod!=""')
"""GPUs that a pod has."""

ENGINES: Final = (CLUSTER, MATCHERS["namespace"], MATCHERS["pod"])
BY: Final = ("namespace", "pod")
NONE: Final = "no GPU scraped"
NO_ENGINE: Final = "no vLLM engine with a GPU scraped"


def gpus_now() -> Panel:
    found = select("DCGM_FI_DEV_GPU_UTIL", *PLACE)
    taken = select("DCGM_FI_DEV_GPU_UTIL", *TAKEN)
    return stat(
        About(
            id=PANEL_IDS["gpus-now"],
            title="GPUs",
            description=(
                "GPUs, or parts of them where they are shared by MIG, that a pod has, and those that are free. Where the exporter does not know the "
                "pods (no access to the kubelet's socket), all count as free."
            ),
            unit="none",
            no_value=NONE,
        ),
        Query(f"count({taken}) or 0 * count({found})", "in use"),
        Query(f"count({found}) - (count({taken}) or 0 * count({found}))", "free", GREY),
    )


def busy_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["busy-now"],
            title="Utilization",
            description=(
                "Share of time in which a kernel ran, mean over the GPUs that a pod has. An engine keeps it high with few requests already: "
                "100 % does not mean that it could take no more."
            ),
            unit="percent",
            no_value=NONE,
            decimals=0,
        ),
        Query(f"avg({select('DCGM_FI_DEV_GPU_UTIL', *TAKEN)})", "busy"),
    )


def memory_now() -> Panel:
    used, free = (select(f"DCGM_FI_DEV_FB_{name}", *TAKEN) for name in ("USED", "FREE"))
    return stat(
        About(
            id=PANEL_IDS["memory-now"],
            title="Memory in use",
            description=(
                "Memory in use over all memory, of the GPUs that a pod has. vLLM reserves 90 % from its start on, for the KV cache: how full that is, "
                "the dashboard vLLM engines shows."
            ),
            unit="percentunit",
            no_value=NONE,
            decimals=0,
        ),
        Query(f"sum({used}) / (sum({used}) + sum({free}))", "used"),
    )


def power_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["power-now"],
            title="Power",
            description="Power that all GPUs draw together, those without a pod included. Processors, memory and fans of their nodes come on top.",
            unit="watt",
            no_value=NONE,
        ),
        Query(total("DCGM_FI_DEV_POWER_USAGE", *PLACE), "power"),
    )


def busy() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["busy"],
            title="Utilization by engine",
            description=(
                "Share of time in which a kernel ran, mean over the GPUs of a pod. Engines of one model should be about equally busy; one at 0 % with "
                "requests waiting hangs."
            ),
            unit="percent",
            no_value=NONE,
        ),
        Query(f"avg by (namespace, pod) ({select('DCGM_FI_DEV_GPU_UTIL', *TAKEN)})", "{{pod}}"),
    )


def memory() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["memory"],
            title="Memory by engine",
            description=(
                "Memory in use, of all GPUs of a pod together. It stays level while an engine runs; memory that grows is held by something else on "
                "the same GPU, or the engine is not vLLM."
            ),
            unit="mbytes",
            no_value=NONE,
        ),
        Query(total("DCGM_FI_DEV_FB_USED", *TAKEN, by=BY), "{{pod}}"),
    )


def tokens() -> Panel:
    made = per_second("vllm:generation_tokens_total", *ENGINES, by=BY)
    count = f"count by (namespace, pod) ({select('DCGM_FI_DEV_GPU_UTIL', *TAKEN)})"
    return timeseries(
        About(
            id=PANEL_IDS["tokens"],
            title="Tokens per GPU",
            description=(
                "Tokens per second that an engine generates, over the number of its GPUs. It compares engines, and models, by what they make of the "
                "same hardware. It needs a scrape job for the engines."
            ),
            unit=rate_unit("tokens"),
            no_value=NO_ENGINE,
        ),
        Query(f"{made} / on (namespace, pod) {count}", "{{pod}}"),
    )


def energy() -> Panel:
    made = per_second("vllm:generation_tokens_total", *ENGINES, by=BY)
    drawn = total("DCGM_FI_DEV_POWER_USAGE", *TAKEN, by=BY)
    return timeseries(
        About(
            id=PANEL_IDS["energy"],
            title="Energy per token",
            description=(
                "Energy that the GPUs of an engine draw for a token that it generates. It rises when an engine idles: GPUs draw power without requests, "
                "too. It needs a scrape job for the engines."
            ),
            unit="joule",
            no_value=NO_ENGINE,
        ),
        Query(f"{drawn} / on (namespace, pod) ({made} > 0)", "{{pod}}"),
    )


def power() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["power"],
            title="Power by GPU",
            description="Power that each GPU draws. One that draws far less than others with the same work is throttled, or waits for its neighbours.",
            unit="watt",
            no_value=NONE,
        ),
        Query(highest("DCGM_FI_DEV_POWER_USAGE", *PLACE, by=["node", "gpu"]), "{{node}} {{gpu}}"),
    )


def clock() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["clock"],
            title="Clock by GPU",
            description=(
                "Clock of the processors of each GPU, in megahertz. It falls when a GPU is too hot, or may not draw more power; an idle GPU lowers it "
                "by itself."
            ),
            unit="suffix:MHz",
            no_value=NONE,
        ),
        Query(highest("DCGM_FI_DEV_SM_CLOCK", *PLACE, by=["node", "gpu"]), "{{node}} {{gpu}}"),
    )
