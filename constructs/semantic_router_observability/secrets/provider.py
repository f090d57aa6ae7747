"""What every provider of Secrets answers beyond the Secrets it names and checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from semantic_router_observability.spec import Tagged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .needs import Need


class Object(NamedTuple):
    """A Kubernetes object that provides a Secret, named as the Secret and in its namespace."""

    api_version: str
    kind: str
    spec: dict[str, Any]


class SecretProvider(Tagged, frozen=True, kw_only=True):
    """A kind of provider: one class with everything that the rest of the library asks of it.

    Besides what stands here, each has `names` (Secrets it provides), `serves(need)` (whether it provides the Secret in this namespace) and
    `check(need)` (refuses what would leave out a key).
    """

    def objects(self, need: Need) -> Iterable[Object]:  # noqa: ARG002  none by default
        """Objects to add for a Secret."""
        return ()

    def volume(self, need: Need) -> dict[str, Any] | None:  # noqa: ARG002  none by default
        """Pod volume, without its name, that takes the place of the Secret's; None: pods mount the Secret."""
        return None

    @staticmethod
    def made_of(manifest: Mapping[str, Any]) -> Iterable[str]:  # noqa: ARG004  none by default
        """Names of the Secrets that the provider's controller makes of an object in the cluster."""
        return ()
