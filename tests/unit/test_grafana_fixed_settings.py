"""Settings of grafana.ini that the manifests decide: what contradicts them is refused, what agrees with them or is none of their business passes."""

from __future__ import annotations

import pytest

import semantic_router_observability as sro
from manifests import find, new_chart, objects_of
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.grafana.fixed_settings import FIXED, check_fixed


def test_values_of_the_manifests_pass() -> None:
    chart = new_chart()
    sro.GrafanaStack(chart, "grafana", sources=[sro.ExternalPrometheus(url="http://p:9090")])
    pod = find(objects_of(chart), "StatefulSet", "grafana")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    agreeing = {
        "server": {"http_port": str(container["ports"][0]["containerPort"])},
        "paths": {
            "data": mounts["storage"],
            "plugins": f"{mounts['storage']}/plugins",
            "logs": mounts["tmp"],
            "provisioning": f"{mounts['config']}/provisioning",
        },
    }
    check_fixed("settings", agreeing)


@pytest.mark.parametrize(("section", "key"), FIXED)
@pytest.mark.parametrize("value", ["x", "/data", sro.SecretKey("a", "b")])
def test_other_values_are_refused(section: str, key: str, value: str | sro.SecretKey) -> None:
    with pytest.raises(ConfigError, match=rf"^settings\.{section}\.{key}: "):
        check_fixed("settings", {section: {key: value}})


def test_other_settings_pass() -> None:
    check_fixed(
        "settings", {"server": {"enable_gzip": "true", "root_url": "https://a/"}, "database": {"wal": "true"}, "log": {"mode": "console"}}
    )
