"""Random settings that can work, as `observability.yaml` would hold them: one strategy a section."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Mapping = dict[str, Any]

LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,14}[a-z0-9])?", fullmatch=True)
"""Names of namespaces, Secrets, claims and classes; starts with a letter, so YAML and Kubernetes both take it as it is."""

SUBDOMAIN = st.one_of(LABEL, st.builds("{}.{}".format, LABEL, LABEL))
WORD = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,11}", fullmatch=True)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters='`\\"$'), min_size=1, max_size=20)
LABEL_VALUE = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,10}[A-Za-z0-9])?", fullmatch=True)
LABEL_NAME = st.from_regex(r"[A-Za-z]([A-Za-z0-9_.]{0,10}[A-Za-z0-9])?", fullmatch=True)
LABELS = st.dictionaries(st.one_of(LABEL, st.builds("{}.example.com/{}".format, LABEL, LABEL_NAME)), LABEL_VALUE, min_size=1, max_size=3)
DURATION = st.builds("{}{}".format, st.integers(2, 90), st.sampled_from(["h", "d", "w"]))
SECRET_KEY = st.fixed_dictionaries({"secret": SUBDOMAIN, "key": WORD})
PATH = st.lists(LABEL, max_size=2).map(lambda parts: "".join(f"/{part}" for part in parts))
HOST_AND_PORT = st.builds("{}:{}".format, SUBDOMAIN, st.integers(1, 65535))
PORT_NAME = st.sampled_from(["metrics", "http", "http-metrics", "p9090"])
NAMESPACES = st.lists(LABEL, max_size=3, unique=True)


def public_url(schemes: tuple[str, ...] = ("http", "https")) -> st.SearchStrategy[str]:
    """Address at which people reach a user interface."""
    return st.builds("{}://{}.example.com{}".format, st.sampled_from(schemes), LABEL, PATH)


def struct(required: Mapping | None = None, **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Mapping]:
    """A mapping with all required keys and any of the optional ones."""
    return st.fixed_dictionaries(required or {}, optional=optional)


def tagged(tag: str, required: Mapping | None = None, **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Mapping]:
    """One alternative of a union."""
    return struct({"type": st.just(tag), **(required or {})}, **optional)


def storage(smallest: int) -> st.SearchStrategy[Mapping]:
    """A place to keep data of at least `smallest` GiB."""
    size = st.builds("{}Gi".format, st.integers(smallest, 4000))
    return st.one_of(
        tagged("claim", {"size": size}, storageClass=SUBDOMAIN, accessMode=st.sampled_from(["ReadWriteOnce", "ReadWriteOncePod"])),
        tagged("existingClaim", {"name": SUBDOMAIN}, size=size),
        tagged("ephemeral", {"size": size}),
    )


RESOURCES = st.one_of(
    struct({"cpu": st.just("100m"), "memory": st.just("1Gi")}, cpuLimit=st.just("1500m"), memoryLimit=st.just("2Gi")),
    struct({"cpu": st.just("0.5"), "memory": st.just("700M")}, memoryLimit=st.just("1.5Gi")),
)
PLACEMENT = struct(
    nodeSelector=LABELS,
    tolerations=st.lists(st.fixed_dictionaries({"key": LABEL, "operator": st.just("Exists")}), max_size=2),
    affinity=st.just({"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}),
    priorityClassName=SUBDOMAIN,
)
ROUTER = st.one_of(
    struct(install=st.sampled_from(["any", "raw", "kserve"]), port=PORT_NAME, namespaces=NAMESPACES),
    struct({"install": st.just("helm"), "release": SUBDOMAIN}, port=PORT_NAME, namespaces=NAMESPACES),
    struct({"install": st.just("operator"), "name": SUBDOMAIN}, namespaces=NAMESPACES),
    struct({"install": st.just("labels"), "matchLabels": LABELS}, port=PORT_NAME, namespaces=NAMESPACES),
)
JOB_NAME = st.from_regex(r"job-[a-z0-9./_]{0,12}[a-z0-9]", fullmatch=True)
JOB: dict[str, Any] = {
    "path": st.sampled_from(["/metrics", "/stats/prometheus"]),
    "interval": st.sampled_from(["10s", "1m"]),
    "timeout": st.sampled_from(["5s", "10s"]),
    "sampleLimit": st.integers(0, 10**6),
    "nativeHistograms": st.booleans(),
    "bearerToken": SECRET_KEY,
}
PORT = st.one_of(PORT_NAME, st.integers(1, 65535))
SCRAPE_JOB = st.one_of(
    tagged(
        "static",
        {"name": JOB_NAME, "targets": st.lists(HOST_AND_PORT, min_size=1, max_size=3)},
        labels=st.dictionaries(WORD, TEXT, max_size=2),
        **JOB,
    ),
    tagged("pods", {"name": JOB_NAME, "matchLabels": LABELS, "port": PORT}, namespaces=NAMESPACES, **JOB),
    tagged(
        "services",
        {"name": JOB_NAME, "matchLabels": LABELS, "port": PORT, "scheme": st.just("https"), "ca": SECRET_KEY},
        namespaces=NAMESPACES,
        **JOB,
    ),
    tagged(
        "raw",
        {
            "name": JOB_NAME,
            "config": struct(
                {"static_configs": st.just([{"targets": ["a:1"]}])},
                basic_auth=st.fixed_dictionaries({"username": st.just("anna"), "password": SECRET_KEY}),
                tls_config=st.fixed_dictionaries({"ca": SECRET_KEY, "cert": SECRET_KEY, "key": SECRET_KEY}),
                http_headers=st.fixed_dictionaries({"X-Api-Key": SECRET_KEY}),
            ),
        },
        namespaces=NAMESPACES,
    ),
    tagged("kubeStateMetrics", {"name": JOB_NAME}, namespaces=NAMESPACES, ofNamespaces=NAMESPACES),
    tagged("envoy", {"name": JOB_NAME.map(lambda name: f"envoy-{name}")}, namespaces=NAMESPACES, port=st.sampled_from([15090, "metrics"])),
    tagged("dcgm", {"name": JOB_NAME}, namespaces=NAMESPACES, matchLabels=LABELS, port=PORT),
    tagged("nodeExporter", {"name": JOB_NAME}, namespaces=NAMESPACES, matchLabels=LABELS, port=st.integers(1, 65535)),
    tagged("operator", {"name": JOB_NAME}, namespaces=NAMESPACES, matchLabels=LABELS, port=st.integers(1, 65535)),
    tagged("redis", {"name": JOB_NAME}, namespaces=NAMESPACES, matchLabels=LABELS, port=PORT),
)
RULES = st.lists(
    struct(
        {
            "name": LABEL,
            "groups": st.just(
                [{"name": "g", "rules": [{"alert": "Down", "expr": "up == 0", "for": "5m"}, {"record": "a:b", "expr": "up"}]}]
            ),
        }
    ),
    max_size=2,
    unique_by=lambda file: file["name"],
)
REMOTE_WRITE = st.one_of(
    struct({"url": public_url(), "name": LABEL}, headers=st.just({"X-Scope-OrgID": "a"}), bearerToken=SECRET_KEY, ca=SECRET_KEY),
    struct({"url": public_url(), "name": LABEL, "basicAuth": st.fixed_dictionaries({"username": SECRET_KEY, "password": SECRET_KEY})}),
)
GUARDS = struct(
    sampleLimit=st.integers(0, 2**31 - 1),
    labelLimit=st.integers(0, 100),
    labelNameLengthLimit=st.integers(0, 500),
    labelValueLengthLimit=st.integers(0, 10_000),
    dropPersonal=st.booleans(),
    boundClientLabels=st.booleans(),
)
ISSUER = struct({"name": SUBDOMAIN}, kind=st.sampled_from(["Issuer", "ClusterIssuer"]))


def tls(server: str) -> st.SearchStrategy[Mapping]:
    """Certificate of a server; no two servers have one Secret."""
    return struct({"secret": st.builds("{}-{}".format, st.just(server), LABEL)}, issuer=ISSUER, caConfigMap=SUBDOMAIN)


PASSWORDS = tagged("basicAuth", {"secret": SUBDOMAIN})
CERTIFICATES = tagged("clientCertificates", {"secret": SUBDOMAIN}, ca=SECRET_KEY, allowedNames=st.lists(SUBDOMAIN, max_size=2))
EMAIL = st.builds("{}@{}.example.com".format, WORD, LABEL)
ALLOW = st.one_of(
    st.just({"everybody": True}),
    struct({"groups": st.lists(TEXT, min_size=1, max_size=3)}, domains=st.just(["example.com"])),
    struct({"emails": st.lists(EMAIL, min_size=1, max_size=3)}, groups=st.lists(LABEL, max_size=2)),
)
REALM = public_url(("https",))
IDENTITIES = st.one_of(
    st.fixed_dictionaries(
        {"provider": tagged("oidc", {"issuer": REALM}, scope=st.just("openid"), groupsClaim=WORD, ca=SECRET_KEY), "allow": ALLOW}
    ),
    struct({"provider": tagged("keycloak", {"issuer": REALM, "roles": st.lists(LABEL, min_size=1)}, ca=SECRET_KEY)}, allow=ALLOW),
    struct({"provider": tagged("github", {"organization": LABEL}, teams=st.lists(LABEL, max_size=2))}),
    st.just({"provider": {"type": "google"}, "allow": {"domains": ["example.com"]}}),
)
OAUTH2_PROXY = st.builds(
    lambda login, identities: {**login, **identities},
    tagged(
        "oauth2Proxy",
        {
            "clientId": TEXT,
            "clientSecret": SECRET_KEY,
            "cookieSecret": st.fixed_dictionaries({"secret": SUBDOMAIN, "key": st.just("cookie-secret")}),
        },
        expire=DURATION,
        refresh=st.sampled_from(["90s", "30m"]),
        trustedProxies=st.sampled_from([[], ["10.0.0.0/8", "2001:db8::/64"]]),
        replicas=st.integers(1, 9),
        resources=RESOURCES,
        placement=PLACEMENT,
    ),
    IDENTITIES,
)
LOGIN = st.one_of(
    st.just({}),
    struct({"login": OAUTH2_PROXY, "externalUrl": public_url(("https",))}, tls=tls("prometheus")),
    struct({"login": st.one_of(PASSWORDS, tagged("none", {"reason": TEXT}))}, tls=tls("prometheus")),
    struct({"login": CERTIFICATES, "tls": tls("prometheus")}),
    struct({"tls": tls("prometheus")}),
)
_PROMETHEUS = struct(
    outOfOrderWindow=st.sampled_from(["30m", "2h"]),
    scrapeJobs=st.lists(SCRAPE_JOB, max_size=4, unique_by=lambda job: job["name"]),
    guards=GUARDS,
    rules=RULES,
    interval=st.sampled_from(["10s", "15s", "1m", "2m"]),
    retention=DURATION,
    storage=storage(1),
    externalLabels=st.dictionaries(WORD, TEXT, max_size=3),
    externalUrl=public_url(),
    remoteWrite=st.lists(REMOTE_WRITE, max_size=2, unique_by=lambda write: write["name"]),
    clusterWide=st.booleans(),
    recordingRules=st.booleans(),
    ruleConfigMaps=st.lists(LABEL, max_size=2, unique=True),
    resources=RESOURCES,
    placement=PLACEMENT,
)
PROMETHEUS = st.builds(lambda settings, login: {**settings, **login}, _PROMETHEUS, LOGIN)

AUTHENTICATION: st.SearchStrategy[Mapping] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"bearerToken": SECRET_KEY}),
    st.fixed_dictionaries({"basicAuthUser": SECRET_KEY, "basicAuthPassword": SECRET_KEY}),
)
UID = st.from_regex(r"uid[A-Za-z0-9_-]{0,20}", fullmatch=True)


def _source(tag: str) -> st.SearchStrategy[Mapping]:
    plain = tagged(tag, {"url": public_url(), "uid": UID, "name": st.builds("Source {}".format, TEXT)})
    return st.builds(lambda source, authentication: {**source, **authentication}, plain, AUTHENTICATION)


DATA_SOURCE = st.one_of(
    *(_source(tag) for tag in ("prometheus", "loki", "victorialogs", "tempo", "jaeger", "alertmanager")),
    tagged("raw", {"config": st.fixed_dictionaries({"name": st.builds("Source {}".format, TEXT), "uid": UID, "type": st.just("x")})}),
)


def _of(source: Mapping, key: str) -> str:
    return str(source.get("config", source)[key])


DASHBOARDS = st.lists(
    st.one_of(
        tagged("configMap", {"name": SUBDOMAIN}, folder=WORD),
        tagged("provider", {"name": LABEL, "volume": st.just({"persistentVolumeClaim": {"claimName": "dashboards"}})}, folder=WORD),
    ),
    max_size=3,
    unique_by=lambda source: source["name"],
)
DATABASE = st.one_of(
    struct(
        {"engine": st.just("postgres"), "host": HOST_AND_PORT, "user": SECRET_KEY, "password": SECRET_KEY},
        name=WORD,
        sslMode=st.sampled_from(["disable", "require", "verify-ca", "verify-full"]),
    ),
    struct({"engine": st.just("mysql"), "host": HOST_AND_PORT, "user": SECRET_KEY, "password": SECRET_KEY}),
)
ADMIN = st.one_of(
    st.fixed_dictionaries({"type": st.just("demo")}),
    tagged("secret", {"name": SUBDOMAIN}, userKey=st.just("user"), passwordKey=st.just("pass")),
)
SMTP = st.one_of(
    struct({"host": HOST_AND_PORT, "fromAddress": st.just("grafana@example.com")}, startTls=st.just("NoStartTLS")),
    struct({"host": HOST_AND_PORT, "fromAddress": st.just("a@b"), "user": SECRET_KEY, "password": SECRET_KEY}),
)
GROUPS = st.lists(TEXT, min_size=1, max_size=2, unique=True)
_APP = {"clientId": WORD, "clientSecret": SECRET_KEY, "everybody": st.just(True)}
LOGINS = st.lists(
    st.one_of(
        tagged("google", _APP, signUp=st.booleans(), refreshToken=st.booleans()),
        tagged("github", {**_APP, "url": public_url(("https",))}),
        tagged("entra", {**_APP, "tenants": st.just(["8bab1c86-8fba-33e5-2089-1d1c80ec267d"])}, serverAdmins=st.booleans()),
        tagged("okta", {**_APP, "url": public_url(("https",))}, roles=struct({"admin": GROUPS})),
        tagged(
            "keycloak", {**_APP, "realmUrl": st.just("https://sso.example.com/realms/ops")}, ca=SECRET_KEY, roles=struct({"editor": GROUPS})
        ),
    ),
    max_size=3,
    unique_by=lambda login: login["type"],
)
LDAP_SERVER = struct(
    {
        "hosts": st.lists(SUBDOMAIN, min_size=1, max_size=2, unique=True),
        "searchBaseDns": st.just(["dc=example,dc=com"]),
        "groups": st.just([{"dn": "*", "role": "Viewer"}]),
    },
    encryption=st.sampled_from(["ldaps", "startTls"]),
    ca=SECRET_KEY,
    port=st.integers(1, 65535),
)
_GRAFANA: dict[str, Any] = {
    "dataSources": st.lists(DATA_SOURCE, max_size=4, unique_by=(lambda source: _of(source, "uid"), lambda source: _of(source, "name"))),
    "dashboards": DASHBOARDS,
    "routerDashboards": st.booleans(),
    "admin": ADMIN,
    "adminRevision": TEXT,
    "secretKey": SECRET_KEY,
    "ldap": struct({"servers": st.lists(LDAP_SERVER, min_size=1, max_size=2)}, signUp=st.booleans()),
    "authProxy": struct({"addresses": st.just(["10.0.0.0/16", "fd00::1"])}, syncMinutes=st.integers(0, 60)),
    "session": st.just({"idle": "12h", "lifetime": "2w"}),
    "anonymous": struct(role=st.sampled_from(["Viewer", "Editor"])),
    "smtp": SMTP,
    "tls": tls("grafana"),
    "logLevel": st.sampled_from(["debug", "info", "warn", "error"]),
    "settings": st.dictionaries(WORD, st.dictionaries(st.just("option"), TEXT, max_size=1), max_size=2),
    "resources": RESOURCES,
    "placement": PLACEMENT,
}
GRAFANA = st.one_of(
    struct({"externalUrl": public_url(("https",))}, logins=LOGINS, **_GRAFANA),
    struct(
        externalUrl=public_url(),
        storage=storage(1).filter(lambda chosen: chosen["type"] != "ephemeral"),
        resetAdminPassword=st.booleans(),
        **_GRAFANA,
    ),
    struct(embedding=st.booleans(), storage=storage(1), **_GRAFANA),
    struct({"database": DATABASE}, replicas=st.integers(1, 5), externalUrl=public_url(), resetAdminPassword=st.booleans(), **_GRAFANA),
)
IMAGES = struct(
    prometheus=st.sampled_from(["prom/prometheus:v3.0.0", "quay.io/prometheus/prometheus@sha256:" + "0" * 64]),
    grafana=st.just("ghcr.io/team/grafana:13"),
    mirrors=st.just(
        {
            "docker.io": "mirror.example.com/hub",
            "quay.io": "mirror.example.com:5000",
            "ghcr.io": "mirror.example.com/ghcr",
            "registry.k8s.io": "mirror.example.com/kubernetes",
        }
    ),
    pullSecrets=st.lists(SUBDOMAIN, max_size=2, unique=True),
)


PLATFORM = st.sampled_from([{"type": "kubernetes"}, {"type": "openshift"}])


READERS = st.fixed_dictionaries({"type": st.sampled_from(["nginx", "traefik", "haproxy", "class"]), "name": LABEL})
"""Ingress controllers that read certificates from Secrets."""
SECRET_TLS = st.just({"type": "secret", "name": "web"})
ISSUER_TLS = st.just({"type": "certManager", "name": "issuer", "kind": "Issuer"})
CERTIFICATE_TLS = st.just({"type": "certificate", "issuer": {"name": "issuer"}})
ELSEWHERE = {"type": "elsewhere"}
ELSEWHERE_TLS = st.just(ELSEWHERE)


@st.composite
def ingress(draw: st.DrawFn) -> Mapping:
    """An exposure of Grafana whose certificate goes with the form."""
    gateway = {"type": st.just("gateway"), "name": LABEL, "namespace": LABEL}
    own_gateway = st.fixed_dictionaries({"type": st.just("ownGateway"), "className": LABEL})
    attached = st.fixed_dictionaries({**gateway, "sectionName": st.just("https")}, optional={"redirectFrom": st.just("http")})
    alb = st.fixed_dictionaries({"type": st.just("alb"), "group": LABEL})
    gke = struct({"type": st.just("gke")}, internal=st.booleans(), preSharedCertificates=st.lists(LABEL, max_size=2))
    # Without redirectFrom, which an address whose TLS ends elsewhere cannot have.
    plain = st.fixed_dictionaries(gateway)
    via, tls = draw(
        st.one_of(
            st.tuples(st.one_of(READERS, own_gateway), st.one_of(SECRET_TLS, ISSUER_TLS, CERTIFICATE_TLS, ELSEWHERE_TLS, st.none())),
            st.tuples(st.just({"type": "route"}), st.one_of(SECRET_TLS, CERTIFICATE_TLS, ELSEWHERE_TLS, st.none())),
            st.tuples(st.one_of(alb, plain), ELSEWHERE_TLS),
            st.tuples(st.one_of(alb, gke, attached), st.none()),
        )
    )
    return {"via": via, **({"tls": tls} if tls else {})}


CIDR = st.builds("10.{}.0.0/16".format, st.integers(0, 255))
ALLOWED = st.one_of(
    struct(
        {"workloads": st.just(["prometheus", "grafana"]), "reason": WORD, "namespace": st.one_of(LABEL, st.just("*"))},
        podLabels=LABELS,
        ports=st.lists(st.integers(1, 65535), max_size=2),
    ),
    struct({"workloads": st.just(["grafana"]), "reason": WORD, "cidrs": st.lists(CIDR, min_size=1, max_size=2)}),
)
NETWORK_POLICIES = struct(
    allowFrom=st.lists(ALLOWED, max_size=2),
    allowTo=st.lists(ALLOWED, max_size=2),
    apiServer=struct(ports=st.lists(st.integers(1, 65535), min_size=1, max_size=2)),
    dns=st.lists(
        st.one_of(tagged("pods", {"namespace": LABEL, "labels": LABELS}), tagged("addresses", {"cidrs": st.lists(CIDR, min_size=1)})),
        max_size=2,
    ),
)


TRACES = struct(
    {
        "destinations": st.lists(
            st.one_of(
                struct(
                    {
                        "name": LABEL,
                        "url": st.builds("{}:{}".format, st.builds("https://{}.example.com".format, LABEL), st.integers(1, 65535)),
                    },
                    headers=st.fixed_dictionaries({"authorization": SECRET_KEY}),
                    ca=SECRET_KEY,
                ),
                struct({"name": LABEL, "url": st.builds("http://tempo.{}.svc:4318".format, LABEL), "protocol": st.just("http")}),
            ),
            min_size=1,
            max_size=3,
            unique_by=lambda destination: destination["name"],
        )
    },
    store=struct(retention=DURATION, storage=storage(5), resources=RESOURCES, placement=PLACEMENT),
    sampling=struct(percent=st.sampled_from([0.1, 50]), errors=st.booleans(), slow=st.just("5s"), traces=st.integers(100, 1_000_000)),
    dropAttributes=st.lists(WORD, max_size=2),
    resources=RESOURCES,
    placement=PLACEMENT,
)


PROBE: dict[str, Any] = {"interval": st.sampled_from(["15s", "2m"]), "timeout": st.sampled_from(["1s", "14s"])}
ASKED: dict[str, Any] = {"bearerToken": SECRET_KEY, "ca": SECRET_KEY, "serverName": SUBDOMAIN}
# Names of all kinds of probe differ by their first letter.
PROBES = struct(
    {
        "http": st.lists(
            struct(
                {"name": st.builds("p{}".format, LABEL), "url": public_url(("https",))},
                status=st.lists(st.integers(100, 599), min_size=1, max_size=2),
                body=WORD,
                **ASKED,
                **PROBE,
            ),
            min_size=1,
            max_size=2,
            unique_by=lambda probe: probe["name"],
        )
    },
    tcp=st.lists(
        struct(
            {"name": st.builds("t{}".format, LABEL), "address": st.builds("{}.{}.svc:{}".format, LABEL, LABEL, st.integers(1, 65535))},
            tls=st.booleans(),
            **PROBE,
        ),
        max_size=2,
        unique_by=lambda probe: probe["name"],
    ),
    canaries=st.lists(
        struct(
            {"name": st.builds("c{}".format, LABEL), "url": st.builds("https://{}.example.com/v1/chat/completions".format, LABEL)},
            model=LABEL,
            prompt=TEXT,
            maxTokens=st.integers(1, 256),
            headers=st.fixed_dictionaries({"x-vsr-selected-model": WORD}),
            interval=st.sampled_from(["1m", "4m"]),
            timeout=st.sampled_from(["5s", "59s"]),
            **ASKED,
        ),
        max_size=2,
        unique_by=lambda probe: probe["name"],
    ),
    resources=RESOURCES,
    placement=PLACEMENT,
)


GRAFANA_ACCESS = struct(
    {"teams": st.just([{"name": "sre"}, {"name": "on-call", "members": ["ada@example.com"]}])},
    serviceAccounts=st.lists(
        struct(
            {"name": TEXT, "token": st.fixed_dictionaries({"secret": st.builds("token-{}".format, LABEL), "key": WORD})},
            role=st.sampled_from(["None", "Viewer", "Editor", "Admin"]),
            tokenLifetime=DURATION,
        ),
        max_size=2,
        unique_by=(lambda account: account["name"], lambda account: account["token"]["secret"]),
    ),
    folders=st.lists(
        struct(
            {
                "title": TEXT,
                "permissions": st.just([{"team": "sre", "permission": "Admin"}, {"role": "Viewer", "permission": "View"}]),
            }
        ),
        max_size=2,
        unique_by=lambda folder: folder["title"],
    ),
    schedule=st.sampled_from(["*/10 * * * *", "7,37 * * * *"]),
    resources=RESOURCES,
    placement=PLACEMENT,
)


@st.composite
def settings(draw: st.DrawFn) -> Mapping:
    """A whole `observability.yaml`."""
    value: Mapping = draw(
        struct(
            namespace=LABEL,
            routers=st.lists(ROUTER, min_size=1, max_size=3),
            prometheus=PROMETHEUS,
            grafana=GRAFANA,
            images=IMAGES,
            platform=PLATFORM,
            networkPolicies=NETWORK_POLICIES,
            annotations=st.dictionaries(st.sampled_from(["example.com/owner", "team"]), TEXT, max_size=2),
            ipFamilyPolicy=st.sampled_from(["PreferDualStack", "RequireDualStack"]),
            traces=TRACES,
            probes=PROBES,
            grafanaAccess=GRAFANA_ACCESS,
            kubeStateMetrics=struct(
                namespaces=NAMESPACES, collectors=st.just(["pods", "deployments"]), resources=RESOURCES, placement=PLACEMENT
            ),
        )
    )
    grafana = value.get("grafana", {})
    has_login = "anonymous" not in grafana and grafana.get("admin", {}).get("type") != "demo"
    # What has a login is exposed by https only.
    if grafana.get("externalUrl", "").startswith("https://") and has_login and draw(st.booleans()):
        value["ingress"] = draw(ingress())
        _meet(value["ingress"], grafana.get("tls"))
    return value


def _meet(exposure: Mapping, serving: Mapping | None) -> None:
    """Give the exposure and the certificate of the pod behind it what each has to know of the other."""
    via = exposure["via"]
    if via["type"] == "class":
        # What the stack cannot know of another controller has to be stated.
        via["tlsToBackends"] = serving is not None
    if serving is None:
        return
    if via["type"] in {"gateway", "ownGateway"}:
        serving.setdefault("caConfigMap", "authority")
    if via["type"] == "route":
        # A Route reads no Secret, and one that connects to the pods by https serves by https.
        serving.pop("issuer", None)
        serving["serviceCa"] = True
        if exposure.get("tls") == ELSEWHERE:
            exposure["tls"] = {"type": "secret", "name": "web"}
