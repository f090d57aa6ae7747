"""Forms of the texts that Prometheus and Alertmanager read with methods of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from semantic_router_observability.checks import duration_or_zero
from semantic_router_observability.errors import ConfigError, Where

from . import regex

if TYPE_CHECKING:
    from collections.abc import Callable

_SIZE = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[KMGTPE]i?B|B))+|0")
_GO_DURATION = re.compile(r"[+-]?(?:0|(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_SECRET = "<secret>"  # noqa: S105 - what Alertmanager writes in place of one

_ONE_OF = {
    "@prometheus/model/relabel.Action": (
        "replace", "keep", "drop", "keepequal", "dropequal", "hashmod", "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase",
    ),
    "@common/config.TLSVersion": ("TLS10", "TLS11", "TLS12", "TLS13"),
    "@common/model.ValidationScheme": ("", "legacy", "utf8"),
    "@prometheus/config.ScrapeProtocol": (
        "PrometheusProto", "PrometheusText0.0.4", "PrometheusText1.0.0", "OpenMetricsText0.0.1", "OpenMetricsText1.0.0",
    ),
    "@client_golang/exp/api/remote.WriteMessageType": ("prometheus.WriteRequest", "io.prometheus.write.v2.Request"),
    "@prometheus/discovery/kubernetes.Role": ("node", "pod", "service", "endpoints", "endpointslice", "ingress"),
}  # fmt: skip
"""Closed sets, from the source of Prometheus 3.13.5."""


def check_text(kind: str, where: Where, value: str) -> None:
    """Refuse a text that the program's method does not read. A text of a form that is not known here is left to the program.

    Raises:
        ConfigError: it has another form.

    """
    if kind in _ONE_OF:
        given = value.lower() if kind.endswith("relabel.Action") else value
        if given not in _ONE_OF[kind]:
            raise ConfigError(where, value, f"write one of {', '.join(sorted(text for text in _ONE_OF[kind] if text))}")
    elif kind in _CHECKS:
        _CHECKS[kind](where, value)


def _duration(where: Where, value: str) -> None:
    duration_or_zero(where, value)


def _go_duration(where: Where, value: str) -> None:
    if not _GO_DURATION.fullmatch(value):
        raise ConfigError(where, value, "write a duration such as 10s or 1m30s")


def _size(where: Where, value: str) -> None:
    if not _SIZE.fullmatch(value):
        raise ConfigError(where, value, "write a size such as 10MB, or 0 for no limit")


def _label_name(where: Where, value: str) -> None:
    if not value:
        raise ConfigError(where, value, "write the name of a label")


def _pattern(where: Where, value: str) -> None:
    try:
        regex.check(f"^(?s:{value})$")
    except ValueError as error:
        raise ConfigError(where, value, f"not a regular expression of Prometheus (RE2): {error}") from error


def _url(where: Where, value: str) -> None:
    """As Go parses a URL: control characters, a port that is no number and `%` without two digits in the host are refused."""
    if re.search(r"[\x00-\x1f\x7f]", value) or re.match(r"(?:[^/?#]*//)?[^?#]*%(?![0-9A-Fa-f]{2})", value) or value.startswith(":"):
        raise ConfigError(where, value, "write a URL")
    try:
        parts = urlsplit(value)
        host = parts.netloc.rpartition("@")[2]
    except ValueError as error:
        raise ConfigError(where, value, "write a URL") from error
    if not re.fullmatch(r"(?:\[[^\]]*\]|[^:\[\]\s<>\"\\^`{|}]*)(?::[0-9]*)?", host):
        raise ConfigError(where, value, "write a URL with a host, and a number as port")


def _http_url(where: Where, value: str) -> None:
    """As Alertmanager parses a URL."""
    if "{{" in value:
        return
    _url(where, value)
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ConfigError(where, value, "write an absolute URL such as https://example.com/hook")


def _host_port(where: Where, value: str) -> None:
    if value and not re.fullmatch(r"(?:\[[^\]]*\]|[^:\[\]]*):.+", value):
        raise ConfigError(where, value, "write host:port, such as mail.example.com:587")


_CHECKS: dict[str, Callable[[Where, str], None]] = {
    "@alecthomas/units.Base2Bytes": _size,
    "@common/model.Duration": _duration,
    "@common/model.LabelName": _label_name,
    "@time.Duration": _go_duration,
    "@alertmanager/config.duration": _go_duration,
    "@prometheus/model/relabel.Regexp": _pattern,
    "@common/config.URL": _url,
    "@alertmanager/config/common.URL": _http_url,
    "@alertmanager/config/common.SecretURL": _http_url,
    "@alertmanager/config.HostPort": _host_port,
}
