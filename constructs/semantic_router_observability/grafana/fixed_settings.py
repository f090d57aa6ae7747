"""Settings of `grafana.ini` that the manifests already decide: ports, probes, volumes and network policies follow from them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from semantic_router_observability.errors import ConfigError, Key, Where, arg, at
from semantic_router_observability.kubernetes.ports import GRAFANA
from semantic_router_observability.kubernetes.secrets import SecretKey

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Fixed(NamedTuple):
    accepted: str
    """Values that agree with the manifests, as a regular expression."""
    advice: str


_WRITABLE = r"(?:/var/lib/grafana|/tmp)(?:/(?!\.\.(?:/|$))[^/]+)*/?"
_BY_REPLICAS = f"remove it: {arg('replicas')} sets it, with the port and the name that the pods have"
_BY_DATABASE = f"use {arg('database')} instead: replicas and network policies follow from it"
_BY_TLS = f"use {arg('tls')} instead: probes and clients follow from it"

FIXED: Final = {
    ("server", "http_port"): _Fixed(str(GRAFANA), f"remove it: the pod, its probes, its Service and network policies have port {GRAFANA}"),
    ("server", "http_addr"): _Fixed(r"0\.0\.0\.0|::|", "remove it: probes and the Service reach Grafana at the pod's address"),
    ("server", "protocol"): _Fixed("(?!)", _BY_TLS),
    ("server", "cert_file"): _Fixed("(?!)", _BY_TLS),
    ("server", "cert_key"): _Fixed("(?!)", _BY_TLS),
    ("server", "serve_from_sub_path"): _Fixed("(?!)", f"use {arg('external_url')} with a path instead: probes follow from it"),
    ("paths", "data"): _Fixed("/var/lib/grafana/?", "remove it: the volume is mounted at /var/lib/grafana"),
    ("paths", "provisioning"): _Fixed(
        "/etc/grafana/provisioning/?", "remove it: data sources and dashboards are at /etc/grafana/provisioning"
    ),
    ("paths", "plugins"): _Fixed(_WRITABLE, "write a folder below /var/lib/grafana or /tmp: the rest of the file system is read-only"),
    ("paths", "logs"): _Fixed(_WRITABLE, "write a folder below /var/lib/grafana or /tmp: the rest of the file system is read-only"),
    ("database", "type"): _Fixed("sqlite3", _BY_DATABASE),
    ("database", "host"): _Fixed("(?!)", _BY_DATABASE),
    ("database", "url"): _Fixed("(?!)", _BY_DATABASE),
    ("security", "admin_user"): _Fixed("(?!)", f"use {arg('admin')} instead"),
    ("security", "admin_password"): _Fixed("(?!)", f"use {arg('admin')} instead"),
    ("unified_alerting", "ha_peers"): _Fixed("(?!)", _BY_REPLICAS),
    ("unified_alerting", "ha_listen_address"): _Fixed("(?!)", _BY_REPLICAS),
    ("unified_alerting", "ha_advertise_address"): _Fixed("(?!)", _BY_REPLICAS),
}


def check_fixed(where: Where, sections: Mapping[str, Mapping[str, str | SecretKey]]) -> None:
    """Refuse a setting that contradicts the manifests: Grafana would not become ready, or lose what it stores.

    Raises:
        ConfigError: there is one.

    """
    for (section, key), fixed in FIXED.items():
        value = sections.get(section, {}).get(key)
        if value is not None and (isinstance(value, SecretKey) or not re.fullmatch(fixed.accepted, value.strip())):
            raise ConfigError(at(where, Key(section), Key(key)), value.secret if isinstance(value, SecretKey) else value, fixed.advice)
