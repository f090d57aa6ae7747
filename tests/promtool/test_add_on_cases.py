"""promtool tries the alert on absent routers in the forms that an add-on gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.programs import program
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.links import Links
from semantic_router_observability.alerting.proof.proof import prove

if TYPE_CHECKING:
    from pathlib import Path

FORMS = {
    "one namespace": Facts(namespaces=("routing",), own_stack=False, home="monitoring"),
    "several namespaces": Facts(namespaces=("blue", "green"), own_stack=False, home="monitoring"),
    "all namespaces": Facts(own_stack=False, home="monitoring"),
    "rules that see one namespace alone": Facts(namespaces=("routing",), own_stack=False, home="routing", sees_others=False),
    "a storage that an agent alone writes to": Facts(namespaces=("blue", "green"), own_stack=False, home="monitoring", sees_others=False),
}


@pytest.mark.parametrize("facts", FORMS.values(), ids=FORMS)
def test_absent_routers_are_noticed(facts: Facts, tmp_path: Path) -> None:
    (absent,) = [alert for alert in topics(facts)["availability"] if alert.name == "SemanticRouterAbsent"]
    outcome = prove(program("promtool"), tmp_path, [absent], Links(labels={"team": "platform"}))
    assert outcome.agrees, outcome.output
    assert outcome.cases >= 6
