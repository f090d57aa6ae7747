"""Makes pages of the files beside docs/, and links to files that are no pages lead to the repository: a hook of MkDocs, see `mkdocs.yml`."""

# ruff: noqa: INP001  a hook, loaded by MkDocs
# pyright: reportMissingImports=false
# MkDocs is installed for the site alone, see `make site`.

from __future__ import annotations

import ast
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).resolve().parent.parent
BESIDE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "report-a-vulnerability.md",
}
"""Pages that are files beside docs/, by their names in the site."""

API = "api.md"
_API = """\
# API of the constructs

For Python developers: every public name of `semantic_router_observability`, from the docstrings in the code.
[Use it as a library](use-as-a-library.md) shows how they fit together.

"""
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(((?!https?://|#|mailto:)[^)\s]+)\)")
_IMAGE = re.compile(r"(!\[[^\]]*\]\()docs/")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are no files of docs/."""
    from mkdocs.structure.files import File  # noqa: PLC0415  the tests read this file without MkDocs

    for source, name in BESIDE.items():
        text = _IMAGE.sub(r"\1", (ROOT / source).read_text(encoding="utf-8"))
        files.append(File.generated(config, name, content=linked(text, ".", config.repo_url)))
    files.append(File.generated(config, API, content=_API + "".join(f"::: {name}\n\n" for name in public_names())))
    return files


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put pages that the navigation does not name at the end of the how-tos."""
    named = set(_named(config.nav))
    unnamed = sorted(path.name for path in (ROOT / "docs").glob("*.md") if path.name not in named)
    how_to = next(section["How-to"] for section in config.nav or () if "How-to" in section)
    how_to += [{"More": unnamed}] if unnamed else []
    return config


def _named(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for item in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from _named(item)


def public_names() -> Iterator[str]:
    """Where the public names are defined, in the order of the list that type checkers read."""
    package = "semantic_router_observability"
    tree = ast.parse((ROOT / "constructs" / package / "__init__.pyi").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            yield from (f"{package}.{node.module}.{alias.name}" for alias in node.names)


def on_page_markdown(markdown: str, *, page: Any, config: MkDocsConfig, files: Files) -> str:
    """Turn links to files beside docs/ into links to their pages, or to the repository."""
    del files
    if page.file.src_uri in BESIDE.values():
        return markdown
    return linked(markdown, posixpath.join("docs", posixpath.dirname(page.file.src_uri)), config.repo_url)


def linked(text: str, folder: str, repository: str | None) -> str:
    """Return the text of a page in a folder of the repository, with links as the site has them; blocks of code stay as they are."""

    def replaced(match: re.Match[str]) -> str:
        path, mark, anchor = match[2].partition("#")
        target = posixpath.normpath(posixpath.join(folder, path))
        if target in BESIDE:
            found = BESIDE[target]
        elif target.startswith("docs/") and target.endswith(".md"):
            found = target.removeprefix("docs/")
        elif repository:
            return f"[{match[1]}]({repository.rstrip('/')}/blob/main/{target}{mark}{anchor})"
        else:
            return f"{match[1]} (`{target}` in the repository)"
        here = posixpath.relpath(folder, "docs") if folder != "." else "."
        return f"[{match[1]}]({posixpath.relpath(found, here)}{mark}{anchor})"

    parts = re.split(r"(```.*?```)", text, flags=re.DOTALL)
    return "".join(part if index % 2 else _LINK.sub(replaced, part) for index, part in enumerate(parts))
