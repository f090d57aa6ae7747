"""`alertmanager.yml`, from typed parts to text. Pure: nothing here knows cdk8s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.yamltext import to_yaml

from . import receivers as who
from . import timing
from .messages import TEMPLATE_FILE
from .routes import WATCHDOG, tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.pods import SecretFiles

    from .inhibition import Inhibition
    from .receivers import DeadManSwitch, Receiver
    from .routes import Grouping, Route
    from .silences import Silence
    from .timing import TimeInterval


def render(
    *,
    receivers: Sequence[Receiver],
    default_receiver: str,
    routes: Sequence[Route],
    grouping: Grouping,
    inhibitions: Sequence[Inhibition],
    silences: Sequence[Silence],
    time_intervals: Sequence[TimeInterval],
    dead_man_switch: DeadManSwitch | None,
    proxy: str | None,
    directory: str,
    files: SecretFiles,
) -> str:
    """Assemble the configuration; `directory` holds the templates, `files` collects the credentials."""
    heartbeats = sorted({WATCHDOG, dead_man_switch.alert} if dead_man_switch else {WATCHDOG})
    inhibitions = [*inhibitions, *(silence.inhibition(heartbeats) for silence in silences)]
    config = {
        "templates": [f"{directory}/{TEMPLATE_FILE}"],
        "route": tree(default_receiver, grouping, routes, dead_man_switch, silenced=bool(silences)),
        "inhibit_rules": [inhibition.body() for inhibition in inhibitions] or None,
        "time_intervals": timing.bodies(time_intervals) or None,
        "receivers": who.bodies(receivers, dead_man_switch, files, {"proxy_url": proxy} if proxy else {}),
    }
    return to_yaml(_without_none(config))


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_none(item) for item in value]
    return value
