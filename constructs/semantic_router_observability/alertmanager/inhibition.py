"""Which alerts keep quiet while another one fires."""

from __future__ import annotations

from typing import Any

from semantic_router_observability.checks import listed
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.router.target import SERVICE
from semantic_router_observability.spec import Spec

from .matching import check_label_names, check_matchers

SAME_THING = ("cluster", "namespace", "service", "alertname", "job", "pod", "model", "slo")
"""Labels that say what an alert is about. One that neither of two alerts has counts as equal."""

ABSENT = "SemanticRouterAbsent"
"""Alert that no router is to be found."""

DOWN = "SemanticRouterDown"
"""Alert that no replica of a router answers."""

REPLICA_DOWN = "SemanticRouterReplicaDown"
"""Alert that one replica, its label `pod`, does not answer."""

ERRORS = "SemanticRouterErrors"
"""Alert that many requests fail."""

FEWER_ERRORS = "SemanticRouterErrorsElevated|SemanticRouterErrorsAtLowTraffic"
"""Alerts that say the same with less."""


class Inhibition(Spec, frozen=True, kw_only=True):
    """While an alert that the source describes fires, those that the target describes are not sent.

    Usage:
        Inhibition(source=('alertname="ClusterUpgrade"',), target=('severity!="critical"',), equal=("cluster",))

    Attributes:
        source: Conditions on the alert that fires, in Alertmanager's notation.
        target: Conditions on the alerts that keep quiet.
        equal: Labels in which the two must agree; one that neither has counts as equal. Default: none.

    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    equal: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, matchers in (("source", self.source), ("target", self.target)):
            listed(f"inhibition: {name}", matchers)
            if not matchers:
                raise ConfigError(f"inhibition: {name}", [], "give at least one condition; without any, it would be every alert")
            check_matchers(f"inhibition: {name}", matchers)
        check_label_names("inhibition: equal", self.equal)

    def body(self) -> dict[str, Any]:
        """As Alertmanager's configuration has it."""
        return {"source_matchers": list(self.source), "target_matchers": list(self.target), "equal": list(self.equal) or None}


_ROUTER = f'service="{SERVICE}"'

DEFAULT_INHIBITIONS = (
    # The same thing, told at its worst.
    Inhibition(source=('severity="critical"',), target=('severity=~"warning|info"',), equal=SAME_THING),
    Inhibition(source=('severity="warning"',), target=('severity="info"',), equal=SAME_THING),
    Inhibition(source=(f'alertname="{ERRORS}"',), target=(f'alertname=~"{FEWER_ERRORS}"',), equal=("cluster", "namespace", "job")),
    # No router at all explains everything else about it. Where the alert cannot name a namespace, it means all of them.
    Inhibition(source=(f'alertname="{ABSENT}"', 'namespace=""'), target=(_ROUTER, f'alertname!="{ABSENT}"'), equal=("cluster",)),
    Inhibition(
        source=(f'alertname="{ABSENT}"', 'namespace!=""'), target=(_ROUTER, f'alertname!="{ABSENT}"'), equal=("cluster", "namespace")
    ),
    Inhibition(source=(f'alertname="{DOWN}"',), target=(_ROUTER, f'alertname!~"{ABSENT}|{DOWN}"'), equal=("cluster", "namespace")),
    # One pod that does not answer explains what is said about that pod, and nothing about the others.
    Inhibition(
        source=(f'alertname="{REPLICA_DOWN}"', 'pod!=""'),
        target=(_ROUTER, f'alertname!~"{ABSENT}|{DOWN}|{REPLICA_DOWN}"'),
        equal=("cluster", "namespace", "pod"),
    ),
)
"""Critical over warning over info about the same thing, and a router that is gone over everything that follows from it."""
