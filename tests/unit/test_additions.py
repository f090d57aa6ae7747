"""Rules, scrape jobs and dashboards that are added after a stack was made: the objects are those of a stack that had them from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import semantic_router_observability as sro
from manifests import NAMESPACE, key, new_chart, objects_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from manifests import Object

RULES = sro.RuleFile(name="team", groups=[{"name": "team", "rules": [{"record": "team:requests:rate5m", "expr": "rate(http_total[5m])"}]}])
ON_TOP = sro.RuleFile(name="top", groups=[{"name": "top", "rules": [{"alert": "TeamIdle", "expr": "team:requests:rate5m == 0"}]}])
LARGE = sro.RuleFile(
    name="large",
    groups=[
        {"name": f"g{number}", "rules": [{"record": "a:b", "expr": "vector(1)", "labels": {"l": "x" * 50_000}}]} for number in range(9)
    ],
)
PODS = sro.PodJob(name="vllm", match_labels={"app": "vllm"}, namespaces=("engines",), port="http")
NODES = sro.RawJob(
    name="services",
    config={"kubernetes_sd_configs": [{"role": "ingress", "namespaces": {"names": ["engines"]}}]},
    namespaces=("engines",),
)
PROTECTED = sro.StaticJob(name="gateway", targets=("gateway.edge.svc:9901",), bearer_token=sro.SecretKey("gateway", "token"))
BOARD = sro.Dashboard(file="team.json", model='{"uid": "team", "title": "Team", "panels": [], "schemaVersion": 39}')
ELSEWHERE = sro.Dashboard(file="other.json", model='{"uid": "other", "title": "Other", "panels": [], "schemaVersion": 39}', folder="Teams")
VOLUME = sro.DashboardConfigMap(name="of-others")


def by_name(objects: list[Object]) -> dict[str, Object]:
    return {key(found): found for found in objects}


def stack(add: Callable[[sro.Observability], None] = lambda _: None, **arguments: Any) -> dict[str, Object]:
    """All objects of a stack with labels, a Grafana with TLS, which Prometheus learns of later, and an external URL in links."""
    chart = new_chart()
    grafana: Any = {"tls": sro.ServingTls(secret="grafana-tls"), "external_url": "https://g.example.com", **arguments.pop("grafana", {})}
    add(sro.Observability(chart, "stack", grafana=grafana, labels={"example.com/team": "sre"}, **arguments))
    return by_name(objects_of(chart))


@pytest.mark.parametrize("files", [[RULES, ON_TOP], [LARGE, RULES]], ids=["rules", "more than a ConfigMap holds"])
def test_rules(files: list[sro.RuleFile]) -> None:
    def add(made: sro.Observability) -> None:
        for file in files:
            made.add_rules(file)

    assert stack(add) == stack(prometheus={"rules": files})


def test_rules_from_a_directory(tmp_path: Path) -> None:
    (tmp_path / "team.yaml").write_text("groups: [{name: team, rules: [{record: 'a:b', expr: vector(1)}]}]", encoding="utf-8")
    assert stack(lambda made: made.add_rules(str(tmp_path))) == stack(prometheus={"rule_files": [str(tmp_path)]})


@pytest.mark.parametrize("replicas", [False, True], ids=["one", "behind Thanos"])
def test_scrape_jobs(replicas: bool) -> None:
    arguments: dict[str, Any] = {"thanos": {}} if replicas else {}
    prometheus: dict[str, Any] = {"external_labels": {"cluster": "a"}} if replicas else {}
    jobs = [PODS, NODES, PROTECTED]

    def add(made: sro.Observability) -> None:
        for job in jobs:
            made.add_scrape_job(job)

    assert stack(add, prometheus=prometheus, **arguments) == stack(prometheus={"scrape_jobs": jobs, **prometheus}, **arguments)


def test_dashboards() -> None:
    def add(made: sro.Observability) -> None:
        made.add_dashboard(BOARD)
        made.add_dashboard(ELSEWHERE, VOLUME)

    assert stack(add) == stack(grafana={"dashboards": [BOARD, ELSEWHERE, VOLUME]})


def test_a_patch_stays_where_it_was() -> None:
    def add(made: sro.Observability) -> None:
        made.patch("StatefulSet/prometheus", "/spec/template/spec/priorityClassName", "high", op="add", reason="first to stay")
        made.add_scrape_job(PROTECTED)
        made.add_rules(LARGE)

    pod = stack(add)[f"StatefulSet {NAMESPACE}/prometheus"]["spec"]["template"]["spec"]
    assert pod["priorityClassName"] == "high"
    assert "secret-gateway" in [volume["name"] for volume in pod["volumes"]]


MISSPELLED = sro.RuleFile(name="bad", groups=[{"name": "bad", "rules": [{"record": "a:b", "expr": "llm_model_request_total"}]}])
VAULT = sro.ExternalSecrets(store=sro.SecretStore(name="vault"), entries={"grafana-admin": "grafana"})


@pytest.mark.parametrize(
    ("add", "place"),
    [
        (lambda made: made.add_rules(RULES, RULES), ("prometheus", "rules")),
        (lambda made: made.add_rules(RULES, MISSPELLED), ("prometheus", "rules", 1, "groups", 0, "rules", 0, "a:b")),
        (lambda made: made.add_scrape_job(sro.StaticJob(name="grafana", targets=("a:1",))), ("prometheus", "scrape_jobs", 0, "name")),
        (
            lambda made: made.add_scrape_job(sro.PodJob(name="all", match_labels={"a": "b"}, port="http", namespaces=("*",))),
            ("prometheus", "scrape_jobs", 0, "namespaces"),
        ),
        (lambda made: made.add_scrape_job(sro.StaticJob(name="trace-gateway", targets=("a:1",))), ("prometheus", "add_scrape_job", "name")),
        (
            lambda made: made.add_scrape_job(sro.StaticJob(name="semantic-router-probes", targets=("a:1",))),
            ("prometheus", "add_scrape_job", "name"),
        ),
        (lambda made: made.add_scrape_job(PROTECTED), ("secrets", "of")),
        (lambda made: made.add_dashboard(BOARD, BOARD), ("grafana", "dashboards", "uid")),
    ],
    ids=[
        "twice",
        "no such metric",
        "name of the stack",
        "cluster",
        "trace gateway",
        "probes",
        "Secret after the providers",
        "dashboard twice",
    ],
)
def test_what_cannot_work_is_refused(add: Callable[[sro.Observability], None], place: tuple[object, ...]) -> None:
    made = sro.Observability(new_chart(), "stack", secrets=[VAULT])
    with pytest.raises(sro.ConfigError) as refused:
        add(made)
    assert refused.value.path == place
