"""`sro` as a whole: help, completion, JSON, and its page in the documentation."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest

from documentation import ROOT
from semantic_router_observability.__main__ import command_line, main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = ROOT / "docs" / "command-line.md"


def commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Commands that do something themselves."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in inner:
        for command in action.choices.values():
            yield from commands(command)
    if not inner:
        yield parser


COMMANDS = {command.prog: command for command in commands(command_line())}


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"sro {version('semantic-router-observability')}\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_states_the_exit_codes_and_every_argument(name: str) -> None:
    assert "Exit code: 0" in str(COMMANDS[name].description)
    for action in COMMANDS[name]._actions:
        assert action.help, action


def test_the_page_is_what_the_commands_say(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for file in (PAGE, ROOT / "docs" / "generate_commands.py"):
        shutil.copy(file, folder)
    subprocess.run([sys.executable, str(folder / "generate_commands.py")], check=True)
    assert (folder / PAGE.name).read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
    assert {line.removeprefix("### ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("### ")} == set(COMMANDS)


def completion(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["exp"], {"explain"}),
        (["explain", ""], {"permissions", "setting"}),
        (["diff", "--fail"], {"--fail-on"}),
        (["diff", "--output", ""], {"text", "markdown", "json"}),
        (["explain", "permissions", "di"], {"dist"}),
        (["alerts", "test", "--keep", ""], {"folder", "dist"}),
    ],
)
def test_bash_completes(words: list[str], completed: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sro.bash").write_text(completion("bash", capsys), encoding="utf-8")
    for folder in ("dist", "folder"):
        (tmp_path / folder).mkdir()
    given = " ".join(f"'{word}'" for word in ["sro", *words])
    script = f'source ./sro.bash; COMP_WORDS=({given}); COMP_CWORD={len(words)}; _shtab_sro; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert completed <= {line.strip().rstrip("/") for line in done.stdout.splitlines()}


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_the_script(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "completion"
    script.write_text(completion(shell, capsys), encoding="utf-8")
    for word in ("permissions", "fail-on", "markdown", "doctor"):
        assert word in script.read_text(encoding="utf-8")
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed; the script was written, not read")
    done = subprocess.run([shell, "-n", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def as_json(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> Any:
    assert main([*arguments, "--output", "json"]) == code
    return json.loads(capsys.readouterr().out)


def test_permissions_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(["explain", "permissions", str(ROOT / "dist")], capsys)
    assert {(entry["account"].rpartition("/")[2], entry["role"]) for entry in found["requests"]} == {("prometheus", "Role prometheus")}
    assert {entry["workload"].rpartition("/")[2]: len(entry["tokens"]) for entry in found["tokens"]} == {"prometheus": 1, "grafana": 0}
    assert [(entry["secret"], entry["keys"]) for entry in found["secrets"]] == [("grafana-admin", ["admin-user", "admin-password"])]
    assert found["missingSecrets"] == [{"namespace": "vllm-semantic-router-system", "name": "grafana-admin"}]
    assert len(found["connections"]) == 2


def test_a_setting_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = as_json(["explain", "setting", "prometheus.storage"], capsys)
    assert [form["type"] for form in found["forms"]] == ["claim", "existingClaim", "ephemeral"]
    assert found["forms"][0]["keys"]["size"]["required"] is True


def test_size_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "observability.yaml"
    config.write_text("", encoding="utf-8")
    found = as_json(["size", "--pods", "50", "--models", "8", "--domains", "14", "--config", str(config)], capsys, code=1)
    assert found["seriesByJob"]["semantic-router"] == 50 * found["seriesOfAPod"]
    assert found["seriesWithSamples"] == sum(found["seriesByJob"].values())
    assert found["settings"]["prometheus"]["storage"]["type"] == "claim"
    assert [line.partition(":")[0] for line in found["tooSmall"]] == ["prometheus.storage", "prometheus.resources"]


def test_the_contract_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("groups: [{name: g, rules: [{alert: A, expr: 'sum(rate(llm_model_request_total[5m])) > 1'}]}]", encoding="utf-8")
    (found,) = as_json(["contract", "check", str(rules)], capsys, code=1)
    assert found["where"] == [str(rules), "groups", 0, "rules", 0, "A"]
    assert found["problem"].startswith("no metric llm_model_request_total")
    page = tmp_path / "metrics"
    page.write_text("# TYPE llm_new_total counter\nllm_new_total 1\n", encoding="utf-8")
    found = as_json(["contract", "diff", "--metrics", str(page)], capsys, code=1)
    assert {"kind": "added", "metric": "llm_new_total", "text": "(counter)"} in found["differences"]
    assert found["familiesNotSeen"] > 10


def test_the_add_on_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monitor = tmp_path / "monitor.yaml"
    monitor.write_text(
        "{apiVersion: monitoring.coreos.com/v1, kind: PodMonitor, metadata: {name: router, namespace: routing}, spec: {}}", encoding="utf-8"
    )
    reader = tmp_path / "cluster.yaml"
    reader.write_text(
        "{apiVersion: monitoring.coreos.com/v1, kind: Prometheus, metadata: {name: k8s, namespace: monitoring},"
        " spec: {podMonitorSelector: {matchLabels: {release: kps}}, podMonitorNamespaceSelector: {}}}",
        encoding="utf-8",
    )
    (found,) = as_json(["check", "add-on", str(monitor), "--cluster", str(reader)], capsys, code=1)
    assert found["read"] is False
    assert "release" in found["reasons"][0]


def test_the_schema_is_the_committed_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == (ROOT / "observability.schema.json").read_text(encoding="utf-8")


def test_the_dashboards_are_the_committed_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dashboards", str(tmp_path)]) == 0
    committed = {path.name: path.read_bytes() for path in (ROOT / "dashboards").glob("*.json")}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == committed
    assert len(capsys.readouterr().out.splitlines()) == len(committed)


def test_a_reader_that_ends_is_no_error() -> None:
    """As in `sro rules | head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-m", "semantic_router_observability", "rules"]
    done = subprocess.run(program, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")
