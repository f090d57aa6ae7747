"""What promtool and amtool say of the synthesized files, where these programs are at hand."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from semantic_router_observability.errors import ConfigError, ConfigErrors, Place, Raw, place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OPTION = "--check-with-programs"

_LONGEST_RUN = 120
"""Seconds after which a program is given up."""

_NOT_PROMTOOL = {"promql-binop-fill-modifiers": "binop fill modifiers are experimental"}
"""Features that promtool 3.13 cannot be told of, and what it says of rules with them."""


class _Text(NamedTuple):
    """A file inside a ConfigMap."""

    manifest: str
    key: str
    content: str
    neighbours: Mapping[str, str]
    """All files of the ConfigMap."""


def check_with_programs(files: Mapping[str, bytes]) -> None:
    """Let promtool read the configurations and rules of Prometheus, and amtool those of Alertmanager.

    Raises:
        ConfigError: a program refuses a file, or is not on PATH.

    """
    objects = [(name, found) for name, content in files.items() if name.endswith(".k8s.yaml") for found in _objects(content)]
    features = sorted({feature for _, found in objects for feature in _features(found)})
    errors: list[ConfigError] = []
    for text in (text for name, found in objects if found.get("kind") == "ConfigMap" for text in _texts(name, found)):
        if text.key == "prometheus.yml":
            errors += _refused(text, "promtool", ["check", "config", "--syntax-only", "--lint=none"])
        elif text.key == "alertmanager.yml":
            errors += _refused(text, "amtool", ["check-config"])
        elif re.search(r"^groups:", text.content, re.MULTILINE):
            flags = [f"--enable-feature={','.join(features)}"] if features else []
            found = _refused(text, "promtool", [*flags, "check", "rules", "--lint=none"])
            beyond = [message for feature, message in _NOT_PROMTOOL.items() if feature in features]
            errors += [error for error in found if not any(message in error.expected for message in beyond)]
    ConfigErrors.refuse(errors)


def _objects(content: bytes) -> Iterator[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from (found for found in yaml.load_all(content, Loader=loader) if isinstance(found, dict))


def _texts(name: str, config_map: Mapping[str, Any]) -> Iterator[_Text]:
    data = config_map.get("data") or {}
    yield from (_Text(name, key, content, data) for key, content in data.items())


def _features(found: Mapping[str, Any]) -> Iterator[str]:
    if found.get("kind") == "StatefulSet":
        for container in found["spec"]["template"]["spec"]["containers"]:
            for argument in container.get("args") or ():
                if argument.startswith("--enable-feature="):
                    yield from argument.partition("=")[2].split(",")


def _refused(text: _Text, program: str, command: list[str]) -> list[ConfigError]:
    """Errors that the program finds, in a folder with all files of the ConfigMap."""
    path = shutil.which(program)
    if path is None:
        raise ConfigError(
            Place(OPTION), Raw(program), "this program is not on PATH; install the release that the images have, or omit the option"
        )
    with tempfile.TemporaryDirectory() as folder:
        for key, content in text.neighbours.items():
            (Path(folder) / key).write_text(_moved(content, folder, text.neighbours) if key == text.key else content, encoding="utf-8")
        written = Path(folder) / text.key
        try:
            done = subprocess.run([path, *command, str(written)], capture_output=True, text=True, check=False, timeout=_LONGEST_RUN)  # noqa: S603 - of PATH
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ConfigError(Place(OPTION), Raw(program), f"cannot be run: {error}") from error
        if not done.returncode:
            return []
        lines = [_FRAME.sub("", line.replace(str(written), text.key)).strip() for line in f"{done.stdout}\n{done.stderr}".splitlines()]
    found = [line for line in lines if line and not _NOISE.match(line)] or [f"exit code {done.returncode}"]
    return [ConfigError(place(text.manifest, Place(text.key)), Raw(program), f"refuses it: {line}") for line in found]


_FRAME = re.compile(r"^\s*(?:Checking '[^']*'\s+)?(?:FAILED:\s*)?(?:parsing YAML file \S+:?\s+)?(?:\S+\.yaml: )?")
_NOISE = re.compile(r"Checking |SUCCESS|WARNING|amtool: error")
"""What the programs print around their errors."""


def _moved(content: str, folder: str, neighbours: Mapping[str, str]) -> str:
    """Let paths of templates, which the pod has in its own folder, lead to the files here."""
    directories = {str(PurePosixPath(found).parent) for key in neighbours for found in re.findall(rf"(/\S*/{re.escape(key)})\b", content)}
    for directory in directories:
        content = content.replace(f"{directory}/", f"{folder}/")
    return content
