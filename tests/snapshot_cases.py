"""The options worth reviewing, as settings where a settings file can say them and as Python where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grafana_foundation_sdk.builders.dashboard import Dashboard as DashboardBuilder

from semantic_router_observability import (
    AddOn,
    Alerts,
    Allow,
    Availability,
    Dashboard,
    DemoCredentials,
    Ephemeral,
    ExternalPrometheus,
    GrafanaOperator,
    GrafanaStack,
    Nginx,
    OAuth2Proxy,
    ObservabilityIngress,
    OidcProvider,
    PrometheusOperator,
    PrometheusStack,
    RouterTarget,
    SecretKey,
    Slo,
)

if TYPE_CHECKING:
    from cdk8s import Chart

IN_YAML = {
    "agent": """
        labels: {team: routing}
        routers:
          - {install: helm, release: vsr, namespaces: [routing]}
          - {install: operator, name: router}
        addOn:
          scrapedBy:
            type: agent
            replicas: 2
            externalLabels: {cluster: eu-1}
            unsent: 6h
            storage: {type: claim, size: 10Gi}
            remoteWrite:
              - name: mimir
                url: https://mimir.storage.svc:8080/api/v1/push
                ca: {secret: remote-write, key: ca.crt}
                basicAuth:
                  username: {secret: remote-write, key: username}
                  password: {secret: remote-write, key: password}
          shownBy: {type: none}
        networkPolicies: {routerAccess: true}
        """,
    "namespace": """
        namespace: monitoring
        routers:
          - namespaces: [vllm-semantic-router-system]
        """,
    "login-password": """
        prometheus: {login: {type: basicAuth, secret: prometheus-login}}
        alertmanager:
          login: {type: basicAuth, secret: alertmanager-login}
          receivers: [{type: teams, name: chat, webhookUrl: {secret: chat, key: url}}]
        """,
    "login-certificates": """
        prometheus:
          login: {type: clientCertificates, secret: prometheus-client, allowedNames: [grafana.example.com]}
          tls: {secret: prometheus-tls, issuer: {name: cluster-ca}}
        grafana: {tls: {secret: grafana-tls, issuer: {name: cluster-ca}}}
        alertmanager:
          login: {type: basicAuth, secret: alertmanager-login}
          tls: {secret: alertmanager-tls}
          receivers: [{type: teams, name: chat, webhookUrl: {secret: chat, key: url}}]
        """,
    "router-raw": """
        routers:
          - install: raw
        """,
    "router-helm": """
        routers:
          - install: helm
            release: vsr.prod
        """,
    "router-operator": """
        routers:
          - install: operator
            name: my-router
        """,
    "router-kserve": """
        routers:
          - install: kserve
        """,
    "router-labels": """
        routers:
          - install: labels
            matchLabels: {app.kubernetes.io/name: my-router, team: a}
            port: prom
        """,
    "router-several-namespaces": """
        routers:
          - install: raw
            namespaces: [routing-a, routing-b]
          - install: helm
            release: vsr
            namespaces: [routing-c]
        """,
    "router-cluster-wide": """
        prometheus:
          clusterWide: true
        routers:
          - namespaces: ["*"]
        """,
    "login-oauth2-proxy": """
        prometheus:
          externalUrl: https://observability.example.com/prometheus
          login:
            type: oauth2Proxy
            provider: {type: github, organization: my-organization, teams: [sre, on-call]}
            clientId: Iv1.0123456789abcdef
            clientSecret: {secret: prometheus-login, key: client-secret}
            cookieSecret: {secret: prometheus-login, key: cookie-secret}
        ingress:
          via: {type: nginx}
          backends: [prometheus]
        """,
    "size": """
        size: {preset: medium, everyFeature: true}
        prometheus: {interval: 30s, retention: 30d}
        """,
    "backup-velero": """
        backup: {via: {type: velero, keepFor: 60d}}
        """,
    "storage-from-snapshot": """
        prometheus: {storage: {type: claim, size: 20Gi, name: prometheus-restored, fromSnapshot: prometheus-data-20261127-021700}}
        grafana: {storage: {type: claim, size: 10Gi, name: grafana-restored, fromSnapshot: grafana-storage-20261127-021700}}
        """,
    "storage-class": """
        prometheus:
          storage: {type: claim, size: 100Gi, storageClass: fast}
        grafana:
          storage: {type: claim, size: 1Gi, storageClass: fast, accessMode: ReadWriteOncePod}
        """,
    "storage-ephemeral": """
        prometheus:
          storage: {type: ephemeral, size: 8Gi}
        grafana:
          storage: {type: ephemeral}
        """,
    "storage-existing-claim": """
        prometheus:
          storage: {type: existingClaim, name: old-prometheus, size: 50Gi}
        grafana:
          storage: {type: existingClaim, name: old-grafana}
        """,
    "retention-size": """
        prometheus:
          retention: 90d
          retentionSize: 10GB
          interval: 30s
        """,
    "remote-write": """
        prometheus:
          externalLabels: {cluster: eu-1, replica: a}
          remoteWrite:
            - url: https://mimir.example.com/api/v1/push
              name: mimir
              headers: {X-Scope-OrgID: team-a}
              basicAuth:
                username: {secret: mimir, key: user}
                password: {secret: mimir, key: password}
              ca: {secret: mimir-ca, key: ca.crt}
            - url: https://metrics.example.com/write
              bearerToken: {secret: metrics.example.com, key: token}
              extra:
                queue_config: {max_shards: 20}
        """,
    "scrape-jobs": """
        prometheus:
          scrapeJobs:
            - type: static
              name: vllm
              targets: [vllm-0.vllm:8000, "[fd00::1]:8000"]
              labels: {engine: vllm}
              interval: 30s
            - type: pods
              name: envoy
              matchLabels: {app: envoy-gateway}
              port: 19001
              path: /stats/prometheus
              namespaces: [gateway]
            - type: services
              name: llm-d
              matchLabels: {app.kubernetes.io/part-of: llm-d}
              port: metrics
              scheme: https
              bearerToken: {secret: llm-d, key: token}
              ca: {secret: llm-d, key: ca.crt}
            - type: raw
              name: consul
              namespaces: [mesh]
              config:
                kubernetes_sd_configs:
                  - role: pod
                    namespaces: {names: [mesh]}
        """,
    "rules": """
        prometheus:
          rules:
            - name: router
              groups:
                - name: router
                  rules:
                    - record: router:requests:rate5m
                      expr: sum by (model) (rate(llm_model_requests_total[5m]))
                    - alert: RouterDown
                      expr: up{job="semantic-router"} == 0
                      for: 5m
                      labels: {severity: critical}
                      annotations: {summary: "{{ $labels.pod }} is down"}
        """,
    "alertmanager": """
        alerts: {enabled: false}
        alertmanager:
          receivers:
            - {type: slack, name: chat, apiUrl: {secret: alert-receivers, key: slack-url}}
            - {type: pagerduty, name: oncall, routingKey: {secret: alert-receivers, key: pagerduty-key}}
          routes:
            - {match: {severity: critical}, receiver: oncall}
          deadManSwitch: {url: {secret: alert-receivers, key: heartbeat-url}}
        """,
    "alertmanager-replicas": """
        alerts: {enabled: false}
        alertmanager:
          replicas: 3
          receivers:
            - {type: webhook, name: bridge, url: "http://bridge.tools.svc:8080/alerts"}
          externalUrl: https://ops.example.com/alerts
          storage: {size: 2Gi, storageClass: fast}
          grouping: {groupBy: [alertname], repeatInterval: 4h}
          defaultInhibitions: false
          retention: 2w
          proxyUrl: http://proxy.example.com:3128
        """,
    "alertmanager-external": """
        alerts: {enabled: false}
        prometheus:
          alertmanagers:
            - {url: "http://alertmanager-operated.monitoring.svc:9093", replicasByDns: true}
            - {url: "https://alerts.example.com/am", bearerToken: {secret: alerts, key: token}, ca: {secret: alerts, key: ca.crt}}
        """,
    "guards-off": """
        prometheus:
          guards:
            sampleLimit: 0
            labelLimit: 0
            labelNameLengthLimit: 0
            labelValueLengthLimit: 0
            dropPersonal: false
            boundClientLabels: false
        """,
    "resources-and-placement": """
        prometheus:
          resources: {cpu: "2", memory: 8Gi, memoryLimit: 8Gi, cpuLimit: "4"}
          placement:
            nodeSelector: {node-role: monitoring}
            tolerations: [{key: monitoring, operator: Exists, effect: NoSchedule}]
            priorityClassName: system-cluster-critical
        grafana:
          resources: {cpu: 200m, memory: 512Mi}
          placement:
            affinity:
              nodeAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                  nodeSelectorTerms:
                    - matchExpressions: [{key: zone, operator: In, values: [a]}]
        """,
    "metadata-and-quantities": """
        prometheus:
          metadata:
            serviceAccountAnnotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/prometheus"}
            podAnnotations: {sidecar.istio.io/inject: "false"}
        grafana:
          externalUrl: https://grafana.example.com:8443
          metadata: {podLabels: {example.com/tier: ops}}
          placement:
            topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway}]
          resources: {cpu: "0.25", memory: 1024Mi, memoryLimit: 1.5Gi}
          storage: {type: claim, size: 1.5Ti}
        """,
    "external-url-with-sub-path": """
        prometheus: {externalUrl: https://ops.example.com/prometheus}
        grafana: {externalUrl: https://ops.example.com/grafana}
        """,
    "grafana-replicas-with-database": """
        grafana:
          replicas: 3
          database:
            engine: postgres
            host: postgres.databases.svc:5432
            user: {secret: grafana-database, key: user}
            password: {secret: grafana-database, key: password}
            sslMode: verify-full
        """,
    "grafana-mysql": """
        grafana:
          database:
            engine: mysql
            host: mysql:3306
            user: {secret: grafana-database, key: user}
            password: {secret: grafana-database, key: password}
        """,
    "grafana-demo-credentials": """
        grafana:
          admin: {type: demo}
        """,
    "grafana-admin-secret": """
        grafana:
          admin: {type: secret, name: sso-admin, userKey: user, passwordKey: password}
          adminRevision: "2"
          resetAdminPassword: true
          secretKey: {secret: grafana-encryption, key: secret-key}
        """,
    "grafana-anonymous-and-log": """
        grafana:
          anonymous: {role: Viewer}
          logLevel: debug
          settings:
            users: {default_theme: light}
            auth.generic_oauth: {enabled: "true", client_secret: "$__file{/etc/oauth/secret}", name: "SSO; internal"}
        """,
    "grafana-smtp": """
        grafana:
          smtp:
            host: smtp.example.com:587
            fromAddress: grafana@example.com
            user: {secret: smtp, key: user}
            password: {secret: smtp, key: password}
        """,
    "grafana-data-sources": """
        grafana:
          dataSources:
            - type: prometheus
              url: https://thanos.example.com
              uid: thanos
              name: Thanos
              interval: 60s
              bearerToken: {secret: thanos, key: token}
            - type: loki
              url: http://loki-gateway.logging
              basicAuthUser: {secret: loki, key: user}
              basicAuthPassword: {secret: loki, key: password}
            - type: tempo
              url: http://tempo.tracing:3200
            - type: alertmanager
              url: http://alertmanager.monitoring:9093
            - type: raw
              config:
                name: Elastic
                uid: elastic
                type: elasticsearch
                url: http://elastic:9200
                secureJsonData: {httpHeaderValue1: "Bearer $ELASTIC_TOKEN"}
        """,
    "grafana-dashboards": """
        grafana:
          dashboards:
            - type: file
              path: team-dashboard.json
              folder: Our Team
            - type: configMap
              name: shared-dashboards
              folder: Shared
            - type: provider
              name: git-sync
              volume: {persistentVolumeClaim: {claimName: dashboards}}
        """,
    "grafana-dashboard-directory-only": """
        grafana:
          routerDashboards: false
          dashboards:
            - type: directory
              path: .
        """,
    "grafana-embedding": """
        grafana:
          embedding: true
          anonymous: {}
        """,
    "grafana-logins": """
        grafana:
          externalUrl: https://grafana.example.com
          logins:
            - type: keycloak
              clientId: grafana
              clientSecret: {secret: grafana-sso, key: client-secret}
              realmUrl: https://sso.example.com/realms/ops
              roles: {admin: [sre], editor: [developers], strict: true}
              autoLogin: true
            - type: github
              clientId: Iv1.0123456789abcdef
              clientSecret: {secret: grafana-sso, key: github}
              organizations: [vllm-project]
          session: {idle: 12h}
        """,
    "grafana-ldap": """
        grafana:
          ldap:
            servers:
              - hosts: [ldap.example.com]
                searchBaseDns: ["ou=people,dc=example,dc=com"]
                bindDn: cn=grafana,dc=example,dc=com
                bindPassword: {secret: ldap, key: password}
                ca: {secret: ldap, key: ca.crt}
                groups:
                  - {dn: "cn=sre,ou=groups,dc=example,dc=com", role: Admin}
                  - {dn: "*", role: Viewer}
          authProxy: {addresses: [10.20.0.0/24], headers: {Name: X-WEBAUTH-NAME}}
        """,
    "ingress-nginx": """
        grafana: {externalUrl: https://grafana.example.com}
        ingress:
          via: {type: nginx}
        """,
    "ingress-alb": """
        grafana: {externalUrl: https://grafana.example.com}
        ingress:
          via:
            type: alb
            scheme: internet-facing
            certificateArns: ["arn:aws:acm:eu-central-1:123456789012:certificate/12"]
        """,
    "ingress-cert-manager": """
        grafana: {externalUrl: https://grafana.example.com}
        ingress:
          via: {type: traefik}
          tls: {type: certManager, name: letsencrypt}
          annotations: {example.com/owner: team-a}
        """,
    "ingress-one-host-with-prometheus": """
        prometheus: {externalUrl: http://ops.example.com/prometheus, login: {type: none, reason: reached over the VPN only}}
        grafana: {externalUrl: http://ops.example.com/grafana, anonymous: {reason: reached over the VPN only}}
        ingress:
          via: {type: nginx}
          backends: [grafana, prometheus]
        """,
    "ingress-to-https": """
        prometheus: {externalUrl: https://ops.example.com/prometheus, login: {type: basicAuth, secret: login}, tls: {secret: prometheus-serving, caConfigMap: authority}}
        ingress:
          via: {type: traefik}
          backends: [prometheus]
        """,
    "gateway-to-https": """
        prometheus: {externalUrl: https://ops.example.com/prometheus, login: {type: basicAuth, secret: login}, tls: {secret: prometheus-serving, caConfigMap: authority}}
        ingress:
          via: {type: gateway, name: public, sectionName: https}
          backends: [prometheus]
        """,
    "ingress-haproxy": """
        grafana: {externalUrl: https://ops.example.com/grafana}
        ingress:
          via: {type: haproxy}
          tls: {type: certificate, issuer: {name: internal, kind: Issuer}}
        """,
    "ingress-gke": """
        grafana: {externalUrl: https://grafana.example.com}
        ingress:
          via: {type: gke, staticAddress: grafana, managedCertificates: [grafana], backendConfig: grafana}
        """,
    "ingress-tls-elsewhere": """
        grafana: {externalUrl: https://grafana.example.com}
        ingress:
          via: {type: class, name: contour}
          tls: {type: elsewhere}
        """,
    "gateway-of-the-platform": """
        grafana: {externalUrl: https://grafana.example.com}
        ingress:
          via: {type: gateway, name: public, namespace: gateways, sectionName: https, redirectFrom: http}
        """,
    "gateway-of-our-own": """
        grafana: {externalUrl: https://ops.example.com/grafana}
        ingress:
          via: {type: ownGateway, className: istio}
          tls: {type: secret, name: wildcard, namespace: certificates}
        """,
    "openshift-route": """
        grafana: {externalUrl: https://grafana.apps.example.com}
        ingress:
          via: {type: route}
          tls: {type: certificate, issuer: {name: letsencrypt}}
        """,
    "openshift": """
        platform: {type: openshift}
        grafana: {externalUrl: https://grafana.apps.example.com}
        ingress: {}
        """,
    "openshift-service-ca": """
        platform: {type: openshift}
        prometheus:
          externalUrl: https://o.apps.example.com/prometheus
          login:
            type: oauth2Proxy
            provider: {type: oidc, issuer: https://dex.auth.svc/dex}
            clientId: prometheus
            clientSecret: {secret: prometheus-login, key: client-secret}
            cookieSecret: {secret: prometheus-login, key: cookie-secret}
            allow: {groups: [sre]}
          tls: {secret: prometheus-serving, serviceCa: true}
        grafana:
          externalUrl: https://o.apps.example.com/grafana
          tls: {secret: grafana-serving, serviceCa: true}
        ingress: {backends: [grafana, prometheus]}
        """,
    "network-policies-off": """
        networkPolicies: {enabled: false}
        """,
    "network-policies-narrow": """
        routers:
          - {install: helm, release: vsr, namespaces: [routing]}
        networkPolicies:
          apiServer: {cidrs: [10.0.0.0/28], ports: [6443]}
          dns:
            - {type: addresses, cidrs: [169.254.20.10/32]}
          allowFrom:
            - {workloads: [prometheus], namespace: monitoring, podLabels: {app: prometheus}, ports: [9090], reason: federation}
            - {workloads: [prometheus, grafana], cidrs: [10.8.0.0/16], reason: people on the VPN}
          allowTo:
            - {workloads: [grafana], namespaceLabels: {team: data}, podLabels: {app: loki}, ports: [3100], reason: logs}
          routerAccess: true
        """,
    "images-mirrored": """
        images:
          grafana: docker.io/grafana/grafana@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
          mirrors:
            docker.io: mirror.example.com/dockerhub
            quay.io: mirror.example.com/quay
          pullSecrets: [mirror-credentials]
        """,
    "secrets-from-a-store": """
        prometheus:
          remoteWrite:
            - url: https://mimir.example.com/api/v1/push
              basicAuth:
                username: {secret: remote-write, key: username}
                password: {secret: remote-write, key: password}
        images: {pullSecrets: [registry]}
        secrets:
          - type: externalSecrets
            store: {name: vault}
            refreshInterval: 15m
            entries:
              remote-write: observability/remote-write
              registry: {.dockerconfigjson: observability/registry}
              grafana-admin:
                admin-user: {key: grafana, property: user}
                password: {key: grafana, property: password, version: "3"}
            templates:
              grafana-admin: {admin-password: "{{ .password | trim }}"}
        """,
    "secrets-from-a-csi-driver": """
        grafana:
          dataSources:
            - {type: loki, url: "http://loki.logging", bearerToken: {secret: loki, key: token}}
          smtp:
            host: smtp.example.com:587
            fromAddress: grafana@example.com
            user: {secret: smtp, key: user}
            password: {secret: smtp, key: password}
        secrets:
          - type: csi
            provider: vault
            parameters: {roleName: observability, vaultAddress: "https://vault.example.com:8200"}
            entries:
              loki: {objects: [{objectName: token, secretPath: secret/data/loki, secretKey: token}]}
              smtp:
                objects:
                  - {objectName: user, secretPath: secret/data/smtp, secretKey: user}
                  - {objectName: password, secretPath: secret/data/smtp, secretKey: password}
        """,
}


def dashboard_from_code(chart: Chart) -> None:
    prometheus = PrometheusStack(chart, "prometheus")
    board = DashboardBuilder("Made in code").uid("code").build()
    GrafanaStack(chart, "grafana", sources=[prometheus], dashboards=[Dashboard.of(board, file="code.json")])


def grafana_alone(chart: Chart) -> None:
    mimir = ExternalPrometheus(url="http://mimir.monitoring.svc/prometheus")
    GrafanaStack(chart, "grafana", sources=[mimir], storage=Ephemeral(), router_dashboards=False)


def two_stacks_in_one_namespace(chart: Chart) -> None:
    for team in ("blue", "green"):
        prometheus = PrometheusStack(chart, f"{team}-prometheus", targets=[RouterTarget.helm(team)])
        GrafanaStack(chart, f"{team}-grafana", sources=[prometheus], external_url=f"https://{team}.example.com", admin=DemoCredentials())


def several_sources_behind_ingress(chart: Chart) -> None:
    sources = [PrometheusStack(chart, "prometheus"), PrometheusStack(chart, "canary", targets=[RouterTarget.any(namespaces=["canary"])])]
    grafana = GrafanaStack(chart, "grafana", sources=sources, external_url="https://grafana.example.com")
    ObservabilityIngress(chart, "public", backends=[grafana], via=Nginx(name="internal"))


def login_by_identity_provider(chart: Chart) -> None:
    """Two replicas in front of a Prometheus below a path, for two groups and a guest."""
    OAuth2Proxy(
        chart,
        "prometheus-login",
        upstream=PrometheusStack(chart, "prometheus", external_url="https://observability.example.com/prometheus"),
        provider=OidcProvider(issuer="https://id.example.com", ca=SecretKey("company-authority", "ca.crt")),
        client_id="prometheus",
        client_secret=SecretKey("prometheus-login", "client-secret"),
        cookie_secret=SecretKey("prometheus-login", "cookie-secret"),
        allow=Allow(groups=("sre", "routing"), emails=("guest@example.org",), domains=("example.com",)),
        refresh="30m",
        trusted_proxies=("10.0.0.0/16",),
        replicas=2,
    )


def add_on_for_grafana_operator(chart: Chart) -> None:
    AddOn(
        chart,
        "routers",
        scraped_by=PrometheusOperator(labels={"team": "routing"}, service_account="prometheus", monitor="service"),
        shown_by=GrafanaOperator(instances={"dashboards": "grafana"}, data_source="thanos"),
        alerts=Alerts(slos=[Slo(name="requests", sli=Availability(), objective=0.995)]),
        optional_dashboards=["slos"],
    )


IN_PYTHON = (
    add_on_for_grafana_operator,
    dashboard_from_code,
    grafana_alone,
    two_stacks_in_one_namespace,
    several_sources_behind_ingress,
    login_by_identity_provider,
)
