"""Writes the tables of `alerts.md`, everything below "The alerts", from the shipped rules: `python docs/generate_alerts.py`."""

# ruff: noqa: INP001  a program, not a package

from __future__ import annotations

from pathlib import Path

from semantic_router_observability.alerting.page import page

PAGE = Path(__file__).resolve().parent / "alerts.md"
INTRODUCTION = "`threshold` and the other words in the table are the keys under `alerts.rules.<alert>`.\n\n"

if __name__ == "__main__":
    written, found, _ = PAGE.read_text(encoding="utf-8").partition(INTRODUCTION)
    if not found:
        raise SystemExit(f"{PAGE.name}: the sentence above the tables is missing: {INTRODUCTION.strip()}")
    PAGE.write_text(written + found + page(), encoding="utf-8")
