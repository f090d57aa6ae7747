"""Whose name and password Grafana's administrator has."""

from __future__ import annotations

import base64
import sys
from typing import TYPE_CHECKING

from semantic_router_observability.kubernetes.secrets import AdminSecret
from semantic_router_observability.spec import Tagged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdk8s_plus_27 import ISecret

WARNING = "user admin, password admin: anyone who reaches Grafana owns it; for demonstrations only"
"""Said in the Secret's annotations and on stderr."""


class DemoCredentials(Tagged, frozen=True, kw_only=True, tag="demo"):
    """User `admin`, password `admin`, written into the manifests: for a laptop, never for anything others can reach."""

    def data(self, reference: AdminSecret) -> Mapping[str, str]:
        """`data` of the Secret; says loudly what it does."""
        sys.stderr.write(f"warning: Secret {reference.name}: {WARNING}\n")
        return {key: base64.b64encode(b"admin").decode() for key in (reference.user_key, reference.password_key)}


Admin = AdminSecret | DemoCredentials
"""What a settings file may say."""


def admin_secret(stack: str, admin: AdminSecret | DemoCredentials | ISecret | None) -> AdminSecret:
    """Settle on the Secret to read: the one given, or `<stack>-admin`."""
    if isinstance(admin, AdminSecret):
        return admin
    if admin is None or isinstance(admin, DemoCredentials):
        return AdminSecret(f"{stack}-admin")
    return AdminSecret(admin.name)
