"""The PromQL in a Grafana dashboard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Query(NamedTuple):
    """An expression and where it stands."""

    place: str
    expression: str
    legend_labels: tuple[str, ...] = ()
    source: str = ""
    """Uid or name of the data source that it asks, or a variable; empty: the default one."""


def queries(model: Mapping[str, Any]) -> Iterator[Query]:
    """Every Prometheus query of a dashboard: of panels (in rows, too), variables and annotations."""
    for panel in _panels(model):
        if not isinstance(panel, dict):
            continue
        title = panel.get("title") or panel.get("id") or "without a title"
        for target in panel.get("targets") or ():
            if _asks_prometheus(target, panel):
                legend = tuple(re.findall(r"\{\{\s*(\w+)\s*\}\}", str(target.get("legendFormat") or "")))
                yield Query(f"panel {title!r} {target.get('refId', '')}".rstrip(), target["expr"], legend, _source(target, panel))
    for variable in _list(model, "templating"):
        yield from _variable(variable)
    for annotation in _list(model, "annotations"):
        if _asks_prometheus(annotation, {}):
            yield Query(f"annotation {annotation.get('name')!r}", annotation["expr"], source=_source(annotation, {}))


def external_labels(model: Mapping[str, Any]) -> frozenset[str]:
    """Labels that a Prometheus adds when it sends samples on: a variable of that name tells that the dashboard knows it may be missing."""
    return frozenset({"cluster"} & {variable.get("name") for variable in _list(model, "templating")})


def _panels(model: Mapping[str, Any]) -> Iterator[Any]:
    """Panels, those in folded rows and in the rows of old dashboards included."""
    for panel in [*(model.get("panels") or ()), *(panel for row in model.get("rows") or () for panel in row.get("panels") or ())]:
        yield panel
        if isinstance(panel, dict):
            yield from panel.get("panels") or ()


def _asks_prometheus(query: Any, panel: Mapping[str, Any]) -> bool:
    """Whether it holds PromQL, and not the language of another data source that calls its queries `expr`, too."""
    if not isinstance(query, dict) or not isinstance(query.get("expr"), str) or not query["expr"].strip():
        return False
    source = query.get("datasource") or panel.get("datasource")
    kind = source.get("type") if isinstance(source, dict) else None
    return kind in (None, "prometheus", "datasource")


def _source(query: Mapping[str, Any], panel: Mapping[str, Any]) -> str:
    source = query.get("datasource") or panel.get("datasource")
    return str((source.get("uid") if isinstance(source, dict) else source) or "")


def _variable(variable: Any) -> Iterator[Query]:
    """`label_values(selector, label)`, `query_result(expression)`: what Grafana asks to fill a variable."""
    if not isinstance(variable, dict) or variable.get("type") != "query":
        return
    query = variable.get("query")
    text = query.get("query") if isinstance(query, dict) else query
    place = f"variable {variable.get('name')!r}"
    source = variable.get("datasource")
    if not isinstance(text, str) or (isinstance(source, dict) and source.get("type") not in (None, "prometheus")):
        return
    if found := re.fullmatch(r"\s*label_values\((.+),\s*([\w$]+)\s*\)\s*", text, re.DOTALL):
        label = found[2]
        yield Query(
            place, f"count by ({label}) ({found[1]})", source=_source(variable, {})
        )  # counting, since all it asks is which values there are
    elif found := re.fullmatch(r"\s*query_result\((.+)\)\s*", text, re.DOTALL):
        yield Query(place, found[1], source=_source(variable, {}))


def _list(model: Mapping[str, Any], key: str) -> list[Any]:
    held = model.get(key)
    found = held.get("list") if isinstance(held, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
