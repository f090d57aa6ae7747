"""The page that draws a dashboard, in a browser: what `tests/tools/pictures` bundles, and what became of each panel."""

from __future__ import annotations

import base64
import json
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Final, Self

from harness.chromium import Chromium
from simulator.serving import serving

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TALLEST: Final = 16_000
"""Pixels that Chromium puts into one picture."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A dashboard as a picture."""

    png: bytes
    drawn: int
    """Panels that show data."""
    empty: int
    """Panels whose queries gave nothing."""
    absent: tuple[str, ...]
    """Titles of panels that only Grafana, or another data source, could draw."""
    errors: tuple[str, ...]
    """Panels whose query was refused or whose drawing failed, with the reason."""


class Page(AbstractContextManager["Page"]):
    """Draws one dashboard after the other; `bundle` is what the builder wrote, `chromium` a program."""

    def __init__(self, bundle: Path, chromium: str, scratch: Path) -> None:
        self._arguments = bundle, chromium, scratch
        self._running = ExitStack()
        self._board: dict[str, Any] = {}

    def __enter__(self) -> Self:
        bundle, chromium, scratch = self._arguments
        page = self

        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != "/board.json":
                    super().do_GET()
                    return
                body = json.dumps(page._board).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        with ExitStack() as running:
            self._address = running.enter_context(serving(partial(Handler, directory=str(bundle))))
            self._browser = running.enter_context(Chromium(chromium, scratch))
            self._running = running.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def draw(self, board: Mapping[str, Any], *, height: int = TALLEST) -> Picture:
        """Draw what `queries.board` gives, of it at most so many pixels from the top.

        Raises:
            RuntimeError: the page itself fails.

        """
        self._board = dict(board)
        self._browser.size(board["width"], 1200)
        self._browser.open(f"http://{self._address}/")
        self._browser.until("window.drawn !== undefined")
        failures = self._browser.evaluate("window.drawn")
        whole = self._browser.evaluate("Math.ceil(document.getElementById('root').getBoundingClientRect().height)")
        if not whole:
            raise RuntimeError(f"{board['title']}: {failures}")
        shot = base64.b64encode(self._browser.picture(board["width"], min(whole, height))).decode()
        png = base64.b64decode(self._browser.evaluate(f"reduced({json.dumps(shot)})"))
        panels = [item for item in board["items"] if "panel" in item]
        refused = [f"panel {item['panel']['id']} ({item['panel']['title']}): {item['error']}" for item in panels if "error" in item]
        answered = [any(answer["series"] for answer in item["answers"]) for item in panels if "answers" in item]
        return Picture(
            png=png,
            drawn=sum(answered),
            empty=len(answered) - sum(answered),
            absent=tuple(item["panel"]["title"] for item in panels if "note" in item and "error" not in item),
            errors=(*refused, *(f"panel {failure['panel']}: {failure['message']}" for failure in failures)),
        )

    def text(self, panel: int) -> str:
        """Return what stands in a panel of the dashboard that was drawn last, without its title."""
        found: str = self._browser.evaluate(f"document.querySelector('[data-panel=\"{panel}\"]').innerText")
        return found.partition("\n")[2].strip()
