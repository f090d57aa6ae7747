"""OpenShift's own routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic_router_observability.errors import ConfigError, Raw, arg, form, place
from semantic_router_observability.kubernetes.traffic import Addresses, Pods
from semantic_router_observability.spec import Tagged

from .checks import check_tls_of_cluster
from .objects import Object
from .tls import CertManagerCertificate, CertManagerIssuer, TlsSecret, described

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .backends import Backend
    from .objects import Plan


class OpenShiftRoute(Tagged, frozen=True, kw_only=True, tag="route"):
    """OpenShift's router: a `Route` for each backend, which redirects http to https. Without `tls`, the router shows its own certificate.

    A certificate from a Secret needs OpenShift 4.19 or newer; the router is given the right to read that Secret.

    Attributes:
        destination_ca_certificate: Authority of the certificates that backends show inside the cluster, in PEM. Default: none; those of
            OpenShift's service CA (`tls.serviceCa` of the backend) need none.
        controller: The router's pods. Default: those of the namespaces that OpenShift labels for it.

    """

    destination_ca_certificate: str | None = None
    controller: Pods = Pods(namespace=None, namespace_labels={"policy-group.network.openshift.io/ingress": ""})

    def __post_init__(self) -> None:
        pem = self.destination_ca_certificate
        if pem is None:
            return
        if "PRIVATE KEY" in pem:
            raise ConfigError("destination_ca_certificate", Raw("PEM"), "it holds a private key; give the authority's certificate alone")
        if not pem.startswith("-----BEGIN CERTIFICATE-----"):
            raise ConfigError("destination_ca_certificate", pem, "write a certificate in PEM, from -----BEGIN CERTIFICATE----- on")

    def check(self, plan: Plan) -> None:
        check_tls_of_cluster(plan)
        if isinstance(plan.tls, CertManagerIssuer):
            raise ConfigError(
                place(plan.id, "tls"),
                Raw(described(plan.tls)),
                f"cert-manager does not watch Routes; use {form(CertManagerCertificate, 'issuer')}",
            )
        for backend in plan.backends:
            if not backend.serving:
                continue
            if not plan.ends_tls(backend):
                raise ConfigError(
                    place(plan.id, "backends"),
                    backend.name,
                    f"a Route that connects to the pods by https serves clients by https too; remove {arg('tls')}",
                )
            if not backend.serving.service_ca and self.destination_ca_certificate is None:
                whose = (
                    f"issuer {backend.serving.issuer.name}" if backend.serving.issuer else f"the certificate in {backend.serving.secret}"
                )
                raise ConfigError(
                    place(plan.id, "via", "destination_ca_certificate"),
                    None,
                    f"give the authority of {whose} in PEM, as a Route reads no Secret; or let {backend.name} have {arg('tls')} with {arg('service_ca', True)}",
                )

    def objects(self, plan: Plan) -> Iterator[Object]:
        yield from plan.certificates()
        if isinstance(plan.tls, TlsSecret | CertManagerCertificate):
            yield from _rights(plan)
        for backend in plan.backends:
            yield Object(
                api_version="route.openshift.io/v1",
                kind="Route",
                name=f"{plan.id}-{backend.name}",
                namespace=backend.namespace,
                annotations=plan.annotations_of(backend),
                spec={
                    "host": backend.url.host,
                    "path": backend.url.path or None,
                    "to": {"kind": "Service", "name": backend.name, "weight": 100},
                    "port": {"targetPort": "http"},
                    "tls": self._tls(plan, backend) if plan.ends_tls(backend) else None,
                    "wildcardPolicy": "None",
                },
                exposes=True,
            )

    def _tls(self, plan: Plan, backend: Backend) -> dict[str, Any]:
        own = isinstance(plan.tls, TlsSecret | CertManagerCertificate)
        return {
            "termination": "reencrypt" if backend.serving else "edge",
            "insecureEdgeTerminationPolicy": "Redirect",
            "externalCertificate": {"name": plan.secret_of(backend)} if own else None,
            "destinationCACertificate": self.destination_ca_certificate if backend.serving and not backend.serving.service_ca else None,
        }

    def service_annotations(self, backend: Backend) -> dict[str, str]:  # noqa: ARG002
        return {}

    def clients(self, plan: Plan) -> Sequence[Pods | Addresses]:  # noqa: ARG002
        return [self.controller]


def _rights(plan: Plan) -> Iterator[Object]:
    """Let the router read the certificates' Secrets, and no others; OpenShift checks that it may before it admits the Route."""
    name = f"{plan.id}-certificates"
    secrets: dict[str, dict[str, None]] = {}
    for backend in plan.backends:
        secrets.setdefault(backend.namespace, {})[plan.secret_of(backend)] = None
    for namespace, names in secrets.items():
        rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": list(names), "verbs": ["get", "list", "watch"]}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
        router = {"kind": "ServiceAccount", "name": "router", "namespace": "openshift-ingress"}
        rbac = "rbac.authorization.k8s.io/v1"
        yield Object(api_version=rbac, kind="Role", name=name, namespace=namespace, fields={"rules": [rule]})
        yield Object(api_version=rbac, kind="RoleBinding", name=name, namespace=namespace, fields={"roleRef": role, "subjects": [router]})
