"""What a Prometheus runs beside it, so that Thanos reads its samples. Pure: nothing here knows cdk8s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability import images
from semantic_router_observability.checks import duration_seconds
from semantic_router_observability.errors import ConfigError, Key, place
from semantic_router_observability.kubernetes.labels import PART_OF, labels
from semantic_router_observability.kubernetes.pods import CONTAINER, Resources
from semantic_router_observability.kubernetes.ports import THANOS_GRPC, THANOS_HTTP
from semantic_router_observability.kubernetes.secrets import SecretUse
from semantic_router_observability.spec import Record, Spec
from semantic_router_observability.yamltext import to_yaml

from .object_storage import ObjectStorage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.kubernetes.access import Access
    from semantic_router_observability.kubernetes.traffic import Pods

REPLICA = "replica"
"""External label by which replicas differ: Thanos removes it when it merges their series, and Prometheus before it sends alerts."""

CLUSTER = "cluster"
"""External label that names the cluster: Thanos accepts no source without a label of its own, and blocks of all clusters may share a bucket."""


class StoreApi(Record, frozen=True, kw_only=True):
    """Where Thanos Query reads the samples of one Prometheus."""

    name: str
    """Id of the Prometheus."""
    namespace: str
    service: str
    """Headless Service of the sidecar."""
    pods: Pods
    labels: Mapping[str, str]
    """External labels of the Prometheus, with the one that names the replica."""
    object_storage: ObjectStorage | None
    """Where its blocks are uploaded."""


class ThanosSidecar(Spec, frozen=True, kw_only=True):
    """A container beside Prometheus through which Thanos reads its samples.

    The Prometheus gets the external label `replica`, which is the id of its stack, and sends alerts without it, so that Alertmanager
    merges those of all replicas.

    Attributes:
        object_storage: Where it uploads blocks, every two hours. Default: none, samples stay with Prometheus.
        resources: Requests and limits. Default 20m CPU, 128Mi memory, limit 1Gi memory: it takes 77 MB when idle, and buffers the series that a
            query reads.
        image: Container image. Default: the pinned release.

    """

    object_storage: ObjectStorage | None = None
    resources: Resources = Resources(cpu="20m", memory="128Mi", memory_limit="1Gi")
    image: str = images.THANOS

    def external_labels(self, stack: str, given: Mapping[str, str], retention: str) -> dict[str, str]:
        """External labels of the Prometheus `stack`, with the one of the replica.

        Raises:
            ConfigError: the label of the cluster is missing, the one of the replica is given, or samples are gone before they are uploaded.

        """
        if self.object_storage and 0 < duration_seconds(place(stack, "retention"), retention) < LEAST_RETENTION:
            expected = "write at least 6h: blocks are uploaded every two hours, and again after a failure"
            raise ConfigError(place(stack, "retention"), retention, expected)
        if REPLICA in given:
            raise ConfigError(
                place(stack, "external_labels", Key(REPLICA)),
                given[REPLICA],
                f"with a Thanos sidecar this label is set to the id of the stack, {stack}; remove it",
            )
        if not given.get(CLUSTER, "").strip():
            raise ConfigError(
                place(stack, "external_labels", Key(CLUSTER)),
                given.get(CLUSTER),
                "name the cluster, such as prod-eu: Thanos tells sources apart by it, and it cannot change later without splitting the history",
            )
        return {**given, REPLICA: stack}

    def beside(self, template: Mapping[str, Any], *, url: str, data: str, client: Mapping[str, Any], access: Access) -> dict[str, Any]:
        """Add the sidecar to the pod template of the Prometheus at `url`, with its samples in the folder `data`.

        `client` is what a client of that Prometheus needs, as Prometheus itself configures it. Prometheus compacts only blocks that are uploaded,
        which it reads from a file of the sidecar; while there is none it compacts all, and what it compacts is never uploaded. So the file is
        made before the first start.
        """
        spec = template["spec"]
        prometheus, *others = spec["containers"]
        storage = self.object_storage
        file = f"{data}/{_UPLOADED}"
        volume = {"name": "data", "mountPath": data}
        if storage:
            prometheus = {**prometheus, "args": [*prometheus["args"], f"--storage.tsdb.delay-compact-file.path={file}"]}
        sidecar = {
            "name": "thanos-sidecar",
            "image": self.image,
            "args": [
                "sidecar",
                f"--prometheus.url={url}",
                # Tried this often until it answers; the default, 30 s, delays every start by as much.
                "--prometheus.get_config_interval=5s",
                f"--http-address=0.0.0.0:{THANOS_HTTP}",
                f"--grpc-address=0.0.0.0:{THANOS_GRPC}",
                "--enable-auto-gomemlimit",
                *_client_argument(client),
                *([f"--tsdb.path={data}", f"--shipper.meta-file-name={_UPLOADED}", *storage.arguments()] if storage else []),
            ],
            "env": [{"name": _USER, "valueFrom": {"secretKeyRef": {"name": access.username.secret, "key": access.username.key}}}]
            if access.username
            else None,
            "ports": [{"name": "thanos-grpc", "containerPort": THANOS_GRPC}, {"name": "thanos-http", "containerPort": THANOS_HTTP}],
            "resources": self.resources.body(),
            # Ready once Prometheus has answered it, which may take as long as the log takes to replay.
            "readinessProbe": _probe("/-/ready", period=5, failures=3),
            "livenessProbe": _probe("/-/healthy", period=5, failures=6),
            **CONTAINER,
            "volumeMounts": [*([volume, *storage.mounts()] if storage else []), *_mounts_of(client, prometheus["volumeMounts"])] or None,
        }
        initial = {
            "name": "thanos-uploaded",
            "image": self.image,
            "command": ["sh", "-c", f'[ -s {file} ] || echo \'{{"version":1,"uploaded":[]}}\' > {file}'],
            "resources": Resources(cpu="10m", memory="16Mi", memory_limit="64Mi").body(),
            **CONTAINER,
            "volumeMounts": [volume],
        }
        return {
            **template,
            "spec": {
                **spec,
                **({} if spec.get("affinity") else {"affinity": _apart()}),
                **({"initContainers": [initial]} if storage else {}),
                "containers": [prometheus, *others, sidecar],
                "volumes": [*spec["volumes"], *(storage.volumes() if storage else [])],
            },
        }

    def secret_uses(self, namespace: str, reader: str, access: Access) -> list[SecretUse]:
        """Keys of Secrets that only the sidecar reads: Thanos takes a user name from no file."""
        uses = self.object_storage.uses(namespace, reader) if self.object_storage else []
        if name := access.username:
            uses.append(
                SecretUse(namespace=namespace, secret=name.secret, key=name.key, reader=reader, method="environment", on_change="restart")
            )
        return uses

    def store(self, stack: str, pods: Pods, external_labels: Mapping[str, str]) -> StoreApi:
        """Where Thanos reads the samples of the Prometheus `stack`."""
        return StoreApi(
            name=stack,
            namespace=pods.namespace or "",
            service=f"{stack}-thanos",
            pods=pods,
            labels=external_labels,
            object_storage=self.object_storage,
        )

    def service(self, stack: str, pods: Pods) -> dict[str, Any]:
        """Fields of the headless Service behind which Thanos Query finds the sidecar, and Prometheus its metrics."""
        return {
            "api_version": "v1",
            "kind": "Service",
            "name": f"{stack}-thanos",
            "labels": labels("thanos", stack, "sidecar"),
            "spec": {
                "clusterIP": "None",
                "selector": pods.labels,
                "ports": [
                    {"name": "grpc", "port": THANOS_GRPC, "targetPort": "thanos-grpc"},
                    {"name": "http", "port": THANOS_HTTP, "targetPort": "thanos-http"},
                ],
            },
        }


_USER = "PROMETHEUS_USER"

_UPLOADED = "thanos.shipper.json"
"""File in the folder of samples in which the sidecar lists the blocks that it has uploaded."""

LEAST_RETENTION = 6 * 3600
"""Seconds that Prometheus has to keep samples itself: blocks are finished, and uploaded, every two hours, and a failed upload is tried again."""


def _client_argument(client: Mapping[str, Any]) -> list[str]:
    """Flag with what the sidecar needs to read from its Prometheus. Thanos reads a password from a file, but not a user name."""
    if not client:
        return []
    config = dict(client)
    if basic := config.get("basic_auth"):
        config["basic_auth"] = {"username": f"$({_USER})", "password_file": basic["password_file"]}
    return [f"--prometheus.http-client={to_yaml(config).strip()}"]


def _mounts_of(client: Mapping[str, Any], mounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those mounts that hold the files which `client` names."""
    named = [path for part in client.values() for path in part.values()]
    return [mount for mount in mounts if any(str(path).startswith(f"{mount['mountPath']}/") for path in named)]


def _apart() -> dict[str, Any]:
    """Affinity of the pod: replicas prefer zones and nodes of their own. They are workloads of their own, which no spread constraint joins."""
    selector = {"matchLabels": {"app.kubernetes.io/name": "prometheus", "app.kubernetes.io/part-of": PART_OF}}
    terms = [
        {"weight": 100, "podAffinityTerm": {"labelSelector": selector, "topologyKey": key}}
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": terms}}


def _probe(path: str, *, period: int, failures: int) -> dict[str, Any]:
    get = {"path": path, "port": "thanos-http"}
    return {"httpGet": get, "periodSeconds": period, "timeoutSeconds": 3, "failureThreshold": failures}
