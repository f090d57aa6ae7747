"""`make demo`: the Prometheus of `dist/` on this machine, with its rules, before simulated routers; and its Alertmanager, where it has one.

Needs no cluster and no Docker. Alertmanager keeps its routes, and prints here what it would send to its receivers.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from simulator.launcher import SimulatedRouter
from simulator.scenario import Scenario
from simulator.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NAMESPACE = "demo"
"""Of the simulated routers, where the settings search every namespace; otherwise the first that they search, which alerts name."""

NOT_LOCAL = ("alerting", "remote_write", "remote_read", "storage")
"""Sections of the configuration that name servers or volumes of the cluster."""

ALERTMANAGER_CONFIG = "alertmanager-config"


def configuration(manifests: Path, routers: Sequence[str], itself: str, rules: Path, *, alertmanager: str | None = None) -> dict[str, Any]:
    """Return the configuration in the manifests, with the simulated routers in place of those that Kubernetes would find.

    Jobs of the routers, of Prometheus itself and of an Alertmanager at this address stay, with their limits and metric relabelling; other jobs
    scrape what is not here.

    Raises:
        SystemExit: the folder holds no Prometheus.

    """
    texts = config_map(manifests, "prometheus-config")
    if "prometheus.yml" not in texts:
        raise SystemExit(f"error: {manifests}: holds no configuration of a Prometheus; run make dist with settings that have one")
    found: dict[str, Any] = yaml.safe_load(texts["prometheus.yml"])
    jobs = []
    for job in found["scrape_configs"]:
        local = {key: value for key, value in job.items() if not key.endswith("_sd_configs") and key != "relabel_configs"}
        if job["job_name"].startswith("semantic-router"):
            names = [name for sd in job.get("kubernetes_sd_configs", ()) for name in sd.get("namespaces", {}).get("names", ())]
            of_all = {"namespace": (names or [NAMESPACE])[0], "service": "semantic-router-metrics"}
            labels = [{**of_all, "pod": f"semantic-router-{number}"} for number in range(len(routers))]
            local["static_configs"] = [{"targets": [address], "labels": label} for address, label in zip(routers, labels, strict=True)]
        elif job["job_name"] == "prometheus":
            local["static_configs"] = [{"targets": [itself]}]
        elif job["job_name"] == "alertmanager" and alertmanager:
            local["static_configs"] = [{"targets": [alertmanager], "labels": {"namespace": NAMESPACE, "service": "alertmanager"}}]
        else:
            continue
        jobs.append({key: value for key, value in local.items() if key not in {"basic_auth", "tls_config", "scheme"}})
    return {
        **{key: value for key, value in found.items() if key not in NOT_LOCAL},
        **({"alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}} if alertmanager else {}),
        "rule_files": [f"{rules}/*.yaml"],
        "scrape_configs": jobs,
    }


def notifying(config: Mapping[str, Any], url: str) -> dict[str, Any]:
    """Return the configuration of an Alertmanager with the same routes, whose receivers all send to this address instead."""
    receivers = [
        {
            "name": receiver["name"],
            **({"webhook_configs": [{"url": f"{url}/{urllib.parse.quote(receiver['name'], safe='')}"}]} if len(receiver) > 1 else {}),
        }
        for receiver in config["receivers"]
    ]
    # Credentials, and the texts of messages, are for the receivers that are not here.
    return {key: value for key, value in config.items() if key not in {"global", "templates"}} | {"receivers": receivers}


@contextmanager
def receivers() -> Iterator[str]:
    """Print what an Alertmanager sends, an alert a line; the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            for alert in message["alerts"]:
                labels = alert["labels"]
                about = " ".join(labels[name] for name in ("model", "pod", "namespace") if name in labels)
                words = ["notified", message["receiver"], alert["status"], labels["alertname"], labels.get("severity", ""), about]
                print("  ".join(word for word in words if word), flush=True)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with serving(Handler) as address:
        yield f"http://{address}"


def config_map(manifests: Path, prefix: str) -> dict[str, str]:
    """Return the files in the ConfigMaps of this name, and of those that continue it."""
    files: dict[str, str] = {}
    for path in sorted(manifests.glob(f"1-{prefix}*.configmap*.k8s.yaml")):
        files |= yaml.safe_load(path.read_text(encoding="utf-8")).get("data") or {}
    return files


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--manifests", type=Path, default=Path("dist"), metavar="FOLDER", help="output of main.py (default: dist)")
    parser.add_argument("--prometheus", type=Path, required=True, metavar="PROGRAM", help="the program to run")
    parser.add_argument("--port", type=int, default=9090, help="port of Prometheus (default: 9090)")
    parser.add_argument("--alertmanager", type=Path, metavar="PROGRAM", help="the program to run where the manifests have an Alertmanager")
    parser.add_argument("--alertmanager-port", type=int, default=9093, metavar="PORT", help="its port (default: 9093)")
    parser.add_argument("--routers", type=int, default=2, metavar="N", help="simulated router pods (default: 2)")
    given = parser.parse_args(arguments)
    routed = config_map(given.manifests, ALERTMANAGER_CONFIG).get("alertmanager.yml") if given.alertmanager else None
    for name, program in (("PROMETHEUS", given.prometheus), *((("ALERTMANAGER", given.alertmanager),) if routed else ())):
        if not program.is_file():
            print(f"error: {program}: is missing; run make tools, which builds it, or name one: make demo {name}=PROGRAM", file=sys.stderr)
            return 2
    itself = f"127.0.0.1:{given.port}"
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="demo-")))
        routers = [
            running.enter_context(SimulatedRouter(scenario=Scenario.everything_on(), seed=seed + 1)) for seed in range(given.routers)
        ]
        addresses = [f"{router.address}:{router.port}" for router in routers]
        (folder / "rules").mkdir()
        for name, text in config_map(given.manifests, "prometheus-rules").items():
            (folder / "rules" / name).write_text(text, encoding="utf-8")
        alertmanager = f"127.0.0.1:{given.alertmanager_port}" if routed else None
        config = configuration(given.manifests, addresses, itself, folder / "rules", alertmanager=alertmanager)
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        commands = {
            itself: [
                given.prometheus,
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={itself}",
            ]
        }
        if routed and alertmanager:
            config = notifying(yaml.safe_load(routed), running.enter_context(receivers()))
            (folder / "alertmanager.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
            commands[alertmanager] = [
                given.alertmanager,
                f"--config.file={folder / 'alertmanager.yml'}",
                f"--storage.path={folder / 'alertmanager'}",
                f"--web.listen-address={alertmanager}",
                "--cluster.listen-address=",
            ]
        processes = []
        for address, command in commands.items():
            log = running.enter_context((folder / f"{address}.log").open("w+"))
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
            running.callback(_stop, process)
            processes.append(process)
            while not ended.is_set() and process.poll() is None and not _ready(address):
                time.sleep(0.2)
            if process.poll() is not None:
                log.seek(0)
                print(f"error: {command[0].name} ended: {log.read().strip().splitlines()[-1]}", file=sys.stderr)
                return 1
        print(
            f"Prometheus   http://{itself}/query", f"alerts       http://{itself}/alerts", f"targets      http://{itself}/targets", sep="\n"
        )
        if alertmanager:
            print(f"Alertmanager http://{alertmanager}, which prints here what it would send")
        print(*(f"router       {router.url}" for router in routers), sep="\n")
        absent = "Grafana is" if alertmanager else "Grafana and Alertmanager are"
        print(
            f"Rates show after a minute, recorded series after five. {absent} not here; make pictures draws the dashboards. Ctrl-C stops everything.",
            flush=True,
        )
        while not ended.wait(1) and all(process.poll() is None for process in processes):
            pass
    return 0 if ended.is_set() else 1


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/-/ready", timeout=2):
            return True
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
