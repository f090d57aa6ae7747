"""`RouterTarget`: how the Semantic Router was installed, and the relabelling that finds it.

All installations name the metrics port `metrics`; Service names and labels differ, and one Service (the operator's) carries no labels at
all. So targets are chosen by the port's name and the labels of the *pods* behind the EndpointSlice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from semantic_router_observability.checks import dns_label, dns_subdomain, kubernetes_labels, listed, port_name, port_number
from semantic_router_observability.errors import ConfigError, Raw, Value, Where, arg
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import ObjectName, PortName, PortNumber

if TYPE_CHECKING:
    from collections.abc import Mapping

JOB = "semantic-router"
"""Value of the `job` label of every router series, whatever the installation."""

CLIENTS_JOB = "semantic-router-clients"
"""Value of `job` in `up` of the second scrape of each router, which holds what clients can multiply; its series have `JOB`, as all others."""

SERVICE = "semantic-router"
"""Value of the `service` label of every alert about the router, whatever its Service is called."""

ALL_NAMESPACES = "*"
"""All namespaces of the cluster; requires `cluster_wide=True` on the Prometheus stack."""

METRICS_PORT = 9190
"""Number of the port that every upstream manifest calls `metrics`."""


class Source(NamedTuple):
    """Labels of a discovered target, which depend on what is discovered."""

    port_name: str | None
    """Label with the port's name; None: what discovers has already chosen by it."""
    port: str | None
    """Label with the port's number; None: every pod is discovered at its primary address."""
    has_services: bool
    """Whether a target has the labels of its Service."""


ENDPOINT_SLICES = Source("__meta_kubernetes_endpointslice_port_name", "__meta_kubernetes_endpointslice_port", has_services=True)
"""Discovery of this project's own Prometheus."""

SERVICE_MONITOR = Source(None, "__meta_kubernetes_pod_container_port_number", has_services=True)
"""A ServiceMonitor. Whether its Prometheus reads Endpoints or EndpointSlices is that Prometheus's setting, so only labels of both are read."""

POD_MONITOR = Source(None, None, has_services=False)
"""A PodMonitor."""

Install = Literal["any", "raw", "helm", "operator", "kserve", "labels"]


class RouterTarget(Spec, frozen=True, kw_only=True):
    """One way the router was installed, in one or more namespaces.

    Made by the class methods: `any()`, `raw()`, `helm("vsr")`, `operator("router")`, `kserve()`, `labels({"app": "my-router"})`.

    Attributes:
        install: Installation style. `any` (default) finds all four styles.
        release: Helm release, with `install: helm`.
        name: Name of the SemanticRouter resource, with `install: operator`.
        match_labels: Labels of the router's pods, with `install: labels`.
        port: Name of the metrics port in the Service. Default `metrics`, the name in every upstream manifest.
        port_number: Its number in the pods, for network policies; Prometheus discovers it by name. Default: 9190 if the name is
            `metrics`, as in every upstream manifest; otherwise any port.
        namespaces: Namespaces of the router. Default: the stack's namespace. `*` means all.

    """

    install: Install = "any"
    release: ObjectName | None = None
    name: ObjectName | None = None
    match_labels: dict[str, str] | None = None
    port: PortName = "metrics"
    port_number: PortNumber | None = None
    namespaces: Sequence[str] = ()

    def __post_init__(self) -> None:
        needs = {"helm": "release", "operator": "name", "labels": "match_labels"}
        for install, field in needs.items():
            given = getattr(self, field)
            if install == self.install and not given:
                raise ConfigError(field, given, f"{arg('install', install)} needs it; add it")
            if install != self.install and given is not None:
                raise ConfigError(
                    field, given, f"only {arg('install', install)} takes it, not {arg('install', self.install)}; remove one of the two"
                )
        if self.match_labels:
            kubernetes_labels("match_labels", self.match_labels)
        if self.release is not None:
            dns_subdomain("release", self.release)
        if self.name is not None:
            dns_subdomain("name", self.name)
        port_name("port", self.port)
        port_number("port_number", METRICS_PORT if self.port_number is None else self.port_number)
        listed("namespaces", self.namespaces)
        for namespace in self.namespaces:
            if namespace != ALL_NAMESPACES:
                dns_label("namespaces", namespace)
        if ALL_NAMESPACES in self.namespaces and len(self.namespaces) > 1:
            raise ConfigError("namespaces", Raw(", ".join(self.namespaces)), "'*' already stands for all of them; write it alone")

    @classmethod
    def any(cls, *, namespaces: Sequence[str] = (), port: str = "metrics", port_number: int | None = None) -> RouterTarget:
        """Routers of all four installation styles."""
        return cls(namespaces=_names(namespaces), port=port, port_number=port_number)

    @classmethod
    def raw(cls, *, namespaces: Sequence[str] = (), port: str = "metrics", port_number: int | None = None) -> RouterTarget:
        """The plain, Istio and OpenShift manifests: Service `semantic-router-metrics`."""
        return cls(install="raw", namespaces=_names(namespaces), port=port, port_number=port_number)

    @classmethod
    def helm(cls, release: str, *, namespaces: Sequence[str] = (), port: str = "metrics", port_number: int | None = None) -> RouterTarget:
        """The Helm chart under this release name, whatever its fullname."""
        return cls(install="helm", release=release, namespaces=_names(namespaces), port=port, port_number=port_number)

    @classmethod
    def operator(cls, name: str, *, namespaces: Sequence[str] = (), port: str = "metrics", port_number: int | None = None) -> RouterTarget:
        """The operator's SemanticRouter resource of this name."""
        return cls(install="operator", name=name, namespaces=_names(namespaces), port=port, port_number=port_number)

    @classmethod
    def kserve(cls, *, namespaces: Sequence[str] = (), port: str = "metrics", port_number: int | None = None) -> RouterTarget:
        """The KServe manifests: Service `semantic-router-kserve`."""
        return cls(install="kserve", namespaces=_names(namespaces), port=port, port_number=port_number)

    @classmethod
    def labels(
        cls, match_labels: Mapping[str, str], *, namespaces: Sequence[str] = (), port: str = "metrics", port_number: int | None = None
    ) -> RouterTarget:
        """Any other installation, by its pods' labels."""
        return cls(install="labels", match_labels=dict(match_labels), namespaces=_names(namespaces), port=port, port_number=port_number)

    def conditions(self, source: Source = ENDPOINT_SLICES) -> dict[str, str]:
        """Regular expression for each discovery label. A missing label counts as empty."""
        match self.install:
            case "any":
                # Either label identifies a router. Joined by the separator, so that one expression covers both.
                return {f"{_pod_label('app')};{_pod_label('app.kubernetes.io/name')}": "(?:semantic-router;.*|.*;semantic-router)"}
            case "raw":
                service = {"__meta_kubernetes_service_name": "semantic-router-metrics"}
                # Without it: pods of the chart have the one label too, pods of the KServe manifests the other.
                others = dict.fromkeys(map(_pod_label, self.absent_pod_labels()), "")
                return {_pod_label("app"): "semantic-router", **(service if source.has_services else others)}
            case "helm":
                return {
                    _pod_label("app.kubernetes.io/instance"): re.escape(self.release or ""),
                    _pod_label("app.kubernetes.io/component"): "router",
                }
            case "operator":
                # A Helm release of the same name has a component label; the operator's pods have none.
                return {
                    _pod_label("app.kubernetes.io/name"): "semantic-router",
                    _pod_label("app.kubernetes.io/instance"): re.escape(self.name or ""),
                    **dict.fromkeys(map(_pod_label, self.absent_pod_labels()), ""),
                }
            case "kserve":
                return {
                    _pod_label("app"): "semantic-router",
                    _pod_label("component"): "gateway",
                    **({"__meta_kubernetes_service_name": "semantic-router-kserve"} if source.has_services else {}),
                }
            case "labels":
                return {_pod_label(key): re.escape(value) for key, value in (self.match_labels or {}).items()}

    def pod_labels(self) -> tuple[dict[str, str], ...]:
        """Label selectors of the router's pods; a pod that matches any of them is a router."""
        match self.install:
            case "any":
                return ({"app": "semantic-router"}, {"app.kubernetes.io/name": "semantic-router"})
            case "raw":
                return ({"app": "semantic-router"},)
            case "helm":
                return ({"app.kubernetes.io/instance": self.release or "", "app.kubernetes.io/component": "router"},)
            case "operator":
                return ({"app.kubernetes.io/name": "semantic-router", "app.kubernetes.io/instance": self.name or ""},)
            case "kserve":
                return ({"app": "semantic-router", "component": "gateway"},)
            case "labels":
                return (dict(self.match_labels or {}),)

    def absent_pod_labels(self) -> tuple[str, ...]:
        """Labels that pods of this style do not have, where those that they have do not tell them from pods of another one."""
        return {"raw": ("app.kubernetes.io/name", "component"), "operator": ("app.kubernetes.io/component",)}.get(self.install, ())

    @property
    def metrics_port(self) -> int | None:
        """Number of the metrics port, where it is known."""
        return self.port_number or (METRICS_PORT if self.port == "metrics" else None)


MOST_NAMESPACES = 250
"""Namespaces that may be named; the alert on absent routers asks for each of them, and an expression of 1,000 operators is the longest read."""


def check_number(where: Where, namespaces: Sequence[str]) -> None:
    """Refuse more namespaces than rules can name.

    Raises:
        ConfigError: there are more.

    """
    if len(namespaces) > MOST_NAMESPACES:
        raise ConfigError(
            where,
            Raw(f"{len(namespaces)} namespaces"),
            f"name at most {MOST_NAMESPACES}, or '{ALL_NAMESPACES}' for all of the cluster, which takes the right to read them",
        )


def relabel_configs(targets: Sequence[RouterTarget], own_namespace: str, source: Source = ENDPOINT_SLICES) -> list[dict[str, Any]]:
    """Relabelling of the router job: keep the pods of all targets, once, with the labels that dashboards and rules use.

    One job for all targets, because a pod in two jobs would write every sample twice.
    """
    return [
        # The chart's dashboard pods carry the router's labels but serve no metrics; a plain `app: semantic-router` Service picks them up.
        {"source_labels": [_pod_label("app.kubernetes.io/component")], "regex": "dashboard", "action": "drop"},
        # Completed pods stay in the EndpointSlice for a while.
        {"source_labels": ["__meta_kubernetes_pod_phase"], "regex": "Succeeded|Failed", "action": "drop"},
        *[_mark(target, own_namespace, source) for target in targets],
        {"source_labels": ["__tmp_router"], "regex": "found", "action": "keep"},
        *(pod_address(source.port) if source.port else []),
        *target_labels(source),
    ]


def pod_address(port: str = "__meta_kubernetes_endpointslice_port") -> list[dict[str, Any]]:
    """Scrape the pod's primary address: a dual-stack Service has an IPv4 and an IPv6 EndpointSlice, and the pod would count twice."""
    sources = ["__meta_kubernetes_pod_ip", port]
    return [
        {"source_labels": sources, "regex": r"([0-9.]+);(\d+)", "target_label": "__address__", "replacement": "$1:$2"},
        {"source_labels": sources, "regex": r"(.*:.*);(\d+)", "target_label": "__address__", "replacement": "[$1]:$2"},
    ]


def target_labels(source: Source = ENDPOINT_SLICES) -> list[dict[str, Any]]:
    """Labels namespace, pod and service, for dashboards and rules; `instance` and `job` come from Prometheus."""
    return [
        {"source_labels": [f"__meta_kubernetes_{meta}"], "target_label": label}
        for meta, label in _TARGET_LABELS.items()
        if source.has_services or label != "service"
    ]


_TARGET_LABELS = {"namespace": "namespace", "pod_name": "pod", "service_name": "service"}


def _names(namespaces: Sequence[str]) -> tuple[str, ...]:
    listed((Value("RouterTarget"), "namespaces"), namespaces)
    return tuple(namespaces)


def _mark(target: RouterTarget, own_namespace: str, source: Source) -> dict[str, Any]:
    conditions = {**({source.port_name: re.escape(target.port)} if source.port_name else {}), **target.conditions(source)}
    if ALL_NAMESPACES not in target.namespaces:
        conditions = {"__meta_kubernetes_namespace": "|".join(target.namespaces or (own_namespace,)), **conditions}
    sources = [label for joined in conditions for label in joined.split(";")]
    regex = ";".join(
        f"(?:{expression})" if "|" in expression and not expression.startswith("(?:") else expression for expression in conditions.values()
    )
    return {"source_labels": sources, "regex": regex, "target_label": "__tmp_router", "replacement": "found"}


def _pod_label(key: str) -> str:
    return f"__meta_kubernetes_pod_label_{re.sub('[^a-zA-Z0-9_]', '_', key)}"
