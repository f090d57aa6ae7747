"""Two real Prometheus, their sidecars and Thanos Query, started as their manifests say: nothing is missing, and nothing appears twice.

Time is short: scrapes are a second apart. The addresses of the manifests are replaced by free ports of this machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from harness.credentials import Authority, hashed
from harness.process import Process
from harness.programs import program
from manifests import NAMESPACE, Object, find, from_yaml
from semantic_router_observability.contract.metric import source_metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
pytestmark = pytest.mark.cluster

SETTINGS = """
prometheus:
  externalLabels: {cluster: eu}
  alertmanagers: [{url: "http://alertmanager.ops.svc:9093"}]
"""
CERTIFIED = """
prometheus:
  externalLabels: {cluster: eu}
  alertmanagers: [{url: "http://alertmanager.ops.svc:9093"}]
  tls: {secret: serving}
  login: {type: basicAuth, secret: users}
thanos: {login: {type: basicAuth, secret: users}}
"""
USER, PASSWORD = "anna", "sesame"
RULE = {"groups": [{"name": "a", "rules": [{"alert": "Always", "expr": "requests_total >= 0", "labels": {"severity": "info"}}]}]}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait(what: str, condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until the condition holds, and return what it says."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if answer := condition():
                return answer
        except OSError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"after {seconds} s: {what}")


class Server:
    """A router's page whose counter grows by one each second, and an Alertmanager that keeps what it is sent."""

    def __init__(self) -> None:
        self.alerts: list[dict[str, Any]] = []
        outer, begun = self, time.time()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(f"# TYPE requests_total counter\nrequests_total {int(time.time() - begun)}\n")

            def do_POST(self) -> None:
                outer.alerts += json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer("{}")

            def _answer(self, text: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._http.server_port}"
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.1})
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def metrics(port: int) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Samples of a part of Thanos by name. What the contract knows of them is what the page says: type and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        page = answer.read().decode()
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", page, re.MULTILINE):
        found.setdefault(name, []).append((dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels)), float(value)))
    types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", page, re.MULTILINE))
    for metric in source_metrics("thanos").values():
        if metric.name in types:
            assert types[metric.name] == metric.type
            series = found.get(metric.name) or found.get(f"{metric.name}_count") or []
            assert all(labels.keys() <= set(metric.labels) for labels, _ in series), metric.name
    return found


def total(port: int, name: str, **labels: str) -> float:
    """Sum of the series of a metric that have these labels."""
    return sum(value for found, value in metrics(port).get(name, ()) if labels.items() <= found.items())


def arguments(objects: list[Object], kind: str, workload: str, container: str) -> list[str]:
    containers = find(objects, kind, workload)["spec"]["template"]["spec"]["containers"]
    return next(list(found["args"]) for found in containers if found["name"] == container)


class Replica:
    """One Prometheus and its sidecar."""

    def __init__(self, name: str, folder: Path, server: Server) -> None:
        self.name, self.folder, self.server = name, folder / name, server
        self.port, self.http, self.grpc = free_port(), free_port(), free_port()
        self.folder.mkdir()
        self.processes: list[Process] = []

    def here(self, words: list[str]) -> list[str]:
        """The words with addresses, folders and the user name of this machine in place of the pod's."""
        places = {
            "localhost:9090": f"127.0.0.1:{self.port}",
            "0.0.0.0:10902": f"127.0.0.1:{self.http}",
            "0.0.0.0:10901": f"127.0.0.1:{self.grpc}",
            "/etc/prometheus": str(self.folder),
            "$(PROMETHEUS_USER)": USER,
        }
        for pod, machine in places.items():
            words = [word.replace(pod, machine) for word in words]
        return words

    def start(self, objects: list[Object], *, sidecar: bool = True) -> None:
        """Start what the manifests say."""
        config = yaml.safe_load(find(objects, "ConfigMap", f"{self.name}-config")["data"]["prometheus.yml"])
        config["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [self.server.address]}]}]
        config["scrape_configs"] = [{"job_name": "semantic-router", "static_configs": [{"targets": [self.server.address]}]}]
        config["rule_files"] = [str(self.folder / "rules.yaml")]
        (self.folder / "rules.yaml").write_text(json.dumps(RULE))
        (self.folder / "prometheus.yml").write_text(json.dumps(config))
        given = arguments(objects, "StatefulSet", self.name, "prometheus")
        changed = [
            f"--config.file={self.folder}/prometheus.yml",
            f"--storage.tsdb.path={self.folder}/data",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]
        flags = {text.partition("=")[0] for text in changed}
        valid = self.here([text for text in given if text.partition("=")[0] not in flags])
        log = self.folder / "log"
        self.processes = [Process([str(program("prometheus")), *changed, *valid], log=log)]
        if sidecar:
            command = self.here(arguments(objects, "StatefulSet", self.name, "thanos-sidecar"))
            self.processes.append(Process([str(program("thanos")), *command], log=log))

    @property
    def log(self) -> str:
        """What both programs have written."""
        return (self.folder / "log").read_text()

    def samples(self) -> int:
        """Number of samples of the counter that this Prometheus has."""
        query = urllib.parse.quote("count_over_time(requests_total[1m])")
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/query?query={query}", timeout=10) as answer:
            result = json.load(answer)["data"]["result"]
        return int(result[0]["value"][1]) if result else 0

    def signal(self, number: int) -> None:
        for process in self.processes:
            os.kill(process.pid, number)

    def kill(self) -> None:
        for process in self.processes:
            process.kill()


class Lab:
    """Both replicas and what reads them."""

    def __init__(self, folder: Path) -> None:
        self.server = Server()
        self.folder = folder
        self.single = from_yaml(SETTINGS)
        self.objects = from_yaml(SETTINGS + "thanos: {}\n")
        self.first, self.second = (Replica(name, folder, self.server) for name in ("prometheus", "prometheus-b"))
        self.http = free_port()
        self.upgraded = 0.0
        self.query: Process | None = None

    def start_query(self) -> None:
        text = "\0".join(arguments(self.objects, "Deployment", "thanos-query", "thanos-query"))
        for replica in (self.first, self.second):
            text, found = re.subn(rf"dns\+{replica.name}-thanos\.[a-z-]+\.svc:10901", f"127.0.0.1:{replica.grpc}", text)
            assert found == 1
        text = text.replace("0.0.0.0:10902", f"127.0.0.1:{self.http}").replace("0.0.0.0:10901", f"127.0.0.1:{free_port()}")
        self.query = Process([str(program("thanos")), *text.split("\0")], log=self.folder / "query.log")

    def ask(self, query: str, **parameters: Any) -> dict[str, Any]:
        """Answer of Thanos Query, as Grafana asks."""
        kind = "query_range" if "start" in parameters else "query"
        data = urllib.parse.urlencode({"query": query, **parameters}).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/api/v1/{kind}", data, timeout=30) as answer:
            return dict(json.load(answer))

    def results(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        return list(self.ask(query, **parameters)["data"]["result"])

    def both(self) -> bool:
        return len(self.results("requests_total", dedup="false")) == 2

    def close(self) -> None:
        for replica in (self.first, self.second):
            replica.kill()
        if self.query:
            self.query.kill()
        self.server.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A single Prometheus with some history, which then becomes the first of two."""
    for name in ("prometheus", "thanos"):
        program(name)
    lab = Lab(tmp_path_factory.mktemp("thanos"))
    try:
        lab.first.start(lab.single, sidecar=False)
        wait("the single Prometheus stores samples", lambda: lab.first.samples() >= 5)
        for process in lab.first.processes:
            process.terminate()
        lab.upgraded = time.time()
        lab.first.start(lab.objects)
        lab.second.start(lab.objects)
        lab.start_query()
        wait("Thanos Query sees both replicas", lab.both, 120)
        yield lab
    finally:
        lab.close()


def test_one_line_a_series(lab: Lab) -> None:
    (merged,) = lab.results("requests_total")
    assert "replica" not in merged["metric"]
    apart = lab.results("requests_total", dedup="false")
    assert sorted(series["metric"]["replica"] for series in apart) == ["prometheus", "prometheus-b"]
    assert len(lab.results('ALERTS{alertname="Always"}')) == 1
    (count,) = lab.results("count(requests_total)")
    assert count["value"][1] == "1"


def test_alerts_of_replicas_are_one_to_alertmanager(lab: Lab) -> None:
    wait("both send alerts", lambda: len({alert["generatorURL"] for alert in lab.server.alerts}) == 2)
    labels = {json.dumps(alert["labels"], sort_keys=True) for alert in lab.server.alerts}
    assert len(labels) == 1
    assert "replica" not in json.loads(labels.pop())


def test_the_history_of_a_single_prometheus_is_there(lab: Lab) -> None:
    (series,) = lab.results("requests_total", start=lab.upgraded - 60, end=lab.upgraded - 1, step=1)
    assert len(series["values"]) >= 4
    assert "replica" not in series["metric"]


def test_a_hung_sidecar_delays_queries_is_left_out_and_takes_nothing_away(lab: Lab) -> None:
    lab.first.signal(signal.SIGSTOP)
    try:
        begun = time.monotonic()
        answer = lab.ask("requests_total")
        took = time.monotonic() - begun
        # Then it is left out, and answers carry no warning any more: the alerts read these metrics of Thanos Query.
        connected = "thanos_store_nodes_grpc_connections"
        wait("it is left out", lambda: total(lab.http, connected, store_type="sidecar") == 1)
        assert not lab.ask("requests_total").get("warnings")
        failed = total(lab.http, "grpc_client_handled_total", grpc_method="Series") - total(
            lab.http, "grpc_client_handled_total", grpc_method="Series", grpc_code="OK"
        )
        assert failed >= 1
    finally:
        lab.first.signal(signal.SIGCONT)
    assert len(answer["data"]["result"]) == 1
    assert answer["warnings"]
    assert 4 < took < 12
    wait("it is back", lambda: total(lab.http, connected, store_type="sidecar") == 2)
    assert {"http_requests_total", "http_request_duration_seconds_count", "thanos_build_info"} <= metrics(lab.http).keys()
    assert total(lab.first.http, "thanos_sidecar_prometheus_up") == 1


def test_a_killed_replica_loses_no_second(lab: Lab) -> None:
    begun = time.time()
    time.sleep(3)
    lab.first.kill()
    time.sleep(10)
    (while_gone,) = lab.results("requests_total")
    assert time.time() - float(while_gone["value"][0]) < 5
    lab.first.start(lab.objects)
    wait("the killed replica is back", lab.both, 120)
    time.sleep(3)
    lab.second.kill()
    wait("the other one is gone", lambda: len(lab.results("requests_total", dedup="false")) == 1)
    # What each of them missed, the other one has, as long as both are there to be asked.
    lab.second.start(lab.objects)
    wait("the other one is back", lab.both, 120)
    query = "changes(requests_total[10s])"
    (series,) = lab.results(query, start=begun + 10, end=time.time() - 1, step=1)
    values = [float(value) for _, value in series["values"]]
    assert len(values) >= int(time.time() - begun - 12)
    # The counter grows each second; a gap of scrapes would leave fewer changes within ten of them.
    assert min(values) >= 5, values


STORED = """
prometheus:
  externalLabels: {cluster: eu}
thanos:
"""


def test_each_replica_shows_a_certificate_of_its_own_which_its_sidecar_checks(tmp_path: Path) -> None:
    objects = from_yaml(CERTIFIED)
    server, authority = Server(), Authority(tmp_path, "servers")
    replicas = [Replica(name, tmp_path, server) for name in ("prometheus", "prometheus-b")]
    try:
        for replica, secret in zip(replicas, ("serving", "serving-b"), strict=True):
            # Both show a certificate for the name of the first.
            certificate = authority.issue(f"prometheus.{NAMESPACE}.svc")
            files = {
                "web/web.yml": f"tls_server_config: {{cert_file: tls.crt, key_file: tls.key}}\nbasic_auth_users: {{{hashed(USER, PASSWORD)}}}\n",
                "web/tls.crt": certificate["tls.crt"],
                "web/tls.key": certificate["tls.key"],
                f"secrets/{secret}/ca.crt": certificate["ca.crt"],
                "secrets/users/username": USER,
                "secrets/users/password": PASSWORD,
            }
            for name, text in files.items():
                (replica.folder / name).parent.mkdir(parents=True, exist_ok=True)
                (replica.folder / name).write_text(text)
            replica.start(objects)
        first, second = replicas
        wait("the sidecar reads its Prometheus", lambda: total(first.http, "thanos_sidecar_prometheus_up") == 1)
        wait("the other sidecar has tried", lambda: f"certificate is valid for prometheus.{NAMESPACE}.svc, not prometheus-b" in second.log)
        assert total(second.http, "thanos_sidecar_prometheus_up") == 0
    finally:
        for replica in replicas:
            replica.kill()
        server.close()


class Folder:
    """A volume in place of object storage."""

    settings = "{type: volume, claim: trial}"

    def __init__(self, folder: Path) -> None:
        self._bucket = folder / "bucket"
        self._bucket.mkdir()
        self.places = {"/object-storage": str(self._bucket)}

    def blocks(self) -> dict[str, dict[str, Any]]:
        """Metadata of the blocks that are not marked for deletion."""
        found = (path for path in self._bucket.glob("*/meta.json") if not path.with_name("deletion-mark.json").exists())
        return {path.parent.name: json.loads(path.read_text()) for path in found}

    def close(self) -> None:
        pass


class S3:
    """A real server that speaks S3, described as docs/long-history.md says."""

    settings = "{type: secret, name: bucket}"

    def __init__(self, folder: Path) -> None:
        data = folder / "seaweedfs"
        data.mkdir()
        parts = {part: free_port() for part in ("master", "volume", "filer", "s3")}
        identity = {
            "name": "thanos",
            "credentials": [{"accessKey": "key", "secretKey": "secret"}],
            "actions": ["Admin", "Read", "Write", "List"],
        }
        (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
        config = {"bucket": "metrics", "endpoint": f"127.0.0.1:{parts['s3']}", "bucket_lookup_type": "path", "insecure": True}
        config |= {"access_key": "key", "secret_key": "secret"}
        (folder / "objstore.yml").write_text(json.dumps({"type": "S3", "config": config}))
        self.places = {"/etc/thanos/object-storage": str(folder)}
        self._bucket = f"http://127.0.0.1:{parts['filer']}/buckets/metrics"
        ports = [f"-{part}.port={port}" for part, port in parts.items()]
        # By default they are 10,000 higher, which may be no port.
        ports += [f"-{part}.port.grpc={free_port()}" for part in parts]
        options = [
            "server",
            f"-dir={data}",
            "-ip=127.0.0.1",
            "-master.telemetry=false",
            "-filer",
            "-s3",
            *ports,
            f"-s3.config={folder}/s3.json",
        ]
        self._server = Process([str(program("weed")), *options], log=folder / "seaweedfs.log")
        wait("SeaweedFS has a bucket", lambda: self._request("/", method="PUT") is not None, 60)
        wait("SeaweedFS speaks S3", lambda: socket.create_connection(("127.0.0.1", parts["s3"]), 1).close() is None, 60)

    def _request(self, path: str, **options: Any) -> Any:
        headers = {"Accept": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(self._bucket + path, headers=headers, **options), timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text.startswith(b"{") else {}

    def _names(self, folder: str) -> set[str]:
        return {entry["FullPath"].rpartition("/")[2] for entry in self._request(f"{folder}?limit=1000").get("Entries") or ()}

    def blocks(self) -> dict[str, dict[str, Any]]:
        """Metadata of the blocks that are not marked for deletion."""
        found = {}
        for path in self._names("/"):
            files = self._names(f"/{path}/")
            if "meta.json" in files and "deletion-mark.json" not in files:
                found[path] = self._request(f"/{path}/meta.json")
        return found

    def close(self) -> None:
        self._server.kill()


@pytest.mark.parametrize("kind", [Folder, S3])
def test_blocks_are_uploaded_compacted_and_read_back(kind: type[Folder | S3], tmp_path: Path) -> None:
    bucket = kind(tmp_path)
    try:
        uploaded_compacted_and_read_back(bucket, tmp_path)
    finally:
        bucket.close()


def uploaded_compacted_and_read_back(bucket: Folder | S3, tmp_path: Path) -> None:
    objects, data = from_yaml(STORED + f"  objectStorage: {bucket.settings}\n"), tmp_path / "data"
    data.mkdir()
    log, ports = tmp_path / "log", [free_port() for _ in range(6)]
    places = {**bucket.places, "/prometheus": str(data), "localhost:9090": f"127.0.0.1:{ports[0]}"}

    def here(words: list[str], http: int, grpc: int) -> list[str]:
        for old, new in {**places, "0.0.0.0:10902": f"127.0.0.1:{http}", "0.0.0.0:10901": f"127.0.0.1:{grpc}"}.items():
            words = [word.replace(old, new) for word in words]
        return words

    # Thirty hours of samples, a minute apart, in blocks of two hours that end half a day ago.
    end = int(time.time()) // 86_400 * 86_400 - 43_200
    lines = "".join(f"requests_total {minute} {end - 108_000 + 60 * minute}\n" for minute in range(1800))
    (tmp_path / "history").write_text(f"# TYPE requests counter\n{lines}# EOF\n")
    create = [str(program("promtool")), "tsdb", "create-blocks-from", "openmetrics", str(tmp_path / "history"), str(data)]
    subprocess.run(create, check=True, capture_output=True)
    made = {path.parent.name for path in data.glob("*/meta.json")}
    assert len(made) >= 15

    # The list of uploaded blocks is there before Prometheus starts, and an existing one stays.
    (initial,) = find(objects, "StatefulSet", "prometheus")["spec"]["template"]["spec"]["initContainers"]
    uploaded = data / "thanos.shipper.json"
    subprocess.run(here(initial["command"], 0, 0), check=True)
    assert json.loads(uploaded.read_text()) == {"version": 1, "uploaded": []}

    config = {"global": {"external_labels": {"cluster": "eu", "replica": "prometheus"}}}
    (tmp_path / "prometheus.yml").write_text(json.dumps(config))
    (delay,) = [text for text in arguments(objects, "StatefulSet", "prometheus", "prometheus") if "delay-compact" in text]
    flags = [f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={data}", f"--web.listen-address=127.0.0.1:{ports[0]}"]
    processes = [
        Process([str(program("prometheus")), *flags, *here([delay], 0, 0)], log=log),
        Process([str(program("thanos")), *here(arguments(objects, "StatefulSet", "prometheus", "thanos-sidecar"), *ports[1:3])], log=log),
    ]
    try:
        wait("all blocks are uploaded", lambda: made <= set(json.loads(uploaded.read_text())["uploaded"] or ()), 150)
        assert time.time() - total(ports[1], "thanos_objstore_bucket_last_successful_upload_time") < 60
        assert total(ports[1], "thanos_shipper_uploads_total") >= len(made)
        assert "thanos_shipper_upload_failures_total" in metrics(ports[1])
    finally:
        for process in processes:
            process.kill()
    subprocess.run(here(initial["command"], 0, 0), check=True)
    assert made <= set(json.loads(uploaded.read_text())["uploaded"])
    metas = bucket.blocks()
    assert made <= metas.keys()
    assert {json.dumps(meta["thanos"]["labels"], sort_keys=True) for meta in metas.values()} == {
        '{"cluster": "eu", "replica": "prometheus"}'
    }

    # Everything local is lost: the compactor works on the bucket, and the store gateway answers.
    shutil.rmtree(data)
    data.mkdir()
    places["/data"] = str(tmp_path / "compact")
    # It leaves a block alone for half an hour after its upload, as other parts may not have seen it.
    compact = [*arguments(objects, "StatefulSet", "thanos-compact", "thanos-compact"), "--consistency-delay=0s"]
    compactor = Process([str(program("thanos")), *here(compact, ports[3], 0)], log=log)
    try:
        wait("blocks are merged", lambda: total(ports[3], "thanos_compact_iterations_total") >= 1, 150)
        assert {"thanos_compact_halted", "thanos_compact_todo_compaction_blocks", "thanos_compact_todo_deletion_blocks"} <= metrics(
            ports[3]
        ).keys()
    finally:
        compactor.terminate()
    left = bucket.blocks()
    assert max(meta["compaction"]["level"] for meta in left.values()) > 1
    assert len(left) < len(made)

    places["/data"] = str(tmp_path / "store")
    query = "\0".join(arguments(objects, "Deployment", "thanos-query", "thanos-query"))
    query = re.sub(r"dns\+thanos-store\.[a-z-]+\.svc:10901", f"127.0.0.1:{ports[5]}", query)
    query = re.sub(r"dns\+prometheus(-b)?-thanos\.[a-z-]+\.svc:10901", lambda found: "127.0.0.1:11" if found[1] else "127.0.0.1:9", query)
    http = free_port()
    processes = [
        Process([str(program("thanos")), *here(arguments(objects, "StatefulSet", "thanos-store", "thanos-store"), *ports[4:6])], log=log),
        Process([str(program("thanos")), *here(query.split("\0"), http, free_port())], log=log),
    ]
    try:

        def answer() -> list[Any]:
            text = urllib.parse.urlencode({"query": "count_over_time(requests_total[40h])", "time": end}).encode()
            with urllib.request.urlopen(f"http://127.0.0.1:{http}/api/v1/query", text, timeout=30) as found:
                return list(json.load(found)["data"]["result"])

        (series,) = wait("the store gateway answers", answer, 90)
        assert series == {"metric": {"cluster": "eu"}, "value": [end, "1800"]}
        assert total(ports[4], "thanos_bucket_store_blocks_loaded") == len(bucket.blocks())
        assert total(ports[4], "thanos_objstore_bucket_operations_total") > 0
        assert total(ports[4], "thanos_objstore_bucket_operation_failures_total") == 0
    finally:
        for process in processes:
            process.kill()
