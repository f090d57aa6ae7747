"""`GrafanaAccess`: service accounts with tokens, teams, and who may do what in folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.checks import duration_seconds, listed, service_name, unique
from semantic_router_observability.errors import ConfigError, arg, place
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
    SecretFiles,
    api_token_volume,
    pod_metadata,
    pod_spec,
)
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.kubernetes.traffic import ApiServer, Flow, Pods, Traffic
from semantic_router_observability.network.destinations import flows_to_endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.grafana.stack import GrafanaStack

    from .forms import GrafanaFolder, GrafanaServiceAccount, GrafanaTeam

EVERY_TEN_MINUTES: Final = "*/10 * * * *"

_SCRIPT: Final = Path(__file__).with_name("job.py")
_SECRETS: Final = "/etc/grafana-access/secrets"
_LONGEST_RUN: Final = 600
"""Seconds of one run: two minutes of waiting for Grafana, then a few requests for each name."""

_RUNS_IN_A_LIFE: Final = 4
"""A token is renewed when half of its life has passed: one run may fail, and there is time for programs to read the next one."""


class GrafanaAccess(Construct):
    """Service accounts with tokens, teams, and permissions of folders of a Grafana, which its provisioning files do not cover.

    Usage:
        GrafanaAccess(
            chart,
            "grafana-access",
            grafana=grafana,
            service_accounts=[GrafanaServiceAccount(name="reports", token=SecretKey("grafana-reports", "token"), token_lifetime="90d")],
            teams=[GrafanaTeam(name="sre", members=["ada@example.com"])],
            folders=[GrafanaFolder(title="Semantic Router", permissions=[FolderPermission(team="sre", permission="Edit")])],
        )

    A CronJob asks Grafana's API as the administrator, and writes only what differs. It never deletes a service account, a team or a folder: what is
    no longer listed here stays in Grafana. Its Role allows to read and change the Secrets of the tokens, and nothing else.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace, which is that of Grafana.
        id: Name of everything made here. At most 40 characters.
        grafana: The Grafana.
        service_accounts: Accounts for programs. Default: none.
        teams: Teams of users. Default: none.
        folders: Folders of which all permissions are stated. Default: none.
        schedule: When it runs, in cron's notation, in UTC. Default `*/10 * * * *`, every ten minutes.
        resources: Requests and limits of its container. Default 10m CPU, 32Mi memory, limit 128Mi memory.
        placement: Node selector, tolerations, affinity, priority of its pod. Default: anywhere.
        metadata: Labels and annotations of its pod and ServiceAccount. Default: only its own.
        image: Image with Python 3.11 or newer as `python3`. Default: the pinned release.
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
        grafana: GrafanaStack,
        service_accounts: Sequence[GrafanaServiceAccount] = (),
        teams: Sequence[GrafanaTeam] = (),
        folders: Sequence[GrafanaFolder] = (),
        schedule: str = EVERY_TEN_MINUTES,
        resources: Resources = Resources(cpu="10m", memory="32Mi", memory_limit="128Mi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.PYTHON,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("GrafanaAccess", "id"), id, limit=40)
        namespace = namespace_of(scope)
        if namespace_of(grafana) != namespace:
            raise ConfigError(
                place(id, "grafana"), grafana.node.id, f"runs in namespace {namespace_of(grafana)}; make this in a chart of that namespace"
            )
        for argument, given in (("service_accounts", service_accounts), ("teams", teams), ("folders", folders)):
            listed(place(id, argument), given)
        _check(id, service_accounts, teams, folders)
        _check_tokens(id, service_accounts, grafana.administrator.name, schedule)
        image = registries.resolve(place(id, "image"), image)
        super().__init__(scope, id)

        owned, files, access = labels("grafana-access", id, "access"), SecretFiles(_SECRETS), grafana.endpoint.access
        written = sorted({made.token.secret for made in service_accounts if made.token})
        values = {
            "WANTED": _wanted(service_accounts, teams, folders),
            "GRAFANA_URL": grafana.endpoint.url.text,
            "GRAFANA_CA": files.path(access.ca) if access.ca else None,
            "GRAFANA_USER": files.path(grafana.administrator.user),
            "GRAFANA_PASSWORD": files.path(grafana.administrator.password),
            "NAMESPACE": namespace,
            "KUBERNETES_URL": "https://kubernetes.default.svc",
            "KUBERNETES_ACCOUNT": API_TOKEN_PATH if written else None,
        }
        pods = Pods(namespace, selector_labels("grafana-access", id))
        self.traffic: Sequence[Traffic] = (
            Traffic(
                name=id,
                pods=pods,
                sends=(
                    *flows_to_endpoint(grafana.endpoint, namespace=namespace, why="service accounts, teams and permissions"),
                    *([Flow(peer=ApiServer(), ports=(), why="writing tokens to Secrets")] if written else []),
                ),
            ),
        )
        """Connections that its pod opens: to Grafana, and to the API server where there are tokens."""
        self.secret_references: Sequence[SecretUse] = [
            *(
                msgspec.structs.replace(
                    use, made_by=next((made.made_by for made in grafana.secret_references if made.secret == use.secret), None)
                )
                for use in files.uses(namespace, id, "reread")
            ),
            *pull_uses(namespace, id, registries.pull_secrets),
        ]
        """Keys of Secrets that each run reads: those of the administrator, and the authority of Grafana's certificate."""

        self.secrets: Sequence[Manifest] = [
            Manifest(self, f"secret-{name}", api_version="v1", kind="Secret", name=name, labels=owned, type="Opaque") for name in written
        ]
        """Secrets that tokens are written to. They are empty here, so that a delivery does not take them away again."""
        account = service_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
        _grant(self, id, namespace, owned, written)
        template = {
            "metadata": pod_metadata("grafana-access", owned),
            "spec": {
                **pod_spec(account=account.name, registries=registries, placement=placement, platform=platform, labels=owned),
                "restartPolicy": "Never",
                "containers": [
                    {
                        "name": "grafana-access",
                        "image": image,
                        "command": ["python3", "-c", _SCRIPT.read_text(encoding="utf-8")],
                        "env": [{"name": name, "value": value} for name, value in values.items() if value is not None],
                        "resources": resources.body(),
                        **CONTAINER,
                        "volumeMounts": [
                            *([{"name": "token", "mountPath": API_TOKEN_PATH, "readOnly": True}] if written else []),
                            *files.mounts(),
                        ],
                    }
                ],
                "volumes": [*([api_token_volume("token")] if written else []), *files.volumes()],
            },
        }
        self.schedule = cron_job(
            self, "schedule", id, labels=owned, schedule=schedule, seconds=_LONGEST_RUN, template=metadata.on(template)
        )
        """The CronJob; also `node.default_child`."""
        self.node.default_child = self.schedule
        components_of(scope).announce(self)


def _check(
    id: str, service_accounts: Sequence[GrafanaServiceAccount], teams: Sequence[GrafanaTeam], folders: Sequence[GrafanaFolder]
) -> None:
    for argument, named in (
        ("service_accounts", [made.name for made in service_accounts]),
        ("teams", [made.name for made in teams]),
        ("folders", [made.title for made in folders]),
    ):
        unique(place(id, argument), named, argument.replace("_", " "))
    if not (service_accounts or teams or folders):
        raise ConfigError(place(id), None, f"there is nothing to do; name {arg('service_accounts')}, {arg('teams')} or {arg('folders')}")


def _check_tokens(id: str, service_accounts: Sequence[GrafanaServiceAccount], administrators: str, schedule: str) -> None:
    gap = longest_gap(place(id, "schedule"), schedule).total_seconds()
    written = [made.token for made in service_accounts]
    for index, made in enumerate(service_accounts):
        where = (*place(id), "service_accounts", index)
        if made.token is None:
            continue
        if written.count(made.token) > 1:
            raise ConfigError(
                (*where, "token"), f"{made.token.secret}, key {made.token.key}", "two service accounts write to this key; name another"
            )
        if made.token.secret == administrators:
            raise ConfigError((*where, "token"), made.token.secret, "is the Secret of Grafana's administrator; name one of its own")
        if made.token_lifetime and duration_seconds("token_lifetime", made.token_lifetime) < _RUNS_IN_A_LIFE * gap:
            least = int(_RUNS_IN_A_LIFE * gap / 60)
            raise ConfigError(
                (*where, "token_lifetime"),
                made.token_lifetime,
                f"write at least {least}m, {_RUNS_IN_A_LIFE} times the longest time between two runs",
            )


def _wanted(service_accounts: Sequence[GrafanaServiceAccount], teams: Sequence[GrafanaTeam], folders: Sequence[GrafanaFolder]) -> str:
    """As `job.py` reads it; over lines, so that a review shows what changes."""
    return json.dumps(
        {
            "serviceAccounts": [
                {
                    "name": made.name,
                    "role": made.role,
                    "token": {"secretName": made.token.secret, "key": made.token.key} if made.token else None,
                    "tokenSeconds": int(duration_seconds("token_lifetime", made.token_lifetime)) if made.token_lifetime else None,
                }
                for made in service_accounts
            ],
            "teams": [{"name": made.name, "members": None if made.members is None else list(made.members)} for made in teams],
            "folders": [
                {
                    "title": made.title,
                    "permissions": [
                        {
                            **({"team": permission.team} if permission.team else {"role": permission.role}),
                            "permission": permission.permission,
                        }
                        for permission in made.permissions
                    ],
                }
                for made in folders
            ],
        },
        indent=1,
        ensure_ascii=False,
    )


def _grant(scope: Construct, id: str, namespace: str, owned: Mapping[str, str], secrets: Sequence[str]) -> None:
    """Let the pod read and change its Secrets; no right at all where there is none."""
    if not secrets:
        return
    api = "rbac.authorization.k8s.io/v1"
    rules: list[dict[str, Any]] = [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": list(secrets), "verbs": ["get", "patch"]}]
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
