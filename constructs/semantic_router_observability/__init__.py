"""Observability for the vLLM Semantic Router on Kubernetes, as cdk8s constructs.

    from cdk8s import App, Chart
    from semantic_router_observability import GrafanaStack, PrometheusStack

    app = App()
    chart = Chart(app, "observability", namespace="vllm-semantic-router-system")
    prometheus = PrometheusStack(chart, "prometheus")
    GrafanaStack(chart, "grafana", sources=[prometheus])
    app.synth()

Names are loaded on first use: types and checks cost milliseconds, and only the constructs start cdk8s and its Node.js.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .node import check_package_cache

if TYPE_CHECKING:
    from .alerting.knobs import Knobs
    from .alerting.links import Panel
    from .alerting.options import Alerts
    from .alerting.rule import AlertRule
    from .alerting.slo import Availability, Latency, Ratio, Slo
    from .alertmanager.inhibition import Inhibition
    from .alertmanager.receivers import DeadManSwitch, Email, Opsgenie, PagerDuty, RawReceiver, Slack, Teams, Webhook
    from .alertmanager.routes import Grouping, Route
    from .alertmanager.stack import AlertmanagerStack
    from .alertmanager.timing import ClockTimes, TimeInterval
    from .contract.contract import Contract
    from .contract.metric import Metric
    from .contract.options import ContractOptions
    from .errors import ConfigError
    from .exposure.backends import Exposable
    from .exposure.controllers import HAProxy, IngressClass, Nginx, Traefik
    from .exposure.gateway import Gateway, OwnGateway
    from .exposure.ingress import ObservabilityIngress
    from .exposure.load_balancers import Alb, Gke
    from .exposure.openshift import OpenShiftRoute
    from .exposure.tls import CertManagerCertificate, CertManagerIssuer, TerminatedElsewhere, TlsSecret
    from .grafana.credentials import DemoCredentials
    from .grafana.dashboards import Dashboard, DashboardConfigMap, DashboardDirectory, DashboardFile, DashboardProvider
    from .grafana.datasources import Alertmanager, AlertSource, ExternalPrometheus, Loki, MetricsSource, RawDataSource, Tempo
    from .grafana.identity.auth_proxy import AuthProxy
    from .grafana.identity.ldap import Ldap, LdapAttributes, LdapGroup, LdapGroupSearch, LdapServer
    from .grafana.identity.providers import Entra, GenericOAuth, GitHub, Google, Keycloak, Okta
    from .grafana.identity.roles import RoleMapping
    from .grafana.identity.session import Session
    from .grafana.settings import Anonymous, Database, Smtp
    from .grafana.stack import GrafanaStack
    from .images import ImageRegistries
    from .kubernetes.manifest import Manifest
    from .kubernetes.platform import Kubernetes, OpenShift
    from .kubernetes.pods import Placement, Resources
    from .kubernetes.secrets import AdminSecret, HasSecrets, SecretKey, SecretUse
    from .kubernetes.serving import Issuer, ServingTls
    from .kubernetes.storage import Claim, Ephemeral, ExistingClaim
    from .kubernetes.traffic import Addresses, Flow, HasTraffic, Pods, Port, Traffic
    from .login.access import Access
    from .login.oauth2_proxy import OAuth2Proxy, Upstream
    from .login.providers import Allow, EntraProvider, GitHubProvider, GoogleProvider, KeycloakProvider, OidcProvider
    from .login.types import BasicAuthUsers, ClientCertificates, NoLogin
    from .network.options import AllowedConnection, ApiServerAddress, DnsAddresses, DnsPods
    from .network.policies import NetworkPolicies, RouterAccess
    from .output import write_manifests
    from .prometheus.alert_targets import AlertTarget, ExternalAlertmanager
    from .prometheus.remote_write import BasicAuth, RemoteWrite
    from .prometheus.rules import RuleFile
    from .prometheus.scrape import PodJob, RawJob, ScrapeGuards, ServiceJob, StaticJob
    from .prometheus.stack import PrometheusStack
    from .router.target import RouterTarget
    from .secrets.construct import Secrets
    from .secrets.csi import CsiSecrets
    from .secrets.encrypted import EncryptedFile
    from .secrets.external import ExternalSecrets, RemoteKey, SecretStore
    from .settings import Settings

_HOMES = {
    "alerting.knobs": ("Knobs",),
    "alerting.links": ("Panel",),
    "alerting.options": ("Alerts",),
    "alerting.rule": ("AlertRule",),
    "alerting.slo": ("Availability", "Latency", "Ratio", "Slo"),
    "alertmanager.inhibition": ("Inhibition",),
    "alertmanager.receivers": ("DeadManSwitch", "Email", "Opsgenie", "PagerDuty", "RawReceiver", "Slack", "Teams", "Webhook"),
    "alertmanager.routes": ("Grouping", "Route"),
    "alertmanager.stack": ("AlertmanagerStack",),
    "alertmanager.timing": ("ClockTimes", "TimeInterval"),
    "contract.contract": ("Contract",),
    "contract.metric": ("Metric",),
    "contract.options": ("ContractOptions",),
    "errors": ("ConfigError",),
    "exposure.backends": ("Exposable",),
    "exposure.controllers": ("HAProxy", "IngressClass", "Nginx", "Traefik"),
    "exposure.gateway": ("Gateway", "OwnGateway"),
    "exposure.ingress": ("ObservabilityIngress",),
    "exposure.load_balancers": ("Alb", "Gke"),
    "exposure.openshift": ("OpenShiftRoute",),
    "exposure.tls": ("CertManagerCertificate", "CertManagerIssuer", "TerminatedElsewhere", "TlsSecret"),
    "grafana.credentials": ("DemoCredentials",),
    "grafana.dashboards": ("Dashboard", "DashboardConfigMap", "DashboardDirectory", "DashboardFile", "DashboardProvider"),
    "grafana.datasources": ("AlertSource", "Alertmanager", "ExternalPrometheus", "Loki", "MetricsSource", "RawDataSource", "Tempo"),
    "grafana.identity.auth_proxy": ("AuthProxy",),
    "grafana.identity.ldap": ("Ldap", "LdapAttributes", "LdapGroup", "LdapGroupSearch", "LdapServer"),
    "grafana.identity.providers": ("Entra", "GenericOAuth", "GitHub", "Google", "Keycloak", "Okta"),
    "grafana.identity.roles": ("RoleMapping",),
    "grafana.identity.session": ("Session",),
    "grafana.settings": ("Anonymous", "Database", "Smtp"),
    "grafana.stack": ("GrafanaStack",),
    "images": ("ImageRegistries",),
    "kubernetes.manifest": ("Manifest",),
    "kubernetes.platform": ("Kubernetes", "OpenShift"),
    "kubernetes.pods": ("Placement", "Resources"),
    "kubernetes.secrets": ("AdminSecret", "HasSecrets", "SecretKey", "SecretUse"),
    "kubernetes.serving": ("Issuer", "ServingTls"),
    "kubernetes.storage": ("Claim", "Ephemeral", "ExistingClaim"),
    "kubernetes.traffic": ("Addresses", "Flow", "HasTraffic", "Pods", "Port", "Traffic"),
    "login.access": ("Access",),
    "login.oauth2_proxy": ("OAuth2Proxy", "Upstream"),
    "login.providers": ("Allow", "EntraProvider", "GitHubProvider", "GoogleProvider", "KeycloakProvider", "OidcProvider"),
    "login.types": ("BasicAuthUsers", "ClientCertificates", "NoLogin"),
    "network.options": ("AllowedConnection", "ApiServerAddress", "DnsAddresses", "DnsPods"),
    "network.policies": ("NetworkPolicies", "RouterAccess"),
    "output": ("write_manifests",),
    "prometheus.alert_targets": ("AlertTarget", "ExternalAlertmanager"),
    "prometheus.remote_write": ("BasicAuth", "RemoteWrite"),
    "prometheus.rules": ("RuleFile",),
    "prometheus.scrape": ("PodJob", "RawJob", "ScrapeGuards", "ServiceJob", "StaticJob"),
    "prometheus.stack": ("PrometheusStack",),
    "router.target": ("RouterTarget",),
    "secrets.construct": ("Secrets",),
    "secrets.csi": ("CsiSecrets",),
    "secrets.encrypted": ("EncryptedFile",),
    "secrets.external": ("ExternalSecrets", "RemoteKey", "SecretStore"),
    "settings": ("Settings",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Access",
    "Addresses",
    "AdminSecret",
    "Alb",
    "AlertRule",
    "AlertSource",
    "AlertTarget",
    "Alertmanager",
    "AlertmanagerStack",
    "Alerts",
    "Allow",
    "AllowedConnection",
    "Anonymous",
    "ApiServerAddress",
    "AuthProxy",
    "Availability",
    "BasicAuth",
    "BasicAuthUsers",
    "CertManagerCertificate",
    "CertManagerIssuer",
    "Claim",
    "ClientCertificates",
    "ClockTimes",
    "ConfigError",
    "Contract",
    "ContractOptions",
    "CsiSecrets",
    "Dashboard",
    "DashboardConfigMap",
    "DashboardDirectory",
    "DashboardFile",
    "DashboardProvider",
    "Database",
    "DeadManSwitch",
    "DemoCredentials",
    "DnsAddresses",
    "DnsPods",
    "Email",
    "EncryptedFile",
    "Entra",
    "EntraProvider",
    "Ephemeral",
    "ExistingClaim",
    "Exposable",
    "ExternalAlertmanager",
    "ExternalPrometheus",
    "ExternalSecrets",
    "Flow",
    "Gateway",
    "GenericOAuth",
    "GitHub",
    "GitHubProvider",
    "Gke",
    "Google",
    "GoogleProvider",
    "GrafanaStack",
    "Grouping",
    "HAProxy",
    "HasSecrets",
    "HasTraffic",
    "ImageRegistries",
    "IngressClass",
    "Inhibition",
    "Issuer",
    "Keycloak",
    "KeycloakProvider",
    "Knobs",
    "Kubernetes",
    "Latency",
    "Ldap",
    "LdapAttributes",
    "LdapGroup",
    "LdapGroupSearch",
    "LdapServer",
    "Loki",
    "Manifest",
    "Metric",
    "MetricsSource",
    "NetworkPolicies",
    "Nginx",
    "NoLogin",
    "OAuth2Proxy",
    "ObservabilityIngress",
    "OidcProvider",
    "Okta",
    "OpenShift",
    "OpenShiftRoute",
    "Opsgenie",
    "OwnGateway",
    "PagerDuty",
    "Panel",
    "Placement",
    "PodJob",
    "Pods",
    "Port",
    "PrometheusStack",
    "Ratio",
    "RawDataSource",
    "RawJob",
    "RawReceiver",
    "RemoteKey",
    "RemoteWrite",
    "Resources",
    "RoleMapping",
    "Route",
    "RouterAccess",
    "RouterTarget",
    "RuleFile",
    "ScrapeGuards",
    "SecretKey",
    "SecretStore",
    "SecretUse",
    "Secrets",
    "ServiceJob",
    "ServingTls",
    "Session",
    "Settings",
    "Slack",
    "Slo",
    "Smtp",
    "StaticJob",
    "Teams",
    "Tempo",
    "TerminatedElsewhere",
    "TimeInterval",
    "TlsSecret",
    "Traefik",
    "Traffic",
    "Upstream",
    "Webhook",
    "write_manifests",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    check_package_cache()
    value = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
    globals()[name] = value
    return value
