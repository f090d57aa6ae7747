"""The catalogue against pages of the real router: names, types, labels, buckets and label values. See `tests/recorded/README.md`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from semantic_router_observability.contract import difference, page
from semantic_router_observability.prometheus.guards import BYTES_PER_SAMPLE
from semantic_router_observability.router.catalogue import families

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED = Path(__file__).parents[1] / "recorded"
IN_USE = ("start", "normal", "mixed", "cache")
"""Pages of a router that ran; the label values of `families` are made up."""

SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'(\w+)="((?:[^"\\\\]|\\\\.)*)"')


@cache
def samples(name: str) -> tuple[tuple[str, dict[str, str], float], ...]:
    """Samples of a page."""
    lines = (RECORDED / f"{name}.prom").read_text(encoding="utf-8").splitlines()
    found = (SAMPLE.fullmatch(line) for line in lines if line and not line.startswith("#"))
    return tuple((match[1], dict(LABEL.findall(match[2] or "")), float(match[3])) for match in found if match)


def total(name: str, sample: str, **labels: str) -> float:
    """Sum of a page's samples of this name that have these labels."""
    return sum(value for found, has, value in samples(name) if found == sample and labels.items() <= has.items())


def label_values(name: str) -> Iterator[tuple[str, str, str]]:
    """Family, label and value of each sample, but for the labels that the format adds."""
    family_of = {sample: family.name for family in families().values() for sample in family.series}
    for sample, labels, _ in samples(name):
        for label, value in labels.items():
            if label not in {"le", "quantile"}:
                yield family_of[sample], label, value


@pytest.mark.parametrize("name", [*IN_USE, "families"])
def test_names_types_labels_and_buckets_are_the_catalogues(name: str) -> None:
    seen = page.read((RECORDED / f"{name}.prom").read_text(encoding="utf-8"), where=name)
    assert list(difference.differences(seen)) == []


@pytest.mark.parametrize("name", IN_USE)
def test_values_of_closed_sets_are_the_catalogues(name: str) -> None:
    for family, label, value in label_values(name):
        known = families()[family]
        if label in known.label_values:
            allowed = {*known.label_values[label], *({"_init"} if known.stand_in else ())}
            assert value in allowed, f"{family}: {label}"


@pytest.mark.parametrize("name", IN_USE)
def test_a_page_may_be_several_times_as_long_as_the_routers(name: str) -> None:
    assert (RECORDED / f"{name}.prom").stat().st_size / len(samples(name)) < BYTES_PER_SAMPLE / 4


def test_only_cache_hits_name_their_decision() -> None:
    assert {
        value for family, label, value in label_values("cache") if (family, label) == ("llm_cache_plugin_hits_total", "decision_name")
    } == {"coding"}
    assert {
        value for family, label, value in label_values("cache") if (family, label) == ("llm_cache_plugin_misses_total", "decision_name")
    } == {"unknown"}
    assert total("cache", "llm_cache_plugin_hits_total") == 1
    assert total("cache", "llm_cache_plugin_misses_total") == 4


def test_which_families_cannot_name_the_decision() -> None:
    nameless = {
        (family, label)
        for name in IN_USE
        for family, label, value in label_values(name)
        if label in {"decision", "decision_name", "category"} and value in {"unknown", ""}
    }
    assert nameless == {
        ("llm_cache_plugin_misses_total", "decision_name"),
        ("llm_plugin_execution_total", "decision_name"),
        ("llm_reasoning_decisions_total", "category"),
    }


def test_a_parse_error_of_a_request_has_no_model_and_one_of_an_answer_has() -> None:
    models = {labels["model"] for _, labels, _ in samples("mixed") if labels.get("reason") == "parse_error" and "model" in labels}
    assert models == {"unknown", "small", "large"}


def test_a_decision_without_conditions_matches_with_confidence_zero() -> None:
    count = total("normal", "llm_decision_confidence_count", decision_name="default")
    assert count > 0
    assert total("normal", "llm_decision_confidence_sum", decision_name="default") == 0
