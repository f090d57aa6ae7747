"""`sro diff OLD NEW`: what a change of manifests does to a running system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.effects import report
from semantic_router_observability.effects.changes import compare
from semantic_router_observability.effects.effect import KINDS

from .exit_codes import FINE, FOUND
from .manifests import side
from .progress import step

if TYPE_CHECKING:
    import argparse


_FORMATS: Final = {"text": report.text, "markdown": report.markdown, "json": report.as_json}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    diff = commands.add_parser(
        "diff",
        help="what a change does to a running system",
        description="Compare two sets of manifests and report what applying the change does: data at risk, fields that the API server "
        "refuses to change, new exposure, wider permissions, new network connections, alerts removed or loosened, less history, dashboards "
        "removed, pods replaced, images changed. Each side is a folder or file of manifests, '-' for standard input, a settings file that "
        "the main.py of the current folder synthesizes, or a git revision such as main or main:dist. Exit code: 0; 1 when an effect of a "
        "kind named by --fail-on is found; 2 when a side cannot be read.",
    )
    diff.add_argument("old", metavar="OLD", help="what is applied")
    diff.add_argument("new", nargs="?", default="dist", metavar="NEW", help="what is to be applied (default: dist)")
    diff.add_argument("--output", choices=_FORMATS, default="text", help="form of the report (default: text)")
    diff.add_argument(
        "--fail-on",
        action="append",
        default=[],
        choices=[*KINDS, "any"],
        metavar="KIND",
        help=f"one of {', '.join(KINDS)}, any; repeatable",
    )
    diff.set_defaults(run=_diff)


def _diff(options: argparse.Namespace) -> int:
    old, new = side(options.old, "OLD"), side(options.new, "NEW")
    step(f"comparing {len(old)} objects with {len(new)}")
    changes = compare(old, new)
    print(_FORMATS[options.output](changes), end="")  # noqa: T201 - a command
    found = {effect.kind for effect in changes.effects}
    return FOUND if found & set(options.fail_on) or (found and "any" in options.fail_on) else FINE
