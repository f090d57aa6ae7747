"""Where Secrets come from: a store in the cluster's reach, a CSI driver, or an encrypted file beside the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from .csi import CsiSecrets
from .encrypted import EncryptedFile
from .external import ExternalSecrets, RemoteKey, SecretStore
from .needs import Need, needs

if TYPE_CHECKING:
    from .provider import SecretProvider

Provider = ExternalSecrets | CsiSecrets | EncryptedFile
"""What provides Secrets; others have to exist."""

PROVIDERS: Final[tuple[type[SecretProvider], ...]] = get_args(Provider)

__all__ = ["PROVIDERS", "CsiSecrets", "EncryptedFile", "ExternalSecrets", "Need", "Provider", "RemoteKey", "SecretStore", "needs"]
