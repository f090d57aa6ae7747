"""Thanos over several Prometheus: what is made, and what connects to what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import semantic_router_observability as sro
from manifests import NAMESPACE, Object, find, from_yaml, new_chart, objects_of
from policies import Network, Pod
from semantic_router_observability.login.types import WEB_CONFIG

ROOT = Path(__file__).parents[2]
PAIR = "prometheus: {externalLabels: {cluster: eu}, alertmanagers: [{url: 'http://alertmanager.ops.svc:9093'}]}\nthanos: {}\n"


@pytest.fixture(scope="module")
def pair() -> list[Object]:
    """Two replicas, from settings."""
    return from_yaml(PAIR)


def container(objects: list[Object], kind: str, name: str, called: str) -> Object:
    (found,) = [item for item in find(objects, kind, name)["spec"]["template"]["spec"]["containers"] if item["name"] == called]
    return found


def config(objects: list[Object], name: str) -> Any:
    return yaml.safe_load(find(objects, "ConfigMap", f"{name}-config")["data"]["prometheus.yml"])


def test_replicas_differ_in_one_label_that_alerts_do_not_carry(pair: list[Object]) -> None:
    for name in ("prometheus", "prometheus-b"):
        written = config(pair, name)
        assert written["global"]["external_labels"] == {"cluster": "eu", "replica": name}
        assert written["alerting"]["alert_relabel_configs"] == [{"regex": "replica", "action": "labeldrop"}]


def test_own_series_of_replicas_stay_apart(pair: list[Object]) -> None:
    for name in ("prometheus", "prometheus-b"):
        (own,) = [job for job in config(pair, name)["scrape_configs"] if job["job_name"] == "prometheus"]
        assert own["static_configs"] == [{"targets": ["localhost:9090"], "labels": {"instance": f"{name}:9090"}}]


def test_the_first_replica_keeps_the_claim_of_a_single_prometheus(pair: list[Object]) -> None:
    single = from_yaml("")
    assert find(pair, "PersistentVolumeClaim", "prometheus-data") == find(single, "PersistentVolumeClaim", "prometheus-data")
    before, after = (find(objects, "StatefulSet", "prometheus")["spec"] for objects in (single, pair))
    # Whatever else changed could not be applied to the StatefulSet that exists.
    assert {key for key in before if before[key] != after[key]} == {"template"}
    assert (
        find(pair, "PersistentVolumeClaim", "prometheus-b-data")["spec"] == find(pair, "PersistentVolumeClaim", "prometheus-data")["spec"]
    )


def test_grafana_reads_thanos_under_the_uid_of_the_prometheus_before(pair: list[Object]) -> None:
    (file,) = [text for text in find(pair, "ConfigMap", "grafana-config")["data"].values() if "datasources:" in text]
    (source,) = yaml.safe_load(file)["datasources"]
    assert source["uid"] == "prometheus"
    assert source["url"] == f"http://thanos-query.{NAMESPACE}.svc:10902"
    assert source["jsonData"] == {"httpMethod": "POST", "timeInterval": "15s", "prometheusType": "Thanos"}


def test_query_knows_every_replica(pair: list[Object]) -> None:
    arguments = container(pair, "Deployment", "thanos-query", "thanos-query")["args"]
    (endpoints,) = [text.removeprefix("--endpoint.sd-config=") for text in arguments if text.startswith("--endpoint.sd-config=")]
    assert yaml.safe_load(endpoints) == {
        "endpoints": [{"address": f"dns+{name}-thanos.{NAMESPACE}.svc:10901"} for name in ("prometheus", "prometheus-b")]
    }
    assert "--query.replica-label=replica" in arguments
    assert "--store.response-timeout=5s" in arguments


def test_a_drain_takes_one_replica_at_a_time(pair: list[Object]) -> None:
    budget = find(pair, "PodDisruptionBudget", "thanos-sources")["spec"]
    selected = [
        manifest["metadata"]["name"]
        for manifest in pair
        if manifest["kind"] in {"StatefulSet", "Deployment"}
        and budget["selector"]["matchLabels"].items() <= manifest["spec"]["template"]["metadata"]["labels"].items()
        and manifest["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/instance"]
        in budget["selector"]["matchExpressions"][0]["values"]
    ]
    assert (selected, budget["maxUnavailable"]) == (["prometheus", "prometheus-b"], 1)
    (query,) = [find(pair, "PodDisruptionBudget", "thanos-query")["spec"]]
    assert query["maxUnavailable"] == 1


def test_only_query_reads_samples_from_sidecars(pair: list[Object]) -> None:
    network = Network([manifest for manifest in pair if manifest["kind"] == "NetworkPolicy"])

    def pod(kind: str, name: str) -> Pod:
        return Pod(name, NAMESPACE, find(pair, kind, name)["spec"]["template"]["metadata"]["labels"])

    query, first, second = pod("Deployment", "thanos-query"), pod("StatefulSet", "prometheus"), pod("StatefulSet", "prometheus-b")
    grafana = pod("StatefulSet", "grafana")
    for replica in (first, second):
        assert network.allows(query, replica, 10901)
        assert not network.allows(grafana, replica, 10901)
        assert not network.allows(query, replica, 9090)
        assert network.allows(replica, query, 10902)
    assert network.allows(first, second, 10902)
    assert network.allows(grafana, query, 10902)
    assert not network.allows(grafana, first, 9090)


def test_a_sidecar_passes_the_login_of_its_prometheus() -> None:
    objects = from_yaml(
        "prometheus: {externalLabels: {cluster: eu}, login: {type: basicAuth, secret: prometheus-login}}\n"
        "thanos: {login: {type: basicAuth, secret: prometheus-login}}\n"
    )
    sidecar = container(objects, "StatefulSet", "prometheus-b", "thanos-sidecar")
    (client,) = [text.removeprefix("--prometheus.http-client=") for text in sidecar["args"] if text.startswith("--prometheus.http-client=")]
    assert yaml.safe_load(client)["basic_auth"]["username"] == "$(PROMETHEUS_USER)"
    (variable,) = sidecar["env"]
    assert variable["valueFrom"]["secretKeyRef"]["name"] == "prometheus-login"
    (mount,) = sidecar["volumeMounts"]
    assert yaml.safe_load(client)["basic_auth"]["password_file"].startswith(f"{mount['mountPath']}/")
    query = container(objects, "Deployment", "thanos-query", "thanos-query")
    assert f"--http.config=/etc/thanos/web/{WEB_CONFIG}" in query["args"]
    assert "tcpSocket" in query["readinessProbe"]
    # Prometheus scrapes it with the same credentials.
    (job,) = [job for job in config(objects, "prometheus")["scrape_configs"] if job["job_name"].startswith("thanos/")]
    assert job["basic_auth"]


def test_each_replica_has_a_certificate_for_its_own_name() -> None:
    tls = "tls: {secret: serving, issuer: {name: ca}}"
    made = from_yaml(f"prometheus: {{externalLabels: {{cluster: eu}}, {tls}}}\nthanos: {{prometheusReplicas: 3}}\n")
    for name, secret in (("prometheus", "serving"), ("prometheus-b", "serving-b"), ("prometheus-c", "serving-c")):
        certificate = find(made, "Certificate", secret)["spec"]
        assert certificate["secretName"] == secret
        assert certificate["dnsNames"][0] == f"{name}.{NAMESPACE}.svc"
        (client,) = [text for text in container(made, "StatefulSet", name, "thanos-sidecar")["args"] if "http-client" in text]
        assert f"/{secret}/ca.crt" in client
        assert f"server_name: {name}.{NAMESPACE}.svc" in client


def test_one_query_over_stacks_of_two_namespaces() -> None:
    chart = new_chart()
    other = new_chart("other")
    labels = {"cluster": "eu"}
    first = sro.PrometheusStack(chart, "prometheus-a", external_labels=labels, sidecar=sro.ThanosSidecar())
    second = sro.PrometheusStack(other, "prometheus-b", external_labels=labels, sidecar=sro.ThanosSidecar())
    thanos = sro.ThanosStack(chart, "thanos", sources=[first, second])
    (workload,) = thanos.traffic
    assert [flow.peer.namespace for flow in workload.sends if isinstance(flow.peer, sro.Pods)] == [NAMESPACE, "other"]
    assert not [manifest for manifest in objects_of(chart) if manifest["metadata"]["name"] == "thanos-sources"]


@pytest.fixture(scope="module")
def stored() -> list[Object]:
    """One Prometheus with object storage, from settings."""
    return from_yaml(
        "prometheus: {externalLabels: {cluster: eu}}\n"
        "thanos: {prometheusReplicas: 1, objectStorage: {type: secret, name: bucket, server: 'minio.storage.svc:9000'}, "
        "blockRetention: {raw: 90d, fiveMinutes: 1y, oneHour: 0d}}\n"
    )


def test_prometheus_merges_only_what_is_uploaded(stored: list[Object]) -> None:
    pod = find(stored, "StatefulSet", "prometheus")["spec"]["template"]["spec"]
    file = "/prometheus/thanos.shipper.json"
    assert f"--storage.tsdb.delay-compact-file.path={file}" in container(stored, "StatefulSet", "prometheus", "prometheus")["args"]
    sidecar = container(stored, "StatefulSet", "prometheus", "thanos-sidecar")["args"]
    # Thanos compares the two as texts: the volume is at the same place in both containers, and its own name is relative to it.
    assert {"--tsdb.path=/prometheus", "--shipper.meta-file-name=thanos.shipper.json"} <= set(sidecar)
    (initial,) = pod["initContainers"]
    assert file in initial["command"][-1]
    assert [mount["mountPath"] for mount in initial["volumeMounts"]] == ["/prometheus"]


def test_only_parts_that_need_the_bucket_read_its_secret(stored: list[Object]) -> None:
    readers = {
        f"{manifest['metadata']['name']}/{item['name']}"
        for manifest in stored
        if manifest["kind"] in {"StatefulSet", "Deployment"}
        for item in manifest["spec"]["template"]["spec"]["containers"]
        for mount in item.get("volumeMounts") or ()
        if mount["name"] == "object-storage"
    }
    assert readers == {"prometheus/thanos-sidecar", "thanos-store/thanos-store", "thanos-compact/thanos-compact"}


def test_there_is_one_compactor_with_an_account_of_its_own(stored: list[Object]) -> None:
    spec = find(stored, "StatefulSet", "thanos-compact")["spec"]
    assert (spec["replicas"], spec["template"]["spec"]["serviceAccountName"]) == (1, "thanos-compact")
    arguments = container(stored, "StatefulSet", "thanos-compact", "thanos-compact")["args"]
    assert {"--retention.resolution-raw=90d", "--retention.resolution-5m=1y", "--retention.resolution-1h=0d"} <= set(arguments)
    assert find(stored, "StatefulSet", "thanos-store")["spec"]["template"]["spec"]["serviceAccountName"] == "thanos-store"


def test_claims_of_blocks_survive_pruning(stored: list[Object]) -> None:
    expected = find(stored, "PersistentVolumeClaim", "prometheus-data")["metadata"]["annotations"]
    for name in ("thanos-store-data", "thanos-compact-data"):
        assert find(stored, "PersistentVolumeClaim", name)["metadata"]["annotations"] == expected


def test_blocks_are_reached_by_those_who_need_them(stored: list[Object]) -> None:
    network = Network([manifest for manifest in stored if manifest["kind"] == "NetworkPolicy"])

    def pod(kind: str, name: str) -> Pod:
        return Pod(name, NAMESPACE, find(stored, kind, name)["spec"]["template"]["metadata"]["labels"])

    bucket = Pod("minio", "storage", {"app": "minio"})
    query, store, compact = pod("Deployment", "thanos-query"), pod("StatefulSet", "thanos-store"), pod("StatefulSet", "thanos-compact")
    for source in (pod("StatefulSet", "prometheus"), store, compact):
        assert network.allows(source, bucket, 9000)
    assert not network.allows(query, bucket, 9000)
    assert network.allows(query, store, 10901)
    assert not network.allows(query, compact, 10901)
    assert network.allows(pod("StatefulSet", "prometheus"), compact, 10902)


def test_nothing_of_thanos_is_imported_without_it() -> None:
    program = (
        "import sys, main, cdk8s, semantic_router_observability as sro\n"
        "main.build(cdk8s.Chart(cdk8s.App(), 'a', namespace='a'), sro.Settings())\n"
        "print([name for name in sys.modules if name.endswith(('.thanos.stack', '.thanos.query', '.thanos.forms'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"
