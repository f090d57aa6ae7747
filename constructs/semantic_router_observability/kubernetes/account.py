"""The identity that a component's pods run under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct


def service_account(scope: Construct, name: str, *, labels: Mapping[str, str], annotations: Mapping[str, str]) -> Manifest:
    """Account of its own; pods that ask the API server for something mount its token themselves, the others have none."""
    return Manifest(
        scope,
        "service-account",
        api_version="v1",
        kind="ServiceAccount",
        name=name,
        labels=labels,
        annotations=annotations,
        automountServiceAccountToken=False,
    )
