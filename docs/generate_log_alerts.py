"""Writes `examples/log-alerts/`: `python docs/generate_log_alerts.py`; with `--check`, it only reports whether they are up to date.

One list of alerts that only log lines can give becomes rules for Loki's ruler and for vmalert in front of VictoriaLogs.
"""

# ruff: noqa: INP001  a program, not a package

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from semantic_router_observability.dashboards.logs import events
from semantic_router_observability.yamltext import to_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = Path(__file__).resolve().parents[1] / "examples" / "log-alerts"

WINDOW: Final = "10m"
"""An alert fires from the first line on until there was none for this long."""


class Alert(NamedTuple):
    """An alert on lines of some events."""

    name: str
    lines: events.Events
    panel: str
    """Title of the panel of the dashboard "Router logs" that counts the same lines."""

    summary: str
    description: str


ALERTS: Final = (
    Alert(
        "SemanticRouterConfigurationRefused",
        events.CONFIGURATION,
        "Refused configurations",
        "A router in {{ $labels.namespace }} refused a change of its configuration",
        "It goes on with the configuration before. The field error of the line says why; correct the change, and wait for config_reloaded.",
    ),
    Alert(
        "SemanticRouterPanicked",
        events.PANICS,
        "Panics",
        "A router in {{ $labels.namespace }} panicked",
        "It survived, and the request or task is lost. Report the stack, in the fields panic and stack of the line, to the router's project.",
    ),
    Alert(
        "SemanticRouterCredentialsMissing",
        events.CREDENTIALS,
        "Missing credentials",
        "A router in {{ $labels.namespace }} finds no credentials of a provider",
        "Requests for that provider fail. Compare the Secret and the headers that the configuration names with those there are.",
    ),
    Alert(
        "SemanticRouterDegraded",
        events.DEGRADED,
        "Degraded parts",
        "A router in {{ $labels.namespace }} runs without one of its parts",
        "The event names it: a server, a store, tracing or embeddings. What depends on it is missing until the pod starts with it again.",
    ),
)


def files() -> dict[str, str]:
    """Return the files by name."""
    return {
        "loki.yaml": _HEAD.format(program="Loki's ruler") + _rules({}, logql),
        "vmalert.yaml": _HEAD.format(program="vmalert in front of VictoriaLogs") + _rules({"type": "vlogs"}, logsql),
    }


_HEAD: Final = """\
# Alerts that only the Semantic Router's log lines can give, for {program}.
# Written by docs/generate_log_alerts.py. Lines have the labels namespace and container that the pipelines under examples/logs give them.
# The router writes 100 equal lines in a second and then every 100th: an alert fires all the same, its number may be too small.
"""


def logql(alert: Alert) -> str:
    """Count the lines of the window by namespace, in Loki's language."""
    either = "|".join((*alert.lines.names, *([alert.lines.text] if alert.lines.text else ())))
    named = f"event=~`{'|'.join(alert.lines.names)}`" + (" or event=``" if alert.lines.text else "")
    chosen = f"{{container=`{events.CONTAINER}`}} |~ `{either}` | json event=`event` | drop __error__, __error_details__ | {named}"
    return f"sum by (namespace) (count_over_time({chosen} [{WINDOW}])) > 0"


def logsql(alert: Alert) -> str:
    """Count the lines of the window by namespace, in the language of VictoriaLogs."""
    either = "|".join((*alert.lines.names, *([alert.lines.text] if alert.lines.text else ())))
    named = f"event:in({', '.join(alert.lines.names)})" + (f' or _msg:"{alert.lines.text}"' if alert.lines.text else "")
    chosen = f'_time:{WINDOW} container:="{events.CONTAINER}" ~`{either}` | unpack_json fields (event) | filter {named}'
    return f"{chosen} | stats by (namespace) count() lines | filter lines:>0"


def _rules(group: dict[str, str], expression: Callable[[Alert], str]) -> str:
    rules = [
        {
            "alert": alert.name,
            "expr": expression(alert),
            "labels": {"severity": "warning", "component": "logs"},
            "annotations": {
                "summary": alert.summary,
                "description": f'{alert.description} Lines: dashboard "Router logs", panel "{alert.panel}".',
            },
        }
        for alert in ALERTS
    ]
    return to_yaml({"groups": [{"name": "semantic-router-logs", **group, "interval": "1m", "rules": rules}]})


def main(arguments: list[str]) -> int:
    """Write the files, or report the stale ones."""
    stale = [name for name, text in files().items() if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for name in stale:
            print(f"examples/log-alerts/{name} is stale: run python docs/generate_log_alerts.py", file=sys.stderr)  # noqa: T201 - a program
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(files()[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
