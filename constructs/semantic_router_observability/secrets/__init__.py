"""Where Secrets come from: a store in the cluster's reach, a CSI driver, or an encrypted file beside the settings."""

from __future__ import annotations

from .csi import CsiSecrets
from .encrypted import EncryptedFile
from .external import ExternalSecrets, RemoteKey, SecretStore
from .needs import Need, needs

Provider = ExternalSecrets | CsiSecrets | EncryptedFile
"""What brings Secrets; those that none brings have to exist."""

__all__ = ["CsiSecrets", "EncryptedFile", "ExternalSecrets", "Need", "Provider", "RemoteKey", "SecretStore", "needs"]
