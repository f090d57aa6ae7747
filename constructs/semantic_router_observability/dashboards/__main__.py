"""`python -m semantic_router_observability.dashboards DIRECTORY`: render every dashboard into a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from semantic_router_observability.dashboards import DASHBOARDS, render
from semantic_router_observability.dashboards.rendering import write


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m semantic_router_observability.dashboards DIRECTORY", file=sys.stderr)  # noqa: T201 - a command
        return 2
    changed = write(Path(arguments[0]), [(entry.file_name, render(entry.build())) for entry in DASHBOARDS])
    for path in changed:
        print(f"{'wrote' if path.exists() else 'removed'} {path}")  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
