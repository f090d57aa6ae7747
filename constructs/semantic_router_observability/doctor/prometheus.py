"""Checks of the running servers: what Prometheus scrapes, evaluates and notifies, and whether Grafana is well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from semantic_router_observability.router.target import CLIENTS_JOB, JOB
from semantic_router_observability.yamltext import Loader

from .cluster import RefusedError, answer
from .finding import FINE, PROBLEM, UNKNOWN, Finding, Object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .cluster import Cluster

_SCRAPE_ERRORS: Final = (
    (
        "sample_limit",
        "the router exposes more series than prometheus.guards.sampleLimit; topk(10, count by (__name__) ({job=...})) tells which",
    ),
    ("body size limit", "the router's page is larger than prometheus.guards allows; see docs/settings.md"),
    ("connection refused", "the router loads its models before it opens the metrics port; look at its logs when this lasts"),
    ("context deadline exceeded", "a NetworkPolicy stands between, in this namespace or in the router's: docs/network-policies.md"),
    ("no route to host", "the pod is gone or its node is unreachable"),
    ("403", "something in front of the router's metrics port refuses the request, such as a service mesh with strict mTLS"),
    ("x509", "the certificate is not trusted: name its authority under the target's tls"),
)
"""What to do about the error of a target, by words in it."""


def configuration(manifests: Sequence[Object]) -> Object | None:
    """Return the `prometheus.yml` of the manifests, if there is one."""
    for manifest in manifests:
        if manifest["kind"] == "ConfigMap" and "prometheus.yml" in (manifest.get("data") or {}):
            found = yaml.load(manifest["data"]["prometheus.yml"], Loader=Loader)  # noqa: S506  a safe loader
            return found if isinstance(found, dict) else None
    return None


def targets(url: str, config: Object, home: str, cluster: Cluster) -> Iterator[Finding]:
    """Every router target is up; without one, what is missing in the router's namespaces."""
    try:
        active = answer(url, "/api/v1/targets", state="active")["data"]["activeTargets"]
    except (RefusedError, KeyError, TypeError) as error:
        yield Finding("Prometheus answers", UNKNOWN, str(error))
        return
    yield Finding("Prometheus answers", FINE)
    routers = [target for target in active if target["labels"].get("job") in {JOB, CLIENTS_JOB}]
    if not routers:
        yield from no_target(config, home, cluster)
        return
    for target in routers:
        name = target["labels"].get("pod") or target["labels"].get("instance")
        name = f"{name} (series by names of clients)" if target["labels"]["job"] == CLIENTS_JOB else name
        if target["health"] == "up":
            yield Finding(f"router {name} is scraped", FINE)
        elif target["health"] == "unknown":
            yield Finding(f"router {name} is scraped", UNKNOWN, "it was found just now; ask again in a minute")
        else:
            yield Finding(f"router {name} is scraped", PROBLEM, target["lastError"], _what_to_do(target["lastError"]))


def _what_to_do(error: str) -> str:
    return next((remedy for words, remedy in _SCRAPE_ERRORS if words in error), "README, Troubleshooting, Target down")


def no_target(config: Object, home: str, cluster: Cluster) -> Iterator[Finding]:
    """Tell why Prometheus finds no router, in each namespace where it looks."""
    for space in _router_namespaces(config, home):
        check = f"Prometheus finds a router in namespace {space}"
        try:
            pods = cluster.list("pods", space, "--selector=app in (semantic-router)")
            pods += cluster.list("pods", space, "--selector=app.kubernetes.io/name in (semantic-router)")
            slices = cluster.list("endpointslices", space)
        except RefusedError as error:
            yield Finding(check, UNKNOWN, str(error))
            continue
        routers = {
            pod["metadata"]["name"] for pod in pods if pod["metadata"].get("labels", {}).get("app.kubernetes.io/component") != "dashboard"
        }
        with_port = [part for part in slices if any(port.get("name") == "metrics" for port in part.get("ports") or ())]
        behind = {(endpoint.get("targetRef") or {}).get("name") for part in with_port for endpoint in part.get("endpoints") or ()}
        if not routers:
            reason = "there is no pod with label app or app.kubernetes.io/name of value semantic-router"
            remedy = f"kubectl -n {space} get pods --show-labels; other labels: routers[].install: labels, another namespace: routers[].namespaces"
        elif not routers & behind:
            reason = f"no Service with a port named metrics leads to {', '.join(sorted(routers))}"
            remedy = "Helm: service.metrics.enabled: true; a Service of your own: name its port 9190 metrics"
        else:
            reason = f"{', '.join(sorted(routers & behind))} is there, and Prometheus has no target: may its account list it?"
            remedy = f"kubectl -n {home} logs statefulset/prometheus | grep -i forbidden"
        yield Finding(check, PROBLEM, reason, remedy)


def _router_namespaces(config: Object, home: str) -> list[str]:
    for job in config.get("scrape_configs") or ():
        if job.get("job_name") == JOB:
            named = [name for sd in job.get("kubernetes_sd_configs") or () for name in (sd.get("namespaces") or {}).get("names") or ()]
            return list(dict.fromkeys(named)) or [home]
    return [home]


def series(url: str) -> Iterator[Finding]:
    """The routers have counted requests."""
    check = "there are series of the router"
    try:
        found = answer(url, "/api/v1/query", query=f'count({{job="{JOB}",__name__=~"llm_.+"}})')["data"]["result"]
    except (RefusedError, KeyError, TypeError) as error:
        yield Finding(check, UNKNOWN, str(error))
        return
    remedy = "send a request through the gateway, wait 15 seconds; if it stays so, requests bypass the router"
    yield Finding(check, FINE) if found else Finding(check, PROBLEM, "no llm_ series: the router has counted no request", remedy)


def rules(url: str, manifests: Sequence[Object]) -> Iterator[Finding]:
    """The rules of the manifests are loaded, and evaluate without an error."""
    expected = set(_groups(manifests))
    if not expected:
        return
    check = f"all {len(expected)} groups of rules are evaluated"
    try:
        groups = answer(url, "/api/v1/rules")["data"]["groups"]
    except (RefusedError, KeyError, TypeError) as error:
        yield Finding(check, UNKNOWN, str(error))
        return
    missing = sorted(expected - {group["name"] for group in groups})
    failing = [f"{rule['name']}: {rule.get('lastError')}" for group in groups for rule in group["rules"] if rule.get("health") == "err"]
    if missing:
        remedy = "an applied ConfigMap is in use after 60 to 90 s; afterwards: kubectl logs of Prometheus tells why it refused the files"
        yield Finding(check, PROBLEM, f"not loaded: {', '.join(missing)}", remedy)
    elif failing:
        yield Finding(check, PROBLEM, failing[0], "the error names the expression; rules of your own stand under prometheus.rules")
    else:
        yield Finding(check, FINE)


def _groups(manifests: Sequence[Object]) -> Iterator[str]:
    for manifest in manifests:
        for name, text in (manifest.get("data") or {}).items() if manifest["kind"] == "ConfigMap" else ():
            document: Any = yaml.load(text, Loader=Loader) if name.endswith(".yaml") else None  # noqa: S506  a safe loader
            if isinstance(document, dict) and isinstance(document.get("groups"), list):
                yield from (str(group["name"]) for group in document["groups"])


def alertmanagers(url: str, config: Object) -> Iterator[Finding]:
    """Prometheus reaches an Alertmanager, where the configuration has one."""
    if not (config.get("alerting") or {}).get("alertmanagers"):
        return
    check = "Prometheus sends alerts to an Alertmanager"
    try:
        active = answer(url, "/api/v1/alertmanagers")["data"]["activeAlertmanagers"]
    except (RefusedError, KeyError, TypeError) as error:
        yield Finding(check, UNKNOWN, str(error))
        return
    remedy = "kubectl get pods,endpointslices -l app.kubernetes.io/name=alertmanager"
    yield Finding(check, FINE) if active else Finding(check, PROBLEM, "it has found none", remedy)


def grafana(url: str) -> Iterator[Finding]:
    """Grafana answers, and so does its database."""
    try:
        health = answer(url, "/api/health")
    except RefusedError as error:
        yield Finding("Grafana answers", UNKNOWN, str(error))
        return
    well = isinstance(health, dict) and health.get("database") == "ok"
    yield (
        Finding("Grafana answers", FINE) if well else Finding("Grafana answers", PROBLEM, f"it reports {health}", "kubectl logs of Grafana")
    )
