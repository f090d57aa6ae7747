"""`NetworkPolicies`: only the connections that the wiring needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from constructs import Construct

from semantic_router_observability.checks import dns_label, listed, unique
from semantic_router_observability.errors import ConfigError, place
from semantic_router_observability.kubernetes.labels import labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.traffic import Pods, Traffic
from semantic_router_observability.router.target import ALL_NAMESPACES

from .options import USUAL_DNS, ApiServerAddress
from .rules import EDGES, Rule, Wiring, body, reasons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.traffic import Flow, HasTraffic

    from .options import AllowedConnection, Dns


class ScrapesRouters(Protocol):
    """A `PrometheusStack`."""

    @property
    def traffic(self) -> Sequence[Traffic]:
        """Its own workload first."""
        ...

    @property
    def router_flows(self) -> Sequence[Flow]:
        """Connections to the routers."""
        ...


class NetworkPolicies(Construct):
    """One NetworkPolicy for each workload of its members: what the wiring needs passes, nothing else.

    Usage:
        NetworkPolicies(chart, "network", members=[prometheus, grafana, ingress])

    A policy selects the pods of its workload by the labels that only they have. Other pods of the namespace, the router among them, are
    left as they are. The policy of stack `grafana` is called `<id>-grafana`.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: First half of every policy's name. At most 20 characters.
        members: Whatever has `traffic`: stacks, proxies, ingresses. Who connects to a member has to be one too, or stand in `allow_from`.
        allow_from: Connections from pods or addresses that no member is, such as a Prometheus elsewhere. Default: none.
        allow_to: Connections to pods or addresses that no argument of a member names. Default: none.
        api_server: Where the API server is. Default: any address, ports 443 and 6443.
        dns: Where names are resolved. Default: port 53 of any address, and OpenShift's; see `USUAL_DNS`.

    Raises:
        ConfigError: a value cannot work; the message names argument, value and remedy.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        members: Sequence[HasTraffic],
        allow_from: Sequence[AllowedConnection] = (),
        allow_to: Sequence[AllowedConnection] = (),
        api_server: ApiServerAddress = ApiServerAddress(),  # noqa: B008  frozen
        dns: Sequence[Dns] = USUAL_DNS,
    ) -> None:
        dns_label(place("NetworkPolicies", "id"), id, limit=20)
        for name, values in (("members", members), ("allow_from", allow_from), ("allow_to", allow_to), ("dns", dns)):
            listed(place(id, name), values)
        workloads = _workloads(id, members)
        own = [workload for workload in workloads if not workload.foreign]
        _check(id, own, allow_from, allow_to)
        wiring = Wiring(workloads, allow_from=allow_from, allow_to=allow_to, api_server=api_server, dns=dns)
        super().__init__(scope, id)
        self.policies: Sequence[Manifest] = [
            _policy(self, id, workload, wiring.into(workload), wiring.out_of(workload)) for workload in own
        ]
        """A policy a workload, in the order of the members."""


class RouterAccess(Construct):
    """A NetworkPolicy for the routers' own pods, in their namespaces, that lets a Prometheus in to their metrics.

    Usage:
        RouterAccess(chart, "router-access", prometheus=prometheus)

    Policies add up, and the first one that selects a pod shuts out whatever none of them names. So this is for namespaces whose policies
    already say who may use the router; where there are none, it would cut the gateway off.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: First half of every policy's name. At most 20 characters.
        prometheus: The Prometheus to let in.

    Raises:
        ConfigError: the Prometheus scrapes every namespace, so that the routers' are not known.

    """

    def __init__(self, scope: Construct, id: str, *, prometheus: ScrapesRouters) -> None:
        dns_label(place("RouterAccess", "id"), id, limit=20)
        (workload, *_) = prometheus.traffic
        for flow in prometheus.router_flows:
            if not isinstance(flow.peer, Pods) or flow.peer.namespace is None:
                raise ConfigError(place(id, "prometheus"), ALL_NAMESPACES, "it scrapes every namespace; name those of the routers")
        super().__init__(scope, id)
        own = namespace_of(scope)
        self.policies: Sequence[Manifest] = [
            _router_policy(self, id, number, flow, workload, own) for number, flow in enumerate(prometheus.router_flows, start=1)
        ]
        """A policy for each set of labels and namespace that the routers' pods have."""


def _policy(scope: Construct, id: str, workload: Traffic, incoming: list[Rule], outgoing: list[Rule]) -> Manifest:
    namespace = workload.pods.namespace or ""
    return Manifest(
        scope,
        workload.name,
        api_version="networking.k8s.io/v1",
        kind="NetworkPolicy",
        name=f"{id}-{workload.name}",
        namespace=namespace,
        labels=labels("network-policy", id, "isolation"),
        annotations={EDGES: reasons(incoming, outgoing)},
        spec={
            "podSelector": {"matchLabels": dict(workload.pods.labels)},
            "policyTypes": ["Ingress", "Egress"],
            # Left out when empty: the API server does not store an empty list, and the types say that nothing passes.
            "ingress": body(incoming, namespace, "from") or None,
            "egress": body(outgoing, namespace, "to") or None,
        },
    )


def _router_policy(scope: Construct, id: str, number: int, flow: Flow, prometheus: Traffic, own_namespace: str) -> Manifest:
    assert isinstance(flow.peer, Pods)  # noqa: S101  checked before
    namespace = flow.peer.namespace or ""
    rules = [Rule((prometheus.pods,), flow.ports, f"{prometheus.name}: {flow.why}")]
    return Manifest(
        scope,
        f"policy-{number}",
        api_version="networking.k8s.io/v1",
        kind="NetworkPolicy",
        # Named after the stack's namespace, as its Roles are: two stacks may scrape one router.
        name=f"{id}-{own_namespace}-{prometheus.name}-{number}",
        namespace=namespace,
        labels=labels("network-policy", id, "isolation"),
        annotations={EDGES: reasons(rules, [])},
        spec={
            "podSelector": {"matchLabels": flow.peer.labels},
            "policyTypes": ["Ingress"],
            "ingress": body(rules, namespace, "from"),
        },
    )


def _workloads(id: str, members: Sequence[Any]) -> list[Traffic]:
    for member in members:
        if not hasattr(member, "traffic"):
            raise ConfigError(place(id, "members"), type(member).__name__, "it does not say what it sends and receives; give it `traffic`")
    workloads = [workload for member in members for workload in member.traffic]
    if not workloads:
        raise ConfigError(place(id, "members"), [], "give at least one, such as a PrometheusStack")
    return _joined(workloads)


def _joined(workloads: Sequence[Traffic]) -> list[Traffic]:
    """Entries about the same pods as one: an ingress says what its backends receive from a load balancer."""
    joined: dict[tuple[str, bool], Traffic] = {}
    for workload in workloads:
        # Mappings have no hash; the text of the pods does.
        key = (repr(workload.pods), workload.foreign)
        known = joined.get(key)
        joined[key] = (
            msgspec.structs.replace(known, sends=known.sends + workload.sends, receives=known.receives + workload.receives)
            if known
            else workload
        )
    return list(joined.values())


def _check(id: str, own: Sequence[Traffic], allow_from: Sequence[AllowedConnection], allow_to: Sequence[AllowedConnection]) -> None:
    unique(place(id, "members"), [workload.name for workload in own], "workloads")
    for workload in own:
        if not workload.pods.labels or workload.pods.namespace is None:
            raise ConfigError(
                place(id, "members"), workload.name, "its traffic names no labels or no namespace, so pods of others would be shut in too"
            )
    names = [workload.name for workload in own]
    for where, allowed in (("allow_from", allow_from), ("allow_to", allow_to)):
        for name in (name for each in allowed for name in each.workloads):
            if name not in names:
                raise ConfigError(place(id, where), name, f"no workload is called this; there are {', '.join(names)}")
