"""How the files of a release were built, as a SLSA provenance statement in the in-toto format.

`.ci/release` runs it. The statement is not signed: it says what the machine that wrote it believed. In a workflow of GitHub it names the
workflow, the run and the repository, and the workflow has GitHub sign a statement of its own about the same files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", ".ci/requirements.lock")
NAME = "urn:semantic-router-observability"
"""Begins identifiers where no repository is known, that is, outside of a workflow."""


def digest(path: Path) -> dict[str, str]:
    """SHA-256 of a file, as in-toto writes digests."""
    return {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def statement(subjects: list[Path], version: str, commit: str, environment: dict[str, str]) -> dict[str, Any]:
    """The statement about files of version `version`, built from `commit`."""
    repository = ""
    if environment.get("GITHUB_ACTIONS") == "true":
        repository = f"{environment['GITHUB_SERVER_URL']}/{environment['GITHUB_REPOSITORY']}"
    source: dict[str, Any] = {"name": "source", "digest": {"gitCommit": commit}}
    details: dict[str, Any] = {"builder": {"id": f"{NAME}:builder:local"}}
    if repository:
        source["uri"] = f"git+{repository}@{environment['GITHUB_REF']}"
        details["builder"]["id"] = f"{environment['GITHUB_SERVER_URL']}/{environment['GITHUB_WORKFLOW_REF']}"
        run = f"{environment['GITHUB_RUN_ID']}/attempts/{environment['GITHUB_RUN_ATTEMPT']}"
        details["metadata"] = {"invocationId": f"{repository}/actions/runs/{run}"}
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": path.name, "digest": digest(path)} for path in sorted(subjects)],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": f"{repository}/blob/{commit}/CONTRIBUTING.md#release" if repository else f"{NAME}:release:v1",
                "externalParameters": {"command": f".ci/release v{version}", "version": version},
                "resolvedDependencies": [source, *({"name": lock, "digest": digest(ROOT / lock)} for lock in LOCKS)],
            },
            "runDetails": details,
        },
    }


def main() -> None:
    """Print the statement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--version", required=True)
    parser.add_argument("--commit", required=True)
    parser.add_argument("subjects", type=Path, nargs="+")
    options = parser.parse_args()
    print(json.dumps(statement(options.subjects, options.version, options.commit, dict(os.environ)), indent=2))


if __name__ == "__main__":
    main()
