"""Values that cannot work, and the one line each is answered with.

The tables are the specification of the messages: where, what was given, what is accepted, how to fix it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import main
import pytest

import semantic_router_observability as sro
from manifests import new_chart
from refusals import messages
from semantic_router_observability import app, output
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.manifest import plain
from semantic_router_observability.settings_sections import GrafanaSettings, PrometheusSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DURATION = "write a Prometheus duration: whole numbers with y, w, d, h, m, s or ms, largest first, such as 15d or 1h30m"
QUANTITY = "write a Kubernetes quantity above zero, such as 20Gi, 500M or 250m"
SIZE = "write a size with its unit, at least 1Mi, such as 512Mi or 20Gi"
LABEL = "write a name of lower-case letters, digits and '-', starting and ending with a letter or digit, at most 63 characters"
IMAGES = (
    "alertmanager, blackboxExporter, grafana, jaeger, kubeStateMetrics, kubectl, mirrors, oauth2Proxy, otelCollector, prometheus, pullSecrets, "
    "python, thanos, victoriaLogs"
)
OBJECT = "write an object name: lower-case letters, digits, '-' and '.', at most 253 characters"
PORT_NAME = "write a port's name: lower-case letters, digits and single '-', at least one letter, at most 15 characters"
URL = "write an absolute URL such as https://grafana.example.com"
IMAGE = "write an image reference such as quay.io/prometheus/prometheus:v3.13.5"
IN_SECRET = "keep it in a Secret and name that here: {secret: NAME, key: KEY}"
INI_LINE = "write a value on one line, without a first '`', a last '\\' and triple quotes"
VOLUME = (
    "give one volume source that PodSecurity 'restricted' admits: "
    "configMap, csi, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected, secret"
)
PROMETHEUS_KEYS = ", ".join(sorted(PrometheusSettings.__struct_encode_fields__))
GRAFANA_KEYS = ", ".join(sorted(GrafanaSettings.__struct_encode_fields__))
DATABASE = "user: {secret: a, key: b}, password: {secret: a, key: c}"
EXPOSED = 'grafana: {externalUrl: "https://g.example.com"}'

TOP_LEVEL = ", ".join(sorted(sro.Settings.__struct_encode_fields__))
IN_YAML = {
    "yaml": [
        ("- a", "[a]: write a mapping, not a list"),
        ("hello", "'hello': write a mapping, not text"),
        ("5", "5: write a mapping, not a whole number"),
        ("namespace: a\nnamespace: b", "column 1: key 'namespace' is given twice; correct the YAML"),
        ("prometheus:\n\tretention: 5", "column 1: found character that cannot start any token; correct the YAML"),
        ("a: 1\n---\nb: 2", "column 1: but found another document; correct the YAML"),
        (
            "namespaces: x",
            f"'namespaces': unknown key; did you mean namespace? accepted: {TOP_LEVEL}",
        ),
        ("5: x", "column 1: key 5 is not text; put it in quotes; correct the YAML"),
        ("on: x", "column 1: key on is not text; put it in quotes; correct the YAML"),
        ("[a]: b", "column 1: a mapping or a list as key is not text; put it in quotes; correct the YAML"),
        ("{{a: b}: c}", "column 2: a mapping or a list as key is not text; put it in quotes; correct the YAML"),
        (
            "a: &x {namespace: a}\nb: {<<: *x, c: d}",
            f"'a': unknown key; accepted: {TOP_LEVEL}\n'b': unknown key; accepted: {TOP_LEVEL}",
        ),
        (
            "namespace: !!python/object:os.system x",
            "column 12: could not determine a constructor for the tag 'tag:yaml.org,2002:python/object:os.system'; correct the YAML",
        ),
        ("a: [", "column 1: did not find expected node content; correct the YAML"),
        ("a: b: c", "column 5: mapping values are not allowed in this context; correct the YAML"),
        ("%YAML 3.0\n---\n", "column 1: found incompatible YAML document; correct the YAML"),
        ("&a\n*b", "column 1: did not find expected <document start>; correct the YAML"),
        ("prometheus: {retention: 15d, retention: 16d}", "column 30: key 'retention' is given twice; correct the YAML"),
        ('"namespace": x\nnamespace: y', "column 1: key 'namespace' is given twice; correct the YAML"),
        ("---\n---\n", "column 1: but found another document; correct the YAML"),
        (
            "prometheus: {<<: 5}",
            "column 18: expected a mapping or list of mappings for merging, but found scalar; correct the YAML",
        ),
        ('namespace: "\\ud83d\\ude00"', "column 15: found invalid Unicode character escape code; correct the YAML"),
        ("[]", "[]: write a mapping, not a list"),
        ("true", "true: write a mapping, not true or false"),
    ],
    "namespace": [
        ("namespace: Foo", f"namespace: 'Foo': {LABEL}"),
        ('namespace: ""', f"namespace: '': {LABEL}"),
        ("namespace: 5", "namespace: 5: write text, not a whole number; in quotes it is text"),
        ("namespace: &a [*a]", "column 12: holds an alias of itself; correct the YAML"),
        ("namespace: 2024-01-01", "namespace: 2024-01-01: write text, not a date; in quotes it is text"),
        ("namespace: no", "namespace: false: write text, not true or false; in quotes it is text"),
    ],
    "routers": [
        ("routers: []", "routers: []: name at least one router; install: any finds every installation style"),
        ("routers: [helm]", "routers[0]: 'helm': write a mapping, not text"),
        ("routers: [{install: helm}]", "routers[0].release: not given: install: helm needs it; add it"),
        ('routers: [{install: helm, release: ""}]', "routers[0].release: '': install: helm needs it; add it"),
        ('routers: [{install: helm, release: "Foo Bar"}]', f"routers[0].release: 'Foo Bar': {OBJECT}"),
        ('routers: [{install: helm, release: "a.*"}]', f"routers[0].release: 'a.*': {OBJECT}"),
        ("routers: [{install: docker}]", "routers[0].install: 'docker': write one of any, helm, kserve, labels, operator, raw"),
        (
            "routers: [{install: raw, release: a}]",
            "routers[0].release: 'a': only install: helm takes it, not install: raw; remove one of the two",
        ),
        ("routers: [{release: a}]", "routers[0].release: 'a': only install: helm takes it, not install: any; remove one of the two"),
        ('routers: [{install: operator, name: "A|B"}]', f"routers[0].name: 'A|B': {OBJECT}"),
        ("routers: [{install: labels, matchLabels: {}}]", "routers[0].matchLabels: {}: install: labels needs it; add it"),
        (
            'routers: [{install: labels, matchLabels: {app: "a b"}}]',
            "routers[0].matchLabels.app: 'a b': write a Kubernetes label value: at most 63 letters, digits, '-', '_' and '.'",
        ),
        ('routers: [{port: "9190"}]', f"routers[0].port: '9190': {PORT_NAME}"),
        ("routers: [{port: 9190}]", "routers[0].port: 9190: write text, not a whole number; in quotes it is text"),
        (
            'routers: [{namespaces: ["*"]}]',
            "routers[0].namespaces: '*': reading every namespace needs clusterWide: true, a ClusterRole; or name the namespaces",
        ),
        ('routers: [{namespaces: ["a", "*"]}]', "routers[0].namespaces: a, *: '*' already stands for all of them; write it alone"),
        ('routers: [{namespaces: [""]}]', f"routers[0].namespaces: '': {LABEL}"),
        ("routers: [{namespaces: [Foo]}]", f"routers[0].namespaces: 'Foo': {LABEL}"),
        ("routers: {install: raw}", "routers: {install: raw}: write a list, not a mapping"),
        (
            "routers: [{install: any, matchLabels: {}}]",
            "routers[0].matchLabels: {}: only install: labels takes it, not install: any; remove one of the two",
        ),
        ("routers: [null]", "routers[0]: not given: write a mapping"),
    ],
    "prometheus": [
        ("prometheus: {retention: 15}", "prometheus.retention: 15: write text, not a whole number; in quotes it is text"),
        ('prometheus: {retention: "15"}', f"prometheus.retention: '15': {DURATION}"),
        ('prometheus: {retention: ""}', f"prometheus.retention: '': {DURATION}"),
        ("prometheus: {retention: 1h}", "prometheus.retention: '1h': write at least 2h, the span of one block"),
        ("prometheus: {retention: -15d}", f"prometheus.retention: '-15d': {DURATION}"),
        (
            "prometheus: {retention: 1000000000000y}",
            "prometheus.retention: '1000000000000y': write at most 292y, the longest time Prometheus can count",
        ),
        ("prometheus: {retention: 1.5d}", f"prometheus.retention: '1.5d': {DURATION}"),
        ("prometheus: {interval: 0s}", f"prometheus.interval: '0s': {DURATION}"),
        ("prometheus: {interval: 1y}", "prometheus.interval: '1y': write 1s to 2m; from 2m30s on, rates over 5 minutes have gaps"),
        ("prometheus: {interval: 1ms}", "prometheus.interval: '1ms': write 1s to 2m; from 2m30s on, rates over 5 minutes have gaps"),
        (
            "prometheus: {retentionSize: 16Gi}",
            "prometheus.retentionSize: '16Gi': write a whole number with B, KB, MB, GB or TB, such as 16GB (1GB is 1Gi)",
        ),
        (
            "prometheus: {retentionSize: 18GB}",
            "prometheus.retentionSize: '18GB': does not fit the volume of 20Gi; write at most 17GB or grow the volume",
        ),
        (
            'prometheus: {retentionSize: ""}',
            "prometheus.retentionSize: '': write a whole number with B, KB, MB, GB or TB, such as 16GB (1GB is 1Gi)",
        ),
        ("prometheus: {storage: {size: 20Gi}}", "prometheus.storage.type: not given: add it; accepted: claim, existingClaim, ephemeral"),
        ("prometheus: {storage: {type: disk}}", "prometheus.storage.type: 'disk': write one of claim, existingClaim, ephemeral"),
        ("prometheus: {storage: {type: claim}}", "prometheus.storage.size: not given: add it"),
        (
            "prometheus: {storage: {type: claim, size: 20}}",
            "prometheus.storage.size: 20: write text, not a whole number; in quotes it is text",
        ),
        ('prometheus: {storage: {type: claim, size: "20"}}', f"prometheus.storage.size: '20': {SIZE}"),
        ("prometheus: {storage: {type: claim, size: 20GB}}", f"prometheus.storage.size: '20GB': {QUANTITY}"),
        (
            "prometheus: {storage: {type: claim, size: 500Mi}}",
            "prometheus.storage.size: '500Mi': write at least 1Gi; the write-ahead log alone needs that",
        ),
        ("prometheus: {storage: {type: claim, size: 500m}}", f"prometheus.storage.size: '500m': {SIZE}"),
        ("prometheus: {storage: {type: claim, size: -20Gi}}", f"prometheus.storage.size: '-20Gi': {QUANTITY}"),
        ('prometheus: {storage: {type: claim, size: 20Gi, storageClass: ""}}', f"prometheus.storage.storageClass: '': {OBJECT}"),
        ("prometheus: {storage: {type: claim, size: 20Gi, storageClass: Fast}}", f"prometheus.storage.storageClass: 'Fast': {OBJECT}"),
        (
            "prometheus: {storage: {type: claim, size: 20Gi, accessMode: ReadWriteMany}}",
            "prometheus.storage.accessMode: 'ReadWriteMany': write ReadWriteOnce or ReadWriteOncePod: one process writes this volume",
        ),
        (
            "prometheus: {storage: {type: claim, size: 99999999999999999999Ei}}",
            "prometheus.storage.size: '99999999999999999999Ei': write less than 8Ei, the largest number Kubernetes can count",
        ),
        ("prometheus: {storage: 20Gi}", "prometheus.storage: '20Gi': write a mapping, not text"),
        ("prometheus: {storage: {type: existingClaim}}", "prometheus.storage.name: not given: add it"),
        (
            'prometheus: {externalLabels: {"": b}}',
            "prometheus.externalLabels: '': write a Prometheus label name: a text that does not start with '__', such as team or service.name",
        ),
        (
            "prometheus: {externalLabels: {cluster: 5}}",
            "prometheus.externalLabels.cluster: 5: write text, not a whole number; in quotes it is text",
        ),
        (
            "prometheus: {externalLabels: {__x: b}}",
            "prometheus.externalLabels: '__x': write a Prometheus label name: a text that does not start with '__', such as team or service.name",
        ),
        (
            'prometheus: {externalLabels: {"": b}}',
            "prometheus.externalLabels: '': write a Prometheus label name: a text that does not start with '__', such as team or service.name",
        ),
        ("prometheus: {externalUrl: prometheus.example.com}", f"prometheus.externalUrl: 'prometheus.example.com': {URL}"),
        (
            'prometheus: {externalUrl: "https://u:p@prometheus.example.com"}',
            "prometheus.externalUrl: 'https://…@prometheus.example.com': take the credentials out of the URL and reference a Secret instead",
        ),
        (
            'prometheus: {externalUrl: "https://prometheus.example.com/?x=1"}',
            "prometheus.externalUrl: 'https://prometheus.example.com/?x=1': remove everything from '?' or '#' on",
        ),
        ('prometheus: {externalUrl: ""}', f"prometheus.externalUrl: '': {URL}"),
        (
            'prometheus: {externalUrl: "https://prometheus.example.com/a b"}',
            f"prometheus.externalUrl: 'https://prometheus.example.com/a b': {URL}",
        ),
        (
            'prometheus: {externalUrl: "https://prometheus.example.com/ä"}',
            "prometheus.externalUrl: 'https://prometheus.example.com/ä': write it in ASCII: the host in punycode, other characters percent-encoded",
        ),
        ("prometheus: {remoteWrite: [{url: mimir}]}", f"prometheus.remoteWrite[0].url: 'mimir': {URL}"),
        (
            'prometheus: {remoteWrite: {url: "http://mimir"}}',
            "prometheus.remoteWrite: {url: http://mimir}: write a list, not a mapping",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir", headers: {Authorization: x}}]}',
            "prometheus.remoteWrite[0].headers: 'Authorization': a credential does not belong in the settings; use basicAuth or bearerToken with a Secret",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir", basicAuth: {username: a, password: b}}]}',
            f"prometheus.remoteWrite[0].basicAuth.username: a value: {IN_SECRET}\nprometheus.remoteWrite[0].basicAuth.password: a value: {IN_SECRET}",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir", basicAuth: {username: {secret: a, key: b}}}]}',
            "prometheus.remoteWrite[0].basicAuth.password: not given: add it",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir", extra: {basic_auth: {username: b}}}]}',
            "prometheus.remoteWrite[0].extra.basic_auth: …: remove it; the remote write itself has basicAuth for it",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir", extra: {tls_config: {cert: {secret: m, key: tls.crt}}}}]}',
            "prometheus.remoteWrite[0].extra.tls_config: …: remove it; the remote write itself has ca, certificate, key and serverName for it",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir", extra: {oauth2: {client_secret: b}}}]}',
            f"prometheus.remoteWrite[0].extra.oauth2.client_secret: '…': {IN_SECRET}",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir", extra: {sigv4: {secret_key: b}}}]}',
            f"prometheus.remoteWrite[0].extra.sigv4.secret_key: '…': {IN_SECRET}",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir", name: a},{url: "http://mimir2", name: a}]}',
            "prometheus.remoteWrite: 'a': two remote writes share this name; rename one",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir", headers: {"X\\nY": a}}]}',
            "prometheus.remoteWrite[0].headers: 'X\\nY': write a header's name of letters, digits and '-', and a value on one line",
        ),
        ("prometheus: {clusterWide: yes please}", "prometheus.clusterWide: 'yes please': write true or false, not text"),
        ("prometheus: {clusterWide: 1}", "prometheus.clusterWide: 1: write true or false, not a whole number"),
        (
            "prometheus: {replicas: 2}",
            f"prometheus: 'replicas': unknown key; accepted: {PROMETHEUS_KEYS}",
        ),
        (
            "prometheus: {scrapeJobs: [{type: static, name: x, targets: []}]}",
            "prometheus.scrapeJobs[0].targets: []: name at least one host:port",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: x, targets: ["http://a:80"]}]}',
            "prometheus.scrapeJobs[0].targets: 'http://a:80': write host:port, without scheme or path",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: x, targets: ["a:99999"]}]}',
            "prometheus.scrapeJobs[0].targets: 99999: write a port from 1 to 65535",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: "", targets: ["a:99"]}]}',
            "prometheus.scrapeJobs[0].name: '': write a job name of letters, digits, '-', '_', '.' and '/', at most 63 characters",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: prometheus, targets: ["a:99"]}]}',
            "prometheus.scrapeJobs[0].name: 'prometheus': the stack has a job of this name; choose another",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: a, targets: ["a:99"]},{type: static, name: a, targets: ["a:99"]}]}',
            "prometheus.scrapeJobs: 'a': two scrape jobs share this name; rename one",
        ),
        (
            'prometheus: {scrapeJobs: [{name: a, targets: ["a:99"]}]}',
            "prometheus.scrapeJobs[0].type: not given: add it; accepted: static, pods, services, raw, kubeStateMetrics, cadvisor, kubelet, envoy, redis, dcgm, nodeExporter, operator",
        ),
        (
            'prometheus: {scrapeJobs: [{type: service, name: a, targets: ["a:99"]}]}',
            "prometheus.scrapeJobs[0].type: 'service': write one of static, pods, services, raw, kubeStateMetrics, cadvisor, kubelet, envoy, redis, dcgm, nodeExporter, operator",
        ),
        (
            "prometheus: {scrapeJobs: [{type: services, name: a, matchLabels: {}, port: 80}]}",
            "prometheus.scrapeJobs[0].matchLabels: {}: name at least one label; without any, everything in the namespace would match",
        ),
        (
            "prometheus: {scrapeJobs: [{type: services, name: a, matchLabels: {app: x}, port: 0}]}",
            "prometheus.scrapeJobs[0].port: 0: write a port from 1 to 65535",
        ),
        (
            "prometheus: {scrapeJobs: [{type: services, name: a, matchLabels: {app: x}, port: 1.5}]}",
            "prometheus.scrapeJobs[0].port: 1.5: write text or a whole number, not a number; in quotes it is text",
        ),
        (
            'prometheus: {scrapeJobs: [{type: services, name: a, matchLabels: {app: x}, port: "80"}]}',
            f"prometheus.scrapeJobs[0].port: '80': {PORT_NAME}",
        ),
        (
            'prometheus: {scrapeJobs: [{type: services, name: a, matchLabels: {app: x}, port: http, namespaces: ["*", a]}]}',
            "prometheus.scrapeJobs[0].namespaces: [*, a]: '*' already stands for all of them; write it alone",
        ),
        (
            'prometheus: {scrapeJobs: [{type: services, name: a, matchLabels: {app: x}, port: http, namespaces: ["*"]}]}',
            "prometheus.scrapeJobs[0].namespaces: '*': reading every namespace needs clusterWide: true, a ClusterRole; or name the namespaces",
        ),
        (
            f"routers: [{{namespaces: [{', '.join(f'n{number}' for number in range(251))}]}}]",
            "routers: 251 namespaces: name at most 250, or '*' for all of the cluster, which takes the right to read them",
        ),
        (
            f"addOn: {{scrapedBy: {{type: kubePrometheus}}}}\nrouters: [{{namespaces: [{', '.join(f'n{number}' for number in range(251))}]}}]",
            "routers: 251 namespaces: name at most 250, or '*' for all of the cluster, which takes the right to read them",
        ),
        (
            'prometheus: {scrapeJobs: [{type: services, name: a, matchLabels: {app: x}, port: http, namespaces: "a"}]}',
            "prometheus.scrapeJobs[0].namespaces: 'a': write a list, not text",
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {job_name: x}}]}",
            "prometheus.scrapeJobs[0].config.job_name: 'x': remove it: name sets it",
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {basic_auth: {username: a, password: hunter2}}}]}",
            f"prometheus.scrapeJobs[0].config.basic_auth.password: '…': {IN_SECRET}",
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {kubernetes_sd_configs: [{role: node}]}}]}",
            "prometheus.scrapeJobs[0].config.kubernetes_sd_configs: 'nodes': they belong to no namespace, so reading them needs clusterWide: true, a ClusterRole",
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {kubernetes_sd_configs: [{role: pod, namespaces: {names: [b]}, attach_metadata: {node: true}}]}}]}",
            "prometheus.scrapeJobs[0].config.kubernetes_sd_configs: 'nodes': they belong to no namespace, so reading them needs clusterWide: true, a ClusterRole",
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {kubernetes_sd_configs: [{role: endpoints}]}}]}",
            (
                "prometheus.scrapeJobs[0].config.kubernetes_sd_configs: '*': without namespaces it reads all of them, which needs clusterWide: true, "
                "a ClusterRole; or write namespaces: {names: [...]}"
            ),
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {kubernetes_sd_configs: [{role: nodes}]}}]}",
            "prometheus.scrapeJobs[0].config.kubernetes_sd_configs[0].role: 'nodes': write one of endpoints, endpointslice, ingress, node, pod, service",
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {kubernetes_sd_configs: [node]}}]}",
            "prometheus.scrapeJobs[0].config.kubernetes_sd_configs[0]: 'node': write a mapping",
        ),
        (
            'prometheus: {scrapeJobs: [{type: raw, name: "", config: {}}]}',
            "prometheus.scrapeJobs[0].name: '': write a job name of letters, digits, '-', '_', '.' and '/', at most 63 characters",
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {}, namespaces: [A]}]}",
            f"prometheus.scrapeJobs[0].namespaces: 'A': {LABEL}",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: a, targets: ["a:99"], interval: 15, timeout: 20s}]}',
            "prometheus.scrapeJobs[0].interval: 15: write text, not a whole number; in quotes it is text",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: a, targets: ["a:99"], interval: 10s, timeout: 20s}]}',
            "prometheus.scrapeJobs[0].timeout: '20s': write at most the job's interval, 10s",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: a, targets: ["a:99"], timeout: 20s}]}',
            "prometheus.scrapeJobs[0].timeout: '20s': write at most the stack's interval, 15s",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: a, targets: ["a:99"], scheme: ftp}]}',
            "prometheus.scrapeJobs[0].scheme: 'ftp': write http or https",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: a, targets: ["a:99"], path: metrics}]}',
            "prometheus.scrapeJobs[0].path: 'metrics': write a path that starts with '/', such as /metrics",
        ),
        (
            'prometheus: {scrapeJobs: [{type: static, name: a, targets: ["a:99"], interval: ""}]}',
            f"prometheus.scrapeJobs[0].interval: '': {DURATION}",
        ),
        (
            "prometheus: {guards: {sampleLimit: -1}}",
            "prometheus.guards.sampleLimit: -1: write 0 for no limit, or a number up to 2147483647",
        ),
        (
            "prometheus: {guards: {labelValueLengthLimit: 100000000}}",
            "prometheus.guards.labelValueLengthLimit: 100000000: write at most 10000, or 0 for no limit",
        ),
        (
            "prometheus: {guards: {sampleLimit: 99999999999999999999}}",
            "prometheus.guards.sampleLimit: 99999999999999999999: write 0 for no limit, or a number up to 2147483647",
        ),
        (
            'prometheus: {rules: [{name: a, groups: [{name: a, rules: [{alert: x, expr: "up =="}]}]}]}',
            "prometheus.rules[0].groups[0].rules[0].expr: 'up ==': not PromQL: invalid promql query",
        ),
        (
            "prometheus: {rules: [{name: a, groups: [{name: a, rules: [{record: x, expr: 'limitk(3, up)'}]}]}]}",
            (
                "prometheus.rules[0].groups[0].rules[0].expr: 'limitk(3, up)': Prometheus reads this only with the feature "
                "promql-experimental-functions: add it to features"
            ),
        ),
        (
            "prometheus: {remoteWrite: [{url: 'https://a/b', extra: {queue_config: {max_shard: 10}}}]}",
            "prometheus.remoteWrite[0].extra.queue_config: 'max_shard': unknown key; the nearest known key is max_shards",
        ),
        (
            "prometheus: {remoteWrite: [{url: 'https://a/b', extra: {write_relabel_config: []}}]}",
            "prometheus.remoteWrite[0].extra: 'write_relabel_config': unknown key; the nearest known key is write_relabel_configs",
        ),
        (
            "prometheus: {remoteWrite: [{url: 'https://a/b', extra: {queue_config: {max_shards: many}}}]}",
            "prometheus.remoteWrite[0].extra.queue_config.max_shards: 'many': write a whole number",
        ),
        (
            (
                "prometheus: {remoteWrite: [{url: 'https://a/b', extra: {sigv4: {region: eu-west-1}}, "
                "basicAuth: {username: {secret: a, key: u}, password: {secret: a, key: p}}}]}"
            ),
            (
                "prometheus.remoteWrite[0].extra.sigv4: …: basic_auth is given too; keep one of "
                "basic_auth, authorization, oauth2, sigv4, azuread, google_iam"
            ),
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {scrape_timeout: 30s}}]}",
            "prometheus.scrapeJobs[0].config.scrape_timeout: '30s': write at most the stack's interval, 15s",
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {scrape_timeout: 30s, scrape_interval: 20s}}]}",
            "prometheus.scrapeJobs[0].config.scrape_timeout: '30s': write at most the job's interval, 20s",
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {honor_labels: 'yes', static_configs: [{targets: [a:1]}]}}]}",
            "prometheus.scrapeJobs[0].config.honor_labels: 'yes': write true or false",
        ),
        (
            "prometheus: {scrapeJobs: [{type: raw, name: a, config: {relabel_configs: [{regex: '(?x)a', action: labeldrop}]}}]}",
            (
                "prometheus.scrapeJobs[0].config.relabel_configs[0].regex: '(?x)a': "
                "not a regular expression of Prometheus (RE2): invalid or unsupported Perl syntax: (?x)"
            ),
        ),
        (
            (
                "prometheus: {rules: [{name: a, groups: [{name: a, rules: [{alert: x, expr: up, "
                "annotations: {summary: '{{ $label.foo }}'}}]}]}]}"
            ),
            (
                "prometheus.rules[0].groups[0].rules[0].annotations.summary: '{{ $label.foo }}': "
                "not a template of Prometheus: undefined variable '$label'"
            ),
        ),
        (
            "prometheus: {rules: [{name: a, groups: [{name: a, limit: many, rules: [{alert: x, expr: up}]}]}]}",
            "prometheus.rules[0].groups[0].limit: 'many': write a whole number",
        ),
        (
            "alerts: {own: [{name: A, expr: up, summary: '{{ $value | humanise }}'}]}",
            "alerts.own[0].summary: '{{ $value | humanise }}': not a template of Prometheus: function 'humanise' not defined",
        ),
        (
            "alerts: {own: [{name: A, expr: 'rate(x[5m] smoothed) > 1', summary: a}]}",
            (
                "alerts.own[0].expr: 'rate(x[5m] smoothed) > 1': Prometheus reads this only with the feature "
                "promql-extended-range-selectors: add it to features"
            ),
        ),
        (
            "prometheus: {rules: [{name: a, groups: [{name: a, rules: [{record: x, expr: 'x{a=~`(?=b)`}'}]}]}]}",
            (
                "prometheus.rules[0].groups[0].rules[0].expr: 'x{a=~`(?=b)`}': not PromQL: not a regular expression of Prometheus (RE2): "
                "'(?=b)': invalid or unsupported Perl syntax: (?=b"
            ),
        ),
        (
            "prometheus: {rules: [{name: a, groups: [{name: a, rules: [{alert: x}]}]}]}",
            "prometheus.rules[0].groups[0].rules[0].expr: not given: not PromQL: no expression found in input",
        ),
        (
            "prometheus: {rules: [{name: a, groups: [{name: a, rules: [{expr: up}]}]}]}",
            "prometheus.rules[0].groups[0].rules[0]: {expr: up}: give each rule either 'alert' or 'record'",
        ),
        (
            "prometheus: {rules: [{name: a, groups: [{name: a, rules: [up]}]}]}",
            "prometheus.rules[0].groups[0].rules[0]: 'up': give each rule either 'alert' or 'record'",
        ),
        (
            "prometheus: {rules: [{name: a, groups: [{name: a, rules: [{alert: x, expr: up, for: soon}]}]}]}",
            f"prometheus.rules[0].groups[0].rules[0].for: 'soon': {DURATION}",
        ),
        (
            "prometheus: {rules: [{name: a, groups: [{name: a, rules: [{alert: x, expr: up, fro: 5m}]}]}]}",
            "prometheus.rules[0].groups[0].rules[0]: 'fro': unknown key; accepted: alert, annotations, expr, for, keep_firing_for, labels, record",
        ),
        (
            'prometheus: {rules: [{name: a, groups: [{name: a, rules: [{record: "", expr: up}]}]}]}',
            "prometheus.rules[0].groups[0].rules[0].record: '': give it a name",
        ),
        (
            "prometheus: {rules: [{name: a, groups: []}, {name: a, groups: []}]}",
            "prometheus.rules: 'a': two rule files share this name; rename one",
        ),
        (
            "prometheus: {resources: {cpu: 1, memory: 1Gi}}",
            "prometheus.resources.cpu: 1: write text, not a whole number; in quotes it is text",
        ),
        ("prometheus: {resources: {cpu: 250m}}", "prometheus.resources.memory: not given: add it"),
        (
            "prometheus: {resources: {cpu: 250m, memory: 1Gi, memoryLimit: 512Mi}}",
            "prometheus.resources.memoryLimit: '512Mi': write at least the request, 1Gi",
        ),
        (
            'prometheus: {placement: {nodeSelector: {"a b": c}}}',
            "prometheus.placement.nodeSelector: 'a b': write a Kubernetes label key such as app or example.com/team",
        ),
        (
            "prometheus: {placement: {tolerations: [{key: a, operator: Exist}]}}",
            "prometheus.placement.tolerations[0].operator: 'Exist': write one of Equal, Exists",
        ),
        (
            "prometheus: {placement: {tolerations: [{key: a, operator: Exists, efect: NoSchedule}]}}",
            "prometheus.placement.tolerations[0]: 'efect': unknown key; did you mean effect? accepted: effect, key, operator, tolerationSeconds, value",
        ),
        (
            "prometheus: {placement: {tolerations: [{operator: Equal, value: a}]}}",
            "prometheus.placement.tolerations[0].key: not given: add it, or write operator Exists for every taint",
        ),
        (
            "prometheus: {placement: {topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone}]}}",
            "prometheus.placement.topologySpreadConstraints[0].whenUnsatisfiable: not given: add it",
        ),
        (
            "prometheus: {placement: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}}}",
            "prometheus.placement.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: []: add it",
        ),
        (
            "prometheus: {placement: {affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, namespaces: [A]}]}}}}",
            f"prometheus.placement.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaces[0]: 'A': {LABEL}",
        ),
        ("prometheus: {placement: {tolerations: [a]}}", "prometheus.placement.tolerations[0]: 'a': write a mapping, not text"),
        (
            "prometheus: {serviceAccount: x}",
            f"prometheus: 'serviceAccount': unknown key; accepted: {PROMETHEUS_KEYS}",
        ),
        ("prometheus: {retention: \uff11\uff15d}", f"prometheus.retention: '\uff11\uff15d': {DURATION}"),
        ('prometheus: {storage: {type: claim, size: "\uff12\uff10Gi"}}', f"prometheus.storage.size: '\uff12\uff10Gi': {QUANTITY}"),
        (
            'prometheus: {externalLabels: {a: "x\\u2028y"}}',
            "ConfigMap prometheus-config: data.prometheus.yml: text: holds U+0085, U+2028 or U+2029, which YAML parsers break on; remove it",
        ),
        (
            "prometheus: {externalLabels: {a: b, cluster: 5}}",
            "prometheus.externalLabels.cluster: 5: write text, not a whole number; in quotes it is text",
        ),
        ("prometheus: {storage: {}}", "prometheus.storage.type: not given: add it; accepted: claim, existingClaim, ephemeral"),
        (
            "prometheus: {resources: {cpu: }}",
            "prometheus.resources.memory: not given: add it\nprometheus.resources.cpu: not given: write text",
        ),
        ("prometheus: {remoteWrite: [{url: 5}]}", "prometheus.remoteWrite[0].url: 5: write text, not a whole number; in quotes it is text"),
        (
            "prometheus: {scrapeJobs: [{type: services, name: a, matchLabels: {app: 1}, port: 80}]}",
            "prometheus.scrapeJobs[0].matchLabels.app: 1: write text, not a whole number; in quotes it is text",
        ),
        ("prometheus: []", "prometheus: []: write a mapping, not a list"),
        ("prometheus: {retention: 15d12h30}", f"prometheus.retention: '15d12h30': {DURATION}"),
        ("prometheus: {retention: 1d2w}", f"prometheus.retention: '1d2w': {DURATION}"),
        (
            "prometheus: {storage: {type: claim, size: 20Gi, sise: 1}}",
            "prometheus.storage: 'sise': unknown key; did you mean size? accepted: accessMode, fromSnapshot, name, size, storageClass, type",
        ),
        ('prometheus: {externalUrl: "ftp://prometheus.example.com"}', f"prometheus.externalUrl: 'ftp://prometheus.example.com': {URL}"),
        (
            'prometheus: {externalUrl: "https://prometheus.example.com:99999"}',
            f"prometheus.externalUrl: 'https://prometheus.example.com:99999': {URL}",
        ),
        (
            "prometheus: {guards: {sampleLimt: 5}}",
            "prometheus.guards: 'sampleLimt': unknown key; did you mean sampleLimit? accepted: boundClientLabels, dropFamilies, dropPersonal, labelLimit, labelNameLengthLimit, labelValueLengthLimit, sampleLimit",
        ),
        ('prometheus: {guards: {labelLimit: "40"}}', "prometheus.guards.labelLimit: '40': write a whole number, not text"),
        (
            'prometheus: {remoteWrite: [{url: "https://u:hunter2@mimir"}]}',
            "prometheus.remoteWrite[0].url: 'https://…@mimir': take the credentials out of the URL and reference a Secret instead",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir"}, {url: "http://mimir"}]}',
            "prometheus.remoteWrite: 'http://mimir': the same endpoint is listed twice; remove one",
        ),
        (
            'prometheus: {remoteWrite: [{url: "http://mimir", headers: {Content-Type: x}}]}',
            "prometheus.remoteWrite[0].headers: 'Content-Type': remove it; Prometheus sets this header itself",
        ),
        (
            "prometheus: {scrapeJobs: [{type: pods, name: a, matchLabels: {app: x}, port: 70000}]}",
            "prometheus.scrapeJobs[0].port: 70000: write a port from 1 to 65535",
        ),
        ("prometheus: {rules: [{name: A, groups: []}]}", f"prometheus.rules[0].name: 'A': {LABEL}"),
        (
            "prometheus: {rules: [{name: a, groups: [{name: a, rules: []}, {name: a, rules: []}]}]}",
            "prometheus.rules[0].groups: 'a': two groups share this name; rename one",
        ),
        (
            "prometheus: {rules: [{name: a, groups: [{rules: []}]}]}",
            "prometheus.rules[0].groups[0]: [rules]: give each group a name and a list of rules",
        ),
        (
            'prometheus: {rules: [{name: a, groups: [{name: a, rules: [{record: "a:b", expr: up, for: 5m}]}]}]}',
            "prometheus.rules[0].groups[0].rules[0]: 'for': unknown key; accepted: alert, expr, labels, record",
        ),
    ],
    "grafana": [
        (
            "grafana: {settings: {server: {http_port: '80'}}}",
            "grafana.settings.server.http_port: '80': remove it: the pod, its probes, its Service and network policies have port 3000",
        ),
        (
            "grafana: {settings: {paths: {data: /data}}}",
            "grafana.settings.paths.data: '/data': remove it: the volume is mounted at /var/lib/grafana",
        ),
        (
            "grafana: {settings: {paths: {plugins: /var/lib/grafana/../x}}}",
            (
                "grafana.settings.paths.plugins: '/var/lib/grafana/../x': write a folder below /var/lib/grafana or /tmp: "
                "the rest of the file system is read-only"
            ),
        ),
        (
            "grafana: {settings: {database: {type: postgres}}}",
            "grafana.settings.database.type: 'postgres': use database instead: replicas and network policies follow from it",
        ),
        (
            "grafana: {settings: {server: {protocol: https}}}",
            "grafana.settings.server.protocol: 'https': use tls instead: probes and clients follow from it",
        ),
        ('grafana: {settings: {users: {a: "x\\u2028y"}}}', f"grafana.settings.users.a: 'x\\u2028y': {INI_LINE}"),
        ("grafana: {replicas: 2}", "grafana.replicas: 2: SQLite serves one process; give a database (postgres or mysql) or write 1"),
        ("grafana: {replicas: 0}", "grafana.replicas: 0: write 1, or more with an external database"),
        ("grafana: {replicas: true}", "grafana.replicas: true: write a whole number, not true or false"),
        ('grafana: {replicas: "2"}', "grafana.replicas: '2': write a whole number, not text"),
        (
            "grafana: {replicas: 100000000000000000000}",
            "grafana.replicas: 100000000000000000000: SQLite serves one process; give a database (postgres or mysql) or write 1",
        ),
        (
            f'grafana: {{replicas: 2, database: {{engine: sqlite3, host: "a:1", {DATABASE}}}}}',
            "grafana.database.engine: 'sqlite3': write one of mysql, postgres",
        ),
        (f'grafana: {{replicas: 2, database: {{engine: postgres, host: "a", {DATABASE}}}}}', "grafana.database.host: 'a': write host:port"),
        (
            'grafana: {replicas: 2, database: {engine: postgres, host: "a:1", user: {secret: a, key: b}, password: hunter2}}',
            f"grafana.database.password: a value: {IN_SECRET}",
        ),
        (
            f'grafana: {{replicas: 2, database: {{engine: postgres, host: "a:1", sslMode: verify, {DATABASE}}}}}',
            "grafana.database.sslMode: 'verify': write one of disable, require, verify-ca, verify-full for postgres",
        ),
        (
            f'grafana: {{replicas: 2, storage: {{type: claim, size: 1Gi}}, database: {{engine: postgres, host: "a:1", {DATABASE}}}}}',
            "grafana.storage: '1Gi': one volume cannot serve several replicas; use ephemeral storage, the database keeps the data",
        ),
        (
            f'grafana: {{database: {{engine: postgres, name: "", host: "a:1", {DATABASE}}}}}',
            "grafana.database.name: '': write the name of a database: 1 to 63 letters, digits, '_', '-' or '$'",
        ),
        (
            f'grafana: {{database: {{engine: postgres, name: "a\\nb", host: "a:1", {DATABASE}}}}}',
            "grafana.database.name: 'a\\nb': write the name of a database: 1 to 63 letters, digits, '_', '-' or '$'",
        ),
        ("grafana: {admin: {type: secret}}", "grafana.admin.name: not given: add it"),
        ("grafana: {admin: {type: secret, name: Foo_Bar}}", f"grafana.admin.name: 'Foo_Bar': {OBJECT}"),
        (
            'grafana: {admin: {type: secret, name: a, userKey: "a b"}}',
            "grafana.admin.userKey: 'a b': write a key of letters, digits, '-', '_' and '.', at most 253 characters",
        ),
        (
            'grafana: {admin: {type: secret, name: a, userKey: "a", passwordKey: "a"}}',
            "grafana.admin.passwordKey: 'a': userKey is the same; name the two keys of the Secret",
        ),
        ("grafana: {admin: {user: admin, password: admin}}", "grafana.admin.type: not given: add it; accepted: secret, demo"),
        (
            "grafana: {adminPassword: hunter2}",
            f"grafana: 'adminPassword': unknown key; did you mean resetAdminPassword? accepted: {GRAFANA_KEYS}",
        ),
        ("grafana: {adminRevision: 2}", "grafana.adminRevision: 2: write text, not a whole number; in quotes it is text"),
        (
            "grafana: {resetAdminPassword: true, storage: {type: ephemeral}}",
            "grafana.resetAdminPassword: true: without a volume every start takes the Secret; remove it and bump adminRevision",
        ),
        ("grafana: {secretKey: hunter2}", f"grafana.secretKey: a value: {IN_SECRET}"),
        (
            'grafana: {secretKey: {secret: a, key: ""}}',
            "grafana.secretKey.key: '': write a key of letters, digits, '-', '_' and '.', at most 253 characters",
        ),
        ('grafana: {secretKey: {secret: "", key: "a"}}', f"grafana.secretKey.secret: '': {OBJECT}"),
        ('grafana: {secretKey: {secret: "a..b", key: "a"}}', f"grafana.secretKey.secret: 'a..b': {OBJECT}"),
        (
            'labels: {"app.kubernetes.io/part-of": x}',
            "labels: 'app.kubernetes.io/part-of': remove it: the stack sets the labels of app.kubernetes.io, and selects its pods by them",
        ),
        (
            'grafana: {metadata: {podLabels: {"app.kubernetes.io/name": x}}}',
            "grafana.metadata.podLabels: 'app.kubernetes.io/name': remove it: the stack sets the labels of app.kubernetes.io, and selects its pods by them",
        ),
        (
            'grafana: {metadata: {podAnnotations: {"semantic-router-observability/config-hash": x}}}',
            "grafana.metadata.podAnnotations: 'semantic-router-observability/config-hash': remove it: the stack sets it",
        ),
        (
            'grafana: {metadata: {serviceAccountAnnotations: {"a b": x}}}',
            "grafana.metadata.serviceAccountAnnotations: 'a b': write a Kubernetes annotation key such as example.com/owner",
        ),
        (
            'grafana: {externalUrl: "https://10.0.0.1"}',
            "grafana.externalUrl: 'https://10.0.0.1': write a DNS name as host, such as https://grafana.example.com",
        ),
        ('grafana: {externalUrl: "grafana"}', f"grafana.externalUrl: 'grafana': {URL}"),
        ('grafana: {externalUrl: ""}', f"grafana.externalUrl: '': {URL}"),
        (
            'grafana: {externalUrl: "https://grafana.example.com//x/../y"}',
            "grafana.externalUrl: 'https://grafana.example.com//x/../y': write a plain path such as https://example.com/grafana",
        ),
        (
            'grafana: {externalUrl: "https://grafana.example.com/a/./b"}',
            "grafana.externalUrl: 'https://grafana.example.com/a/./b': write a plain path such as https://example.com/grafana",
        ),
        (
            'grafana: {externalUrl: "https://grafana.example.com", embedding: true}',
            "grafana.externalUrl: 'https://grafana.example.com': an embedded Grafana has the Router Dashboard's address; remove externalUrl or embedding",
        ),
        ("grafana: {anonymous: {role: Admin}}", "grafana.anonymous.role: 'Admin': write one of Editor, Viewer"),
        ("grafana: {anonymous: true}", "grafana.anonymous: true: write a mapping, not true or false"),
        ("grafana: {smtp: {host: mail, fromAddress: a@b}}", "grafana.smtp.host: 'mail': write host:port"),
        ('grafana: {smtp: {host: "mail:587", fromAddress: ab}}', "grafana.smtp.fromAddress: 'ab': write a mail address"),
        (
            'grafana: {smtp: {host: "mail:587", fromAddress: a@b, user: {secret: a, key: b}}}',
            "grafana.smtp.user: not given: give user and password together, or neither",
        ),
        (
            'grafana: {smtp: {host: "mail:587", fromAddress: a@b, user: me, password: hunter2}}',
            f"grafana.smtp.user: a value: {IN_SECRET}\ngrafana.smtp.password: a value: {IN_SECRET}",
        ),
        (
            'grafana: {smtp: {host: "mail:587", fromAddress: a@b, startTls: never}}',
            "grafana.smtp.startTls: 'never': write one of MandatoryStartTLS, NoStartTLS, OpportunisticStartTLS",
        ),
        ('grafana: {smtp: {host: "mail:٣", fromAddress: a@b}}', "grafana.smtp.host: 'mail:٣': write host:port"),
        ("grafana: {logLevel: verbose}", "grafana.logLevel: 'verbose': write one of debug, error, info, warn"),
        (
            "grafana: {settings: {security: {admin_password: hunter2}}}",
            "grafana.settings.security.admin_password: '…': keep it in a Secret and name that here: {secret: NAME, key: KEY}",
        ),
        (
            'grafana: {settings: {security: {admin_password: "$__file{/x}hunter2"}}}',
            "grafana.settings.security.admin_password: '…': keep it in a Secret and name that here: {secret: NAME, key: KEY}",
        ),
        (
            "grafana: {settings: {auth.generic_oauth: {client_secret: hunter2}}}",
            "grafana.settings.auth.generic_oauth.client_secret: '…': keep it in a Secret and name that here: {secret: NAME, key: KEY}",
        ),
        (
            'grafana: {settings: {database: {url: "postgres://u:hunter2@host/db"}}}',
            "grafana.settings.database.url: '…': keep it in a Secret and name that here: {secret: NAME, key: KEY}",
        ),
        (
            "grafana: {settings: {users: {default_theme: [5]}}}",
            "grafana.settings.users.default_theme: [5]: write text or a whole number or a number or true or false or a mapping, not a list",
        ),
        (
            "grafana: {settings: {users: {allow_sign_up: true}}}",
            "grafana.settings.users.allow_sign_up: 'true': anyone who reaches Grafana could create an account; invite users, or let logins create them",
        ),
        ("grafana: {settings: {smtp: {password: 12345}}}", f"grafana.settings.smtp.password: '…': {IN_SECRET}"),
        (
            "images: {alertmanager: 'a:latest'}",
            "images.alertmanager: 'a:latest': name a version: what 'latest' means changes under a running stack",
        ),
        (
            "images: {oauth2Proxy: quay.io/x}",
            "images.oauth2Proxy: 'quay.io/x': add a tag or a digest, such as :v3.13.5 or @sha256:…",
        ),
        ('grafana: {settings: {users: {"a b": x}}}', "grafana.settings.users: 'a b': write a key of letters, digits and '_'"),
        (
            'grafana: {settings: {"a]b": {c: x}}}',
            "grafana.settings: 'a]b': write a section of grafana.ini such as auth.generic_oauth",
        ),
        ('grafana: {settings: {users: {a: "x\\ny"}}}', f"grafana.settings.users.a: 'x\\ny': {INI_LINE}"),
        ('grafana: {settings: {users: {a: "x\\ry"}}}', f"grafana.settings.users.a: 'x\\ry': {INI_LINE}"),
        ('grafana: {settings: {users: {a: \'x"""y#\'}}}', f'grafana.settings.users.a: \'x"""y#\': {INI_LINE}'),
        ("grafana: {settings: {users: {a: '`x'}}}", f"grafana.settings.users.a: '`x': {INI_LINE}"),
        ("grafana: {settings: {users: x}}", "grafana.settings.users: 'x': write a mapping, not text"),
        ("grafana: {dataSources: [{type: loki, url: loki}]}", f"grafana.dataSources[0].url: 'loki': {URL}"),
        (
            'grafana: {dataSources: [{type: loki, url: "http://loki"},{type: loki, url: "http://loki2"}]}',
            "grafana.dataSources: uid: 'loki': two data sources have this uid; give one of the two another uid",
        ),
        (
            'grafana: {dataSources: [{type: prometheus, url: "http://x"}]}',
            "grafana.dataSources: uid: 'prometheus': two data sources have this uid; give one of the two another uid",
        ),
        (
            'grafana: {dataSources: [{type: loki, url: "http://loki", uid: "a b"}]}',
            "grafana.dataSources[0].uid: 'a b': write 1 to 40 letters, digits, '-' or '_'",
        ),
        (
            'grafana: {dataSources: [{type: loki, url: "http://loki", name: ""}]}',
            "grafana.dataSources[0].name: '': write text on one line",
        ),
        (
            'grafana: {dataSources: [{type: raw, config: {name: a, uid: a, type: b, url: "http://a/$b"}}]}',
            "grafana.dataSources[0].config.url: 'http://a/$b': Grafana replaces '$' and what follows by an environment variable; write '$$' for a '$'",
        ),
        (
            'grafana: {dataSources: [{type: prometheus, uid: x, name: y, url: "http://x", interval: fast}]}',
            f"grafana.dataSources[0].interval: 'fast': {DURATION}",
        ),
        (
            'grafana: {dataSources: [{type: loki, url: "http://loki", basicAuthUser: {secret: a, key: b}}]}',
            "grafana.dataSources[0].basicAuthUser: not given: give basicAuthUser and basicAuthPassword together, or neither",
        ),
        (
            'grafana: {dataSources: [{type: loki, url: "http://loki", bearerToken: {secret: a, key: b}, basicAuthUser: {secret: a, key: b}, basicAuthPassword: {secret: a, key: b}}]}',
            "grafana.dataSources[0].bearerToken: 'a': basicAuthUser is given too; keep one of the two",
        ),
        (
            "grafana: {dataSources: [{type: raw, config: {name: x}}]}",
            "grafana.dataSources[0].config.uid: not given: give it as a string; links and dashboards need it",
        ),
        (
            "grafana: {dataSources: [{type: raw, config: {name: x, uid: y, type: z, secureJsonData: {password: hunter2}}}]}",
            f"grafana.dataSources[0].config.secureJsonData.password: '…': {IN_SECRET}",
        ),
        (
            "grafana: {dataSources: [{type: raw, config: {name: x, uid: y, type: z, secureJsonData: hunter2}}]}",
            "grafana.dataSources[0].config.secureJsonData: '…': write names and values",
        ),
        (
            "grafana: {dataSources: [{type: raw, config: {name: x, uid: y, type: z, password: hunter2}}]}",
            f"grafana.dataSources[0].config.password: '…': {IN_SECRET}",
        ),
        (
            'grafana: {dataSources: [{type: elastic, url: "http://x"}]}',
            "grafana.dataSources[0].type: 'elastic': write one of prometheus, loki, elasticsearch, opensearch, victorialogs, tempo, jaeger, alertmanager, raw",
        ),
        (
            "grafana: {dashboards: [{type: file, path: nope.json}]}",
            "grafana.dashboards[0].path: 'FOLDER/nope.json': cannot be read (FileNotFoundError); give the path of a JSON file",
        ),
        (
            "grafana: {dashboards: [{type: file, path: observability.yaml}]}",
            "grafana.dashboards[0].path: 'observability.yaml': write a file name of letters, digits, '-', '_' and '.', ending in .json",
        ),
        (
            'grafana: {dashboards: [{type: file, path: "."}]}',
            "grafana.dashboards[0].path: 'FOLDER': cannot be read (IsADirectoryError); give the path of a JSON file",
        ),
        (
            'grafana: {dashboards: [{type: directory, path: "."}]}',
            "grafana.dashboards[0].path: 'FOLDER': holds no .json file; give a directory with dashboards",
        ),
        ("grafana: {dashboards: [{type: configMap, name: A}]}", f"grafana.dashboards[0].name: 'A': {OBJECT}"),
        (
            'grafana: {dashboards: [{type: configMap, name: a, folder: " "}]}',
            "grafana.dashboards[0].folder: ' ': write a folder's title, without '/' and outer spaces",
        ),
        (
            'grafana: {dashboards: [{type: configMap, name: a, folder: "a/b"}]}',
            "grafana.dashboards[0].folder: 'a/b': write a folder's title, without '/' and outer spaces",
        ),
        (
            "grafana: {dashboards: [{type: configMap, name: a},{type: configMap, name: a}]}",
            "grafana.dashboards: name: 'a': two dashboard volumes share this name; rename one",
        ),
        ("grafana: {dashboards: [{type: provider, name: a, volume: {}}]}", f"grafana.dashboards[0].volume: []: {VOLUME}"),
        (
            "grafana: {dashboards: [{type: provider, name: a, volume: {hostPath: {path: /}}}]}",
            f"grafana.dashboards[0].volume: [hostPath]: {VOLUME}",
        ),
        (
            "grafana: {dashboards: [{type: provider, name: a, volume: {nfs: {path: /}}}]}",
            f"grafana.dashboards[0].volume: [nfs]: {VOLUME}",
        ),
        (
            "grafana: {dashboards: [{type: provider, name: a, volume: {gitRepo: {repository: /}}}]}",
            f"grafana.dashboards[0].volume: [gitRepo]: {VOLUME}",
        ),
        (
            "grafana: {dashboards: [{type: provider, name: a, volume: {persistentVolumeClaim: x}}]}",
            f"grafana.dashboards[0].volume: [persistentVolumeClaim]: {VOLUME}",
        ),
        (
            "grafana: {dashboards: [{type: provider, name: a, volume: {persistentVolumClaim: {claimName: x}}}]}",
            f"grafana.dashboards[0].volume: [persistentVolumClaim]: {VOLUME}",
        ),
        ("grafana: {dashboards: [{type: file}]}", "grafana.dashboards[0].path: not given: add it"),
        (
            "grafana: {settings: {users: {default_theme: x, b: {secret: a}}}}",
            "grafana.settings.users.b.key: not given: add it",
        ),
        (
            "grafana: {admin: {type: demo, password: hunter2}}",
            "grafana.admin: 'password': unknown key; accepted: type",
        ),
        (
            'grafana: {dataSources: [{type: prometheus, uid: x, name: Prometheus, url: "http://x"}]}',
            "grafana.dataSources: name: 'Prometheus': two data sources have this name; give one of the two another name",
        ),
        (
            "grafana: {dashboards: [{type: http, path: x}]}",
            "grafana.dashboards[0].type: 'http': write one of file, directory, configMap, provider",
        ),
        ("grafana: {storage: {type: claim, size: 10G i}}", f"grafana.storage.size: '10G i': {QUANTITY}"),
        (
            "grafana: {resources: {cpu: 100m, memory: 256}}",
            "grafana.resources.memory: 256: write text, not a whole number; in quotes it is text",
        ),
        (
            "grafana: {settings: {log.console: {level: [debug]}}}",
            "grafana.settings.log.console.level: [debug]: write text or a whole number or a number or true or false or a mapping, not a list",
        ),
    ],
    "images": [
        (
            "annotations: {semantic-router-observability/patches: a}",
            "annotations: 'semantic-router-observability/patches': remove it: the stack sets it",
        ),
        ("ipFamilyPolicy: SingleStack", "ipFamilyPolicy: 'SingleStack': write one of PreferDualStack, RequireDualStack"),
        ('images: {prometheus: "prometheus"}', "images.prometheus: 'prometheus': add a tag or a digest, such as :v3.13.5 or @sha256:…"),
        (
            'images: {prometheus: "quay.io/prometheus/prometheus:latest"}',
            "images.prometheus: 'quay.io/prometheus/prometheus:latest': name a version: what 'latest' means changes under a running stack",
        ),
        (
            'images: {prometheus: "quay.io/prometheus/prometheus@sha256:123"}',
            f"images.prometheus: 'quay.io/prometheus/prometheus@sha256:123': {IMAGE}",
        ),
        ('images: {prometheus: "Quay.io/prometheus/prometheus:v1"}', f"images.prometheus: 'Quay.io/prometheus/prometheus:v1': {IMAGE}"),
        ('images: {prometheus: ""}', f"images.prometheus: '': {IMAGE}"),
        (
            'images: {prometheus: "https://quay.io/prometheus/prometheus:v1"}',
            f"images.prometheus: 'https://quay.io/prometheus/prometheus:v1': {IMAGE}",
        ),
        (
            "images: {mirrors: {docker.io: mirror.example.com}}",
            "images.prometheus: 'quay.io/prometheus/prometheus:v3.13.5': no mirror is named for registry quay.io; add it to mirrors",
        ),
        ("images: {mirrors: {docker.io/x: mirror.example.com}}", "images.mirrors: 'docker.io/x': write a registry host such as docker.io"),
        (
            'images: {mirrors: {docker.io: "https://mirror.example.com"}}',
            "images.mirrors.docker.io: 'https://mirror.example.com': write a registry host and optional path, such as mirror.example.com/dockerhub",
        ),
        ("images: {pullSecrets: [Foo]}", f"images.pullSecrets: 'Foo': {OBJECT}"),
        ("images: {pullSecrets: foo}", "images.pullSecrets: 'foo': write a list, not text"),
        ("images: {pullSecrets: [a, a]}", "images.pullSecrets: 'a': is listed twice; remove one"),
        (
            "images: {loki: x}",
            f"images: 'loki': unknown key; accepted: {IMAGES}",
        ),
    ],
}

CASES = [
    pytest.param(text, error, id=f"{section}-{index}") for section, rows in IN_YAML.items() for index, (text, error) in enumerate(rows)
]


@pytest.mark.parametrize(("text", "error"), CASES)
def test_settings_are_refused_in_one_line(text: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "observability.yaml"
    config.write_text(text, encoding="utf-8")
    folder = tmp_path / "dist"
    output.write({"grafana.service.k8s.yaml": b"an earlier run\n"}, folder)

    code = app.run(main.build, arguments=["--config", str(config), "--output", str(folder)])

    said = capsys.readouterr()
    assert messages(said.err) == error.replace("FOLDER", str(tmp_path))
    assert (code, said.out) == (2, "")
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "dist",
        "dist/Kustomization",
        "dist/grafana.service.k8s.yaml",
        "observability.yaml",
    ]
    assert (folder / "grafana.service.k8s.yaml").read_text(encoding="utf-8") == "an earlier run\n"


def test_the_table_is_as_long_as_promised() -> None:
    assert len({param.values[0] for param in CASES}) + len(IN_PYTHON) >= 80
    assert len({param.values[1] for param in CASES}) > 60


def prometheus(**arguments: Any) -> sro.PrometheusStack:
    """A Prometheus in a chart of its own."""
    return sro.PrometheusStack(new_chart(), arguments.pop("id", "prometheus"), **arguments)


def grafana(**arguments: Any) -> sro.GrafanaStack:
    """A Grafana in a chart of its own."""
    arguments.setdefault("sources", [sro.ExternalPrometheus(url="http://mimir")])
    return sro.GrafanaStack(new_chart(), arguments.pop("id", "grafana"), **arguments)


def dashboard(**model: Any) -> sro.Dashboard:
    """A dashboard of this content."""
    return sro.Dashboard(file="a.json", model=json.dumps({"title": "A", "uid": "a", **model}))


def chart_without_namespace() -> None:
    """A chart whose objects would land wherever kubectl points."""
    from cdk8s import App, Chart

    sro.PrometheusStack(Chart(App(), "observability"), "prometheus")


STARTS_WITH_LETTER = "write a name of lower-case letters, digits and '-', starting with a letter, ending with a letter or digit, at most"

IN_PYTHON: list[tuple[Callable[[], object], str]] = [
    (chart_without_namespace, 'Chart observability: namespace: None: pass it, such as Chart(app, "observability", namespace="monitoring")'),
    (lambda: prometheus(id="Prometheus"), f"PrometheusStack: id: 'Prometheus': {STARTS_WITH_LETTER} 52 characters"),
    (lambda: prometheus(id="1st"), f"PrometheusStack: id: '1st': {STARTS_WITH_LETTER} 52 characters"),
    (lambda: prometheus(id="p" * 53), f"PrometheusStack: id: '{'p' * 53}': {STARTS_WITH_LETTER} 52 characters"),
    (lambda: grafana(id="team_grafana"), f"GrafanaStack: id: 'team_grafana': {STARTS_WITH_LETTER} 40 characters"),
    (
        lambda: prometheus(targets=[]),
        "prometheus: targets: []: name at least one router; install='any' finds every installation style",
    ),
    (lambda: prometheus(retention="15"), f"prometheus: retention: '15': {DURATION}"),
    (lambda: prometheus(interval="5m"), "prometheus: interval: '5m': write 1s to 2m; from 2m30s on, rates over 5 minutes have gaps"),
    (
        lambda: prometheus(storage=sro.Claim(size="20Gi"), retention_size="20GB"),
        "prometheus: retention_size: '20GB': does not fit the volume of 20Gi; write at most 17GB or grow the volume",
    ),
    (
        lambda: prometheus(storage=sro.ExistingClaim(name="old", size="100Mi")),
        "prometheus: storage.size: '100Mi': write at least 1Gi; the write-ahead log alone needs that",
    ),
    (
        lambda: prometheus(targets=[sro.RouterTarget.any(namespaces=["*"])]),
        "prometheus: targets[0].namespaces: '*': reading every namespace needs cluster_wide=True, a ClusterRole; or name the namespaces",
    ),
    (
        lambda: prometheus(scrape_jobs=[sro.RawJob(name="semantic-router", config={})]),
        "prometheus: scrape_jobs[0].name: 'semantic-router': the stack has a job of this name; choose another",
    ),
    (
        lambda: prometheus(remote_write=[sro.RemoteWrite(url="http://mimir"), sro.RemoteWrite(url="http://mimir")]),
        "prometheus: remote_write: 'http://mimir': the same endpoint is listed twice; remove one",
    ),
    (lambda: prometheus(external_url=""), f"prometheus: external_url: '': {URL}"),
    (lambda: sro.RouterTarget.helm(""), "RouterTarget: release: '': install='helm' needs it; add it"),
    (lambda: sro.RouterTarget.helm("a|b"), f"RouterTarget: release: 'a|b': {OBJECT}"),
    (lambda: sro.RouterTarget.operator(".*"), f"RouterTarget: name: '.*': {OBJECT}"),
    (lambda: sro.RouterTarget.labels({}), "RouterTarget: match_labels: {}: install='labels' needs it; add it"),
    (lambda: sro.RouterTarget.raw(port="web--metrics"), f"RouterTarget: port: 'web--metrics': {PORT_NAME}"),
    (
        lambda: sro.RouterTarget(install="raw", release="vsr"),
        "RouterTarget: release: 'vsr': only install='helm' takes it, not install='raw'; remove one of the two",
    ),
    (lambda: sro.RouterTarget.raw(namespaces="routing"), "RouterTarget: namespaces: 'routing': write a list, even of one"),
    (lambda: sro.RouterTarget(namespaces="routing"), "RouterTarget: namespaces: 'routing': write a list, even of one"),  # type: ignore[arg-type]
    (lambda: sro.StaticJob(name="a", targets="b:80"), "StaticJob 'a': targets: 'b:80': write a list, even of one"),  # type: ignore[arg-type]
    (
        lambda: sro.PodJob(name="a", match_labels={"a": "b"}, port=1, namespaces="c"),  # type: ignore[arg-type]
        "PodJob 'a': namespaces: 'c': write a list, even of one",
    ),
    (lambda: sro.RawJob(name="a", config={}, namespaces="c"), "RawJob 'a': namespaces: 'c': write a list, even of one"),  # type: ignore[arg-type]
    (lambda: sro.ImageRegistries(pull_secrets="a"), "ImageRegistries: pull_secrets: 'a': write a list, even of one"),  # type: ignore[arg-type]
    (lambda: prometheus(targets=sro.RouterTarget.raw()), "prometheus: targets: RouterTarget: write a list, even of one"),
    (lambda: prometheus(remote_write=sro.RemoteWrite(url="http://a")), "prometheus: remote_write: RemoteWrite: write a list, even of one"),
    (lambda: prometheus(scrape_jobs=None), "prometheus: scrape_jobs: NoneType: write a list, even of one"),
    (lambda: grafana(sources=sro.ExternalPrometheus(url="http://a")), "grafana: sources: ExternalPrometheus: write a list, even of one"),
    (lambda: grafana(data_sources="loki"), "grafana: data_sources: 'loki': write a list, even of one"),
    (lambda: prometheus(retention=15), f"prometheus: retention: 15: {DURATION}"),
    (lambda: prometheus(external_url=9090), f"prometheus: external_url: 9090: {URL}"),
    (lambda: sro.Claim(size=20), f"Claim: size: 20: {QUANTITY}"),  # type: ignore[arg-type]
    (
        lambda: sro.SecretKey("grafana", None),  # type: ignore[arg-type]
        "SecretKey: key: None: write a key of letters, digits, '-', '_' and '.', at most 253 characters",
    ),
    (
        lambda: sro.SecretKey("grafana", "a/b"),
        "SecretKey: key: 'a/b': write a key of letters, digits, '-', '_' and '.', at most 253 characters",
    ),
    (lambda: sro.Claim(size="20 Gi"), f"Claim: size: '20 Gi': {QUANTITY}"),
    (lambda: sro.Claim(size="20"), f"Claim: size: '20': {SIZE}"),
    (lambda: sro.Resources(cpu="0", memory="1Gi"), f"Resources: cpu: '0': {QUANTITY}"),
    (lambda: sro.Resources(cpu="250m", memory="1024m"), f"Resources: memory: '1024m': {SIZE}"),
    (lambda: sro.Resources(cpu="2", memory="1Gi", cpu_limit="500m"), "Resources: cpu_limit: '500m': write at least the request, 2"),
    (lambda: grafana(sources=[]), "grafana: sources: []: give at least one, such as a PrometheusStack or ExternalPrometheus(url=...)"),
    (lambda: grafana(replicas=-1), "grafana: replicas: -1: write 1, or more with an external database"),
    (lambda: grafana(replicas=2), "grafana: replicas: 2: SQLite serves one process; give a database (postgres or mysql) or write 1"),
    (
        lambda: grafana(storage=sro.Ephemeral(), reset_admin_password=True),
        "grafana: reset_admin_password: True: without a volume every start takes the Secret; remove it and bump admin_revision",
    ),
    (
        lambda: grafana(external_url="https://g.example.com", embedding=True),
        "grafana: external_url: 'https://g.example.com': an embedded Grafana has the Router Dashboard's address; remove external_url or embedding",
    ),
    (
        lambda: grafana(settings={"smtp": {"password": "hunter2"}}),
        "grafana: settings.smtp.password: '…': keep it in a Secret and name that here: {secret: NAME, key: KEY}",
    ),
    (
        lambda: grafana(sources=[prometheus(id="p" * 41)]),
        "grafana: sources: uid: 'ppppppppppppppppppppppppppppppppppppppppp': write 1 to 40 letters, digits, '-' or '_'",
    ),
    (
        lambda: grafana(data_sources=[sro.Loki(url="http://a", uid="mimir", name="Prometheus")]),
        "grafana: data_sources: name: 'Prometheus': two data sources have this name; give one of the two another name",
    ),
    (
        lambda: grafana(dashboards=[dashboard(), sro.Dashboard(file="b.json", model='{"title": "B", "uid": "a"}')]),
        "grafana: dashboards: uid: 'a': two dashboards share this name; rename one",
    ),
    (
        lambda: grafana(
            dashboards=[dashboard(), sro.Dashboard(file="b.json", model='{"title": "B", "uid": "b"}', folder="semantic router")]
        ),
        "grafana: dashboards: folder: 'semantic router': differs from 'Semantic Router' only in case or spaces; write the two alike",
    ),
    (
        lambda: dashboard(uid="a b"),
        "a.json: uid: 'a b': give it a uid of 1 to 40 letters, digits, '-' or '_', as text; links hold on to it",
    ),
    (
        lambda: grafana(dashboards=[dashboard(__inputs=[{"name": "DS"}])]),
        "grafana: dashboards: a.json: __inputs[0]: {'name': 'DS'}: is neither a data source nor a constant; export the dashboard again",
    ),
    (
        lambda: sro.Dashboard(file="a.json", model="[1]"),
        "a.json: '[1]': is not a classic dashboard: it has no title",
    ),
    (
        lambda: sro.Dashboard(file="a.json", model='{"title": NaN}'),
        "a.json: '{\"title\": NaN}': is not JSON: NaN is not a JSON number",
    ),
    (
        lambda: sro.Dashboard(file="../a.json", model="{}"),
        "Dashboard: file: '../a.json': write a file name of letters, digits, '-', '_' and '.', ending in .json",
    ),
    (
        lambda: prometheus(image="quay.io/prometheus/prometheus"),
        "prometheus: image: 'quay.io/prometheus/prometheus': add a tag or a digest, such as :v3.13.5 or @sha256:…",
    ),
    (
        lambda: prometheus(registries=sro.ImageRegistries(mirrors={"docker.io": "mirror.example.com"})),
        "prometheus: image: 'quay.io/prometheus/prometheus:v3.13.5': no mirror is named for registry quay.io; add it to mirrors",
    ),
    (
        lambda: plain({"a": [1, {"b": object}]}, "spec"),
        "spec.a[1].b: <class 'object'>: is a type; write mappings, lists, text, numbers, true or false",
    ),
    (lambda: plain(2**60, "spec"), "spec: 1152921504606846976: does not survive as a JSON number; write it as a string"),
    (lambda: plain(float("inf"), "spec"), "spec: inf: JSON has no such number; write it as a string"),
    (lambda: plain("a\u2028b", "data"), "data: text: holds U+0085, U+2028 or U+2029, which YAML parsers break on; remove it"),
]


@pytest.mark.parametrize(("build", "error"), IN_PYTHON)
def test_arguments_are_refused_in_one_line(build: Callable[[], object], error: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build()
    assert str(caught.value) == error


def test_what_kubectl_could_not_apply_is_refused() -> None:
    remedy = r"bytes': keep it under 240000 bytes; split it in two$"
    with pytest.raises(ConfigError, match=rf"^a.json: '2500\d\d {remedy}"):
        grafana(dashboards=[dashboard(description="x" * 250_000)])
    remedy = r"bytes': keep it under 240000 bytes, or kubectl apply refuses the object; split it up$"
    with pytest.raises(ConfigError, match=rf"^ConfigMap prometheus-config: size: '\d+ {remedy}"):
        prometheus(scrape_jobs=[sro.StaticJob(name="big", targets=[f"exporter-{number}.example.com:9100" for number in range(10_000)])])


def test_two_objects_of_one_name_are_refused() -> None:
    chart = new_chart()
    sro.PrometheusStack(chart, "a")
    with pytest.raises(ConfigError, match=r"^Service name: 'vllm-semantic-router-system/a-headless': another object of this app has it; "):
        sro.PrometheusStack(chart, "a-headless", service_account=None)


@pytest.mark.parametrize(
    "text", ["prometheus:", "grafana:\n  storage:\n", "ingress:\nimages:\nrouters:\nnamespace:\n", "", "# nothing\n", "{}"]
)
def test_what_is_left_empty_counts_as_left_out(text: str, tmp_path: Path) -> None:
    from semantic_router_observability import settings_file

    file = tmp_path / "observability.yaml"
    file.write_text(text, encoding="utf-8")
    assert settings_file.load(file) == sro.Settings()


class TestCommandLine:
    """What `main.py` refuses besides settings."""

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            ("missing.yaml", "FileNotFoundError"),
            (".", "IsADirectoryError"),
            ("latin-1.yaml", "UnicodeDecodeError"),
        ],
    )
    def test_settings_that_cannot_be_read(self, name: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "latin-1.yaml").write_bytes(b"namespace: caf\xe9\n")
        path = tmp_path / name
        assert app.run(main.build, arguments=["--config", str(path), "--output", str(tmp_path / "dist")]) == 2
        assert capsys.readouterr().err == f"error: --config: '{path}': cannot be read ({error}); give the path of a settings file\n"
        assert not (tmp_path / "dist").exists()

    @pytest.mark.parametrize(
        ("prepare", "error"),
        [
            (lambda path: path.write_text("x"), "is not a folder; name a new folder or that of an earlier run"),
            (
                lambda path: (path.mkdir(), (path / "notes.md").write_text("x")),
                "holds notes.md, which no earlier run wrote; move or delete it, or name another folder",
            ),
            (
                lambda path: (path.parent.joinpath("real").mkdir(), path.symlink_to(path.parent / "real")),
                "is not a folder; name a new folder or that of an earlier run",
            ),
        ],
        ids=["file", "foreign", "symlink"],
    )
    def test_output_that_is_not_ours(
        self, prepare: Callable[[Path], object], error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "observability.yaml").write_text("", encoding="utf-8")
        output = tmp_path / "dist"
        prepare(output)
        before = sorted(tmp_path.rglob("*"))
        assert app.run(main.build, arguments=["--config", str(tmp_path / "observability.yaml"), "--output", str(output)]) == 2
        assert capsys.readouterr().err == f"error: --output: '{output}': {error}\n"
        assert sorted(tmp_path.rglob("*")) == before

    def test_output_below_a_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        config = tmp_path / "observability.yaml"
        config.write_text("", encoding="utf-8")
        output = config / "dist"
        assert app.run(main.build, arguments=["--config", str(config), "--output", str(output)]) == 2
        error = f"error: --output: '{output}': observability.yaml is not a folder; name a path inside one\n"
        assert capsys.readouterr().err == error
