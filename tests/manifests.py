"""Charts made for tests, and the Kubernetes objects in them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cdk8s
import main

from semantic_router_observability import settings_file

if TYPE_CHECKING:
    from semantic_router_observability import Settings

NAMESPACE = "vllm-semantic-router-system"

Object = dict[str, Any]


def new_chart(namespace: str = NAMESPACE) -> cdk8s.Chart:
    """An empty chart of an app of its own."""
    return cdk8s.Chart(cdk8s.App(), "observability", namespace=namespace)


def objects_of(chart: cdk8s.Chart) -> list[Object]:
    """What the chart would write, in order."""
    return list(cdk8s.Testing.synth(chart))


def settings_of(text: str, directory: Path | None = None) -> Settings:
    """Read `text` as `observability.yaml`, in `directory` when paths in it matter."""
    with tempfile.TemporaryDirectory() as temporary:
        file = (directory or Path(temporary)) / "observability.yaml"
        file.write_text(text, encoding="utf-8")
        return settings_file.load(file)


def from_settings(settings: Settings) -> list[Object]:
    """What `main.py` writes for the settings."""
    chart = new_chart(settings.namespace)
    main.build(chart, settings)
    return objects_of(chart)


def from_yaml(text: str, directory: Path | None = None) -> list[Object]:
    """What `main.py` writes for the text of an `observability.yaml`."""
    return from_settings(settings_of(text, directory))


def key(manifest: Object) -> str:
    """`Kind namespace/name`, or `Kind name` where there is no namespace."""
    metadata = manifest["metadata"]
    return f"{manifest['kind']} {'/'.join(part for part in (metadata.get('namespace'), metadata['name']) if part)}"


def find(objects: list[Object], kind: str, name: str) -> Object:
    """The one object of this kind and name."""
    (found,) = [manifest for manifest in objects if (manifest["kind"], manifest["metadata"]["name"]) == (kind, name)]
    return found


def pod_templates(objects: list[Object]) -> list[Object]:
    """Pod templates of all workloads."""
    return [manifest["spec"]["template"] for manifest in objects if manifest["kind"] in {"StatefulSet", "Deployment"}]
