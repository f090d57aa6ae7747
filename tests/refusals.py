"""What people see of settings that are refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import main

from semantic_router_observability import app

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def refusal(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run `main.py` on settings that it has to refuse; the lines it prints, after the file's name and the numbers of lines. No output is written."""
    file = folder / "observability.yaml"
    file.write_text(text, encoding="utf-8")
    output = folder / "dist"
    assert app.run(main.build, arguments=["--config", str(file), "--output", str(output)]) == app.CONFIG_ERROR
    assert not output.exists()
    return messages(capsys.readouterr().err)


def messages(printed: str) -> str:
    """Errors that were printed, a line each, without the file's name and the number of the line in it; warnings are left out."""
    lines = [line for line in printed.splitlines() if not line.startswith("warning: ")]
    assert all(re.match(_PLACE, line) for line in lines), lines
    return "\n".join(re.sub(_PLACE, "", line) for line in lines)


_PLACE = r"^error: observability\.yaml(?::[0-9]+)?: "
