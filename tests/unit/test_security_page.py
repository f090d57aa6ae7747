"""docs/security.md names tests as proof: they exist, under that name, in that file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PROOFS = sorted(set(re.findall(r"\[(test_\w+)\]\(\.\./(tests/[\w/]+\.py)\)", PAGE)))
ROWS = PAGE.partition("<!-- table: threats -->\n")[2].partition("\n\n")[0].splitlines()[2:]


@pytest.mark.parametrize(("test", "file"), PROOFS)
def test_the_proof_exists(test: str, file: str) -> None:
    assert re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_threat_has_an_answer_and_a_proof() -> None:
    assert len(ROWS) > 15
    for row in ROWS:
        threat, answer, since, proofs = row.strip("| ").split(" | ")
        assert threat
        assert answer
        assert since in {"always", "default", "option"}, threat
        assert re.search(r"\]\(\.\./tests/", proofs), threat


def test_actions_of_the_workflow_are_pinned_by_commit() -> None:
    """A tag can be moved to other code; a commit cannot. The release stands beside it for readers."""
    workflows = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / ".github" / "workflows").iterdir()))
    used = re.findall(r"uses: (.*)", workflows)
    assert len(used) >= 5
    assert [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)] == []


def test_every_package_is_installed_by_hash() -> None:
    """`make lock` writes the lock from `requirements.txt`; they hold the same versions, and pip is told to take nothing else."""
    wanted = re.findall(r"^([\w.-]+==\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    locked = dict(
        re.findall(
            r"^([\w.-]+==\S+) \\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
        )
    )

    def normal(pins: Iterable[str]) -> set[str]:
        return {re.sub(r"[-_.]+(?=.*==)", "-", pin).lower() for pin in pins}

    assert len(wanted) > 30
    assert normal(locked) == normal(wanted), "run `make lock`"
    assert "--require-hashes --requirement requirements.lock" in (ROOT / "Makefile").read_text(encoding="utf-8")
