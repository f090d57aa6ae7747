"""Who gets into Prometheus and Alertmanager: their own logins."""

from .types import BasicAuthUsers, ClientCertificates, Login, NoLogin

__all__ = ["BasicAuthUsers", "ClientCertificates", "Login", "NoLogin"]
