"""Whether `Sizing` computes what a Prometheus takes, at 1, 10 and 50 router pods: `make bench`.

Simulated routers are scraped by a real Prometheus each second. Each page is 15 s of the router's life after the one before, so that values move
as in a scrape of every 15 s, and a chunk, 120 samples, is full after two minutes. Then a rollout replaces all pods, which leaves the series of the old
ones in memory, and the measurement waits for full chunks once more. Disk is measured on a block that Prometheus makes of its head, with the
index spread over the samples of a block of two hours.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.prometheus.sizing import BYTES_A_SAMPLE, Sizing
from simulation.rules import rule_files
from simulator import Router, Scenario
from simulator.history import JOB, NAMESPACE
from simulator.scenario import Decision, Model
from simulator.serving import serving
from tools.build import find

if TYPE_CHECKING:
    from collections.abc import Iterator

PODS: Final = (1, 10, 50)
PERSONALITIES: Final = 5
"""Routers that differ; further pods repeat their traffic."""

STEP: Final = 15
"""Seconds of the router's life between pages, as between scrapes."""

BEGIN: Final = 4 * 3600
"""Simulated second of the first page: by then every model, decision and domain has been seen."""

FILLED: Final = 150
"""Seconds until the first chunk of each series is full, and the next one has begun."""

WATCHED: Final = 40
"""Seconds at the end over which memory is read; the median counts."""

SAMPLES_A_BLOCK: Final = 2 * 3600 // STEP
TOLERANCE: Final = 0.25
"""Ratio by which a measured figure may differ from the computed one."""


def main() -> int:
    program = find("prometheus")
    if program is None:
        print("sizing: not measured, prometheus is missing; run `make tools`")
        return 0
    with tempfile.TemporaryDirectory() as scratch, served(pages()) as address:
        runs = [Run(program, Path(scratch) / str(pods), pods, address) for pods in PODS]
        try:
            for run in runs:
                run.deploy("old")
            time.sleep(FILLED)
            for run in runs:
                run.deploy("new")
            time.sleep(FILLED)
            for _ in range(WATCHED // 5):
                time.sleep(5)
                for run in runs:
                    run.look()
            for run in runs:
                run.snapshot()
        finally:
            for run in runs:
                run.process.kill()
                run.process.wait()
        report(runs)
    return 0


def report(runs: list[Run]) -> None:
    print("needs of Prometheus, measured and computed   series in memory           memory, MB           bytes a sample on disk")
    within = []
    for run in runs:
        computed = (run.sizing.series_in_memory, run.sizing.memory_bytes, BYTES_A_SAMPLE)
        measured = (run.series, run.memory, run.bytes_a_sample)
        ratios = [found / said for found, said in zip(measured, computed, strict=True)]
        within += [abs(ratio - 1) <= TOLERANCE for ratio in ratios]
        print(
            f"  {run.pods:3d} pods {measured[0]:35,d} {computed[0]:8,d} {measured[1] / 1e6:14.0f} {computed[1] / 1e6:6.0f}"
            f" {measured[2]:22.2f} {computed[2]:5.2f}    measured / computed {', '.join(f'{ratio:.2f}' for ratio in ratios)}"
        )
    small, large = runs[1], runs[-1]
    measured_slope = (large.memory - small.memory) / (large.series - small.series)
    computed_slope = (large.sizing.memory_bytes - small.sizing.memory_bytes) / (
        large.sizing.series_in_memory - small.sizing.series_in_memory
    )
    print(
        f"  bytes of memory a series, from {small.pods} to {large.pods} pods: {measured_slope:.0f} measured, {computed_slope:.0f} computed"
    )
    print(f"  all within {TOLERANCE:.0%}: {'kept' if all(within) else 'EXCEEDED'}")


class Run:
    """One Prometheus and the pods that it scrapes."""

    def __init__(self, program: Path, folder: Path, pods: int, pages_at: str) -> None:
        self.pods, self.folder, self.pages_at = pods, folder, pages_at
        self.sizing = Sizing(pods=pods)
        self.series, self.samples, self.bytes_a_sample = 0, 0, 0.0
        self._memory: list[float] = []
        folder.mkdir()
        (folder / "targets.json").write_text("[]")
        (folder / "rules").mkdir()
        for name, text in rule_files().items():
            (folder / "rules" / name).write_text(text)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        jobs: list[dict[str, Any]] = [
            {"job_name": JOB, "scrape_interval": "1s", "scrape_timeout": "1s", "file_sd_configs": [{"files": ["targets.json"]}]},
            {"job_name": "prometheus", "static_configs": [{"targets": [self.url.removeprefix("http://")]}]},
        ]
        config = {"global": {"scrape_interval": f"{STEP}s", "evaluation_interval": f"{STEP}s"}, "rule_files": ["rules/*.yaml"]}
        (folder / "prometheus.yml").write_text(json.dumps({**config, "scrape_configs": jobs}))
        command = [program, "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.enable-admin-api"]
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [*command, f"--web.listen-address={self.url.removeprefix('http://')}"], cwd=folder, stdout=log, stderr=log
            )

    @property
    def memory(self) -> float:
        """Bytes that the process held, most of the time."""
        return statistics.median(self._memory)

    def deploy(self, generation: str) -> None:
        """Let these pods take the place of the others."""
        targets = [
            {
                "targets": [self.pages_at],
                "labels": {
                    "__metrics_path__": f"/{pod % PERSONALITIES}",
                    "namespace": NAMESPACE,
                    "instance": f"10.0.0.{pod}:9190",
                    "pod": f"router-{generation}-{pod}",
                },
            }
            for pod in range(self.pods)
        ]
        (self.folder / "new.json").write_text(json.dumps(targets))
        (self.folder / "new.json").rename(self.folder / "targets.json")

    def look(self) -> None:
        """Note what Prometheus says of itself."""
        page = request(f"{self.url}/metrics").decode()
        said = {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", page, re.MULTILINE)}
        self._memory.append(said["process_resident_memory_bytes"])
        self.series = int(said["prometheus_tsdb_head_series"])

    def snapshot(self) -> None:
        """Measure a block made of what is in memory."""
        name = json.loads(request(f"{self.url}/api/v1/admin/tsdb/snapshot", b""))["data"]["name"]
        (block,) = (self.folder / "data" / "snapshots" / name).glob("*/meta.json")
        stats = json.loads(block.read_text())["stats"]
        chunks = sum(file.stat().st_size for file in (block.parent / "chunks").iterdir())
        index = (block.parent / "index").stat().st_size
        self.bytes_a_sample = chunks / stats["numSamples"] + index / (stats["numSeries"] * SAMPLES_A_BLOCK)


def pages() -> list[list[bytes]]:
    """Pages of each personality, in order, as the router would compress them."""
    sizing = Sizing(pods=1)
    scenario = Scenario(
        models=tuple(Model(name=f"model-{number}") for number in range(sizing.models)),
        decisions=tuple(Decision(name=f"decision-{n}", domain=f"domain-{n % sizing.domains}") for n in range(sizing.decisions)),
        rate=50.0,
    )
    count = 2 * FILLED + WATCHED + 60
    routers = [Router(seed=number + 1, scenario=scenario) for number in range(PERSONALITIES)]
    return [[gzip.compress(router.exposition(BEGIN + STEP * n).encode(), 1) for n in range(count)] for router in routers]


@contextmanager
def served(all_pages: list[list[bytes]]) -> Iterator[str]:
    """Serve the page of this second of each personality under its number; the address."""
    begun = time.monotonic()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known = all_pages[int(self.path.strip("/"))]
            body = known[min(int(time.monotonic() - begun), len(known) - 1)]
            self.send_response(200)
            for name, value in (("Content-Type", "text/plain; version=0.0.4"), ("Content-Encoding", "gzip"), ("Content-Length", len(body))):
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(body)

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with serving(Handler) as address:
        yield address


def request(url: str, data: bytes | None = None) -> bytes:
    with urllib.request.urlopen(url, data, timeout=60) as answer:
        return bytes(answer.read())


if __name__ == "__main__":
    sys.exit(main())
