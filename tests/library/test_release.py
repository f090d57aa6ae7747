"""What `.ci/release` writes: an archive that is the same each time, the wheel, bills of materials, provenance, notes, and checksums that fit."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION = PROJECT["version"]
TOOLS = ROOT / "build" / "release-environment" / "bin" / "python"
LOCAL = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
ARCHIVE = f"semantic-router-observability-{VERSION}-manifests.tar.gz"
WHEEL = f"semantic_router_observability-{VERSION}-py3-none-any.whl"
COMMIT_TIME = "2026-02-03T04:05:06+00:00"
DATES = {"GIT_AUTHOR_DATE": COMMIT_TIME, "GIT_COMMITTER_DATE": COMMIT_TIME}


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Someone", "-c", "user.email=someone@example.com")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, env=LOCAL | DATES, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with one commit of the files that git knows, as they are now."""
    if not TOOLS.exists():
        pytest.skip("the packages that write bills of materials are not installed: run `make release-tools`")
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    wanted = [name for name in listed if name and not name.startswith(("tests/", "imports/", "docs/")) and (ROOT / name).is_file()]
    for name in wanted:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / ".ci" / "release").chmod(0o755)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "As it is now")
    return folder


def release(checkout: Path, version: str = VERSION, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = LOCAL | {"PYTHON": sys.executable, "RELEASE_PYTHON": str(TOOLS)} | environment
    return subprocess.run([".ci/release", version], cwd=checkout, env=variables, capture_output=True, text=True, check=False)


def sums(folder: Path) -> dict[str, str]:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


@pytest.fixture(scope="module")
def released(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a release, in a folder that later releases do not change."""
    done = release(checkout, f"v{VERSION}")
    assert done.returncode == 0, done.stderr
    return Path(shutil.copytree(checkout / "build" / "release", tmp_path_factory.mktemp("released") / "release"))


def test_files(released: Path) -> None:
    assert {path.name for path in released.iterdir()} == {
        ARCHIVE,
        WHEEL,
        "python.cdx.json",
        "images.cdx.json",
        "provenance.json",
        "images.txt",
        "notes.md",
        "SHA256SUMS",
    }
    assert sums(released) == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in released.iterdir() if path.name != "SHA256SUMS"
    }
    with tarfile.open(released / ARCHIVE) as files:
        names = files.getnames()
    assert {f"dist/{path.name}" for path in (ROOT / "dist").iterdir()} <= set(names)
    assert {"kustomization.yaml", "observability.yaml", "LICENSE"} <= set(names)
    assert "sro doctor" in (released / "notes.md").read_text(encoding="utf-8")


def test_another_commit_changes_what_names_it_and_nothing_else(checkout: Path, released: Path) -> None:
    """The notes are of the part of the version, once it has one; what was built before is built again to the byte."""
    before = git(checkout, "rev-parse", "HEAD")
    changelog = checkout / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    changelog.write_text(text.replace("## Unreleased", f"## Unreleased\n\n- Later.\n\n## {VERSION}"), encoding="utf-8")
    git(checkout, "commit", "--quiet", "--all", "--message", "A part of the version")
    out = checkout / "build" / "release"
    try:
        assert release(checkout).returncode == 0
        assert "Later." not in (out / "notes.md").read_text(encoding="utf-8")
        assert {name: sums(out)[name] for name in (ARCHIVE, WHEEL)} == {name: sums(released)[name] for name in (ARCHIVE, WHEEL)}
        assert bill(out, "images")["serialNumber"] != bill(released, "images")["serialNumber"]
    finally:
        git(checkout, "reset", "--quiet", "--hard", before)
    assert release(checkout).returncode == 0
    assert sums(out) == sums(released)


def bill(folder: Path, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / f"{name}.cdx.json").read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("name", ["python", "images"])
def test_bills_of_materials_are_valid_and_say_what_they_are_about(released: Path, name: str) -> None:
    document = bill(released, name)
    read = (
        "import sys; from cyclonedx.schema import SchemaVersion; from cyclonedx.validation.json import JsonStrictValidator;"
        "sys.exit(str(JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read()) or ''))"
    )
    valid = subprocess.run([TOOLS, "-c", read], input=json.dumps(document), capture_output=True, text=True, check=False)
    assert valid.stderr == "\n"
    spoiled = document | {"components": [{"type": "no-such-type"}]}
    assert subprocess.run([TOOLS, "-c", read], input=json.dumps(spoiled), capture_output=True, text=True, check=False).stderr != "\n"
    about = document["metadata"]["component"]
    file = {"python": WHEEL, "images": ARCHIVE}[name]
    assert about["bom-ref"] == file
    assert about["hashes"] == [{"alg": "SHA-256", "content": sums(released)[file]}]
    assert document["metadata"]["timestamp"] == COMMIT_TIME
    refs = {component["bom-ref"] for component in document["components"]}
    assert {edge["ref"] for edge in document["dependencies"]} == refs | {file}
    assert {other for edge in document["dependencies"] for other in edge.get("dependsOn", [])} == refs


def test_bill_of_the_wheel_has_each_locked_package_that_it_needs(released: Path) -> None:
    components = {component["name"]: component for component in bill(released, "python")["components"]}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name, component in components.items():
        version = component["version"]
        assert component["purl"] == f"pkg:pypi/{name}@{version}"
        entry = re.search(rf"^{re.escape(name)}=={re.escape(version)}\b.*\n(?: .*\n?)*", lock, re.MULTILINE)
        assert entry, name
        (reference,) = component["externalReferences"]
        hashes = {(digest["alg"], digest["content"]) for digest in reference["hashes"]}
        assert hashes == {("SHA-256", digest) for digest in re.findall(r"sha256:(\w+)", entry[0])}
    own = {re.sub(r"[-_.]+", "-", Requirement(text).name).lower() for text in PROJECT["dependencies"]}
    needed = {name for name, component in components.items() if component["scope"] == "required"}
    assert own | {"jsii", "attrs"} <= needed
    assert {name for name in components if name not in needed} == {"cdk8s-plus-27"}
    # What only tests and checks need is none of it.
    assert not {"pytest", "hypothesis", "mypy", "ruff", "cyclonedx-python-lib"} & components.keys()


def test_bill_of_the_manifests_names_their_images(released: Path) -> None:
    components = bill(released, "images")["components"]
    images = (ROOT / "dist" / "images.txt").read_text(encoding="utf-8").split()
    assert {f"{component['name']}:{component['version']}" for component in components} == set(images)
    assert all(component["purl"].startswith("pkg:oci/") and "repository_url=" in component["purl"] for component in components)


def test_images_by_digest_have_it_in_their_identifier(checkout: Path) -> None:
    digest = "sha256:" + "ab" * 32
    program = (
        "import sys; sys.path.insert(0, '.ci'); from bill_of_materials import image_component;"
        "[print(c.name, c.version, c.purl.version, c.purl.qualifiers) for c in map(image_component, sys.argv[1:])]"
    )
    images = [f"registry.example:5000/team/prometheus:v3@{digest}", f"registry.example:5000/team/prometheus@{digest}"]
    said = subprocess.run([TOOLS, "-c", program, *images], cwd=checkout, capture_output=True, text=True, check=True).stdout.splitlines()
    repository = "registry.example:5000/team/prometheus"
    assert said == [
        f"{repository} v3 {digest} {{'repository_url': '{repository}', 'tag': 'v3'}}",
        f"{repository} {digest} {digest} {{'repository_url': '{repository}'}}",
    ]


def test_provenance_names_files_commit_and_locks(checkout: Path, released: Path) -> None:
    statement = json.loads((released / "provenance.json").read_text(encoding="utf-8"))
    assert (statement["_type"], statement["predicateType"]) == ("https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1")
    subjects = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    assert subjects == {name: digest for name, digest in sums(released).items() if name != "provenance.json"}
    build = statement["predicate"]["buildDefinition"]
    assert build["externalParameters"] == {"command": f".ci/release v{VERSION}", "version": VERSION}
    source, *locks = build["resolvedDependencies"]
    assert source == {"name": "source", "digest": {"gitCommit": git(checkout, "rev-parse", "HEAD")}}
    assert locks == [
        {"name": name, "digest": {"sha256": hashlib.sha256((ROOT / name).read_bytes()).hexdigest()}}
        for name in ("requirements.lock", ".ci/requirements.lock")
    ]
    assert statement["predicate"]["runDetails"] == {"builder": {"id": "urn:semantic-router-observability:builder:local"}}


def test_provenance_of_a_workflow_names_the_workflow_and_its_run(checkout: Path) -> None:
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "someone/observability",
        "GITHUB_REF": f"refs/tags/v{VERSION}",
        "GITHUB_WORKFLOW_REF": f"someone/observability/.github/workflows/release.yaml@refs/tags/v{VERSION}",
        "GITHUB_RUN_ID": "7",
        "GITHUB_RUN_ATTEMPT": "2",
    }
    assert release(checkout, **environment).returncode == 0
    predicate = json.loads((checkout / "build" / "release" / "provenance.json").read_text(encoding="utf-8"))["predicate"]
    commit = git(checkout, "rev-parse", "HEAD")
    assert predicate["buildDefinition"]["buildType"] == f"https://github.com/someone/observability/blob/{commit}/CONTRIBUTING.md#release"
    assert predicate["buildDefinition"]["resolvedDependencies"][0]["uri"] == (
        f"git+https://github.com/someone/observability@refs/tags/v{VERSION}"
    )
    assert predicate["runDetails"] == {
        "builder": {"id": f"https://github.com/someone/observability/.github/workflows/release.yaml@refs/tags/v{VERSION}"},
        "metadata": {"invocationId": "https://github.com/someone/observability/actions/runs/7/attempts/2"},
    }


def test_the_workflow_signs_files_that_the_release_has(released: Path) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yaml").read_text(encoding="utf-8"))
    signed = [step["with"] for step in workflow["jobs"]["release"]["steps"] if step.get("uses", "").startswith("actions/attest@")]
    assert len(signed) == 3
    for inputs in signed:
        for pattern in inputs.values():
            assert len(list(released.glob(pattern.removeprefix("build/release/")))) == 1, pattern


def test_refusals(checkout: Path) -> None:
    done = release(checkout, "v9.9.9")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        f"error: version: '9.9.9': pyproject.toml has {VERSION}; write the version there, and tag that commit",
    )
    done = release(checkout, RELEASE_PYTHON="build/nothing")
    assert (done.returncode, done.stderr) == (2, "error: build/nothing: is not there; run make release-tools\n")


def test_files_that_no_commit_has_are_refused(checkout: Path) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    stale = checkout / "dist" / "images.txt"
    stale.write_bytes(stale.read_bytes() + b"more\n")
    try:
        done = release(checkout)
        assert (done.returncode, done.stderr) == (2, f"error: dist/images.txt: differs from commit {commit[:12]}; commit it\n")
        git(checkout, "commit", "--quiet", "--all", "--message", "Stale")
        done = release(checkout)
        assert (done.returncode, done.stderr) == (2, "error: dist: is not what observability.yaml gives; run make dist and commit\n")
    finally:
        git(checkout, "reset", "--quiet", "--hard", commit)
    shutil.move(checkout / ".git", checkout / "build" / "git")
    try:
        done = release(checkout)
    finally:
        shutil.move(checkout / "build" / "git", checkout / ".git")
    assert (done.returncode, done.stderr) == (2, "error: commit: this folder has none; release from a clone with git\n")


def test_a_lock_that_differs_from_what_is_installed_is_refused(checkout: Path) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    lock = checkout / "requirements.lock"
    text = lock.read_text(encoding="utf-8")
    installed = re.findall(r"^cdk8s==([\d.]+)", text, re.MULTILINE)[0]
    cases = {
        text.replace(
            f"cdk8s=={installed}", "cdk8s==2.70.1"
        ): f"error: cdk8s: .venv has {installed} and requirements.lock 2.70.1; run make dist",
        re.sub(r"^jsii==.*\n( .*\n)*", "", text, flags=re.MULTILINE): (
            "error: requirements.lock: has no jsii; add it to requirements.txt and run make lock"
        ),
    }
    try:
        for changed, message in cases.items():
            assert changed != text
            lock.write_text(changed, encoding="utf-8")
            git(checkout, "commit", "--quiet", "--all", "--message", "Another lock")
            done = release(checkout)
            assert (done.returncode, done.stderr.splitlines()[-1]) == (2, message)
    finally:
        git(checkout, "reset", "--quiet", "--hard", commit)
