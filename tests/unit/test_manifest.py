"""`Manifest` writes fields as given, and keeps what users patch."""

from __future__ import annotations

from collections import OrderedDict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import jsii
import pytest
import yaml
from cdk8s import ApiObject, App, Chart, Include, IResolver, JsonPatch, ResolutionContext
from constructs import IConstruct, IMixin

from manifests import new_chart, objects_of
from semantic_router_observability import Manifest
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes import manifest
from semantic_router_observability.kubernetes.manifest import find, namespace_of, plain
from semantic_router_observability.kubernetes.pods import content_hash, volume_name

if TYPE_CHECKING:
    from pathlib import Path

    from constructs import Construct


def config_map(scope: Construct, id: str, name: str = "a", **fields: Any) -> Manifest:
    """A ConfigMap."""
    return Manifest(scope, id, api_version="v1", kind="ConfigMap", name=name, labels={"app": "a"}, **fields)


def test_fields_come_in_the_order_given(chart: Chart) -> None:
    config_map(chart, "a", zebra=1, data={"b": "x", "a": None}, apple=[{"c": (1, 2)}], left_out=None)
    (written,) = objects_of(chart)
    assert list(written) == ["apiVersion", "kind", "metadata", "zebra", "data", "apple"]
    assert written["data"] == {"b": "x"}
    assert written["apple"] == [{"c": [1, 2]}]
    assert written["metadata"] == {"name": "a", "namespace": chart.namespace, "labels": {"app": "a"}}


def test_a_patch_is_applied_last_and_as_written(chart: Chart) -> None:
    made = config_map(chart, "a", data={"a": "1"})
    made.add_json_patch(JsonPatch.replace("/data/a", "2"), JsonPatch.add("/future", {"list": [None, "a"], "deep": [{"x": 1}]}))
    (written,) = objects_of(chart)
    assert written["data"] == {"a": "2"}
    assert written["future"] == {"list": [None, "a"], "deep": [{"x": 1}]}


@pytest.mark.parametrize("text", ["on", "1", "~", "a\nb\n", " x ", "\u00e4\u96fb", "#", "a: b", "\t", "0o7", "1e3", "%"])
def test_text_arrives_as_written(text: str, tmp_path: Any) -> None:
    app = App(outdir=str(tmp_path))
    config_map(Chart(app, "c", namespace="n"), "a", data={"k": text})
    app.synth()
    assert yaml.safe_load((tmp_path / "c.k8s.yaml").read_text(encoding="utf-8"))["data"]["k"] == text


def test_cluster_scoped_kinds_have_no_namespace(chart: Chart) -> None:
    Manifest(chart, "a", api_version="rbac.authorization.k8s.io/v1", kind="ClusterRole", name="a", labels={}, rules=[])
    (written,) = objects_of(chart)
    assert "namespace" not in written["metadata"]


def test_names_are_taken_once_per_kind_and_namespace(chart: Chart) -> None:
    config_map(chart, "one")
    Manifest(chart, "two", api_version="v1", kind="Secret", name="a", labels={})
    config_map(chart, "three", namespace="elsewhere")
    with pytest.raises(ConfigError, match=rf"^ConfigMap name: '{chart.namespace}/a': another object of this app has it; "):
        config_map(chart, "four")
    config_map(new_chart(), "one")


def test_names_are_taken_across_the_charts_of_an_app() -> None:
    app = App()
    config_map(Chart(app, "a", namespace="n"), "x")
    with pytest.raises(ConfigError, match="another object of this app has it"):
        config_map(Chart(app, "b", namespace="n"), "x")


@pytest.mark.parametrize("name", ["A", "a_b", "", "a" * 254])
def test_names_are_legal(name: str, chart: Chart) -> None:
    with pytest.raises(ConfigError, match=r"^ConfigMap name: "):
        config_map(chart, "a", name)


def test_the_byte_budget_counts_bytes(chart: Chart) -> None:
    config_map(chart, "fits", "fits", data={"a": "x" * 240_000})
    with pytest.raises(ConfigError, match=r"^ConfigMap big: size: '240002 bytes': "):
        config_map(chart, "big", "big", data={"a": "x" * 240_000, "b": "\u00e4"})


@pytest.mark.parametrize(("text", "size"), [('"', 2), ("\n", 2), ("\\", 2), ("<", 6), ("&", 6), ("\u00e4", 2), ("a b", 3)])
def test_the_byte_budget_counts_what_kubectl_writes_into_its_annotation(chart: Chart, text: str, size: int) -> None:
    with pytest.raises(ConfigError, match=rf"^ConfigMap big: size: '{240_000 + size} bytes': "):
        config_map(chart, "big", "big", data={"a": "x" * 240_000 + text})


def test_a_chart_without_namespace_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^Chart c: namespace: None: pass it"):
        namespace_of(Chart(App(), "c"))


def test_plain() -> None:
    given = MappingProxyType({"a": (1, 2.5, True, None), "b": OrderedDict(c="d", e=None), 5: "x"})
    assert plain(given) == {"a": [1, 2.5, True, None], "b": {"c": "d"}, "5": "x"}
    assert plain(2**53) == 2**53


@pytest.mark.parametrize("value", [{1}, object(), b"a", 1 + 2j, float("nan"), -float("inf"), 2**53 + 1, "\x85", "a\u2029"])
def test_not_plain(value: Any) -> None:
    if isinstance(value, bytes):
        assert plain(value) == [97]  # a sequence of numbers, as Python sees it
        return
    with pytest.raises(ConfigError, match=r"^spec\.a: "):
        plain({"a": value}, "spec")


def test_default_child_is_found(chart: Chart) -> None:
    assert ApiObject.of(config_map(chart, "a")).name == "a"


def test_volume_names() -> None:
    assert volume_name("secret", "mimir") == "secret-mimir"
    dotted, dashed, long = volume_name("secret", "a.b"), volume_name("secret", "a-b"), volume_name("secret", "x" * 200)
    assert len({dotted, dashed, long}) == 3
    assert all(len(name) <= 63 and "." not in name for name in (dotted, dashed, long))


def test_content_hash_tells_boundaries_apart() -> None:
    assert content_hash("ab", "c") != content_hash("a", "bc")
    assert content_hash("a") == content_hash("a")
    assert len(content_hash("\u00e4")) == 10


def synthesized(app: App, folder: Path) -> dict[str, list[Any]]:
    """What cdk8s itself writes, by file."""
    app.synth()
    return {path.name: list(yaml.safe_load_all(path.read_text(encoding="utf-8"))) for path in sorted(folder.iterdir())}


def written_three_times(app: App, folder: Path) -> list[Any]:
    """The objects of an app as `main.py` writes them, which must be those of cdk8s, before and after Node.js has the bodies."""
    first = manifest.objects_of(app)
    assert [found for objects in synthesized(app, folder).values() for found in objects] == first
    assert manifest.objects_of(app) == first
    return first


def test_bodies_that_stay_in_python_are_where_node_would_put_them(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    chart = Chart(app, "c", namespace="n", labels={"team": "a"})
    untouched = config_map(chart, "a", data={"a": "1"}, immutable=True)
    patched = config_map(chart, "b", "b", data={"a": "1"})
    patched.add_json_patch(JsonPatch.replace("/data/a", "2"), JsonPatch.add("/data/b", "3"))
    Manifest(chart, "d", api_version="v1", kind="ClusterRole", name="d", labels={}, rules=[{"verbs": ["get"]}])
    ApiObject(chart, "e", api_version="v1", kind="Secret").add_json_patch(JsonPatch.add("/data", {"a": "1"}))
    untouched.metadata.add_annotation("late", "yes")
    untouched.add_dependency(patched)
    objects = {found["metadata"]["name"]: found for found in written_three_times(app, tmp_path)}
    assert list(objects)[:2] == ["b", "a"]
    assert objects["b"]["data"] == {"a": "2", "b": "3"}
    assert objects["a"] == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "n", "labels": {"app": "a", "team": "a"}, "annotations": {"late": "yes"}},
        "data": {"a": "1"},
        "immutable": True,
    }
    assert objects["d"]["rules"] == [{"verbs": ["get"]}]


def test_a_mixin_finds_the_whole_object(tmp_path: Path) -> None:
    @jsii.implements(IMixin)
    class Strip:
        def supports(self, construct: IConstruct) -> bool:
            return isinstance(construct, Manifest)

        def apply_to(self, construct: IConstruct) -> None:
            assert isinstance(construct, Manifest)
            if "b" in construct.to_json()["data"]:
                construct.add_json_patch(JsonPatch.remove("/data/b"))

    app = App(outdir=str(tmp_path))
    chart = Chart(app, "c", namespace="n")
    config_map(chart, "a", data={"a": "1", "b": "2"})
    config_map(chart, "b", "b", data={"a": "1"})
    chart.with_(Strip())
    assert [found["data"] for found in written_three_times(app, tmp_path)] == [{"a": "1"}, {"a": "1"}]


def test_an_include_with_the_name_of_ours_keeps_its_fields(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: n}, data: {theirs: '1'}}\n", encoding="utf-8")
    app = App(outdir=str(tmp_path / "dist"))
    chart = Chart(app, "c", namespace="n")
    Include(chart, "own", url=str(file))
    config_map(chart, "a", data={"ours": "1"})
    assert [found["data"] for found in written_three_times(app, tmp_path / "dist")] == [{"theirs": "1"}, {"ours": "1"}]


def test_an_object_moved_by_a_resolver_keeps_its_body(tmp_path: Path) -> None:
    @jsii.implements(IResolver)
    class Move:
        def resolve(self, context: ResolutionContext) -> None:
            if context.value == "n":
                context.replace_value("moved")

    app = App(outdir=str(tmp_path), resolvers=[Move()])
    config_map(Chart(app, "c", namespace="n"), "a", data={"a": "1"})
    (found,) = written_three_times(app, tmp_path)
    assert (found["metadata"]["namespace"], found["data"]) == ("moved", {"a": "1"})


def test_each_chart_has_its_objects(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    first, second = (Chart(app, name, namespace=name) for name in ("a", "b"))
    config_map(second, "x", data={"of": "b"})
    config_map(first, "x", data={"of": "a"})
    assert [found["data"]["of"] for found in written_three_times(app, tmp_path)] == ["a", "b"]


def test_what_is_amended_keeps_the_patches_of_before_and_after(chart: Chart) -> None:
    made = config_map(chart, "a", data={"a": "1", "b": "1"})
    made.add_json_patch(JsonPatch.replace("/data/a", "patched"), JsonPatch.add("/data/c", "patched"), JsonPatch.add("/immutable", True))
    made.amend(data={"a": "2", "b": "2"})
    made.metadata.add_annotation("later", "kept")
    made.add_json_patch(JsonPatch.replace("/data/c", "at last"))
    (written,) = objects_of(chart)
    assert written["data"] == {"a": "patched", "b": "2", "c": "at last"}
    assert (written["immutable"], written["metadata"]["annotations"]) == (True, {"later": "kept"})


def test_a_patch_may_take_away_what_is_amended_later(chart: Chart) -> None:
    made = config_map(chart, "a", data={"a": "1"})
    made.add_json_patch(JsonPatch.remove("/data"))
    made.amend(data={"a": "2"})
    (written,) = objects_of(chart)
    assert "data" not in written


def test_objects_are_found_by_name_from_any_maker(chart: Chart) -> None:
    ours = config_map(chart, "a")
    assert find(chart, chart.namespace or "", "a", "Secret", "ConfigMap") is ours
    theirs = ApiObject(chart, "b", api_version="v1", kind="ConfigMap", metadata={"name": "b", "namespace": "elsewhere"})
    assert find(chart, "elsewhere", "b", "ConfigMap") is theirs
    assert find(chart, "elsewhere", "a", "ConfigMap") is None
