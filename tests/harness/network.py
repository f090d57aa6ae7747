"""Network namespaces that belong to the test run.

Everything of the lab runs in one, so fixed ports never collide with another run and nothing can reach out. A range of addresses is local
there, for servers that stand for Pods without being one: the API server refuses 127.0.0.0/8 in EndpointSlices. Pods whose containers run
have a namespace and an address of their own, as in a cluster: what they serve on localhost or on every interface is theirs alone.
"""

from __future__ import annotations

import ctypes
import http.client
import ipaddress
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from harness.process import Process

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

T = TypeVar("T")

LOCAL_RANGE = ipaddress.IPv4Network("10.77.0.0/17")
POD_RANGE = ipaddress.IPv4Network("10.77.128.0/17")
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Result:
    """What a finished command left."""

    stdout: str
    stderr: str
    code: int

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings of the API server, as kubectl prints them."""
        return tuple(line.removeprefix("Warning: ") for line in self.stderr.splitlines() if line.startswith("Warning: "))

    def check(self) -> Result:
        """Return itself; fail the test when the command failed."""
        assert self.ok, f"exit code {self.code}: {self.stderr}{self.stdout}"
        return self


@dataclass(frozen=True)
class Response:
    """An HTTP answer of any status; redirects are not followed."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Namespace:
    """Lives as long as a file descriptor of this process points to it: nothing is left behind, whatever happens."""

    def __init__(self) -> None:
        with ThreadPoolExecutor(1) as thread:
            self.descriptor = thread.submit(_new_namespace).result()

    @property
    def path(self) -> str:
        return f"/proc/{os.getpid()}/fd/{self.descriptor}"

    @property
    def prefix(self) -> list[str]:
        """Put before a command to run it inside."""
        return ["nsenter", f"--net={self.path}", "--"]

    def close(self) -> None:
        os.close(self.descriptor)


@dataclass(frozen=True)
class PodNetwork:
    """The network of one Pod, which reaches the lab and the other Pods."""

    address: str
    namespace: Namespace


class Network:
    """The lab's network: its own namespace, and those of its Pods behind it."""

    def __init__(self) -> None:
        self._namespace = Namespace()
        self._threads = ThreadPoolExecutor(8, "lab-network", _enter, (self._namespace.descriptor,))
        self._free = LOCAL_RANGE.hosts()
        self._free_for_pods = POD_RANGE.hosts()
        self._pods: list[PodNetwork] = []
        self.host = self.address()
        """The address of the "machine" itself, where the API server listens."""
        self._ip("link set lo up", f"address add {self.host}/{LOCAL_RANGE.prefixlen} dev lo")
        self.call(Path("/proc/sys/net/ipv4/ip_forward").write_text, "1")

    @property
    def prefix(self) -> list[str]:
        """Put before a command to run it inside."""
        return self._namespace.prefix

    def address(self) -> str:
        """Take a local address that no one uses yet."""
        return str(next(self._free))

    def pod(self) -> PodNetwork:
        """Make the network of a Pod: one cable to the lab, which passes on to all others."""
        pod = PodNetwork(str(next(self._free_for_pods)), Namespace())
        cable = f"pod{len(self._pods)}"
        self._pods.append(pod)
        self._ip(
            f"link add {cable} type veth peer name eth0 netns {pod.namespace.path}",
            f"link set {cable} up",
            f"route add {pod.address} dev {cable} src {self.host}",
        )
        self._ip(
            "link set lo up",
            f"address add {pod.address}/32 dev eth0",
            "link set eth0 up",
            f"route add {self.host} dev eth0 scope link",
            f"route add default via {self.host}",
            inside=pod.namespace,
        )
        return pod

    def route(self, addresses: str, pod: PodNetwork) -> None:
        """Send what is meant for a range of addresses to a Pod that stands for a node, and so passes it on to its own Pods."""
        self._ip(f"route add {addresses} via {pod.address}")

    def _ip(self, *commands: str, inside: Namespace | None = None) -> None:
        prefix = (inside or self._namespace).prefix
        done = subprocess.run([*prefix, "ip", "-batch", "-"], input="\n".join(commands), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"ip {commands}: {done.stderr}"

    def run(
        self,
        *arguments: str | Path,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
        pod: PodNetwork | None = None,
    ) -> Result:
        """Run a command inside to its end, or in a Pod's network."""
        prefix = pod.namespace.prefix if pod else self.prefix
        done = subprocess.run(
            [*prefix, *map(str, arguments)], input=stdin or "", env=env, timeout=timeout, capture_output=True, text=True, check=False
        )
        return Result(done.stdout, done.stderr, done.returncode)

    def start(
        self,
        *arguments: str | Path,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        pod: PodNetwork | None = None,
    ) -> Process:
        """Start a program inside, or in a Pod's network; its output goes to `log`."""
        prefix = pod.namespace.prefix if pod else self.prefix
        return Process([*prefix, *map(str, arguments)], log=log, env=env, cwd=cwd)

    def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run `function` on a thread that is inside. Do not start programs from it: see `Process`."""
        return self._threads.submit(function, *arguments).result()

    def request(
        self,
        method: str,
        url: str,
        *,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10,
        tls: ssl.SSLContext | None = None,
    ) -> Response:
        """Send one HTTP request from inside; OSError when nothing listens."""
        return self.call(_request, method, url, body, dict(headers or {}), timeout, tls)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, timeout: float = 10) -> Response:
        return self.request("GET", url, headers=headers, timeout=timeout)

    def close(self) -> None:
        self._threads.shutdown()
        for namespace in (*(pod.namespace for pod in self._pods), self._namespace):
            namespace.close()


def _new_namespace() -> int:
    # Only the calling thread moves; it ends at once, and the descriptor alone keeps the namespace.
    _check(_libc.unshare(_CLONE_NEWNET))
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def _enter(descriptor: int) -> None:
    _check(_libc.setns(descriptor, _CLONE_NEWNET))


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _request(
    method: str, url: str, body: str | bytes | None, headers: dict[str, str], timeout: float, tls: ssl.SSLContext | None
) -> Response:
    parts = urlsplit(url)
    if parts.hostname is None:
        raise ValueError(f"{url}: no host")
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=tls)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request(method, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = connection.getresponse()
        return Response(answer.status, answer.headers, answer.read().decode(errors="replace"))
    finally:
        connection.close()
