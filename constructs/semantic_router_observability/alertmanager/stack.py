"""`AlertmanagerStack`: one Alertmanager, of one or several replicas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.checks import duration_seconds, http_url, listed, service_name
from semantic_router_observability.errors import ConfigError, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account
from semantic_router_observability.kubernetes.certificate import serving_certificate
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles
from semantic_router_observability.kubernetes.replicas import disruption_budget, headless_service, persistent_claim, web_service
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.kubernetes.storage import Claim, claim_template
from semantic_router_observability.kubernetes.traffic import Pods, Traffic
from semantic_router_observability.login.web import WebServer

from . import config, pod
from . import traffic as wiring
from .inhibition import DEFAULT_INHIBITIONS
from .messages import TEMPLATE_FILE, TEMPLATES
from .receivers import DeadManSwitch, Receiver, check_receivers
from .routes import Grouping, Route, check_routes, longest_repeat
from .silences import check_silences, rule_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.endpoint import Endpoint
    from semantic_router_observability.kubernetes.serving import ServingTls
    from semantic_router_observability.login.types import Login

    from .inhibition import Inhibition
    from .silences import Silence
    from .timing import TimeInterval

MOST_REPLICAS = 9
"""Each replica waits 15 s longer than the one before it for the others to notify; with more replicas the last would wait over two
minutes."""


class AlertmanagerStack(Construct):
    """An Alertmanager that sends notifications of alerts.

    Usage:
        alertmanager = AlertmanagerStack(
            chart,
            "alertmanager",
            receivers=[
                Slack(name="chat", api_url=SecretKey("slack", "url")),
                PagerDuty(name="oncall", routing_key=SecretKey("pagerduty", "key")),
            ],
            routes=[Route(match={"severity": "critical"}, receiver="oncall")],
            dead_man_switch=DeadManSwitch(url=SecretKey("heartbeat", "url")),
        )
        prometheus = PrometheusStack(chart, "prometheus", alertmanagers=[alertmanager])
        GrafanaStack(chart, "grafana", sources=[prometheus], data_sources=[alertmanager])

    Objects are named after `id`: Service `<id>`, StatefulSet `<id>`, a claim `data-<id>-<number>` for each replica. One replica and several
    differ in nothing that Kubernetes refuses to change, so `replicas` can go up and down.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything the stack makes. At most 50 characters, so that pod names and labels stay legal.
        receivers: Where notifications go: Slack, PagerDuty, Email, Webhook, Teams, Opsgenie or any other service. Those with the same name are
            one receiver.
        routes: Which alerts go to which receiver; the first match wins. Default: none, all alerts go to `default_receiver` except those of
            severity `info`, which notify nobody.
        default_receiver: Name of the receiver of alerts that no route matches. Default: the first receiver's.
        grouping: How alerts are grouped into notifications. Default: by cluster, namespace, service, name and severity.
        inhibitions: Further alerts that suppress notifications of others. Default: none.
        default_inhibitions: Critical suppresses warning and info about the same object, and an alert that a router is gone suppresses those
            that follow from it. Default true.
        time_intervals: Times that routes refer to. Default: none.
        silences: Alerts that notify nobody until a time. Each Prometheus that sends alerts here evaluates a rule for them. Default: none.
        dead_man_switch: Service that raises an alarm when the heartbeat stops. Default: none, alert `Watchdog` notifies nobody.
        retention: How long expired silences and the log of notifications are kept. Default `5d`, Alertmanager's own.
        uid: Uid of the data source that Grafana makes of it; two sources of one Grafana need two. Default: `id`.
        external_url: URL for users; links in notifications and an ingress use it. Default: not exposed.
        login: How clients authenticate: basic authentication, client certificates, or none with a reason. Default: no authentication.
        tls: Certificate it serves inside the cluster; every client then connects over HTTPS. Default: none, plain HTTP.
        proxy_url: HTTP proxy on the way to the receivers. Default: none.
        replicas: Number of pods; each gets every alert, and one of them notifies. Default 1. With 3, one can fail while another is updated.
        storage: Claim of each replica, for silences and the log of notifications. Default 1Gi: both take a few megabytes, and most storage
            providers have no smaller volumes.
        resources: Requests and limits. Default 10m CPU, 64Mi memory, limit 256Mi memory: it takes 45 MB with a few alerts.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere; several replicas prefer different nodes.
        metadata: Labels and annotations of its pods and their ServiceAccount. Default: only the stack's own.
        image: Container image. Default: the pinned release.
        registries: Mirrors and pull secrets. Default: none.
        platform: Kind of cluster: `Kubernetes()` (default), or `OpenShift()`, which chooses the user of pods itself.

    Raises:
        ConfigError: a value cannot work; the message names argument, value and remedy.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        receivers: Sequence[Receiver],
        routes: Sequence[Route] = (),
        default_receiver: str | None = None,
        grouping: Grouping = Grouping(),  # noqa: B008  frozen
        inhibitions: Sequence[Inhibition] = (),
        default_inhibitions: bool = True,
        time_intervals: Sequence[TimeInterval] = (),
        silences: Sequence[Silence] = (),
        dead_man_switch: DeadManSwitch | None = None,
        retention: str = "5d",
        uid: str | None = None,
        external_url: str | None = None,
        login: Login | None = None,
        tls: ServingTls | None = None,
        proxy_url: str | None = None,
        replicas: int = 1,
        storage: Claim = Claim(size="1Gi"),  # noqa: B008  frozen
        resources: Resources = Resources(cpu="10m", memory="64Mi", memory_limit="256Mi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.ALERTMANAGER,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("AlertmanagerStack", "id"), id, limit=50)
        namespace = namespace_of(scope)
        if not 1 <= replicas <= MOST_REPLICAS:
            raise ConfigError(place(id, "replicas"), replicas, f"write 1 to {MOST_REPLICAS}; with 3, one can fail while another is updated")
        check_receivers(place(id, "receivers"), receivers)
        default_receiver = receivers[0].name if default_receiver is None else default_receiver
        check_routes(place(id), default_receiver, receivers, routes, time_intervals, grouping, replicas=replicas)
        listed(place(id, "inhibitions"), inhibitions)
        check_silences(place(id, "silences"), silences)
        retained = _retention_seconds(id, retention, grouping, routes)
        address = None if external_url is None else http_url(place(id, "external_url"), external_url)
        if storage.name is not None:
            raise ConfigError(
                place(id, "storage", "name"),
                storage.name,
                "remove it: each replica has a claim of a fixed name; silences that are lost are set again",
            )
        if proxy_url is not None:
            http_url(place(id, "proxy_url"), proxy_url)
        image = registries.resolve(place(id, "image"), image)
        web = WebServer(service=id, namespace=namespace, port=pod.PORT, external_url=address, directory=pod.WEB, login=login, tls=tls)
        super().__init__(scope, id)

        owned = labels("alertmanager", id, "alerts")
        selector = selector_labels("alertmanager", id)
        self.endpoint: Endpoint = msgspec.structs.replace(
            web.endpoint("alertmanager", Pods(namespace, selector)), uid=uid, rule_groups=rule_groups(id, silences)
        )
        """Where it is reached, and what others have to know to connect to it."""
        secrets = SecretFiles(pod.SECRETS)
        serving_certificate(self, id, namespace, tls, labels=owned)
        clustered = replicas > 1
        self.traffic: Sequence[Traffic] = wiring.traffic(
            id, Pods(namespace, selector), receivers=receivers, dead_man_switch=dead_man_switch, proxy_url=proxy_url, clustered=clustered
        )
        """Connections that its pods open; those to them are part of what connects."""

        account = service_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
        rendered = config.render(
            receivers=receivers,
            default_receiver=default_receiver,
            routes=routes,
            grouping=grouping,
            inhibitions=[*(DEFAULT_INHIBITIONS if default_inhibitions else ()), *inhibitions],
            silences=silences,
            time_intervals=time_intervals,
            dead_man_switch=dead_man_switch,
            proxy=proxy_url,
            directory=pod.CONFIG,
            files=secrets,
        )
        files = {pod.CONFIG_FILE: rendered, TEMPLATE_FILE: TEMPLATES, **web.config_files(secrets)}
        self.config_map = Manifest(self, "config", api_version="v1", kind="ConfigMap", name=f"{id}-config", labels=owned, data=files)
        """Holds `alertmanager.yml` and the templates of notifications; no credentials."""

        self.claims: Sequence[Manifest] = [
            persistent_claim(self, f"claim-{number}", f"{pod.DATA}-{id}-{number}", labels=owned, claim=storage)
            for number in range(replicas)
        ]
        """A claim for each replica. Created before the StatefulSet, which adopts claims with the names of its template."""

        headless = f"{id}-headless"
        self.workload = Manifest(
            self,
            "workload",
            api_version="apps/v1",
            kind="StatefulSet",
            name=id,
            labels=owned,
            spec={
                "serviceName": headless,
                # A pod that cannot start does not keep the others from starting, nor itself from being replaced.
                "podManagementPolicy": "Parallel",
                "replicas": replicas,
                "selector": {"matchLabels": selector},
                "template": metadata.on(
                    pod.template(
                        labels=owned,
                        selector=selector,
                        account=account.name,
                        image=image,
                        registries=registries,
                        external_url=(address or self.endpoint.url).text,
                        retention_seconds=retained,
                        peers=[f"{id}-{number}.{headless}.{namespace}.svc:{pod.GOSSIP_PORT}" for number in range(replicas)]
                        if clustered
                        else [],
                        cluster=f"{namespace}/{id}",
                        resources=resources,
                        placement=placement,
                        platform=platform,
                        config_map=self.config_map.name,
                        files=files,
                        secrets=secrets,
                        web=web,
                    )
                ),
                "volumeClaimTemplates": [claim_template(pod.DATA)],
            },
        )
        """The StatefulSet, also `node.default_child`, so that `ApiObject.of(stack)` reaches it."""
        self.node.default_child = self.workload
        self.secret_references: Sequence[SecretUse] = [
            *secrets.uses(namespace, id, "reread", made_by=web.made_by),
            *web.secret_uses(),
            *pull_uses(namespace, id, registries.pull_secrets),
        ]
        """Keys of Secrets that it reads; each file is read again for each notification."""

        self.service = web_service(self, id, labels=owned, selector=selector, port=pod.PORT, path=web.path, tls=tls)
        """Service that users, Grafana and an ingress connect to, and by which Prometheus finds the replicas."""
        headless_service(self, headless, labels=owned, selector=selector, port=pod.PORT, gossip_port=pod.GOSSIP_PORT, clustered=clustered)
        disruption_budget(self, id, labels=owned, selector=selector, clustered=clustered)
        components_of(scope).announce(self)

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it needs no knowledge of those that send to it or show it."""


def _retention_seconds(id: str, retention: str, grouping: Grouping, routes: Sequence[Route]) -> int:
    """Retention in seconds; Alertmanager's flag takes Go durations, which have no days."""
    seconds = duration_seconds(place(id, "retention"), retention)
    repeat = longest_repeat(grouping, routes)
    if seconds < duration_seconds("repeat_interval", repeat):
        raise ConfigError(
            place(id, "retention"), retention, f"write at least the longest repeat interval, {repeat}: what is forgotten is sent again"
        )
    return max(1, int(seconds))
