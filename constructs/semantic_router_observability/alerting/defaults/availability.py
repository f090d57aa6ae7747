"""Alerts on the availability of the router."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.absence import Absence
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.alerting.shapes.restarts import Restarts
from semantic_router_observability.router.target import CLIENTS_JOB, JOB
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic_router_observability.alerting.facts import Facts

_TARGETS = Panel(uid="llm-router-metrics", id=1)
_RESTARTS = Panel(uid="semantic-router-fleet", id=33)
_REPLICAS = Panel(uid="semantic-router-fleet", id=10)
_MEMORY = Panel(uid="semantic-router-fleet", id=30)
_SAMPLES = Panel(uid="semantic-router-fleet", id=80)
_IN_FLIGHT = Panel(uid="llm-router-metrics", id=13)

_UP = f'up{{job="{JOB}"}}'


def availability(facts: Facts) -> Iterator[Definition]:
    """Return the alerts."""
    yield Definition(
        name="SemanticRouterAbsent",
        shape=Absence(JOB, facts.namespaces, facts.home, facts.sees_others),
        tuning=tuning(threshold=0, severity="critical", hold="5m"),
        component="availability",
        summary="No Semantic Router is found{{ with $labels.namespace }} in {{ . }}{{ end }}",
        description=(
            "Prometheus discovers no router where one is expected. If the gateway passes traffic without it, users get answers from the "
            "model they named, unrouted and without guardrails; otherwise they get errors."
        ),
        panel=_TARGETS,
    )
    yield Definition(
        name="SemanticRouterDown",
        shape=Level(value=f"sum by (namespace, job) ({_UP})", condition="== 0", by=("namespace", "job"), unit="replicas up"),
        tuning=tuning(threshold=0, severity="critical", hold="3m"),
        component="availability",
        summary="No replica of the Semantic Router in {{ $labels.namespace }} answers",
        description="The scrape of every replica fails. Requests fail, or pass unrouted.",
        panel=_TARGETS,
    )
    yield Definition(
        name="SemanticRouterReplicaDown",
        shape=Level(
            value=_UP,
            condition=f"== 0 and on (namespace, job) sum by (namespace, job) ({_UP}) > 0",
            by=("namespace", "job", "pod", "instance", "service"),
            unit="target up",
        ),
        tuning=tuning(threshold=0, severity="warning", hold="10m"),
        component="availability",
        summary="Replica {{ $labels.pod }} of the Semantic Router in {{ $labels.namespace }} does not answer",
        description="The other replicas carry its load. A pod that hangs while it loads models looks the same.",
        panel=_REPLICAS,
    )
    yield Definition(
        name="SemanticRouterRestarting",
        shape=Restarts(),
        tuning=tuning(threshold=2, severity="warning", hold="0s", keep="15m"),
        component="availability",
        summary="Router {{ $labels.pod }} in {{ $labels.namespace }} restarted {{ $value | humanize }} times within the hour",
        description=(
            "Each restart drops requests in flight and empties the in-memory cache; loading models takes minutes. Rollouts create new pods "
            "and do not count."
        ),
        panel=_RESTARTS,
    )
    yield Definition(
        name="SemanticRouterMemoryHigh",
        shape=Level(
            value=f'max by (namespace, pod) (process_resident_memory_bytes{{job="{JOB}"}}) / '
            'on (namespace, pod) max by (namespace, pod) (kube_pod_container_resource_limits{resource="memory"})',
            by=("namespace", "pod"),
            unit="ratio of the memory limit",
            is_share=True,
        ),
        tuning=tuning(threshold=thresholds.MEMORY, severity="warning", hold="10m"),
        component="availability",
        summary="Router {{ $labels.pod }} in {{ $labels.namespace }} uses {{ $value | humanizePercentage }} of its memory limit",
        description=(
            "At the limit the kernel kills it, with all requests in flight. Requires kube-state-metrics for the limit; without it, the "
            "alert never fires."
        ),
        panel=_MEMORY,
        lines=panels("semantic-router-kubernetes", 5, 10, 31),
    )
    if facts.sample_limit:
        yield Definition(
            name="SemanticRouterSamplesNearLimit",
            shape=Level(
                value=f'scrape_samples_post_metric_relabeling{{job=~"{JOB}|{CLIENTS_JOB}"}} / <limit>',
                of=facts.sample_limit,
                by=("namespace", "job", "pod", "instance", "service"),
                unit="ratio of the sample limit",
                is_share=True,
            ),
            tuning=tuning(threshold=thresholds.NEAR_LIMIT, severity="warning", hold="15m"),
            component="availability",
            summary="Router {{ $labels.pod }} in {{ $labels.namespace }} exposes {{ $value | humanizePercentage }} of its sample limit",
            description=(
                "Above the limit the whole scrape fails. With job `semantic-router` the router then appears down; with `semantic-router-clients`, "
                "only what clients can multiply is missing. Find the label that grows, or raise `sampleLimit`."
            ),
            panel=_SAMPLES,
            lines=(_SAMPLES,),
            line=lambda numbers: numbers.threshold * facts.sample_limit,
        )
    yield Definition(
        name="SemanticRouterBusy",
        shape=Level(
            value="(sum by (namespace, job, model) (llm_model_inflight_requests{}) or "
            f"on (namespace, job) 0 * sum by (namespace, job) ({_UP})) / "
            f"on (namespace, job) group_left () count by (namespace, job) ({_UP} == 1)",
            by=("namespace", "job", "model"),
            unit="requests in flight per replica",
        ),
        tuning=tuning(threshold=thresholds.IN_FLIGHT, severity="warning", hold="5m"),
        component="availability",
        summary="{{ $value | humanize }} requests to {{ $labels.model }} are in flight on each router in {{ $labels.namespace }}",
        description="The backend answers more slowly than requests arrive, or the router has too few replicas: users wait.",
        panel=_IN_FLIGHT,
        lines=(_IN_FLIGHT,),
    )
