"""What stands in for container images: a pinned program in an otherwise empty root file system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.programs import program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Image:
    """The parts of an image that decide how a container starts."""

    entrypoint: tuple[str, ...]
    command: tuple[str, ...] = ()
    """Arguments when the manifest gives none."""
    mounts: Mapping[str, Path]
    """Files and folders of this machine that the image consists of, by their path inside; read-only."""
    directories: tuple[str, ...] = ()
    """Folders of the image that belong to its user."""
    workdir: str = "/"
    uid: int = 0
    gid: int = 0


def prometheus() -> Image:
    """Do as the official image: run as nobody, and know where configuration and data are."""
    return Image(
        entrypoint=("/bin/prometheus",),
        command=("--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"),
        mounts={"/bin/prometheus": program("prometheus"), "/bin/promtool": program("promtool")},
        directories=("/prometheus",),
        workdir="/prometheus",
        uid=65534,
        gid=65534,
    )


def alertmanager() -> Image:
    """Do as the official image: run as nobody, and know where configuration and data are."""
    return Image(
        entrypoint=("/bin/alertmanager",),
        command=("--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"),
        mounts={"/bin/alertmanager": program("alertmanager"), "/bin/amtool": program("amtool")},
        directories=("/alertmanager",),
        workdir="/alertmanager",
        uid=65534,
        gid=65534,
    )


def oauth2_proxy() -> Image:
    """Do as the official image: nothing but the program, run as a user of no name."""
    return Image(entrypoint=("/bin/oauth2-proxy",), mounts={"/bin/oauth2-proxy": program("oauth2-proxy")}, uid=65532, gid=65532)


def thanos() -> Image:
    """Do as the official image: nothing but the program, run as a user of no name."""
    return Image(entrypoint=("/bin/thanos",), mounts={"/bin/thanos": program("thanos")}, uid=1001, gid=1001)


def otel_collector() -> Image:
    """Do as the official image of the Kubernetes distribution: nothing but the program, run as a user of no name."""
    return Image(entrypoint=("/otelcol-k8s",), mounts={"/otelcol-k8s": program("otel-collector")}, uid=10001, gid=10001)


def victoria_logs() -> Image:
    """Do as the official image: nothing but the program."""
    return Image(entrypoint=("/victoria-logs-prod",), mounts={"/victoria-logs-prod": program("victoria-logs")})


def jaeger() -> Image:
    """Do as the official image: nothing but the program, run as a user of no name."""
    return Image(entrypoint=("/cmd/jaeger/jaeger-linux",), mounts={"/cmd/jaeger/jaeger-linux": program("jaeger")}, uid=10001, gid=10001)


IMAGES: dict[str, Callable[[], Image]] = {
    "prometheus": prometheus,
    "alertmanager": alertmanager,
    "oauth2-proxy": oauth2_proxy,
    "thanos": thanos,
    "opentelemetry-collector-k8s": otel_collector,
    "victoria-logs": victoria_logs,
    "jaeger": jaeger,
}
"""By the last part of the image's repository."""


def image(reference: str, more: Mapping[str, Image]) -> Image:
    """Find the stand-in for `registry/owner/name:tag@digest`; `more` is looked at first."""
    name = reference.partition("@")[0].rpartition("/")[2].partition(":")[0]
    if name in more:
        return more[name]
    if name not in IMAGES:
        raise LookupError(f"image {reference}: the lab has no program for it; pass images={{{name!r}: Image(...)}}")
    return IMAGES[name]()
