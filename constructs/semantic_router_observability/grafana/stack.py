"""`GrafanaStack`: one Grafana with the router's dashboards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from constructs import Construct
from msgspec.structs import replace

from semantic_router_observability import images
from semantic_router_observability.checks import Url, service_name
from semantic_router_observability.contract.options import ContractOptions
from semantic_router_observability.errors import Place, inside, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.access import OPEN, Access
from semantic_router_observability.kubernetes.account import service_account
from semantic_router_observability.kubernetes.certificate import serving_certificate
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.endpoint import Endpoint, endpoint_of
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles, single_writer
from semantic_router_observability.kubernetes.replicas import disruption_budget, headless_service, persistent_claim, web_service
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.kubernetes.storage import Claim, Ephemeral, Storage, volume_source
from semantic_router_observability.kubernetes.traffic import Pods, Traffic
from semantic_router_observability.yamltext import to_yaml

from . import dashboards as boards
from . import settings as ini
from . import traffic as wiring
from .credentials import WARNING, DemoCredentials, admin_secret
from .datasources import DataSource, ExternalPrometheus, RawDataSource, check_options, provisioning
from .expansion import Environment
from .identity.flows import identity_flows
from .identity.login import check_logins, login_sections
from .model import Source
from .pod import PORT, SECRETS, template
from .refusals import address_of, check_arguments
from .router_boards import Pages, features_of, lines_of, log_store_of, router_boards, with_linked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cdk8s_plus_27 import ISecret

    from semantic_router_observability.kubernetes.endpoint import HasEndpoint
    from semantic_router_observability.kubernetes.secrets import AdminSecret, SecretKey
    from semantic_router_observability.kubernetes.serving import ServingTls

    from .identity.auth_proxy import AuthProxy
    from .identity.ldap import Ldap
    from .identity.providers import GrafanaLogin
    from .identity.session import Session

_EMPTY_PROVISIONING = "apiVersion: 1\n"


class GrafanaStack(Construct):
    """A Grafana that shows the Semantic Router's metrics.

    Usage:
        GrafanaStack(chart, "grafana", sources=[prometheus])
        GrafanaStack(chart, "grafana", sources=[ExternalPrometheus(url="http://mimir.monitoring.svc/prometheus")], storage=Ephemeral())

    Objects are named after `id`: Service `<id>`, claim `<id>-storage`, Secret `<id>-admin`. One replica is a StatefulSet, more are a
    Deployment: the volume of one replica must never have two writers.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything the stack makes. At most 40 characters, so that the names built from it stay legal.
        sources: Metrics to chart; the first is the default data source.
        source_options: Options of the data sources that are stacks, as `jsonData` of a provisioning file has them, such as `queryTimeout` or
            `exemplarTraceIdDestinations`. Default: none besides POST and the interval.
        data_sources: Further data sources: Prometheus-compatible, Loki, Tempo, Alertmanager or any other type. Default: none.
        dashboards: Dashboards besides the router's own: files, directories, code, ConfigMaps, whole providers. Default: none.
        router_dashboards: Ship the router's own dashboards in folder "Semantic Router". Default true.
        optional_dashboards: Which of the pages that need more than the router to be scraped are shipped too: `vllm` (a job for vLLM
            engines), `kubernetes` (kube-state-metrics and the kubelet's cAdvisor), `envoy` (a gateway), `slos`, `traces`, `thanos` and
            `log-store` (SLOs, a trace gateway, Thanos and a store of logs of a Prometheus that is no stack; those of a stack bring the page
            along, since their alerts link to it), `logs` (a
            store of the routers' logs; a Loki or VictoriaLogs among `data_sources` brings it along, and the panels of the others then link
            to it), `redis` (the server of the router's cache) and `dcgm` (GPUs), which a job
            of the same type brings along, `nodes` (nodes, which a job `nodeExporter` brings along), `operator` (the
            router's operator, which a job of that type brings along). Default: none.
        contract: What dashboards you bring are checked against, besides the router's metrics. Default: see `ContractOptions`.
        admin: Secret with the administrator's name and password. Default: an existing Secret `<id>-admin` with keys `admin-user` and
            `admin-password`.
        admin_revision: Any text; changing it restarts the pod, so that a changed Secret is read. Default: none.
        reset_admin_password: Set the password from the Secret before every start. Grafana itself reads the Secret only when it makes
            its database, so a volume or an external database keeps the first password. Default false.
        secret_key: Key that encrypts credentials in Grafana's database. Default: none given, Grafana's published default.
        external_url: URL at which users reach it; root URL, sub-path and cookies follow from it. Default: not exposed.
        tls: Certificate that it presents inside the cluster; everything then connects by https. Default: none, plain HTTP.
        embedding: Serve inside the Router Dashboard's `/embedded/grafana/` instead. Default false.
        anonymous: Access without a login. Default: none.
        logins: Identity providers that users log in with: Google, GitHub, Entra ID, Okta, Keycloak or any by OAuth 2. Default: none.
        ldap: LDAP directory that authenticates users. Default: none.
        auth_proxy: Reverse proxy that authenticates users. Default: none.
        login_form: Show the form for name and password. Default: shown, unless there are `logins` and no `ldap`; the administrator's name
            and password still work for the API.
        session: How long users stay logged in. Default: Grafana's own, 7 days away and 30 in all.
        smtp: Mail server. Default: none.
        log_level: `debug`, `info`, `warn` or `error`. Default `info`.
        settings: Any other setting of `grafana.ini`, by section and key, as text, number or truth value; wins over everything else. What
            the manifests decide (port, TLS, folders, database, administrator) is refused. A credential is a key of a Secret. Default: none.
        replicas: Number of pods. Default 1; more need `database`.
        database: External PostgreSQL or MySQL. Default: SQLite on the volume.
        storage: Where SQLite and plugins are kept. Default: a declared claim of 10Gi, the size the router project suggests; with
            `database` an emptyDir of 5Gi.
        resources: Requests and limits. Default 100m CPU, 256Mi memory, limit 1Gi memory: the router project's, less its CPU limit.
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
        sources: Sequence[HasEndpoint],
        source_options: Mapping[str, Any] | None = None,
        data_sources: Sequence[DataSource | HasEndpoint] = (),
        dashboards: Sequence[boards.DashboardSource] = (),
        router_dashboards: bool = True,
        optional_dashboards: Sequence[boards.OptionalDashboard] = (),
        contract: ContractOptions = ContractOptions(),  # noqa: B008  frozen
        admin: AdminSecret | DemoCredentials | ISecret | None = None,
        admin_revision: str | None = None,
        reset_admin_password: bool = False,
        secret_key: SecretKey | None = None,
        external_url: str | None = None,
        tls: ServingTls | None = None,
        embedding: bool = False,
        anonymous: ini.Anonymous | None = None,
        logins: Sequence[GrafanaLogin] = (),
        ldap: Ldap | None = None,
        auth_proxy: AuthProxy | None = None,
        login_form: bool | None = None,
        session: Session | None = None,
        smtp: ini.Smtp | None = None,
        log_level: ini.LogLevel = "info",
        settings: ini.Given | None = None,
        replicas: int = 1,
        database: ini.Database | None = None,
        storage: Storage | None = None,
        resources: Resources = Resources(cpu="100m", memory="256Mi", memory_limit="1Gi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.GRAFANA,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("GrafanaStack", "id"), id, limit=40)
        namespace = namespace_of(scope)
        storage = storage or (Ephemeral() if database else Claim(size="10Gi"))
        set_by_user = ini.texts(settings or {})
        check_arguments(id, sources, data_sources, storage, database, replicas, set_by_user, reset_admin_password=reset_admin_password)
        address = address_of(id, external_url, embedding=embedding)
        path = address.path if address else ""
        check_logins(id, logins, ldap, auth_proxy, login_form=login_form, external_url=address, anonymous=anonymous)
        image = registries.resolve(place(id, "image"), image)
        environment = Environment()
        shown = [endpoint_of(place(id, "sources"), source) for source in sources]
        extra = [source if isinstance(source, DataSource) else endpoint_of(place(id, "data_sources"), source) for source in data_sources]
        with inside(Place(id)):
            check_options("source_options", source_options or {})
            provisioned = provisioning(sources, extra, environment, source_options)
        known = [Source(entry["uid"], entry["name"], entry["type"]) for entry in provisioned["datasources"]]
        log_store = log_store_of(known)
        own = partial(
            router_boards,
            id,
            with_linked(
                optional_dashboards,
                [*(name for source in shown for name in source.optional_dashboards), *(["logs"] if log_store else ())]
                if router_dashboards
                else [],
            ),
            wanted=router_dashboards,
            recording_rules=shown[0].recording_rules,
            runbooks=next((source.runbooks for source in shown if source.runbooks), None),
            clusters=any(isinstance(source, ExternalPrometheus) for source in (*sources, *data_sources)),
            log_store=log_store,
        )
        pages = Pages.of(
            id, own, lines_of(shown), dashboards, known=known, contract=contract, features=features_of(known, [*shown, *extra])
        )
        super().__init__(scope, id)

        owned, secrets = labels("grafana", id, "dashboards"), SecretFiles(SECRETS)
        written = ini.with_files(set_by_user, secrets)
        serving_certificate(self, id, namespace, tls, labels=owned)
        pods, host = Pods(namespace, selector_labels("grafana", id)), f"{id}.{namespace}.svc"
        self.endpoint: Endpoint = Endpoint(
            url=Url.of(f"{'https' if tls else 'http'}://{host}:{PORT}{path}"),
            external_url=address,
            component="grafana",
            pods=pods,
            access=Access(ca=tls.authority, server_name=host) if tls else OPEN,
            tls=tls,
            has_login=anonymous is None and not isinstance(admin, DemoCredentials),
            # There is no reason for a password that is printed in the manifests.
            no_login_reason=anonymous.reason if anonymous and not isinstance(admin, DemoCredentials) else None,
            embedded=embedding,
            dashboards=[dashboard.uid for dashboard in pages.shipped],
        )
        """Where it is reached, and what others have to know to connect to it."""
        self.traffic: Sequence[Traffic] = wiring.traffic(
            self.endpoint,
            pods,
            sources=shown,
            data_sources=data_sources,
            database=database,
            smtp=smtp,
            identity=[*identity_flows(namespace, logins, ldap), *wiring.plugin_flows(_plugins(extra, {}))],
            auth_proxy=auth_proxy,
            settings=written,
            clustered=replicas > 1,
        )
        """Connections that its pods open, and those of the Router Dashboard that shows it; others to it are part of what connects."""

        account = service_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
        self.administrator: AdminSecret = admin_secret(id, admin)
        """Secret with the administrator's name and password."""
        demo = _demo_secret(self, admin, self.administrator, owned)
        fresh_database = isinstance(storage, Ephemeral) and database is None
        sections = ini.merge(
            ini.base_sections(
                admin_user=secrets.path(self.administrator.user, None if fresh_database else "once"),
                admin_password=secrets.path(self.administrator.password, None if fresh_database or reset_admin_password else "once"),
                log_level=log_level,
            ),
            {"dashboards": {"default_home_dashboard_path": f"{boards.ROOT}/{pages.shipped[0].file}"}} if router_dashboards else {},
            {"security": {"secret_key": ini.file_reference(secrets.path(secret_key))}} if secret_key else {},
            ini.serving_section(secrets.path(tls.certificate, "reread"), secrets.path(tls.key, "reread")) if tls else {},
            ini.server_section(address, embedding=embedding),
            {"auth.anonymous": {"enabled": "true", "org_role": anonymous.role}} if anonymous else {},
            login_sections(logins, ldap, auth_proxy, session, login_form=login_form, external_url=address, files=secrets),
            {"smtp": smtp.section(secrets)} if smtp else {},
            {"database": database.section(secrets)} if database else {},
            ini.high_availability(f"{id}-headless") if replicas > 1 else {},
            written,
            _plugins(extra, written),
        )
        self._files = {
            "grafana.ini": ini.render(sections),
            "datasources.yaml": to_yaml(provisioned),
            "dashboards.yaml": "",
            # Grafana logs an error for each provisioning directory it does not find.
            "alerting.yaml": _EMPTY_PROVISIONING,
            "plugins.yaml": _EMPTY_PROVISIONING,
            **({"ldap.toml": ldap.toml(secrets)} if ldap else {}),
        }
        """Files of the configuration; the providers of dashboards follow from what is shown."""
        self._pod: Callable[[Mapping[str, str], Sequence[boards.Directory]], Mapping[str, Any]] = lambda files, directories: metadata.on(
            template(
                labels=owned,
                selector=pods.labels,
                account=account.name,
                image=image,
                registries=registries,
                path=path,
                replicas=replicas,
                resources=resources,
                placement=placement,
                platform=platform,
                config_map=f"{id}-config",
                files=files,
                admin_revision=admin_revision,
                reset_password_from=secrets.path(self.administrator.password) if reset_admin_password else None,
                sqlite=database is None,
                data=volume_source(storage, f"{id}-storage"),
                secrets=secrets,
                directories=directories,
                environment=environment.body(),
                https=tls is not None,
            )
        )
        """Pod template with these files of the configuration, and the directories of the dashboards."""
        self._pages, self._sources = pages, sources
        files, pod = self._provision()
        self.config_map = Manifest(self, "config", api_version="v1", kind="ConfigMap", name=f"{id}-config", labels=owned, data=files)
        """Holds `grafana.ini` and the provisioning files."""
        self.dashboards: Sequence[Manifest] = [self._page(dashboard) for dashboard in pages.shipped]
        """A ConfigMap a dashboard."""

        if isinstance(storage, Claim):
            persistent_claim(self, "storage", storage.name or f"{id}-storage", labels=owned, claim=storage)

        self._spec = {
            **(single_writer(f"{id}-headless") if replicas == 1 else {}),
            "replicas": replicas,
            "selector": {"matchLabels": pods.labels},
        }
        """Spec of the workload, but for the pod template."""
        self.workload = Manifest(
            self,
            "workload",
            api_version="apps/v1",
            kind="Deployment" if replicas > 1 else "StatefulSet",
            name=id,
            labels=owned,
            spec={**self._spec, "template": pod},
        )
        """The StatefulSet or Deployment, also `node.default_child`, so that `ApiObject.of(stack)` reaches it."""
        self.node.default_child = self.workload
        self.secret_references: Sequence[SecretUse] = [
            *secrets.uses(namespace, id, "restart", made_by={**demo, **(tls.made_by if tls else {})}),
            *environment.uses(namespace, id),
            *pull_uses(namespace, id, registries.pull_secrets),
        ]
        """Keys of Secrets that it reads, all of them when it starts."""

        self.service = web_service(self, id, labels=owned, selector=pods.labels, port=PORT, path=path, tls=tls)
        """Service that users and an ingress connect to."""
        headless_service(
            self, f"{id}-headless", labels=owned, selector=pods.labels, port=PORT, gossip_port=ini.GOSSIP_PORT, clustered=replicas > 1
        )
        disruption_budget(self, id, labels=owned, selector=pods.labels, clustered=replicas > 1)
        for source in (*sources, *(extra for extra in data_sources if not isinstance(extra, RawDataSource))):
            source.bind(self.endpoint)
        components_of(scope).announce(self)
        components_of(scope).watch(self)

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it needs no knowledge of what exposes it."""

    def add_dashboard(self, *sources: boards.DashboardSource) -> None:
        """Show further dashboards, as if they had been among `dashboards` from the start.

        Args:
            sources: Files, directories, dashboards made in code, ConfigMaps, or whole providers.

        Raises:
            ConfigError: one of them would be refused among `dashboards`; a number in the message is its place after those given before.

        """
        pages = self._pages.extended(sources)
        further = pages.shipped[len(self._pages.shipped) :]
        self._pages = pages
        files, pod = self._provision()
        self.dashboards = [*self.dashboards, *(self._page(dashboard) for dashboard in further)]
        self.endpoint = replace(self.endpoint, dashboards=[dashboard.uid for dashboard in pages.shipped])
        self.config_map.amend(data=files)
        self.workload.amend(spec={**self._spec, "template": pod})

    def learn(self, component: object) -> None:
        """Nothing to do: it shows the sources that it was given."""

    def update(self) -> None:
        """Draw red lines, and ask for the numbers of alerts, as the sources have them now: one of them may scrape more than before."""
        lines = lines_of([source.endpoint for source in self._sources])
        if lines == self._pages.lines:
            return
        before, self._pages = self._pages.shipped, self._pages.with_lines(lines)
        for manifest, old, new in zip(self.dashboards, before, self._pages.shipped, strict=True):
            if new != old:
                manifest.amend(data=self._content(new))

    def _page(self, dashboard: boards.Dashboard) -> Manifest:
        return Manifest(
            self,
            f"dashboard-{dashboard.file}",
            api_version="v1",
            kind="ConfigMap",
            name=boards.config_map_name(self._pages.id, dashboard),
            labels=labels("grafana", self._pages.id, "dashboards"),
            data=self._content(dashboard),
        )

    def _content(self, dashboard: boards.Dashboard) -> dict[str, str]:
        return {dashboard.file: dashboard.content(self._sources[0].endpoint.data_source_uid)}

    def _provision(self) -> tuple[dict[str, str], Mapping[str, Any]]:
        """Files of the configuration, and the pod template that mounts them and the dashboards."""
        files = {**self._files, "dashboards.yaml": self._pages.provisioning()}
        return files, self._pod(files, self._pages.directories())


def _demo_secret(scope: Construct, admin: object, credentials: AdminSecret, owned: Mapping[str, str]) -> dict[str, str]:
    """Write demo credentials into a Secret, and say who made it; nothing where they are not asked for."""
    if not isinstance(admin, DemoCredentials):
        return {}
    Manifest(
        scope,
        "admin",
        api_version="v1",
        kind="Secret",
        name=credentials.name,
        labels=owned,
        annotations={"semantic-router-observability/demo-credentials": WARNING},
        type="Opaque",
        data=admin.data(credentials),
    )
    return {credentials.name: "the stack"}


def _plugins(sources: Sequence[DataSource | Endpoint], written: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Settings by which Grafana installs the plugins that its data sources need, and those of the user; nothing where there are none."""
    needed = dict.fromkeys(source.plugin for source in sources if isinstance(source, Endpoint) and source.plugin)
    given = written.get("plugins", {})
    asked = given.get("preinstall", "")
    if not needed and not asked and "preinstall_sync" not in given:
        return {}
    named = {name.strip().partition("@")[0] for name in asked.split(",")}
    names = ", ".join(filter(None, (asked, *(name for name in needed if name not in named))))
    # Off by default, so that nothing is fetched from grafana.com unasked.
    return {"plugins": {"preinstall_disabled": given.get("preinstall_disabled", "false"), **({"preinstall": names} if names else {})}}
