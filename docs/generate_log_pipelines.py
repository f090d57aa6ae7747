"""Writes `examples/logs/`: `python docs/generate_log_pipelines.py`; with `--check`, it only reports whether they are up to date.

One description of the router's log lines becomes a pipeline for each log collector: the text of a user is removed before a line is stored, lines
that are no JSON pass as they are, and two fields become labels.
"""

# ruff: noqa: INP001  a program, not a package

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Final

from semantic_router_observability import images

FOLDER: Final = Path(__file__).resolve().parents[1] / "examples" / "logs"

CONTAINER: Final = "semantic-router"
"""Name of the router's container in every installation style."""

DROPPED: Final = ("query", "stacktrace")
"""Fields that are never stored: a user's question, at level info in `cache_hit`, `cache_entry_added` and `hybrid_cache_entry_added`; and the stack
of lines from error on, some kilobytes each."""

INDEXED: Final = ("level", "component")
"""Fields that become labels, besides namespace, pod and container: few values each. `event` has some 300, `request_id` one a request."""

FIELD: Final = rf',"(?:{"|".join(DROPPED)})":"(?:[^"\\]|\\.)*\\?"?'
"""A dropped field in the text of a line, in the syntax of RE2, Rust and Python; never the first of a line, and also where the line was cut off."""

STORE: Final = "loki.logging.svc:3100"

LOG_STORE: Final = "log-store.vllm-semantic-router-system.svc:9428"
"""The store of the settings key `logs`, in the default namespace."""

PLACES: Final = ("namespace", "pod", "container")
"""Labels of where a line comes from, as dashboards ask for them; OpenTelemetry calls them `k8s.<place>.name`."""

_HEAD: Final = """\
# Log lines of the Semantic Router for {store}, by {collector}.
# Written by docs/generate_log_pipelines.py. {use}
# Removed before anything is stored: the fields {dropped}. Timestamps are the container runtime's, in UTC: the router's own
# have no zone.
"""


def files() -> dict[str, str]:
    """Return the pipelines by file name."""
    return {
        "otel-collector.yaml": _open_telemetry(),
        "otel-collector-log-store.yaml": _open_telemetry_to_log_store(),
        "collector-daemonset.yaml": _daemon_set(),
        "vector.yaml": _vector(),
        "fluent-bit.yaml": _fluent_bit(),
        "config.alloy": _alloy(),
        "cluster-log-forwarder.yaml": _cluster_log_forwarder(),
    }


def _head(collector: str, use: str, *, comment: str = "#", store: str = "Loki") -> str:
    text = _HEAD.format(collector=collector, use=use, dropped=" and ".join(DROPPED), store=store)
    return "".join(f"{comment}{line.removeprefix('#')}" for line in text.splitlines(keepends=True))


def _open_telemetry() -> str:
    # In a string of the collector's language a backslash is written twice, and `$` in its files too.
    expression = FIELD.replace("\\", "\\\\").replace('"', '\\"')
    labels = "\n".join(
        f'          - set(log.attributes["{field}"], log.cache["line"]["{field}"]) where log.cache["line"]["{field}"] != nil'
        for field in INDEXED
    )
    severities = "\n".join(
        f'          - set(log.severity_number, SEVERITY_NUMBER_{level.upper()}) where log.attributes["level"] == "{level}"'
        for level in ("debug", "info", "warn", "error", "fatal")
    )
    return f"""\
{_head("an OpenTelemetry Collector on each node", "Merge it into the collector's configuration; needs file_log, transform and otlp_http.")}\
receivers:
  file_log/{CONTAINER}:
    include: ["/var/log/pods/*_*_*/{CONTAINER}/*.log"]
    include_file_path: true
    operators:
      - {{id: container, type: container}}
processors:
  transform/{CONTAINER}:
    # A line that is no JSON, or was cut off, passes without labels.
    error_mode: ignore
    log_statements:
      - context: log
        statements:
          - replace_pattern(log.body, "{expression}", "")
          - set(log.cache["line"], ParseJSON(log.body)) where IsMatch(log.body, "^\\\\{{.*\\\\}}$$")
{labels}
{severities}
          - set(log.severity_text, log.attributes["level"]) where log.attributes["level"] != nil
          - set(resource.attributes["service.name"], "vllm-semantic-router")
exporters:
  otlp_http/loki:
    endpoint: http://{STORE}/otlp
service:
  pipelines:
    logs/{CONTAINER}:
      receivers: [file_log/{CONTAINER}]
      processors: [transform/{CONTAINER}]
      exporters: [otlp_http/loki]
"""


def _open_telemetry_to_log_store() -> str:
    head, _, text = _open_telemetry().partition("receivers:")
    own = "\n".join(f'          - set(resource.attributes["{place}"], resource.attributes["k8s.{place}.name"])' for place in PLACES)
    retained = ", ".join(f'"{name}"' for name in (*PLACES, "service.name"))
    processor = f"""\
  transform/log-store:
    log_statements:
      - context: log
        statements:
{own}
          - keep_keys(resource.attributes, [{retained}])
exporters:
"""
    text = text.replace("exporters:\n", processor, 1).replace("otlp_http/loki", "otlp_http/log-store")
    text = text.replace(f"http://{STORE}/otlp", f"http://{LOG_STORE}/insert/opentelemetry")
    text = text.replace(f"processors: [transform/{CONTAINER}]", f"processors: [transform/{CONTAINER}, transform/log-store]")
    return f"{head.replace('for Loki', 'for the store of the settings key logs')}receivers:{text}"


def _daemon_set() -> str:
    use = (
        "Apply it as an administrator of the cluster that has no log\n"
        "# collector: it makes a namespace in which PodSecurity is privileged, since a collector reads files of the node. The store takes its lines\n"
        "# with logs.collectors: [logging]."
    )
    config = f"receivers:{_open_telemetry_to_log_store().partition('receivers:')[2]}"
    # What was read, and what waits to be sent, is kept on the node: a new pod goes on where the last one ended.
    config = config.replace(
        "    include_file_path: true\n",
        "    include_file_path: true\n"
        "    # Lines of before the first start, too.\n"
        "    start_at: beginning\n"
        "    storage: file_storage\n"
        "    # It stops reading when no more can wait.\n"
        "    retry_on_failure: {enabled: true, max_elapsed_time: 0s}\n",
        1,
    )
    config = config.replace(
        "processors:\n", "processors:\n  memory_limiter: {check_interval: 1s, limit_percentage: 80, spike_limit_percentage: 20}\n", 1
    )
    config = config.replace("processors: [", "processors: [memory_limiter, ", 1)
    config = config.replace(
        "/insert/opentelemetry\nservice:\n",
        "/insert/opentelemetry\n"
        "    retry_on_failure: {max_elapsed_time: 0s}\n"
        "    sending_queue: {storage: file_storage}\n"
        "extensions:\n"
        '  health_check: {endpoint: ":13133"}\n'
        "  file_storage: {directory: /var/lib/otelcol}\n"
        "service:\n"
        "  extensions: [health_check, file_storage]\n",
        1,
    )
    text = "".join(f"    {line}" for line in config.splitlines(keepends=True))
    return f"""\
{_head("an OpenTelemetry Collector on each node", use, store="the store of the settings key logs")}\
apiVersion: v1
kind: Namespace
metadata:
  name: logging
  labels:
    pod-security.kubernetes.io/enforce: privileged
    pod-security.kubernetes.io/warn: privileged
    pod-security.kubernetes.io/audit: privileged
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: log-collector
  namespace: logging
automountServiceAccountToken: false
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: log-collector
  namespace: logging
data:
  collector.yaml: |
{text}---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: log-collector
  namespace: logging
  labels:
    app.kubernetes.io/name: log-collector
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: log-collector
  template:
    metadata:
      labels:
        app.kubernetes.io/name: log-collector
      annotations:
        # Of the configuration: a change of it replaces the pods.
        semantic-router-observability/config-hash: "{hashlib.sha256(config.encode()).hexdigest()[:10]}"
    spec:
      serviceAccountName: log-collector
      automountServiceAccountToken: false
      enableServiceLinks: false
      # Routers may run on any node.
      tolerations: [{{operator: Exists}}]
      terminationGracePeriodSeconds: 60
      containers:
        - name: collector
          image: {images.OTEL_COLLECTOR}
          args: [--config=/etc/otelcol/collector.yaml]
          env:
            - {{name: GOMEMLIMIT, value: "{200 * 2**20}"}}
          ports:
            - {{name: health, containerPort: 13133}}
          livenessProbe: {{httpGet: {{path: /, port: health}}, periodSeconds: 20}}
          readinessProbe: {{httpGet: {{path: /, port: health}}}}
          resources:
            requests: {{cpu: 20m, memory: 64Mi}}
            limits: {{memory: 256Mi}}
          securityContext:
            # The files belong to root, and root alone may read them; it needs none of root's capabilities.
            runAsUser: 0
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {{drop: [ALL]}}
            seccompProfile: {{type: RuntimeDefault}}
          volumeMounts:
            - {{name: config, mountPath: /etc/otelcol, readOnly: true}}
            - {{name: pods, mountPath: /var/log/pods, readOnly: true}}
            - {{name: state, mountPath: /var/lib/otelcol}}
      volumes:
        - {{name: config, configMap: {{name: log-collector}}}}
        - {{name: pods, hostPath: {{path: /var/log/pods}}}}
        - {{name: state, hostPath: {{path: /var/lib/semantic-router-log-collector, type: DirectoryOrCreate}}}}
"""


def _vector() -> str:
    labels = "\n".join(f"        if is_string(line.{field}) {{ .labels.{field} = line.{field} }}" for field in INDEXED)
    sent = "\n".join(f'      {field}: "{{{{ labels.{field} }}}}"' for field in INDEXED)
    return f"""\
{_head("Vector on each node, in role Agent", "Merge it into customConfig of its Helm chart.")}\
sources:
  {CONTAINER}:
    type: kubernetes_logs
    extra_field_selector: ""
transforms:
  {CONTAINER}-only:
    type: filter
    inputs: [{CONTAINER}]
    condition: .kubernetes.container_name == "{CONTAINER}"
  {CONTAINER}-lines:
    type: remap
    inputs: [{CONTAINER}-only]
    source: |
      .message = replace(string!(.message), r'{FIELD}', "")
      .labels = {{}}
      line, error = parse_json(.message)
      if error == null && is_object(line) {{
{labels}
      }}
sinks:
  loki:
    type: loki
    inputs: [{CONTAINER}-lines]
    endpoint: http://{STORE}
    encoding: {{codec: text}}
    remove_label_fields: true
    labels:
      namespace: "{{{{ kubernetes.pod_namespace }}}}"
      pod: "{{{{ kubernetes.pod_name }}}}"
      container: "{{{{ kubernetes.container_name }}}}"
{sent}
"""


def _fluent_bit() -> str:
    removed = "\n".join(f"        - {field}" for field in DROPPED)
    unparsed = "|".join(DROPPED)
    labels = ", ".join(f"{field}=${field}" for field in INDEXED)
    return f"""\
{_head("Fluent Bit on each node", "Merge it into its configuration in YAML.")}\
parsers:
  - name: {CONTAINER}-json
    format: json
pipeline:
  inputs:
    - name: tail
      tag: kube.*
      path: /var/log/containers/*_{CONTAINER}-*.log
      multiline.parser: docker, cri
  filters:
    - name: kubernetes
      match: kube.*
      merge_log: off
    # Lines that are no JSON stay as they are, in the key log.
    - name: parser
      match: kube.*
      key_name: log
      parser: {CONTAINER}-json
      reserve_data: on
      preserve_key: off
    # A JSON line that was cut off is not parsed; it may hold what must not be stored.
    - name: modify
      match: kube.*
      condition: 'Key_value_matches log ^\\{{.*\\W({unparsed})\\W:'
      set: log (a line that could not be parsed was removed)
    - name: record_modifier
      match: kube.*
      remove_key:
{removed}
        - ts
  outputs:
    - name: loki
      match: kube.*
      host: {STORE.partition(":")[0]}
      port: {STORE.partition(":")[2]}
      line_format: json
      labels: namespace=$kubernetes['namespace_name'], pod=$kubernetes['pod_name'], container=$kubernetes['container_name'], {labels}
      remove_keys: kubernetes
"""


def _alloy() -> str:
    # In a raw string of Alloy nothing is escaped.
    expressions = ", ".join(f'{field} = ""' for field in INDEXED)
    return f"""\
{_head("Grafana Alloy", "Merge it into its configuration.", comment="//")}\
discovery.kubernetes "semantic_router" {{
  role = "pod"
}}

discovery.relabel "semantic_router" {{
  targets = discovery.kubernetes.semantic_router.targets

  rule {{
    source_labels = ["__meta_kubernetes_pod_container_name"]
    regex         = "{CONTAINER}"
    action        = "keep"
  }}

  rule {{
    source_labels = ["__meta_kubernetes_namespace"]
    target_label  = "namespace"
  }}

  rule {{
    source_labels = ["__meta_kubernetes_pod_name"]
    target_label  = "pod"
  }}

  rule {{
    source_labels = ["__meta_kubernetes_pod_container_name"]
    target_label  = "container"
  }}
}}

loki.source.kubernetes "semantic_router" {{
  targets    = discovery.relabel.semantic_router.output
  forward_to = [loki.process.semantic_router.receiver]
}}

loki.process "semantic_router" {{
  forward_to = [loki.write.semantic_router.receiver]

  stage.replace {{
    expression = `({FIELD})`
    replace    = ""
  }}

  // A line that is no JSON passes without labels.
  stage.json {{
    expressions = {{{expressions}}}
  }}

  stage.labels {{
    values = {{{expressions}}}
  }}
}}

loki.write "semantic_router" {{
  endpoint {{
    url = "http://{STORE}/loki/api/v1/push"
  }}
}}
"""  # noqa: S608 - no SQL


def _cluster_log_forwarder() -> str:
    removed = ", ".join(f".structured.{field}" for field in DROPPED)
    unparsed = "|".join(DROPPED)
    return f"""\
{_head("OpenShift Logging 6", "Merge inputs, filters and pipelines into the ClusterLogForwarder there is.", store="the LokiStack or Elasticsearch that outputs name")}\
apiVersion: observability.openshift.io/v1
kind: ClusterLogForwarder
metadata:
  name: {CONTAINER}
  namespace: openshift-logging
spec:
  serviceAccount:
    name: logcollector
  inputs:
    - name: {CONTAINER}
      type: application
      application:
        includes:
          - container: {CONTAINER}
  filters:
    # A line that is no JSON stays as it is, in message; others move to structured.
    - name: json
      type: parse
    # A JSON line that was cut off is not parsed; it may hold what must not be stored.
    - name: cut-off
      type: drop
      drop:
        - test:
            - field: .message
              matches: '^\\{{.*"({unparsed})":'
    - name: personal
      type: prune
      prune:
        in: [{removed}]
  outputs:
    - name: logs
      type: lokiStack
      lokiStack:
        target:
          name: logging-loki
          namespace: openshift-logging
        authentication:
          token:
            from: serviceAccount
      tls:
        ca:
          key: service-ca.crt
          configMapName: openshift-service-ca.crt
  pipelines:
    - name: {CONTAINER}
      inputRefs: [{CONTAINER}]
      filterRefs: [json, cut-off, personal]
      outputRefs: [logs]
"""


def main(arguments: list[str]) -> int:
    """Write the files, or report the stale ones."""
    stale = [name for name, text in files().items() if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for name in stale:
            print(f"examples/logs/{name} is stale: run python docs/generate_log_pipelines.py", file=sys.stderr)  # noqa: T201 - a program
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(files()[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
