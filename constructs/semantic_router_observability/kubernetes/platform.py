"""What kind of cluster it is, as far as pods differ: who chooses the user they run as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.spec import Tagged

if TYPE_CHECKING:
    from collections.abc import Mapping

USER_ID = 10001
"""Numeric uid and gid of every process. Above 10000, so that it meets no account of a node; numeric, because an image whose USER is a
name cannot be verified under runAsNonRoot."""

_RESTRICTED: Mapping[str, Any] = {"fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": {"type": "RuntimeDefault"}}
"""Pod half of PodSecurity `restricted`, and no walk over a large volume whose root has the right group."""


class Kubernetes(Tagged, frozen=True, kw_only=True, tag="kubernetes"):
    """Any cluster on which a manifest names the user of a pod: all but OpenShift."""

    def pod_security(self) -> dict[str, Any]:
        """As `securityContext` of a pod. Volumes are handed over by group, without a privileged init container."""
        return {
            "runAsNonRoot": True,
            "runAsUser": USER_ID,
            "runAsGroup": USER_ID,
            "fsGroup": USER_ID,
            **_RESTRICTED,
        }


class OpenShift(Tagged, frozen=True, kw_only=True, tag="openshift"):
    """OpenShift or OKD: SecurityContextConstraints `restricted-v2` choose user and group from the namespace's range, and refuse others.

    Every directory that a process writes is a volume, and volumes belong to the group that the platform assigns; nothing depends on the
    user's name, home directory or place in the image.
    """

    def pod_security(self) -> dict[str, Any]:
        """As `securityContext` of a pod: no uid, no gid, no fsGroup."""
        return {"runAsNonRoot": True, **_RESTRICTED}


Platform = Kubernetes | OpenShift
"""The kinds of clusters."""
