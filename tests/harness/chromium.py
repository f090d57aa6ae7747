"""A headless Chromium, driven over two pipes by the protocol of its developer tools."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

LOADED = 30
"""Seconds that a page may take until it shows what is waited for."""


MISSING = "neither chromium nor google-chrome is installed; on Debian, .ci/run installs the package chromium"


def find() -> str | None:
    """Return the program: what the variable CHROMIUM names, or one that is installed."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


class Chromium(AbstractContextManager["Chromium"]):
    """One page in a browser with a profile of its own; `program` is what `find` returns."""

    def __init__(self, program: str, folder: Path) -> None:
        (commands, self._commands), (self._answers, answers) = os.pipe(), os.pipe()
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe"]
        # Pictures are the same on a machine with a screen.
        flags += ["--hide-scrollbars", "--font-render-hinting=none", "--force-color-profile=srgb"]
        # It reads commands from descriptor 3 and writes answers to descriptor 4.
        shell = ["bash", "-c", f'exec "$0" "$@" 3<&{commands} 4>&{answers}', program, *flags, f"--user-data-dir={folder}"]
        with (folder / "chromium.log").open("w") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *shell],
                pass_fds=(commands, answers),
                stdout=log,
                stderr=log,
                env=os.environ | {"HOME": str(folder)},
            )
        os.close(commands)
        os.close(answers)
        self._numbers, self._rest, self._session = itertools.count(1), b"", {}
        self.complaints: list[str] = []
        """Errors of scripts, and what could not be loaded."""
        try:
            self._attach()
        except BaseException:
            self.__exit__()
            raise

    def _attach(self) -> None:
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Runtime", "Log"):
            self._ask(f"{domain}.enable")

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._commands)
        os.close(self._answers)

    def open(self, url: str) -> None:
        """Go to an address."""
        self._ask("Page.navigate", url=url)

    def evaluate(self, expression: str) -> Any:
        """Value of a JavaScript expression in the page."""
        return self._ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def until(self, expression: str) -> Any:
        """Wait until an expression is true, and return its value."""
        end = time.monotonic() + LOADED
        while not (found := self.evaluate(expression)):
            assert time.monotonic() < end, f"after {LOADED} s: {expression}; {self.complaints}"
            time.sleep(0.1)
        return found

    def size(self, width: int, height: int) -> None:
        """Make the window so large, for whatever is opened from now on."""
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, width: int, height: int) -> bytes:
        """Return the page's top left corner of this size, as a PNG."""
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        data: str = self._ask("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)["data"]
        return base64.b64decode(data)

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        os.write(self._commands, json.dumps({"id": number, "method": method, "params": parameters, **self._session}).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(str(message["params"]["exceptionDetails"].get("exception", {}).get("description")))
            elif message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
                self.complaints.append("{text} {url}".format_map({"url": "", **message["params"]["entry"]}))
            elif message.get("id") == number:
                assert "result" in message, message
                return dict(message["result"])

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            read = os.read(self._answers, 1 << 16)
            assert read, "chromium has ended"
            self._rest += read
        text, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(text))
