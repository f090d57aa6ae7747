"""The few kinds of panel the dashboards are made of, each with the looks settled once.

Colours are from the palette of Okabe and Ito, which stays readable with every common kind of colour blindness: bluish green for
fine and vermilion for a crossed bound differ in lightness too. Lines that mean the same everywhere (p50, p95) have the same
colour everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.builders import bargauge as bargauge_builder
from grafana_foundation_sdk.builders import stat as stat_builder
from grafana_foundation_sdk.builders import table as table_builder
from grafana_foundation_sdk.builders import timeseries as timeseries_builder
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTextDisplayOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import FieldColor, ThresholdsConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    Panel,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from semantic_router_observability.dashboards.queries import end_of_histogram
from semantic_router_observability.dashboards.variables import data_source
from semantic_router_observability.promql import readable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GREEN: Final = "#009E73"
BLUE: Final = "#56B4E9"
ORANGE: Final = "#E69F00"
VERMILION: Final = "#D55E00"
PINK: Final = "#CC79A7"
YELLOW: Final = "#F0E442"
DEEP_BLUE: Final = "#0072B2"
GREY: Final = "#999999"  # stands in for the palette's black, which a dark page swallows

CORES: Final = "suffix:cores"
"""Grafana has no unit for CPU cores. A plain suffix: thousandths of a core need no prefix."""

CURRENCY_UNITS: Final = MappingProxyType(
    {rf"/\b{code}\b/": f"currency{code}" for code in ("USD", "EUR", "GBP", "CNY", "JPY", "INR", "KRW")}
)
"""Units by the currency code in a legend, for `by_unit`. Other currencies are shown as plain numbers."""


def rate_unit(counted: str) -> str:
    """Unit of a rate, named after what is counted. Grafana shortens large ones (1.2K errors/s) and, unlike an SI unit, leaves 0.8 as it is."""
    return f"count:{counted}/s"


@dataclass(frozen=True)
class Query:
    """One expression of a panel and the name of its lines; `{{label}}` in the legend is replaced by the label's value."""

    expr: str
    legend: str
    color: str | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table: heading, query, unit, and the value from which, or below which, a cell is red.

    For the key column `label` stands in for a query.
    """

    name: str
    expr: str = ""
    unit: str = ""
    decimals: int | None = None
    bound: float | None = None
    least: float | None = None
    label: str = ""
    width: int = 92


@dataclass(frozen=True)
class About:
    """What every panel says about itself: its id (kept indefinitely, links name it), title, description, unit and text without data."""

    id: int
    title: str
    description: str
    unit: str
    no_value: str = "no data"
    decimals: int | None = None
    minimum: float | None = 0
    """Where the axis starts. None lets it start near the smallest value: only for numbers whose zero has no meaning, such as ratings."""

    maximum: float | None = None


def timeseries(
    about: About,
    *queries: Query,
    bound: float | None = None,
    stacked: bool = False,
    rare: bool = False,
    interval: str = "",
    top: float = 0.1,
    by_unit: Mapping[str, str] | None = None,
    colors: Mapping[str, str] | None = None,
) -> Panel:
    """Draw lines over time.

    `bound` is a dashed line, on whichever side of it trouble is. Another one, grey, is where the histogram of a percentile ends: a percentile
    that lies on it may be any larger. The axis reaches it only where the percentile does. `stacked` areas are for parts of a whole. `rare` events get points
    twice as far apart, and with them a wider rate window, so that a few events an hour are not a comb of spikes; `interval` says how far
    apart exactly ("10m"). `top` is how far up the axis reaches at least: nothing but zeros would get an axis up to 100. `by_unit` gives units by patterns of the legend,
    `colors` gives colours by the names of lines that a label makes.
    """
    end = None if about.maximum is not None else end_of_histogram([query.expr for query in queries])
    builder = (
        timeseries_builder.Panel()
        .interval(interval or ("2m" if rare else "1m"))
        .line_width(0 if stacked else 1)  # the edge of an empty area would hide the area below it
        .axis_soft_max(top)
        .fill_opacity(60 if stacked else 0)
        .show_points(common.VisibilityMode.AUTO)  # a single sample between two gaps stays visible
        .span_nulls(False)
        .legend(VizLegendOptions().show_legend(True).display_mode(common.LegendDisplayMode.LIST).placement(common.LegendPlacement.BOTTOM))
        .tooltip(VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
        .color_scheme(FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC))
        .thresholds(_thresholds(bound, end))
    )
    if stacked:
        builder.stacking(StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    if bound is not None or end is not None:
        builder.thresholds_style(GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED))
    for name, color in {**_colors(queries), **(colors or {})}.items():
        builder.override_by_name(name, [_fixed(color)])
    for pattern, unit in (by_unit or {}).items():
        builder.override_by_regexp(pattern, [DynamicConfigValue("unit", unit)])
    return _finish(builder, about, queries, instant=False)


def stat(
    about: About,
    *queries: Query,
    bound: float | None = None,
    least: Mapping[str, float] | None = None,
    by_unit: Mapping[str, str] | None = None,
) -> Panel:
    """Show a number (or two) as of the end of the range: instant queries, so that a target that went away leaves no old number behind.

    `least` gives numbers by their legend below which they are red, where less is worse; `by_unit` gives units by patterns of the legend, as
    in `timeseries`.
    """
    builder = (
        stat_builder.Panel()
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.VALUE)
        .justify_mode(common.BigValueJustifyMode.AUTO)
        .text_mode(common.BigValueTextMode.VALUE_AND_NAME if len(queries) > 1 else common.BigValueTextMode.VALUE)
        .text(VizTextDisplayOptions().title_size(14).value_size(30))  # fixed: fitted text has another size in each panel
        .orientation(common.VizOrientation.VERTICAL)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .thresholds(_thresholds(bound))
    )
    for name, color in _colors(queries).items():
        builder.override_by_name(name, [_fixed(color)])
    for name, value in (least or {}).items():
        builder.override_by_name(name, [DynamicConfigValue("thresholds", _least(value).build())])
    for pattern, unit in (by_unit or {}).items():
        builder.override_by_regexp(pattern, [DynamicConfigValue("unit", unit)])
    return _finish(builder, about, queries, instant=True)


def bargauge(about: About, query: Query, *, by_unit: Mapping[str, str] | None = None, bound: float | None = None) -> Panel:
    """Show counts side by side, one bar a label value, largest first when the query sorts. Instant. Bars from `bound` on are red."""
    plain = FieldColor().mode(FieldColorModeId.FIXED).fixed_color(BLUE)
    builder = (
        bargauge_builder.Panel()
        .display_mode(common.BarGaugeDisplayMode.BASIC)
        .orientation(common.VizOrientation.HORIZONTAL)
        .value_mode(common.BarGaugeValueMode.TEXT)
        .show_unfilled(True)
        .min_viz_height(10)  # with Grafana's 16 pixels, the last bars of a full panel are out of sight
        .text(VizTextDisplayOptions().title_size(12).value_size(14))
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .color_scheme(plain if bound is None else FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .thresholds(_thresholds(bound))
    )
    if not by_unit:  # units are found by the name that the legend gives
        # Without a name of its own, Grafana shows the bar nameless where there is one alone.
        builder.display_name(re.sub(r"\{\{(\w+)\}\}", r"${__field.labels.\1}", query.legend))
    for pattern, unit in (by_unit or {}).items():
        builder.override_by_regexp(pattern, [DynamicConfigValue("unit", unit)])
    return _finish(builder, about, (query,), instant=True)


def table(about: About, key: Column, *columns: Column, first: str = "", descending: bool = False) -> Panel:
    """List one line a value of a label, one column a query. Instant.

    The key column has no query of its own: its `label` is the one every query is grouped by, its `name` the heading. Lines that only
    some queries know show a dash in the other cells, and `no_value` stands where there are no lines. The unit of `about` is that of columns
    without one. Lines are sorted by the column `first`: problems come first.
    """
    renamed = {f"Value #{_ref(number)}": column.name for number, column in enumerate(columns)}
    order = {field: number for number, field in enumerate([key.label, *renamed])}
    names = {key.label: key.name, **renamed}
    builder = (
        table_builder.Panel()
        .show_header(True)
        .cell_height(common.TableCellHeight.SM)
        .color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .thresholds(_thresholds(None))
        .with_transformation(DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(
            DataTransformerConfig(id_val="organize", options={"excludeByName": {"Time": True}, "indexByName": order, "renameByName": names})
        )
        # Grafana would put `no_value` into each empty cell, too.
        .override_by_regexp("/.*/", [DynamicConfigValue("noValue", "-")])
        .override_by_name(key.name, [DynamicConfigValue("custom.width", key.width)])
    )
    if first:
        builder.with_transformation(
            DataTransformerConfig(id_val="sortBy", options={"fields": {}, "sort": [{"field": first, "desc": descending}]})
        )
    for column in columns:
        builder.override_by_name(column.name, _cells(column, about.unit))
    return _finish(builder, about, [Query(column.expr, column.name) for column in columns], instant=True, table=True)


def _cells(column: Column, unit: str) -> list[DynamicConfigValue]:
    looks = [DynamicConfigValue("unit", column.unit or unit), DynamicConfigValue("custom.width", column.width)]
    if column.decimals is not None:
        looks.append(DynamicConfigValue("decimals", column.decimals))
    if column.bound is not None or column.least is not None:
        limits = _thresholds(column.bound) if column.least is None else _least(column.least)
        looks.append(DynamicConfigValue("thresholds", limits.build()))
        looks.append(DynamicConfigValue("custom.cellOptions", {"type": "color-text"}))
    return looks


def _finish(
    builder: timeseries_builder.Panel | stat_builder.Panel | bargauge_builder.Panel | table_builder.Panel,
    about: About,
    queries: Sequence[Query],
    *,
    instant: bool,
    table: bool = False,
) -> Panel:
    """Add what all kinds share: identity, unit, limits, data source and the queries, named A, B, C."""
    builder.id(about.id).title(about.title).description(about.description).datasource(data_source())
    builder.unit(about.unit).no_value(about.no_value)
    if about.minimum is not None:
        builder.min(about.minimum)
    if about.maximum is not None:
        builder.max(about.maximum)
    if about.decimals is not None:
        builder.decimals(about.decimals)
    for number, query in enumerate(queries):
        target = Dataquery().expr(readable(query.expr)).legend_format(query.legend).ref_id(_ref(number)).datasource(data_source())
        if table:
            target.format(PromQueryFormat.TABLE)
        builder.with_target(target.instant() if instant else target.range())
    return builder.build()


def _ref(number: int) -> str:
    """Name a query of a panel: A, B, C."""
    return chr(ord("A") + number)


def _colors(queries: Sequence[Query]) -> dict[str, str]:
    return {query.legend: query.color for query in queries if query.color}


def _fixed(color: str) -> DynamicConfigValue:
    return DynamicConfigValue("color", {"mode": "fixed", "fixedColor": color})


def _thresholds(bound: float | None, end: float | None = None) -> ThresholdsConfig:
    """Colour values fine below the bound and troubling from it on. Numbers without a bound are neither: one neutral colour."""
    steps = [Threshold(None, BLUE)] if bound is None else [Threshold(None, GREEN), Threshold(bound, VERMILION)]
    if end is not None and (bound is None or end > bound):
        steps.append(Threshold(end, GREY))
    return _steps(*steps)


def _least(value: float) -> ThresholdsConfig:
    """Colour values troubling below this one."""
    return _steps(Threshold(None, VERMILION), Threshold(value, GREEN))


def _steps(*steps: Threshold) -> ThresholdsConfig:
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(list(steps))
