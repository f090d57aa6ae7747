"""`Observability`: the whole stack as one construct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from .alertmanager.stack import AlertmanagerStack
from .contract.options import ContractOptions
from .errors import ConfigError, form, place
from .exposure.controllers import Nginx
from .exposure.gateway import Gateway
from .exposure.ingress import ObservabilityIngress
from .exposure.openshift import OpenShiftRoute
from .grafana.stack import GrafanaStack
from .images import ImageRegistries
from .kubernetes.platform import Kubernetes, OpenShift, Platform
from .kubernetes.pods import Placement
from .login.oauth2_proxy import OAuth2Proxy
from .network.policies import NetworkPolicies, RouterAccess
from .prometheus.stack import PrometheusStack
from .secrets.construct import Secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .arguments import (
        AlertmanagerArguments,
        Exposed,
        GrafanaArguments,
        IngressArguments,
        NetworkPolicyArguments,
        OAuth2ProxyArguments,
        PrometheusArguments,
    )
    from .exposure.forms import Via
    from .kubernetes.endpoint import HasEndpoint
    from .secrets import Provider


class Observability(Construct):
    """Prometheus and Grafana, and on request Alertmanager, logins, an ingress and Secrets, isolated by network policies.

    Usage:
        Observability(chart, "stack")
        Observability(
            chart,
            "stack",
            prometheus={"retention": "30d"},
            grafana={"external_url": "https://grafana.example.com"},
            ingress={"via": Nginx()},
            registries=ImageRegistries(mirrors={"docker.io": "mirror.example.com"}),
        )

    Parts are called `prometheus`, `grafana`, `alertmanager`, `prometheus-login`, `alertmanager-login` and `ingress`, so a namespace has room
    for one; labels for all objects are those of the chart. For two in one namespace, use the constructs of the parts themselves.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Place in the tree; no name follows from it.
        prometheus: Arguments of `PrometheusStack`. Default: its defaults.
        grafana: Arguments of `GrafanaStack`; Prometheus is its source. Default: its defaults.
        alertmanager: Arguments of `AlertmanagerStack`; Prometheus sends alerts to it, and Grafana shows it. Default: no Alertmanager.
        logins: Arguments of an `OAuth2Proxy` in front of `prometheus` or `alertmanager`, by their names. Default: none.
        ingress: Arguments of `ObservabilityIngress`; `backends` are names of parts, default `grafana`, and `via` is a Route by default on
            OpenShift. Default: nothing is exposed.
        secrets: Where Secrets come from that the parts read, see `Secrets`. Default: they exist.
        isolate: Make network policies for all parts. Default true.
        network_policies: Further arguments of `NetworkPolicies`. Default: none.
        router_access: Make a policy for the routers' pods too, see `RouterAccess`. Default false.
        contract: What rules and dashboards are checked against, besides the router's metrics. Default: see `ContractOptions`.
        placement: Node selector, tolerations, affinity and priority of all parts; a part's own `placement` replaces it. Default: anywhere.
        registries: Mirrors and pull secrets. Default: none.
        platform: Kind of cluster: `Kubernetes()` (default), or `OpenShift()`, which chooses the user of pods itself.

    Raises:
        ConfigError: a value cannot work; the message names argument, value and remedy.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        prometheus: PrometheusArguments | None = None,
        grafana: GrafanaArguments | None = None,
        alertmanager: AlertmanagerArguments | None = None,
        logins: Mapping[Exposed, OAuth2ProxyArguments] | None = None,
        ingress: IngressArguments | None = None,
        secrets: Sequence[Provider] = (),
        isolate: bool = True,
        network_policies: NetworkPolicyArguments | None = None,
        router_access: bool = False,
        contract: ContractOptions = ContractOptions(),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        super().__init__(scope, id)

        self.alertmanager: AlertmanagerStack | None = None
        """Alertmanager, where one is asked for."""
        if alertmanager is not None:
            notifies: AlertmanagerArguments = {"placement": placement, **alertmanager}
            self.alertmanager = AlertmanagerStack(self, "alertmanager", registries=registries, platform=platform, **notifies)
        stacks = [self.alertmanager] if self.alertmanager else []

        scrapes: PrometheusArguments = {"placement": placement, **(prometheus or {})}
        scrapes = {**scrapes, "alertmanagers": (*stacks, *scrapes.get("alertmanagers", ()))}
        self.prometheus = PrometheusStack(self, "prometheus", contract=contract, registries=registries, platform=platform, **scrapes)
        """Prometheus."""

        shows: GrafanaArguments = {"placement": placement, **(grafana or {})}
        shows = {**shows, "data_sources": (*stacks, *shows.get("data_sources", ()))}
        self.grafana = GrafanaStack(
            self, "grafana", sources=[self.prometheus], contract=contract, registries=registries, platform=platform, **shows
        )
        """Grafana."""

        parts: dict[str, PrometheusStack | AlertmanagerStack] = {"prometheus": self.prometheus}
        parts |= {"alertmanager": self.alertmanager} if self.alertmanager else {}
        self.logins: dict[str, OAuth2Proxy] = {}
        """OAuth2 proxies, by the name of the part behind them."""
        for name, arguments in (logins or {}).items():
            if name not in parts:
                raise ConfigError(("logins", name), None, f"there is no part of this name to protect; there are {', '.join(parts)}")
            asks: OAuth2ProxyArguments = {"placement": placement, **arguments}
            self.logins[name] = OAuth2Proxy(self, f"{name}-login", upstream=parts[name], registries=registries, platform=platform, **asks)

        self.ingress: ObservabilityIngress | None = None
        """What exposes the parts, where that is asked for."""
        if ingress is not None:
            exposable = {**parts, "grafana": self.grafana, **self.logins}
            self.ingress = ObservabilityIngress(
                self,
                "ingress",
                backends=[_named(name, exposable) for name in ingress.get("backends", ("grafana",))],
                via=_via(ingress, platform),
                tls=ingress.get("tls"),
                annotations=ingress.get("annotations"),
            )

        members: list[PrometheusStack | GrafanaStack | AlertmanagerStack | OAuth2Proxy | ObservabilityIngress]
        members = [self.prometheus, self.grafana, *stacks, *self.logins.values(), *([self.ingress] if self.ingress else [])]
        self.secrets = Secrets(self, "secrets", of=members, providers=secrets) if secrets else None
        """Declarations of Secrets, where there are providers."""
        self.network_policies = NetworkPolicies(self, "network", members=members, **(network_policies or {})) if isolate else None
        """Network policies of all parts, unless `isolate` is false."""
        if router_access:
            RouterAccess(self, "router-access", prometheus=self.prometheus)


def _named(name: str, exposable: Mapping[str, HasEndpoint]) -> HasEndpoint:
    if name not in exposable:
        raise ConfigError(place("ingress", "backends"), name, f"there is none; add {name}, or remove it here")
    return exposable[name]


def _via(ingress: IngressArguments, platform: Platform) -> Via:
    if "via" in ingress:
        return ingress["via"]
    if isinstance(platform, OpenShift):
        return OpenShiftRoute()
    raise ConfigError(
        place("ingress", "via"),
        None,
        f"choose one, such as {form(Nginx)}, {form(Gateway, 'name')} or, on OpenShift, {form(OpenShiftRoute)}",
    )
