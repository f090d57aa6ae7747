"""Every alert has its page, what a page says about the rule is true, and the commands on it work.

Links, shell syntax and the names of objects on all pages: `tests/unit/test_docs.py`. The commands on a real API server:
`tests/cluster/test_documented_commands.py`.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cdk8s
import main
import promql_parser
import pytest
import yaml

from documentation import ROOT, Snippet, snippets_of
from harness.programs import program
from modules import load
from semantic_router_observability import settings_file
from semantic_router_observability.alerting import Alerts, Availability, Knobs, Slo
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.promql import pretty
from simulator.prometheus import Prometheus

if TYPE_CHECKING:
    from types import ModuleType

RUNBOOKS = ROOT / "docs" / "runbooks"
INDEX = RUNBOOKS / "README.md"
OF_OPTIONS = {"BackupOverdue", "PrometheusSeriesNearBudget"}
"""Pages of alerts that another setting than `alerts` brings; nothing in them is generated."""

PAGES = sorted(path for path in RUNBOOKS.glob("*.md") if path != INDEX and path.stem not in OF_OPTIONS)
BLOCKS = [snippet for page in [*PAGES, INDEX] for snippet in snippets_of(page)]
SECTIONS = ["Impact on users", "First checks", "Causes and fixes", "Escalate", "The rule"]
LONGEST = 165
"""Lines of a page. What is read at night stands on the first half: number, checks, causes; the rule is at the end."""

OPTIONAL = """
thanos:
  objectStorage: {type: secret, name: thanos-object-storage}
traces:
  destinations: [{url: "http://tempo.tracing.svc:4317"}]
  store: {}
logs:
  collectors: [logging]
probes:
  canaries: [{name: chat, url: "https://chat.example.com/v1/chat/completions"}]
"""
ALERTMANAGER = """
alertmanager:
  receivers:
    - {type: webhook, name: team, url: {secret: alert-receivers, key: url}}
"""


@pytest.fixture(scope="session")
def generator() -> ModuleType:
    path = ROOT / "docs" / "generate_runbooks.py"
    return load(path)


@cache
def shipped() -> list[dict[str, Any]]:
    """Every alert there can be: an installation with everything, those on that are off as shipped, and those of an SLO."""
    names = [name for name in (page.stem for page in PAGES) if name in _definable()]
    slo = Slo(name="answers", sli=Availability(), objective=0.99)
    alerts_on = Alerts(rules={name: Knobs(enabled=True) for name in names}, slos=(slo,))
    return [
        dict(rule) for groups in alerts_on.groups(EVERYTHING).values() for group in groups for rule in group["rules"] if "alert" in rule
    ]


def _definable() -> set[str]:
    from semantic_router_observability.alerting.defaults import topics

    return {alert.name for alerts in topics(EVERYTHING).values() for alert in alerts}


def page_of(rule: dict[str, Any]) -> Path:
    return ROOT / str(rule["annotations"]["runbook_url"])


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The stack as shipped, with an Alertmanager."""
    return stack((ROOT / "observability.yaml").read_text(encoding="utf-8") + ALERTMANAGER, tmp_path_factory.mktemp("runbooks"))


@pytest.fixture(scope="session")
def whole_stack(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The same, with Thanos, a trace gateway and a log store."""
    shipped = (ROOT / "observability.yaml").read_text(encoding="utf-8")
    labelled = shipped.replace("prometheus:\n", "prometheus:\n  externalLabels: {cluster: eu}\n", 1)
    return stack(labelled + OPTIONAL + ALERTMANAGER, tmp_path_factory.mktemp("whole"))


def stack(text: str, folder: Path) -> list[dict[str, Any]]:
    """Objects of these settings."""
    path = folder / "observability.yaml"
    path.write_text(text, encoding="utf-8")
    settings = settings_file.load(path)
    chart = cdk8s.Chart(cdk8s.App(outdir=str(folder)), "observability", namespace=settings.namespace)
    main.build(chart, settings)
    return list(cdk8s.Testing.synth(chart))


def rules_of(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Alerts in the ConfigMap that Prometheus reads."""
    data = next(item["data"] for item in objects if (item["kind"], item["metadata"]["name"]) == ("ConfigMap", "prometheus-rules"))
    groups = [group for text in data.values() for group in yaml.safe_load(text)["groups"]]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def pods_of(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item["spec"]["template"] for item in objects if item["kind"] in {"StatefulSet", "Deployment"}]


def test_every_alert_has_a_page_and_every_page_an_alert() -> None:
    assert len(shipped()) > 40
    assert {rule["alert"] for rule in shipped()} >= _definable()
    assert {page_of(rule) for rule in shipped()} == set(PAGES)


def test_index_lists_every_page_once() -> None:
    listed = re.findall(r"^\| \[(\w+)\]\((\w+\.md)\)", INDEX.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(name for name, _ in listed) == sorted(rule["alert"] for rule in shipped())
    assert {RUNBOOKS / page for _, page in listed} == set(PAGES)


def test_generated_parts_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate_runbooks.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_rules_in_the_manifests_lead_to_pages_that_show_them(objects: list[dict[str, Any]]) -> None:
    """Link, severity, time and expression of what Prometheus gets."""
    rules = rules_of(objects)
    assert len(rules) > 30
    for rule in rules:
        page = page_of(rule)
        text = page.read_text(encoding="utf-8")
        assert f"| {rule['labels']['severity']} | {rule.get('for', '0s')} | {rule.get('keep_firing_for', '0s')} |" in text, page.name
        shown = [promql_parser.parse(snippet.text).prettify() for snippet in snippets_of(page) if is_rule(snippet)]
        assert promql_parser.parse(rule["expr"]).prettify() in shown, page.name


def is_rule(snippet: Snippet) -> bool:
    """Whether it stands in the generated block at the end."""
    text = snippet.page.read_text(encoding="utf-8").splitlines()
    return snippet.language == "promql" and snippet.line > text.index("## The rule")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_has_what_a_reader_at_night_needs(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.stem}\n")
    assert len(text.splitlines()) <= LONGEST
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    parts = dict(zip(SECTIONS, re.split(r"^## .+$", text, flags=re.MULTILINE)[1:], strict=True))
    for section in SECTIONS[:4]:
        assert len(parts[section].split()) >= 6, section
    checks = [snippet.language for snippet in snippets_of(page) if f"{snippet.text}```" in parts["First checks"]]
    assert {"bash", "promql"} & set(checks)
    assert re.search(r"^\| .+ \|$\n(\| --- )+\|\n(\| .+ \|\n){2,}", parts["Causes and fixes"], re.MULTILINE)


def test_panels_exist_in_the_dashboards_that_are_shipped() -> None:
    """Whatever address of a panel a page names, by the files that Grafana gets."""
    panels: dict[str, dict[int, str]] = {}
    for file in (ROOT / "dashboards").glob("*.json"):
        model = json.loads(file.read_text(encoding="utf-8"))
        rows = [panel for row in model["panels"] for panel in (row, *row.get("panels", ()))]
        panels[model["uid"]] = {panel["id"]: panel["title"] for panel in rows}
    seen = 0
    for page in PAGES:
        for words, uid, number in re.findall(r"\| ([^|]+): `/d/([\w-]+)/\?viewPanel=(\d+)`", page.read_text(encoding="utf-8")):
            assert words.endswith(f", {panels[uid][int(number)]}"), page.name
            seen += 1
    assert seen > 30
    for rule in shipped():
        link = rule["annotations"].get("dashboard_url")
        if link:
            found = re.fullmatch(r"/d/([\w-]+)/\?(?:viewPanel=(\d+))?\{\{ range .*", link)
            assert found, link
            assert found[1] in panels, rule["alert"]
            assert found[2] is None or int(found[2]) in panels[found[1]], rule["alert"]


@pytest.mark.parametrize("snippet", [pytest.param(block, id=str(block)) for block in BLOCKS if block.language == "promql"])
def test_queries_keep_the_contract(generator: ModuleType, snippet: Snippet) -> None:
    """Metrics, labels, values and the way they are asked, of the router and of everything else."""
    assert "\n\n" not in snippet.text.strip(), "a block is pasted whole: one query in each"
    text = snippet.page.read_text(encoding="utf-8").splitlines()
    of_the_alert = snippet.page != INDEX and snippet.line < text.index(generator.END)
    # The number of an alert may be missing where there is nothing to compare, such as requests in flight.
    expression = f"({snippet.text.strip()}) > 0" if of_the_alert else snippet.text.strip()
    generator.contract().extend(strict=True).check(expression, where=str(snippet))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_first_query_is_the_number_of_the_alert(generator: ModuleType, page: Path) -> None:
    """With the alert's own labels and value, so that it names the culprit; the panel that the alert links to shows it as well."""
    alerts = [alert for alert in generator.alerts() if alert.page == page.name and alert.definition and alert.definition.rule().dashboard]
    first = next((snippet for snippet in snippets_of(page) if snippet.language == "promql"), None)
    for alert in alerts:
        assert first
        assert first.text.split() == pretty(alert.definition.shape.number(alert.definition.tuning)).split()
    assert alerts or page.stem in {"Watchdog", "SloBudgetBurnsFast", "SloBudgetBurnsSlowly"}


def kubectl_commands() -> list[tuple[str, list[str]]]:
    """Each kubectl command of the pages, without what it is piped into, in words."""
    lines = [(str(snippet), line) for snippet in BLOCKS if snippet.language == "bash" for line in snippet.text.splitlines()]
    return [(where, shlex.split(re.split(r" \| ", line)[0])) for where, line in lines if line.startswith("kubectl ")]


def test_commands_use_options_that_kubectl_has() -> None:
    kubectl = str(program("kubectl"))

    @cache
    def options(*verb: str) -> set[str]:
        help_text = subprocess.run([kubectl, *verb, "--help"], capture_output=True, text=True, check=True).stdout
        help_text += subprocess.run([kubectl, "options"], capture_output=True, text=True, check=True).stdout
        return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", help_text))

    commands = kubectl_commands()
    assert len(commands) > 80
    for where, words in commands:
        rest = words[3:] if words[1] == "-n" else words[1:]
        own = rest[: rest.index("--")] if "--" in rest else rest
        assert {word.split("=")[0] for word in own if word.startswith("-")} <= options(*rest[: 2 if rest[0] == "top" else 1]), where


def test_commands_name_what_the_stack_has(whole_stack: list[dict[str, Any]]) -> None:
    """Namespace, objects, labels of pods, and files in containers; what is about the router's operator names its namespace."""
    objects = whole_stack
    names = {(item["kind"].lower(), item["metadata"]["name"]) for item in objects} | {
        ("secret", name) for name in ("grafana-admin", "thanos-object-storage")
    }
    labels = [pod["metadata"]["labels"] for pod in pods_of(objects)]
    kinds = {"pvc": "persistentvolumeclaim"}
    for where, words in kubectl_commands():
        if words[2] == "semantic-router-operator-system":
            continue
        assert words[2] in {objects[0]["metadata"]["namespace"], "$NAMESPACE"} or {"--all-namespaces", "nodes"} & {*words}, where
        assert ("$ROUTER" in words) == ("-l" in words and words[2] == "$NAMESPACE"), where
        for word in words:
            kind, slash, name = word.partition("/")
            assert not slash or kind not in {known for known, _ in names} or (kind, name) in names, where
        for verb, kind, *named in (words[at : at + 6] for at, word in enumerate(words) if word in {"get", "describe"}):
            for name in named:
                if not re.fullmatch(r"[a-z][a-z0-9-]+", name):
                    break
                assert (kinds.get(kind, kind), name) in names, f"{where}: {verb} {kind} {name}"
        selectors = [words[at + 1] for at, word in enumerate(words) if word == "-l"]
        for key, _, value in (selector.partition("=") for selector in selectors):
            if key.startswith("app.kubernetes.io/") and "all-namespaces" not in str(words):
                assert any(found.get(key) == value for found in labels), f"{where}: {key}={value}"
        if "exec" in words:
            stateful = next(word.partition("/")[2] for word in words if "/" in word and not word.startswith("/"))
            pod = next(
                item["spec"]["template"] for item in objects if item["kind"] == "StatefulSet" and item["metadata"]["name"] == stateful
            )
            mounts = {mount["mountPath"] for mount in pod["spec"]["containers"][0]["volumeMounts"]}
            for path in (word for word in words[words.index("--") :] if word.startswith("/")):
                assert path in mounts or str(Path(path).parent) in mounts, f"{where}: {path}"


def test_settings_that_pages_name_exist() -> None:
    schema = json.loads((ROOT / "observability.schema.json").read_text(encoding="utf-8"))

    def below(node: dict[str, Any]) -> list[dict[str, Any]]:
        if "$ref" in node:
            return below(schema["$defs"][node["$ref"].rsplit("/", 1)[1]])
        inner = [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]
        inner += [node[key] for key in ("items", "additionalProperties", "then") if isinstance(node.get(key), dict)]
        return [node, *(found for child in inner for found in below(child))]

    keys = [
        (page.name, key)
        for page in [*PAGES, INDEX]
        for key in re.findall(
            r"`((?:prometheus|grafana|alerts|alertmanager|routers|thanos|networkPolicies)(?:\[\])?\.[A-Za-z.]+)`",
            page.read_text(encoding="utf-8"),
        )
    ]
    assert len(keys) > 20
    for page, key in keys:
        nodes = below(schema)
        for step in key.replace("[]", "").split("."):
            if step in _definable():
                nodes = [node for node in nodes if "properties" in node]
                continue
            nodes = [found for node in nodes if step in node.get("properties", {}) for found in below(node["properties"][step])]
            assert nodes, f"{page}: {key}"


def test_words_that_look_like_settings_are_settings() -> None:
    schema = json.loads((ROOT / "observability.schema.json").read_text(encoding="utf-8"))
    keys = {key for kind in schema["$defs"].values() for key in kind.get("properties", ())}
    of_others = {"lastError", "clientError", "serverError", "contextDeadlineExceeded"}
    of_others |= {"emptyDir", "sizeLimit", "systemReserved", "containerLogMaxSize"}
    found = {word for page in [*PAGES, INDEX] for word in re.findall(r"`([a-z]+(?:[A-Z][a-z]+)+)`", page.read_text(encoding="utf-8"))}
    assert of_others < found
    assert found - of_others <= keys


def test_what_people_wrote_stays(generator: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page whose generated parts were lost or changed gets them back, around words that stay as they are; a new alert gets headings."""
    folder = tmp_path / "runbooks"
    shutil.copytree(RUNBOOKS, folder)
    monkeypatch.setattr(generator, "RUNBOOKS", folder)
    monkeypatch.setattr(generator, "INDEX", folder / "README.md")
    page = folder / "SemanticRouterDown.md"
    whole = page.read_text(encoding="utf-8")
    changed = whole.replace("## Escalate\n", "## Escalate\n\nRing 42 first.\n").replace("| critical | 3m |", "| info | 9h |")
    assert changed.count("| info | 9h |") == 1
    page.write_text(changed, encoding="utf-8")
    (folder / "Watchdog.md").unlink()
    wanted = generator.pages()
    assert wanted[page] == whole.replace("## Escalate\n", "## Escalate\n\nRing 42 first.\n")
    assert re.findall(r"^## (.+)$", wanted[folder / "Watchdog.md"], re.MULTILINE) == SECTIONS
    assert {path.name for path, text in wanted.items() if (RUNBOOKS / path.name).read_text(encoding="utf-8") != text} == {
        page.name,
        "Watchdog.md",
    }
    page.write_text(whole.replace(generator.END, "", 1), encoding="utf-8")
    with pytest.raises(SystemExit, match="two blocks"):
        generator.pages()


def test_pages_say_what_alertmanager_holds_back(generator: ModuleType, objects: list[dict[str, Any]]) -> None:
    """The lists follow the inhibitions of the configuration: pairs that must be held back, and pairs that must not."""
    found = {alert.name: alert for alert in generator.alerts()}
    config = next(item["data"] for item in objects if item["metadata"]["name"] == "alertmanager-config")
    rules = yaml.safe_load(config["alertmanager.yml"])["inhibit_rules"]
    shipped_rules = [(tuple(rule["source_matchers"]), tuple(rule["target_matchers"])) for rule in rules]
    assert shipped_rules == [(rule.source, rule.target) for rule in generator.DEFAULT_INHIBITIONS]

    def held(source: str, target: str) -> bool:
        return bool(generator.silences(found[source], found[target]))

    assert held("SemanticRouterAbsent", "SemanticRouterErrors")
    assert held("SemanticRouterDown", "SemanticRouterReplicaDown")
    assert held("SemanticRouterReplicaDown", "SemanticRouterMemoryHigh")
    assert not held("SemanticRouterReplicaDown", "SemanticRouterErrors")
    assert not held("SemanticRouterDown", "SemanticRouterAbsent")
    assert not held("SemanticRouterErrors", "SemanticRouterSlowTokens")
    assert not held("SemanticRouterAbsent", "PrometheusRuleFailures")
    assert not any(held(name, "Watchdog") for name in found if name != "Watchdog")


def test_curl_commands_find_what_they_look_for(tmp_path: Path) -> None:
    """Asked of a real Prometheus with a target that is down, a label that is too long, and a rule that fails."""
    rules = {
        "groups": [
            {
                "name": "bad",
                "rules": [{"record": "twice", "expr": 'label_replace(label_replace(up, "instance", "", "", ""), "job", "", "", "")'}],
            }
        ]
    }
    (tmp_path / "bad.yaml").write_text(json.dumps(rules), encoding="utf-8")
    more = f"""  - job_name: itself
    label_value_length_limit: 12
    static_configs: [{{targets: ["{{itself}}"]}}]
  - job_name: itself-too
    static_configs: [{{targets: ["{{itself}}"]}}]
  - job_name: nothing-left
    static_configs: [{{targets: ["127.0.0.1:9"], labels: {{__meta_kubernetes_pod_name: engine-0}}}}]
    relabel_configs: [{{source_labels: [__address__], action: drop}}]
rule_files: ["{tmp_path}/bad.yaml"]
"""
    commands = {
        line: str(block)
        for block in BLOCKS
        if block.language == "bash"
        for line in block.text.splitlines()
        if line.startswith("curl") and "http://localhost:9090" in line
    }
    assert len(commands) >= 3
    with Prometheus(program("prometheus"), tmp_path, targets=["127.0.0.1:9"], more=more) as running:
        running.wait_for('up{job="semantic-router"} == 0')
        running.wait_for('up{job="itself"} == 0')
        running.wait_for("prometheus_rule_evaluation_failures_total > 0")
        for command, where in commands.items():
            done = subprocess.run(
                ["bash", "-c", command.replace("http://localhost:9090", running.url)], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{where}: {done.stderr}"
            if "__meta_kubernetes" in command:
                assert done.stdout.split() == ["1", '"__meta_kubernetes_pod_name":"engine-0"'], where
            elif "/rules" in command:
                assert "labelset" in done.stdout, where
            else:
                assert "connection refused" in done.stdout, where
                assert "label_value_length_limit" in done.stdout, where
