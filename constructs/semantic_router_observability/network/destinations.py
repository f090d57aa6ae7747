"""From an address in a configuration to those who may stand behind it. Pure."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from semantic_router_observability.kubernetes.traffic import Addresses, Flow, Peer, Pods, Port, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic_router_observability.kubernetes.endpoint import Endpoint

_DEFAULT_PORTS = {"http": 80, "https": 443, "ldap": 389, "ldaps": 636}
_POD_OF_A_STATEFUL_SET = re.compile(r".*-\d+")
_TOP_LEVEL = re.compile(r"com|net|org|edu|gov|mil|int|info|biz|[a-z]{2}")
"""Domains of the internet that hardly any namespace is called: those of old, and two letters for a country. `dev` or `cloud` may be either."""
_NAMES_A_SERVER = re.compile(r"(?:.*_)?(?:url|server|host|address|endpoint|smarthost)", re.IGNORECASE)


def flows_to(where: str, *, namespace: str, why: str, default_port: int | None = None) -> tuple[Flow, ...]:
    """Connections to a server, given as a URL, `host:port` or a host; none to the pod itself.

    A name that ends in `.svc`, or has no dot, is a Service's. One with a single dot may be a Service in another namespace or a host on the
    internet, so both are meant, unless it ends in a well-known domain: `example.com` is no Service. Every other name is a host outside, which has no address while policies are written: any address, on its
    port.

    Args:
        where: The server.
        namespace: Namespace of the pods that connect: where a name without a dot is looked up.
        why: What for.
        default_port: Port where neither `where` nor its scheme says one. Default: any.

    """
    host, port = _host_and_port(where, default_port)
    ports = (Port(port),) if port else ()
    return tuple(Flow(peer=peer, ports=ports, why=why) for peer in _peers(host, namespace))


def flows_to_endpoint(endpoint: Endpoint, *, namespace: str, why: str) -> tuple[Flow, ...]:
    """Connections to a component: to its pods where it says which they are."""
    if endpoint.pods is None:
        return flows_to(endpoint.url.text, namespace=namespace, why=why)
    return (Flow(peer=endpoint.pods, ports=(Port(endpoint.pod_port or endpoint.url.port),), why=why),)


def flows_in(config: Any, *, namespace: str, why: str) -> Iterator[Flow]:
    """Connections to every server that a raw configuration names: by a key such as `url`, `server` or `proxy_url`."""
    if isinstance(config, dict):
        for key, value in config.items():
            if isinstance(value, str) and _NAMES_A_SERVER.fullmatch(str(key)):
                # A URL in a message template is a link for readers, not a destination.
                if value and "{{" not in value:
                    yield from flows_to(value, namespace=namespace, why=why)
            else:
                yield from flows_in(value, namespace=namespace, why=why)
    elif isinstance(config, list | tuple):
        for item in config:
            yield from flows_in(item, namespace=namespace, why=why)


def _host_and_port(where: str, default_port: int | None) -> tuple[str, int | None]:
    try:
        parts = urlsplit(where if "://" in where else f"//{where}")
    except ValueError:  # brackets that hold no address
        return where, default_port
    try:
        return parts.hostname or "", parts.port or default_port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:  # a port that is a variable
        return parts.hostname or "", default_port


def _peers(host: str, namespace: str) -> tuple[Peer, ...]:
    if host == "localhost":
        return ()
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        return () if address.is_loopback else (Addresses((str(ipaddress.ip_network(address)),)),)
    if not re.fullmatch(r"[a-z0-9_.-]+", host):
        # A variable or a template stands for it.
        return (Pods(None), Addresses())
    return _named(host.rstrip(".").split("."), namespace)


def _named(labels: list[str], namespace: str) -> tuple[Peer, ...]:
    if "svc" in labels[2:]:
        at = labels.index("svc", 2)
        return (Service(labels[at - 2], labels[at - 1]),)
    match labels:
        case [name]:
            return (Service(name, namespace),)
        case [pod, name] if _POD_OF_A_STATEFUL_SET.fullmatch(pod):
            return (Service(name, namespace),)
        case [name, space] if not _TOP_LEVEL.fullmatch(space):
            return (Service(name, space), Addresses())
        case _:
            return (Addresses(),)
