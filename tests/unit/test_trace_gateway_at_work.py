"""Spans through the real collector with the configuration that is shipped: what arrives at the store, what does not, and what is counted."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

import semantic_router_observability as sro
from harness.spans import CACHE_SPAN, ENGINE_SPAN, FIRST_SPAN, Relay, attributes_of, wait
from semantic_router_observability.alerting.defaults.traces import traces as alerts
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.shapes.count import Count
from semantic_router_observability.contract.metric import source_metrics

if TYPE_CHECKING:
    from collections.abc import Iterator


def counter_of(name: str) -> str:
    """Metric that an alert counts."""
    (found,) = [alert.shape for alert in alerts(Facts()) if alert.name == name]
    assert isinstance(found, Count)
    return found.events.name


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """The relay, which all tests share; each starts a gateway of its own."""
    with ExitStack() as stack:
        made = Relay(tmp_path_factory.mktemp("traces"), stack)
        stack.callback(made.store.server_close)
        stack.callback(made.store.shutdown)
        made.start()
        yield made


def test_no_question_and_nobody_reaches_the_store_and_the_rest_does(relay: Relay) -> None:
    relay.store.spans.clear()
    relay.store.texts.clear()
    gateway = relay.start_gateway()
    for number, attributes in enumerate((FIRST_SPAN, CACHE_SPAN, ENGINE_SPAN), start=1):
        assert relay.send(number, attributes)
    wait(lambda: len(relay.store.spans) == 3)
    text = "".join(relay.store.texts)
    for personal in ("doctor", "knee", "anna", "s-1", "cache.key", "user.id", "session.id", "gen_ai.input"):
        assert personal not in text
    by_number = {int(span["spanId"], 16): attributes_of(span) for span in relay.store.spans}
    assert by_number == {
        1: {"request.id": "r-1", "http.method": "POST", "http.path": "/v1/chat/completions"},
        2: {"plugin.type": "response_cache", "cache.hit": "false", "request.id": "r-1"},
        3: {"model.name": "qwen3-8b", "endpoint.address": "10.0.0.7:8000", "gen_ai.usage.input_tokens": "9"},
    }
    assert all(attributes_of(span["events"][0]) == {"exception.type": "E"} for span in relay.store.spans)
    assert "vllm-semantic-router" in text
    # What dashboards and alerts ask for is what the program says.
    wait(lambda: sum(relay.metrics().get("otelcol_exporter_sent_spans_total", {}).values()) == 3)
    shown = relay.metrics()
    assert sum(shown["otelcol_receiver_accepted_spans_total"].values()) == 3
    known = source_metrics("otelcol")
    for name, series in shown.items():
        metric = known.get(name)
        if metric is None:
            assert not name.startswith("otelcol_") or name.endswith(("_bucket", "_sum", "_count")), name
            continue
        for labels in series:
            assert {label for label, _ in labels} <= set(metric.labels), name
    assert gateway.terminate() == 0


def test_a_store_that_refuses_is_counted_and_one_that_is_away_gets_everything_later(relay: Relay) -> None:
    relay.store.spans.clear()
    gateway = relay.start_gateway()
    relay.store.status = 400
    assert relay.send(10, FIRST_SPAN)
    failed = counter_of("TraceGatewayDeliveryFailing")
    wait(lambda: sum(relay.metrics().get(failed, {}).values()) == 1)
    relay.store.status = 503
    for number in range(11, 31):
        assert relay.send(number, FIRST_SPAN)
    wait(lambda: sum(relay.metrics()["otelcol_exporter_queue_size"].values()) > 0)
    assert relay.store.spans == []
    relay.store.status = 200
    wait(lambda: len(relay.store.spans) == 20)
    assert sum(relay.metrics()[failed].values()) == 1
    assert gateway.terminate() == 0


def test_a_full_queue_is_counted(relay: Relay) -> None:
    """With room for two spans in place of 20,000."""
    relay.store.spans.clear()
    relay.store.status = 503
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("semantic_router_observability.tracing.config.QUEUE", 2)
        patch.setattr("semantic_router_observability.tracing.config._BATCH", 1)
        patch.setattr("semantic_router_observability.tracing.config._LARGEST_BATCH", 2)
        gateway = relay.start_gateway()
    name = counter_of("TraceGatewayQueueFull")
    taken = [relay.send(number, FIRST_SPAN, patience=0 if number > 40 else 30) for number in range(40, 46)]
    wait(lambda: sum(relay.metrics().get(name, {}).values()) > 0)
    assert taken[0]
    relay.store.status = 200
    gateway.kill()


def test_a_killed_gateway_loses_no_more_than_documented_and_a_terminated_one_nothing(relay: Relay) -> None:
    relay.store.spans.clear()
    gateway = relay.start_gateway()
    for number in range(100, 120):
        assert relay.send(number, FIRST_SPAN)
    time.sleep(2.5)  # more than the second for which spans are collected
    assert relay.send(120, FIRST_SPAN)
    gateway.kill()
    assert {int(span["spanId"], 16) for span in relay.store.spans} >= set(range(100, 120))
    assert not relay.send(121, FIRST_SPAN, patience=0), "a router is told, and tries again"
    again = relay.start_gateway()
    assert relay.send(121, FIRST_SPAN)
    assert relay.send(122, FIRST_SPAN)
    assert again.terminate() == 0
    assert {int(span["spanId"], 16) for span in relay.store.spans} >= {*range(100, 120), 121, 122}


def test_sampling_keeps_failed_and_slow_traces(relay: Relay) -> None:
    relay.store.spans.clear()
    gateway = relay.start_gateway(sampling=sro.TailSampling(percent=0.001, slow="2s", wait="3s"))
    for number in range(200, 220):
        assert relay.send(number, FIRST_SPAN)
    assert relay.send(300, FIRST_SPAN, status=2)
    assert relay.send(301, FIRST_SPAN, seconds=5)
    wait(lambda: len(relay.store.spans) == 2)
    time.sleep(2)
    assert {int(span["spanId"], 16) for span in relay.store.spans} == {300, 301}
    assert gateway.terminate() == 0
