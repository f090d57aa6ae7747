"""What users say about probes: what is asked, how often, and which answer is right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from semantic_router_observability.checks import dns_label, duration_seconds, host_and_port, http_url, listed
from semantic_router_observability.errors import ConfigError, Key, arg
from semantic_router_observability.kubernetes.access import TlsClient
from semantic_router_observability.kubernetes.secrets import SecretKey
from semantic_router_observability.texts import DnsLabel, Duration, HostAndPort, HttpUrl

if TYPE_CHECKING:
    from decimal import Decimal

    from semantic_router_observability.checks import Url
    from semantic_router_observability.errors import Where

LONGEST_TIMEOUT: Final = 60

MARGIN: Final = 1
"""Seconds that a scrape lasts longer than the probe in it, so that a probe that takes too long is a failed one and not a lost one."""

MOST_TOKENS: Final = 256
LONGEST_PROMPT: Final = 1000
_DAY: Final = 86_400

_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_LOWEST_STATUS, _HIGHEST_STATUS = 100, 599


class Probe(TlsClient, frozen=True, kw_only=True):
    """What all kinds of probe have in common."""

    name: DnsLabel
    interval: Duration = "30s"
    timeout: Duration = "10s"

    kind: ClassVar[str]
    """Value of the label `type`."""
    intervals: ClassVar[tuple[int, int]] = 5, 120
    """Fewest and most seconds between two probes."""
    why: ClassVar[str] = "5s to 2m: within the 5 minutes of the alert there have to be two answers"
    """What is accepted as interval."""

    def __post_init__(self) -> None:
        dns_label("name", self.name)
        self._check_times()
        self.check_certificate()

    @property
    def seconds(self) -> tuple[Decimal, Decimal]:
        """Interval and timeout."""
        return duration_seconds("interval", self.interval), duration_seconds("timeout", self.timeout)

    def _check_times(self) -> None:
        interval, timeout = self.seconds
        shortest, longest = self.intervals
        if not shortest <= interval <= longest:
            raise ConfigError("interval", self.interval, f"write {self.why}")
        if not 1 <= timeout <= LONGEST_TIMEOUT:
            raise ConfigError("timeout", self.timeout, "write 1s to 1m")
        if timeout + MARGIN > interval:
            raise ConfigError("timeout", self.timeout, f"write at most the interval, {self.interval}, less a second")


class _OverHttp(Probe, frozen=True, kw_only=True):
    """What probes over HTTP have in common."""

    url: HttpUrl
    bearer_token: SecretKey | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        url = self.address
        if url.scheme != "https":
            self.refuse_without_tls("write https://")
        if self.bearer_token and url.scheme != "https" and not url.host.endswith((".svc", ".svc.cluster.local")):
            raise ConfigError(
                "bearer_token",
                self.bearer_token.secret,
                "write https:// as url: outside the cluster, the token would be readable on its way",
            )

    @property
    def address(self) -> Url:
        """The URL and its parts."""
        return http_url("url", self.url)

    @property
    def target(self) -> str:
        """The URL."""
        return self.url


class HttpProbe(_OverHttp, frozen=True, kw_only=True):
    """Get a page, and tell from its status and its text whether it is the right one. Redirects are not followed.

    Attributes:
        name: Value of the label `probe`.
        url: The page.
        status: Status codes that are right. Default 200.
        body: Regular expression, as Go reads it, that something in the page has to match. Default: any page is right.
        bearer_token: Token sent with the request. Default: none.
        interval: Time between two probes, `5s` to `2m`. Default `30s`.
        timeout: Time after which a probe has failed, at least a second less than the interval. Default `10s`.
        ca: Certificate authority the server's certificate is checked against. Default: the system's.
        certificate: Certificate that the probe shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the server's certificate, where it is not the host of the URL. Default: the host.

    """

    status: Sequence[int] = (200,)
    body: str | None = None

    kind = "http"

    def __post_init__(self) -> None:
        super().__post_init__()
        listed("status", self.status)
        if not self.status:
            raise ConfigError("status", [], "name at least one status code, such as 200")
        for index, code in enumerate(self.status):
            if not _LOWEST_STATUS <= code <= _HIGHEST_STATUS:
                raise ConfigError(("status", index), code, f"write a status code from {_LOWEST_STATUS} to {_HIGHEST_STATUS}")
        if self.body is not None:
            check_expression("body", self.body)


class TcpProbe(Probe, frozen=True, kw_only=True):
    """Open a connection, with TLS where the server has it, and close it again.

    Attributes:
        name: Value of the label `probe`.
        address: `host:port` of the server.
        tls: Whether the connection begins with TLS, which also tells when the server's certificate expires. Default false.
        interval: Time between two probes, `5s` to `2m`. Default `30s`.
        timeout: Time after which a probe has failed, at least a second less than the interval. Default `10s`.
        ca: Certificate authority the server's certificate is checked against. Default: the system's.
        certificate: Certificate that the probe shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the server's certificate, where it is not the host of the address. Default: the host.

    """

    address: HostAndPort
    tls: bool = False

    kind = "tcp"

    def __post_init__(self) -> None:
        super().__post_init__()
        host_and_port("address", self.address)
        if not self.tls:
            self.refuse_without_tls(f"set {arg('tls', True)}")

    @property
    def target(self) -> str:
        """The host and port."""
        return self.address


class CanaryProbe(_OverHttp, frozen=True, kw_only=True):
    """Ask a model a question through the gateway and the router, as a user does, and look whether there is an answer, which, and how soon.

    A canary has answered if the status is 200 and the answer holds text. Its request carries the header `x-canary` with its name, `User-Agent:
    semantic-router-canary` and the field `user: semantic-router-canary`, so that it can be told from requests of people. Each Prometheus that
    scrapes the probes sends its own.

    Attributes:
        name: Value of the label `probe`, and of the header `x-canary`.
        url: The whole URL of the endpoint, such as `http://envoy.envoy-gateway-system.svc/v1/chat/completions`.
        model: Model that is asked for. Default `auto`: the router chooses.
        prompt: The question, at most 1,000 characters. Default: one that needs a single word.
        max_tokens: Most tokens of an answer, 1 to 256. Default 16.
        body: Regular expression, as Go reads it, that something in the answer, which is JSON, has to match too. Default: any text is right.
        headers: Regular expressions that whole values of headers of the answer have to match, by the header's name, such as
            `x-vsr-selected-model`. Default: none.
        bearer_token: Token sent with the request. Default: none.
        interval: Time between two canaries, `1m` to `4m`. Default `4m`: 360 requests a day.
        timeout: Time after which a canary has failed, at most `1m`. Default `30s`.
        ca: Certificate authority the server's certificate is checked against. Default: the system's.
        certificate: Certificate that the canary shows. Default: none.
        key: Key of that certificate. Default: none.
        server_name: Name in the server's certificate, where it is not the host of the URL. Default: the host.

    """

    model: str = "auto"
    prompt: str = "Answer in one word: on which planet do people live?"
    max_tokens: int = 16
    body: str | None = None
    headers: dict[str, str] = {}
    interval: Duration = "4m"
    timeout: Duration = "30s"

    kind = "canary"
    # Prometheus forgets a sample after 5 minutes, and an answer takes up to a minute to arrive.
    intervals = 60, 240
    why = "1m to 4m: each costs tokens, and Prometheus forgets a sample after 5 minutes"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.address.path:
            raise ConfigError("url", self.url, "write the whole URL of the endpoint, with its path, such as /v1/chat/completions")
        if not self.model.strip():
            raise ConfigError("model", self.model, "name a model, or omit the key: auto lets the router choose")
        if not self.prompt.strip() or len(self.prompt) > LONGEST_PROMPT:
            raise ConfigError("prompt", self.prompt, f"write a question of 1 to {LONGEST_PROMPT:,} characters")
        if not 1 <= self.max_tokens <= MOST_TOKENS:
            raise ConfigError("max_tokens", self.max_tokens, f"write 1 to {MOST_TOKENS}: each canary costs up to that many")
        if self.body is not None:
            check_expression("body", self.body)
        for header, expression in self.headers.items():
            if not _HEADER.fullmatch(header):
                raise ConfigError("headers", header, "write the name of an HTTP header, such as x-vsr-selected-model")
            if not expression:
                raise ConfigError(("headers", Key(header)), expression, "write what its value has to be, such as qwen3-8b, or .* for any")
            check_expression(("headers", Key(header)), expression)

    @property
    def requests_per_day(self) -> int:
        """Requests that each Prometheus has it send."""
        return int(_DAY / self.seconds[0])

    @property
    def question_tokens(self) -> int:
        """Estimated tokens of a request: a token per three characters of the prompt, and 20 for the rest of the message."""
        return len(self.prompt) // 3 + 20


AnyProbe = HttpProbe | TcpProbe | CanaryProbe
"""Any kind of probe."""


def check_expression(where: Where, expression: str) -> None:
    """Refuse what Go would not compile.

    Raises:
        ConfigError: it is no regular expression of Go's syntax.

    """
    from semantic_router_observability.native import regex  # noqa: PLC0415 - only probes with an expression pay for it

    try:
        regex.check(expression)
    except ValueError as error:
        raise ConfigError(where, expression, "write a regular expression as Go reads it, without look-ahead and back-references") from error
