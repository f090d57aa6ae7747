"""The web server of Prometheus and Alertmanager, which is the same library: one configuration file for logins and TLS.

The file is read again with every request, and certificates with every connection, so no change of them restarts anything. It cannot be put
together from parts: with passwords it comes whole from the login's Secret, as their hashes do not belong into a ConfigMap.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

from semantic_router_observability.checks import Url
from semantic_router_observability.errors import ConfigError, arg, place
from semantic_router_observability.kubernetes.access import OPEN, Access
from semantic_router_observability.kubernetes.endpoint import Endpoint
from semantic_router_observability.kubernetes.pods import START_UP_PERIOD, http_probe, start_up_probe
from semantic_router_observability.kubernetes.secrets import SecretKey, SecretUse
from semantic_router_observability.kubernetes.serving import ServingTls
from semantic_router_observability.yamltext import to_yaml

from .types import WEB_CONFIG, BasicAuthUsers, ClientCertificates, Login, NoLogin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from semantic_router_observability.kubernetes.pods import SecretFiles
    from semantic_router_observability.kubernetes.traffic import Pods

PROBE_CONFIG = "probe.yml"
"""Key of the ConfigMap: what the probes' program needs to get in."""


class WebServer(msgspec.Struct, frozen=True, kw_only=True):
    """Authentication and TLS of one server.

    Attributes:
        service: Name of its Service.
        namespace: Namespace of that.
        port: Port it listens on.
        external_url: Where users reach it, if anywhere; it serves under the path of that.
        directory: Where the container has the web configuration and what it names.
        login: Login it asks for, if any.
        tls: Certificate it shows, if any.

    """

    service: str
    namespace: str
    port: int
    external_url: Url | None
    directory: str
    login: Login | None
    tls: ServingTls | None

    def __post_init__(self) -> None:
        if isinstance(self.login, ClientCertificates) and self.tls is None:
            raise ConfigError(
                place(self.service, "login"),
                self.login.secret,
                f"client certificates are part of TLS; give {arg('tls')}, the server's own, too",
            )

    @property
    def asks(self) -> bool:
        """Whether it authenticates clients."""
        return isinstance(self.login, BasicAuthUsers | ClientCertificates)

    @property
    def host(self) -> str:
        """Name of its Service, as its certificate has it."""
        return f"{self.service}.{self.namespace}.svc"

    @property
    def scheme(self) -> str:
        """Scheme of its addresses."""
        return "https" if self.tls else "http"

    @property
    def path(self) -> str:
        """Path under which it serves; empty for the root."""
        return self.external_url.path if self.external_url else ""

    @property
    def local_url(self) -> str:
        """Where its own container reaches it."""
        return f"{self.scheme}://localhost:{self.port}{self.path}"

    @property
    def access(self) -> Access:
        """What a client needs."""
        access = Access(ca=self.tls.authority, server_name=self.host) if self.tls else OPEN
        match self.login:
            case BasicAuthUsers():
                return msgspec.structs.replace(access, username=self.login.username, password=self.login.password)
            case ClientCertificates():
                return msgspec.structs.replace(access, certificate=self.login.certificate, key=self.login.key)
            case _:
                return access

    def endpoint(self, component: str, pods: Pods) -> Endpoint:
        """What others have to know of it."""
        return Endpoint(
            url=Url.of(f"{self.scheme}://{self.host}:{self.port}{self.path}"),
            external_url=self.external_url,
            component=component,
            pods=pods,
            access=self.access,
            tls=self.tls,
            has_login=self.asks,
            no_login_reason=self.login.reason if isinstance(self.login, NoLogin) else None,
        )

    def config_files(self, secrets: SecretFiles) -> dict[str, str]:
        """Entries for the stack's ConfigMap; none of them holds a credential."""
        files = {}
        if self.tls and not isinstance(self.login, BasicAuthUsers):
            files[WEB_CONFIG] = to_yaml({"tls_server_config": _server_tls(self.login)})
        if self.asks:
            files[PROBE_CONFIG] = to_yaml(self.access.http_config(secrets))
        return files

    @property
    def made_by(self) -> dict[str, str]:
        """Who makes Secrets, by their names."""
        return self.tls.made_by if self.tls else {}

    def secret_uses(self) -> list[SecretUse]:
        """Keys of Secrets in its directory."""
        keys = []
        if isinstance(self.login, BasicAuthUsers):
            keys.append(self.login.web_config)
        if self.tls:
            keys += [self.tls.certificate, self.tls.key]
        if isinstance(self.login, ClientCertificates):
            keys.append(self.login.authority)
        return [
            SecretUse(
                namespace=self.namespace,
                secret=key.secret,
                key=key.key,
                reader=self.service,
                method="projected",
                on_change="reread",
                made_by=self.made_by.get(key.secret),
            )
            for key in keys
        ]

    def arguments(self) -> list[str]:
        """Flags of the server."""
        return [f"--web.config.file={self.directory}/{WEB_CONFIG}"] if self.asks or self.tls else []

    def mounts(self) -> list[dict[str, Any]]:
        """Mounts of its container."""
        return [{"name": "web", "mountPath": self.directory, "readOnly": True}] if self.asks or self.tls else []

    def volumes(self, config_map: str) -> list[dict[str, Any]]:
        """One directory with the web configuration and what it names, replaced as a whole when a part changes."""
        sources = []
        if isinstance(self.login, BasicAuthUsers):
            sources.append(_file(self.login.web_config, WEB_CONFIG))
        elif self.tls:
            sources.append({"configMap": {"name": config_map, "items": [{"key": WEB_CONFIG, "path": WEB_CONFIG}]}})
        if self.tls:
            keys = ("tls.crt", "tls.key")
            sources.append({"secret": {"name": self.tls.secret, "items": [{"key": key, "path": key} for key in keys]}})
        if isinstance(self.login, ClientCertificates):
            sources.append(_file(self.login.authority, "client-ca.crt"))
        return [{"name": "web", "projected": {"defaultMode": 0o440, "sources": sources}}] if sources else []

    def probe(self, path: str, command: Sequence[str], *, period: int, failures: int) -> dict[str, Any]:
        """Probe by kubelet's GET, or by a command where a login is asked for, which kubelet could not answer without a credential
        in the manifest. A command is a program started (0.03 s of CPU time), so it comes less often, and counts as failed after as long.
        """
        if not self.asks:
            return http_probe(path, period=period, failures=failures, https=self.tls is not None)
        rarer = max(period, COMMAND_PERIOD)
        return {
            "exec": {"command": list(command)},
            "periodSeconds": rarer,
            "timeoutSeconds": rarer,
            "failureThreshold": math.ceil(failures * period / rarer),
        }

    def start_up_probe(self, path: str, command: Sequence[str], *, minutes: int) -> dict[str, Any]:
        """Probe until the first success, by the same means, for at least `minutes`; often, as nothing is served before."""
        probe = start_up_probe(path, minutes=minutes, https=self.tls is not None)
        if not self.asks:
            return probe
        return {
            **self.probe(path, command, period=COMMAND_PERIOD, failures=1),
            "periodSeconds": START_UP_PERIOD,
            "failureThreshold": probe["failureThreshold"],
        }


COMMAND_PERIOD = 10
"""Seconds between two runs of a command that probes."""


def _server_tls(login: Login | None) -> dict[str, Any]:
    """Files are named relative to the web configuration's own place."""
    config: dict[str, Any] = {"cert_file": "tls.crt", "key_file": "tls.key"}
    if isinstance(login, ClientCertificates):
        config |= {"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": "client-ca.crt"}
        if login.allowed_names:
            config["client_allowed_sans"] = list(login.allowed_names)
    return config


def _file(key: SecretKey, path: str) -> dict[str, Any]:
    return {"secret": {"name": key.secret, "items": [{"key": key.key, "path": path}]}}
