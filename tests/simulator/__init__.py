"""A semantic router that is not there: its /metrics page, computed from a scenario and a clock.

Nothing is replayed. A scenario says how requests arrive and what becomes of them; every number on the page is a closed form of the time,
so that a page costs the same after a minute as after a month, and a test can ask for any moment:

    router = Router(seed=1, scenario=Scenario(rate=20))
    page = router.exposition(at=3600)      # what Prometheus would scrape after an hour
    truth = router.truth(at=3600)          # the totals that page encodes, known without parsing it

`python -m simulator --listen ADDRESS:9190` serves the same over HTTP, and `SimulatedRouter` starts that from a test.
"""

from simulator.launcher import SimulatedRouter
from simulator.router import Router, RouterDown
from simulator.scenario import Decision, Incident, Model, Restart, Scenario
from simulator.truth import Distribution, Truth

__all__ = [
    "Decision",
    "Distribution",
    "Incident",
    "Model",
    "Restart",
    "Router",
    "RouterDown",
    "Scenario",
    "SimulatedRouter",
    "Truth",
]
