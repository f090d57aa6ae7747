"""Rules of network policies, from who sends and who receives. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from semantic_router_observability.kubernetes.traffic import Addresses, ApiServer, Flow, Pods, Port, Service, Traffic

from .options import Dns, DnsPods

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .options import AllowedConnection, ApiServerAddress

EDGES = "semantic-router-observability/connections"
"""Annotation with what each rule is for."""

NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""Label that every namespace carries, with its name."""


ANYWHERE = Addresses()
"""Every address; whose it is does not matter."""


class Edge(NamedTuple):
    """A connection whose other side a policy can state."""

    peer: Pods | Addresses
    ports: tuple[Port, ...]
    why: str


class Rule(NamedTuple):
    """What a policy lets pass: edges that differ in nothing but their peers."""

    peers: tuple[Pods | Addresses, ...]
    ports: tuple[Port, ...]
    why: str


class Wiring:
    """All workloads together: each is allowed where another declares that it connects."""

    def __init__(
        self,
        workloads: Sequence[Traffic],
        *,
        allow_from: Sequence[AllowedConnection],
        allow_to: Sequence[AllowedConnection],
        api_server: ApiServerAddress,
        dns: Sequence[Dns],
    ) -> None:
        self._workloads = workloads
        self._allow_from = allow_from
        self._allow_to = allow_to
        self._api_server = api_server
        self._dns = dns

    def out_of(self, workload: Traffic) -> list[Rule]:
        """Connections that the workload's pods may open."""
        namespace = workload.pods.namespace or ""
        flows = [*workload.sends, *_allowed(self._allow_to, workload, namespace)]
        edges = [edge for flow in flows for edge in self._resolved(flow)]
        # Without any connection, no DNS lookup is needed.
        return _merged([*edges, *(edge for server in self._dns for edge in _names(server))] if edges else [])

    def into(self, workload: Traffic) -> list[Rule]:
        """Connections that the workload's pods have to take."""
        namespace = workload.pods.namespace or ""
        edges = [
            Edge(other.pods, edge.ports, f"{other.name}: {edge.why}")
            for other in self._workloads
            for flow in other.sends
            # Whatever stands behind a Service that no workload has, it is none of them.
            if not isinstance(flow.peer, Service) or self._behind(flow.peer)
            for edge in self._resolved(flow)
            if isinstance(edge.peer, Pods) and selects(edge.peer, workload.pods)
        ]
        declared = [*workload.receives, *_allowed(self._allow_from, workload, namespace)]
        return _merged([*edges, *(edge for flow in declared for edge in self._resolved(flow))])

    def _behind(self, service: Service) -> list[Pods]:
        return [workload.pods for workload in self._workloads if _serves(workload, service)]

    def _resolved(self, flow: Flow) -> Iterator[Edge]:
        match flow.peer:
            case ApiServer():
                yield Edge(Addresses(self._api_server.cidrs), tuple(Port(number) for number in self._api_server.ports), flow.why)
            case Service():
                # Services of the stack have the ports of their pods; of others not even the port is known.
                known = [Edge(pods, tuple(flow.ports), flow.why) for pods in self._behind(flow.peer)]
                yield from known or [Edge(Pods(flow.peer.namespace), (), flow.why)]
            case Pods() | Addresses():
                yield Edge(flow.peer, tuple(flow.ports), flow.why)


def selects(peer: Pods, pods: Pods) -> bool:
    """Whether the pods described by `pods` are among those that `peer` selects.

    A peer without labels stands for unknown pods, such as those behind a Service outside the stack; the workloads here have names.
    """
    in_namespace = peer.namespace == pods.namespace if peer.namespace is not None else not peer.namespace_labels
    return in_namespace and bool(peer.labels) and peer.labels.items() <= pods.labels.items()


def body(rules: Iterable[Rule], own_namespace: str, direction: str) -> list[dict[str, Any]]:
    """As `ingress` (direction `from`) or `egress` (direction `to`) of a NetworkPolicy."""
    return [
        {
            # Omitted, it means any peer, to every network plugin. A range of all addresses does not: to some it is no pod, and to
            # Cilium neither a node of the cluster nor the API server that runs on one.
            direction: None if ANYWHERE in rule.peers else [peer for peers in rule.peers for peer in _peers(peers, own_namespace)],
            "ports": [{"protocol": port.protocol, "port": port.number} for port in rule.ports] or None,
        }
        for rule in rules
    ]


def reasons(incoming: Iterable[Rule], outgoing: Iterable[Rule]) -> str:
    """Say what each rule is for, a line a rule, in the order of the rules."""
    lines = [f"in: {_ports(rule.ports)}{rule.why}" for rule in incoming] + [f"out: {_ports(rule.ports)}{rule.why}" for rule in outgoing]
    return "".join(f"{line}\n" for line in lines)


def _ports(ports: Sequence[Port]) -> str:
    return ", ".join(f"{port.protocol} {port.number}" for port in ports) + " for " if ports else "any port for "


def _peers(peer: Pods | Addresses, own_namespace: str) -> list[dict[str, Any]]:
    if isinstance(peer, Addresses):
        return [{"ipBlock": {"cidr": cidr}} for cidr in peer.cidrs]
    pods = {"podSelector": _selector(peer.labels)}
    if peer.namespace == own_namespace:
        return [pods]
    named = {NAMESPACE_LABEL: peer.namespace} if peer.namespace is not None else peer.namespace_labels
    return [{"namespaceSelector": _selector(named), **(pods if peer.labels else {})}]


def _selector(labels: Mapping[str, str]) -> dict[str, Any]:
    return {"matchLabels": dict(labels)} if labels else {}


def _serves(workload: Traffic, service: Service) -> bool:
    return workload.pods.namespace == service.namespace and service.name in {workload.name, f"{workload.name}-headless"}


def _allowed(allowed: Iterable[AllowedConnection], workload: Traffic, namespace: str) -> Iterator[Flow]:
    for rule in allowed:
        if workload.name in rule.workloads:
            yield Flow(peer=rule.peer(namespace), ports=tuple(Port(number) for number in rule.ports), why=rule.reason)


def _names(server: Dns) -> Iterator[Edge]:
    peer = Pods(server.namespace, server.labels) if isinstance(server, DnsPods) else Addresses(server.cidrs)
    yield Edge(peer, (Port(server.port, "UDP"), Port(server.port)), "names")


def _merged(edges: Iterable[Edge]) -> list[Rule]:
    """Each peer once for each set of ports, and in one rule all that have ports and reason in common."""
    # Mappings have no hash; the text of a peer does.
    peers = {repr(edge.peer): edge.peer for edge in edges}
    reasons_of: dict[tuple[str, tuple[Port, ...]], dict[str, None]] = {}
    for edge in edges:
        reasons_of.setdefault((repr(edge.peer), edge.ports), {})[edge.why] = None
    rules: dict[tuple[tuple[Port, ...], str], list[Pods | Addresses]] = {}
    for (name, ports), whys in reasons_of.items():
        rules.setdefault((ports, "; ".join(whys)), []).append(peers[name])
    return [Rule(tuple(who), ports, why) for (ports, why), who in rules.items()]
