"""`sro explain`: what the stack may do, what was patched, and what settings mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from semantic_router_observability.explain import patches
from semantic_router_observability.explain.permissions import permissions, report
from semantic_router_observability.explain.router_settings import router_settings
from semantic_router_observability.node import bundled, check_package_cache
from semantic_router_observability.schema.explain import as_values, explain

from .exit_codes import FINE
from .manifests import objects_at
from .output import add_output, print_json

if TYPE_CHECKING:
    import argparse


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    parser = commands.add_parser("explain", help="explain manifests and settings")
    inner = parser.add_subparsers(required=True, metavar="COMMAND")
    allowed = inner.add_parser(
        "permissions",
        help="what the stack may do",
        description="List what the pods in Kubernetes manifests may do: requests to the API server, API tokens and Secrets they hold, and "
        "network connections. It reads the manifests themselves, so patches and manifests of other projects are included. Exit code: 0, or "
        "2 when a file cannot be used.",
    )
    allowed.add_argument(
        "files",
        nargs="*",
        type=Path,
        default=[Path("dist")],
        metavar="FILE|FOLDER",
        help="manifests, folders of them, or '-' for standard input (default: dist)",
    )
    add_output(allowed)
    allowed.set_defaults(run=_permissions)
    patched = inner.add_parser(
        "patches",
        help="which fields were patched, and why",
        description="List the fields of Kubernetes manifests that `patches` of the settings or of a program changed, with the reason of each. "
        "Exit code: 0, or 2 when a file cannot be used.",
    )
    patched.add_argument(
        "files",
        nargs="*",
        type=Path,
        default=[Path("dist")],
        metavar="FILE|FOLDER",
        help="manifests, folders of them, or '-' for standard input (default: dist)",
    )
    add_output(patched)
    patched.set_defaults(run=_patches)
    routers = inner.add_parser(
        "router-settings",
        help="what to set in the routers, so that their traces arrive",
        description="Print the tracing block of the router's configuration in the form of each installation style: to the gateway of the "
        "settings, or off where there is none, as the router's default exports to a host that does not exist. Exit code: 0, or 2 when the "
        "settings cannot be used.",
    )
    routers.add_argument("--config", type=Path, default=Path("observability.yaml"), metavar="FILE", help="settings (default: %(default)s)")
    routers.set_defaults(run=_router_settings)
    setting = inner.add_parser(
        "setting",
        help="what a key of observability.yaml means",
        description="Print type, meaning, default and accepted values of a key, and the keys below it. Exit code: 0, or 2 when there is no "
        "such key.",
    )
    setting.add_argument("path", nargs="?", default="", metavar="KEY", help="such as prometheus.storage or routers[].namespaces")
    add_output(setting)
    setting.set_defaults(run=_setting)


def _setting(options: argparse.Namespace) -> int:
    check_package_cache()
    with bundled():
        from semantic_router_observability.schema.document import settings_schema  # noqa: PLC0415 - starts Node.js

    if options.output == "json":
        print_json(as_values(settings_schema(), options.path))
    else:
        print(explain(settings_schema(), options.path), end="")  # noqa: T201 - a command
    return FINE


def _patches(options: argparse.Namespace) -> int:
    objects = [found for path in options.files for found in objects_at(path, "explain")]
    if options.output == "json":
        print_json(patches.patches(objects))
    else:
        print(patches.report(objects), end="")  # noqa: T201 - a command
    return FINE


def _router_settings(options: argparse.Namespace) -> int:
    from semantic_router_observability.settings_file import load  # noqa: PLC0415 - the other commands read no settings

    print(router_settings(load(options.config)), end="")  # noqa: T201 - a command
    return FINE


def _permissions(options: argparse.Namespace) -> int:
    objects = [found for path in options.files for found in objects_at(path, "explain")]
    if options.output == "json":
        print_json(permissions(objects))
    else:
        print(report(objects), end="")  # noqa: T201 - a command
    return FINE
