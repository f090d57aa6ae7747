"""What the tests of Argo CD and of Flux ask of a namespace that they delivered to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from cluster.options import DATABASE
from documentation import ROOT

if TYPE_CHECKING:
    from harness.cluster import Cluster

NAME = "semantic-router-observability"
"""Name of the Application, the GitRepository and the Kustomization of the page."""

_PAGE = ROOT / "docs" / "deliver-with-argocd-or-flux.md"
_KINDS = "statefulset,deployment,service,configmap,serviceaccount,role,rolebinding,networkpolicy,persistentvolumeclaim"

_EXAMPLES = ("alertmanager.yaml", "exposed-with-login.yaml", "openshift.yaml")
_OTHER_KINDS = """
grafana: {externalUrl: https://ops.example.com/grafana}
prometheus:
  externalUrl: https://ops.example.com/prometheus
  login: {type: basicAuth, secret: login}
  tls: {secret: prometheus-serving, caConfigMap: authority, issuer: {name: internal}}
  remoteWrite: [{url: https://mimir.example.com/push, bearerToken: {secret: remote-write, key: token}}]
ingress:
  via: {type: ownGateway, className: istio}
  tls: {type: certificate, issuer: {name: internal, kind: Issuer}}
  backends: [grafana, prometheus]
secrets:
  - {type: externalSecrets, store: {name: vault}, entries: {remote-write: {token: {key: observability, property: token}}}}
"""


WITH_ALERTMANAGER = {
    "annotations": {"example.com/owner": "routing"},
    "ipFamilyPolicy": "PreferDualStack",
    "alertmanager": {"replicas": 2, "receivers": [{"type": "webhook", "name": "ops", "url": {"secret": "hook", "key": "url"}}]},
}
"""Settings with four claims: Prometheus's, Grafana's, and one for each Alertmanager."""

WITHOUT_CLAIMS = {
    "images": {"prometheus": "quay.io/prometheus/prometheus:v3.13.5"},
    "prometheus": {"storage": {"type": "ephemeral"}},
    "grafana": {"replicas": 2, "database": DATABASE},
}
"""Settings that ask for none of them: no Alertmanager, and Grafana's StatefulSet becomes a Deployment."""


def deliverable() -> dict[str, dict[str, Any]]:
    """Settings whose delivery is tried: examples, and the kinds of other projects that these have not."""
    found = {name: yaml.safe_load((ROOT / "examples" / name).read_text(encoding="utf-8")) for name in _EXAMPLES}
    return {**found, "Gateway API, cert-manager, External Secrets": yaml.safe_load(_OTHER_KINDS)}


def documented(group: str) -> list[dict[str, Any]]:
    """Objects of the page's example whose API group starts with `group`."""
    [text] = re.findall(rf"```yaml\n(apiVersion: \w*\.?{group}.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return list(yaml.safe_load_all(text))


def replicas_in_waves() -> dict[str, Any]:
    """Settings with two Prometheus, of which Argo CD changes the second after the first, as docs/high-availability.md says."""
    page = (ROOT / "docs" / "high-availability.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    [settings] = [block for block in blocks if "patches" in block]
    return dict(settings)


def kinds(cluster: Cluster, namespace: str) -> dict[str, set[str]]:
    """Names of what the namespace holds of the stack, by kind; Pods and what the cluster makes itself are no part of it."""
    names = cluster.kubectl("get", _KINDS, f"--namespace={namespace}", "--output=name").check().stdout.split()
    found: dict[str, set[str]] = {}
    for name in names:
        kind, _, own = name.partition("/")
        if own not in ("kube-root-ca.crt", "default"):
            found.setdefault(kind.partition(".")[0], set()).add(own)
    return found


def claims(cluster: Cluster, namespace: str) -> dict[str, str]:
    """Identities of the claims and of the volumes behind them."""
    found = cluster.api(f"api/v1/namespaces/{namespace}/persistentvolumeclaims")["items"]
    return {claim["metadata"]["name"]: claim["metadata"]["uid"] + claim["spec"].get("volumeName", "") for claim in found}
