"""`sro explain permissions`: what it prints and how it exits."""

from __future__ import annotations

import inspect
import io
from typing import TYPE_CHECKING

import pytest
import yaml

from semantic_router_observability.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    from manifests import Object

OURS = "app.kubernetes.io/name={0}, app.kubernetes.io/instance={0}, app.kubernetes.io/part-of=semantic-router-observability"
HOME = "vllm-semantic-router-system"

DEFAULT = f"""
Requests to the API server
  ServiceAccount {HOME}/prometheus
    in namespace {HOME}: list, watch services, pods (Role prometheus)
    in namespace {HOME}: list, watch endpointslices.discovery.k8s.io (Role prometheus)
  ServiceAccount {HOME}/grafana
    nothing

API tokens
  StatefulSet {HOME}/prometheus: volume api-token, renewed every 3607 s, as account prometheus
  StatefulSet {HOME}/grafana: none

Secrets
  StatefulSet {HOME}/prometheus: none
  StatefulSet {HOME}/grafana
    grafana-admin: admin-user, admin-password (file)
  made by nothing in these manifests: grafana-admin

Network
  StatefulSet {HOME}/prometheus
    in: TCP 9090 from pods with {OURS.format("grafana")} in namespace {HOME} for grafana: data source prometheus
    out: TCP 443, TCP 6443 to anybody for discovery
    out: TCP 9190 to pods with app=semantic-router in namespace {HOME}; pods with app.kubernetes.io/name=semantic-router in namespace {HOME} for metrics of the routers
    out: TCP 3000 to pods with app.kubernetes.io/name=grafana, app.kubernetes.io/part-of=semantic-router-observability in namespace {HOME} for metrics of Grafana
    out: UDP 53, TCP 53 to anybody for names
    out: UDP 5353, TCP 5353 to pods with dns.operator.openshift.io/daemonset-dns=default in namespace openshift-dns for names
  StatefulSet {HOME}/grafana
    in: TCP 3000 from pods with {OURS.format("prometheus")} in namespace {HOME} for prometheus: metrics of Grafana
    out: TCP 9090 to pods with {OURS.format("prometheus")} in namespace {HOME} for data source prometheus
    out: UDP 53, TCP 53 to anybody for names
    out: UDP 5353, TCP 5353 to pods with dns.operator.openshift.io/daemonset-dns=default in namespace openshift-dns for names
"""

OTHERS = """
kind: List
items:
  - {kind: ServiceAccount, metadata: {name: robot, namespace: tools}}
  - {kind: ServiceAccount, metadata: {name: quiet, namespace: tools}, automountServiceAccountToken: false}
  - kind: ClusterRole
    metadata: {name: reader}
    rules:
      - {apiGroups: ["", apps], resources: [nodes], resourceNames: [a, b], verbs: [get]}
      - {nonResourceURLs: [/metrics], verbs: [get]}
  - kind: ClusterRoleBinding
    metadata: {name: reader}
    roleRef: {kind: ClusterRole, name: reader}
    subjects:
      - {kind: ServiceAccount, name: robot, namespace: tools}
      - {kind: Group, name: sre}
  - kind: RoleBinding
    metadata: {name: view, namespace: tools}
    roleRef: {kind: ClusterRole, name: view}
    subjects: [{kind: User, name: anna}]
  - kind: Deployment
    metadata: {name: robot, namespace: tools}
    spec:
      template:
        metadata: {labels: {app: robot}}
        spec:
          serviceAccountName: robot
          imagePullSecrets: [{name: mirror}]
          initContainers: [{name: a, envFrom: [{secretRef: {name: everything}}]}]
          containers:
            - {name: b, env: [{name: X, value: plain}, {name: Y, valueFrom: {secretKeyRef: {name: one, key: two}}}]}
          volumes:
            - {name: whole, secret: {secretName: whole}}
            - {name: csi, csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: vault}}}
            - name: mixed
              projected:
                sources:
                  - {secret: {name: part, items: [{key: a, path: b}]}}
                  - {serviceAccountToken: {path: token, audience: vault}}
  - {kind: CronJob, metadata: {name: night, namespace: tools}, spec: {jobTemplate: {spec: {template: {spec: {serviceAccountName: quiet, containers: []}}}}}}
  - {kind: Pod, metadata: {name: alone, namespace: tools, labels: {app: alone}}, spec: {automountServiceAccountToken: false, containers: []}}
  - kind: NetworkPolicy
    metadata: {name: robot, namespace: tools, annotations: {semantic-router-observability/connections: "in: any port for questions\\n"}}
    spec:
      podSelector: {matchLabels: {app: robot}}
      policyTypes: [Ingress, Egress]
      ingress:
        - from:
            - {podSelector: {}}
            - {namespaceSelector: {}}
            - {namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchExpressions: [{key: tier, operator: In, values: [x, y]}]}}
  - kind: NetworkPolicy
    metadata: {name: router, namespace: routing}
    spec:
      podSelector: {}
      ingress:
        - {from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 9000, endPort: 9010}, {protocol: UDP}]}
        - {}
"""

OTHERS_REPORT = """
Requests to the API server
  ServiceAccount tools/robot
    in every namespace: get nodes, nodes.apps named a, b (ClusterRole reader)
    in every namespace: get /metrics (ClusterRole reader)
  ServiceAccount tools/quiet
    nothing
  Group sre
    in every namespace: get nodes, nodes.apps named a, b (ClusterRole reader)
    in every namespace: get /metrics (ClusterRole reader)
  User anna
    in namespace tools: ClusterRole view, which is not here

API tokens
  Deployment tools/robot: mounted by default; volume mixed, renewed every 3600 s for vault, as account robot
  CronJob tools/night: none
  Pod tools/alone: none

Secrets
  Deployment tools/robot
    whole: every key (file)
    secrets-store.csi.k8s.io: vault (file)
    part: a (file)
    everything: every key (environment)
    one: two (environment)
    mirror (pulling images)
  CronJob tools/night: none
  Pod tools/alone: none
  made by nothing in these manifests: whole, part, everything, one, mirror

Network
  Deployment tools/robot
    in: any port from every pod in namespace tools; every pod in every namespace; pods with tier In (x, y) in namespaces with team=a for questions
    out: nothing
  CronJob tools/night
    in: anything, as no policy says otherwise
    out: anything, as no policy says otherwise
  Pod tools/alone
    in: anything, as no policy says otherwise
    out: anything, as no policy says otherwise
  every pod in namespace routing, by routing/router
    in: TCP 9000-9010, UDP from 10.0.0.0/8 without 10.1.0.0/16
    in: any port from anybody
"""


def explain(*arguments: str) -> int:
    """Run the command."""
    return main(["explain", "permissions", *arguments])


def test_of_the_default_stack(default_objects: list[Object], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "observability.k8s.yaml").write_text(yaml.safe_dump_all(default_objects, sort_keys=False))
    (dist / "images.txt").write_text("no manifest")
    assert explain(str(dist)) == 0
    assert capsys.readouterr().out == DEFAULT.lstrip()


def test_the_default_folder_is_dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "a.yaml").write_text("{kind: ServiceAccount, metadata: {name: a, namespace: b}}")
    monkeypatch.chdir(tmp_path)
    assert explain() == 0
    assert "ServiceAccount b/a\n    nothing\n" in capsys.readouterr().out


def test_of_whatever_else_is_applied(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(OTHERS))
    assert explain("-") == 0
    assert capsys.readouterr().out == OTHERS_REPORT.lstrip()


CERTIFICATES = """
- {kind: Ingress, metadata: {name: a, namespace: b}, spec: {tls: [{hosts: [c]}, {secretName: by-hand}]}}
- {kind: Ingress, metadata: {name: d, namespace: b, annotations: {cert-manager.io/issuer: ca}}, spec: {tls: [{secretName: issued}]}}
- {kind: Ingress, metadata: {name: plain, namespace: b}, spec: {}}
- {kind: Route, metadata: {name: e, namespace: b}, spec: {tls: {externalCertificate: {name: ordered}}}}
- {kind: Certificate, metadata: {name: ordered, namespace: b}, spec: {secretName: ordered}}
- kind: Gateway
  metadata: {name: f, namespace: b}
  spec: {listeners: [{name: http}, {tls: {certificateRefs: [{name: wildcard, namespace: certificates}]}}]}
- {kind: Service, metadata: {name: g, namespace: b, annotations: {service.beta.openshift.io/serving-cert-secret-name: signed}}}
- {kind: Pod, metadata: {name: g, namespace: b}, spec: {containers: [], volumes: [{name: a, secret: {secretName: signed}}]}}
"""


def test_certificates_that_have_to_exist_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(yaml.safe_dump_all(yaml.safe_load(CERTIFICATES))))
    assert explain("-") == 0
    chapter = capsys.readouterr().out.partition("Secrets\n")[2].partition("\nNetwork")[0]
    assert inspect.cleandoc(chapter).splitlines() == [
        "Pod b/g",
        "  signed: every key (file)",
        "Ingress b/a",
        "  by-hand: tls.crt, tls.key (shown to clients)",
        "Ingress b/d",
        "  issued: tls.crt, tls.key (shown to clients)",
        "Route b/e",
        "  ordered: tls.crt, tls.key (shown to clients)",
        "Gateway b/f",
        "  wildcard: tls.crt, tls.key (shown to clients)",
        "made by nothing in these manifests: b/by-hand, certificates/wildcard",
    ]


def test_reasons_that_no_longer_fit_the_rules_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """
        kind: NetworkPolicy
        metadata: {name: a, namespace: b, annotations: {semantic-router-observability/connections: "in: TCP 1 for one\\n"}}
        spec: {podSelector: {}, ingress: [{ports: [{port: 1}]}, {ports: [{port: 2}]}]}
        """
    (tmp_path / "a.yaml").write_text(inspect.cleandoc(text))
    assert explain(str(tmp_path / "a.yaml")) == 0
    assert "in: TCP 1 from anybody\n    in: TCP 2 from anybody\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "a: [", "is not YAML; name a file of manifests"),
        ("a.yaml", "a: b", "holds something that is not a Kubernetes object; name a file of manifests"),
        ("a.yaml", "[a]", "holds something that is not a Kubernetes object; name a file of manifests"),
        ("b.yaml", "", "cannot be read (FileNotFoundError); name a file of manifests"),
        (".", "", "holds no YAML file; run main.py first, or name another folder"),
    ],
)
def test_files_that_cannot_be_used(name: str, text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if text:
        (tmp_path / "a.yaml").write_text(text)
    assert explain(str(tmp_path / name)) == 2
    assert capsys.readouterr().err == f"error: explain: '{tmp_path / name}': {message}\n"
