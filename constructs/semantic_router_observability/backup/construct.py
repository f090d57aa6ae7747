"""`Backup`: copies of the volumes at regular times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.alerting.rule import AlertRule
from semantic_router_observability.checks import duration_seconds, listed, service_name
from semantic_router_observability.errors import ConfigError, form, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.cron import longest_gap
from semantic_router_observability.kubernetes.cron_job import cron_job
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import (
    API_TOKEN_PATH,
    CONTAINER,
    Placement,
    Resources,
    api_token_volume,
    pod_metadata,
    pod_spec,
)
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.kubernetes.traffic import ApiServer, Flow, Pods, Traffic

from .forms import BackupMethod, Velero, VolumeSnapshots

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.errors import Path as Steps

DAILY: Final = "17 2 * * *"
"""Not at the full hour, when the jobs of many others start."""

_SCRIPT: Final = Path(__file__).with_name("snapshots.sh")
_GROUP: Final = "snapshot.storage.k8s.io"
_LONGEST_CLAIM: Final = 237
"""Of an object's name, less the time that a snapshot's name ends in."""

_SERVICE: Final = "observability"


class HasWorkload(Protocol):
    """A stack that runs pods, such as `PrometheusStack`."""

    workload: Manifest


class _Data(NamedTuple):
    """What a stack keeps its data on."""

    stack: str
    namespace: str
    claims: Sequence[str]
    made: bool
    """Whether the manifests make the claims, with the labels of the stack."""
    selector: Mapping[str, str]


class Backup(Construct):
    """Copies of the volumes of stacks, at regular times.

    Usage:
        Backup(chart, "backup", of=[prometheus, grafana])
        Backup(chart, "backup", of=[prometheus], schedule="17 */6 * * *", via=VolumeSnapshots(keep=28, snapshot_class="csi"))
        Backup(chart, "backup", of=[prometheus, grafana], via=Velero(keep_for="90d"))

    A snapshot holds a whole volume at one instant, so what Prometheus and Grafana read from it is what they would find after a power failure.
    Nothing is copied file by file: copies of Grafana's SQLite file under writes are often broken.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything made here. At most 40 characters.
        of: Stacks whose claims are copied, all in the namespace of the chart. In settings and in `Observability` their names, by default
            `prometheus` and `grafana`.
        schedule: When, in cron's notation, in UTC. Default `17 2 * * *`, every day at 02:17.
        via: By what: `VolumeSnapshots` (default) or `Velero`.
        resources: Requests and limits of the container that takes snapshots. Default 10m CPU, 64Mi memory, limit 128Mi memory.
        placement: Node selector, tolerations, affinity, priority of its pod. Default: anywhere.
        metadata: Labels and annotations of its pod and ServiceAccount. Default: only its own.
        image: Image with kubectl and a POSIX shell. Default: the pinned release.
        registries: Mirrors and pull secrets. Default: none.
        platform: Kind of cluster: `Kubernetes()` (default), or `OpenShift()`, which chooses the user of the pod itself.

    Raises:
        ConfigError: a value cannot work; the message names argument, value and remedy.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        of: Sequence[HasWorkload],
        schedule: str = DAILY,
        via: BackupMethod = VolumeSnapshots(),  # noqa: B008  frozen
        resources: Resources = Resources(cpu="10m", memory="64Mi", memory_limit="128Mi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.KUBECTL,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("Backup", "id"), id, limit=40)
        namespace = namespace_of(scope)
        listed(place(id, "of"), of)
        if not of:
            raise ConfigError(place(id, "of"), [], "name at least one stack whose volume is to be copied")
        longest_gap(place(id, "schedule"), schedule)
        data = [_data_of(place(id, "of", index), stack, namespace) for index, stack in enumerate(of)]
        for index, stack in enumerate(data):
            if stack in data[:index]:
                raise ConfigError(place(id, "of", index), stack.stack, "is listed twice; remove one")
            if isinstance(via, Velero) and not stack.made:
                raise ConfigError(
                    place(id, "of", index),
                    stack.stack,
                    f"Velero would select its claim by labels that an existing claim does not have; write {form(VolumeSnapshots)}",
                )
        image = registries.resolve(place(id, "image"), image)
        super().__init__(scope, id)

        self.claims: Sequence[str] = [claim for stack in data for claim in stack.claims]
        """Names of the claims that are copied."""
        owned = labels("backup", id, "backup")
        pods = Pods(namespace, selector_labels("backup", id))
        opens = Traffic(name=id, pods=pods, sends=(Flow(peer=ApiServer(), ports=(), why="taking and deleting snapshots"),))
        runs = isinstance(via, VolumeSnapshots)
        self.traffic: Sequence[Traffic] = (opens,) if runs else ()
        """Connections that its pod opens: to the API server, where it takes snapshots; none with Velero."""
        self.secret_references: Sequence[SecretUse] = pull_uses(namespace, id, registries.pull_secrets) if runs else ()
        """Secrets with which its image is pulled."""
        self.overdue: AlertRule | None = overdue(namespace, id, schedule, via)
        """Alert that no run has succeeded for two of the longest times between runs; None with Velero, which has metrics of its own. It reads
        kube-state-metrics: where those are not scraped, it never fires. Give it to `Alerts(own=...)`, as `Observability` does."""
        if isinstance(via, Velero):
            schedule_object = _velero(self, id, namespace, owned, data, schedule, via)
        else:
            account = service_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
            _grant(self, id, namespace, owned)
            template = {
                "metadata": pod_metadata("kubectl", owned),
                "spec": {
                    **pod_spec(account=account.name, registries=registries, placement=placement, platform=platform, labels=owned),
                    "restartPolicy": "Never",
                    "containers": [_container(id, namespace, image, resources, self.claims, via)],
                    "volumes": [api_token_volume("token"), {"name": "tmp", "emptyDir": {"sizeLimit": "16Mi"}}],
                },
            }
            schedule_object = cron_job(
                self,
                "schedule",
                id,
                labels=owned,
                schedule=schedule,
                seconds=int(duration_seconds("timeout", via.timeout)) + 600,
                template=metadata.on(template),
            )
        self.schedule: Manifest = schedule_object
        """The CronJob, or the Schedule of Velero; also `node.default_child`."""
        self.node.default_child = self.schedule
        components_of(scope).announce(self)


def overdue(namespace: str, id: str, schedule: str = DAILY, via: BackupMethod = VolumeSnapshots()) -> AlertRule | None:  # noqa: B008  frozen
    """Alert on a CronJob of which no run has succeeded for two of the longest times between runs; None with Velero, which makes no CronJob.

    One that never ran counts from when it was made.
    """
    if isinstance(via, Velero):
        return None
    seconds = 2 * int(longest_gap(place(id, "schedule"), schedule).total_seconds()) + int(duration_seconds("timeout", via.timeout))
    selector = f'namespace="{namespace}", cronjob="{id}"'
    return AlertRule(
        name="BackupOverdue",
        expr=f"time() - max by (namespace, cronjob) (kube_cronjob_status_last_successful_time{{{selector}}} or kube_cronjob_created{{{selector}}})"
        f" > {seconds}",
        for_="15m",
        severity="warning",
        summary="No backup by CronJob {{ $labels.cronjob }} has succeeded for {{ $value | humanizeDuration }}",
        description="The newest usable snapshot is older than two runs of the schedule: what has happened since cannot be restored.",
        service=_SERVICE,
        component="backup",
    )


def _data_of(where: Steps, stack: HasWorkload, namespace: str) -> _Data:
    workload = stack.workload.to_json()
    name, spec = workload["metadata"]["name"], workload["spec"]
    home = workload["metadata"].get("namespace") or namespace
    if home != namespace:
        raise ConfigError(where, name, f"runs in namespace {home}; make a Backup in a chart of that namespace")
    replicas = spec.get("replicas", 1)
    volumes = [
        volume["persistentVolumeClaim"]["claimName"]
        for volume in spec["template"]["spec"].get("volumes", ())
        if "persistentVolumeClaim" in volume
    ]
    templates = [template["metadata"]["name"] for template in spec.get("volumeClaimTemplates") or ()]
    claims = [*volumes, *(f"{template}-{name}-{number}" for template in templates for number in range(replicas))]
    if not claims:
        raise ConfigError(
            where, name, "has no claim: its data is in a database with a backup of its own, or is deleted with the pod; remove it here"
        )
    for claim in claims:
        if len(claim) > _LONGEST_CLAIM:
            raise ConfigError(
                where, claim, f"the name of a snapshot would be too long; use a claim whose name has at most {_LONGEST_CLAIM} characters"
            )
    parent = stack.workload.node.scope
    beside = parent.node.find_all() if parent else ()
    made = {made.name for made in beside if isinstance(made, Manifest) and made.kind == "PersistentVolumeClaim"}
    return _Data(name, home, tuple(claims), set(claims) <= made, spec["selector"]["matchLabels"])


def _grant(scope: Construct, id: str, namespace: str, owned: Mapping[str, str]) -> None:
    api = "rbac.authorization.k8s.io/v1"
    rules = [{"apiGroups": [_GROUP], "resources": ["volumesnapshots"], "verbs": ["create", "list", "delete"]}]
    Manifest(scope, "role", api_version=api, kind="Role", name=id, labels=owned, rules=rules)
    Manifest(
        scope,
        "role-binding",
        api_version=api,
        kind="RoleBinding",
        name=id,
        labels=owned,
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": id},
        subjects=[{"kind": "ServiceAccount", "name": id, "namespace": namespace}],
    )


def _container(id: str, namespace: str, image: str, resources: Resources, claims: Sequence[str], via: VolumeSnapshots) -> dict[str, Any]:
    values = {
        "BACKUP": id,
        "NAMESPACE": namespace,
        "CLAIMS": " ".join(claims),
        "KEEP": str(via.keep),
        "TIMEOUT": str(int(duration_seconds("timeout", via.timeout))),
        "SNAPSHOT_CLASS": via.snapshot_class,
        # kubectl keeps what it learns of the API server below the home directory.
        "HOME": "/tmp",  # noqa: S108  a volume of its own
    }
    return {
        "name": "kubectl",
        "image": image,
        "command": ["/bin/sh", "-c", _SCRIPT.read_text(encoding="utf-8")],
        "env": [{"name": name, "value": value} for name, value in values.items() if value is not None],
        "resources": resources.body(),
        **CONTAINER,
        "volumeMounts": [
            {"name": "token", "mountPath": API_TOKEN_PATH, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  a volume of its own
        ],
    }


def _velero(
    scope: Construct, id: str, namespace: str, owned: Mapping[str, str], data: Sequence[_Data], schedule: str, via: Velero
) -> Manifest:
    return Manifest(
        scope,
        "schedule",
        api_version="velero.io/v1",
        kind="Schedule",
        # Schedules of all namespaces are in one.
        name=f"{id}-{namespace}",
        namespace=via.namespace,
        labels=owned,
        spec={
            "schedule": schedule,
            "useOwnerReferencesInBackup": False,
            "template": {
                "includedNamespaces": [namespace],
                "includedResources": ["persistentvolumeclaims", "persistentvolumes"],
                "orLabelSelectors": [{"matchLabels": dict(stack.selector)} for stack in data],
                "snapshotVolumes": True,
                "storageLocation": via.storage_location,
                "ttl": f"{int(duration_seconds('keep_for', via.keep_for)) // 60}m0s",
            },
        },
    )
