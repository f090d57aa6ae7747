"""A soak: the stack on a node under traffic, while things are killed, removed, scaled and edited in a fixed random order.

`python -m node.soak MINUTES` from tests/, as root; `make soak` runs half an hour. What was stored when something happened has to be stored
at the end, and everything has to be Ready again after each event.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from documentation import ROOT
from harness.node_cluster import NodeCluster
from node.support import NAMESPACE, add_routers, deliver, query, restricted_namespace, value, wait_for_rollouts

if TYPE_CHECKING:
    from collections.abc import Callable

SEED: Final = 12
OWN: Final = 'up{job="prometheus"}'
BETWEEN: Final = 20
"""Seconds between two events: a scrape, at least, of what came back."""


@dataclass
class Soak:
    """What happened, and what came of it."""

    nodes: NodeCluster
    recovered: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from each event until all Pods of the stack were Ready, by the event's name."""
    stored: dict[float, float] = field(default_factory=dict)
    """Number of samples of Prometheus's own target up to a time, as counted then."""
    order: random.Random = field(default_factory=lambda: random.Random(SEED))
    """Decides what happens next."""
    lost: float = 0
    """Samples that were stored at an event and are not at the end."""
    longest_gap: float = 0
    """Seconds between two samples of Prometheus's own target."""

    def run(self, seconds: float) -> None:
        """Let things happen for a time; then count."""
        events: list[Callable[[], None]] = [
            self.kill_prometheus,
            self.kill_grafana,
            self.kill_a_router,
            self.remove_prometheus,
            self.remove_grafana,
            self.scale_the_router,
            self.edit_the_configuration,
            self.cut_the_power,
        ]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.order.shuffle(events)
            for event in events:
                if time.monotonic() >= end:
                    break
                self.happen(event)
        self.count()

    def happen(self, event: Callable[[], None]) -> None:
        """Note what is stored, let one thing happen and wait until everything is Ready."""
        now = time.time()
        self.stored[now] = self.samples(now)
        begun = time.monotonic()
        event()
        for name in ("prometheus-0", "grafana-0"):
            self.nodes.wait_ready(NAMESPACE, name, timeout=300)
        self.recovered.setdefault(event.__name__.replace("_", " "), []).append(time.monotonic() - begun)
        self.nodes.cluster.wait(lambda: self.samples(time.time()) > self.stored[now], "a new sample", 120)
        time.sleep(BETWEEN)

    def count(self) -> None:
        """Compare what is stored with what was stored at each event, and measure the gaps."""
        self.lost = sum(before - self.samples(at) for at, before in self.stored.items())
        (series,) = query(self.nodes, f"{OWN}[3h]")
        times = [float(at) for at, _ in series["values"]]
        self.longest_gap = max(later - earlier for earlier, later in pairwise(times))

    def samples(self, at: float) -> float:
        return value(self.nodes, f"count_over_time({OWN}[3h] @ {at:.3f})") or 0

    def kill_prometheus(self) -> None:
        self._kill("prometheus-0", "prometheus")

    def kill_grafana(self) -> None:
        self._kill("grafana-0", "grafana")

    def kill_a_router(self) -> None:
        routers = self.nodes.cluster.api(f"api/v1/namespaces/{NAMESPACE}/pods?labelSelector=app%3Dsemantic-router")["items"]
        running = [pod["metadata"]["name"] for pod in routers if "running" in pod["status"]["containerStatuses"][0]["state"]]
        self._kill(self.order.choice(sorted(running)), "router")

    def remove_prometheus(self) -> None:
        self._remove("prometheus-0")

    def remove_grafana(self) -> None:
        self._remove("grafana-0")

    def scale_the_router(self) -> None:
        count = self.order.randint(1, 6)
        self.nodes.cluster.kubectl("-n", NAMESPACE, "scale", "deployment/vsr-semantic-router", f"--replicas={count}").check()
        self.nodes.rollout(NAMESPACE, "deployment/vsr-semantic-router")

    def edit_the_configuration(self) -> None:
        path = f"api/v1/namespaces/{NAMESPACE}/configmaps/prometheus-config"
        text = self.nodes.cluster.api(path)["data"]["prometheus.yml"]
        mark = f"# edited at {time.time():.0f}\n"
        self.nodes.cluster.patch(path, {"data": {"prometheus.yml": mark + text}})

    def cut_the_power(self) -> None:
        before = {name: self._container(name) for name in ("prometheus-0", "grafana-0")}
        self.nodes.node.crash()
        self.nodes.node.start()
        for name, container in before.items():
            self.nodes.cluster.wait(lambda name=name, old=container: self._container(name) != old, f"{name} again", 300)  # type: ignore[misc]

    def _kill(self, pod: str, container: str) -> None:
        before = self._container(pod)
        body = self.nodes.cluster.get("pod", pod, NAMESPACE)
        for process in self.nodes.node.processes(body, container):
            os.kill(process, signal.SIGKILL)
        self.nodes.cluster.wait(lambda: self._container(pod) != before, f"another container of {pod}", 300)

    def _remove(self, pod: str) -> None:
        before = self._container(pod)
        self.nodes.cluster.kubectl("-n", NAMESPACE, "delete", "pod", pod, "--force", "--grace-period=0").check()
        self.nodes.cluster.wait(lambda: self._container(pod) not in (before, ""), f"another {pod}", 300)

    def _container(self, pod: str) -> str:
        """Read the id of a Pod's container; empty while there is none."""
        for found in self.nodes.cluster.api(f"api/v1/namespaces/{NAMESPACE}/pods?fieldSelector=metadata.name%3D{pod}")["items"]:
            status: dict[str, Any] = found["status"].get("containerStatuses", [{}])[0]
            return str(status.get("containerID", ""))
        return ""

    def report(self) -> str:
        """Write what was measured as a table."""
        lines = ["| Event | Times | Ready again after, at most |", "| --- | --- | --- |"]
        lines += [f"| {name} | {len(took)} | {max(took):.0f} s |" for name, took in sorted(self.recovered.items())]
        total = sum(map(len, self.recovered.values()))
        summary = f"{total} events; samples lost: {self.lost:.0f}; longest gap between two samples: {self.longest_gap:.0f} s"
        return "\n".join([*lines, "", summary])


def soak(nodes: NodeCluster, seconds: float) -> Soak:
    """Deliver the committed `dist/` with two routers, and soak it."""
    with restricted_namespace(nodes, NAMESPACE):
        found = deliver(nodes, ROOT / "dist")
        add_routers(nodes, NAMESPACE, replicas=2)
        wait_for_rollouts(nodes, found)
        soaked = Soak(nodes)
        nodes.cluster.wait(lambda: soaked.samples(time.time()) > 1, "samples to lose", 90)
        soaked.run(seconds)
    return soaked


def main() -> int:
    """Soak for the given minutes on a node of its own."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        nodes = NodeCluster(Path(folder) / "node")
        try:
            soaked = soak(nodes, float(sys.argv[1]) * 60)
        finally:
            nodes.close()
    print(soaked.report())
    return 0 if soaked.lost == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
