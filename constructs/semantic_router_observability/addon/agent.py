"""Who scrapes, where nothing in the cluster does: an agent of this project that writes to a storage elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from semantic_router_observability.kubernetes.metadata import Metadata
from semantic_router_observability.kubernetes.pods import Placement, Resources
from semantic_router_observability.kubernetes.storage import Claim, Ephemeral
from semantic_router_observability.prometheus.agent_options import REPLICA, UNSENT, check_external_labels
from semantic_router_observability.prometheus.remote_write import RemoteWrite
from semantic_router_observability.spec import Tagged
from semantic_router_observability.texts import Duration


class RemoteWriteAgent(Tagged, frozen=True, kw_only=True, tag="agent"):
    """An agent of this project: scrapes the routers and sends everything to storages, such as Amazon Managed Service for Prometheus or Mimir.

    The only form for which the add-on runs a pod. Rules and alerts are written as rule files for the storage.

    Attributes:
        remote_write: Storages to send samples to, at least one.
        external_labels: Labels added to everything that is sent, such as the name of the cluster; a `$` stands for itself. Default: none.
        unsent: How long a storage may be away without losing samples, `15m` to `24h`. The log holds up to three times as much. Default
            `2h`. A restart of the agent loses what is not sent yet: Prometheus sends no sample that is older than itself.
        replicas: Agents, 1 to 3. Each scrapes every router, so with more than one the storage has to remove duplicates, by
            `replica_label`. Default 1.
        replica_label: External label with the name of the agent's pod, where there are several. Default `__replica__`, by which Mimir and
            Amazon Managed Service for Prometheus remove duplicates.
        storage: Where the log is: `ephemeral`, or a `claim` for each replica, for nodes with small disks. A claim saves nothing more, as a
            new pod sends none of it. Default: `ephemeral` with 5Gi; with `unsent: 2h`, 50 routers with 4,000 series each take 1.7 GB.
        resources: Requests and limits. Default 100m CPU, 256Mi memory, limit 1Gi memory.
        placement: Node selector, tolerations, affinity, priority. Default: anywhere; several replicas prefer different nodes.
        metadata: Labels and annotations of its pods and their ServiceAccount, such as the role of a cloud. Default: only its own.

    """

    remote_write: Sequence[RemoteWrite]
    external_labels: dict[str, str] = {}
    unsent: Duration = UNSENT
    replicas: int = 1
    replica_label: str = REPLICA
    storage: Claim | Ephemeral = Ephemeral(size="5Gi")
    resources: Resources = Resources(cpu="100m", memory="256Mi", memory_limit="1Gi")
    placement: Placement = Placement()
    metadata: Metadata = Metadata()

    def __post_init__(self) -> None:
        check_external_labels((), self.external_labels, self.replicas, self.replica_label)

    def arguments(self) -> dict[str, Any]:
        """Arguments of `PrometheusAgent`."""
        return {name: getattr(self, name) for name in self.__struct_fields__}

    def labelled(self, labels: dict[str, str]) -> RemoteWriteAgent:
        """With labels on its pods."""
        own = self.metadata
        return msgspec.structs.replace(self, metadata=msgspec.structs.replace(own, pod_labels={**labels, **own.pod_labels}))
