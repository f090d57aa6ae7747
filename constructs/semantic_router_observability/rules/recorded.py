"""Which families are recorded, at which level, and under which name.

A counter is recorded as its rate over five minutes, a histogram as the rate of its buckets, a gauge as its sum. All are
summed over replicas: `instance`, `pod` and `service` are dropped, the place (`namespace`, `job`) and the labels of the router
remain, so that dashboards can still filter and group. The number of recorded series therefore does not grow with the number of pods.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from semantic_router_observability.router import catalogue, causes
from semantic_router_observability.rules.group import RecordingRule, RuleGroup

FILE_NAME: Final = "semantic-router-recording"
"""Name of the rule file, without its ending."""

PLACE: Final = ("namespace", "job")
"""Labels of the place of a sample that are kept. The others identify a single replica."""

WINDOW: Final = "5m"
"""Window of every recorded rate, long enough for two samples at the longest scrape interval (2m)."""

RESTART_MINUTES: Final = 2
"""For how long a restart shows: at least one evaluation at the longest scrape interval. Two within it count as one."""

LONGEST_OUTAGE: Final = "15m"
"""After a longer outage, a process counts as new and not as restarted."""

INTERVAL: Final = "30s"
"""Between evaluations of rates: a rate over five minutes changes too slowly for more. State is evaluated at every scrape."""

UP: Final = "namespace_job:up:sum"
"""Targets that are up."""

EXPECTED: Final = "namespace_job:up:count"
"""All targets."""

RESTARTS: Final = f"namespace_job:process_start_time_seconds:changes{RESTART_MINUTES}m"
"""Processes that restarted within the window: their start time differs from the last one known before it, however long the outage
was. `changes()` over a window misses a restart while the process is down."""

FAILURES: Final = f"{'_'.join(PLACE)}_model_owner:llm_request_errors:rate{WINDOW}"
"""Failed requests, each once, by who can fix the cause: `owner` is `client`, `backend` or `router`."""

OBSERVED: Final = f"{'_'.join(PLACE)}_model:llm_request_errors:observed_rate{WINDOW}"
"""Failed requests, each once, that the histograms of answers and first tokens observe as if they were answers."""

_TRAFFIC: Final = ("llm_model_requests_total", "llm_request_errors_total", "llm_decision_evaluation_total", "llm_plugin_execution_total")
_LATENCY: Final = (
    "llm_model_completion_latency_seconds",
    "llm_model_ttft_seconds",
    "llm_model_tpot_seconds",
    "llm_model_routing_latency_seconds",
)
_ROUTING: Final = (
    "llm_routing_reason_codes_total",
    "llm_model_routing_modifications_total",
    "llm_session_model_transitions_total",
    "llm_decision_match_total",
    "llm_signal_extraction_total",
    "llm_signal_match_total",
    "llm_model_selection_total",
    "llm_reasoning_decisions_total",
)
_USAGE: Final = (
    "llm_model_tokens_total",
    "llm_model_prompt_tokens_total",
    "llm_model_completion_tokens_total",
    "llm_model_cost_total",
    "llm_cache_plugin_hits_total",
    "llm_cache_plugin_misses_total",
)
_GAUGES: Final = ("llm_model_inflight_requests",)


class Recorded(NamedTuple):
    """What is recorded of a family."""

    family: catalogue.Family

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels it has, place first."""
        return (*PLACE, *self.family.labels, *(("le",) if self.family.type == "histogram" else ()))

    @property
    def sample(self) -> str:
        """Name of the samples it is computed from."""
        return f"{self.family.name}_bucket" if self.family.type == "histogram" else self.family.name

    @property
    def name(self) -> str:
        """`level:metric:operations`."""
        operation = "sum" if self.family.type == "gauge" else f"rate{WINDOW}"
        return f"{'_'.join(self.labels)}:{self.sample.removesuffix('_total')}:{operation}"

    @property
    def expr(self) -> str:
        """What Prometheus evaluates."""
        if self.family.type == "gauge":
            return f"sum by ({', '.join(self.labels)}) ({self.sample}{_selector(*self._no_stand_ins)})"
        named_by_clients = [label for label in self.family.unbounded if label.when]
        if not named_by_clients:
            return self._rate(self.labels, *self._no_stand_ins)
        # Under this condition clients choose the value of the label: counted, but without the label.
        (open_label,) = named_by_clients
        ((label, value),) = open_label.when.items()
        rest = tuple(name for name in self.labels if name != open_label.label)
        named, unnamed = self._rate(self.labels, f'{label}!="{value}"'), self._rate(rest, f'{label}="{value}"')
        return f"{named}\nor\n{unnamed}"

    @property
    def _no_stand_ins(self) -> tuple[str, ...]:
        if self.family.stand_in != catalogue.INIT:
            return ()
        return tuple(f'{label}!="{catalogue.INIT}"' for label in self.family.labels if label not in self.family.label_values)

    def _rate(self, labels: tuple[str, ...], *matchers: str) -> str:
        return f"sum by ({', '.join(labels)}) (rate({self.sample}{_selector(*matchers)}[{WINDOW}]))"


@cache
def recorded(family: str) -> Recorded | None:
    """What is recorded of a family, if anything."""
    return Recorded(catalogue.family(family)) if family in {*_TRAFFIC, *_LATENCY, *_ROUTING, *_USAGE, *_GAUGES} else None


def router_groups(interval: str = INTERVAL, *, job: str | None = None) -> tuple[RuleGroup, ...]:
    """Make the groups for the router; `interval` is the time between evaluations of rates.

    `job` limits what is recorded of every target to one job, for a Prometheus that scrapes a whole cluster.
    """
    of_job = _selector(f'job="{job}"') if job else ""
    return (
        RuleGroup(
            name="semantic-router-state",
            rules=(
                RecordingRule(record=UP, expr=f"sum by ({', '.join(PLACE)}) (up{of_job})"),
                RecordingRule(record=EXPECTED, expr=f"count by ({', '.join(PLACE)}) (up{of_job})"),
                RecordingRule(record=RESTARTS, expr=_restarts(of_job)),
                *_rules(_GAUGES),
            ),
        ),
        RuleGroup(
            name="semantic-router-traffic",
            interval=interval,
            rules=(
                *_rules(_TRAFFIC),
                RecordingRule(record=FAILURES, expr=_failures()),
                RecordingRule(record=OBSERVED, expr=f"sum by ({', '.join((*PLACE, 'model'))}) ({causes.observed(_errors)})"),
            ),
        ),
        RuleGroup(name="semantic-router-latency", interval=interval, rules=_rules(_LATENCY)),
        RuleGroup(name="semantic-router-routing", interval=interval, rules=_rules(_ROUTING)),
        RuleGroup(name="semantic-router-usage", interval=interval, rules=_rules(_USAGE)),
    )


def _restarts(of_job: str) -> str:
    start = f"process_start_time_seconds{of_job}"
    before = f"last_over_time({start}[{LONGEST_OUTAGE}] offset {RESTART_MINUTES}m)"
    # 0 for a process whose start time was unknown before: a new pod, or any pod in the first minutes of a new Prometheus.
    return f"sum by ({', '.join(PLACE)}) ({start} != bool {before} or 0 * {start})"


def _errors(*matchers: str) -> str:
    return f"rate({causes.ERRORS}{_selector(*matchers)}[{WINDOW}])"


def _failures() -> str:
    def owned(owner: str, failures: str) -> str:
        return f'label_replace({failures}, "owner", "{owner}", "", "")'

    named = {"client": causes.of_clients_with_model(_errors), "backend": causes.of_backends(_errors), "router": causes.of_router(_errors)}
    known = " or ".join(owned(owner, failures) for owner, failures in named.items())
    made_up = owned("client", _errors(f'reason="{causes.NAMED_BY_CLIENT}"'))
    return f"sum by ({', '.join((*PLACE, 'model', 'owner'))}) ({known})\nor\nsum by ({', '.join((*PLACE, 'owner'))}) ({made_up})"


def _rules(families: tuple[str, ...]) -> tuple[RecordingRule, ...]:
    return tuple(RecordingRule(record=found.name, expr=found.expr) for found in map(Recorded, map(catalogue.family, families)))


def _selector(*matchers: str) -> str:
    return f"{{{', '.join(matchers)}}}" if matchers else ""
