"""Who talks to whom: each construct says what its pods serve and where they connect to; network policies are made from that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from semantic_router_observability.spec import Spec


class Port(Spec, frozen=True):
    """A port that pods listen on: the container's, not the Service's.

    Attributes:
        number: Its number.
        protocol: `TCP` (default) or `UDP`.

    """

    number: int
    protocol: Literal["TCP", "UDP"] = "TCP"


class Pods(Spec, frozen=True):
    """Pods by labels.

    Attributes:
        namespace: Their namespace. Default: every namespace.
        labels: Labels they have. Default: none asked for, all pods of the namespace.
        namespace_labels: Labels of their namespace, where its name is not known. Default: none asked for.

    """

    namespace: str | None
    labels: dict[str, str] = {}
    namespace_labels: dict[str, str] = {}


class Addresses(Spec, frozen=True):
    """Whatever is not a pod, by address: a mail server, an identity provider, the API server.

    Attributes:
        cidrs: Address ranges. Default: every address, as a host name has no address when policies are written.

    """

    cidrs: Sequence[str] = ("0.0.0.0/0", "::/0")


class Service(Spec, frozen=True):
    """Whatever stands behind a Service, where only its name is known and not which pods it selects.

    Attributes:
        name: Name of the Service.
        namespace: Its namespace.

    """

    name: str
    namespace: str


class ApiServer(Spec, frozen=True):
    """The Kubernetes API server; where it is, the cluster's administrator knows."""


Peer = Pods | Addresses | Service | ApiServer
"""The other side of a connection."""


class Flow(Spec, frozen=True, kw_only=True):
    """One direction in which connections are opened.

    Attributes:
        peer: The other side.
        ports: Ports of the side that is connected to; those of the Service where the peer is one. Empty: any port, where targets are
            found by the name of their port.
        why: What for, in a few words; it stands in the report of the edges.

    """

    peer: Peer
    ports: Sequence[Port]
    why: str


class Traffic(Spec, frozen=True, kw_only=True):
    """Connections of one workload that the network has to allow.

    Attributes:
        name: The workload's name.
        pods: Its pods.
        sends: Connections its pods open.
        receives: Connections from pods that no construct here describes, such as an ingress controller or a Prometheus elsewhere.
        foreign: Its pods are not part of the stack, such as an ingress controller's: what it sends is allowed here, and no policy is made
            for it. Default false.

    """

    name: str
    pods: Pods
    sends: Sequence[Flow] = ()
    receives: Sequence[Flow] = ()
    foreign: bool = False


@runtime_checkable
class HasTraffic(Protocol):
    """A construct that says what it sends and receives."""

    @property
    def traffic(self) -> Sequence[Traffic]:
        """One entry a workload."""
        ...
