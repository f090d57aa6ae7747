"""What Prometheus stores of routers whose clients try to grow it, and what it does with a router that exposes too much."""

from __future__ import annotations

import gzip
import io
import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cluster.metrics import Metrics
from cluster.routers import INSTALLS, METRICS, Install, Placed, place
from cluster.support import apply_cleanly, open_namespace, synthesize
from cluster.web import Location, Server
from semantic_router_observability.router.catalogue import families

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.lab import Lab

pytestmark = pytest.mark.cluster

LIMIT = 31_000
"""Samples a scrape may hold here."""
ENDLESS = "m" * 5000
"""A model name that a client made up."""
FORGED = [f"made-up-{number}" for number in range(30_000)]
"""As many again, all different."""

COUNTED = f"""\
# TYPE llm_request_errors_total counter
llm_request_errors_total{{model="gpt-4",reason="model_not_found"}} 5
llm_request_errors_total{{model="claude",reason="model_not_found"}} 7
llm_request_errors_total{{model="{ENDLESS}",reason="model_not_found"}} 11
llm_request_errors_total{{model="qwen3-8b",reason="timeout"}} 3
llm_request_errors_total{{model="qwen3-8b",reason="upstream_5xx"}} 2
# TYPE sr_request_params_unknown_field_stripped_total counter
sr_request_params_unknown_field_stripped_total{{decision="general",field="shoe_size"}} 4
sr_request_params_unknown_field_stripped_total{{decision="general",field="{ENDLESS}"}} 6
# TYPE llm_memory_retrieval_total counter
llm_memory_retrieval_total{{backend="milvus",status="hit",user_id="anna@example.com"}} 9
# TYPE llm_model_requests_total counter
llm_model_requests_total{{model="qwen3-8b"}} 100
llm_model_requests_total{{model="{ENDLESS}"}} 13
llm_model_requests_total{{model="line\\nfeed \x1b[31m"}} 17
"""
HOSTILE = "# TYPE llm_new_total counter\n" + "".join(
    f'llm_new_total{{{label}="{ENDLESS}"}} 1\nllm_new_total{{{label}="short"}} 1\n'
    for label in sorted({label for family in families().values() if family.fed for label in family.labels})
)
"""A long value in every label of the router in turn, and a short one beside it."""
ATTACKED = "# TYPE llm_request_errors_total counter\n" + "".join(
    f'llm_request_errors_total{{model="{name}",reason="model_not_found"}} 1\n' for name in FORGED
)
SWOLLEN = "# TYPE llm_decision_match_total counter\n" + "".join(
    f'llm_decision_match_total{{decision_name="{number}"}} 1\n' for number in range(LIMIT + 1)
)
FLOOD = 100_000
"""Names that clients made up, short ones, each in all that the router counts by them when it reads bodies while they stream."""
FLOODED = (
    "# TYPE llm_model_requests_total counter\n"
    + "".join(f'llm_model_requests_total{{model="n{number}"}} 1\n' for number in range(FLOOD))
    + '# TYPE llm_request_errors_total counter\nllm_request_errors_total{model="qwen3-8b",reason="upstream_5xx"} 7\n'
    + "".join(f'llm_request_errors_total{{model="n{number}",reason="parse_error"}} 1\n' for number in range(FLOOD))
    + '# TYPE llm_model_inflight_requests gauge\nllm_model_inflight_requests{model="qwen3-8b"} 3\n'
)
FORGED_SERIES = """\
# TYPE up gauge
up{fake="1"} -1
scrape_duration_seconds{fake="1"} 99
ALERTS{alertname="SemanticRouterDown",alertstate="firing"} 1
namespace_job_model:llm_model_requests:rate5m{fake="1"} 1e9
prometheus_config_last_reload_successful{fake="1"} 0
# TYPE llm_model_requests_total counter
llm_model_requests_total{model="honest"} 1
"""
"""What only Prometheus itself may write, between series of a router."""
LABELS = ",".join(f'label{number}="{"x" * 900}"' for number in range(30))


def bomb() -> bytes:
    """As many samples as are allowed, with 700 MB of labels; packed it is small."""
    packed = io.BytesIO()
    with gzip.open(packed, "wt", compresslevel=1) as page:
        page.writelines(f'llm_bomb_total{{{LABELS},n="{number}"}} 1\n' for number in range(25_000))
    return packed.getvalue()


def another_router(name: str) -> Install:
    """A router that the operator installed under this name."""
    return Install(service=name, pod_labels={"app.kubernetes.io/name": "semantic-router", "app.kubernetes.io/instance": name})


@dataclass(frozen=True)
class Scraped:
    """A Prometheus with eight such routers."""

    metrics: Metrics
    counted: Placed
    attacked: Placed
    swollen: Placed
    hostile: Placed
    flooded: Placed
    forging: Placed
    bomb: Placed
    redirecting: Placed
    elsewhere: Server
    """Where `redirecting` sends its scraper."""


@pytest.fixture(scope="module")
def scraped(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    """Wait until each router was scraped once, well or badly."""
    cluster, network = lab.cluster, lab.network
    with ExitStack() as stack:
        namespace = stack.enter_context(open_namespace(cluster, "guarded"))
        settings = {"prometheus": {"guards": {"sampleLimit": LIMIT}, "storage": {"type": "ephemeral"}}}
        apply_cleanly(cluster, synthesize(tmp_path_factory.mktemp("guarded"), namespace, settings))
        placed = []
        elsewhere = stack.enter_context(Server(network, network.address(), METRICS, {"/metrics": "llm_elsewhere_total 1\n"}))
        for install, page in (
            (INSTALLS["helm"], COUNTED),
            (INSTALLS["operator"], ATTACKED),
            (INSTALLS["kserve"], SWOLLEN),
            (another_router("hostile"), HOSTILE),
            (another_router("flooded"), FLOODED),
            (another_router("forging"), FORGED_SERIES),
            (another_router("bomb"), bomb()),
            (another_router("redirecting"), Location(f"{elsewhere.url}/metrics")),
        ):
            address = network.address()
            stack.enter_context(Server(network, address, METRICS, {"/metrics": page}))
            placed.append(place(cluster, namespace, install, address))
        container = lab.run(cluster.get("statefulset", "prometheus", namespace), "prometheus")
        stack.callback(container.terminate)
        metrics = Metrics(container)
        cluster.wait(
            lambda: len(metrics.query('up{job=~"semantic-router|semantic-router-clients"}')) == 16, "eight scrapes of each job", 60
        )
        yield Scraped(metrics, *placed, elsewhere=elsewhere)


def test_a_persons_identity_is_never_stored(scraped: Scraped) -> None:
    assert "user_id" not in scraped.metrics.label_names()
    assert scraped.metrics.query("llm_memory_retrieval_total") == []
    assert scraped.metrics.value("llm_model_requests_total{model='qwen3-8b'}") == 100


def test_names_that_clients_choose_become_numbers_and_counts_by_cause_stay(scraped: Scraped) -> None:
    here = f'pod="{scraped.counted.pod}"'
    by_reason = scraped.metrics.query(f"sum by (reason) (llm_request_errors_total{{{here}}})")
    counts = {series["metric"]["reason"]: float(series["value"][1]) for series in by_reason}
    assert counts == {"model_not_found": 5 + 7 + 11, "timeout": 3, "upstream_5xx": 2}
    unknown = scraped.metrics.label_values("model", f'llm_request_errors_total{{{here},reason="model_not_found"}}')
    assert len(unknown) == 3
    assert all(re.fullmatch(r"client-\d{1,4}", name) for name in unknown)
    assert scraped.metrics.label_values("model", f'llm_request_errors_total{{{here},reason="timeout"}}') == {"qwen3-8b"}
    fields = scraped.metrics.query(f"sum by (field) (sr_request_params_unknown_field_stripped_total{{{here}}})")
    assert sorted(float(series["value"][1]) for series in fields) == [4, 6]
    assert all(re.fullmatch(r"client-\d{1,4}", series["metric"]["field"]) for series in fields)
    assert "__tmp_hash" not in scraped.metrics.label_names()


def test_an_endless_name_does_not_fail_the_scrape(scraped: Scraped) -> None:
    assert scraped.metrics.value(f'min(up{{pod="{scraped.counted.pod}"}})') == 1
    assert max(len(value) for value in scraped.metrics.label_values("model", "llm_request_errors_total")) < 20


def test_what_is_no_model_name_is_counted_under_a_number(scraped: Scraped) -> None:
    """With streamed bodies the router counts the text of a request it has not validated yet as its model."""
    here = f'llm_model_requests_total{{pod="{scraped.counted.pod}"}}'
    assert scraped.metrics.value(f"sum({here})") == 100 + 13 + 17
    names = scraped.metrics.label_values("model", here)
    assert "qwen3-8b" in names
    assert all(re.fullmatch(r"client-\d{1,4}", name) for name in names - {"qwen3-8b"})


def test_a_long_value_in_any_label_costs_its_own_series_alone(scraped: Scraped) -> None:
    here = f'pod="{scraped.hostile.pod}"'
    assert scraped.metrics.value(f"min(up{{{here}}})") == 1
    assert scraped.metrics.value(f"count(llm_new_total{{{here}}})") == HOSTILE.count("short") - 1  # user_id is dropped


def test_thousands_of_names_stay_within_the_bound(scraped: Scraped) -> None:
    assert scraped.metrics.value(f'min(up{{pod="{scraped.attacked.pod}"}})') == 1
    series = scraped.metrics.value(f'count(llm_request_errors_total{{pod="{scraped.attacked.pod}"}})')
    assert series is not None
    assert 7500 < series <= 8192


def test_names_without_end_take_nothing_else_away(scraped: Scraped) -> None:
    """Beyond the limit, what clients multiply is missing; the router is up and all else is stored."""
    here = f'pod="{scraped.flooded.pod}"'
    assert scraped.metrics.value(f'up{{job="semantic-router",{here}}}') == 1
    assert scraped.metrics.value(f'up{{job="semantic-router-clients",{here}}}') == 0
    assert scraped.metrics.value(f"llm_model_inflight_requests{{{here}}}") == 3
    assert scraped.metrics.value(f'llm_request_errors_total{{reason="upstream_5xx",{here}}}') == 7
    assert scraped.metrics.query(f"llm_model_requests_total{{{here}}}") == []


def test_both_scrapes_of_a_router_are_one_job(scraped: Scraped) -> None:
    here = f'pod="{scraped.counted.pod}"'
    assert scraped.metrics.label_values("job", f"llm_model_requests_total{{{here}}}") == {"semantic-router"}
    assert scraped.metrics.value(f'sum(llm_request_errors_total{{job="semantic-router",{here}}})') == 5 + 7 + 11 + 3 + 2


def test_a_router_over_the_sample_limit_is_down_with_the_reason(scraped: Scraped) -> None:
    assert scraped.metrics.value(f'up{{job="semantic-router",pod="{scraped.swollen.pod}"}}') == 0
    (target,) = [target for target in scraped.metrics.targets("semantic-router") if target["labels"]["pod"] == scraped.swollen.pod]
    assert target["lastError"] == "sample limit exceeded"
    assert scraped.metrics.query(f'llm_decision_match_total{{pod="{scraped.swollen.pod}"}}') == []


def test_a_page_cannot_hold_what_prometheus_writes(scraped: Scraped) -> None:
    here = f'pod="{scraped.forging.pod}"'
    assert scraped.metrics.value(f"min(up{{{here}}})") == 1
    assert scraped.metrics.query('{fake="1"}') == []
    assert scraped.metrics.query(f"ALERTS{{{here}}}") == []
    assert scraped.metrics.value(f"llm_model_requests_total{{{here}}}") == 1


def test_a_page_that_unpacks_to_more_than_its_samples_need_is_refused(scraped: Scraped) -> None:
    (target,) = [target for target in scraped.metrics.targets("semantic-router") if target["labels"]["pod"] == scraped.bomb.pod]
    assert target["lastError"] == "body size limit exceeded"
    memory = scraped.metrics.value('process_resident_memory_bytes{job="prometheus"}')
    assert memory is not None
    assert memory < 2**30, "the memory limit is 2 GiB"


def test_a_page_cannot_send_prometheus_elsewhere(scraped: Scraped) -> None:
    assert scraped.metrics.value(f'max(up{{pod="{scraped.redirecting.pod}"}})') == 0
    assert scraped.elsewhere.received == []
