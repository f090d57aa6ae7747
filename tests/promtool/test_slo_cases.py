"""promtool burns the budget of each kind of SLO at every pace, and expects the right severity at the right minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import semantic_router_observability as sro
from harness.programs import program
from semantic_router_observability.alerting.links import Links
from semantic_router_observability.alerting.proof.proof import prove_slos

if TYPE_CHECKING:
    from pathlib import Path

SLOS = (
    sro.Slo(name="answers", sli=sro.Availability(), objective=0.99, per_model={"qwen3-235b": 0.95}),
    sro.Slo(name="first-token", sli=sro.Latency(bound=2.5), objective=0.95, per_model={"qwen3-235b": 0.9}),
    sro.Slo(
        name="orders",
        sli=sro.Ratio(bad_events='shop_failures_total{region="eu"}', all_events='shop_orders_total{region="eu"}'),
        objective=0.999,
    ),
    sro.Slo(
        name="one-family", sli=sro.Ratio(bad_events='shop_orders_total{status="failed"}', all_events="shop_orders_total"), objective=0.999
    ),
    sro.Slo(
        name="by-code",
        sli=sro.Ratio(bad_events='shop_answers_total{code!~"2..|3..", shop="eu"}', all_events='shop_answers_total{shop="eu", code!="499"}'),
        objective=0.99,
    ),
    sro.Slo(name="routing", sli=sro.Latency(bound=0.1, of="routing"), objective=0.99),
)


@pytest.mark.parametrize("slo", SLOS, ids=lambda slo: slo.name)
def test_budgets_burn_at_every_pace(slo: sro.Slo, tmp_path: Path) -> None:
    outcome = prove_slos(program("promtool"), tmp_path, [slo], Links(labels={"team": "platform"}))
    assert outcome.agrees, outcome.output[-3000:]
    assert outcome.cases == 7 * len(slo.objectives())
