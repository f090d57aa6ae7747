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
from semantic_router_observability.errors import ConfigError, ConfigErrors, Key, Place, Value, inside
from semantic_router_observability.kubernetes.budget import OBJECT_BUDGET, size_in_annotation
from semantic_router_observability.kubernetes.pods import content_hash, volume_name
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import DnsLabel, ObjectName

from . import model

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grafana_foundation_sdk.models.dashboard import Dashboard as DashboardModel

FOLDER = "Semantic Router"
"""Folder of the router's own dashboards."""

ROOT = "/var/lib/grafana-dashboards"
"""Directory of that folder."""

OptionalDashboard = Literal[
    "vllm", "kubernetes", "envoy", "slos", "traces", "thanos", "logs", "redis", "dcgm", "log-store", "probes", "nodes", "operator"
]
"""Pages that show something only when more than the router is scraped, an SLO is stated, or a store holds the routers' logs."""

_OTHER_FOLDERS = "/var/lib/grafana-folders"
_OTHER_VOLUMES = "/var/lib/grafana-volumes"
_ADMITTED = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,240}\.json")
_FILE_EXPECTED = "write a file name of letters, digits, '-', '_' and '.', ending in .json"


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
        model.parse(self.file, self.model)

    @classmethod
    def of(cls, model: DashboardModel, *, file: str, folder: str = FOLDER) -> Dashboard:
        """Take a dashboard built with grafana-foundation-sdk."""
        from grafana_foundation_sdk.cog.encoder import JSONEncoder  # noqa: PLC0415  costs 40 ms, and only users of code dashboards need it

        return cls(file=file, model=JSONEncoder(sort_keys=True).encode(model), folder=folder)

    @property
    def uid(self) -> str:
        """Uid of the dashboard; links hold on to it."""
        return str(model.parse(self.file, self.model)["uid"])

    @property
    def title(self) -> str:
        """Title, unique in its folder."""
        return str(model.parse(self.file, self.model)["title"])

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
        ((kind, body),) = self.volume.items()
        from semantic_router_observability.kubernetes.pod_fields import check_pod_field  # noqa: PLC0415 - only those who bring volumes pay for it

        check_pod_field(("volume", Key(kind)), f"{_KINDS.get(kind, kind[0].upper() + kind[1:])}VolumeSource", body)
        if self.folder is not None:
            _check_folder(self.folder)


_KINDS = {"csi": "CSI", "downwardAPI": "DownwardAPI"}
"""Names of types that do not begin as their field does."""


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
        other = folders.setdefault(slug(dashboard.folder), dashboard.folder)
        if other != dashboard.folder:
            raise ConfigError(
                ("dashboards", Place("folder")), dashboard.folder, f"differs from {other!r} only in case or spaces; write the two alike"
            )
    titles: dict[tuple[str, str], str] = {}
    for dashboard in shipped:
        if (other := titles.setdefault((dashboard.folder, dashboard.title), dashboard.file)) != dashboard.file:
            # Grafana would take the folder's provider its right to write, and no dashboard of it would change any more.
            raise ConfigError(
                ("dashboards", Place(dashboard.file), "title"),
                dashboard.title,
                f"{other} has the same title in folder {dashboard.folder!r}; rename one, or put one into another folder",
            )
    unique(("dashboards", Place("uid")), [dashboard.uid for dashboard in shipped], "dashboards")
    unique(("dashboards", Place("file")), [dashboard.file for dashboard in shipped], "dashboards")
    unique(("dashboards", Place("name")), [source.name for source in volumes], "dashboard volumes")
    return shipped, volumes


def fitted(user_supplied: Sequence[Dashboard], sources: Sequence[model.Source], *, all_known: bool = True) -> list[Dashboard]:
    """Dashboards with what an export for sharing leaves open filled in from `sources`, the first of which is the default.

    With `all_known`, Grafana has no other data sources, and a reference to one is a mistake.

    Raises:
        ConfigError: Grafana would not show one of them as meant; all of it, in all dashboards.

    """
    result: list[Dashboard] = []
    found: list[ConfigError] = []
    for dashboard in user_supplied:
        found += model.problems(dashboard.file, dashboard.model)
        parsed = model.parse(dashboard.file, dashboard.model)
        try:
            filled = model.with_inputs(dashboard.file, parsed, sources)
        except ConfigError as error:
            found.append(error)
            continue
        found += model.dangling(dashboard.file, filled, sources) if all_known else []
        text = dashboard.model if filled is parsed else json.dumps(filled)
        result.append(msgspec.structs.replace(dashboard, model=text))
    with inside("dashboards"):
        ConfigErrors.refuse(found)
    return result


def config_map_name(stack: str, dashboard: Dashboard) -> str:
    """Name of the ConfigMap that holds a dashboard: the stack, and what the file is called."""
    stem = dashboard.file.removesuffix(".json").removesuffix("-dashboard")
    return f"{stack}-dashboard-{slug(stem)}"


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
    name = slug(folder)
    path = ROOT if folder == FOLDER else f"{_OTHER_FOLDERS}/{name}"
    sources = [
        {"configMap": {"name": config_map_name(stack, dashboard), "items": [{"key": dashboard.file, "path": dashboard.file}]}}
        for dashboard in dashboards
    ]
    return _directory(f"folder-{name}", {"projected": {"sources": sources}}, path, _provider(name, folder, path))


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
        text = path.read_text(encoding="utf-8-sig")  # some editors write a mark in front that no JSON parser accepts
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
    """Kept, like what is parsed: every stack of a chart ships the same pages."""
    parsed = dict(model.parse(file, text))
    variables = model.variables(parsed)
    if variables:
        current = {"selected": True, "text": datasource_uid, "value": datasource_uid}
        chosen = [{**variable, "current": current} if _chooses_prometheus(variable) else variable for variable in variables]
        parsed["templating"] = {**parsed["templating"], "list": chosen}
    compact = json.dumps(parsed, separators=(",", ":"))
    lines = msgspec.json.format(compact, indent=1)  # a quarter of the time that json.dumps takes to indent
    return lines if size_in_annotation(lines) <= OBJECT_BUDGET else compact


def _chooses_prometheus(variable: dict[str, Any]) -> bool:
    return variable.get("type") == "datasource" and variable.get("query") == "prometheus"


def _check_folder(folder: str) -> None:
    if not folder.strip() or folder != folder.strip() or "/" in folder or not slug(folder):
        raise ConfigError("folder", folder, "write a folder's title, without '/' and outer spaces")


def slug(title: str) -> str:
    """Lower-case letters, digits and dashes; hashed where that would make two titles one."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:30].strip("-")
    lossless = slug == title.lower().replace(" ", "-")
    return slug if lossless else f"{slug}-{content_hash(title)[:6]}".strip("-")
