"""Small HTTP servers inside the lab's network: pages that Prometheus scrapes, and a receiver of what it sends."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Self

from harness.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.network import Network

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


class Location(str):
    """Where an answer redirects to."""

    __slots__ = ()


@dataclass(frozen=True)
class Received:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)
    """Seconds on the monotonic clock when it had been read."""


@dataclass
class Server:
    """Answers GET with `pages` by path, 404 elsewhere, and POST with 204; remembers every request. Runs within its `with` block.

    A page is text, what gzip made of text, or a `Location` to redirect to.
    """

    network: Network
    address: str
    port: int
    pages: Mapping[str, str | bytes] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    """Bodies of the answers to POST, by path."""
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    def __enter__(self) -> Self:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._remember(b"")
                page = server.pages.get(self.path)
                match page:
                    case None:
                        self._answer(404)
                    case Location():
                        self._answer(302, Location=page)
                    case bytes():
                        self._answer(200, page, **{"Content-Encoding": "gzip"})
                    case _:
                        self._answer(200, page.encode())

            def do_POST(self) -> None:
                self._remember(self.rfile.read(int(self.headers["Content-Length"])))
                # On a busy machine, what looks for connections would miss one that is over at once.
                time.sleep(0.2)
                answer = server.answers.get(self.path)
                self._answer(204 if answer is None else 200, (answer or "").encode())

            def log_message(self, format: str, *arguments: Any) -> None:
                """Say nothing."""

            def _remember(self, body: bytes) -> None:
                server.received.append(Received(self.command, self.path, dict(self.headers), body))

            def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", EXPOSITION)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._listener = Listener(self.network, self.address, self.port, Handler)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
