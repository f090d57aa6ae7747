"""What users say about traces: where they go, which are kept, what never leaves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from semantic_router_observability.checks import dns_label, duration_seconds, http_url, one_of
from semantic_router_observability.errors import ConfigError, Key, arg
from semantic_router_observability.kubernetes.access import TlsClient
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import DnsLabel, Duration, HttpUrl

if TYPE_CHECKING:
    from semantic_router_observability.checks import Url

PERSONAL: Final = r"cache\.key|(user|enduser|session|conversation)(\..*)?|gen_ai\.(prompt|completion|input|output|system_instructions|conversation)(\..*)?"
"""Regular expression of the attributes that hold what users wrote or who they are. The router puts the raw question into `cache.key`; the
others are names that OpenTelemetry's conventions and engines behind the router use."""

_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_ATTRIBUTE: Final = re.compile(r"[A-Za-z0-9_./-]+")
_HTTP_PATH: Final = "/v1/traces"


class TraceDestination(TlsClient, frozen=True, kw_only=True):
    """A store of traces that takes OTLP: Tempo, Jaeger, Data Prepper for OpenSearch, another collector, a vendor.

    Attributes:
        name: Name in the gateway's metrics and log, as lower-case letters, digits and dashes. Default `store`.
        url: Where the gateway reaches it, such as `http://tempo.tracing.svc:4317`. `https://` stands for TLS, also with gRPC.
        protocol: `grpc` (default), mostly on port 4317, or `http`, mostly on port 4318; with `http`, the path `/v1/traces` is appended.
        headers: HTTP headers, or metadata of gRPC, whose values are keys of Secrets, such as `authorization`. Default: none.
        ca: Authority of its certificate. Default: the system's.
        certificate: Certificate that the gateway shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in its certificate. Default: the host of the URL.

    """

    url: HttpUrl
    name: DnsLabel = "store"
    protocol: Literal["grpc", "http"] = "grpc"
    headers: dict[str, SecretKey] = {}

    def __post_init__(self) -> None:
        dns_label("name", self.name)
        url = self.address
        one_of("protocol", self.protocol, ("grpc", "http"))
        if self.protocol == "grpc" and url.path:
            raise ConfigError("url", self.url, f"gRPC has no path: remove {url.path}, or set {arg('protocol')} to http")
        if self.protocol == "grpc" and not re.search(r":\d+$", url.origin):
            raise ConfigError("url", self.url, "write the port, mostly 4317: gRPC has no usual one")
        if url.path.endswith(_HTTP_PATH):
            raise ConfigError("url", self.url, f"remove {_HTTP_PATH}: it is appended")
        if "$" in self.url:
            raise ConfigError("url", self.url, "remove '$': the collector would expand a variable")
        self.check_certificate()
        if url.scheme != "https":
            self.refuse_without_tls("write https://")
        self._check_headers(url)

    @property
    def address(self) -> Url:
        """The URL and its parts."""
        return http_url("url", self.url)

    def _check_headers(self, url: Url) -> None:
        for header, value in self.headers.items():
            if not _HEADER.fullmatch(header):
                raise ConfigError("headers", header, "write the name of an HTTP header, such as authorization")
            if header.lower() != header and self.protocol == "grpc":
                raise ConfigError("headers", header, "write it in lower case, as gRPC does")
            if url.scheme != "https" and not url.host.endswith((".svc", ".svc.cluster.local")):
                raise ConfigError(
                    ("headers", Key(header)),
                    value.secret,
                    "write https:// as url: outside the cluster, the header would be readable on its way",
                )


class TailSampling(Spec, frozen=True, kw_only=True):
    """Which traces are kept, decided when a trace is complete.

    A trace is kept if a span has an error, if it takes at least `slow`, or by chance.

    Attributes:
        percent: Percentage of all other traces that is kept, above 0 and below 100. Default 10.
        errors: Whether every trace with a failed upstream request is kept. Default true.
        slow: Traces that take at least this long are kept. Default `10s`.
        wait: Time from the first span of a trace to the decision; until then its spans stay in memory. The span that covers the engine's
            answer arrives when its response headers do, so this is to be longer than the slowest first token. Default `60s`.
        traces: Number of traces that may wait for their decision; the oldest are dropped beyond it. Default 20,000: 300 requests a second
            with the default `wait`.

    """

    percent: float = 10
    errors: bool = True
    slow: Duration = "10s"
    wait: Duration = "60s"
    traces: int = 20_000

    def __post_init__(self) -> None:
        if not 0 < self.percent < _ALL:
            raise ConfigError("percent", self.percent, "write a percentage above 0 and below 100, or omit the sampling to keep every trace")
        slow, wait = duration_seconds("slow", self.slow), duration_seconds("wait", self.wait)
        if wait <= slow:
            raise ConfigError("wait", self.wait, f"write more than {arg('slow')}, {self.slow}: a slow trace is not complete before")
        if wait > _LONGEST_WAIT:
            raise ConfigError("wait", self.wait, "write at most 10m: all spans of that time are held in memory")
        if not _FEWEST_TRACES <= self.traces <= _MOST_TRACES:
            raise ConfigError("traces", self.traces, f"write 100 to {_MOST_TRACES:,}: each may hold some 5 kB of memory")


_ALL = 100
_LONGEST_WAIT = 600
_FEWEST_TRACES = 100
_MOST_TRACES = 1_000_000


def check_attribute(where: tuple[str | int, ...], name: str) -> None:
    """Refuse what is not the name of an attribute.

    Raises:
        ConfigError: it has other characters.

    """
    if not isinstance(name, str) or not _ATTRIBUTE.fullmatch(name):
        raise ConfigError(where, name, "write the whole name of a span's attribute, such as http.path; patterns are not expanded")
