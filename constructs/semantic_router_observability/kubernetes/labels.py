"""Labels that every object carries, and the few that select pods."""

from __future__ import annotations

PART_OF = "semantic-router-observability"
"""Value of `app.kubernetes.io/part-of` on every object; Prometheus finds the stack's own Services by it."""


def selector_labels(name: str, instance: str) -> dict[str, str]:
    """Labels that select a component's pods.

    Selectors cannot change once an object exists, so these depend on nothing but the component and the construct id. The stack's own
    label keeps them off the pods of other charts, whose Prometheus may well be called `prometheus` too.
    """
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": instance, "app.kubernetes.io/part-of": PART_OF}


def labels(name: str, instance: str, component: str) -> dict[str, str]:
    """Labels of an object: the selector's, its role in the stack, and the stack."""
    return {**selector_labels(name, instance), "app.kubernetes.io/component": component}
