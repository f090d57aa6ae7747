"""From dashboard models to files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from grafana_foundation_sdk.models.dashboard import Dashboard


def render(model: Dashboard) -> str:
    """Write the dashboard as JSON for people and tools alike: two spaces, keys sorted, ASCII only, a newline at the end."""
    return json.dumps(model, cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def write(directory: Path, files: Iterable[tuple[str, str]]) -> list[Path]:
    """Write rendered dashboards into a folder and remove those it holds from earlier; return what changed.

    Each file is written beside its place and then renamed, so that a reader never meets half a file. Only JSON files that are
    dashboards are ever removed: whatever else lies in the folder stays.
    """
    directory.mkdir(parents=True, exist_ok=True)
    changed, wanted = [], set()
    for name, text in files:
        wanted.add(name)
        path = directory / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        beside = directory / f".{name}.new"
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
        changed.append(path)
    for path in sorted(directory.glob("*.json")):
        if path.name not in wanted and _is_dashboard(path):
            path.unlink()
            changed.append(path)
    return changed


def _is_dashboard(path: Path) -> bool:
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return isinstance(found, dict) and {"panels", "schemaVersion", "uid"} <= found.keys()
