"""The project's pages, and the fenced blocks on them, for the tests that try these.

What a page may put before a block:

    <!-- refused -->              settings that must be refused; the next `text` block is the exact message
    <!-- not run: reason -->      a block that cannot be tried, and why
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@dataclass(frozen=True)
class Snippet:
    """One fenced block."""

    page: Path
    line: int
    language: str
    text: str
    mark: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def is_settings(self) -> bool:
        """Whether it is an excerpt of observability.yaml."""
        return self.language == "yaml" and self.text.startswith("# observability.yaml\n")

    @property
    def is_refused(self) -> bool:
        """Whether the page says that these settings are refused."""
        return self.mark == "refused"

    @property
    def not_run(self) -> str:
        """Why it cannot be tried; empty when it can."""
        return self.mark.removeprefix("not run: ") if self.mark.startswith("not run: ") else ""


def snippets_of(page: Path) -> list[Snippet]:
    """Every fenced block of a page, in order; a block must name its language."""
    found: list[Snippet] = []
    lines = page.read_text(encoding="utf-8").splitlines()
    index = 0
    while index < len(lines):
        opening = re.fullmatch(r"( *)```(\w+)", lines[index])
        assert opening or "```" not in lines[index], f"{page.name}:{index + 1}: a block without a language"
        if not opening:
            index += 1
            continue
        closing = next(number for number in range(index + 1, len(lines)) if lines[number].strip() == "```")
        indent = len(opening[1])
        before = next((line.strip() for line in reversed(lines[:index]) if line.strip()), "")
        mark = re.fullmatch(r"<!-- (.*) -->", before)
        text = "\n".join(line[indent:] for line in lines[index + 1 : closing]) + "\n"
        found.append(Snippet(page, index + 1, opening[2], text, mark[1] if mark else ""))
        index = closing + 1
    return found


SNIPPETS = [snippet for page in PAGES for snippet in snippets_of(page)]
