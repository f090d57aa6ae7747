"""Placing panels on Grafana's grid: sections of lines, every line as wide as the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grafana_foundation_sdk.models.dashboard import GridPos, Panel, RowPanel

from semantic_router_observability.errors import ConfigError, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 24
"""Columns of Grafana's grid."""


@dataclass(frozen=True)
class Line:
    """Panels side by side, equally wide unless `widths` says otherwise; `height` is in grid units of about 38 pixels."""

    height: int
    panels: Sequence[Panel]
    widths: Sequence[int] = ()
    """Columns of each panel, 24 together."""


@dataclass(frozen=True)
class Section:
    """Lines under a heading that folds them away. Without a title there is no heading: the top of the page."""

    lines: Sequence[Line]
    title: str = ""
    id: int = 0
    collapsed: bool = False


def place(sections: Sequence[Section]) -> list[Panel | RowPanel]:
    """Give every panel its position and return what the dashboard lists: panels of a collapsed section live inside its heading."""
    placed: list[Panel | RowPanel] = []
    y = 0
    for section in sections:
        row: RowPanel | None = None
        if section.title:
            row = RowPanel(id_val=section.id, title=section.title, collapsed=section.collapsed, grid_pos=GridPos(h=1, w=WIDTH, x=0, y=y))
            row.type_val = "row"
            placed.append(row)
            y += 1
        inside, bottom = _stack(section.lines, y)
        if row is not None and section.collapsed:
            row.panels = inside
        else:
            placed += inside
            y = bottom
    return placed


def _stack(lines: Sequence[Line], y: int) -> tuple[list[Panel], int]:
    panels: list[Panel] = []
    for line in lines:
        x = 0
        for width, panel in zip(_widths(line), line.panels, strict=True):
            panel.grid_pos = GridPos(h=line.height, w=width, x=x, y=y)
            panels.append(panel)
            x += width
        y += line.height
    return panels, y


def _widths(line: Line) -> Sequence[int]:
    if line.widths:
        if len(line.widths) != len(line.panels) or sum(line.widths) != WIDTH or min(line.widths) < 1:
            raise ConfigError(
                Place("dashboard line"), list(line.widths), f"a width for each of {len(line.panels)} panels, {WIDTH} together"
            )
        return line.widths
    if not line.panels or WIDTH % len(line.panels):
        raise ConfigError(Place("dashboard line"), len(line.panels), f"a number of panels that divides {WIDTH}")
    return [WIDTH // len(line.panels)] * len(line.panels)
