"""Which alerts go to which receiver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from semantic_router_observability.checks import duration_seconds, listed, prometheus_labels
from semantic_router_observability.errors import ConfigError, Path, Where, arg, at
from semantic_router_observability.spec import Spec
from semantic_router_observability.texts import Duration, DurationOrZero

from .matching import check_group_by, check_matchers, equalities, written
from .receivers import DEAD_MAN, NOBODY
from .silences import SILENCED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .receivers import DeadManSwitch, Receiver
    from .timing import TimeInterval

WATCHDOG = "Watchdog"
"""Alert that always fires. Without a dead man's switch it notifies nobody."""

INFO = "info"
"""Severity of alerts that notify nobody, unless a route matches them."""

PEER_TIMEOUT = 15
"""Seconds that each replica waits for the one before it to notify; Alertmanager's default."""


class Grouping(Spec, frozen=True, kw_only=True):
    """How alerts are grouped into notifications.

    Attributes:
        group_by: Alerts with equal values of these labels share a notification. Default `cluster`, `namespace`, `service`, `alertname` and
            `severity`: one notification for all models or pods of an alert, one for each cluster whose Prometheus has an external label
            `cluster`, and a critical alert never waits behind a warning that was sent before.
        group_wait: Time to collect a group's first alerts. Default `30s`: alerts of one cause arrive together, and inhibition has time to
            work.
        group_interval: Minimum time between notifications about changes of a group. Default `5m`.
        repeat_interval: Time after which a group that still fires is sent again. Default `12h`.

    """

    group_by: Sequence[str] = ("cluster", "namespace", "service", "alertname", "severity")
    group_wait: DurationOrZero = "30s"
    group_interval: Duration = "5m"
    repeat_interval: Duration = "12h"

    def __post_init__(self) -> None:
        check_group_by("group_by", self.group_by)
        _check_timing((), self.group_wait, self.group_interval, self.repeat_interval)

    def body(self) -> dict[str, Any]:
        """As fields of a route."""
        return {
            "group_by": list(self.group_by),
            "group_wait": self.group_wait,
            "group_interval": self.group_interval,
            "repeat_interval": self.repeat_interval,
        }


class Route(Spec, frozen=True, kw_only=True):
    """Alerts with certain labels go to a receiver. Routes are evaluated in order, and the first match wins; then its own routes decide.

    Usage:
        Route(match={"severity": "critical"}, receiver="oncall")
        Route(matchers=('severity=~"warning|info"', 'team!="search"'), receiver="chat", active_during=("office-hours",))
        Route(match={"team": "search"}, receiver="search-chat", routes=(Route(match={"severity": "critical"}, receiver="search-oncall"),))

    Attributes:
        receiver: Name of a receiver, or `nobody`. Default: that of the route around it; of the outermost, the default receiver.
        match: Labels and the values they must have. Default: none.
        matchers: Further conditions in Alertmanager's notation, such as `severity=~"warning|info"`. Default: none.
        group_by: Labels to group by. Default: those of the route around it, or the stack's.
        group_wait: Time to collect a group's first alerts. Default: that of the route around it, or the stack's.
        group_interval: Minimum time between notifications about changes of a group. Default: that of the route around it, or the stack's.
        repeat_interval: Time after which a group that still fires is sent again. Default: that of the route around it, or the stack's.
        mute_during: Names of time intervals in which nothing is sent. Default: none.
        active_during: Names of time intervals outside of which nothing is sent. Default: none, always active.
        continue_matching: Also evaluate the routes after this one. Default false.
        routes: Routes for some of the alerts that match this one, such as a team's critical ones. Default: none.

    """

    receiver: str | None = None
    match: dict[str, str] = {}
    matchers: Sequence[str] = ()
    group_by: Sequence[str] | None = None
    group_wait: DurationOrZero | None = None
    group_interval: Duration | None = None
    repeat_interval: Duration | None = None
    mute_during: Sequence[str] = ()
    active_during: Sequence[str] = ()
    continue_matching: bool = False
    routes: Sequence[Route] = ()

    def __post_init__(self) -> None:
        listed("mute_during", self.mute_during)
        listed("routes", self.routes)
        listed("active_during", self.active_during)
        if not self.match and not self.matchers:
            raise ConfigError(
                "match", self.match, f"name the alerts, by {arg('match')} or {arg('matchers')}; all others go to the default receiver"
            )
        prometheus_labels("match", self.match)
        check_matchers("matchers", self.matchers)
        if self.group_by is not None:
            check_group_by("group_by", self.group_by)
        _check_timing((), self.group_wait, self.group_interval, self.repeat_interval)

    def body(self) -> dict[str, Any]:
        """As Alertmanager's configuration has it."""
        return {
            "receiver": self.receiver,
            "matchers": [*equalities(self.match), *written(self.matchers)],
            "group_by": None if self.group_by is None else list(self.group_by),
            "group_wait": self.group_wait,
            "group_interval": self.group_interval,
            "repeat_interval": self.repeat_interval,
            "mute_time_intervals": list(self.mute_during) or None,
            "active_time_intervals": list(self.active_during) or None,
            "continue": self.continue_matching or None,
            "routes": [route.body() for route in self.routes] or None,
        }

    def all(self) -> Iterator[Route]:
        """Return the route and those within it, from outside in."""
        yield self
        for route in self.routes:
            yield from route.all()


def tree(receiver: str, grouping: Grouping, routes: Sequence[Route], dead_man: DeadManSwitch | None, *, silenced: bool) -> dict[str, Any]:
    """The `route` of Alertmanager's configuration; `silenced` is whether there are silences.

    The heartbeat comes first: no other route may match or mute it. The alert that stands for a silence notifies nobody. Alerts of severity
    `info` come last: they notify nobody, unless a route matches them.
    """
    alert, timing = (dead_man.alert, dead_man.timing()) if dead_man else (WATCHDOG, {})
    heartbeat = {
        "receiver": DEAD_MAN if dead_man else NOBODY,
        "matchers": equalities({"alertname": alert}),
        "group_by": ["alertname"],
        **timing,
    }
    quiet = [{"receiver": NOBODY, "matchers": equalities(match)} for match in ({"alertname": WATCHDOG}, {"severity": INFO})]
    first = [heartbeat] if alert == WATCHDOG else [heartbeat, quiet[0]]
    if silenced:
        first.append({"receiver": NOBODY, "matchers": equalities({"alertname": SILENCED})})
    return {"receiver": receiver, **grouping.body(), "routes": [*first, *(route.body() for route in routes), quiet[1]]}


def check_routes(
    where: Path,
    default: str,
    receivers: Sequence[Receiver],
    routes: Sequence[Route],
    intervals: Sequence[TimeInterval],
    grouping: Grouping,
    *,
    replicas: int,
) -> None:
    """Refuse unknown names, receivers that no route leads to, and routes that would repeat before they may send."""
    listed(at(where, "routes"), routes)
    listed(at(where, "time_intervals"), intervals)
    names = dict.fromkeys(receiver.name for receiver in receivers)
    if default not in names:
        raise ConfigError(at(where, "default_receiver"), default, f"no receiver has this name; the receivers are {', '.join(names)}")
    _check_turns(at(where, "grouping", "group_interval"), grouping.group_interval, replicas)
    named = _Named(tuple(names), tuple(sorted(interval.name for interval in intervals)), replicas)
    for index, route in enumerate(routes):
        _check_route(at(where, "routes", index), route, named, grouping.group_interval, grouping.repeat_interval)
    used = {default, *(inner.receiver for route in routes for inner in route.all())}
    for name in names:
        if name not in used:
            raise ConfigError(at(where, "receivers"), name, "no route leads to it; add one, or remove it")


class _Named(NamedTuple):
    """What routes may name, and what their timing depends on."""

    receivers: tuple[str, ...]
    intervals: tuple[str, ...]
    replicas: int


def _check_route(where: Path, route: Route, named: _Named, interval: str, repeat: str) -> None:
    """Check a route and those within it; `interval` and `repeat` are those of the route around it."""
    if route.receiver not in {*named.receivers, NOBODY, None}:
        raise ConfigError(
            at(where, "receiver"), route.receiver, f"no receiver has this name; the receivers are {', '.join(named.receivers)} and {NOBODY}"
        )
    for field in ("mute_during", "active_during"):
        for name in getattr(route, field):
            if name not in named.intervals:
                raise ConfigError(
                    at(where, field), name, f"no time interval has this name; the intervals are {', '.join(named.intervals) or 'none'}"
                )
    interval, repeat = route.group_interval or interval, route.repeat_interval or repeat
    _check_turns(at(where, "group_interval"), interval, named.replicas)
    _check_timing(where, None, interval, repeat)
    for index, inner in enumerate(route.routes):
        _check_route(at(where, "routes", index), inner, named, interval, repeat)


def longest_repeat(grouping: Grouping, routes: Sequence[Route]) -> str:
    """The longest time between two notifications of one group."""
    repeats = [grouping.repeat_interval, *(inner.repeat_interval for route in routes for inner in route.all() if inner.repeat_interval)]
    return max(repeats, key=lambda repeat: duration_seconds("repeat_interval", repeat))


def _check_turns(where: Where, interval: str, replicas: int) -> None:
    """The last replica decides by its state when its wait began: by then the first must not have sent that the alert is resolved."""
    last = PEER_TIMEOUT * (replicas - 1)
    if duration_seconds(where, interval) < last:
        raise ConfigError(
            where, interval, f"write at least {last}s: of {replicas} replicas the last waits that long, and would send again what has ended"
        )


def _check_timing(where: Where, wait: str | None, interval: str | None, repeat: str | None) -> None:
    if wait is not None and wait not in {"0", "0s"}:
        duration_seconds(at(where, "group_wait"), wait)
    between = duration_seconds(at(where, "group_interval"), interval) if interval is not None else None
    again = duration_seconds(at(where, "repeat_interval"), repeat) if repeat is not None else None
    if between is not None and again is not None and again < between:
        raise ConfigError(
            at(where, "repeat_interval"), repeat, f"write at least the group interval, {interval}: nothing is sent in between"
        )
