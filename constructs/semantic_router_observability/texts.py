"""Forms of the texts that settings hold: durations, sizes, URLs, names. `checks.py` matches them; the schema shows them to editors.

A field of a value is annotated with the form (`size: Quantity`): to type checkers it is text, and the schema gets the pattern and the
advice that the check uses. A pattern accepts at least what its check accepts; bounds that need arithmetic are the check's alone.
"""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple

import msgspec


class Text(NamedTuple):
    """A form of text."""

    pattern: re.Pattern[str]
    """What the whole text has to match. Written so that Python and JavaScript read it alike."""
    advice: str
    """What to write instead."""

    @property
    def meta(self) -> msgspec.Meta:
        """Annotation that only the schema reads; decoding leaves the check, and its message, to the value."""
        return msgspec.Meta(extra_json_schema={"pattern": f"^(?:{self.pattern.pattern})$", "patternErrorMessage": self.advice})


_DNS_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_UNITS = r"(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?"

DURATION = Text(
    re.compile(rf"(?=.*[1-9]){_UNITS}"),
    "write a Prometheus duration: whole numbers with y, w, d, h, m, s or ms, largest first, such as 15d or 1h30m",
)
DURATION_OR_ZERO = Text(
    re.compile(rf"0|(?=.){_UNITS}"),
    "write 0s or a Prometheus duration: whole numbers with y, w, d, h, m, s or ms, largest first, such as 5m",
)
QUANTITY = Text(
    re.compile(r"(?=.*[1-9])([0-9]+(?:\.[0-9]+)?)(m|[kMGTPE]|[KMGTPE]i)?"),
    "write a Kubernetes quantity above zero, such as 20Gi, 500M or 250m",
)
PROMETHEUS_SIZE = Text(
    re.compile(r"(?=.*[1-9])([0-9]+)(B|KB|MB|GB|TB|PB|EB)"),
    "write a whole number with B, KB, MB, GB or TB, such as 16GB (1GB is 1Gi)",
)
HTTP_URL = Text(
    re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20\x7f]+"),
    "write an absolute URL such as https://grafana.example.com",
)
DNS_LABEL = Text(
    re.compile(_DNS_LABEL),
    "write a name of lower-case letters, digits and '-', starting and ending with a letter or digit",
)
SERVICE_NAME = Text(
    re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"),
    "write a name of lower-case letters, digits and '-', starting with a letter, ending with a letter or digit",
)
DNS_SUBDOMAIN = Text(
    re.compile(rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*"),
    "write an object name: lower-case letters, digits, '-' and '.', at most 253 characters",
)
CONFIG_KEY = Text(
    re.compile(r"[-._a-zA-Z0-9]{1,253}"),
    "write a key of letters, digits, '-', '_' and '.', at most 253 characters",
)
PORT_NAME = Text(
    re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9](?:[-a-z0-9]{0,13}[a-z0-9])?"),
    "write a port's name: lower-case letters, digits and single '-', at least one letter, at most 15 characters",
)
HOST_AND_PORT = Text(
    re.compile(r"[A-Za-z0-9.-]+:([0-9]{1,5})"),
    "write host:port",
)

INSTANT = Text(
    re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})"),
    'write date, time and zone, in quotes, such as "2026-12-24T22:00:00Z" or "2026-12-24T23:00:00+01:00"',
)

HIGHEST_PORT = 65535
SCHEMES = ("http", "https")
ACCESS_MODES = ("ReadWriteOnce", "ReadWriteOncePod")


def _choices(values: tuple[str, ...]) -> msgspec.Meta:
    """Annotation of a closed set that only the schema reads."""
    return msgspec.Meta(extra_json_schema={"enum": list(values)})


Duration = Annotated[str, DURATION.meta]
"""A Prometheus duration above zero."""

DurationOrZero = Annotated[str, DURATION_OR_ZERO.meta]
"""A Prometheus duration; zero is accepted."""

Quantity = Annotated[str, QUANTITY.meta]
"""A Kubernetes quantity above zero."""

PrometheusSize = Annotated[str, PROMETHEUS_SIZE.meta]
"""A size as Prometheus's options spell it."""

HttpUrl = Annotated[str, HTTP_URL.meta]
"""An absolute http or https URL."""

DnsLabel = Annotated[str, DNS_LABEL.meta]
"""Name of a namespace."""

ObjectName = Annotated[str, DNS_SUBDOMAIN.meta]
"""Name of a Secret, claim, ConfigMap, class or another object."""

ConfigKey = Annotated[str, CONFIG_KEY.meta]
"""Key in a Secret or ConfigMap."""

PortName = Annotated[str, PORT_NAME.meta]
"""Name of a port."""

HostAndPort = Annotated[str, HOST_AND_PORT.meta]
"""A server that is not reached by URL."""

Instant = Annotated[str, INSTANT.meta]
"""A time with its zone."""

PortNumber = Annotated[int, msgspec.Meta(extra_json_schema={"minimum": 1, "maximum": HIGHEST_PORT})]
"""A TCP port."""

Scheme = Annotated[str, _choices(SCHEMES)]
"""How a target is scraped."""

AccessMode = Annotated[str, _choices(ACCESS_MODES)]
"""By how many pods a claim is mounted; one process writes a volume of this stack."""
