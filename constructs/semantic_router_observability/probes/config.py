"""`blackbox.yml`, one module for each probe, and the job by which Prometheus has them run. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.alerting.facts import PROBES_JOB
from semantic_router_observability.prometheus.scrape import RawJob
from semantic_router_observability.yamltext import to_yaml

from .options import MARGIN, CanaryProbe, HttpProbe, TcpProbe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from semantic_router_observability.kubernetes.pods import SecretFiles

    from .options import AnyProbe

PORT: Final = 9115

ANSWERED: Final = r'"(?:content|reasoning_content|reasoning)"\s*:\s*"(?:[^"\\]|\\.)'
"""Regular expression of an answer with text. A model that reasons may spend the few tokens of a canary before its answer begins."""

LARGEST_PAGE: Final = "4MB"
"""A page without an end would otherwise be held in memory, to be searched."""

_CANARY: Final = "semantic-router-canary"
_ADDRESSES: Final = {
    # The exporter's own default, IPv6 first, fails where a name has such an address and the cluster no way to it.
    "preferred_ip_protocol": "ip4",
    "ip_protocol_fallback": True,
}


def render(probes: Sequence[AnyProbe], files: SecretFiles) -> str:
    """Write the configuration of the exporter; what the canaries cost stands above it, where a change of it is reviewed."""
    costs = [
        f"# canary {probe.name}: {probe.requests_per_day:,} requests a day from each Prometheus, each some {probe.question_tokens} tokens, "
        f"and at most {probe.max_tokens} of the answer\n"
        for probe in probes
        if isinstance(probe, CanaryProbe)
    ]
    return "".join(costs) + to_yaml({"modules": {probe.name: _module(probe, files) for probe in probes}})


def job(id: str, namespace: str, probes: Sequence[AnyProbe]) -> RawJob:
    """Scrape the exporter once for each probe, which runs it. Interval, timeout and module are labels that Prometheus takes from a target."""
    return RawJob(
        name=PROBES_JOB,
        config={
            "metrics_path": "/probe",
            "follow_redirects": False,
            # Nobody else's probe has this many series, even with the phases of HTTP.
            "sample_limit": 200,
            "static_configs": [
                {
                    "targets": [f"{id}.{namespace}.svc:{PORT}"],
                    "labels": {
                        "__param_module": probe.name,
                        "__param_target": probe.target,
                        "__scrape_interval__": _duration(probe.seconds[0]),
                        "__scrape_timeout__": _duration(probe.seconds[1] + MARGIN),
                        "instance": probe.target,
                        "namespace": namespace,
                        "probe": probe.name,
                        "type": probe.kind,
                    },
                }
                for probe in probes
            ],
        },
    )


def _module(probe: AnyProbe, files: SecretFiles) -> dict[str, Any]:
    common = {"timeout": _duration(probe.seconds[1])}
    match probe:
        case TcpProbe():
            return {"prober": "tcp", **common, "tcp": {"tls": probe.tls, **_ADDRESSES, **probe.access.http_config(files)}}
        case HttpProbe():
            request: dict[str, Any] = {
                "headers": {"User-Agent": "semantic-router-probe"},
                "valid_status_codes": list(probe.status),
                **_texts(probe.body),
            }
        case CanaryProbe():
            request = {
                "method": "POST",
                "headers": {"Content-Type": "application/json", "User-Agent": _CANARY, "X-Canary": probe.name},
                "body": _question(probe),
                "valid_status_codes": [200],
                **_texts(ANSWERED, probe.body),
                **_headers(probe.headers),
            }
    token = {"authorization": {"credentials_file": files.path(probe.bearer_token)}} if probe.bearer_token else {}
    return {
        "prober": "http",
        **common,
        "http": {
            **request,
            "follow_redirects": False,
            "body_size_limit": LARGEST_PAGE,
            **_ADDRESSES,
            **token,
            **probe.access.http_config(files),
        },
    }


def _question(canary: CanaryProbe) -> str:
    return json.dumps(
        {
            "model": canary.model,
            "messages": [{"role": "user", "content": canary.prompt}],
            "max_tokens": canary.max_tokens,
            "stream": False,
            "user": _CANARY,
        }
    )


def _texts(*expressions: str | None) -> dict[str, list[str]]:
    given = [expression for expression in expressions if expression is not None]
    return {"fail_if_body_not_matches_regexp": given} if given else {}


def _headers(expected: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    # The exporter searches within a value; here the whole value is meant.
    found = [{"header": header, "regexp": f"^(?:{expression})$"} for header, expression in expected.items()]
    return {"fail_if_header_not_matches": found} if found else {}


def _duration(seconds: Decimal) -> str:
    """Write a time in the notation that both programs read."""
    whole = seconds == int(seconds)
    return f"{int(seconds)}s" if whole else f"{int(seconds * 1000)}ms"
