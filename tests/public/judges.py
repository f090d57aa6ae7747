"""The real programs as judges of many texts at once."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from harness.programs import program

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ENABLED_BY_PROMTOOL = ("promql-experimental-functions", "promql-duration-expr", "promql-extended-range-selectors")
"""Features of PromQL that promtool 3.13 can be told to read; the server knows one more."""


def refused_rules(rules: Sequence[dict[str, object]], *features: str) -> dict[int, str]:
    """Rules that promtool refuses, by their index, and why."""
    text = json.dumps({"groups": [{"name": "g", "rules": rules}]})
    flags = [f"--enable-feature={','.join(features)}"] if features else []
    command = [program("promtool"), *flags, "check", "rules", "--lint=none", "/dev/stdin"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    found = {int(number) - 1: why for number, why in re.findall(r'rule (\d+), "[^"]*": (.*)', output)}
    assert bool(found) == bool(done.returncode), output[:2000]
    return found


def refused_expressions(expressions: Iterable[str], *features: str) -> dict[int, str]:
    """Expressions that promtool refuses, by their index, and why."""
    return refused_rules([{"record": f"r{index}", "expr": expression} for index, expression in enumerate(expressions)], *features)


def read(name: str, texts: Sequence[str]) -> list[str]:
    """Let a program of `tests/tools/native` read configurations, one a line: `ok`, or why it refuses each. Nothing it does reaches a network."""
    command = ["unshare", "--net", program(name)]
    done = subprocess.run(command, input="\n".join(texts) + "\n", capture_output=True, text=True, check=False)
    if done.returncode and "unshare" in done.stderr:
        pytest.skip(f"network namespaces need root on Linux: {done.stderr.strip()}")
    verdicts = done.stdout.splitlines()
    assert len(verdicts) == len(texts), done.stderr[:2000]
    return verdicts


def refused_by_amtool(text: str, *, undefined: bool = False) -> str:
    """Why Alertmanager cannot read a template, or nothing; what fails only with the data of a notification does not count.

    With `undefined`, a call of a template that neither it nor the text has counts, too.
    """
    done = subprocess.run(
        [program("amtool"), "template", "render", "--template.glob=/dev/null", f"--template.text={text}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    executing = "executing" in done.stderr and not (undefined and "not defined" in done.stderr)
    return done.stderr if done.returncode and not executing else ""
