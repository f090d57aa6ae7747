"""Exposure, logins, certificates, Secrets and network policies at once, on a real API server that knows all the kinds: whole settings as
a user would write them, where each option by itself is tested elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from cluster.support import apply_cleanly, changed, stored, synthesize, workloads
from harness import crds

if TYPE_CHECKING:
    from pathlib import Path

    from harness.lab import Lab

pytestmark = pytest.mark.cluster

SETTINGS = {
    "a Gateway, single sign-on, TLS by cert-manager, a store": """
        prometheus:
          externalUrl: https://ops.example.com/prometheus
          login: &sso
            type: oauth2Proxy
            provider: {type: oidc, issuer: https://dex.auth.svc/dex}
            clientId: prometheus
            clientSecret: {secret: sso, key: client-secret}
            cookieSecret: {secret: sso, key: cookie-secret}
            allow: {groups: [sre]}
            replicas: 2
          tls: {secret: prometheus-serving, issuer: {name: internal}, caConfigMap: authority}
        alertmanager:
          replicas: 3
          externalUrl: https://ops.example.com/alertmanager
          receivers:
            - {type: slack, name: chat, apiUrl: {secret: alert-receivers, key: slack-url}}
          login: *sso
          tls: {secret: alertmanager-serving, issuer: {name: internal}, caConfigMap: authority}
        grafana:
          externalUrl: https://ops.example.com/grafana
          tls: {secret: grafana-serving, issuer: {name: internal}, caConfigMap: authority}
          logins:
            - {type: github, clientId: grafana, clientSecret: {secret: sso, key: grafana}, organizations: [my-organization]}
        ingress:
          via: {type: ownGateway, className: istio}
          tls: {type: certManager, name: letsencrypt}
          backends: [grafana, prometheus, alertmanager]
        images: {pullSecrets: [registry-pull]}
        secrets:
          - type: externalSecrets
            store: {name: vault}
            entries: {sso: ops/sso, alert-receivers: ops/alerts, grafana-admin: ops/admin, registry-pull: ops/registry}
        """,
    "OpenShift, its service CA, passwords, a CSI driver": """
        platform: {type: openshift}
        prometheus:
          externalUrl: https://prometheus.apps.example.com
          login: {type: basicAuth, secret: prometheus-login}
          tls: {secret: prometheus-serving, serviceCa: true}
        grafana:
          externalUrl: https://grafana.apps.example.com
          tls: {secret: grafana-serving, serviceCa: true}
        ingress: {backends: [grafana, prometheus], tls: {type: certificate, issuer: {name: letsencrypt}}}
        secrets:
          - type: csi
            provider: vault
            entries:
              prometheus-login: {objects: [{objectName: web.yml}, {objectName: username}, {objectName: password}]}
              grafana-admin: {objects: [{objectName: admin-user}, {objectName: admin-password}]}
        """,
    "Traefik, passwords, a directory, client certificates": """
        prometheus:
          externalUrl: https://ops.example.com/prometheus
          login: {type: basicAuth, secret: prometheus-login}
          tls: {secret: prometheus-serving, issuer: {name: internal, kind: Issuer}}
        alertmanager:
          receivers:
            - {type: webhook, name: bridge, url: "http://bridge.chat.svc:8080/"}
          login: {type: clientCertificates, secret: alertmanager-client}
          tls: {secret: alertmanager-serving, issuer: {name: internal, kind: Issuer}}
        grafana:
          externalUrl: https://ops.example.com/grafana
          tls: {secret: grafana-serving, issuer: {name: internal, kind: Issuer}}
          ldap:
            servers:
              - hosts: [ldap.example.com]
                searchBaseDns: ["ou=people,dc=example,dc=com"]
                groups: [{dn: "*", role: Viewer}]
        ingress: {via: {type: traefik}, tls: {type: certManager, name: letsencrypt}, backends: [grafana, prometheus]}
        """,
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_it_is_applied_once_and_for_all(lab: Lab, namespace: str, tmp_path: Path, settings: str) -> None:
    cluster = lab.cluster
    crds.install(cluster)
    dist = synthesize(tmp_path, namespace, yaml.safe_load(settings))
    apply_cleanly(cluster, dist)
    for workload in workloads(cluster, dist):
        cluster.wait_pods(workload, count=workload["spec"]["replicas"])
    assert cluster.events(namespace, reason="FailedCreate") == []
    before = stored(cluster, dist)
    # As in test_apply.py: kubectl sends the selector of a PodDisruptionBudget every time, and nothing changes.
    assert [line for line in changed(apply_cleanly(cluster, dist)) if "poddisruptionbudget" not in line] == []
    assert stored(cluster, dist) == before
