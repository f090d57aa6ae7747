"""A real Envoy that calls an external processor for every request, before a model that answers as the path asks."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import yaml

from harness.external_processor import ExternalProcessor
from harness.process import Process
from semantic_router_observability.prometheus.envoy import EnvoyJob

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

Router = Literal["there", "away", "silent"]
"""The router: it answers, its port refuses connections, or it takes connections and says nothing."""

PATHS: Final = ("/ok", "/ok", "/ok", "/missing", "/fails", "/refused", "/forbidden", "/late", "/broken")
"""Requests of a recording: the model answers 200, 404 or 500, or refuses the connection; the router refuses, is late, or breaks the call."""

_STATUS: Final = {"/missing": 404, "/fails": 500}

_TIMEOUT: Final = 0.3
"""Seconds that Envoy waits for each message of the router."""

ISTIO: Final = {
    "cluster_name": r"^cluster(\.(.+);)",
    "http_conn_manager_prefix": r"^http\.(((?:[_.[:digit:]\w]*|[_\[\]aAbBcCdDeEfF[:digit:]\w\:]*));\.)",
    "response_code": r"_rq(_(\d{3}))$",
    "response_code_class": r"_rq(_(\dxx))$",
}
"""Tags of Istio's proxies as far as they matter here; all of Envoy's own are off."""

OLDER_ISTIO: Final = {
    "cluster_name": r"^cluster\.((.+?(\..+?\.svc\.cluster\.local)?)\.)",
    "response_code": r"_rq(_(\d{3}))$",
    "response_code_class": r"_rq(_(\dxx))$",
    "http_conn_manager_prefix": r"^http\.(((?:[_.[:digit:]]*|[_\[\]aAbBcCdDeEfF[:digit:]]*))\.)",
}
"""Those of older ones: they do not recognise the name of a gateway's listener."""

RECORDED: Final = Path(__file__).parents[1] / "recorded" / "gateway"

_GATEWAY_OF_ISTIO: Final = "outbound_0.0.0.0_8080"

RECORDINGS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "there-closed": {"allow": False},
        "there-open": {"allow": True},
        "away-closed": {"router": "away", "allow": False},
        "away-open": {"router": "away", "allow": True},
        "silent-open": {"router": "silent", "allow": True},
        "filter-prefix": {"allow": True, "filter_prefix": "semantic_router"},
        "istio": {"allow": True, "tags": ISTIO, "listener": _GATEWAY_OF_ISTIO},
        "older-istio": {"allow": True, "tags": OLDER_ISTIO, "listener": _GATEWAY_OF_ISTIO},
    }
)
"""Arguments of `Envoy` for each recorded page: the router's state, whether requests go on without it, and whose names the page has."""


class _Model(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(_STATUS.get(self.path, 200))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Envoy:
    """Envoy with its neighbours; whatever it takes ends with it."""

    def __init__(
        self,
        program: Path,
        folder: Path,
        *,
        router: Router = "there",
        allow: bool = False,
        listener: str = "http-10080",
        filter_prefix: str = "",
        tags: Mapping[str, str] | None = None,
        matched: Sequence[str] = (),
        metrics: str = "",
    ) -> None:
        """`allow` is `failure_mode_allow`; `tags` replace Envoy's own; `matched` are regular expressions of the only statistics it keeps;
        `metrics` is further configuration, in which 19000 stands for the admin port, and 19001 for one of its own.
        """
        self._stack = ExitStack()
        self._port, self._admin, self.metrics_port = _free_port(), _free_port(), _free_port()
        model = self._stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), _Model))
        Thread(target=model.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self._stack.callback(model.shutdown)
        clusters = {"models": model.server_address[1], "refusing": _free_port(), "semantic_router": self._router(router)}
        processor = {
            "grpc_service": {"envoy_grpc": {"cluster_name": "semantic_router"}},
            "failure_mode_allow": allow,
            "message_timeout": f"{_TIMEOUT}s",
            "processing_mode": {"request_body_mode": "BUFFERED", "response_body_mode": "BUFFERED"},
            **({"stat_prefix": filter_prefix} if filter_prefix else {}),
        }
        config: dict[str, Any] = {
            "admin": {"address": _address(self._admin)},
            "stats_flush_interval": "0.2s",
            "stats_config": {
                **({"use_all_default_tags": False} if tags else {}),
                "stats_tags": [{"tag_name": name, "regex": regex} for name, regex in (tags or {}).items()],
                **({"stats_matcher": {"inclusion_list": {"patterns": [_regex(regex) for regex in matched]}}} if matched else {}),
            },
            "static_resources": {
                "listeners": [_listener(self._port, listener, processor)],
                "clusters": [_cluster(f"{name};" if tags is ISTIO else name, port) for name, port in clusters.items()],
            },
        }
        if metrics:
            written = metrics.replace("19000", str(self._admin)).replace("19001", str(self.metrics_port))
            for kind, further in yaml.safe_load(written)["static_resources"].items():
                config["static_resources"][kind] += further
        if tags is ISTIO:
            config = json.loads(json.dumps(config).replace(f'"{listener}"', f'"{listener};"'))
        (folder / "envoy.json").write_text(json.dumps(config))
        command = [str(program), "--config-path", str(folder / "envoy.json"), "--use-dynamic-base-id", "--concurrency", "1"]
        self._process = Process([*command, "--log-level", "warning"], log=folder / "envoy.log")
        self._stack.callback(self._process.kill)

    def _router(self, router: Router) -> int:
        if router == "there":
            return int(self._stack.enter_context(ExternalProcessor()).server_address[1])
        if router == "away":
            return _free_port()
        silent = self._stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=32))
        return int(silent.getsockname()[1])

    def __enter__(self) -> Self:
        until = time.monotonic() + 30
        while True:
            try:
                assert self._get("/ready") == "LIVE\n"
            except (OSError, AssertionError):
                assert time.monotonic() < until, self._process.log()
                assert self._process.returncode is None, self._process.log()
                time.sleep(0.05)
            else:
                return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def ask(self, path: str) -> int:
        """Send a request; return its status."""
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}{path}", data=b"{}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def page(self, asked: str = "") -> str:
        """What Prometheus would read now, for the parameters `asked` that a scrape has; histograms follow their flush."""
        time.sleep(0.6)
        return self._get(f"/stats/prometheus{asked}")

    def _get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._admin}{path}", timeout=10) as answer:
            return str(answer.read().decode())


def record(program: Path, folder: Path, name: str) -> tuple[list[int], str]:
    """Run the gateway of a recording; return the status of each request and the page afterwards."""
    with Envoy(program, folder, **RECORDINGS[name]) as gateway:
        statuses = [gateway.ask(path) for path in PATHS]
        return statuses, gateway.page("?" + urllib.parse.urlencode(EnvoyJob().further()["params"], doseq=True))


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _regex(text: str) -> dict[str, Any]:
    return {"safe_regex": {"regex": text}}


def _typed(name: str, **fields: Any) -> dict[str, Any]:
    return {"@type": f"type.googleapis.com/envoy.extensions.{name}", **fields}


def _listener(port: int, name: str, processor: Mapping[str, Any]) -> dict[str, Any]:
    routes = [
        {"match": {"prefix": "/refused"}, "route": {"cluster": "refusing"}},
        {"match": {"prefix": "/"}, "route": {"cluster": "models"}},
    ]
    manager = _typed(
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=name,
        route_config={"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        http_filters=[
            {"name": "envoy.filters.http.ext_proc", "typed_config": _typed("filters.http.ext_proc.v3.ExternalProcessor", **processor)},
            {"name": "envoy.filters.http.router", "typed_config": _typed("filters.http.router.v3.Router")},
        ],
    )
    return {
        "name": "gateway",
        "address": _address(port),
        "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}],
    }


def _cluster(name: str, port: int) -> dict[str, Any]:
    plain = name.rstrip(";")
    options = _typed("upstreams.http.v3.HttpProtocolOptions", explicit_http_config={"http2_protocol_options": {}})
    return {
        "name": plain,
        **({"alt_stat_name": name} if name != plain else {}),
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": plain, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(port)}}]}]},
        **(
            {"typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options}}
            if plain == "semantic_router"
            else {}
        ),
    }


def main() -> None:
    """Write the recorded pages anew."""
    from harness.programs import program

    for name in RECORDINGS:
        with TemporaryDirectory() as folder:
            _, page = record(program("envoy"), Path(folder), name)
        (RECORDED / f"{name}.prom").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
