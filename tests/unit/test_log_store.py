"""The store of logs: its objects, what follows from it in the other parts, and the real VictoriaLogs with the router's lines."""

from __future__ import annotations

import json
import re
import shutil
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from harness.process import Process
from harness.programs import program
from manifests import NAMESPACE, find, from_yaml, new_chart, objects_of
from modules import load
from pod_security import violations
from refusals import refusal
from semantic_router_observability.alerting.defaults.logs import logs as alerts_on_the_store
from semantic_router_observability.alerting.numbers import NUMBERS
from semantic_router_observability.contract.metric import samples, source_metrics
from semantic_router_observability.dashboards import log_store, render, router_logs
from semantic_router_observability.grafana.datasources import Tempo, provisioning
from semantic_router_observability.grafana.expansion import Environment
from semantic_router_observability.logs import pod

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from manifests import Object

ROOT = Path(__file__).parents[2]
PLUGIN = "victoriametrics-logs-datasource"


def made(**arguments: Any) -> list[Object]:
    """Objects of a store alone."""
    chart = new_chart()
    sro.LogStore(chart, "log-store", **{"collectors": ["logging"], **arguments})
    return objects_of(chart)


def test_objects() -> None:
    objects = made(retention="2w")
    workload = find(objects, "StatefulSet", "log-store")["spec"]
    assert violations(workload["template"]["spec"]) == []
    assert workload["replicas"] == 1
    (container,) = workload["template"]["spec"]["containers"]
    assert "-retentionPeriod=336h" in container["args"]
    assert f"-retention.maxDiskSpaceUsageBytes={int(20 * 2**30 * 0.8)}" in container["args"], "80 % of the claim"
    claim = find(objects, "PersistentVolumeClaim", "log-store-data")
    assert (
        claim["metadata"]["annotations"]
        == find(objects_of_prometheus(), "PersistentVolumeClaim", "prometheus-data")["metadata"]["annotations"]
    )
    assert {container[probe]["httpGet"]["path"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")} == {"/health"}


def test_lines_may_fill_80_percent_of_an_existing_claim_too() -> None:
    for storage, limit in (
        (sro.ExistingClaim(name="lines"), "-retention.maxDiskUsagePercent=80"),
        (sro.ExistingClaim(name="lines", size="10Gi"), f"-retention.maxDiskSpaceUsageBytes={8 * 2**30}"),
    ):
        (container,) = find(made(storage=storage), "StatefulSet", "log-store")["spec"]["template"]["spec"]["containers"]
        assert [text for text in container["args"] if text.startswith("-retention.")] == [limit]


def objects_of_prometheus() -> list[Object]:
    chart = new_chart()
    sro.PrometheusStack(chart, "prometheus")
    return objects_of(chart)


def test_the_other_parts_know_it() -> None:
    objects = from_yaml("logs: {collectors: [logging]}")
    files = find(objects, "ConfigMap", "grafana-config")["data"]
    (source,) = [entry for entry in yaml.safe_load(files["datasources.yaml"])["datasources"] if entry["type"] == PLUGIN]
    assert (source["uid"], source["url"]) == ("victorialogs", f"http://log-store.{NAMESPACE}.svc:9428")
    assert f"preinstall = {PLUGIN}\n" in files["grafana.ini"]
    assert "preinstall_disabled = false" in files["grafana.ini"]
    assert find(objects, "ConfigMap", "grafana-dashboard-router-logs-victorialogs")
    prometheus = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    assert "log-store" in {job["job_name"] for job in prometheus["scrape_configs"]}
    rules = find(objects, "ConfigMap", "prometheus-rules")["data"]["alerts-logs.yaml"]
    assert re.findall(r"alert: (\w+)", rules) == ["LogStoreFull", "LogStoreRefusesLines"]
    assert find(objects, "ConfigMap", "grafana-dashboard-log-store")
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in objects if policy["kind"] == "NetworkPolicy"}
    senders = json.dumps(policies["network-log-store"]["ingress"])
    assert '"kubernetes.io/metadata.name": "logging"' in senders
    assert '"app.kubernetes.io/name": "grafana"' in senders
    assert '"app.kubernetes.io/name": "prometheus"' in senders
    assert not policies["network-log-store"].get("egress"), "it connects to nothing"
    assert {"port": 443, "protocol": "TCP"} in [port for rule in policies["network-grafana"]["egress"] for port in rule.get("ports", ())]


def test_a_grafana_that_has_the_plugin_installs_nothing() -> None:
    objects = from_yaml("logs: {collectors: [logging], installPlugin: false}")
    assert "preinstall_disabled = true" in find(objects, "ConfigMap", "grafana-config")["data"]["grafana.ini"]
    policy = find(objects, "NetworkPolicy", "network-grafana")["spec"]
    assert 443 not in [port["port"] for rule in policy["egress"] for port in rule.get("ports", ())]


@pytest.mark.parametrize(
    ("logs", "installed"), [("logs: {collectors: [logging]}", f"grafana-clock-panel, {PLUGIN}"), ("{}", "grafana-clock-panel")]
)
def test_plugins_of_the_user_are_installed_with_and_without_a_store(logs: str, installed: str) -> None:
    """Grafana reads neither list while `preinstall_disabled` is true, as it is where nobody names a plugin."""
    text = "grafana: {settings: {plugins: {preinstall: grafana-clock-panel}}}\n" + (logs if logs != "{}" else "")
    written = find(from_yaml(text), "ConfigMap", "grafana-config")["data"]["grafana.ini"]
    assert f"preinstall = {installed}\n" in written
    assert "preinstall_disabled = false" in written


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("logs: {}", "logs"),
        ("logs: {collectors: []}", "logs.collectors"),
        ("logs: {collectors: logging}", "logs.collectors"),
        ("logs: {collectors: [Logging]}", "logs.collectors[0]"),
        ("logs: {collectors: [logging], retention: 12h}", "logs.retention"),
        ("logs: {collectors: [logging], retention: two weeks}", "logs.retention"),
        ("logs: {collectors: [logging], storage: {type: claim, size: 100Mi}}", "logs.storage.size"),
        ("logs: {collectors: [logging], replicas: 2}", "logs"),
        ("images: {victoriaLogs: 'victoria logs'}", "images.victoriaLogs"),
        ("addOn: {scrapedBy: {type: googleManaged}, shownBy: {type: none}}\nlogs: {collectors: [logging]}", "logs"),
        ("addOn: {scrapedBy: {type: googleManaged}, shownBy: {type: none}}\nthanos: {}", "thanos"),
        (
            "addOn: {scrapedBy: {type: googleManaged}, shownBy: {type: none}}\ntraces: {destinations: [{url: 'http://tempo.tracing.svc:4317'}]}",
            "traces",
        ),
    ],
)
def test_settings_are_refused_in_one_line(text: str, where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = refusal(text, tmp_path, capsys)
    assert "\n" not in message.strip()
    assert where in message


# --- the real program


def line(level: str, event: str, **fields: str) -> str:
    """A line as the router writes it: JSON without spaces."""
    shown = {"level": level, "ts": "2026-11-27T04:05:06.789", "caller": "logging/logging.go:141", "msg": event, "event": event, **fields}
    return json.dumps(shown, separators=(",", ":"))


LINES = [
    line("info", "routing_decision", component="extproc", request_id="7d1f-4c", decision="math", selected_model="qwen"),
    line("info", "routing_decision", component="extproc", request_id="8a00-01", decision="math"),
    line("info", "routing_decision", component="extproc", request_id="8a00-02", decision=""),
    line("info", "llm_usage", request_id="7d1f-4c", model="qwen"),
    line("error", "config_reload_failed", component="router", stage="parse", error="no such model"),
    line("error", "goroutine_panic", component="extproc", goroutine="watcher"),
    '{"level":"error","ts":"2026-11-27T04:05:06.789","caller":"extproc/server.go:1","msg":"Process: recovered panic: index out of range"}',
    line("error", "credential_resolution_failed", component="extproc", request_id="9b00-01"),
    line("warn", "embedding_runtime_degraded", component="router"),
    line("info", "rate_limit_rejected", component="extproc", request_id="9b00-02"),
    "  _____ vLLM Semantic Router v0.3.0",
    "I1127 04:05:06.789 1 leaderelection.go:1] config_reload_failed is only a word here",
]
COUNTS = {
    "Panics": 2,
    "Refused configurations": 1,
    "Missing credentials": 1,
    "Failed steps": 0,
    "Degraded parts": 1,
    "Rate-limited requests": 1,
}


class Store:
    """The real VictoriaLogs, started as the pod starts it, but for its folder and its port."""

    def __init__(self, folder: Path, *more: str) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{found.getsockname()[1]}"
        own = {"-storageDataPath": str(folder / "data"), "-httpListenAddr": self.address}
        given = (text.partition("=") for text in (*pod.arguments("336h", 2**30, 80), *more))
        arguments = [name + equals + own.get(name, value) for name, equals, value in given]
        self.process = Process([str(program("victoria-logs")), *arguments], log=folder / "victoria-logs.log")
        end = time.monotonic() + 60
        while True:
            try:
                assert self.get("/health") == "OK"
                break
            except OSError:
                assert time.monotonic() < end, self.process.log()
                time.sleep(0.1)

    def get(self, path: str, **parameters: Any) -> str:
        """Answer to a query."""
        body = urllib.parse.urlencode(parameters).encode() if parameters else None
        with urllib.request.urlopen(f"http://{self.address}{path}", body, timeout=30) as answer:
            return str(answer.read().decode())

    def push(self, pod_name: str, container: str, lines: list[str], now: int, namespace: str = "routing") -> None:
        """As collectors push to a Loki."""
        streams = []
        for number, text in enumerate(lines):
            fields = json.loads(text) if text.startswith("{") else {}
            labels = {name: fields[name] for name in ("level", "component") if name in fields}
            stream = {"namespace": namespace, "pod": pod_name, "container": container, **labels}
            streams.append({"stream": stream, "values": [[str(now - number * 10**6), text]]})
        body = json.dumps({"streams": streams}).encode()
        request = urllib.request.Request(f"http://{self.address}/insert/loki/api/v1/push", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=30).close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    started = Store(tmp_path_factory.mktemp("store"))
    try:
        now = time.time_ns()
        started.push("semantic-router-7d9f8-abcde", "semantic-router", LINES, now)
        started.push("gateway-1", "envoy-proxy", [line("error", "goroutine_panic")], now)
        end = time.monotonic() + 30
        while len(started.get("/select/logsql/query", query="*").splitlines()) < len(LINES) + 1:
            assert time.monotonic() < end, started.process.log()
            time.sleep(0.1)
        yield started
    finally:
        started.process.kill()


def asked(store: Store, **filters: str) -> dict[str, Any]:
    """Answers to the queries of the dashboard by title, as Grafana's plugin asks them."""
    chosen = {"namespace": ".*", "pod": ".*", "text": "", **filters}
    answers: dict[str, Any] = {}
    end = int(time.time()) + 60
    for panel in json.loads(render(router_logs(PLUGIN)))["panels"]:
        for target in panel.get("targets") or ():
            query = re.sub(r"\$\{(\w+):regex\}", lambda found: chosen[found[1]], target["expr"])
            if target["queryType"] == "stats":
                (series,) = json.loads(store.get("/select/logsql/stats_query", query=query, time=end))["data"]["result"]
                answers[panel["title"]] = int(series["value"][1])
            elif target["queryType"] == "statsRange":
                found = store.get("/select/logsql/stats_query_range", query=query, start=end - 3600, end=end, step="1m")
                answers[panel["title"]] = {
                    next(iter(value for name, value in series["metric"].items() if name != "__name__")): sum(
                        float(v) for _, v in series["values"]
                    )
                    for series in json.loads(found)["data"]["result"]
                }
            else:
                found = store.get("/select/logsql/query", query=query, start=end - 3600, end=end, limit=500)
                answers[panel["title"]] = [json.loads(text)["_msg"] for text in found.splitlines()]
    return answers


def test_the_dashboard_counts_and_lists_what_the_router_wrote(store: Store) -> None:
    answers = asked(store)
    assert {title: answers[title] for title in COUNTS} == COUNTS
    assert answers["Warnings and errors by event"] == {
        "config_reload_failed": 1,
        "goroutine_panic": 1,
        "credential_resolution_failed": 1,
        "embedding_runtime_degraded": 1,
    }
    assert {name: round(value * 60) for name, value in answers["Requests by decision"].items()} == {"math": 2, "": 1}
    assert {name: round(value * 60) for name, value in answers["Lines by level"].items()} == {"info": 5, "error": 4, "warn": 1, "": 2}
    assert sorted(answers["Warnings, errors and panics"]) == sorted(text for text in LINES if re.search('"level":"(warn|error)"', text))
    assert sorted(answers["Decisions and usage"]) == sorted(LINES[:4])
    assert sorted(answers["All lines"]) == sorted(LINES), "each as it was written"


def test_filters_narrow_what_is_shown(store: Store) -> None:
    """A pod by the end of its name, and a search in any case."""
    assert sorted(asked(store, pod="7d9f8-abcde", namespace="routing", text="7D1F-4C")["All lines"]) == sorted((LINES[0], LINES[3]))
    elsewhere = asked(store, pod="zzzzz")
    assert elsewhere["Panics"] == 0
    assert elsewhere["All lines"] == []


def test_a_span_leads_to_the_lines_of_its_request(store: Store) -> None:
    chart = new_chart()
    logs = sro.LogStore(chart, "log-store", collectors=["logging"])
    prometheus = sro.PrometheusStack(chart, "prometheus")
    tempo = provisioning([prometheus], [logs, Tempo(url="http://tempo.tracing.svc:3200", logs="victorialogs")], Environment())[
        "datasources"
    ][2]
    query = tempo["jsonData"]["tracesToLogsV2"]["query"].replace("$$", "$").replace('${__span.tags["request.id"]}', "7d1f-4c")
    found = [json.loads(text)["_msg"] for text in store.get("/select/logsql/query", query=query).splitlines()]
    assert sorted(found) == sorted((LINES[0], LINES[3]))


def test_a_collector_sends_by_the_pipeline_for_this_store_and_the_question_stays_away(store: Store, tmp_path: Path) -> None:
    """The real OpenTelemetry Collector between a receiver of OTLP and the real store; its receiver of files is not run."""
    config = yaml.safe_load((ROOT / "examples" / "logs" / "otel-collector-log-store.yaml").read_text(encoding="utf-8"))
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    config["receivers"] = {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{port}"}}}}
    config["exporters"]["otlp_http/log-store"]["endpoint"] = f"http://{store.address}/insert/opentelemetry"
    config["service"]["pipelines"]["logs/semantic-router"]["receivers"] = ["otlp"]
    config["service"]["telemetry"] = {"metrics": {"level": "none"}}
    (tmp_path / "collector.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    place = {"namespace": "routing", "pod": "semantic-router-5c6d7-fghij", "container": "semantic-router"}
    attributes = [{"key": f"k8s.{name}.name", "value": {"stringValue": value}} for name, value in place.items()]
    hit = line("info", "cache_hit", request_id="a-1", query="what did my doctor say", category="health")
    record = {"timeUnixNano": str(time.time_ns()), "body": {"stringValue": hit}}
    body = json.dumps({"resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": [{"logRecords": [record]}]}]}).encode()
    collector = Process([str(program("otel-collector")), f"--config={tmp_path / 'collector.yaml'}"], log=tmp_path / "collector.log")
    try:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/logs", body, {"Content-Type": "application/json"})
        end = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(request, timeout=10).close()
                break
            except OSError:
                assert time.monotonic() < end, collector.log()
                time.sleep(0.1)
        while not (stored := store.get("/select/logsql/query", query='pod:="semantic-router-5c6d7-fghij"')):
            assert time.monotonic() < end, collector.log()
            time.sleep(0.1)
    finally:
        collector.kill()
    fields = json.loads(stored)
    assert place.items() <= fields.items()
    assert fields["level"] == "info"
    assert json.loads(fields["_msg"])["category"] == "health"
    assert "doctor" not in stored
    assert set(re.findall(r"(\S+?)=", fields["_stream"].strip("{}").replace('",', '" '))) == {*place, "service.name"}


def answers(store: Store, expression: str) -> float:
    """Value of an alert's number on the page of the store, where it has one series; both numbers are sums or the only series."""
    page = [(labels, float(value)) for labels, value in re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", store.get("/metrics"), re.MULTILINE)]
    names = re.findall(r"\b(vl_\w+)\{", expression)
    first, *others = [sum(value for labels, value in page if labels.partition("{")[0] == name) for name in names]
    return first / others[0] if others else first


def test_what_alerts_and_the_dashboard_ask_for_is_what_the_program_says(store: Store) -> None:
    page = store.get("/metrics")
    known = source_metrics("victorialogs")
    shown: dict[str, set[str]] = {}
    for name, labels in re.findall(r"^(vl_\w+)(?:\{(.*)\})? ", page, re.MULTILINE):
        family = name if name in known else re.sub(r"_(sum|count)$", "", name)
        shown.setdefault(family, set()).update(re.findall(r'(\w+)="', labels))
    # Their buckets have ranges in place of upper bounds, which no query of Prometheus reads.
    shown = {name: labels - {"quantile"} for name, labels in shown.items() if "_per_query_" not in name}
    assert shown.keys() == known.keys()
    assert {name: set(metric.labels) for name, metric in known.items()} == shown
    boards = render(log_store())
    assert set(re.findall(r"\bvl_\w+", boards)) <= samples(known.values()).keys()
    full, refuses = (alert.shape.number(alert.tuning) for alert in alerts_on_the_store())
    assert 0 < answers(store, full) < 0.01
    assert answers(store, refuses) == 0


def test_a_store_without_space_refuses_lines_and_shows_it(tmp_path: Path) -> None:
    """As if less than the least space were free: the least is more than the disk has."""
    full = Store(tmp_path, "-storage.minFreeDiskSpaceBytes=1000TB")
    try:
        with pytest.raises(urllib.error.HTTPError) as refused:
            full.push("semantic-router-1-aaaaa", "semantic-router", LINES[:1], time.time_ns())
        assert refused.value.code == 429
        refused.value.close()
        _, refuses = (alert.shape.number(alert.tuning) for alert in alerts_on_the_store())
        assert answers(full, refuses) == 1
        assert full.get("/health") == "OK", "it is not restarted for it"
        assert full.get("/select/logsql/query", query="*") == ""
    finally:
        full.process.kill()


def test_a_copy_of_the_volume_of_a_running_store_starts_with_its_lines(tmp_path: Path) -> None:
    """As a restored snapshot does."""
    running = Store(tmp_path / "running")
    try:
        running.push("semantic-router-1-aaaaa", "semantic-router", LINES, time.time_ns())
        end = time.monotonic() + 60
        stored = r'^vl_storage_rows\{type="storage/(?:small|big)"\} (\d+)$'
        while sum(map(int, re.findall(stored, running.get("/metrics"), re.MULTILINE))) < len(LINES):
            assert time.monotonic() < end, running.process.log()
            time.sleep(0.2)
        shutil.copytree(tmp_path / "running" / "data", tmp_path / "restored" / "data", ignore=shutil.ignore_patterns("flock.lock"))
    finally:
        running.process.kill()
    restored = Store(tmp_path / "restored")
    try:
        found = [json.loads(text)["_msg"] for text in restored.get("/select/logsql/query", query="*").splitlines()]
        assert sorted(found) == sorted(LINES)
    finally:
        restored.process.kill()


# --- alerts on lines


@pytest.fixture(scope="module")
def alerts() -> ModuleType:
    return load(ROOT / "docs" / "generate_log_alerts.py")


def test_rules_are_fresh_and_name_panels_that_count_the_same_lines(alerts: ModuleType) -> None:
    folder = ROOT / "examples" / "log-alerts"
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == alerts.files(), (
        "run: python docs/generate_log_alerts.py"
    )
    panels = {panel["title"]: panel for panel in json.loads(render(router_logs()))["panels"]}
    for alert in alerts.ALERTS:
        counted = panels[alert.panel]["targets"][0]["expr"]
        assert all(name in counted for name in alert.lines.names)
        assert alert.name not in NUMBERS, "an alert on metrics has this name"


def test_every_alert_on_lines_fires_for_its_lines_and_is_quiet_without_them(store: Store, alerts: ModuleType) -> None:
    now = time.time_ns()
    store.push("semantic-router-1-aaaaa", "semantic-router", [LINES[0], LINES[3], LINES[9], *LINES[-2:]], now, "quiet")
    store.push("semantic-router-1-bbbbb", "semantic-router", LINES, now - 11 * 60 * 10**9, "past")
    end = time.monotonic() + 30
    while len(store.get("/select/logsql/query", query="namespace:in(quiet, past)").splitlines()) < len(LINES) + 5:
        assert time.monotonic() < end, store.process.log()
        time.sleep(0.1)
    rules = yaml.safe_load((ROOT / "examples" / "log-alerts" / "vmalert.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    fired = {
        rule["alert"]: {series["metric"]["namespace"]: int(series["value"][1]) for series in json.loads(answer)["data"]["result"]}
        for rule in rules
        for answer in [store.get("/select/logsql/stats_query", query=rule["expr"], time=int(time.time()) + 1)]
    }
    assert fired == {
        "SemanticRouterConfigurationRefused": {"routing": 1},
        "SemanticRouterPanicked": {"routing": 2},
        "SemanticRouterCredentialsMissing": {"routing": 1},
        "SemanticRouterDegraded": {"routing": 1},
    }
