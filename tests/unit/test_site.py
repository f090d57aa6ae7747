"""The documentation as a site: its navigation and links. `make site`, which `.ci/run` calls, builds it strictly and finds what is broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from documentation import PAGES, ROOT
from modules import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

REPOSITORY = "https://git.example.com/platform/observability"


class _Loader(yaml.SafeLoader):
    """Reads MkDocs's own tags as text."""


_LoaderAny: Any = _Loader
_LoaderAny.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: str(suffix))
_LoaderAny.add_constructor("!ENV", lambda loader, node: "")
SITE: dict[str, Any] = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader=_Loader)


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    return load(ROOT / "docs" / "site.py")


def named(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for item in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from named(item)


def test_pages_are_of_four_kinds_and_exist(hook: ModuleType) -> None:
    assert [next(iter(section)) for section in SITE["nav"]] == ["Tutorial", "How-to", "Reference", "Explanation"]
    pages = list(named(SITE["nav"]))
    assert len(set(pages)) == len(pages)
    made = {*hook.BESIDE.values(), hook.API}
    assert made <= set(pages)
    for page in set(pages) - made:
        assert (ROOT / "docs" / page).is_file(), page


def test_pages_that_the_navigation_does_not_name_are_put_there(hook: ModuleType) -> None:
    nav = [{"Tutorial": ["index.md"]}, {"How-to": [{"Install": ["settings.md"]}]}]
    hook.on_config(type("Config", (), {"nav": nav})())
    added = set(named(nav)) - {"index.md", "settings.md"}
    assert added == {path.name for path in (ROOT / "docs").glob("*.md")} - {"settings.md"}


@pytest.mark.parametrize(
    ("text", "folder", "expected"),
    [
        ("[a](docs/alerts.md#tune)", ".", "[a](alerts.md#tune)"),
        ("[a](alerts.md)", "docs", "[a](alerts.md)"),
        ("[the `README`](../README.md#apply)", "docs", "[the `README`](index.md#apply)"),
        ("[a](../alerts.md)", "docs/runbooks", "[a](../alerts.md)"),
        ("[a](../../README.md)", "docs/runbooks", "[a](../index.md)"),
        ("[a](../tests/bench.py)", "docs", f"[a]({REPOSITORY}/blob/main/tests/bench.py)"),
        ("[a](#here) [b](https://example.com)", "docs", "[a](#here) [b](https://example.com)"),
        ("```text\n[a](../README.md)\n```", "docs", "```text\n[a](../README.md)\n```"),
        ("![a](images/a.png)", "docs", "![a](images/a.png)"),
    ],
)
def test_links(text: str, folder: str, expected: str, hook: ModuleType) -> None:
    assert hook.linked(text, folder, REPOSITORY) == expected


def test_links_to_files_without_a_repository_name_the_file(hook: ModuleType) -> None:
    assert hook.linked("see [a](../tests/bench.py).", "docs", "") == "see a (`tests/bench.py` in the repository)."


def test_every_link_of_every_page_leads_to_a_page_or_the_repository(hook: ModuleType) -> None:
    made = {*hook.BESIDE.values(), hook.API}
    for page in PAGES:
        folder = page.parent.relative_to(ROOT).as_posix()
        text = hook.linked(page.read_text(encoding="utf-8"), folder, REPOSITORY)
        for link in re.findall(r"(?<!!)\[[^\]]*\]\((?!https?:)([^)\s#]+)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
            home = ROOT / "docs" if folder == "." else page.parent
            assert (home / link).resolve().is_file() or (home / link).resolve().name in made, f"{page.name}: {link}"


def test_the_reference_has_every_public_name(hook: ModuleType) -> None:
    assert sorted(name.rpartition(".")[2] for name in hook.public_names()) == sorted(dir(sro))
