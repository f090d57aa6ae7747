"""`python -m semantic_router_observability.dashboards [--raw] DIRECTORY`: render every dashboard into a folder.

With `--raw` they query what the router exports, for a Prometheus that does not evaluate the recording rules.
"""

from __future__ import annotations

import sys
from pathlib import Path

from semantic_router_observability.dashboards import DASHBOARDS, raw_queries, render
from semantic_router_observability.dashboards.rendering import write


def main(arguments: list[str]) -> int:
    raw = arguments[:1] == ["--raw"]
    folders = arguments[1:] if raw else arguments
    if len(folders) != 1 or folders[0].startswith("-"):
        print("usage: python -m semantic_router_observability.dashboards [--raw] DIRECTORY", file=sys.stderr)  # noqa: T201 - a command
        return 2
    with raw_queries(raw):
        changed = write(Path(folders[0]), [(entry.file_name, render(entry.build())) for entry in DASHBOARDS])
    for path in changed:
        print(f"{'wrote' if path.exists() else 'removed'} {path}")  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
