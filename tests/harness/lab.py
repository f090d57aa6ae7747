"""The lab: a network, a control plane in it, and the containers that a test runs there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.cluster import Cluster, object_path
from harness.container import Container
from harness.network import Network, PodNetwork
from harness.pods import remove_pod, run_pod
from harness.volumes import Volumes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.images import Image


class Lab:
    """Needs root on Linux and the programs of `harness.programs`; `close` ends every process it started."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.network = Network()
        self._containers: list[Container] = []
        self._pods: dict[str, tuple[PodNetwork, Volumes]] = {}
        try:
            self.cluster = Cluster(self.network, directory / "cluster")
        except BaseException:
            self.network.close()
            raise

    def run(
        self,
        workload: Mapping[str, Any],
        container: str,
        *,
        replica: int = 0,
        pod: Mapping[str, Any] | None = None,
        images: Mapping[str, Image] | None = None,
        hosts: Mapping[str, str] | None = None,
        ready: bool = True,
    ) -> Container:
        """Start one container of a StatefulSet or Deployment, given as read back from the API server.

        The Pod is the one that the workload's controller made (`replica` counts them by name; `pod` picks one). Its pending claims are bound
        and it gets a network; containers of the same Pod share both. With `ready` this returns once the readiness probe succeeds, and the
        Pod is marked Ready. `images` adds stand-ins by repository name, `hosts` adds names to /etc/hosts, since there is no DNS.
        """
        chosen = pod or self.cluster.wait_pods(workload, count=replica + 1)[replica]
        uid = chosen["metadata"]["uid"]
        if uid not in self._pods:
            self._bind_claims(chosen)
            network = self.network.pod()
            chosen = run_pod(self.cluster, chosen, network.address, ready=False)
            self._pods[uid] = network, Volumes(self.cluster, chosen, self.directory)
        else:
            chosen = self.cluster.get("pod", chosen["metadata"]["name"], chosen["metadata"]["namespace"])
        network, volumes = self._pods[uid]
        started = Container(
            self.cluster,
            chosen,
            container,
            self.directory / "containers" / uid,
            network=network,
            volumes=volumes,
            images=images or {},
            hosts=hosts or {},
        )
        self._containers.append(started)
        if ready:
            started.wait_ready()
        return started

    def remove(self, container: Container) -> None:
        """Stop a container and remove its Pod, as in an eviction or a rollout; the Pod's controller makes another."""
        container.terminate()
        remove_pod(self.cluster, container.pod)

    def wait_rollout(self, container: Container, timeout: float = 20) -> None:
        """Play the node while a StatefulSet's controller replaces a Pod: once the Pod is being deleted, its process ends and it goes.

        Then `run` starts the container in the Pod that follows.
        """
        metadata = container.pod["metadata"]
        path = f"{object_path('pod', metadata['namespace'])}/{metadata['name']}"
        self.cluster.wait(
            lambda: "deletionTimestamp" in self.cluster.api(path)["metadata"], f"Pod {metadata['name']} to be replaced", timeout
        )
        self.remove(container)

    def close(self) -> None:
        for container in self._containers:
            container.kill()
        self.cluster.close()
        self.network.close()

    def _bind_claims(self, pod: Mapping[str, Any]) -> None:
        namespace = pod["metadata"]["namespace"]
        for volume in pod["spec"].get("volumes", []):
            if claim := volume.get("persistentVolumeClaim"):
                found = self.cluster.get("persistentvolumeclaim", claim["claimName"], namespace)
                if found["status"]["phase"] != "Bound":
                    self.cluster.bind_claim(namespace, claim["claimName"])
