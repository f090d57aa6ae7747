"""How commands print: for people, or as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses the form of the report."""
    parser.add_argument("--output", choices=("text", "json"), default="text", help="form of the report (default: text)")


def print_json(value: Any) -> None:
    """Print a value of mappings, lists and scalars."""
    print(json.dumps(value, indent=2, ensure_ascii=False))  # noqa: T201 - a command
