"""Samples that come late, and native histograms: what the settings write makes the real Prometheus store them."""

from __future__ import annotations

import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from textwrap import indent
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from harness.programs import program
from manifests import find, from_yaml
from refusals import refusal
from simulator.prometheus import Prometheus
from simulator.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOON = 30


@contextmanager
def ever_older() -> Iterator[str]:
    """A page whose sample is ten seconds older each time; its address."""
    begun = int(time.time())

    class Handler(BaseHTTPRequestHandler):
        asked = 0

        def do_GET(self) -> None:
            body = f"# TYPE late gauge\nlate {Handler.asked} {1000 * (begun - 10 * Handler.asked)}\n".encode()
            Handler.asked += 1
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with serving(Handler) as address:
        yield address


def written(settings: str, job: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Job and storage section of the configuration that the settings write."""
    config = yaml.safe_load(find(from_yaml(settings), "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    (found,) = [scraped for scraped in config["scrape_configs"] if scraped["job_name"] == job]
    return found, config["storage"]


def started(folder: Path, settings: str, job: str) -> Prometheus:
    """Prometheus with that job alone, scraped each second, and that storage; the target `itself:1` stands for Prometheus."""
    scraped, storage = written(settings, job)
    scraped |= {"scrape_interval": "1s", "scrape_timeout": "1s"}
    more = indent(yaml.safe_dump([scraped]), "  ") + yaml.safe_dump({"storage": storage})
    return Prometheus(program("prometheus"), folder, targets=[], more=more.replace("itself:1", "{itself}"))


@pytest.mark.parametrize(("window", "stored"), [("", False), ("outOfOrderWindow: 30m, ", True)])
def test_late_samples_are_stored_within_the_window(tmp_path: Path, window: str, stored: bool) -> None:
    with ever_older() as address:
        settings = f"prometheus: {{{window}scrapeJobs: [{{type: static, name: pushes, targets: ['{address}']}}]}}"
        with started(tmp_path, settings, "pushes") as prometheus:
            prometheus.wait_for("scrape_samples_scraped{job='pushes'} == 1")
            # Without the window, Prometheus keeps the first sample alone, and counts the others.
            prometheus.wait_for(
                "count_over_time(late[1h] offset 5s) >= 3" if stored else "count_over_time(up{job='pushes'}[1m]) >= 5", SOON
            )
            assert (prometheus.value("count_over_time(late[1h])") > 1) is stored


@pytest.mark.parametrize("native", [False, True])
def test_native_histograms_come_in_addition_to_classic_ones(tmp_path: Path, native: bool) -> None:
    asked = "nativeHistograms: true, " if native else ""
    # Prometheus itself is a target that offers both.
    settings = f"prometheus: {{scrapeJobs: [{{type: static, name: engines, {asked}targets: ['itself:1']}}]}}"
    with started(tmp_path, settings, "engines") as prometheus:
        prometheus.wait_for("prometheus_http_request_duration_seconds_bucket{job='engines'}", SOON)
        prometheus.wait_for("count_over_time(up{job='engines'}[1m]) >= 3", SOON)
        found = prometheus.query("histogram_count(prometheus_http_request_duration_seconds{job='engines'})")
        assert bool(found) is native
        assert prometheus.query("prometheus_http_request_duration_seconds_bucket{job='engines'}")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            "prometheus: {outOfOrderWindow: 3d, retention: 2d}",
            "prometheus.outOfOrderWindow: '3d': write at most the retention, 2d",
        ),
        (
            "prometheus: {outOfOrderWindow: 1h, externalLabels: {cluster: eu}}\nthanos: {objectStorage: {type: secret, name: a}}",
            "prometheus.outOfOrderWindow: '1h': late samples make blocks that overlap, at which Thanos's compactor stops; remove it, or the object storage",
        ),
    ],
)
def test_refusals(settings: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(settings, tmp_path, capsys) == message
