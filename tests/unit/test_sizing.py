"""How large Prometheus has to be: the number of series against pages, the rest against what was measured, and the command."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from documentation import ROOT
from manifests import find, from_yaml, new_chart, objects_of, settings_of
from refusals import refusal
from semantic_router_observability import Claim, ConfigError, Ephemeral, ExistingClaim, PrometheusStack, Resources, ScrapeGuards
from semantic_router_observability.__main__ import main
from semantic_router_observability.checks import byte_quantity
from semantic_router_observability.prometheus.sizing import PRESETS, Sizing
from simulator import Scenario
from simulator.router import Router
from simulator.scenario import Decision, Model

if TYPE_CHECKING:
    from pathlib import Path


def series(page: str) -> int:
    return sum(1 for line in page.splitlines() if line and not line.startswith("#"))


@pytest.mark.parametrize("every_feature", [False, True])
@pytest.mark.parametrize(("models", "decisions", "domains"), [(3, 5, 5), (4, 14, 14), (8, 14, 14), (16, 28, 14)])
def test_series_are_those_of_a_busy_router(models: int, decisions: int, domains: int, every_feature: bool) -> None:
    make = Scenario.everything_on if every_feature else Scenario
    scenario = make(
        models=tuple(Model(name=f"model-{number}") for number in range(models)),
        decisions=tuple(Decision(name=f"decision-{number}", domain=f"domain-{number % domains}") for number in range(decisions)),
        rate=50.0,
    )
    counted = series(Router(1, scenario).exposition(4 * 3600.0))
    computed = Sizing(pods=1, models=models, decisions=decisions, domains=domains, every_feature=every_feature).series_a_pod
    assert counted <= computed <= 1.1 * counted


@pytest.mark.parametrize("name", ["start", "normal", "mixed"])
def test_the_real_router_has_no_more(name: str) -> None:
    page = (ROOT / "tests" / "recorded" / f"{name}.prom").read_text(encoding="utf-8")
    seen = {label: len(set(re.findall(rf'\b{label}="([^"]+)"', page))) or 1 for label in ("model", "decision_name", "category")}
    sizing = Sizing(pods=1, models=seen["model"], decisions=seen["decision_name"], domains=seen["category"])
    assert series(page) <= sizing.series_a_pod


def test_memory_and_disk_follow_what_was_measured() -> None:
    """Prometheus 3.13.5 with 203,250 series, 50 pods of 4,065: 410 MB resident before the first chunk was full."""
    sizing = Sizing(pods=50, models=3, decisions=5, domains=5, every_feature=True)
    assert sizing.live_series == pytest.approx(203_250, rel=0.01)
    assert 410e6 < sizing.memory_bytes < 3 * 410e6
    assert sizing.disk_bytes_a_day == pytest.approx(sizing.live_series / 15 * 86_400 * 2.0)


def test_a_computed_claim_keeps_its_retention() -> None:
    for pods in (1, 10, 50):
        sizing = Sizing(pods=pods, retention="30d")
        claim = sizing.storage()
        assert isinstance(claim, Claim)
        size = float(byte_quantity("size", claim.size))
        assert sizing.days(size) >= 30 > sizing.days(size - 2**30)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pods": 0}, "Sizing: pods: 0: write a whole number, at least 1"),
        ({"pods": 1, "models": -1}, "Sizing: models: -1: write a whole number, at least 1"),
        ({"pods": 1, "interval": "soon"}, "Sizing: interval: 'soon': write a Prometheus duration"),
    ],
)
def test_refusals(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Sizing(**arguments)  # type: ignore[arg-type]
    assert str(caught.value).startswith(message)


def test_the_command_prints_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "--pods", "10", "--models", "4", "--decisions", "14", "--domains", "14"]) == 0
    printed = capsys.readouterr().out
    assert printed.endswith(
        "prometheus:\n  resources: {cpu: 62m, memory: 388Mi, memoryLimit: 1024Mi}\n  storage: {type: claim, size: 13Gi}\n"
        "  guards: {sampleLimit: 50000}\n"
    )


def test_the_command_compares_with_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "observability.yaml"
    file.write_text("", encoding="utf-8")
    assert main(["size", "--pods", "10", "--models", "4", "--decisions", "14", "--domains", "14", "--config", str(file)]) == 0
    capsys.readouterr()
    large = ["size", "--pods", "50", "--models", "8", "--decisions", "14", "--domains", "14", "--config", str(file)]
    assert main(large) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "prometheus.storage: keeps 2.9 days, not 15d; write size: 94Gi",
        "prometheus.resources: Prometheus would be killed at its memory limit; write memoryLimit: 4554Mi",
    ]
    file.write_text(
        "prometheus: {retention: 2d, guards: {sampleLimit: 5000}, resources: {cpu: 500m, memory: 3Gi, memoryLimit: 6Gi}}", encoding="utf-8"
    )
    assert main(large) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "prometheus.guards.sampleLimit: 5000 rejects every scrape; write at least 50000"
    file.write_text("prometheus: {storage: nothing}", encoding="utf-8")
    assert main(large) == 2
    assert "error: " in capsys.readouterr().err
    file.write_text("size: {preset: large}", encoding="utf-8")
    assert main(["size", "--config", str(file)]) == 0
    computed = capsys.readouterr().out
    assert main(["size", "--preset", "large"]) == 0
    assert capsys.readouterr().out == computed
    assert main(["size", "--preset", "large", "--pods", "120", "--config", str(file)]) == 1
    assert "prometheus.storage: keeps 6.1 days, not 15d; write size: 225Gi" in capsys.readouterr().out
    assert main(["size"]) == 2
    assert (
        capsys.readouterr().err
        == "error: sro size: no number of pods: give --pods or --preset, or --config with settings that have the key size\n"
    )


def test_settings_take_what_is_computed() -> None:
    objects = from_yaml("size: {preset: large, models: 12}\nprometheus: {interval: 30s, retention: 30d}")
    sizing = Sizing(pods=50, models=12, decisions=14, domains=14, interval="30s", retention="30d")
    claim = find(objects, "PersistentVolumeClaim", "prometheus-data")
    assert claim["spec"]["resources"]["requests"]["storage"] == sizing.storage().size
    container = find(objects, "StatefulSet", "prometheus")["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"] == sizing.resources().body()
    assert f"sample_limit: {sizing.sample_limit}\n" in find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"]


def test_stated_values_replace_computed_ones() -> None:
    text = "size: {preset: medium}\nprometheus: {storage: {type: claim, size: 40Gi}, resources: {cpu: 1, memory: 2Gi}, guards: {labelLimit: 60}}"
    arguments = settings_of(text.replace("cpu: 1,", 'cpu: "1",')).prometheus_arguments()
    assert arguments.get("storage") == Claim(size="40Gi")
    assert arguments.get("resources") == Resources(cpu="1", memory="2Gi")
    assert arguments.get("guards") == ScrapeGuards(label_limit=60)


@pytest.mark.parametrize(
    "text",
    ["prometheus: {retentionSize: 3GB, storage: {type: claim, size: 5Gi}}", "prometheus: {storage: {type: existingClaim, name: old}}"],
)
def test_less_history_and_unknown_volumes_are_accepted(text: str) -> None:
    assert "storage" in settings_of(f"size: {{preset: medium}}\n{text}").prometheus_arguments()


def test_without_the_key_the_constants_stay() -> None:
    assert set(settings_of("").prometheus_arguments()) == {"alerts"}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_its_numbers(name: str) -> None:
    assert Sizing.preset(name) == Sizing(**PRESETS[name])  # type: ignore[arg-type]
    assert Sizing.preset(name, pods=7).pods == 7  # type: ignore[arg-type]


def test_the_alert_is_made_for_the_memory_limit() -> None:
    (own,) = settings_of("size: {preset: medium}").prometheus_arguments()["alerts"].own  # pyright: ignore[reportTypedDictNotRequiredAccess]
    sizing = Sizing.preset("medium")
    fit = sizing.series_that_fit(sizing.resources())
    assert fit is not None
    assert fit >= sizing.series_in_memory
    assert own.expr == f'prometheus_tsdb_head_series{{job="prometheus"}} > {int(0.8 * fit)}'
    larger = settings_of(
        "size: {preset: medium}\nprometheus: {resources: {cpu: 100m, memory: 2Gi, memoryLimit: 4Gi}}"
    ).prometheus_arguments()
    (more,) = larger["alerts"].own  # pyright: ignore[reportTypedDictNotRequiredAccess]
    assert int(more.expr.rpartition("> ")[2]) > int(own.expr.rpartition("> ")[2])
    for none in ("prometheus: {resources: {cpu: 100m, memory: 2Gi}}", "alerts: {enabled: false}"):
        assert settings_of(f"size: {{preset: medium}}\n{none}").prometheus_arguments()["alerts"].own == ()  # pyright: ignore[reportTypedDictNotRequiredAccess]


M = "size: {preset: medium}\nprometheus: "

REFUSED = [
    ("size: {}", "size.pods: not given: write the number of router pods, or preset: small"),
    ("size: {models: 4}", "size.pods: not given: write the number of router pods, or preset: small"),
    ("size: {pods: 0}", "size.pods: 0: write a whole number, at least 1"),
    ("size: {pods: -2}", "size.pods: -2: write a whole number, at least 1"),
    ("size: {preset: small, domains: 0}", "size.domains: 0: write a whole number, at least 1"),
    ("size: {preset: small, decisions: 0}", "size.decisions: 0: write a whole number, at least 1"),
    ("size: {preset: small, models: 0}", "size.models: 0: write a whole number, at least 1"),
    ("size: {preset: huge}", "size.preset: 'huge': write one of large, medium, small"),
    ("size: {pods: many}", "size.pods: 'many': write a whole number, not text"),
    ("size: large", "size: 'large': write a mapping, not text"),
    ("size: {pods: 3, replicas: 2}", "size: 'replicas': unknown key; accepted: decisions, domains, everyFeature, models, pods, preset"),
    (
        M + "{storage: {type: claim, size: 5Gi}}",
        (
            "prometheus.storage.size: '5Gi': keeps 6.0 days of 3,917 samples a second, not 15d; write at least 13Gi, shorten retention, or accept "
            "less history with retentionSize"
        ),
    ),
    (
        M + "{retention: 60d, storage: {type: existingClaim, name: old, size: 20Gi}}",
        (
            "prometheus.storage.size: '20Gi': keeps 25.0 days of 3,917 samples a second, not 60d; write at least 48Gi, shorten retention, or accept "
            "less history with retentionSize"
        ),
    ),
    (
        M + "{storage: {type: ephemeral}}",
        (
            "prometheus.storage.size: '5Gi': keeps 6.0 days of 3,917 samples a second, not 15d; write at least 13Gi, shorten retention, or accept "
            "less history with retentionSize"
        ),
    ),
    (
        M + "{resources: {cpu: 100m, memory: 256Mi, memoryLimit: 300Mi}}",
        "prometheus.resources.memoryLimit: '300Mi': 116,320 series take 388Mi; write at least 1024Mi",
    ),
    (
        M + "{guards: {sampleLimit: 5000}}",
        "prometheus.guards.sampleLimit: 5000: a router pod has 5,756 series, and every scrape would be refused; write at least 50000",
    ),
    (
        "size: {preset: small}\naddOn: {scrapedBy: {type: kubePrometheusStack, release: kps}}",
        "size: set: beside addOn: an existing Prometheus has a size of its own; remove it",
    ),
]


@pytest.mark.parametrize(("text", "line"), REFUSED)
def test_settings_are_refused_in_one_line(text: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == line


def test_arguments_of_python_are_refused_too() -> None:
    sizing = Sizing.preset("medium")
    with pytest.raises(ConfigError, match=r"^storage\.size: '5Gi': keeps 6\.0 days .* or accept less history with retention_size$"):
        sizing.arguments(storage=Ephemeral())
    with pytest.raises(ConfigError, match=r"^preset: 'huge': write one of large, medium, small$"):
        Sizing.preset("huge")  # type: ignore[arg-type]
    assert sizing.arguments(storage=ExistingClaim(name="old"), external_labels={"cluster": "a"}).get("external_labels") == {"cluster": "a"}
    chart = new_chart()
    PrometheusStack(chart, "prometheus", **sizing.arguments())
    claim = find(objects_of(chart), "PersistentVolumeClaim", "prometheus-data")
    assert claim["spec"]["resources"]["requests"]["storage"] == "13Gi"


@pytest.mark.parametrize("name", PRESETS)
def test_the_page_shows_the_presets(name: str) -> None:
    sizing = Sizing.preset(name)  # type: ignore[arg-type]
    resources = sizing.resources()
    row = f"| `{name}` | {sizing.pods} | {sizing.models} | {sizing.decisions} | {sizing.domains} | {sizing.live_series:,} | "
    row += f"{resources.memory}, {resources.memory_limit} | {sizing.storage().size} |\n"
    assert row in (ROOT / "docs" / "storage-class.md").read_text(encoding="utf-8")


AGENT = "addOn: {{scrapedBy: {{type: agent, remoteWrite: [{{url: 'https://m.example.com/push'}}]{more}}}, shownBy: {{type: none}}}}\n"


def test_an_agent_has_a_size_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "observability.yaml"
    config.write_text(AGENT.format(more=""))
    assert main(["size", "--pods", "2", "--config", str(config)]) == 0
    printed = capsys.readouterr().out.partition("addOn:\n")[2]
    assert printed.splitlines()[0] == "  guards: {sampleLimit: 50000}"
    assert "    storage: {type: ephemeral, size: 1Gi}" in printed
    assert "prometheus" not in printed
    computed = yaml.safe_load(f"addOn:\n{printed}")["addOn"]
    settings_of(
        f"addOn: {json.dumps({**computed, 'scrapedBy': {'type': 'agent', 'remoteWrite': [{'url': 'https://m.example.com'}], **computed['scrapedBy']}})}"
    )
    assert main(["size", "--preset", "large", "--config", str(config)]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("addOn.")]
    assert re.fullmatch(r"addOn\.scrapedBy\.resources: the agent would be killed at its memory limit; write memoryLimit: \d+Mi", lines[-1])
    config.write_text(AGENT.format(more=", unsent: 24h, storage: {type: ephemeral, size: 1Gi}"))
    assert main(["size", "--pods", "10", "--config", str(config)]) == 1
    assert "addOn.scrapedBy.storage: the log of a storage that is away for 24h does not fit; write size: " in capsys.readouterr().out


def test_an_existing_prometheus_has_a_limit_of_samples_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "observability.yaml"
    config.write_text("addOn: {scrapedBy: {type: kubePrometheus}, guards: {sampleLimit: 100}}\n")
    assert main(["size", "--pods", "2", "--config", str(config)]) == 1
    *_, line = capsys.readouterr().out.splitlines()
    assert line == "addOn.guards.sampleLimit: 100 rejects every scrape; write at least 50000"
