"""A long-running program started by a test, in a process group of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Process:
    """Runs `arguments` with both outputs appended to a file.

    Start it from the main thread: the program is told to die with the thread that started it, so that nothing outlives a killed test run.
    """

    def __init__(self, arguments: list[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
        self.arguments = arguments
        self.log_file = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=None if env is None else dict(env),
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def returncode(self) -> int | None:
        """Exit code, negative for a signal, None while it runs."""
        return self._popen.poll()

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def wait(self, timeout: float = 30) -> int:
        return self._popen.wait(timeout)

    def terminate(self, timeout: float = 30) -> int:
        """Ask with SIGTERM, as a kubelet does, and kill what is left after `timeout` seconds."""
        if self.returncode is None:
            self._signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                return self._popen.wait(timeout)
        return self.kill()

    def kill(self) -> int:
        """Kill the program and everything it started."""
        self._signal(signal.SIGKILL)
        return self._popen.wait(30)

    def _signal(self, number: int) -> None:
        # Its session is its own, so its process id is the id of its process group, even after it has ended.
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, number)
