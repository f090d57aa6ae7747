"""Arguments of a `GrafanaStack` that cannot work. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic_router_observability.checks import Url, http_url, listed, public_url
from semantic_router_observability.errors import ConfigError, arg, place
from semantic_router_observability.kubernetes.storage import Claim, Ephemeral, ExistingClaim, Storage

from . import settings as ini
from .fixed_settings import check_fixed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic_router_observability.kubernetes.endpoint import HasEndpoint
    from semantic_router_observability.kubernetes.secrets import SecretKey

    from .datasources import DataSource


def check_arguments(
    id: str,
    sources: Sequence[HasEndpoint],
    data_sources: Sequence[DataSource | HasEndpoint],
    storage: Storage,
    database: ini.Database | None,
    replicas: int,
    settings: Mapping[str, Mapping[str, str | SecretKey]],
    *,
    reset_admin_password: bool,
) -> None:
    """Refuse sources, replicas, storage and settings that do not go together."""
    for name, given in (("sources", sources), ("data_sources", data_sources)):
        listed(place(id, name), given)
    if not sources:
        raise ConfigError(place(id, "sources"), [], "give at least one, such as a PrometheusStack or ExternalPrometheus(url=...)")
    if replicas < 1:
        raise ConfigError(place(id, "replicas"), replicas, "write 1, or more with an external database")
    if replicas > 1 and database is None:
        raise ConfigError(place(id, "replicas"), replicas, "SQLite serves one process; give a database (postgres or mysql) or write 1")
    if replicas > 1 and isinstance(storage, Claim | ExistingClaim):
        raise ConfigError(
            place(id, "storage"),
            storage.size or "existing claim",
            "one volume cannot serve several replicas; use ephemeral storage, the database keeps the data",
        )
    if reset_admin_password and isinstance(storage, Ephemeral) and database is None:
        raise ConfigError(
            place(id, "reset_admin_password"),
            reset_admin_password,
            f"without a volume every start takes the Secret; remove it and bump {arg('admin_revision')}",
        )
    ini.check_raw(place(id, "settings"), settings)
    check_fixed(place(id, "settings"), settings)


def address_of(id: str, external_url: str | None, *, embedding: bool) -> Url | None:
    """Where users reach Grafana."""
    if external_url is None:
        return None
    if embedding:
        raise ConfigError(
            place(id, "external_url"),
            external_url,
            f"an embedded Grafana has the Router Dashboard's address; remove {arg('external_url')} or {arg('embedding')}",
        )
    where = place(id, "external_url")
    return public_url(where, http_url(where, external_url))
