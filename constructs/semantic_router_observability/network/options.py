"""Options of network policies that no construct can derive."""

from __future__ import annotations

from collections.abc import Sequence

from semantic_router_observability.checks import address_ranges, dns_label, kubernetes_labels, listed, port_number
from semantic_router_observability.errors import ConfigError, arg
from semantic_router_observability.kubernetes.traffic import Addresses, Pods
from semantic_router_observability.spec import Spec, Tagged
from semantic_router_observability.texts import DnsLabel, PortNumber

EVERYWHERE = "*"
"""Stands for every namespace."""


def _check_ports(ports: Sequence[int]) -> None:
    listed("ports", ports)
    for port in ports:
        port_number("ports", port)


class ApiServerAddress(Spec, frozen=True, kw_only=True):
    """Where the Kubernetes API server is.

    Attributes:
        cidrs: Its address ranges, after the Service `kubernetes` has been resolved: `kubectl get endpointslices -n default
            -l kubernetes.io/service-name=kubernetes` shows them. Default: any address.
        ports: Its ports. Default 443 and 6443, which most distributions use.

    """

    cidrs: Sequence[str] = Addresses().cidrs
    ports: Sequence[int] = (443, 6443)

    def __post_init__(self) -> None:
        address_ranges("cidrs", self.cidrs)
        _check_ports(self.ports)
        for name, values in (("cidrs", self.cidrs), ("ports", self.ports)):
            if not values:
                raise ConfigError(name, [], "Prometheus finds its targets through the API server; name at least one")


class DnsPods(Tagged, frozen=True, kw_only=True, tag="pods"):
    """Name servers that are pods.

    Attributes:
        namespace: Their namespace.
        labels: Their labels.
        port: Port they listen on, by UDP and TCP. Default 53.

    """

    namespace: DnsLabel
    labels: dict[str, str]
    port: PortNumber = 53

    def __post_init__(self) -> None:
        dns_label("namespace", self.namespace)
        kubernetes_labels("labels", self.labels)
        port_number("port", self.port)


class DnsAddresses(Tagged, frozen=True, kw_only=True, tag="addresses"):
    """Name servers by address, such as those that run on the nodes.

    Attributes:
        cidrs: Their address ranges. Default: any address.
        port: Port they listen on, by UDP and TCP. Default 53.

    """

    cidrs: Sequence[str] = Addresses().cidrs
    port: PortNumber = 53

    def __post_init__(self) -> None:
        address_ranges("cidrs", self.cidrs)
        if not self.cidrs:
            raise ConfigError("cidrs", [], "name at least one address range, such as 169.254.20.10/32")
        port_number("port", self.port)


Dns = DnsPods | DnsAddresses
"""Where names are resolved."""

USUAL_DNS: tuple[Dns, ...] = (
    DnsAddresses(),
    DnsPods(namespace="openshift-dns", labels={"dns.operator.openshift.io/daemonset-dns": "default"}, port=5353),
)
"""Port 53 of any server: pods of kube-dns or CoreDNS, caches on the node under a link-local address or the Service's own, resolvers of a
cloud. And OpenShift's, whose pods listen on another port."""


class AllowedConnection(Spec, frozen=True, kw_only=True):
    """Connections between the stack and pods or addresses that no other setting names.

    Attributes:
        workloads: Which of the stack's workloads, by name, such as `prometheus`.
        reason: What for; it stands in the policy's annotation.
        namespace: Namespace of the others; `*` stands for all. Default: the stack's own, where `pod_labels` are given.
        namespace_labels: Labels of their namespace, where its name is not known. Default: none asked for.
        pod_labels: Labels of the others. Default: none asked for, every pod of the namespace.
        cidrs: Addresses of the others, instead of pods. Default: none, pods are meant.
        ports: TCP ports of those who are connected to. Default: any.

    """

    workloads: Sequence[str]
    reason: str
    namespace: str | None = None
    namespace_labels: dict[str, str] = {}
    pod_labels: dict[str, str] = {}
    cidrs: Sequence[str] = ()
    ports: Sequence[int] = ()

    def __post_init__(self) -> None:
        for name, values in (("workloads", self.workloads), ("cidrs", self.cidrs), ("ports", self.ports)):
            listed(name, values)
        if not self.workloads:
            raise ConfigError("workloads", [], "name at least one, such as prometheus or grafana")
        if not self.reason.strip() or not self.reason.isprintable():
            raise ConfigError("reason", self.reason, "say on one line what the connection is for")
        named = self.namespace is not None or self.namespace_labels or self.pod_labels
        if bool(self.cidrs) == bool(named):
            raise ConfigError("cidrs", list(self.cidrs), f"give either {arg('cidrs')}, or pods by {arg('namespace')} and labels")
        if self.namespace is not None and self.namespace_labels:
            raise ConfigError("namespace_labels", self.namespace_labels, f"{arg('namespace')} is given too; keep one of the two")
        if self.namespace not in {None, EVERYWHERE}:
            dns_label("namespace", self.namespace or "")
        kubernetes_labels("namespace_labels", self.namespace_labels)
        kubernetes_labels("pod_labels", self.pod_labels)
        address_ranges("cidrs", self.cidrs)
        _check_ports(self.ports)

    def peer(self, own_namespace: str) -> Pods | Addresses:
        """Those others."""
        if self.cidrs:
            return Addresses(self.cidrs)
        if self.namespace == EVERYWHERE or self.namespace_labels:
            return Pods(None, self.pod_labels, self.namespace_labels)
        return Pods(self.namespace or own_namespace, self.pod_labels)
