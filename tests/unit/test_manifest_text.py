"""YAML of manifests: every parser reads what was written, and people see text as it stands."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.programs import program
from semantic_router_observability.kubernetes.text import to_manifest

if TYPE_CHECKING:
    from pathlib import Path

TYPED = [
    "y",
    "Y",
    "yes",
    "Yes",
    "NO",
    "n",
    "off",
    "On",
    "TRUE",
    "false",
    "null",
    "Null",
    "~",
    "<<",
    "0",
    "1",
    "-1",
    "+1",
    "007",
    "0644",
    "0o17",
    "0b101",
    "0x1F",
    "1_000",
    "1,000",
    "12:30:45",
    "190:20:30.15",
    "1.5",
    "1.",
    ".5",
    "-.5",
    "1e3",
    "1E3",
    "1.0e+3",
    "1e-3",
    ".inf",
    "-.Inf",
    ".NaN",
    "inf",
    "nan",
    "infinity",
    "2001-01-01",
    "2001-12-14t21:59:43.10-05:00",
]
"""Text that some YAML parser takes for something else."""

QUOTED = [*TYPED, "=", "", " a", "a ", "a: b", "a #b", "a:", "- a", "-", "?", "? a", "---", "...", "[a", "{a", "*a", "&a", "!a", "|", ">"]
QUOTED += ["%a", "@a", "`a", "'a", '"a', "#a", "\t", "a\tb", "a\u0085b", "a\u2028b", "\ufeffa", "a\x00b", "\x7f", "a\rb"]

PLAIN = [
    "a",
    "prometheus",
    "app.kubernetes.io/name",
    "http://prometheus.monitoring.svc:9090",
    "--config.file=/etc/prometheus.yml",
    "15s",
    "20Gi",
    "100m",
    "1.2.3",
    "10.0.0.0/8",
    "v3.5.0",
    "sha256:abc",
    "a-b",
    "a_b",
    "a#b",
    "$(POD_NAME)",
    "/metrics",
    "-x",
    "yesterday",
    "none",
    "5d6h",
    "0.5m",
    ":9090",
]

TEXTS = [
    "a\n",
    "a\nb",
    "a\nb\n",
    "a\n\nb\n",
    "a\n\n\n",
    "\na\n",
    "\n\n  a\n",
    "  a\nb\n",
    "\ta\n\tb\n",
    "a\n   \nb\n",
    "a  \nb\n",
    "a\n  ",
    "# a\n- b: c\n",
    "---\na\n...\n",
    "caf\u00e9 \u96fb \U0001f600\nb\n",
    "\n",
    " \n\n",
    "a\u2028\nb",
    "a\r\nb",
    "a\x07\nb",
]


def round_trip(value: Any) -> Any:
    """A value as the two YAML parsers of PyYAML read it."""
    text = to_manifest({"outer": [{"k": value}, [value]]})
    python, libyaml = yaml.load(text, yaml.SafeLoader), yaml.load(text, yaml.CSafeLoader)
    assert python == libyaml
    assert python["outer"][1] == [python["outer"][0]["k"]]
    return python["outer"][1][0]


@pytest.mark.parametrize("text", [*QUOTED, *PLAIN, *TEXTS])
def test_text_is_read_back(text: str) -> None:
    assert round_trip(text) == text


@pytest.mark.parametrize("text", QUOTED)
def test_what_could_be_misread_is_quoted(text: str) -> None:
    assert to_manifest({text: text}).startswith('"')


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_plain_has_no_quotes(text: str) -> None:
    assert to_manifest({text: text}) == f"{text}: {text}\n"


@pytest.mark.parametrize("number", [0, -7, 2**53, 0.5, -1.25, 3.0, 1e-7, 1.5e300, 1e22, True, False, None])
def test_numbers_are_read_back(number: float | bool | None) -> None:
    read = round_trip(number)
    assert read == number
    assert isinstance(read, bool) == isinstance(number, bool)


def test_the_layout() -> None:
    value = {
        "apiVersion": "v1",
        "data": {"a.json": '{\n "b": 1\n}', "b": "x\n\n y\n", "empty": {}, "none": []},
        "list": [{"name": "a", "args": ["-x", "1"], "deep": {"e": "f"}}, ["g", ["h"]], "i\nj\n"],
    }
    assert to_manifest(value) == (
        "apiVersion: v1\n"
        "data:\n"
        "  a.json: |-\n"
        "    {\n"
        '     "b": 1\n'
        "    }\n"
        "  b: |\n"
        "    x\n"
        "\n"
        "     y\n"
        "  empty: {}\n"
        "  none: []\n"
        "list:\n"
        "  - name: a\n"
        "    args:\n"
        "      - -x\n"
        '      - "1"\n'
        "    deep:\n"
        "      e: f\n"
        "  - - g\n"
        "    - - h\n"
        "  - |\n"
        "    i\n"
        "    j\n"
    )


CHARACTERS = st.characters(exclude_categories=("Cs",))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(CHARACTERS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(CHARACTERS, max_size=20), inner, max_size=4),
    max_leaves=12,
)
LINES = st.text(st.sampled_from("a :#-\n\t \u2028|>'\"\\0"), max_size=20)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), VALUES | LINES, min_size=1))
def test_anything_is_read_back(value: dict[str, Any]) -> None:
    assert yaml.load(to_manifest(value), yaml.CSafeLoader) == value


def test_kubectl_reads_the_same(tmp_path: Path) -> None:
    """Its parser is Go's, with rules between YAML 1.1 and 1.2; it answers in JSON."""
    data = {f"k{index}": text for index, text in enumerate([*QUOTED, *PLAIN, *TEXTS])}
    annotations = {f"{text}/a": "b" for text in TYPED}
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "annotations": annotations}, "data": data}
    file = tmp_path / "a.yaml"
    file.write_text(to_manifest(manifest), encoding="utf-8")
    command = [str(program("kubectl")), "label", "--local", "-f", str(file), "a=b", "-o", "json"]
    read = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert read["data"] == data
    assert read["metadata"]["annotations"] == annotations
