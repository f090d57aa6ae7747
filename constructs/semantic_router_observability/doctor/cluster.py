"""What the cluster says: requests by kubectl, with its own context and credentials, and HTTP requests through its port-forward."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.errors import ConfigError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .finding import Object

_TIMEOUT: Final = 30
"""Seconds for an answer of the API server."""

_HTTP_TIMEOUT: Final = 10
_LARGEST: Final = 64 * 1024 * 1024
_FORWARDING = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+)")


class RefusedError(Exception):
    """The cluster or a server did not answer a request; the text says why."""


class Cluster:
    """A cluster, read by kubectl.

    Args:
        options: Options for every call, such as `--context=staging`. Default: kubectl's current context.
        program: kubectl. Default: the one on PATH.

    Raises:
        ConfigError: kubectl is not on PATH.

    """

    def __init__(self, options: Sequence[str] = (), program: str | None = None) -> None:
        found = program or shutil.which("kubectl")
        if found is None:
            raise ConfigError(Place("kubectl"), None, "is not on PATH; install it, or run this where it is")
        self._command = [found, *options]

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl and return what it prints.

        Raises:
            RefusedError: it failed, or took too long.

        """
        try:
            done = subprocess.run(  # noqa: S603 - kubectl with arguments of ours
                [*self._command, f"--request-timeout={_TIMEOUT}s", *arguments],
                input=stdin,
                capture_output=True,
                text=True,
                timeout=2 * _TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RefusedError(f"kubectl {arguments[0]}: {error}") from error
        if done.returncode:
            raise RefusedError(" ".join(done.stderr.split()) or f"kubectl {arguments[0]} ended with exit code {done.returncode}")
        return done.stdout

    def list(self, kind: str, namespace: str, *options: str) -> list[Object]:
        """List the objects of a kind in a namespace."""
        found = json.loads(self.kubectl("get", kind, f"--namespace={namespace}", "--output=json", *options))
        return list(found["items"])

    def last_event(self, kind: str, name: str, namespace: str) -> str:
        """Return the message of the newest warning about an object, empty where there is none."""
        selector = f"--field-selector=involvedObject.kind={kind},involvedObject.name={name},type=Warning"
        try:
            events = self.list("events", namespace, selector)
        except RefusedError:
            return ""
        events.sort(key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"]["creationTimestamp"]))
        return " ".join(str(events[-1].get("message", "")).split()) if events else ""

    @contextmanager
    def forwarded(self, pod: str, namespace: str, port: int) -> Iterator[str]:
        """Forward a free local port to a pod, and give its URL.

        Raises:
            RefusedError: the port cannot be forwarded.

        """
        command = [*self._command, "port-forward", f"--namespace={namespace}", f"pod/{pod}", f":{port}", "--address=127.0.0.1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
            try:
                line = process.stdout.readline() if process.stdout else ""
                match = _FORWARDING.match(line)
                if match is None:
                    process.terminate()
                    raise RefusedError(" ".join(process.communicate()[1].split()) or "kubectl port-forward ended")
                yield f"http://127.0.0.1:{match[1]}"
            finally:
                process.terminate()


def answer(url: str, path: str, **parameters: str) -> Any:
    """Return the JSON that a server answers with.

    Raises:
        RefusedError: it does not answer, or with something else.

    """
    query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}{path}{query}", timeout=_HTTP_TIMEOUT) as response:  # noqa: S310 - the URL is the caller's
            return json.loads(response.read(_LARGEST))
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise RefusedError(f"{path}: {error}") from error
