"""From the command line to the output folder: fresh, atomic, the same everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import main
import pytest
import yaml

from harness.programs import program
from semantic_router_observability import Settings, app, output, synthesis

if TYPE_CHECKING:
    from cdk8s import Chart

ROOT = Path(__file__).parents[2]


def files(folder: Path) -> dict[str, bytes]:
    """Content of all files in a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def python(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a Python of its own."""
    return subprocess.run([sys.executable, *arguments], cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Empty settings."""
    file = tmp_path / "observability.yaml"
    file.write_text("", encoding="utf-8")
    return file


def test_committed_output_is_fresh(tmp_path: Path) -> None:
    assert app.run(main.build, arguments=["--config", str(ROOT / "observability.yaml"), "--output", str(tmp_path / "dist")]) == 0
    assert files(tmp_path / "dist") == files(ROOT / "dist")


def test_any_process_in_any_folder_writes_the_same_bytes(tmp_path: Path) -> None:
    """Hash seed, working directory, time zone, language and the activated environment make no difference."""
    for seed, zone in (("0", "UTC"), ("4711", "Asia/Kathmandu")):
        done = python(
            str(ROOT / "main.py"),
            "--config",
            str(ROOT / "observability.yaml"),
            "--output",
            seed,
            cwd=tmp_path,
            PYTHONHASHSEED=seed,
            TZ=zone,
            LC_ALL="C",
            PATH="/usr/bin:/bin",
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[0] == f"{seed}: {len(files(ROOT / 'dist'))} files"
    assert files(tmp_path / "0") == files(tmp_path / "4711") == files(ROOT / "dist")


def test_bad_settings_end_with_2_and_start_nothing(tmp_path: Path, config: Path) -> None:
    config.write_text("namespace: 15\n", encoding="utf-8")
    done = python("-X", "importtime", str(ROOT / "main.py"), "--config", str(config), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: observability.yaml:1: namespace: 15: write text")
    assert "jsii" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["observability.yaml"]


def test_what_an_earlier_run_left_is_replaced(tmp_path: Path, config: Path) -> None:
    arguments = ["--config", str(config), "--output", str(tmp_path / "dist")]
    assert app.run(main.build, arguments=arguments) == 0
    assert sorted(files(tmp_path / "dist")) == sorted(files(ROOT / "dist"))
    config.write_text("prometheus: {storage: {type: ephemeral}}\n", encoding="utf-8")
    assert app.run(main.build, arguments=arguments) == 0
    assert files(ROOT / "dist").keys() - files(tmp_path / "dist").keys() == {"1-prometheus-data.persistentvolumeclaim.k8s.yaml"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dist", "observability.yaml"]


def test_a_crash_leaves_the_old_output_and_no_rubbish(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    output.write({"a.configmap.k8s.yaml": b"old\n"}, folder)
    old = files(folder)

    def crash(chart: Chart, settings: Settings) -> None:
        main.build(chart, settings)
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        output.write(synthesis.files_of(crash, Settings(), "observability"), folder)
    assert files(folder) == old
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_folders_above_the_output_are_made(tmp_path: Path, config: Path) -> None:
    folder = tmp_path / "a" / "b" / "dist"
    assert app.run(main.build, arguments=["--config", str(config), "--output", str(folder)]) == 0
    assert files(folder).keys() == files(ROOT / "dist").keys()


def test_what_changes_in_the_folder_is_reported(tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "dist"

    def printed(settings: str) -> str:
        config.write_text(settings, encoding="utf-8")
        assert app.run(main.build, arguments=["--config", str(config), "--output", str(folder)]) == 0
        return capsys.readouterr().out

    first = printed("")
    needed = "  has to exist: Secret vllm-semantic-router-system/grafana-admin (admin-user, admin-password)\n"
    count = f"{folder}: {len(files(ROOT / 'dist'))} files\n"
    assert first == count + needed
    assert printed("") == first
    assert printed("prometheus: {retention: 2d}") == f"{count}  changed: 1-prometheus-config.configmap.k8s.yaml\n{needed}"
    ephemeral = printed("prometheus: {storage: {type: ephemeral}, retention: 2d}").splitlines()[1:]
    assert "  removed: 1-prometheus-data.persistentvolumeclaim.k8s.yaml" in ephemeral
    assert any(line.startswith("  changed: ") and "2-prometheus.statefulset.k8s.yaml" in line for line in ephemeral)
    assert "  restarts: StatefulSet prometheus" in ephemeral
    assert "  added: 1-prometheus-data.persistentvolumeclaim.k8s.yaml" in printed("prometheus: {retention: 2d}").splitlines()


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        (
            "alertmanager: {receivers: [{type: slack, name: chat, apiUrl: {secret: alerts, key: url}}]}",
            [
                "Secret vllm-semantic-router-system/alerts (url)",
                "Secret vllm-semantic-router-system/grafana-admin (admin-user, admin-password)",
            ],
        ),
        (
            "grafana: {admin: {type: demo}, dashboards: [{type: configMap, name: team}]}",
            ["ConfigMap vllm-semantic-router-system/team (optional)"],
        ),
        (
            """
            secrets: [{type: encryptedFile, path: sealed.yaml}]
            prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: remote-write, key: token}}]}
            """,
            ["Secret vllm-semantic-router-system/grafana-admin (admin-user, admin-password)"],
        ),
        ("addOn: {scrapedBy: {type: kubePrometheusStack, release: kps, namespace: monitoring}}", []),
    ],
)
def test_what_has_to_exist_is_reported(
    settings: str, needed: list[str], tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "sealed.yaml").write_bytes((ROOT / "tests" / "encrypted" / "sealed.yaml").read_bytes())
    config.write_text(settings, encoding="utf-8")
    assert app.run(main.build, arguments=["--config", str(config), "--output", str(tmp_path / "dist")]) == 0, capsys.readouterr().err
    lines = [line for line in capsys.readouterr().out.splitlines() if "has to exist" in line]
    assert lines == ([f"  has to exist: {', '.join(needed)}"] if needed else [])


def test_cdk8s_names_the_folder_in_the_environment(tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDK8S_OUTDIR", str(tmp_path / "synth"))
    assert app.run(main.build, arguments=["--config", str(config)]) == 0
    assert files(tmp_path / "synth").keys() == files(ROOT / "dist").keys()


def test_the_command_of_cdk8s_writes_the_same_bytes(tmp_path: Path) -> None:
    """`cdk8s synth` runs `main.py`, empties the folder before and reads it afterwards."""
    command = [
        str(program("cdk8s")),
        "synth",
        "--check-upgrade=false",
        "--app",
        f"{sys.executable} main.py",
        "--output",
        str(tmp_path / "dist"),
    ]
    for _ in range(2):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert f"{tmp_path}/dist/2-prometheus.statefulset.k8s.yaml\n" in done.stdout
        assert files(tmp_path / "dist") == files(ROOT / "dist")


def test_every_image_is_listed_init_containers_too(tmp_path: Path, config: Path) -> None:
    config.write_text(
        "images: {grafana: 'ghcr.io/team/grafana:13'}\ngrafana: {resetAdminPassword: true}\nprometheus: {storage: {type: ephemeral}}\n",
        encoding="utf-8",
    )
    assert app.run(main.build, arguments=["--config", str(config), "--output", str(tmp_path / "dist")]) == 0
    listed = (tmp_path / "dist" / "images.txt").read_text(encoding="utf-8").splitlines()
    used = {
        container["image"]
        for manifest in (yaml.safe_load(text) for name, text in files(tmp_path / "dist").items() if name.endswith("set.k8s.yaml"))
        for kind in ("containers", "initContainers")
        for container in manifest["spec"]["template"]["spec"].get(kind, ())
    }
    assert listed == sorted(used)
    assert "ghcr.io/team/grafana:13" in listed


def test_namespace_reaches_every_string(tmp_path: Path, config: Path) -> None:
    config.write_text("namespace: monitoring\n", encoding="utf-8")
    assert app.run(main.build, arguments=["--config", str(config), "--output", str(tmp_path / "dist")]) == 0
    text = b"".join(files(tmp_path / "dist").values()).decode()
    assert "vllm-semantic-router-system" not in text
    assert "http://prometheus.monitoring.svc:9090" in text
    assert "names: [monitoring]" in text


CHAT = "alertmanager: {receivers: [{type: slack, name: a, apiUrl: {secret: b, key: c}}]"
KPS = "addOn: {scrapedBy: {type: kubePrometheusStack, release: kps}, notifiedBy: {receivers: [{type: slack, name: a, apiUrl: {secret: b, key: c}}]}"
ALERTMANAGER, GRAFANA, BOOKS = (f"'https://{name}.example.com'" for name in ("a", "g", "b"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        (f"{CHAT}}}", ["alerts.runbookBaseUrl", "grafana.externalUrl", "alertmanager.externalUrl"]),
        (f"{CHAT}}}\ngrafana: {{routerDashboards: false}}", ["alerts.runbookBaseUrl", "alertmanager.externalUrl"]),
        (f"{CHAT}}}\nalerts: {{runbookBaseUrl: {BOOKS}}}", ["grafana.externalUrl", "alertmanager.externalUrl"]),
        (f"{CHAT}, externalUrl: {ALERTMANAGER}}}\nalerts: {{runbookBaseUrl: {BOOKS}, dashboardBaseUrl: {GRAFANA}}}", []),
        (f"{CHAT}}}\nalerts: {{enabled: false}}", []),
        (f"{KPS}}}", ["alerts.runbookBaseUrl", "alerts.dashboardBaseUrl"]),
        (f"{KPS}, shownBy: {{type: none}}}}", ["alerts.runbookBaseUrl"]),
        (f"{KPS}}}\nalerts: {{runbookBaseUrl: {BOOKS}, dashboardBaseUrl: {GRAFANA}}}", []),
    ],
)
def test_notifications_without_links_are_worth_one_warning(
    text: str, names: list[str], tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(text, encoding="utf-8")
    assert app.run(main.build, arguments=["--config", str(config), "--output", str(tmp_path / "dist")]) == 0
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(": not given: ")[2] for line in said] == (
        [f"notifications have no links that open outside the cluster; give {' and '.join(names)}"] if names else []
    )
    assert [line.split(": ")[2] for line in said] == names[:1]


KEY = "secretKey: {secret: a, key: b}"


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("grafana: {logLevel: info}", False),
        ("grafana: {externalUrl: 'https://g.example.com'}", True),
        ("grafana: {embedding: true}", True),
        (f"grafana: {{externalUrl: 'https://g.example.com', {KEY}}}", False),
        ("grafana: {externalUrl: 'https://g.example.com', settings: {security: {secret_key: {secret: a, key: b}}}}", False),
    ],
)
def test_an_exposed_grafana_without_a_key_of_its_own_is_worth_a_warning(
    text: str, warned: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "observability.yaml"
    config.write_text(f"namespace: a\n\n{text}\n", encoding="utf-8")
    assert app.run(main.build, arguments=["--config", str(config), "--output", str(tmp_path / "dist")]) == 0
    line = (
        "warning: observability.yaml:3: grafana.secretKey: not given: Grafana is exposed, and encrypts credentials in its database with its "
        "published default key; give {secret: NAME, key: KEY} before its first start, and for a database that exists see "
        "docs/rotate-credentials.md\n"
    )
    assert capsys.readouterr().err == (line if warned else "")
    assert (tmp_path / "dist").is_dir()
