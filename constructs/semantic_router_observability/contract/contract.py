"""`Contract`: the metrics a query may ask for, and the question whether it asks for them in a way that can be answered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from semantic_router_observability.contract import dashboards as boards
from semantic_router_observability.contract.analysis import PREFIXES, Analysis
from semantic_router_observability.contract.grafana_variables import substitute
from semantic_router_observability.contract.metric import SOURCES, Metric, Sample, router_metrics, samples, source_metrics
from semantic_router_observability.contract.problem import Finding, Problem
from semantic_router_observability.contract.value import Value
from semantic_router_observability.errors import ConfigError, ConfigErrors, Place, Where, at, place
from semantic_router_observability.promql import parse as parse_promql
from semantic_router_observability.router.catalogue import families

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TARGET_LABELS: Final = frozenset({"job", "instance", "namespace", "pod", "service"})
"""Labels that discovery adds to every scraped series."""

_SHARED_GROUPS: Final = ("runtime_go", "runtime_process", "scrape_handler")
"""Families that every Go program has: what others ask of them is not held to the router's catalogue."""


@dataclass(frozen=True)
class Contract:
    """What there is to ask for. Frozen: `extend` returns another one.

    Usage:
        Contract.router().check("sum(rate(llm_model_requests_total[5m]))", where="my panel")
        Contract.router().extend(Metric(name="shop_orders_total", type="counter", labels=("region",)), labels=["cluster"])

    """

    metrics: Mapping[str, Metric]
    """All known families, by name."""

    labels: frozenset[str] = TARGET_LABELS
    """Labels that any series may have, because scraping adds them."""

    own: frozenset[str] = frozenset()
    """Families whose misuse is refused: the router's and those a user added. Of other known ones, only strict mode minds a misuse."""

    strict: bool = False
    """Whether every metric has to be known and every known one is held to the contract."""

    records: Mapping[str, Value] = field(default_factory=dict)
    """Recorded series and what is known about them."""

    @staticmethod
    @cache
    def router() -> Contract:
        """Return the router's catalogue, and the series that Prometheus adds while scraping."""
        own = frozenset(family.name for family in families().values() if family.group not in _SHARED_GROUPS)
        return Contract(metrics={**source_metrics("scrape"), **router_metrics()}, own=own)

    @staticmethod
    @cache
    def everything() -> Contract:
        """Return all catalogues: besides the router's those of Prometheus, Grafana, vLLM and the cluster."""
        router = Contract.router()
        others = {name: metric for source in SOURCES for name, metric in source_metrics(source).items()}
        return replace(router, metrics={**others, **router.metrics})

    def extend(self, *metrics: Metric, labels: Iterable[str] = (), strict: bool | None = None) -> Contract:
        """Add families of your own, labels that your scraping adds, or strictness.

        Raises:
            ConfigError: a name is already taken by another family.

        """
        for metric in metrics:
            if self.metrics.get(metric.name, metric) != metric:
                raise ConfigError(place("contract", "families"), metric.name, "the contract has this metric with another shape; remove it")
        return replace(
            self,
            metrics={**self.metrics, **{metric.name: metric for metric in metrics}},
            labels=self.labels | frozenset(labels),
            own=self.own | {metric.name for metric in metrics},
            strict=self.strict if strict is None else strict,
        )

    def check(self, expression: str, *, where: Where) -> None:
        """Refuse an expression that is wrong.

        Raises:
            ConfigError: what is wrong, with the nearest valid names.

        """
        self.refuse(self.findings(expression, where=where))

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Raise the findings that count, all of them.

        Raises:
            ConfigError: there is one.

        """
        ConfigErrors.refuse([finding.error() for finding in findings if finding.problem.router or self.strict])

    def findings(self, expression: str, *, where: Where) -> list[Finding]:
        """All findings on an expression, of any program's metrics."""
        return self.read(expression, where=where)[0]

    def read(self, expression: str, *, where: Where, labels: frozenset[str] = frozenset()) -> tuple[list[Finding], Value]:
        """Findings, and what is known about the result; `labels` may be on every series besides those that scraping adds."""
        try:
            parsed = parse_promql(substitute(expression))
        except ValueError as error:
            # A function that the parser does not know may be a newer one, not a mistake; a query of the router's metrics should be readable all the same.
            router = any(prefix in expression for prefix in PREFIXES)
            return [Finding(where, expression, Problem(f"not PromQL: {error}", router=router))], Value()
        records = self.records
        if labels:  # what scraping or a storage adds is on recorded series, too
            records = {name: replace(value, labels=value.labels and value.labels | labels) for name, value in records.items()}
        analysis = Analysis(self._samples, records, self.labels | labels, self.own, strict=self.strict)
        value = analysis.whole(parsed)
        return [Finding(where, expression, problem) for problem in analysis.problems], value

    def dashboard_findings(self, model: Mapping[str, Any], *, where: Where) -> list[Finding]:
        """Everything that is wrong with a Grafana dashboard in the classic format: queries of panels, variables and annotations."""
        found: list[Finding] = []
        external = boards.external_labels(model)
        for query in boards.queries(model):
            place = at(where, Place(query.place))
            findings, value = self.read(query.expression, where=place, labels=external)
            found += findings
            if not findings and value.labels is not None:
                router = any(metric.name in self.own for metric in value.metrics)
                found += [
                    Finding(place, query.expression, Problem(f"the legend names {label}, which the query does not return", router=router))
                    for label in query.legend_labels
                    if label not in value.labels | {"__name__"}
                ]
        return found

    def recording(self, groups: Sequence[Mapping[str, Any]], *, where: Where) -> tuple[list[Finding], Contract]:
        """Findings in rule groups (Prometheus's native syntax), and a contract that knows what they record."""
        known = self
        found: list[Finding] = []
        for _ in range(2):  # once to learn what is recorded, as a rule may use what a later one records
            found = []
            for number, group in enumerate(groups):
                for index, rule in enumerate(group.get("rules") or []):
                    name = str(rule.get("record") or rule.get("alert"))
                    findings, value = known.read(
                        str(rule.get("expr") or ""), where=at(where, "groups", number, "rules", index, Place(name))
                    )
                    found += findings
                    if "record" in rule:
                        added = frozenset({*(group.get("labels") or {}), *(rule.get("labels") or {})})
                        labels = None if value.labels is None else value.labels | added
                        known = replace(known, records={**known.records, name: replace(value, labels=labels, gauge=None)})
        return found, known

    def check_rules(self, groups: Sequence[Mapping[str, Any]], *, where: Where) -> None:
        """Refuse rule groups with a wrong expression; a rule may use what an earlier one records.

        Raises:
            ConfigError: every problem found, one line each.

        """
        self.refuse(self.recording(groups, where=where)[0])

    def check_dashboard(self, model: Mapping[str, Any], *, where: Where) -> None:
        """Refuse a dashboard with a wrong query.

        Raises:
            ConfigError: every problem found, one line each.

        """
        self.refuse(self.dashboard_findings(model, where=where))

    @cached_property
    def _samples(self) -> Mapping[str, Sample]:
        return samples(self.metrics.values())
