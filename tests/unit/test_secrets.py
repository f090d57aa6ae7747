"""Who brings Secrets: what the stacks say they read, and what each provider makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import main
import pytest
import yaml

import semantic_router_observability as sro
from manifests import NAMESPACE, find, from_yaml, new_chart, objects_of, pod_templates
from semantic_router_observability import app
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.explain.permissions import report
from semantic_router_observability.kubernetes.secrets import SecretUse
from semantic_router_observability.secrets import Need, needs
from semantic_router_observability.secrets.provider import Object, SecretProvider

if TYPE_CHECKING:
    import cdk8s

ROOT = Path(__file__).parents[2]
ENCRYPTED = ROOT / "tests" / "encrypted"
"""Files as `kubeseal` and `sops` wrote them, and what they were made from."""

KEY = sro.SecretKey("remote-write", "token")
WRITE = sro.RemoteWrite(url="https://mimir.example.com/push", bearer_token=KEY)


def prometheus(chart: cdk8s.Chart, **arguments: Any) -> sro.PrometheusStack:
    """A Prometheus that reads one key."""
    return sro.PrometheusStack(chart, "prometheus", **{"remote_write": [WRITE], **arguments})


def read(stack: Any) -> set[tuple[str, str, str, str]]:
    """Secret, key, way and what a change needs, of everything a stack reads."""
    return {(use.secret, use.key, use.method, use.on_change) for use in stack.secret_references}


def test_prometheus_reads_files_anew_and_pulls_with_a_secret() -> None:
    registries = sro.ImageRegistries(pull_secrets=("registry",))
    login = sro.BasicAuthUsers(secret="login")
    tls = sro.ServingTls(secret="prometheus-tls", issuer=sro.Issuer(name="internal"))
    stack = prometheus(new_chart(), registries=registries, login=login, tls=tls)
    assert read(stack) == {
        ("remote-write", "token", "file", "reread"),
        ("registry", ".dockerconfigjson", "image pull", "reread"),
        ("login", "web.yml", "projected", "reread"),
        ("login", "username", "file", "reread"),
        ("login", "password", "file", "reread"),
        ("prometheus-tls", "ca.crt", "file", "reread"),
        ("prometheus-tls", "tls.crt", "projected", "reread"),
        ("prometheus-tls", "tls.key", "projected", "reread"),
    }
    assert {(use.namespace, use.reader) for use in stack.secret_references} == {(NAMESPACE, "prometheus")}
    assert {use.secret for use in stack.secret_references if use.made_by} == {"prometheus-tls"}


def test_alertmanager_reads_files_anew() -> None:
    slack = sro.Slack(name="chat", api_url=sro.SecretKey("slack", "url"))
    assert read(sro.AlertmanagerStack(new_chart(), "alertmanager", receivers=[slack])) == {("slack", "url", "file", "reread")}


GRAFANA = [
    ({}, "once", "once"),
    ({"reset_admin_password": True}, "once", "restart"),
    ({"storage": sro.Ephemeral()}, "restart", "restart"),
]


@pytest.mark.parametrize(("arguments", "user", "password"), GRAFANA)
def test_grafana_reads_its_administrator_once(arguments: dict[str, Any], user: str, password: str) -> None:
    chart = new_chart()
    loki = sro.Loki(url="http://loki.logging", bearer_token=sro.SecretKey("loki", "token"))
    raw = {"auth.generic_oauth": {"client_secret": sro.SecretKey("sso", "client-secret")}}
    stack = sro.GrafanaStack(
        chart, "grafana", sources=[sro.ExternalPrometheus(url="http://a")], data_sources=[loki], settings=raw, **arguments
    )
    assert read(stack) == {
        ("grafana-admin", "admin-user", "file", user),
        ("grafana-admin", "admin-password", "file", password),
        ("loki", "token", "environment", "restart"),
        ("sso", "client-secret", "file", "restart"),
    }


def test_the_proxy_says_what_it_reads() -> None:
    chart = new_chart()
    stack = prometheus(chart, external_url="https://prometheus.example.com")
    proxy = sro.OAuth2Proxy(
        chart,
        "login",
        upstream=stack,
        provider=sro.OidcProvider(issuer="https://id.example.com"),
        client_id="prometheus",
        client_secret=sro.SecretKey("login", "client-secret"),
        cookie_secret=sro.SecretKey("login", "cookie-secret"),
        allow=sro.Allow(groups=("sre",)),
    )
    assert {(use.secret, use.key) for use in proxy.secret_references} == {("login", "client-secret"), ("login", "cookie-secret")}


def test_every_secret_that_a_pod_names_is_in_its_references() -> None:
    """Read from the manifests, not from the code that made them."""
    for text in MANY:
        chart = new_chart()
        settings = from_settings(text)
        main.build(chart, settings)
        named = {name for template in pod_templates(objects_of(chart)) for name in _secrets(template)}
        assert named == {use.secret for stack in stacks_of(chart) for use in stack.secret_references}


MANY = [
    "",
    """
    prometheus:
      login: {type: basicAuth, secret: login}
      tls: {secret: prometheus-tls}
      alertmanagers: [{url: "https://alerts.example.com", ca: {secret: ca, key: ca.crt}}]
      scrapeJobs:
        - type: raw
          name: raw
          config: {static_configs: [{targets: ["a:1"]}], oauth2: {client_secret: {secret: oauth, key: secret}, client_id: a, token_url: "https://a"}}
    grafana:
      database: {engine: postgres, host: "db:5432", user: {secret: db, key: user}, password: {secret: db, key: password}}
      smtp: {host: "smtp.example.com:587", fromAddress: g@example.com, user: {secret: smtp, key: user}, password: {secret: smtp, key: password}}
      secretKey: {secret: encryption, key: key}
      dataSources:
        - {type: loki, url: "http://loki.logging", bearerToken: {secret: loki, key: token}}
        - {type: raw, config: {name: E, uid: e, type: elasticsearch, secureJsonData: {password: {secret: elastic, key: password}}}}
    images: {pullSecrets: [registry]}
    """,
]


def from_settings(text: str) -> sro.Settings:
    """Settings as a file would hold them."""
    import msgspec

    return msgspec.convert(yaml.safe_load(text) or {}, sro.Settings)


def stacks_of(chart: cdk8s.Chart) -> list[Any]:
    """Constructs that run pods."""
    return [child for child in chart.node.find_all() if hasattr(child, "secret_references")]


def _secrets(value: Any) -> set[str]:
    """Names of Secrets in a pod template."""
    found: set[str] = set()
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "secret":
                found.add(item.get("secretName") or item["name"])
            elif key == "secretKeyRef":
                found.add(item["name"])
            elif key == "imagePullSecrets":
                found |= {entry["name"] for entry in item}
            else:
                found |= _secrets(item)
    elif isinstance(value, list):
        for item in value:
            found |= _secrets(item)
    return found


RAW = """
prometheus:
  scrapeJobs:
    - type: raw
      name: raw
      config:
        static_configs: [{targets: ["a:1"]}]
        authorization: {type: Token, credentials: {secret: a, key: token}}
        tls_config: {cert: {secret: a, key: tls.crt}, key: {secret: a, key: tls.key}}
        http_headers: {X-Api-Key: {secret: b, key: api-key}}
  remoteWrite:
    - url: https://m.example.com
      extra: {oauth2: {client_id: me, client_secret: {secret: c, key: secret}, token_url: "https://id.example.com/token"}}
grafana:
  settings: {external_image_storage.s3: {access_key: {secret: d, key: id}, bucket: images}}
  dataSources: [{type: raw, config: {name: E, uid: e, type: elasticsearch, secureJsonData: {basicAuthPassword: {secret: e, key: password}}}}]
"""


def test_a_reference_in_raw_configuration_becomes_what_the_program_reads() -> None:
    objects = from_yaml(RAW)
    config = yaml.safe_load(find(objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    (job,) = [entry for entry in config["scrape_configs"] if entry["job_name"] == "raw"]
    files = "/etc/prometheus/secrets"
    assert job["authorization"] == {"type": "Token", "credentials_file": f"{files}/a/token"}
    assert job["tls_config"] == {"cert_file": f"{files}/a/tls.crt", "key_file": f"{files}/a/tls.key"}
    assert job["http_headers"] == {"X-Api-Key": {"files": [f"{files}/b/api-key"]}}
    assert config["remote_write"][0]["oauth2"]["client_secret_file"] == f"{files}/c/secret"
    grafana = find(objects, "ConfigMap", "grafana-config")["data"]
    assert "access_key = $__file{/etc/grafana-secrets/d/id}\nbucket = images\n" in grafana["grafana.ini"]
    (source,) = [entry for entry in yaml.safe_load(grafana["datasources.yaml"])["datasources"] if entry["uid"] == "e"]
    variable = source["secureJsonData"]["basicAuthPassword"].removeprefix("$")
    environment = pod_templates(objects)[1]["spec"]["containers"][0]["env"]
    assert {"name": variable, "valueFrom": {"secretKeyRef": {"name": "e", "key": "password"}}} in environment


EXPOSED = """
grafana: {externalUrl: https://grafana.example.com}
ingress: {via: %s, tls: %s}
"""


@pytest.mark.parametrize("via", ["{type: nginx}", "{type: ownGateway, className: eg}", "{type: route}"])
@pytest.mark.parametrize(
    ("tls", "secret", "made_by"),
    [("{type: secret, name: wildcard}", "wildcard", None), ("{type: certificate, issuer: {name: ca}}", "grafana-tls", "cert-manager")],
)
def test_an_ingress_names_the_secrets_of_its_certificates(via: str, tls: str, secret: str, made_by: str | None) -> None:
    chart = new_chart()
    main.build(chart, from_settings(EXPOSED % (via, tls)))
    (ingress,) = [child for child in chart.node.find_all() if isinstance(child, sro.ObservabilityIngress)]
    uses = ingress.secret_references
    assert {(use.namespace, use.secret, use.key, use.type, use.made_by) for use in uses} == {
        (NAMESPACE, secret, key, "kubernetes.io/tls", made_by) for key in ("tls.crt", "tls.key")
    }


def test_a_certificate_of_a_host_can_come_from_a_store() -> None:
    text = EXPOSED % ("{type: nginx}", "{type: secret}") + "secrets: [{type: externalSecrets, store: {name: v}, entries: {grafana-tls: a}}]"
    made = find(from_yaml(text), "ExternalSecret", "grafana-tls")
    assert made["spec"]["target"]["template"]["type"] == "kubernetes.io/tls"
    assert [entry["secretKey"] for entry in made["spec"]["data"]] == ["tls.crt", "tls.key"]


EVERY_CREDENTIAL = """
prometheus:
  remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: remote, key: a}}]
  scrapeJobs: [{type: static, name: s, targets: ["a:1"], bearerToken: {secret: jobs, key: a}}]
  alertmanagers: [{url: "https://a.example.com", bearerToken: {secret: alertmanagers, key: a}}]
  login: {type: basicAuth, secret: login}
  tls: {secret: tls}
alertmanager:
  receivers: [{type: slack, name: c, apiUrl: {secret: receivers, key: a}}]
grafana:
  admin: {type: secret, name: admin}
  dataSources: [{type: loki, url: "http://l", bearerToken: {secret: sources, key: a}}]
  database: {engine: postgres, host: "h:1", user: {secret: database, key: a}, password: {secret: database, key: b}}
  ldap: {servers: [{hosts: [l], searchBaseDns: ["dc=a"], bindDn: "cn=a", bindPassword: {secret: people, key: a}, groups: [{dn: "*", role: Viewer}]}]}
  externalUrl: https://grafana.example.com
  logins: [{type: google, clientId: a, clientSecret: {secret: provider, key: a}, domains: [example.com]}]
  settings: {external_image_storage.s3: {access_key: {secret: settings, key: a}}}
  secretKey: {secret: encryption, key: a}
images: {pullSecrets: [registry]}
"""
ROWS = {
    "remote": "prometheus.remoteWrite[]",
    "jobs": "prometheus.scrapeJobs[]",
    "alertmanagers": "prometheus.alertmanagers[]",
    "login": "prometheus.login",
    "tls": "prometheus.tls",
    "receivers": "alertmanager.receivers[]",
    "admin": "grafana.admin",
    "sources": "grafana.dataSources[]",
    "database": "grafana.database",
    "people": "grafana.ldap",
    "provider": "grafana.logins[]",
    "settings": "grafana.settings",
    "encryption": "grafana.secretKey",
    "registry": "images.pullSecrets[]",
}
"""Row of docs/rotate-credentials.md for each Secret above."""
WORDS = {"reread": "with the next", "restart": "after a restart", "once": "by a command"}


def test_the_page_says_what_each_credential_needs() -> None:
    lines = (ROOT / "docs" / "rotate-credentials.md").read_text(encoding="utf-8").splitlines()
    chart = new_chart()
    main.build(chart, from_settings(EVERY_CREDENTIAL))
    # Grafana reads the login and the authority of Prometheus too; the row speaks of the server.
    uses = [
        use
        for stack in stacks_of(chart)
        for use in stack.secret_references
        if not (use.reader == "grafana" and use.secret in {"login", "tls"})
    ]
    assert {use.secret for use in uses} == set(ROWS)
    for use in uses:
        (row,) = [line for line in lines if line.startswith("|") and f"`{ROWS[use.secret]}" in line.split("|")[1]]
        assert WORDS[use.on_change] in row.split("|")[3], use


def test_an_external_secret_has_exactly_what_is_read() -> None:
    chart = new_chart()
    stacks = [prometheus(chart), sro.GrafanaStack(chart, "grafana", sources=[sro.ExternalPrometheus(url="http://a")])]
    store = sro.SecretStore(name="vault", kind="SecretStore")
    made = sro.Secrets(chart, "secrets", of=stacks, providers=[sro.ExternalSecrets(store=store, entries={"remote-write": "a/b"})])
    assert made.left == ["grafana-admin"]
    (secret,) = [item for item in objects_of(chart) if item["kind"] == "ExternalSecret"]
    assert secret["metadata"]["name"] == secret["spec"]["target"]["name"] == "remote-write"
    assert secret["spec"]["secretStoreRef"] == {"kind": "SecretStore", "name": "vault"}
    assert [(entry["secretKey"], entry["remoteRef"]["key"], entry["remoteRef"]["property"]) for entry in secret["spec"]["data"]] == [
        ("token", "a/b", "token")
    ]


def test_a_stack_is_the_same_with_any_provider_of_its_secrets() -> None:
    def workload(*providers: Any) -> Any:
        chart = new_chart()
        stack = prometheus(chart)
        if providers:
            sro.Secrets(chart, "secrets", of=[stack], providers=providers)
        return find(objects_of(chart), "StatefulSet", "prometheus")

    store = sro.ExternalSecrets(store=sro.SecretStore(name="vault"), entries={"remote-write": "a/b"})
    assert workload(store) == workload(sro.EncryptedFile(path=str(ENCRYPTED / "sealed.yaml"))) == workload()
    mounted = workload(sro.CsiSecrets(provider="vault", entries={"remote-write": {"objects": [{"objectName": "token"}]}}))
    (volume,) = [entry for entry in mounted["spec"]["template"]["spec"]["volumes"] if entry["name"] == "secret-remote-write"]
    assert volume["csi"]["volumeAttributes"] == {"secretProviderClass": "remote-write"}
    assert "secret" not in volume
    containers = mounted["spec"]["template"]["spec"]["containers"]
    assert containers == workload()["spec"]["template"]["spec"]["containers"], "the same mount, with another volume behind it"


def test_a_grafana_made_later_leaves_the_volumes_where_the_driver_put_its_own() -> None:
    chart = new_chart()
    stack = prometheus(chart)
    classes = sro.CsiSecrets(provider="vault", entries={"remote-write": {"objects": [{"objectName": "token"}]}})
    sro.Secrets(chart, "secrets", of=[stack], providers=[classes])
    sro.GrafanaStack(chart, "grafana", sources=[stack], tls=sro.ServingTls(secret="grafana-tls"))
    volumes = find(objects_of(chart), "StatefulSet", "prometheus")["spec"]["template"]["spec"]["volumes"]
    assert [volume["name"] for volume in volumes][-2:] == ["secret-remote-write", "secret-grafana-tls"]
    assert ["csi" in volume for volume in volumes[-2:]] == [True, False]


def test_the_driver_needs_a_workload_to_mount_its_volume() -> None:
    classes = sro.CsiSecrets(provider="vault", entries={"a": {"objects": [{"objectName": "b"}]}})
    with pytest.raises(ConfigError) as refused:
        sro.Secrets(new_chart(), "secrets", of=[Reader()], providers=[classes])
    expected = "secrets: providers: 'a': mine, which reads this Secret, is not a workload of this app with volumes; use ExternalSecrets()"
    assert str(refused.value) == expected


def test_a_secret_that_two_stacks_read_is_declared_once() -> None:
    chart = new_chart()
    stacks = [sro.PrometheusStack(chart, name, remote_write=[WRITE]) for name in ("one", "two")]
    classes = sro.CsiSecrets(provider="vault", entries={"remote-write": {"objects": "- objectName: token\n"}})
    sro.Secrets(chart, "secrets", of=stacks, providers=[classes])
    objects = objects_of(chart)
    assert [item["metadata"]["name"] for item in objects if item["kind"] == "SecretProviderClass"] == ["remote-write"]
    for template in pod_templates(objects):
        assert [volume["name"] for volume in template["spec"]["volumes"] if "csi" in volume] == ["secret-remote-write"]


def test_the_driver_keeps_a_secret_only_for_what_a_file_cannot_be() -> None:
    text = """
        prometheus: {login: {type: basicAuth, secret: login}}
        secrets:
          - type: csi
            provider: aws
            entries:
              login: {objects: [{objectName: login, jmesPath: [{path: w, objectAlias: web.yml}, {path: u, objectAlias: username}, {path: p, objectAlias: password}]}]}
    """  # fmt: skip
    made = find(from_yaml(text), "SecretProviderClass", "login")
    assert made["spec"]["secretObjects"] == [
        {
            "secretName": "login",
            "type": "Opaque",
            "data": [{"objectName": "web.yml", "key": "web.yml"}, *_pair("username"), *_pair("password")],
        }
    ]


def _pair(key: str) -> list[dict[str, str]]:
    """Grafana's data source takes them from the environment."""
    return [{"objectName": key, "key": key}]


@pytest.mark.parametrize("file", ["sealed.yaml", "sops.yaml"])
def test_an_encrypted_file_goes_out_as_it_is(file: str, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / file).write_bytes((ENCRYPTED / file).read_bytes())
    config = tmp_path / "observability.yaml"
    config.write_text(
        "prometheus: {remoteWrite: [{url: https://mimir.example.com, bearerToken: {secret: remote-write, key: token}}]}\n"
        f"secrets: [{{type: encryptedFile, path: keys/{file}}}]\n",
        encoding="utf-8",
    )
    assert app.run(main.build, arguments=["--config", str(config), "--output", str(tmp_path / "dist")]) == 0
    name = file.replace(".yaml", ".k8s.yaml")
    assert (tmp_path / "dist" / name).read_bytes() == (ENCRYPTED / file).read_bytes()
    assert f"  - {name}\n" in (tmp_path / "dist" / "Kustomization").read_text(encoding="utf-8")
    # A folder of an earlier run, with its encrypted file, is taken as such.
    assert app.run(main.build, arguments=["--config", str(config), "--output", str(tmp_path / "dist")]) == 0


def test_one_name_in_two_namespaces_is_two_secrets() -> None:
    chart, other = new_chart(), new_chart("other")
    uses = needs([prometheus(chart), prometheus(other)])
    assert [(need.namespace, need.name) for need in uses] == [(NAMESPACE, "remote-write"), ("other", "remote-write")]


class Reader:
    """A user's own object that reads a Secret."""

    def __init__(self, **use: Any) -> None:
        self.secret_references = [SecretUse(**{"namespace": NAMESPACE, "secret": "a", "key": "b", "reader": "mine", "method": "file", "on_change": "restart", **use})]  # fmt: skip


class FromOnePassword(SecretProvider, frozen=True, kw_only=True, tag="onePassword"):
    """A provider that the library does not know: all that is asked of one stands in its class."""

    item: str
    names: tuple[str, ...] = ("remote-write",)

    def serves(self, need: Need) -> bool:
        return need.name in self.names

    def check(self, need: Need) -> None:
        assert need.keys == ("token",)

    def objects(self, need: Need) -> list[Object]:
        assert need.uses[0].reader == "prometheus"
        return [Object("onepassword.com/v1", "OnePasswordItem", {"itemPath": self.item})]

    def volume(self, need: Need) -> dict[str, Any]:
        return {"csi": {"driver": "onepassword.com", "volumeAttributes": {"item": need.name}}}


def test_a_provider_is_one_class() -> None:
    chart = new_chart()
    stack = prometheus(chart)
    secrets = sro.Secrets(chart, "secrets", of=[stack], providers=[cast("Any", FromOnePassword(item="vaults/a/items/b"))])
    objects = objects_of(chart)
    assert find(objects, "OnePasswordItem", "remote-write")["spec"] == {"itemPath": "vaults/a/items/b"}
    (volume,) = [entry for entry in pod_templates(objects)[0]["spec"]["volumes"] if entry["name"] == "secret-remote-write"]
    assert volume == {"name": "secret-remote-write", "csi": {"driver": "onepassword.com", "volumeAttributes": {"item": "remote-write"}}}
    assert secrets.left == []


def test_an_object_of_ones_own_takes_part() -> None:
    chart = new_chart()
    reader = Reader(method="ingress", key="tls.crt")
    sro.Secrets(chart, "secrets", of=[reader], providers=[sro.ExternalSecrets(store=sro.SecretStore(name="v"), entries={"a": "p"})])
    (made,) = objects_of(chart)
    assert made["spec"]["target"]["template"] == {"engineVersion": "v2", "mergePolicy": "Replace", "type": "kubernetes.io/tls"}


def test_the_report_says_which_secrets_have_to_exist() -> None:
    """What is made: by a store, by a driver for a variable, by a sealed file that lies beside, by cert-manager."""
    text = """
        prometheus:
          remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: stored, key: a}}]
          tls: {secret: certified, issuer: {name: ca}}
        grafana:
          dataSources: [{type: loki, url: "http://l", bearerToken: {secret: kept, key: a}}]
          secretKey: {secret: remote-write, key: token}
        secrets:
          - {type: externalSecrets, store: {name: v}, entries: {stored: x}}
          - {type: csi, provider: vault, entries: {kept: {objects: [{objectName: a}]}}}
    """
    sealed = yaml.safe_load((ENCRYPTED / "sealed.yaml").read_text(encoding="utf-8"))
    objects = from_yaml(text)
    assert "made by nothing in these manifests: grafana-admin, remote-write\n" in report(objects)
    assert "made by nothing in these manifests: grafana-admin\n" in report([*objects, sealed])
