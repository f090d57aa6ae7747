"""From `observability.yaml` to a finished output folder: what `main.py` runs.

Imports nothing that starts Node.js: settings of which nothing can be built are refused at once.
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

    from cdk8s import App, Chart

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
        try:
            settings = file.settings()
        except SettingsError as error:
            raise file.refused(_with_those_of_stacks(build, file, chart, error.errors)) from error
        output.check(options.output)
        try:
            written = synthesize(build, settings, chart, options.output)
        except ConfigError as error:
            raise file.refused(_with_those_of_stacks(build, file, chart, [in_settings(error)])) from error
    except ConfigError as error:
        print("\n".join(f"error: {line}" for line in str(error).splitlines()), file=sys.stderr)  # noqa: T201
        return CONFIG_ERROR
    print(f"{options.output}: {len(written)} files")  # noqa: T201
    return 0


_STACKS = {"prometheus", "grafana", "alertmanager"}
_DISPENSABLE = _STACKS | {"routers", "alerts", "ingress", "network_policies", "secrets"}
"""Sections whose absence causes no error in a stack."""


def _with_those_of_stacks(
    build: Callable[[Chart, Settings], None], file: SettingsFile, chart: str, errors: Sequence[ConfigError]
) -> list[ConfigError]:
    """Add the first error of every other stack: build the chart without the sections that are wrong, until nothing new is found."""
    found = list(errors)
    while (sections := {_section(error) for error in found}) <= _DISPENSABLE:
        try:
            _chart(build, file.without(sections).settings(), chart)
        except ConfigError as error:
            further = in_settings(error)
            if _section(further) not in _STACKS - sections:
                return found
            found.append(further)
        else:
            return found
    return found


def _section(error: ConfigError) -> str:
    return str(next(iter(error.path), ""))


def _chart(build: Callable[[Chart, Settings], None], settings: Settings, chart: str) -> App:
    """Build the app."""
    node.check_package_cache()
    with node.bundled():
        from cdk8s import App, Chart  # noqa: PLC0415  starts Node.js

    app = App()
    build(Chart(app, chart, namespace=settings.namespace), settings)
    return app


def synthesize(build: Callable[[Chart, Settings], None], settings: Settings, chart: str, folder: Path) -> list[str]:
    """Build the chart and write the output folder; the names of its files.

    Raises:
        ConfigError: a setting cannot work; the folder is as it was.

    """
    files = output.files_of(_chart(build, settings, chart))
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
