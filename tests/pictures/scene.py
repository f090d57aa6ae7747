"""What pictures show: hours of simulated routers, one of whose models fails at the end, and of the programs around them.

A Prometheus holds them, with what the rules of `dist/` record of them and the alerts that fire.
"""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import yaml

from pictures.queries import ask, seconds
from simulator import around, neighbours
from simulator.demo import config_map
from simulator.history import FIRST, NAMESPACE, remember
from simulator.neighbours import Pod
from simulator.prometheus import Prometheus
from simulator.router import Router
from simulator.scenario import Incident, Restart, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from simulator.history import History

STEP: Final = 30
"""Seconds between scrapes and between evaluations."""

POD: Final = "semantic-router"
FAILING: Final = "gpt-oss-120b"
"""The model whose answers do not come in time."""

FAILS: Final = 2400
"""Seconds before the end from which on it fails."""


@contextmanager
def scene(directory: Path, manifests: Path, *, prometheus: Path, promtool: Path, hours: float) -> Iterator[History]:
    """Write the history, evaluate the rules of these manifests over it, and run a Prometheus on it; the latter two are programs."""
    groups = [group for text in config_map(manifests, "prometheus-rules").values() for group in yaml.safe_load(text)["groups"]]
    recorded = [
        {"name": group["name"], "rules": rules} for group in groups if (rules := [rule for rule in group["rules"] if "record" in rule])
    ]
    alerts = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    with remember(
        directory,
        _routers(hours),
        prometheus=prometheus,
        promtool=promtool,
        hours=hours,
        step=STEP,
        rules=yaml.safe_dump({"groups": recorded}, width=10**6),
        interval=STEP,
        pod=POD,
        around=_around(),
    ) as history:
        text = directory / "alerts.om"
        text.write_text(fired(history, alerts, hours), encoding="utf-8")
    create = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", text, directory / "data"]
    subprocess.run(create, check=True, capture_output=True)
    with Prometheus(prometheus, directory, targets=[]) as running:
        running.wait_for("vector(1)")
        yield replace(history, prometheus=running)


def _routers(hours: float) -> list[Router]:
    """Return four replicas: one that restarts three times, one that gets hardly any requests, and one that gets too many."""
    end = FIRST + hours * 3600
    epoch = time.time() - hours * 3600 - FIRST
    incident = Incident(start=end - FAILS, end=end + 60, model=FAILING, error_share=0.8, reason="timeout")
    usual = Scenario.everything_on(incidents=(incident,), epoch=epoch, rate=4.0)
    restarts = tuple(Restart(at=FIRST + share * (end - FIRST), down=45) for share in (0.3, 0.5, 0.6))
    return [
        Router(1, usual),
        Router(2, replace(usual, restarts=restarts)),
        Router(3, replace(usual, rate=0.4)),
        Router(4, replace(usual, rate=9.0)),
    ]


def fired(history: History, alerts: list[Mapping[str, Any]], hours: float) -> str:
    """Return the series ALERTS and ALERTS_FOR_STATE as Prometheus would have stored them, in the OpenMetrics format."""
    span = {"start": f"{history.now - hours * 3600:.0f}", "end": f"{history.now:.0f}", "step": str(STEP)}
    states: list[tuple[str, str]] = []
    since: list[tuple[str, str]] = []
    for alert in alerts:
        for series in ask(history.prometheus.url, "query_range", {"query": alert["expr"], **span})["result"]:
            own = {name: value for name, value in series["metric"].items() if name != "__name__"} | alert.get("labels", {})
            labels = ",".join(
                f'{name}="{value}"' for name, value in sorted({**own, "alertname": alert["alert"]}.items()) if "{{" not in value
            )
            for at, start, state in active([at for at, _ in series["values"]], waits=seconds(alert.get("for", "0s"))):
                states.append((f'ALERTS{{{labels},alertstate="{state}"}}', f"1 {at:.0f}"))
                since.append((f"ALERTS_FOR_STATE{{{labels}}}", f"{start:.0f} {at:.0f}"))
    # Samples of a series stand together.
    stored = sorted(states, key=itemgetter(0)) + sorted(since, key=itemgetter(0))
    return "".join(f"{series} {sample}\n" for series, sample in stored) + "# EOF\n"


def active(moments: Sequence[float], *, waits: int) -> list[tuple[float, float, str]]:
    """Return the moments at which an alert is active with when it became so and its state; after a gap it begins anew."""
    found: list[tuple[float, float, str]] = []
    for at in moments:
        start = found[-1][1] if found and at - found[-1][0] <= STEP else at
        found.append((at, start, "firing" if at - start >= waits else "pending"))
    return found


def _around() -> Mapping[str, Callable[[float], str]]:
    """Return the pages of the programs around the routers, by the labels that their targets have."""
    pods = [
        Pod(
            name=f"{POD}-{number}",
            node=f"node-{node}",
            memory=memory * neighbours.GIB,
            restarts=3 * (number == 1),
            cpu=cpu,
            throttled=cpu / 20,
        )
        for number, node, memory, cpu in ((0, "a", 2.4, 0.6), (1, "b", 3.1, 0.6), (2, "a", 2.2, 0.2), (3, "b", 2.6, 1.4))
    ]
    engines = {"qwen3-8b": 3.0, "llama-3.3-70b": 1.8, FAILING: 1.2}
    probes = {"login": "http", "gateway": "tcp", "chat": "canary"}
    thanos = {"prometheus-thanos": 1, "prometheus-b-thanos": 1, "thanos-query": 2, "thanos-store": 1, "thanos-compact": 1}
    found: dict[str, Callable[[float], str]] = {
        _target("prometheus"): around.prometheus,
        _target("grafana"): partial(neighbours.grafana, failing=0.02),
        _target("kube-state-metrics"): partial(neighbours.kube_state, pods=pods),
        _target("kubelet"): partial(neighbours.kubelet, pods=pods),
        _target("trace-gateway"): partial(neighbours.trace_gateway, lost=0.01),
        _target("trace-store"): lambda _: neighbours.trace_store(free=12 * neighbours.GIB),
        _target("log-store"): partial(neighbours.log_store, dropped=0.01),
        _target("redis"): neighbours.cache_server,
        # A GPU without a pod has no such label.
        'job="dcgm",instance="dcgm-0:9400"': partial(neighbours.gpus, pods=[f"engine-{model}-0" for model in engines]),
        _target("router-operator"): partial(around.router_operator, failing=0.05),
    }
    for replica, node in enumerate("ab"):
        found[_target("alertmanager", replica)] = partial(neighbours.alertmanager, failing=0.02 * replica)
        found[_target("envoy", replica)] = partial(neighbours.envoy, failing=0.01)
        found[_target("node-exporter", replica) + f',node="node-{node}"'] = partial(around.node_exporter, used=0.6 + 0.2 * replica)
    for model, rate in engines.items():
        crowded = 0.5 if model == FAILING else 0.0
        found[_target("vllm", name=f"engine-{model}", namespace="engines")] = partial(
            neighbours.engine, model=model, rate=rate, crowded=crowded
        )
    for name, kind in probes.items():
        labels = f'namespace="{NAMESPACE}",job="semantic-router-probes",instance="https://{name}.example.com",probe="{name}",type="{kind}"'
        found[labels] = partial(neighbours.probe, kind=kind)
    for service, replicas in thanos.items():
        for replica in range(replicas):
            labels = _target("thanos", replica, name=service.removesuffix("-thanos"))
            found[f'{labels},service="{service}"'] = partial(neighbours.thanos, part=service, failing=0.01)
    return found


def _target(job: str, replica: int = 0, *, name: str = "", namespace: str = NAMESPACE) -> str:
    pod = f"{name or job}-{replica}"
    return f'namespace="{namespace}",job="{job}",pod="{pod}",instance="{pod}:80"'
