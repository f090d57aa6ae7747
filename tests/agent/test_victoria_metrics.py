"""VictoriaMetrics, of Debian's package: it takes what an agent sends, and reads every rule and every query of dashboards."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

import semantic_router_observability as sro
from agent.parts import free_port, router, start_agent, wait
from harness.boards import panels, queries
from harness.process import Process
from manifests import from_yaml, new_chart
from semantic_router_observability.dashboards import DASHBOARDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """
addOn:
  scrapedBy: {{type: agent, remoteWrite: [{{url: '{url}/api/v1/write'}}]}}
  interval: 1s
  shownBy: {{type: none}}
"""


def debian(name: str) -> str:
    """Find a program of the package; skip the test where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; .ci/run says which package has it")
    return found


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a storage, and an agent that writes to it; the address once samples are there."""
    directory, port = tmp_path_factory.mktemp("victoria"), free_port()
    url = f"http://127.0.0.1:{port}"
    flags = [f"-storageDataPath={directory}/stored", f"-httpListenAddr=127.0.0.1:{port}", "-search.latencyOffset=0s"]
    with ExitStack() as stack:
        server = Process([debian("victoria-metrics"), *flags], log=directory / "log")
        stack.callback(server.kill)
        routers = stack.enter_context(router())
        agent = start_agent(from_yaml(SETTINGS.format(url=url)), directory, "one", routers, 14400)
        stack.callback(agent.kill)
        wait(lambda: len(_asked(url, 'up{job="semantic-router"}') or ()) == 1, lambda: f"{server.log()[-2000:]} {agent.log()[-2000:]}")
        yield url


def _asked(url: str, expression: str) -> list[dict[str, Any]] | None:
    """Evaluate; None where nothing listens yet."""
    try:
        with urllib.request.urlopen(f"{url}/api/v1/query?{urlencode({'query': expression})}", timeout=20) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{expression}: {error.read().decode()[:500]}") from error
    except OSError:
        return None
    return found


def test_it_takes_what_an_agent_sends(storage: str) -> None:
    found = _asked(storage, 'llm_model_requests_total{job="semantic-router"}')
    assert found is not None
    (series,) = found
    assert series["value"][1] == "100"
    assert {"namespace", "pod", "service", "instance"} <= series["metric"].keys()


@pytest.mark.parametrize("file_name", [entry.file_name for entry in DASHBOARDS])
@pytest.mark.parametrize("recorded", [False, True], ids=["raw", "recorded"])
def test_it_reads_every_query_of_a_dashboard(storage: str, file_name: str, recorded: bool) -> None:
    asked = [
        query
        for number, panel in panels(file_name, recorded=recorded).items()
        if all("expr" in target for target in panel.get("targets", ()))
        for query in (queries(file_name, number, recorded=recorded) if panel.get("targets") else ())
    ]
    for query in asked:
        assert _asked(storage, query) is not None, query


def test_it_refuses_a_query_that_is_none(storage: str) -> None:
    with pytest.raises(AssertionError, match="sum\\("):
        _asked(storage, "sum(")


def _dry_run(directory: Path) -> subprocess.CompletedProcess[str]:
    command = [debian("vmalert"), "-dryRun", f"-rule={directory}/*.rules", "-datasource.url=http://127.0.0.1:1"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_vmalert_reads_every_rule_file(tmp_path: Path) -> None:
    scraper = sro.RemoteWriteAgent(remote_write=[sro.RemoteWrite(url="http://vm.example.com/api/v1/write")])
    made = sro.AddOn(new_chart(), "semantic-router", scraped_by=scraper)
    assert len(made.rule_files) == 8
    for name, text in made.rule_files.items():
        # Debian 12 has a vmalert of 2022, from before this field.
        (tmp_path / name).write_text(re.sub(r"\n +keep_firing_for: \S+", "", text))
    done = _dry_run(tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "broken.rules").write_text("groups: [{name: a, rules: [{record: b, expr: 'sum('}]}]\n")
    assert _dry_run(tmp_path).returncode != 0
