"""Writes `crds/` and the classes beside it, from the definitions that each project publishes: `python imports/generate.py`.

The definitions come from pinned Go modules, as the programs that tests run do. They are reduced to what checks and code need: one version
of each kind, no descriptions, and no large fields that are never written. `cdk8s import` makes Python classes of the kinds that users' own
charts make. The same pins give the same bytes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

IMPORTS = Path(__file__).resolve().parent
CRDS = IMPORTS / "crds"
CLASSES = IMPORTS / "io"
CDK8S = IMPORTS.parent / "tests" / "tools" / "cdk8s-cli" / "node_modules" / ".bin" / "cdk8s"


@dataclass(frozen=True)
class Source:
    """A Go module with definitions of kinds that the stack emits."""

    module: str
    version: str
    sum: str
    """Checksum of the module, as go.sum spells it."""
    kinds: dict[str, str]
    """Path of each definition inside the module, and the version of the kind that is emitted."""


WITH_CLASSES = ("gateway.networking.k8s.io", "cert-manager.io")
"""API groups whose kinds a user's chart is likely to make itself: a Gateway, a Certificate. Of the others the stack makes what is needed."""

GATEWAY = "config/crd/standard/gateway.networking.k8s.io"

NOT_EMITTED = {
    "AlertmanagerConfig": frozenset(
        {
            "basicAuth",
            "discordConfigs",
            "msteamsConfigs",
            "oauth2",
            "pushoverConfigs",
            "rocketchatConfigs",
            "snsConfigs",
            "telegramConfigs",
            "tlsConfig",
            "victoropsConfigs",
            "webexConfigs",
            "wechatConfigs",
        }
    )
}
"""Fields of a kind that the stack never writes and that make most of its definition: left out, so that checks refuse them."""

OPERATOR = "example/prometheus-operator-crd/monitoring.coreos.com"

SOURCES = (
    Source(
        "sigs.k8s.io/gateway-api",
        "v1.6.3",
        "h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=",
        {
            f"{GATEWAY}_gateways.yaml": "v1",
            f"{GATEWAY}_httproutes.yaml": "v1",
            f"{GATEWAY}_backendtlspolicies.yaml": "v1",
            f"{GATEWAY}_referencegrants.yaml": "v1beta1",
        },
    ),
    Source(
        "github.com/cert-manager/cert-manager",
        "v1.21.2",
        "h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=",
        {"deploy/crds/cert-manager.io_certificates.yaml": "v1"},
    ),
    Source(
        "github.com/openshift/api",
        "v0.0.0-20250710004639-926605d3338b",
        "h1:A8OY6adT2aZNp7tsGsilHuQ3RqhzrFx5dzGr/UwXfJg=",
        {"route/v1/zz_generated.crd-manifests/routes.crd.yaml": "v1"},
    ),
    Source(
        "github.com/traefik/traefik/v3",
        "v3.7.13",
        "h1:T8wy9KuaFzCkmXCqAzDy7t73pBDR1DHrJe3pqXpNXTw=",
        {"docs/content/reference/dynamic-configuration/traefik.io_serverstransports.yaml": "v1alpha1"},
    ),
    Source(
        "github.com/external-secrets/external-secrets",
        "v1.3.2",
        "h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=",
        {"config/crds/bases/external-secrets.io_externalsecrets.yaml": "v1"},
    ),
    Source(
        "sigs.k8s.io/secrets-store-csi-driver",
        "v1.4.8",
        "h1:YmL0lx9HMYqeZCnLyOZRMuGAZXmP/e42UGCCAnMKjgE=",
        {"deploy/secrets-store.csi.x-k8s.io_secretproviderclasses.yaml": "v1"},
    ),
    Source(
        "github.com/bitnami-labs/sealed-secrets",
        "v0.40.0",
        "h1:rvCP35JL8ZV5LNA2SrwNR6iLyoM3ulrSFWN0lBtYEYI=",
        {"helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml": "v1alpha1"},
    ),
    Source(
        "github.com/prometheus-operator/prometheus-operator",
        "v0.85.0",
        "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
        {
            **{f"{OPERATOR}_{kind}.yaml": "v1" for kind in ("podmonitors", "servicemonitors", "prometheusrules")},
            f"{OPERATOR}_alertmanagerconfigs.yaml": "v1alpha1",
        },
    ),
    Source(
        "github.com/kubernetes-csi/external-snapshotter/client/v8",
        "v8.7.0",
        "h1:HVaSUeRRHPu49aSiL8eXOjS9Re9G6pM0NzdTGI7mM14=",
        {"config/crd/snapshot.storage.k8s.io_volumesnapshots.yaml": "v1"},
    ),
    Source(
        "github.com/vmware-tanzu/velero",
        "v1.18.3",
        "h1:9uwN5yxTWQl9PsF5ljX4xiG+7VIq3I9mxOQ0DyyZ31A=",
        {"config/crd/v1/bases/velero.io_schedules.yaml": "v1"},
    ),
)


class Loader(yaml.SafeLoader):
    """Reads an unquoted `=`, which prometheus-operator's definitions list among the operators of a matcher, as text."""


Loader.add_constructor("tag:yaml.org,2002:value", Loader.construct_scalar)


def main() -> None:
    go = shutil.which("go")
    if go is None:
        raise SystemExit("imports/ is not written: there is no go, and the definitions come from Go modules")
    if not CDK8S.exists():
        raise SystemExit("imports/ is not written: there is no cdk8s; make tools installs it")
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "crds"
        fresh.mkdir()
        for source in SOURCES:
            module = download(go, source, Path(scratch))
            for path, version in source.kinds.items():
                definition = reduced(yaml.load((module / path).read_text(encoding="utf-8"), Loader), version)  # noqa: S506  a safe loader
                names = definition["spec"]["names"]
                file = fresh / f"{names['plural']}.{definition['spec']['group']}.yaml"
                less = " and fields that the stack never writes" if names["kind"] in NOT_EMITTED else ""
                head = f"# {names['kind']} {version} of {source.module} {source.version}, without descriptions{less}.\n"
                file.write_text(head + yaml.safe_dump(definition, sort_keys=False, width=140), encoding="utf-8")
        classes(fresh, Path(scratch))
        for made, place in ((fresh, CRDS), (Path(scratch) / "io", CLASSES)):
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(made, place)
    print(f"imports/: {len(list(CRDS.iterdir()))} kinds")


def download(go: str, source: Source, scratch: Path) -> Path:
    """Folder of the module in Go's cache, after its checksum has been compared."""
    environment = os.environ | {"GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-mod=mod"}
    command = [go, "mod", "download", "-json", f"{source.module}@{source.version}"]
    done = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout or "{}")
    if done.returncode or "Dir" not in answer:
        raise SystemExit(f"{source.module}: {answer.get('Error') or done.stderr}")
    if answer["Sum"] != source.sum:
        raise SystemExit(f"{source.module} {source.version}: checksum {answer['Sum']} is not the pinned {source.sum}")
    return Path(answer["Dir"])


def reduced(definition: dict[str, Any], version: str) -> dict[str, Any]:
    """One version of the kind, stored, without descriptions and `NOT_EMITTED`; what else the definition says stays."""
    spec = definition["spec"]
    (wanted,) = [one for one in spec["versions"] if one["name"] == version]
    schema = _without_fields(_without_descriptions(wanted["schema"]), NOT_EMITTED.get(spec["names"]["kind"], frozenset()))
    only = {**{key: value for key, value in wanted.items() if key != "schema"}, "schema": schema, "served": True, "storage": True}
    annotations = definition["metadata"].get("annotations", {})
    # The API server admits definitions of *.k8s.io only with a word on who approved them.
    kept = {key: value for key, value in annotations.items() if key == "api-approved.kubernetes.io"}
    return {
        "apiVersion": definition["apiVersion"],
        "kind": definition["kind"],
        "metadata": {"name": definition["metadata"]["name"], **({"annotations": kept} if kept else {})},
        "spec": {**{key: value for key, value in spec.items() if key not in {"versions", "conversion"}}, "versions": [only]},
    }


def _without_descriptions(node: Any) -> Any:
    if isinstance(node, dict):
        # A property may be called description; its value is then a schema, not text.
        return {key: _without_descriptions(value) for key, value in node.items() if not (key == "description" and isinstance(value, str))}
    return [_without_descriptions(item) for item in node] if isinstance(node, list) else node


def _without_fields(node: Any, names: frozenset[str]) -> Any:
    if not names:
        return node
    if isinstance(node, dict):
        return {key: _without_fields(value, names) for key, value in node.items() if key not in names}
    return [_without_fields(item, names) for item in node] if isinstance(node, list) else node


def classes(crds: Path, scratch: Path) -> None:
    """Python classes of the kinds of `WITH_CLASSES`: a module a group, below `io/`."""
    # cdk8s runs the node that came with this Python environment.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = os.environ | {"PATH": path, "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1", "CI": "1"}
    for group in WITH_CLASSES:
        together = scratch / f"{group}.yaml"
        definitions = [file.read_text(encoding="utf-8") for file in sorted(crds.glob(f"*.{group}.yaml"))]
        together.write_text("---\n".join(definitions), encoding="utf-8")
        command = [str(CDK8S), "import", "--no-save", "--language", "python", "--output", str(scratch), str(together)]
        subprocess.run(command, cwd=scratch, env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main()
