"""From `observability.yaml` to a finished output folder: what `main.py` runs.

Imports nothing that starts Node.js, so that bad settings are refused at once.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from . import node, output
from .errors import ConfigError, Place
from .settings import in_settings
from .settings_file import SettingsError, SettingsFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from cdk8s import Chart

    from .settings import Settings

CONFIG_ERROR = 2
"""Exit code when a setting cannot work."""


@contextmanager
def _short_program() -> Iterator[None]:
    """Behave like a program that runs for less than a second.

    On SIGTERM it leaves through `finally` and `atexit`, so that temporary folders are removed and Node.js ends too. Looking for cyclic garbage
    would cost 15 ms and find none worth it.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        sys.exit(128 + number)

    previous, collecting = signal.signal(signal.SIGTERM, leave), gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
        if collecting:
            gc.enable()


@_short_program()
def run(build: Callable[[Chart, Settings], None], *, chart: str = "observability", arguments: Sequence[str] | None = None) -> int:
    """Read the settings, build the chart, write the output folder; the exit code is 0, or 2 when a setting cannot work.

    Args:
        build: Puts the constructs into the chart.
        chart: Id of the chart; with the namespace, it is the label by which Argo CD knows what belongs together.
        arguments: Command line. Default: the process's own.

    """
    options = _options(arguments)
    try:
        file = SettingsFile.read(options.config)
        settings = file.settings()
        output.check(options.output)
        node.check_package_cache()
        try:
            written = synthesize(build, settings, chart, options.output)
        except ConfigError as error:
            raise file.refused(_of_each_stack(build, file, chart, in_settings(error))) from error
    except SettingsError as error:
        print("\n".join(f"error: {line}" for line in error.lines), file=sys.stderr)  # noqa: T201
        return CONFIG_ERROR
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return CONFIG_ERROR
    print(f"{options.output}: {len(written)} files")  # noqa: T201
    return 0


_STACKS = (("prometheus",), ("grafana",), ("alertmanager",))


def _of_each_stack(build: Callable[[Chart, Settings], None], file: SettingsFile, chart: str, first: ConfigError) -> list[ConfigError]:
    """The first error of each stack. What was refused is left out, and the chart built again, while that cannot cause errors elsewhere."""
    from cdk8s import App, Chart  # noqa: PLC0415  starts Node.js

    found = [first]
    rest = file
    while found[-1].path[:1] in _STACKS:
        without = rest.without(found[-1].path)
        if without is None:
            break
        rest, settings = without, without.settings()
        try:
            build(Chart(App(), chart, namespace=settings.namespace), settings)
        except ConfigError as error:
            again = in_settings(error)
            if again.path[:1] not in _STACKS or again.path[:1] in {known.path[:1] for known in found}:
                break
            found.append(again)
        else:
            break
    return found


def synthesize(build: Callable[[Chart, Settings], None], settings: Settings, chart: str, folder: Path) -> list[str]:
    """Build the chart and write the output folder; the names of its files.

    Raises:
        ConfigError: a setting cannot work; the folder is as it was.

    """
    with node.bundled():
        from cdk8s import App, Chart  # noqa: PLC0415  starts Node.js

    app = App()
    build(Chart(app, chart, namespace=settings.namespace), settings)
    files = output.files_of(app)
    for file in settings.encrypted_files:
        if file.file_name in files:
            raise ConfigError(Place("secrets"), file.path, f"another file is called {file.file_name} in the output; rename this one")
        files[file.file_name] = file.content
    return output.write(files, folder)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Synthesize the observability stack of the vLLM Semantic Router into plain Kubernetes YAML."
    )
    parser.add_argument("--config", type=Path, default=Path("observability.yaml"), metavar="FILE", help="settings (default: %(default)s)")
    # `cdk8s synth` names its folder in the environment.
    output = Path(os.environ.get("CDK8S_OUTDIR") or "dist")
    parser.add_argument("--output", type=Path, default=output, metavar="FOLDER", help="where the manifests go (default: %(default)s)")
    return parser.parse_args(arguments)
