"""`ObservabilityIngress`: what each form writes for a backend's address, certificate and pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import semantic_router_observability as sro
from backends import backend
from manifests import objects_of
from semantic_router_observability.kubernetes.serving import Issuer, ServingTls
from semantic_router_observability.kubernetes.traffic import Addresses, Flow, Pods, Port, Traffic

if TYPE_CHECKING:
    from cdk8s import Chart

    from manifests import Object
    from semantic_router_observability.exposure.forms import Via

NAMESPACE = "vllm-semantic-router-system"
GATEWAY = sro.Gateway(name="public", namespace="gateways", section_name="https")
FORMS: list[Via] = [
    sro.Nginx(),
    sro.Traefik(),
    sro.HAProxy(),
    sro.IngressClass(name="contour"),
    sro.Alb(),
    sro.Gke(),
    GATEWAY,
    sro.OwnGateway(class_name="istio"),
    sro.OpenShiftRoute(),
]
PODS = Pods(NAMESPACE, {"app": "ui"})


def exposed(chart: Chart, *backends: sro.Endpoint, via: Via, **arguments: Any) -> dict[str, Object]:
    """What is written beside the Services, by kind and name."""
    sro.ObservabilityIngress(chart, "web", backends=backends, via=via, **arguments)
    found = [item for item in objects_of(chart) if item["kind"] != "Service"]
    return {f"{item['kind']} {item['metadata']['name']}": item for item in found}


def annotations_of(written: Object) -> dict[str, str]:
    """Annotations, also where there are none."""
    return written["metadata"].get("annotations") or {}


def test_an_ingress(chart: Chart) -> None:
    written = exposed(chart, backend(chart, external_url="https://a.example.com/"), via=sro.Nginx())
    assert list(written) == ["Ingress web-ui"]
    assert written["Ingress web-ui"]["spec"] == {
        "ingressClassName": "nginx",
        "tls": [{"hosts": ["a.example.com"], "secretName": "ui-tls"}],
        "rules": [
            {
                "host": "a.example.com",
                "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "ui", "port": {"name": "http"}}}}]},
            }
        ],
    }


@pytest.mark.parametrize(
    ("tls", "secret", "given"),
    [
        (None, "ui-tls", {}),
        (sro.TlsSecret(), "ui-tls", {}),
        (sro.TlsSecret(name="wildcard"), "wildcard", {}),
        (sro.CertManagerIssuer(name="le"), "ui-tls", {"cert-manager.io/cluster-issuer": "le"}),
        (sro.CertManagerIssuer(name="le", kind="Issuer"), "ui-tls", {"cert-manager.io/issuer": "le"}),
        (sro.CertManagerCertificate(issuer=Issuer(name="le")), "ui-tls", {}),
    ],
)
def test_certificates_of_ingresses_and_own_gateways(tls: Any, secret: str, given: dict[str, str], chart: Chart) -> None:
    written = exposed(chart, backend(chart), via=sro.Nginx(), tls=tls)
    assert written["Ingress web-ui"]["spec"]["tls"][0]["secretName"] == secret
    assert annotations_of(written["Ingress web-ui"]) == given
    sro.ObservabilityIngress(chart, "own", backends=[backend(chart, "b")], via=sro.OwnGateway(class_name="istio"), tls=tls)
    (gateway,) = [item for item in objects_of(chart) if item["kind"] == "Gateway"]
    (listener,) = [entry for entry in gateway["spec"]["listeners"] if entry["protocol"] == "HTTPS"]
    assert listener["tls"]["certificateRefs"] == [{"group": "", "kind": "Secret", "name": secret.replace("ui", "b")}]
    assert annotations_of(gateway) == given


def test_a_certificate_object(chart: Chart) -> None:
    tls = sro.CertManagerCertificate(issuer=Issuer(name="internal", kind="Issuer"))
    first, second = (backend(chart, name, external_url=f"https://o.example.com/{name}") for name in "ab")
    written = exposed(chart, first, second, backend(chart, "c", external_url="https://c.example.com"), via=sro.Traefik(), tls=tls)
    certificates = {name: item["spec"] for name, item in written.items() if item["kind"] == "Certificate"}
    assert {name: (spec["dnsNames"], spec["secretName"]) for name, spec in certificates.items()} == {
        "Certificate web-a": (["o.example.com"], "a-tls"),
        "Certificate web-c": (["c.example.com"], "c-tls"),
    }
    assert certificates["Certificate web-a"]["issuerRef"] == {"group": "cert-manager.io", "kind": "Issuer", "name": "internal"}
    assert written["Ingress web-b"]["spec"]["tls"] == [{"hosts": ["o.example.com"], "secretName": "a-tls"}]


def test_one_object_a_host_asks_cert_manager(chart: Chart) -> None:
    first, second = (backend(chart, name, external_url=f"https://o.example.com/{name}") for name in "ab")
    written = exposed(chart, first, second, via=sro.Nginx(), tls=sro.CertManagerIssuer(name="le"))
    assert [bool(annotations_of(item)) for item in written.values()] == [True, False]
    assert {item["spec"]["tls"][0]["secretName"] for item in written.values()} == {"a-tls"}


@pytest.mark.parametrize("via", FORMS, ids=lambda via: type(via).__name__)
def test_a_host_may_be_shared_by_path(via: Via, chart: Chart) -> None:
    first, second = (backend(chart, name, external_url=f"https://o.example.com/{name}") for name in "ab")
    written = exposed(chart, first, second, via=via)
    found: list[tuple[str, str, str]] = []
    for item in written.values():
        spec = item["spec"]
        if item["kind"] == "Ingress":
            for rule in spec["rules"]:
                found += [(rule["host"], path["path"], path["backend"]["service"]["name"]) for path in rule["http"]["paths"]]
                assert all(path["pathType"] == "Prefix" for path in rule["http"]["paths"])
        elif item["kind"] == "HTTPRoute":
            for rule in spec["rules"]:
                found += [(spec["hostnames"][0], rule["matches"][0]["path"]["value"], ref["name"]) for ref in rule.get("backendRefs", [])]
                assert all(ref["port"] == 80 for ref in rule.get("backendRefs", []))
        elif item["kind"] == "Route":
            found.append((spec["host"], spec["path"], spec["to"]["name"]))
    assert found == [("o.example.com", "/a", "a"), ("o.example.com", "/b", "b")]


@pytest.mark.parametrize("via", [via for via in FORMS if not isinstance(via, sro.Alb)], ids=lambda via: type(via).__name__)
@pytest.mark.parametrize("elsewhere", [True, False])
def test_plain_http_needs_no_certificate_and_redirects_nobody(via: Via, elsewhere: bool, chart: Chart) -> None:
    url = "https://a.example.com" if elsewhere else "http://a.example.com"
    written = exposed(chart, backend(chart, external_url=url), via=via, tls=sro.TerminatedElsewhere() if elsewhere else None)
    text = str(written)
    for word in ("'tls'", "redirect", "Redirect", "HTTPS", "websecure", "allow-http", "secretName"):
        assert word not in text


@pytest.mark.parametrize("via", FORMS, ids=lambda via: type(via).__name__)
def test_why_there_is_no_login_stands_on_what_exposes(via: Via, chart: Chart) -> None:
    made = sro.ObservabilityIngress(
        chart,
        "web",
        backends=[backend(chart, has_login=False, no_login_reason="VPN only")],
        via=via,
        annotations={"example.com/owner": "team-a"},
    )
    (route,) = made.routes
    (written,) = [item for item in objects_of(chart) if (item["kind"], item["metadata"]["name"]) == (route.kind, route.name)]
    assert annotations_of(written)["semantic-router-observability/no-login"] == "VPN only"
    assert annotations_of(written)["example.com/owner"] == "team-a"


def test_a_login_needs_no_reason(chart: Chart) -> None:
    (written,) = exposed(chart, backend(chart, no_login_reason="left over"), via=sro.Nginx()).values()
    assert annotations_of(written) == {}


def test_objects_are_where_the_backend_is(chart: Chart) -> None:
    (written,) = exposed(chart, backend(chart, namespace="elsewhere"), via=GATEWAY).values()
    assert written["metadata"]["namespace"] == "elsewhere"


def test_traefik_serves_nothing_in_the_clear(chart: Chart) -> None:
    (written,) = exposed(chart, backend(chart), via=sro.Traefik(secure_entry_point="https")).values()
    assert annotations_of(written) == {
        "traefik.ingress.kubernetes.io/router.entrypoints": "https",
        "traefik.ingress.kubernetes.io/router.tls": "true",
    }


def test_haproxy_redirects_to_the_port_people_use(chart: Chart) -> None:
    (written,) = exposed(chart, backend(chart), via=sro.HAProxy()).values()
    assert annotations_of(written) == {"haproxy.org/ssl-redirect-port": "443"}


def test_alb_has_its_own_certificate(chart: Chart) -> None:
    arn = "arn:aws:acm:eu-central-1:123456789012:certificate/12"
    (written,) = exposed(chart, backend(chart), via=sro.Alb(certificate_arns=(arn, arn))).values()
    assert "tls" not in written["spec"]
    assert annotations_of(written) == {
        "alb.ingress.kubernetes.io/certificate-arn": f"{arn},{arn}",
        "alb.ingress.kubernetes.io/group.name": f"{NAMESPACE}.web",
        "alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS":443}]',
        "alb.ingress.kubernetes.io/scheme": "internal",
        "alb.ingress.kubernetes.io/success-codes": "200-399",
        "alb.ingress.kubernetes.io/target-type": "ip",
    }


def test_alb_behind_another_load_balancer_listens_on_http(chart: Chart) -> None:
    (written,) = exposed(chart, backend(chart), via=sro.Alb(), tls=sro.TerminatedElsewhere()).values()
    assert annotations_of(written)["alb.ingress.kubernetes.io/listen-ports"] == '[{"HTTP":80}]'


def test_alb_takes_the_question_for_a_password_as_a_sign_of_life(chart: Chart) -> None:
    key = sro.SecretKey("login", "password")
    (written,) = exposed(chart, backend(chart, access=sro.Access(username=key, password=key)), via=sro.Alb()).values()
    assert annotations_of(written)["alb.ingress.kubernetes.io/success-codes"] == "200-401"


def test_gke_has_one_ingress_and_marks_the_services(chart: Chart) -> None:
    via = sro.Gke(static_address="ops", managed_certificates=("ops", "grafana"), backend_config="ui", frontend_config="redirect")
    backends = [backend(chart, name, external_url=f"https://{name}.example.com", has_login=False, no_login_reason="x") for name in "ab"]
    written = exposed(chart, *backends, via=via)
    assert list(written) == ["Ingress web"]
    assert "ingressClassName" not in written["Ingress web"]["spec"]
    assert "tls" not in written["Ingress web"]["spec"]
    assert [rule["host"] for rule in written["Ingress web"]["spec"]["rules"]] == ["a.example.com", "b.example.com"]
    assert annotations_of(written["Ingress web"]) == {
        "kubernetes.io/ingress.class": "gce",
        "kubernetes.io/ingress.global-static-ip-name": "ops",
        "networking.gke.io/managed-certificates": "ops,grafana",
        "networking.gke.io/v1beta1.FrontendConfig": "redirect",
        "semantic-router-observability/no-login": "a: x; b: x",
    }
    for service in (item for item in objects_of(chart) if item["kind"] == "Service"):
        assert annotations_of(service) == {
            "cloud.google.com/neg": '{"ingress": true}',
            "cloud.google.com/backend-config": '{"default": "ui"}',
        }


def test_gke_inside(chart: Chart) -> None:
    via = sro.Gke(internal=True, static_address="ops", pre_shared_certificates=("ops",))
    (written,) = exposed(chart, backend(chart), via=via).values()
    assert annotations_of(written) == {
        "kubernetes.io/ingress.class": "gce-internal",
        "kubernetes.io/ingress.allow-http": "false",
        "kubernetes.io/ingress.regional-static-ip-name": "ops",
        "ingress.gcp.kubernetes.io/pre-shared-cert": "ops",
    }


def test_an_existing_gateway_redirects_from_the_listener_it_is_told(chart: Chart) -> None:
    via = sro.Gateway(name="public", namespace="gateways", section_name="https", redirect_from="http")
    written = exposed(chart, backend(chart), via=via)
    assert list(written) == ["HTTPRoute web-ui", "HTTPRoute web-to-https"]
    parent = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public", "namespace": "gateways"}
    assert written["HTTPRoute web-ui"]["spec"]["parentRefs"] == [{**parent, "sectionName": "https"}]
    assert written["HTTPRoute web-to-https"]["spec"] == {
        "parentRefs": [{**parent, "sectionName": "http"}],
        "hostnames": ["a.example.com"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                "filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}],
            }
        ],
    }


def test_a_gateway_of_our_own_has_a_listener_a_host(chart: Chart) -> None:
    urls = {"a": "https://o.example.com/a", "b": "https://o.example.com/b", "c": "http://plain.example.com"}
    backends = [backend(chart, name, external_url=url) for name, url in urls.items()]
    written = exposed(chart, *backends, via=sro.OwnGateway(class_name="istio"))
    assert [(listener["name"], listener["port"]) for listener in written["Gateway web"]["spec"]["listeners"]] == [
        ("http", 80),
        ("o.example.com", 443),
    ]
    parents = {name: item["spec"]["parentRefs"][0]["sectionName"] for name, item in written.items() if item["kind"] == "HTTPRoute"}
    assert parents == {
        "HTTPRoute web-a": "o.example.com",
        "HTTPRoute web-b": "o.example.com",
        "HTTPRoute web-c": "http",
        "HTTPRoute web-to-https": "http",
    }
    assert written["HTTPRoute web-to-https"]["spec"]["hostnames"] == ["o.example.com"]


def test_a_secret_of_another_namespace_is_granted(chart: Chart) -> None:
    tls = sro.TlsSecret(name="wildcard", namespace="certificates")
    written = exposed(chart, backend(chart), via=sro.OwnGateway(class_name="istio"), tls=tls)
    grant = written[f"ReferenceGrant {NAMESPACE}-web-wildcard"]
    assert grant["metadata"]["namespace"] == "certificates"
    assert grant["spec"] == {
        "from": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": NAMESPACE}],
        "to": [{"group": "", "kind": "Secret", "name": "wildcard"}],
    }
    (_, listener) = written["Gateway web"]["spec"]["listeners"]
    assert listener["tls"]["certificateRefs"] == [{"group": "", "kind": "Secret", "name": "wildcard", "namespace": "certificates"}]


def test_a_route_shows_the_routers_certificate_or_one_it_may_read(chart: Chart) -> None:
    written = exposed(chart, backend(chart), via=sro.OpenShiftRoute())
    assert list(written) == ["Route web-ui"]
    assert written["Route web-ui"]["spec"]["tls"] == {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}
    sro.ObservabilityIngress(
        chart, "own", backends=[backend(chart, "b")], via=sro.OpenShiftRoute(), tls=sro.CertManagerCertificate(issuer=Issuer(name="le"))
    )
    own = {item["kind"]: item for item in objects_of(chart) if item["metadata"]["name"].startswith("own")}
    assert own["Route"]["spec"]["tls"]["externalCertificate"] == {"name": "b-tls"}
    assert own["Role"]["rules"] == [
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["b-tls"], "verbs": ["get", "list", "watch"]}
    ]
    assert own["RoleBinding"]["subjects"] == [{"kind": "ServiceAccount", "name": "router", "namespace": "openshift-ingress"}]


SERVING = ServingTls(secret="ui-serving", ca_config_map="ui-ca")


def serving(chart: Chart, via: Via, **arguments: Any) -> dict[str, Object]:
    """What is written for a backend that speaks https, with its Service."""
    written = exposed(chart, backend(chart, tls=SERVING), via=via, **arguments)
    return {**written, "Service ui": next(item for item in objects_of(chart) if item["kind"] == "Service")}


def test_nginx_checks_the_backends_certificate(chart: Chart) -> None:
    prefix = "nginx.ingress.kubernetes.io"
    assert annotations_of(serving(chart, sro.Nginx())["Ingress web-ui"]) == {
        f"{prefix}/backend-protocol": "HTTPS",
        f"{prefix}/proxy-ssl-name": f"ui.{NAMESPACE}.svc",
        f"{prefix}/proxy-ssl-secret": f"{NAMESPACE}/ui-serving",
        f"{prefix}/proxy-ssl-server-name": "on",
        f"{prefix}/proxy-ssl-verify": "on",
        "nginx.org/ssl-services": "ui",
    }


def test_traefik_checks_it_by_a_transport(chart: Chart) -> None:
    written = serving(chart, sro.Traefik())
    assert written["ServersTransport ui"]["spec"] == {"serverName": f"ui.{NAMESPACE}.svc", "rootCAs": [{"secret": "ui-serving"}]}
    assert annotations_of(written["Service ui"]) == {
        "traefik.ingress.kubernetes.io/service.serversscheme": "https",
        "traefik.ingress.kubernetes.io/service.serverstransport": f"{NAMESPACE}-ui@kubernetescrd",
    }


def test_haproxy_speaks_https(chart: Chart) -> None:
    assert annotations_of(serving(chart, sro.HAProxy())["Ingress web-ui"])["haproxy.org/server-ssl"] == "true"


def test_alb_speaks_https(chart: Chart) -> None:
    given = annotations_of(serving(chart, sro.Alb())["Ingress web-ui"])
    assert given["alb.ingress.kubernetes.io/backend-protocol"] == "HTTPS"
    assert given["alb.ingress.kubernetes.io/healthcheck-protocol"] == "HTTPS"


def test_gke_speaks_https(chart: Chart) -> None:
    assert annotations_of(serving(chart, sro.Gke())["Service ui"])["cloud.google.com/app-protocols"] == '{"http": "HTTPS"}'


@pytest.mark.parametrize("via", [GATEWAY, sro.OwnGateway(class_name="istio")])
def test_a_gateway_checks_it_by_a_policy(via: Via, chart: Chart) -> None:
    assert serving(chart, via)["BackendTLSPolicy web-ui"]["spec"] == {
        "targetRefs": [{"group": "", "kind": "Service", "name": "ui", "sectionName": "http"}],
        "validation": {
            "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ui-ca"}],
            "hostname": f"ui.{NAMESPACE}.svc",
        },
    }


PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(("service_ca", "authority"), [(False, PEM), (True, None)])
def test_a_route_encrypts_again(service_ca: bool, authority: str | None, chart: Chart) -> None:
    shown = ServingTls(secret="ui-serving", service_ca=service_ca)
    via = sro.OpenShiftRoute(destination_ca_certificate=PEM)
    tls = exposed(chart, backend(chart, tls=shown), via=via)["Route web-ui"]["spec"]["tls"]
    assert tls["termination"] == "reencrypt"
    assert tls.get("destinationCACertificate") == authority


@pytest.mark.parametrize(
    ("via", "pods"),
    [
        (sro.Nginx(), Pods("ingress-nginx", {"app.kubernetes.io/name": "ingress-nginx"})),
        (sro.Nginx(controller=Pods("nginx-ingress")), Pods("nginx-ingress")),
        (sro.Traefik(), Pods(None, {"app.kubernetes.io/name": "traefik"})),
        (sro.HAProxy(), Pods(None, {"app.kubernetes.io/name": "kubernetes-ingress"})),
        (GATEWAY, Pods(None, {"gateway.networking.k8s.io/gateway-name": "public"})),
        (sro.OwnGateway(class_name="istio"), Pods(None, {"gateway.networking.k8s.io/gateway-name": "web"})),
        (sro.OpenShiftRoute(), Pods(None, namespace_labels={"policy-group.network.openshift.io/ingress": ""})),
    ],
)
def test_the_controllers_pods_connect_to_the_backends(via: Via, pods: Pods, chart: Chart) -> None:
    ui = backend(chart, pods=PODS)
    made = sro.ObservabilityIngress(chart, "web", backends=[ui, backend(chart, "b", external_url="https://b.example.com")], via=via)
    flow = Flow(peer=PODS, ports=(Port(8080),), why="exposes ui")
    assert made.traffic == (Traffic(name="web", pods=pods, sends=(flow,), foreign=True),)


@pytest.mark.parametrize(
    ("via", "sources"),
    [
        (sro.Alb(), ("0.0.0.0/0", "::/0")),
        (sro.Alb(sources=("10.0.0.0/16",)), ("10.0.0.0/16",)),
        (sro.Gke(), ("35.191.0.0/16", "130.211.0.0/22")),
        (sro.Gateway(name="gke", section_name="https", sources=("35.191.0.0/16",)), ("35.191.0.0/16",)),
    ],
)
def test_load_balancers_connect_from_addresses(via: Via, sources: tuple[str, ...], chart: Chart) -> None:
    made = sro.ObservabilityIngress(chart, "web", backends=[backend(chart, pods=PODS)], via=via)
    flow = Flow(peer=Addresses(sources), ports=(Port(8080),), why="web exposes it")
    assert made.traffic == (Traffic(name="ui", pods=PODS, receives=(flow,)),)


def test_an_unknown_controller_may_be_anybody(chart: Chart) -> None:
    ui = backend(chart, pods=PODS)
    made = sro.ObservabilityIngress(chart, "web", backends=[ui], via=sro.IngressClass(name="contour"))
    assert [(flows.pods, [flow.peer for flow in flows.receives]) for flows in made.traffic] == [(Pods(None), []), (PODS, [Addresses()])]
