"""Who notifies, where it is an Alertmanager of prometheus-operator: receivers and routes for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from semantic_router_observability.alertmanager.inhibition import Inhibition
from semantic_router_observability.alertmanager.matching import parsed
from semantic_router_observability.alertmanager.receivers import RawReceiver, Receiver, Slack, check_receivers
from semantic_router_observability.alertmanager.routes import Grouping, Route, check_routes
from semantic_router_observability.alertmanager.timing import TimeInterval
from semantic_router_observability.checks import http_url, kubernetes_labels, listed
from semantic_router_observability.errors import ConfigError, Path, Where, arg, at
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import HttpUrl

if TYPE_CHECKING:
    from collections.abc import Iterator

_KIND = "an AlertmanagerConfig"
_YEAR = re.compile(r"2\d{3}(?::2\d{3})?")


class AlertmanagerConfig(Spec, frozen=True, kw_only=True):
    """Receivers and routes for an Alertmanager that prometheus-operator runs: an object AlertmanagerConfig in each namespace with alerts.

    Usage:
        AlertmanagerConfig(
            receivers=[Slack(name="chat", api_url=SecretKey("slack", "url")), PagerDuty(name="oncall", routing_key=SecretKey("pagerduty", "key"))],
            routes=[Route(match={"severity": "critical"}, receiver="oncall")],
        )

    Receivers, routes, grouping, inhibitions and messages are those of `AlertmanagerStack`. They apply to the alerts whose label `namespace`
    is the object's namespace, whatever the Alertmanager's own strategy. Its other routes get the same alerts as well: the operator lets
    them continue. The Secrets have to exist in each of the namespaces; without one of them the operator drops the whole object.

    Attributes:
        receivers: Where notifications go: Slack by a webhook, PagerDuty, Email, Webhook, Teams or Opsgenie. Those with the same name are one
            receiver.
        routes: Which alerts go to which receiver; the first match wins. Default: none, all alerts go to `default_receiver` except those of
            severity `info`, which notify nobody.
        default_receiver: Name of the receiver of alerts that no route matches. Default: the first receiver's.
        grouping: How alerts are grouped into notifications. Default: by cluster, namespace, service, name and severity.
        inhibitions: Further alerts that suppress notifications of others in the same namespace. Default: none.
        default_inhibitions: Critical suppresses warning and info about the same object, and an alert that a router is gone suppresses those
            that follow from it. Default true.
        time_intervals: Times that routes refer to, in UTC. Default: none.
        proxy_url: HTTP proxy on the way to the receivers. Default: none.
        labels: Labels that `alertmanagerConfigSelector` of the Alertmanager object asks for, besides those of monitors and rules. Default:
            none.

    """

    receivers: Sequence[Receiver]
    routes: Sequence[Route] = ()
    default_receiver: str | None = None
    grouping: Grouping = Grouping()
    inhibitions: Sequence[Inhibition] = ()
    default_inhibitions: bool = True
    time_intervals: Sequence[TimeInterval] = ()
    proxy_url: HttpUrl | None = None
    labels: dict[str, str] = {}

    def __post_init__(self) -> None:
        check_receivers("receivers", self.receivers)
        # Of how many replicas the Alertmanager has, only the operator knows.
        check_routes((), self.default, self.receivers, self.routes, self.time_intervals, self.grouping, replicas=1)
        listed("inhibitions", self.inhibitions)
        if self.proxy_url is not None:
            http_url("proxy_url", self.proxy_url)
        kubernetes_labels("labels", self.labels)
        _check_receivers(self.receivers)
        _check_grouping(("grouping", "group_by"), self.grouping.group_by)
        for where, route in _all(("routes",), self.routes):
            _check_names((*where, "matchers"), route.matchers)
            _check_grouping((*where, "group_by"), route.group_by)
        for index, inhibition in enumerate(self.inhibitions):
            _check_names(("inhibitions", index, "source"), inhibition.source)
            _check_names(("inhibitions", index, "target"), inhibition.target)
        _check_times(self.time_intervals)

    @property
    def default(self) -> str:
        """Name of the receiver of alerts that no route matches."""
        return self.receivers[0].name if self.default_receiver is None else self.default_receiver


def _all(where: Path, routes: Sequence[Route]) -> Iterator[tuple[Path, Route]]:
    for index, route in enumerate(routes):
        yield (*where, index), route
        yield from _all((*where, index, "routes"), route.routes)


def _check_receivers(receivers: Sequence[Receiver]) -> None:
    for index, receiver in enumerate(receivers):
        where = ("receivers", index)
        if isinstance(receiver, RawReceiver):
            raise ConfigError(
                at(where, "type"),
                "raw",
                f"{_KIND} does not have Alertmanager's native syntax; use slack, pagerduty, email, webhook, teams or opsgenie",
            )
        if isinstance(receiver, Slack) and receiver.app_token:
            raise ConfigError(
                at(where, "app_token"), receiver.app_token.secret, f"{_KIND} knows no app's token; give {arg('api_url')}, a webhook's URL"
            )


def _check_grouping(where: Where, names: Sequence[str] | None) -> None:
    if names is not None and not names:
        raise ConfigError(
            where, [], f"in {_KIND} this means the labels of the route around it; name one that all alerts share, such as namespace"
        )


def _check_names(where: Where, matchers: Sequence[str]) -> None:
    for matcher in parsed(matchers):
        if not matcher.plain:
            raise ConfigError(where, matcher.name, f"{_KIND} takes names of labels with letters, digits and '_', not starting with a digit")


def _check_times(intervals: Sequence[TimeInterval]) -> None:
    for index, interval in enumerate(intervals):
        where = ("time_intervals", index)
        if interval.location != "UTC":
            raise ConfigError(at(where, "location"), interval.location, f"{_KIND} has no time zones; write the times in UTC and remove it")
        for years in interval.years:
            if not _YEAR.fullmatch(years):
                raise ConfigError(at(where, "years"), years, f"{_KIND} takes years from 2000 to 2999")
