"""Who gets into Prometheus and Alertmanager: their own logins, and what their clients need to get past them."""

from .access import Access
from .types import BasicAuthUsers, ClientCertificates, Login, NoLogin

__all__ = ["Access", "BasicAuthUsers", "ClientCertificates", "Login", "NoLogin"]
