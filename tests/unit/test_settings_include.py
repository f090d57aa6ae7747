"""Settings in several files: how they are merged, and where errors point."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import main
import pytest

import semantic_router_observability as sro
from semantic_router_observability import app, settings_file
from semantic_router_observability.settings_include import MOST_LEVELS
from semantic_router_observability.settings_part import SettingsError
from semantic_router_observability.settings_sections import PrometheusSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

STATIC = "{{type: static, name: {0}, targets: ['{0}:9100']}}"


def load(folder: Path, files: Mapping[str, str]) -> sro.Settings:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return settings_file.load(folder / "observability.yaml")


def refused(folder: Path, files: Mapping[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, files)
    return list(caught.value.lines)


class TestMerged:
    """What several files mean together."""

    def test_later_files_override_and_the_file_itself_comes_last(self, tmp_path: Path) -> None:
        settings = load(
            tmp_path,
            {
                "observability.yaml": "include: [a.yaml, b.yaml]\nprometheus: {retention: 3d}",
                "a.yaml": "namespace: a\nprometheus: {retention: 1d, interval: 10s}",
                "b.yaml": "namespace: b\nprometheus: {retention: 2d, retentionSize: 1GB}",
            },
        )
        assert settings.namespace == "b"
        assert settings.prometheus.arguments() == {"retention": "3d", "interval": "10s", "retention_size": "1GB"}
        assert settings.include == ()

    def test_lists_are_joined_in_the_order_of_the_files(self, tmp_path: Path) -> None:
        text = "prometheus: {{scrapeJobs: [{}]}}"
        settings = load(
            tmp_path,
            {
                "observability.yaml": "include: [a.yaml, b.yaml]\n" + text.format(STATIC.format("c")),
                "a.yaml": text.format(STATIC.format("a")),
                "b.yaml": text.format(STATIC.format("b")),
            },
        )
        assert [job.name for job in settings.prometheus.arguments().get("scrape_jobs", ())] == ["a", "b", "c"]

    @pytest.mark.parametrize(
        ("own", "storage"),
        [
            ("{size: 50Gi}", sro.Claim(size="50Gi", storage_class="fast")),
            ("{type: claim, size: 50Gi}", sro.Claim(size="50Gi", storage_class="fast")),
            ("{type: ephemeral, size: 5Gi}", sro.Ephemeral(size="5Gi")),
        ],
    )
    def test_another_form_of_a_value_replaces_it(self, own: str, storage: object, tmp_path: Path) -> None:
        included = "prometheus: {storage: {type: claim, size: 20Gi, storageClass: fast}}"
        settings = load(tmp_path, {"observability.yaml": f"include: [a.yaml]\nprometheus: {{storage: {own}}}", "a.yaml": included})
        assert settings.prometheus.storage == storage

    def test_the_form_may_come_later_than_its_keys(self, tmp_path: Path) -> None:
        files = {
            "observability.yaml": "include: [a.yaml]\nprometheus: {storage: {type: claim}}",
            "a.yaml": "prometheus: {storage: {size: 7Gi}}",
        }
        assert load(tmp_path, files).prometheus.storage == sro.Claim(size="7Gi")

    def test_a_part_of_a_section_may_stand_in_a_file_of_its_own(self, tmp_path: Path) -> None:
        settings = load(
            tmp_path,
            {
                "observability.yaml": "include: [team/routes.yaml]\nalertmanager:\n  receivers: [{type: webhook, name: a, url: {secret: a, key: a}}]",
                "team/routes.yaml": "alertmanager: {routes: [{match: {team: b}, receiver: a}]}",
            },
        )
        arguments = settings.alertmanager_arguments()
        assert arguments is not None
        assert (len(arguments["receivers"]), len(arguments.get("routes", ()))) == (1, 1)

    def test_a_file_included_twice_counts_once_at_its_first_place(self, tmp_path: Path) -> None:
        job = f"prometheus: {{scrapeJobs: [{STATIC.format('a')}]}}"
        settings = load(
            tmp_path,
            {
                "observability.yaml": "include: [a.yaml, b.yaml, ./c.yaml]",
                "a.yaml": "include: [c.yaml]\nnamespace: a",
                "b.yaml": "include: [c.yaml]",
                "c.yaml": f"namespace: c\n{job}",
            },
        )
        assert settings.namespace == "a"
        assert len(settings.prometheus.arguments().get("scrape_jobs", ())) == 1

    @pytest.mark.parametrize("empty", ["include:", "include: []", "include: [empty.yaml]"])
    def test_nothing_included_changes_nothing(self, empty: str, tmp_path: Path) -> None:
        assert load(tmp_path, {"observability.yaml": empty, "empty.yaml": "# nothing\n"}) == sro.Settings()

    def test_paths_are_relative_to_the_file_that_holds_them(self, tmp_path: Path) -> None:
        settings = load(
            tmp_path,
            {
                "observability.yaml": "include: [team/a.yaml]\nprometheus: {ruleFiles: [r.yaml]}\ngrafana: {dashboards: [{type: file, path: d.json}]}",
                "team/a.yaml": "prometheus: {ruleFiles: [r.yaml, /r.yaml]}\n"
                "grafana: {dashboards: [{type: configMap, name: m}, {type: directory, path: ../boards}]}\n"
                "secrets: [{type: encryptedFile, path: s.enc.yaml}]",
            },
        )
        assert settings.prometheus.rule_files == (str(tmp_path / "team/r.yaml"), "/r.yaml", str(tmp_path / "r.yaml"))
        assert [getattr(source, "path", None) for source in settings.grafana.arguments().get("dashboards", ())] == [
            None,
            str(tmp_path / "boards"),
            str(tmp_path / "d.json"),
        ]
        assert [file.path for file in settings.encrypted_files] == [str(tmp_path / "team/s.enc.yaml")]

    def test_paths_of_an_add_on(self, tmp_path: Path) -> None:
        own = "include: [team/a.yaml]\naddOn: {dashboards: [{type: file, path: d.json}]}"
        settings = load(
            tmp_path,
            {
                "observability.yaml": own,
                "team/a.yaml": "addOn: {scrapedBy: {type: prometheusOperator}, shownBy: {type: sidecar}, dashboards: [{type: file, path: d.json}]}",
            },
        )
        assert settings.add_on is not None
        paths = [getattr(source, "path", None) for source in settings.add_on.arguments().get("dashboards", ())]
        assert paths == [str(tmp_path / "team/d.json"), str(tmp_path / "d.json")]


class TestRefused:
    """Each error names the file that it is in, the line and the place in there."""

    def test_types_and_keys(self, tmp_path: Path) -> None:
        files = {
            "observability.yaml": f"include: [a.yaml, team/b.yaml]\nprometheus:\n  scrapeJobs: [{STATIC.format('c')}]\n  retentoin: 3d",
            "a.yaml": f"prometheus: {{scrapeJobs: [{STATIC.format('a')}]}}",
            "team/b.yaml": "prometheus:\n  scrapeJobs:\n  - {type: static, name: b, targets: 5}\nnamespace: 5",
        }
        assert refused(tmp_path, files) == [
            "observability.yaml:4: prometheus: 'retentoin': unknown key; did you mean retention? accepted: "
            + ", ".join(sorted(PrometheusSettings.__struct_encode_fields__)),
            "team/b.yaml:3: prometheus.scrapeJobs[0].targets: 5: write a list, not a whole number",
            "team/b.yaml:4: namespace: 5: write text, not a whole number; in quotes it is text",
        ]

    def test_credentials(self, tmp_path: Path) -> None:
        files = {
            "observability.yaml": "include: [a.yaml]\nprometheus: {remoteWrite: [{url: 'https://a.example.com'}]}",
            "a.yaml": "prometheus:\n  remoteWrite:\n  - url: https://b.example.com\n    basicAuth: {username: a, password: hunter2}",
        }
        lines = refused(tmp_path, files)
        assert {line.rpartition(": a value:")[0] for line in lines} == {
            f"a.yaml:4: prometheus.remoteWrite[0].basicAuth.{key}" for key in ("username", "password")
        }
        assert not [line for line in lines if "hunter2" in line]

    def test_what_a_construct_refuses(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "a.yaml").write_text("prometheus:\n  scrapeJobs:\n  - {type: static, name: prometheus, targets: ['a:1']}\n")
        config = tmp_path / "observability.yaml"
        config.write_text(f"include: [a.yaml]\nprometheus: {{scrapeJobs: [{STATIC.format('b')}]}}\n")
        assert app.run(main.build, arguments=["--config", str(config), "--output", str(tmp_path / "dist")]) == 2
        assert capsys.readouterr().err.startswith("error: a.yaml:3: prometheus.scrapeJobs")
        assert not (tmp_path / "dist").exists()

    @pytest.mark.parametrize(
        ("path", "problem"),
        [
            ("missing.yaml", "cannot be read (FileNotFoundError)"),
            ("https://example.com/a.yaml", "cannot be read (FileNotFoundError)"),
            ("folder", "is not a file"),
            ("/dev/zero", "is not a file"),
            ("latin-1.yaml", "cannot be read (UnicodeDecodeError)"),
            ('"\\0"', "cannot be read (ValueError)"),
        ],
    )
    def test_files_that_cannot_be_read(self, path: str, problem: str, tmp_path: Path) -> None:
        (tmp_path / "team" / "folder").mkdir(parents=True)
        (tmp_path / "team" / "latin-1.yaml").write_bytes(b"namespace: caf\xe9\n")
        (line,) = refused(tmp_path, {"observability.yaml": "include: [team/a.yaml]", "team/a.yaml": f"include:\n- {path}"})
        given = repr(path.strip('"').replace("\\0", "\0"))
        remedy = "give the path of a settings file, relative to the file that includes it"
        assert line == f"team/a.yaml:2: include[0]: {given}: {problem}; {remedy}"

    @pytest.mark.parametrize("paths", ["5", "a.yaml", "[5]", "{a: b}"])
    def test_what_is_no_list_of_paths(self, paths: str, tmp_path: Path) -> None:
        (line,) = refused(tmp_path, {"observability.yaml": "include: [a.yaml]", "a.yaml": f"namespace: a\ninclude: {paths}"})
        assert line.startswith("a.yaml:2: include")

    def test_what_is_no_yaml(self, tmp_path: Path) -> None:
        lines = refused(
            tmp_path, {"observability.yaml": "include: [a.yaml, team/b.yaml]", "a.yaml": "a: 1\na: 2", "team/b.yaml": "grafana: *nothing"}
        )
        assert [line.split("; ")[-1] for line in lines] == ["correct the YAML"] * 2
        assert [line.split(": ")[0] for line in lines] == ["a.yaml:2", "team/b.yaml:1"]

    @pytest.mark.parametrize(
        ("files", "line"),
        [
            (
                {"observability.yaml": "include: [observability.yaml]"},
                "observability.yaml:1: include[0]: 'observability.yaml': includes itself: observability.yaml, observability.yaml",
            ),
            (
                {"observability.yaml": "include: [t/a.yaml]", "t/a.yaml": "include: [b.yaml]", "t/b.yaml": "\ninclude: [../t/a.yaml]"},
                "t/b.yaml:2: include[0]: '../t/a.yaml': includes itself: t/a.yaml, t/b.yaml, t/a.yaml",
            ),
        ],
    )
    def test_files_that_include_one_another_in_a_circle(self, files: Mapping[str, str], line: str, tmp_path: Path) -> None:
        assert refused(tmp_path, files) == [f"{line}; remove one of these includes"]

    def test_a_circle_through_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "link.yaml").symlink_to("observability.yaml")
        (line,) = refused(tmp_path, {"observability.yaml": "include: [link.yaml]"})
        assert "includes itself" in line

    def test_too_many_in_a_row(self, tmp_path: Path) -> None:
        files = {f"{number}.yaml": f"include: [{number + 1}.yaml]" for number in range(MOST_LEVELS + 1)}
        (line,) = refused(tmp_path, {"observability.yaml": "include: [0.yaml]", **files})
        assert line.startswith(
            f"{MOST_LEVELS - 1}.yaml:1: include[0]: '{MOST_LEVELS}.yaml': is included through more than {MOST_LEVELS} files"
        )
        assert line.endswith("include it nearer to observability.yaml")

    def test_all_files_share_one_budget(self, tmp_path: Path) -> None:
        names = [("a", "x"), ("b", "*a"), ("c", "*b"), ("d", "*c"), ("e", "*d")]
        lists = "".join(f"{name}: &{name} [{', '.join([below] * 10)}]\n" for name, below in names)
        files = {f"{number}.yaml": lists for number in range(2)}
        (line,) = refused(tmp_path, {"observability.yaml": "include: [0.yaml, 1.yaml]", **files})
        assert line.startswith("observability.yaml:1: include[1]: ")
        assert line.endswith(" values: all files together may hold 200000 once their aliases are expanded")


def test_settings_without_it_do_not_import_it() -> None:
    program = (
        "import sys, pathlib, semantic_router_observability.settings_file as f\n"
        "f.load(pathlib.Path('observability.yaml'))\nprint('semantic_router_observability.settings_include' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout == "False\n"
