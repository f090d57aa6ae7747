"""A browser of a few lines, inside the lab's network: host names, certificates, cookies with all their rules, and redirects."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from harness.network import Network

MOST_REDIRECTS = 10


@dataclass(frozen=True)
class Door:
    """Where the connections to one host go."""

    address: str
    port: int
    tls: ssl.SSLContext | None = None
    """None: what would speak TLS to a browser is left out, and the server spoken to directly."""


@dataclass(frozen=True)
class Cookie:
    """A cookie that a host has set."""

    host: str
    path: str
    name: str
    value: str
    secure: bool
    http_only: bool
    same_site: str

    def goes_to(self, url: SplitResult) -> bool:
        path = url.path or "/"
        below = path == self.path or path.startswith(self.path.rstrip("/") + "/")
        return url.hostname == self.host and below and (url.scheme == "https" or not self.secure)


@dataclass(frozen=True)
class Page:
    """What a server answered."""

    url: str
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def location(self) -> str:
        """Where it sends the browser, as an absolute address."""
        return urljoin(self.url, self.headers["Location"])


class Browser:
    """One person's browser; keeps cookies until the test ends."""

    def __init__(self, network: Network, servers: Mapping[str, Door]) -> None:
        self._network = network
        self._servers = servers
        self._cookies: dict[tuple[str, str, str], Cookie] = {}

    @property
    def cookies(self) -> list[Cookie]:
        return list(self._cookies.values())

    def keep(self, cookie: Cookie) -> None:
        """Take a cookie from elsewhere."""
        self._cookies[cookie.host, cookie.path, cookie.name] = cookie

    def get(self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Page:
        """Ask once; redirects are not followed."""
        parts = urlsplit(url)
        sent = {"Host": parts.netloc, **(headers or {})}
        if cookies := "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies if cookie.goes_to(parts)):
            sent["Cookie"] = cookies
        page = self._network.call(_ask, self._servers[parts.hostname or ""], method, url, sent)
        for header in page.headers.get_all("Set-Cookie", []):
            self._take(parts.hostname or "", header)
        return page

    def visit(self, url: str) -> Page:
        """Ask, and follow wherever the answers lead."""
        for _ in range(MOST_REDIRECTS):
            page = self.get(url)
            if page.status not in (301, 302, 303, 307, 308):
                return page
            url = page.location
        raise AssertionError(f"more than {MOST_REDIRECTS} redirects, the last to {url}")

    def _take(self, host: str, header: str) -> None:
        for name, morsel in SimpleCookie(header).items():
            assert not morsel["domain"], f"{name} is for every host of {morsel['domain']}"
            cookie = Cookie(
                host, morsel["path"] or "/", name, morsel.value, bool(morsel["secure"]), bool(morsel["httponly"]), morsel["samesite"]
            )
            self._cookies.pop((host, cookie.path, name), None)
            if morsel["max-age"] not in {"0", "-1"} and not (morsel["expires"] and not morsel["max-age"]):
                self.keep(cookie)


def _ask(door: Door, method: str, url: str, headers: Mapping[str, str]) -> Page:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(door.address, door.port, timeout=10)
    with socket.create_connection((door.address, door.port), 10) as plain:
        connection.sock = door.tls.wrap_socket(plain, server_hostname=parts.hostname) if door.tls else plain
        try:
            connection.request(method, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=dict(headers))
            answer = connection.getresponse()
            return Page(url, answer.status, answer.headers, answer.read().decode(errors="replace"))
        finally:
            connection.close()
