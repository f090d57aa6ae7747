"""The pages about Prometheus, Grafana, vLLM engines and Kubernetes: their filters, and what a real Prometheus answers to their queries."""

from __future__ import annotations

import json
import math
import re
import subprocess
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

import promql_parser as promql
import pytest

from harness import boards
from harness.programs import program
from semantic_router_observability.dashboards import DASHBOARDS
from simulator import around, neighbours
from simulator.neighbours import Pod
from simulator.prometheus import Prometheus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OTHERS = (
    "stack-health.json",
    "vllm-engines.json",
    "router-kubernetes.json",
    "traces.json",
    "thanos.json",
    "cache-server.json",
    "gpus.json",
    "nodes.json",
    "router-operator.json",
    "log-store.json",
    "probes.json",
)
PAGES = {name: json.loads(boards.text(name, recorded=True)) for name in OTHERS}
VARIABLES = {
    "stack-health.json": ["datasource", "cluster", "scrape_job", "prometheus", "grafana"],
    "vllm-engines.json": ["datasource", "cluster", "vllm_job", "vllm_namespace", "vllm_instance", "vllm_model"],
    "router-kubernetes.json": ["datasource", "cluster", "namespace", "container", "pod"],
    "traces.json": ["datasource", "cluster", "namespace"],
    "thanos.json": ["datasource", "cluster", "namespace", "pod"],
    "cache-server.json": ["datasource", "cluster", "namespace", "pod"],
    "router-operator.json": ["datasource", "cluster", "namespace", "pod"],
    "nodes.json": ["datasource", "cluster", "namespace", "node"],
    "gpus.json": ["datasource", "cluster", "node", "namespace", "pod"],
    "log-store.json": ["datasource", "cluster", "namespace"],
    "probes.json": ["datasource", "cluster", "namespace", "probe"],
}


def panels(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in page["panels"]:
        yield from [panel, *panel.get("panels", [])]


QUERIES = [
    pytest.param(target["expr"], panel["type"], id=f"{name}-{panel['id']}{target['refId']}")
    for name, page in PAGES.items()
    for panel in panels(page)
    for target in panel.get("targets", [])
]


def query_of(name: str, title: str, ref: str = "A") -> str:
    """Find the query of a panel by what people see of it."""
    found = [
        target["expr"]
        for panel in panels(PAGES[name])
        if panel["title"] == title
        for target in panel.get("targets", [])
        if target["refId"] == ref
    ]
    assert len(found) == 1, title
    return str(found[0])


def filled(expression: str, rate: str = "5s", span: str = "10s") -> str:
    """Put in what Grafana does while everything is chosen."""
    expression = (
        expression.replace("$__rate_interval", rate)
        .replace("$__range", span)
        .replace("$__interval", "1s")
        .replace("[5m]", f"[{rate}]")
        .replace("$container", "semantic-router")
    )
    return re.sub(r"\$\w+", ".*", expression.replace("$1", "\0")).replace("\0", "$1")


@pytest.mark.parametrize("name", OTHERS)
def test_filters(name: str) -> None:
    variables = {variable["name"]: variable for variable in PAGES[name]["templating"]["list"]}
    assert list(variables) == VARIABLES[name]
    assert variables.pop("datasource")["type"] == "datasource"
    for variable in variables.values():
        assert variable["multi"]
        assert re.match(r"label_values\(.+\)$", variable["query"]["query"])
        if variable["name"] == "container":
            assert not variable["includeAll"], "cAdvisor reports the pod as a whole beside its containers"
            assert variable["current"]["value"] == ["semantic-router"]
        else:
            assert variable["includeAll"]
            assert variable["allValue"] == ".*"


def test_only_pages_that_every_installation_can_fill_are_shipped_unasked() -> None:
    assert {entry.optional: entry.file_name for entry in DASHBOARDS if entry.optional} == {
        "vllm": "vllm-engines.json",
        "kubernetes": "router-kubernetes.json",
        "envoy": "gateway.json",
        "slos": "slos.json",
        "traces": "traces.json",
        "thanos": "thanos.json",
        "redis": "cache-server.json",
        "dcgm": "gpus.json",
        "nodes": "nodes.json",
        "operator": "router-operator.json",
        "log-store": "log-store.json",
        "probes": "probes.json",
    }


@pytest.mark.parametrize(("expression", "kind"), QUERIES)
def test_query_parses_and_has_the_window_that_fits_its_panel(expression: str, kind: str) -> None:
    promql.parse(filled(expression))
    assert set(re.findall(r"\$(\w+)", expression)) - {"__rate_interval", "__range", "__interval", "1"} <= {
        name for names in VARIABLES.values() for name in names
    }
    windows = set(re.findall(r"\[(.+?)\]", expression)) - {"123"}
    # The number of an alert has the alert's own window.
    of_alerts = {"10m", "15m", "30m"} if re.search("otelcol_|thanos_|grpc_|envoy_|redis_|controller_", expression) else set()
    of_alerts |= {"5m", "10m"} if "probe_" in expression else set()
    ranked = {"$__range", "$__range:$__interval"} if "@ end()" in expression else set()
    drawn = {"$__rate_interval", *of_alerts, *ranked}
    assert windows <= (drawn if kind == "timeseries" else {"$__range", "5m"})


# --- a real Prometheus that scrapes itself, and pages of everything else


class Neighbours(ThreadingHTTPServer):
    """Serves pages by path, and takes what remote write sends."""

    daemon_threads = True

    def __init__(self, pages: dict[str, Callable[[float], str]]) -> None:
        """Bind to a free port; ten simulated seconds pass in one."""
        self.pages, self.begun = pages, time.monotonic()
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: Neighbours  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        body = self.server.pages[self.path.removeprefix("/")](7200 + 10 * (time.monotonic() - self.server.begun)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


PODS = (
    Pod(name="semantic-router-7c9f8d6b54-x2kq8", memory=3 * neighbours.GIB, cpu=0.5, throttled=0.1),
    Pod(name="semantic-router-7c9f8d6b54-b7wzt", restarts=4, reason="OOMKilled", waiting="CrashLoopBackOff", cpu=0.2),
    Pod(name="semantic-router-7c9f8d6b54-m4h9c", started=1e9),
)
PROBES = {"login": "http", "gateway": "tcp", "chat": "canary", "slow": "canary"}
"""Kinds of the probes that one job runs."""
THANOS = ("thanos-query", "prometheus-thanos", "thanos-store", "thanos-compact")
"""Services of its parts, which one job scrapes."""
SERVED: dict[str, Callable[[float], str]] = {
    "grafana": lambda at: neighbours.grafana(at, failing=0.25),
    "alertmanager": lambda at: neighbours.alertmanager(at, failing=0.5),
    "engine-a": lambda at: neighbours.engine(at, model="qwen3-8b", rate=3),
    "engine-b": lambda at: neighbours.engine(at, model="phi4-mini", rate=1, crowded=0.5),
    "kube-state": lambda at: neighbours.kube_state(at, PODS),
    "kubelet": lambda at: neighbours.kubelet(at, PODS),
    "envoy": lambda at: neighbours.envoy(at, failing=0.25),
    "trace-gateway": lambda at: neighbours.trace_gateway(at, refused=0.5, lost=0.25),
    "redis": neighbours.cache_server,
    "gpus": neighbours.gpus,
    "node-exporter": around.node_exporter,
    "router-operator": around.router_operator,
    "log-store": lambda at: neighbours.log_store(at, dropped=0.25, full=0.75),
    **{f"probe-{name}": partial(neighbours.probe, kind=kind, failing=name == "login") for name, kind in PROBES.items()},
    "trace-store": lambda _at: neighbours.trace_store(free=0.1),
    **{part: partial(neighbours.thanos, part=part, failing=0.25) for part in THANOS},
}


def _pod(path: str) -> str:
    """Labels of an engine's target, as discovery gives them: GPUs are joined by them; and of a node's."""
    if path == "node-exporter":
        return ", labels: {node: node-a}"
    return f", labels: {{namespace: engines, pod: {path}-0}}" if path.startswith("engine") else ""


RULES = "groups: [{name: sums, interval: 1s, rules: [{record: 'job:up:sum', expr: sum by (job) (up)}]}]"


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    directory = tmp_path_factory.mktemp("prometheus")
    (directory / "rules.yml").write_text(RULES)
    with Neighbours(SERVED) as served:
        jobs = "".join(
            f"  - job_name: {path}\n    metrics_path: /{path}\n    static_configs: [{{targets: ['{served.address}']{_pod(path)}}}]\n"
            for path in SERVED
            if path not in THANOS and not path.startswith("probe-")
        )
        parts = "".join(
            f"      - targets: ['{served.address}']\n        labels: {{__metrics_path__: /{part}, service: {part}, pod: {part}-0}}\n"
            for part in THANOS
        )
        jobs += f"  - job_name: thanos\n    static_configs:\n{parts}"
        probes = "".join(
            f"      - targets: ['{served.address}']\n"
            f"        labels: {{__metrics_path__: /probe-{name}, probe: {name}, type: {kind}, instance: {name}, namespace: monitoring}}\n"
            for name, kind in PROBES.items()
        )
        jobs += f"  - job_name: semantic-router-probes\n    static_configs:\n{probes}"
        more = (
            f"  - job_name: prometheus\n    static_configs: [{{targets: ['{{itself}}']}}]\n{jobs}"
            f"rule_files: [{directory}/rules.yml]\n"
            f"remote_write: [{{name: far, url: 'http://{served.address}/write', queue_config: {{batch_send_deadline: 1s}}}}]\n"
            "storage: {tsdb: {retention: {time: 15d, size: 1GB}}}\n"
        )
        with Prometheus(program("prometheus"), directory, targets=[], more=more) as running:
            running.wait_for("prometheus_remote_storage_queue_highest_sent_timestamp_seconds > 0")
            running.wait_for(f"count(count_over_time(up[8s]) >= 7) >= {len(SERVED) + 1}")
            yield running


@pytest.mark.parametrize(("expression", "kind"), QUERIES)
def test_every_query_finds_what_it_asks_for(prometheus: Prometheus, expression: str, kind: str) -> None:
    values = [float(series["value"][1]) for series in prometheus.query(filled(expression))]
    if "llm_model_ttft_seconds" in expression:
        assert not values, "no router is scraped here"
        return
    assert values
    assert all(value >= 0 for value in values), "neither NaN nor negative"


@pytest.mark.parametrize(
    ("name", "title", "ref", "expected"),
    [
        ("stack-health.json", "Targets", "A", len(SERVED) + 1),
        ("stack-health.json", "Targets", "B", 0),
        ("stack-health.json", "Config refused", "A", 0),
        ("stack-health.json", "Rule failures", "A", 0),
        ("stack-health.json", "Grafana", "A", 1),
        ("stack-health.json", "Alerts by state", "A", 3),
        ("stack-health.json", "Alerts by state", "B", 2),
        ("stack-health.json", "Replicas", "A", 1),
        ("stack-health.json", "Replicas", "B", 2),
        ("traces.json", "Gateways", "A", 1),
        ("traces.json", "Gateways", "B", 0),
        ("traces.json", "Received", "A", pytest.approx(10 * 25, rel=0.3)),
        ("traces.json", "Fullest queue", "A", pytest.approx(0.9)),
        ("traces.json", "Spans from routers", "B", pytest.approx(10 * 25 * 0.5, rel=0.3)),
        ("traces.json", "Spans to stores", "A", pytest.approx(10 * 25 * 0.75, rel=0.3)),
        ("log-store.json", "Stores", "A", 1),
        ("log-store.json", "Stores", "B", 0),
        ("log-store.json", "Received", "A", pytest.approx(10 * 40, rel=0.3)),
        ("log-store.json", "Dropped", "A", pytest.approx(10 * 10 * 40 * 0.25, rel=0.4)),
        ("log-store.json", "Oldest line", "A", pytest.approx(86_400, abs=30)),
        ("log-store.json", "LogStoreFull", "A", pytest.approx(0.75)),
        ("log-store.json", "LogStoreRefusesLines", "A", 0),
        ("log-store.json", "Lines on disk", "B", pytest.approx(16 * neighbours.GIB)),
        ("log-store.json", "Free on the volume", "A", pytest.approx(8 * neighbours.GIB)),
        ("log-store.json", "Queries", "A", pytest.approx(10 * 2, rel=0.3)),
        ("thanos.json", "Query pods", "A", 1),
        ("thanos.json", "Sources", "A", 1),
        ("thanos.json", "Sources", "B", 1),
        ("thanos.json", "Oldest last upload", "A", pytest.approx(3000, abs=30)),
        ("thanos.json", "ThanosAnswersPartial", "A", pytest.approx(0.25, rel=0.2)),
        ("thanos.json", "ThanosCompactDown", "A", 1),
        ("thanos.json", "Queries", "B", pytest.approx(10 * 1, rel=0.3)),
        ("gpus.json", "GPUs", "A", 1),
        ("gpus.json", "GPUs", "B", 1),
        ("gpus.json", "Memory in use", "A", pytest.approx(0.9)),
        ("gpus.json", "Power", "A", 570),
        ("gpus.json", "Tokens per GPU", "A", pytest.approx(10 * 220 * 3, rel=0.3)),
        ("gpus.json", "Energy per token", "A", pytest.approx(500 / (10 * 220 * 3), rel=0.3)),
        ("router-operator.json", "Failed", "A", pytest.approx(20, abs=15)),
        ("router-operator.json", "RouterOperatorFails", "A", pytest.approx(0.25, abs=0.05)),
        ("router-operator.json", "Waiting", "A", 2),
        ("router-operator.json", "Longest running", "A", 0.5),
        ("nodes.json", "Nodes", "A", 1),
        ("nodes.json", "CPU in use", "A", pytest.approx(10 * 0.04, rel=0.3)),
        ("nodes.json", "Memory in use", "A", pytest.approx(0.7)),
        ("nodes.json", "Fullest filesystem", "A", pytest.approx(0.6)),
        ("nodes.json", "NodeFilesystemFull", "A", pytest.approx(0.6)),
        ("nodes.json", "NodeMemoryLow", "A", pytest.approx(0.7)),
        ("nodes.json", "CPU by node", "A", pytest.approx(10 * 0.04, rel=0.3)),
        ("nodes.json", "IO pressure", "A", pytest.approx(10 * 0.005, rel=0.3)),
        ("nodes.json", "Received by node", "A", pytest.approx(10 * 2e6, rel=0.3)),
        ("cache-server.json", "Servers", "A", 1),
        ("cache-server.json", "Servers", "B", 0),
        ("cache-server.json", "Memory / maxmemory", "A", pytest.approx(0.6)),
        ("cache-server.json", "Keys", "A", 41_000),
        ("cache-server.json", "Entries removed", "B", pytest.approx(10 * 0.5, rel=0.3)),
        ("probes.json", "Probes", "A", 3),
        ("probes.json", "Probes", "B", 1),
        ("probes.json", "Right answers to canaries", "A", 1),
        ("probes.json", "Slowest canary", "A", pytest.approx(2.4)),
        ("probes.json", "First certificate to expire", "A", pytest.approx(10, abs=0.01)),
        ("vllm-engines.json", "Engines", "A", 2),
        ("vllm-engines.json", "Engines", "B", 0),
        ("vllm-engines.json", "KV cache, top", "A", pytest.approx(0.625, abs=0.08)),
        ("vllm-engines.json", "Generated", "A", pytest.approx(10 * 220 * (3 + 1), rel=0.25)),
        ("vllm-engines.json", "First token p95", "A", pytest.approx(0.12 * 11 * math.exp(1.645 * neighbours.SPREAD), rel=0.3)),
        ("vllm-engines.json", "Preemptions", "A", pytest.approx(1.6, abs=1.5)),
        ("router-kubernetes.json", "Containers", "A", 1),
        ("router-kubernetes.json", "Containers", "B", 2),
        ("router-kubernetes.json", "Cannot start", "A", 1),
        ("router-kubernetes.json", "OOM killed", "A", 1),
        ("router-kubernetes.json", "Memory / limit", "A", pytest.approx(3 / 6, abs=0.01)),
        ("router-kubernetes.json", "CPU / limit", "A", pytest.approx(10 * 0.5 / 2, rel=0.1)),
        ("router-kubernetes.json", "Throttled", "A", pytest.approx(0.1, rel=0.1)),
        ("router-kubernetes.json", "Fullest volume", "A", pytest.approx(11.3 / 20)),
    ],
)
def test_numbers_are_the_known_ones(prometheus: Prometheus, name: str, title: str, ref: str, expected: float) -> None:
    """Also: cAdvisor's sums over a pod count nothing twice, and claims that other pods mount stay out."""
    assert prometheus.value(filled(query_of(name, title, ref))) == expected


def test_states_of_pods(prometheus: Prometheus) -> None:
    shown = [prometheus.value(filled(query_of("router-kubernetes.json", "Pods by state", ref))) for ref in "ABCD"]
    assert shown == [1, 1, 1, 0], "ready, running but not ready, pending, failed"


def test_table_of_pods_has_a_line_for_each(prometheus: Prometheus) -> None:
    ready = prometheus.query(filled(query_of("router-kubernetes.json", "All pods")))
    assert {series["metric"]["pod"]: series["value"][1] for series in ready} == {PODS[0].name: "1", PODS[1].name: "0", PODS[2].name: "0"}


def test_a_pod_that_is_gone_keeps_its_history(tmp_path: Path) -> None:
    """Eight others hold more than it did, and one was high before it shrank."""
    now = int(time.time()) // 60 * 60
    place = 'namespace="a",container="semantic-router"'
    lines: dict[str, list[str]] = {"kube_pod_container_info": [], "container_memory_working_set_bytes": []}
    for minute in range(61):
        for pod in range(10):
            if pod == 0 and minute > 30:
                continue
            held = 1 if pod == 0 else 100 if pod == 1 and minute < 10 else 2 if pod == 1 else pod + 2
            for family, value in (("kube_pod_container_info", 1), ("container_memory_working_set_bytes", held)):
                lines[family].append(f'{family}{{{place},pod="p{pod}"}} {value} {now - 3600 + 60 * minute}')
    text = "\n".join([*lines["container_memory_working_set_bytes"], *lines["kube_pod_container_info"], "# EOF\n"])
    (tmp_path / "pods.om").write_text(text)
    command = [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--quiet", tmp_path / "pods.om", tmp_path / "data"]
    subprocess.run(command, check=True, capture_output=True)
    asked = filled(query_of("router-kubernetes.json", "Memory by pod"), span="1h").replace("@ end()", f"@ {now}")
    with Prometheus(program("prometheus"), tmp_path, targets=[]) as history:
        history.wait_for("vector(1)")
        early, late = ({row["metric"]["replica"] for row in history.query(asked, at=at)} for at in (now - 2400, now))
    highest = {"p1", "p4", "p5", "p6", "p7", "p8", "p9"}
    assert early == {"p0", *highest}
    assert late == highest


def test_errors_of_data_sources_are_told_by_code(prometheus: Prometheus) -> None:
    rates = {
        series["metric"]["code"]: float(series["value"][1])
        for series in prometheus.query(filled(query_of("stack-health.json", "Data source requests"), rate="8s"))
    }
    assert rates["504"] / sum(rates.values()) == pytest.approx(0.25, abs=0.05)


def test_engines_of_older_versions_are_understood(tmp_path: Path) -> None:
    renamed = {
        "vllm:kv_cache_usage_perc": "vllm:gpu_cache_usage_perc",
        "vllm:inter_token_latency_seconds": "vllm:time_per_output_token_seconds",
    }

    def older(at: float) -> str:
        text = neighbours.engine(at)
        for new, old in renamed.items():
            text = text.replace(new, old)
        return text

    with (
        Neighbours({"metrics": older}) as served,
        Prometheus(program("prometheus"), tmp_path, targets=[served.address], job="vllm") as asked,
    ):
        asked.wait_for("count_over_time(up[10s]) >= 4")
        for title in ("KV cache, top", "Token gap p95"):
            assert 0 < asked.value(filled(query_of("vllm-engines.json", title))) < 1


def test_an_engine_that_went_away_counts_as_down(tmp_path: Path) -> None:
    served = Neighbours({"metrics": neighbours.engine})
    with served, Prometheus(program("prometheus"), tmp_path, targets=[served.address], job="vllm") as asked:
        asked.wait_for("count_over_time(up[10s]) >= 2")
        served.pages = {}
        asked.wait_for("up == 0")
        assert [asked.value(filled(query_of("vllm-engines.json", "Engines", ref), span="30s")) for ref in "AB"] == [0, 1]
