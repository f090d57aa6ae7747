"""`Endpoint`: everything that one component has to know of another to connect to it, expose it or show its data. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from semantic_router_observability.checks import Url
from semantic_router_observability.errors import ConfigError, Raw, Where
from semantic_router_observability.rules.thresholds import INTERVAL, Line
from semantic_router_observability.spec import Spec

from .access import OPEN, Access
from .serving import ServingTls
from .traffic import Pods, Service


class Endpoint(Spec, frozen=True, kw_only=True):
    """Where a component is reached, and what connecting to it takes: the edge between two components.

    Each stack publishes its own as `endpoint`. A program of your own takes part as an Endpoint, or as an object that publishes one.

    Usage:
        mimir = Endpoint(url=Url.of("http://mimir.storage.svc:8080/prometheus"), uid="mimir")
        GrafanaStack(chart, "grafana", sources=[mimir])

    Attributes:
        url: Where pods of the cluster connect to. A Service is recognized by its name: `http://NAME.NAMESPACE.svc:PORT`.
        external_url: Where users reach it; host, path and scheme of its exposure follow from this. Default: not exposed.
        component: Kind of component, as in the label `app.kubernetes.io/name`, such as `grafana`. Default: none of this library's.
        pods: Its pods. Default: unknown, network policies then know only the Service or the host of `url`.
        pod_port: Port that its pods listen on. Default: the port of `url`.
        access: Credentials and certificate authority that its clients need. Default: none.
        tls: Certificate that it presents inside the cluster. Default: none.
        has_login: Whether users have to authenticate. Default false.
        no_login_reason: Why users need not authenticate, which is required to expose it without authentication. Default: none.
        embedded: Whether the Router Dashboard shows it inside itself, and so exposes it. Default false.
        uid: Uid of the data source that Grafana makes of it. Default: the first label of the host in `url`.
        interval: Time between its scrapes; Grafana never asks for finer steps. Default `15s`.
        recording_rules: Whether it evaluates the router's recording rules, which dashboards then read. Default false.
        lines: Red lines of panels, where its alerts fire. Default: those of the shipped alerts.
        runbooks: Base URL of the runbooks of its alerts, which the dashboard of alerts links. Default: none.
        features: Features that a Prometheus is started with, which PromQL of dashboards may take. Default: unknown, nothing is refused.
        dashboards: Uids of the dashboards that it ships, where it is a Grafana; alerts link no other of this project. Default: none.
        plugin: Plugin that Grafana needs for its data source, and installs from grafana.com when it starts. Default: none.
        sources: Number of Prometheus that it reads, where it is a Thanos Query; their alerts compare it. Default 0.
        optional_dashboards: Names of the optional dashboards that it has the series for, such as `slos`, which Grafana then ships. Default: none.
        rule_groups: Rule groups in native syntax that each Prometheus evaluates which sends alerts to it, where it is an Alertmanager. Default: none.
        router_namespaces: Namespaces of the routers that it scrapes; None stands for all of them. Default: it scrapes none.

    """

    url: Url
    external_url: Url | None = None
    component: str = ""
    pods: Pods | None = None
    pod_port: int | None = None
    access: Access = OPEN
    tls: ServingTls | None = None
    has_login: bool = False
    no_login_reason: str | None = None
    embedded: bool = False
    uid: str | None = None
    interval: str = INTERVAL
    recording_rules: bool = False
    lines: Sequence[Line] = ()
    runbooks: str | None = None
    features: Sequence[str] | None = None
    dashboards: Sequence[str] = ()
    plugin: str | None = None
    sources: int = 0
    optional_dashboards: Sequence[str] = ()
    rule_groups: Sequence[dict[str, Any]] = ()
    router_namespaces: Sequence[str | None] = ()

    @property
    def service(self) -> Service | None:
        """Service that `url` names; None where it names another host."""
        match self.url.host.split("."):
            case [name, namespace, "svc", *_]:
                return Service(name, namespace)
            case _:
                return None

    @property
    def name(self) -> str:
        """Name of its Service, or the first label of its host."""
        return self.url.host.partition(".")[0]

    @property
    def data_source_uid(self) -> str:
        """Uid of the data source that Grafana makes of it."""
        return self.uid or self.name

    @property
    def protected(self) -> bool:
        """Whether a plain request fails: it asks for credentials, or its certificate has an authority of its own."""
        return self.access != OPEN

    @property
    def endpoint(self) -> Endpoint:
        """Itself: an Endpoint stands wherever a component may."""
        return self

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it describes a program that is configured elsewhere."""


@runtime_checkable
class HasEndpoint(Protocol):
    """A component that others connect to: a stack, or an object of your own."""

    @property
    def endpoint(self) -> Endpoint:
        """Where it is reached, and what connecting to it takes."""
        ...

    def bind(self, later: Endpoint) -> None:
        """Learn of a component that was given this one: its constructor calls this with its own endpoint.

        For what is known only then, such as the address of a Grafana, which links in alerts of an earlier Prometheus lead to. A component
        that needs nothing of the kind does nothing.
        """
        ...


def endpoint_of(where: Where, component: HasEndpoint) -> Endpoint:
    """Endpoint of what was given as a component.

    Raises:
        ConfigError: it publishes none.

    """
    if not isinstance(component, HasEndpoint):
        raise ConfigError(where, Raw(type(component).__name__), "give a stack, an Endpoint, or an object with `endpoint` and `bind`")
    return component.endpoint
