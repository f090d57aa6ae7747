"""Alerts on Thanos: whether queries reach every Prometheus and the object storage, and whether blocks get there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.facts import THANOS_JOB
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Selector
from semantic_router_observability.alerting.shapes.share import Share
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic_router_observability.alerting.facts import Facts

BOARD: Final = "semantic-router-thanos"
"""Uid of the dashboard that shows the numbers of these alerts."""

THANOS: Final = f'job="{THANOS_JOB}"'
"""Of all parts of Thanos; a page that forges the name of a metric has another job."""

QUERY: Final = f'{THANOS}, service=~".+-query"'
"""Of Thanos Query. Services are named after the id of the `ThanosStack`, and sidecars after that of the `PrometheusStack`."""

SIDECAR: Final = f'{THANOS}, service=~".+-thanos"'
"""Of the sidecars of Prometheus."""

COMPACT: Final = f'{THANOS}, service=~".+-compact"'
"""Of the compactor."""

BLOCKS: Final = f'{THANOS}, service=~".+-(store|compact)"'
"""Of the parts that read and merge blocks."""

_SERVICE: Final = "observability"
_POD: Final = (*INSTALLATION, "pod")


def thanos(facts: Facts) -> Iterator[Definition]:
    """Return the alerts about Thanos."""
    if facts.thanos_sources:
        yield from _queries(facts.thanos_sources)
    if facts.object_storage:
        yield from _uploads()
    if facts.object_storage and facts.thanos_sources:
        yield from _blocks()


def answering(part: str) -> str:
    """Pods of a part that answered the last scrape: 0 also where there is none any more, as long as another part is there."""
    return f"sum by (namespace, job) (up{{{part}}} or 0 * up{{{THANOS}}})"


def reached(kind: str) -> str:
    """Sources of a kind that Thanos Query reads, of the pod of it that reaches the fewest."""
    connections = f'thanos_store_nodes_grpc_connections{{{THANOS}, store_type="{kind}"}}'
    return f"min by (namespace, job) (sum by (namespace, job, pod) ({connections} or 0 * (up{{{QUERY}}} == 1)))"


def _queries(sources: int) -> Iterator[Definition]:
    yield Definition(
        name="ThanosQueryDown",
        shape=Level(value=answering(QUERY), condition="== 0", by=INSTALLATION, unit="replicas up"),
        tuning=tuning(threshold=0, severity="warning", hold="5m"),
        component="thanos",
        summary="No pod of Thanos Query in {{ $labels.namespace }} answers",
        description="Dashboards show errors. Alerts and recording rules keep working: each Prometheus evaluates them itself.",
        panel=Panel(uid=BOARD, id=10),
        service=_SERVICE,
    )
    yield Definition(
        name="ThanosReplicaMissing",
        shape=Level(value=reached("sidecar"), condition=f"< {sources}", by=INSTALLATION, unit="replicas reached"),
        tuning=tuning(threshold=0, severity="warning", hold="10m"),
        component="thanos",
        summary=f"Thanos Query in {{{{ $labels.namespace }}}} reaches {{{{ $value | humanize }}}} of {sources} Prometheus",
        description=(
            "Queries are answered from the rest, without a warning. While another replica runs nothing is lost; if it fails too, or is "
            "restarted, dashboards have a gap."
        ),
        panel=Panel(uid=BOARD, id=11),
        service=_SERVICE,
    )
    series = f'{THANOS}, grpc_method="Series"'
    yield Definition(
        name="ThanosAnswersPartial",
        shape=Share(
            Selector("grpc_client_handled_total", f'{series}, grpc_code!="OK"'),
            Selector("grpc_client_handled_total", f'{series}, grpc_code="OK"'),
            window=10,
            apart=True,
            unit="ratio of reads from sources",
        ),
        tuning=tuning(threshold=0.05, severity="warning", hold="10m", at_least=5),
        component="thanos",
        summary="{{ $value | humanizePercentage }} of the reads of Thanos Query in {{ $labels.namespace }} fail",
        description=(
            "A source is too slow or refuses: panels are drawn from the others, with a warning that is easily overlooked. What only that "
            "source has is missing."
        ),
        panel=Panel(uid=BOARD, id=12),
        lines=panels(BOARD, 12),
        service=_SERVICE,
    )


def _uploads() -> Iterator[Definition]:
    yield Definition(
        name="ThanosUploadFailing",
        shape=Count(Selector("thanos_shipper_upload_failures_total", SIDECAR), window=30, by=_POD, unit="failed uploads"),
        tuning=tuning(threshold=0, severity="warning", hold="30m"),
        component="thanos",
        summary="The sidecar of {{ $labels.pod }} failed to upload blocks {{ $value | humanize }} times within 30 minutes",
        description=(
            "Blocks stay with Prometheus, which deletes them at the end of its retention, uploaded or not. The sidecar tries again every 30 s."
        ),
        panel=Panel(uid=BOARD, id=13),
        lines=panels(BOARD, 13),
        service=_SERVICE,
    )
    yield Definition(
        name="ThanosUploadOverdue",
        shape=Level(
            # The time of the last upload is 0 until there is one: the age of the process counts instead.
            value=(
                f"time() - max by (namespace, job, pod) (thanos_objstore_bucket_last_successful_upload_time{{{SIDECAR}}} "
                f"or process_start_time_seconds{{{SIDECAR}}})"
            ),
            by=_POD,
            unit="seconds since the last upload",
        ),
        tuning=tuning(threshold=thresholds.UPLOAD_AGE, severity="warning", hold="10m"),
        component="thanos",
        summary="The sidecar of {{ $labels.pod }} uploaded nothing for {{ $value | humanizeDuration }}",
        description=(
            "A block is due every two hours. Prometheus deletes blocks at the end of its retention, uploaded or not: what is not uploaded "
            "by then is missing from the history."
        ),
        panel=Panel(uid=BOARD, id=14),
        lines=panels(BOARD, 14),
        service=_SERVICE,
    )


def _blocks() -> Iterator[Definition]:
    yield Definition(
        name="ThanosStoreMissing",
        shape=Level(value=reached("store"), condition="== 0", by=INSTALLATION, unit="stores reached"),
        tuning=tuning(threshold=0, severity="warning", hold="10m"),
        component="thanos",
        summary="Thanos Query in {{ $labels.namespace }} does not reach the store gateway",
        description="Dashboards reach back only as far as Prometheus itself, without a warning. Nothing is lost.",
        panel=Panel(uid=BOARD, id=15),
        service=_SERVICE,
    )
    yield Definition(
        name="ThanosObjectStorageFailing",
        shape=Share(
            Selector("thanos_objstore_bucket_operation_failures_total", BLOCKS),
            Selector("thanos_objstore_bucket_operations_total", BLOCKS),
            window=15,
            by=(*INSTALLATION, "operation"),
            unit="ratio of operations",
        ),
        tuning=tuning(threshold=0.05, severity="warning", hold="15m", at_least=5),
        component="thanos",
        summary="{{ $value | humanizePercentage }} of the operations {{ $labels.operation }} on the object storage of Thanos fail",
        description="Queries over the history fail or are incomplete, and blocks are not merged. Uploads have alerts of their own.",
        panel=Panel(uid=BOARD, id=16),
        lines=panels(BOARD, 16),
        service=_SERVICE,
    )
    yield Definition(
        name="ThanosCompactDown",
        shape=Level(value=answering(COMPACT), condition="== 0", by=INSTALLATION, unit="replicas up"),
        tuning=tuning(threshold=0, severity="warning", hold="10m"),
        component="thanos",
        summary="The compactor of Thanos in {{ $labels.namespace }} does not answer",
        description="Queries go on. Blocks are neither merged nor deleted, so the object storage grows, and long ranges become slow.",
        panel=Panel(uid=BOARD, id=17),
        service=_SERVICE,
    )
    yield Definition(
        name="ThanosCompactHalted",
        shape=Level(
            value=f"max by (namespace, job, pod) (thanos_compact_halted{{{COMPACT}}})", condition="== 1", by=_POD, unit="compactor halted"
        ),
        tuning=tuning(threshold=0, severity="warning", hold="5m"),
        component="thanos",
        summary="The compactor of Thanos in {{ $labels.namespace }} has halted",
        description=(
            "It found a block that it cannot handle, and waits for someone to look at it. Queries go on; blocks are neither merged nor "
            "deleted, so the object storage grows."
        ),
        panel=Panel(uid=BOARD, id=18),
        service=_SERVICE,
    )
