"""Static checks of `dist/` and of every snapshot case: what they find is accepted with a reason, or fails."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from manifests import from_yaml
from scans.programs import Finding, checkov, join, kube_score, kubeconform
from snapshot_cases import IN_YAML

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
DIST = sorted((ROOT / "dist").glob("*.k8s.yaml"))
FILES = ROOT / "tests" / "snapshot" / "files"
ACCEPTED: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "accepted.yaml").read_text())


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """`dist/` as committed, and a file for each settings case, without its ConfigMaps: dashboards would take most of the time, and are in `dist/`."""
    folder, settings = tmp_path_factory.mktemp("manifests"), tmp_path_factory.mktemp("settings")
    shutil.copytree(FILES, settings, dirs_exist_ok=True)
    join(DIST, folder / "dist.yaml")
    for name, text in IN_YAML.items():
        objects = [item for item in from_yaml(textwrap.dedent(text), settings) if item["kind"] != "ConfigMap"]
        (folder / f"{name}.yaml").write_text(yaml.safe_dump_all(objects))
    return sorted(folder.glob("*.yaml"))


@pytest.fixture(scope="module")
def findings(manifests: Sequence[Path]) -> Sequence[Finding]:
    return sorted([*kube_score(manifests), *checkov(manifests)])


def accepts(entry: dict[str, str], finding: Finding) -> bool:
    """Whether the entry speaks of the finding."""
    return (
        (entry["tool"], entry["rule"]) == (finding.tool, finding.rule)
        and re.fullmatch(entry.get("where", ".*"), finding.where) is not None
        and re.fullmatch(entry.get("case", ".*"), finding.case) is not None
    )


def test_every_field_is_in_the_schemas_of_several_releases(manifests: Sequence[Path], tmp_path: Path) -> None:
    found = list(kubeconform(manifests, tmp_path))
    assert not found, "\n".join(map(str, found))


def test_every_finding_is_accepted_with_a_reason(findings: Sequence[Finding]) -> None:
    new = [finding for finding in findings if not any(accepts(entry, finding) for entry in ACCEPTED)]
    assert not new, "repair these, or accept them in tests/scans/accepted.yaml and say why:\n" + "\n".join(map(str, new))


@pytest.mark.parametrize("entry", ACCEPTED, ids=lambda entry: f"{entry['tool']}-{entry['rule']}")
def test_what_is_accepted_still_occurs(entry: dict[str, str], findings: Sequence[Finding]) -> None:
    assert entry.keys() - {"where", "case"} == {"tool", "rule", "reason"}
    assert any(accepts(entry, finding) for finding in findings), "remove it from tests/scans/accepted.yaml"


def test_the_page_on_security_says_how_many(findings: Sequence[Finding]) -> None:
    totals = Counter(finding.tool for finding in findings if finding.case == "dist")
    line = f"{len(DIST)} objects: kubeconform 0, kube-score {totals['kube-score']}, checkov {totals['checkov']}"
    assert line in (ROOT / "docs" / "security.md").read_text().splitlines()


BAD = """
apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: somewhere}
spec:
  hostNetwork: true
  containers: [{name: bad, image: "nginx:latest", securityContext: {privileged: true}, imagePull: Always}]
"""


def test_each_program_finds_what_is_bad(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(BAD)
    assert {"CKV_K8S_16", "CKV_K8S_19", "CKV_K8S_14"} <= {finding.rule for finding in checkov([file])}
    assert {"container-image-tag", "container-security-context-privileged"} <= {finding.rule for finding in kube_score([file])}
    (tmp_path / "schemas").mkdir()
    complaints = list(kubeconform([file], tmp_path / "schemas"))
    assert len(complaints) == 3
    assert all("imagePull" in finding.text for finding in complaints)
