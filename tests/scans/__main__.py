"""Counts what the programs find in manifests: `PYTHONPATH=tests python -m scans dist/*.k8s.yaml`."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

import yaml

from scans.programs import checkov, join, kube_score, kubeconform


def main() -> None:
    files = [Path(word) for word in sys.argv[1:]]
    objects = sum(1 for file in files for document in yaml.load_all(file.read_text(), yaml.CSafeLoader) if document)
    with tempfile.TemporaryDirectory() as work:
        whole = [join(files, Path(work) / "manifests.yaml")]
        found = [*kubeconform(whole, Path(work)), *kube_score(whole), *checkov(whole)]
    for finding in sorted(found):
        print(f"{finding.tool} {finding.rule} {finding.where}: {finding.text}")
    totals = Counter(finding.tool for finding in found)
    print(f"{objects} objects:", ", ".join(f"{tool} {totals[tool]}" for tool in ("kubeconform", "kube-score", "checkov")))


if __name__ == "__main__":
    main()
