"""Every container image, in one place, and how a cluster without internet access gets them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .checks import dns_subdomain, listed
from .errors import ConfigError, Key, Where, arg
from .spec import Spec

PROMETHEUS = "quay.io/prometheus/prometheus:v3.13.5"
"""Prometheus 3.13, the long-term support line (supported to July 2027); the tests run this very version."""

GRAFANA = "docker.io/grafana/grafana:13.2.3"
"""Grafana 13.2, the current stable release line."""

ALERTMANAGER = "quay.io/prometheus/alertmanager:v0.34.2"
"""Alertmanager 0.34, the current release line; the tests run this very version."""

OAUTH2_PROXY = "quay.io/oauth2-proxy/oauth2-proxy:v7.15.4"
"""oauth2-proxy 7.15, the current release line; the tests run this very version."""

THANOS = "quay.io/thanos/thanos:v0.42.4"
"""Thanos 0.42, the current release line; the tests run this very version."""

KUBECTL = "docker.io/alpine/kubectl:1.34.2"
"""kubectl 1.34 with a POSIX shell, which the image of the Kubernetes project does not have; the tests run the script with this minor release."""

OTEL_COLLECTOR = "docker.io/otel/opentelemetry-collector-k8s:0.161.0"
"""OpenTelemetry Collector 0.161, the distribution for Kubernetes: the smallest one that holds every component used here. The tests run these
components at this very version."""

VICTORIA_LOGS = "docker.io/victoriametrics/victoria-logs:v1.52.1"
"""VictoriaLogs 1.52, the current release line; the tests run this very version."""

JAEGER = "docker.io/jaegertracing/jaeger:2.13.0"
"""Jaeger 2.13, the newest release that can be built as a Go module; the tests run this very version."""

KUBE_STATE_METRICS = "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0"
"""kube-state-metrics 2.20, the current release line; arguments, ports and probes are those of this version."""

BLACKBOX_EXPORTER = "quay.io/prometheus/blackbox-exporter:v0.29.0"
"""blackbox exporter 0.29, the current release line; the tests run Debian's 0.23 with the same configuration."""

PYTHON = "docker.io/library/python:3.13.9-alpine3.22"
"""Python 3.13, for a script that needs nothing but its standard library; the tests run the script with the Python that runs them."""

_REFERENCE = re.compile(
    r"(?P<name>[a-z0-9._-]+(?::\d+)?(?:/[a-z0-9._-]+)+|[a-z0-9._-]+)(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)
_REGISTRY = re.compile(r"[a-z0-9.-]+(?::\d+)?(?:/[a-z0-9._-]+)*", re.ASCII)


class ImageRegistries(Spec, frozen=True, kw_only=True):
    """Where images are pulled from.

    Attributes:
        mirrors: Replacement for each registry named in an image, such as `{"docker.io": "mirror.example.com/dockerhub"}`. The rest
            of the image name stays as it is. Default: none, images come from where they are published.
        pull_secrets: Names of Secrets of type `kubernetes.io/dockerconfigjson` in the stack's namespace. Default: none.

    """

    mirrors: dict[str, str] = {}
    pull_secrets: Sequence[str] = ()

    def __post_init__(self) -> None:
        for source, mirror in self.mirrors.items():
            if not _REGISTRY.fullmatch(source) or "/" in source:
                raise ConfigError("mirrors", source, "write a registry host such as docker.io")
            if not _REGISTRY.fullmatch(mirror):
                raise ConfigError(
                    ("mirrors", Key(source)), mirror, "write a registry host and optional path, such as mirror.example.com/dockerhub"
                )
        listed("pull_secrets", self.pull_secrets)
        for name in self.pull_secrets:
            dns_subdomain("pull_secrets", name)
            if self.pull_secrets.count(name) > 1:
                raise ConfigError("pull_secrets", name, "is listed twice; remove one")

    def resolve(self, where: Where, image: str) -> str:
        """Check an image reference and rewrite its registry.

        Raises:
            ConfigError: `image` has neither tag nor digest, is tagged `latest`, or comes from a registry that `mirrors` does not name
                although it names others (a cluster that needs mirrors would fail to pull it).

        """
        match = _REFERENCE.fullmatch(image)
        if not match:
            raise ConfigError(where, image, "write an image reference such as quay.io/prometheus/prometheus:v3.13.5")
        if not (match["tag"] or match["digest"]):
            raise ConfigError(where, image, "add a tag or a digest, such as :v3.13.5 or @sha256:…")
        if match["tag"] == "latest" and not match["digest"]:
            raise ConfigError(where, image, "name a version: what 'latest' means changes under a running stack")
        registry, name = _split_registry(match["name"])
        suffix = image[len(match["name"]) :]
        if not self.mirrors:
            return f"{registry}/{name}{suffix}"
        if registry not in self.mirrors and not any(
            f"{registry}/".startswith(f"{mirror.split('/')[0]}/") for mirror in self.mirrors.values()
        ):
            raise ConfigError(where, image, f"no mirror is named for registry {registry}; add it to {arg('mirrors')}")
        return f"{self.mirrors.get(registry, registry)}/{name}{suffix}"


def _split_registry(name: str) -> tuple[str, str]:
    """Split off the registry the way container runtimes do: no dot, no port and not localhost means Docker Hub."""
    first, _, rest = name.partition("/")
    if rest and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return "docker.io", name if rest else f"library/{name}"
