"""Alerts on the monitoring itself: Prometheus, Grafana, Alertmanager, and the connections between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.facts import THANOS_JOB
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.absence import JobsMissing, NothingStored
from semantic_router_observability.alerting.shapes.always import Always
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.alerting.shapes.promql import INSTALLATION, Selector
from semantic_router_observability.alerting.shapes.share import Share
from semantic_router_observability.alerting.shapes.volume import Volume
from semantic_router_observability.router.target import JOB
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic_router_observability.alerting.facts import Facts

SERVICE: Final = "observability"
"""Label `service` of alerts about the monitoring itself."""

_TARGET: Final = ("namespace", "job", "pod", "instance")
_PROMETHEUS: Final = 'job="prometheus"'
"""The stack's own: another Prometheus among the scrape jobs has alerts of its own, and a page that forges such a name has another job."""

_ALERTMANAGER: Final = 'job="alertmanager"'

_STACK: Final = "semantic-router-stack"
_REFUSED: Final = Panel(uid=_STACK, id=13)


def prometheus(facts: Facts) -> Iterator[Definition]:
    """Return the alerts about Prometheus."""
    yield Definition(
        name="PrometheusConfigReloadFailed",
        shape=Level(
            value=f"prometheus_config_last_reload_successful{{{_PROMETHEUS}}}", condition="== 0", by=_TARGET, unit="reload succeeded"
        ),
        tuning=tuning(threshold=0, severity="warning", hold="5m"),
        component="prometheus",
        summary="Prometheus rejects its configuration",
        description="It keeps running with the last valid one: changes to targets and rules have no effect, and a restart would fail.",
        panel=Panel(uid=_STACK, id=2),
        service=SERVICE,
    )
    yield Definition(
        name="PrometheusRuleFailures",
        shape=Count(
            Selector("prometheus_rule_evaluation_failures_total", _PROMETHEUS),
            window=10,
            by=(*INSTALLATION, "rule_group"),
            unit="failed evaluations",
        ),
        tuning=tuning(threshold=0, severity="critical", hold="5m"),
        component="prometheus",
        summary="Prometheus fails to evaluate rules of {{ $labels.rule_group }}",
        description="Alerts of this group cannot fire, and its recorded series have gaps.",
        panel=Panel(uid=_STACK, id=31),
        service=SERVICE,
    )
    yield Definition(
        name="PrometheusRulesSlow",
        shape=Level(
            value=f"prometheus_rule_group_last_duration_seconds{{{_PROMETHEUS}}} / prometheus_rule_group_interval_seconds{{{_PROMETHEUS}}}",
            by=(*_TARGET, "rule_group"),
            unit="ratio of the evaluation interval",
            is_share=True,
        ),
        tuning=tuning(threshold=thresholds.RULE_TIME, severity="warning", hold="15m"),
        component="prometheus",
        summary="Rules of {{ $labels.rule_group }} take {{ $value | humanizePercentage }} of the time between two evaluations",
        description="At 100 % evaluations are skipped: alerts come late, and recorded series have gaps.",
        panel=Panel(uid=_STACK, id=30),
        lines=panels(_STACK, 30),
        service=SERVICE,
    )
    yield from _storage(facts)
    yield from _ingestion()
    yield from _targets(facts)
    if facts.remote_write:
        yield from _remote_write()


def _volume(facts: Facts) -> Level | None:
    """How full the volume is; None where nothing can tell.

    What Prometheus knows is its own files, against the size that was asked for. The kubelet knows what is in the volume, and how much fits in.
    Only a job that users add can scrape it.
    """
    blocks = f"prometheus_tsdb_storage_blocks_bytes{{{_PROMETHEUS}}}"
    own = (
        f"({blocks} + prometheus_tsdb_wal_storage_size_bytes{{{_PROMETHEUS}}} + "
        f"prometheus_tsdb_head_chunks_storage_size_bytes{{{_PROMETHEUS}}}) / <limit>"
    )
    of = int(facts.volume_bytes) if facts.volume_bytes else 1
    if facts.claim and any(job != THANOS_JOB for job in facts.jobs):
        value = Volume.value_of(facts.claim, blocks, own if facts.volume_bytes else "")
        return Volume(value=value, of=of, by=_TARGET, unit="ratio of the volume", is_share=True)
    return Level(value=own, of=of, by=_TARGET, unit="ratio of the volume", is_share=True) if facts.volume_bytes else None


def _storage(facts: Facts) -> Iterator[Definition]:
    yield Definition(
        name="PrometheusStoresNothing",
        shape=NothingStored(),
        tuning=tuning(threshold=0, severity="critical", hold="2m"),
        component="prometheus",
        summary="Prometheus stores no samples",
        description=(
            "Its volume is full, or it finds no target at all. Every other alert is blind until it stores again, those about the router "
            "included; Watchdog stops too."
        ),
        panel=Panel(uid=_STACK, id=23),
        service=SERVICE,
    )
    if shape := _volume(facts):
        yield Definition(
            name="PrometheusStorageFilling",
            shape=shape,
            tuning=tuning(threshold=thresholds.VOLUME, severity="critical", hold="15m"),
            component="prometheus",
            summary="The volume of Prometheus is {{ $value | humanizePercentage }} full",
            description=(
                "Blocks are kept below the retention size, so it is the write-ahead log that grows: at 100 % Prometheus stores nothing, and "
                "all alerts are blind. Grow the claim, or find the label that multiplies series."
            ),
            panel=Panel(uid=_STACK, id=20),
            lines=panels(_STACK, 4),
            line=lambda numbers: numbers.threshold / thresholds.RETENTION_SIZE,
            service=SERVICE,
        )
    yield Definition(
        name="PrometheusRetentionCut",
        shape=Count(Selector("prometheus_tsdb_size_retentions_total", _PROMETHEUS), window=60, unit="deletions per hour"),
        tuning=tuning(threshold=0, severity="info", hold="0s", keep="1d"),
        component="prometheus",
        summary="Prometheus deletes samples before the end of their retention, to stay within its retention size",
        description="Dashboards and SLOs reach back less far than `retention` says. Grow the claim if that matters.",
        panel=Panel(uid=_STACK, id=24),
        service=SERVICE,
        at_most="warning",
    )


def _ingestion() -> Iterator[Definition]:
    yield Definition(
        name="PrometheusDuplicateSamples",
        shape=Count(Selector("prometheus_target_scrapes_sample_duplicate_timestamp_total", _PROMETHEUS), window=10),
        tuning=tuning(threshold=500, severity="warning", hold="15m"),
        component="prometheus",
        summary="Prometheus dropped {{ $value | humanize }} duplicate samples within 10 minutes",
        description=(
            "Two targets, or a relabelling, write the same series. A few are normal: names that clients choose are stored as hashes, which "
            "occasionally collide."
        ),
        panel=_REFUSED,
        service=SERVICE,
    )
    yield Definition(
        name="PrometheusSamplesOutOfOrder",
        shape=Count(Selector("prometheus_target_scrapes_sample_out_of_order_total", _PROMETHEUS), window=10),
        tuning=tuning(threshold=100, severity="warning", hold="15m"),
        component="prometheus",
        summary="Prometheus dropped {{ $value | humanize }} out-of-order samples within 10 minutes",
        description="Two targets write the same series, or a target sets its own timestamps.",
        panel=_REFUSED,
        service=SERVICE,
    )
    yield Definition(
        name="PrometheusScrapeLimitHit",
        shape=Count(Selector("prometheus_target_scrapes_exceeded_sample_limit_total", _PROMETHEUS), window=10, unit="refused scrapes"),
        tuning=tuning(threshold=0, severity="warning", hold="0s", keep="10m"),
        component="prometheus",
        summary="Prometheus refused {{ $value | humanize }} scrapes within 10 minutes because they held too many samples",
        description="The target appears down although it works, and its metrics are lost.",
        panel=_REFUSED,
        service=SERVICE,
    )
    yield Definition(
        name="PrometheusLabelLimitHit",
        shape=Count(Selector("prometheus_target_scrape_pool_exceeded_label_limits_total", _PROMETHEUS), window=10, unit="refused scrapes"),
        tuning=tuning(threshold=0, severity="warning", hold="0s", keep="10m"),
        component="prometheus",
        summary="Prometheus refused {{ $value | humanize }} scrapes within 10 minutes because of label limits",
        description="A label is too long, or there are too many: the target appears down although it works.",
        panel=_REFUSED,
        service=SERVICE,
    )


def _targets(facts: Facts) -> Iterator[Definition]:
    yield Definition(
        name="PrometheusTargetDown",
        shape=Level(value=f'up{{job!~"{JOB}|grafana|alertmanager"}}', condition="== 0", by=_TARGET, unit="target up"),
        tuning=tuning(threshold=0, severity="warning", hold="10m"),
        component="prometheus",
        summary="Target {{ $labels.instance }} of job {{ $labels.job }} does not answer",
        description="Its metrics are missing, and alerts on them do not fire.",
        panel=Panel(uid=_STACK, id=10),
        service=SERVICE,
    )
    if facts.jobs:
        yield Definition(
            name="PrometheusTargetMissing",
            shape=JobsMissing(facts.jobs),
            tuning=tuning(threshold=0, severity="warning", hold="10m"),
            component="prometheus",
            summary="Job {{ $labels.job }} has no target",
            description="The job is configured, but discovery finds no targets: wrong labels or port, or the program is gone.",
            panel=Panel(uid=_STACK, id=15),
            service=SERVICE,
        )


def _remote_write() -> Iterator[Definition]:
    yield Definition(
        name="PrometheusRemoteWriteFailing",
        shape=Count(
            Selector("prometheus_remote_storage_samples_failed_total", _PROMETHEUS),
            window=10,
            by=(*INSTALLATION, "remote_name"),
            unit="lost samples",
        ),
        tuning=tuning(threshold=0, severity="warning", hold="10m"),
        component="prometheus",
        summary="{{ $value | humanize }} samples for {{ $labels.remote_name }} were refused within 10 minutes",
        description="They are missing in the remote storage: long-term dashboards have gaps.",
        panel=Panel(uid=_STACK, id=72),
        service=SERVICE,
    )
    yield Definition(
        name="PrometheusRemoteWriteBehind",
        shape=Level(
            value=f"prometheus_remote_storage_queue_highest_timestamp_seconds{{{_PROMETHEUS}}} - "
            f"prometheus_remote_storage_queue_highest_sent_timestamp_seconds{{{_PROMETHEUS}}}",
            by=(*_TARGET, "remote_name", "url"),
            unit="seconds behind",
        ),
        tuning=tuning(threshold=thresholds.REMOTE_LAG, severity="warning", hold="10m"),
        component="prometheus",
        summary="Remote write to {{ $labels.remote_name }} is {{ $value | humanize }} s behind",
        description="After two hours, samples that were not sent are dropped from the write-ahead log and never reach the remote storage.",
        panel=Panel(uid=_STACK, id=70),
        lines=panels(_STACK, 70),
        service=SERVICE,
    )


def grafana() -> Iterator[Definition]:
    """Return the alerts about Grafana."""
    yield Definition(
        name="GrafanaDown",
        shape=Level(value='sum by (namespace, job) (up{job="grafana"})', condition="== 0", by=INSTALLATION, unit="replicas up"),
        tuning=tuning(threshold=0, severity="warning", hold="5m"),
        component="grafana",
        summary="Grafana in {{ $labels.namespace }} does not answer",
        description="Dashboards are unavailable; alerts and recording rules keep working.",
        panel=Panel(uid=_STACK, id=8),
        service=SERVICE,
    )


def alertmanager() -> Iterator[Definition]:
    """Return the alerts about notifications."""
    yield Definition(
        name="PrometheusNotificationsFailing",
        shape=Share(
            Selector("prometheus_notifications_errors_total", _PROMETHEUS),
            Selector("prometheus_notifications_sent_total", _PROMETHEUS),
            window=10,
            by=(*INSTALLATION, "alertmanager"),
            unit="ratio of alerts",
        ),
        tuning=tuning(threshold=0.05, severity="critical", hold="5m", at_least=1),
        component="alertmanager",
        summary="{{ $value | humanizePercentage }} of the alerts sent to {{ $labels.alertmanager }} do not arrive",
        description="Nobody is notified. This alert itself arrives only through another replica, or as the missing Watchdog.",
        panel=Panel(uid=_STACK, id=81),
        service=SERVICE,
    )
    yield Definition(
        name="AlertmanagerDown",
        shape=Level(value='sum by (namespace, job) (up{job="alertmanager"})', condition="== 0", by=INSTALLATION, unit="replicas up"),
        tuning=tuning(threshold=0, severity="critical", hold="5m"),
        component="alertmanager",
        summary="No replica of Alertmanager in {{ $labels.namespace }} answers",
        description="Nobody is notified. Only the service that misses the Watchdog notices.",
        panel=Panel(uid=_STACK, id=83),
        service=SERVICE,
    )
    yield Definition(
        name="AlertmanagerDeliveryFailing",
        shape=Share(
            Selector("alertmanager_notifications_failed_total", _ALERTMANAGER),
            Selector("alertmanager_notifications_total", _ALERTMANAGER),
            window=15,
            by=(*INSTALLATION, "integration"),
            unit="ratio of notifications",
        ),
        tuning=tuning(threshold=0.05, severity="critical", hold="5m", at_least=1),
        component="alertmanager",
        summary="{{ $value | humanizePercentage }} of the notifications by {{ $labels.integration }} are not delivered",
        description="The recipients were not notified. Check credentials and the responses of the service.",
        panel=Panel(uid=_STACK, id=81),
        service=SERVICE,
    )
    yield Definition(
        name="AlertmanagerClusterSplit",
        shape=Level(
            value=f"min by (namespace, job) (alertmanager_cluster_members{{{_ALERTMANAGER}}})",
            condition='< on (namespace, job) count by (namespace, job) (up{job="alertmanager"})',
            by=INSTALLATION,
            unit="cluster members",
        ),
        tuning=tuning(threshold=0, severity="warning", hold="15m"),
        component="alertmanager",
        summary="The replicas of Alertmanager in {{ $labels.namespace }} do not form one cluster: one of them sees {{ $value | humanize }}",
        description="Notifications are sent twice, and a silence on one replica does not apply on another.",
        panel=Panel(uid=_STACK, id=83),
        service=SERVICE,
    )


def watchdog() -> Iterator[Definition]:
    """Return the alert that fires as long as everything works, as a heartbeat."""
    yield Definition(
        name="Watchdog",
        shape=Always(),
        tuning=tuning(threshold=0, severity="info", hold="0s"),
        component="alertmanager",
        summary="Alerting works",
        description="Fires while Prometheus stores samples. Send it to a service that raises an alarm when it stops arriving.",
        service=SERVICE,
        at_most="info",
    )
