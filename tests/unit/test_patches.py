"""Patches of single fields: applied as written, refused once what they change is gone, and listed with their reasons."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cdk8s import ApiObject, JsonPatch

from manifests import find, from_yaml, new_chart, objects_of
from semantic_router_observability import ConfigError, Observability, Patch, apply_patches
from semantic_router_observability.__main__ import main
from semantic_router_observability.kubernetes.patches import PATCHES

if TYPE_CHECKING:
    from pathlib import Path

POD = "/spec/template/spec"
DOCUMENT = {
    "metadata": {"annotations": {"example.com/team": "a", "tilde~": "b"}},
    "spec": {"replicas": 1, "containers": [{"name": "init", "args": ["a", "b"]}, {"name": "main", "args": []}], "hosts": [{"ip": "::1"}]},
}


def patch(path: str, value: Any = "x", **fields: Any) -> Patch:
    return Patch(object="StatefulSet/a", path=path, value=value, reason="because", **fields)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        (patch("/spec/replicas", 2), "/spec/replicas"),
        (patch("/spec/containers/main/args", []), "/spec/containers/1/args"),
        (patch("/spec/containers/0/args/1"), "/spec/containers/0/args/1"),
        (patch("/spec/containers/main/args/-", op="add"), "/spec/containers/1/args/-"),
        (patch("/spec/containers/2", {}, op="add"), "/spec/containers/2"),
        (patch("/spec/template", {}, op="add"), "/spec/template"),
        (patch("/metadata/annotations/example.com~1team"), "/metadata/annotations/example.com~1team"),
        (patch("/metadata/annotations/tilde~0"), "/metadata/annotations/tilde~0"),
        (Patch(object="a", path="/spec/hosts/0", op="remove", reason="r"), "/spec/hosts/0"),
    ],
)
def test_paths(given: Patch, pointer: str) -> None:
    assert given.pointer(DOCUMENT) == pointer


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (patch("/spec/replica"), "/spec has no replica; it has replicas; correct the path, or write op='add'"),
        (patch("/spec/template/spec", op="add"), "/spec has no template; it has replicas, containers, hosts; correct the path"),
        (
            patch("/spec/containers/other/args"),
            "/spec/containers has no item other; it has init, main; correct the path, or write op='add'",
        ),
        (patch("/spec/containers/2"), "/spec/containers has no item 2; it has init, main"),
        (patch("/spec/containers/-"), "/spec/containers has no item -"),
        (patch("/spec/replicas/0"), "/spec/replicas is no mapping and no list, so it holds no 0; see the object in dist/"),
        (
            Patch(object="a", path="/spec/hosts/1", op="remove", reason="r"),
            "/spec/hosts has no item 1; it has 0; correct the path, or remove the patch",
        ),
    ],
)
def test_paths_that_are_not_there(given: Patch, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        given.pointer(DOCUMENT)
    assert f"path: {given.path!r}: {message}" in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"path": "spec"}, "Patch: path: 'spec': write a JSON pointer"),
        ({"reason": " "}, "Patch: reason: ' ': say in one line why"),
        ({"reason": "a\nb"}, "Patch: reason: 'a\\nb': say in one line why"),
        ({"op": "remove"}, "Patch: value: 1: op='remove' takes none; remove it"),
        ({"value": None}, "Patch: value: None: give the new value, or write op='remove'"),
        ({"op": "move"}, "Patch: op: 'move'"),
        ({"value": "xoxb-0123456789-abcdef"}, "Patch: value"),
    ],
)
def test_refusals(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Patch(**{"object": "StatefulSet/a", "path": "/spec", "value": 1, "reason": "because", **fields})
    assert str(caught.value).startswith(message)


def test_a_stack_is_patched() -> None:
    chart = new_chart()
    stack = Observability(chart, "stack")
    stack.patch("StatefulSet/grafana", f"{POD}/priorityClassName", "high", reason="no default class", op="add")
    stack.prometheus.workload.patch(f"{POD}/containers/prometheus/image", "example.com/prometheus:v1", reason="built here")
    # A patch sees what earlier ones did, those of cdk8s included.
    ApiObject.of(stack.prometheus).add_json_patch(JsonPatch.add(f"{POD}/hostAliases", [{"ip": "10.0.0.1"}]))
    stack.patch("StatefulSet/prometheus", f"{POD}/hostAliases/0/ip", "10.0.0.2", reason="moved")
    objects = objects_of(chart)
    grafana, prometheus = (find(objects, "StatefulSet", name) for name in ("grafana", "prometheus"))
    assert grafana["spec"]["template"]["spec"]["priorityClassName"] == "high"
    assert prometheus["spec"]["template"]["spec"]["containers"][0]["image"] == "example.com/prometheus:v1"
    assert prometheus["spec"]["template"]["spec"]["hostAliases"] == [{"ip": "10.0.0.2"}]
    assert prometheus["metadata"]["annotations"][PATCHES] == (
        f"replace {POD}/containers/prometheus/image: built here\nreplace {POD}/hostAliases/0/ip: moved"
    )
    assert [item["metadata"]["name"] for item in objects if PATCHES in item["metadata"].get("annotations", {})] == ["prometheus", "grafana"]


def test_objects_that_are_not_there() -> None:
    chart = new_chart()
    stack = Observability(chart, "stack", prometheus={"cluster_wide": False})
    with pytest.raises(ConfigError) as caught:
        stack.patch("StatefulSet/grafanna", "/spec/replicas", 0, reason="r")
    assert "object: 'StatefulSet/grafanna': there is no such object; there is StatefulSet/grafana" in str(caught.value)
    apply_patches(chart, [Patch(object=f"StatefulSet/{chart.namespace}/grafana", path="/spec/replicas", value=0, reason="r")])
    assert find(objects_of(chart), "StatefulSet", "grafana")["spec"]["replicas"] == 0


def test_one_name_in_several_namespaces() -> None:
    text = """
        routers: [{namespaces: [a, b]}]
        patches:
          - {object: Role/NAME, path: /rules/0/verbs/0, value: get, reason: r}
        """
    with pytest.raises(ConfigError, match="is in several namespaces") as caught:
        from_yaml(text.replace("NAME", _name_in_both(text)))
    assert caught.value.path == ("patches", 0, "object")
    changed = from_yaml(text.replace("NAME", f"b/{_name_in_both(text)}"))
    assert [item["metadata"]["namespace"] for item in changed if item["kind"] == "Role" and item["rules"][0]["verbs"][0] == "get"] == ["b"]


def _name_in_both(text: str) -> str:
    objects = from_yaml(text.partition("patches:")[0])
    names = [item["metadata"]["name"] for item in objects if item["kind"] == "Role" and item["metadata"]["namespace"] in {"a", "b"}]
    assert len(set(names)) == 1
    return str(names[0])


def test_patches_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chart = new_chart()
    stack = Observability(chart, "stack")
    stack.patch("Service/grafana", "/spec/type", "NodePort", reason="no ingress: a test cluster", op="add")
    file = tmp_path / "objects.json"
    file.write_text(json.dumps({"kind": "List", "items": objects_of(chart)}), encoding="utf-8")
    assert main(["explain", "patches", str(file)]) == 0
    title = f"Service {chart.namespace}/grafana"
    assert capsys.readouterr().out == f"{title}\n  add /spec/type: no ingress: a test cluster\n"
    assert main(["explain", "patches", str(file), "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"object": title, "op": "add", "path": "/spec/type", "reason": "no ingress: a test cluster"}
    ]
    file.write_text("{kind: Service, metadata: {name: a}}", encoding="utf-8")
    assert main(["explain", "patches", str(file)]) == 0
    assert capsys.readouterr().out == "no object is patched\n"
