"""What people see of settings that are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import main

from semantic_router_observability import app

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def refusal(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run `main.py` on settings that it has to refuse; the one line it prints, after the file's name. No output is written."""
    file = folder / "observability.yaml"
    file.write_text(text, encoding="utf-8")
    output = folder / "dist"
    assert app.run(main.build, arguments=["--config", str(file), "--output", str(output)]) == app.CONFIG_ERROR
    assert not output.exists()
    *warnings, line = capsys.readouterr().err.splitlines()
    assert all(warning.startswith("warning: ") for warning in warnings)
    start = "error: observability.yaml: "
    assert line.startswith(start)
    return line.removeprefix(start)
