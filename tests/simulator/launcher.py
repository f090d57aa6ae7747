"""Starts a simulated router as a process of its own, where a test wants it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

from simulator.codec import scenario_to
from simulator.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence


class SimulatedRouter:
    """A replica that can be scraped, from the start of a `with` block to its end.

        with SimulatedRouter(scenario=Scenario(rate=20), speed=60) as replica:
            scrape(replica.url)

    `prefix` is put before the command, for instance `["ip", "netns", "exec", "lab"]` to run it in another network namespace.
    """

    def __init__(
        self,
        address: str = "127.0.0.1",
        port: int = 0,
        *,
        scenario: Scenario | None = None,
        seed: int = 1,
        speed: float = 1.0,
        start_offset: float = 0.0,
        prefix: Sequence[str] = (),
    ) -> None:
        """Say what to run; nothing runs yet."""
        self.address, self.port, self.seed = address, port, seed
        self.scenario = scenario or Scenario()
        self._command = [
            *prefix,
            *(sys.executable, "-m", "simulator", "--listen", f"{address}:{port}", "--seed", str(seed)),
            *("--speed", str(speed), "--start-offset", str(start_offset), "--scenario", "-"),
        ]
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Return where the page is."""
        return f"http://{self.address}:{self.port}/metrics"

    @property
    def pid(self) -> int:
        """Return the process id of the command (of the prefix, if that does not exec)."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start the process and wait until it listens.

        Raises:
            RuntimeError: it ended instead; the message holds what it said.

        """
        tests = Path(__file__).resolve().parents[1]
        environment = {**os.environ, "PYTHONPATH": f"{tests}{os.pathsep}{tests.parent / 'constructs'}"}
        # Files rather than pipes, so that neither side can ever wait for the other to read.
        with tempfile.TemporaryFile("w+") as settings, tempfile.TemporaryFile("w+") as errors:
            json.dump(scenario_to(self.scenario), settings)
            settings.seek(0)
            self._process = subprocess.Popen(
                self._command, env=environment, text=True, stdin=settings, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
            assert self._process.stdout is not None
            with self._process.stdout as output:
                said = output.readline()
            if not said:
                self.stop()
                errors.seek(0)
                raise RuntimeError(f"the simulated router did not start: {errors.read().strip()}")
        self.port = int(said.rsplit(":", 1)[1].split("/")[0])
        return self

    def stop(self) -> None:
        """Stop the process; once stopped, this does nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
