"""From `observability.yaml` to a finished output folder.

Imports nothing that starts Node.js: settings of which nothing can be built are refused at once.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from . import node, output
from .errors import ConfigError, Place, Raw
from .preconditions import preconditions
from .settings_file import SettingsFile
from .settings_origins import in_settings
from .settings_part import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cdk8s import App, Chart

    from .settings import Settings


def from_file(build: Callable[[Chart, Settings], None], config: Path, folder: Path, chart: str, *, programs: bool = False) -> None:
    """Read the settings, build the chart, write the output folder, and report what was written.

    With `programs`, promtool and amtool read the files before they are written.

    Raises:
        ConfigError: a setting cannot work, with all errors that were found; the folder is as it was.

    """
    file = SettingsFile.read(config)
    try:
        settings = file.settings()
    except SettingsError as error:
        raise file.refused(_with_those_of_stacks(build, file, chart, error.errors)) from error
    output.check(folder)
    node.check_node()
    try:
        files, objects = _rendered(build, settings, chart)
    except ConfigError as error:
        raise file.refused(_with_those_of_stacks(build, file, chart, _in_settings(error))) from error
    if programs:
        from .native.programs import check_with_programs  # noqa: PLC0415 - only those who ask for it pay for it

        check_with_programs(files)
    changed = output.changes(files, folder)
    lines = [f"{kind}: {', '.join(names)}" for kind, names in changed.items()]
    lines += preconditions(objects, folder, changed.get("changed", ()))
    written = output.write(files, folder)
    for warning in file.refused(settings.warnings()).lines:
        print(f"warning: {warning}", file=sys.stderr)  # noqa: T201
    _report("\n".join([f"{folder}: {len(written)} files", *(f"  {line}" for line in lines)]))


def _report(text: str) -> None:
    try:
        print(text, flush=True)  # noqa: T201
    except OSError as error:
        # What is left in the buffer is not tried again when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        expected = f"cannot be written to; the output folder is complete, {text.splitlines()[0]}"
        raise ConfigError(Place("standard output"), Raw(os.strerror(error.errno or 0)), expected) from error


_STACKS = {"prometheus", "grafana", "alertmanager", "traces", "logs", "probes", "kube_state_metrics"}
_DISPENSABLE = _STACKS | {"thanos", "routers", "alerts", "ingress", "network_policies", "secrets", "backup", "grafana_access"}
"""Sections whose absence causes no error in a stack."""


def _with_those_of_stacks(
    build: Callable[[Chart, Settings], None], file: SettingsFile, chart: str, errors: Sequence[ConfigError]
) -> list[ConfigError]:
    """Add the first errors of every other stack: build the chart without the sections that are wrong, until nothing new is found."""
    found = list(errors)
    while (sections := {_section(error) for error in found}) <= _DISPENSABLE:
        try:
            _chart(build, file.without(sections).settings(), chart)
        except ConfigError as error:
            further = _in_settings(error)
            if _section(further[0]) not in _STACKS - sections:
                return found
            found += further
        else:
            return found
    return found


def _in_settings(error: ConfigError) -> list[ConfigError]:
    return [in_settings(single) for single in error.all]


def _section(error: ConfigError) -> str:
    return str(next(iter(error.path), ""))


def _chart(build: Callable[[Chart, Settings], None], settings: Settings, chart: str) -> App:
    """Build the app."""
    node.check_package_cache()
    with node.bundled():
        from cdk8s import App, Chart  # noqa: PLC0415  starts Node.js

    app = App()
    build(Chart(app, chart, namespace=settings.namespace, labels=settings.labels or None), settings)
    return app


def files_of(build: Callable[[Chart, Settings], None], settings: Settings, chart: str) -> dict[str, bytes]:
    """Build the chart; the files of the output folder by name.

    Raises:
        ConfigError: a setting cannot work.

    """
    return _rendered(build, settings, chart)[0]


def _rendered(
    build: Callable[[Chart, Settings], None], settings: Settings, chart: str
) -> tuple[dict[str, bytes], dict[str, dict[str, Any]]]:
    """Files by name, and the objects in them; of encrypted files, the names of their Secrets."""
    files, objects = output.rendered(_chart(build, settings, chart))
    for file in settings.encrypted_files:
        if file.file_name in files:
            raise ConfigError(Place("secrets"), file.path, f"another file is called {file.file_name} in the output; rename this one")
        files[file.file_name] = file.content
        for secret in file.secrets():
            metadata = {"namespace": secret.namespace, "name": secret.name}
            objects[f"{file.file_name} {secret.namespace}/{secret.name}"] = {"kind": "Secret", "metadata": metadata}
    return files, objects
