"""What Alertmanager connects to: receivers, and its replicas. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.kubernetes.traffic import Addresses, Flow, Pods, Port, Traffic
from semantic_router_observability.network.destinations import flows_in, flows_to

from .pod import GOSSIP_PORT
from .receivers import Email, Opsgenie, PagerDuty, RawReceiver, Webhook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .receivers import DeadManSwitch, Receiver

HTTPS = 443


def traffic(
    name: str, pods: Pods, *, receivers: Sequence[Receiver], dead_man_switch: DeadManSwitch | None, proxy_url: str | None, clustered: bool
) -> tuple[Traffic]:
    """Every connection that Alertmanager opens, from the arguments of its stack."""
    gossip = Flow(peer=pods, ports=(Port(GOSSIP_PORT), Port(GOSSIP_PORT, "UDP")), why="replicas among one another")
    notified = _receivers(pods.namespace or "", receivers, dead_man_switch, proxy_url)
    return (Traffic(name=name, pods=pods, sends=(*notified, *([gossip] if clustered else []))),)


def _receivers(
    namespace: str, receivers: Sequence[Receiver], dead_man_switch: DeadManSwitch | None, proxy_url: str | None
) -> Iterator[Flow]:
    """Connections to receivers.

    URLs in Secrets are unknown here, and so are the addresses of services on the internet: any address, on the HTTPS port.
    """
    by_http = False
    for receiver in receivers:
        why = f"receiver {receiver.name}"
        if isinstance(receiver, Email) or (isinstance(receiver, RawReceiver) and receiver.integration == "email"):
            host = receiver.host if isinstance(receiver, Email) else str(receiver.config.get("smarthost", ""))
            yield from flows_to(host, namespace=namespace, why=why)
            continue
        by_http = True
        if proxy_url is None:
            yield from _http(receiver, namespace, why)
        elif isinstance(receiver, RawReceiver):
            # It may name a proxy of its own.
            yield from flows_in(receiver.config.get("http_config", {}), namespace=namespace, why=why)
    if dead_man_switch and proxy_url is None:
        yield _anywhere("dead man's switch")
    if proxy_url is not None and (by_http or dead_man_switch):
        yield from flows_to(proxy_url, namespace=namespace, why="proxy on the way to receivers")


def _http(receiver: Receiver, namespace: str, why: str) -> Iterator[Flow]:
    match receiver:
        case Webhook(url=str() as url) | PagerDuty(url=str() as url) | Opsgenie(api_url=str() as url):
            yield from flows_to(url, namespace=namespace, why=why)
        case RawReceiver():
            named = list(flows_in(receiver.config, namespace=namespace, why=why))
            yield from named or [_anywhere(why)]
        case _:
            yield _anywhere(why)


def _anywhere(why: str) -> Flow:
    return Flow(peer=Addresses(), ports=(Port(HTTPS),), why=why)
