"""What the `kubernetes_sd_configs` of a raw job read from the API server, as Prometheus's own code has it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from semantic_router_observability.checks import one_of
from semantic_router_observability.errors import ConfigError, Key, arg
from semantic_router_observability.router.target import ALL_NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .scrape import RawJob

Kind = tuple[str, str]
"""API group and resource."""

_KEY = Key("kubernetes_sd_configs")

_PODS, _SERVICES, _NODES, _NAMESPACES = ("", "pods"), ("", "services"), ("", "nodes"), ("", "namespaces")

_ROLES: dict[str, tuple[Kind, ...]] = {
    "endpoints": (("", "endpoints"), _SERVICES, _PODS),
    "endpointslice": (("discovery.k8s.io", "endpointslices"), _SERVICES, _PODS),
    "ingress": (("networking.k8s.io", "ingresses"),),
    "node": (_NODES,),
    "pod": (_PODS,),
    "service": (_SERVICES,),
}
_ATTACHED: dict[str, Kind] = {
    "node": _NODES,
    "namespace": _NAMESPACES,
    "deployment": ("apps", "replicasets"),
    "job": ("batch", "jobs"),
    "cronjob": ("batch", "jobs"),
}
_OF_NO_NAMESPACE = (_NODES, _NAMESPACES)


class Discovery(NamedTuple):
    """What one entry lists and watches."""

    namespaces: tuple[str, ...]
    """`*` alone: all of them."""
    kinds: tuple[Kind, ...]

    @property
    def cluster_scoped(self) -> tuple[str, ...]:
        """Resources that belong to no namespace, so that a Role cannot grant them."""
        return tuple(resource for group, resource in self.kinds if (group, resource) in _OF_NO_NAMESPACE)


def discoveries(job: RawJob, own_namespace: str) -> Iterator[Discovery]:
    """Entries that ask this cluster's API server, with the rights of Prometheus's account.

    Raises:
        ConfigError: an entry has no role that Prometheus knows.

    """
    for index, entry in enumerate(job.config.get(_KEY) or ()):
        if not isinstance(entry, dict):
            raise ConfigError(("config", _KEY, index), entry, "write a mapping with a role")
        role = one_of(("config", _KEY, index, Key("role")), str(entry.get("role", "")), _ROLES)
        if "api_server" in entry or "kubeconfig_file" in entry:
            continue
        attached = [kind for name, kind in _ATTACHED.items() if _mapping(entry, "attach_metadata").get(name)]
        yield Discovery(_namespaces(_mapping(entry, "namespaces"), own_namespace), tuple(dict.fromkeys([*_ROLES[role], *attached])))


def check_rights(job: RawJob, *, cluster_wide: bool) -> None:
    """Refuse what only a ClusterRole can grant, where there is to be none.

    Raises:
        ConfigError: says what.

    """
    where = ("config", _KEY)
    needs = f"needs {arg('cluster_wide', True)}, a ClusterRole"
    for discovery in discoveries(job, "") if not cluster_wide else ():
        if discovery.cluster_scoped:
            resource = discovery.cluster_scoped[0]
            raise ConfigError(where, resource, f"they belong to no namespace, so reading them {needs}")
        if ALL_NAMESPACES in discovery.namespaces:
            raise ConfigError(
                where, ALL_NAMESPACES, f"without namespaces it reads all of them, which {needs}; or write namespaces: {{names: [...]}}"
            )


def _namespaces(given: dict[str, Any], own_namespace: str) -> tuple[str, ...]:
    names = [*(given.get("names") or ()), *([own_namespace] if given.get("own_namespace") else [])]
    return tuple(dict.fromkeys(names)) or (ALL_NAMESPACES,)


def _mapping(entry: dict[str, Any], key: str) -> dict[str, Any]:
    value = entry.get(key)
    return value if isinstance(value, dict) else {}
