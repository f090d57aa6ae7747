"""promtool tries the alerts of the settings keys `backup` and `size`: they fire when they should, and are quiet otherwise."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from harness.programs import program
from semantic_router_observability.alerting.links import Links
from semantic_router_observability.backup.construct import overdue
from semantic_router_observability.prometheus.sizing import Sizing

if TYPE_CHECKING:
    from pathlib import Path

    from semantic_router_observability.alerting.rule import AlertRule

LABELS = 'namespace="monitoring", cronjob="backup"'
HOUR = 3600
CREATED = {"series": f"kube_cronjob_created{{{LABELS}}}", "values": "0x600"}


def succeeded(values: str, labels: str = LABELS) -> dict[str, str]:
    return {"series": f"kube_cronjob_status_last_successful_time{{{labels}}}", "values": values}


@pytest.mark.parametrize(
    ("series", "hours", "since"),
    [
        # Six hours between runs: 2 x 6 h and an hour for a snapshot, so it fires after 13 h and 15 minutes.
        pytest.param([CREATED, succeeded("0x600")], 14, 14 * HOUR, id="no run has succeeded since"),
        pytest.param([CREATED], 14, 14 * HOUR, id="no run has ever succeeded"),
        pytest.param([CREATED, succeeded("0x600")], 12, None, id="the second run may still succeed"),
        pytest.param([CREATED, succeeded(f"0x{12 * 30} {12 * HOUR}x600")], 20, None, id="a run succeeded eight hours ago"),
        pytest.param([succeeded("0x600", 'namespace="another", cronjob="backup"')], 20, None, id="another namespace"),
        pytest.param([], 20, None, id="kube-state-metrics is not scraped"),
    ],
)
def test_it_fires_when_it_should_and_only_then(series: list[dict[str, str]], hours: int, since: int | None, tmp_path: Path) -> None:
    rule = overdue("monitoring", "backup", "17 */6 * * *")
    assert rule is not None
    summary = f"No backup by CronJob backup has succeeded for {(since or 0) // HOUR}h 0m 0s"
    labels = {"namespace": "monitoring", "cronjob": "backup"} if since else None
    prove(rule, series, f"{hours}h", labels, summary, tmp_path)


@pytest.mark.parametrize(
    ("values", "hours", "fires"),
    [
        pytest.param("100000x600", 5, False, id="as many as expected"),
        pytest.param("140000x600", 5, True, id="more than 80 % of what fits"),
        pytest.param("140000x600", 3, False, id="as long as those of a rollout stay"),
        pytest.param("140000x120 80000x600", 6, False, id="after a rollout"),
    ],
)
def test_series_near_the_budget(values: str, hours: int, fires: bool, tmp_path: Path) -> None:
    sizing = Sizing.preset("medium")
    rule = sizing.alert(sizing.resources())
    assert rule is not None
    series = [{"series": 'prometheus_tsdb_head_series{job="prometheus", instance="a"}', "values": values}]
    summary = "Prometheus holds 140k series; its memory limit is made for 168,611"
    prove(rule, series, f"{hours}h", {"job": "prometheus", "instance": "a"} if fires else None, summary, tmp_path)


def prove(rule: AlertRule, series: list[dict[str, str]], time: str, labels: dict[str, str] | None, summary: str, folder: Path) -> None:
    """Fire with these labels at the time, or not where there are none."""
    body = rule.body(Links(labels={"team": "platform"}))
    body["annotations"].pop("dashboard_url", None)  # a template of its own, tried with the shipped alerts
    (folder / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "alerts-own", "rules": [body]}]}), encoding="utf-8")
    annotations = {**body["annotations"], "summary": summary}
    fired = [{"exp_labels": {**labels, **body["labels"]}, "exp_annotations": annotations}] if labels else []
    test = {
        "interval": "2m",
        "input_series": series,
        "alert_rule_test": [{"eval_time": time, "alertname": rule.name, "exp_alerts": fired}],
    }
    content = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "tests.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    command = [program("promtool"), "test", "rules", "tests.yml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
