"""The add-on whose agent writes to a storage elsewhere: pods, configuration, rule files."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from harness.programs import program
from manifests import NAMESPACE, find, from_yaml, key, new_chart, objects_of
from pod_security import violations
from semantic_router_observability.__main__ import main
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.prometheus.config import router_jobs
from semantic_router_observability.prometheus.rule_files import rule_files

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

WRITE = sro.RemoteWrite(
    url="https://mimir.example.com/api/v1/push",
    basic_auth=sro.BasicAuth(username=sro.SecretKey("mimir", "username"), password=sro.SecretKey("mimir", "password")),
)
AGENT = "semantic-router-agent"


def add_on(**arguments: Any) -> tuple[sro.AddOn, list[Object]]:
    """An add-on with an agent, and its objects; arguments of the agent go into `scraped_by`."""
    chart = new_chart()
    agent = {name: arguments.pop(name) for name in sro.RemoteWriteAgent.__struct_fields__ if name in arguments}
    scraper = sro.RemoteWriteAgent(**{"remote_write": [WRITE], **agent})
    made = sro.AddOn(chart, "semantic-router", scraped_by=scraper, **{"shown_by": sro.NoDashboards(), **arguments})
    return made, objects_of(chart)


def config_of(objects: list[Object]) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(find(objects, "ConfigMap", f"{AGENT}-config")["data"]["prometheus.yml"])
    return content


def test_it_makes_an_agent_and_nothing_that_an_operator_would_read() -> None:
    _, objects = add_on()
    assert {key(found) for found in objects} == {
        f"ServiceAccount {NAMESPACE}/{AGENT}",
        f"Role {NAMESPACE}/{AGENT}",
        f"RoleBinding {NAMESPACE}/{AGENT}",
        f"ConfigMap {NAMESPACE}/{AGENT}-config",
        f"StatefulSet {NAMESPACE}/{AGENT}",
        f"Service {NAMESPACE}/{AGENT}-headless",
    }


def test_its_jobs_are_those_of_the_plain_stack() -> None:
    targets = [sro.RouterTarget.helm("vsr", namespaces=["routing"])]
    guards = sro.ScrapeGuards(sample_limit=9_000)
    _, objects = add_on(targets=targets, guards=guards, interval="30s")
    config = config_of(objects)
    *routers, own = config["scrape_configs"]
    assert routers == router_jobs(targets, guards, NAMESPACE)
    assert own["static_configs"] == [{"targets": ["localhost:9090"], "labels": {"namespace": NAMESPACE, "instance": AGENT}}]
    assert config["global"]["scrape_interval"] == "30s"


def test_its_configuration_has_no_section_that_an_agent_refuses() -> None:
    _, objects = add_on()
    assert config_of(objects).keys() == {"global", "scrape_configs", "remote_write"}


def test_its_pod_is_restricted_and_reads_credentials_from_files() -> None:
    made, objects = add_on(unsent="6h")
    pod = find(objects, "StatefulSet", AGENT)["spec"]["template"]
    assert violations(pod["spec"]) == []
    (container,) = pod["spec"]["containers"]
    assert container["args"] == [
        "--agent",
        "--config.file=/etc/prometheus/config/prometheus.yml",
        "--config.auto-reload",
        "--storage.agent.path=/prometheus",
        "--storage.agent.wal-truncate-frequency=43200s",
        "--storage.agent.retention.min-time=5m",
        "--storage.agent.retention.max-time=21600s",
    ]
    assert "env" not in container
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
    (write,) = config_of(objects)["remote_write"]
    assert write["basic_auth"]["password_file"] == "/etc/prometheus/secrets/mimir/password"
    assert {"name": "secret-mimir", "mountPath": "/etc/prometheus/secrets/mimir", "readOnly": True} in container["volumeMounts"]
    assert made.agent is not None
    assert [(use.secret, use.key) for use in made.agent.secret_references] == [("mimir", "username"), ("mimir", "password")]


def test_it_may_read_what_discovery_needs_where_the_routers_are() -> None:
    _, objects = add_on(targets=[sro.RouterTarget(namespaces=["routing"])])
    role = find(objects, "Role", f"{AGENT}-{NAMESPACE}")
    assert role["metadata"]["namespace"] == "routing"
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"list", "watch"}


def test_replicas_are_told_apart_and_not_evicted_together() -> None:
    _, objects = add_on(replicas=2, storage=sro.Claim(size="5Gi"), external_labels={"cluster": "eu-1", "team": "a$b"})
    workload = find(objects, "StatefulSet", AGENT)["spec"]
    assert workload["replicas"] == 2
    assert find(objects, "PodDisruptionBudget", AGENT)["spec"]["maxUnavailable"] == 1
    for number in range(2):
        assert find(objects, "PersistentVolumeClaim", f"data-{AGENT}-{number}")["spec"]["resources"]["requests"] == {"storage": "5Gi"}
    assert config_of(objects)["global"]["external_labels"] == {"cluster": "eu-1", "team": "a$$b", "__replica__": "${POD_NAME}"}
    (container,) = workload["template"]["spec"]["containers"]
    assert container["env"][0]["valueFrom"] == {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}
    assert "podAntiAffinity" in workload["template"]["spec"]["affinity"]


def test_one_replica_has_neither_a_budget_nor_a_label_of_its_own() -> None:
    _, objects = add_on(external_labels={"cluster": "eu-1"})
    assert not [found for found in objects if found["kind"] == "PodDisruptionBudget"]
    assert config_of(objects)["global"]["external_labels"] == {"cluster": "eu-1"}


def test_its_log_needs_no_claim() -> None:
    _, objects = add_on(storage=sro.Ephemeral(size="2Gi"))
    workload = find(objects, "StatefulSet", AGENT)["spec"]
    assert "volumeClaimTemplates" not in workload
    assert {"name": "data", "emptyDir": {"sizeLimit": "2Gi"}} in workload["template"]["spec"]["volumes"]
    assert not [found for found in objects if found["kind"] == "PersistentVolumeClaim"]


def test_rule_files_are_those_of_an_existing_prometheus_with_their_interval() -> None:
    made, _ = add_on(interval="30s", shown_by=sro.GrafanaSidecar())
    facts = Facts(namespaces=(NAMESPACE,), sample_limit=50_000, interval="30s", own_stack=False, home=NAMESPACE, sees_others=False)
    files = rule_files("a", recording=True, alerts=sro.Alerts(), facts=facts, user_supplied=())
    read = {name: yaml.safe_load(text)["groups"] for name, text in made.rule_files.items()}
    assert len(read) == len(files) == 8
    assert [group for groups in read.values() for group in groups] == [
        {"interval": "30s", **group} for file in files for group in file.groups
    ]


def test_a_router_is_missed_though_nothing_else_is_stored() -> None:
    made, _ = add_on()
    groups = yaml.safe_load(made.rule_files["semantic-router-alerts-availability.rules"])["groups"]
    (absent,) = [rule for group in groups for rule in group["rules"] if rule["alert"] == "SemanticRouterAbsent"]
    assert absent["expr"] == f'absent(up{{job="semantic-router",namespace="{NAMESPACE}"}})'


def test_dashboards_read_what_the_rule_files_record() -> None:
    _, objects = add_on(shown_by=sro.GrafanaSidecar(data_source="mimir"))
    pages = [found for found in objects if "-dashboard-" in found["metadata"]["name"]]
    assert len(pages) == 6
    assert any("namespace_job:" in text for page in pages for text in page["data"].values())


def test_the_output_folder_has_rule_files_that_kubectl_does_not_apply(tmp_path: Path) -> None:
    chart = new_chart()
    sro.AddOn(chart, "semantic-router", scraped_by=sro.RemoteWriteAgent(remote_write=[WRITE]), shown_by=sro.NoDashboards())
    app = chart.node.root
    sro.write_manifests(app, tmp_path / "dist")  # type: ignore[arg-type]
    written = sro.write_manifests(app, tmp_path / "dist")  # type: ignore[arg-type]  # a second run replaces what the first has written
    rules = [name for name in written if name.endswith(".rules")]
    assert len(rules) == 8
    assert [path.name for path in sorted((tmp_path / "dist").glob("*.rules"))] == rules
    listed = yaml.safe_load((tmp_path / "dist" / "Kustomization").read_text())["resources"]
    assert not [name for name in listed if name.endswith(".rules")]
    (tmp_path / "dist" / "mine.rules").write_text("groups: []\n")
    with pytest.raises(sro.ConfigError, match=r"holds mine\.rules, which no earlier run wrote"):
        sro.write_manifests(app, tmp_path / "dist")  # type: ignore[arg-type]


SETTINGS = """
labels: {team: routing}
platform: {type: openshift}
images: {mirrors: {quay.io: mirror.example.com/quay}, pullSecrets: [pull]}
routers: [{install: helm, release: vsr, namespaces: [routing]}]
networkPolicies: {routerAccess: true}
secrets: [{type: externalSecrets, store: {name: vault}, entries: {mimir: observability/mimir}}]
addOn:
  scrapedBy:
    type: agent
    remoteWrite: [{url: 'https://mimir.mimir.svc:8080/api/v1/push', bearerToken: {secret: mimir, key: token}}]
  shownBy: {type: none}
"""


def test_settings_about_pods_are_those_of_the_agent() -> None:
    objects = from_yaml(SETTINGS)
    pod = find(objects, "StatefulSet", AGENT)["spec"]["template"]
    assert pod["spec"]["containers"][0]["image"].startswith("mirror.example.com/quay/prometheus/prometheus:v")
    assert pod["spec"]["imagePullSecrets"] == [{"name": "pull"}]
    assert "runAsUser" not in pod["spec"]["securityContext"]
    assert pod["metadata"]["labels"]["team"] == "routing"
    assert find(objects, "ExternalSecret", "mimir")["spec"]["data"][0]["secretKey"] == "token"


def test_network_policies_follow_from_its_wiring() -> None:
    objects = from_yaml(SETTINGS)
    policy = find(objects, "NetworkPolicy", f"network-{AGENT}")
    assert "ingress" not in policy["spec"]
    assert (
        policy["spec"]["podSelector"]["matchLabels"].items()
        <= find(objects, "StatefulSet", AGENT)["spec"]["template"]["metadata"]["labels"].items()
    )
    lines = policy["metadata"]["annotations"]["semantic-router-observability/connections"].splitlines()
    assert [line for line in lines if "names" not in line and "discovery" not in line] == [
        "out: TCP 9190 for metrics of the routers",
        "out: any port for remote write to https://mimir.mimir.svc:8080/api/v1/push",
    ]
    access = find(objects, "NetworkPolicy", f"router-access-{NAMESPACE}-prometheus-1")
    assert access["metadata"]["namespace"] == "routing"
    (peer,) = access["spec"]["ingress"][0]["from"]
    assert peer["podSelector"]["matchLabels"] == policy["spec"]["podSelector"]["matchLabels"]


def test_explain_permissions_lists_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dist.yaml").write_text(yaml.safe_dump_all(from_yaml(SETTINGS), sort_keys=False))
    assert main(["explain", "permissions", str(tmp_path / "dist.yaml")]) == 0
    report = capsys.readouterr().out
    assert f"in namespace routing: list, watch services, pods (Role {AGENT}-{NAMESPACE})" in report
    assert "mimir" in report


def test_without_policies_there_is_none() -> None:
    objects = from_yaml(SETTINGS.replace("{routerAccess: true}", "{enabled: false}"))
    assert not [found for found in objects if found["kind"] == "NetworkPolicy"]


def test_an_agent_alone_is_a_construct_of_its_own() -> None:
    chart = new_chart()
    agent = sro.PrometheusAgent(chart, "edge", remote_write=[WRITE])
    assert agent.workload.name == "edge"
    assert [flow.why for flow in agent.router_flows] == ["metrics of the routers"] * 2
    assert find(objects_of(chart), "StatefulSet", "edge")["spec"]["replicas"] == 1


def test_promtool_reads_its_configuration_as_an_agents(tmp_path: Path) -> None:
    _, objects = add_on(replicas=2, external_labels={"cluster": "eu-1"})
    file = tmp_path / "prometheus.yml"
    file.write_text(find(objects, "ConfigMap", f"{AGENT}-config")["data"]["prometheus.yml"])
    command = [str(program("promtool")), "check", "config", "--agent", "--syntax-only", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    file.write_text(f"{file.read_text()}rule_files: [/a.yaml]\n")
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "rule_files is not allowed in agent mode" in refused.stderr


def test_promtool_reads_its_rule_files(tmp_path: Path) -> None:
    made, _ = add_on()
    for name, text in made.rule_files.items():
        (tmp_path / name).write_text(text)
    command = [str(program("promtool")), "check", "rules", *map(str, sorted(tmp_path.glob("*.rules")))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("SUCCESS") == 8
