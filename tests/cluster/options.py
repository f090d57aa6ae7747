"""Settings that together use every option, for tests that ask whether a real program or API server takes what comes out."""

from __future__ import annotations

from typing import Any

DATABASE = {
    "engine": "postgres",
    "host": "postgres.databases.svc:5432",
    "user": {"secret": "grafana-database", "key": "user"},
    "password": {"secret": "grafana-database", "key": "password"},
}

RULES = [
    {
        "name": "router",
        "groups": [
            {
                "name": "router",
                "rules": [
                    {"record": "router:requests:rate5m", "expr": "sum(rate(llm_model_requests_total[5m]))"},
                    {"alert": "RouterDown", "expr": 'up{job="semantic-router"} == 0', "for": "2m", "labels": {"severity": "critical"}},
                ],
            }
        ],
    }
]

REMOTE_WRITE = [
    {
        "url": "https://mimir.example.com/api/v1/push",
        "name": "mimir",
        "basicAuth": {"username": {"secret": "mimir", "key": "user"}, "password": {"secret": "mimir", "key": "password"}},
        "ca": {"secret": "mimir", "key": "ca.crt"},
        "headers": {"X-Scope-OrgID": "routing"},
        "extra": {"queue_config": {"max_shards": 4}, "write_relabel_configs": [{"regex": "le", "action": "labelkeep"}]},
    },
    {
        "url": "https://victoria.example.com/api/v1/write?extra_label=cluster=eu-1",
        "bearerToken": {"secret": "victoria.token", "key": "token"},
    },
    {
        "url": "https://mtls.example.com/api/v1/push",
        "certificate": {"secret": "mimir", "key": "tls.crt"},
        "key": {"secret": "mimir", "key": "tls.key"},
        "serverName": "mimir.example.com",
    },
    {
        "url": "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0/api/v1/remote_write",
        "extra": {
            "sigv4": {
                "region": "eu-west-1",
                "access_key": {"secret": "amp", "key": "id"},
                "secret_key": {"secret": "amp", "key": "secret"},
            }
        },
    },
    {
        "url": "https://w.westeurope-1.metrics.ingest.monitor.azure.com/dataCollectionRules/dcr-0/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=2023-04-24",
        "extra": {
            "azuread": {
                "cloud": "AzurePublic",
                "certificate": {
                    "client_id": "00000000-0000-0000-0000-000000000000",
                    "tenant_id": "00000000-0000-0000-0000-000000000000",
                    "certificate_path": {"secret": "azure", "key": "tls.crt"},
                    "certificate_key_path": {"secret": "azure", "key": "tls.key"},
                },
            }
        },
    },
    {
        "url": "https://monitoring.googleapis.com/v1/projects/p/location/global/prometheus/api/v1/write",
        "extra": {"google_iam": {"credentials": {"secret": "google", "key": "key.json"}}},
    },
]

SCRAPE_JOBS = [
    {"type": "static", "name": "gateway", "targets": ["envoy.example.com:9901"], "path": "/stats/prometheus", "labels": {"team": "edge"}},
    {"type": "pods", "name": "vllm", "matchLabels": {"app": "vllm-model"}, "port": 8000, "interval": "30s", "timeout": "5s"},
    {"type": "services", "name": "epp", "matchLabels": {"app.kubernetes.io/name": "epp"}, "port": "metrics", "sampleLimit": 0},
    {
        "type": "services",
        "name": "guarded",
        "matchLabels": {"app": "guarded"},
        "port": "https",
        "scheme": "https",
        "bearerToken": {"secret": "scrape", "key": "token"},
        "ca": {"secret": "scrape", "key": "ca.crt"},
        "certificate": {"secret": "scrape", "key": "tls.crt"},
        "key": {"secret": "scrape", "key": "tls.key"},
        "serverName": "guarded.example.com",
    },
    {
        "type": "raw",
        "name": "blackbox",
        "config": {"metrics_path": "/probe", "static_configs": [{"targets": ["blackbox.example.com:9115"]}]},
    },
]

_METADATA = {
    "podLabels": {"azure.workload.identity/use": "true"},
    "podAnnotations": {"sidecar.istio.io/inject": "false"},
    "serviceAccountAnnotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/prometheus"},
}

_SPREAD = {
    "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"}],
    "tolerations": [{"key": "monitoring", "operator": "Exists", "effect": "NoSchedule"}],
}

OPTION_SETS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "pods and accounts with metadata": {
        "labels": {"team": "routing", "example.com/cost-centre": "4711"},
        "prometheus": {"metadata": _METADATA, "placement": _SPREAD, "storage": {"type": "claim", "size": "1.5Ti"}},
        "grafana": {
            "metadata": _METADATA,
            "externalUrl": "https://grafana.example.com:8443",
            "resources": {"cpu": "0.25", "cpuLimit": "2000m", "memory": "1024Mi", "memoryLimit": "1.5Gi"},
            "storage": {"type": "ephemeral", "size": "0.1Gi"},
        },
        "alertmanager": {
            "metadata": _METADATA,
            "placement": _SPREAD,
            "replicas": 2,
            "storage": {"type": "claim", "size": "1000M"},
            "receivers": [{"type": "webhook", "name": "people", "url": {"secret": "people", "key": "url"}}],
        },
    },
    "install styles": {
        "routers": [
            {"install": "raw"},
            {"install": "helm", "release": "vsr"},
            {"install": "operator", "name": "router"},
            {"install": "kserve"},
            {"install": "labels", "matchLabels": {"team.example.com/router": "blue"}, "port": "http-metrics"},
        ]
    },
    "replicas on a database": {
        "grafana": {"replicas": 3, "database": DATABASE, "secretKey": {"secret": "grafana-database", "key": "secret-key"}}
    },
    "one replica on a database": {
        "grafana": {"database": {**DATABASE, "engine": "mysql", "host": "mysql:3306", "name": "boards"}, "resetAdminPassword": True}
    },
    "demo credentials": {"grafana": {"admin": {"type": "demo"}, "storage": {"type": "ephemeral"}, "adminRevision": "2"}},
    "named credentials": {
        "grafana": {"admin": {"type": "secret", "name": "people", "userKey": "user", "passwordKey": "password"}, "resetAdminPassword": True}
    },
    "ingress by nginx and cert-manager": {
        "prometheus": {"externalUrl": "https://prometheus.example.com"},
        "grafana": {"externalUrl": "https://grafana.example.com"},
        "ingress": {
            "via": {"type": "nginx"},
            "tls": {"type": "certManager", "name": "letsencrypt"},
            "annotations": {"nginx.ingress.kubernetes.io/proxy-body-size": "8m"},
        },
    },
    "ingress by ALB on one host": {
        "prometheus": {"externalUrl": "https://tools.example.com/prometheus"},
        "grafana": {"externalUrl": "https://tools.example.com/grafana"},
        "ingress": {
            "via": {
                "type": "alb",
                "certificateArns": ["arn:aws:acm:eu-central-1:111122223333:certificate/a"],
                "scheme": "internet-facing",
            },
        },
    },
    "plain ingress": {
        "grafana": {"externalUrl": "http://grafana.example.com", "anonymous": {"reason": "reached over the VPN only"}},
        "ingress": {"via": {"type": "traefik"}},
    },
    "logins by password": {
        "prometheus": {"login": {"type": "basicAuth", "secret": "prometheus-login"}},
        "alertmanager": {
            "login": {"type": "basicAuth", "secret": "alertmanager-login"},
            "tls": {"secret": "alertmanager-tls"},
            "receivers": [{"type": "webhook", "name": "people", "url": {"secret": "people", "key": "url"}}],
        },
    },
    "certificates of servers and clients": {
        "prometheus": {
            "tls": {"secret": "prometheus-tls"},
            "login": {
                "type": "clientCertificates",
                "secret": "prometheus-client",
                "ca": {"secret": "people", "key": "ca.pem"},
                "allowedNames": ["stack.example.com"],
            },
        },
        "grafana": {"tls": {"secret": "grafana-tls"}},
        "alertmanager": {
            "tls": {"secret": "alertmanager-tls"},
            "login": {"type": "clientCertificates", "secret": "alertmanager-client"},
            "receivers": [{"type": "webhook", "name": "people", "url": {"secret": "people", "key": "url"}}],
        },
    },
    "remote write": {"prometheus": {"remoteWrite": REMOTE_WRITE, "externalLabels": {"cluster": "west", "replica": "a"}}},
    "rules and jobs": {"prometheus": {"rules": RULES, "scrapeJobs": SCRAPE_JOBS, "interval": "30s"}},
    "no guards": {
        "prometheus": {
            "guards": {
                "sampleLimit": 0,
                "labelLimit": 0,
                "labelNameLengthLimit": 0,
                "labelValueLengthLimit": 0,
                "dropPersonal": False,
                "boundClientLabels": False,
            }
        }
    },
    "other guards": {
        "prometheus": {"guards": {"dropPersonal": False, "boundClientLabels": False, "labelValueLengthLimit": 2500, "sampleLimit": 20000}}
    },
    "existing claims": {
        "prometheus": {"storage": {"type": "existingClaim", "name": "metrics", "size": "50Gi"}},
        "grafana": {"storage": {"type": "existingClaim", "name": "boards"}},
    },
    "ephemeral": {
        "prometheus": {"storage": {"type": "ephemeral", "size": "2Gi"}, "retention": "1d"},
        "grafana": {"storage": {"type": "ephemeral"}},
    },
    "chosen claims": {
        "prometheus": {
            "storage": {"type": "claim", "size": "100Gi", "storageClass": "lab", "accessMode": "ReadWriteOncePod"},
            "retention": "90d",
            "retentionSize": "70GB",
        },
        "grafana": {"storage": {"type": "claim", "size": "1Gi", "storageClass": "lab"}},
    },
    "placement, resources, images": {
        "prometheus": {
            "resources": {"cpu": "1", "memory": "4Gi", "cpuLimit": "2", "memoryLimit": "8Gi"},
            "placement": {
                "nodeSelector": {"kubernetes.io/os": "linux"},
                "tolerations": [{"key": "dedicated", "operator": "Equal", "value": "monitoring", "effect": "NoSchedule"}],
            },
        },
        "grafana": {"resources": {"cpu": "50m", "memory": "128Mi"}},
        "images": {
            "prometheus": f"quay.io/prometheus/prometheus:v3.13.5@sha256:{'0' * 64}",
            "mirrors": {"quay.io": "mirror.example.com:5000/quay", "docker.io": "mirror.example.com:5000/hub"},
            "pullSecrets": ["mirror"],
        },
    },
    "network policies of every kind": {
        "networkPolicies": {
            "apiServer": {"cidrs": ["10.0.0.0/28", "fd00::/64"], "ports": [6443]},
            "dns": [
                {"type": "pods", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
                {"type": "addresses", "cidrs": ["169.254.20.10/32"]},
            ],
            "allowFrom": [
                {"workloads": ["prometheus"], "namespace": "*", "podLabels": {"app": "reader"}, "reason": "readers"},
                {"workloads": ["grafana"], "cidrs": ["10.8.0.0/16"], "ports": [3000], "reason": "people"},
            ],
            "allowTo": [{"workloads": ["grafana"], "namespaceLabels": {"team": "data"}, "ports": [3100], "reason": "logs"}],
            "routerAccess": True,
        }
    },
    "grafana of many settings": {
        "grafana": {
            "anonymous": {"role": "Viewer"},
            "embedding": True,
            "logLevel": "debug",
            "smtp": {
                "host": "smtp.example.com:587",
                "fromAddress": "grafana@example.com",
                "user": {"secret": "smtp", "key": "user"},
                "password": {"secret": "smtp", "key": "password"},
            },
            "settings": {"users": {"default_theme": "light"}},
            "dataSources": [
                {"type": "loki", "url": "http://loki.logs.svc:3100", "bearerToken": {"secret": "loki", "key": "token"}},
                {"type": "tempo", "url": "http://tempo.traces.svc:3200"},
                {"type": "alertmanager", "url": "http://alertmanager.alerts.svc:9093"},
                {"type": "raw", "config": {"name": "Jaeger", "uid": "jaeger", "type": "jaeger", "url": "http://jaeger:16686"}},
            ],
            "dashboards": [{"type": "configMap", "name": "team-boards", "folder": "Team"}],
        }
    },
    "traces": {
        "traces": {
            "destinations": [
                {"name": "tempo", "url": "http://tempo.traces.svc:4317"},
                {
                    "name": "vendor",
                    "url": "https://otlp.example.com",
                    "protocol": "http",
                    "headers": {"authorization": {"secret": "vendor", "key": "token"}},
                    "ca": {"secret": "vendor", "key": "ca.crt"},
                },
            ],
            "dropAttributes": ["http.path"],
            "replicas": 3,
            "metadata": _METADATA,
        },
        "grafana": {
            "dataSources": [
                {"type": "loki", "url": "http://loki.logs.svc:3100", "traces": "tempo"},
                {"type": "tempo", "url": "http://tempo.traces.svc:3200", "logs": "loki"},
                {"type": "jaeger", "url": "http://jaeger.traces.svc:16686", "logs": "loki"},
            ]
        },
    },
    "kube-state-metrics": {
        "kubeStateMetrics": {
            "collectors": ["pods", "cronjobs", "deployments", "horizontalpodautoscalers", "persistentvolumeclaims"],
            "metadata": _METADATA,
        },
        "prometheus": {
            "scrapeJobs": [{"type": "kubeStateMetrics", "name": "existing", "matchLabels": {"app": "vllm-model"}, "ofNamespaces": ["*"]}],
        },
    },
}
"""One entry a theme; none of them leaves the namespace."""
