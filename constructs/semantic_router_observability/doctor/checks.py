"""All checks, in the order in which one depends on another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from . import objects, prometheus
from .cluster import RefusedError
from .finding import FINE, UNKNOWN, Finding, Object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .cluster import Cluster

_NAME = "app.kubernetes.io/name"


def examine(
    manifests: Sequence[Object], cluster: Cluster, prometheus_url: str | None = None, step: Callable[[str], None] = lambda _: None
) -> Iterator[Finding]:
    """Compare manifests with the cluster, and ask the servers that they make.

    Args:
        manifests: What should be applied.
        cluster: Where.
        prometheus_url: Where Prometheus answers. Default: a port that is forwarded to its pod.
        step: Is given what is checked next; a cluster that does not answer takes a minute for each request. Default: nothing is reported.

    """
    step("asking the API server for namespaces")
    spaces = list(objects.namespaces(manifests, cluster))
    yield from spaces
    if not any(finding.state == FINE for finding in spaces):
        return
    step(f"looking for {len(manifests)} objects")
    found, findings = objects.applied(manifests, cluster)
    yield from findings
    step("looking for Secrets and their keys")
    yield from objects.secrets(manifests, cluster)
    step("looking at claims and pods")
    yield from objects.claims(manifests, found, cluster)
    yield from objects.pods(manifests, found, cluster)
    config = prometheus.configuration(manifests)
    for manifest in manifests:
        if manifest["kind"] not in {"StatefulSet", "Deployment"} or objects.key(manifest) not in found:
            continue
        program, home = (
            manifest["spec"]["template"]["metadata"].get("labels", {}).get(_NAME),
            manifest["metadata"].get("namespace", "default"),
        )
        if program in {"prometheus", "grafana"}:
            step(f"asking {manifest['kind']} {manifest['metadata']['name']}")
        if program == "prometheus" and config is not None:
            ask = partial(_prometheus, config=config, home=home, manifests=manifests, cluster=cluster)
            yield from _asked(manifest, cluster, prometheus_url, ask)
        elif program == "grafana":
            yield from _asked(manifest, cluster, None, prometheus.grafana)


def _prometheus(url: str, config: Object, home: str, manifests: Sequence[Object], cluster: Cluster) -> Iterator[Finding]:
    first, *further = prometheus.targets(url, config, home, cluster)
    yield first
    yield from further
    if first.state == FINE:
        yield from prometheus.series(url)
        yield from prometheus.rules(url, manifests)
        yield from prometheus.alertmanagers(url, config)


def _asked(workload: Object, cluster: Cluster, url: str | None, ask: Callable[[str], Iterator[Finding]]) -> Iterator[Finding]:
    """Ask the first ready pod of a workload, through a forwarded port or at the URL."""
    if url is not None:
        yield from ask(url)
        return
    name, space = workload["metadata"]["name"], workload["metadata"].get("namespace", "default")
    check = f"{workload['kind']} {name} can be asked"
    container = workload["spec"]["template"]["spec"]["containers"][0]
    port = next((port["containerPort"] for port in container.get("ports") or () if port.get("name") in {"http", "https", "web"}), None)
    labels = ",".join(f"{label}={value}" for label, value in workload["spec"]["selector"]["matchLabels"].items())
    try:
        ready = [pod for pod in cluster.list("pods", space, f"--selector={labels}") if objects.is_ready(pod)]
        if not ready or port is None:
            yield Finding(check, UNKNOWN, "no pod of it is ready" if not ready else "its container names no port")
            return
        with cluster.forwarded(ready[0]["metadata"]["name"], space, port) as forwarded:
            yield from ask(forwarded)
    except RefusedError as error:
        yield Finding(check, UNKNOWN, str(error))
