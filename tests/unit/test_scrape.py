"""Scrape jobs that Prometheus would take; what it would not is in `test_bad_inputs.py`."""

from __future__ import annotations

import msgspec
import pytest

from semantic_router_observability.errors import ConfigError
from semantic_router_observability.prometheus.presets import ScrapeJob
from semantic_router_observability.prometheus.scrape import PodJob, RawJob, ScrapeGuards, ServiceJob, StaticJob, check_jobs


@pytest.mark.parametrize("target", ["a:80", "a.b-c:65535", "10.0.0.1:1", "[fd00::1]:9090", "VLLM:8000"])
def test_targets(target: str) -> None:
    assert StaticJob(name="a", targets=(target,)).targets == (target,)


@pytest.mark.parametrize("target", ["a", "a:", ":80", "a:0", "a:65536", "http://a:80", "a:80/metrics", "fd00::1:80", "a b:80", "a:80\n"])
def test_no_targets(target: str) -> None:
    with pytest.raises(ConfigError):
        StaticJob(name="a", targets=(target,))


@pytest.mark.parametrize("name", ["a", "vllm/engine-0", "a.b_c"])
def test_names(name: str) -> None:
    assert RawJob(name=name, config={}).name == name


@pytest.mark.parametrize("path", ["/metrics", "/", "/a/b~c%20d"])
def test_paths(path: str) -> None:
    assert StaticJob(name="a", targets=("b:1",), path=path).path == path


@pytest.mark.parametrize("path", ["", "metrics", "/a b", "/a?b=c", "/a#b", "/\u00e4"])
def test_no_paths(path: str) -> None:
    with pytest.raises(ConfigError, match="write a path that starts with '/'"):
        StaticJob(name="a", targets=("b:1",), path=path)


@pytest.mark.parametrize(
    ("job", "kind"),
    [
        (StaticJob(name="a", targets=("b:1",)), "static"),
        (PodJob(name="a", match_labels={"a": "b"}, port="http"), "pods"),
        (ServiceJob(name="a", match_labels={"a": "b"}, port=80), "services"),
        (RawJob(name="a", config={}), "raw"),
    ],
)
def test_settings_tell_the_kinds_apart_by_type(job: ScrapeJob, kind: str) -> None:
    written = msgspec.to_builtins(job)
    assert written["type"] == kind
    assert msgspec.convert(written, ScrapeJob) == job


def test_timeouts_are_held_against_the_interval_in_force() -> None:
    slow = StaticJob(name="slow", targets=("a:1",), interval="1m", timeout="50s")
    check_jobs("p: scrape_jobs", [slow], (), "15s")
    hasty = StaticJob(name="hasty", targets=("a:1",), timeout="50s")
    check_jobs("p: scrape_jobs", [hasty], (), "1m")
    with pytest.raises(ConfigError, match=r"^p: scrape_jobs\[1\].timeout: '50s': write at most the stack's interval, 15s$"):
        check_jobs("p: scrape_jobs", [slow, hasty], (), "15s")


def test_guards_have_room_for_every_real_router() -> None:
    guards = ScrapeGuards()
    assert guards.sample_limit >= 10 * 5_000
    assert guards.label_limit >= 3 * (6 + 5)
