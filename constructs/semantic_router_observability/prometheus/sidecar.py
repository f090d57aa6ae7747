"""The Thanos sidecar of a `PrometheusStack`, where it has one. Thanos itself is imported only by those who ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from semantic_router_observability.errors import place
from semantic_router_observability.kubernetes.manifest import Manifest

from .pod import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from semantic_router_observability.images import ImageRegistries
    from semantic_router_observability.kubernetes.traffic import Pods
    from semantic_router_observability.login.web import WebServer
    from semantic_router_observability.thanos.forms import StoreApi, ThanosSidecar


def checked_sidecar(
    id: str, sidecar: ThanosSidecar | None, external_labels: Mapping[str, str], retention: str, registries: ImageRegistries
) -> tuple[Mapping[str, str], ThanosSidecar | None]:
    """External labels of the stack, and its sidecar with the image to pull."""
    if sidecar is None:
        return external_labels, None
    image = registries.resolve(place(id, "sidecar", "image"), sidecar.image)
    return sidecar.external_labels(id, external_labels, retention), replace(sidecar, image=image)


def with_sidecar(sidecar: ThanosSidecar | None, web: WebServer, client: Mapping[str, Any], template: dict[str, Any]) -> Mapping[str, Any]:
    """Pod template with the sidecar; `client` is what a client of this Prometheus needs, as Prometheus configures it."""
    if sidecar is None:
        return template
    return sidecar.beside(template, url=web.local_url, data=DATA, client=client, access=web.access)


def store_of(scope: Construct, id: str, sidecar: ThanosSidecar | None, pods: Pods, external_labels: Mapping[str, str]) -> StoreApi | None:
    """Make the Service of the sidecar; return where Thanos reads the samples of this Prometheus."""
    if sidecar is None:
        return None
    Manifest(scope, "thanos", **sidecar.service(id, pods))
    return sidecar.store(id, pods, external_labels)
