"""Asking a running Prometheus."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from harness.container import Container

Result = list[dict[str, Any]]


class Metrics:
    """The HTTP API of a Prometheus in the lab; `prefix` is the path of its external URL, the rest what it takes to get in."""

    def __init__(
        self, container: Container, prefix: str = "", *, headers: Mapping[str, str] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.container = container
        self.prefix = prefix
        self.headers = headers
        self.tls = tls

    def query(self, expression: str, **arguments: object) -> Result:
        """Evaluate at one time, by default now."""
        return self._read("query", query=expression, **arguments)["result"]  # type: ignore[no-any-return]

    def query_range(self, expression: str, *, start: float, end: float, step: float) -> Result:
        """Evaluate over a stretch of time."""
        return self._read("query_range", query=expression, start=start, end=end, step=step)["result"]  # type: ignore[no-any-return]

    def value(self, expression: str) -> float | None:
        """Evaluate to a single number, None when there is no data."""
        result = self.query(expression)
        assert len(result) <= 1, f"{expression}: {len(result)} series"
        return float(result[0]["value"][1]) if result else None

    def label_names(self) -> set[str]:
        return set(self._read("labels"))

    def label_values(self, name: str, match: str) -> set[str]:
        return set(self._read(f"label/{name}/values", **{"match[]": match}))

    def targets(self, job: str | None = None) -> Result:
        """Active targets, of one job if given."""
        found = self._read("targets", state="active")["activeTargets"]
        return [target for target in found if job in (None, target["scrapePool"])]

    def up(self, job: str) -> bool:
        """Whether the job has targets and the last scrape of each went well."""
        targets = self.targets(job)
        return bool(targets) and all(target["health"] == "up" for target in targets)

    def complaints(self) -> list[str]:
        """Lines of the log that are warnings or worse, or speak of a refusal."""
        return [line for line in self.container.log().splitlines() if re.search(r"level=(WARN|ERROR)|forbidden|panic|eprecat", line)]

    def _read(self, path: str, **arguments: object) -> Any:
        address = f"{self.prefix}/api/v1/{path}?{urlencode(arguments)}"
        answer = self.container.get("http", address, timeout=30, headers=self.headers, tls=self.tls)
        body = answer.json()
        assert body["status"] == "success", f"{path} {arguments}: {body}"
        assert not body.get("warnings"), f"{path} {arguments}: {body['warnings']}"
        return body["data"]
