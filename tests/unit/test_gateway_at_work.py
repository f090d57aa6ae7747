"""A real Envoy before a router that is there, away, late or silent: what clients get, what Envoy counts, and what is stored of it."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from functools import cache
from typing import TYPE_CHECKING

import pytest
import yaml

from harness.envoy import PATHS, RECORDED, RECORDINGS, Envoy, record
from harness.pages import Sample, read
from harness.programs import program
from relabel import relabel
from semantic_router_observability.contract.metric import samples, source_metrics
from semantic_router_observability.prometheus.envoy import EnvoyJob

if TYPE_CHECKING:
    from pathlib import Path

DOCS = RECORDED.parents[2] / "docs" / "gateways.md"

ASKED = urllib.parse.urlencode(EnvoyJob().further()["params"], doseq=True)
"""What a scrape asks for."""

NO_ROUTER = {"/missing": 404, "/fails": 500, "/refused": 503}
"""What clients get where every request goes on to its model."""

STATUSES = {
    "there-closed": {**NO_ROUTER, "/forbidden": 403, "/late": 504, "/broken": 500},
    "there-open": {**NO_ROUTER, "/forbidden": 403},
    "away-closed": dict.fromkeys(PATHS, 500),
    "away-open": NO_ROUTER,
    "silent-open": NO_ROUTER,
}

PASSED = {"there-closed": 0, "there-open": 2, "away-closed": 0, "away-open": 9, "silent-open": 9}
"""Requests that went on without the router."""

REFUSED = {"there-closed": 2, "there-open": 0, "away-closed": 9, "away-open": 0, "silent-open": 0}
"""Requests that got an error because the router failed or was late."""


def stored(page: str) -> list[Sample]:
    """Samples that Prometheus stores of a page."""
    steps = EnvoyJob().further()["metric_relabel_configs"]
    found = (relabel({**labels, "__name__": name}, steps) for name, labels, _ in read(page))
    return [
        Sample(labels.pop("__name__"), labels, value) for labels, (_, _, value) in zip(found, read(page), strict=True) if labels is not None
    ]


@cache
def recorded(name: str) -> tuple[Sample, ...]:
    return tuple(stored((RECORDED / f"{name}.prom").read_text(encoding="utf-8")))


def total(name: str, sample: str, **labels: str) -> float:
    return sum(value for found, has, value in recorded(name) if found == f"envoy_{sample}" and labels.items() <= has.items())


def counted(page: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Values that do not depend on how fast this machine is, and not on requests for the page."""
    return {
        (name, frozenset(labels.items())): value
        for name, labels, value in read(page)
        if "rq_time" not in name and "admin" not in (name, *labels.values()) and "_admin_" not in name
    }


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_recording_is_what_envoy_shows(name: str, tmp_path: Path) -> None:
    statuses, page = record(program("envoy"), tmp_path, name)
    assert statuses == [STATUSES.get(name, STATUSES["there-open"]).get(path, 200) for path in PATHS]
    assert counted(page) == counted((RECORDED / f"{name}.prom").read_text(encoding="utf-8"))


def test_envoy_leaves_out_what_is_not_asked_for(tmp_path: Path) -> None:
    with Envoy(program("envoy"), tmp_path) as gateway:
        assert gateway.ask("/ok") == 200
        whole = gateway.page()
    asked = (RECORDED / "there-open.prom").read_text(encoding="utf-8")
    assert len(whole) > 10 * len(asked)
    # What is stored is the same, should something in front of Envoy lose the parameter.
    assert {sample.name for sample in stored(whole)} == {sample.name for sample in recorded("there-open")}


def test_what_the_page_on_istio_asks_for_is_enough(tmp_path: Path) -> None:
    """Istio's proxies keep few statistics; `docs/gateways.md` says which ones to add."""
    text = DOCS.read_text(encoding="utf-8")
    matched = re.findall(r"^ +- '(.+)'$", text[text.index("inclusionRegexps") :].split("```")[0], re.MULTILINE)
    assert matched
    with Envoy(program("envoy"), tmp_path, matched=matched, **RECORDINGS["istio"]) as gateway:
        for path in PATHS:
            gateway.ask(path)
        page = gateway.page()
    assert {sample.name for sample in stored(page)} == {sample.name for sample in recorded("istio")}
    assert len(page) < 12_000


def test_the_listener_of_the_page_shows_metrics_and_nothing_else_of_the_admin_page(tmp_path: Path) -> None:
    (snippet,) = [
        block for block in re.findall(r"```yaml\n(.+?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL) if "static_resources" in block
    ]
    with Envoy(program("envoy"), tmp_path, metrics=yaml.safe_load(snippet)["data"]["envoy.yaml"]) as gateway:
        assert gateway.ask("/ok") == 200
        time.sleep(0.6)
        base = f"http://127.0.0.1:{gateway.metrics_port}"
        with urllib.request.urlopen(f"{base}/stats/prometheus?{ASKED}", timeout=10) as answer:
            page = answer.read().decode()
        assert {sample.name for sample in stored(page)} == {sample.name for sample in recorded("there-open")}
        assert 'envoy_http_conn_manager_prefix="stats"' in page
        assert {sample.labels.get("envoy_http_conn_manager_prefix") for sample in stored(page)} == {"http-10080", None}
        for path in ("/", "/config_dump", "/quitquitquit", "/stats/prometheus/../../quitquitquit"):
            with pytest.raises(urllib.error.HTTPError, match="404") as refused:
                urllib.request.urlopen(urllib.request.Request(f"{base}{path}", data=b""), timeout=10)
            refused.value.close()
        assert gateway.ask("/ok") == 200


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_contract_is_what_is_stored(name: str) -> None:
    families = source_metrics("envoy")
    known = samples(families.values())
    late = {family.name for family in families.values() if family.late}
    assert {sample.name for sample in recorded(name)} >= known.keys() - late
    for sample in recorded(name):
        family = known[sample.name].metric
        assert {*sample.labels} - {"le"} <= {*family.labels}, sample
        for label, values in family.values.items():
            assert sample.labels[label] in values, sample
        if sample.name.endswith("_bucket") and sample.labels["le"] != "+Inf":
            assert float(sample.labels["le"]) in family.buckets
    text = (RECORDED / f"{name}.prom").read_text(encoding="utf-8")
    if name.endswith(("open", "closed")):
        types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
        assert {family: types[family] for family in families if family in types} == {
            family: metric.type for family, metric in families.items() if family in types
        }


@pytest.mark.parametrize("name", RECORDINGS)
def test_no_two_series_become_one(name: str) -> None:
    series = [(sample.name, frozenset(sample.labels.items())) for sample in recorded(name)]
    assert len(series) == len(set(series))


@pytest.mark.parametrize("other", ["filter-prefix", "istio", "older-istio"])
def test_other_names_for_the_same_counters_are_stored_as_envoys(other: str) -> None:
    def values(name: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        return {
            (
                sample.name,
                frozenset((k, v) for k, v in sample.labels.items() if k not in {"envoy_http_conn_manager_prefix", "ext_proc_filter"}),
            ): sample.value
            for sample in recorded(name)
            if "rq_time" not in sample.name
        }

    assert values(other) == values("there-open")
    if other == "filter-prefix":
        assert {sample.labels["ext_proc_filter"] for sample in recorded(other) if "ext_proc" in sample.name} == {"semantic_router"}
    else:
        listeners = {sample.labels["envoy_http_conn_manager_prefix"] for sample in recorded(other) if "_http_" in sample.name}
        assert {re.sub(r"\W", "_", listener) for listener in listeners} == {"outbound_0_0_0_0_8080"}


@pytest.mark.parametrize("name", STATUSES)
def test_counters_tell_what_clients_got(name: str) -> None:
    statuses = [STATUSES[name].get(path, 200) for path in PATHS]
    for digit in (2, 4, 5):
        answers = total(name, "http_downstream_rq_xx", envoy_response_code_class=str(digit))
        assert answers == sum(status // 100 == digit for status in statuses)
    passed = total(name, "http_ext_proc_failure_mode_allowed")
    assert passed == PASSED[name]
    failed = total(name, "http_ext_proc_streams_failed") + total(name, "http_ext_proc_message_timeouts")
    assert failed - passed == REFUSED[name]
    assert total(name, "http_ext_proc_streams_started") == len(PATHS)
    answered = total(name, "http_ext_proc_immediate_responses_sent")
    assert answered == REFUSED[name] + (1 if name.startswith("there") else 0)


def test_scrapes_and_probes_are_no_traffic() -> None:
    text = (RECORDED / "there-open.prom").read_text(encoding="utf-8")
    assert 'envoy_http_conn_manager_prefix="admin"' in text
    assert {sample.labels["envoy_http_conn_manager_prefix"] for sample in recorded("there-open") if "_http_" in sample.name} == {
        "http-10080"
    }
