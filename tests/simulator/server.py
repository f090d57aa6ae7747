"""Serves a simulated router's page over HTTP, with wall time running at a chosen speed."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING

from simulator.page import CONTENT_TYPE
from simulator.router import RouterDown

if TYPE_CHECKING:
    from simulator.router import Router


@dataclass
class Clock:
    """Simulated seconds, from wall time."""

    speed: float = 1.0
    """Simulated seconds in a real one."""

    offset: float = 0.0
    """Simulated second at which the server starts."""

    begun: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        """Return the simulated time."""
        return self.offset + (time.monotonic() - self.begun) * self.speed


class Server(ThreadingHTTPServer):
    """Answers GET /metrics; while the simulated process is down it closes the connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], router: Router, clock: Clock) -> None:
        """Bind to `address`; port 0 takes any free one."""
        self.router, self.clock = router, clock
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without asking DNS for the host's name, which takes long where there is no DNS."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]


class Handler(BaseHTTPRequestHandler):
    """One connection of a scraper, kept open between scrapes."""

    protocol_version = "HTTP/1.1"
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        """Answer a scrape."""
        if self.path.partition("?")[0] != "/metrics":
            self._answer(404, b"404 page not found\n", "text/plain; charset=utf-8")
            return
        try:
            page = self.server.router.exposition(self.server.clock.now())
        except RouterDown:
            self.close_connection = True
            return
        self._answer(200, page.encode(), CONTENT_TYPE)

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a scrape every few seconds is not news."""
