"""`ObservabilityIngress`: exposes user interfaces at URLs outside the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from semantic_router_observability.checks import dns_label
from semantic_router_observability.errors import ConfigError, Place, inside, place
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import labels
from semantic_router_observability.kubernetes.manifest import Manifest, find, namespace_of

from .backends import backends_of, check_port
from .checks import check_serving_secrets
from .controller import check_annotations
from .forms import Via
from .objects import Plan, secret_uses, traffic_of
from .tls import Tls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.kubernetes.endpoint import HasEndpoint
    from semantic_router_observability.kubernetes.secrets import SecretUse
    from semantic_router_observability.kubernetes.traffic import Traffic

    from .objects import Form


class ObservabilityIngress(Construct):
    """Exposes each backend at its `external_url`, from which host, path and scheme follow.

    Usage:
        ObservabilityIngress(chart, "ingress", backends=[grafana], via=Traefik())
        ObservabilityIngress(chart, "ingress", backends=[grafana], via=Nginx(), tls=CertManagerIssuer(name="letsencrypt"))
        ObservabilityIngress(chart, "ingress", backends=[grafana], via=Gateway(name="public", namespace="gateways", section_name="https"))

    What exposes stack `grafana` is called `<id>-grafana`, in the stack's namespace. Backends may share a host under different paths.

    Args:
        scope: Chart, or a construct in planned_object.
        id: First half of every name. At most 20 characters.
        backends: What to expose. Each must know its `external_url`, and have a login or a reason for none.
        via: By what: an ingress controller (`Nginx`, `Alb`, `Traefik`, `HAProxy`, `Gke`, any `IngressClass`), a `Gateway`, an `OwnGateway` or
            an `OpenShiftRoute`.
        tls: Where the certificates of https hosts come from. Default: an existing Secret `<stack id>-tls` for each host; those of the cloud or
            the cluster with `Alb`, `Gateway` and `OpenShiftRoute`.
        annotations: Further annotations on every Ingress, HTTPRoute or Route. Default: none.

    Raises:
        ConfigError: a value cannot work; the message names argument, value and remedy.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        backends: Sequence[HasEndpoint],
        via: Via,
        tls: Tls | None = None,
        annotations: Mapping[str, str] | None = None,
    ) -> None:
        dns_label(place("ObservabilityIngress", "id"), id, limit=20)
        with inside(Place(id)):
            check_annotations(annotations or {})
        _check_types(id, via, tls)
        namespace = namespace_of(scope)
        exposed = backends_of(id, backends)
        services = [(backend, find(scope, backend.namespace, backend.name, "Service")) for backend in exposed]
        for backend, service in services:
            if service:
                check_port(place(id, "backends"), backend, service.to_json())
        plan = Plan(id=id, namespace=namespace, backends=exposed, tls=tls, annotations=dict(annotations or {}))
        form: Form = via
        form.check(plan)
        planned = list(form.objects(plan))
        uses = secret_uses(plan, planned)
        check_serving_secrets(plan, uses)
        for backend, service in services:
            if service is None and (needed := form.service_annotations(backend)):
                raise ConfigError(
                    place(id, "backends"),
                    backend.name,
                    f"its Service needs annotation {', '.join(needed)}, but is not in this app; make it here",
                )
        super().__init__(scope, id)

        self.objects: list[Manifest] = []
        """Everything made here, in apply order."""
        self.routes: list[Manifest] = []
        """What makes the backends reachable: Ingresses, HTTPRoutes or Routes, in the order of the backends."""
        self.traffic: Sequence[Traffic] = traffic_of(form, plan)
        """Who connects to the backends' pods."""
        self.secret_references: Sequence[SecretUse] = uses
        """Secrets with the certificates of hosts."""
        for planned_object in planned:
            manifest = Manifest(
                self,
                f"{planned_object.kind}-{planned_object.namespace}-{planned_object.name}",
                api_version=planned_object.api_version,
                kind=planned_object.kind,
                name=planned_object.name,
                namespace=planned_object.namespace,
                labels=labels("ingress", id, "exposure"),
                annotations=planned_object.annotations,
                spec=planned_object.spec,
                **planned_object.fields,
            )
            self.objects.append(manifest)
            if planned_object.exposes:
                self.routes.append(manifest)
        for backend, service in services:
            for key, value in form.service_annotations(backend).items():
                assert service is not None  # noqa: S101  checked before
                service.metadata.add_annotation(key, value)
        components_of(scope).announce(self)


def _check_types(id: str, via: object, tls: object) -> None:
    """Say what is meant where something else is given, such as the name of a class."""
    if not isinstance(via, Via):
        raise ConfigError(
            place(id, "via"), via, "give Nginx(), Traefik(), Gateway(name=...) or another form; IngressClass(name=...) for any class"
        )
    if tls is not None and not isinstance(tls, Tls):
        raise ConfigError(
            place(id, "tls"),
            tls,
            "give TlsSecret(), CertManagerIssuer(name=...), CertManagerCertificate(issuer=...) or TerminatedElsewhere()",
        )
