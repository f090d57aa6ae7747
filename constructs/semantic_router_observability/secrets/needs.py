"""Which Secrets the stacks read, put together by name: what a provider has to bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from semantic_router_observability.errors import ConfigError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic_router_observability.kubernetes.secrets import HasSecrets, SecretUse


class Need(NamedTuple):
    """One Secret with everything that is read from it."""

    namespace: str
    name: str
    uses: tuple[SecretUse, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys that are read, each once."""
        return tuple(dict.fromkeys(use.key for use in self.uses))

    @property
    def type(self) -> str:
        """Type the Secret must have."""
        return next((use.type for use in self.uses if use.type), "Opaque")

    @property
    def made_by(self) -> str | None:
        """Who else makes it."""
        return next((use.made_by for use in self.uses if use.made_by), None)


def needs(of: Iterable[HasSecrets]) -> list[Need]:
    """Secrets that the constructs read, in the order in which they are first named.

    Raises:
        ConfigError: one Secret is read as two types; Kubernetes lets it have only one.

    """
    found: dict[tuple[str, str], list[SecretUse]] = {}
    for construct in of:
        for use in construct.secret_references:
            found.setdefault((use.namespace, use.secret), []).append(use)
    put_together = [Need(namespace, name, tuple(uses)) for (namespace, name), uses in found.items()]
    for need in put_together:
        if others := sorted({use.type for use in need.uses if use.type} - {need.type}):
            raise ConfigError(
                Place("secrets"), need.name, f"is read as {need.type} and as {others[0]}; keep the two in Secrets of their own"
            )
    return put_together
