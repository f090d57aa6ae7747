"""What NetworkPolicies allow, by the rules of `networking.k8s.io/v1`: enough of a network plugin to try ours without one."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from manifests import Object


@dataclass(frozen=True)
class Pod:
    """A pod; `address` counts only where plugins apply address ranges to pods."""

    name: str
    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    address: str = "10.244.0.1"


@dataclass(frozen=True)
class Host:
    """Whatever is no pod."""

    address: str


@dataclass(frozen=True)
class Network:
    """The policies of a cluster.

    Attributes:
        policies: NetworkPolicy objects.
        namespace_labels: Labels of namespaces besides their names.
        ranges_hold_pods: Whether an address range also means the pods in it. Kubernetes leaves that to the plugin: Calico says yes, Cilium
            no. What has to pass must pass under either reading.

    """

    policies: Sequence[Object]
    namespace_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ranges_hold_pods: bool = False

    def allows(self, source: Pod | Host, target: Pod | Host, port: int, protocol: str = "TCP") -> bool:
        """Whether a connection from source to target comes about: both sides have to agree."""
        if source == target:
            return True
        return self._direction_allows("Egress", source, target, port, protocol) and self._direction_allows(
            "Ingress", target, source, port, protocol
        )

    def _direction_allows(self, kind: str, subject: Pod | Host, other: Pod | Host, port: int, protocol: str) -> bool:
        if isinstance(subject, Host):
            return True
        chosen = [policy for policy in self.policies if kind in self._types(policy) and self._selects(policy, subject)]
        if not chosen:
            return True
        return any(
            self._ports_match(rule, port, protocol) and self._peers_match(rule, kind, policy, other)
            for policy in chosen
            for rule in policy["spec"].get(kind.lower()) or ()
        )

    @staticmethod
    def _types(policy: Object) -> Sequence[str]:
        spec = policy["spec"]
        return spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])

    @staticmethod
    def _selects(policy: Object, pod: Pod) -> bool:
        return policy["metadata"]["namespace"] == pod.namespace and matches(policy["spec"]["podSelector"], pod.labels)

    @staticmethod
    def _ports_match(rule: Mapping[str, Any], port: int, protocol: str) -> bool:
        ports = rule.get("ports") or ()
        return not ports or any(
            entry.get("protocol", "TCP") == protocol
            and ("port" not in entry or entry["port"] <= port <= entry.get("endPort", entry["port"]))
            for entry in ports
        )

    def _peers_match(self, rule: Mapping[str, Any], kind: str, policy: Object, other: Pod | Host) -> bool:
        peers = rule.get({"Ingress": "from", "Egress": "to"}[kind]) or ()
        return not peers or any(self._peer_matches(peer, policy["metadata"]["namespace"], other) for peer in peers)

    def _peer_matches(self, peer: Mapping[str, Any], home: str, other: Pod | Host) -> bool:
        if "ipBlock" in peer:
            return (isinstance(other, Host) or self.ranges_hold_pods) and _within(peer["ipBlock"], other.address)
        if isinstance(other, Host):
            return False
        if "namespaceSelector" in peer:
            labels = {"kubernetes.io/metadata.name": other.namespace, **self.namespace_labels.get(other.namespace, {})}
            if not matches(peer["namespaceSelector"], labels):
                return False
        elif other.namespace != home:
            return False
        return matches(peer.get("podSelector", {}), other.labels)


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector chooses something with these labels; an empty one chooses everything."""
    return all(_holds(labels, key, operator, values) for key, operator, values in _requirements(selector))


def _requirements(selector: Mapping[str, Any]) -> Iterator[tuple[str, str, Sequence[str]]]:
    unknown = selector.keys() - {"matchLabels", "matchExpressions"}
    if unknown:
        raise ValueError(unknown)
    for key, value in (selector.get("matchLabels") or {}).items():
        yield key, "In", [value]
    for expression in selector.get("matchExpressions") or ():
        yield expression["key"], expression["operator"], expression.get("values", ())


def _holds(labels: Mapping[str, str], key: str, operator: str, values: Sequence[str]) -> bool:
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    raise ValueError(operator)


def _within(block: Mapping[str, Any], address: str) -> bool:
    found = ipaddress.ip_address(address)

    def holds(cidr: str) -> bool:
        network = ipaddress.ip_network(cidr)
        return network.version == found.version and found in network

    return holds(block["cidr"]) and not any(holds(cidr) for cidr in block.get("except") or ())
