"""`make pictures`: dashboards as pictures, from hours of simulated traffic in the Prometheus of `dist/`.

Needs no cluster, no Docker and no Grafana: the panels are drawn with Grafana's own front-end libraries in a headless Chromium.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from harness.chromium import MISSING, find
from pictures.page import TALLEST, Page
from pictures.queries import Span, board
from pictures.scene import scene
from tools import build

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HOURS: Final = 3
"""Hours that a picture shows, as most dashboards do when they are opened."""

FRONT_PAGE: Final = "llm-router-dashboard.json"
BUDGET: Final = "monthly_budget=60000"
"""Dollars a month beside which the simulated installation spends less."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A picture to draw."""

    name: str
    model: dict[str, Any]
    hours: float = HOURS
    height: int = TALLEST


def of_files(files: Iterable[Path], hours: float) -> list[Wanted]:
    """Return a picture for each dashboard, under the name of its file."""
    return [Wanted(name=file.stem, model=json.loads(file.read_text(encoding="utf-8")), hours=hours) for file in files]


def of_documentation(folder: Path) -> list[Wanted]:
    """Return the pictures that the folder holds: those of dashboards by their uid, and the first rows of the front page for README.md."""
    models = {model["uid"]: model for file in Path("dashboards").glob("*.json") if (model := json.loads(file.read_text(encoding="utf-8")))}
    held = sorted(path.stem for path in folder.glob("*.png"))
    found = [Wanted(name=uid, model=models[uid]) for uid in held if uid in models]
    front = json.loads((Path("dashboards") / FRONT_PAGE).read_text(encoding="utf-8"))
    return [*found, Wanted(name="one-model-fails", model=front, hours=1, height=1125)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw, and print a line for each picture; 1 where a panel could not be drawn, 2 where something to draw with is missing."""
    parser = argparse.ArgumentParser(prog="pictures", description=__doc__)
    parser.add_argument("dashboards", type=Path, nargs="*", metavar="FILE", help="dashboards to draw (default: all of dashboards/)")
    parser.add_argument("--output", type=Path, default=Path("build/pictures"), metavar="FOLDER", help="default: build/pictures")
    parser.add_argument("--docs", action="store_true", help="draw the pictures of docs/images instead, with rows closed as they open")
    parser.add_argument("--hours", type=float, default=HOURS, metavar="N", help=f"hours to show (default: {HOURS})")
    parser.add_argument("--url", help="draw what this Prometheus has, and simulate nothing")
    parser.add_argument(
        "--manifests", type=Path, default=Path("dist"), metavar="FOLDER", help="output of main.py with the rules (default: dist)"
    )
    parser.add_argument("--variable", action="append", default=[BUDGET], metavar="NAME=VALUE", help="value of a variable of the dashboards")
    given = parser.parse_args(arguments)
    for file in given.dashboards:
        if not file.is_file():
            parser.error(f"{file}: is not a file; expected a dashboard in JSON, such as dashboards/{FRONT_PAGE}")
    for choice in given.variable:
        if "=" not in choice:
            parser.error(f"--variable {choice}: expected NAME=VALUE, such as {BUDGET}")
    chromium = find()
    needed = ("pictures",) if given.url else ("pictures", "prometheus", "promtool")
    found = {name: path for name in needed if (path := build.find(name))}
    if chromium is None:
        print(f"error: {MISSING}; or name one: CHROMIUM=PROGRAM", file=sys.stderr)
        return 2
    for name in needed:
        if name not in found:
            print(f"error: {name} is missing or not the pinned version; run python tests/tools/build.py {name}", file=sys.stderr)
            return 2
    output = Path("docs/images") if given.docs else given.output
    pictures = (
        of_documentation(output) if given.docs else of_files(given.dashboards or sorted(Path("dashboards").glob("*.json")), given.hours)
    )
    chosen = dict(choice.split("=", 1) for choice in given.variable)
    output.mkdir(parents=True, exist_ok=True)
    failed = False
    with ExitStack() as running:
        scratch = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="pictures-")))
        (scratch / "browser").mkdir()
        if given.url:
            url, end = given.url.rstrip("/"), time.time()
        else:
            hours = max(picture.hours for picture in pictures)
            print(f"simulating {hours:g} hours of traffic, which takes about {30 * hours:.0f} s", flush=True)
            programs = {name: found[name] for name in ("prometheus", "promtool")}
            history = running.enter_context(scene(scratch / "prometheus", given.manifests, hours=hours, **programs))
            url, end = history.prometheus.url, history.now
        page = running.enter_context(Page(found["pictures"], chromium, scratch / "browser"))
        for picture in pictures:
            span = Span(start=end - picture.hours * 3600, end=end)
            try:
                answered = board(url, picture.model, span, folded=given.docs, chosen=chosen)
            except OSError as error:
                print(f"error: {url}: does not answer as a Prometheus: {error}", file=sys.stderr)
                return 2
            drawing = page.draw(answered, height=picture.height)
            path = output / f"{picture.name}.png"
            path.write_bytes(drawing.png)
            print(f"{path}: {drawing.drawn} panels drawn, {drawing.empty} without data, {len(drawing.absent)} not drawn", flush=True)
            for error in drawing.errors:
                print(f"  {error}", flush=True)
            failed = failed or bool(drawing.errors)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
