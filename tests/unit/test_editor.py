"""What editors show of `observability.yaml`: completions, hovers and marks of the real YAML language server, and the schema by itself."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from documentation import PAGES, snippets_of
from harness.language_server import CURSOR, LanguageServer
from harness.programs import program
from manifests import from_settings
from semantic_router_observability import settings_file
from semantic_router_observability.schema.document import settings_schema
from semantic_router_observability.schema.snippets import shipped
from snapshot_cases import IN_YAML
from strategies import settings as random_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SCHEMA_FILE = ROOT / "observability.schema.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
"""Made once: `jsonschema.validate` checks the schema itself every time, which takes much longer than the settings."""
TYPES: dict[str, Any] = SCHEMA["$defs"]


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    with LanguageServer(program("yaml-language-server"), SCHEMA_FILE) as started:
        yield started


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in the schema."""
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from nodes(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from nodes(inner)


def forms(node: dict[str, Any]) -> list[str]:
    found: list[str] = node["properties"]["type"]["enum"]
    return found


UNIONS = {
    f"{name}.{key}": node
    for name, kind in TYPES.items()
    for key, value in kind["properties"].items()
    for node in (value, value.get("items", {}))
    if "allOf" in node
}


def test_file_is_what_the_types_say() -> None:
    assert settings_schema() == SCHEMA
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_key_is_described_for_readers_of_yaml() -> None:
    keys = {f"{name}.{key}": node for name, kind in TYPES.items() for key, node in kind["properties"].items()}
    for name, node in (keys | TYPES).items():
        text = node.get("description", "")
        assert text.endswith("."), f"{name}: {text!r}"
        assert not re.search(
            r"\bNone\b|\b[A-Z]\w+\(|\b[A-Z]\w+(?:(?<!Dual)Stack|(?<!HA)Proxy\b|Users\b|Receiver\b|Guards\b)|see `[A-Z]", text
        ), f"{name}: {text}"


def test_no_default_is_nothing() -> None:
    assert len(UNIONS) > 15
    for node in nodes(TYPES):
        if "type" in node and "default" in node:
            assert node["default"] not in (None, [], {}), node


@pytest.mark.parametrize("name", IN_YAML)
def test_options_worth_a_snapshot_are_valid(name: str) -> None:
    VALIDATOR.validate(yaml.safe_load(IN_YAML[name]))


@hypothesis_settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(random_settings())
def test_what_the_library_accepts_is_valid(written: dict[str, Any]) -> None:
    VALIDATOR.validate(written)


EXAMPLES = {
    "observability.yaml": (ROOT / "observability.yaml").read_text(encoding="utf-8"),
    **{str(snippet): snippet.text for page in PAGES for snippet in snippets_of(page) if snippet.is_settings and not snippet.is_refused},
}


def test_examples_have_no_marks(server: LanguageServer) -> None:
    marked = {name: found for name, text in EXAMPLES.items() if (found := server.diagnostics(text))}
    assert marked == {}


EMPTY = """
prometheus:
  # storage: {type: claim, size: 20Gi}
  storage:
grafana:
alertmanager:
"""


def test_sections_whose_lines_are_commented_out_have_no_marks(server: LanguageServer) -> None:
    assert server.diagnostics(EMPTY) == []


VIA = ["nginx", "alb", "traefik", "haproxy", "gke", "class", "gateway", "ownGateway", "route"]


def quoted(values: list[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)


MISTAKES = {
    "prometheus:\n  retentionTime: 15d": (2, "Property retentionTime is not allowed."),
    "prometheus:\n  retention: 15 days": (2, "write a Prometheus duration: whole numbers with y, w, d, h, m, s or ms, largest first"),
    "prometheus:\n  retention: 15": (2, "Incorrect type. Expected one of string, null."),
    "prometheus:\n  retentionSize: 16Gi": (2, "write a whole number with B, KB, MB, GB or TB, such as 16GB (1GB is 1Gi)"),
    "prometheus:\n  storage: {type: claim, size: 20 GB}": (2, "write a Kubernetes quantity above zero, such as 20Gi, 500M or 250m"),
    "prometheus:\n  storage: {type: claim}": (2, 'Missing property "size".'),
    "prometheus:\n  storage: {size: 20Gi}": (2, 'Missing property "type".'),
    "prometheus:\n  storage:\n    type: disk": (3, f"Valid values: {quoted(['claim', 'existingClaim', 'ephemeral'])}."),
    "prometheus:\n  storage: {type: ephemeral, storageClass: fast}": (2, "Property storageClass is not allowed."),
    "grafana:\n  externalUrl: grafana.example.com": (2, "write an absolute URL such as https://grafana.example.com"),
    "grafana:\n  replicas: two": (2, "Incorrect type. Expected one of integer, null."),
    "grafana:\n  logLevel: verbose": (2, f"Valid values: {quoted(['debug', 'error', 'info', 'warn'])}."),
    "grafana:\n  secretKey: {secret: Grafana_Key, key: key}": (2, "write an object name: lower-case letters, digits, '-' and '.'"),
    "ingress:\n  via:\n    type: ngnix": (3, f"Valid values: {quoted(VIA)}."),
    "ingress:\n  via: {type: class}": (2, 'Missing property "name".'),
    "ingress:\n  backends: [grafana, loki]": (2, f"Valid values: {quoted(['alertmanager', 'grafana', 'prometheus'])}."),
    "alertmanager:\n  receivers: [{type: slack, name: chat, apiUrl: https://hooks.example.com}]": (2, "Incorrect type. Expected"),
    "alertmanager: {}": (1, 'Missing property "receivers".'),
    "alerts:\n  own: [{name: Slow, expr: up, for: soon, summary: slow}]": (2, "write 0s or a Prometheus duration"),
    "alerts:\n  slos: [{name: answers, sli: {type: ratio, badEvents: b}, objective: 0.99}]": (2, 'Missing property "allEvents".'),
    "namespace: Monitoring": (1, "write a name of lower-case letters, digits and '-', starting and ending with a letter or digit"),
    "networkPolicies:\n  dns: [{type: addresses, port: 70000}]": (2, "Value is above the maximum of 65535."),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_are_marked(server: LanguageServer, text: str) -> None:
    line, message = MISTAKES[text]
    (found,) = server.diagnostics(text)
    assert found[0] == line
    assert message in found[1]


CHOICES = {
    "prometheus:\n  storage:\n    type: ¦": ["claim", "existingClaim", "ephemeral"],
    "prometheus:\n  storage:\n    size: 20Gi\n    type: ¦": ["claim", "existingClaim", "ephemeral"],
    "prometheus:\n  login:\n    type: ¦": ["basicAuth", "clientCertificates", "none", "oauth2Proxy"],
    "prometheus:\n  scrapeJobs:\n    - type: ¦": [
        "static",
        "pods",
        "services",
        "raw",
        "kubeStateMetrics",
        "cadvisor",
        "kubelet",
        "envoy",
        "redis",
        "dcgm",
        "nodeExporter",
        "operator",
    ],
    "ingress:\n  via:\n    type: ¦": VIA,
    "ingress:\n  tls:\n    type: ¦": ["secret", "certManager", "certificate", "elsewhere"],
    "alertmanager:\n  receivers:\n    - type: ¦": ["slack", "pagerduty", "email", "webhook", "teams", "opsgenie", "raw"],
    "prometheus:\n  storage:\n    type: claim\n    accessMode: ¦": ["ReadWriteOnce", "ReadWriteOncePod"],
    "prometheus:\n  scrapeJobs:\n    - type: pods\n      scheme: ¦": ["http", "https"],
    "platform:\n  type: ¦": ["kubernetes", "openshift"],
    "routers:\n  - install: ¦": ["any", "helm", "kserve", "labels", "operator", "raw"],
    "grafana:\n  smtp:\n    startTls: ¦": ["MandatoryStartTLS", "NoStartTLS", "OpportunisticStartTLS"],
    "ingress:\n  backends: [¦]": ["alertmanager", "grafana", "prometheus"],
}


@pytest.mark.parametrize("text", CHOICES)
def test_all_values_are_offered(server: LanguageServer, text: str) -> None:
    assert sorted(item["label"] for item in server.completions(text)) == sorted(CHOICES[text])


def test_forms_in_the_table_are_those_of_the_types() -> None:
    offered = {tuple(values) for text, values in CHOICES.items() if text.endswith("type: ¦")}
    assert offered <= {tuple(forms(node)) for node in UNIONS.values()}


KEYS = {
    "prometheus:\n  storage:\n    type: claim\n    ¦": {"size", "storageClass", "accessMode", "name", "fromSnapshot"},
    "prometheus:\n  storage:\n    type: ephemeral\n    ¦": {"size"},
    "ingress:\n  via:\n    type: gateway\n    ¦": {"name", "namespace", "sectionName", "redirectFrom", "controller", "sources"},
    "alerts:\n  slos:\n    - name: answers\n      sli:\n        type: latency\n        ¦": {"of", "bound"},
}


@pytest.mark.parametrize("text", KEYS)
def test_only_keys_of_the_chosen_form_are_offered(server: LanguageServer, text: str) -> None:
    offered = {item["label"] for item in server.completions(text) if item["kind"] == PROPERTY}
    assert offered == KEYS[text]


PROPERTY = 10
"""Kind of a completion that is a key, in the protocol."""


def test_no_completion_of_a_key_writes_nothing(server: LanguageServer) -> None:
    for place in (
        "¦",
        *(f"{section}:\n  ¦" for section in TYPES["Settings"]["properties"] if section not in {"namespace", "routers", "secrets"}),
    ):
        for item in server.completions(place):
            assert not re.search(r"null|\[\]|\{\}", item["textEdit"]["newText"]), f"{place}: {item['label']}"


HOVERS = {
    "prometheus:\n  reten¦tion: 15d": "How long samples are kept. Default `15d`",
    "prometheus:\n  stor¦age: {type: claim, size: 20Gi}": "Where samples are kept.",
    "prometheus:\n  storage: {type: claim, si¦ze: 20Gi}": "Requested size as a Kubernetes quantity.",
    "prometheus:\n  storage:\n    type: cla¦im\n    size: 20Gi": "* `claim`: A PersistentVolumeClaim that this stack declares.",
    "grafa¦na:\n  replicas: 1": "Grafana.",
    "alerts:\n  own:\n    - na¦me: Slow": "Value of the `alertname` label",
}


@pytest.mark.parametrize("text", HOVERS)
def test_hovers_explain(server: LanguageServer, text: str) -> None:
    assert HOVERS[text] in server.hover(text).replace("\\`", "`")


SHOWN = {"grafana": {"externalUrl": "https://grafana.example.com"}}
PROMETHEUS_SHOWN = {
    "prometheus": {"externalUrl": "https://prometheus.example.com"},
    "ingress": {"via": {"type": "nginx"}, "backends": ["prometheus"]},
}
CHAT = {"type": "teams", "name": "chat", "webhookUrl": {"secret": "chat", "key": "url"}}
ALERTMANAGER_SHOWN = {
    "alertmanager": {"externalUrl": "https://alertmanager.example.com", "receivers": [CHAT]},
    "ingress": {"via": {"type": "nginx"}, "backends": ["alertmanager"]},
}
AROUND: dict[str, dict[str, Any]] = {
    "ingress by NGINX with TLS": SHOWN,
    "ingress by a Gateway": SHOWN,
    "ingress.via": SHOWN,
    "ingress.tls": {**SHOWN, "ingress": {"via": {"type": "nginx"}}},
    "prometheus.login": PROMETHEUS_SHOWN,
    "alertmanager.login": ALERTMANAGER_SHOWN,
    "alertmanager.routes[]": {"alertmanager": {"receivers": [CHAT]}},
    "grafana.logins[]": {**SHOWN, "ingress": {"via": {"type": "nginx"}}},
}
"""What a snippet needs around it, by its place or its label."""


def with_cursor(at: str, around: dict[str, Any]) -> str:
    """Settings with the cursor where a snippet belongs."""
    data = copy.deepcopy(around)
    steps = [step for step in at.split(".") if step]
    target: Any = data
    for step in steps[:-1]:
        target = target.setdefault(step.removesuffix("[]"), {})
    cursor = {"CURSOR": None}
    if steps:
        target[steps[-1].removesuffix("[]")] = [cursor] if at.endswith("[]") else cursor
    else:
        data |= cursor
    return yaml.safe_dump(data, sort_keys=False).replace("CURSOR: null", CURSOR)


def offered(server: LanguageServer, text: str, snippet: dict[str, Any]) -> dict[str, Any]:
    """The completion that is the snippet."""
    labels = ("label", "documentation")
    wanted = (snippet["label"], snippet["description"])
    (item,) = (item for item in server.completions(text) if tuple(item.get(label) for label in labels) == wanted)
    return item


def taken(text: str, item: dict[str, Any]) -> str:
    """Text after the completion was taken and all its fields left as they are."""
    before, _, after = text.partition(CURSOR)
    line = before.rsplit("\n", 1)[-1]
    indent = " " * (len(line) - len(line.lstrip()))
    inserted = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", item["textEdit"]["newText"])
    return before + inserted.replace("\n", f"\n{indent}") + after


@pytest.mark.parametrize("snippet", shipped(), ids=lambda snippet: f"{snippet['at']}-{snippet['label']}")
def test_snippets_are_valid_and_synthesize(server: LanguageServer, snippet: dict[str, Any], tmp_path: Path) -> None:
    text = with_cursor(snippet["at"], AROUND.get(snippet["label"]) or AROUND.get(snippet["at"], {}))
    whole = taken(text, offered(server, text, snippet))
    assert server.diagnostics(whole) == []
    file = tmp_path / "observability.yaml"
    file.write_text(whole, encoding="utf-8")
    assert from_settings(settings_file.load(file))


@pytest.mark.parametrize("at", sorted({snippet["at"] for snippet in shipped() if snippet["at"].endswith("[]")}))
def test_snippets_begin_an_item_where_its_dash_is_missing(server: LanguageServer, at: str) -> None:
    text = with_cursor(at, {}).replace(f"- {CURSOR}", f"  {CURSOR}")
    for snippet in shipped():
        if snippet["at"] == at:
            item = offered(server, text, snippet)
            assert item["textEdit"]["newText"].startswith("- ")
            assert isinstance(yaml.safe_load(taken(text, item)), dict)
