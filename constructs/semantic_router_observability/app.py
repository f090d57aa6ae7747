"""From `observability.yaml` to a finished output folder: what `main.py` runs.

Imports nothing that starts Node.js, so that bad settings are refused at once.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from . import node
from .errors import ConfigError
from .settings_file import in_words_of_the_file, load
from .yamltext import Loader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from cdk8s import Chart

    from .settings import Settings

IMAGES_FILE = "images.txt"
"""Name of the list of images beside the manifests."""

_OURS = (".k8s.yaml", IMAGES_FILE)
CONFIG_ERROR = 2
"""Exit code when a setting cannot work."""


@contextmanager
def _clean_termination() -> Iterator[None]:
    """On SIGTERM, leave through `finally` and `atexit`, so that temporary folders are removed and Node.js ends too."""

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        sys.exit(128 + number)

    previous = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


@_clean_termination()
def run(build: Callable[[Chart, Settings], None], *, chart: str = "observability", arguments: Sequence[str] | None = None) -> int:
    """Read the settings, build the chart, write the output folder; the exit code is 0, or 2 when a setting cannot work.

    Args:
        build: Puts the constructs into the chart.
        chart: Id of the chart; its manifests go to `<chart>.k8s.yaml`.
        arguments: Command line. Default: the process's own.

    """
    options = _options(arguments)
    try:
        settings = load(options.config)
        _check_output(options.output)
        node.use_bundled()
        node.check_package_cache()
        try:
            written = synthesize(build, settings, chart, options.output)
        except ConfigError as error:
            raise in_words_of_the_file(options.config.name, error) from error
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return CONFIG_ERROR
    print(f"{options.output}: {', '.join(written)}")  # noqa: T201
    return 0


def synthesize(build: Callable[[Chart, Settings], None], settings: Settings, chart: str, output: Path) -> list[str]:
    """Build the chart beside `output` and swap the two, so that a reader meets the old folder or the new one, never half of one.

    Raises:
        ConfigError: a setting cannot work; `output` is as it was.

    """
    from cdk8s import App, Chart  # noqa: PLC0415  starts Node.js

    output = output.absolute()
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{output.name}.", dir=output.parent) as beside:
        fresh = Path(beside) / "new"
        app = App(outdir=str(fresh))
        build(Chart(app, chart, namespace=settings.namespace), settings)
        app.synth()
        manifests = "---\n".join(path.read_text(encoding="utf-8") for path in sorted(fresh.iterdir()))
        (fresh / IMAGES_FILE).write_text("".join(f"{image}\n" for image in images_of(manifests)), encoding="utf-8")
        for file in settings.encrypted_files:
            if (fresh / file.file_name).exists():
                raise ConfigError("secrets", file.path, f"another file is called {file.file_name} in the output; rename this one")
            file.write(fresh)
        if output.exists():
            output.rename(Path(beside) / "old")
        fresh.rename(output)
    return sorted(path.name for path in output.iterdir())


def images_of(manifests: str) -> list[str]:
    """Every image that workloads in the YAML text run, sorted."""
    return sorted({image for manifest in yaml.load_all(manifests, Loader=Loader) for image in _images(manifest)})


def _images(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in {"containers", "initContainers"}:
                yield from (container["image"] for container in item)
            else:
                yield from _images(item)
    elif isinstance(value, list):
        for item in value:
            yield from _images(item)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Synthesize the observability stack of the vLLM Semantic Router into plain Kubernetes YAML."
    )
    parser.add_argument("--config", type=Path, default=Path("observability.yaml"), metavar="FILE", help="settings (default: %(default)s)")
    # `cdk8s synth` names its folder in the environment.
    output = Path(os.environ.get("CDK8S_OUTDIR") or "dist")
    parser.add_argument("--output", type=Path, default=output, metavar="FOLDER", help="where the manifests go (default: %(default)s)")
    return parser.parse_args(arguments)


def _check_output(output: Path) -> None:
    """Refuse to replace a folder that holds anything but an earlier run's files."""
    above = next(parent for parent in output.absolute().parents if parent.exists())
    if not above.is_dir():
        raise ConfigError("--output", output, f"{above.name} is no folder; name a place that can hold one")
    if not output.exists():
        return
    if not output.is_dir() or output.is_symlink():
        raise ConfigError("--output", output, "is no folder; name a new or an earlier output folder")
    for path in sorted(output.iterdir()):
        if not path.is_file() or not path.name.endswith(_OURS):
            raise ConfigError("--output", output, f"holds {path.name}, which this program did not write; name a folder of its own")
