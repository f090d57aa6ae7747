"""How long users stay logged in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semantic_router_observability.errors import ConfigError, Where
from semantic_router_observability.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Mapping

_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10_080, "M": 43_200}


class Session(Spec, frozen=True, kw_only=True):
    """How long users stay logged in. Units: `m`, `h`, `d`, `w`, and `M` for a month.

    Attributes:
        idle: Longest time away before they have to log in again. Default `7d`, Grafana's own.
        lifetime: Time after which they have to log in again in any case. Default `30d`, Grafana's own.

    """

    idle: str = "7d"
    lifetime: str = "30d"

    def __post_init__(self) -> None:
        if _minutes("idle", self.idle) > _minutes("lifetime", self.lifetime):
            raise ConfigError("idle", self.idle, f"write at most the lifetime, {self.lifetime}: nobody stays logged in longer")

    def settings(self) -> Mapping[str, str]:
        """As settings of the section `auth`."""
        return {"login_maximum_inactive_lifetime_duration": self.idle, "login_maximum_lifetime_duration": self.lifetime}


def _minutes(where: Where, value: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,5})([mhdwM])", value)
    if not match:
        raise ConfigError(where, value, "write a number with m, h, d, w or M, such as 12h or 30d")
    return int(match[1]) * _MINUTES[match[2]]
