"""The built site in a real browser: its search finds pages, and no script or picture fails."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import pytest

from documentation import ROOT
from harness.chromium import MISSING, Chromium, find
from simulator.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = ROOT / "build" / "site"
FOUND = "[...document.querySelectorAll('.md-search-result__item a')].map(link => link.getAttribute('href'))"


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Address of the site, as `make site` built it."""
    if not (SITE / "index.html").is_file():
        pytest.skip("the site is not built: run `make site`")
    with serving(partial(Handler, directory=str(SITE))) as address:
        yield f"http://{address}"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    program = find()
    if program is None:
        pytest.skip(MISSING)
    with Chromium(program, tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("PrometheusSeriesNearBudget", "runbooks/PrometheusSeriesNearBudget/"),
        ("outOfOrderWindow", "scrape-another-namespace/"),
        ("ServingTls", "api/"),
    ],
)
def test_search_finds_the_page(site: str, browser: Chromium, words: str, page: str) -> None:
    browser.open(f"{site}/?q={words}")
    browser.until(f"{FOUND}.length")
    assert any(page in link for link in browser.evaluate(FOUND)), browser.evaluate(FOUND)


@pytest.mark.parametrize("page", ["", "dashboards/", "settings/", "runbooks/"])
def test_everything_on_a_page_loads(site: str, browser: Chromium, page: str) -> None:
    browser.complaints.clear()
    browser.open(f"{site}/{page}")
    browser.until("document.readyState == 'complete' && document.querySelector('.md-content h1') !== null")
    broken = (
        "[...document.images].filter(image => image.complete && !image.naturalWidth && image.loading != 'lazy').map(image => image.src)"
    )
    assert browser.evaluate(broken) == []
    assert browser.complaints == []
