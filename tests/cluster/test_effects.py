"""What `sro diff` says the API server refuses is refused by it, and what it does not say is accepted."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
import yaml

from changes import CHANGES, Stack
from cluster.support import apply_cleanly, objects, synthesize
from semantic_router_observability.effects.changes import compare

if TYPE_CHECKING:
    from pathlib import Path

    from harness.lab import Lab

pytestmark = pytest.mark.cluster

NEEDS_A_VOLUME = {"a larger claim"}
"""The API server resizes bound claims only; `test_upgrade.py` does."""


def test_the_api_server_refuses_what_the_report_says(lab: Lab, namespace: str, tmp_path: Path) -> None:
    cluster = lab.cluster
    dist = synthesize(tmp_path, namespace)
    apply_cleanly(cluster, dist)
    applied = objects(dist)
    verdicts = {}
    for name in CHANGES.keys() - NEEDS_A_VOLUME:
        stack = Stack(copy.deepcopy(applied))
        CHANGES[name].edit(stack)
        touched = [item for item in stack.objects if item not in applied]
        answer = cluster.kubectl("apply", "--dry-run=server", "-f", "-", stdin=yaml.safe_dump_all(touched)) if touched else None
        predicted = any(effect.kind == "immutable" for effect in compare(applied, stack.objects).effects)
        verdicts[name] = (predicted, bool(answer and answer.code), answer.stderr if answer else "")
    assert {name: verdict for name, verdict in verdicts.items() if verdict[0] != verdict[1]} == {}
    assert any(refused for _, refused, _ in verdicts.values())
