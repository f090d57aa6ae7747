"""Thanos that cannot work, and the one line each is answered with; the tables specify the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import semantic_router_observability as sro
from manifests import new_chart
from refusals import refusal
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LABELS = {"cluster": "eu"}
DURATION = "write a Prometheus duration: whole numbers with y, w, d, h, m, s or ms, largest first, such as 15d or 1h30m"
OK = "prometheus: {externalLabels: {cluster: eu}}\n"

IN_YAML = [
    (
        "thanos: {}",
        "prometheus.externalLabels.cluster: not given: name the cluster, such as prod-eu: Thanos tells sources apart by it, and it cannot change later without splitting the history",
    ),
    (
        "thanos: {}\nprometheus: {externalLabels: {cluster: ' '}}",
        "prometheus.externalLabels.cluster: ' ': name the cluster, such as prod-eu: Thanos tells sources apart by it, and it cannot change later without splitting the history",
    ),
    (
        "thanos: {}\nprometheus: {externalLabels: {cluster: eu, replica: a}}",
        "prometheus.externalLabels.replica: 'a': with a Thanos sidecar this label is set to the id of the stack, prometheus; remove it",
    ),
    (
        OK + "thanos: {prometheusReplicas: 1}",
        "thanos.prometheusReplicas: 1: write 2 or 3: with one there is nothing to merge without objectStorage, and each scrapes every router",
    ),
    (
        OK + "thanos: {prometheusReplicas: 4}",
        "thanos.prometheusReplicas: 4: write 2 or 3: with one there is nothing to merge without objectStorage, and each scrapes every router",
    ),
    (OK + "thanos: {replicas: 0}", "thanos.replicas: 0: write 1 to 9; with 2, one can fail or be updated"),
    (OK + "thanos: {responseTimeout: soon}", f"thanos.responseTimeout: 'soon': {DURATION}"),
    (
        "thanos: {}\nprometheus: {externalLabels: {cluster: eu}, storage: {type: existingClaim, name: old}}",
        "prometheus.storage: 'old': 2 replicas cannot write one volume; write {type: claim, size: ...}, a claim for each",
    ),
    (
        "thanos: {}\nprometheus: {externalLabels: {cluster: eu}, login: {type: basicAuth, secret: users}}",
        "thanos.login: not given: prometheus asks for a login, and its samples would be read here without one; give login, which may be the same",
    ),
    (
        OK + "thanos: {}\nimages: {thanos: 'quay.io/thanos/thanos:latest'}",
        "images.thanos: 'quay.io/thanos/thanos:latest': name a version: what 'latest' means changes under a running stack",
    ),
    (
        "thanos: {}\nprometheus: {externalLabels: {cluster: eu}, scrapeJobs: [{type: static, name: thanos, targets: ['a:1']}]}",
        "prometheus.scrapeJobs[0].name: 'thanos': the stack has a job of this name; choose another",
    ),
    (
        OK + "thanos: {objectStorage: {type: secret, name: a}, blockRetention: {raw: 1d}}",
        "thanos.blockRetention.raw: '1d': write at least 2d, or 0d for indefinitely: samples of 5 minutes are made only then, from these",
    ),
    (
        OK + "thanos: {objectStorage: {type: secret, name: a}, blockRetention: {raw: 5d, fiveMinutes: 9d}}",
        "thanos.blockRetention.fiveMinutes: '9d': write at least 10d, or 0d for indefinitely: samples of an hour are made only then, from these",
    ),
    (
        OK + "thanos: {objectStorage: {type: secret, name: a}, blockRetention: {raw: 60d, fiveMinutes: 30d}}",
        "thanos.blockRetention.fiveMinutes: '30d': raw is kept longer, 60d; write at least that, or old queries find only raw samples",
    ),
    (
        OK + "thanos: {objectStorage: {type: secret, name: a}, blockRetention: {raw: 0d, fiveMinutes: 30d}}",
        "thanos.blockRetention.fiveMinutes: '30d': raw is kept longer, 0d; write at least that, or old queries find only raw samples",
    ),
    (
        OK + "thanos: {objectStorage: {type: secret, name: a}, blockRetention: {fiveMinutes: 2y}}",
        "thanos.blockRetention.oneHour: '1y': fiveMinutes is kept longer, 2y; write at least that, or old queries find only raw samples",
    ),
    (
        "prometheus: {externalLabels: {cluster: eu}, retention: 2h}\nthanos: {objectStorage: {type: secret, name: a}}",
        "prometheus.retention: '2h': write at least 6h: blocks are uploaded every two hours, and again after a failure",
    ),
    (
        OK + "thanos: {objectStorage: {type: secret, name: a, server: 'https://minio:9000'}}",
        "thanos.objectStorage.server: 'https://minio:9000': write host:port",
    ),
    (OK + "thanos: {objectStorage: {type: s3, bucket: a}}", "thanos.objectStorage.type: 's3': write one of secret, volume"),
]


@pytest.mark.parametrize(("text", "message"), IN_YAML)
def test_settings_are_refused(text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == message


def pair(first: dict[str, Any] | None = None, second: dict[str, Any] | None = None, **arguments: Any) -> sro.ThanosStack:
    """Two replicas that would work, with something changed."""
    chart = new_chart()
    good = {"external_labels": LABELS, "sidecar": sro.ThanosSidecar()}
    sources = [
        sro.PrometheusStack(chart, name, **{**good, **(changed or {})})
        for name, changed in (("prometheus-a", first), ("prometheus-b", second))
    ]
    return sro.ThanosStack(chart, arguments.pop("id", "thanos"), **{"sources": sources, **arguments})


def same_id() -> sro.ThanosStack:
    sources = [
        sro.PrometheusStack(new_chart(namespace), "prometheus", external_labels=LABELS, sidecar=sro.ThanosSidecar())
        for namespace in ("a", "b")
    ]
    return sro.ThanosStack(new_chart(), "thanos", sources=sources)


def single() -> sro.ThanosStack:
    chart = new_chart()
    return sro.ThanosStack(
        chart, "thanos", sources=[sro.PrometheusStack(chart, "prometheus", external_labels=LABELS, sidecar=sro.ThanosSidecar())]
    )


BUCKET = sro.Bucket(name="bucket")
OBJECT_NAME = "write an object name: lower-case letters, digits, '-' and '.', at most 253 characters"


def two_compactors() -> None:
    chart = new_chart()
    for name in ("first", "second"):
        source = sro.PrometheusStack(chart, f"prometheus-{name}", external_labels=LABELS, sidecar=sro.ThanosSidecar(object_storage=BUCKET))
        sro.ThanosStack(chart, name, sources=[source], object_storage=BUCKET)


CASES: list[tuple[Callable[[], object], str]] = [
    (lambda: pair({"sidecar": None}), "thanos: sources[0]: 'prometheus-a': it has no Thanos sidecar; give it sidecar"),
    (same_id, "thanos: sources[1]: 'prometheus': two sources have this id, and so the same label replica; give each replica its own id"),
    (
        lambda: pair(second={"external_labels": {"cluster": "us"}}),
        "thanos: sources[1]: 'us': prometheus-a names cluster eu; replicas scrape the same routers, so write the same",
    ),
    (
        lambda: pair(second={"external_labels": {"cluster": "eu", "team": "a"}}),
        "thanos: sources[1]: 'prometheus-b': external label team is not that of prometheus-a; replicas may differ in none, or their series are not merged",
    ),
    (
        lambda: pair(second={"interval": "30s"}),
        "thanos: sources[1]: '30s': prometheus-a scrapes every 15s; replicas have the same interval",
    ),
    (
        single,
        "thanos: sources: ['prometheus']: give at least two replicas, or object_storage: with one and none, Grafana reads Prometheus itself",
    ),
    (
        lambda: pair(object_storage=BUCKET),
        "thanos: sources[0].sidecar.object_storage: None: this stack reads bucket; give both the same: blocks of another would not be read or compacted",
    ),
    (
        lambda: pair({"sidecar": sro.ThanosSidecar(object_storage=BUCKET)}),
        "thanos: sources[0].sidecar.object_storage: 'bucket': this stack reads no object storage; give both the same: blocks of another would not be read or compacted",
    ),
    (
        two_compactors,
        "second: object_storage: 'bucket': first compacts it already, and two compactors destroy each other's blocks; give another one, or all sources to one stack",
    ),
    (lambda: sro.Bucket(name="Bucket"), "Bucket: name: 'Bucket': " + OBJECT_NAME),
    (lambda: sro.TrialVolume(claim=""), "TrialVolume: claim: '': " + OBJECT_NAME),
    (lambda: pair(sources="ab"), "thanos: sources: 'ab': write a list, even of one"),
    (lambda: pair(replicas=10), "thanos: replicas: 10: write 1 to 9; with 2, one can fail or be updated"),
    (
        lambda: sro.Observability(new_chart(), "stack", prometheus_replicas=2),
        "Observability: prometheus_replicas: 2: several are shown as one by Thanos; give thanos, or write 1",
    ),
]


@pytest.mark.parametrize(("make", "message"), CASES)
def test_arguments_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make()
    assert str(refused.value) == message
