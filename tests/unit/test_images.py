"""Image references, mirrors and what counts as pinned."""

from __future__ import annotations

import re

import pytest

from semantic_router_observability import images
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.images import ImageRegistries

DIGEST = "@sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("image", "resolved"),
    [
        ("quay.io/prometheus/prometheus:v3.13.5", "quay.io/prometheus/prometheus:v3.13.5"),
        ("grafana/grafana:13", "docker.io/grafana/grafana:13"),
        ("nginx:1", "docker.io/library/nginx:1"),
        ("localhost/a:1", "localhost/a:1"),
        ("registry:5000/a/b:1", "registry:5000/a/b:1"),
        (f"a.example.com/b{DIGEST}", f"a.example.com/b{DIGEST}"),
        (f"a.example.com/b:latest{DIGEST}", f"a.example.com/b:latest{DIGEST}"),
    ],
)
def test_references_name_their_registry(image: str, resolved: str) -> None:
    assert ImageRegistries().resolve("x", image) == resolved


@pytest.mark.parametrize(
    ("image", "resolved"),
    [
        ("grafana/grafana:13", "mirror.example.com/hub/grafana/grafana:13"),
        (f"quay.io/a/b{DIGEST}", f"mirror.example.com:5000/a/b{DIGEST}"),
        ("mirror.example.com/hub/a:1", "mirror.example.com/hub/a:1"),
    ],
)
def test_mirrors(image: str, resolved: str) -> None:
    registries = ImageRegistries(mirrors={"docker.io": "mirror.example.com/hub", "quay.io": "mirror.example.com:5000"})
    assert registries.resolve("x", image) == resolved


def test_a_registry_without_mirror_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no mirror is named for registry ghcr\.io"):
        ImageRegistries(mirrors={"docker.io": "mirror.example.com"}).resolve("x", "ghcr.io/a/b:1")


@pytest.mark.parametrize("image", ["", "a b:1", "A/b:1", "a:", "a", "a/b:latest", "a@sha256:12", "http://a/b:1", "a/b:1\n", "a:1:2"])
def test_no_references(image: str) -> None:
    with pytest.raises(ConfigError, match=r"^x: "):
        ImageRegistries().resolve("x", image)


@pytest.mark.parametrize("image", [images.PROMETHEUS, images.GRAFANA])
def test_defaults_name_registry_and_release(image: str) -> None:
    assert ImageRegistries().resolve("x", image) == image
    assert re.search(r":v?\d+\.\d+\.\d+$", image)
