"""Which dashboards Grafana shows, and how they reach its pod.

One ConfigMap a dashboard, its JSON broken into lines for reviews; a projected volume puts a folder's dashboards into one directory, and a provider shows a directory as
a folder. A change of content reaches a running Grafana within a minute or two, without a restart.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from semantic_router_observability.checks import dns_label, dns_subdomain, unique
from semantic_router_observability.errors import ConfigError, Key, Place, Raw, Value, at, inside
from semantic_router_observability.kubernetes.budget import OBJECT_BUDGET, size_in_annotation
from semantic_router_observability.kubernetes.pods import content_hash, volume_name
from semantic_router_observability.nesting import MOST_LEVELS, is_deep_json
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import DnsLabel, ObjectName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grafana_foundation_sdk.models.dashboard import Dashboard as DashboardModel

FOLDER = "Semantic Router"
"""Folder of the router's own dashboards."""

ROOT = "/var/lib/grafana-dashboards"
"""Directory of that folder."""

OptionalDashboard = Literal["vllm", "kubernetes", "slos"]
"""Pages that show something only when more than the router is scraped, or an SLO is stated."""

_OTHER_FOLDERS = "/var/lib/grafana-folders"
_OTHER_VOLUMES = "/var/lib/grafana-volumes"
_ADMITTED = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,240}\.json")
_FILE_EXPECTED = "write a file name of letters, digits, '-', '_' and '.', ending in .json"
_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Dashboard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One dashboard, as JSON.

    Attributes:
        file: File name in Grafana's pod, ending in `.json`; the ConfigMap is named after it.
        model: Text of the dashboard in the classic format.
        folder: Folder in Grafana. Default `Semantic Router`.

    """

    file: str
    model: str
    folder: str = FOLDER

    def __post_init__(self) -> None:
        if not _FILE.fullmatch(self.file):
            raise ConfigError((Value("Dashboard"), "file"), self.file, _FILE_EXPECTED)
        _check_folder(self.folder)
        _parse(self.file, self.model)

    @classmethod
    def of(cls, model: DashboardModel, *, file: str, folder: str = FOLDER) -> Dashboard:
        """Take a dashboard built with grafana-foundation-sdk."""
        from grafana_foundation_sdk.cog.encoder import JSONEncoder  # noqa: PLC0415  costs 40 ms, and only users of code dashboards need it

        return cls(file=file, model=JSONEncoder(sort_keys=True).encode(model), folder=folder)

    @property
    def uid(self) -> str:
        """Uid of the dashboard; links hold on to it."""
        return str(_parse(self.file, self.model)["uid"])

    def content(self, datasource_uid: str) -> str:
        """JSON for the ConfigMap, in ASCII, with the data source variable preset to `datasource_uid`.

        One value a line, so that a changed query is one changed line in a review; without white space where only that fits an object.

        Raises:
            ConfigError: it fits no object even without white space.

        """
        text = _laid_out(self.file, self.model, datasource_uid)
        size = size_in_annotation(text)
        if size > OBJECT_BUDGET:
            raise ConfigError(Place(self.file), f"{size} bytes", f"keep it under {OBJECT_BUDGET} bytes; split it in two")
        return text


class DashboardFile(Tagged, frozen=True, kw_only=True, tag="file"):
    """A dashboard in a JSON file.

    Attributes:
        path: The file, relative to the settings file or, from Python, to the working directory.
        folder: Folder in Grafana. Default `Semantic Router`.

    """

    path: str
    folder: str = FOLDER


class DashboardDirectory(Tagged, frozen=True, kw_only=True, tag="directory"):
    """All `*.json` files directly in a directory, in the order of their names.

    Attributes:
        path: The directory, relative to the settings file or, from Python, to the working directory.
        folder: Folder in Grafana. Default `Semantic Router`.

    """

    path: str
    folder: str = FOLDER


class DashboardConfigMap(Tagged, frozen=True, kw_only=True, tag="configMap"):
    """Dashboards in a ConfigMap of the stack's namespace that is managed elsewhere. Grafana starts without it if it is missing.

    Attributes:
        name: Name of the ConfigMap; each key is a dashboard file.
        folder: Folder in Grafana. Default `Semantic Router`.

    """

    name: ObjectName
    folder: str = FOLDER

    def __post_init__(self) -> None:
        dns_subdomain("name", self.name)
        _check_folder(self.folder)


class DashboardProvider(Tagged, frozen=True, kw_only=True, tag="provider"):
    """A user-supplied provider: any volume with dashboard files, such as a claim that a git-sync job fills.

    Attributes:
        name: Name of the provider and of the volume.
        volume: Volume source as in a pod spec, such as `{"persistentVolumeClaim": {"claimName": "dashboards"}}`.
        folder: Folder in Grafana. Default: none, folders follow the directories of the volume.

    """

    name: DnsLabel
    volume: dict[str, Any]
    folder: str | None = None

    def __post_init__(self) -> None:
        dns_label("name", self.name, limit=50)
        if len(self.volume) != 1 or not all(kind in _ADMITTED and isinstance(body, dict) for kind, body in self.volume.items()):
            raise ConfigError(
                "volume",
                sorted(self.volume),
                f"give one volume source that PodSecurity 'restricted' admits: {', '.join(sorted(_ADMITTED))}",
            )
        if self.folder is not None:
            _check_folder(self.folder)


DashboardSource = Dashboard | DashboardFile | DashboardDirectory | DashboardConfigMap | DashboardProvider
"""Where dashboards come from."""


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """A directory in Grafana's pod, with the volume behind it and the provider that watches it."""

    volume: dict[str, Any]
    mount: dict[str, Any]
    provider: dict[str, Any]


def load(
    sources: Iterable[DashboardSource], own: Sequence[Dashboard] = ()
) -> tuple[list[Dashboard], list[DashboardConfigMap | DashboardProvider]]:
    """Read files and directories; returns the dashboards to ship and the volumes that hold further ones.

    Raises:
        ConfigError: a path is missing, a file is not a dashboard that Grafana can provision, or two dashboards share a uid or a file name.

    """
    shipped = [*own]
    volumes: list[DashboardConfigMap | DashboardProvider] = []
    for index, source in enumerate(sources):
        with inside("dashboards", index):
            match source:
                case Dashboard():
                    shipped.append(source)
                case DashboardFile():
                    shipped.append(_read(Path(source.path), source.folder))
                case DashboardDirectory():
                    shipped += [_read(path, source.folder) for path in _json_files(source.path)]
                case _:
                    volumes.append(source)
    folders: dict[str, str] = {}
    for dashboard in shipped:
        other = folders.setdefault(_slug(dashboard.folder), dashboard.folder)
        if other != dashboard.folder:
            raise ConfigError(
                ("dashboards", Place("folder")), dashboard.folder, f"differs from {other!r} only in case or spaces; write the two alike"
            )
    unique(("dashboards", Place("uid")), [dashboard.uid for dashboard in shipped], "dashboards")
    unique(("dashboards", Place("file")), [dashboard.file for dashboard in shipped], "dashboards")
    unique(("dashboards", Place("name")), [source.name for source in volumes], "dashboard volumes")
    return shipped, volumes


def config_map_name(stack: str, dashboard: Dashboard) -> str:
    """Name of the ConfigMap that holds a dashboard: the stack, and what the file is called."""
    stem = dashboard.file.removesuffix(".json").removesuffix("-dashboard")
    return f"{stack}-dashboard-{_slug(stem)}"


def directories(stack: str, shipped: Sequence[Dashboard], volumes: Sequence[DashboardConfigMap | DashboardProvider]) -> list[Directory]:
    """Volumes, mounts and providers for all dashboards, a directory a folder; user-supplied volumes have their own."""
    folders = dict.fromkeys(dashboard.folder for dashboard in shipped)
    result = [_folder(stack, folder, [dashboard for dashboard in shipped if dashboard.folder == folder]) for folder in folders]
    for source in volumes:
        path = f"{_OTHER_VOLUMES}/{source.name}"
        name = volume_name("dashboards", source.name)
        volume = {"configMap": {"name": source.name, "optional": True}} if isinstance(source, DashboardConfigMap) else source.volume
        result.append(_directory(name, volume, path, _provider(f"volume:{source.name}", source.folder, path)))
    return result


def _folder(stack: str, folder: str, dashboards: Sequence[Dashboard]) -> Directory:
    slug = _slug(folder)
    path = ROOT if folder == FOLDER else f"{_OTHER_FOLDERS}/{slug}"
    sources = [
        {"configMap": {"name": config_map_name(stack, dashboard), "items": [{"key": dashboard.file, "path": dashboard.file}]}}
        for dashboard in dashboards
    ]
    return _directory(f"folder-{slug}", {"projected": {"sources": sources}}, path, _provider(slug, folder, path))


def _directory(name: str, volume: dict[str, Any], path: str, provider: dict[str, Any]) -> Directory:
    return Directory(volume={"name": name, **volume}, mount={"name": name, "mountPath": path, "readOnly": True}, provider=provider)


def _provider(name: str, folder: str | None, path: str) -> dict[str, Any]:
    # No folderUid: with one, Grafana looks for that uid alone and makes a second folder beside the one a kept database already has.
    where = {"folder": folder} if folder else {}
    return {
        "name": name,
        "type": "file",
        **where,
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": path, **({} if folder else {"foldersFromFilesStructure": True})},
    }


def _read(path: Path, folder: str) -> Dashboard:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("path", path, f"cannot be read ({error.__class__.__name__}); give the path of a JSON file") from error
    if not _FILE.fullmatch(path.name):
        raise ConfigError("path", path.name, _FILE_EXPECTED)
    return Dashboard(file=path.name, model=text, folder=folder)


def _json_files(path: str) -> list[Path]:
    found = sorted(Path(path).glob("*.json")) if Path(path).is_dir() else []
    if not found:
        raise ConfigError("path", Path(path), "holds no .json file; give a directory with dashboards")
    return found


@lru_cache(maxsize=64)
def _laid_out(file: str, text: str, datasource_uid: str) -> str:
    """Kept, like what is parsed below: every stack of a chart ships the same pages."""
    model = dict(_parse(file, text))
    variables = _variables(model)
    if variables:
        current = {"selected": True, "text": datasource_uid, "value": datasource_uid}
        chosen = [{**variable, "current": current} if _chooses_prometheus(variable) else variable for variable in variables]
        model["templating"] = {**model["templating"], "list": chosen}
    compact = json.dumps(model, separators=(",", ":"))
    lines = msgspec.json.format(compact, indent=1)  # a quarter of the time that json.dumps takes to indent
    return lines if size_in_annotation(lines) <= OBJECT_BUDGET else compact


def _chooses_prometheus(variable: dict[str, Any]) -> bool:
    return variable.get("type") == "datasource" and variable.get("query") == "prometheus"


@lru_cache(maxsize=64)
def _parse(file: str, text: str) -> dict[str, Any]:
    where = Place(file)
    if is_deep_json(text):
        raise ConfigError(where, text[:40], f"is nested more than {MOST_LEVELS} levels deep; no dashboard is")
    try:
        model = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        raise ConfigError(where, text[:40], f"is not JSON: {error}") from error
    if not isinstance(model, dict) or not isinstance(model.get("title"), str):
        raise ConfigError(where, sorted(model)[:5] if isinstance(model, dict) else text[:40], "is not a classic dashboard: it has no title")
    if "__inputs" in model:
        raise ConfigError(
            at(where, Key("__inputs")),
            Raw("present"),
            "was exported for sharing; export without that option, and use a data source variable",
        )
    if not _UID.fullmatch(str(model.get("uid") or "")):
        raise ConfigError(
            at(where, Key("uid")), model.get("uid"), "give it a uid of 1 to 40 letters, digits, '-' or '_'; links hold on to it"
        )
    model["id"] = None
    return model


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _variables(model: dict[str, Any]) -> list[dict[str, Any]]:
    templating = model.get("templating")
    variables = templating.get("list") if isinstance(templating, dict) else None
    return [variable for variable in variables if isinstance(variable, dict)] if isinstance(variables, list) else []


def _check_folder(folder: str) -> None:
    if not folder.strip() or folder != folder.strip() or "/" in folder or not _slug(folder):
        raise ConfigError("folder", folder, "write a folder's title, without '/' and outer spaces")


def _slug(title: str) -> str:
    """Lower-case letters, digits and dashes; hashed where that would make two titles one."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:30].strip("-")
    lossless = slug == title.lower().replace(" ", "-")
    return slug if lossless else f"{slug}-{content_hash(title)[:6]}".strip("-")
