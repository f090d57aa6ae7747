"""Reading `observability.yaml`; what it refuses is in `test_bad_inputs.py`."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml

import semantic_router_observability as sro
from manifests import settings_of
from semantic_router_observability import settings_file
from semantic_router_observability.yamltext import Loader, to_yaml

ROOT = Path(__file__).parents[2]


def test_everything_left_out() -> None:
    settings = settings_of("")
    assert settings == sro.Settings()
    assert settings.prometheus_arguments() == {"alerts": sro.Alerts()}
    assert (settings.grafana_arguments(), settings.alertmanager_arguments(), settings.ingress_arguments()) == ({}, None, None)
    assert (settings.login_arguments(), settings.network_policies.arguments()) == ({}, {})


def test_the_projects_own_file_says_what_is_the_default_anyway() -> None:
    settings = settings_file.load(ROOT / "observability.yaml")
    assert settings.namespace == sro.Settings().namespace
    assert settings.prometheus_arguments().get("storage") == sro.Claim(size="20Gi")
    assert settings.grafana_arguments().get("storage") == sro.Claim(size="10Gi")


@pytest.mark.parametrize("path", [Path("observability.yaml"), *sorted(Path("examples").glob("*.yaml"))], ids=str)
def test_reading_the_given_keys_alone_gives_the_same_settings(path: Path) -> None:
    """Types of keys that a file does not hold are left aside, for time; the whole type says the same."""
    data = settings_file.SettingsFile.read(path).data
    assert settings_file._converted(data, sro.Settings) == msgspec.convert(data, sro.Settings)


def test_types_of_absent_keys_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    real = msgspec.defstruct

    def counted(name: str, fields: list[tuple[str, str]], **options: object) -> type[msgspec.Struct]:
        looked_at.extend(field for field, _ in fields)
        return real(name, fields, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(msgspec, "defstruct", counted)
    settings_file.load(Path("observability.yaml"))
    assert sorted(looked_at) == ["namespace", "retention", "storage", "storage"]


def test_keys_become_arguments() -> None:
    settings = settings_of(
        """
        namespace: monitoring
        routers:
          - {install: helm, release: vsr, namespaces: [routing]}
        prometheus: {retention: 30d, externalLabels: {cluster: a}, clusterWide: false}
        grafana: {admin: {type: demo}, logLevel: debug}
        images: {prometheus: "prom/prometheus:v3", grafana: "grafana/grafana:v1", pullSecrets: [a]}
        """
    )
    assert settings.images.registries.pull_secrets == ("a",)
    assert settings.prometheus_arguments() == {
        "alerts": sro.Alerts(),
        "targets": (sro.RouterTarget.helm("vsr", namespaces=["routing"]),),
        "retention": "30d",
        "external_labels": {"cluster": "a"},
        "cluster_wide": False,
        "image": "prom/prometheus:v3",
    }
    assert settings.grafana_arguments().get("admin") == sro.DemoCredentials()


def test_an_ingress() -> None:
    settings = settings_of(
        "ingress: {via: {type: alb, scheme: internet-facing}, backends: [prometheus], tls: {type: certManager, name: a}}"
    )
    assert settings.ingress_arguments() == {
        "backends": ("prometheus",),
        "via": sro.Alb(scheme="internet-facing"),
        "tls": sro.CertManagerIssuer(name="a"),
        "annotations": {},
    }


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = "grafana: {dashboards: [{type: file, path: boards/a.json}, {type: directory, path: ../b}, {type: file, path: /c.json}, {type: configMap, name: d}]}"
    dashboards = settings_of(text, tmp_path).grafana.dashboards
    assert isinstance(dashboards, tuple)
    paths = [source.path for source in dashboards if isinstance(source, sro.DashboardFile | sro.DashboardDirectory)]
    assert paths == [str(tmp_path / "boards" / "a.json"), str(tmp_path.parent / "b"), "/c.json"]


def test_anchors_and_merges_work() -> None:
    settings = settings_of(
        """
        prometheus: {storage: &disk {type: claim, size: 30Gi}}
        grafana: {storage: {<<: *disk, storageClass: fast}}
        """
    )
    assert settings.grafana_arguments().get("storage") == sro.Claim(size="30Gi", storage_class="fast")


def test_every_settings_type_survives_a_round_trip() -> None:
    settings = settings_of("routers: [{}]\nprometheus: {storage: {type: ephemeral}}\ngrafana: {admin: {type: secret, name: a}}")
    assert msgspec.convert(msgspec.to_builtins(settings), sro.Settings) == settings


class TestYaml:
    """Writing and strict reading."""

    def test_keys_keep_their_order_and_plain_lists_their_line(self) -> None:
        assert to_yaml({"b": ["x", "y"], "a": [{"c": 1}], "d": "\u00e4"}) == "b: [x, y]\na:\n- c: 1\nd: \u00e4\n"

    def test_nothing_is_written_by_reference(self) -> None:
        shared = {"a": ["x"]}
        assert "&" not in to_yaml({"one": shared, "two": shared})

    @pytest.mark.parametrize(
        "text", ["on", "no", "0755", "1e3", "null", "~", "", "2024-01-01", "a: b", "# a", "x" * 2000, "$1:$2", "1_000", "0x1"]
    )
    def test_text_stays_text(self, text: str) -> None:
        assert yaml.safe_load(to_yaml({"a": text, "b": [text]})) == {"a": text, "b": [text]}

    @pytest.mark.parametrize("text", ["{a: 1, a: 2}", "{5: a}", "{true: a}", "{null: a}", "{[a]: b}", "[{a: 1, a: 2}]"])
    def test_odd_keys_are_refused(self, text: str) -> None:
        with pytest.raises(yaml.MarkedYAMLError):
            yaml.load(text, Loader=Loader)
