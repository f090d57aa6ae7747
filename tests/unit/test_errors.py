"""Errors as values, rendered for Python callers and for readers of YAML, and a settings file's come all at once.

The tables of `test_*bad_inputs.py` record what is refused; here every recorded message is held to the names that its reader can write.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import constructs
import main
import pytest

import semantic_router_observability as sro
from manifests import new_chart
from semantic_router_observability import app, settings_file
from semantic_router_observability.errors import ConfigError, Key, Place, Raw, Value, arg, at, form, place
from semantic_router_observability.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIBRARY = Path(sro.__file__).parent
TABLES = [importlib.import_module(f"unit.{path.stem}") for path in sorted(Path(__file__).parent.glob("test_*bad_inputs.py"))]


def printed(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    (folder / "observability.yaml").write_text(text, encoding="utf-8")
    arguments = ["--config", str(folder / "observability.yaml"), "--output", str(folder / "dist")]
    assert app.run(main.build, arguments=arguments) == app.CONFIG_ERROR
    assert not (folder / "dist").exists()
    return capsys.readouterr().err.replace(str(folder), "FOLDER")


class TestRendering:
    """One error, written as its reader writes it."""

    def test_names_are_spelled_for_the_reader(self) -> None:
        error = ConfigError(
            place("prometheus", "scrape_jobs", 0, "match_labels", Key("my_label")),
            None,
            f"use {arg('cluster_wide', True)}, {arg('retention_size')} or {form(sro.Slack, 'name', 'api_url')}",
        )
        assert str(error) == (
            "prometheus: scrape_jobs[0].match_labels.my_label: None: use cluster_wide=True, retention_size or Slack(name=..., api_url=...)"
        )
        assert error.in_yaml() == (
            "prometheus: scrapeJobs[0].matchLabels.my_label: not given: "
            "use clusterWide: true, retentionSize or {type: slack, name: ..., apiUrl: ...}"
        )

    @pytest.mark.parametrize(
        ("given", "python", "in_yaml"),
        [
            (True, "True", "true"),
            (None, "None", "not given"),
            ({"a": [1, None, "b"]}, "{'a': [1, None, 'b']}", "{a: [1, null, b]}"),
            (("a", "b"), "('a', 'b')", "[a, b]"),
            (Raw("a value"), "a value", "a value"),
            (Path("a/b"), "'a/b'", "'a/b'"),
            (sro.SecretKey("a", "b"), "SecretKey(secret='a', key='b')", "{secret: a, key: b}"),
        ],
    )
    def test_values_are_written_as_the_reader_writes_them(self, given: object, python: str, in_yaml: str) -> None:
        error = ConfigError("x", given, "y")
        assert (str(error), error.in_yaml()) == (f"x: {python}: y", f"x: {in_yaml}: y")

    @pytest.mark.parametrize("text", ["external_url", "cluster_wide=True", "{retention_size}", "Slack(name=...)", "%s", "\\1"])
    def test_the_users_own_text_stays_as_it_is(self, text: str) -> None:
        error = ConfigError(Place(text), text, f"no receiver has this name; the receivers are {text}")
        assert str(error) == error.in_yaml()
        assert error.in_yaml().count(text) + str(error).count(repr(text)[1:-1]) >= 4

    def test_a_value_names_its_class_until_it_has_a_place(self) -> None:
        with pytest.raises(ConfigError) as caught:
            sro.Resources(cpu="1", memory="1Gi", memory_limit="1Mi")
        assert str(caught.value) == "Resources: memory_limit: '1Mi': write at least the request, 1Gi"
        assert caught.value.path == (Value("Resources"), "memory_limit")
        assert (caught.value.given, caught.value.expected) == ("1Mi", "write at least the request, 1Gi")
        assert caught.value.within("prometheus", "resources").in_yaml() == (
            "prometheus.resources.memoryLimit: '1Mi': write at least the request, 1Gi"
        )

    def test_a_value_that_has_to_be_named_is_known_by_its_name(self) -> None:
        with pytest.raises(ConfigError, match=r"^StaticJob 'a': targets: \[\]: "):
            sro.StaticJob(name="a", targets=())
        with pytest.raises(ConfigError, match=r"^StaticJob: name: '': "):
            sro.StaticJob(name="", targets=("a:80",))

    def test_paths_are_built_from_the_outside(self) -> None:
        assert at("a", 1, "b") == at(at("a", 1), "b") == ("a", 1, "b")
        assert place("id", "a") == (Place("id"), "a")


class TestSettings:
    """All errors of a file, with their lines, in its order."""

    def test_every_error_of_a_file_is_reported_at_once(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        text = """\
namespace: Foo
prometheus:
  retention: 15          # a number
  replicas: 2
  externalLabels:
    1a: b
  storage:
    type: claim
    size: 20GB
  scrapeJobs:
    - {type: static, name: a, targets: ["a:80"]}
    - type: static
      name: b
      targets:
        - b:80
        - b
grafana:
  storage: &disk
    type: ephemeral
    sice: 1Gi
  smtp: {}
routers:
  - install: helm
  - null
"""
        lines = printed(text, tmp_path, capsys).splitlines()
        assert [line.split(": ")[:3] for line in lines] == [
            ["error", "observability.yaml:1", "namespace"],
            ["error", "observability.yaml:3", "prometheus.retention"],
            ["error", "observability.yaml:4", "prometheus"],
            ["error", "observability.yaml:9", "prometheus.storage.size"],
            ["error", "observability.yaml:16", "prometheus.scrapeJobs[1].targets"],
            ["error", "observability.yaml:20", "grafana.storage"],
            ["error", "observability.yaml:21", "grafana.smtp.host"],
            ["error", "observability.yaml:21", "grafana.smtp.fromAddress"],
            ["error", "observability.yaml:23", "routers[0].release"],
            ["error", "observability.yaml:24", "routers[1]"],
        ]

    def test_the_first_error_of_every_stack_is_among_them(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        text = """\
prometheus:
  retention: 1h
grafana:
  replicas: 3
alertmanager:
  receivers:
    - {type: webhook, name: ops, url: "http://bridge"}
  retention: 1h
"""
        assert printed(text, tmp_path, capsys) == (
            "error: observability.yaml:2: prometheus.retention: '1h': write at least 2h, the span of one block\n"
            "error: observability.yaml:4: grafana.replicas: 3: SQLite serves one process; give a database (postgres or mysql) or write 1\n"
            "error: observability.yaml:8: alertmanager.retention: '1h': "
            "write at least the longest repeat interval, 12h: what is forgotten is sent again\n"
        )

    def test_what_does_not_fit_hides_no_stack(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        lines = printed("prometheus: {retention: 15}\ngrafana: {replicas: 3}\n", tmp_path, capsys).splitlines()
        assert [line[:45] for line in lines] == [
            "error: observability.yaml:1: prometheus.reten",
            "error: observability.yaml:2: grafana.replicas",
        ]

    def test_nothing_is_refused_for_what_an_error_before_it_causes(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        text = """\
platform: {type: openshit}
grafana: {externalUrl: "https://g.example.com"}
ingress: {}
"""
        (line,) = printed(text, tmp_path, capsys).splitlines()
        assert line == "error: observability.yaml:1: platform.type: 'openshit': write one of kubernetes, openshift"

    def test_merged_keys_are_found_where_they_stand(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        text = """\
prometheus:
  storage: &disk
    type: claim
    size: 20Gi
    storageClass: Fast
grafana:
  storage:
    <<: *disk
    size: 10Gi
"""
        lines = printed(text, tmp_path, capsys).splitlines()
        assert [line.split(": ")[1:3] for line in lines] == [
            ["observability.yaml:5", "prometheus.storage.storageClass"],
            ["observability.yaml:5", "grafana.storage.storageClass"],
        ]

    def test_no_error_repeats_a_credential(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        token = "ghp_" + "a" * 36
        text = f"prometheus: {{retention: 5, remoteWrite: {{a: {token}}}}}\ngrafana: {{smtp: {token}}}\n"
        lines = printed(text, tmp_path, capsys)
        assert token not in lines
        assert [line.split(": ")[2] for line in lines.splitlines()] == ["prometheus.retention", "prometheus.remoteWrite.a", "grafana.smtp"]

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (
                "grafana: {dashboards: [{type: file, path: external_url.json}]}",
                "grafana.dashboards[0].path: 'FOLDER/external_url.json': cannot be read (FileNotFoundError); give the path of a JSON file",
            ),
            (
                'prometheus: {scrapeJobs: [{type: static, name: external_url, targets: ["a:1"]}, {type: static, name: external_url, targets: ["b:1"]}]}',
                "prometheus.scrapeJobs: 'external_url': two scrape jobs share this name; rename one",
            ),
            (
                'routers: [{install: raw}, {namespaces: ["*"]}]',
                "routers[1].namespaces: '*': reading every namespace needs clusterWide: true, a ClusterRole; or name the namespaces",
            ),
            (
                "alerts: {own: [{name: A, expr: up, summary: a, dashboard: {uid: llm-router-metrics, id: 999}}]}",
                "alerts.own[0].dashboard.id: 999: is not a panel of llm-router-metrics; it has 1, ",
            ),
            (
                'prometheus: {scrapeJobs: [{type: static, name: a, targets: ["a:1"], timeout: 20s}]}',
                "prometheus.scrapeJobs[0].timeout: '20s': write at most the stack's interval, 15s",
            ),
            ("alerts: {own: [{name: A, expr: up ==, summary: a}]}", "alerts.own[0].expr: 'up ==': not PromQL: "),
            (
                "alerts: {slos: [{name: a, sli: {type: availability}, objective: 0.99, window: 30d}]}",
                "alerts.slos[0].window: '30d': write at most 15d, the time samples are kept",
            ),
        ],
    )
    def test_errors_name_the_key_and_leave_the_value(
        self, text: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert printed(text, tmp_path, capsys).startswith(f"error: observability.yaml:1: {line}")

    def test_a_file_of_the_user_is_named(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "a.json").write_text('{"title": "A"}', encoding="utf-8")
        text = "grafana:\n  dashboards:\n    - {type: file, path: a.json}\n"
        assert printed(text, tmp_path, capsys) == (
            "error: observability.yaml:3: grafana.dashboards[0]: a.json: uid: not given: "
            "give it a uid of 1 to 40 letters, digits, '-' or '_', as text; links hold on to it\n"
        )


def yaml_lines() -> Iterator[str]:
    for table in TABLES:
        cases = [case.values for case in table.CASES] if table.__name__ == "unit.test_bad_inputs" else getattr(table, "IN_YAML", [])
        for _, error, *_ in [*cases, *getattr(table, "SETTINGS", [])]:
            yield from error.splitlines()


def python_cases() -> Iterator[Callable[[], object]]:
    for table in TABLES:
        cases = table.CASES if table.__name__ == "unit.test_oauth2_proxy_bad_inputs" else getattr(table, "IN_PYTHON", [])
        yield from (case[0] for case in cases)


def keys_of(line: str) -> list[str]:
    """Steps of the path at the start of a message; empty where it is about the file as a whole."""
    path = re.match(r"[a-z]\w*(?:\.[^:\s]+|\[\d+\])*(?=: )", line)
    return re.findall(r"\[\d+\]|[^.\[\]]+", path[0]) if path and path[0] != "true" else []


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema, which is made of the types anew at each call."""
    return settings_file.schema()


def unknown(keys: list[str]) -> str | None:
    """First of the keys that the JSON Schema does not know at its place."""
    root = schema()
    nodes = list(_alternatives(root, root))
    for key in keys:
        inner: list[Any] = []
        for node in nodes:
            if key.startswith("["):
                inner += [node["items"]] if "items" in node else []
            elif key in node.get("properties", {}):
                inner.append(node["properties"][key])
            elif node.get("type") == "object" and "properties" not in node:
                return None  # the user's own keys, or another program's configuration
        if not inner:
            return key
        nodes = [found for node in inner for found in _alternatives(root, node)]
    return None


def _alternatives(root: dict[str, Any], node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "$ref" in node:
        yield from _alternatives(root, root["$defs"][node["$ref"].rsplit("/", 1)[1]])
    for inner in node.get("anyOf", []):
        yield from _alternatives(root, inner)
    if "$ref" not in node and "anyOf" not in node:
        yield node


class TestRecordedRefusals:
    """Every message of the tables names what its reader can write."""

    def test_messages_for_yaml_names_keys_of_the_schema(self) -> None:
        lines = list(yaml_lines())
        # Credentials are looked for under unknown keys too.
        wrong = {line: key for line in lines if "looks like" not in line and (key := unknown(keys_of(line)))}
        assert wrong == {}
        assert sum(bool(keys_of(line)) for line in lines) > 300

    def test_messages_for_yaml_speaks_no_python(self) -> None:
        assert [line for line in yaml_lines() if re.search(r"\b(?:None|True|False)\b|\w\(\w+=", line)] == []

    def test_the_check_of_keys_finds_a_wrong_one(self) -> None:
        assert unknown(keys_of("prometheus.namespaces: '*': x")) == "namespaces"
        assert unknown(keys_of("alerts.own[0].dashbord: x")) == "dashbord"
        assert unknown(keys_of("prometheus.scrapeJobs[0].config.whatever_it_is: x")) is None

    def test_messages_for_python_names_arguments(self) -> None:
        checked = 0
        for build in python_cases():
            with pytest.raises(ConfigError) as caught:
                build()
            first, *steps = caught.value.path or ("",)
            known = PARAMETERS
            if isinstance(first, Value):
                known = set(SPECS[first.split(" ")[0]].__struct_fields__)
            elif not isinstance(first, Place):
                continue
            names = [step for step in steps if isinstance(step, str) and not isinstance(step, Key | Place)]
            assert not names or names[0] in known, caught.value
            assert set(names) <= NAMES, caught.value
            checked += bool(names)
        assert checked > 150


def _all_specs(kind: type[Spec] = Spec) -> Iterator[type[Spec]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _all_specs(inner)


PUBLIC = [getattr(sro, name) for name in dir(sro)]
SPECS = {kind.__name__: kind for kind in _all_specs()} | {"Dashboard": sro.Dashboard}
PARAMETERS = {
    name
    for kind in PUBLIC
    if inspect.isclass(kind) and issubclass(kind, constructs.Construct)
    for name in inspect.signature(vars(kind)["__init__"]).parameters
}
NAMES = PARAMETERS | {field for kind in SPECS.values() for field in kind.__struct_fields__}


def references() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(LIBRARY.rglob("*.py")):
        if path.name != "errors.py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"arg", "form"}:
                    yield f"{path.name}:{node.lineno}", node


def test_references_in_messages_name_what_exists() -> None:
    found = list(references())
    for where, call in found:
        first, *others = call.args
        if isinstance(call.func, ast.Name) and call.func.id == "arg":
            assert isinstance(first, ast.Constant), where
            assert first.value in NAMES, f"{where}: no argument or field is called {first.value}"
        else:
            assert isinstance(first, ast.Name), where
            named = {other.value for other in others if isinstance(other, ast.Constant)}
            assert named <= set(SPECS[first.id].__struct_fields__), where
    assert len(found) > 50


def test_arguments_in_messages_are_references() -> None:
    """A name with an underscore would reach readers of YAML as Python spells it; fields of the programs' own files are spelled so for both."""
    literal = {
        f"{path.name}:{call.lineno}": word
        for path in sorted(LIBRARY.rglob("*.py"))
        if path.parent.name != "native"
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "ConfigError" and len(call.args) == 3
        for part in _literal_parts(call.args[2])
        for word in re.findall(r"[a-z]+(?:_[a-z]+)+", part)
        if word in NAMES
    }
    assert literal == {}


def _literal_parts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"arg", "form"}):
        for inner in ast.iter_child_nodes(node):
            yield from _literal_parts(inner)


def test_a_construct_keeps_its_id_in_front() -> None:
    with pytest.raises(ConfigError) as caught:
        sro.PrometheusStack(new_chart(), "prometheus", retention_size="19GB", storage=sro.Claim(size="20Gi"))
    assert str(caught.value).startswith("prometheus: retention_size: '19GB': does not fit the volume of 20Gi; ")
    assert caught.value.path == (Place("prometheus"), "retention_size")


@pytest.mark.parametrize("text", ["\x1b[31mred", "\x07", "\u202eabc", "\x9b2J"])
def test_nothing_in_a_message_reaches_the_terminal_as_a_command(text: str) -> None:
    error = ConfigError(("settings", Key(text), Place(text)), Raw(text), f"write {text}")
    for line in (str(error), error.in_yaml()):
        assert line.isprintable()
        assert line.count(repr(text)[1:-1]) == 4
