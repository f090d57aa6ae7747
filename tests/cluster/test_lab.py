"""The lab itself: it refuses, admits, controls and runs what a cluster would."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from harness.cluster import ApiError
from harness.images import Image
from harness.pods import endpoints, run_pod, serve

if TYPE_CHECKING:
    from harness.lab import Lab

pytestmark = pytest.mark.cluster

PROMETHEUS = dedent("""\
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: prometheus-data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: prometheus-config}
    data:
      prometheus.yml: |
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: self
            static_configs: [{targets: ["localhost:9090"]}]
    ---
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: prometheus}
    spec:
      serviceName: prometheus
      selector: {matchLabels: {app: prometheus}}
      template:
        metadata: {labels: {app: prometheus}}
        spec:
          securityContext:
            runAsNonRoot: true
            runAsUser: 65534
            runAsGroup: 65534
            fsGroup: 2000
            seccompProfile: {type: RuntimeDefault}
          containers:
            - name: prometheus
              image: quay.io/prometheus/prometheus:v3.13.5
              args:
                - --config.file=/etc/prometheus/prometheus.yml
                - --config.auto-reload
                - --config.auto-reload-interval=1s
                - --storage.tsdb.path=/prometheus
                - --web.external-url=http://$(POD_IP)/
                - --web.page-title=$$(literal)
              env:
                - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
              ports: [{name: web, containerPort: 9090}]
              readinessProbe: {httpGet: {path: /-/ready, port: web}}
              resources: {limits: {memory: 1Gi}}
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities: {drop: [ALL]}
              volumeMounts:
                - {name: config, mountPath: /etc/prometheus}
                - {name: data, mountPath: /prometheus}
          volumes:
            - {name: config, configMap: {name: prometheus-config}}
            - {name: data, persistentVolumeClaim: {claimName: prometheus-data}}
    """)

SHELL = dedent("""\
    apiVersion: v1
    kind: Secret
    metadata: {name: login}
    stringData: {user: anna, password: "a $(B) c"}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {one: "1", two: "2"}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: shell}
    spec:
      selector: {matchLabels: {app: shell}}
      template:
        metadata: {labels: {app: shell}, annotations: {note: hello}}
        spec:
          automountServiceAccountToken: false
          securityContext: {runAsNonRoot: true, runAsUser: 1000, fsGroup: 3000, seccompProfile: {type: RuntimeDefault}}
          initContainers:
            - name: prepare
              image: shell
              args: ["-c", "umask 027; echo made by $(id -u):$(id -g) $(USER_NAME) > /scratch/made; exit 3"]
              env: [{name: USER_NAME, valueFrom: {secretKeyRef: {name: login, key: user}}}]
              securityContext: &confined {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
              volumeMounts: [{name: work, mountPath: /scratch}]
          containers:
            - name: main
              image: example.com/tools/shell:1@sha256:0000000000000000000000000000000000000000000000000000000000000000
              command: ["/bin/sh", "-c"]
              args: ["cat /scratch/made; env; (touch /x /settings/x) 2>&1; while :; do cat /settings/one /single; sleep 0.1; done"]
              envFrom: [{prefix: LOGIN_, secretRef: {name: login}}, {configMapRef: {name: absent, optional: true}}]
              env:
                - {name: B, value: "$(LOGIN_user) $(UNKNOWN) $$(B)"}
                - {name: NOTE, valueFrom: {fieldRef: {fieldPath: "metadata.annotations['note']"}}}
              securityContext: *confined
              volumeMounts:
                - {name: work, mountPath: /scratch, readOnly: true}
                - {name: settings, mountPath: /settings}
                - {name: settings, mountPath: /single, subPath: one}
                - {name: identity, mountPath: /identity}
          volumes:
            - {name: work, emptyDir: {}}
            - {name: settings, configMap: {name: settings}}
            - name: identity
              projected:
                sources:
                  - serviceAccountToken: {path: token, audience: someone, expirationSeconds: 600}
                  - downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
                  - configMap: {name: settings, items: [{key: two, path: deep/two}]}
    """)

UNSAFE_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: unsafe}
spec: {containers: [{name: main, image: none}]}
"""


def query(lab: Lab, url: str, expression: str) -> list[Any]:
    answer = lab.network.get(f"{url}?{urlencode({'query': expression})}").json()
    result: list[Any] = answer["data"]["result"]
    return result


def test_a_restricted_namespace_refuses_an_unsafe_pod(lab: Lab, namespace: str) -> None:
    refused = lab.cluster.apply(UNSAFE_POD, namespace=namespace)
    assert refused.code == 1
    assert 'violates PodSecurity "restricted:latest"' in refused.stderr
    assert "runAsNonRoot != true" in refused.stderr


def test_a_workload_with_unsafe_pods_warns_and_never_gets_them(lab: Lab, namespace: str) -> None:
    workload = dedent("""\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: unsafe}
        spec:
          selector: {matchLabels: {a: b}}
          template: {metadata: {labels: {a: b}}, spec: {containers: [{name: main, image: none}]}}
        """)
    assert not lab.cluster.apply(workload, namespace=namespace, warnings_as_errors=True).ok
    (warning,) = lab.cluster.apply(workload.replace("unsafe", "other"), namespace=namespace).check().warnings
    assert warning.startswith("would violate PodSecurity")
    with pytest.raises(TimeoutError, match="violates PodSecurity"):
        lab.cluster.wait_pods(lab.cluster.get("deployment", "other", namespace), timeout=2)


def test_an_unknown_field_is_refused(lab: Lab, namespace: str) -> None:
    for server_side in (False, True):
        refused = lab.cluster.apply(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatum: {}\n", namespace=namespace, server_side=server_side
        )
        assert not refused.ok
        assert "datum" in refused.stderr


def test_a_namespace_administrator_rules_the_namespace_and_nothing_else(lab: Lab, namespace: str) -> None:
    user = lab.cluster.create_admin(namespace, "anna")
    config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    lab.cluster.apply(config_map, namespace=namespace, user=user).check()
    refused = lab.cluster.apply(config_map, namespace="default", user=user)
    assert 'User "anna" cannot' in refused.stderr
    with pytest.raises(ApiError) as error:
        lab.cluster.api("api/v1/nodes", user=user)
    assert error.value.status == 403


def test_a_claim_is_bound_and_grows(lab: Lab, namespace: str) -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n"
    lab.cluster.apply(claim, namespace=namespace).check()
    assert lab.cluster.bind_claim(namespace, "data")["status"]["capacity"]["storage"] == "1Gi"
    lab.cluster.apply(claim.replace("1Gi", "2Gi"), namespace=namespace).check()
    assert lab.cluster.bind_claim(namespace, "data")["status"]["capacity"]["storage"] == "2Gi"
    assert not lab.cluster.apply(claim, namespace=namespace).ok, "a claim cannot shrink"


def test_a_simulated_router_is_behind_its_service_while_it_is_ready(lab: Lab, namespace: str) -> None:
    addresses = [lab.network.address() for _ in range(3)]
    pods = serve(lab.cluster, namespace, "router", addresses, labels={"app": "semantic-router"}, service_name="router-metrics")
    assert sorted(endpoints(lab.cluster, namespace, "router-metrics")) == sorted(addresses)
    run_pod(lab.cluster, pods[0], addresses[0], ready=False)
    lab.cluster.wait(lambda: addresses[0] not in endpoints(lab.cluster, namespace, "router-metrics"), "the endpoint to go")


def test_a_container_runs_as_its_manifest_says(lab: Lab, namespace: str) -> None:
    lab.cluster.apply(PROMETHEUS, namespace=namespace, warnings_as_errors=True).check()
    container = lab.run(lab.cluster.get("statefulset", "prometheus", namespace), "prometheus")

    status = Path(f"/proc/{container.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Uid"].split() == fields["Gid"].split() == ["65534"] * 4
    assert fields["Groups"].split() == ["2000"]
    assert fields["NoNewPrivs"] == "1"
    assert int(fields["CapBnd"], 16) == 0
    environ = dict(entry.split("=", 1) for entry in Path(f"/proc/{container.pid}/environ").read_text().split("\0") if entry)
    assert environ["POD_IP"] == container.address
    assert environ["MEMORY"] == "1024"
    assert "--web.page-title=$(literal)" in Path(f"/proc/{container.pid}/cmdline").read_text().split("\0")

    root = Path(f"/proc/{container.pid}/root")
    assert {entry.name for entry in root.iterdir()} == {"bin", "dev", "etc", "prometheus", "proc", "tmp", "var"}
    assert (root / "var/run/secrets/kubernetes.io/serviceaccount/token").stat().st_mode & 0o777 == 0o640
    mounts = {line.split()[1]: line.split()[3] for line in Path(f"/proc/{container.pid}/mounts").read_text().splitlines()}
    assert [mounts[path].split(",")[0] for path in ("/", "/etc/prometheus", "/prometheus")] == ["ro", "ro", "rw"]
    assert (root / "etc/prometheus/prometheus.yml").readlink() == Path("..data/prometheus.yml")


def test_files_and_environment_are_those_of_a_cluster(lab: Lab, namespace: str) -> None:
    lab.cluster.apply(SHELL, namespace=namespace, warnings_as_errors=True).check()
    deployment = lab.cluster.get("deployment", "shell", namespace)
    shell = Image(entrypoint=("/bin/sh",), mounts={path: Path(path) for path in ("/bin", "/lib", "/lib64", "/usr")})
    prepare = lab.run(deployment, "prepare", images={"shell": shell}, ready=False)
    assert prepare.wait() == 3
    main = lab.run(deployment, "main", images={"shell": shell}, ready=False)
    assert main.address == prepare.address
    lab.cluster.wait(lambda: main.log().endswith("11"), "the loop")
    output = main.log().splitlines()
    assert "made by 1000:0 anna" in output
    assert {"LOGIN_user=anna", "LOGIN_password=a $(B) c", "B=anna $(UNKNOWN) $(B)", "NOTE=hello"} <= set(output)
    assert sum("Read-only file system" in line for line in output) == 2

    identity = Path(f"/proc/{main.pid}/root/identity")
    token = (identity / "token").read_text()
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["aud"] == ["someone"]
    assert claims["exp"] - claims["iat"] == 600
    assert claims["kubernetes.io"]["pod"]["name"] == main.pod["metadata"]["name"]
    assert 'app="shell"' in (identity / "labels").read_text()
    assert (identity / "deep/two").read_text() == "2"
    mode = (identity / "token").stat()
    assert (mode.st_uid, mode.st_gid, mode.st_mode & 0o777) == (1000, 3000, 0o640)

    lab.cluster.apply(SHELL.replace('one: "1"', 'one: "7"'), namespace=namespace).check()
    main.sync()
    lab.cluster.wait(lambda: main.log().endswith("71"), "the new content, but not where a single file is mounted")
    assert (identity / "token").read_text() == token
    main.sync(new_tokens=True)
    assert (identity / "token").read_text() != token


def test_prometheus_scrapes_itself_reloads_and_keeps_its_data(lab: Lab, namespace: str) -> None:
    lab.cluster.apply(PROMETHEUS, namespace=namespace).check()
    stateful_set = lab.cluster.get("statefulset", "prometheus", namespace)
    container = lab.run(stateful_set, "prometheus")
    assert container.probe("readiness") == 200
    conditions = lab.cluster.get("pod", "prometheus-0", namespace)["status"]["conditions"]
    assert next(condition["status"] for condition in conditions if condition["type"] == "Ready") == "True"

    url = container.url("web", "/api/v1/query")
    lab.cluster.wait(lambda: query(lab, url, 'up{job="self"}==1'), "the first scrape")
    lab.cluster.apply(PROMETHEUS.replace("job_name: self", "job_name: itself"), namespace=namespace).check()
    container.sync()
    lab.cluster.wait(lambda: query(lab, url, 'up{job="itself"}==1'), "a scrape after the reload")

    begun = time.time()
    container.restart()
    container.wait_ready()
    assert query(lab, url, f'up{{job="itself"}}@{begun}'), "samples from before the restart"
    container.kill()
    assert container.probe("readiness") == 0
    assert container.returncode == -9


def test_a_container_asks_the_api_server_as_its_own_service_account(lab: Lab, namespace: str) -> None:
    addresses = [lab.network.address(), lab.network.address()]
    serve(lab.cluster, namespace, "router", addresses, labels={"app": "semantic-router"})
    discovery = f"kubernetes_sd_configs: [{{role: endpointslice, namespaces: {{names: [{namespace}]}}}}]"
    manifests = PROMETHEUS.replace('static_configs: [{targets: ["localhost:9090"]}]', discovery)
    lab.cluster.apply(manifests, namespace=namespace).check()
    prometheus = lab.run(lab.cluster.get("statefulset", "prometheus", namespace), "prometheus")
    refusal = f'User \\"system:serviceaccount:{namespace}:default\\" cannot list resource'
    lab.cluster.wait(lambda: refusal in prometheus.log(), "a refusal")

    role = ["create", "role", "reader", "--verb=get,list,watch", "--resource=endpointslices.discovery.k8s.io,services,pods,endpoints"]
    lab.cluster.kubectl(*role, f"--namespace={namespace}").check()
    binding = ["create", "rolebinding", "reader", "--role=reader", f"--serviceaccount={namespace}:default"]
    lab.cluster.kubectl(*binding, f"--namespace={namespace}").check()
    prometheus.restart()
    prometheus.wait_ready()

    def discovered() -> set[str]:
        targets = prometheus.get("web", "/api/v1/targets").json()["data"]["activeTargets"]
        return {target["labels"]["instance"] for target in targets}

    lab.cluster.wait(lambda: discovered() == {f"{address}:9190" for address in addresses}, lambda: f"targets, not {discovered()}")


def test_pods_have_a_network_of_their_own_and_reach_each_other(lab: Lab, namespace: str) -> None:
    both = PROMETHEUS.replace("serviceName: prometheus", "serviceName: prometheus\n  replicas: 2\n  podManagementPolicy: Parallel")
    lab.cluster.apply(
        both.replace("name: data, persistentVolumeClaim: {claimName: prometheus-data}", "name: data, emptyDir: {}"), namespace=namespace
    ).check()
    stateful_set = lab.cluster.get("statefulset", "prometheus", namespace)
    first, second = (lab.run(stateful_set, "prometheus", replica=replica) for replica in (0, 1))
    assert first.address != second.address
    config = PROMETHEUS.replace('"localhost:9090"', f'"localhost:9090", "{second.address}:9090"')
    lab.cluster.apply(config.split("---")[1], namespace=namespace).check()
    first.sync()
    url = first.url("web", "/api/v1/query")
    lab.cluster.wait(lambda: query(lab, url, f'up{{instance="{second.address}:9090"}}==1'), "a scrape of the other Pod")
    second.kill()
    lab.cluster.wait(lambda: query(lab, url, f'up{{instance="{second.address}:9090"}}==0'), "a failed scrape of the other Pod")
    assert query(lab, url, 'up{instance="localhost:9090"}==1')


def test_a_rollout_follows_a_change_of_the_template(lab: Lab, namespace: str) -> None:
    lab.cluster.apply(PROMETHEUS, namespace=namespace).check()
    first = lab.run(lab.cluster.get("statefulset", "prometheus", namespace), "prometheus")
    lab.cluster.apply(PROMETHEUS.replace("$$(literal)", "changed"), namespace=namespace).check()
    lab.wait_rollout(first)
    second = lab.run(lab.cluster.get("statefulset", "prometheus", namespace), "prometheus")
    assert second.pod["metadata"]["uid"] != first.pod["metadata"]["uid"]
    assert "--web.page-title=changed" in Path(f"/proc/{second.pid}/cmdline").read_text().split("\0")
    assert first.returncode == 0, "it ends in order when asked to"
