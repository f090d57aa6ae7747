"""Labels and annotations that users add to what a stack makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from semantic_router_observability.checks import kubernetes_annotations, kubernetes_labels
from semantic_router_observability.errors import ConfigError, Where
from semantic_router_observability.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Mapping

IpFamilyPolicy = Literal["PreferDualStack", "RequireDualStack"]
"""Whether Services get addresses of both IP families: where the cluster has both, or in any case, which a cluster with one family refuses."""

_OWN_LABELS = "app.kubernetes.io/"
_OWN_ANNOTATIONS = ("semantic-router-observability/", "kubectl.kubernetes.io/default-container")


class Metadata(Spec, frozen=True, kw_only=True):
    """Labels and annotations of a component's pods and of their ServiceAccount, by which clouds, meshes and policies recognize them.

    Usage:
        Metadata(service_account_annotations={"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/prometheus"})
        Metadata(pod_labels={"azure.workload.identity/use": "true"}, pod_annotations={"sidecar.istio.io/inject": "false"})

    Attributes:
        pod_labels: Further labels of the pods. Default: none.
        pod_annotations: Further annotations of the pods. Default: none.
        service_account_annotations: Annotations of the ServiceAccount, such as the role of a cloud that it stands for. Default: none.

    """

    pod_labels: dict[str, str] = {}
    pod_annotations: dict[str, str] = {}
    service_account_annotations: dict[str, str] = {}

    def __post_init__(self) -> None:
        check_labels("pod_labels", self.pod_labels)
        for field, given in (
            ("pod_annotations", self.pod_annotations),
            ("service_account_annotations", self.service_account_annotations),
        ):
            check_annotations(field, given)

    def on(self, template: Mapping[str, Any]) -> dict[str, Any]:
        """Pod template with these labels and annotations, after the stack's own."""
        if not self.pod_labels and not self.pod_annotations:
            return dict(template)
        own = template["metadata"]
        metadata = {
            **own,
            "labels": {**own["labels"], **self.pod_labels},
            "annotations": {**own["annotations"], **self.pod_annotations},
        }
        return {**template, "metadata": metadata}


def check_labels(where: Where, labels: Mapping[str, str]) -> None:
    """Refuse labels that Kubernetes does not take, and those that the stack sets and selects by.

    Raises:
        ConfigError: there is one.

    """
    kubernetes_labels(where, labels)
    for key in labels:
        if key.startswith(_OWN_LABELS):
            raise ConfigError(where, key, "remove it: the stack sets the labels of app.kubernetes.io, and selects its pods by them")


def check_annotations(where: Where, annotations: Mapping[str, str]) -> None:
    """Refuse annotations that Kubernetes does not take, and those that the stack sets.

    Raises:
        ConfigError: there is one.

    """
    kubernetes_annotations(where, annotations)
    for key in annotations:
        if key.startswith(_OWN_ANNOTATIONS):
            raise ConfigError(where, key, "remove it: the stack sets it")
