"""Logins of Prometheus and Alertmanager, and how everything that connects gets past them."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import cdk8s
import pytest
import yaml

import semantic_router_observability as sro
from documentation import ROOT, snippets_of
from harness.credentials import Authority
from harness.programs import program
from manifests import Object, find, from_yaml, new_chart, objects_of
from relabel import relabel

if TYPE_CHECKING:
    from pathlib import Path

SERVERS = ("prometheus", "alertmanager")
CHAT = "receivers: [{type: teams, name: chat, webhookUrl: {secret: chat, key: url}}]"
PASSWORDS = "login: {type: basicAuth, secret: web-login}"
CERTIFICATES = "login: {type: clientCertificates, secret: clients, ca: {secret: people, key: authority.pem}, allowedNames: [a.example.com]}"
TLS = "tls: {secret: serving}"


def both(*options: str) -> list[Object]:
    """Settings in which Prometheus and Alertmanager have the same options."""
    return from_yaml(f"prometheus: {{{', '.join(options)}}}\nalertmanager: {{{', '.join([CHAT, *options])}}}\n")


def container(objects: list[Object], name: str) -> Object:
    """The one container of a workload."""
    found: Object = find(objects, "StatefulSet", name)["spec"]["template"]["spec"]["containers"][0]
    return found


def config(objects: list[Object], name: str) -> dict[str, Any]:
    """The stack's configuration files, parsed."""
    return {key: yaml.safe_load(text) for key, text in find(objects, "ConfigMap", f"{name}-config")["data"].items() if key.endswith(".yml")}


def web_sources(objects: list[Object], name: str) -> list[Object]:
    """What the server's directory is made of."""
    volumes = find(objects, "StatefulSet", name)["spec"]["template"]["spec"]["volumes"]
    (web,) = [volume for volume in volumes if volume["name"] == "web"]
    found: list[Object] = web["projected"]["sources"]
    return found


def jobs(objects: list[Object]) -> dict[str, Object]:
    """Prometheus's scrape jobs by name."""
    return {job["job_name"]: job for job in config(objects, "prometheus")["prometheus.yml"]["scrape_configs"]}


def clients(objects: list[Object]) -> list[tuple[Object, str, str]]:
    """Each configuration with which something in a pod connects, the server it connects to, and the directory of the pod's Secrets."""
    here = config(objects, "prometheus")
    (delivery,) = here["prometheus.yml"]["alerting"]["alertmanagers"]
    return [
        (jobs(objects)["prometheus"], "prometheus", "prometheus"),
        (here["probe.yml"], "prometheus", "prometheus"),
        (delivery, "alertmanager", "prometheus"),
        (jobs(objects)["alertmanager/vllm-semantic-router-system/alertmanager"], "alertmanager", "prometheus"),
        (config(objects, "alertmanager")["probe.yml"], "alertmanager", "alertmanager"),
    ]


def data_sources(objects: list[Object]) -> tuple[dict[str, Object], dict[str, Object]]:
    """Grafana's data sources by type, and the environment variables they name."""
    entries = yaml.safe_load(find(objects, "ConfigMap", "grafana-config")["data"]["datasources.yaml"])["datasources"]
    variables = {
        variable["name"]: variable["valueFrom"]["secretKeyRef"]
        for variable in container(objects, "grafana")["env"]
        if "valueFrom" in variable
    }
    return {entry["type"]: entry for entry in entries}, variables


def test_by_default_nothing_of_it_is_there() -> None:
    objects = from_yaml(f"alertmanager: {{{CHAT}}}")
    for name in SERVERS:
        assert not [argument for argument in container(objects, name)["args"] if "web.config" in argument]
        assert "scheme" not in container(objects, name)["readinessProbe"]["httpGet"]
    assert "alertmanager/vllm-semantic-router-system/alertmanager" not in jobs(objects)


@pytest.mark.parametrize("name", SERVERS)
def test_passwords_come_whole_from_the_secret(name: str) -> None:
    objects = both(PASSWORDS)
    assert web_sources(objects, name) == [{"secret": {"name": "web-login", "items": [{"key": "web.yml", "path": "web.yml"}]}}]
    assert container(objects, name)["args"][-1] == f"--web.config.file=/etc/{name}/web/web.yml"
    assert {"name": "web", "mountPath": f"/etc/{name}/web", "readOnly": True} in container(objects, name)["volumeMounts"]
    assert "web.yml" not in find(objects, "ConfigMap", f"{name}-config")["data"]


def test_every_client_gives_the_password() -> None:
    for client, _, pod in clients(both(PASSWORDS)):
        root = f"/etc/{pod}/secrets/web-login"
        assert client["basic_auth"] == {"username_file": f"{root}/username", "password_file": f"{root}/password"}
        assert "tls_config" not in client
        assert "scheme" not in client


@pytest.mark.parametrize("kind", ["prometheus", "alertmanager"])
def test_grafana_gives_the_password(kind: str) -> None:
    sources, variables = data_sources(both(PASSWORDS))
    source = sources[kind]
    assert source["basicAuth"] is True
    assert variables[source["basicAuthUser"][1:]] == {"name": "web-login", "key": "username"}
    assert variables[source["secureJsonData"]["basicAuthPassword"][1:]] == {"name": "web-login", "key": "password"}


@pytest.mark.parametrize("name", SERVERS)
def test_probes_of_a_server_with_a_login_are_commands(name: str) -> None:
    objects = both(PASSWORDS)
    for kind in ("readinessProbe", "livenessProbe"):
        probe = container(objects, name)[kind]
        assert f"--http.config.file=/etc/{name}/config/probe.yml" in probe["exec"]["command"]
        assert probe["timeoutSeconds"] <= probe["periodSeconds"]


@pytest.mark.parametrize("name", SERVERS)
def test_probes_of_a_server_with_only_tls_are_requests(name: str) -> None:
    probe = container(both(TLS), name)["readinessProbe"]
    assert probe["httpGet"] == {"path": "/-/ready", "port": "http", "scheme": "HTTPS"}


@pytest.mark.parametrize("name", SERVERS)
def test_without_passwords_the_web_configuration_is_ours(name: str) -> None:
    objects = both(TLS)
    assert config(objects, name)["web.yml"] == {"tls_server_config": {"cert_file": "tls.crt", "key_file": "tls.key"}}
    assert web_sources(objects, name) == [
        {"configMap": {"name": f"{name}-config", "items": [{"key": "web.yml", "path": "web.yml"}]}},
        {"secret": {"name": "serving", "items": [{"key": "tls.crt", "path": "tls.crt"}, {"key": "tls.key", "path": "tls.key"}]}},
    ]


@pytest.mark.parametrize("name", SERVERS)
def test_client_certificates_are_demanded(name: str) -> None:
    objects = both(TLS, CERTIFICATES)
    assert config(objects, name)["web.yml"]["tls_server_config"] == {
        "cert_file": "tls.crt",
        "key_file": "tls.key",
        "client_auth_type": "RequireAndVerifyClientCert",
        "client_ca_file": "client-ca.crt",
        "client_allowed_sans": ["a.example.com"],
    }
    assert web_sources(objects, name)[-1] == {"secret": {"name": "people", "items": [{"key": "authority.pem", "path": "client-ca.crt"}]}}


def test_every_client_shows_its_certificate_and_checks_the_servers() -> None:
    for client, server, pod in clients(both(TLS, CERTIFICATES)):
        root = f"/etc/{pod}/secrets"
        assert client["tls_config"] == {
            "ca_file": f"{root}/serving/ca.crt",
            "cert_file": f"{root}/clients/tls.crt",
            "key_file": f"{root}/clients/tls.key",
            "server_name": f"{server}.vllm-semantic-router-system.svc",
        }
        assert "basic_auth" not in client


@pytest.mark.parametrize("kind", ["prometheus", "alertmanager"])
def test_grafana_shows_its_certificate_and_checks_the_servers(kind: str) -> None:
    sources, variables = data_sources(both(TLS, CERTIFICATES))
    source = sources[kind]
    assert source["url"].startswith(f"https://{kind}.vllm-semantic-router-system.svc:")
    settings = {key: source["jsonData"][key] for key in ("tlsAuth", "tlsAuthWithCACert", "serverName")}
    assert settings == {"tlsAuth": True, "tlsAuthWithCACert": True, "serverName": f"{kind}.vllm-semantic-router-system.svc"}
    secure = {name: variables[value[1:]] for name, value in source["secureJsonData"].items()}
    assert secure == {
        "tlsCACert": {"name": "serving", "key": "ca.crt"},
        "tlsClientCert": {"name": "clients", "key": "tls.crt"},
        "tlsClientKey": {"name": "clients", "key": "tls.key"},
    }


def test_everything_connects_by_https_to_servers_with_tls() -> None:
    objects = both(TLS, PASSWORDS)
    delivery = config(objects, "prometheus")["prometheus.yml"]["alerting"]["alertmanagers"][0]
    with_login = jobs(objects)["alertmanager/vllm-semantic-router-system/alertmanager"]
    assert [item["scheme"] for item in (delivery, with_login, jobs(objects)["prometheus"])] == ["https"] * 3
    for name in SERVERS:
        assert any("=https://localhost:" in word for word in container(objects, name)["readinessProbe"]["exec"]["command"])


def test_an_alertmanager_with_a_login_is_scraped_by_one_job_and_called_as_the_others() -> None:
    found = {
        "__meta_kubernetes_namespace": "vllm-semantic-router-system",
        "__meta_kubernetes_service_name": "alertmanager",
        "__meta_kubernetes_service_label_app_kubernetes_io_part_of": "semantic-router-observability",
        "__meta_kubernetes_service_label_app_kubernetes_io_name": "alertmanager",
        "__meta_kubernetes_endpointslice_port_name": "http",
        "__meta_kubernetes_endpointslice_port": "9093",
        "__meta_kubernetes_pod_ip": "10.0.0.1",
        "__meta_kubernetes_pod_name": "alertmanager-0",
    }
    all_jobs = jobs(both(PASSWORDS))
    common, own = (all_jobs[name]["relabel_configs"] for name in ("alertmanager", "alertmanager/vllm-semantic-router-system/alertmanager"))
    assert relabel(found, common) is None
    scraped = relabel(found, own)
    assert scraped is not None
    assert (scraped["job"], scraped["service"], scraped["__address__"]) == ("alertmanager", "alertmanager", "10.0.0.1:9093")
    other = found | {"__meta_kubernetes_service_name": "alertmanager-two"}
    assert relabel(other, common) is not None
    assert relabel(other, own) is None


def test_certificates_are_asked_for_where_an_issuer_is_named() -> None:
    objects = from_yaml("prometheus: {tls: {secret: serving, issuer: {name: own-ca, kind: Issuer}}}")
    spec = find(objects, "Certificate", "serving")["spec"]
    assert spec["secretName"] == "serving"
    assert spec["issuerRef"] == {"group": "cert-manager.io", "kind": "Issuer", "name": "own-ca"}
    (itself,) = [job for job in jobs(objects).values() if job["job_name"] == "prometheus"]
    assert itself["tls_config"]["server_name"] in spec["dnsNames"]


def test_only_a_login_that_asks_counts_as_one() -> None:
    chart = new_chart()
    open_on_purpose = sro.PrometheusStack(chart, "a", login=sro.NoLogin(reason="VPN only")).endpoint
    asking = sro.PrometheusStack(chart, "b", login=sro.BasicAuthUsers(secret="c")).endpoint
    assert (open_on_purpose.has_login, open_on_purpose.no_login_reason) == (False, "VPN only")
    assert (asking.has_login, asking.no_login_reason) == (True, None)
    assert open_on_purpose.access == sro.Access()
    assert not open_on_purpose.protected


GRAFANA_TLS = "grafana: {tls: {secret: grafana-tls, issuer: {name: cluster-ca}}}"


def test_grafana_serves_tls_and_takes_renewed_certificates() -> None:
    objects = from_yaml(GRAFANA_TLS)
    ini = configparser.ConfigParser(interpolation=None)
    ini.read_string(find(objects, "ConfigMap", "grafana-config")["data"]["grafana.ini"])
    directory = "/etc/grafana-secrets/grafana-tls"
    assert dict(ini["server"]) == {
        "protocol": "https",
        "cert_file": f"{directory}/tls.crt",
        "cert_key": f"{directory}/tls.key",
        "certs_watch_interval": "1m",
    }
    assert ini["security"]["cookie_secure"] == "true"
    pod = find(objects, "StatefulSet", "grafana")["spec"]["template"]["spec"]
    (volume,) = [volume for volume in pod["volumes"] if volume["name"] == "secret-grafana-tls"]
    assert [item["key"] for item in volume["secret"]["items"]] == ["tls.crt", "tls.key"]
    probes = [pod["containers"][0][f"{kind}Probe"]["httpGet"]["scheme"] for kind in ("startup", "readiness", "liveness")]
    assert probes == ["HTTPS"] * 3
    assert find(objects, "Certificate", "grafana-tls")["spec"]["dnsNames"][0] == "grafana.vllm-semantic-router-system.svc"


def test_prometheus_scrapes_grafana_by_https_and_checks_its_certificate() -> None:
    by_name = jobs(from_yaml(GRAFANA_TLS))
    job = by_name["grafana/vllm-semantic-router-system/grafana"]
    assert job["scheme"] == "https"
    assert job["tls_config"] == {
        "ca_file": "/etc/prometheus/secrets/grafana-tls/ca.crt",
        "server_name": "grafana.vllm-semantic-router-system.svc",
    }
    assert {"target_label": "job", "replacement": "grafana"} in job["relabel_configs"]
    assert by_name["grafana"]["relabel_configs"][0]["action"] == "drop"


def test_a_grafana_is_reached_by_https_where_it_serves_tls() -> None:
    chart, tls = new_chart(), sro.ServingTls(secret="grafana-tls")
    prometheus = sro.PrometheusStack(chart, "prometheus")
    grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus], tls=tls)
    assert grafana.endpoint.url.text == "https://grafana.vllm-semantic-router-system.svc:3000"
    assert grafana.endpoint.tls == tls
    objects = objects_of(chart)
    assert jobs(objects)["grafana/vllm-semantic-router-system/grafana"]["scheme"] == "https"
    (mounted,) = [use for use in prometheus.secret_references if use.secret == "grafana-tls"]
    assert (mounted.key, mounted.reader) == ("ca.crt", "prometheus")
    volumes = find(objects, "StatefulSet", "prometheus")["spec"]["template"]["spec"]["volumes"]
    assert "secret-grafana-tls" in {volume["name"] for volume in volumes}


def test_a_prometheus_in_another_namespace_need_not_know_grafanas_certificate() -> None:
    chart = new_chart()
    elsewhere = sro.PrometheusStack(cdk8s.Chart(chart, "elsewhere", namespace="metrics"), "prometheus")
    sro.GrafanaStack(chart, "grafana", sources=[elsewhere], tls=sro.ServingTls(secret="grafana-tls"))
    assert [use for use in elsewhere.secret_references if use.secret == "grafana-tls"] == []


def test_who_makes_the_secrets_is_known() -> None:
    chart = new_chart()
    tls = sro.ServingTls(secret="grafana-tls", issuer=sro.Issuer(name="ca"))
    prometheus = sro.PrometheusStack(chart, "prometheus")
    grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus], tls=tls)
    uses = {use.key: use for use in grafana.secret_references if use.secret == "grafana-tls"}
    assert set(uses) == {"tls.crt", "tls.key"}
    assert {(use.made_by, use.on_change) for use in uses.values()} == {("cert-manager", "reread")}


def test_openshifts_service_ca_is_asked_and_its_secrets_have_no_ca_crt() -> None:
    chart = new_chart()
    shown = {name: sro.ServingTls(secret=f"{name}-serving", service_ca=True) for name in ("prometheus", "grafana", "alertmanager")}
    alertmanager = sro.AlertmanagerStack(
        chart, "alertmanager", receivers=[sro.Webhook(name="a", url=sro.SecretKey("a", "b"))], tls=shown["alertmanager"]
    )
    prometheus = sro.PrometheusStack(
        chart,
        "prometheus",
        alertmanagers=[alertmanager],
        external_url="https://o.example.com",
        tls=shown["prometheus"],
    )
    grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus], data_sources=[alertmanager], tls=shown["grafana"])
    proxy = sro.OAuth2Proxy(
        chart,
        "login",
        upstream=prometheus,
        provider=sro.GitHubProvider(organization="my-organization"),
        client_id="a",
        client_secret=sro.SecretKey("login", "client-secret"),
        cookie_secret=sro.SecretKey("login", "cookie-secret"),
    )
    for stack in (prometheus, grafana, alertmanager):
        name = stack.service.name
        asked = stack.service.to_json()["metadata"]["annotations"]["service.beta.openshift.io/serving-cert-secret-name"]
        assert asked == f"{name}-serving"
    uses = [
        use for stack in (prometheus, grafana, alertmanager, proxy) for use in stack.secret_references if use.secret.endswith("-serving")
    ]
    assert {use.key for use in uses} == {"tls.crt", "tls.key"}
    assert {use.made_by for use in uses if use.reader == use.secret.removesuffix("-serving")} == {"OpenShift's service CA"}


@pytest.mark.parametrize("with_tls", [False, True])
def test_the_documented_commands_make_what_the_server_takes(tmp_path: Path, *, with_tls: bool) -> None:
    """The page's commands but for kubectl; with TLS, its further line is added."""
    for tool in ("openssl", "htpasswd"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed; .ci/run says which package has it")
    page = snippets_of(ROOT / "docs" / "logins.md")
    commands = next(snippet.text for snippet in page if "htpasswd" in snippet.text).partition("kubectl")[0]
    subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=tmp_path, check=True, capture_output=True)
    web = tmp_path / "web.yml"
    ((user, digest),) = yaml.safe_load(web.read_text())["basic_auth_users"].items()
    password = (tmp_path / "password").read_text()
    assert (user, len(password)) == ((tmp_path / "username").read_text(), 48)
    (tmp_path / "users").write_text(f"{user}:{digest}\n")
    for given, code in ((password, 0), ("wrong", 3)):
        checked = subprocess.run(["htpasswd", "-vi", tmp_path / "users", user], input=given, text=True, capture_output=True, check=False)
        assert checked.returncode == code
    if with_tls:
        web.write_text(next(snippet.text for snippet in page if "tls_server_config" in snippet.text) + web.read_text())
        secrets = Authority(tmp_path, "ca").issue("prometheus.a.svc")
        for key in ("tls.crt", "tls.key"):
            (tmp_path / key).write_text(secrets[key])
    subprocess.run([program("promtool"), "check", "web-config", web], check=True, capture_output=True)
