"""An HTTP server inside the lab's network."""

from __future__ import annotations

from http.server import ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from ssl import SSLContext

    from harness.network import Network


class Listener:
    """Answers with `handler` from now on until it is closed; https with a `context`."""

    def __init__(
        self, network: Network, address: str, port: int, handler: type[BaseHTTPRequestHandler], context: SSLContext | None = None
    ) -> None:
        # The socket belongs to the namespace of the thread that opens it; serving it works from anywhere.
        self._server = network.call(ThreadingHTTPServer, (address, port), handler)
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
