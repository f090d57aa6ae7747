"""A real Prometheus on loopback that scrapes a few addresses: the shortest way from a page to the answer of a query."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CONFIG = """\
global:
  scrape_interval: {interval}
  evaluation_interval: {interval}
scrape_configs:
  - job_name: {job}
    static_configs:
      - targets: {targets}
"""


class Prometheus:
    """Runs from the start of a `with` block to its end, with its data in a directory of the test."""

    def __init__(
        self,
        program: Path,
        directory: Path,
        *,
        targets: Sequence[str],
        interval: str = "1s",
        job: str = "semantic-router",
        more: str = "",
    ) -> None:
        """Say what to scrape; nothing runs yet. `more` is YAML behind the scrape job: further jobs, then anything else."""
        self._program, self._directory = program, directory
        self._config = CONFIG.format(interval=interval, job=job, targets=json.dumps(list(targets)))
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self._config += more.replace("{itself}", self.url.removeprefix("http://"))

    def query(self, expression: str, at: float | None = None) -> list[dict[str, Any]]:
        """Return the instant vector an expression gives now, or at a Unix time."""
        asked = {"query": expression} if at is None else {"query": expression, "time": f"{at:.3f}"}
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{urllib.parse.urlencode(asked)}", timeout=10) as answer:
            result: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return result

    def value(self, expression: str) -> float:
        """Return the one value an expression gives now.

        Raises:
            ValueError: it gives none, or several.

        """
        found = self.query(expression)
        if len(found) != 1:
            raise ValueError(f"{expression} gives {len(found)} series")
        return float(found[0]["value"][1])

    def wait_for(self, expression: str, seconds: float = 30.0) -> None:
        """Wait until an expression gives anything.

        Raises:
            TimeoutError: it never did; the message ends with what Prometheus logged last.

        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.query(expression):
                    return
            except OSError:
                pass  # not listening yet
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise TimeoutError(f"{expression}: {(self._directory / 'prometheus.log').read_text()[-2000:]}")

    def __enter__(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        (self._directory / "prometheus.yml").write_text(self._config)
        with (self._directory / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    self._program,
                    f"--config.file={self._directory / 'prometheus.yml'}",
                    f"--storage.tsdb.path={self._directory / 'data'}",
                    f"--web.listen-address={self.url.removeprefix('http://')}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
