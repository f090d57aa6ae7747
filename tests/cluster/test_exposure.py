"""Every form of exposure with every kind of certificate, on a real API server that knows the kinds, by a namespace's administrator."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from backends import backend
from cluster.support import changed, stored
from harness import crds
from manifests import new_chart, objects_of

if TYPE_CHECKING:
    from pathlib import Path

    from harness.cluster import Cluster
    from harness.lab import Lab
    from manifests import Object
    from semantic_router_observability.exposure.forms import Via

pytestmark = pytest.mark.cluster

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

FORMS: dict[str, Via] = {
    "Nginx": sro.Nginx(),
    "Traefik": sro.Traefik(),
    "HAProxy": sro.HAProxy(),
    "IngressClass": sro.IngressClass(name="contour", annotations={"example.com/owner": "team-a"}),
    "Alb": sro.Alb(certificate_arns=("arn:aws:acm:eu-central-1:111122223333:certificate/a",)),
    "Gke": sro.Gke(static_address="ops", frontend_config="redirect", backend_config="checks"),
    "Gateway": sro.Gateway(name="public", namespace="gateways", section_name="https", redirect_from="http"),
    "OwnGateway": sro.OwnGateway(class_name="istio"),
    "OpenShiftRoute": sro.OpenShiftRoute(),
}

CERTIFICATES: dict[str, Any] = {
    "default": None,
    "secret": sro.TlsSecret(name="wildcard"),
    "issuer": sro.CertManagerIssuer(name="letsencrypt"),
    "certificate": sro.CertManagerCertificate(issuer=sro.Issuer(name="internal", kind="Issuer")),
    "elsewhere": sro.TerminatedElsewhere(),
}

REFUSED = {
    *itertools.product(["Alb", "Gateway"], ["secret", "issuer", "certificate"]),
    ("Gateway", "elsewhere"),
    ("OpenShiftRoute", "issuer"),
}
"""Combinations that do not synthesize; `tests/unit/test_exposure_bad_inputs.py` has the messages."""

TO_HTTPS: dict[str, Via] = {
    **{name: form for name, form in FORMS.items() if name != "IngressClass"},
    "IngressClass": sro.IngressClass(name="contour", annotations={"example.com/speak": "https"}, tls_to_backends=True),
    "OpenShiftRoute": sro.OpenShiftRoute(destination_ca_certificate=PEM),
}

CASES = [
    *(
        pytest.param(form, tls, {}, id=f"{name}-{kind}")
        for (name, form), (kind, tls) in itertools.product(FORMS.items(), CERTIFICATES.items())
        if (name, kind) not in REFUSED
    ),
    pytest.param(sro.Gateway(name="public"), CERTIFICATES["elsewhere"], {}, id="Gateway-elsewhere"),
    *(
        pytest.param(form, None, {"tls": sro.ServingTls(secret="serving", ca_config_map="authority")}, id=f"{name}-to-https")
        for name, form in TO_HTTPS.items()
    ),
]

GKE_SAYS = "Warning: annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"


@pytest.fixture(scope="module")
def cluster(lab: Lab) -> Cluster:
    """The lab's cluster with the definitions of the kinds."""
    crds.install(lab.cluster)
    return lab.cluster


def exposed(namespace: str, via: Via, tls: Any = None, /, **fields: Any) -> list[Object]:
    """Two user interfaces on one host, and what exposes them."""
    chart = new_chart(namespace)
    first = backend(chart, "a", external_url="https://ops.example.com/a", has_login=False, no_login_reason="VPN only", **fields)
    second = backend(chart, "b", external_url="https://ops.example.com/b", **fields)
    sro.ObservabilityIngress(chart, "web", backends=[first, second], via=via, tls=tls)
    return objects_of(chart)


@pytest.mark.parametrize(("via", "tls", "fields"), CASES)
def test_every_form_is_accepted_and_applied_once_and_for_all(
    cluster: Cluster, namespace: str, tmp_path: Path, via: Via, tls: Any, fields: dict[str, Any]
) -> None:
    user = cluster.create_admin(namespace, "anna")
    _may_write_custom_kinds(cluster, namespace, user)
    manifests = yaml.safe_dump_all(exposed(namespace, via, tls, **fields))
    (tmp_path / "dist.yaml").write_text(manifests)
    applied = cluster.apply(manifests, user=user).check()
    assert set(applied.stderr.splitlines()) == ({GKE_SAYS} if isinstance(via, sro.Gke) else set())
    before = stored(cluster, tmp_path)
    assert changed(cluster.apply(manifests, user=user).check()) == []
    assert stored(cluster, tmp_path) == before


def test_a_secret_of_another_namespace_takes_rights_there(cluster: Cluster, namespace: str) -> None:
    user = cluster.create_admin(namespace, "anna")
    _may_write_custom_kinds(cluster, namespace, user)
    other = cluster.create_namespace(f"{namespace}-certificates")
    manifests = yaml.safe_dump_all(exposed(namespace, FORMS["OwnGateway"], sro.TlsSecret(name="wildcard", namespace=other)))
    refused = cluster.apply(manifests, user=user)
    assert not refused.ok
    assert f'in the namespace "{other}"' in refused.stderr
    _may_write_custom_kinds(cluster, other, user)
    assert cluster.apply(manifests, user=user).check().stderr == ""
    cluster.request("DELETE", f"api/v1/namespaces/{other}")


@pytest.mark.parametrize(
    ("via", "path", "value", "complaint"),
    [
        ("OwnGateway", ("HTTPRoute", "spec", "hostnames", 0), "-ops", "spec.hostnames"),
        ("OwnGateway", ("HTTPRoute", "spec", "rules", 0, "matches", 0, "path", "value"), "a", "must be an absolute path"),
        ("OwnGateway", ("HTTPRoute", "spec", "parentRefs", 0, "sektionName"), "x", "unknown field"),
        ("OwnGateway", ("Gateway", "spec", "listeners", 1, "hostname"), "-", "spec.listeners"),
        ("OpenShiftRoute", ("Route", "spec", "tls", "termination"), "passthrough", "spec"),
        ("OpenShiftRoute", ("Route", "spec", "hosts"), "ops", "unknown field"),
        ("Traefik", ("Ingress", "spec", "rules", 0, "http", "paths", 0, "path"), "a", "must be an absolute path"),
    ],
)
def test_what_differs_by_one_field_is_refused(
    cluster: Cluster, namespace: str, via: str, path: tuple[str | int, ...], value: str, complaint: str
) -> None:
    """So the tests above could fail: the API server's checks are on."""
    kind, *keys, last = path
    wrong = next(item for item in exposed(namespace, FORMS[via]) if item["kind"] == kind)
    node: Any = wrong
    for key in keys:
        node = node[key]
    node[last] = value
    result = cluster.apply(yaml.safe_dump(wrong))
    assert not result.ok
    assert complaint in result.stderr


def _may_write_custom_kinds(cluster: Cluster, namespace: str, user: str) -> None:
    """Grant what installations of these kinds add to the ClusterRole `admin` of a namespace."""
    groups = ["gateway.networking.k8s.io", "cert-manager.io", "route.openshift.io", "traefik.io"]
    path = f"apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    name = "custom-kinds"
    rule = {"apiGroups": groups, "resources": ["*"], "verbs": ["*"]}
    cluster.request("POST", f"{path}/roles", {"metadata": {"name": name}, "rules": [rule]})
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}
    cluster.request("POST", f"{path}/rolebindings", {"metadata": {"name": name}, "roleRef": role, "subjects": [subject]})
