"""`ObservabilityIngress`: host, path, certificate and class of each backend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import semantic_router_observability as sro
from manifests import find, objects_of
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from cdk8s import ApiObject, Chart


@dataclass(frozen=True)
class Backend:
    """A user interface."""

    service: ApiObject
    external_url: str | None = "https://a.example.com"
    has_login: bool = True


def backend(chart: Chart, name: str = "ui", **fields: Any) -> Backend:
    """A user interface with a Service of this name."""
    service = sro.Manifest(
        chart, name, api_version="v1", kind="Service", name=name, labels={}, spec={"ports": [{"name": "http", "port": 80}]}
    )
    return Backend(service, **fields)


def ingress(chart: Chart, *backends: Backend, **arguments: Any) -> list[dict[str, Any]]:
    """The Ingresses written for the backends."""
    arguments.setdefault("ingress_class", sro.nginx())
    made = sro.ObservabilityIngress(chart, "web", backends=backends, **arguments)
    objects = objects_of(chart)
    return [find(objects, "Ingress", one.name) for one in made.ingresses]


def test_https_host(chart: Chart) -> None:
    (written,) = ingress(chart, backend(chart, external_url="https://a.example.com/"))
    assert written["metadata"]["name"] == "web-ui"
    assert written["spec"] == {
        "ingressClassName": "nginx",
        "tls": [{"hosts": ["a.example.com"], "secretName": "ui-tls"}],
        "rules": [
            {
                "host": "a.example.com",
                "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "ui", "port": {"name": "http"}}}}]},
            }
        ],
    }


def test_plain_http_has_no_certificate(chart: Chart) -> None:
    (written,) = ingress(chart, backend(chart, external_url="http://a.example.com/x"))
    assert "tls" not in written["spec"]
    assert written["spec"]["rules"][0]["http"]["paths"][0]["path"] == "/x"


@pytest.mark.parametrize(
    ("tls", "secret", "annotations"),
    [
        (sro.TlsSecret(), "ui-tls", None),
        (sro.TlsSecret(name="wildcard"), "wildcard", None),
        (sro.CertManagerIssuer(name="le"), "ui-tls", {"cert-manager.io/cluster-issuer": "le"}),
        (sro.CertManagerIssuer(name="le", kind="Issuer"), "ui-tls", {"cert-manager.io/issuer": "le"}),
    ],
)
def test_certificates(tls: Any, secret: str, annotations: dict[str, str] | None, chart: Chart) -> None:
    (written,) = ingress(chart, backend(chart), tls=tls)
    assert written["spec"]["tls"][0]["secretName"] == secret
    assert written["metadata"].get("annotations") == annotations


def test_alb_brings_its_own_certificate(chart: Chart) -> None:
    arn = "arn:aws:acm:eu-central-1:123456789012:certificate/12"
    (written,) = ingress(chart, backend(chart), ingress_class=sro.alb(certificate_arns=[arn, arn]), annotations={"example.com/a": "b"})
    assert "tls" not in written["spec"]
    annotations = written["metadata"]["annotations"]
    assert annotations["alb.ingress.kubernetes.io/certificate-arn"] == f"{arn},{arn}"
    assert annotations["alb.ingress.kubernetes.io/scheme"] == "internal"
    assert annotations["alb.ingress.kubernetes.io/success-codes"] == "200-399"
    assert annotations["example.com/a"] == "b"


def test_backends_may_share_a_host(chart: Chart) -> None:
    written = ingress(
        chart, backend(chart, "a", external_url="https://o.example.com/a"), backend(chart, "b", external_url="https://o.example.com/b")
    )
    assert [one["spec"]["rules"][0]["http"]["paths"][0]["path"] for one in written] == ["/a", "/b"]
    assert len({one["metadata"]["name"] for one in written}) == 2


def test_backends_may_not_share_an_address(chart: Chart) -> None:
    with pytest.raises(ConfigError, match=r"^b: external_url: .*: a has the same address; "):
        ingress(chart, backend(chart, "a"), backend(chart, "b", external_url="https://A.example.com/"))


def test_without_login_only_on_purpose(chart: Chart) -> None:
    open_to_all = backend(chart, has_login=False)
    with pytest.raises(ConfigError, match="it has no login"):
        sro.ObservabilityIngress(chart, "first", backends=[open_to_all], ingress_class=sro.nginx())
    assert ingress(chart, open_to_all, expose_without_login=["ui"])


@pytest.mark.parametrize("arn", ["", "x", "arn:aws:s3:::bucket", "arn:aws:acm:a b"])
def test_no_certificates_of_aws(arn: str) -> None:
    with pytest.raises(ConfigError, match="write the ARN of a certificate"):
        sro.alb(certificate_arns=[arn])


def test_a_class_of_ones_own() -> None:
    assert sro.IngressClass(name="traefik").terminates_tls is False
    with pytest.raises(ConfigError, match="the annotation is deprecated"):
        sro.IngressClass(name="a", annotations={"kubernetes.io/ingress.class": "a"})
