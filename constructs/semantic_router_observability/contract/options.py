"""What users tell the contract, and the checks that run while a chart is built."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from semantic_router_observability.checks import prometheus_labels
from semantic_router_observability.contract.metric import Metric
from semantic_router_observability.errors import Place, place
from semantic_router_observability.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic_router_observability.alerting.rule import AlertRule
    from semantic_router_observability.contract.contract import Contract
    from semantic_router_observability.grafana.dashboards import Dashboard
    from semantic_router_observability.prometheus.rules import RuleFile


class ContractOptions(Spec, frozen=True, kw_only=True):
    """Metrics and labels, besides the router's own, that user-supplied rules and dashboards may use.

    A query that asks the router for what it does not have is always refused. Metrics of other programs are not checked, also those whose
    names start as the router's do, unless `strict` is set.

    Attributes:
        families: Metric families of your own; queries of them are checked like those of the router. Default: none.
        labels: Labels that your scraping adds to every series, such as `cluster`. Default: none besides `job`, `instance`, `namespace`,
            `pod`, `service` and those of static scrape jobs.
        strict: Refuse every metric that is in no catalogue, and every misuse of one that is. Default false.

    """

    families: Sequence[Metric] = ()
    labels: Sequence[str] = ()
    strict: bool = False

    def __post_init__(self) -> None:
        prometheus_labels("labels", dict.fromkeys(self.labels, ""))

    def contract(self, labels: Iterable[str] = ()) -> Contract:
        """Return the contract these options describe; `labels` are further ones that scraping adds."""
        from semantic_router_observability.contract.contract import Contract  # noqa: PLC0415 - only those who bring queries pay for it

        base = Contract.everything() if self.strict else Contract.router()
        return base.extend(*self.families, labels=[*self.labels, *labels], strict=self.strict)

    def check_rules(self, id: str, files: Sequence[RuleFile], labels: Iterable[str], own: Sequence[AlertRule] = ()) -> None:
        """Refuse rule files, and alerts among the settings, with a wrong expression.

        Raises:
            ConfigError: every problem found: file, group, rule, expression, nearest valid name.

        """
        if files or own:
            contract = self.contract(labels)
            for file in files:
                contract = contract.recording(file.groups, where=())[1]
            found = [
                finding
                for index, file in enumerate(files)
                for finding in contract.recording(file.groups, where=place(id, "rules", index))[0]
            ]
            for index, rule in enumerate(own):
                found += contract.findings(rule.expr, where=place(id, "alerts", "own", index, "expr"))
            contract.refuse(found)

    def check_dashboards(self, id: str, dashboards: Sequence[Dashboard]) -> None:
        """Refuse dashboards with a wrong query.

        Raises:
            ConfigError: every problem found: dashboard, panel, expression, nearest valid name.

        """
        if dashboards:
            contract = self.contract()
            contract.refuse(
                [
                    finding
                    for dashboard in dashboards
                    for finding in contract.dashboard_findings(
                        json.loads(dashboard.model), where=place(id, "dashboards", Place(dashboard.file))
                    )
                ]
            )
