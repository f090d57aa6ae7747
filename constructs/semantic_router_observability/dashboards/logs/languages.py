"""Questions about the router's lines, in the language of each store: LogQL for Loki, LogsQL for VictoriaLogs. Pure.

Lines have the labels namespace, pod and container, as the pipelines under `examples/logs` give them, and their fields stand in the line as JSON.
Lines that are no JSON (the banner at start, messages of libraries) have neither level nor event, and pass.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

from .events import CONTAINER, DECISION, PROBLEM_LEVELS, Events

SEARCH: Final = "(?i)${text:regex}"
"""What the reader searches for, in any case; everything while the field is empty."""

_PODS: Final = "${pod:regex}"
"""Chosen pods, matched at the end of their names: dashboards link with names that are shortened from the left."""


class Language(Protocol):
    """Queries for the panels of the dashboard, and what Grafana needs to send them."""

    data_source: str
    """Type of the data source in Grafana."""

    label: str
    """What readers call the store."""

    def count(self, events: Events) -> dict[str, Any]:
        """How many lines of these events are in the range on screen."""
        ...

    def levels(self) -> dict[str, Any]:
        """Lines per second by level, those that are searched for."""
        ...

    def failures(self) -> dict[str, Any]:
        """Lines of the levels of problems by event, in each interval."""
        ...

    def decisions(self) -> dict[str, Any]:
        """Requests per second by decision."""
        ...

    def problems(self) -> dict[str, Any]:
        """Lines about problems."""
        ...

    def requests(self) -> dict[str, Any]:
        """Lines about requests."""
        ...

    def lines(self) -> dict[str, Any]:
        """All lines."""
        ...

    def values(self, field: str) -> dict[str, Any]:
        """Query of a variable: values of a label of the router's lines."""
        ...


def _either(events: Events) -> str:
    return "|".join((*events.names, *([events.text] if events.text else ())))


class LogQL:
    """For Loki 2.9 or newer, which has `drop`."""

    data_source: str = "loki"
    label: str = "Loki"

    _ROUTERS = f"{{container=`{CONTAINER}`, namespace=~`${{namespace:regex}}`, pod=~`.*{_PODS}`}}"
    # An expression for JSON fails on other lines; without the label for the error, they are counted too.
    _FIELDS = "| json event=`event`, level=`level` | drop __error__, __error_details__"

    def count(self, events: Events) -> dict[str, Any]:
        """Count lines by an instant query."""
        chosen = f"{self._ROUTERS} |~ `{_either(events)}` {self._FIELDS}"
        named = f"event=~`{'|'.join(events.names)}`"
        # A line with the text alone has no event.
        filtered = f"{chosen} | {named} or event=``" if events.text else f"{chosen} | {named}"
        return self._instant(f"sum(count_over_time({filtered} [$__range])) or vector(0)")

    def levels(self) -> dict[str, Any]:
        """Rate of lines; a line without a level is none of the router's own."""
        return self._range(f"sum by (level) (rate({self._ROUTERS} |~ `{SEARCH}` {self._FIELDS} [$__auto]))", "{{level}}")

    def failures(self) -> dict[str, Any]:
        """Count lines with an event at one of the levels."""
        chosen = f"{self._ROUTERS} |~ `{_level_text()}` {self._FIELDS} | event!=``"
        return self._range(f"sum by (event) (count_over_time({chosen} [$__auto]))", "{{event}}")

    def decisions(self) -> dict[str, Any]:
        """Rate of lines by a field of theirs."""
        chosen = f"{self._ROUTERS} |= `{DECISION}` | json event=`event`, decision=`decision` | event=`{DECISION}`"
        return self._range(f"sum by (decision) (rate({chosen} [$__auto]))", "{{decision}}")

    def problems(self) -> dict[str, Any]:
        """Lines of a level, or with the text of a panic."""
        return self._lines(f"{self._ROUTERS} |~ `{_level_text()}|recovered panic` |~ `{SEARCH}`")

    def requests(self) -> dict[str, Any]:
        """Lines of two events."""
        return self._lines(f"{self._ROUTERS} |~ `{DECISION}|llm_usage` |~ `{SEARCH}`")

    def lines(self) -> dict[str, Any]:
        """All that the filters choose."""
        return self._lines(f"{self._ROUTERS} |~ `{SEARCH}`")

    def values(self, field: str) -> dict[str, Any]:
        """As Grafana's editor of variables writes it; type 1 asks for values of a label."""
        return {"label": field, "refId": "LokiVariableQueryEditor-VariableQuery", "stream": f'{{container="{CONTAINER}"}}', "type": 1}

    @staticmethod
    def _instant(expression: str) -> dict[str, Any]:
        return {"expr": expression, "queryType": "instant"}

    @staticmethod
    def _range(expression: str, legend: str) -> dict[str, Any]:
        return {"expr": expression, "queryType": "range", "legendFormat": legend}

    @staticmethod
    def _lines(expression: str) -> dict[str, Any]:
        # Grafana shows the fields of a line that is opened.
        return {"expr": f"{expression} | json | drop __error__, __error_details__", "queryType": "range", "maxLines": 500}


class LogsQL:
    """For VictoriaLogs 1.20 or newer, by the plugin for Grafana."""

    data_source: str = "victoriametrics-logs-datasource"
    label: str = "VictoriaLogs"

    _ROUTERS = f'container:="{CONTAINER}" namespace:~`^(${{namespace:regex}})$` pod:~`({_PODS})$`'
    # A store that took the fields out of the line when it came has them already.
    _FIELDS = "unpack_json fields (event, level)"

    def count(self, events: Events) -> dict[str, Any]:
        """Count lines by a query for statistics, which answers 0 where there are none."""
        named = f"event:in({', '.join(events.names)})"
        filtered = f'{named} or _msg:"{events.text}"' if events.text else named
        return {
            "expr": f"{self._ROUTERS} ~`{_either(events)}` | {self._FIELDS} | filter {filtered} | stats count() lines",
            "queryType": "stats",
        }

    def levels(self) -> dict[str, Any]:
        """Rate of lines; a line without a level is none of the router's own."""
        return self._range(f"{self._ROUTERS} ~`{SEARCH}` | {self._FIELDS} | stats by (level) rate() lines", "{{level}}")

    def failures(self) -> dict[str, Any]:
        """Count lines with an event at one of the levels."""
        chosen = f"filter level:in({', '.join(PROBLEM_LEVELS)}) event:*"
        return self._range(f"{self._ROUTERS} | {self._FIELDS} | {chosen} | stats by (event) count() lines", "{{event}}")

    def decisions(self) -> dict[str, Any]:
        """Rate of lines by a field of theirs."""
        fields = f"unpack_json fields (event, decision) | filter event:={DECISION}"
        return self._range(f"{self._ROUTERS} ~`{DECISION}` | {fields} | stats by (decision) rate() requests", "{{decision}}")

    def problems(self) -> dict[str, Any]:
        """Lines of a level, or with the text of a panic."""
        chosen = f'filter level:in({", ".join(PROBLEM_LEVELS)}) or _msg:"recovered panic"'
        return self._lines(f"{self._ROUTERS} ~`{SEARCH}` | {self._FIELDS} | {chosen}")

    def requests(self) -> dict[str, Any]:
        """Lines of two events."""
        return self._lines(f"{self._ROUTERS} ~`{DECISION}|llm_usage` ~`{SEARCH}`")

    def lines(self) -> dict[str, Any]:
        """All that the filters choose."""
        return self._lines(f"{self._ROUTERS} ~`{SEARCH}`")

    def values(self, field: str) -> dict[str, Any]:
        """As the plugin's editor of variables writes it."""
        return {"type": "fieldValue", "field": field, "query": f'container:="{CONTAINER}"', "limit": 500, "refId": f"variable-{field}"}

    @staticmethod
    def _range(expression: str, legend: str) -> dict[str, Any]:
        return {"expr": expression, "queryType": "statsRange", "legendFormat": legend}

    @staticmethod
    def _lines(expression: str) -> dict[str, Any]:
        return {"expr": expression, "queryType": "instant", "maxLines": 500}


def _level_text() -> str:
    """Match the level in the text of a line, as the router and collectors write JSON: without spaces."""
    return f'"level":"({"|".join(PROBLEM_LEVELS)})"'
