"""The documentation is tried: every snippet, link, table and name on every page.

How a page marks its blocks: `tests/documentation.py`. Commands that need a cluster run in `tests/cluster/test_documented_commands.py`.
Addresses on the internet are not opened: tests run without one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import cdk8s
import main
import promql_parser
import pytest
import yaml

from documentation import PAGES, ROOT, SNIPPETS, Snippet
from semantic_router_observability import app, settings_file
from semantic_router_observability.alerting import Availability, Slo
from semantic_router_observability.alerting.burn import slo_groups
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.links import Links
from semantic_router_observability.alerting.options import Alerts
from semantic_router_observability.router.catalogue import families
from semantic_router_observability.rules import router_groups

NEED_NO_TRIAL = {
    "text": "output, messages and drawings; messages of refused settings are compared",
    "mermaid": "a drawing; no renderer at hand",
}

FOREIGN_OBJECTS = {
    ("deployment", "prometheus"): "the upstream directory's",
    ("deployment", "grafana"): "the upstream directory's, or Grafana with several replicas",
    ("configmap", "grafana-provisioning"): "the upstream directory's",
    ("configmap", "grafana-dashboards"): "the upstream directory's",
    ("configmap", "semantic-router-alert-rules"): "the upstream directory's",
    ("configmap", "semantic-router-config"): "the router's own",
    ("clusterrole", "prometheus"): "the upstream directory's",
    ("clusterrolebinding", "prometheus"): "the upstream directory's",
    ("ingress", "grafana"): "the upstream directory's",
    ("ingress", "prometheus"): "the upstream directory's",
    ("ingress", "ingress-grafana"): "made when settings ask for it",
    ("deployment", "trace-gateway"): "made when settings ask for it",
    ("deployment", "probes"): "made when settings ask for it",
    ("statefulset", "log-store"): "made when settings ask for it",
    ("statefulset", "trace-store"): "made when settings ask for it",
    ("persistentvolumeclaim", "log-store-data"): "made when settings ask for it",
    ("persistentvolumeclaim", "trace-store-data"): "made when settings ask for it",
    ("statefulset", "thanos-compact"): "made when settings ask for it",
    ("statefulset", "thanos-store"): "made when settings ask for it",
    ("persistentvolumeclaim", "thanos-compact-data"): "made when settings ask for it",
    ("persistentvolumeclaim", "thanos-store-data"): "made when settings ask for it",
    ("secret", "grafana-admin"): "made by the user",
    ("secret", "grafana-database"): "made by the user",
    ("secret", "grafana-encryption"): "made by the user",
    ("secret", "grafana-tls"): "made by the user",
    ("secret", "grafana-sso"): "made by the user",
    ("secret", "grafana-ldap"): "made by the user",
    ("secret", "alert-receivers"): "made by the user",
    ("secret", "prometheus-login"): "made by the user",
    ("secret", "remote-write"): "made by the user",
    ("service", "alertmanager"): "made when settings ask for it",
    ("statefulset", "alertmanager"): "made when settings ask for it",
    ("persistentvolumeclaim", "data-alertmanager-2"): "made when settings ask for it",
    ("secret", "registry-pull"): "made by the user",
    ("statefulset", "prometheus-b"): "made when settings ask for it",
    ("persistentvolumeclaim", "prometheus-b-data"): "made when settings ask for it",
    ("deployment", "thanos-query"): "made when settings ask for it",
    ("secret", "thanos-object-storage"): "made by the user",
    ("secret", "prometheus-client"): "made by the user",
}

RECORDED = {rule.record for group in router_groups() for rule in group.rules} | {
    str(rule["record"])
    for group in slo_groups([Slo(name="answers", sli=Availability(), objective=0.99)], Facts(), Links())
    for rule in group["rules"]
    if "record" in rule
}
RECORDED |= {
    rule["record"] for groups in Alerts().groups(Facts()).values() for group in groups for rule in group["rules"] if "record" in rule
}
SELF_METRICS = (
    "up",
    "scrape_",
    "prometheus_",
    "grafana_",
    "alertmanager_",
    "kube_",
    "kubelet_",
    "vllm:",
    "otelcol_",
    "envoy_",
    "probe_",
    "thanos_",
    "redis_",
    "DCGM_",
    "node_",
    "controller_runtime_",
    "workqueue_",
    "vl_",
    "jaeger_",
    "grpc_",
    "ALERTS",
)


def of_language(*languages: str) -> list[Any]:
    return [pytest.param(snippet, id=str(snippet)) for snippet in SNIPPETS if snippet.language in languages and not snippet.not_run]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what the snippets' paths name."""
    (tmp_path / "team-dashboards").mkdir()
    model = json.loads((ROOT / "dashboards" / "llm-router-dashboard.json").read_text(encoding="utf-8"))
    model |= {"uid": "team-overview", "title": "Team overview"}
    (tmp_path / "team-dashboards" / "overview.json").write_text(json.dumps(model), encoding="utf-8")
    (tmp_path / "team-rules" / "generated").mkdir(parents=True)
    for number, path in enumerate(("node-exporter.yml", "generated/a.yaml")):
        groups = {"groups": [{"name": f"g{number}", "rules": [{"alert": "NodeDown", "expr": 'up{job="node"} == 0'}]}]}
        (tmp_path / "team-rules" / path).write_text(yaml.safe_dump(groups), encoding="utf-8")
    for path in ("common/all-clusters.yaml", "team-a/alerts.yaml"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text("prometheus: {retention: 30d}\n", encoding="utf-8")
    (tmp_path / "imports").symlink_to(ROOT / "imports")
    return tmp_path


def synthesize(text: str, folder: Path) -> list[dict[str, Any]]:
    path = folder / "observability.yaml"
    path.write_text(text, encoding="utf-8")
    settings = settings_file.load(path)
    chart = cdk8s.Chart(cdk8s.App(outdir=str(folder / "out")), "observability", namespace=settings.namespace)
    main.build(chart, settings)
    return list(cdk8s.Testing.synth(chart))


@pytest.mark.parametrize("snippet", of_language("yaml"))
def test_yaml(snippet: Snippet, checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Excerpts of observability.yaml synthesize, or are refused as the page says; Kubernetes objects parse and say what they are."""
    if not snippet.is_settings:
        documents = [document for document in yaml.safe_load_all(snippet.text) if document is not None]
        assert documents
        for document in documents:
            assert {"apiVersion", "kind"} <= set(document), "neither settings (first line '# observability.yaml') nor a Kubernetes object"
    elif snippet.is_refused:
        message = next(
            later.text for later in SNIPPETS if later.page == snippet.page and later.line > snippet.line and later.language == "text"
        )
        config = checkout / "observability.yaml"
        config.write_text(snippet.text, encoding="utf-8")
        assert app.run(main.build, arguments=["--config", str(config), "--output", str(checkout / "dist")]) == app.CONFIG_ERROR
        assert capsys.readouterr().err == message
    else:
        assert synthesize(snippet.text, checkout)


@pytest.mark.parametrize("snippet", of_language("python"))
def test_python(snippet: Snippet, checkout: Path) -> None:
    """Programs print nothing to stderr, and what they synthesize parses."""
    script = checkout / "program.py"
    script.write_text(snippet.text, encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        # the Grafana Foundation SDK itself warns everyone who imports its model of the classic format
        [sys.executable, "-W", "error", "-W", "ignore:Prefer using dashboardv2.Dashboard instead:DeprecationWarning", script.name],
        cwd=checkout,
        env={"PATH": path, "HOME": str(checkout), "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    manifests = sorted((checkout / "dist").glob("*.k8s.yaml"))
    if "app.synth()" in snippet.text:
        assert manifests
    for manifest in manifests:
        assert all(document["kind"] for document in yaml.safe_load_all(manifest.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def default_objects(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return synthesize((ROOT / "observability.yaml").read_text(encoding="utf-8"), tmp_path_factory.mktemp("default"))


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return {name for line in re.findall(r"^([a-z][a-z0-9 _-]*):(?!=)", text, re.MULTILINE) for name in line.split()}


@pytest.mark.parametrize("snippet", of_language("bash"))
def test_bash(snippet: Snippet, default_objects: list[dict[str, Any]]) -> None:
    """Commands are valid shell; the make targets, files, options and objects they name exist."""
    assert subprocess.run(["bash", "-n"], input=snippet.text, text=True, capture_output=True, check=False).stderr == ""
    for target in re.findall(r"^\s*make ([a-z-]+)", snippet.text, re.MULTILINE):
        assert target in make_targets(), f"make {target}"
    for path in re.findall(r"(?:apply|diff) (?:--server-side )?(?:--prune )?-[fk] ([\w.][\w./-]*)", snippet.text):
        assert (ROOT / path).exists(), path
    for options in re.findall(r"main\.py(.*)", snippet.text):
        assert set(re.findall(r"--[a-z-]+", options)) <= {"--config", "--output", "--check-with-programs"}, options
    known = {(item["kind"].lower(), item["metadata"]["name"]) for item in default_objects} | set(FOREIGN_OBJECTS)
    for kind, name in named_objects(snippet.text):
        assert (kind, name) in known, f"{kind} {name}"


def named_objects(text: str) -> list[tuple[str, str]]:
    """Objects that commands name as `kind/name`, or as kinds followed by names after a verb."""
    full = {"service": "service", "svc": "service", "pvc": "persistentvolumeclaim", "persistentvolumeclaim": "persistentvolumeclaim"}
    kinds = "service|svc|statefulset|deployment|configmap|pvc|persistentvolumeclaim|ingress|clusterrolebinding|clusterrole|secret"
    named: list[tuple[str, str]] = re.findall(rf"\b({kinds})/([a-z0-9-]+)", text)
    for kind, names in re.findall(rf"(?:delete|get|describe|label|annotate|patch|scale) ({kinds})((?: [a-z][a-z0-9-]+(?![^\s]))+)", text):
        named += [(kind, name) for name in names.split()]
    named += re.findall(r"create (secret) (?:generic|tls|docker-registry) ([a-z0-9-]+)", text)
    return [(full.get(kind) or kind, name) for kind, name in named]


def metric_names(expression: str) -> set[str]:
    """Names of the metrics that a query reads."""
    promql_parser.parse(expression)
    bare = re.sub(r'"[^"]*"|(?<![:\w])(?:\d+[a-z]+)+\b|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)', " ", expression)
    words = set(re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\w|\s*\()", bare))
    return words - {"and", "or", "unless", "bool", "offset", "sum", "max", "min", "avg", "count", "by", "le"}


@pytest.mark.parametrize("snippet", of_language("promql"))
def test_promql(snippet: Snippet) -> None:
    """Queries parse and read families that the router, Prometheus or Grafana really has."""
    for expression in filter(None, snippet.text.split("\n\n")):
        for name in metric_names(expression):
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            assert name in families() or base in families() or name in RECORDED or name.startswith(SELF_METRICS), name


def test_every_block_is_tried_or_says_why_not() -> None:
    tried = {"yaml", "python", "bash", "promql"}
    for snippet in SNIPPETS:
        assert snippet.language in tried or snippet.language in NEED_NO_TRIAL or len(snippet.not_run) > 15, str(snippet)
        assert not snippet.mark or snippet.is_refused or snippet.not_run or snippet.mark.startswith(("/", "table")), str(snippet)


def headings(page: Path) -> set[str]:
    """Anchors as GitHub makes them."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", title).lower()).replace(" ", "-") for title in titles}


def links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links(page: Path) -> None:
    """Links between files lead to a file, and to a heading where they name one."""
    for link in links(page):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in headings(target), link


def test_every_page_is_reachable_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        ahead += [(page.parent / link.partition("#")[0]).resolve() for link in links(page) if not link.startswith(("https://", "#"))]
    assert set(PAGES) <= reached


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_words(page: Path) -> None:
    """No unfinished business, and no words that praise."""
    text = page.read_text(encoding="utf-8")
    assert not re.findall(
        r"TODO|FIXME|TBD|lorem|blazing|seamless|effortless|cutting-edge|world-class|enterprise-grade", text, re.IGNORECASE
    )


def rows(page: Path, mark: str) -> list[list[str]]:
    """Cells of the table between `<!-- table: mark -->` and the next blank line after it."""
    text = page.read_text(encoding="utf-8").split(f"<!-- table: {mark} -->\n", 1)[1].strip().split("\n\n", 1)[0]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in text.splitlines()[2:]]


def test_readme_lists_exactly_the_objects_of_the_default_stack(default_objects: list[dict[str, Any]]) -> None:
    listed = [(kind, name) for kind, names, *_ in rows(ROOT / "README.md", "objects") for name in re.findall(r"`([^`]+)`", names)]
    objects = [(item["kind"], item["metadata"]["name"]) for item in default_objects]
    matches = {key: [entry for entry in listed if entry[0] == key[0] and fnmatchcase(key[1], entry[1])] for key in objects}
    assert {name: found for name, found in matches.items() if len(found) != 1} == {}
    assert {entry for found in matches.values() for entry in found} == set(listed)


def test_no_default_object_is_cluster_scoped_and_all_are_labelled(default_objects: list[dict[str, Any]]) -> None:
    for item in default_objects:
        assert item["metadata"]["namespace"] == "vllm-semantic-router-system"
        assert item["metadata"]["labels"]["app.kubernetes.io/part-of"] == "semantic-router-observability"


def test_readme_states_requests_limits_volumes_and_images(default_objects: list[dict[str, Any]]) -> None:
    pods = {name.strip("`"): cells for name, *cells in rows(ROOT / "README.md", "pods")}
    claims = {
        item["metadata"]["name"]: item["spec"]["resources"]["requests"]["storage"]
        for item in default_objects
        if item["kind"] == "PersistentVolumeClaim"
    }
    workloads = {item["metadata"]["name"]: item["spec"]["template"]["spec"] for item in default_objects if item["kind"] == "StatefulSet"}
    assert set(pods) == set(workloads)
    for name, pod in workloads.items():
        container = pod["containers"][0]
        claim = next(volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"] if "persistentVolumeClaim" in volume)
        requests, limits = container["resources"]["requests"], container["resources"]["limits"]
        assert pods[name] == [
            f"`{container['image']}`",
            str(container["ports"][0]["containerPort"]),
            requests["cpu"],
            requests["memory"],
            limits["memory"],
            f"`{claim}` {claims[claim]}",
        ]
        assert "cpu" not in limits


def schema_node(root: dict[str, Any], path: str) -> dict[str, Any]:
    """Property of the schema at a dotted path; the first alternative that has the next step."""
    nodes = [root]
    for step in path.split("."):
        open_nodes = [alternative for node in nodes for alternative in alternatives(root, node)]
        nodes = [node["properties"][step] for node in open_nodes if step in node.get("properties", {})]
        assert nodes, f"no key {path}"
    return nodes[0]


def alternatives(root: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in node:
        return alternatives(root, root["$defs"][node["$ref"].rsplit("/", 1)[1]])
    inner = node.get("anyOf") or [part["then"] for part in node.get("allOf", ()) if "then" in part]
    if inner:
        return [found for item in inner for found in alternatives(root, item)]
    return [node, *([item for item in [node.get("items")] if isinstance(item, dict) for item in alternatives(root, item)])]


def test_readme_names_keys_that_exist_with_their_defaults() -> None:
    schema = json.loads((ROOT / "observability.schema.json").read_text(encoding="utf-8"))
    listed = rows(ROOT / "README.md", "keys")
    assert len(listed) > 15
    for key, default, _ in listed:
        node = schema_node(schema, key.strip("`").replace("[]", ""))
        if default.startswith("`") and "default" in node:
            shown = yaml.safe_load(default.strip("`"))
            assert node["default"] == shown or str(node["default"]) == str(shown), key


def test_personal_data_page_lists_what_the_guards_treat() -> None:
    """Exactly the labels of exported families that the catalogue calls personal or unbounded, and the guards' real defaults."""
    page = ROOT / "docs" / "personal-data.md"
    listed = {(family.strip("`"), re.findall(r"`([^`]+)`", label)[0]) for label, family, *_ in rows(page, "labels")}
    exported = [family for family in families().values() if family.status in {"recorded", "conditional"}]
    personal = {(family.name, label) for family in exported for label in family.personal}
    unbounded = {(family.name, item.label) for family in exported for item in (*family.unbounded, *family.client_text)}
    assert listed == personal | unbounded
    schema = json.loads((ROOT / "observability.schema.json").read_text(encoding="utf-8"))
    for key, default, _ in rows(page, "bounds"):
        assert schema_node(schema, f"prometheus.{key.strip('`')}")["default"] == int(default.replace(",", ""))


def test_overlay_page_builds(tmp_path: Path) -> None:
    """The overlay of the delivery page builds on this checkout and adds its annotation to nothing but Prometheus's pod."""
    from harness.programs import program

    kubectl = program("kubectl")
    block = next(snippet.text for snippet in SNIPPETS if "kind: Kustomization\nresources:" in snippet.text)
    overlay = re.sub(r"https://\S+", os.path.relpath(ROOT, tmp_path.resolve()), block)
    (tmp_path / "kustomization.yaml").write_text(overlay, encoding="utf-8")
    done = subprocess.run([str(kubectl), "kustomize", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    annotated = [item["metadata"]["name"] for item in yaml.safe_load_all(done.stdout) if "example.com/team" in json.dumps(item)]
    assert annotated == ["prometheus"]


def test_settings_page_is_fresh() -> None:
    """`docs/settings.md` is what its generator writes now."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate_settings.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_dependency_has_its_reason() -> None:
    """The table in architecture.md names exactly the packages that requirements.txt asks for itself, and why."""
    wanted = (ROOT / "requirements.txt").read_text(encoding="utf-8").split("# dependencies of the above")[0]
    names = set(re.findall(r"^([A-Za-z0-9_.-]+)==", wanted, re.MULTILINE))
    reasons = {name.strip("`"): reason for name, _, reason in rows(ROOT / "docs" / "architecture.md", "dependencies")}
    assert set(reasons) == names
    assert all(len(reason.split()) > 5 for reason in reasons.values())


def test_secret_command_makes_the_secret_that_grafana_mounts(default_objects: list[dict[str, Any]]) -> None:
    """The README's command, run without a cluster, makes the keys that the StatefulSet mounts, and a password nobody has seen."""
    from harness.programs import program

    kubectl = program("kubectl")
    block = next(
        snippet for snippet in SNIPPETS if snippet.page.name == "README.md" and "create secret generic grafana-admin" in snippet.text
    )
    command = block.text.replace("kubectl", str(kubectl)).rstrip() + " --dry-run=client -o yaml"
    made = [yaml.safe_load(subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout) for _ in range(2)]
    grafana = next(item for item in default_objects if (item["kind"], item["metadata"]["name"]) == ("StatefulSet", "grafana"))
    volume = next(volume["secret"] for volume in grafana["spec"]["template"]["spec"]["volumes"] if "secret" in volume)
    assert made[0]["metadata"]["name"] == volume["secretName"]
    assert set(made[0]["data"]) == {item["key"] for item in volume["items"]}
    assert len(made[0]["data"]["admin-password"]) > 32
    assert made[0]["data"]["admin-password"] != made[1]["data"]["admin-password"]


def test_password_command_is_the_one_that_the_stack_itself_runs(tmp_path: Path) -> None:
    """The command of the password page and the init container of `resetAdminPassword` do the same."""
    objects = synthesize("grafana: {resetAdminPassword: true}", tmp_path)
    grafana = next(item for item in objects if (item["kind"], item["metadata"]["name"]) == ("StatefulSet", "grafana"))
    own = grafana["spec"]["template"]["spec"]["initContainers"][0]["command"][-1].replace('"', "")
    block = next(
        snippet.text for snippet in SNIPPETS if snippet.page.name == "admin-password.md" and "reset-admin-password" in snippet.text
    )
    shown = re.search(r"'(grafana cli .*)'", block)
    assert shown
    assert own.endswith(shown[1])


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_have_least_permissions_and_fixed_actions(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    release = {"contents": "write", "id-token": "write", "attestations": "write"}
    allowed = {"site": {"pages": "write", "id-token": "write"}, "release": release}.get(path.stem, {})
    assert {key: value for job in workflow["jobs"].values() for key, value in job.get("permissions", {}).items()} == allowed
    for step in (step for job in workflow["jobs"].values() for step in job["steps"]):
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), f"{step['uses']}: name a commit, which cannot be moved"
        if "run" in step:
            assert "${{" not in step["run"], "an expression in a script is an injection"
            assert subprocess.run(["bash", "-n"], input=step["run"], text=True, capture_output=True, check=False).stderr == ""
            for target in re.findall(r"\bmake(?: -C \w+)? ([a-z]+)", step["run"]):
                assert target in make_targets(), target


def test_the_workflow_of_pull_requests_calls_ci_and_shows_what_changes() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yaml").read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert any(step.get("run", "").split()[-1:] == [".ci/run"] for step in steps)
    assert any("GITHUB_STEP_SUMMARY" in step.get("run", "") for step in steps)


def test_licence_is_the_one_the_package_names() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


assert shutil.which("bash"), "the tests of the documentation need bash"
