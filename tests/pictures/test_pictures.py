"""The dashboards about the router as pictures: no panel fails, and the numbers in them are those that Prometheus answers."""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from documentation import ROOT
from harness.chromium import MISSING, find
from harness.programs import program
from pictures import __main__ as command
from pictures.page import Page
from pictures.queries import WIDTH, Span, board
from pictures.scene import scene
from semantic_router_observability.dashboards import DASHBOARDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.history import History

pytestmark = pytest.mark.cluster
HOURS = 1
ROUTER = [entry.file_name for entry in DASHBOARDS if not entry.optional]
STATS = ("Requests", "Error share", "Overhead p95", "Restarts")
FACTORS = {"%": 0.01, "ms": 0.001, "K": 1000.0}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """Skipped first where there is nothing to draw with: the hour takes a while."""
    program("pictures")
    if find() is None:
        pytest.skip(MISSING)
    programs = {name: program(name) for name in ("prometheus", "promtool")}
    with scene(tmp_path_factory.mktemp("history"), ROOT / "dist", hours=HOURS, **programs) as remembered:
        yield remembered


@pytest.fixture(scope="module")
def page(history: History, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with Page(program("pictures"), str(find()), tmp_path_factory.mktemp("chromium")) as started:
        yield started


def model(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "dashboards" / name).read_text(encoding="utf-8"))
    return found


def asked(history: History, found: dict[str, Any], *, folded: bool = False) -> dict[str, Any]:
    return board(history.prometheus.url, found, Span(start=history.now - HOURS * 3600, end=history.now), folded=folded)


def pixels(png: bytes) -> tuple[int, int, int]:
    """Width and height of a PNG, and how many different bytes its pixels have."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    data = b""
    rest = png[8:]
    while rest:
        length, kind = int.from_bytes(rest[:4], "big"), rest[4:8]
        data += rest[8 : 8 + length] if kind == b"IDAT" else b""
        rest = rest[12 + length :]
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big"), len(set(zlib.decompress(data)))


@pytest.mark.parametrize("name", ROUTER)
def test_every_panel_is_drawn(history: History, page: Page, name: str) -> None:
    drawing = page.draw(asked(history, model(name)))
    assert drawing.errors == ()
    assert drawing.absent == ()
    assert drawing.drawn > 5 * drawing.empty
    width, height, colours = pixels(drawing.png)
    assert width == WIDTH
    assert height > 1000
    assert colours > 30


def test_numbers_are_those_of_prometheus(history: History, page: Page) -> None:
    found = asked(history, model("llm-router-dashboard.json"), folded=True)
    page.draw(found)
    stats = {
        item["panel"]["title"]: item
        for item in found["items"]
        if "panel" in item and item["panel"]["type"] == "stat" and item["panel"]["title"] in STATS
    }
    assert set(stats) == set(STATS)
    for title, item in stats.items():
        (series,) = item["answers"][0]["series"]
        shown = re.fullmatch(r"([\d.]+)\s*(%|ms|K)?(?:\s*req/s)?", " ".join(page.text(item["panel"]["id"]).split()))
        assert shown, (title, page.text(item["panel"]["id"]))
        factor = FACTORS.get(shown[2], 1.0)
        last_digit = factor * 10 ** -len(shown[1].partition(".")[2])
        assert float(shown[1]) * factor == pytest.approx(float(series["value"][1]), abs=last_digit / 1.9), title


def test_what_fires_is_listed(history: History, page: Page) -> None:
    """The picture of README.md shows an incident: without its alerts it would show nothing."""
    found = asked(history, model("llm-router-dashboard.json"), folded=True)
    page.draw(found)
    (table,) = (item["panel"]["id"] for item in found["items"] if item.get("panel", {}).get("type") == "table")
    assert "SemanticRouterModelErrors" in page.text(table)
    assert "gpt-oss-120b" in page.text(table)


def test_a_refused_query_is_an_error(history: History, page: Page) -> None:
    changed = model("cache-server.json")
    panel = next(panel for panel in changed["panels"] if panel["type"] == "stat")
    panel["targets"][0]["expr"] = "sum(redis_up"
    drawing = page.draw(asked(history, changed))
    (error,) = drawing.errors
    assert error.startswith(f"panel {panel['id']} ({panel['title']}): ")
    assert "parse error" in error
    assert "parse error" in page.text(panel["id"])


def test_command(history: History, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(model("slos.json")).replace("slo_objective:ratio", "slo_objective:ratio["), encoding="utf-8")
    given = [str(ROOT / "dashboards" / "router-logs.json"), str(wrong), "--output", str(tmp_path), "--url", history.prometheus.url]
    assert command.main(given) == 1
    first, second, *errors = capsys.readouterr().out.splitlines()
    assert re.fullmatch(rf"{tmp_path}/router-logs\.png: 0 panels drawn, 0 without data, \d+ not drawn", first)
    assert second.startswith(f"{tmp_path}/wrong.png: ")
    assert errors
    assert all("parse error" in error for error in errors)
    assert (tmp_path / "router-logs.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["absent.json"], "absent.json: is not a file; expected a dashboard in JSON"),
        (["--variable", "model"], "--variable model: expected NAME=VALUE"),
    ],
)
def test_bad_input(given: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(given)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_a_prometheus_that_is_not_there(page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [str(ROOT / "dashboards" / "slos.json"), "--output", str(tmp_path), "--url", "http://127.0.0.1:1"]
    assert command.main(given) == 2
    assert "http://127.0.0.1:1: does not answer as a Prometheus" in capsys.readouterr().err


def test_nothing_to_draw_with(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command, "find", lambda: None)
    assert command.main([]) == 2
    assert "CHROMIUM=PROGRAM" in capsys.readouterr().err
    monkeypatch.setattr(command, "find", lambda: "chromium")
    monkeypatch.setattr(command.build, "find", lambda name: None)
    assert command.main([]) == 2
    assert "pictures is missing or not the pinned version" in capsys.readouterr().err
