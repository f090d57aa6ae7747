"""Kustomize overlays on `dist/`: what works, and what `sro check overlay` refuses since it would work by halves."""

from __future__ import annotations

import io
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from documentation import ROOT
from harness.programs import program
from semantic_router_observability.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

HOME = "vllm-semantic-router-system"


def built(folder: Path, fields: str) -> str:
    """What kubectl makes of an overlay on the repository."""
    base = os.path.relpath(ROOT, folder.resolve())
    text = f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [{base}]\n{fields}\n"
    (folder / "kustomization.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run([str(program("kubectl")), "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ("namespace: elsewhere", [f"was synthesized for namespace {HOME}"] * 2),
        ("namePrefix: team-", ["was synthesized as grafana", "was synthesized as prometheus"]),
        ("nameSuffix: '-2'\nnamespace: elsewhere", [f"for namespace {HOME}", "as grafana", f"for namespace {HOME}", "as prometheus"]),
        ("images: [{name: docker.io/grafana/grafana, newName: mirror.example.com/grafana, newTag: 13.2.9}]", []),
        (f"namespace: {HOME}", []),
        ("commonAnnotations: {example.com/team: platform}", []),
    ],
)
def test_overlays(
    fields: str, problems: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = built(tmp_path, fields)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert main(["check", "overlay", "-"]) == (1 if problems else 0)
    said = capsys.readouterr().out.splitlines()
    if problems:
        assert len(said) == len(problems)
        assert all(problem in line for problem, line in zip(problems, said, strict=True))
    else:
        assert said == ["2 workloads are as they were synthesized"]
    images = {
        container["image"]
        for item in yaml.safe_load_all(text)
        if item["kind"] == "StatefulSet"
        for container in item["spec"]["template"]["spec"]["containers"]
    }
    assert ("mirror.example.com/grafana:13.2.9" in images) == ("images" in fields)


def test_manifests_of_something_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "other.yaml"
    file.write_text("{kind: Service, metadata: {name: a}}", encoding="utf-8")
    assert main(["check", "overlay", str(file)]) == 2
    assert "holds no workload of this project" in capsys.readouterr().err
