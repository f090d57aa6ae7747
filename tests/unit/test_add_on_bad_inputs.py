"""Settings of an add-on that cannot work, and the one line each is answered with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import semantic_router_observability as sro
from manifests import new_chart
from refusals import refusal

if TYPE_CHECKING:
    from pathlib import Path

K = "scrapedBy: {type: kubePrometheusStack, release: kps}"
WRITE = "remoteWrite: [{url: 'https://m.example.com/push'}]"
A = f"scrapedBy: {{type: agent, {WRITE}}}"

CHAT = "receivers: [{type: slack, name: a, apiUrl: {secret: s, key: k}}]"
N = f"notifiedBy: {{{CHAT}}}"

IN_YAML = [
    ("addOn: {}", "addOn.scrapedBy: not given: add it"),
    (
        "addOn: {scrapedBy: {release: kps}}",
        "addOn.scrapedBy.type: not given: add it; accepted: kubePrometheusStack, kubePrometheus, prometheusOperator, openshiftUserWorkload, googleManaged, azureManaged, agent",
    ),
    (
        "addOn: {scrapedBy: {type: helm}}",
        "addOn.scrapedBy.type: 'helm': write one of kubePrometheusStack, kubePrometheus, prometheusOperator, openshiftUserWorkload, googleManaged, azureManaged, agent",
    ),
    ("addOn: {scrapedBy: {type: kubePrometheusStack}}", "addOn.scrapedBy.release: not given: add it"),
    (
        "addOn: {scrapedBy: {type: kubePrometheusStack, release: ''}}",
        "addOn.scrapedBy.release: '': write the name of the Helm release; helm list -A shows it",
    ),
    (
        "addOn: {scrapedBy: {type: kubePrometheusStack, release: 'a b'}}",
        "addOn.scrapedBy.release: 'a b': write a Kubernetes label value: at most 63 letters, digits, '-', '_' and '.'",
    ),
    (
        "addOn: {scrapedBy: {type: kubePrometheusStack, release: kps, monitor: probe}}",
        "addOn.scrapedBy.monitor: 'probe': write one of pod, service",
    ),
    (
        "addOn: {scrapedBy: {type: kubePrometheusStack, release: kps, shards: 0}}",
        "addOn.scrapedBy.shards: 0: write the number of shards of the Prometheus object, 1 or more",
    ),
    (
        "addOn: {scrapedBy: {type: kubePrometheusStack, release: kps, enforcedSampleLimit: 20000}}",
        "addOn.guards.sampleLimit: 50000: write 1 to 20000, the limit that the Prometheus enforces; alerts watch the limit in force",
    ),
    (
        "addOn: {scrapedBy: {type: kubePrometheusStack, release: kps, enforcedSampleLimit: 20000}, guards: {sampleLimit: 0}}",
        "addOn.guards.sampleLimit: 0: write 1 to 20000, the limit that the Prometheus enforces; alerts watch the limit in force",
    ),
    (
        "addOn: {scrapedBy: {type: kubePrometheusStack, release: kps, enforcedSampleLimit: 0}}",
        "addOn.scrapedBy.enforcedSampleLimit: 0: write 1 or more, or remove it where there is none",
    ),
    (
        "addOn: {scrapedBy: {type: prometheusOperator, labels: {a b: c}}}",
        "addOn.scrapedBy.labels: 'a b': write a Kubernetes label key such as app or example.com/team",
    ),
    (
        "{routers: [{namespaces: ['*']}], addOn: {scrapedBy: {type: kubePrometheus}}}",
        "routers[0].namespaces: '*': its account gets a Role in each namespace of routers; name the namespaces",
    ),
    (f"{{routers: [], addOn: {{{K}}}}}", "routers: []: name at least one router; install: any finds every installation style"),
    (f"addOn: {{{K}, interval: 5m}}", "addOn.interval: '5m': write 1s to 2m; from 2m30s on, rates over 5 minutes have gaps"),
    (
        f"addOn: {{{K}, shownBy: {{type: none}}, optionalDashboards: [slos]}}",
        "addOn.optionalDashboards: 1: shownBy makes no dashboards; remove one of the two",
    ),
    (
        f"addOn: {{{K}, shownBy: {{type: sidecar, labelValue: 'a b'}}}}",
        "addOn.shownBy.labelValue: 'a b': write a Kubernetes label value: at most 63 letters, digits, '-', '_' and '.'",
    ),
    (
        f"addOn: {{{K}, shownBy: {{type: sidecar, dataSource: ''}}}}",
        "addOn.shownBy.dataSource: '': write the uid of the Prometheus data source; its page in Grafana shows it",
    ),
    (
        f"{{alerts: {{rules: {{PrometheusRulesSlow: {{threshold: 0.5}}}}}}, addOn: {{{K}}}}}",
        "alerts.rules: 'PrometheusRulesSlow': it watches this project's own servers, of which an add-on has none; remove it",
    ),
    (
        f"{{prometheus: {{retention: 30d}}, addOn: {{{K}}}}}",
        "prometheus.retention: '30d': beside addOn: an existing Prometheus scrapes and stores, and has settings of its own; remove it",
    ),
    (f"{{prometheus: {{interval: 30s}}, addOn: {{{K}}}}}", "prometheus.interval: '30s': write it under addOn"),
    (
        f"{{prometheus: {{remoteWrite: [{{url: 'https://m.example.com/push'}}]}}, addOn: {{{K}}}}}",
        "prometheus.remoteWrite: set: beside addOn: an existing Prometheus writes to its own storages; remove it",
    ),
    (
        f"{{grafana: {{externalUrl: 'https://g.example.com'}}, addOn: {{{K}}}}}",
        "grafana.externalUrl: 'https://g.example.com': beside addOn: an existing Grafana shows the dashboards, and has settings of its own; remove it",
    ),
    (f"{{grafana: {{optionalDashboards: [slos]}}, addOn: {{{K}}}}}", "grafana.optionalDashboards: set: write it under addOn"),
    (
        f"{{grafana: {{routerDashboards: false}}, addOn: {{{K}}}}}",
        "grafana.routerDashboards: false: beside addOn: write shownBy: {type: none} under addOn to make no dashboards, and remove it here",
    ),
    (
        f"{{alertmanager: {{receivers: [{{type: slack, name: a, apiUrl: {{secret: a, key: b}}}}]}}, addOn: {{{K}}}}}",
        "alertmanager: set: beside addOn: an existing Prometheus has its Alertmanagers; write receivers and routes for it as notifiedBy under addOn",
    ),
    (
        f"{{ingress: {{via: {{type: nginx}}}}, addOn: {{{K}}}}}",
        "ingress: set: beside addOn: the add-on runs nothing that could be exposed; remove it",
    ),
    (f"{{images: {{pullSecrets: [a]}}, addOn: {{{K}}}}}", "images.pullSecrets: set: beside addOn: the add-on runs no pod; remove it"),
    (
        f"{{platform: {{type: openshift}}, addOn: {{{K}}}}}",
        "platform: set: beside addOn: the add-on runs no pod whose user it would choose; remove it",
    ),
    (
        f"{{networkPolicies: {{enabled: false}}, addOn: {{{K}}}}}",
        "networkPolicies.enabled: false: beside addOn: the add-on runs no pod to isolate; only routerAccess has a meaning; remove it",
    ),
    (
        f"{{secrets: [{{type: externalSecrets, store: {{name: v}}, entries: {{a: b}}}}], addOn: {{{K}}}}}",
        "secrets: set: beside addOn: the add-on reads no Secret; remove it",
    ),
    (
        f"{{routers: [{{namespaces: ['*']}}], networkPolicies: {{routerAccess: true}}, addOn: {{{K}}}}}",
        "networkPolicies.routerAccess: '*': it scrapes every namespace; name those of the routers",
    ),
    ("addOn: {scrapedBy: {type: agent}}", "addOn.scrapedBy.remoteWrite: not given: add it"),
    (
        "addOn: {scrapedBy: {type: agent, remoteWrite: []}}",
        "addOn.scrapedBy.remoteWrite: []: name at least one storage; an agent keeps nothing itself",
    ),
    (
        f"addOn: {{scrapedBy: {{type: agent, {WRITE}, unsent: 5m}}}}",
        "addOn.scrapedBy.unsent: '5m': write 15m to 24h, the time for which a storage may be away",
    ),
    (
        f"addOn: {{scrapedBy: {{type: agent, {WRITE}, replicas: 4, externalLabels: {{cluster: a}}}}}}",
        "addOn.scrapedBy.replicas: 4: write 1 to 3; each scrapes every router",
    ),
    (
        f"addOn: {{scrapedBy: {{type: agent, {WRITE}, replicas: 2}}}}",
        "addOn.scrapedBy.externalLabels: {}: several replicas send the same series; write the label cluster, by which storages find pairs",
    ),
    (
        f"addOn: {{scrapedBy: {{type: agent, {WRITE}, replicas: 2, replicaLabel: cluster, externalLabels: {{cluster: a}}}}}}",
        "addOn.scrapedBy.externalLabels: 'cluster': it names the replica, and each has another; remove it",
    ),
    (
        f"addOn: {{scrapedBy: {{type: agent, {WRITE}, replicaLabel: __pod__}}}}",
        "addOn.scrapedBy.replicaLabel: '__pod__': write a Prometheus label name: a text that does not start with '__', such as team or service.name",
    ),
    (
        f"{{routers: [{{namespaces: ['*']}}], addOn: {{{A}}}}}",
        "routers[0].namespaces: '*': the agent gets a Role in each namespace of routers; name the namespaces",
    ),
    (
        f"addOn: {{scrapedBy: {{type: agent, {WRITE}, storage: {{type: existingClaim, name: a}}}}}}",
        "addOn.scrapedBy.storage.type: 'existingClaim': write one of claim, ephemeral",
    ),
    (f"{{prometheus: {{interval: 30s}}, addOn: {{{A}}}}}", "prometheus.interval: '30s': write it under addOn"),
    (
        f"{{prometheus: {{{WRITE}}}, addOn: {{{A}}}}}",
        "prometheus.remoteWrite: set: beside addOn: write it under scrapedBy",
    ),
    (
        f"{{prometheus: {{externalLabels: {{cluster: a}}}}, addOn: {{{A}}}}}",
        "prometheus.externalLabels: set: beside addOn: write it under scrapedBy",
    ),
    (
        f"{{prometheus: {{retention: 2d}}, addOn: {{{A}}}}}",
        "prometheus.retention: '2d': beside addOn: an agent keeps only what is not sent yet; write unsent under scrapedBy",
    ),
    (
        f"{{prometheus: {{scrapeJobs: [{{type: static, name: a, targets: ['a:1']}}]}}, addOn: {{{A}}}}}",
        "prometheus.scrapeJobs: set: beside addOn: the agent scrapes the routers alone; remove it",
    ),
    (
        f"{{prometheus: {{externalUrl: 'https://p.example.com'}}, addOn: {{{A}}}}}",
        "prometheus.externalUrl: 'https://p.example.com': beside addOn: an agent answers no queries; remove it",
    ),
    (
        f"{{prometheus: {{alertmanagers: [{{url: 'http://a:9093'}}]}}, addOn: {{{A}}}}}",
        "prometheus.alertmanagers: set: beside addOn: the storage evaluates the alerts and knows its Alertmanagers; remove it",
    ),
    (
        f"{{prometheus: {{resources: {{cpu: '1', memory: 1Gi}}}}, addOn: {{{A}}}}}",
        "prometheus.resources: set: beside addOn: the agent has its settings under scrapedBy; remove it",
    ),
    (
        f"{{alertmanager: {{receivers: [{{type: slack, name: a, apiUrl: {{secret: a, key: b}}}}]}}, addOn: {{{A}}}}}",
        "alertmanager: set: beside addOn: the storage evaluates the alerts and knows its Alertmanagers; remove it",
    ),
    (
        f"{{ingress: {{via: {{type: nginx}}}}, addOn: {{{A}}}}}",
        "ingress: set: beside addOn: an agent answers no queries, so nothing could be exposed; remove it",
    ),
    (
        f"{{images: {{grafana: 'docker.io/grafana/grafana:13.2.3'}}, addOn: {{{A}}}}}",
        "images.grafana: 'docker.io/grafana/grafana:13.2.3': beside addOn: no pod of it runs; remove it",
    ),
    (
        f"{{images: {{prometheus: prometheus}}, addOn: {{{A}}}}}",
        "images.prometheus: 'prometheus': add a tag or a digest, such as :v3.13.5 or @sha256:…",
    ),
    (
        f"{{secrets: [{{type: externalSecrets, store: {{name: v}}, entries: {{a: b}}}}], addOn: {{{A}}}}}",
        "secrets[0]: 'a': nothing reads this Secret; remove it, or write one of none",
    ),
]


NOTIFIED = [
    (
        "receivers: []",
        "addOn.notifiedBy.receivers: []: give at least one, such as {type: slack, name: ..., apiUrl: ...}: nobody would be notified",
    ),
    (
        "receivers: [{type: raw, name: a, integration: discord, files: {webhook_url_file: {secret: s, key: k}}}]",
        "addOn.notifiedBy.receivers[0].type: 'raw': an AlertmanagerConfig does not have Alertmanager's native syntax; use slack, pagerduty, email, webhook, teams or opsgenie",
    ),
    (
        "receivers: [{type: slack, name: a, appToken: {secret: s, key: k}, channel: '#a'}]",
        "addOn.notifiedBy.receivers[0].appToken: 's': an AlertmanagerConfig knows no app's token; give apiUrl, a webhook's URL",
    ),
    (
        f"{CHAT}, deadManSwitch: {{url: {{secret: s, key: k}}}}",
        "addOn.notifiedBy: 'deadManSwitch': unknown key; accepted: defaultInhibitions, defaultReceiver, grouping, inhibitions, labels, proxyUrl, receivers, routes, timeIntervals",
    ),
    (
        f"{CHAT}, defaultReceiver: b",
        "addOn.notifiedBy.defaultReceiver: 'b': no receiver has this name; the receivers are a",
    ),
    (
        f"{CHAT}, routes: [{{match: {{a: b}}, receiver: c}}]",
        "addOn.notifiedBy.routes[0].receiver: 'c': no receiver has this name; the receivers are a and nobody",
    ),
    (
        f"{CHAT}, routes: [{{match: {{a: b}}, routes: [{{match: {{c: d}}, groupBy: []}}]}}]",
        "addOn.notifiedBy.routes[0].routes[0].groupBy: []: in an AlertmanagerConfig this means the labels of the route around it; name one that all alerts share, such as namespace",
    ),
    (
        f"{CHAT}, grouping: {{groupBy: []}}",
        "addOn.notifiedBy.grouping.groupBy: []: in an AlertmanagerConfig this means the labels of the route around it; name one that all alerts share, such as namespace",
    ),
    (
        f"{CHAT}, routes: [{{matchers: ['\"a b\"=c']}}]",
        "addOn.notifiedBy.routes[0].matchers: 'a b': an AlertmanagerConfig takes names of labels with letters, digits and '_', not starting with a digit",
    ),
    (
        f"{CHAT}, inhibitions: [{{source: ['\"a b\"=c'], target: [a=b]}}]",
        "addOn.notifiedBy.inhibitions[0].source: 'a b': an AlertmanagerConfig takes names of labels with letters, digits and '_', not starting with a digit",
    ),
    (
        f"{CHAT}, timeIntervals: [{{name: n, location: Europe/Berlin}}]",
        "addOn.notifiedBy.timeIntervals[0].location: 'Europe/Berlin': an AlertmanagerConfig has no time zones; write the times in UTC and remove it",
    ),
    (
        f"{CHAT}, timeIntervals: [{{name: n, years: ['1999']}}]",
        "addOn.notifiedBy.timeIntervals[0].years: '1999': an AlertmanagerConfig takes years from 2000 to 2999",
    ),
    (f"{CHAT}, labels: {{a b: c}}", "addOn.notifiedBy.labels: 'a b': write a Kubernetes label key such as app or example.com/team"),
    (f"{CHAT}, proxyUrl: proxy", "addOn.notifiedBy.proxyUrl: 'proxy': write an absolute URL such as https://grafana.example.com"),
]

UNNOTIFIED = [
    (f"addOn: {{{A}, {N}}}", "addOn.notifiedBy: set: the storage evaluates the alerts and knows its Alertmanagers; remove it"),
    (
        f"{{routers: [{{install: helm, release: vsr}}], addOn: {{scrapedBy: {{type: googleManaged}}, {N}}}}}",
        "addOn.notifiedBy: set: Google's rule evaluator sends alerts to an Alertmanager with a configuration of its own; remove it",
    ),
    (
        f"addOn: {{scrapedBy: {{type: azureManaged}}, {N}}}",
        "addOn.notifiedBy: set: Azure evaluates the alerts and notifies by action groups; remove it",
    ),
    (
        f"{{routers: [{{namespaces: ['*']}}], addOn: {{{K}, {N}}}}}",
        "routers[0].namespaces: '*': notifiedBy makes an object in each namespace of routers; name the namespaces",
    ),
    (
        f"{{alerts: {{enabled: false}}, addOn: {{{K}, {N}}}}}",
        "addOn.notifiedBy: set: alerts with enabled: false notify nobody; remove one of the two",
    ),
    (
        f"{{secrets: [{{type: csi, provider: vault, entries: {{s: {{objects: []}}}}}}], addOn: {{{K}, {N}}}}}",
        "secrets[0].entries: 's': semantic-router needs it before or without a pod that mounts it; use {type: externalSecrets} or {type: encryptedFile}",
    ),
]


@pytest.mark.parametrize(
    ("text", "line"), [*IN_YAML, *UNNOTIFIED, *((f"addOn: {{{K}, notifiedBy: {{{text}}}}}", line) for text, line in NOTIFIED)]
)
def test_settings_are_refused_in_one_line(text: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == line


def test_a_volume_of_dashboards_is_refused() -> None:
    with pytest.raises(sro.ConfigError, match="no pod of this project mounts a volume; give files or a directory"):
        sro.AddOn(
            new_chart(),
            "a",
            scraped_by=sro.KubePrometheus(),
            dashboards=[sro.DashboardConfigMap(name="mine")],
        )


def test_a_rule_file_that_no_object_holds_is_refused() -> None:
    rules = [{"record": f"a:b:c{number}", "expr": "sum(up)", "labels": {"a": "b" * 2300}} for number in range(110)]
    large = sro.RuleFile(name="large", groups=[{"name": "g", "rules": rules}])
    with pytest.raises(sro.ConfigError, match=r"^a: rules: 'large, \d+ bytes': keep it under 240000 bytes"):
        sro.AddOn(new_chart(), "a", scraped_by=sro.KubePrometheus(), shown_by=sro.NoDashboards(), rules=[large])


def test_an_image_without_a_pod_is_refused() -> None:
    with pytest.raises(sro.ConfigError, match=r"only an agent runs a pod; remove image, registries and platform"):
        sro.AddOn(new_chart(), "a", scraped_by=sro.KubePrometheus(), platform=sro.OpenShift())


def test_a_name_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(sro.ConfigError, match="at most 30 characters"):
        sro.AddOn(new_chart(), "a" * 31, scraped_by=sro.KubePrometheus())
