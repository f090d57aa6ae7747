"""Settings that are fine one by one and cannot work together, and the one line each is answered with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from refusals import refusal

if TYPE_CHECKING:
    from pathlib import Path

IN_YAML = [
    (
        (
            "{grafana: {externalUrl: https://g.example.com, tls: {secret: grafana-tls}}, "
            "ingress: {via: {type: nginx}, tls: {type: certManager, name: le}}}"
        ),
        (
            "grafana.tls.secret: 'grafana-tls': the certificate that browsers see at g.example.com is kept there, and cert-manager fills it; "
            "name another"
        ),
    ),
    (
        "{grafana: {externalUrl: https://g.example.com, tls: {secret: grafana-tls, issuer: {name: ca}}}, ingress: {via: {type: nginx}}}",
        (
            "grafana.tls.secret: 'grafana-tls': the certificate that browsers see at g.example.com is kept there, and cert-manager fills it; "
            "name another"
        ),
    ),
    (
        "{grafana: {tls: {secret: shared, issuer: {name: ca}}}, prometheus: {tls: {secret: shared, issuer: {name: ca}}}}",
        "grafana.tls.secret: 'shared': another server's certificate is kept there; name a Secret for each",
    ),
    (
        "{grafana: {externalUrl: https://g.example.com, tls: {secret: a}}, ingress: {via: {type: route}}}",
        (
            "ingress.via.destinationCaCertificate: not given: give the authority of the certificate in a in PEM, as a Route reads no Secret; or let grafana have tls with serviceCa: true"
        ),
    ),
    (
        "{grafana: {externalUrl: https://g.example.com, tls: {secret: a, serviceCa: true}}, ingress: {via: {type: nginx}}}",
        "grafana.tls.serviceCa: true: only OpenShift's Routes know that authority; expose it by one, or remove this",
    ),
    (
        "{grafana: {externalUrl: https://g.example.com, tls: {secret: a, serviceCa: true}}, ingress: {via: {type: traefik}}}",
        "grafana.tls.serviceCa: true: only OpenShift's Routes know that authority; expose it by one, or remove this",
    ),
    (
        "grafana: {tls: {secret: a, serviceCa: true, issuer: {name: ca}}}",
        "grafana.tls.serviceCa: true: issuer ca would fill the same Secret; keep one of the two",
    ),
    (
        "{grafana: {tls: {secret: a, serviceCa: true}}, secrets: [{type: externalSecrets, store: {name: v}, entries: {a: b}}]}",
        "secrets[0]: 'a': OpenShift's service CA makes this Secret; remove it here",
    ),
    (
        "{grafana: {externalUrl: https://g.example.com, tls: {secret: a}}, ingress: {via: {type: gateway, name: a, sectionName: b}}}",
        "grafana.tls: Secret a: a Gateway reads its authority from a ConfigMap; give caConfigMap",
    ),
    (
        "{grafana: {externalUrl: https://g.example.com, tls: {secret: a}}, ingress: {via: {type: class, name: contour}}}",
        "ingress.backends: 'grafana': it speaks https; give the annotations that make the controller do so too, and tlsToBackends: true",
    ),
    (
        (
            "{prometheus: {externalUrl: http://p.example.com, login: {type: basicAuth, secret: a}}, "
            "ingress: {via: {type: nginx}, backends: [prometheus]}}"
        ),
        "prometheus.externalUrl: 'http://p.example.com': write https://: passwords and sessions of its login pass through it",
    ),
    ("platform: openshift", "platform: 'openshift': write a mapping, not text: {type: openshift}"),
    ("ingress: {via: nginx}", "ingress.via: 'nginx': write a mapping, not text: {type: nginx}"),
    ("ingress: {via: ownGateway}", "ingress.via: 'ownGateway': write a mapping, not text: {type: ownGateway, className: ...}"),
    ("ingress: {via: contour}", "ingress.via: 'contour': write a mapping, not text"),
    ("ingress: {via: true}", "ingress.via: true: write a mapping, not true or false"),
    (
        "prometheus: {login: basicAuth}",
        "prometheus.login: a value: write a mapping, not text: {type: basicAuth, secret: ...}; credentials in it as {secret: NAME, key: KEY}",
    ),
    ("grafana: {tls: {secret: a, issuer: ca}}", "grafana.tls.issuer: 'ca': write a mapping, not text: {name: ca}"),
    ("grafana: {tls: a}", "grafana.tls: 'a': write a mapping, not text: {secret: a}"),
    (
        "{namespace: openshift-monitoring, platform: {type: openshift}}",
        "namespace: 'openshift-monitoring': the platform owns it and chooses no user for its pods; name another",
    ),
    (
        "{namespace: default, platform: {type: openshift}}",
        "namespace: 'default': the platform owns it and chooses no user for its pods; name another",
    ),
]


@pytest.mark.parametrize(("text", "error"), IN_YAML, ids=lambda value: value[:60])
def test_settings_are_refused_in_one_line(text: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == error
