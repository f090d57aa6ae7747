"""Every form of exposure."""

from __future__ import annotations

from .controllers import HAProxy, IngressClass, Nginx, Traefik
from .gateway import Gateway, OwnGateway
from .load_balancers import Alb, Gke
from .openshift import OpenShiftRoute

Via = Nginx | Alb | Traefik | HAProxy | Gke | IngressClass | Gateway | OwnGateway | OpenShiftRoute
"""By what something is exposed."""
