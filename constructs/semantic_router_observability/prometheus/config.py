"""`prometheus.yml`, from typed parts to text. Pure: nothing here knows cdk8s."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from semantic_router_observability.kubernetes.labels import PART_OF
from semantic_router_observability.kubernetes.ports import PROMETHEUS
from semantic_router_observability.router.catalogue import families
from semantic_router_observability.router.target import ALL_NAMESPACES, JOB, pod_address, relabel_configs, target_labels
from semantic_router_observability.yamltext import to_yaml

from .raw import with_files
from .scrape import PodJob, RawJob, ScrapeGuards, ScrapeJob, ServiceJob, StaticJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from semantic_router_observability.kubernetes.pods import SecretFiles
    from semantic_router_observability.login.access import Guarded
    from semantic_router_observability.router.catalogue import Family, UnboundedLabel
    from semantic_router_observability.router.target import RouterTarget

CLIENT_LABEL_VALUES = 8192
"""How many values a client-chosen label may take in storage."""

NAME = r"[^\x00-\x1f\x7f]{1,128}"
"""What a name from the router's configuration looks like; anything else, where clients can write, is theirs."""


def namespaces_of(discovering: Iterable[RouterTarget | ScrapeJob], own_namespace: str) -> tuple[str, ...]:
    """Namespaces that the given parts discover in; `*` alone when any of them asks for all. The Roles are derived from this."""
    named: dict[str, None] = {}
    for part in discovering:
        match part:
            case StaticJob():
                continue
            case RawJob():
                named.update(dict.fromkeys(part.namespaces))
            case _:
                named.update(dict.fromkeys(part.namespaces or (own_namespace,)))
    return (ALL_NAMESPACES,) if ALL_NAMESPACES in named else tuple(named)


def router_job(targets: Sequence[RouterTarget], guards: ScrapeGuards, own_namespace: str) -> dict[str, Any]:
    """Build the router's scrape job."""
    job = {
        "job_name": JOB,
        **_limits(guards),
        "kubernetes_sd_configs": [_discovery("endpointslice", namespaces_of(targets, own_namespace))],
        "relabel_configs": relabel_configs(targets, own_namespace),
        "metric_relabel_configs": metric_relabel_configs(guards) or None,
    }
    return _without_none(job)


def stack_jobs(
    own_namespace: str,
    path_prefix: str,
    alert_namespaces: tuple[str, ...] = (),
    *,
    own: Guarded | None = None,
    alertmanagers: Sequence[Guarded] = (),
    grafanas: Sequence[Guarded] = (),
    files: SecretFiles,
) -> list[dict[str, Any]]:
    """Jobs for this Prometheus, for the Grafanas beside it, and for the Alertmanagers it sends to; no Grafana, no target.

    `own` is what scraping this Prometheus itself takes, `alertmanagers` and `grafanas` what some of those take.
    """
    return [
        {
            "job_name": "prometheus",
            "metrics_path": f"{path_prefix}/metrics",
            **_past_login(own, files),
            "static_configs": [{"targets": [f"localhost:{PROMETHEUS}"]}],
        },
        _component_job("grafana", (own_namespace,), grafanas),
        *(_guarded_job("grafana", guarded, files) for guarded in grafanas),
        *([_component_job("alertmanager", alert_namespaces, alertmanagers)] if alert_namespaces else []),
        *(_guarded_job("alertmanager", guarded, files) for guarded in alertmanagers),
    ]


def _guarded_job(name: str, guarded: Guarded, files: SecretFiles) -> dict[str, Any]:
    """Job for one component that takes more than a plain request. Its series say the same job as those of all others of the kind."""
    job = _component_job(name, (guarded.namespace,))
    return {
        **job,
        **_past_login(guarded, files),
        "job_name": f"{name}/{guarded.namespace}/{guarded.service}",
        "relabel_configs": [
            _service_condition([guarded], "keep"),
            *job["relabel_configs"],
            {"target_label": "job", "replacement": name},
        ],
    }


def _past_login(guarded: Guarded | None, files: SecretFiles) -> dict[str, Any]:
    """Fields of a job that get it past a login, and to a server with TLS."""
    if guarded is None:
        return {}
    return {**({"scheme": "https"} if guarded.https else {}), **guarded.access.http_config(files)}


def _service_condition(guarded: Sequence[Guarded], action: str) -> dict[str, Any]:
    names = "|".join(f"{one.namespace};{re.escape(one.service)}" for one in guarded)
    return {"source_labels": ["__meta_kubernetes_namespace", "__meta_kubernetes_service_name"], "regex": names, "action": action}


def _component_job(name: str, namespaces: tuple[str, ...], guarded: Sequence[Guarded] = ()) -> dict[str, Any]:
    """Job for a component of the stack, found by its Service's labels, without those that have a job of their own."""
    return {
        "job_name": name,
        "kubernetes_sd_configs": [_discovery("endpointslice", namespaces)],
        "relabel_configs": [
            *([_service_condition(guarded, "drop")] if guarded else []),
            {
                "source_labels": [
                    "__meta_kubernetes_service_label_app_kubernetes_io_part_of",
                    "__meta_kubernetes_service_label_app_kubernetes_io_name",
                    "__meta_kubernetes_endpointslice_port_name",
                ],
                "regex": f"{PART_OF};{name};http",
                "action": "keep",
            },
            {
                "source_labels": ["__meta_kubernetes_service_annotation_prometheus_io_path"],
                "regex": "(.+)",
                "target_label": "__metrics_path__",
            },
            *pod_address(),
            *target_labels(),
        ],
    }


def extra_job(job: ScrapeJob, own_namespace: str, files: SecretFiles) -> dict[str, Any]:
    """Build a user's scrape job."""
    if isinstance(job, RawJob):
        return {"job_name": job.name, **with_files(job.config, files)}
    common: dict[str, Any] = {
        "job_name": job.name,
        "scrape_interval": job.interval,
        "scrape_timeout": job.timeout,
        "metrics_path": job.path,
        "scheme": job.scheme,
        "sample_limit": job.sample_limit or None,
        "authorization": {"credentials_file": files.path(job.bearer_token)} if job.bearer_token else None,
        "tls_config": {"ca_file": files.path(job.ca)} if job.ca else None,
    }
    return {key: value for key, value in common.items() if value is not None} | _targets(job, own_namespace)


def metric_relabel_configs(guards: ScrapeGuards) -> list[dict[str, Any]]:
    """Relabelling of the router's samples, from the labels the catalogue calls personal or unbounded."""
    configs: list[dict[str, Any]] = []
    if guards.drop_personal:
        personal = sorted({label for family in families().values() for label in family.personal})
        configs += [{"source_labels": [label], "regex": ".+", "action": "drop"} for label in personal]
    if guards.bound_client_labels:
        configs += _bounded_labels()
    if guards.label_value_length_limit:
        # All labels together, so that one rule covers every label, and no list of those that are known to leak.
        labels = sorted({label for family in families().values() if family.fed for label in family.labels})
        longer = _longer_than(guards.label_value_length_limit)
        configs.append({"source_labels": labels, "separator": "", "regex": longer, "action": "drop"})
    return configs


def render(
    *,
    interval: str,
    external_labels: Mapping[str, str],
    retention: Mapping[str, str],
    jobs: Iterable[Mapping[str, Any]],
    remote_write: Sequence[Mapping[str, Any]],
    alertmanagers: Sequence[dict[str, Any]] = (),
    rule_directory: str,
) -> str:
    """Put the parts together."""
    config: dict[str, Any] = {
        "global": {"scrape_interval": interval, "evaluation_interval": interval, "external_labels": dict(external_labels) or None},
        "storage": {"tsdb": {"retention": dict(retention)}},
        "alerting": {"alertmanagers": [_without_none(alertmanager) for alertmanager in alertmanagers]} if alertmanagers else None,
        "rule_files": [f"{rule_directory}/*.yaml"],
        "scrape_configs": list(jobs),
        "remote_write": list(remote_write) or None,
    }
    return to_yaml(_without_none(config))


def _limits(guards: ScrapeGuards) -> dict[str, int]:
    limits = {
        "sample_limit": guards.sample_limit,
        "label_limit": guards.label_limit,
        "label_name_length_limit": guards.label_name_length_limit,
        "label_value_length_limit": guards.label_value_length_limit,
    }
    return {name: limit for name, limit in limits.items() if limit}


def _bounded_labels() -> list[dict[str, Any]]:
    """Hash client-written values into a fixed number of them; two rarely share one, and the count by cause stays right."""
    fed = [family for family in families().values() if family.fed]
    configs = [
        *(
            config
            for family in fed
            for label in family.unbounded
            if label.label not in family.personal
            for config in _hashed(family, label)
        ),
        *(config for family in fed for label in family.client_text for config in _hashed(family, label, unless=NAME)),
    ]
    return [*configs, {"regex": "__tmp_hash", "action": "labeldrop"}] if configs else []


def _hashed(family: Family, growing: UnboundedLabel, unless: str | None = None) -> list[dict[str, Any]]:
    """Replace values of the label by `client-NUMBER`, all of them or those that are not of the form `unless`."""
    label, conditions = growing.label, {"__name__": family.name, **growing.when}
    return [
        {"source_labels": [label], "modulus": CLIENT_LABEL_VALUES, "target_label": "__tmp_hash", "action": "hashmod"},
        *([{"source_labels": [label], "regex": unless, "target_label": "__tmp_hash", "replacement": ""}] if unless else []),
        {
            "source_labels": [*conditions, label, "__tmp_hash"],
            "regex": ";".join([*(re.escape(value) for value in conditions.values()), ".+", r"(\d+)"]),
            "target_label": label,
            "replacement": "client-$1",
        },
    ]


def _longer_than(length: int) -> str:
    """Match a value of more than `length` characters. Go's expressions repeat at most 1,000 times, nested repeats included."""
    repeat = 1000
    whole, rest = divmod(length, repeat)
    return f".{{{repeat}}}" * whole + (f".{{{rest}}}" if rest else "") + ".+"


def _discovery(role: str, namespaces: tuple[str, ...]) -> dict[str, Any]:
    if ALL_NAMESPACES in namespaces:
        return {"role": role}
    return {"role": role, "namespaces": {"names": list(namespaces)}}


def _targets(job: StaticJob | PodJob | ServiceJob, own_namespace: str) -> dict[str, Any]:
    if isinstance(job, StaticJob):
        return {
            "static_configs": [{"targets": list(job.targets), "labels": dict(job.labels)} if job.labels else {"targets": list(job.targets)}]
        }
    namespaces = job.namespaces or (own_namespace,)
    if isinstance(job, PodJob):
        port_label = "__meta_kubernetes_pod_container_port_" + ("number" if isinstance(job.port, int) else "name")
        return {
            "kubernetes_sd_configs": [_discovery("pod", namespaces)],
            "relabel_configs": [
                {"source_labels": ["__meta_kubernetes_pod_phase"], "regex": "Succeeded|Failed", "action": "drop"},
                _keep({**_label_conditions("pod", job.match_labels), port_label: str(job.port)}),
                *target_labels()[:2],
            ],
        }
    port_label = "__meta_kubernetes_endpointslice_port" + ("" if isinstance(job.port, int) else "_name")
    return {
        "kubernetes_sd_configs": [_discovery("endpointslice", namespaces)],
        "relabel_configs": [
            _keep({**_label_conditions("service", job.match_labels), port_label: str(job.port)}),
            *pod_address(),
            *target_labels(),
        ],
    }


def _label_conditions(kind: str, labels: Mapping[str, str]) -> dict[str, str]:
    return {f"__meta_kubernetes_{kind}_label_{re.sub('[^a-zA-Z0-9_]', '_', key)}": value for key, value in labels.items()}


def _keep(conditions: Mapping[str, str]) -> dict[str, Any]:
    return {"source_labels": list(conditions), "regex": ";".join(re.escape(value) for value in conditions.values()), "action": "keep"}


def _without_none(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _without_none(item) if isinstance(item, dict) else item for key, item in config.items() if item is not None}
