"""What goes wrong in the simulations, one drill a failure, and which alerts have to fire: these and no others."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from simulation.installation import GIB, MINUTE, PAIR, VOLUME, Installation, Pod
from simulator import Incident, Restart, Scenario
from simulator.events import DECISION, METHOD, MODEL, Event, Feed, Source, count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.samples import Change

BEGIN: Final = 20
"""Minute at which things go wrong, after a calm while."""

LOOKS_BACK: Final = 6 * 60 + 30
"""Minutes that a router has to be watched before an alert on a surge knows what is usual."""

FOREVER: Final = 86_400.0
NOT_A_NUMBER: Final = math.nan


@dataclass(frozen=True, kw_only=True)
class Drill:
    """A failure, and what is expected of the alerts."""

    name: str
    what: str
    """What happens, for the report."""
    tells: Mapping[str, int]
    """Alerts that are notified, and the minutes after the beginning by which each has to fire."""
    inhibited: frozenset[str] = frozenset()
    """Alerts that fire but are never sent, because another one says it already."""
    begins: int = BEGIN
    installation: Installation = field(default_factory=lambda: Installation(minutes=BEGIN + 30))


def drill(
    name: str,
    what: str,
    tells: Mapping[str, int],
    *,
    inhibited: frozenset[str] = frozenset(),
    begins: int = BEGIN,
    after: int = 30,
    step: int = 30,
    scenario: Scenario | None = None,
    incident: Incident | None = None,
    happens: tuple[Event, ...] = (),
    pods: tuple[Pod, ...] = PAIR,
    changes: tuple[Change, ...] = (),
) -> Drill:
    """Put a drill together; what goes wrong goes on until the end, `after` minutes later."""
    incidents = (replace(incident, start=begins * MINUTE, end=FOREVER),) if incident else ()
    if happens:
        incidents = (*incidents, Incident(start=begins * MINUTE, end=FOREVER, happens=happens))
    installed = Installation(
        minutes=begins + after, step=step, scenario=scenario or Scenario(), incidents=incidents, pods=pods, changes=changes
    )
    return Drill(name=name, what=what, tells=tells, inhibited=inhibited, begins=begins, installation=installed)


def broken(**what: object) -> Incident:
    """Make an incident whose times are filled in later."""
    return Incident(start=0, end=0, **what)  # type: ignore[arg-type]


def event(family: str, source: Source, per: float, *, times: float = 1.0, **labels: str) -> Event:
    """Count something in a family, `per` request of a source, with these labels."""
    feed = Feed(family=family, times=times) if times != 1.0 else count(family)
    return Event(key=f"drill {family}", source=source, per=per, fields=tuple(labels), rows={tuple(labels.values()): 1}, feeds=(feed,))


def changed(name: str, part: str, change: Callable[[float, float], float], begins: int = BEGIN) -> Change:
    """Change a metric from the beginning on: `change` gets the seconds since then, and the value."""

    def whole(now: float, value: float) -> float:
        since = now - begins * MINUTE
        return change(since, value) if since >= 0 else value

    return (name, part, whole)


def down(job: str) -> Change:
    """Let no target of a job answer."""
    return changed("up", f'job="{job}"', lambda *_: 0)


def growing(name: str, a_minute: float, part: str = "") -> Change:
    """Let a counter grow."""
    return changed(name, part, lambda since, value: value + round(a_minute * since / MINUTE))


def dying(*restarts: Restart) -> tuple[Pod, ...]:
    """Let the second replica die."""
    return (PAIR[0], replace(PAIR[1], restarts=restarts))


_START: Final = float(BEGIN * MINUTE)

AVAILABILITY: Final = (
    drill(
        "router gone",
        "Both pods are deleted and none comes back: the Deployment was scaled to 0, or its labels were changed.",
        {"SemanticRouterAbsent": 6},
        pods=tuple(replace(pod, end=_START) for pod in PAIR),
    ),
    drill(
        "all replicas down",
        "Both processes hang or crash and do not come up again.",
        {"SemanticRouterDown": 4},
        pods=tuple(replace(pod, restarts=(Restart(at=_START, down=FOREVER),)) for pod in PAIR),
    ),
    drill(
        "one replica down",
        "One of two processes dies for good; the other goes on.",
        {"SemanticRouterReplicaDown": 11},
        pods=dying(Restart(at=_START, down=FOREVER)),
    ),
    drill(
        "crash loop",
        "One of two pods restarts every six minutes and is away for 45 seconds each time.",
        {"SemanticRouterRestarting": 15},
        pods=dying(*(Restart(at=_START + 360 * number, down=45) for number in range(5))),
    ),
    drill(
        "memory leak",
        "One pod grows by 60 MiB a minute towards its limit of 4 GiB.",
        {"SemanticRouterMemoryHigh": 35},
        after=40,
        changes=(changed("process_resident_memory_bytes", "router-b", lambda since, value: value + min(since, 1600) * 2**20),),
    ),
    drill(
        "series explosion",
        "A label of one router takes ever new values: its page grows towards the sample limit.",
        {"SemanticRouterSamplesNearLimit": 35},
        after=40,
        changes=(growing("scrape_samples_post_metric_relabeling", 2200, "router-b"),),
    ),
    drill(
        "scrape limit hit",
        "The page of one router is larger than the sample limit: every scrape of it is refused.",
        {"PrometheusScrapeLimitHit": 2, "SemanticRouterReplicaDown": 11},
        pods=dying(Restart(at=_START, down=FOREVER)),
        changes=(growing("prometheus_target_scrapes_exceeded_sample_limit_total", 4),),
    ),
    drill(
        "requests pile up",
        "Twelve times the usual traffic arrives; the backends keep their pace, the router has too few replicas.",
        {"SemanticRouterBusy": 7},
        incident=broken(traffic=12.0),
        scenario=Scenario(features=frozenset({"session_identity"})),
    ),
)

REQUESTS: Final = (
    drill(
        "backend dead",
        "Every forwarded request ends in a 5xx.",
        {"SemanticRouterErrors": 7, "SemanticRouterModelErrors": 8},
        inhibited=frozenset({"SemanticRouterErrorsElevated", "SemanticRouterErrorsAtLowTraffic"}),
        incident=broken(error_share=1.0),
        after=70,
    ),
    drill(
        "one model dead",
        "All requests to the least used of three models time out; it gets a fifth of the traffic.",
        {"SemanticRouterErrors": 10, "SemanticRouterModelErrors": 8},
        inhibited=frozenset({"SemanticRouterErrorsElevated"}),
        incident=broken(model="gpt-oss-120b", error_share=1.0, reason="timeout"),
        after=40,
    ),
    drill(
        "one model flaky",
        "A fifth of the requests to the least used model fails: 3 % of all, too few to show in the overall share.",
        {"SemanticRouterModelErrors": 12},
        incident=broken(model="gpt-oss-120b", error_share=0.2, reason="plain_5xx"),
    ),
    drill(
        "slow decay",
        "7 % of all requests fail: not enough to wake anybody, too many to leave it.",
        {"SemanticRouterErrorsElevated": 22},
        incident=broken(error_share=0.095),
        after=40,
    ),
    drill(
        "dead at low traffic",
        "Eight requests an hour reach each of two pods, and from now on every one fails.",
        {"SemanticRouterErrorsAtLowTraffic": 75},
        scenario=Scenario(rate=8 / 3600, named_share=0.0, parse_error_share=0.0, unknown_model_share=0.0),
        incident=broken(error_share=1.0),
        after=80,
        step=60,
    ),
    drill(
        "client errors",
        "Half of the requests are answered with a 4xx: a client sends what models refuse.",
        {"SemanticRouterClientErrors": 25},
        incident=broken(error_share=0.5, reason="upstream_4xx"),
    ),
)

LATENCY: Final = (
    drill(
        "slow completions",
        "One model takes four times as long: most of its answers need more than 10 s, where the histogram ends.",
        {"SemanticRouterSlowCompletions": 16, "SemanticRouterSlowFirstToken": 16},
        incident=broken(model="llama-3.3-70b", slower=4.0),
    ),
    drill(
        "slow first token",
        "One model takes twice as long: whole answers stay within 10 s, but a quarter begins after more than 5 s.",
        {"SemanticRouterSlowFirstToken": 20},
        incident=broken(model="llama-3.3-70b", slower=2.0),
    ),
    drill(
        "engines thrash",
        "Every backend takes twenty times as long.",
        {
            "SemanticRouterSlowCompletions": 18,
            "SemanticRouterSlowFirstToken": 18,
            "SemanticRouterSlowTokens": 18,
            "SemanticRouterBusy": 10,
        },
        incident=broken(slower=20.0),
    ),
    drill(
        "routing slow",
        "Classification takes eight times as long: its model runs on a CPU that is short.",
        {"SemanticRouterRoutingSlow": 14},
        incident=broken(routing_slower=8.0),
    ),
)

ROUTING: Final = (
    drill(
        "no model selected",
        "For 3 % of requests no decision finds a model that is configured.",
        {"SemanticRouterNoModelSelected": 12},
        happens=(event("llm_request_errors_total", "auto", 0.03, model="unknown", reason="no_model_selected"),),
    ),
    drill(
        "selector broken",
        "A third of the choices falls back to the default candidate.",
        {"SemanticRouterSelectionFallbacks": 18},
        happens=(
            event("llm_model_selection_fallback_total", "auto", 0.35, method=METHOD, decision=DECISION, reason="selector_unavailable"),
        ),
    ),
)

CACHE: Final = (
    drill(
        "cache backend errors",
        "Every third lookup in the cache's store fails.",
        {"SemanticRouterCacheErrors": 15},
        happens=(event("llm_cache_operations_total", "misses", 0.35, backend="memory", operation="find_similar", status="error"),),
    ),
    drill(
        "cache never hits",
        "The cache is on from the start, and not one lookup ever finds anything: the similarity threshold is too high.",
        {"SemanticRouterCacheUseless": 65},
        begins=0,
        after=80,
        step=60,
        scenario=Scenario(cache_hit_share=0.0),
    ),
)

GUARDRAILS: Final = (
    drill(
        "detector errors",
        "One in twenty answers is not checked because the detector fails.",
        {"SemanticRouterDetectorErrors": 10},
        happens=(event("llm_plugin_execution_errors_total", "ok", 0.05, plugin_type="response_jailbreak", error_reason="detection_error"),),
    ),
    drill(
        "guardrail fails open",
        "A plugin cannot read 2 % of the requests and lets them through untouched.",
        {"SemanticRouterGuardrailFailOpen": 9},
        happens=(
            event(
                "llm_plugin_execution_total",
                "routed",
                0.02,
                plugin_type="context_compression",
                decision_name=DECISION,
                status="parse_error_fail_open",
            ),
        ),
    ),
    drill(
        "guardrail fails closed",
        "A guard that cannot check an answer holds it back; 1 % of answers.",
        {"SemanticRouterGuardrailFailClosed": 9},
        happens=(
            event(
                "llm_plugin_execution_total",
                "routed",
                0.01,
                plugin_type="response_jailbreak",
                decision_name=DECISION,
                status="fail_closed",
            ),
        ),
    ),
    drill(
        "retrieval broken",
        "Documents are asked for, and a third of the questions gets an error.",
        {"SemanticRouterRetrievalErrors": 18},
        scenario=Scenario(extras=frozenset({"hallucination_check", "tools", "rag"})),
        happens=(event("rag_retrieval_attempts_total", "routed", 0.1, backend="milvus", decision=DECISION, status="error"),),
    ),
    drill(
        "memory store down",
        "The store of agent memory refuses writes, and the plugin is told that it is unavailable.",
        {"SemanticRouterMemoryErrors": 18, "SemanticRouterPluginErrors": 18},
        scenario=Scenario(extras=frozenset({"hallucination_check", "tools", "memory"})),
        happens=(
            event("llm_memory_store_operations_total", "ok", 0.12, backend="milvus", operation="store", status="error"),
            event("llm_plugin_execution_total", "routed", 0.3, plugin_type="memory", decision_name=DECISION, status="unavailable"),
        ),
    ),
    *(
        drill(
            f"{words} surge",
            f"After six and a half usual hours, {what}.",
            {alert: 12},
            begins=LOOKS_BACK,
            step=60,
            happens=(event("llm_signal_match_total", "auto", 0.3, signal_type=signal, signal_name=rule),),
        )
        for words, what, alert, signal, rule in (
            (
                "personal data",
                "a client begins to send personal data with every third request",
                "SemanticRouterPersonalDataSurge",
                "pii",
                "deny_personal_data",
            ),
            (
                "jailbreak",
                "an attacker probes the models with every third request",
                "SemanticRouterJailbreakSurge",
                "jailbreak",
                "block_jailbreak",
            ),
        )
    ),
)

COST: Final = (
    drill(
        "spend over budget",
        "Answers become ten times as dear: traffic moves to models that cost more.",
        {"SemanticRouterSpendOverBudget": 60},
        happens=(event("llm_model_cost_total", "ok", 1.0, times=0.002, model=MODEL, currency="USD"),),
        after=70,
    ),
    drill(
        "token surge",
        "After six and a half usual hours a client loops and sends thousands of tokens with every request.",
        {"SemanticRouterTokenSurge": 25},
        begins=LOOKS_BACK,
        step=60,
        happens=(event("llm_model_tokens_total", "auto", 1.0, times=8000, model=MODEL),),
    ),
)


def program(name: str, what: str, tells: Mapping[str, int], *, changes: tuple[Change, ...], after: int = 30) -> Drill:
    """Put together a drill of what is not the router; a look a minute is enough there."""
    return drill(name, what, tells, changes=changes, after=after, step=60)


def storing_nothing(drilled: Drill) -> Drill:
    """Let Prometheus store nothing from the beginning on."""
    return replace(drilled, installation=replace(drilled.installation, stored=drilled.begins))


MONITORING: Final = (
    program(
        "reload failed",
        "Prometheus refuses a changed configuration.",
        {"PrometheusConfigReloadFailed": 6},
        changes=(changed("prometheus_config_last_reload_successful", "", lambda *_: 0),),
    ),
    program(
        "rules fail",
        "Rules of one group cannot be evaluated.",
        {"PrometheusRuleFailures": 7},
        changes=(growing("prometheus_rule_evaluation_failures_total", 4, "alerts-requests"),),
    ),
    program(
        "rules slow",
        "One group takes 9 of the 15 seconds between two evaluations.",
        {"PrometheusRulesSlow": 16},
        changes=(changed("prometheus_rule_group_last_duration_seconds", "semantic-router-recording", lambda *_: 9),),
    ),
    program(
        "storage fills",
        "The write-ahead log grows by 0.4 GiB a minute, which no retention size holds back.",
        {"PrometheusStorageFilling": 40},
        after=50,
        changes=(
            changed("prometheus_tsdb_wal_storage_size_bytes", "", lambda since, value: min(value + 0.4 * GIB * since / 60, VOLUME * 0.44)),
        ),
    ),
    storing_nothing(
        program(
            "volume full",
            "The volume of Prometheus is full: it stores nothing, and its pod stays ready.",
            {"PrometheusStoresNothing": 8},
            changes=(),
        )
    ),
    program(
        "same series twice",
        "Two targets write the same series: 400 samples a minute are dropped.",
        {"PrometheusDuplicateSamples": 20},
        changes=(growing("prometheus_target_scrapes_sample_duplicate_timestamp_total", 400),),
    ),
    program(
        "engine down",
        "The target of a user-supplied job does not answer.",
        {"PrometheusTargetDown": 11},
        changes=(down("vllm"),),
    ),
    program(
        "engine gone",
        "A user-supplied job has no target any more.",
        {"PrometheusTargetMissing": 11},
        changes=(changed("up", 'job="vllm"', lambda *_: NOT_A_NUMBER),),
    ),
    program(
        "remote write refused",
        "The long-term storage refuses samples and falls behind.",
        {"PrometheusRemoteWriteFailing": 12, "PrometheusRemoteWriteBehind": 17},
        changes=(
            growing("prometheus_remote_storage_samples_failed_total", 300),
            changed("prometheus_remote_storage_queue_highest_sent_timestamp_seconds", "", lambda since, value: value - since),
        ),
    ),
    program(
        "trace gateway out of memory",
        "The gateway for traces refuses what the routers send.",
        {"TraceGatewayRefusesSpans": 7},
        changes=(growing("otelcol_receiver_refused_spans_total", 300),),
    ),
    program(
        "store of traces away",
        "The store of traces does not answer until the gateway's queue is full.",
        {"TraceGatewayQueueFull": 7},
        changes=(growing("otelcol_exporter_enqueue_failed_spans_total", 300),),
    ),
    program(
        "store of traces refuses",
        "The store of traces refuses spans for good, for a wrong credential say.",
        {"TraceGatewayDeliveryFailing": 7},
        changes=(growing("otelcol_exporter_send_failed_spans_total", 300),),
    ),
    program(
        "store of traces nearly full",
        "More traces are kept than fit on the volume of their store.",
        {"TraceStoreFilling": 17},
        changes=(changed("jaeger_storage_badger_value_log_bytes_available", "", lambda _, value: value / 10),),
    ),
    program("grafana down", "Grafana does not answer.", {"GrafanaDown": 6}, changes=(down("grafana"),)),
    program(
        "alertmanager down",
        "Neither replica of Alertmanager answers, and what Prometheus sends is lost.",
        {"AlertmanagerDown": 6, "PrometheusNotificationsFailing": 8},
        changes=(
            down("alertmanager"),
            growing("prometheus_notifications_errors_total", 1),
            changed("alertmanager_cluster_members", "", lambda *_: NOT_A_NUMBER),
        ),
    ),
    program(
        "nobody is told",
        "The receiver refuses what Alertmanager sends.",
        {"AlertmanagerDeliveryFailing": 12},
        changes=(growing("alertmanager_notifications_failed_total", 0.5), growing("alertmanager_notifications_total", 0.5)),
    ),
    program(
        "alertmanagers apart",
        "The two replicas of Alertmanager lose each other.",
        {"AlertmanagerClusterSplit": 16},
        changes=(changed("alertmanager_cluster_members", "", lambda *_: 1),),
    ),
    program(
        "label limit hit",
        "Scrapes of a target are refused because one of its labels is too long.",
        {"PrometheusLabelLimitHit": 3},
        changes=(growing("prometheus_target_scrape_pool_exceeded_label_limits_total", 4),),
    ),
    program(
        "samples too late",
        "A target sets timestamps of its own: 50 samples a minute come out of order.",
        {"PrometheusSamplesOutOfOrder": 20},
        changes=(growing("prometheus_target_scrapes_sample_out_of_order_total", 50),),
    ),
    program(
        "retention cut short",
        "Blocks reach the retention size, and Prometheus drops the oldest before their time.",
        {"PrometheusRetentionCut": 3},
        changes=(changed("prometheus_tsdb_size_retentions_total", "", lambda _, value: value + 1),),
    ),
)

LOGS: Final = (
    program(
        "log space used up",
        "Log lines come faster than planned, and fill the space that they may take.",
        {"LogStoreFull": 31},
        changes=(changed("vl_data_size_bytes", 'type="storage"', lambda since, _: min(15 * GIB + since * 1e6, 15.6 * GIB)),),
        after=60,
    ),
    program(
        "log volume full",
        "Something else fills the volume of the log store, which then takes no lines.",
        {"LogStoreRefusesLines": 6},
        changes=(changed("vl_storage_is_read_only", "", lambda *_: 1),),
    ),
)

PROBES: Final = (
    program(
        "page away",
        "A page that is probed does not answer any more.",
        {"ProbeFailing": 7},
        changes=(changed("probe_success", 'probe="login"', lambda *_: 0),),
    ),
    program(
        "wrong answers",
        "The canary gets answers without text, while the router counts no error.",
        {"CanaryFailing": 12},
        changes=(changed("probe_success", 'probe="chat"', lambda *_: 0),),
    ),
    program(
        "late answers",
        "Each answer to the canary takes twelve seconds and more.",
        {"CanarySlow": 12},
        changes=(changed("probe_duration_seconds", 'probe="chat"', lambda _, value: value + 11),),
    ),
    program(
        "certificate not renewed",
        "A certificate has twelve days left.",
        {"CertificateExpires": 61},
        after=90,
        changes=(changed("probe_ssl_earliest_cert_expiry", 'probe="gateway"', lambda *_: BEGIN * MINUTE + 12 * 86_400),),
    ),
)

THANOS: Final = (
    program(
        "thanos query gone",
        "Both pods of Thanos Query are gone.",
        {"ThanosQueryDown": 6},
        changes=(
            changed("up", "thanos-query", lambda *_: NOT_A_NUMBER),
            changed("thanos_store_nodes_grpc_connections", "", lambda *_: NOT_A_NUMBER),
        ),
    ),
    drill(
        "sidecar hangs",
        "One of two sidecars answers neither queries nor scrapes.",
        {"ThanosReplicaMissing": 11},
        inhibited=frozenset({"PrometheusTargetDown"}),
        step=60,
        changes=(
            changed("up", "prometheus-b-thanos", lambda *_: 0),
            changed("thanos_store_nodes_grpc_connections", 'store_type="sidecar"', lambda *_: 1),
        ),
    ),
    program(
        "sidecar slow",
        "One of two sidecars takes longer for its answers than Thanos Query waits.",
        {"ThanosAnswersPartial": 14},
        changes=(growing("grpc_client_handled_total", 30, 'grpc_code="Canceled"'),),
    ),
    program(
        "object storage refuses",
        "The object storage refuses every operation, for a wrong credential say; the last upload is four hours and 43 minutes old.",
        {"ThanosObjectStorageFailing": 18, "ThanosUploadOverdue": 29, "ThanosUploadFailing": 33},
        after=40,
        changes=(
            growing("thanos_objstore_bucket_operation_failures_total", 12),
            growing("thanos_shipper_upload_failures_total", 2),
            changed("thanos_objstore_bucket_last_successful_upload_time", "", lambda *_: BEGIN * MINUTE - 17_000),
        ),
    ),
    program(
        "store gateway and compactor gone",
        "The pods that read and merge blocks are gone.",
        {"ThanosStoreMissing": 11, "ThanosCompactDown": 11},
        changes=(
            changed("up", "thanos-store", lambda *_: NOT_A_NUMBER),
            changed("up", "thanos-compact", lambda *_: NOT_A_NUMBER),
            changed("thanos_compact_halted", "", lambda *_: NOT_A_NUMBER),
            changed("thanos_store_nodes_grpc_connections", 'store_type="store"', lambda *_: NOT_A_NUMBER),
        ),
    ),
    program(
        "compactor halted",
        "The compactor finds a block that it cannot handle.",
        {"ThanosCompactHalted": 6},
        changes=(changed("thanos_compact_halted", "", lambda *_: 1),),
    ),
)

GATEWAY: Final = (
    program(
        "requests pass unrouted",
        "Envoy reaches no router, and is told to go on without one: users get answers, and no guard looks at them.",
        {"GatewayBypassesRouter": 7, "GatewayRouterCallsFailing": 7},
        changes=(growing("envoy_http_ext_proc_failure_mode_allowed", 300), growing("envoy_http_ext_proc_streams_failed", 300)),
    ),
    program(
        "router refuses the gateway",
        "A tenth of the calls to the router fails, and Envoy answers these requests with an error.",
        {"GatewayRouterCallsFailing": 12},
        changes=(growing("envoy_http_ext_proc_streams_failed", 30),),
    ),
    program(
        "router late for the gateway",
        "Every second call to the router takes longer than Envoy waits, and Envoy answers these requests with 504.",
        {"GatewayRouterCallsLate": 7, "GatewayErrors": 7},
        changes=(
            growing("envoy_http_ext_proc_message_timeouts", 150),
            growing("envoy_http_downstream_rq_xx", 150, 'envoy_response_code_class="5"'),
        ),
    ),
    program(
        "gateway answers 5xx",
        "The gateway itself answers with 503: its route leads nowhere, and no request reaches a router.",
        {"GatewayErrors": 7},
        changes=(growing("envoy_http_downstream_rq_xx", 150, 'envoy_response_code_class="5"'),),
    ),
)

CACHE_SERVER: Final = (
    program(
        "cache server away",
        "Redis does not answer its exporter.",
        {"CacheServerDown": 6},
        changes=(
            changed("redis_up", "", lambda *_: 0),
            changed("redis_memory_used_bytes", "", lambda *_: NOT_A_NUMBER),
            changed("redis_memory_max_bytes", "", lambda *_: NOT_A_NUMBER),
            changed("redis_instance_info", "", lambda *_: NOT_A_NUMBER),
            changed("redis_rejected_connections_total", "", lambda *_: NOT_A_NUMBER),
        ),
    ),
    program(
        "cache server full",
        "Entries fill the memory of a Redis that drops none.",
        {"CacheServerMemoryFull": 16},
        changes=(changed("redis_memory_used_bytes", "", lambda *_: 0.99 * GIB),),
    ),
    program(
        "too many clients of the cache server",
        "More routers connect than Redis takes clients.",
        {"CacheServerRejectsConnections": 7},
        changes=(growing("redis_rejected_connections_total", 20),),
    ),
)

GPUS: Final = (
    program(
        "GPU lost",
        "A GPU is not on the bus any more: XID 79.",
        {"GpuFault": 3},
        changes=(changed("DCGM_FI_DEV_XID_ERRORS", 'gpu="0"', lambda *_: 79),),
    ),
    program(
        "GPU too hot",
        "The fans of a node fail, and its GPUs grow hot.",
        {"GpuTooHot": 11},
        changes=(changed("DCGM_FI_DEV_GPU_TEMP", "", lambda *_: 91),),
    ),
)

NODES: Final = (
    program(
        "disk of a node full",
        "Images and logs fill the disk of one of two nodes.",
        {"NodeFilesystemFull": 16},
        changes=(changed("node_filesystem_avail_bytes", 'node="node-a"', lambda *_: 8 * GIB),),
    ),
    program(
        "memory of a node used up",
        "Pods without a limit take nearly all of a node's memory.",
        {"NodeMemoryLow": 11},
        changes=(changed("node_memory_MemAvailable_bytes", 'node="node-a"', lambda *_: GIB),),
    ),
)

OPERATOR: Final = (
    program(
        "operator fails",
        "The API server refuses what the operator makes of a changed SemanticRouter.",
        {"RouterOperatorFails": 26},
        changes=(growing("controller_runtime_reconcile_total", 1, 'result="error"'),),
        after=40,
    ),
)

TOPICS: Final[Mapping[str, tuple[Drill, ...]]] = {
    "Availability": AVAILABILITY,
    "Requests": REQUESTS,
    "Latency": LATENCY,
    "Routing": ROUTING,
    "Cache": CACHE,
    "Guardrails": GUARDRAILS,
    "Cost": COST,
    "Gateway": GATEWAY,
    "Monitoring": MONITORING,
    "Logs": LOGS,
    "Probes": PROBES,
    "Thanos": THANOS,
    "Cache server": CACHE_SERVER,
    "GPUs": GPUS,
    "Nodes": NODES,
    "Router operator": OPERATOR,
}

DRILLS: Final[Mapping[str, Drill]] = {drill.name: drill for topic in TOPICS.values() for drill in topic}


def healthy() -> Installation:
    """Eight and a half hours in which nothing is wrong; in the last two everything that is part of a usual day happens.

    A rolling restart by which new pods take the place of old ones, twice the traffic for an hour, a third and a fourth replica for it,
    the fourth going again, and the odd failure of each kind throughout.
    """
    start = LOOKS_BACK * MINUTE

    def at(minute: float) -> float:
        return start + minute * MINUTE

    return Installation(
        minutes=LOOKS_BACK + 120,
        scenario=Scenario(extras=frozenset({"hallucination_check", "tools", "rag", "memory", "compression", "feedback"})),
        pods=(
            Pod(name="router-old-a", end=at(12)),
            Pod(name="router-old-b", end=at(16)),
            Pod(name="router-new-a", begin=at(10)),
            Pod(name="router-new-b", begin=at(14)),
            Pod(name="router-new-c", begin=at(52)),
            Pod(name="router-new-d", begin=at(56), end=at(104)),
        ),
        # Requests spread over the pods that are there: from minute to minute, the share of each of them.
        incidents=tuple(
            Incident(start=at(begin), end=at(end), traffic=traffic)
            for begin, end, traffic in (
                (10, 12, 2 / 3),
                (14, 16, 2 / 3),
                (45, 52, 2.0),
                (52, 56, 4 / 3),
                (100, 104, 1 / 2),
                (104, 120, 2 / 3),
            )
        ),
    )


def night() -> Installation:
    """Two hours at a dozen requests an hour, of which one fails at the backend."""
    return Installation(
        minutes=120,
        step=60,
        scenario=Scenario(rate=6 / 3600),
        incidents=(Incident(start=3000.0, end=3600.0, error_share=1.0),),
    )
