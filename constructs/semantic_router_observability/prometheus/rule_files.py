"""All rule files of a Prometheus: recording rules, the shipped alerts, and what users bring."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from semantic_router_observability.checks import LABEL_LIMIT, duration_seconds, listed, unique
from semantic_router_observability.errors import ConfigError, Place, Raw, Where, at, inside, place
from semantic_router_observability.router.target import JOB
from semantic_router_observability.rules import recorded

from .rules import RuleFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from semantic_router_observability.alerting.facts import Facts
    from semantic_router_observability.alerting.options import Alerts


def rule_files(id: str, *, recording: bool, alerts: Alerts, facts: Facts, user_supplied: Sequence[RuleFile]) -> list[RuleFile]:
    """Return every file, a topic each, so that a change touches one entry of the ConfigMap.

    Raises:
        ConfigError: two files are called the same.

    """
    with inside(*place(id, "alerts")):
        shipped_groups = alerts.groups(facts)
    shipped = [RuleFile(name=name, groups=tuple(dict(group) for group in groups)) for name, groups in shipped_groups.items()]
    files = [*(_recording(facts) if recording else ()), *shipped, *own_file(alerts, facts), *user_supplied]
    unique(place(id, "rules"), [file.name for file in files], "rule files")
    return files


def rules_at(where: Where, paths: Sequence[str]) -> list[RuleFile]:
    """Read rule files, and all `*.yaml` and `*.yml` files of directories.

    Raises:
        ConfigError: a path is missing, or a file holds no rules that Prometheus would load.

    """
    from semantic_router_observability.contract import files  # noqa: PLC0415 - only those who have files pay for it

    listed(where, paths)
    found: list[RuleFile] = []
    for index, path in enumerate(paths):
        with inside(*at(where, index)):
            found_here = sorted(file for file in Path(path).glob("*") if file.suffix in _ENDINGS) if Path(path).is_dir() else [Path(path)]
            if not found_here:
                raise ConfigError((), Path(path), "holds no .yaml or .yml file; give a rule file, or a directory with some")
            for file in found_here:
                groups = [group for held in files.read(file) if isinstance(held, files.Rules) for group in held.groups]
                with inside(Place(file)):
                    if not groups:
                        raise ConfigError((), Raw("a dashboard"), "give a file with rule groups")
                    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower())[:LABEL_LIMIT].strip("-")
                    found.append(RuleFile(name=name, groups=groups))
    return found


_ENDINGS = (".yaml", ".yml")


def own_file(alerts: Alerts, facts: Facts) -> list[RuleFile]:
    """Return the alerts that users user_supplied, if any."""
    groups = alerts.own_groups(facts)
    return [RuleFile(name="alerts-own", groups=tuple(groups))] if groups else []


def _recording(facts: Facts) -> Iterator[RuleFile]:
    """The router's recording rules; never evaluated more often than there are new samples."""
    longest = max(facts.interval, recorded.INTERVAL, key=lambda interval: duration_seconds("interval", interval))
    groups = recorded.router_groups(longest, job=None if facts.own_stack else JOB)
    yield RuleFile(name=recorded.FILE_NAME, groups=tuple(group.body() for group in groups))
