"""Exposure that cannot work, and the one line each is answered with. As in `test_bad_inputs.py`, the tables specify the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import backends
import semantic_router_observability as sro
from manifests import new_chart
from refusals import refusal
from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.serving import Issuer, ServingTls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cdk8s import Chart

EXPOSED = 'grafana: {externalUrl: "https://g.example.com"}'
PLAIN = 'grafana: {externalUrl: "http://g.example.com", anonymous: {reason: reached over the VPN only}}'
OBJECT = "write an object name: lower-case letters, digits, '-' and '.', at most 253 characters"
LABEL = "write a name of lower-case letters, digits and '-', starting and ending with a letter or digit, at most {} characters"
NO_LOGIN = "it has no login; give it one, or put a proxy with one in front and expose that"
LISTENER = "name the listener of Gateway public for https, or grafana is served in the clear as well"

IN_YAML = [
    (
        "ingress: {}",
        "ingress.via: not given: choose one, such as {type: nginx}, {type: gateway, name: ...} or, on OpenShift, {type: route}",
    ),
    ("ingress: {className: nginx}", "ingress: 'className': unknown key; accepted: annotations, backends, tls, via"),
    (
        "ingress: {via: {}}",
        "ingress.via.type: not given: add it; accepted: nginx, alb, traefik, haproxy, gke, class, gateway, ownGateway, route",
    ),
    (
        "ingress: {via: {type: ngnix}}",
        "ingress.via.type: 'ngnix': write one of nginx, alb, traefik, haproxy, gke, class, gateway, ownGateway, route",
    ),
    ("ingress: {via: {type: class}}", "ingress.via.name: not given: add it"),
    (
        "ingress: {via: {type: nginx}}",
        "grafana.externalUrl: not given: state the URL at which users reach it, such as https://grafana.example.com",
    ),
    ('ingress: {via: {type: nginx, name: ""}}', f"ingress.via.name: '': {OBJECT}"),
    ("ingress: {via: {type: nginx}, backends: [prometheus]}", f"ingress.backends: 'prometheus': {NO_LOGIN}"),
    (
        "ingress: {via: {type: nginx}, backends: [alertmanager]}",
        "ingress.backends: 'alertmanager': there is none; add alertmanager, or remove it here",
    ),
    ("ingress: {via: {type: nginx}, backends: []}", "ingress.backends: []: give at least one, such as a GrafanaStack"),
    (
        f"{{ingress: {{via: {{type: nginx}}, backends: [grafana, grafana]}}, {EXPOSED}}}",
        "ingress.backends: 'grafana': two backends share this name; rename one",
    ),
    (
        f"{{ingress: {{via: {{type: nginx}}, tls: {{type: certManager, name: x}}}}, {PLAIN}}}",
        "grafana.externalUrl: 'http://g.example.com': tls is given but the address is plain http; write https:// or remove tls",
    ),
    (
        f"{{ingress: {{via: {{type: nginx}}, tls: {{type: elsewhere}}}}, {PLAIN}}}",
        "grafana.externalUrl: 'http://g.example.com': tls is given but the address is plain http; write https:// or remove tls",
    ),
    (
        "ingress: {via: {type: nginx}, tls: {type: certManager, name: x, kind: Foo}}",
        "ingress.tls.kind: 'Foo': write one of ClusterIssuer, Issuer",
    ),
    (
        "ingress: {via: {type: nginx}, tls: {type: secret, name: a, issuer: b}}",
        "ingress.tls: 'issuer': unknown key; accepted: name, namespace, type",
    ),
    ("ingress: {via: {type: nginx}, tls: {type: certificate}}", "ingress.tls.issuer: not given: add it"),
    (
        f"{{ingress: {{via: {{type: nginx}}, tls: {{type: secret, namespace: certs}}}}, {EXPOSED}}}",
        "ingress.tls: Secret <stack id>-tls: only an OwnGateway reads Secrets of another namespace; remove namespace",
    ),
    (
        'ingress: {via: {type: nginx}, annotations: {"a b": x}}',
        "ingress.annotations: 'a b': write a Kubernetes annotation key such as example.com/owner",
    ),
    (
        'ingress: {via: {type: class, name: a, annotations: {"kubernetes.io/ingress.class": x}}}',
        "ingress.via.annotations: 'kubernetes.io/ingress.class': the annotation is deprecated; the class's name says it",
    ),
    (
        'ingress: {via: {type: nginx}, annotations: {"x/y": true}}',
        "ingress.annotations.x/y: true: write text, not true or false; in quotes it is text",
    ),
    (
        '{ingress: {via: {type: nginx}}, grafana: {externalUrl: "http://g.example.com"}}',
        "grafana.externalUrl: 'http://g.example.com': write https://: passwords and sessions of its login pass through it",
    ),
    (
        '{ingress: {via: {type: nginx}}, grafana: {externalUrl: "http://g.example.com", anonymous: {}}}',
        f"ingress.backends: 'grafana': {NO_LOGIN}",
    ),
    (
        "{ingress: {via: {type: nginx}}, grafana: {embedding: true}}",
        "ingress.backends: 'grafana': it is embedded in the Router Dashboard, which exposes it; remove it here",
    ),
    (
        '{ingress: {via: {type: nginx}}, grafana: {externalUrl: "https://*.example.com"}}',
        "grafana.externalUrl: 'https://*.example.com': write a DNS name as host, such as https://grafana.example.com",
    ),
    (
        "ingress: {via: {type: alb, scheme: public}}",
        "ingress.via.scheme: 'public': write one of internal, internet-facing",
    ),
    (
        'ingress: {via: {type: alb, certificateArns: [""]}}',
        "ingress.via.certificateArns: '': write the ARN of a certificate, such as arn:aws:acm:eu-central-1:1234:certificate/12",
    ),
    (
        f"{{ingress: {{via: {{type: alb}}, tls: {{type: certManager, name: x}}}}, {EXPOSED}}}",
        "ingress.tls: issuer x: class 'alb' finds its certificates itself; remove tls",
    ),
    (
        f"{{ingress: {{via: {{type: alb}}}}, {PLAIN}}}",
        "grafana.externalUrl: 'http://g.example.com': class 'alb' serves https only; write https://",
    ),
    (
        "ingress: {via: {type: alb, sources: [10.0.0.1/8]}}",
        "ingress.via.sources: '10.0.0.1/8': write an address range with its length and no bits beyond it, such as 10.0.0.0/16",
    ),
    (
        "ingress: {via: {type: alb, group: A}}",
        "ingress.via.group: 'A': write lower-case letters, digits, '-' and '.', at most 63 characters",
    ),
    (
        f"{{namespace: {'n' * 60}, ingress: {{via: {{type: alb}}}}, {EXPOSED}}}",
        f"ingress.via.group: '{'n' * 60}.ingress': it is too long; give one of at most 63 characters",
    ),
    (
        f"{{ingress: {{via: {{type: gke, managedCertificates: [a]}}, tls: {{type: secret, name: b}}}}, {EXPOSED}}}",
        "ingress.tls: Secret b: gke finds its certificates itself; remove tls",
    ),
    (
        "ingress: {via: {type: gke, internal: true, managedCertificates: [a]}}",
        "ingress.via.managedCertificates: [a]: an internal load balancer takes none; use a Secret",
    ),
    ("ingress: {via: {type: gke, backendConfig: A}}", f"ingress.via.backendConfig: 'A': {OBJECT}"),
    (
        "ingress: {via: {type: traefik, entryPoint: 'web secure'}}",
        "ingress.via.entryPoint: 'web secure': write the name of an entry point, such as websecure",
    ),
    ("ingress: {via: {type: gateway}}", "ingress.via.name: not given: add it"),
    (f"{{ingress: {{via: {{type: gateway, name: public}}}}, {EXPOSED}}}", f"ingress.via.sectionName: not given: {LISTENER}"),
    (
        f"{{ingress: {{via: {{type: gateway, name: public, sectionName: https}}, tls: {{type: secret, name: a}}}}, {EXPOSED}}}",
        "ingress.tls: Secret a: the listener of Gateway public has the certificate; remove tls",
    ),
    (
        f"{{ingress: {{via: {{type: gateway, name: public, redirectFrom: http}}}}, {PLAIN}}}",
        "ingress.via.redirectFrom: 'http': no backend has an https address; remove it",
    ),
    (
        f"{{ingress: {{via: {{type: gateway, name: public, redirectFrom: http}}, tls: {{type: elsewhere}}}}, {EXPOSED}}}",
        "ingress.via.redirectFrom: 'http': what arrives is always http, and would be redirected indefinitely; remove it",
    ),
    (
        "ingress: {via: {type: gateway, name: public, sectionName: web, redirectFrom: web}}",
        "ingress.via.redirectFrom: 'web': sectionName is the same; name the listener for http",
    ),
    ("ingress: {via: {type: gateway, name: public, namespace: A}}", f"ingress.via.namespace: 'A': {LABEL.format(63)}"),
    ("ingress: {via: {type: ownGateway}}", "ingress.via.className: not given: add it"),
    (
        f"{{ingress: {{via: {{type: route}}, tls: {{type: certManager, name: le}}}}, {EXPOSED}}}",
        "ingress.tls: issuer le: cert-manager does not watch Routes; use {type: certificate, issuer: ...}",
    ),
    (
        "ingress: {via: {type: route, destinationCaCertificate: ca.crt}}",
        "ingress.via.destinationCaCertificate: 'ca.crt': write a certificate in PEM, from -----BEGIN CERTIFICATE----- on",
    ),
    (
        "ingress: {via: {type: nginx, controller: {labels: {a: b}}}}",
        "ingress.via.controller.namespace: not given: add it",
    ),
]


@pytest.mark.parametrize(("text", "error"), IN_YAML, ids=lambda value: value[:60])
def test_settings_are_refused_in_one_line(text: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == error


ISSUED = ServingTls(secret="serving", issuer=Issuer(name="internal"))


def backend(name: str = "ui", **fields: Any) -> Callable[[Chart], sro.Endpoint]:
    """A user interface in the chart of its ingress."""
    return lambda chart: backends.backend(chart, name, **fields)


def expose(*exposed: Callable[[Chart], sro.Endpoint], **arguments: Any) -> sro.ObservabilityIngress:
    """An ingress for the backends, or for one."""
    chart = new_chart()
    made = [make(chart) for make in exposed or [backend()]]
    given = {"backends": made, "via": sro.Nginx(), **arguments}
    return sro.ObservabilityIngress(chart, given.pop("id", "web"), **given)


KEY = sro.SecretKey("a", "b")
OWN = sro.OwnGateway(class_name="istio")
GATEWAY = sro.Gateway(name="public", section_name="https")

IN_PYTHON = [
    (lambda: expose(id="Public"), f"ObservabilityIngress: id: 'Public': {LABEL.format(20)}"),
    (
        lambda: expose(via="nginx"),
        "web: via: 'nginx': give Nginx(), Traefik(), Gateway(name=...) or another form; IngressClass(name=...) for any class",
    ),
    (
        lambda: expose(tls="wildcard"),
        "web: tls: 'wildcard': give TlsSecret(), CertManagerIssuer(name=...), CertManagerCertificate(issuer=...) or TerminatedElsewhere()",
    ),
    (
        lambda: sro.OpenShiftRoute(destination_ca_certificate="-----BEGIN PRIVATE KEY-----\nsecret"),
        "OpenShiftRoute: destination_ca_certificate: PEM: it holds a private key; give the authority's certificate alone",
    ),
    (lambda: expose(backends=[]), "web: backends: []: give at least one, such as a GrafanaStack"),
    (lambda: expose(backends=sro.Endpoint(url=sro.Url.of("http://ui.a.svc"))), "web: backends: Endpoint: write a list, even of one"),
    (lambda: sro.Alb(certificate_arns="arn:aws:acm:a"), "Alb: certificate_arns: 'arn:aws:acm:a': write a list, even of one"),  # type: ignore[arg-type]
    (lambda: sro.Alb(scheme="public"), "Alb: scheme: 'public': write internal or internet-facing"),  # type: ignore[arg-type]
    (
        lambda: expose(backend(external_url=None)),
        "ui: external_url: None: state the URL at which users reach it, such as https://ui.example.com",
    ),
    (lambda: expose(backend(has_login=False)), f"web: backends: 'ui': {NO_LOGIN}"),
    (
        lambda: expose(backend(access=sro.Access(certificate=KEY, key=KEY))),
        "web: backends: 'ui': it asks for client certificates, and TLS ends before it; give it a login with a password, or a proxy",
    ),
    (
        lambda: expose(backend(ports=[{"name": "web", "port": 80}])),
        "web: backends: 'ui': its Service has no port named http; name its user-facing port http",
    ),
    (
        lambda: expose(backend(ports=[{"name": "http", "port": 81}])),
        "web: backends: 'http://ui.vllm-semantic-router-system.svc:80': port http of its Service is 81; write that",
    ),
    (
        lambda: expose(backend(pods=sro.Pods("a", {"app": "ui"}), pod_port=None)),
        "web: backends: 'ui': its pods listen on 8080; give its Endpoint pod_port=8080",
    ),
    (
        lambda: expose(lambda _: sro.Endpoint(url=sro.Url.of("http://ui.example.com"))),
        "web: backends: 'http://ui.example.com': only a Service can be exposed; write its url as http://ui.NAMESPACE.svc:PORT",
    ),
    (
        lambda: expose(lambda _: backends.backend(new_chart(), tls=ISSUED), via=sro.Traefik()),
        (
            "web: backends: 'ui': its Service needs annotation traefik.ingress.kubernetes.io/service.serversscheme, "
            "traefik.ingress.kubernetes.io/service.serverstransport, but is not in this app; make it here"
        ),
    ),
    (lambda: expose(backends=["grafana"]), "web: backends: str: give a stack, an Endpoint, or an object with `endpoint` and `bind`"),
    (
        lambda: expose(backend("a"), backend("b", external_url="https://A.example.com/")),
        "b: external_url: 'https://A.example.com/': a has the same address; give each its own host or path",
    ),
    (
        lambda: expose(backend("a"), backend("b", external_url="http://a.example.com/b")),
        "b: external_url: 'http://a.example.com/b': a is on this host by https; use the same for both",
    ),
    (
        lambda: expose(via=sro.IngressClass(name="own", terminates_tls=True), tls=sro.TlsSecret(name="a")),
        "web: tls: Secret a: class 'own' finds its certificates itself; remove tls",
    ),
    (
        lambda: expose(backend(tls=ISSUED), via=sro.IngressClass(name="own")),
        "web: backends: 'ui': it speaks https; give the annotations that make the controller do so too, and tls_to_backends=True",
    ),
    (
        lambda: expose(via=sro.IngressClass(name="own", tls_to_backends=True)),
        "web: backends: 'ui': it speaks plain http, but tls_to_backends says that the controller uses https; give it tls, or remove that",
    ),
    (
        lambda: expose(backend("a"), backend("b", external_url="http://b.example.com"), via=sro.Gke()),
        "b: external_url: 'http://b.example.com': one load balancer serves all, by https or by http, and a uses the other",
    ),
    (
        lambda: expose(backend("a"), backend("b", namespace="other", external_url="https://b.example.com"), via=sro.Gke()),
        "web: backends: 'b': one Ingress serves all, and a is in another namespace",
    ),
    (
        lambda: expose(backend(access=sro.Access(username=KEY, password=KEY)), via=sro.Gke()),
        "web: backends: 'ui': health checks of GKE bring no password and want 200; expose a proxy before it",
    ),
    (
        lambda: expose(backend(namespace="other"), via=OWN),
        "web: backends: 'ui': it is in namespace other, the Gateway is not; use Gateway(name=...)",
    ),
    (
        lambda: expose(backend(tls=ISSUED), via=OWN),
        "ui: tls: Secret serving: a Gateway reads its authority from a ConfigMap; give ca_config_map",
    ),
    (
        lambda: expose(backend(tls=ISSUED), via=GATEWAY),
        "ui: tls: Secret serving: a Gateway reads its authority from a ConfigMap; give ca_config_map",
    ),
    (
        lambda: expose(tls=sro.TlsSecret(name="a", namespace="b"), via=sro.OpenShiftRoute()),
        "web: tls: Secret a: only an OwnGateway reads Secrets of another namespace; remove namespace",
    ),
    (
        lambda: expose(backend(tls=ISSUED), via=sro.OpenShiftRoute()),
        (
            "web: via.destination_ca_certificate: None: give the authority of issuer internal in PEM, as a Route reads no Secret; or let ui have tls with service_ca=True"
        ),
    ),
    (
        lambda: expose(backend(tls=ISSUED), via=sro.OpenShiftRoute(), tls=sro.TerminatedElsewhere()),
        "web: backends: 'ui': a Route that connects to the pods by https serves clients by https too; remove tls",
    ),
    (
        lambda: sro.CertManagerCertificate(issuer=Issuer(name="A")),
        f"Issuer: name: 'A': {OBJECT}",
    ),
]


@pytest.mark.parametrize(("make", "error"), IN_PYTHON, ids=lambda value: value[:60] if isinstance(value, str) else "")
def test_arguments_are_refused_in_one_line(make: Callable[[], object], error: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make()
    assert str(refused.value) == error
