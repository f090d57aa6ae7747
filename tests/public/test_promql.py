"""PromQL and regular expressions: what promtool accepts is accepted, what it refuses is refused."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from harness.programs import program
from public import judges, patterns
from public.expressions import damaged, expression
from semantic_router_observability import promql
from semantic_router_observability.native import regex
from semantic_router_observability.prometheus.features import Feature

CORPUS = Path(__file__).with_name("promql.json")
"""Expressions of each kind of the grammar, by what they take: nothing, features, or that they are refused whatever is enabled."""


def verdict(text: str, features: tuple[str, ...] = ()) -> str:
    """What the library finds wrong with an expression; empty if nothing."""
    try:
        missing = promql.dialect(text).features.difference(features)
    except ValueError as error:
        return str(error) or "refused"
    return f"needs {', '.join(missing)}" if missing else ""


def differences(texts: list[str], features: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    refused = judges.refused_expressions(texts, *features)
    found = [(text, refused.get(index, ""), verdict(text, features)) for index, text in enumerate(texts)]
    return [(text, promtool, here) for text, promtool, here in found if bool(promtool) != bool(here)]


def generated(seed: int, number: int) -> list[str]:
    random = Random(seed)
    whole = [expression(random) for _ in range(number)]
    return [text for text in dict.fromkeys([*whole, *(damaged(random, text) for text in whole)]) if text.strip()]


@pytest.mark.parametrize("features", [(), judges.ENABLED_BY_PROMTOOL])
@pytest.mark.parametrize("seed", range(3))
def test_promtool_agrees_on_generated_expressions(seed: int, features: tuple[str, ...]) -> None:
    texts = generated(seed, 2000)
    refused = len(judges.refused_expressions(texts, *features))
    assert 500 < refused < len(texts) - 500
    assert differences(texts, features) == []


def corpus() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(CORPUS.read_text())
    return found


@pytest.mark.parametrize("kind", corpus())
def test_expressions_of_each_kind(kind: str) -> None:
    needed = () if kind in {"accepted", "refused"} else (kind,)
    for text in corpus()[kind]:
        found = verdict(text, needed)
        assert bool(found) == (kind == "refused"), (text, found)
        assert bool(verdict(text)) == (kind != "accepted"), text


def test_promtool_agrees_on_each_kind() -> None:
    for kind, texts in corpus().items():
        features = judges.ENABLED_BY_PROMTOOL if kind == "refused" else (kind,) if kind in judges.ENABLED_BY_PROMTOOL else ()
        assert len(judges.refused_expressions(texts, *features)) == (len(texts) if kind not in {"accepted", *features} else 0), kind


def of_prometheus() -> list[str]:
    """Expressions of Prometheus's own tests."""
    go = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", "github.com/prometheus/prometheus"],
        cwd=Path(__file__).parents[1] / "tools" / "prometheus",
        capture_output=True,
        text=True,
        check=False,
    )
    source = Path(go.stdout.strip() or "none")
    texts: list[str] = []
    for file in sorted(source.glob("promql/promqltest/testdata/*.test")):
        texts += re.findall(
            r"^\s*eval\w*\s+(?:instant\s+at\s+\S+|range\s+from\s+\S+\s+to\s+\S+\s+step\s+\S+)\s+(.*\S)", file.read_text(), re.MULTILINE
        )
    for file in source.glob("promql/parser/parse_test.go"):
        texts += re.findall(r"input:\s*`([^`]+)`", file.read_text())
        texts += [json.loads(text) for text in re.findall(r'input:\s*("(?:[^"\\\n]|\\["\\nt])+")', file.read_text())]
    return list(dict.fromkeys(texts))


@pytest.mark.parametrize("features", [(), judges.ENABLED_BY_PROMTOOL])
def test_promtool_agrees_on_the_tests_of_prometheus(features: tuple[str, ...]) -> None:
    program("promtool")
    try:
        texts = of_prometheus()
    except FileNotFoundError:
        texts = []
    if not texts:
        pytest.skip("the source of Prometheus is not in Go's module cache: run `make tools`")
    assert len(texts) > 2000
    assert differences(texts, features) == []


def refuses(text: str, *, loose_names: bool = False) -> bool:
    try:
        regex.check(text, loose_names=loose_names)
    except ValueError:
        return True
    return False


def test_promtool_agrees_on_regular_expressions() -> None:
    random = Random(1)
    texts = list(dict.fromkeys([*patterns.elements(), *(patterns.pattern(random) for _ in range(6000))]))
    written = [f"up{{a=~{json.dumps(text, ensure_ascii=False)}}}" for text in texts]
    refused = {index for index, why in judges.refused_expressions(written).items() if "parsing regexp" in why}
    assert 500 < len(refused) < len(texts) - 500
    assert [text for index, text in enumerate(texts) if refuses(text) != (index in refused)] == []
    quoted = [f"up{{b='c', a=~{json.dumps(text, ensure_ascii=False)}}}" for text in texts]
    assert differences(quoted) == []


def test_the_features_are_those_of_the_pinned_prometheus() -> None:
    text = subprocess.run([program("prometheus"), "--help"], capture_output=True, text=True, check=True).stdout
    listed = re.search(r"Valid options: (.*?)\. See", " ".join(text.split()))
    assert listed
    assert sorted(listed[1].replace(" ", "").split(",")) == sorted(get_args(Feature))
