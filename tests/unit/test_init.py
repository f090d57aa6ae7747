"""`sro init`: every combination of answers synthesizes, nothing is overwritten, and an answer that cannot work is asked again."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING

import cdk8s
import main as app
import pytest

from documentation import ROOT
from semantic_router_observability import settings_file
from semantic_router_observability.__main__ import main
from semantic_router_observability.cli.first_settings import CLUSTERS, CONTROLLERS, OWN, RECEIVERS
from semantic_router_observability.cli.init import QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

URL = "https://grafana.example.com"


def combinations(cluster: str) -> list[list[str]]:
    """Options for each combination of answers of one cluster."""
    choices = {"router-namespace": ["observability", "routing"]}
    if cluster in OWN:
        choices |= {"url": ["", URL], "notify": ["none", *RECEIVERS]}
    else:
        choices |= {"dashboards": ["yes", "no"]}
    found = [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]
    if cluster == "googleManaged":
        found = [{**answers, "install": install} for answers in found for install in ("raw", "helm", "operator", "kserve")]
    if cluster == "kubernetes":
        found += [{"url": URL, "controller": controller} for controller in CONTROLLERS]
    return [[f"--{name}={value}" for name, value in answers.items()] for answers in found]


def synthesized(file: Path) -> list[Object]:
    settings = settings_file.load(file)
    chart = cdk8s.Chart(cdk8s.App(outdir=str(file.parent / "out")), "observability", namespace=settings.namespace)
    app.build(chart, settings)
    return list(cdk8s.Testing.synth(chart))


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_every_combination_synthesizes(cluster: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, options in enumerate(combinations(cluster)):
        file = tmp_path / f"{number}.yaml"
        assert main(["init", str(file), "--yes", f"--cluster={cluster}", "--namespace=observability", *options]) == 0
        kinds = {item["kind"] for item in synthesized(file)}
        assert ("StatefulSet" in kinds) == (cluster in OWN)
        if cluster in OWN:
            assert bool(kinds & {"Ingress", "Route"}) == (f"--url={URL}" in options)
    assert capsys.readouterr().err == ""


def test_answers_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty line takes the default, an answer that cannot work is asked again."""
    monkeypatch.setattr("sys.stdin", io.StringIO("\nMonitoring\nmonitoring\n\nhttp://grafana\n\nslack\n"))
    file = tmp_path / "observability.yaml"
    assert main(["init", str(file)]) == 0
    said = capsys.readouterr()
    assert said.out == f"wrote {file}; next: make dist\n"
    assert "namespace: 'Monitoring': write a name of lower-case letters" in said.err
    assert "url: 'http://grafana': write an https URL" in said.err
    assert said.err.count("?") == 5
    kinds = {(item["kind"], item["metadata"]["name"]) for item in synthesized(file)}
    assert {("StatefulSet", "prometheus"), ("StatefulSet", "grafana"), ("StatefulSet", "alertmanager")} <= kinds


def test_each_cluster_asks_about_five_questions() -> None:
    for cluster in CLUSTERS:
        given = {"cluster": cluster}
        for question in QUESTIONS:
            if question.asked(given):
                given[question.option.replace("-", "_")] = question.default(given)
        assert 4 <= len(given) <= 6, given


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "observability.yaml"
    file.write_text("namespace: mine\n", encoding="utf-8")
    assert main(["init", str(file), "--yes"]) == 2
    assert (
        capsys.readouterr().err
        == f"error: init: '{file}': exists and is not overwritten; move it away, or name another file: sro init FILE\n"
    )
    assert file.read_text(encoding="utf-8") == "namespace: mine\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--yes", "--namespace=Monitoring"], "--namespace: 'Monitoring': write a name of lower-case letters"),
        (["--yes", "--cluster=nomad"], "--cluster: 'nomad'"),
        (["--yes", "--url=http://grafana.example.com"], "--url: 'http://grafana.example.com': write an https URL"),
        (["--yes", "--url=https://10.0.0.1"], "--url: 'https://10.0.0.1': write a DNS name"),
        (["--yes", "--controller=traefik"], "--controller: 'traefik': has no effect"),
        (
            ["--yes", "--cluster=googleManaged", "--notify=slack"],
            "--notify: 'slack': has no effect with --cluster googleManaged; remove it",
        ),
        (["--namespace=a"], "--cluster: None: standard input ended before the answer"),
    ],
)
def test_answers_that_cannot_work(
    options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    file = tmp_path / "observability.yaml"
    assert main(["init", str(file), *options]) == 2
    assert f"error: {message}" in capsys.readouterr().err
    assert not file.exists()


def test_names_that_yaml_reads_as_something_else(tmp_path: Path) -> None:
    file = tmp_path / "observability.yaml"
    assert main(["init", str(file), "--yes", "--namespace=1234", "--router-namespace=on"]) == 0
    settings = settings_file.load(file)
    assert settings.namespace == "1234"


def test_editors_find_the_schema_where_it_is(tmp_path: Path) -> None:
    line = "# yaml-language-server: $schema=./observability.schema.json\n"
    assert main(["init", str(tmp_path / "a.yaml"), "--yes"]) == 0
    assert line not in (tmp_path / "a.yaml").read_text(encoding="utf-8")
    (tmp_path / "observability.schema.json").write_bytes((ROOT / "observability.schema.json").read_bytes())
    assert main(["init", str(tmp_path / "b.yaml"), "--yes"]) == 0
    assert (tmp_path / "b.yaml").read_text(encoding="utf-8").startswith(line)
