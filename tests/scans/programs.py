"""Three programs that look at manifests without a cluster: what each finds, in one form. None of them asks the network."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import yaml

from harness.programs import program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KUBERNETES = ("1.30.0", "1.34.0", kubernetes_validate.latest_version())
"""Releases whose schemas are compared: two years back, the one that the lab runs, and the newest."""

CRDS = Path(__file__).parents[2] / "imports" / "crds"

_SCHEMAS = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
_GOOD = 10
"""Best of kube-score's grades: 1 is critical, 5 a warning, 7 almost right."""

_OPTIONAL = ("container-seccomp-profile", "container-ports-check", "environment-variable-key-duplication")
"""Checks of kube-score that are off unless named. Left out: those that want requests to equal limits."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that one program does not like about one object."""

    tool: str
    rule: str
    where: str
    """`Kind/name` of the object."""
    case: str
    """Name of the file, without its ending."""
    text: str


def join(files: Sequence[Path], into: Path) -> Path:
    """Write one file with the objects of all: kube-score relates pods only to the Services and policies of the same file."""
    into.write_text("---\n".join(file.read_text() for file in files))
    return into


def kubeconform(files: Sequence[Path], work: Path) -> Iterator[Finding]:
    """Compare every field with the schemas of several Kubernetes releases and of the CRDs in `imports/crds`."""
    for version in KUBERNETES:
        schemas = work / version
        _write_schemas(schemas, version, files)
        where = f"{schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
        done = _run(
            program("kubeconform"), "-strict", "-output=json", f"-kubernetes-version={version}", f"-schema-location={where}", *files
        )
        for resource in json.loads(done.stdout)["resources"] or ():
            yield Finding(
                "kubeconform", version, f"{resource['kind']}/{resource['name']}", Path(resource["filename"]).stem, resource["msg"]
            )


def kube_score(files: Sequence[Path]) -> Iterator[Finding]:
    """Grade the objects; anything below the best grade is a finding."""
    options = ("--output-format=json", "--kubernetes-version=v1.34", *(f"--enable-optional-test={name}" for name in _OPTIONAL))
    for file in files:
        for scored in json.loads(_run(program("kube-score"), "score", *options, file).stdout) or ():
            for check in scored["checks"]:
                if not check["skipped"] and check["grade"] < _GOOD:
                    where = f"{scored['type_meta']['kind']}/{scored['object_meta']['name']}"
                    comments = ", ".join(sorted({comment["summary"] for comment in check["comments"] or ()}))
                    yield Finding("kube-score", check["check"]["id"], where, file.stem, comments)


def checkov(files: Sequence[Path]) -> Iterator[Finding]:
    """Check against Bridgecrew's list for Kubernetes.

    It takes the policies of one file for the pods of another: that each pod has one is for kube-score to say.
    """
    python = program("checkov").with_name("python")
    named = [word for file in files for word in ("--file", file)]
    options = ("--framework=kubernetes", "--skip-download", "--quiet", "--compact", "--output=json")
    report = json.loads(_run(python, "-m", "checkov.main", *named, *options).stdout)
    if "results" not in report:
        assert report["failed"] == 0, report
        return
    assert report["summary"]["parsing_errors"] == 0
    for check in report["results"]["failed_checks"]:
        # The name of a check's object: kind, namespace, name, and for pods their labels.
        kind, _, name, *_ = check["resource"].split(".")
        yield Finding("checkov", check["check_id"], f"{kind}/{name}", Path(check["file_path"]).stem, check["check_name"])


def _run(*command: object) -> subprocess.CompletedProcess[str]:
    """Run a program. Its exit code only repeats that it found something."""
    words = [str(word) for word in command]
    environment = os.environ | {"LOG_LEVEL": "ERROR"}
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, env=environment)
    assert done.stdout, f"{words[0]} said nothing: {done.stderr}"
    return done


def _write_schemas(folder: Path, version: str, files: Sequence[Path]) -> None:
    """Lay out the schemas of the kinds in `files` as kubeconform looks for them; without one, it reports the object."""
    folder.mkdir()
    source = _SCHEMAS / f"v{version}-local-strict"
    # Both the schemas' ids and the references between them name places that exist only inside kubernetes-validate.
    for name in ("_definitions.json", *_names(files)):
        if (source / name).exists():
            schema = json.loads((source / name).read_text().replace('"/api/_definitions.json', '"_definitions.json'))
            schema.pop("$id", None)
            (folder / name).write_text(json.dumps(schema))
    for file in sorted(CRDS.glob("*.yaml")):
        for crd in yaml.safe_load_all(file.read_text()):
            for served in crd["spec"]["versions"]:
                group, kind = crd["spec"]["group"], crd["spec"]["names"]["kind"]
                schema = _strict(served["schema"]["openAPIV3Schema"], top=True)
                (folder / _name(f"{group}/{served['name']}", kind)).write_text(json.dumps(schema))


def _names(files: Sequence[Path]) -> set[str]:
    return {
        _name(document["apiVersion"], document["kind"])
        for file in files
        for document in yaml.load_all(file.read_text(), yaml.CSafeLoader)
        if document
    }


def _name(api_version: str, kind: str) -> str:
    group, _, version = api_version.rpartition("/")
    return "-".join(filter(None, (kind.lower(), group.split(".")[0], version))) + ".json"


def _strict(schema: Any, *, top: bool = False) -> Any:
    """As JSON Schema that takes no field it does not name."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # Some CRDs say `anyOf: null`, which JSON Schema does not know.
    strict = {key: _strict(value) for key, value in schema.items() if value is not None}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            strict["additionalProperties"] = False
        if top:
            strict["properties"] |= {key: {} for key in ("apiVersion", "kind", "metadata")}
    if schema.get("x-kubernetes-int-or-string"):
        strict["type"] = ["integer", "string"]
    return strict
