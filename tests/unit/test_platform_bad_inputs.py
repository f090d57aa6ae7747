"""Platforms that are none, and the one line each is answered with. As in `test_bad_inputs.py`, the table specifies the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from refusals import refusal

if TYPE_CHECKING:
    from pathlib import Path

IN_YAML = [
    ("platform: openshift", "platform: 'openshift': write a mapping, not text: {type: openshift}"),
    ("platform: {}", "platform.type: not given: add it; accepted: kubernetes, openshift"),
    ("platform: {type: okd}", "platform.type: 'okd': write one of kubernetes, openshift"),
    ("platform: {type: openshift, user: 1000650000}", "platform: 'user': unknown key; accepted: type"),
]


@pytest.mark.parametrize(("text", "error"), IN_YAML, ids=lambda value: value[:60])
def test_settings_are_refused_in_one_line(text: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == error
