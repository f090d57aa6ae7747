"""What a Kustomize overlay did to names that the configuration of the stack repeats as text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from semantic_router_observability.kubernetes.delivery import INSTANCE, installation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Object = dict[str, Any]

_WORKLOADS = ("StatefulSet", "Deployment")
_PART_OF = "semantic-router-observability"


class Moved(NamedTuple):
    """A workload whose namespace or name is not the one it was synthesized with."""

    object: str
    """Kind, namespace and name."""
    problem: str
    """What differs, and what to do instead."""


def moved(objects: Sequence[Object]) -> Iterator[Moved]:
    """Compare the workloads of the stack with the labels that say for which namespace and under which name they were synthesized."""
    for found in own_workloads(objects):
        metadata, pods = found["metadata"], found["spec"]["template"]["metadata"]["labels"]
        title = f"{found['kind']} {metadata.get('namespace', 'default')}/{metadata['name']}"
        chart, _, home = metadata["labels"][INSTANCE].partition(".")
        namespace = metadata.get("namespace", "default")
        if metadata["labels"][INSTANCE] != installation(chart, namespace):
            yield Moved(
                title,
                f"was synthesized for namespace {home}, which addresses, scrape configuration, Roles and network policies still name; remove "
                f"`namespace` from the overlay, and write `namespace: {namespace}` in observability.yaml",
            )
        if metadata["name"] != pods[INSTANCE]:
            yield Moved(
                title,
                f"was synthesized as {pods[INSTANCE]}, which addresses and pods' selectors still name; remove `namePrefix` and `nameSuffix` "
                "from the overlay",
            )


def own_workloads(objects: Sequence[Object]) -> list[Object]:
    """Workloads that this project made, with the labels that tell."""
    return [
        found
        for found in objects
        if found["kind"] in _WORKLOADS
        and (labels := found["metadata"].get("labels") or {}).get("app.kubernetes.io/part-of") == _PART_OF
        and INSTANCE in labels
        and INSTANCE in (found["spec"]["template"].get("metadata", {}).get("labels") or {})
    ]
