"""`sro explain router-settings`: every block is what the router of that installation style reads, and leads to the gateway of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from manifests import settings_of
from semantic_router_observability.__main__ import main
from semantic_router_observability.explain.router_settings import router_settings

if TYPE_CHECKING:
    from pathlib import Path

TRACES = "traces: {destinations: [{url: 'http://tempo.tracing.svc:4317'}]}"


def blocks(text: str) -> dict[str, Any]:
    """What is printed, by the first words of each heading."""
    parts = text.split("\n\n")[1:]
    return {part.splitlines()[0].removeprefix("# ").split(",")[0]: yaml.safe_load(part) for part in parts}


def test_without_a_gateway_tracing_is_turned_off_in_every_style() -> None:
    found = blocks(router_settings(settings_of("")))
    assert list(found) == ["Helm chart", "Operator", "Plain", "KServe manifests"]
    off = {"tracing": {"enabled": False}}
    assert found["Helm chart"] == {"config": {"global": {"services": {"observability": off}}}}
    assert found["Operator"] == {"spec": {"config": {"observability": off}}}
    assert found["Plain"] == found["KServe manifests"] == {"global": {"services": {"observability": off}}}


def test_with_one_it_is_where_the_routers_send() -> None:
    found = blocks(router_settings(settings_of(f"namespace: monitoring\n{TRACES}")))
    tracing = found["Operator"]["spec"]["config"]["observability"]["tracing"]
    assert tracing["enabled"] is True
    assert tracing["exporter"] == {"type": "otlp", "endpoint": "trace-gateway.monitoring.svc:4317", "insecure": True}
    assert tracing["sampling"] == {"type": "always_on"}


@pytest.mark.parametrize(
    ("routers", "styles"),
    [
        ("[{install: helm, release: vsr}]", ["Helm chart"]),
        ("[{install: operator, name: r}, {install: kserve}]", ["Operator", "KServe manifests"]),
        ("[{install: labels, matchLabels: {app: r}}]", ["Any other installation"]),
        ("[{namespaces: [routing]}]", ["Helm chart", "Operator", "Plain", "KServe manifests"]),
    ],
)
def test_only_the_styles_that_are_installed_are_printed(routers: str, styles: list[str]) -> None:
    assert list(blocks(router_settings(settings_of(f"routers: {routers}\n{TRACES}")))) == styles


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "observability.yaml"
    file.write_text(TRACES)
    assert main(["explain", "router-settings", "--config", str(file)]) == 0
    assert "trace-gateway.vllm-semantic-router-system.svc:4317" in capsys.readouterr().out
    file.write_text("traces: {}")
    assert main(["explain", "router-settings", "--config", str(file)]) == 2
    assert capsys.readouterr().err == (
        "error: observability.yaml:1: traces.destinations: []: give at least one store, such as url: http://tempo.tracing.svc:4317, "
        "or store: {} for one of this stack\n"
    )
