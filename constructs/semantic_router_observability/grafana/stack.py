"""`GrafanaStack`: one Grafana with the router's dashboards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.checks import Url, http_url, listed, public_url, service_name, unique
from semantic_router_observability.contract.options import ContractOptions
from semantic_router_observability.errors import ConfigError, Place, arg, inside, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.access import OPEN, Access
from semantic_router_observability.kubernetes.account import service_account
from semantic_router_observability.kubernetes.certificate import serving_certificate
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.endpoint import Endpoint, endpoint_of
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles, single_writer
from semantic_router_observability.kubernetes.replicas import disruption_budget, headless_service, web_service
from semantic_router_observability.kubernetes.secrets import SecretUse, pull_uses
from semantic_router_observability.kubernetes.storage import Claim, Ephemeral, ExistingClaim, Storage, volume_source
from semantic_router_observability.kubernetes.traffic import Pods, Traffic
from semantic_router_observability.yamltext import to_yaml

from . import dashboards as boards
from . import settings as ini
from . import traffic as wiring
from .credentials import WARNING, DemoCredentials, admin_secret
from .datasources import DataSource, Environment, RawDataSource, provisioning
from .identity.flows import identity_flows
from .identity.login import check_logins, login_sections
from .pod import PORT, SECRETS, template
from .router_boards import router_boards

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
        data_sources: Further data sources: Prometheus-compatible, Loki, Tempo, Alertmanager or any other type. Default: none.
        dashboards: Dashboards besides the router's own: files, directories, code, ConfigMaps, whole providers. Default: none.
        router_dashboards: Ship the router's own dashboards in folder "Semantic Router". Default true.
        optional_dashboards: Which of the pages that need more than the router to be scraped are shipped too: `vllm` (a job for vLLM
            engines), `kubernetes` (kube-state-metrics and the kubelet's cAdvisor), `slos` (an SLO under `alerts`). Default: none.
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
        settings: Any other setting of `grafana.ini`, by section and key; wins over everything else. A credential is a key of a Secret.
            Default: none.
        replicas: Number of pods. Default 1; more need `database`.
        database: External PostgreSQL or MySQL. Default: SQLite on the volume.
        storage: Where SQLite and plugins are kept. Default: a declared claim of 10Gi, the size the router project suggests; with
            `database` an emptyDir of 5Gi.
        resources: Requests and limits. Default 100m CPU, 256Mi memory, limit 1Gi memory: the router project's, less its CPU limit.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere; several replicas prefer different nodes.
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
        settings: Mapping[str, Mapping[str, str | SecretKey]] | None = None,
        replicas: int = 1,
        database: ini.Database | None = None,
        storage: Storage | None = None,
        resources: Resources = Resources(cpu="100m", memory="256Mi", memory_limit="1Gi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        image: str = images.GRAFANA,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("GrafanaStack", "id"), id, limit=40)
        namespace = namespace_of(scope)
        storage = storage or (Ephemeral() if database else Claim(size="10Gi"))
        _check(id, sources, data_sources, storage, database, replicas, settings or {}, reset_admin_password=reset_admin_password)
        address = _address(id, external_url, embedding=embedding)
        path = address.path if address else ""
        check_logins(id, logins, ldap, auth_proxy, login_form=login_form, external_url=address, anonymous=anonymous)
        image = registries.resolve(place(id, "image"), image)
        environment = Environment()
        shown = [endpoint_of(place(id, "sources"), source) for source in sources]
        extra = [source if isinstance(source, DataSource) else endpoint_of(place(id, "data_sources"), source) for source in data_sources]
        with inside(Place(id)):
            data_source_file = to_yaml(provisioning(sources, extra, environment))
        own = router_boards(
            id,
            optional_dashboards,
            wanted=router_dashboards,
            recording_rules=shown[0].recording_rules,
            lines=[line for source in shown for line in source.lines],
        )
        pages, volumes = _pages(id, own, dashboards, contract)
        super().__init__(scope, id)

        owned = labels("grafana", id, "dashboards")
        selector = selector_labels("grafana", id)
        secrets = SecretFiles(SECRETS)
        written = ini.with_files(settings or {}, secrets)
        directories = boards.directories(id, pages, volumes)
        serving_certificate(self, id, namespace, tls, labels=owned)
        pods = Pods(namespace, selector)
        host = f"{id}.{namespace}.svc"
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
        )
        """Where it is reached, and what others have to know to connect to it."""
        self.traffic: Sequence[Traffic] = wiring.traffic(
            self.endpoint,
            pods,
            sources=shown,
            data_sources=data_sources,
            database=database,
            smtp=smtp,
            identity=identity_flows(namespace, logins, ldap),
            auth_proxy=auth_proxy,
            settings=written,
            clustered=replicas > 1,
        )
        """Connections that its pods open, and those of the Router Dashboard that shows it; others to it are part of what connects."""

        account = service_account(self, id, labels=owned)
        credentials = admin_secret(id, admin)
        demo = _demo_secret(self, admin, credentials, owned)
        fresh_database = isinstance(storage, Ephemeral) and database is None
        sections = ini.merge(
            ini.base_sections(
                admin_user=secrets.path(credentials.user, None if fresh_database else "once"),
                admin_password=secrets.path(credentials.password, None if fresh_database or reset_admin_password else "once"),
                log_level=log_level,
            ),
            {"dashboards": {"default_home_dashboard_path": f"{boards.ROOT}/{pages[0].file}"}} if router_dashboards else {},
            {"security": {"secret_key": ini.file_reference(secrets.path(secret_key))}} if secret_key else {},
            ini.serving_section(secrets.path(tls.certificate, "reread"), secrets.path(tls.key, "reread")) if tls else {},
            ini.server_section(address, embedding=embedding),
            {"auth.anonymous": {"enabled": "true", "org_role": anonymous.role}} if anonymous else {},
            login_sections(logins, ldap, auth_proxy, session, login_form=login_form, external_url=address, files=secrets),
            {"smtp": smtp.section(secrets)} if smtp else {},
            {"database": database.section(secrets)} if database else {},
            ini.high_availability(f"{id}-headless") if replicas > 1 else {},
            written,
        )
        files = {
            "grafana.ini": ini.render(sections),
            "datasources.yaml": data_source_file,
            "dashboards.yaml": to_yaml({"apiVersion": 1, "providers": [directory.provider for directory in directories]}),
            # Grafana logs an error for each provisioning directory it does not find.
            "alerting.yaml": _EMPTY_PROVISIONING,
            "plugins.yaml": _EMPTY_PROVISIONING,
            **({"ldap.toml": ldap.toml(secrets)} if ldap else {}),
        }
        self.config_map = Manifest(self, "config", api_version="v1", kind="ConfigMap", name=f"{id}-config", labels=owned, data=files)
        """Holds `grafana.ini` and the provisioning files."""
        self.dashboards: Sequence[Manifest] = [
            Manifest(
                self,
                f"dashboard-{dashboard.file}",
                api_version="v1",
                kind="ConfigMap",
                name=boards.config_map_name(id, dashboard),
                labels=owned,
                data={dashboard.file: dashboard.content(shown[0].data_source_uid)},
            )
            for dashboard in pages
        ]
        """A ConfigMap a dashboard."""

        if isinstance(storage, Claim):
            Manifest(
                self, "storage", api_version="v1", kind="PersistentVolumeClaim", name=f"{id}-storage", labels=owned, spec=storage.spec()
            )

        kind = "Deployment" if replicas > 1 else "StatefulSet"
        self.workload = Manifest(
            self,
            "workload",
            api_version="apps/v1",
            kind=kind,
            name=id,
            labels=owned,
            spec={
                **(single_writer(f"{id}-headless") if replicas == 1 else {}),
                "replicas": replicas,
                "selector": {"matchLabels": selector},
                "template": template(
                    labels=owned,
                    selector=selector,
                    account=account.name,
                    image=image,
                    registries=registries,
                    path=path,
                    replicas=replicas,
                    resources=resources,
                    placement=placement,
                    platform=platform,
                    config_map=self.config_map.name,
                    files=files,
                    admin_revision=admin_revision,
                    reset_password_from=secrets.path(credentials.password) if reset_admin_password else None,
                    sqlite=database is None,
                    data=volume_source(storage, f"{id}-storage"),
                    secrets=secrets,
                    directories=directories,
                    environment=environment.body(),
                    https=tls is not None,
                ),
            },
        )
        """The StatefulSet or Deployment, also `node.default_child`, so that `ApiObject.of(stack)` reaches it."""
        self.node.default_child = self.workload
        self.secret_references: Sequence[SecretUse] = [
            *secrets.uses(namespace, id, "restart", made_by={**demo, **(tls.made_by if tls else {})}),
            *environment.uses(namespace, id),
            *pull_uses(namespace, id, registries.pull_secrets),
        ]
        """Keys of Secrets that it reads, all of them when it starts."""

        self.service = web_service(self, id, labels=owned, selector=selector, port=PORT, path=path, tls=tls)
        """Service that users and an ingress connect to."""
        headless_service(
            self, f"{id}-headless", labels=owned, selector=selector, port=PORT, gossip_port=ini.GOSSIP_PORT, clustered=replicas > 1
        )
        disruption_budget(self, id, labels=owned, selector=selector, clustered=replicas > 1)
        for source in (*sources, *(extra for extra in data_sources if not isinstance(extra, RawDataSource))):
            source.bind(self.endpoint)
        components_of(scope).announce(self)

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it needs no knowledge of what exposes it."""


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


def _check(
    id: str,
    sources: Sequence[HasEndpoint],
    data_sources: Sequence[DataSource | HasEndpoint],
    storage: Storage,
    database: ini.Database | None,
    replicas: int,
    settings: Mapping[str, Mapping[str, str | SecretKey]],
    *,
    reset_admin_password: bool,
) -> None:
    for name, given in (("sources", sources), ("data_sources", data_sources)):
        listed(place(id, name), given)
    if not sources:
        raise ConfigError(place(id, "sources"), [], "give at least one, such as a PrometheusStack or ExternalPrometheus(url=...)")
    if replicas < 1:
        raise ConfigError(place(id, "replicas"), replicas, "write 1, or more with an external database")
    if replicas > 1 and database is None:
        raise ConfigError(place(id, "replicas"), replicas, "SQLite serves one process; give a database (postgres or mysql) or write 1")
    if replicas > 1 and isinstance(storage, Claim | ExistingClaim):
        raise ConfigError(
            place(id, "storage"),
            storage.size or "existing claim",
            "one volume cannot serve several replicas; use ephemeral storage, the database keeps the data",
        )
    if reset_admin_password and isinstance(storage, Ephemeral) and database is None:
        raise ConfigError(
            place(id, "reset_admin_password"),
            reset_admin_password,
            f"without a volume every start takes the Secret; remove it and bump {arg('admin_revision')}",
        )
    ini.check_raw(place(id, "settings"), settings)


def _pages(
    id: str, own: Sequence[boards.Dashboard], dashboards: Sequence[boards.DashboardSource], contract: ContractOptions
) -> tuple[list[boards.Dashboard], list[boards.DashboardConfigMap | boards.DashboardProvider]]:
    """Dashboards to ship, the router's own first, and the volumes that hold others; what users bring is held to the contract."""
    with inside(Place(id)):
        pages, volumes = boards.load(dashboards, own)
    contract.check_dashboards(id, pages[len(own) :])  # the router's own are checked by this project's tests
    unique(place(id, "dashboards"), [boards.config_map_name(id, dashboard) for dashboard in pages], "dashboards")
    return pages, volumes


def _address(id: str, external_url: str | None, *, embedding: bool) -> Url | None:
    """Where users reach Grafana."""
    if external_url is None:
        return None
    if embedding:
        raise ConfigError(
            place(id, "external_url"),
            external_url,
            f"an embedded Grafana has the Router Dashboard's address; remove {arg('external_url')} or {arg('embedding')}",
        )
    where = place(id, "external_url")
    return public_url(where, http_url(where, external_url))
