"""What a reviewer reads of five typical changes, by layout of the output folder: `python tests/diffs.py`.

Sizes are those of `git diff`, which every forge shows.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import main
import yaml
from cdk8s import App, Chart

from manifests import settings_of
from semantic_router_observability import output, shipped
from semantic_router_observability.kubernetes.manifest import objects_of
from semantic_router_observability.kubernetes.text import to_manifest

if TYPE_CHECKING:
    from collections.abc import Callable

    from manifests import Object

    Layout = Callable[[App, Path], None]

ROOT = Path(__file__).parents[1]
SETTINGS = (ROOT / "observability.yaml").read_text(encoding="utf-8")
PAGE = "routing-and-learning.json"
"""The dashboard one of whose queries changes."""


class Change(NamedTuple):
    """A change as its author makes it."""

    settings: str = ""
    """Keys besides those of observability.yaml, or in place of them."""
    query: tuple[str, str] | None = None
    """What stands in a dashboard, and what does afterwards."""


CHANGES = {
    "retention 15d to 30d": Change("prometheus: {retention: 30d}"),
    "alert threshold 10 % to 8 %": Change("alerts: {rules: {SemanticRouterErrors: {threshold: 0.08}}}"),
    "query of a panel": Change(query=("topk(10, ", "topk(20, ")),
    "image of Prometheus": Change("images: {prometheus: 'docker.io/prom/prometheus:v3.99.0'}"),
    "a further dashboard": Change("grafana: {optionalDashboards: [slos]}"),
}


def one_file(app: App, folder: Path) -> None:
    """Write all objects into one file, as `app.synth()` does."""
    (folder / "observability.k8s.yaml").write_text("---\n".join(map(to_manifest, objects_of(app))))


def file_per_component(app: App, folder: Path) -> None:
    """Write the objects of each construct into one file."""
    found: dict[str, list[Object]] = defaultdict(list)
    for item in objects_of(app):
        found[item["metadata"]["name"].split("-")[0]].append(item)
    for name, items in found.items():
        (folder / f"{name}.k8s.yaml").write_text("---\n".join(map(to_manifest, items)))


def file_per_object(app: App, folder: Path) -> None:
    """Write as `main.py` does."""
    output.write(output.files_of(app), folder)


LAYOUTS: dict[str, Layout] = {"one file": one_file, "a file per component": file_per_component, "a file per object": file_per_object}


def synthesized(change: Change) -> App:
    """Build the app of `observability.yaml` with a change."""
    keys = yaml.safe_load(SETTINGS)
    for key, value in (yaml.safe_load(change.settings) or {}).items():
        keys[key] = {**keys.get(key, {}), **value}
    settings = settings_of(yaml.safe_dump(keys))
    before, after = change.query or ("", "")
    text = shipped.text
    app = App()
    with mock.patch.object(
        shipped, "text", lambda page: text(page).replace(before, after, 1) if page.file_name == PAGE and before else text(page)
    ):
        main.build(Chart(app, "observability", namespace=settings.namespace), settings)
    return app


def written(app: App, layout: Layout, folder: Path) -> Path:
    """Write the app into an empty folder."""
    folder.mkdir()
    layout(app, folder)
    return folder


def difference(folder: Path) -> str:
    """Files, lines and bytes of the diff between the folders `old` and `new`."""
    command = ["git", "diff", "--no-index", "--no-color", "old", "new"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    files = sum(line.startswith("diff ") for line in lines)
    changed = sum(line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"} for line in lines)
    return f"{files} {'file' if files == 1 else 'files'}, {changed} lines, {len(done.stdout.encode()):,} bytes"


def report() -> str:
    """Tables in Markdown: of each change the diff, and how large the largest file is."""
    rows = [["Change", *LAYOUTS], ["---"] * (1 + len(LAYOUTS))]
    rows += [[title] for title in [*CHANGES, "largest file"]]
    largest = 0
    before, after = synthesized(Change()), {title: synthesized(change) for title, change in CHANGES.items()}
    for layout in LAYOUTS.values():
        for title, row in zip(CHANGES, rows[2:], strict=False):
            with tempfile.TemporaryDirectory() as work:
                old = written(before, layout, Path(work, "old"))
                written(after[title], layout, Path(work, "new"))
                row.append(difference(Path(work)))
                largest = max(file.stat().st_size for file in old.iterdir())
        rows[-1].append(f"{largest:,} bytes")
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print(report())
