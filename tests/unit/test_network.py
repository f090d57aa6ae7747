"""Network policies: what the programs are configured to connect to passes, and nothing else does."""

from __future__ import annotations

import inspect
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from cdk8s import App, Chart

import semantic_router_observability as sro
from cluster.options import OPTION_SETS
from manifests import NAMESPACE, find, from_yaml, new_chart, objects_of
from policies import Host, Network, Pod
from semantic_router_observability.kubernetes.traffic import ApiServer, Service
from semantic_router_observability.network.destinations import flows_to
from snapshot_cases import IN_YAML
from wiring import OUTSIDE, Connection, Wiring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from manifests import Object

FILES = Path(__file__).parents[1] / "snapshot" / "files"

CASES = {
    **{name: inspect.cleandoc(text) for name, text in IN_YAML.items()},
    **{name: yaml.safe_dump(item) for name, item in OPTION_SETS.items()},
}
OFF = {"network-policies-off"}

PORTS = (22, 3000, 4180, 4317, 8080, 8081, 8888, 9090, 9093, 9094, 9190, 13133, 50051)
"""What the stack, the router and others listen on, and 443 left out: the API server may be anywhere."""

CONTROLLER = Pod("controller", "ingress-nginx", {"app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller"})
ROUTER_DASHBOARD = Pod(
    "router-dashboard",
    NAMESPACE,
    {"app": "semantic-router", "app.kubernetes.io/name": "semantic-router", "app.kubernetes.io/component": "dashboard"},
)


def both_readings(policies: Sequence[Object], namespace_labels: dict[str, dict[str, str]] | None = None) -> list[Network]:
    """Of address ranges."""
    return [Network(policies, namespace_labels or {}, ranges_hold_pods=reading) for reading in (False, True)]


def policies_of(objects: Sequence[Object]) -> list[Object]:
    """The network policies."""
    return [item for item in objects if item["kind"] == "NetworkPolicy"]


@pytest.fixture(scope="module", params=sorted(CASES.keys() - OFF))
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Object]:
    """Objects of each case."""
    folder = tmp_path_factory.mktemp("case")
    for file in FILES.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return from_yaml(CASES[request.param], folder)


def test_whatever_the_programs_connect_to_is_allowed(case: list[Object]) -> None:
    wiring = Wiring(case)
    assert wiring.routers, "no router is found, so nothing is tried"
    for network in both_readings(policies_of(case), {"ingress-nginx": {}}):
        refused = [
            connection
            for connection in wiring.connections
            if not network.allows(connection.source, connection.target, connection.port, connection.protocol)
        ]
        assert refused == []


def test_nothing_else_is_allowed(case: list[Object]) -> None:
    wiring = Wiring(case)
    (home, *_) = {pod.namespace for pod in wiring.pods.values()}
    bystanders = [
        Pod("stranger", home, {"app": "stranger"}),
        Pod("stranger", "elsewhere", {"app": "stranger"}),
        # A label that everybody may write opens nothing.
        Pod("impostor", "elsewhere", dict(next(iter(wiring.pods.values())).labels)),
        Pod("bare", home),
    ]
    pods = [*wiring.pods.values(), *wiring.routers, *bystanders]
    declared, exposed = set(wiring.connections), wiring.exposed()
    for network in both_readings(policies_of(case)):
        for source, target in itertools.permutations(pods, 2):
            if source not in wiring.pods.values() and target not in wiring.pods.values():
                continue
            for port, protocol in itertools.product(PORTS, ("TCP", "UDP")):
                if Connection(source, target, port, protocol) in declared or _may_reach_any(wiring, source, target):
                    continue
                if Connection(source, OUTSIDE, port, protocol) in declared:
                    continue  # what may connect to any address may connect to any pod
                if (target, port) in exposed and wiring.controller_is_unknown:
                    continue  # and so may any pod, where a load balancer does whose address nobody knows
                assert not network.allows(source, target, port, protocol), f"{source} -> {target} {protocol} {port}"
        for pod in wiring.pods.values():
            assert not network.allows(OUTSIDE, pod, 8080)
            assert not network.allows(pod, OUTSIDE, 22)


def _may_reach_any(wiring: Wiring, source: Pod, target: Pod) -> bool:
    """Where the manifests do not say which pods a Service selects. Pods of the stack are known, so they stay shut."""
    if target in wiring.pods.values():
        return False
    return (source, target.namespace) in wiring.wide or (source, target) in wiring.any_port


def test_policies_select_the_pods_of_the_stack_and_no_others(case: list[Object]) -> None:
    wiring = Wiring(case)
    selectors = {
        (item["metadata"]["namespace"], yaml.safe_dump(item["spec"]["podSelector"]))
        for item in policies_of(case)
        if item["spec"]["policyTypes"] != ["Ingress"]
    }
    workloads = [item for item in case if item["kind"] in {"StatefulSet", "Deployment"}]
    assert selectors == {(workload["metadata"]["namespace"], yaml.safe_dump(workload["spec"]["selector"])) for workload in workloads}
    assert len(wiring.pods) == len(workloads)


def test_every_rule_says_what_it_is_for(case: list[Object]) -> None:
    for policy in policies_of(case):
        lines = policy["metadata"]["annotations"]["semantic-router-observability/connections"].splitlines()
        rules = [*policy["spec"].get("ingress", ()), *policy["spec"].get("egress", ())]
        assert len(lines) == len(rules)
        for line, rule in zip(lines, rules, strict=True):
            for port in rule.get("ports", ()):
                assert f"{port['protocol']} {port['port']}" in line


def test_they_can_be_switched_off() -> None:
    assert policies_of(from_yaml("networkPolicies: {enabled: false}")) == []


def pod(objects: Sequence[Object], name: str) -> Pod:
    """A pod of a workload."""
    return Wiring(objects).pods[name]


def test_prometheus_alone_reaches_the_api_server_wherever_it_is(default_objects: list[Object]) -> None:
    for network in both_readings(policies_of(default_objects)):
        for port in (443, 6443):
            assert network.allows(pod(default_objects, "prometheus"), OUTSIDE, port)
            assert network.allows(pod(default_objects, "prometheus"), Pod("kubernetes", "kube-system"), port)
            assert network.allows(pod(default_objects, "prometheus"), Host("2001:db8::1"), port)
            assert not network.allows(pod(default_objects, "grafana"), OUTSIDE, port)


def test_no_rule_names_all_addresses(case: list[Object]) -> None:
    """Plugins do not agree on what they are: to Cilium, neither the API server on a node nor the node itself."""
    for policy in policies_of(case):
        rules = [*policy["spec"].get("ingress", ()), *policy["spec"].get("egress", ())]
        ranges = [peer["ipBlock"]["cidr"] for rule in rules for peer in (*rule.get("to", ()), *rule.get("from", ())) if "ipBlock" in peer]
        assert not {"0.0.0.0/0", "::/0"} & set(ranges)


def test_the_api_server_can_be_narrowed_down() -> None:
    objects = from_yaml("networkPolicies: {apiServer: {cidrs: [10.0.0.0/28], ports: [6443]}}")
    network = Network(policies_of(objects))
    assert network.allows(pod(objects, "prometheus"), Host("10.0.0.3"), 6443)
    assert not network.allows(pod(objects, "prometheus"), Host("10.0.0.3"), 443)
    assert not network.allows(pod(objects, "prometheus"), Host("10.0.0.16"), 6443)


@pytest.mark.parametrize(
    ("server", "port"),
    [
        (Pod("coredns", "kube-system", {"k8s-app": "kube-dns"}), 53),
        (Host("10.96.0.10"), 53),
        (Pod("dns-default", "openshift-dns", {"dns.operator.openshift.io/daemonset-dns": "default"}), 5353),
        (Host("169.254.20.10"), 53),
    ],
)
@pytest.mark.parametrize("protocol", ["UDP", "TCP"])
def test_names_are_resolved_wherever_clusters_do_it(default_objects: list[Object], server: Pod | Host, port: int, protocol: str) -> None:
    network = Network(policies_of(default_objects))
    for name in ("prometheus", "grafana"):
        assert network.allows(pod(default_objects, name), server, port, protocol)
    own = from_yaml("networkPolicies: {dns: [{type: pods, namespace: dns, labels: {app: dns}, port: 1053}]}")
    assert not Network(policies_of(own)).allows(pod(own, "grafana"), server, port, protocol)
    assert Network(policies_of(own)).allows(pod(own, "grafana"), Pod("a", "dns", {"app": "dns"}), 1053, protocol)


def test_others_are_allowed_where_settings_name_them() -> None:
    objects = from_yaml(inspect.cleandoc(IN_YAML["network-policies-narrow"]))
    network = Network(policies_of(objects), {"data": {"team": "data"}})
    prometheus, grafana = pod(objects, "prometheus"), pod(objects, "grafana")
    federation = Pod("a", "monitoring", {"app": "prometheus"})
    assert network.allows(federation, prometheus, 9090)
    assert not network.allows(federation, prometheus, 9091)
    assert not network.allows(federation, grafana, 3000)
    assert not network.allows(Pod("a", "monitoring", {"app": "other"}), prometheus, 9090)
    assert network.allows(Host("10.8.1.1"), grafana, 3000)
    assert network.allows(grafana, Pod("loki", "data", {"app": "loki"}), 3100)
    assert not network.allows(prometheus, Pod("loki", "data", {"app": "loki"}), 3100)
    assert not network.allows(grafana, Pod("loki", "other", {"app": "loki"}), 3100)


def test_the_router_dashboard_reaches_what_it_embeds() -> None:
    for text, namespace in (
        ("grafana: {embedding: true}", NAMESPACE),
        ("{namespace: monitoring, routers: [{namespaces: [routing]}], grafana: {embedding: true}}", "routing"),
        ('{prometheus: {clusterWide: true}, routers: [{namespaces: ["*"]}], grafana: {embedding: true}}', "anywhere"),
    ):
        objects = from_yaml(text)
        network = Network(policies_of(objects))
        dashboard = Pod("dashboard", namespace, ROUTER_DASHBOARD.labels)
        assert network.allows(dashboard, pod(objects, "grafana"), 3000)
        assert network.allows(dashboard, pod(objects, "prometheus"), 9090)
        assert not network.allows(dashboard, pod(objects, "prometheus"), 22)
        router = Pod("router", namespace, {"app": "semantic-router", "app.kubernetes.io/component": "router"})
        assert not network.allows(router, pod(objects, "grafana"), 3000)
    plain = from_yaml("")
    assert not Network(policies_of(plain)).allows(ROUTER_DASHBOARD, pod(plain, "grafana"), 3000)


def test_the_ingress_controller_reaches_what_it_exposes(default_objects: list[Object]) -> None:
    objects = from_yaml(inspect.cleandoc(IN_YAML["ingress-nginx"]))
    for network in both_readings(policies_of(objects)):
        assert network.allows(CONTROLLER, pod(objects, "grafana"), 3000)
        assert not network.allows(CONTROLLER, pod(objects, "prometheus"), 9090)
        assert not network.allows(Pod("other", CONTROLLER.namespace, {"app": "other"}), pod(objects, "grafana"), 3000)
    assert not Network(policies_of(default_objects)).allows(CONTROLLER, pod(default_objects, "grafana"), 3000)


def test_router_access_allows_prometheus_and_denies_the_rest() -> None:
    objects = from_yaml("{routers: [{install: helm, release: vsr, namespaces: [routing]}], networkPolicies: {routerAccess: true}}")
    policies = policies_of(objects)
    router = Pod("vsr", "routing", {"app.kubernetes.io/instance": "vsr", "app.kubernetes.io/component": "router"})
    gateway = Pod("envoy", "routing", {"app": "envoy"})
    assert Network(policies).allows(pod(objects, "prometheus"), router, 9190)
    assert not Network(policies).allows(gateway, router, 50051), "which is why it is not made unasked"
    theirs = {
        "metadata": {"namespace": "routing"},
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "envoy"}}}], "ports": [{"port": 50051}]}],
        },
    }
    assert not Network([*(policy for policy in policies if policy["metadata"]["namespace"] != "routing"), theirs]).allows(
        pod(objects, "prometheus"), router, 9190
    ), "which is what it is for"
    assert Network([*policies, theirs]).allows(gateway, router, 50051)
    assert Network([*policies, theirs]).allows(pod(objects, "prometheus"), router, 9190)


def test_router_access_leaves_the_router_dashboard_alone() -> None:
    """Its pods carry the router's labels, but for the component; nothing else would allow connections to their port 8700."""
    for routers in (
        "{}",
        "{install: raw}",
        "{install: operator, name: semantic-router}",
        "{install: labels, matchLabels: {app: semantic-router}}",
    ):
        policies = policies_of(from_yaml(f"{{routers: [{routers}], networkPolicies: {{routerAccess: true}}}}"))
        assert Network(policies).allows(Pod("browser-proxy", "ingress", {}), ROUTER_DASHBOARD, 8700), routers


def two_namespaces() -> tuple[Chart, Chart]:
    """Two charts of one app."""
    app = App()
    return Chart(app, "stage", namespace="obs-stage"), Chart(app, "prod", namespace="obs-prod")


def objects_of_both(*charts: Chart) -> list[Object]:
    """What both charts would write."""
    return [found for chart in charts for found in objects_of(chart)]


def pods_of(chart: Chart, name: str) -> Pod:
    """A pod of a workload in the chart."""
    return Wiring(objects_of(chart)).pods[name]


@pytest.mark.parametrize("by_tree", [False, True])
@pytest.mark.parametrize("policies_first", [False, True])
def test_policies_of_two_charts_agree_on_what_connects_them(*, by_tree: bool, policies_first: bool) -> None:
    """Grafana of one namespace reads the Prometheus of another too, and its users log in to that one."""
    stage, prod = two_namespaces()
    p_prod = sro.PrometheusStack(prod, "prometheus", external_url="https://p.example.com")
    if policies_first:
        sro.NetworkPolicies(prod, "network", members=None if by_tree else [p_prod])
    p_stage = sro.PrometheusStack(stage, "prometheus-stage")
    grafana = sro.GrafanaStack(stage, "grafana", sources=[p_stage, p_prod])
    proxy = sro.OAuth2Proxy(
        stage,
        "login",
        upstream=p_prod,
        provider=sro.GoogleProvider(),
        client_id="a",
        client_secret=sro.SecretKey("a", "b"),
        cookie_secret=sro.SecretKey("a", "c"),
        allow=sro.Allow(domains=("example.com",)),
    )
    if not policies_first:
        sro.NetworkPolicies(prod, "network", members=None if by_tree else [p_prod])
    sro.NetworkPolicies(stage, "network", members=None if by_tree else [p_stage, grafana, proxy])
    policies = policies_of(objects_of_both(stage, prod))
    assert sorted((policy["metadata"]["namespace"], policy["metadata"]["name"]) for policy in policies) == [
        ("obs-prod", "network-prometheus"),
        ("obs-stage", "network-grafana"),
        ("obs-stage", "network-login"),
        ("obs-stage", "network-prometheus-stage"),
    ]
    for network in both_readings(policies):
        assert network.allows(pods_of(stage, "grafana"), pods_of(prod, "prometheus"), 9090)
        assert network.allows(pods_of(stage, "login"), pods_of(prod, "prometheus"), 9090)
        assert network.allows(pods_of(stage, "grafana"), pods_of(stage, "prometheus-stage"), 9090)
        assert not network.allows(pods_of(stage, "prometheus-stage"), pods_of(prod, "prometheus"), 9090)
        assert not network.allows(pods_of(prod, "prometheus"), pods_of(stage, "grafana"), 3000)
    (written,) = [policy for policy in policies if policy["metadata"]["name"] == "network-prometheus"]
    reasons = written["metadata"]["annotations"]["semantic-router-observability/connections"]
    assert "in: TCP 9090 for grafana: data source prometheus" in reasons.splitlines()


def test_names_of_workloads_are_their_namespaces_own() -> None:
    stage, prod = two_namespaces()
    first, second = sro.PrometheusStack(stage, "prometheus"), sro.PrometheusStack(prod, "prometheus", uid="prod")
    grafana = sro.GrafanaStack(stage, "grafana", sources=[first, second])
    sro.NetworkPolicies(stage, "network", members=[first, second, grafana])
    policies = policies_of(objects_of_both(stage, prod))
    assert sorted((policy["metadata"]["namespace"], policy["metadata"]["name"]) for policy in policies) == [
        ("obs-prod", "network-prometheus"),
        ("obs-stage", "network-grafana"),
        ("obs-stage", "network-prometheus"),
    ]
    assert Network(policies).allows(pods_of(stage, "grafana"), pods_of(prod, "prometheus"), 9090)


def test_what_is_made_after_the_policies_is_isolated_too(chart: Chart) -> None:
    made = sro.NetworkPolicies(chart, "network")
    assert made.policies == []
    prometheus = sro.PrometheusStack(chart, "prometheus")
    grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus], external_url="https://g.example.com")
    sro.ObservabilityIngress(chart, "ingress", backends=[grafana], via=sro.Nginx())
    assert [policy.name for policy in made.policies] == ["network-prometheus", "network-grafana"]
    objects = objects_of(chart)
    for network in both_readings(policies_of(objects)):
        assert network.allows(pod(objects, "grafana"), pod(objects, "prometheus"), 9090)
        assert network.allows(CONTROLLER, pod(objects, "grafana"), 3000)
        assert not network.allows(CONTROLLER, pod(objects, "prometheus"), 9090)


def test_an_ingress_of_another_chart_reaches_what_it_exposes() -> None:
    stage, prod = two_namespaces()
    grafana = sro.GrafanaStack(prod, "grafana", sources=[sro.ExternalPrometheus(url="http://a")], external_url="https://g.example.com")
    sro.NetworkPolicies(prod, "network", members=[grafana])
    sro.ObservabilityIngress(stage, "public", backends=[grafana], via=sro.Alb())
    (policy,) = policies_of(objects_of(prod))
    assert Network([policy]).allows(Host("10.1.2.3"), pods_of(prod, "grafana"), 3000)


def tenants() -> dict[str, list[Object]]:
    """Two teams, each with a router, a Prometheus and a Grafana in a namespace of its own."""
    found = {}
    for team in ("blue", "green"):
        chart = new_chart(team)
        prometheus = sro.PrometheusStack(chart, "prometheus")
        grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus])
        sro.NetworkPolicies(chart, "network", members=[prometheus, grafana])
        found[team] = objects_of(chart)
    return found


def test_tenants_do_not_reach_one_another() -> None:
    found = tenants()
    policies = [item for objects in found.values() for item in policies_of(objects)]
    pods = {team: list(Wiring(objects).pods.values()) for team, objects in found.items()}
    for network in both_readings(policies):
        for mine, other in itertools.permutations(found):
            router = Pod("router", other, {"app": "semantic-router"})
            for source, target, port in itertools.product(pods[mine], [*pods[other], router], PORTS):
                assert not network.allows(source, target, port), f"{source} -> {target} {port}"
        assert all(
            network.allows(connection.source, connection.target, connection.port)
            for objects in found.values()
            for connection in Wiring(objects).connections
        )


def test_tenants_read_no_other_namespace() -> None:
    for team, objects in tenants().items():
        granted = [item for item in objects if item["kind"] in {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}]
        assert {(item["kind"], item["metadata"]["namespace"]) for item in granted} == {("Role", team), ("RoleBinding", team)}
        assert {subject["namespace"] for item in granted for subject in item.get("subjects", ())} == {team}


def test_two_stacks_of_one_namespace_keep_to_themselves(chart: Chart) -> None:
    pairs = []
    for team in ("blue", "green"):
        prometheus = sro.PrometheusStack(chart, f"{team}-prometheus", targets=[sro.RouterTarget.helm(team)])
        grafana = sro.GrafanaStack(chart, f"{team}-grafana", sources=[prometheus])
        sro.NetworkPolicies(chart, f"{team}-network", members=[prometheus, grafana])
        pairs.append((f"{team}-prometheus", f"{team}-grafana"))
    objects = objects_of(chart)
    network, pods = Network(policies_of(objects)), Wiring(objects).pods
    for (prometheus, grafana), (other_prometheus, other_grafana) in itertools.permutations(pairs):
        assert network.allows(pods[grafana], pods[prometheus], 9090)
        assert not network.allows(pods[grafana], pods[other_prometheus], 9090)
        assert not network.allows(pods[other_grafana], pods[prometheus], 9090)
        assert not network.allows(pods[prometheus], pods[other_prometheus], 9090)


def test_several_routers_in_several_namespaces() -> None:
    objects = from_yaml(
        "{namespace: monitoring, routers: [{install: raw, namespaces: [a, b]}, {install: helm, release: vsr, namespaces: [c]}]}"
    )
    network, prometheus = Network(policies_of(objects)), pod(objects, "prometheus")
    raw, helm = {"app": "semantic-router"}, {"app.kubernetes.io/instance": "vsr", "app.kubernetes.io/component": "router"}
    for namespace, labels, reached in (("a", raw, True), ("b", raw, True), ("c", helm, True), ("c", raw, False), ("d", raw, False)):
        assert network.allows(prometheus, Pod("router", namespace, labels), 9190) is reached, namespace


def test_a_port_of_another_name_may_have_any_number() -> None:
    for text, reached in (("", False), ("port: prom", True), ("port: prom, portNumber: 9190", False), ("portNumber: 9999", True)):
        objects = from_yaml(f"routers: [{{install: raw, {text}}}]" if text else "")
        router = Pod("router", NAMESPACE, {"app": "semantic-router"})
        assert Network(policies_of(objects)).allows(pod(objects, "prometheus"), router, 9999) is reached, text


def peers(where: str) -> list[Any]:
    """Who may stand behind an address."""
    return [flow.peer for flow in flows_to(where, namespace="own", why="a test")]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("http://localhost:9090", []),
        ("127.0.0.1:80", []),
        ("[::1]:80", []),
        ("mysql:3306", [Service("mysql", "own")]),
        ("http://loki.logs:3100", [Service("loki", "logs"), sro.Addresses()]),
        ("vllm-0.vllm:8000", [Service("vllm", "own")]),
        ("http://mimir.metrics.svc/prometheus", [Service("mimir", "metrics")]),
        ("a.b.c.svc.cluster.local:1", [Service("b", "c")]),
        ("mimir.metrics.svc.example.org.", [Service("mimir", "metrics")]),
        ("https://mimir.example.com/push", [sro.Addresses()]),
        ("https://svc.example.com", [sro.Addresses()]),
        ("https://example.com", [sro.Addresses()]),
        ("https://example.de:8443", [sro.Addresses()]),
        ("10.1.2.3:9115", [sro.Addresses(("10.1.2.3/32",))]),
        ("[fd00::1]:8000", [sro.Addresses(("fd00::1/128",))]),
        ("$__env{DATABASE}", [sro.Pods(None), sro.Addresses()]),
    ],
)
def test_who_stands_behind_an_address(where: str, expected: list[Any]) -> None:
    assert peers(where) == expected


def ports(where: str, **options: Any) -> set[tuple[int, ...]]:
    """Ports of the connections."""
    return {tuple(port.number for port in flow.ports) for flow in flows_to(where, namespace="own", why="a test", **options)}


def test_ports_of_addresses() -> None:
    assert ports("https://a.example.com") == {(443,)}
    assert ports("http://a.example.com") == {(80,)}
    assert ports("https://a.example.com:8443") == {(8443,)}
    assert ports("a.example.com", default_port=53) == {(53,)}
    assert ports("a.example.com") == {()}
    assert ports("a.example.com:$PORT") == {()}


def raw_job(**config: Any) -> tuple[list[Any], set[tuple[int, ...]]]:
    """Peers and ports of a scrape job in native syntax."""
    prometheus = sro.PrometheusStack(new_chart(), "prometheus", scrape_jobs=[sro.RawJob(name="raw", config=config)], cluster_wide=True)
    flows = [flow for flow in prometheus.traffic[0].sends if flow.why.startswith("scrape job raw")]
    return [flow.peer for flow in flows], {tuple(port.number for port in flow.ports) for flow in flows}


def test_jobs_in_native_syntax() -> None:
    anything = ([sro.Pods(None), sro.Addresses()], {()})
    assert raw_job(file_sd_configs=[{"files": ["/a.json"]}]) == anything
    assert raw_job(dns_sd_configs=[{"names": ["_http._tcp.example.com"]}]) == anything
    assert raw_job(dns_sd_configs=[{"names": ["a.example.com"], "type": "A", "port": 9100}]) == ([sro.Addresses()], {(9100,)})
    assert raw_job(kubernetes_sd_configs=[{"role": "pod", "namespaces": {"names": ["a"]}}]) == ([sro.Pods("a")], {()})
    assert raw_job(kubernetes_sd_configs=[{"role": "endpointslice"}]) == ([sro.Pods(None)], {()})
    assert raw_job(kubernetes_sd_configs=[{"role": "node"}]) == ([sro.Addresses()], {()})
    assert raw_job(scheme="https", static_configs=[{"targets": ["a.example.com"]}]) == ([sro.Addresses()], {(443,)})
    assert raw_job(proxy_url="http://proxy.tools.svc:3128")[0] == [Service("proxy", "tools")]
    blackbox = [{"target_label": "__address__", "replacement": "blackbox.tools.svc:9115"}]
    assert raw_job(relabel_configs=blackbox) == ([Service("blackbox", "tools")], {(9115,)})


def test_what_prometheus_always_needs(chart: Chart) -> None:
    (workload,) = sro.PrometheusStack(chart, "prometheus").traffic
    assert [flow.peer for flow in workload.sends if isinstance(flow.peer, ApiServer)] == [ApiServer()]
    assert (workload.name, workload.pods.namespace, workload.foreign) == ("prometheus", NAMESPACE, False)


class Proxy:
    """Something of a user's own that knows its traffic."""

    def __init__(self, *traffic: sro.Traffic) -> None:
        self.traffic = traffic


def test_an_object_of_ones_own_is_a_member_like_any_other(chart: Chart) -> None:
    prometheus = sro.PrometheusStack(chart, "prometheus")
    asks = sro.Flow(peer=prometheus.traffic[0].pods, ports=(sro.Port(9090),), why="questions")
    robot = sro.Traffic(name="robot", pods=sro.Pods("tools", {"app": "robot"}), sends=(asks,), foreign=True)
    sro.NetworkPolicies(chart, "network", members=[prometheus, Proxy(robot)])
    objects = objects_of(chart)
    assert [item["metadata"]["name"] for item in policies_of(objects)] == ["network-prometheus"]
    network = Network(policies_of(objects))
    assert network.allows(Pod("robot", "tools", {"app": "robot"}), pod(objects, "prometheus"), 9090)
    assert not network.allows(Pod("robot", "other", {"app": "robot"}), pod(objects, "prometheus"), 9090)


def test_entries_about_the_same_pods_are_one(chart: Chart) -> None:
    prometheus = sro.PrometheusStack(chart, "prometheus")
    balancer = sro.Flow(peer=sro.Addresses(("10.0.0.0/16",)), ports=(sro.Port(9090),), why="load balancer")
    more = sro.Traffic(name="prometheus", pods=prometheus.traffic[0].pods, receives=(balancer,))
    sro.NetworkPolicies(chart, "network", members=[prometheus, Proxy(more)])
    objects = objects_of(chart)
    (policy,) = policies_of(objects)
    assert Network([policy]).allows(Host("10.0.3.4"), pod(objects, "prometheus"), 9090)
    assert not Network([policy]).allows(Host("10.1.3.4"), pod(objects, "prometheus"), 9090)


def test_a_service_of_another_app_that_is_a_member_is_known_by_its_pods(chart: Chart) -> None:
    prometheus = sro.PrometheusStack(chart, "prometheus")
    grafana = sro.GrafanaStack(chart, "grafana", sources=[sro.ExternalPrometheus(url=f"http://prometheus.{NAMESPACE}.svc:9090")])
    sro.NetworkPolicies(chart, "network", members=[prometheus, grafana])
    objects = objects_of(chart)
    network = Network(policies_of(objects))
    assert network.allows(pod(objects, "grafana"), pod(objects, "prometheus"), 9090)
    assert not network.allows(pod(objects, "grafana"), Pod("stranger", NAMESPACE, {}), 9090)
    assert find(objects, "NetworkPolicy", "network-grafana")


@pytest.mark.parametrize(
    ("issuer", "namespace", "port"),
    [("https://dex.auth.svc/dex", "auth", 5556), ("https://sso.example.com:8443", "anywhere", 8443)],
)
def test_a_login_reaches_its_identity_provider(issuer: str, namespace: str, port: int) -> None:
    """In the cluster, the pods behind the provider's Service may listen on any port."""
    text = """
        prometheus:
          externalUrl: https://prometheus.example.com
          login:
            type: oauth2Proxy
            provider: {type: oidc, issuer: "ISSUER"}
            clientId: prometheus
            clientSecret: {secret: login, key: client-secret}
            cookieSecret: {secret: login, key: cookie-secret}
            allow: {groups: [sre]}
        """
    objects = from_yaml(inspect.cleandoc(text).replace("ISSUER", issuer))
    provider = Pod("dex-0", namespace, {"app": "dex"})
    for network in both_readings(policies_of(objects)):
        assert network.allows(pod(objects, "prometheus-login"), provider, port)
        assert not network.allows(pod(objects, "prometheus"), provider, port)
