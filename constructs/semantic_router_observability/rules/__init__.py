"""Recording rules: what dashboards and alerts query of the router, computed once.

    >>> from semantic_router_observability.rules import router_groups
    >>> [group.name for group in router_groups()]
    ['semantic-router-state', 'semantic-router-traffic', 'semantic-router-latency', 'semantic-router-routing', 'semantic-router-usage']

`docs/recording-rules.md` explains levels, cost and the fixed window.
"""

from __future__ import annotations

from semantic_router_observability.rules.group import RecordingRule, RuleGroup
from semantic_router_observability.rules.recorded import FILE_NAME, Recorded, router_groups

__all__ = ["FILE_NAME", "Recorded", "RecordingRule", "RuleGroup", "router_groups"]
