"""Probes: what is rendered, what follows from it in the other parts, and what is refused."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from manifests import NAMESPACE, find, from_yaml, new_chart, objects_of
from pod_security import violations
from refusals import refusal
from semantic_router_observability.alerting.facts import PROBES_JOB
from semantic_router_observability.contract.metric import source_metrics
from semantic_router_observability.probes.config import ANSWERED

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

SETTINGS = """
probes:
  http: [{name: page, url: 'http://chat.web.svc:8080/', body: '<title>Chat', status: [200, 302]}]
  tcp: [{name: port, address: 'envoy.gateway.svc:443', tls: true, ca: {secret: internal-ca, key: ca.crt}, serverName: chat}]
  canaries:
    - name: chat
      url: https://chat.example.com/v1/chat/completions
      bearerToken: {secret: canary, key: token}
      body: (?i)earth
      headers: {x-vsr-selected-model: qwen3|phi4}
"""
CHAT = "https://chat.example.com/v1/chat/completions"


@pytest.fixture(scope="module")
def objects() -> list[Object]:
    return from_yaml(SETTINGS)


def modules(objects: list[Object]) -> dict[str, Any]:
    """What the exporter reads."""
    return dict(yaml.safe_load(find(objects, "ConfigMap", "probes-config")["data"]["blackbox.yml"])["modules"])


def job_of(objects: list[Object]) -> dict[str, Any]:
    config = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    (job,) = [job for job in config["scrape_configs"] if job["job_name"] == PROBES_JOB]
    return dict(job)


def test_without_probes_nothing_of_them_is_there(default_objects: list[Object]) -> None:
    assert not [item for item in default_objects if "probes" in item["metadata"]["name"]]
    rules = "".join(find(default_objects, "ConfigMap", "prometheus-rules")["data"].values())
    assert not re.search("Probe|Canary|CertificateExpires", rules)


def test_every_probe_is_a_module_and_a_target_of_one_job(objects: list[Object]) -> None:
    job = job_of(objects)
    assert job["metrics_path"] == "/probe"
    labels = [target["labels"] for target in job["static_configs"]]
    assert [target["targets"] for target in job["static_configs"]] == [[f"probes.{NAMESPACE}.svc:9115"]] * 3
    assert [label["__param_module"] for label in labels] == [label["probe"] for label in labels] == list(modules(objects))
    assert [label["__param_target"] for label in labels] == [label["instance"] for label in labels]
    assert [label["instance"] for label in labels] == ["http://chat.web.svc:8080/", "envoy.gateway.svc:443", CHAT]
    assert [label["type"] for label in labels] == ["http", "tcp", "canary"]
    assert [(label["__scrape_interval__"], label["__scrape_timeout__"]) for label in labels] == [
        ("30s", "11s"),
        ("30s", "11s"),
        ("240s", "31s"),
    ]


def test_a_canary_asks_as_a_user_and_says_that_it_is_none(objects: list[Object]) -> None:
    module = modules(objects)["chat"]["http"]
    asked = json.loads(module["body"])
    assert (asked["model"], asked["max_tokens"], asked["stream"], asked["user"]) == ("auto", 16, False, "semantic-router-canary")
    assert [message["role"] for message in asked["messages"]] == ["user"]
    assert module["headers"] == {"Content-Type": "application/json", "User-Agent": "semantic-router-canary", "X-Canary": "chat"}
    assert module["authorization"] == {"credentials_file": "/etc/blackbox/secrets/canary/token"}
    assert module["fail_if_body_not_matches_regexp"] == [ANSWERED, "(?i)earth"]
    assert module["fail_if_header_not_matches"] == [{"header": "x-vsr-selected-model", "regexp": "^(?:qwen3|phi4)$"}]


def test_what_a_canary_costs_stands_above_the_configuration() -> None:
    objects = from_yaml(f"probes: {{canaries: [{{name: chat, url: '{CHAT}', interval: 2m, prompt: '{'x' * 300}', maxTokens: 40}}]}}")
    text: str = find(objects, "ConfigMap", "probes-config")["data"]["blackbox.yml"]
    assert text.splitlines()[0] == (
        "# canary chat: 720 requests a day from each Prometheus, each some 120 tokens, and at most 40 of the answer"
    )


@pytest.mark.parametrize(
    ("answer", "answered"),
    [
        ({"content": "Earth."}, True),
        ({"content": 'A "quoted" word'}, True),
        ({"content": '"'}, True),
        ({"content": None, "reasoning_content": "The user asks"}, True),
        ({"content": None, "reasoning": "The user asks"}, True),
        ({"content": ""}, False),
        ({"content": None}, False),
        ({"content": None, "reasoning_content": None}, False),
        ({}, False),
    ],
)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_an_answer_is_one_that_holds_text(answer: dict[str, Any], answered: bool, separators: tuple[str, str]) -> None:
    body = {"choices": [{"message": {"role": "assistant", **answer}, "finish_reason": "length"}], "usage": {"total_tokens": 30}}
    assert bool(re.search(ANSWERED, json.dumps(body, separators=separators))) == answered


def test_redirects_are_not_followed_and_pages_have_an_end(objects: list[Object]) -> None:
    for name in ("page", "chat"):
        module = modules(objects)[name]["http"]
        assert module["follow_redirects"] is False
        assert module["body_size_limit"] == "4MB"


def test_the_pod_passes_restricted_and_its_configuration_holds_no_credential(objects: list[Object]) -> None:
    spec = find(objects, "Deployment", "probes")["spec"]["template"]["spec"]
    assert violations(spec) == []
    assert spec["automountServiceAccountToken"] is False
    (container,) = spec["containers"]
    assert container["image"] == "quay.io/prometheus/blackbox-exporter:v0.29.0"
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounted == {"/etc/blackbox/config", "/etc/blackbox/secrets/canary", "/etc/blackbox/secrets/internal-ca"}


def test_only_prometheus_may_ask_and_only_what_is_probed_is_reached(objects: list[Object]) -> None:
    spec = find(objects, "NetworkPolicy", "network-probes")["spec"]
    (incoming,) = spec["ingress"]
    assert incoming["ports"] == [{"port": 9115, "protocol": "TCP"}]
    assert [peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in incoming["from"]] == ["prometheus"]
    reached = [
        peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name")
        for rule in spec["egress"]
        for peer in rule.get("to", ())
    ]
    assert {"web", "gateway"} <= set(reached)
    assert next(rule["ports"] for rule in spec["egress"] if "to" not in rule) == [{"port": 443, "protocol": "TCP"}]
    outgoing = find(objects, "NetworkPolicy", "network-prometheus")["spec"]["egress"]
    assert [rule for rule in outgoing if rule.get("ports") == [{"port": 9115, "protocol": "TCP"}]]


def test_prometheus_has_the_alerts_and_grafana_the_dashboard(objects: list[Object]) -> None:
    alerts = find(objects, "ConfigMap", "prometheus-rules")["data"]["alerts-probes.yaml"]
    assert re.findall(r"alert: (\w+)", alerts) == ["ProbeFailing", "CanaryFailing", "CanarySlow", "CertificateExpires"]
    assert find(objects, "ConfigMap", "grafana-dashboard-probes")


def test_a_changed_threshold_moves_the_line_of_its_panel() -> None:
    objects = from_yaml(f"{SETTINGS}\nalerts: {{rules: {{CertificateExpires: {{threshold: 21}}}}}}")
    (model,) = find(objects, "ConfigMap", "grafana-dashboard-probes")["data"].values()
    (panel,) = [panel for panel in json.loads(model)["panels"] if panel["title"] == "CertificateExpires"]
    assert [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [None, 21]
    assert "below the dashed line" in panel["description"]


def test_secrets_are_read_again_with_each_probe() -> None:
    probes = sro.Probes(
        new_chart(),
        "probes",
        http=[sro.HttpProbe(name="page", url="https://a.example.com", bearer_token=sro.SecretKey("canary", "token"))],
        tcp=[sro.TcpProbe(name="port", address="a.b.svc:443", tls=True, ca=sro.SecretKey("internal-ca", "ca.crt"))],
    )
    found = [(use.secret, use.key, use.method, use.on_change) for use in probes.secret_references]
    assert found == [("canary", "token", "file", "reread"), ("internal-ca", "ca.crt", "file", "reread")]


def test_constructs_alone_do_the_same(objects: list[Object]) -> None:
    chart = new_chart()
    probes = sro.Probes(
        chart,
        "probes",
        http=[sro.HttpProbe(name="page", url="http://chat.web.svc:8080/", body="<title>Chat", status=(200, 302))],
        tcp=[
            sro.TcpProbe(
                name="port", address="envoy.gateway.svc:443", tls=True, ca=sro.SecretKey("internal-ca", "ca.crt"), server_name="chat"
            )
        ],
        canaries=[
            sro.CanaryProbe(
                name="chat",
                url=CHAT,
                bearer_token=sro.SecretKey("canary", "token"),
                body="(?i)earth",
                headers={"x-vsr-selected-model": "qwen3|phi4"},
            )
        ],
    )
    prometheus = sro.PrometheusStack(chart, "prometheus", scrape_jobs=[probes.scrape_job])
    sro.GrafanaStack(chart, "grafana", sources=[prometheus])
    sro.NetworkPolicies(chart, "network")
    wanted, found = ({(item["kind"], item["metadata"]["name"]): item for item in listed} for listed in (objects, objects_of(chart)))
    for key in wanted:
        if "probes" in key[1] or key == ("ConfigMap", "prometheus-config"):
            assert found[key] == wanted[key]


def test_alerts_read_the_job_of_the_probes_alone(objects: list[Object]) -> None:
    """The page of any other target may hold a family of such a name."""
    rules = yaml.safe_load(find(objects, "ConfigMap", "prometheus-rules")["data"]["alerts-probes.yaml"])
    for rule in rules["groups"][0]["rules"]:
        selectors = re.findall(r"(\w+)\{([^}]*)\}", rule["expr"])
        assert {name for name, _ in selectors} <= set(source_metrics("blackbox"))
        assert all(f'job="{PROBES_JOB}"' in matchers for _, matchers in selectors)


def http(**given: object) -> str:
    return f"probes: {{http: [{json.dumps({'name': 'a', 'url': 'https://a.example.com', **given})}]}}"


def tcp(**given: object) -> str:
    return f"probes: {{tcp: [{json.dumps({'name': 'a', 'address': 'a.b.svc:443', **given})}]}}"


def canary(**given: object) -> str:
    return f"probes: {{canaries: [{json.dumps({'name': 'a', 'url': CHAT, **given})}]}}"


TOKEN = {"secret": "a", "key": "b"}
URL = "write an absolute URL such as https://grafana.example.com"
LABEL = "write a name of lower-case letters, digits and '-', starting and ending with a letter or digit, at most 63 characters"
GO = "write a regular expression as Go reads it, without look-ahead and back-references"
BAD = [
    ("probes: {}", "probes.http: 0: give 1 to 100 of http, tcp and canaries together"),
    ("probes: {http: [{name: a}]}", "probes.http[0].url: not given: add it"),
    (http(url="a.example.com"), f"probes.http[0].url: 'a.example.com': {URL}"),
    (http(url="ftp://a.example.com"), f"probes.http[0].url: 'ftp://a.example.com': {URL}"),
    (http(url="https://a.example.com/?q=1"), "probes.http[0].url: 'https://a.example.com/?q=1': remove everything from '?' or '#' on"),
    (
        http(name="A"),
        f"probes.http[0].name: 'A': {LABEL}",
    ),
    (http(status=[]), "probes.http[0].status: []: name at least one status code, such as 200"),
    (http(status=[200, 20]), "probes.http[0].status[1]: 20: write a status code from 100 to 599"),
    (http(body="(?=a)"), f"probes.http[0].body: '(?=a)': {GO}"),
    (
        http(interval="10m"),
        "probes.http[0].interval: '10m': write 5s to 2m: within the 5 minutes of the alert there have to be two answers",
    ),
    (http(interval="1s"), "probes.http[0].interval: '1s': write 5s to 2m: within the 5 minutes of the alert there have to be two answers"),
    (http(interval="10s"), "probes.http[0].timeout: '10s': write at most the interval, 10s, less a second"),
    (http(timeout="90s", interval="2m"), "probes.http[0].timeout: '90s': write 1s to 1m"),
    (http(timeout="500ms"), "probes.http[0].timeout: '500ms': write 1s to 1m"),
    (
        http(url="http://a.example.com", bearerToken=TOKEN),
        "probes.http[0].bearerToken: 'a': write https:// as url: outside the cluster, the token would be readable on its way",
    ),
    (http(url="http://a.b.svc", ca=TOKEN), "probes.http[0].ca: 'a': only https uses it; write https:// or remove it"),
    (http(certificate=TOKEN), "probes.http[0].key: not given: give certificate and key together, or neither"),
    (tcp(address="a.b.svc"), "probes.tcp[0].address: 'a.b.svc': write host:port"),
    (tcp(address="a.b.svc:70000"), "probes.tcp[0].address: 70000: write a port from 1 to 65535"),
    (tcp(serverName="a"), "probes.tcp[0].serverName: 'a': only https uses it; set tls: true or remove it"),
    (
        canary(url="https://chat.example.com"),
        "probes.canaries[0].url: 'https://chat.example.com': write the whole URL of the endpoint, with its path, such as /v1/chat/completions",
    ),
    (canary(model=" "), "probes.canaries[0].model: ' ': name a model, or omit the key: auto lets the router choose"),
    (canary(prompt=""), "probes.canaries[0].prompt: '': write a question of 1 to 1,000 characters"),
    (canary(maxTokens=0), "probes.canaries[0].maxTokens: 0: write 1 to 256: each canary costs up to that many"),
    (canary(maxTokens=4096), "probes.canaries[0].maxTokens: 4096: write 1 to 256: each canary costs up to that many"),
    (
        canary(interval="10m"),
        "probes.canaries[0].interval: '10m': write 1m to 4m: each costs tokens, and Prometheus forgets a sample after 5 minutes",
    ),
    (canary(body="("), f"probes.canaries[0].body: '(': {GO}"),
    (canary(headers={"a b": "c"}), "probes.canaries[0].headers: 'a b': write the name of an HTTP header, such as x-vsr-selected-model"),
    (canary(headers={"x-a": ""}), "probes.canaries[0].headers.x-a: '': write what its value has to be, such as qwen3-8b, or .* for any"),
    (canary(headers={"x-a": "["}), f"probes.canaries[0].headers.x-a: '[': {GO}"),
    (
        f"probes: {{tcp: [{{name: a, address: 'a.b.svc:1'}}], canaries: [{{name: a, url: '{CHAT}'}}]}}",
        "probes.canaries[0].name: 'a': two probes share this name; rename one",
    ),
    (
        f"addOn: {{scrapedBy: {{type: googleManaged}}, shownBy: {{type: none}}}}\n{tcp()}",
        "probes: set: beside addOn: the add-on runs no probes; remove it",
    ),
]


@pytest.mark.parametrize(("text", "expected"), BAD, ids=[expected[:60] for _, expected in BAD])
def test_bad_input_is_refused_in_one_line(text: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == expected
