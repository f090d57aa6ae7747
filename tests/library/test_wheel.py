"""The package as others get it: built into a wheel, installed alone, used from a script that never sees this checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from manifests import find, key

if TYPE_CHECKING:
    from manifests import Object

ROOT = Path(__file__).parents[2]
DOWNSTREAM = Path(__file__).with_name("downstream.py")
FUTURE = {"kubernetes": "2.0", "list": [1, "two", None, {"deep": True}]}


def run(*command: str, cwd: Path, **environment: str) -> str:
    """Standard output of a command that succeeds."""
    done = subprocess.run(command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that nothing is left in the checkout."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "constructs", copy / "constructs", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    dist = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), ".", cwd=copy)
    (built,) = dist.iterdir()
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed and nothing else."""
    site = tmp_path_factory.mktemp("site")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps")
    run(*pip, "--target", str(site), str(wheel), cwd=site)
    return site


@pytest.fixture(scope="module")
def said(site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    """What the downstream script printed, and the folder it wrote."""
    folder = tmp_path_factory.mktemp("downstream")
    # -P and an isolated path file keep the checkout, which is installed in this environment, out of sight.
    script = (
        "import runpy, sys\n"
        f"sys.path[:] = [{str(site)!r}] + [p for p in sys.path if not p.startswith({str(ROOT / 'constructs')!r})]\n"
        f"sys.argv = ['downstream.py', {str(folder)!r}]\n"
        f"runpy.run_path({str(DOWNSTREAM)!r}, run_name='__main__')\n"
    )
    return run(sys.executable, "-P", "-W", "error", "-c", script, cwd=folder).splitlines(), folder


@pytest.fixture(scope="module")
def objects(said: tuple[list[str], Path]) -> list[Object]:
    """What the downstream script wrote."""
    return [item for file in sorted(said[1].glob("*observability*.yaml")) for item in yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def test_wheel_holds_the_package_and_nothing_beside_it(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"semantic_router_observability", wheel.name.split("-py3")[0] + ".dist-info"}
    assert {"semantic_router_observability/py.typed", "semantic_router_observability/router/catalogue.json"} <= set(names)
    source = {
        path.relative_to(ROOT / "constructs").as_posix()
        for path in (ROOT / "constructs" / "semantic_router_observability").rglob("*")
        if path.suffix in {".py", ".json", ".typed"}
    }
    assert source <= set(names)


def test_wheel_metadata(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    assert "Name: semantic-router-observability\n" in metadata
    assert "License-Expression: Apache-2.0\n" in metadata
    assert "Requires-Python: >=3.11\n" in metadata


def test_the_dashboard_sdk_is_of_the_current_line(wheel: Path) -> None:
    """Releases with a version epoch are generated from older schemas of Grafana, and count as newer than any release without one."""
    archive = zipfile.ZipFile(wheel)
    (metadata,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    (required,) = re.findall(r"^Requires-Dist: (grafana-foundation-sdk.*)$", metadata, re.MULTILINE)
    admitted = SpecifierSet(required.removeprefix("grafana-foundation-sdk"))
    assert "0.0.21" in admitted
    assert not list(admitted.filter(["1769699998!10.1.0", "1769699381!11.6.0", "1769699241", "0.0.20"]))


def test_downstream_runs_on_the_wheel_and_the_registry_package(said: tuple[list[str], Path], site: Path) -> None:
    library, constructs = said[0]
    assert library == str(site / "semantic_router_observability" / "__init__.py")
    assert constructs == str(Path(sysconfig.get_paths()["purelib"]) / "constructs" / "__init__.py")


def test_two_stacks_share_a_namespace(objects: list[Object]) -> None:
    keys = [key(manifest) for manifest in objects]
    assert len(set(keys)) == len(keys)
    for name in ("blue-prometheus", "green-prometheus", "blue-grafana", "green-grafana"):
        service = find(objects, "Service", name)
        selected = [
            workload["metadata"]["name"]
            for workload in objects
            if workload["kind"] in {"StatefulSet", "Deployment"}
            and service["spec"]["selector"].items() <= workload["spec"]["template"]["metadata"]["labels"].items()
        ]
        assert selected == [name]
    assert {manifest["metadata"].get("namespace") for manifest in objects} == {"routing", "legacy"}


def test_objects_of_cdk8s_plus_are_taken(objects: list[Object]) -> None:
    blue = find(objects, "StatefulSet", "blue-prometheus")["spec"]["template"]["spec"]
    assert blue["serviceAccountName"] == "scraper"
    assert "blue-prometheus" not in {m["metadata"]["name"] for m in objects if m["kind"] == "ServiceAccount"}
    for manifest in objects:
        if manifest["kind"] == "RoleBinding" and manifest["metadata"]["name"].startswith("blue-prometheus"):
            assert manifest["subjects"] == [{"kind": "ServiceAccount", "name": "scraper", "namespace": "routing"}]
    admin = [v["secret"] for v in _volumes(objects, "StatefulSet", "blue-grafana") if "secret" in v]
    assert [secret["secretName"] for secret in admin] == ["sso-admin"]
    database = {v["secret"]["secretName"] for v in _volumes(objects, "Deployment", "green-grafana") if "secret" in v}
    assert database == {"green-grafana-admin", "grafana-database"}


def test_sources_of_our_own(objects: list[Object]) -> None:
    blue = yaml.safe_load(find(objects, "ConfigMap", "blue-grafana-config")["data"]["datasources.yaml"])["datasources"]
    assert [(source["uid"], source["url"], source["jsonData"]["timeInterval"]) for source in blue[:2]] == [
        ("blue-prometheus", "http://blue-prometheus.routing.svc:9090", "15s"),
        ("thanos", "http://thanos-query.monitoring:9090", "30s"),
    ]
    green = yaml.safe_load(find(objects, "ConfigMap", "green-grafana-config")["data"]["datasources.yaml"])["datasources"]
    assert [source["uid"] for source in green] == ["green-prometheus", "mimir"]


def test_a_user_interface_of_our_own_is_exposed(objects: list[Object]) -> None:
    ingress = find(objects, "Ingress", "web-playground")
    assert ingress["spec"]["rules"] == [
        {
            "host": "play.example.com",
            "http": {
                "paths": [{"path": "/ui", "pathType": "Prefix", "backend": {"service": {"name": "playground", "port": {"name": "http"}}}}]
            },
        }
    ]
    assert ingress["metadata"]["annotations"]["cert-manager.io/cluster-issuer"] == "letsencrypt"


def test_any_field_survives_on_every_object(objects: list[Object]) -> None:
    ours = [manifest for manifest in objects if manifest["metadata"].get("labels")]
    assert {manifest["kind"] for manifest in ours} == {
        "ConfigMap",
        "Deployment",
        "Ingress",
        "PersistentVolumeClaim",
        "PodDisruptionBudget",
        "Role",
        "RoleBinding",
        "Service",
        "ServiceAccount",
        "StatefulSet",
    }
    for manifest in ours:
        assert manifest["fromTheFuture"] == FUTURE, key(manifest)
        assert manifest["metadata"]["annotations"]["example.com/owner"] == "team-a"
    limits = find(objects, "StatefulSet", "blue-prometheus")["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert limits == {"memory": "8Gi"}


def test_a_mixin_reaches_every_object(objects: list[Object]) -> None:
    for manifest in objects:
        assert manifest["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] == "2", key(manifest)


def test_types_hold_for_the_one_who_installs(site: Path, tmp_path: Path) -> None:
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {site}\n", encoding="utf-8")
    mypy = (sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", str(tmp_path / "cache"))
    assert "Success" in run(*mypy, str(DOWNSTREAM), cwd=tmp_path)

    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "import semantic_router_observability as sro\n\nsro.Claim(size=20)\nsro.RouterTarget.helm(release=None)\n", encoding="utf-8"
    )
    refused = subprocess.run([*mypy, str(wrong)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.stdout.count(": error: ") == 2, refused.stdout
    assert 'Argument "size" to "Claim" has incompatible type "int"; expected "str"' in refused.stdout


def _volumes(objects: list[Object], kind: str, name: str) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = find(objects, kind, name)["spec"]["template"]["spec"]["volumes"]
    return volumes
