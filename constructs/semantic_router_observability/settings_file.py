"""Reading `observability.yaml`, and saying in one line what is wrong with it."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
from typing import TYPE_CHECKING, Any

import msgspec
import yaml
from msgspec import UNSET

from .errors import ConfigError, Raw
from .exposure.controllers import IngressClass
from .grafana.dashboards import DashboardDirectory, DashboardFile
from .kubernetes.serving import ServingTls
from .literals import INSTEAD, is_credential, refuse_credentials
from .secrets import EncryptedFile
from .settings import (
    AlertmanagerSettings,
    GrafanaSettings,
    IngressSettings,
    NetworkPolicySettings,
    OAuth2ProxyLogin,
    PrometheusSettings,
    Settings,
)
from .yamltext import SettingsLoader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def load(path: Path) -> Settings:
    """Read a settings file. Paths in it are relative to it.

    Raises:
        ConfigError: the file is missing, is no YAML, repeats a key, or holds a key or value that does not fit.

    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("--config", path, f"cannot be read ({error.__class__.__name__}); give the path of a settings file") from error
    try:
        data = _without_empty_sections(yaml.load(text, Loader=SettingsLoader))  # noqa: S506  a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        raise ConfigError(path.name, Raw(place), f"{error.problem}; correct the YAML") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(path.name, Raw("unreadable"), f"{error}; correct the YAML") from error
    try:
        # Addresses are left to their fields, which say what to write instead. What contains itself is refused below.
        with contextlib.suppress(RecursionError):
            refuse_credentials("", data, addresses=False)
    except ConfigError as error:
        raise ConfigError.from_line(f"{path.name}: {error}") from error
    try:
        settings = msgspec.convert(data, Settings)
    except msgspec.ValidationError as error:
        raise _explain(path.name, error, data) from error
    return _relative_to(path.parent, settings)


def schema() -> dict[str, Any]:
    """JSON Schema of the settings, as msgspec sees the types."""
    return msgspec.json.schema(Settings)


def _without_empty_sections(data: Any) -> Any:
    """Treat a section or key with nothing under it, as commenting out its lines leaves it, as left out."""
    if not isinstance(data, dict):
        return {} if data is None else data
    sections = {name: section for name, section in data.items() if section is not None}
    return {
        name: {key: value for key, value in section.items() if value is not None} if isinstance(section, dict) else section
        for name, section in sections.items()
    }


def in_words_of_the_file(file: str, error: ConfigError) -> ConfigError:
    """Say a construct's message as the file spells it: `prometheus: retention_size` is its key `prometheus.retentionSize`."""
    line = str(error)
    for argument, key in _ELSEWHERE.items():
        if line.startswith(f"{argument}: "):
            line = key + line.removeprefix(argument)
    line = re.sub(r"^(prometheus|alertmanager)-login: (?=\w+[:.\[])", r"\1.login.", line)
    line = re.sub(r"^(networkPolicies|prometheus|grafana|alertmanager|ingress): (?=\w+[:.\[])", r"\1.", line)
    spelled = {
        name: key
        for section in _SECTIONS
        for name, key in zip(section.__struct_fields__, section.__struct_encode_fields__, strict=True)
        if name != key
    }

    def keyed(match: re.Match[str]) -> str:
        return spelled[match[1]] + (": true" if match[2] else "") if match[1] else match[0]

    # Sections and keys of grafana.ini are Grafana's words.
    line = re.sub(rf"settings\.\S+|\b({'|'.join(spelled)})(=True)?\b", keyed, line)
    for python, key in _CALLS.items():
        line = line.replace(python, key)
    return ConfigError.from_line(f"{file}: {line}")


_SECTIONS = (
    PrometheusSettings,
    GrafanaSettings,
    AlertmanagerSettings,
    IngressSettings,
    NetworkPolicySettings,
    OAuth2ProxyLogin,
    ServingTls,
    IngressClass,
)
"""Structs whose fields messages name as Python spells them."""

_CALLS = {"CertManagerCertificate(issuer=...)": "{type: certificate, issuer: {name: NAME}}"}
"""What messages propose in Python."""

_ELSEWHERE = {
    "prometheus: targets": "routers",
    "prometheus: image": "images.prometheus",
    "grafana: image": "images.grafana",
    "alertmanager: image": "images.alertmanager",
    "router-access: prometheus": "networkPolicies.routerAccess",
    "network": "networkPolicies",
    "prometheus-login: image": "images.oauth2Proxy",
    "alertmanager-login: image": "images.oauth2Proxy",
}
"""Arguments that the file keeps under another key than the construct's."""


def _relative_to(directory: Path, settings: Settings) -> Settings:
    def moved(sources: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(
            msgspec.structs.replace(source, path=os.path.normpath(directory / source.path))
            if isinstance(source, DashboardFile | DashboardDirectory | EncryptedFile)
            else source
            for source in sources
        )

    dashboards = settings.grafana.dashboards
    grafana = settings.grafana if dashboards is UNSET else msgspec.structs.replace(settings.grafana, dashboards=moved(dashboards))
    return msgspec.structs.replace(settings, grafana=grafana, secrets=moved(settings.secrets))


def _explain(file: str, error: msgspec.ValidationError, data: Any) -> ConfigError:
    """Turn msgspec's message into where, what was given, what is accepted."""
    problem, _, place = str(error).partition(" - at `$")
    path = place.rstrip("`").lstrip(".")
    if isinstance(error.__cause__, ConfigError):
        inner = path and path + ("." if re.match(r"\S+: ", problem) else ": ")
        return ConfigError.from_line(f"{file}: {inner}{problem}")
    steps, given = _locate(data, path, problem)
    where = ": ".join([file, re.sub(r"\.(?=\[)", "", ".".join(steps))]) if steps else file
    nodes = _nodes(steps)
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", problem):
        accepted = sorted({name for node in nodes if _is_kind(node, given) for name in node.get("properties", ())})
        near = difflib.get_close_matches(unknown[1], accepted, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        return ConfigError(where, unknown[1], f"is no key here; {hint}accepted: {', '.join(accepted)}")
    if missing := re.fullmatch(r"Object missing required field `(.*)`", problem):
        values = _values(_nodes([*steps, missing[1]]))
        return ConfigError(where, Raw(f"{missing[1]} is missing"), f"add it{f'; accepted: {values}' if values else ''}")
    last = next((step for step in reversed(steps) if not step.startswith("[")), "")
    keys_of_secrets = [node.get("title") == "SecretKey" for node in nodes if node.get("type") != "null"]
    if any(keys_of_secrets) and (all(keys_of_secrets) or is_credential(last)):
        return ConfigError(where, Raw("a value"), INSTEAD)
    if is_credential(last) or last.lower().endswith(("auth", "login")):
        # It may be the credential itself, at the wrong place.
        expected = _expected(problem, _values(nodes), given) + _form(nodes, given)
        hint = "; credentials in it as {secret: NAME, key: KEY}" if "a mapping" in expected else ""
        return ConfigError(where, Raw("a value"), expected + hint)
    return ConfigError(where, given, _expected(problem, _values(nodes), given) + (_form(nodes, given) or _only_key(nodes, given)))


def _expected(problem: str, values: str, given: Any) -> str:
    if values:
        return f"write one of {values}"
    types = re.fullmatch(r"Expected `(.*)`, got `(.*)`", problem)
    if not types:
        return problem[0].lower() + problem[1:]
    kinds = [kind for kind in types[1].split(" | ") if kind != "null"]
    quotes = "; in quotes it is text" if "str" in kinds and not isinstance(given, dict | list | None) else ""
    return f"write {' or '.join(_KINDS[kind] for kind in kinds)}, not {_KINDS.get(types[2], types[2])}{quotes}"


def _form(nodes: Iterable[dict[str, Any]], given: Any) -> str:
    """Spell the form that a bare word names: `nginx` for `{type: nginx}`."""
    for node in nodes:
        if isinstance(given, str) and given in node.get("properties", {}).get("type", {}).get("enum", ()):
            keys = [f"{key}: {'...' if key != 'type' else given}" for key in node["required"]]
            return f": {{{', '.join(keys)}}}"
    return ""


def _only_key(nodes: Iterable[dict[str, Any]], given: Any) -> str:
    """Spell the mapping that has to have one key only, where its value stands alone: `ca` for `{name: ca}`."""
    keys = {tuple(node["required"]) for node in nodes if node.get("type") == "object" and "type" not in node.get("required", ["type"])}
    match list(keys):
        case [(key,)] if isinstance(given, str):
            return f": {{{key}: {given}}}"
    return ""


_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
    "date": "a date",
    "datetime": "a time",
}
"""What msgspec calls the kinds of YAML values, in plain words."""


def _locate(data: Any, path: str, problem: str) -> tuple[list[str], Any]:
    """Steps to the value that msgspec complains of, and the value. Where it writes `[...]` for a key of a free mapping, find the key."""
    wanted = set(problem.rsplit("`", 2)[1:2])
    steps: list[str] = []
    for step in re.findall(r"\[[^]]*\]|[^.[\]]+", path):
        if step == "[...]":
            key = next((key for key, value in data.items() if wanted & _kinds(value)), None) if isinstance(data, dict) else None
            if key is None:
                break
            steps.append(key)
            data = data[key]
        else:
            steps.append(step)
            data = data[int(step[1:-1])] if step.startswith("[") else data.get(step) if isinstance(data, dict) else data
    return steps, data


def _kinds(value: Any) -> set[str]:
    """What msgspec calls the value, and the values in it."""
    inner = [_kinds(item) for item in value.values()] if isinstance(value, dict) else []
    own = {dict: "object", list: "array", type(None): "null"}.get(type(value), type(value).__name__)
    return {own}.union(*inner)


def _nodes(steps: Iterable[str]) -> list[dict[str, Any]]:
    """Nodes of the JSON Schema at a path; several where alternatives exist."""
    root = schema()
    nodes = list(_alternatives(root, root))
    for step in steps:
        inner = [node["properties"][step] for node in nodes if step in node.get("properties", {})]
        if not inner:
            # An item of a list, or a key of a free mapping.
            inner = [found for node in nodes for key in ("items", "additionalProperties") if isinstance(found := node.get(key), dict)]
        nodes = [alternative for node in inner for alternative in _alternatives(root, node)]
    return nodes


def _alternatives(root: dict[str, Any], node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in node:
        yield from _alternatives(root, root["$defs"][node["$ref"].rsplit("/", 1)[1]])
    elif "anyOf" in node:
        for inner in node["anyOf"]:
            yield from _alternatives(root, inner)
    else:
        yield node


def _is_kind(node: dict[str, Any], given: Any) -> bool:
    """Whether the alternative is the one that the value's `type` names."""
    tag = node.get("properties", {}).get("type", {}).get("enum")
    return not tag or not isinstance(given, dict) or given.get("type") in tag


def _values(nodes: Iterable[dict[str, Any]]) -> str:
    return ", ".join(str(value) for node in nodes for value in node.get("enum", [node["const"]] if "const" in node else []))
