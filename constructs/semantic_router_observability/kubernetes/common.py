"""What all objects of a chart have in common, added when they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from semantic_router_observability.checks import one_of

from .manifest import manifests_in
from .metadata import IpFamilyPolicy, check_annotations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import IConstruct


def add_annotations(scope: IConstruct, annotations: Mapping[str, str]) -> None:
    """Annotate every object in a chart or a construct, but not its pods; an object's own annotation of the same key stays.

    Call it when the objects are made: what is made later is not annotated.

    Args:
        scope: Chart or construct; annotations reach the `Manifest` objects in it.
        annotations: The annotations.

    Raises:
        ConfigError: Kubernetes does not take one of them, or the stack sets it.

    """
    check_annotations("annotations", annotations)
    for made in manifests_in(scope) if annotations else ():
        own = made.metadata.to_json().get("annotations") or {}
        for key, value in annotations.items():
            if key not in own:
                made.metadata.add_annotation(key, value)


def set_ip_family_policy(scope: IConstruct, policy: IpFamilyPolicy) -> None:
    """Give every Service with a cluster address in a chart or a construct addresses of both IP families.

    Headless Services stay as they are: a client that resolves their names would find every pod twice.

    Args:
        scope: Chart or construct.
        policy: `PreferDualStack`, or `RequireDualStack`, which a cluster with one family refuses.

    Raises:
        ConfigError: there is no such policy.

    """
    one_of("ip_family_policy", policy, get_args(IpFamilyPolicy))
    for made in manifests_in(scope):
        if made.kind == "Service" and (spec := made.fields["spec"]).get("clusterIP") != "None":
            made.amend(spec={**spec, "ipFamilyPolicy": policy})
