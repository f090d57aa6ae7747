"""Backups: which objects copy which claims, when, with which rights; what the script does; the alert; and restoring as a setting."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import custom_kinds
import semantic_router_observability as sro
from manifests import find, from_yaml, new_chart, objects_of
from refusals import refusal
from semantic_router_observability.kubernetes.cron import longest_gap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from manifests import Object


def container(objects: list[Object]) -> dict[str, Any]:
    """The one that takes snapshots."""
    (found,) = find(objects, "CronJob", "backup")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def variables(objects: list[Object]) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container(objects)["env"]}


@pytest.fixture(scope="module")
def backed_up() -> list[Object]:
    """Settings with everything that has a claim."""
    return from_yaml(
        """
        backup: {of: [prometheus, grafana, alertmanager, logs, traces], via: {type: volumeSnapshots, keep: 3, timeout: 5m}}
        alertmanager: {replicas: 2, receivers: [{type: teams, name: chat, webhookUrl: {secret: chat, key: url}}]}
        logs: {collectors: [logging]}
        traces: {store: {}}
        images: {kubectl: "registry.example.com/kubectl:v1.34.2"}
        """
    )


def test_nothing_is_backed_up_unless_asked_for(default_objects: list[Object]) -> None:
    assert not [made for made in default_objects if made["kind"] == "CronJob" or "backup" in made["metadata"]["name"]]


def test_each_claim_is_copied(backed_up: list[Object]) -> None:
    claims = {made["metadata"]["name"] for made in backed_up if made["kind"] == "PersistentVolumeClaim"}
    assert set(variables(backed_up)["CLAIMS"].split()) == claims
    assert variables(backed_up)["KEEP"] == "3"
    assert variables(backed_up)["TIMEOUT"] == "300"
    assert "SNAPSHOT_CLASS" not in variables(backed_up)
    assert container(backed_up)["image"] == "registry.example.com/kubectl:v1.34.2"


def test_it_may_do_three_things_to_snapshots_and_nothing_else(backed_up: list[Object]) -> None:
    bound = [made for made in backed_up if made["kind"].endswith("Binding") and made["subjects"][0]["name"] == "backup"]
    assert [made["roleRef"]["name"] for made in bound] == ["backup"]
    assert find(backed_up, "Role", "backup")["rules"] == [
        {"apiGroups": ["snapshot.storage.k8s.io"], "resources": ["volumesnapshots"], "verbs": ["create", "list", "delete"]}
    ]


def test_a_run_ends_and_runs_do_not_overlap(backed_up: list[Object]) -> None:
    spec = find(backed_up, "CronJob", "backup")["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == ("17 2 * * *", "Etc/UTC", "Forbid")
    assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] > 300


def test_its_pod_reaches_the_api_server_alone(backed_up: list[Object]) -> None:
    policy = find(backed_up, "NetworkPolicy", "network-backup")["spec"]
    assert "ingress" not in policy
    assert [port["port"] for rule in policy["egress"] for port in rule["ports"]] == [443, 6443, 53, 53, 5353, 5353]


def test_an_existing_claim_is_copied_too() -> None:
    objects = from_yaml("backup: {of: [prometheus]}\nprometheus: {storage: {type: existingClaim, name: samples-2026}}")
    assert variables(objects)["CLAIMS"] == "samples-2026"


def test_velero_selects_the_claims_by_their_labels() -> None:
    objects = from_yaml("backup: {via: {type: velero, keepFor: 60d, storageLocation: s3}}")
    schedule = find(objects, "Schedule", "backup-vllm-semantic-router-system")
    custom_kinds.validate(schedule)
    assert schedule["metadata"]["namespace"] == "velero"
    template = schedule["spec"]["template"]
    assert template["ttl"] == "86400m0s"
    selected = [
        made["metadata"]["name"]
        for made in objects
        for selector in template["orLabelSelectors"]
        if made["kind"] == "PersistentVolumeClaim" and selector["matchLabels"].items() <= made["metadata"]["labels"].items()
    ]
    assert sorted(selected) == ["grafana-storage", "prometheus-data"]
    assert not [made for made in objects if made["kind"] in {"CronJob", "Role"} and made["metadata"]["name"] == "backup"]
    assert "BackupOverdue" not in str(find(objects, "ConfigMap", "prometheus-rules")["data"])


def own_alerts(objects: list[Object]) -> list[dict[str, Any]]:
    files = find(objects, "ConfigMap", "prometheus-rules")["data"].values()
    groups = [group for text in files for group in yaml.safe_load(text)["groups"]]
    return [rule for group in groups for rule in group["rules"] if group["name"] == "alerts-own"]


@pytest.mark.parametrize(
    ("schedule", "seconds"), [("17 2 * * *", 2 * 86_400 + 3600), ("17 */6 * * *", 2 * 21_600 + 3600), ("0 3 * * 1", 14 * 86_400 + 3600)]
)
def test_the_alert_waits_for_two_runs(schedule: str, seconds: int) -> None:
    (rule,) = own_alerts(from_yaml(f"backup: {{schedule: '{schedule}'}}"))
    assert rule["expr"].endswith(f" > {seconds}")
    assert 'namespace="vllm-semantic-router-system", cronjob="backup"' in rule["expr"]


def test_own_alerts_stay_beside_it() -> None:
    own = "alerts: {own: [{name: Mine, expr: 'up == 0', summary: down}]}\nbackup: {}"
    assert [rule["alert"] for rule in own_alerts(from_yaml(own))] == ["Mine", "BackupOverdue"]


def test_no_alert_where_alerts_are_off() -> None:
    assert own_alerts(from_yaml("alerts: {enabled: false}\nbackup: {}")) == []


def test_a_restored_claim_starts_with_a_snapshot() -> None:
    objects = from_yaml(
        "prometheus: {storage: {type: claim, size: 20Gi, name: prometheus-restored, fromSnapshot: prometheus-data-20261127}}"
    )
    claim = find(objects, "PersistentVolumeClaim", "prometheus-restored")
    assert claim["spec"]["dataSource"] == {
        "apiGroup": "snapshot.storage.k8s.io",
        "kind": "VolumeSnapshot",
        "name": "prometheus-data-20261127",
    }
    assert claim["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false"
    volumes = find(objects, "StatefulSet", "prometheus")["spec"]["template"]["spec"]["volumes"]
    assert {"claimName": "prometheus-restored"} in [volume.get("persistentVolumeClaim") for volume in volumes]


KUBECTL = """\
import json, os, re, sys
from pathlib import Path

store = Path(os.environ["STORE"])
items = json.loads(store.read_text())
verb = sys.argv[1]
if verb == "create":
    text = sys.stdin.read()
    name, claim = re.search(r"  name: (.+)", text)[1], re.search(r"ClaimName: (.+)", text)[1]
    items.append([claim, os.environ["READY"], name])
elif verb == "get":
    for claim, ready, name in sorted(items, key=lambda item: item[2]):
        print(claim, ready, name)
else:
    items = [item for item in items if item[2] != sys.argv[-1]]
store.write_text(json.dumps(items))
"""
"""Keeps snapshots in a file; `tests/cluster/test_backup.py` runs the script with kubectl."""


def run(directory: Path, items: list[list[str]], **changes: str) -> tuple[int, list[list[str]], str]:
    """Run the script with snapshots that are there before; its exit code, those after, and what it printed."""
    kubectl, store = directory / "kubectl", directory / "store.json"
    kubectl.write_text(f"#!{sys.executable}\n{KUBECTL}", encoding="utf-8")
    kubectl.chmod(0o755)
    store.write_text(json.dumps(items), encoding="utf-8")
    objects = from_yaml("backup: {via: {type: volumeSnapshots, keep: 2}}")
    environment = {**variables(objects), "PATH": f"{directory}:{os.environ['PATH']}", "STORE": str(store), "READY": "true", **changes}
    done = subprocess.run(container(objects)["command"], env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(store.read_text(encoding="utf-8")), done.stderr


BEFORE = [
    ["grafana-storage", "true", "grafana-storage-20200101-000000"],
    *(["prometheus-data", "true", f"prometheus-data-2020010{day}-000000"] for day in (1, 2, 3)),
    ["prometheus-data", "", "prometheus-data-20200102-120000"],
    ["another", "true", "another-20190101-000000"],
]


def test_the_oldest_go_once_the_new_ones_are_usable(tmp_path: Path) -> None:
    code, after, errors = run(tmp_path, BEFORE)
    assert (code, errors) == (0, "")
    names = {claim: sorted(name for _, _, name in filter(lambda item: item[0] == claim, after)) for claim in {item[0] for item in after}}
    assert names["another"] == ["another-20190101-000000"]
    assert len(names["grafana-storage"]) == 2
    assert names["prometheus-data"][0] == "prometheus-data-20200103-000000"
    assert len(names["prometheus-data"]) == 2


def test_nothing_goes_when_a_new_one_is_not_usable(tmp_path: Path) -> None:
    code, after, errors = run(tmp_path, BEFORE, READY="false", TIMEOUT="0")
    assert code == 1
    assert all(item in after for item in BEFORE)
    assert "is not usable after 0 s; kubectl describe volumesnapshot says why" in errors


@pytest.mark.parametrize(
    ("schedule", "gap"),
    [
        ("17 2 * * *", timedelta(days=1)),
        ("*/20 * * * *", timedelta(minutes=20)),
        ("0 8-18/5 * * *", timedelta(hours=14)),
        ("30 4 * * 1,3,5", timedelta(days=3)),
        ("0 0 1 * *", timedelta(days=31)),
        ("0 0 1 * 0", timedelta(days=7)),
        ("0 0 * * 7", timedelta(days=7)),
        ("0 12 29 2 *", timedelta(days=1461)),
        ("5/15 * * * *", timedelta(minutes=15)),
    ],
)
def test_the_longest_time_between_runs(schedule: str, gap: timedelta) -> None:
    assert longest_gap("schedule", schedule) == gap


FIELDS = "write five numeric fields (minute, hour, day of month, month, day of week), such as '17 2 * * *' for every day at 02:17 UTC"
NO_CLAIM = "has no claim: its data is in a database with a backup of its own, or is deleted with the pod; remove it here"

REFUSED = [
    ("backup: {schedule: '@daily'}", f"backup.schedule: '@daily': {FIELDS}"),
    ("backup: {schedule: '17 2 * *'}", f"backup.schedule: '17 2 * *': {FIELDS}"),
    ("backup: {schedule: '0 0 * * mon'}", f"backup.schedule: '0 0 * * mon': {FIELDS}"),
    ("backup: {schedule: '0 24 * * *'}", f"backup.schedule: '0 24 * * *': hour '24' is not within 0 to 23; {FIELDS}"),
    ("backup: {schedule: '*/0 2 * * *'}", f"backup.schedule: '*/0 2 * * *': minute '*/0' is not within 0 to 59; {FIELDS}"),
    ("backup: {schedule: '0 2 30 2 *'}", "backup.schedule: '0 2 30 2 *': no day of a year fits it; correct the day of month or the month"),
    ("backup: {of: []}", "backup.of: []: name at least one stack whose volume is to be copied"),
    ("backup: {of: [loki]}", "backup.of[0]: 'loki': write one of alertmanager, grafana, logs, prometheus, traces"),
    ("backup: {of: [logs]}", "backup.of[0]: 'logs': there is none; add logs, or remove it here"),
    ("traces: {store: {}}\nbackup: {of: [logs]}", "backup.of[0]: 'logs': there is none; add logs, or remove it here"),
    (
        "traces: {destinations: [{url: 'http://tempo.tracing.svc:4317'}]}\nbackup: {of: [traces]}",
        "backup.of[0]: 'traces': there is none; add a store of traces, or remove it here",
    ),
    ("backup: {of: [alertmanager]}", "backup.of[0]: 'alertmanager': there is none; add alertmanager, or remove it here"),
    ("backup: {of: [prometheus, prometheus]}", "backup.of[1]: 'prometheus': is listed twice; remove one"),
    ("backup: {}\nprometheus: {storage: {type: ephemeral}}", f"backup.of[0]: 'prometheus': {NO_CLAIM}"),
    (
        (
            "backup: {of: [grafana]}\n"
            "grafana: {replicas: 2, storage: {type: ephemeral}, secretKey: {secret: a, key: b}, "
            "database: {engine: postgres, host: 'db:5432', user: {secret: a, key: b}, password: {secret: a, key: c}}}"
        ),
        f"backup.of[0]: 'grafana': {NO_CLAIM}",
    ),
    (
        "backup: {via: {type: volumeSnapshots, keep: 0}}",
        "backup.via.keep: 0: write 1 to 500, the number of snapshots of each claim that stay",
    ),
    ("backup: {via: {type: volumeSnapshots, timeout: 10s}}", "backup.via.timeout: '10s': write 1m to 12h"),
    (
        "backup: {via: {type: volumeSnapshots, snapshotClass: 'a b'}}",
        "backup.via.snapshotClass: 'a b': write an object name: lower-case letters, digits, '-' and '.', at most 253 characters",
    ),
    ("backup: {via: {type: velero, keepFor: 5s}}", "backup.via.keepFor: '5s': write at least 1m; 30d keeps a month of backups"),
    ("backup: {via: {type: restic}}", "backup.via.type: 'restic': write one of volumeSnapshots, velero"),
    (
        "backup: {of: [prometheus], via: {type: velero}}\nprometheus: {storage: {type: existingClaim, name: old}}",
        (
            "backup.of[0]: 'prometheus': Velero would select its claim by labels that an existing claim does not have; "
            "write {type: volumeSnapshots}"
        ),
    ),
    ("backup: {image: a/b:1}", "backup: 'image': unknown key; accepted: metadata, of, placement, resources, schedule, via"),
    ("backup: {}\nimages: {kubectl: kubectl}", "images.kubectl: 'kubectl': add a tag or a digest, such as :v3.13.5 or @sha256:…"),
    (
        "prometheus: {storage: {type: claim, size: 20Gi, fromSnapshot: a}}",
        "prometheus.storage.name: not given: give the claim that is made of a a name that no claim has yet",
    ),
    (
        "alertmanager: {storage: {type: claim, size: 1Gi, name: a}, receivers: [{type: teams, name: chat, webhookUrl: {secret: chat, key: url}}]}",
        "alertmanager.storage.name: 'a': remove it: each replica has a claim of a fixed name; silences that are lost are set again",
    ),
    (
        "backup: {}\naddOn: {scrapedBy: {type: kubePrometheusStack, release: kps}}",
        "backup: set: beside addOn: the add-on makes no volume that could be copied; remove it",
    ),
]


@pytest.mark.parametrize(("text", "line"), REFUSED)
def test_settings_are_refused_in_one_line(text: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == line


def elsewhere() -> object:
    app_chart = new_chart("monitoring")
    prometheus = sro.PrometheusStack(app_chart, "prometheus")
    return sro.Backup(new_chart("another"), "backup", of=[prometheus])


@pytest.mark.parametrize(
    ("build", "error"),
    [
        (elsewhere, "backup: of[0]: 'prometheus': runs in namespace monitoring; make a Backup in a chart of that namespace"),
        (
            lambda: sro.Backup(new_chart(), "Backup", of=[]),
            "Backup: id: 'Backup': write a name of lower-case letters, digits and '-', starting",
        ),
    ],
)
def test_arguments_of_python_are_refused_in_one_line(build: Callable[[], object], error: str) -> None:
    with pytest.raises(sro.ConfigError) as caught:
        build()
    assert str(caught.value).startswith(error)


def test_two_stacks_of_one_namespace_have_backups_of_their_own() -> None:
    chart = new_chart()
    for name in ("a", "b"):
        sro.Backup(chart, f"backup-{name}", of=[sro.PrometheusStack(chart, name)])
    sro.NetworkPolicies(chart, "network")
    objects = objects_of(chart)
    assert variables([{**find(objects, "CronJob", "backup-b"), "metadata": {"name": "backup"}}])["CLAIMS"] == "b-data"
    assert find(objects, "NetworkPolicy", "network-backup-b")
