"""What to set in the routers so that their traces arrive, in the form of each installation style."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.yamltext import to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from semantic_router_observability.settings import Settings

GATEWAY: Final = "trace-gateway"
"""Name of the gateway's Service, as `Observability` makes it."""

_PORT: Final = 4317

_STYLES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "helm": ("Helm chart, in values.yaml", ("config", "global", "services", "observability", "tracing")),
    "operator": ("operator, in the SemanticRouter resource", ("spec", "config", "observability", "tracing")),
    "raw": (
        "plain, Istio and OpenShift manifests, in config.yaml of the router's ConfigMap",
        ("global", "services", "observability", "tracing"),
    ),
    "kserve": ("KServe manifests, in config.yaml of the router's ConfigMap", ("global", "services", "observability", "tracing")),
    "labels": ("any other installation, in the router's configuration file", ("global", "services", "observability", "tracing")),
}
"""By installation style: where its settings are, and the keys that lead to the router's tracing."""

_REMARKS: Final[Mapping[str, str]] = {
    "helm": "Leave dependencies.observability.jaeger.enabled at false: with it, the chart replaces the endpoint.",
    "operator": "Without this block, the router exports to a host that does not exist.",
    "raw": "The OpenShift manifests have keys here that the router does not know (otlp_endpoint, sampling_ratio): replace the whole block.",
    "kserve": "The manifests set the exporter to stdout, which prints every span into the log: replace the whole block.",
}


def router_settings(settings: Settings) -> str:
    """Return what to set, for the installation styles of the settings' routers; for all styles where they are not stated."""
    named = [target.install for target in settings.routers] if settings.routers else []
    styles = [style for style in _STYLES if style in named or (not named and style != "labels") or ("any" in named and style != "labels")]
    return "".join(_lines(settings, styles))


def _lines(settings: Settings, styles: list[str]) -> Iterator[str]:
    if settings.traces is None:
        yield "# There is no gateway for traces in these settings: turn tracing off. The router's built-in default exports to vllm-sr-jaeger:4317,\n"
        yield "# a host that does not exist in Kubernetes. With traces.destinations in the settings, this command prints how to send.\n"
    else:
        yield f"# Traces to {GATEWAY}.{settings.namespace}.svc:{_PORT}, OTLP over gRPC in plaintext. To keep fewer, sample in the gateway: traces.sampling.\n"
        yield "# A network policy around the routers has to allow connections to that namespace, port 4317.\n"
    for style in styles:
        where, keys = _STYLES[style]
        yield f"\n# {where[0].upper()}{where[1:]}:\n"
        if style in _REMARKS:
            yield f"# {_REMARKS[style]}\n"
        yield to_yaml(_nested(keys, _tracing(settings)))


def _tracing(settings: Settings) -> dict[str, Any]:
    if settings.traces is None:
        return {"enabled": False}
    return {
        "enabled": True,
        "exporter": {"type": "otlp", "endpoint": f"{GATEWAY}.{settings.namespace}.svc:{_PORT}", "insecure": True},
        "sampling": {"type": "always_on"},
        "resource": {"service_name": "vllm-semantic-router"},
    }


def _nested(keys: tuple[str, ...], inner: dict[str, Any]) -> dict[str, Any]:
    for key in reversed(keys):
        inner = {key: inner}
    return inner
