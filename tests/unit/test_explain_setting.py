"""`sro explain setting`: every key of the settings file is explained from the schema, and a misspelt one leads to the right one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from documentation import ROOT
from semantic_router_observability.__main__ import main
from semantic_router_observability.schema.explain import explain

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT: dict[str, Any] = json.loads((ROOT / "observability.schema.json").read_text(encoding="utf-8"))


def paths(node: dict[str, Any], path: str = "", depth: int = 4) -> Iterator[str]:
    """Every key, and those below it, to a depth."""
    if "$ref" in node:
        node = DOCUMENT["$defs"][node["$ref"].rpartition("/")[2]]
    branches = [entry["then"] for entry in node.get("allOf", ()) if "then" in entry]
    for inner in [*branches, *node.get("anyOf", ()), *([node["items"]] if isinstance(node.get("items"), dict) else [])]:
        yield from paths(inner, path, depth)
    for key, field in node.get("properties", {}).items() if depth else ():
        yield f"{path}.{key}".lstrip(".")
        yield from paths(field, f"{path}.{key}", depth - 1)


def test_every_key_is_explained() -> None:
    found = set(paths({"$ref": DOCUMENT["$ref"]}))
    assert len(found) > 400
    for path in found:
        first, *further = explain(DOCUMENT, path).splitlines()
        assert first.startswith(f"{path} (")
        assert further, path


def test_forms_and_their_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "setting", "prometheus.storage"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "prometheus.storage (mapping)"
    assert [line for line in lines if line.startswith("  type: ")] == [
        "  type: claim. A PersistentVolumeClaim that this stack declares.",
        "  type: existingClaim. A PersistentVolumeClaim that exists in the stack's namespace.",
        "  type: ephemeral. An emptyDir: the data is gone with the pod.",
    ]
    assert "    size (text, required)" in lines


def test_items_of_a_list_and_accepted_values() -> None:
    assert explain(DOCUMENT, "routers[0].namespaces").startswith("routers.namespaces (list of text)\n")
    assert "One of ReadWriteOnce, ReadWriteOncePod." in explain(DOCUMENT, "prometheus.storage.accessMode")
    assert "Write a Prometheus duration:" in explain(DOCUMENT, "prometheus.retention")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("prometheus.storrage", "error: setting: 'prometheus.storrage': prometheus has no key storrage; it has storage\n"),
        ("promethues", "error: setting: 'promethues': observability.yaml has no key promethues; it has prometheus, probes\n"),
        ("prometheus.retention.days", "error: setting: 'prometheus.retention.days': prometheus.retention has no key days; it has none\n"),
    ],
)
def test_a_key_that_is_not_there(path: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "setting", path]) == 2
    assert capsys.readouterr().err == line
