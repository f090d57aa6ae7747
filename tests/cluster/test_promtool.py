"""promtool finds nothing to say about the configuration of any option set."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from cluster.options import OPTION_SETS
from cluster.support import find, synthesize
from harness.programs import program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("name", list(OPTION_SETS))
def test_promtool_accepts_configuration_and_rules(tmp_path: Path, name: str) -> None:
    promtool = program("promtool")
    dist = synthesize(tmp_path, "routing", OPTION_SETS[name])
    etc = tmp_path / "etc"
    config = find(dist, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"].replace("/etc/prometheus", str(etc))
    rules = find(dist, "ConfigMap", "prometheus-rules").get("data", {})
    (etc / "rules").mkdir(parents=True)
    for file, text in rules.items():
        (etc / "rules" / file).write_text(text)
    # promtool asks whether the files of credentials are there.
    for file in re.findall(rf"_file: ({re.escape(str(etc))}/secrets/\S+)", config):
        path = etc / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("secret")
    (etc / "prometheus.yml").write_text(config)
    done = subprocess.run(
        [promtool, "check", "config", "--lint=all", "--lint-fatal", etc / "prometheus.yml"], capture_output=True, text=True, check=False
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    assert not re.search(r"warn|deprecat|FAILED", output, re.IGNORECASE), output
    assert f"{len(rules)} rule files found" in output or not rules
    assert all(f"Checking {etc}/rules/{file}" in output for file in rules)
