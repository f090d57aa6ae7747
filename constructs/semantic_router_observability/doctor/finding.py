"""The outcome of one check."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

Object = dict[str, Any]

FINE: Final = "fine"
PROBLEM: Final = "problem"
UNKNOWN: Final = "unknown"
"""The check could not be made, because of rights that are missing or a server that does not answer."""


class Finding(NamedTuple):
    """The outcome of one check."""

    check: str
    """What should be so."""
    state: str
    """`FINE`, `PROBLEM` or `UNKNOWN`."""
    reason: str = ""
    """What was found instead."""
    remedy: str = ""
    """The command or the setting that changes it."""


def report(findings: list[Finding]) -> str:
    """Lines for a terminal."""
    signs = {FINE: "ok", PROBLEM: "!!", UNKNOWN: "??"}
    lines = []
    for check, state, reason, remedy in findings:
        lines += [f"{signs[state]} {check}", *(f"    {text}" for text in (reason, remedy) if text)]
    counts = {state: sum(finding.state == state for finding in findings) for state in signs}
    unknown = f", {counts[UNKNOWN]} could not be checked" if counts[UNKNOWN] else ""
    return "\n".join([*lines, "", f"{counts[FINE]} checks passed, {counts[PROBLEM]} found a problem{unknown}", ""])
