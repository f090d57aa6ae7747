"""What Grafana connects to, and who looks at it from inside the cluster. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semantic_router_observability.kubernetes.traffic import Addresses, Flow, Pods, Port, Traffic
from semantic_router_observability.network.destinations import flows_in, flows_to, flows_to_endpoint

from .datasources import RawDataSource
from .pod import PORT
from .settings import GOSSIP_PORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from semantic_router_observability.kubernetes.endpoint import Endpoint, HasEndpoint

    from .datasources import DataSource
    from .identity.auth_proxy import AuthProxy
    from .settings import Database, Smtp

ROUTER_DASHBOARD = {"app": "semantic-router", "app.kubernetes.io/component": "dashboard"}
"""Labels of the Router Dashboard's pods, as the router's Helm chart writes them."""

_HTTPS = 443

_FOR_BROWSERS = re.compile(r"root_url|auth_url|signout_redirect_url|.*_redirect_url|.*_link_url|content_delivery.*|cdn_url|custom_endpoint")
"""Addresses in `grafana.ini` that browsers are sent to; Grafana itself does not connect."""


def traffic(
    own: Endpoint,
    pods: Pods,
    *,
    sources: Sequence[Endpoint],
    data_sources: Sequence[DataSource | HasEndpoint],
    database: Database | None,
    smtp: Smtp | None,
    identity: Sequence[Flow],
    auth_proxy: AuthProxy | None,
    settings: Mapping[str, Mapping[str, str]],
    clustered: bool,
) -> tuple[Traffic, ...]:
    """Every connection that Grafana opens, from the arguments of its stack, and who shows it inside itself."""
    gossip = Flow(peer=pods, ports=(Port(GOSSIP_PORT), Port(GOSSIP_PORT, "UDP")), why="replicas among one another")
    namespace = pods.namespace or ""
    sends = _servers(namespace, [*sources, *data_sources], database, smtp, settings)
    return (
        Traffic(
            name=own.name,
            pods=pods,
            sends=(*sends, *identity, *([gossip] if clustered else [])),
            receives=(Flow(peer=Addresses(auth_proxy.networks), ports=(Port(PORT),), why="authenticating proxy"),) if auth_proxy else (),
        ),
        *(_router_dashboards(own, sources, namespace) if own.embedded else ()),
    )


def plugin_flows(settings: Mapping[str, Mapping[str, str]]) -> Sequence[Flow]:
    """Connections by which Grafana installs plugins when it starts; none where `settings` name none."""
    return [Flow(peer=Addresses(), ports=(Port(_HTTPS),), why="plugins of grafana.com")] if settings else []


def _servers(
    namespace: str,
    sources: Sequence[DataSource | HasEndpoint],
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


def _router_dashboards(grafana: Endpoint, sources: Sequence[Endpoint], namespace: str) -> Iterator[Traffic]:
    """Connections of the Router Dashboard's pods to the Grafana and the Prometheus servers that it shows inside itself.

    They run beside the router; a source that scrapes the router knows where.
    """
    flows = tuple(
        flow
        for shown in (grafana, *sources)
        if shown.pods
        for flow in flows_to_endpoint(shown, namespace=namespace, why="shown inside the Router Dashboard")
    )
    beside = [place for source in sources for place in source.router_namespaces]
    for place in dict.fromkeys(beside or [namespace]):
        yield Traffic(name="router-dashboard", pods=Pods(place, ROUTER_DASHBOARD), sends=flows, foreign=True)


def _data_source(source: DataSource | HasEndpoint, namespace: str) -> Iterator[Flow]:
    if isinstance(source, RawDataSource):
        why = f"data source {source.uid}"
        named = list(flows_in(source.config, namespace=namespace, why=why))
        # Without an address it is a service of a cloud, whose API is somewhere on the internet.
        yield from named or [Flow(peer=Addresses(), ports=(Port(_HTTPS),), why=why)]
    else:
        yield from flows_to_endpoint(source.endpoint, namespace=namespace, why=f"data source {source.endpoint.data_source_uid}")
