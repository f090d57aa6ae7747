"""The login by an identity provider: what is rendered, and that the real oauth2-proxy takes it."""

from __future__ import annotations

import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import cdk8s
import pytest

import semantic_router_observability as sro
from harness.programs import program
from manifests import NAMESPACE, find, new_chart, objects_of
from pod_security import violations
from semantic_router_observability.kubernetes.traffic import Addresses, Service

if TYPE_CHECKING:
    from pathlib import Path

ISSUER = "https://id.example.com/realms/company"
KEY = sro.SecretKey("login", "client-secret")
COOKIES = sro.SecretKey("login", "cookie-secret")
TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
PROVIDERS: dict[str, dict[str, Any]] = {
    "oidc": {
        "provider": sro.OidcProvider(issuer=ISSUER, ca=sro.SecretKey("authority", "ca.crt")),
        "allow": sro.Allow(groups=("sre", "it")),
    },
    "oidc-claims": {
        "provider": sro.OidcProvider(issuer=ISSUER, scope="openid", email_claim="upn", groups_claim="teams"),
        "allow": sro.Allow(emails=("ana@example.com", "Bo@example.org"), domains=("example.net",)),
    },
    "keycloak": {"provider": sro.KeycloakProvider(issuer=ISSUER, roles=("operator", "prometheus:reader"))},
    "entra-id": {"provider": sro.EntraProvider(tenant=TENANT), "allow": sro.Allow(groups=(TENANT,))},
    "entra-id-everybody": {"provider": sro.EntraProvider(tenant=TENANT), "allow": sro.Allow(everybody=True)},
    "google": {"provider": sro.GoogleProvider(), "allow": sro.Allow(domains=("example.com",))},
    "google-groups": {
        "provider": sro.GoogleProvider(admin_email="admin@example.com", service_account=sro.SecretKey("google", "key.json")),
        "allow": sro.Allow(groups=("sre@example.com",)),
    },
    "github": {"provider": sro.GitHubProvider(organization="my-org", teams=("sre", "on-call"))},
    "refresh": {"provider": sro.OidcProvider(issuer=ISSUER), "allow": sro.Allow(everybody=True), "refresh": "1h"},
    "trusted-proxies": {
        "provider": sro.GitHubProvider(organization="my-org"),
        "allow": sro.Allow(domains=("example.com",)),
        "trusted_proxies": ("10.0.0.0/16", "2001:db8::/64"),
    },
}


def login(chart: cdk8s.Chart, id: str = "prometheus-login", **arguments: Any) -> sro.OAuth2Proxy:
    """A login in front of a Prometheus below a path."""
    path = arguments.pop("path", "/prometheus")
    upstream = arguments.pop("upstream", None) or sro.PrometheusStack(chart, "prometheus", external_url=f"https://o.example.com{path}")
    defaults = {"upstream": upstream, "client_id": "prometheus", "client_secret": KEY, "cookie_secret": COOKIES}
    return sro.OAuth2Proxy(chart, id, **{**defaults, **arguments})


def rendered(case: dict[str, Any], **arguments: Any) -> tuple[str, dict[str, Any]]:
    """Text of the configuration, and what it says."""
    chart = new_chart()
    login(chart, **case, **arguments)
    text = find(objects_of(chart), "ConfigMap", "prometheus-login-config")["data"]["oauth2-proxy.cfg"]
    return text, tomllib.loads(text)


@pytest.mark.parametrize("case", PROVIDERS.values(), ids=PROVIDERS)
def test_the_real_program_takes_the_configuration(case: dict[str, Any], tmp_path: Path) -> None:
    text, _ = rendered(case)
    for secret, key, value in (("login", "client-secret", "s"), ("login", "cookie-secret", "0" * 32), ("google", "key.json", "{}")):
        (tmp_path / "secrets" / secret).mkdir(parents=True, exist_ok=True)
        (tmp_path / "secrets" / secret / key).write_text(value)
    file = tmp_path / "oauth2-proxy.cfg"
    file.write_text(text.replace("/etc/oauth2-proxy", str(tmp_path)))
    done = subprocess.run([program("oauth2-proxy"), "--config", file, "--config-test"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "configuration is valid\n"), done.stderr


def test_a_key_that_the_program_does_not_know_would_be_noticed(tmp_path: Path) -> None:
    file = tmp_path / "oauth2-proxy.cfg"
    file.write_text('cookie_secrets = "x"\n')
    done = subprocess.run([program("oauth2-proxy"), "--config", file, "--config-test"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cookie_secrets" in done.stderr + done.stdout


@pytest.mark.parametrize("case", PROVIDERS.values(), ids=PROVIDERS)
def test_every_provider_is_asked_with_a_challenge_and_cookies_stay_in_the_browser(case: dict[str, Any]) -> None:
    _, options = rendered(case)
    assert options["code_challenge_method"] == "S256"
    assert options.get("insecure_oidc_skip_nonce", False) is False
    assert (options["cookie_secure"], options["cookie_httponly"], options["cookie_samesite"]) == (True, True, "lax")
    assert options["redirect_url"] == "https://o.example.com/prometheus/oauth2/callback"
    assert (options["proxy_prefix"], options["cookie_path"], options["api_routes"]) == (
        "/prometheus/oauth2",
        "/prometheus",
        ["^/prometheus/api/"],
    )
    assert options["upstreams"] == ["http://prometheus.vllm-semantic-router-system.svc:9090/"]
    assert not {key for key in options if "secret" in key} - {"client_secret_file", "cookie_secret_file"}


def test_without_a_path_everything_is_at_the_root() -> None:
    _, options = rendered(PROVIDERS["github"], path="/")
    assert options["redirect_url"] == "https://o.example.com/oauth2/callback"
    assert (options["proxy_prefix"], options["cookie_path"], options["api_routes"]) == ("/oauth2", "/", ["^/api/"])


def test_rules_become_options() -> None:
    said = {name: rendered(case)[1] for name, case in PROVIDERS.items()}
    assert said["oidc"]["allowed_groups"] == ["sre", "it"]
    assert said["oidc"]["email_domains"] == ["*"]
    assert said["oidc"]["scope"] == "openid email profile groups"
    assert said["oidc-claims"]["email_domains"] == ["example.net"]
    assert said["oidc-claims"]["authenticated_emails_file"] == "/etc/oauth2-proxy/config/emails"
    assert said["keycloak"]["allowed_roles"] == ["operator", "prometheus:reader"]
    assert said["entra-id"]["oidc_issuer_url"] == f"https://login.microsoftonline.com/{TENANT}/v2.0"
    assert said["google"]["email_domains"] == ["example.com"]
    assert said["google-groups"]["google_groups"] == ["sre@example.com"]
    assert (said["github"]["github_org"], said["github"]["github_team"]) == ("my-org", "sre,on-call")
    assert (said["refresh"]["cookie_refresh"], said["refresh"]["session_cookie_minimal"]) == ("3600s", False)
    assert said["trusted-proxies"]["trusted_proxy_ips"] == ["10.0.0.0/16", "2001:db8::/64"]
    assert said["trusted-proxies"]["reverse_proxy"] is True
    assert said["google"]["reverse_proxy"] is False


def test_only_emails_admit_nobody_by_domain() -> None:
    _, options = rendered({"provider": sro.GoogleProvider(), "allow": sro.Allow(emails=("ana@example.com",))})
    assert "email_domains" not in options


def test_pods_are_restricted_and_read_what_they_need() -> None:
    chart = new_chart()
    proxy = login(chart, replicas=2, **PROVIDERS["oidc"])
    objects = objects_of(chart)
    pod = find(objects, "Deployment", "prometheus-login")["spec"]["template"]["spec"]
    assert violations(pod) == []
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["env"] == [{"name": "SSL_CERT_DIR", "value": "/etc/oauth2-proxy/secrets/authority"}]
    assert {volume["name"] for volume in pod["volumes"]} == {"config", "secret-login", "secret-authority"}
    assert pod["automountServiceAccountToken"] is False
    assert find(objects, "PodDisruptionBudget", "prometheus-login")["spec"]["maxUnavailable"] == 1
    assert proxy.service.name == "prometheus-login"
    assert proxy.endpoint.external_url == sro.Url.of("https://o.example.com/prometheus")
    assert (proxy.endpoint.has_login, proxy.endpoint.no_login_reason) == (True, None)
    (traffic,) = proxy.traffic
    assert traffic.pods.labels == find(objects, "Service", "prometheus-login")["spec"]["selector"]
    assert 443 in {port.number for flow in traffic.sends for port in flow.ports}


def test_any_change_of_the_rules_rolls_the_pods() -> None:
    def annotations(*emails: str) -> dict[str, str]:
        chart = new_chart()
        login(chart, provider=sro.GoogleProvider(), allow=sro.Allow(emails=emails))
        found: dict[str, str] = find(objects_of(chart), "Deployment", "prometheus-login")["spec"]["template"]["metadata"]["annotations"]
        return found

    assert annotations("a@example.com") == annotations("a@example.com") != annotations("a@example.com", "b@example.com")


def test_two_logins_share_a_namespace_and_a_host() -> None:
    chart = new_chart()
    first = login(chart, **PROVIDERS["google"])
    receiver = sro.Webhook(name="people", url=KEY)
    alertmanager = sro.AlertmanagerStack(chart, "alertmanager", receivers=[receiver], external_url="https://o.example.com/alertmanager")
    second = login(chart, "alertmanager-login", upstream=alertmanager, **PROVIDERS["google"])
    objects = objects_of(chart)
    configurations = [
        tomllib.loads(find(objects, "ConfigMap", f"{item.service.name}-config")["data"]["oauth2-proxy.cfg"]) for item in (first, second)
    ]
    for option in ("cookie_name", "cookie_path", "proxy_prefix", "upstreams"):
        assert configurations[0][option] != configurations[1][option]


def test_a_certificate_of_the_upstream_is_checked() -> None:
    chart = new_chart()
    tls = sro.ServingTls(secret="prometheus-tls")
    upstream = sro.PrometheusStack(chart, "prometheus", external_url="https://o.example.com", tls=tls)
    proxy = login(chart, upstream=upstream, **PROVIDERS["google"])
    objects = objects_of(chart)
    options = tomllib.loads(find(objects, "ConfigMap", "prometheus-login-config")["data"]["oauth2-proxy.cfg"])
    assert options["upstreams"] == ["https://prometheus.vllm-semantic-router-system.svc:9090/"]
    (container,) = find(objects, "Deployment", "prometheus-login")["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "SSL_CERT_DIR", "value": "/etc/oauth2-proxy/secrets/prometheus-tls"}]
    assert {(use.secret, use.key): use.on_change for use in proxy.secret_references} == {
        ("login", "client-secret"): "reread",
        ("login", "cookie-secret"): "restart",
        ("prometheus-tls", "ca.crt"): "restart",
    }


@pytest.mark.parametrize(("namespace", "made_by"), [(NAMESPACE, "cert-manager"), ("elsewhere", None)])
def test_the_authority_is_beside_the_upstream_only(namespace: str, made_by: str | None) -> None:
    """A pod reads Secrets of its own namespace; in another one, an operator has to put a copy."""
    chart = new_chart()
    upstream = sro.PrometheusStack(
        cdk8s.Chart(chart, "upstream", namespace=namespace),
        "prometheus",
        external_url="https://o.example.com",
        tls=sro.ServingTls(secret="prometheus-serving", issuer=sro.Issuer(name="ca")),
    )
    proxy = login(chart, upstream=upstream, **PROVIDERS["google"])
    assert [use.made_by for use in proxy.secret_references if use.secret == "prometheus-serving"] == [made_by]


def test_a_program_of_ones_own_can_stand_behind_it() -> None:
    own = sro.Endpoint(url=sro.Url.of("http://own.tools.svc/o"), external_url=sro.Url.of("https://o.example.com/o"))
    (traffic,) = login(new_chart(), upstream=own, **PROVIDERS["google"]).traffic
    assert [(flow.peer, [port.number for port in flow.ports]) for flow in traffic.sends] == [
        (Service("own", "tools"), [80]),
        (Addresses(), [443]),
    ]
