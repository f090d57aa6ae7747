"""`sro dashboards`, or `python -m semantic_router_observability.dashboards [--raw] DIRECTORY`: render every dashboard into a folder.

With `--raw` they query what the router exports, for a Prometheus that does not evaluate the recording rules.
"""

from __future__ import annotations

import sys
from pathlib import Path

from semantic_router_observability.dashboards import DASHBOARDS, LOG_DASHBOARDS, raw_queries, render
from semantic_router_observability.dashboards.rendering import write


def main(arguments: list[str]) -> int:
    raw = arguments[:1] == ["--raw"]
    folders = arguments[1:] if raw else arguments
    if len(folders) != 1 or folders[0].startswith("-"):
        print("usage: python -m semantic_router_observability.dashboards [--raw] DIRECTORY", file=sys.stderr)  # noqa: T201 - a command
        return 2
    write_all(Path(folders[0]), raw=raw)
    return 0


def write_all(folder: Path, *, raw: bool) -> None:
    """Render every dashboard into a folder, and print what changed."""
    with raw_queries(raw):
        changed = write(folder, [(entry.file_name, render(entry.build())) for entry in (*DASHBOARDS, *LOG_DASHBOARDS)])
    for path in changed:
        print(f"{'wrote' if path.exists() else 'removed'} {path}")  # noqa: T201 - a command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
