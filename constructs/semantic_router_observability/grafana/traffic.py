"""What Grafana connects to, and who looks at it from inside the cluster. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from semantic_router_observability.kubernetes.traffic import Addresses, Flow, Pods, Port, Traffic
from semantic_router_observability.network.destinations import flows_in, flows_to

from .datasources import RawDataSource
from .pod import PORT
from .settings import GOSSIP_PORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .datasources import AlertSource, DataSource, MetricsSource
    from .identity.auth_proxy import AuthProxy
    from .settings import Database, Smtp

ROUTER_DASHBOARD = {"app": "semantic-router", "app.kubernetes.io/component": "dashboard"}
"""Labels of the Router Dashboard's pods, as the router's Helm chart writes them."""

_HTTPS = 443

_FOR_BROWSERS = re.compile(r"root_url|auth_url|signout_redirect_url|.*_redirect_url|.*_link_url|content_delivery.*|cdn_url|custom_endpoint")
"""Addresses in `grafana.ini` that browsers are sent to; Grafana itself does not connect."""


def traffic(
    name: str,
    pods: Pods,
    *,
    sources: Sequence[MetricsSource],
    data_sources: Sequence[DataSource | AlertSource],
    database: Database | None,
    smtp: Smtp | None,
    identity: Sequence[Flow],
    auth_proxy: AuthProxy | None,
    settings: Mapping[str, Mapping[str, str]],
    clustered: bool,
    embedding: bool,
) -> tuple[Traffic, ...]:
    """Every connection that Grafana opens, from the arguments of its stack, and who shows it inside itself."""
    gossip = Flow(peer=pods, ports=(Port(GOSSIP_PORT), Port(GOSSIP_PORT, "UDP")), why="replicas among one another")
    sends = _servers(pods.namespace or "", [*sources, *data_sources], database, smtp, settings)
    return (
        Traffic(
            name=name,
            pods=pods,
            sends=(*sends, *identity, *([gossip] if clustered else [])),
            receives=(Flow(peer=Addresses(auth_proxy.networks), ports=(Port(PORT),), why="proxy that says who people are"),)
            if auth_proxy
            else (),
        ),
        *(_router_dashboards(sources, pods) if embedding else ()),
    )


def _servers(
    namespace: str,
    sources: Sequence[MetricsSource | DataSource | AlertSource],
    database: Database | None,
    smtp: Smtp | None,
    settings: Mapping[str, Mapping[str, str]],
) -> Iterator[Flow]:
    for source in sources:
        yield from _data_source(source, namespace)
    if database:
        yield from flows_to(database.host, namespace=namespace, why="database")
    if smtp:
        yield from flows_to(smtp.host, namespace=namespace, why="mail")
    for section, values in settings.items():
        servers = {key: value for key, value in values.items() if not _FOR_BROWSERS.fullmatch(key)}
        if values.get("enabled", "true") != "false" and section != "server":
            yield from flows_in(servers, namespace=namespace, why=f"setting {section}")


def _router_dashboards(sources: Sequence[MetricsSource], grafana: Pods) -> Iterator[Traffic]:
    """Tell that the Router Dashboard's pods ask the Grafana and the Prometheus that it shows inside itself.

    They run beside the router; where that is, a source says that scrapes it.
    """
    beside = [flow.peer.namespace for source in sources for flow in getattr(source, "router_flows", ())]
    shown = [(grafana, PORT), *((pods, port) for source in sources for pods, port in _pods(source))]
    flows = tuple(Flow(peer=pods, ports=(Port(port),), why="shown inside the Router Dashboard") for pods, port in shown)
    for namespace in dict.fromkeys(beside or [grafana.namespace]):
        yield Traffic(name="router-dashboard", pods=Pods(namespace, ROUTER_DASHBOARD), sends=flows, foreign=True)


def _pods(source: Any) -> Iterator[tuple[Pods, int]]:
    traffic, port = getattr(source, "traffic", None), urlsplit(getattr(source, "url", "")).port
    if traffic and port:
        yield traffic[0].pods, port


def _data_source(source: MetricsSource | DataSource | AlertSource, namespace: str) -> Iterator[Flow]:
    if isinstance(source, RawDataSource):
        why = f"data source {source.uid}"
        named = list(flows_in(source.config, namespace=namespace, why=why))
        # Without an address it is a service of a cloud, whose API is somewhere on the internet.
        yield from named or [Flow(peer=Addresses(), ports=(Port(_HTTPS),), why=why)]
        return
    why = f"data source {source.uid}"
    own = list(_pods(source))
    for pods, port in own:
        yield Flow(peer=pods, ports=(Port(port),), why=why)
    if not own:
        yield from flows_to(source.url, namespace=namespace, why=why)
