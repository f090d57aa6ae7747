"""What the objects say to those who deliver them: Argo CD, Flux and Helm. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

INSTANCE = "app.kubernetes.io/instance"
"""Label by which Argo CD 2 finds what an Application delivers, unless it is told to track by annotation."""

KEEP: Mapping[str, str] = {
    # Argo CD: neither pruned when the settings no longer hold it, nor deleted with the Application; a claim that is kept so does not
    # leave the Application OutOfSync.
    "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
    "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
    # Flux: neither pruned nor deleted with the Kustomization.
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
    # Helm, where the manifests are part of a chart: kept on uninstall.
    "helm.sh/resource-policy": "keep",
}
"""Annotations of what holds data: deleting it takes a person, who names it."""

NO_SUBSTITUTION: Mapping[str, str] = {"kustomize.toolkit.fluxcd.io/substitute": "disabled"}
"""Annotation that keeps Flux's `postBuild.substitute` from blanking `${datasource}` in a dashboard."""


def delivery_annotations(kind: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """Annotations that the object needs for what it is and holds."""
    return {
        **(KEEP if kind == "PersistentVolumeClaim" else {}),
        **(NO_SUBSTITUTION if any("${" in text for text in _texts(fields.values())) else {}),
    }


def installation(chart: str, namespace: str) -> str:
    """Name of the installation, for the label `app.kubernetes.io/instance` of every object but claims.

    With a component's name there, an unrelated Application called `prometheus` of an Argo CD that tracks by label takes the objects for
    its own and prunes them. Chart and namespace together are no name that an Application of something else has. Labels of pods and
    selectors stay the component's, since selectors cannot change.
    """
    return f"{chart}.{namespace}"[:63].strip(".-_")


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _texts(value.values())
        elif isinstance(value, list | tuple):
            yield from _texts(value)
