"""docs/security.md names tests as proof: they exist, under that name, in that file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
