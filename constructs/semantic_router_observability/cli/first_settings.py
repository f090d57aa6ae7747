"""The text of a first `observability.yaml`, from the answers of `sro init`. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

CLUSTERS: Final = {
    "kubernetes": "install Prometheus and Grafana",
    "openshift": "install Prometheus and Grafana on OpenShift",
    "kubePrometheusStack": "use the Prometheus and Grafana of the Helm chart kube-prometheus-stack",
    "kubePrometheus": "use the Prometheus of kube-prometheus",
    "openshiftUserWorkload": "use OpenShift's monitoring of user-defined projects",
    "googleManaged": "use Google Cloud Managed Service for Prometheus",
    "azureManaged": "use Azure Monitor managed service for Prometheus",
}
"""What the cluster has, and what the settings then do."""

OWN: Final = ("kubernetes", "openshift")
"""Clusters that get a Prometheus and a Grafana of the stack's own."""

INSTALLED_IN: Final = ("kubePrometheusStack", "kubePrometheus")
"""Forms of an existing Prometheus that has a namespace."""

CONTROLLERS: Final = ("nginx", "traefik", "haproxy")
"""Ingress controllers that need no further setting."""

RECEIVERS: Final = {
    "slack": "{type: slack, name: chat, apiUrl: {secret: alert-receivers, key: slack-url}}",
    "teams": "{type: teams, name: chat, webhookUrl: {secret: alert-receivers, key: teams-url}}",
    "pagerduty": "{type: pagerduty, name: on-call, routingKey: {secret: alert-receivers, key: pagerduty-key}}",
    "opsgenie": "{type: opsgenie, name: on-call, apiKey: {secret: alert-receivers, key: opsgenie-key}}",
    "webhook": "{type: webhook, name: team, url: {secret: alert-receivers, key: webhook-url}}",
}
"""Receivers of alerts, whose credentials are in the Secret `alert-receivers`."""

SCHEMA: Final = "observability.schema.json"


class Answers(NamedTuple):
    """What `sro init` asks."""

    cluster: str
    """One of `CLUSTERS`."""
    namespace: str
    """Namespace of every object."""
    router_namespace: str
    """Namespace of the router."""
    install: str = "any"
    """Installation style of the router; `any` finds it in each but with Google's collectors."""
    installed_as: str = ""
    """Helm release, or name of the SemanticRouter resource."""
    url: str = ""
    """URL at which users reach Grafana; empty: it is not exposed."""
    controller: str = "nginx"
    """One of `CONTROLLERS`; of use with `url` on `kubernetes`."""
    notify: str = "none"
    """One of `RECEIVERS`, or `none`."""
    release: str = ""
    """Helm release of kube-prometheus-stack."""
    monitoring_namespace: str = ""
    """Namespace of the existing Prometheus."""
    dashboards: bool = True
    """Whether a sidecar of an existing Grafana collects dashboards from ConfigMaps."""


def first_settings(answers: Answers, *, schema: bool) -> str:
    """Return the file; with `schema`, the line that makes editors complete it."""
    return "".join(f"{line}\n" for line in _lines(answers, schema=schema))


def _lines(answers: Answers, *, schema: bool) -> Iterator[str]:
    if schema:
        yield f"# yaml-language-server: $schema=./{SCHEMA}"
    yield "# Settings of the Semantic Router's observability, as `sro init` wrote them. Every key is optional; docs/settings.md lists all of"
    yield "# them, and `sro explain setting KEY` prints one. After a change: `make dist`, read the diff of dist/, commit, apply."
    yield ""
    yield "# Namespace of every object. It has to exist."
    yield f"namespace: {_text(answers.namespace)}"
    yield ""
    yield "# How and where the router was installed; `any` finds raw manifests, Helm chart, operator and KServe."
    if answers.install == "any" and answers.router_namespace == answers.namespace:
        yield "# Without `routers`, it is looked for in the namespace above."
        yield "# routers:"
        yield "#   - {install: any, namespaces: [routing]}"
    else:
        yield "routers:"
        name = {"helm": f", release: {_text(answers.installed_as)}", "operator": f", name: {_text(answers.installed_as)}"}.get(
            answers.install, ""
        )
        yield f"  - {{install: {answers.install}{name}, namespaces: [{_text(answers.router_namespace)}]}}"
    yield ""
    yield from _own(answers) if answers.cluster in OWN else _add_on(answers)


def _own(answers: Answers) -> Iterator[str]:
    if answers.cluster == "openshift":
        yield "# OpenShift chooses the user of every pod."
        yield "platform: {type: openshift}"
        yield ""
    yield "# How long samples are kept, and the volume they fit into: `sro size --pods N` computes it for N router pods."
    yield "prometheus:"
    yield "  retention: 15d"
    yield "  storage: {type: claim, size: 20Gi}"
    yield "  # storage: {type: claim, size: 20Gi, storageClass: fast}   # where the cluster has no default StorageClass"
    yield ""
    yield "# The Secret grafana-admin with the keys admin-user and admin-password has to exist."
    yield "grafana:"
    yield "  storage: {type: claim, size: 10Gi}"
    if answers.url:
        yield f"  externalUrl: {_text(answers.url)}"
        yield ""
        yield from _exposed(answers)
    else:
        yield "  # externalUrl: https://grafana.example.com   # together with `ingress`: docs/expose.md"
    yield ""
    if answers.notify in RECEIVERS:
        yield "# Alertmanager sends the alerts. The Secret alert-receivers has to exist; docs/alertmanager.md has further receivers and routes."
        yield "alertmanager:"
        yield "  receivers:"
        yield f"    - {RECEIVERS[answers.notify]}"
    else:
        yield "# Alerts are shown in Prometheus and Grafana and notify no one; docs/alertmanager.md says how they do."
        yield "# alertmanager:"
        yield "#   receivers:"
        yield f"#     - {RECEIVERS['slack']}"


def _exposed(answers: Answers) -> Iterator[str]:
    if answers.cluster == "openshift":
        yield "# A Route with the certificate of OpenShift's router."
        yield "ingress: {}"
    else:
        yield "# The Secret grafana-tls with certificate and key has to exist; docs/expose.md shows cert-manager, Gateway API and load balancers."
        yield f"ingress: {{via: {{type: {answers.controller}}}, tls: {{type: secret, name: grafana-tls}}}}"


def _add_on(answers: Answers) -> Iterator[str]:
    fields = [f"type: {answers.cluster}"]
    if answers.cluster == "kubePrometheusStack":
        fields.append(f"release: {_text(answers.release)}")
    if answers.cluster in INSTALLED_IN:
        fields.append(f"namespace: {_text(answers.monitoring_namespace)}")
    yield f"# {CLUSTERS[answers.cluster].capitalize()}: monitors, rules and dashboards for it, and no server of the"
    yield "# stack's own. docs/add-on.md explains the keys."
    yield "addOn:"
    yield f"  scrapedBy: {{{', '.join(fields)}}}"
    if answers.dashboards:
        yield '  # Grafana\'s sidecar collects ConfigMaps with the label grafana_dashboard: "1".'
        yield "  shownBy: {type: sidecar}"
    else:
        yield "  # No dashboards in the cluster; `sro dashboards FOLDER` writes files to import."
        yield "  shownBy: {type: none}"


def _text(value: str) -> str:
    """Quote what YAML would take for a number or a truth value, such as the namespace `1234` or `on`."""
    from semantic_router_observability.kubernetes.text import to_manifest  # noqa: PLC0415 - of use once an answer is there

    return to_manifest({"value": value}).strip().removeprefix("value: ")
