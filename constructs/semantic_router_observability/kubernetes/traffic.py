"""Who talks to whom: each construct says what its pods serve and where they connect to; network policies are made from that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence


class Port(msgspec.Struct, frozen=True):
    """A port that pods listen on, by number: the container's, not the Service's."""

    number: int
    protocol: Literal["TCP", "UDP"] = "TCP"


class Pods(msgspec.Struct, frozen=True):
    """Pods by labels.

    Attributes:
        namespace: Their namespace; None stands for every namespace.
        labels: Labels they have. Default: none asked for, all pods of the namespace.
        namespace_labels: Labels of their namespace, where its name is not known. Default: none asked for.

    """

    namespace: str | None
    labels: dict[str, str] = {}
    namespace_labels: dict[str, str] = {}


class Addresses(msgspec.Struct, frozen=True):
    """Whatever is not a pod, by address: a mail server, an identity provider, the API server.

    Attributes:
        cidrs: Address ranges. Default: every address, as a host name has no address when policies are written.

    """

    cidrs: tuple[str, ...] = ("0.0.0.0/0", "::/0")


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """One direction in which connections are opened.

    Attributes:
        peer: The other side.
        ports: Ports of the side that is connected to. Empty: any port, where targets are found by the name of their port.
        why: What for, in a few words; it stands in the report of the edges.

    """

    peer: Pods | Addresses
    ports: tuple[Port, ...]
    why: str


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """What the network has to let through for one workload.

    Attributes:
        name: The workload's name.
        pods: Its pods.
        sends: Connections its pods open.
        receives: Connections from pods that no construct here describes, such as an ingress controller or a Prometheus elsewhere.

    """

    name: str
    pods: Pods
    sends: tuple[Flow, ...] = ()
    receives: tuple[Flow, ...] = ()


class HasTraffic(Protocol):
    """A construct that says what it sends and receives."""

    @property
    def traffic(self) -> Sequence[Traffic]:
        """One entry a workload."""
        ...
