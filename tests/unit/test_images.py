"""Image references, mirrors and what counts as pinned."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from documentation import ROOT
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


# --- the scheduled update


RENOVATE = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))
(PATTERN,) = RENOVATE["customManagers"][0]["matchStrings"]
IMAGES = {name: value for name, value in vars(images).items() if name.isupper() and not name.startswith("_") and "/" in value}


@pytest.mark.parametrize("digest", ["", DIGEST])
def test_the_update_finds_every_image_with_its_tag_and_digest(digest: str) -> None:
    source = Path(images.__file__)
    (place,) = RENOVATE["customManagers"][0]["managerFilePatterns"]
    assert re.search(place.strip("/"), str(source.relative_to(ROOT)))
    text = source.read_text(encoding="utf-8")
    for image in IMAGES.values():
        text = text.replace(f'"{image}"', f'"{image.partition("@")[0]}{digest}"')
    found = [match.groupdict() for match in re.finditer(PATTERN.replace("(?<", "(?P<"), text)]
    assert [f"{match['depName']}:{match['currentValue']}" for match in found] == [image.partition("@")[0] for image in IMAGES.values()]
    assert {match["currentDigest"] for match in found} == {digest.removeprefix("@") or None}


def test_programs_that_tests_run_move_with_their_images() -> None:
    groups = [rule for rule in RENOVATE["packageRules"] if "groupName" in rule]
    known = {image.partition("@")[0].rpartition(":")[0] for image in IMAGES.values()}
    assert len(groups) == 8
    for group in groups:
        assert known & set(group["matchPackageNames"]), group["groupName"]
        _, module_file = group["matchFileNames"]
        required = (ROOT / module_file).read_text(encoding="utf-8")
        modules = [name.removesuffix("/**") for name in group["matchPackageNames"] if name not in known]
        assert modules
        assert all(re.search(rf'[\s"]{re.escape(module)}\S* "?v?\d', required) for module in modules), group["groupName"]


def test_pictures_are_drawn_with_the_version_of_the_stack() -> None:
    package = json.loads((ROOT / "tests" / "tools" / "pictures" / "package.json").read_text(encoding="utf-8"))
    versions = {version for name, version in package["dependencies"].items() if name in {"@grafana/data", "@grafana/i18n", "@grafana/ui"}}
    assert versions == {images.GRAFANA.rpartition(":")[2]}


@pytest.mark.parametrize("name", IMAGES)
def test_a_tag_with_a_digest_is_pulled_as_written(name: str) -> None:
    image = f"{IMAGES[name].partition('@')[0]}{DIGEST}"
    assert ImageRegistries().resolve("x", image) == image
