"""Log events of the router that its metrics do not count. Their names are literals in the router's code, without a promise."""

from __future__ import annotations

from typing import Final, NamedTuple

CONTAINER: Final = "semantic-router"
"""Name of the router's container in every installation style."""

DECISION: Final = "routing_decision"
"""Written for each request that is forwarded, and the only place that names the decision taken."""

PANIC_TEXT: Final = "recovered panic"
"""Text of the lines about a panic inside a request, which are no events."""

PROBLEM_LEVELS: Final = ("warn", "error", "fatal")


class Events(NamedTuple):
    """Events of one meaning, and the text of lines that have no event but the same meaning."""

    names: tuple[str, ...]
    text: str = ""


PANICS: Final = Events(("goroutine_panic", "task_panic"), PANIC_TEXT)
CONFIGURATION: Final = Events(("config_reload_failed", "config_watcher_error"))
CREDENTIALS: Final = Events(("credential_resolution_failed",))
FAILED_STEPS: Final = Events(
    (
        "signal_evaluation_failed",
        "decision_evaluation_failed",
        "recipe_classifier_unavailable",
        "rate_limit_check_failed",
        "memory_retrieval_failed",
        "context_recovery_followup_failed",
    )
)
DEGRADED: Final = Events(
    (
        "metrics_server_failed",
        "api_server_failed",
        "tracing_init_failed",
        "runtime_lifecycle_task_failed",
        "embedding_runtime_degraded",
        "semantic_cache_embedding_fallback",
        "response_api_store_init_failed",
        "router_learning_state_store_fail_open",
    )
)
LIMITED: Final = Events(("rate_limit_rejected",))
