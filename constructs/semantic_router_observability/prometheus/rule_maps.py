"""Rule files in ConfigMaps, each of a size that `kubectl apply` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from semantic_router_observability.checks import dns_subdomain, listed
from semantic_router_observability.errors import ConfigError, Place, at, place
from semantic_router_observability.kubernetes.budget import OBJECT_BUDGET, size_in_annotation
from semantic_router_observability.yamltext import to_yaml

from .rule_files import rule_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.alerting.facts import Facts
    from semantic_router_observability.alerting.options import Alerts
    from semantic_router_observability.errors import Where

    from .rules import RuleFile

_FILLED = OBJECT_BUDGET - 20_000
"""Bytes up to which a ConfigMap is filled; the links that alerts get when a Grafana is known find room in the rest."""


def rule_texts(id: str, *, recording: bool, alerts: Alerts, facts: Facts, user_supplied: Sequence[RuleFile]) -> dict[str, str]:
    """Texts of all rule files of a stack by name. One that no ConfigMap holds is divided between its groups.

    Raises:
        ConfigError: two files are called the same, or a single group is too large.

    """
    texts: dict[str, str] = {}
    for file in rule_files(id, recording=recording, alerts=alerts, facts=facts, user_supplied=user_supplied):
        text = to_yaml({"groups": list(file.groups)})
        if size_in_annotation(text) <= _FILLED:
            texts[f"{file.name}.yaml"] = text
            continue
        parts: list[str] = []
        for group in file.groups:
            text = to_yaml({"groups": [group]})
            if (size := size_in_annotation(text)) > _FILLED:
                raise ConfigError(
                    place(id, "rules", Place(f"group {group['name']}")),
                    f"{size} bytes",
                    f"keep a group under {_FILLED} bytes; make two of it",
                )
            # Without the first line, which the part before has.
            rest = text.partition("\n")[2]
            if parts and size_in_annotation(parts[-1] + rest) <= _FILLED:
                parts[-1] += rest
            else:
                parts.append(text)
        texts |= {f"{file.name}-{number}.yaml": part for number, part in enumerate(parts, start=1)}
    return texts


def check_rule_config_maps(where: Where, names: Sequence[str]) -> None:
    """Refuse names that no ConfigMap has, and one that is given twice: its rules would be evaluated twice."""
    listed(where, names)
    for index, name in enumerate(names):
        if dns_subdomain(at(where, index), name) in names[:index]:
            raise ConfigError(at(where, index), name, "is named twice; remove one")


class RuleMaps(NamedTuple):
    """The ConfigMaps with the rule files of a stack, each file in the first that had room, so that most stay where they are when one is added."""

    stack: str
    places: Mapping[str, int]
    """Number of the ConfigMap of each file."""

    @classmethod
    def of(cls, stack: str, texts: Mapping[str, str]) -> RuleMaps:
        """Find a place for each of these files."""
        sizes = [0]
        places: dict[str, int] = {}
        for name, text in texts.items():
            size = size_in_annotation(text)
            number = next((number for number, taken in enumerate(sizes) if taken + size <= _FILLED), len(sizes))
            if number == len(sizes):
                sizes.append(0)
            sizes[number] += size
            places[name] = number
        return cls(stack, places)

    @property
    def names(self) -> list[str]:
        """Names of the ConfigMaps."""
        first = f"{self.stack}-rules"
        return [first, *(f"{first}-{number + 1}" for number in range(1, max(self.places.values(), default=0) + 1))]

    def contents(self, texts: Mapping[str, str]) -> dict[str, dict[str, str] | None]:
        """Content of each by its name; None where there is none, as the API server stores no empty mapping, and every apply would send it."""
        return {
            name: {file: text for file, text in texts.items() if self.places.get(file, 0) == number} or None
            for number, name in enumerate(self.names)
        }
