"""How dashboards reach Grafana: ConfigMaps, directories, folders."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

import kubernetes_validate
import pytest
from grafana_foundation_sdk.builders.dashboard import Dashboard as DashboardBuilder

from semantic_router_observability.errors import ConfigError
from semantic_router_observability.grafana.dashboards import (
    FOLDER,
    ROOT,
    Dashboard,
    DashboardConfigMap,
    DashboardDirectory,
    DashboardFile,
    DashboardProvider,
    config_map_name,
    directories,
    load,
)
from semantic_router_observability.kubernetes import pod_fields
from volume_types import types_of_volumes


def board(uid: str, *, file: str | None = None, folder: str = FOLDER, **model: Any) -> Dashboard:
    """A dashboard with this uid."""
    return Dashboard(file=file or f"{uid}.json", model=json.dumps({"title": uid, "uid": uid, **model}), folder=folder)


def test_the_routers_folder_has_the_promised_path() -> None:
    (directory,) = directories("grafana", [board("a"), board("b")], [])
    assert directory.mount == {"name": "folder-semantic-router", "mountPath": ROOT, "readOnly": True}
    assert [source["configMap"]["name"] for source in directory.volume["projected"]["sources"]] == [
        "grafana-dashboard-a",
        "grafana-dashboard-b",
    ]
    assert directory.provider["folder"] == "Semantic Router"
    assert directory.provider["options"] == {"path": ROOT}
    assert directory.provider["allowUiUpdates"] is False


def test_a_folder_of_ones_own() -> None:
    _, own = directories("grafana", [board("a"), board("b", folder="Our Team")], [])
    assert (own.mount["mountPath"], own.provider["folder"]) == ("/var/lib/grafana-folders/our-team", "Our Team")


@pytest.mark.parametrize("folder", ["\u00dcbersicht", "A/B".replace("/", " & "), "x" * 100, "\u96fb\u6c60"])
def test_any_title_makes_a_legal_path(folder: str) -> None:
    first, second = directories("grafana", [board("a", folder=folder), board("b", folder=folder + "!")], [])
    assert first.mount["mountPath"] != second.mount["mountPath"]
    for directory in (first, second):
        assert directory.volume["name"].isascii()
        assert len(directory.volume["name"]) <= 63
        assert not directory.volume["name"].endswith("-")


def test_volumes_of_others_meet_no_folder_of_ours() -> None:
    volumes = [
        DashboardConfigMap(name="semantic-router"),
        DashboardConfigMap(name="our-team"),
        DashboardProvider(name="git", volume={"emptyDir": {}}),
    ]
    found = directories("grafana", [board("a"), board("b", folder="Our Team")], volumes)
    for values in (
        [directory.mount["mountPath"] for directory in found],
        [directory.volume["name"] for directory in found],
        [directory.provider["name"] for directory in found],
    ):
        assert len(set(values)) == 5
    assert found[2].volume["configMap"] == {"name": "semantic-router", "optional": True}
    assert found[4].provider["options"]["foldersFromFilesStructure"] is True


def test_files_and_directories(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "notes.txt"):
        (tmp_path / name).write_text(json.dumps({"title": name, "uid": name.removesuffix(".json")}), encoding="utf-8")
    shipped, volumes = load([DashboardDirectory(path=str(tmp_path), folder="F"), board("c")])
    assert [(loaded.file, loaded.folder) for loaded in shipped] == [("a.json", "F"), ("b.json", "F"), ("c.json", FOLDER)]
    assert volumes == []
    (single,), _ = load([DashboardFile(path=str(tmp_path / "a.json"))])
    assert single.uid == "a"


def test_code() -> None:
    made = Dashboard.of(DashboardBuilder("Made in code").uid("code").build(), file="code.json", folder="F")
    assert (made.uid, made.folder) == ("code", "F")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("llm-router-dashboard.json", "grafana-dashboard-llm-router"),
        ("Team_A.json", "grafana-dashboard-team-a-"),
        ("a.b.json", "grafana-dashboard-a-b-"),
    ],
)
def test_config_map_names(file: str, name: str) -> None:
    assert config_map_name("grafana", board("a", file=file)).startswith(name)


def test_one_value_a_line_and_preset() -> None:
    variables = [{"type": "datasource", "query": "prometheus", "name": "ds"}, {"type": "query", "query": "up", "name": "other"}, "odd"]
    text = board("a", templating={"list": variables}, description="\u00e4", id=7).content("mimir")
    model = json.loads(text)
    assert text.isascii()
    assert ' "description": "\\u00e4",' in text.splitlines()
    assert model["id"] is None
    assert model["templating"]["list"][0]["current"] == {"selected": True, "text": "mimir", "value": "mimir"}
    assert "current" not in model["templating"]["list"][1]


def test_without_white_space_where_only_that_fits() -> None:
    numbers = list(range(35_000))
    large, small = board("a", numbers=numbers).content("x"), board("a", numbers=numbers[:25_000]).content("x")
    assert "\n" not in large
    assert ": " not in large
    assert json.loads(large)["numbers"] == numbers
    assert "\n" in small


@pytest.mark.parametrize("templating", [None, [], {}, {"list": None}, 5])
def test_odd_templating_is_passed_on(templating: Any) -> None:
    assert json.loads(board("a", templating=templating).content("x"))["templating"] == templating


@pytest.mark.parametrize(
    "model",
    [
        "",
        "{",
        "[]",
        "5",
        "{}",
        '{"title": 5, "uid": "a"}',
        '{"title": "a"}',
        '{"title": "a", "uid": ""}',
        '{"title": "a", "uid": "a", "x": Infinity}',
    ],
)
def test_no_dashboards(model: str) -> None:
    with pytest.raises(ConfigError, match=r"^a\.json"):
        Dashboard(file="a.json", model=model)


VOLUMES: dict[str, dict[str, Any]] = {
    "configMap": {"name": "boards", "items": [{"key": "a", "path": "a.json", "mode": 0o440}], "defaultMode": 0o444, "optional": True},
    "csi": {"driver": "git.csi.example.com", "readOnly": True, "volumeAttributes": {"repository": "https://git.example.com/a"}},
    "downwardAPI": {"items": [{"path": "a", "fieldRef": {"fieldPath": "metadata.labels"}}]},
    "emptyDir": {"sizeLimit": "1Gi"},
    "ephemeral": {
        "volumeClaimTemplate": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
                "selector": {"matchLabels": {"a": "b"}},
            },
        }
    },
    "persistentVolumeClaim": {"claimName": "boards", "readOnly": True},
    "projected": {"sources": [{"configMap": {"name": "a"}}, {"secret": {"name": "b", "optional": False}}]},
    "secret": {"secretName": "boards"},
}
"""Volume sources of each kind that PodSecurity `restricted` admits."""


@pytest.mark.parametrize("kind", VOLUMES)
def test_volumes_that_restricted_admits(kind: str) -> None:
    volume = {kind: VOLUMES[kind]}
    assert DashboardProvider(name="a", volume=volume).volume == volume


def test_types_of_volumes_are_those_of_the_schemas() -> None:
    file = Path(pod_fields.__file__).with_name("volumes.json")
    assert json.loads(file.read_text(encoding="utf-8")) == types_of_volumes()


@pytest.mark.parametrize(
    ("volume", "error"),
    [
        ({"persistentVolumeClaim": {}}, "persistentVolumeClaim.claimName: None: add it"),
        ({"persistentVolumeClaim": {"claimName": 5}}, "persistentVolumeClaim.claimName: 5: write text"),
        (
            {"persistentVolumeClaim": {"claimNam": "a"}},
            "persistentVolumeClaim: 'claimNam': unknown key; did you mean claimName? accepted: claimName, readOnly",
        ),
        ({"persistentVolumeClaim": {"claimName": "a", "readOnly": "yes"}}, "persistentVolumeClaim.readOnly: 'yes': write true or false"),
        ({"configMap": {"optional": True}}, "configMap.name: None: add it"),
        ({"configMap": {"name": "a", "items": [{"key": "b"}]}}, "configMap.items[0].path: None: add it"),
        ({"configMap": {"name": "a", "defaultMode": 755}}, "configMap.defaultMode: 755: write 0 to 511, which is 0777"),
        (
            {"secret": {"name": "a"}},
            "secret: 'name': unknown key; accepted: defaultMode, items, optional, secretName",
        ),
        ({"emptyDir": {"sizeLimit": []}}, "emptyDir.sizeLimit: []: write a quantity, such as 1Gi"),
        ({"csi": {"volumeAttributes": {}}}, "csi.driver: None: add it"),
        (
            {"projected": {"sources": [{"configMap": {"name": "a"}, "secret": {"name": "b"}}]}},
            "projected.sources[0]: ['configMap', 'secret']: give one source",
        ),
        ({"ephemeral": {}}, "ephemeral.volumeClaimTemplate: None: add it"),
    ],
)
def test_volumes_that_the_api_server_would_refuse(volume: dict[str, Any], error: str) -> None:
    with pytest.raises(ConfigError) as refused:
        DashboardProvider(name="a", volume=volume)
    assert str(refused.value) == f"DashboardProvider 'a': volume.{error}"


def test_mistakes_in_volumes_are_refused_as_the_schemas_refuse_them() -> None:
    """A field of another type, an unknown one, a missing one: what the schemas refuse is refused, and more only where they are known to omit it."""
    generator = Random(5)
    left_to_the_server = ("add it", "give one source", "which is 0777")
    differences, verdicts = [], {True: 0, False: 0}
    for _ in range(120):
        kind = generator.choice([*VOLUMES])
        volume = {kind: changed(generator, VOLUMES[kind])}
        ours, theirs = refused(volume), refused_by_schemas(volume)
        verdicts[bool(theirs)] += 1
        if bool(theirs) > bool(ours) or (ours and not theirs and not ours.endswith(left_to_the_server)):
            differences.append((volume, ours, theirs))
    assert differences == []
    assert min(verdicts.values()) > 20


def changed(generator: Random, body: dict[str, Any]) -> dict[str, Any]:
    """Change one thing, somewhere."""
    body = copy.deepcopy(body)
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
            places.append((value, key))
            walk(item)

    walk(body)
    holder, key = generator.choice(places)
    match generator.randrange(3):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict) and not {"repository", "labels", "a", "storage"} & {*holder}:
            holder["unknown"] = "a"
        case _:
            holder[key] = generator.choice(["text", 5, True, ["a"], {"a": "b"}])
    return body


def refused(volume: dict[str, Any]) -> str:
    try:
        DashboardProvider(name="a", volume=volume)
    except ConfigError as error:
        return str(error)
    return ""


def refused_by_schemas(volume: dict[str, Any]) -> str:
    spec = {"containers": [{"name": "a", "image": "a"}], "volumes": [{"name": "a", **volume}]}
    try:
        kubernetes_validate.validate({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}, "1.34", strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error)
    return ""
