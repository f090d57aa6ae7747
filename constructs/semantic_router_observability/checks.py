"""Checks and arithmetic on the strings Kubernetes and Prometheus use: durations, quantities, names, URLs.

Pure functions: each takes `where` (the argument's name or path, for the message) and the value, returns it parsed or unchanged, or raises
`ConfigError`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from .errors import ConfigError, Key, Raw, Where, at
from .literals import is_credential, shape_of
from .texts import (
    CONFIG_KEY,
    DNS_LABEL,
    DNS_SUBDOMAIN,
    DURATION,
    DURATION_OR_ZERO,
    HIGHEST_PORT,
    HOST_AND_PORT,
    HTTP_URL,
    PORT_NAME,
    QUANTITY,
    SERVICE_NAME,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .texts import Text

_DURATION_SECONDS = (Decimal(31_536_000), Decimal(604_800), Decimal(86_400), Decimal(3600), Decimal(60), Decimal(1), Decimal("0.001"))
_QUANTITY_FACTOR: dict[str | None, Decimal] = {
    None: Decimal(1),
    "m": Decimal("0.001"),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTPE", start=1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", start=1)},
}
_LABEL_KEY = re.compile(rf"(?:{DNS_SUBDOMAIN.pattern.pattern}/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")

LABEL_LIMIT = 63
"""Longest name of a Service, a pod volume or a label's value (RFC 1123 label)."""

SUBDOMAIN_LIMIT = 253
"""Longest name of most other objects (RFC 1123 subdomain)."""

_PORTS = {"http": 80, "https": 443}

_LARGEST = 2**63 - 1
"""Largest signed 64-bit integer: Prometheus counts a duration's nanoseconds in one, Kubernetes a quantity's bytes."""

_KIBIBYTE, _MEBIBYTE = 2**10, 2**20

_DECIMAL_STEPS = [(Decimal(1000) ** power, suffix) for power, suffix in zip(range(-3, 7), ["n", "u", "m", "", *"kMGTPE"], strict=True)]
"""Suffixes of quantities that are not counted in bytes by 1024, the finest first."""


class Url(NamedTuple):
    """An http or https URL and its parts."""

    text: str
    """The URL as written."""
    scheme: str
    host: str
    path: str
    """Path without a trailing slash; empty for the root."""
    port: int
    """The scheme's, where none is written."""

    @classmethod
    def of(cls, text: str) -> Url:
        """Parse a URL.

        Raises:
            ConfigError: it is not absolute, is neither http nor https, or carries credentials, a query or a fragment.

        """
        return http_url("url", text)

    @property
    def origin(self) -> str:
        """Scheme, host and port as written, without the path."""
        scheme, _, rest = self.text.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"


def duration_seconds(where: Where, value: str) -> Decimal:
    """Seconds of a Prometheus duration such as `15d` or `1h30m`; zero is refused."""
    match = _match(DURATION, value)
    seconds = (
        sum((Decimal(part) * unit for part, unit in zip(match.groups(), _DURATION_SECONDS, strict=True) if part), Decimal(0))
        if match
        else 0
    )
    if not seconds:
        raise ConfigError(where, value, DURATION.advice)
    if seconds * 10**9 > _LARGEST:
        raise ConfigError(where, value, "write at most 292y, the longest time Prometheus can count")
    return Decimal(seconds)


def duration_or_zero(where: Where, value: str) -> Decimal:
    """Seconds of a Prometheus duration that may be zero: `0`, `0s`, `0m`, as in a rule's `for`."""
    if _match(DURATION_OR_ZERO, value) and not _match(DURATION, value):
        return Decimal(0)
    return duration_seconds(where, value)


def quantity(where: Where, value: str) -> Decimal:
    """Number behind a Kubernetes quantity such as `20Gi`, `250m` or `1.5`; zero is refused."""
    match = _match(QUANTITY, value)
    number = Decimal(match[1]) * _QUANTITY_FACTOR[match[2]] if match else Decimal(0)
    if not number:
        raise ConfigError(where, value, QUANTITY.advice)
    if number > _LARGEST:
        raise ConfigError(where, value, "write less than 8Ei, the largest number Kubernetes can count")
    return number


def canonical_quantity(value: str) -> str:
    """A valid quantity as the API server stores it: without fraction, with the largest suffix that needs none. `1.5Ti` is `1536Gi`.

    Otherwise every `kubectl apply` would find a difference and send the object again.
    """
    number = quantity("quantity", value)
    binary = value.endswith("i") and number >= _KIBIBYTE and number == int(number)
    steps = [(1024**power, f"{unit}i") for power, unit in enumerate("KMGTPE", start=1)] if binary else _DECIMAL_STEPS
    factor, suffix = max(((factor, suffix) for factor, suffix in steps if not number % factor), default=(Decimal(1), ""))
    return f"{int(number / factor)}{suffix}"


def byte_quantity(where: Where, value: str) -> Decimal:
    """Bytes behind a quantity of memory or storage. Below 1Mi the unit was forgotten, or `m` (thousandths) written for `M`."""
    size = quantity(where, value)
    if size < _MEBIBYTE:
        raise ConfigError(where, value, "write a size with its unit, at least 1Mi, such as 512Mi or 20Gi")
    return size


def dns_label(where: Where, value: str, *, limit: int = LABEL_LIMIT) -> str:
    """Name of a namespace, Service or port: RFC 1123 label of at most `limit` characters."""
    if not _match(DNS_LABEL, value) or len(value) > limit:
        raise ConfigError(where, value, f"{DNS_LABEL.advice}, at most {limit} characters")
    return value


def service_name(where: Where, value: str, *, limit: int = LABEL_LIMIT) -> str:
    """Name that a Service may have (RFC 1035 label): as `dns_label`, but it starts with a letter."""
    if not _match(SERVICE_NAME, value) or len(value) > limit:
        raise ConfigError(where, value, f"{SERVICE_NAME.advice}, at most {limit} characters")
    return value


def port_name(where: Where, value: str) -> str:
    """Name of a container's or Service's port (IANA service name)."""
    if not _match(PORT_NAME, value):
        raise ConfigError(where, value, PORT_NAME.advice)
    return value


def dns_subdomain(where: Where, value: str) -> str:
    """Name of most Kubernetes objects (Secrets, claims, ConfigMaps): RFC 1123 subdomain."""
    if not _match(DNS_SUBDOMAIN, value) or len(value) > SUBDOMAIN_LIMIT:
        raise ConfigError(where, value, DNS_SUBDOMAIN.advice)
    return value


def config_key(where: Where, value: str) -> str:
    """Key in a ConfigMap or Secret."""
    if not _match(CONFIG_KEY, value) or value in {".", ".."}:
        raise ConfigError(where, value, CONFIG_KEY.advice)
    return value


def label_value(where: Where, value: str) -> str:
    """Value of a label of a Kubernetes object."""
    if not _LABEL_VALUE.fullmatch(value):
        raise ConfigError(where, value, "write a Kubernetes label value: at most 63 letters, digits, '-', '_' and '.'")
    return value


def kubernetes_labels(where: Where, labels: Mapping[str, str]) -> Mapping[str, str]:
    """Labels (or a label selector) of Kubernetes objects."""
    for key, value in labels.items():
        if not _LABEL_KEY.fullmatch(key):
            raise ConfigError(where, key, "write a Kubernetes label key such as app or example.com/team")
        label_value(at(where, Key(key)), value)
    return labels


def kubernetes_annotations(where: Where, annotations: Mapping[str, str]) -> Mapping[str, str]:
    """Annotations of Kubernetes objects: keys as labels have them, values of any text."""
    for key in annotations:
        if not _LABEL_KEY.fullmatch(key):
            raise ConfigError(where, key, "write a Kubernetes annotation key such as example.com/owner")
    return annotations


def prometheus_labels(where: Where, labels: Mapping[str, str]) -> Mapping[str, str]:
    """Labels that Prometheus adds to series. Since Prometheus 3 a name is any text; those that start with `__` it removes."""
    for name in labels:
        if not name or name.startswith("__"):
            raise ConfigError(
                where, name, "write a Prometheus label name: a text that does not start with '__', such as team or service.name"
            )
    return labels


def http_url(where: Where, value: str) -> Url:
    """Absolute http or https URL without credentials, query or fragment."""
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if not _match(HTTP_URL, value) or not host or re.search(r"\s", value):
        raise ConfigError(where, value, HTTP_URL.advice)
    if not value.isascii():
        raise ConfigError(where, value, "write it in ASCII: the host in punycode, other characters percent-encoded")
    if parts.username or parts.password:
        raise ConfigError(where, f"{parts.scheme}://…@{host}", "take the credentials out of the URL and reference a Secret instead")
    if parts.query or parts.fragment:
        raise ConfigError(where, value, "remove everything from '?' or '#' on")
    return Url(value, parts.scheme, host, parts.path.rstrip("/"), parts.port or _PORTS[parts.scheme])


def api_url(where: Where, value: str) -> Url:
    """As `http_url`, with an optional query, as endpoints of services have it; a credential in the query is refused, and not repeated."""
    address, mark, query = value.partition("?") if isinstance(value, str) else (value, "", "")
    url = http_url(where, address)
    if "#" in query or not query.isascii() or re.search(r"\s", query):
        raise ConfigError(where, value, "write the query percent-encoded, without white space and '#'")
    for name, text in parse_qsl(query):
        if is_credential(name) or shape_of(text):
            raise ConfigError(where, f"{address}?{name}=…", "take the credential out of the URL and reference a Secret instead")
    return url._replace(text=f"{address}{mark}{query}")


def public_url(where: Where, url: Url) -> Url:
    """URL at which users reach a user interface: a DNS name, an optional port that leads to the ingress, and an optional path."""
    if not DNS_SUBDOMAIN.pattern.fullmatch(url.host) or url.host.replace(".", "").isdigit():
        raise ConfigError(where, url.text, "write a DNS name as host, such as https://grafana.example.com")
    if not re.fullmatch(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*", url.path):
        raise ConfigError(where, url.text, "write a plain path such as https://example.com/grafana")
    return url


def listed(where: Where, values: Collection[Any]) -> None:
    """Several values. One alone, and text above all, which Python would take letter by letter, is refused."""
    if isinstance(values, str) or not isinstance(values, Collection):
        shown = values if isinstance(values, str) else Raw(type(values).__name__)
        raise ConfigError(where, shown, "write a list, even of one")


def one_of(where: Where, value: str, accepted: Collection[str]) -> str:
    """Value from a closed set."""
    if value not in accepted:
        raise ConfigError(where, value, f"write one of {', '.join(sorted(accepted))}")
    return value


def port_number(where: Where, value: int) -> int:
    """TCP port."""
    if not 1 <= value <= HIGHEST_PORT:
        raise ConfigError(where, value, f"write a port from 1 to {HIGHEST_PORT}")
    return value


def address_ranges(where: Where, values: Collection[str]) -> None:
    """Address ranges as network policies have them: with the length in writing."""
    listed(where, values)
    for value in values:
        try:
            known = "/" in value and ipaddress.ip_network(value)
        except ValueError:
            known = False
        if not known:
            raise ConfigError(where, value, "write an address range with its length and no bits beyond it, such as 10.0.0.0/16")


def host_and_port(where: Where, value: str) -> str:
    """`host:port` of a server that is not reached by URL."""
    match = _match(HOST_AND_PORT, value)
    if not match:
        raise ConfigError(where, value, HOST_AND_PORT.advice)
    port_number(where, int(match[1]))
    return value


def unique(where: Where, values: Collection[str], what: str) -> None:
    """Refuse a repeated name."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ConfigError(where, value, f"two {what} share this name; rename one")
        seen.add(value)


def _match(text: Text, value: Any) -> re.Match[str] | None:
    """Match the whole text; a value that is not a string never matches."""
    return text.pattern.fullmatch(value) if isinstance(value, str) else None
