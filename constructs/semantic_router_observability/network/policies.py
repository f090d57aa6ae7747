"""`NetworkPolicies`: only the connections that the wiring needs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from constructs import Construct

from semantic_router_observability.checks import dns_label, listed, unique
from semantic_router_observability.errors import ConfigError, place
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import labels
from semantic_router_observability.kubernetes.manifest import Manifest, chart_of, namespace_of
from semantic_router_observability.kubernetes.traffic import HasTraffic, Pods, Traffic
from semantic_router_observability.router.target import ALL_NAMESPACES

from .options import USUAL_DNS, ApiServerAddress
from .rules import EDGES, Rule, Wiring, body, reasons

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk8s import Chart

    from semantic_router_observability.kubernetes.traffic import Flow

    from .options import AllowedConnection, Dns


COMPONENT = "app.kubernetes.io/component"


class ScrapesRouters(HasTraffic, Protocol):
    """A construct whose first workload is a Prometheus that scrapes routers."""

    @property
    def router_flows(self) -> Sequence[Flow]:
        """Those of its connections that lead to the routers."""
        ...


class NetworkPolicies(Construct):
    """One NetworkPolicy for each workload of its members: what the wiring needs passes, nothing else.

    Usage:
        NetworkPolicies(chart, "network")
        NetworkPolicies(chart, "network", members=[prometheus, grafana, ingress])

    A policy selects the pods of its workload by the labels that only they have. Other pods of the namespace, the router among them, are
    left as they are. The policy of stack `grafana` is called `<id>-grafana`. Components of other charts of the app that connect to a member
    are allowed to, whether they are made before or after the policies.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: First half of every policy's name. At most 20 characters.
        members: Components whose pods are isolated: stacks, proxies, ingresses, objects of your own with `traffic`. Default: all stacks,
            proxies and ingresses of the chart, those that are made later too.
        allow_from: Connections from pods or addresses that no component of the app is, such as a Prometheus elsewhere. Default: none.
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
        members: Sequence[HasTraffic] | None = None,
        allow_from: Sequence[AllowedConnection] = (),
        allow_to: Sequence[AllowedConnection] = (),
        api_server: ApiServerAddress = ApiServerAddress(),  # noqa: B008  frozen
        dns: Sequence[Dns] = USUAL_DNS,
    ) -> None:
        dns_label(place("NetworkPolicies", "id"), id, limit=20)
        for name, values in (("members", members or ()), ("allow_from", allow_from), ("allow_to", allow_to), ("dns", dns)):
            listed(place(id, name), values)
        components = components_of(scope)
        chart = chart_of(scope) if members is None else None
        inside = [component for component in components.made if _is_in(component, chart)] if chart else list(members or ())
        outside = [component for component in components.made if component not in inside]
        wire = functools.partial(Wiring, allow_from=allow_from, allow_to=allow_to, api_server=api_server, dns=dns)
        workloads = _workloads(id, inside, outside)
        if members is not None and not workloads:
            raise ConfigError(place(id, "members"), [], "give at least one, such as a PrometheusStack")
        own = _check(id, workloads, allow_from, allow_to)
        super().__init__(scope, id)

        self._id, self._chart, self._wire = id, chart, wire
        self._inside, self._outside = inside, outside
        self._policies: dict[tuple[str | None, str], Manifest] = {}
        """By namespace and name of the workload."""
        self._write(wire(workloads), own)
        components.watch(self)

    @property
    def policies(self) -> Sequence[Manifest]:
        """A policy a workload, in the order of the members."""
        return list(self._policies.values())

    def learn(self, component: HasTraffic) -> None:
        """Take note of a component made later: as a member where those of the chart are, and as a client otherwise."""
        (self._inside if self._chart and _is_in(component, self._chart) else self._outside).append(component)
        self.update()

    def cover_chart(self) -> None:
        """Isolate the other stacks, proxies and ingresses of the chart too, those that are made later as well."""
        self._chart = chart = chart_of(self)
        further = [component for component in self._outside if _is_in(component, chart)]
        if further:
            self._inside += further
            self._outside = [component for component in self._outside if component not in further]
            self.update()

    def update(self) -> None:
        """Write the policies anew, from what the components connect to now."""
        workloads = _workloads(self._id, self._inside, self._outside)
        self._write(self._wire(workloads), _check(self._id, workloads, (), ()))

    def _write(self, wiring: Wiring, own: Sequence[Traffic]) -> None:
        for workload in own:
            incoming, outgoing = wiring.into(workload), wiring.out_of(workload)
            key = (workload.pods.namespace, workload.name)
            if key in self._policies:
                self._policies[key].amend(spec=_spec(workload, incoming, outgoing))
                self._policies[key].metadata.add_annotation(EDGES, reasons(incoming, outgoing))
            else:
                self._policies[key] = _policy(self, self._id, workload, incoming, outgoing)


class RouterAccess(Construct):
    """A NetworkPolicy for the routers' own pods, in their namespaces, that allows a Prometheus to scrape their metrics.

    Usage:
        RouterAccess(chart, "router-access", prometheus=prometheus)

    Policies add up, and the first one that selects a pod denies whatever none of them allows. So this is for namespaces whose policies
    already say who may use the router; where there are none, it would cut the gateway off.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: First half of every policy's name. At most 20 characters.
        prometheus: The Prometheus to allow: a `PrometheusStack`, or an `AddOn` for an existing one.

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


def _is_in(component: HasTraffic, chart: Chart) -> bool:
    return isinstance(component, Construct) and chart_of(component) is chart


def _policy(scope: Construct, id: str, workload: Traffic, incoming: list[Rule], outgoing: list[Rule]) -> Manifest:
    namespace = workload.pods.namespace or ""
    return Manifest(
        scope,
        workload.name if namespace == namespace_of(scope) else f"{namespace}.{workload.name}",
        api_version="networking.k8s.io/v1",
        kind="NetworkPolicy",
        name=f"{id}-{workload.name}",
        namespace=namespace,
        labels=labels("network-policy", id, "isolation"),
        annotations={EDGES: reasons(incoming, outgoing)},
        spec=_spec(workload, incoming, outgoing),
    )


def _spec(workload: Traffic, incoming: list[Rule], outgoing: list[Rule]) -> dict[str, Any]:
    namespace = workload.pods.namespace or ""
    return {
        "podSelector": {"matchLabels": dict(workload.pods.labels)},
        "policyTypes": ["Ingress", "Egress"],
        # Left out when empty: the API server does not store an empty list, and the types say that nothing passes.
        "ingress": body(incoming, namespace, "from") or None,
        "egress": body(outgoing, namespace, "to") or None,
    }


def _router_policy(scope: Construct, id: str, number: int, flow: Flow, prometheus: Traffic, own_namespace: str) -> Manifest:
    assert isinstance(flow.peer, Pods)  # noqa: S101  checked before
    namespace = flow.peer.namespace or ""
    rules = [Rule((prometheus.pods,), tuple(flow.ports), f"{prometheus.name}: {flow.why}")]
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
            "podSelector": _routers(flow.peer.labels),
            "policyTypes": ["Ingress"],
            "ingress": body(rules, namespace, "from"),
        },
    )


def _routers(labels: Mapping[str, str]) -> dict[str, Any]:
    """Selector of the routers' pods. Those of the Router Dashboard carry the same labels, but for their component."""
    if COMPONENT in labels:
        return {"matchLabels": dict(labels)}
    return {"matchLabels": dict(labels), "matchExpressions": [{"key": COMPONENT, "operator": "NotIn", "values": ["dashboard"]}]}


def _workloads(id: str, inside: Sequence[HasTraffic], outside: Sequence[HasTraffic]) -> list[Traffic]:
    """All workloads: those of the members, and those of other components, whose connections to members are allowed."""
    for member in inside:
        if not isinstance(member, HasTraffic):
            raise ConfigError(place(id, "members"), type(member).__name__, "it does not say what it sends and receives; give it `traffic`")
    own = [workload for member in inside for workload in member.traffic]
    pods = [workload.pods for workload in own if not workload.foreign]
    others = [workload for component in outside for workload in component.traffic]
    return _joined([*own, *(msgspec.structs.replace(other, foreign=other.pods not in pods) for other in others)])


def _joined(workloads: Sequence[Traffic]) -> list[Traffic]:
    """Entries about the same pods as one: an ingress says what its backends receive from a load balancer."""
    joined: dict[tuple[str, bool], Traffic] = {}
    for workload in workloads:
        # Mappings have no hash; the text of the pods does.
        key = (repr(workload.pods), workload.foreign)
        known = joined.get(key)
        joined[key] = (
            msgspec.structs.replace(known, sends=(*known.sends, *workload.sends), receives=(*known.receives, *workload.receives))
            if known
            else workload
        )
    return list(joined.values())


def _check(
    id: str, workloads: Sequence[Traffic], allow_from: Sequence[AllowedConnection], allow_to: Sequence[AllowedConnection]
) -> list[Traffic]:
    """Workloads whose pods get a policy, each checked."""
    own = [workload for workload in workloads if not workload.foreign]
    for workload in own:
        if not workload.pods.labels or workload.pods.namespace is None:
            raise ConfigError(
                place(id, "members"),
                workload.name,
                "its traffic names no labels or no namespace, so pods outside the stack would be isolated too",
            )
    unique(place(id, "members"), [f"{workload.pods.namespace}/{workload.name}" for workload in own], "workloads")
    names = [workload.name for workload in own]
    for where, allowed in (("allow_from", allow_from), ("allow_to", allow_to)):
        for name in (name for connection in allowed for name in connection.workloads):
            if name not in names:
                raise ConfigError(
                    place(id, where), name, f"no workload is called this; there are {', '.join(dict.fromkeys(names)) or 'none'}"
                )
    return own
