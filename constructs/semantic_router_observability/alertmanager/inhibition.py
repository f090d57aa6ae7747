"""Which alerts do not notify while another one fires."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from semantic_router_observability.checks import listed
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.router.target import CLIENTS_JOB, SERVICE
from semantic_router_observability.spec import Spec

from .matching import check_label_names, check_matchers, written

SAME_OBJECT = ("cluster", "namespace", "service", "alertname", "job", "pod", "model", "slo")
"""Labels of the object that an alert is about. A label that neither of two alerts has counts as equal."""

ABSENT = "SemanticRouterAbsent"
"""Alert that no router is found."""

DOWN = "SemanticRouterDown"
"""Alert that no replica of a router answers."""

REPLICA_DOWN = "SemanticRouterReplicaDown"
"""Alert that one replica, its label `pod`, does not answer."""

ERRORS = "SemanticRouterErrors"
"""Alert that many requests fail."""

FEWER_ERRORS = "SemanticRouterErrorsElevated|SemanticRouterErrorsAtLowTraffic"
"""Alerts on the same errors at a lower severity or rate."""

THANOS_DOWN = "ThanosQueryDown|ThanosReplicaMissing|ThanosStoreMissing|ThanosCompactDown"
"""Alerts that a part of Thanos does not answer."""


class Inhibition(Spec, frozen=True, kw_only=True):
    """While an alert that matches the source fires, those that match the target do not notify.

    Usage:
        Inhibition(source=('alertname="ClusterUpgrade"',), target=('severity!="critical"',), equal=("cluster",))

    Attributes:
        source: Matchers of the alert that fires, in Alertmanager's syntax.
        target: Matchers of the alerts that are suppressed.
        equal: Labels whose values must be equal; a label that neither alert has counts as equal. Default: none.

    """

    source: Sequence[str]
    target: Sequence[str]
    equal: Sequence[str] = ()

    def __post_init__(self) -> None:
        for name, matchers in (("source", self.source), ("target", self.target)):
            listed(name, matchers)
            if not matchers:
                raise ConfigError(name, [], "give at least one condition; without any, it would be every alert")
            check_matchers(name, matchers)
        check_label_names("equal", self.equal)

    def body(self) -> dict[str, Any]:
        """As Alertmanager's configuration has it."""
        return {"source_matchers": written(self.source), "target_matchers": written(self.target), "equal": list(self.equal) or None}


_ROUTER = f'service="{SERVICE}"'

_CLIENTS = ('alertname="PrometheusTargetDown"', f'job="{CLIENTS_JOB}"')

DEFAULT_INHIBITIONS = (
    # Of alerts about one object, only the most severe notifies.
    Inhibition(source=('severity="critical"',), target=('severity=~"warning|info"',), equal=SAME_OBJECT),
    Inhibition(source=('severity="warning"',), target=('severity="info"',), equal=SAME_OBJECT),
    Inhibition(source=(f'alertname="{ERRORS}"',), target=(f'alertname=~"{FEWER_ERRORS}"',), equal=("cluster", "namespace", "job")),
    # Without a router, every other alert about it follows. Without a namespace, the alert is about all of them.
    Inhibition(source=(f'alertname="{ABSENT}"', 'namespace=""'), target=(_ROUTER, f'alertname!="{ABSENT}"'), equal=("cluster",)),
    Inhibition(
        source=(f'alertname="{ABSENT}"', 'namespace!=""'), target=(_ROUTER, f'alertname!="{ABSENT}"'), equal=("cluster", "namespace")
    ),
    Inhibition(source=(f'alertname="{DOWN}"',), target=(_ROUTER, f'alertname!~"{ABSENT}|{DOWN}"'), equal=("cluster", "namespace")),
    # A pod that does not answer explains the alerts about that pod, and no others.
    Inhibition(
        source=(f'alertname="{REPLICA_DOWN}"', 'pod!=""'),
        target=(_ROUTER, f'alertname!~"{ABSENT}|{DOWN}|{REPLICA_DOWN}"'),
        equal=("cluster", "namespace", "pod"),
    ),
    # The second scrape of a router fails with the first.
    Inhibition(source=(f'alertname="{DOWN}"',), target=_CLIENTS, equal=("cluster", "namespace")),
    Inhibition(source=(f'alertname="{REPLICA_DOWN}"', 'pod!=""'), target=_CLIENTS, equal=("cluster", "namespace", "pod")),
    # What a part of Thanos that does not answer means is said by its own alert.
    Inhibition(
        source=(f'alertname=~"{THANOS_DOWN}"',),
        target=('alertname="PrometheusTargetDown"', 'job="thanos"'),
        equal=("cluster", "namespace"),
    ),
)
"""Critical suppresses warning and info about the same object, and an alert that a router is gone suppresses those that follow from it."""
