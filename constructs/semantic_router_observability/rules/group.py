"""Recording rules and groups in Prometheus's native syntax."""

from __future__ import annotations

from typing import Any

import msgspec

from semantic_router_observability.promql import pretty


class RecordingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A series that Prometheus computes from others at every evaluation.

    Attributes:
        record: Its name: `level:metric:operations`, where the level is the labels it has.
        expr: What it is computed from.
        labels: Labels added to it. Default: none.

    """

    record: str
    expr: str
    labels: dict[str, str] = {}

    def body(self) -> dict[str, Any]:
        """As an entry of a rule file."""
        return {"record": self.record, "expr": pretty(self.expr), **({"labels": dict(self.labels)} if self.labels else {})}


class RuleGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules that are evaluated one after another, as of the same moment.

    Attributes:
        name: Unique in its file.
        rules: In the order of evaluation.
        interval: Time between evaluations. Default: Prometheus's global setting.

    """

    name: str
    rules: tuple[RecordingRule, ...]
    interval: str | None = None

    def body(self) -> dict[str, Any]:
        """As an entry of a rule file."""
        rules = [rule.body() for rule in self.rules]
        return {"name": self.name, **({"interval": self.interval} if self.interval else {}), "rules": rules}
