"""Pages, docstrings, comments, messages and identifiers keep to the vocabulary of CONTRIBUTING.md."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache

from documentation import ROOT

EXEMPT = {"CONTRIBUTING.md", "CHANGELOG.md", "tests/unit/test_language.py"}
NOT_PROSE = ("imports/", "tests/tools/", "tests/snapshot/__snapshots__/")


@cache
def texts() -> dict[str, str]:
    """Every tracked page and module, with the settings file."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    prose = [path for path in tracked if path.endswith((".md", ".py")) and path not in EXEMPT and not path.startswith(NOT_PROSE)]
    return {path: (ROOT / path).read_text(encoding="utf-8") for path in [*prose, "observability.yaml"] if (ROOT / path).exists()}


def column(mark: str) -> list[str]:
    """Cells of the column "Do not write" of a table of CONTRIBUTING.md."""
    after = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split(f"<!-- table: {mark} -->\n", 1)[1]
    return [line.split("|")[2] for line in after.split("\n\n", 1)[0].splitlines()[2:]]


def pattern(phrase: str) -> str:
    """Regular expression of a phrase: words apart by any space, `...` for up to three words."""
    return r"\b" + re.escape(phrase).replace(r"\ \.\.\.\ ", r" (?:[\w'-]+ ){1,3}").replace(r"\ ", " ") + r"\b"


PHRASES = re.compile("|".join(pattern(phrase) for cell in column("language") for phrase in re.findall(r'"([^"]+)"', cell)), re.IGNORECASE)
NAMES = {name.lower() for cell in column("identifiers") for name in re.findall(r"`([^`]+)`", cell)}
WHOLE_NAMES = {"each", "one", "past"}


def phrases(text: str) -> list[str]:
    """Phrases of the glossary in a text, over the ends of lines and inside of identifiers."""
    flat = re.sub(r"\s+(?:# )?", " ", text).replace("_", " ")
    return [found[0] for found in PHRASES.finditer(flat)]


def bound_names(source: str) -> list[str]:
    """Names that a module defines: classes, functions, arguments, fields and variables."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) if not name.startswith("test_"):
                names.append(name)
            case ast.arg(arg=name):
                names.append(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.append(name)
    return names


def private_names(source: str) -> list[str]:
    """Names with a word that the glossary replaces; short words such as `one` count as whole names only."""
    found = []
    for name in bound_names(source):
        words = set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))
        if name.strip("_").lower() in WHOLE_NAMES or words & (NAMES - WHOLE_NAMES):
            found.append(name)
    return found


def check(found: dict[str, list[str]]) -> None:
    assert {path: hits for path, hits in found.items() if hits} == {}, "CONTRIBUTING.md, section Language, gives what to write instead"


def test_phrases() -> None:
    check({path: phrases(text) for path, text in texts().items()})


def test_identifiers() -> None:
    check({path: private_names(text) for path, text in texts().items() if path.endswith(".py")})


def test_the_search() -> None:
    """The search itself: over lines, in comments and identifiers, with words between, and nothing in plain English."""
    assert phrases("it lets\n    # the router in") == ["lets the router in"]
    assert phrases("def meeting_point():") == ["meeting point"]
    assert phrases("It allows users in the group; outlets in use.") == []
    assert private_names("for each in rows:\n    _past_login = spelled_name = 1\n") == ["each", "spelled_name"]
    assert private_names("class Gateway:\n    def one_rule(self, forwarded): pass\n") == []
