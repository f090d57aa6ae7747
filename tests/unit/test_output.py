"""The output folder: files called after their objects, listed, and replaced only when an earlier run wrote them."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import cdk8s
import pytest
import yaml

import diffs
from harness.programs import program
from semantic_router_observability import Manifest, PrometheusStack, output, write_manifests
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from constructs import Construct

HINT = "which no earlier run wrote; move or delete it, or name another folder"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def config_map(scope: Construct, name: str, namespace: str | None = None, api_version: str = "v1", kind: str = "ConfigMap") -> Manifest:
    return Manifest(
        scope, f"{name}-{kind}-{namespace}", api_version=api_version, kind=kind, name=name, labels={}, namespace=namespace, data={"a": "b"}
    )


def test_a_library_user_gets_the_objects_of_synth(tmp_path: Path) -> None:
    app = cdk8s.App(outdir=str(tmp_path / "synth"))
    chart = cdk8s.Chart(app, "c", namespace="n", labels={"team": "a"})
    PrometheusStack(chart, "prometheus").workload.add_json_patch(cdk8s.JsonPatch.add("/spec/future", "1e3"))
    cdk8s.ApiObject(chart, "own", api_version="v1", kind="Secret", metadata=cdk8s.ApiObjectMetadata(name="own", namespace="n"))
    written = write_manifests(app, tmp_path / "dist")
    assert written == names(tmp_path / "dist")
    assert {"1-own.secret.k8s.yaml", "2-prometheus.statefulset.k8s.yaml", "images.txt", "Kustomization"} <= set(written)
    app.synth()
    synthesized = list(yaml.safe_load_all((tmp_path / "synth" / "c.k8s.yaml").read_text(encoding="utf-8")))
    manifests = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((tmp_path / "dist").glob("*.k8s.yaml"))]

    def by_name(found: dict[str, dict[str, str]]) -> str:
        return f"{found['kind']}/{found['metadata']['name']}"

    assert sorted(manifests, key=by_name) == sorted(synthesized, key=by_name)


def test_the_namespace_is_named_where_there_is_another(tmp_path: Path) -> None:
    app = cdk8s.App()
    chart = cdk8s.Chart(app, "a", namespace="one")
    config_map(chart, "same")
    config_map(chart, "same", "two")
    config_map(chart, "same", kind="ClusterRole")
    assert output.files_of(app).keys() == {
        "1-same.configmap.k8s.yaml",
        "1-same.configmap_two.k8s.yaml",
        "1-same.clusterrole.k8s.yaml",
        "images.txt",
    }
    config_map(cdk8s.Chart(app, "b", namespace="two"), "other")
    assert output.files_of(app).keys() == {
        "1-same.configmap_one.k8s.yaml",
        "1-same.configmap_two.k8s.yaml",
        "1-other.configmap_two.k8s.yaml",
        "1-same.clusterrole.k8s.yaml",
        "images.txt",
    }


def test_two_objects_in_one_file_are_refused(tmp_path: Path) -> None:
    app = cdk8s.App()
    chart = cdk8s.Chart(app, "a", namespace="one")
    config_map(chart, "same")
    cdk8s.ApiObject(chart, "other", api_version="example.com/v1", kind="ConfigMap", metadata=cdk8s.ApiObjectMetadata(name="same"))
    with pytest.raises(ConfigError, match=r"'1-same\.configmap\.k8s\.yaml': two objects have this kind, namespace and name"):
        write_manifests(app, tmp_path / "dist")
    assert names(tmp_path) == []


def test_kustomize_reads_the_list(tmp_path: Path) -> None:
    app = cdk8s.App()
    config_map(cdk8s.Chart(app, "a", namespace="one"), "same")
    write_manifests(app, tmp_path / "dist")
    command = [str(program("kubectl")), "kustomize", str(tmp_path / "dist")]
    built = subprocess.run(command, capture_output=True, text=True, check=True)
    assert built.stderr == ""
    assert yaml.safe_load(built.stdout) == yaml.safe_load((tmp_path / "dist" / "1-same.configmap.k8s.yaml").read_text(encoding="utf-8"))


def test_an_earlier_folder_is_replaced_and_others_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    output.check(folder)
    output.write({"a.k8s.yaml": b"a: 1\n", "images.txt": b""}, folder)
    output.check(folder)
    output.write({"b.k8s.yaml": b"b: 1\n", "images.txt": b""}, folder)
    assert names(folder) == ["Kustomization", "b.k8s.yaml", "images.txt"]
    (folder / "a.k8s.yaml").write_text("kept by hand\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"holds a.k8s.yaml, {HINT}"):
        output.check(folder)
    (folder / "a.k8s.yaml").unlink()
    (folder / "b.k8s.yaml").unlink()
    (folder / "b.k8s.yaml").mkdir()
    with pytest.raises(ConfigError, match=f"holds b.k8s.yaml, {HINT}"):
        output.check(folder)


@pytest.mark.parametrize("kustomization", [None, "resources:\n  - deployment.yaml\n", b"\xff\xfe"])
def test_a_folder_of_the_user_is_refused(tmp_path: Path, kustomization: str | bytes | None) -> None:
    """A Kustomization that this library did not write lists files that are not its own."""
    (tmp_path / "deployment.yaml").write_text("kind: Deployment\n", encoding="utf-8")
    if kustomization is not None:
        text = kustomization.encode() if isinstance(kustomization, str) else kustomization
        (tmp_path / "Kustomization").write_bytes(text)
    with pytest.raises(ConfigError, match=HINT):
        output.check(tmp_path)


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    output.check(tmp_path)
    output.write({"images.txt": b""}, tmp_path)
    assert names(tmp_path) == ["Kustomization", "images.txt"]


def test_what_a_reviewer_reads_of_a_small_change_is_short() -> None:
    """A file, a few lines, and one more file where the list of images or of files changes too."""
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in diffs.report().splitlines()]
    sizes = {row[0]: [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?= )", row[-1])] for row in table[2:-1]}
    assert sizes.keys() == diffs.CHANGES.keys()
    (_, dashboard) = sizes.popitem()
    assert dashboard[0] == 3
    for files, lines, size in sizes.values():
        assert files <= 2
        assert lines <= 4
        assert size < 1000


def test_lines_of_the_committed_folder_fit_a_review() -> None:
    """About a thousand characters: a query is one JSON string, which cannot be broken, and the longest has 1,331."""
    longest = {file.name: max(map(len, file.read_text(encoding="utf-8").splitlines())) for file in (diffs.ROOT / "dist").iterdir()}
    assert {name: length for name, length in longest.items() if length > 1_400} == {}
