"""`sro check add-on`: what it prints, how it exits, and that it decides as prometheus-operator's own code does."""

from __future__ import annotations

import inspect
import io
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import semantic_router_observability as sro
from harness.operator_reader import prometheus_object, select
from harness.programs import program
from manifests import NAMESPACE, new_chart, objects_of
from semantic_router_observability.__main__ import main
from semantic_router_observability.addon.selection import verdicts

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

ALL: dict[str, Any] = {
    f"{kind}{part}": {} for kind in ("podMonitor", "serviceMonitor", "rule") for part in ("Selector", "NamespaceSelector")
}
RELEASE: dict[str, Any] = {
    **ALL,
    "podMonitorSelector": {"matchLabels": {"release": "kps"}},
    "ruleSelector": {"matchLabels": {"release": "kps"}},
}
MONITOR = f"PodMonitor {NAMESPACE}/semantic-router"


def space(name: str, **labels: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def add_on(release: str = "kps", **arguments: Any) -> list[Object]:
    """A monitor and rules, as the add-on for kube-prometheus-stack makes them."""
    chart = new_chart()
    sro.AddOn(chart, "semantic-router", scraped_by=sro.KubePrometheusStack(release=release, **arguments), shown_by=sro.NoDashboards())
    return objects_of(chart)


def check(objects: list[Object], cluster: list[Object], folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Run the command; its exit code, and the lines about the monitor."""
    (folder / "dist.yaml").write_text(yaml.safe_dump_all(objects))
    (folder / "cluster.yaml").write_text(yaml.safe_dump({"kind": "List", "items": cluster}))
    code = main(["check", "add-on", str(folder / "dist.yaml"), "--cluster", str(folder / "cluster.yaml")])
    lines = capsys.readouterr().out.splitlines()
    start = next((index for index, line in enumerate(lines) if line.startswith(MONITOR)), len(lines))
    end = next((index for index, line in enumerate(lines) if index > start and not line.startswith(" ")), len(lines))
    return code, lines[start:end]


def test_what_is_read_is_said_of_every_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cluster = [prometheus_object(**RELEASE), space(NAMESPACE)]
    assert check(add_on(), cluster, tmp_path, capsys) == (0, [f"{MONITOR}: read by Prometheus monitoring/k8s"])


@pytest.mark.parametrize(
    ("spec", "lines"),
    [
        (RELEASE, ["Prometheus monitoring/k8s: podMonitorSelector asks for release=kps, not another"]),
        (
            {},
            [
                "Prometheus monitoring/k8s: podMonitorSelector is not set, which selects nothing",
                "Prometheus monitoring/k8s: podMonitorNamespaceSelector is not set, which selects namespace monitoring alone",
            ],
        ),
        (
            {**ALL, "podMonitorSelector": {"matchExpressions": [{"key": "team", "operator": "In", "values": ["a", "b"]}]}},
            ["Prometheus monitoring/k8s: podMonitorSelector asks for team In (a, b), which it does not have"],
        ),
        (
            {**ALL, "podMonitorNamespaceSelector": {"matchLabels": {"monitored": "yes"}}},
            [
                f"Prometheus monitoring/k8s: podMonitorNamespaceSelector asks of namespace {NAMESPACE} for monitored=yes, which it does not have"
            ],
        ),
    ],
    ids=["label", "nothing", "expression", "namespace"],
)
def test_what_is_read_by_none_is_explained(
    spec: dict[str, Any], lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = check(add_on("another"), [prometheus_object(**spec), space(NAMESPACE)], tmp_path, capsys)
    assert code == 1
    assert found == [f"{MONITOR}: read by none", *(f"  {line}" for line in lines)]


@pytest.mark.parametrize(
    ("spec", "warning"),
    [
        (
            {"enforcedSampleLimit": 20_000},
            "enforcedSampleLimit 20000 takes the place of sampleLimit 50000; write it as enforcedSampleLimit under scrapedBy",
        ),
        ({"shards": 2}, "shards is 2, and each sees only some of the routers; write shards under scrapedBy"),
        ({"paused": True}, "paused is set: the operator takes over no change"),
    ],
    ids=["limit", "shards", "paused"],
)
def test_what_is_read_but_not_as_it_should_be_is_a_finding(
    spec: dict[str, Any], warning: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = check(add_on(), [prometheus_object(**RELEASE, **spec), space(NAMESPACE)], tmp_path, capsys)
    assert code == 1
    assert found == [f"{MONITOR}: read by Prometheus monitoring/k8s", f"  Prometheus monitoring/k8s: {warning}"]


def test_shards_that_are_known_are_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(add_on(shards=2), [prometheus_object(**RELEASE, shards=2), space(NAMESPACE)], tmp_path, capsys)[0] == 0


def test_one_reader_among_several_suffices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = prometheus_object("other", **ALL | {"podMonitorSelector": None})
    cluster = [other, prometheus_object(**RELEASE), space(NAMESPACE)]
    assert check(add_on(), cluster, tmp_path, capsys) == (0, [f"{MONITOR}: read by Prometheus monitoring/k8s"])


def test_a_thanos_ruler_reads_rules_alone() -> None:
    ruler = {**prometheus_object(**ALL), "kind": "ThanosRuler"}
    found = list(verdicts(add_on(), [ruler, space(NAMESPACE)]))
    assert {verdict.object.split()[0] for verdict in found if "ThanosRuler" in verdict.reader} == {"PrometheusRule"}
    (unread,) = (verdict for verdict in found if verdict.object == MONITOR)
    assert unread == ("Prometheus or PrometheusAgent", MONITOR, ("none is among the given objects of the cluster",), ())


def test_a_cluster_without_a_reader_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dist.yaml").write_text(yaml.safe_dump_all(add_on()))
    monkeypatch.setattr("sys.stdin", io.StringIO(yaml.safe_dump(space("a"))))
    assert main(["check", "add-on", str(tmp_path / "dist.yaml"), "--cluster", "-"]) == 2
    line = "error: check: '-': holds no Prometheus, PrometheusAgent, ThanosRuler or Alertmanager that could read an object of the manifests; see --help\n"
    assert capsys.readouterr() == ("", line)


NAMES = st.sampled_from(["a", "b"])
VALUES = st.sampled_from(["x", "y"])
LABELS = st.dictionaries(NAMES, VALUES)
EXPRESSION = st.one_of(
    st.builds(
        lambda key, operator, values: {"key": key, "operator": operator, "values": values},
        NAMES,
        st.sampled_from(["In", "NotIn"]),
        st.lists(VALUES, min_size=1, unique=True),
    ),
    st.builds(lambda key, operator: {"key": key, "operator": operator}, NAMES, st.sampled_from(["Exists", "DoesNotExist"])),
)
SELECTOR = st.none() | st.fixed_dictionaries({}, optional={"matchLabels": LABELS, "matchExpressions": st.lists(EXPRESSION, max_size=2)})


@settings(max_examples=40, deadline=None)
@given(
    SELECTOR, SELECTOR, st.lists(st.tuples(LABELS, st.sampled_from(["monitoring", "one", "two"])), min_size=1, max_size=5), LABELS, LABELS
)
def test_it_decides_as_the_operator_does(
    selector: Any, spaces: Any, monitors: list[tuple[dict[str, str], str]], first: dict[str, str], second: dict[str, str]
) -> None:
    program("operator-reader")
    spec = {
        "podMonitorSelector": selector,
        "podMonitorNamespaceSelector": spaces,
        "ruleSelector": selector,
        "ruleNamespaceSelector": spaces,
    }
    server = prometheus_object(**{name: value for name, value in spec.items() if value is not None})
    cluster = [server, space("monitoring"), space("one", **first), space("two", **second)]
    objects: list[Object] = []
    for number, (labels, namespace) in enumerate(monitors):
        metadata = {"name": f"n{number}", "namespace": namespace, "labels": labels}
        head = {"apiVersion": "monitoring.coreos.com/v1", "metadata": metadata}
        rule = {"groups": [{"name": "g", "rules": [{"record": "a", "expr": "up"}]}]}
        objects += [
            {**head, "kind": "PodMonitor", "spec": {"selector": {}, "podMetricsEndpoints": [{"port": "p"}]}},
            {**head, "kind": "PrometheusRule", "spec": rule},
        ]
    found = select(server, objects, cluster[1:])
    ours = {verdict.object for verdict in verdicts(objects, cluster) if not verdict.reasons}
    rules = {name.rsplit("-", 2)[0] + "/" + name.rsplit("-", 2)[1] for name in found.rules}
    assert {name for name in ours if name.startswith("PodMonitor")} == set(found.monitors)
    assert {name.removeprefix("PrometheusRule ") for name in ours if name.startswith("PrometheusRule")} == rules


def test_the_help_names_the_command_for_the_cluster(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "add-on", "--help"])
    assert "kubectl get prometheuses,alertmanagers,namespaces -A -o yaml" in inspect.cleandoc(" ".join(capsys.readouterr().out.split()))
