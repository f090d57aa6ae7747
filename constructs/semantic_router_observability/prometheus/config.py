"""`prometheus.yml`, from typed parts to text. Pure: nothing here knows cdk8s."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from semantic_router_observability.alerting.facts import THANOS_JOB
from semantic_router_observability.kubernetes.labels import PART_OF
from semantic_router_observability.kubernetes.ports import PROMETHEUS
from semantic_router_observability.router.target import ALL_NAMESPACES, CLIENTS_JOB, JOB, pod_address, relabel_configs, target_labels
from semantic_router_observability.rules.thresholds import SAMPLE_LIMIT
from semantic_router_observability.yamltext import to_yaml

from .envoy import EnvoyJob
from .guards import ANY_PAGE, limits, metric_relabel_configs, of_clients, own_names, page_limit
from .kubernetes_sd import discoveries
from .presets import KubeStateMetricsJob, NodeJob, ScrapeJob
from .programs import ProgramJob
from .raw import with_files
from .scrape import PodJob, RawJob, ScrapeGuards, ServiceJob, StaticJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from semantic_router_observability.kubernetes.endpoint import Endpoint
    from semantic_router_observability.kubernetes.pods import SecretFiles
    from semantic_router_observability.router.target import RouterTarget

AGENT_JOB = "prometheus-agent"
"""Value of the label `job` of an agent's own metrics."""

POD_NAME = "POD_NAME"
"""Environment variable with the name of an agent's pod."""

STACK = ("prometheus", "alertmanager", "grafana")
"""Components of the stack; the names of their own metrics start so."""

WITH_THANOS = (*STACK, THANOS_JOB)
"""Components of a stack with Thanos."""


def namespaces_of(discovering: Iterable[RouterTarget | ScrapeJob], own_namespace: str) -> tuple[str, ...]:
    """Namespaces that the given parts discover in; `*` alone when any of them asks for all. The Roles are derived from this."""
    named: dict[str, None] = {}
    for part in discovering:
        match part:
            case StaticJob():
                continue
            case NodeJob():
                named[ALL_NAMESPACES] = None
            case RawJob():
                found = [namespace for discovery in discoveries(part, own_namespace) for namespace in discovery.namespaces]
                named.update(dict.fromkeys([*part.namespaces, *found]))
            case _:
                named.update(dict.fromkeys(part.namespaces or (own_namespace,)))
    return (ALL_NAMESPACES,) if ALL_NAMESPACES in named else tuple(named)


def router_jobs(
    targets: Sequence[RouterTarget], guards: ScrapeGuards, own_namespace: str, *, components: Sequence[str] = STACK
) -> list[dict[str, Any]]:
    """Build the router's scrape jobs: one for all that clients cannot multiply, and one for what they can, which may fail alone.

    A page holds no series whose names start as those of the `components`.
    """
    most = router_job(targets, msgspec.structs.replace(guards, bound_client_labels=False), own_namespace, components)
    rest = router_job(targets, guards, own_namespace, components)
    steps = "metric_relabel_configs"
    return [
        {**most, steps: [of_clients("drop"), *most[steps]]},
        {**rest, "job_name": CLIENTS_JOB, steps: [of_clients("keep"), *rest[steps], {"target_label": "job", "replacement": JOB}]},
    ]


def router_job(
    targets: Sequence[RouterTarget], guards: ScrapeGuards, own_namespace: str, components: Sequence[str] = STACK
) -> dict[str, Any]:
    """Build a job that scrapes all of the router's series."""
    job = {
        "job_name": JOB,
        "follow_redirects": False,
        **limits(guards),
        "kubernetes_sd_configs": [_discovery("endpointslice", namespaces_of(targets, own_namespace))],
        "relabel_configs": relabel_configs(targets, own_namespace),
        "metric_relabel_configs": sample_relabel_configs(guards, components),
    }
    return _without_none(job)


def sample_relabel_configs(guards: ScrapeGuards, components: Sequence[str] = STACK) -> list[dict[str, Any]]:
    """Relabelling of the router's samples: what a page must not hold, then personal and unbounded labels."""
    return [*own_names(*components), *metric_relabel_configs(guards)]


def stack_jobs(
    own: Endpoint,
    own_namespace: str,
    *,
    alertmanagers: Sequence[Endpoint] = (),
    later: Sequence[Endpoint] = (),
    replica: str | None = None,
    files: SecretFiles,
) -> list[dict[str, Any]]:
    """Jobs for this Prometheus, for the Grafanas beside it, and for the Alertmanagers it sends to; no Grafana, no target.

    Components are found by labels. One that takes more than a plain request has a job of its own; `later` are those that were made after
    this Prometheus. Where it is a replica, its own series carry its name, as Thanos would take those of all replicas for the same, and there is
    a job for the parts of Thanos.
    """
    alert_namespaces = tuple(dict.fromkeys(known.service.namespace for known in alertmanagers if known.service))
    protected = {
        "grafana": [known for known in later if known.protected and known.component == "grafana"],
        "thanos": [known for known in later if known.protected and known.component == "thanos"],
        "alertmanager": [known for known in alertmanagers if known.protected],
    }
    components = WITH_THANOS if replica else STACK
    return [
        {
            "job_name": "prometheus",
            "metrics_path": f"{own.url.path}/metrics",
            "follow_redirects": False,
            **_client(own, files),
            "static_configs": [
                {"targets": [f"localhost:{PROMETHEUS}"], **({"labels": {"instance": f"{replica}:{PROMETHEUS}"}} if replica else {})}
            ],
        },
        _component_job("grafana", (own_namespace,), components, protected["grafana"]),
        *(_protected_job("grafana", known, components, files) for known in protected["grafana"]),
        *([_component_job("alertmanager", alert_namespaces, components, protected["alertmanager"])] if alert_namespaces else []),
        *(_protected_job("alertmanager", known, components, files) for known in protected["alertmanager"]),
        *([_component_job(THANOS_JOB, (own_namespace,), components, protected["thanos"])] if replica else []),
        *(_protected_job(THANOS_JOB, known, components, files) for known in protected["thanos"]),
    ]


def _protected_job(name: str, protected: Endpoint, components: Sequence[str], files: SecretFiles) -> dict[str, Any]:
    """Job for one component that takes more than a plain request. Its series say the same job as those of all others of the kind."""
    service = protected.service
    assert service is not None  # noqa: S101  components are found by their Services
    job = _component_job(name, (service.namespace,), components)
    return {
        **job,
        **_client(protected, files),
        "job_name": f"{name}/{service.namespace}/{service.name}",
        "relabel_configs": [
            _service_condition([protected], "keep"),
            *job["relabel_configs"],
            {"target_label": "job", "replacement": name},
        ],
    }


def _client(server: Endpoint, files: SecretFiles) -> dict[str, Any]:
    """Scheme and credentials of a job."""
    return {**({"scheme": "https"} if server.url.scheme == "https" else {}), **server.access.http_config(files)}


def _service_condition(protected: Sequence[Endpoint], action: str) -> dict[str, Any]:
    names = "|".join(f"{known.service.namespace};{re.escape(known.service.name)}" for known in protected if known.service)
    return {"source_labels": ["__meta_kubernetes_namespace", "__meta_kubernetes_service_name"], "regex": names, "action": action}


def _component_job(name: str, namespaces: tuple[str, ...], components: Sequence[str], protected: Sequence[Endpoint] = ()) -> dict[str, Any]:
    """Job for a component of the stack, found by its Service's labels, without those that have a job of their own."""
    return {
        "job_name": name,
        "follow_redirects": False,
        **limits(ScrapeGuards()),
        "kubernetes_sd_configs": [_discovery("endpointslice", namespaces)],
        "relabel_configs": [
            *([_service_condition(protected, "drop")] if protected else []),
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
        "metric_relabel_configs": own_names(*(other for other in components if other != name)),
    }


def extra_job(job: ScrapeJob, own_namespace: str, files: SecretFiles, watched: Sequence[str] = (ALL_NAMESPACES,)) -> dict[str, Any]:
    """Build a user's scrape job; `watched` are the namespaces of the stack and its routers, where a job tells namespaces apart."""
    if isinstance(job, NodeJob):
        return job.body(watched)
    if isinstance(job, RawJob):
        samples = job.config.get("sample_limit")
        bounds = {"sample_limit": SAMPLE_LIMIT, "body_size_limit": page_limit(SAMPLE_LIMIT if samples is None else samples)}
        stated = {name: value for name, value in job.config.items() if value is not None or name not in bounds}
        return {"job_name": job.name, **_without_none(bounds), **with_files(stated, files)}
    common: dict[str, Any] = {
        "job_name": job.name,
        "scrape_interval": job.interval,
        "scrape_timeout": job.timeout,
        "metrics_path": job.path,
        "scheme": job.scheme,
        "follow_redirects": False,
        "sample_limit": job.sample_limit or None,
        "body_size_limit": page_limit(job.sample_limit),
        "authorization": {"credentials_file": files.path(job.bearer_token)} if job.bearer_token else None,
        # Classic buckets stay: the shipped dashboards and alerts read them.
        **({"scrape_native_histograms": True, "always_scrape_classic_histograms": True} if job.native_histograms else {}),
        **job.access.http_config(files),
    }
    steps = own_names()
    if isinstance(job, KubeStateMetricsJob | EnvoyJob | ProgramJob):
        further = job.further(watched) if isinstance(job, KubeStateMetricsJob) else job.further()
        steps += further.pop("metric_relabel_configs")
        common |= further
    named = {"metric_relabel_configs": steps}
    return {key: value for key, value in common.items() if value is not None} | _targets(job, own_namespace) | named


def render(
    *,
    interval: str,
    external_labels: Mapping[str, str],
    tsdb: Mapping[str, Any],
    jobs: Iterable[Mapping[str, Any]],
    remote_write: Sequence[Mapping[str, Any]],
    alertmanagers: Sequence[dict[str, Any]] = (),
    dropped_from_alerts: str | None = None,
    rule_files: Sequence[str],
) -> str:
    """Put the parts together; `dropped_from_alerts` is an external label that alerts do not carry."""
    without = {"alert_relabel_configs": [{"regex": dropped_from_alerts, "action": "labeldrop"}]} if dropped_from_alerts else {}
    config: dict[str, Any] = {
        "global": {
            "scrape_interval": interval,
            "evaluation_interval": interval,
            **ANY_PAGE,
            "external_labels": {name: value.replace("$", "$$") for name, value in external_labels.items()} or None,
        },
        "storage": {"tsdb": dict(tsdb)},
        "alerting": {**without, "alertmanagers": [_without_none(alertmanager) for alertmanager in alertmanagers]}
        if alertmanagers
        else None,
        "rule_files": list(rule_files),
        "scrape_configs": list(jobs),
        "remote_write": list(remote_write) or None,
    }
    return to_yaml(_without_none(config))


def agent_job(id: str, own_namespace: str) -> dict[str, Any]:
    """Job of an agent for itself. In a storage that many share, `localhost` would say nothing of whose metrics they are."""
    return {
        "job_name": AGENT_JOB,
        "follow_redirects": False,
        "static_configs": [{"targets": [f"localhost:{PROMETHEUS}"], "labels": {"namespace": own_namespace, "instance": id}}],
    }


def render_agent(
    *,
    interval: str,
    external_labels: Mapping[str, str],
    replica_label: str | None,
    jobs: Iterable[Mapping[str, Any]],
    remote_write: Sequence[Mapping[str, Any]],
) -> str:
    """Configuration of an agent. It has no rules, no alerts and no storage, and refuses sections about them."""
    labels = {name: value.replace("$", "$$") for name, value in external_labels.items()}
    # Prometheus expands variables of its environment in external labels, so one file serves all replicas.
    replica = {replica_label: f"${{{POD_NAME}}}"} if replica_label else {}
    config: dict[str, Any] = {
        "global": {"scrape_interval": interval, **ANY_PAGE, "external_labels": {**labels, **replica} or None},
        "scrape_configs": list(jobs),
        "remote_write": list(remote_write),
    }
    return to_yaml(_without_none(config))


def _discovery(role: str, namespaces: Sequence[str]) -> dict[str, Any]:
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
        return {
            "kubernetes_sd_configs": [_discovery("pod", namespaces)],
            "relabel_configs": [
                {"source_labels": ["__meta_kubernetes_pod_phase"], "regex": "Succeeded|Failed", "action": "drop"},
                *(_at_container(job) if isinstance(job, ProgramJob) and job.container else _at_port(job)),
                *target_labels()[:2],
                *(_node_label() if isinstance(job, ProgramJob) and job.per_node else ()),
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


def _at_port(job: PodJob) -> list[dict[str, Any]]:
    """Find pods by a port that a container declares, which discovery makes a target of."""
    port_label = "__meta_kubernetes_pod_container_port_" + ("number" if isinstance(job.port, int) else "name")
    return [_keep({**_label_conditions("pod", job.match_labels), port_label: str(job.port)})]


def _at_container(job: ProgramJob) -> list[dict[str, Any]]:
    """Find pods by a container that declares no port. Where it declares some after all, each of them leads to the one address, and is one target."""
    container = "__meta_kubernetes_pod_container_"
    conditions = {**_label_conditions("pod", job.match_labels), f"{container}name": job.container, f"{container}init": "false"}
    address = {"source_labels": ["__meta_kubernetes_pod_ip"], "target_label": "__address__"}
    return [
        _keep(conditions),
        {**address, "regex": "([0-9.]+)", "replacement": f"$1:{job.port}"},
        {**address, "regex": "(.*:.*)", "replacement": f"[$1]:{job.port}"},
    ]


def _node_label() -> list[dict[str, Any]]:
    return [{"source_labels": ["__meta_kubernetes_pod_node_name"], "target_label": "node"}]


def _label_conditions(kind: str, labels: Mapping[str, str]) -> dict[str, str]:
    return {f"__meta_kubernetes_{kind}_label_{re.sub('[^a-zA-Z0-9_]', '_', key)}": value for key, value in labels.items()}


def _keep(conditions: Mapping[str, str]) -> dict[str, Any]:
    return {"source_labels": list(conditions), "regex": ";".join(re.escape(value) for value in conditions.values()), "action": "keep"}


def _without_none(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _without_none(item) if isinstance(item, dict) else item for key, item in config.items() if item is not None}
