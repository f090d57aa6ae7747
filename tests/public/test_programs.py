"""`main.py --check-with-programs`: promtool and amtool read what is synthesized before it is written."""

from __future__ import annotations

from pathlib import Path

import main
import pytest

from harness.programs import program
from semantic_router_observability import app

ROOT = Path(__file__).parents[2]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with the two programs and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("promtool", "amtool"):
        (folder / name).symlink_to(program(name))
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def run(config: Path, folder: Path) -> int:
    return app.run(main.build, arguments=["--config", str(config), "--output", str(folder), "--check-with-programs"])


@pytest.mark.parametrize("config", ["observability.yaml", "examples/alertmanager.yaml", "examples/prometheus_features.yaml"])
def test_the_programs_accept_what_is_synthesized(config: str, programs: Path, tmp_path: Path) -> None:
    assert run(ROOT / config, tmp_path / "dist") == 0
    assert list((tmp_path / "dist").iterdir())


def test_what_they_refuse_is_not_written(programs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "observability.yaml"
    # Of what amtool refuses, nothing is known that the synthesis would not refuse by itself.
    config.write_text("prometheus: {scrapeJobs: [{type: raw, name: a, config: {azure_sd_configs: [{port: 5}]}}]}\n")
    assert run(config, tmp_path / "dist") == 2
    refusal = "promtool: refuses it: azure SD configuration requires a subscription_id"
    assert capsys.readouterr().err == f"error: 1-prometheus-config.configmap.k8s.yaml: prometheus.yml: {refusal}\n"
    assert not (tmp_path / "dist").exists()


def test_a_feature_that_promtool_does_not_know(programs: Path, tmp_path: Path) -> None:
    config = tmp_path / "observability.yaml"
    rules = "rules: [{name: a, groups: [{name: a, rules: [{record: x, expr: a + fill(0) b}]}]}]"
    config.write_text(f"prometheus: {{features: [promql-binop-fill-modifiers], {rules}}}\n")
    assert run(config, tmp_path / "dist") == 0


@pytest.mark.parametrize("name", ["promtool", "amtool"])
def test_a_program_that_is_not_there(name: str, programs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (programs / name).unlink()
    assert run(ROOT / "examples" / "alertmanager.yaml", tmp_path / "dist") == 2
    expected = "this program is not on PATH; install the release that the images have, or omit the option"
    assert capsys.readouterr().err == f"error: --check-with-programs: {name}: {expected}\n"
    assert not (tmp_path / "dist").exists()
