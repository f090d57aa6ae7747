"""`docs/detection.md` from the outcomes: `PYTHONPATH=tests python -m simulation.report` writes it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from simulation.drills import DRILLS, TOPICS
from simulation.outcomes import outcomes
from simulation.rules import BUDGET, alerts
from tools.build import find

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulation.drills import Drill
    from simulation.outcomes import Outcome

PAGE: Final = Path(__file__).parents[2] / "docs" / "detection.md"

_HEAD: Final = """\
# Time to detection of each failure

For engineers on call: which alert reports a failure, and after how many minutes. Each row is a simulated failure. Prometheus's rule engine
evaluates the shipped alerts and recording rules on metrics of simulated routers and the programs around them, every minute. A real
Alertmanager with the inhibitions of `AlertmanagerStack` then determines which alerts it would send. A test repeats the simulation, and
fails when another alert fires, when one is missing, or when one fires late. This page is generated from the same run.

The installation: two replicas at 5 requests a second each, three models, five decisions, a response cache, agents' memory in the rows about
it, Prometheus, Grafana, two Alertmanagers, a vLLM engine, a remote storage, a trace gateway, a log store, Envoy, Thanos with object storage, a Redis, two GPUs, two nodes and the router's operator. The alerts are those that are shipped; only the budget has to be
set, to ${budget:.0f} a day. One of the models, `gpt-oss-120b`, reasons: a quarter of its answers begin after more than 5 s and take longer than
10 s while all is well.

Minutes count from the beginning of the failure to the alert that fires. Scrapes and evaluations are 30 s apart here, 60 s where the history
is long or the router does not matter; as shipped they are 15 s apart, so a minute may go. The grouping of Alertmanager (30 s by default)
comes on top.

## Normal operation

Over {healthy} minutes of ordinary operation nothing fires but `Watchdog`. The last two hours contain a rolling restart, an hour of doubled
traffic, a scale-up by two replicas and a scale-down by one; each kind of failure that is normal happens at its usual small rate. Over two
hours of a quiet night, with a dozen requests an hour and one that fails, nothing fires either.
"""

_TAIL: Final = """\
## Limits of the simulation

- A simulation contains only the failures that its author thought of. It shows that these are detected and distinguished, not that there are
  no others.
- Alerts on surges compare with the six hours before. A router that Prometheus has watched for less than six and a half hours has none.
- At low traffic the hour that `SemanticRouterErrorsAtLowTraffic` looks back holds the good requests from before the failure as well, and
  the first error of each new series (replica, model, cause) is invisible to Prometheus: allow for the time in the table.
"""


def page(found: Mapping[str, Outcome]) -> str:
    """Return the page."""
    head = _HEAD.format(budget=BUDGET, healthy=len(found["healthy"].fired) - 1)
    parts = [head, *(_topic(title, drills, found) for title, drills in TOPICS.items()), _missing(), _TAIL]
    return "\n".join(parts)


def _topic(title: str, drills: tuple[Drill, ...], found: Mapping[str, Outcome]) -> str:
    lines = [
        f"## {title}",
        "",
        "| Failure | Simulated event | Notified alert, after minutes | Inhibited alerts |",
        "| --- | --- | --- | --- |",
    ]
    for drill in drills:
        outcome = found[drill.name]
        notified = sorted(((minute - drill.begins, alert) for alert, minute in outcome.first_notified.items() if alert in drill.tells))
        words = "<br>".join(f"`{alert}` {minute}" for minute, alert in notified)
        others = "<br>".join(f"`{alert}`" for alert in sorted(outcome.inhibited))
        lines.append(f"| {drill.name.capitalize()} | {drill.what} | {words} | {others} |")
    return "\n".join([*lines, ""])


def _missing() -> str:
    names = ", ".join(f"`{name}`" for name in untried())
    rest = f", except {names}, which only their own cases prove" if names else ""
    return f"Every shipped alert fires in one of these rows, or is on its list of inhibited ones{rest}; `Watchdog` fires in all, and stops only where Prometheus stores nothing.\n"


def untried() -> list[str]:
    """Return the alerts that no drill is about."""
    tried = {alert for drill in DRILLS.values() for alert in (*drill.tells, *drill.inhibited)}
    return sorted(alerts() - tried - {"Watchdog"})


def lines(found: Mapping[str, Outcome]) -> Iterator[str]:
    """Return a line for each drill that went another way than expected."""
    for name, drill in DRILLS.items():
        first = {alert: minute - drill.begins for alert, minute in found[name].first_notified.items() if alert != "Watchdog"}
        if set(first) != set(drill.tells) or found[name].inhibited != drill.inhibited:
            yield f"{name}: notified {first}, inhibited {sorted(found[name].inhibited)}; expected {dict(drill.tells)}, {sorted(drill.inhibited)}"


def main() -> int:
    """Write the page."""
    promtool, alertmanager = find("promtool"), find("alertmanager")
    if promtool is None or alertmanager is None:
        print("promtool or alertmanager is missing; run `make tools`", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        found = outcomes(promtool, alertmanager, Path(folder))
    if wrong := list(lines(found)):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    PAGE.write_text(page(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
