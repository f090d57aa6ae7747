"""Stands in for the router at the end of Envoy's ext_proc: it allows requests, refuses them, breaks the call, or never answers.

It speaks as much HTTP/2 and gRPC as that takes, without a library for either: what it has to know of a request comes in a message, so it
never reads compressed headers, and those that it sends need no compression.
"""

from __future__ import annotations

import socketserver
import struct
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _SETTINGS, _PING, _WINDOW_UPDATE = 0, 1, 4, 6, 8
_END_STREAM, _ACKNOWLEDGED, _END_HEADERS = 1, 1, 4

_ANSWERS = {2: 1, 3: 2, 4: 3, 5: 4}
"""Field of `ProcessingResponse` that answers a field of `ProcessingRequest`: headers and body of the request, headers and body of the
response. An empty one changes nothing."""

_FORBIDDEN = bytes((0x3A, 5, 0x0A, 3, 0x08, 0x93, 0x03))
"""`ProcessingResponse` whose `immediate_response` has the status 403."""


def _header(name: bytes, value: bytes) -> bytes:
    """A header that is neither indexed nor compressed."""
    return bytes((0, len(name))) + name + bytes((len(value),)) + value


_OPENED = b"\x88" + _header(b"content-type", b"application/grpc")
_DONE = _header(b"grpc-status", b"0")
_BROKEN = _header(b"grpc-status", b"13")


class _Connection(socketserver.StreamRequestHandler):
    """A connection of Envoy: many calls, one for each request."""

    def handle(self) -> None:
        waiting: dict[int, bytes] = {}
        self._opened: set[int] = set()
        if self.rfile.read(len(_PREFACE)) != _PREFACE:
            return
        self._send(_SETTINGS, 0, 0)
        while len(head := self.rfile.read(9)) == 9:
            length, kind, flags, stream = struct.unpack("!IBBI", b"\0" + head)
            body = self.rfile.read(length)
            if kind in {_SETTINGS, _PING} and not flags & _ACKNOWLEDGED:
                self._send(kind, _ACKNOWLEDGED, 0, body if kind == _PING else b"")
            elif kind == _DATA:
                waiting[stream] = self._answered(stream, waiting.get(stream, b"") + body)
                for window in (0, stream) if body else ():
                    self._send(_WINDOW_UPDATE, 0, window, struct.pack("!I", length))
                if flags & _END_STREAM and stream in self._opened:
                    self._send(_HEADERS, _END_HEADERS | _END_STREAM, stream, _DONE)

    def _answered(self, stream: int, received: bytes) -> bytes:
        """Answer every whole message; return what is left."""
        while len(received) >= 5 and len(received) >= (end := 5 + struct.unpack("!I", received[1:5])[0]):
            message, received = received[5:end], received[end:]
            if b"/late" in message:
                continue
            if stream not in self._opened:
                self._send(_HEADERS, _END_HEADERS, stream, _OPENED)
                self._opened.add(stream)
            if b"/broken" in message:
                self._send(_HEADERS, _END_HEADERS | _END_STREAM, stream, _BROKEN)
                self._opened.remove(stream)
                continue
            answer = _FORBIDDEN if b"/forbidden" in message else bytes((_ANSWERS[message[0] >> 3] << 3 | 2, 0))
            self._send(_DATA, 0, stream, b"\0" + struct.pack("!I", len(answer)) + answer)
        return received

    def _send(self, kind: int, flags: int, stream: int, body: bytes = b"") -> None:
        self.wfile.write(struct.pack("!I", len(body))[1:] + struct.pack("!BBI", kind, flags, stream) + body)


class ExternalProcessor(socketserver.ThreadingTCPServer):
    """Answers by the path of a request: `/forbidden` 403, `/late` never, `/broken` with an error; anything else goes on unchanged."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.shutdown()
        self.server_close()
