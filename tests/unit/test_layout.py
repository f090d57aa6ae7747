"""What keeps the project in one piece: names, folders, and the three places an option is written down."""

from __future__ import annotations

import ast
import graphlib
import inspect
import re
import subprocess
import sys
import typing
from collections import UserList
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, ForwardRef, get_origin

import constructs
import msgspec
import pytest

import semantic_router_observability as sro
from semantic_router_observability import dashboards
from semantic_router_observability import settings_sections as settings_module
from semantic_router_observability.addon.settings import AddOnSettings
from semantic_router_observability.schema import descriptions
from semantic_router_observability.settings_sections import (
    AlertmanagerSettings,
    GrafanaSettings,
    IngressSettings,
    KubeStateMetricsSettings,
    LogSettings,
    NetworkPolicySettings,
    OAuth2ProxyLogin,
    ProbeSettings,
    PrometheusSettings,
    ThanosSettings,
    TraceSettings,
    TraceStoreSettings,
)

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "constructs" / "semantic_router_observability"
MODULES = sorted(LIBRARY.rglob("*.py"))
PUBLIC = dir(sro)

STARTS_NODE = {
    "addon/boards.py",
    "addon/construct.py",
    "alertmanager/stack.py",
    "backup/construct.py",
    "cluster_metrics/kube_state_metrics.py",
    "exposure/ingress.py",
    "grafana/access/construct.py",
    "grafana/stack.py",
    "kubernetes/account.py",
    "kubernetes/certificate.py",
    "kubernetes/components.py",
    "kubernetes/cron_job.py",
    "kubernetes/common.py",
    "kubernetes/manifest.py",
    "kubernetes/patching.py",
    "kubernetes/replicas.py",
    "login/oauth2_proxy.py",
    "logs/store.py",
    "network/policies.py",
    "observability.py",
    "observability_parts.py",
    "prometheus/agent.py",
    "prometheus/rbac.py",
    "prometheus/sidecar.py",
    "prometheus/stack.py",
    "schema/__main__.py",
    "schema/descriptions.py",
    "schema/document.py",
    "probes/construct.py",
    "secrets/construct.py",
    "thanos/stack.py",
    "tracing/gateway.py",
    "tracing/store.py",
}
"""Modules that may import cdk8s, and with it start Node.js. Everything else is pure."""

CONSTRUCTS = (
    sro.PrometheusStack,
    sro.GrafanaStack,
    sro.AlertmanagerStack,
    sro.ObservabilityIngress,
    sro.OAuth2Proxy,
    sro.Secrets,
    sro.NetworkPolicies,
    sro.Observability,
    sro.AddOn,
    sro.Backup,
    sro.GrafanaAccess,
    sro.PrometheusAgent,
    sro.ThanosStack,
    sro.LogStore,
    sro.TraceStore,
)

ONLY_IN_PYTHON = {
    "PrometheusStack": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "alerts": "`alerts` at the top of the file, as they speak of all parts",
        "targets": "`routers` at the top of the file, as it is what everybody looks for first",
        "uid": "one Prometheus needs no other uid than the one that dashboards made elsewhere expect",
        "sidecar": "`thanos`, which gives each Prometheus one",
        "service_account": "an object of cdk8s-plus",
        "contract": "`contract` at the top of the file, as rules and dashboards share it",
        "image": "`images.prometheus`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "Backup": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "image": "`images.kubectl`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "GrafanaAccess": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "grafana": "an object; main.py passes the Grafana",
        "image": "`images.python`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "GrafanaStack": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "sources": "objects; main.py passes the Prometheus",
        "contract": "`contract` at the top of the file, as rules and dashboards share it",
        "image": "`images.grafana`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "AlertmanagerStack": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "uid": "there is one; `dataSources` with the same uid take another",
        "image": "`images.alertmanager`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "AddOn": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "targets": "`routers` at the top of the file, as it is what everybody looks for first",
        "alerts": "`alerts` at the top of the file, as they speak of all parts",
        "contract": "`contract` at the top of the file, as rules and dashboards share it",
        "image": "`images.prometheus`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "PrometheusAgent": {
        "scope": "AddOn decides where",
        "id": "AddOn decides the name",
        "targets": "those of AddOn",
        "guards": "those of AddOn",
        "interval": "that of AddOn",
        "image": "that of AddOn",
        "platform": "that of AddOn",
        "registries": "those of AddOn",
    },
    "NetworkPolicies": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "members": "objects; main.py passes everything it makes",
    },
    "ThanosStack": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "sources": "objects; main.py passes the Prometheus",
        "uid": "that of the Prometheus it takes the place of",
        "image": "`images.thanos`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "OAuth2Proxy": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "upstream": "the part whose `login` it is",
        "image": "`images.oauth2Proxy`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "TraceGateway": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "targets": "`routers` at the top of the file, as it is what everybody looks for first",
        "image": "`images.otelCollector`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "TraceStore": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "image": "`images.jaeger`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "LogStore": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "image": "`images.victoriaLogs`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "Probes": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "image": "`images.blackboxExporter`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "KubeStateMetrics": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
        "image": "`images.kubeStateMetrics`",
        "platform": "`platform` at the top of the file, as a cluster is of one kind",
        "registries": "`images.mirrors` and `images.pullSecrets`",
    },
    "ObservabilityIngress": {
        "scope": "main.py decides where",
        "id": "main.py decides the name",
    },
}


def _parameters(construct: type) -> dict[str, inspect.Parameter]:
    """Parameters by name. The class itself has the signature of jsii's metaclass."""
    parameters = dict(inspect.signature(vars(construct)["__init__"]).parameters)
    parameters.pop("self")
    return parameters


def relative(path: Path) -> str:
    """Path inside the library."""
    return path.relative_to(LIBRARY).as_posix()


def test_the_folder_called_constructs_is_no_package() -> None:
    assert not (ROOT / "constructs" / "__init__.py").exists()
    assert "site-packages" in constructs.__file__
    assert Path(sro.__file__).parent == LIBRARY


def test_every_folder_of_the_library_is_a_package() -> None:
    assert {path.parent for path in MODULES} == {path.parent for path in MODULES if path.name == "__init__.py"}


def test_no_two_folders_import_each_other() -> None:
    """Folders of the library, and modules beside them, form layers; imports for type checkers alone do not count."""
    imports: dict[str, set[str]] = {}
    for path in MODULES:
        if "/" not in relative(path) and path.name == "__init__.py":
            continue
        here = relative(path).split("/")[0].removesuffix(".py")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        typing_only = {id(inner) for node in ast.walk(tree) if is_for_type_checkers(node) for inner in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and id(node) not in typing_only and not node.level:
                for name in (f"{node.module}.{alias.name}" for alias in node.names):
                    if name.startswith("semantic_router_observability."):
                        imports.setdefault(here, set()).add(name.split(".")[1])
    layers = graphlib.TopologicalSorter({here: there - {here} for here, there in imports.items()})
    assert set(layers.static_order()) >= {"alerting", "dashboards", "cli", "settings"}


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_pure_modules_start_no_node() -> None:
    pure = [
        "semantic_router_observability." + relative(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for path in MODULES
        if relative(path) not in STARTS_NODE and path.name != "__main__.py" and relative(path) != "__init__.py"
    ]
    assert "semantic_router_observability.settings_file" in pure
    program = f"import importlib, sys\nfor name in {pure!r}:\n    importlib.import_module(name)\nprint('jsii' in sys.modules, 'cdk8s' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "False False\n"


def test_the_list_of_impure_modules_is_true() -> None:
    program = "import importlib, sys\nimportlib.import_module(sys.argv[1])\nprint('jsii' in sys.modules)"
    for module in sorted(STARTS_NODE):
        name = "semantic_router_observability." + module.removesuffix(".py").replace("/", ".")
        done = subprocess.run([sys.executable, "-c", program, name], capture_output=True, text=True, check=True, cwd=ROOT)
        assert done.stdout == "True\n", module


def test_types_are_imported_without_starting_node() -> None:
    program = "import sys, semantic_router_observability as sro\nsro.RouterTarget.helm('a'), sro.Claim(size='1Gi'), sro.Settings()\nprint('jsii' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "False\n"


def test_public_names_resolve() -> None:
    assert len(PUBLIC) > 100
    for name in PUBLIC:
        assert getattr(sro, name).__name__ == name
        assert inspect.getdoc(getattr(sro, name)), name
    with pytest.raises(AttributeError, match="semantic_router_observability attribute Prometheus"):
        sro.Prometheus  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]  looked up on purpose


@pytest.mark.parametrize("package", [sro, dashboards], ids=lambda package: package.__name__.rpartition(".")[2])
def test_type_checkers_see_each_public_name(package: ModuleType) -> None:
    """Of a stub they export only what is imported as itself."""
    tree = ast.parse(Path(str(package.__file__)).with_suffix(".pyi").read_text(encoding="utf-8"))
    names = [alias for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert [alias.name for alias in names] == [alias.asname for alias in names]
    assert sorted(alias.name for alias in names) == dir(package)
    assert not [name for name in dir(package) if isinstance(getattr(package, name), ModuleType)]


@pytest.mark.parametrize(
    ("construct", "settings"),
    [
        (sro.PrometheusStack, PrometheusSettings),
        (sro.GrafanaStack, GrafanaSettings),
        (sro.AlertmanagerStack, AlertmanagerSettings),
        (sro.ObservabilityIngress, IngressSettings),
        (sro.NetworkPolicies, NetworkPolicySettings),
        (sro.OAuth2Proxy, OAuth2ProxyLogin),
        (sro.AddOn, AddOnSettings),
        (sro.PrometheusAgent, sro.RemoteWriteAgent),
        (sro.ThanosStack, ThanosSettings),
        (sro.TraceGateway, TraceSettings),
        (sro.TraceStore, TraceStoreSettings),
        (sro.LogStore, LogSettings),
        (sro.KubeStateMetrics, KubeStateMetricsSettings),
        (sro.Probes, ProbeSettings),
    ],
    ids=lambda value: value.__name__,
)
def test_settings_and_parameters_are_the_same(construct: type, settings: Any) -> None:
    parameters = set(_parameters(construct))
    only_in_python = ONLY_IN_PYTHON[construct.__name__]
    fields = set(settings.__struct_fields__) - ONLY_IN_FILES - OF_ANOTHER_CONSTRUCT.get(settings, set())
    assert fields == parameters - only_in_python.keys()
    assert only_in_python.keys() <= parameters


ONLY_IN_FILES = {"enabled", "router_access", "prometheus_replicas", "sidecar_resources"}
"""Keys of settings that are arguments of another construct."""

OF_ANOTHER_CONSTRUCT: dict[Any, set[str]] = {TraceSettings: {"store"}}
"""The same, where the key is one of this construct elsewhere."""

STATED_ONCE = {"scope", "id", "platform", "registries", "contract", "sources", "upstream", "members"}
"""Parameters that `Observability` fills in."""


@pytest.mark.parametrize(
    ("construct", "arguments"),
    [
        (sro.PrometheusStack, sro.PrometheusArguments),
        (sro.GrafanaStack, sro.GrafanaArguments),
        (sro.AlertmanagerStack, sro.AlertmanagerArguments),
        (sro.OAuth2Proxy, sro.OAuth2ProxyArguments),
        (sro.ObservabilityIngress, sro.IngressArguments),
        (sro.NetworkPolicies, sro.NetworkPolicyArguments),
        (sro.AddOn, sro.AddOnArguments),
        (sro.ThanosStack, sro.ThanosArguments),
    ],
    ids=lambda value: value.__name__,
)
def test_mappings_of_arguments_are_those_of_the_constructs(construct: type, arguments: Any) -> None:
    parameters = {name: parameter for name, parameter in _parameters(construct).items() if name not in STATED_ONCE}
    assert list(arguments.__annotations__) == list(parameters)
    required = {name for name, parameter in parameters.items() if parameter.default is inspect.Parameter.empty}
    # `via` has a default on OpenShift.
    said = {name for name, annotation in arguments.__annotations__.items() if "Required[" in str(annotation)}
    assert said == required - {"backends", "via"}


def _accepted(annotation: object) -> str:
    """Annotation without what only settings or only arguments have: omission, None, and lists that cannot change."""
    text = annotation.__forward_arg__ if isinstance(annotation, ForwardRef) else str(annotation)
    for name, alias in vars(settings_module).items():
        if get_origin(alias) is Annotated:  # text that the schema describes further
            text = re.sub(rf"\b{name}\b", alias.__origin__.__name__, text)
    text = re.sub(r"Required\[(.*)\]$", r"\1", text.removesuffix(" | UnsetType").removesuffix(" | None"))
    return re.sub(r"tuple\[(.*), \.\.\.\]", r"Sequence[\1]", text).replace("dict[", "Mapping[")


DIFFERENT_IN_FILES = {
    "login": "may be an OAuth2Proxy",
    "alertmanagers": "external ones; `alertmanager` is the stack's own",
    "data_sources": "external ones; the stack's own are connected",
    "dashboards": "a file cannot hold one made in code",
    "admin": "a file cannot hold an object of cdk8s-plus",
}


@pytest.mark.parametrize(
    ("settings", "arguments"),
    [
        (PrometheusSettings, sro.PrometheusArguments),
        (GrafanaSettings, sro.GrafanaArguments),
        (AlertmanagerSettings, sro.AlertmanagerArguments),
        (OAuth2ProxyLogin, sro.OAuth2ProxyArguments),
        (NetworkPolicySettings, sro.NetworkPolicyArguments),
        (AddOnSettings, sro.AddOnArguments),
        (ThanosSettings, sro.ThanosArguments),
        (TraceSettings, sro.TraceGatewayArguments),
        (TraceStoreSettings, sro.TraceStoreArguments),
        (LogSettings, sro.LogStoreArguments),
        (KubeStateMetricsSettings, sro.KubeStateMetricsArguments),
        (ProbeSettings, sro.ProbesArguments),
    ],
    ids=lambda value: value.__name__,
)
def test_types_of_settings_are_those_of_the_arguments(settings: Any, arguments: Any) -> None:
    for name, annotation in settings.__annotations__.items():
        if name not in {*ONLY_IN_FILES, *DIFFERENT_IN_FILES, *OF_ANOTHER_CONSTRUCT.get(settings, set())}:
            assert _accepted(annotation) == _accepted(arguments.__annotations__[name]), name


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_arguments_are_keywords_and_documented_in_order(construct: type) -> None:
    parameters = _parameters(construct)
    positional = [name for name, parameter in parameters.items() if parameter.kind is not inspect.Parameter.KEYWORD_ONLY]
    assert positional == ["scope", "id"]
    _, documented = descriptions.split_docstring(inspect.getdoc(construct) or "")
    assert list(documented) == list(parameters)
    for name, text in documented.items():
        assert text.endswith("."), name
        if parameters[name].default is not inspect.Parameter.empty:
            assert re.search(r"\b[Dd]efault", text), f"{name}: says no default"


STRUCTS = [getattr(sro, name) for name in PUBLIC if hasattr(getattr(sro, name), "__struct_fields__")]


@pytest.mark.parametrize("struct", STRUCTS)
def test_values_accept_any_sequence(struct: Any) -> None:
    """Callers write lists, as for constructs; what is stored is a tuple."""
    hints = typing.get_type_hints(struct, include_extras=True)
    assert not [name for name, hint in hints.items() if re.search(r"tuple\[.*, \.\.\.\]", str(hint))]


def test_values_of_lists_are_those_of_tuples() -> None:
    rule = sro.AlertRule(name="Slow", expr="up", summary="Slow")
    assert sro.Alerts(own=[rule]) == sro.Alerts(own=(rule,))
    assert sro.Alerts(own=[rule]).own == (rule,)
    assert hash(sro.Addresses(["10.0.0.0/8"])) == hash(sro.Addresses(("10.0.0.0/8",)))
    assert sro.Allow(groups=UserList(["sre"])) == sro.Allow(groups=("sre",))
    metric = sro.Metric(name="orders", type="counter", labels=["shop"], values={"shop": ["a"]})
    assert metric == sro.Metric(name="orders", type="counter", labels=("shop",), values={"shop": ("a",)})
    assert msgspec.convert({"cidrs": ["10.0.0.0/8"]}, sro.Addresses) == sro.Addresses(("10.0.0.0/8",))
    with pytest.raises(sro.ConfigError, match="write a list, even of one"):
        sro.ApiServerAddress(cidrs="10.0.0.0/8")


@pytest.mark.parametrize("struct", STRUCTS)
def test_fields_are_documented_in_order(struct: Any) -> None:
    _, documented = descriptions.split_docstring(inspect.getdoc(struct) or "")
    assert set(documented) == set(struct.__struct_fields__)
    assert struct.__struct_config__.frozen
    assert struct.__struct_config__.forbid_unknown_fields


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_public_attributes_are_documented(construct: type) -> None:
    tree = ast.parse(inspect.getsource(construct).strip()).body[0]
    assert isinstance(tree, ast.ClassDef)
    (init,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    for statement, following in zip(init.body, [*init.body[1:], None], strict=True):
        target = (
            statement.target
            if isinstance(statement, ast.AnnAssign)
            else statement.targets[0]
            if isinstance(statement, ast.Assign)
            else None
        )
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
            documented = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            assert documented, f"{construct.__name__}.{target.attr}"


def git(*arguments: str, stdin: str = "") -> str:
    return subprocess.run(["git", *arguments], input=stdin, capture_output=True, text=True, check=True, cwd=ROOT).stdout


WRITTEN_BY_HAND_IN_PART = {"docs", "imports"}
"""Compared as a whole by `make fresh` or `.ci/run`, and only some of their files are generated."""


def test_generated_files_are_marked_for_reviewers_and_no_others() -> None:
    """What `make fresh` and `.ci/run` compare with what the code writes, snapshots and locks."""
    compared = re.findall(r"git diff --exit-code --stat -- (.+)", (ROOT / "Makefile").read_text() + (ROOT / ".ci" / "run").read_text())
    whole = {path for paths in compared for path in paths.split()} - WRITTEN_BY_HAND_IN_PART
    assert whole >= {"dist", "dashboards", "observability.schema.json"}
    whole -= {"dist"}  # what a reviewer reads
    whole |= {"docs/settings.md", "docs/detection.md", "imports/crds", "imports/io", "tests/snapshot/__snapshots__"}
    locks = {"go.sum", "package-lock.json", "requirements.lock"}
    tracked = git("ls-files").splitlines()
    generated = {path for path in tracked if Path(path).name in locks or whole & {path, *map(str, Path(path).parents)}}
    marked = git("check-attr", "--stdin", "linguist-generated", stdin="\n".join(tracked)).splitlines()
    assert {line.split(": ")[0] for line in marked if line.endswith(": set")} == generated
