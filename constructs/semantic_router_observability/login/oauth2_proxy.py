"""`OAuth2Proxy`: a login by an identity provider, in front of a user interface that has none."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from constructs import Construct

from semantic_router_observability import images
from semantic_router_observability.checks import Url, address_ranges, duration_seconds, public_url, service_name
from semantic_router_observability.errors import ConfigError, Where, arg, place
from semantic_router_observability.images import ImageRegistries
from semantic_router_observability.kubernetes.account import service_account
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.endpoint import Endpoint, endpoint_of
from semantic_router_observability.kubernetes.labels import labels, selector_labels
from semantic_router_observability.kubernetes.manifest import Manifest, namespace_of
from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.platform import Kubernetes, Platform
from semantic_router_observability.kubernetes.pods import Placement, Resources, SecretFiles
from semantic_router_observability.kubernetes.replicas import disruption_budget, web_service
from semantic_router_observability.kubernetes.secrets import SecretKey, SecretUse, pull_uses
from semantic_router_observability.kubernetes.traffic import Pods, Traffic
from semantic_router_observability.network.destinations import flows_to, flows_to_endpoint

from . import oauth2_config, oauth2_pod
from .providers import Allow, KeycloakProvider, OidcProvider, check_allow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.endpoint import HasEndpoint

    from .providers import IdentityProvider

MOST_REPLICAS = 9


class OAuth2Proxy(Construct):
    """A login by an identity provider in front of a Prometheus or an Alertmanager; expose it in place of what it protects.

    Usage:
        login = OAuth2Proxy(
            chart,
            "prometheus-login",
            upstream=prometheus,
            provider=OidcProvider(issuer="https://example.okta.com"),
            client_id="prometheus",
            client_secret=SecretKey("prometheus-login", "client-secret"),
            cookie_secret=SecretKey("prometheus-login", "cookie-secret"),
            allow=Allow(groups=("sre",)),
        )
        ObservabilityIngress(chart, "ingress", backends=[login], via=Nginx())

    Objects are named after `id`: Deployment, Service, ServiceAccount `<id>`, ConfigMap `<id>-config`. Sessions are stored in users' cookies, so
    replicas need to know nothing of one another. Prometheus, Grafana and Alertmanager go on talking directly, without this login.

    Args:
        scope: Chart, or a construct in one; the chart must name its namespace.
        id: Name of everything the login makes. At most 50 characters, so that pod names and labels stay legal.
        upstream: What stands behind the login. It states its `external_url`, with https.
        provider: Identity provider that authenticates users: OidcProvider, KeycloakProvider, EntraProvider, GoogleProvider or GitHubProvider.
        client_id: Id under which the identity provider knows this login.
        client_secret: Secret that came with the id. A line break at its end counts.
        cookie_secret: Key of the cookies: 16, 24 or 32 bytes, as they are or in base64.
        allow: Who is admitted. Default: no rule, which only GitHubProvider, and KeycloakProvider with roles, accept.
        expire: How long users stay logged in. Default `12h`, a working day.
        refresh: Ask the identity provider this often whether a session still holds; it has to give out refresh tokens. Default: never,
            so a user disabled at the provider is admitted until `expire`.
        trusted_proxies: Addresses of the ingress controller, as CIDRs; its word is taken for where a request came from, in the log of
            logins. Default: none, the log shows the controller.
        replicas: Number of pods. Default 1.
        resources: Requests and limits. Default 10m CPU, 32Mi memory, limit 128Mi memory: it takes 27 MB with a few users.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere; several replicas prefer different nodes.
        metadata: Labels and annotations of its pods and their ServiceAccount. Default: only the stack's own.
        image: Container image. Default: the pinned release.
        registries: Mirrors and pull secrets. Default: none.
        platform: Kind of cluster: `Kubernetes()` (default), or `OpenShift()`, which chooses the user of pods itself.

    Raises:
        ConfigError: a value cannot work; the message names argument, value and remedy.

    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        upstream: HasEndpoint,
        provider: IdentityProvider,
        client_id: str,
        client_secret: SecretKey,
        cookie_secret: SecretKey,
        allow: Allow = Allow(),  # noqa: B008  frozen
        expire: str = "12h",
        refresh: str | None = None,
        trusted_proxies: Sequence[str] = (),
        replicas: int = 1,
        resources: Resources = Resources(cpu="10m", memory="32Mi", memory_limit="128Mi"),  # noqa: B008  frozen
        placement: Placement = Placement(),  # noqa: B008  frozen
        metadata: Metadata = Metadata(),  # noqa: B008  frozen
        image: str = images.OAUTH2_PROXY,
        registries: ImageRegistries = ImageRegistries(),  # noqa: B008  frozen
        platform: Platform = Kubernetes(),  # noqa: B008  frozen
    ) -> None:
        service_name(place("OAuth2Proxy", "id"), id, limit=50)
        namespace = namespace_of(scope)
        protected = endpoint_of(place(id, "upstream"), upstream)
        address = _address(id, protected)
        check_allow(place(id, "allow"), allow, provider)
        if not client_id.strip():
            raise ConfigError(place(id, "client_id"), client_id, "write the id that the identity provider gave out")
        if cookie_secret == client_secret:
            raise ConfigError(
                place(id, "cookie_secret"),
                cookie_secret.key,
                f"{arg('client_secret')} is the same, and the identity provider knows it; name another key",
            )
        expire_seconds, refresh_seconds = _session(id, expire, refresh)
        _check_proxies(place(id, "trusted_proxies"), trusted_proxies)
        if not 1 <= replicas <= MOST_REPLICAS:
            raise ConfigError(place(id, "replicas"), replicas, f"write 1 to {MOST_REPLICAS}")
        image = registries.resolve(place(id, "image"), image)

        secrets = SecretFiles(oauth2_pod.SECRETS)
        emails = "".join(f"{email}\n" for email in allow.emails)
        rendered = oauth2_config.render(
            name=id,
            address=address,
            upstream=protected.url.origin,
            provider=provider,
            client_id=client_id,
            client_secret=client_secret,
            cookie_secret=cookie_secret,
            allow=allow,
            emails_file=f"{oauth2_pod.CONFIG}/{oauth2_pod.EMAILS_FILE}" if emails else None,
            expire_seconds=expire_seconds,
            refresh_seconds=refresh_seconds,
            trusted_proxies=trusted_proxies,
            files=secrets,
        )
        files = {oauth2_pod.CONFIG_FILE: rendered, **({oauth2_pod.EMAILS_FILE: emails} if emails else {})}
        authorities = [_authority(provider), protected.tls.authority if protected.tls else None]
        # A pod reads Secrets of its own namespace; in another one the user copies the authority.
        beside = protected.service is not None and protected.service.namespace == namespace
        made_by = protected.tls.made_by if protected.tls and beside else {}
        trusted = [secrets.path(key).rpartition("/")[0] for key in authorities if key]
        super().__init__(scope, id)

        owned = labels("oauth2-proxy", id, "login")
        selector = selector_labels("oauth2-proxy", id)
        pods = Pods(namespace, selector)
        self.endpoint: Endpoint = Endpoint(
            url=Url.of(f"http://{id}.{namespace}.svc:{oauth2_config.PORT}{address.path}"),
            external_url=address,
            component="oauth2-proxy",
            pods=pods,
            has_login=True,
        )
        """Where it is reached, and what others have to know to connect to it."""
        self.traffic: Sequence[Traffic] = (
            Traffic(
                name=id,
                pods=pods,
                sends=(
                    *flows_to_endpoint(protected, namespace=namespace, why="requests of authenticated users"),
                    *flows_to(provider.server, namespace=namespace, why="identity provider"),
                ),
            ),
        )
        """Connections that its pods open; those to them are part of what connects."""

        self.secret_references: Sequence[SecretUse] = [
            *secrets.uses(namespace, id, "restart", made_by=made_by),
            *pull_uses(namespace, id, registries.pull_secrets),
        ]
        """Keys of Secrets that it reads; only the client's secret is read anew, for each login."""

        account = service_account(self, id, labels=owned, annotations=metadata.service_account_annotations)
        self.config_map = Manifest(self, "config", api_version="v1", kind="ConfigMap", name=f"{id}-config", labels=owned, data=files)
        """Holds `oauth2-proxy.cfg` and the email addresses that are admitted; no credential."""
        self.workload = Manifest(
            self,
            "workload",
            api_version="apps/v1",
            kind="Deployment",
            name=id,
            labels=owned,
            spec={
                "replicas": replicas,
                "selector": {"matchLabels": selector},
                "template": metadata.on(
                    oauth2_pod.template(
                        labels=owned,
                        selector=selector,
                        account=account.name,
                        image=image,
                        registries=registries,
                        replicas=replicas,
                        resources=resources,
                        placement=placement,
                        platform=platform,
                        config_map=self.config_map.name,
                        files=files,
                        authorities=trusted,
                        secrets=secrets,
                    )
                ),
            },
        )
        """The Deployment, also `node.default_child`, so that `ApiObject.of(login)` reaches it."""
        self.node.default_child = self.workload
        self.service = web_service(self, id, labels=owned, selector=selector, port=oauth2_config.PORT)
        """Service that an ingress connects to."""
        disruption_budget(self, id, labels=owned, selector=selector, clustered=replicas > 1)
        upstream.bind(self.endpoint)
        components_of(scope).announce(self)

    def bind(self, later: Endpoint) -> None:
        """Nothing to do: it needs no knowledge of what exposes it."""


def _address(id: str, upstream: Endpoint) -> Url:
    """Where users reach it: the upstream's address."""
    name, url = upstream.name, upstream.external_url
    if upstream.has_login:
        raise ConfigError(place(id, "upstream"), name, "it asks for a login itself, which this one cannot answer; remove one of the two")
    where = place(name, "external_url")
    if url is None:
        raise ConfigError(where, url, f"state the URL at which users reach it, such as https://{name}.example.com")
    if url.scheme != "https":
        raise ConfigError(where, url.text, "write https://: its cookies are sent over nothing else")
    return public_url(where, url)


def _authority(provider: IdentityProvider) -> SecretKey | None:
    """Authority of the provider's certificate, where it is not a public one."""
    return provider.ca if isinstance(provider, OidcProvider | KeycloakProvider) else None


def _session(id: str, expire: str, refresh: str | None) -> tuple[int, int | None]:
    """Seconds of both."""
    seconds = int(duration_seconds(place(id, "expire"), expire))
    if seconds < 1:
        raise ConfigError(place(id, "expire"), expire, "write at least 1s")
    if refresh is None:
        return seconds, None
    again = int(duration_seconds(place(id, "refresh"), refresh))
    if not 1 <= again < seconds:
        raise ConfigError(place(id, "refresh"), refresh, f"write at least 1s and less than {arg('expire')}, {expire}")
    return seconds, again


def _check_proxies(where: Where, proxies: Sequence[str]) -> None:
    address_ranges(where, proxies)
    for cidr in proxies:
        if ipaddress.ip_network(cidr).prefixlen == 0:
            raise ConfigError(where, cidr, "any address would be trusted; name the ingress controller's range")
