"""The catalogue is complete, consistent with itself, and cheap."""

from __future__ import annotations

import doctest
import subprocess
import sys
from itertools import pairwise
from typing import get_args

import pytest

from semantic_router_observability.errors import ConfigError
from semantic_router_observability.router import catalogue
from semantic_router_observability.router.catalogue import Family, families, family

RUNTIME = ("runtime_go", "runtime_process", "scrape_handler")
EVERY = list(families().values())


def test_counts_every_family_upstream_registers() -> None:
    runtime = [known for known in EVERY if known.group in RUNTIME]
    assert (len(EVERY), len(EVERY) - len(runtime), len(runtime)) == (178, 138, 40)


def test_statuses_add_up() -> None:
    by_status = {status: sum(known.status == status for known in EVERY) for status in get_args(catalogue.Status)}
    assert by_status == {"recorded": 131, "conditional": 26, "placeholder_only": 7, "unrecorded": 14}


@pytest.mark.parametrize("known", EVERY, ids=lambda known: known.name)
def test_family_is_consistent(known: Family) -> None:
    assert len(set(known.labels)) == len(known.labels)
    assert set(known.label_values) <= set(known.labels)
    assert all(values and len(set(values)) == len(values) for values in known.label_values.values())
    assert set(known.personal) <= {growing.label for growing in known.unbounded} <= set(known.labels)
    for growing in (*known.unbounded, *known.client_text):
        assert growing.label in known.labels
        assert all(value in known.label_values[label] for label, value in growing.when.items())
    assert bool(known.buckets) == (known.type == "histogram")
    assert bool(known.quantiles) == (known.type == "summary")
    assert all(low < high for low, high in pairwise(known.buckets))
    assert (known.needs is not None) == (known.status == "conditional")
    assert (known.stand_in is not None) == (known.appears == "placeholder")
    assert (known.stand_in == "unlabelled") <= (known.labels == ())
    if known.stand_in == "known_values":
        assert known.label_values
    if known.appears == "never" or known.status == "unrecorded":
        assert not known.fed
    if known.status == "placeholder_only":
        assert known.appears == "placeholder"


@pytest.mark.parametrize("known", EVERY, ids=lambda known: known.name)
def test_text_is_a_sentence_of_one_line_in_ascii(known: Family) -> None:
    for text in (known.meaning, known.caveat):
        if text is not None:
            assert text.isascii()
            assert text == " ".join(text.split())
            assert text.endswith(".")
            assert not text.endswith("..")


@pytest.mark.parametrize("known", [known for known in EVERY if not known.fed], ids=lambda known: known.name)
def test_a_family_without_values_has_a_caveat(known: Family) -> None:
    assert known.caveat is not None
    assert known.caveat.startswith("Nothing in the router")


def test_labels_that_grow_without_bound_are_known() -> None:
    found = {(known.name, growing.label, tuple(growing.when.items())) for known in EVERY for growing in known.unbounded if known.fed}
    assert found == {
        ("llm_memory_retrieval_total", "user_id", ()),
        ("llm_request_errors_total", "model", (("reason", "model_not_found"),)),
        ("sr_request_params_unknown_field_stripped_total", "field", ()),
    }


def test_user_id_is_personal_wherever_it_occurs() -> None:
    for known in EVERY:
        assert known.personal == tuple(label for label in known.labels if label == "user_id")


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("llm_model_requests_total", ("llm_model_requests_total",)),
        ("llm_model_ttft_seconds", ("llm_model_ttft_seconds_bucket", "llm_model_ttft_seconds_sum", "llm_model_ttft_seconds_count")),
        ("go_gc_duration_seconds", ("go_gc_duration_seconds", "go_gc_duration_seconds_sum", "go_gc_duration_seconds_count")),
    ],
)
def test_series_names(name: str, series: tuple[str, ...]) -> None:
    assert family(name).series == series


def test_no_two_families_share_a_series_name() -> None:
    names = [series for known in EVERY for series in known.series]
    assert len(set(names)) == len(names)


def test_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"llm_model_request_total.*nearest is llm_model_requests_total"):
        family("llm_model_request_total")
    with pytest.raises(ConfigError, match=r"'zzz': a family of the router$"):
        family("zzz")


def test_the_answer_is_kept_and_cannot_be_changed() -> None:
    assert families() is families()
    with pytest.raises(TypeError):
        families()["x"] = EVERY[0]  # type: ignore[index]
    with pytest.raises(AttributeError):
        EVERY[0].name = "x"  # type: ignore[misc]


def test_examples_in_the_documentation_hold() -> None:
    assert doctest.testmod(catalogue).attempted > 0
    assert doctest.testmod(catalogue).failed == 0


def test_importing_reads_nothing_and_never_loads_jsii() -> None:
    script = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from semantic_router_observability.router import catalogue
assert not [path for path in opened if path.endswith("catalogue.json")], "read on import"
catalogue.families()
assert [path for path in opened if path.endswith("catalogue.json")], "never read"
assert "jsii" not in sys.modules, "jsii loaded"
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
