"""The program around a chart: `main.py` calls `run`, which turns `observability.yaml` into a finished output folder."""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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

    On SIGTERM it leaves through `finally` and `atexit`, so that temporary folders are removed and Node.js ends too. Looking for cyclic garbage,
    while modules are imported, while the chart is built and once more at the end, would cost 40 ms and find none worth it.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        sys.exit(128 + number)

    # The collection at the end of the interpreter looks at everything that is not frozen, disabled or not.
    atexit.register(gc.freeze)
    atexit.register(gc.disable)
    previous, collecting = signal.signal(signal.SIGTERM, leave), gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
        if collecting:
            # Everything made meanwhile counts as old: enabling alone would look through it at once.
            gc.freeze()
            gc.enable()
            gc.unfreeze()


@_short_program()
def run(build: Callable[[Chart, Settings], None], *, chart: str = "observability", arguments: Sequence[str] | None = None) -> int:
    """Read the settings, build the chart, write the output folder; the exit code is 0, or 2 when a setting cannot work.

    Args:
        build: Puts the constructs into the chart.
        chart: Id of the chart; with the namespace, it is the label by which Argo CD knows what belongs together.
        arguments: Command line. Default: the process's own.

    """
    from .errors import ConfigError  # noqa: PLC0415  imported while no garbage is collected
    from .synthesis import from_file  # noqa: PLC0415

    options = _options(arguments)
    try:
        from_file(build, options.config, options.output, chart, programs=options.check_with_programs)
    except ConfigError as error:
        print("\n".join(f"error: {line}" for line in str(error).splitlines()), file=sys.stderr)  # noqa: T201
        return CONFIG_ERROR
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Synthesize the observability stack of the vLLM Semantic Router into plain Kubernetes YAML."
    )
    parser.add_argument("--config", type=Path, default=Path("observability.yaml"), metavar="FILE", help="settings (default: %(default)s)")
    # `cdk8s synth` names its folder in the environment.
    output = Path(os.environ.get("CDK8S_OUTDIR") or "dist")
    parser.add_argument("--output", type=Path, default=output, metavar="FOLDER", help="where the manifests go (default: %(default)s)")
    parser.add_argument(
        "--check-with-programs",
        action="store_true",
        help="let promtool and amtool, which have to be on PATH, read the configuration and rules before anything is written",
    )
    return parser.parse_args(arguments)
