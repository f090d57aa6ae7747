"""What a test does with the API server: kubectl, raw requests, and the waits between."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

from harness.control_plane import ControlPlane
from harness.programs import program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from harness.network import Network, Result

T = TypeVar("T")

NODE = "lab"
STORAGE_CLASS = "lab"

_PATHS = {
    "configmap": "api/v1/{}/configmaps",
    "daemonset": "apis/apps/v1/{}/daemonsets",
    "deployment": "apis/apps/v1/{}/deployments",
    "persistentvolumeclaim": "api/v1/{}/persistentvolumeclaims",
    "pod": "api/v1/{}/pods",
    "replicaset": "apis/apps/v1/{}/replicasets",
    "secret": "api/v1/{}/secrets",
    "service": "api/v1/{}/services",
    "serviceaccount": "api/v1/{}/serviceaccounts",
    "statefulset": "apis/apps/v1/{}/statefulsets",
}


class ApiError(Exception):
    """The API server refused a request."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


class Cluster:
    """A running control plane, as its administrator and, with `user=`, as anyone else."""

    def __init__(self, network: Network, directory: Path, *, nodes: Sequence[str] = ()) -> None:
        self.network = network
        self.directory = directory
        self._kubectl = program("kubectl")
        self.control_plane = ControlPlane(network, directory, nodes=nodes)
        self._tls = self.control_plane.tls()
        try:
            self._furnish()
        except BaseException:
            self.close()
            raise

    def kubectl(self, *arguments: str, user: str | None = None, stdin: str | None = None, timeout: float = 60) -> Result:
        """Run kubectl, as `user` by impersonation if given."""
        impersonation = [f"--as={user}", "--as-group=system:authenticated"] if user else []
        return self.network.run(
            self._kubectl,
            f"--kubeconfig={self.control_plane.kubeconfig}",
            f"--cache-dir={self.directory / 'kubectl-cache'}",
            *impersonation,
            *arguments,
            stdin=stdin,
            timeout=timeout,
        )

    def apply(
        self,
        manifests: str,
        *,
        namespace: str | None = None,
        user: str | None = None,
        server_side: bool = False,
        warnings_as_errors: bool = False,
    ) -> Result:
        """`kubectl apply` of YAML text; unknown and repeated fields are refused."""
        options = ["--validate=strict"]
        options += ["--server-side"] if server_side else []
        options += ["--warnings-as-errors"] if warnings_as_errors else []
        options += [f"--namespace={namespace}"] if namespace else []
        return self.kubectl("apply", *options, "-f", "-", user=user, stdin=manifests, timeout=120)

    def api(self, path: str, *, user: str | None = None) -> Any:
        """Read the object at an API path such as `api/v1/namespaces/default`."""
        return self.request("GET", path, user=user)

    def request(
        self, method: str, path: str, body: object = None, *, user: str | None = None, content_type: str = "application/json"
    ) -> Any:
        """Call the API once; a refusal raises `ApiError`."""
        headers = {"Authorization": f"Bearer {self.control_plane.token}", "Content-Type": content_type}
        if user:
            headers |= {"Impersonate-User": user, "Impersonate-Group": "system:authenticated"}
        url = f"{self.control_plane.url}/{path.lstrip('/')}"
        sent = None if body is None else json.dumps(body)
        answer = self.network.request(method, url, body=sent, headers=headers, timeout=30, tls=self._tls)
        if answer.status >= 400:
            status = answer.json() if answer.text.startswith("{") else {}
            raise ApiError(answer.status, status.get("reason", ""), status.get("message", answer.text))
        return answer.json()

    def get(self, kind: str, name: str, namespace: str) -> Any:
        """Read an object by its kind, which is written in lower case and singular."""
        return self.api(f"{object_path(kind, namespace)}/{name}")

    def patch(self, path: str, change: Mapping[str, object]) -> Any:
        """Send a JSON merge patch."""
        return self.request("PATCH", path, change, content_type="application/merge-patch+json")

    def create_namespace(self, name: str, *, level: str = "restricted") -> str:
        """Create a namespace that enforces, and warns about, a PodSecurity level; wait for its default ServiceAccount and root certificate."""
        labels = {f"pod-security.kubernetes.io/{mode}": level for mode in ("enforce", "warn", "audit")}
        self.request("POST", "api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})
        self.wait(lambda: self._exists("serviceaccount", "default", name), f"ServiceAccount default in {name}")
        self.wait(lambda: self._exists("configmap", "kube-root-ca.crt", name), f"root certificate in {name}")
        return name

    def create_admin(self, namespace: str, user: str) -> str:
        """Make `user` an administrator of one namespace, through the ClusterRole `admin`; return the name for `user=`."""
        binding = {
            "metadata": {"name": f"admin-{user}"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
        }
        self.request("POST", f"apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings", binding)
        return user

    def wait_pods(self, workload: Mapping[str, Any], *, count: int = 1, timeout: float = 20) -> list[dict[str, Any]]:
        """Wait for at least `count` Pods that the controllers made for a workload and do not delete; return them by name."""
        namespace = workload["metadata"]["namespace"]
        labels = workload["spec"]["selector"]["matchLabels"]
        selector = quote(",".join(f"{key}={value}" for key, value in labels.items()))

        def pods() -> list[dict[str, Any]]:
            items = self.api(f"{object_path('pod', namespace)}?labelSelector={selector}")["items"]
            living = [pod for pod in items if "deletionTimestamp" not in pod["metadata"]]
            return sorted(living, key=lambda pod: pod["metadata"]["name"]) if len(living) >= count else []

        def what() -> str:
            refusals = self.events(namespace, reason="FailedCreate")[-1:]
            return " ".join([f"{count} Pods of {workload['metadata']['name']}", *refusals])

        return self.wait(pods, what, timeout)

    def events(self, namespace: str, *, reason: str | None = None) -> list[str]:
        """List the messages of the namespace's events, for instance why a controller could not make a Pod."""
        query = "?" + urlencode({"fieldSelector": f"reason={reason}"}) if reason else ""
        return [event["message"] for event in self.api(f"api/v1/namespaces/{namespace}/events{query}")["items"]]

    def token(
        self,
        namespace: str,
        service_account: str,
        *,
        audiences: Sequence[str] = (),
        seconds: int = 3600,
        pod: Mapping[str, Any] | None = None,
    ) -> str:
        """Ask for a token of the ServiceAccount as kubelet does; it is bound to `pod` if given."""
        spec: dict[str, object] = {"audiences": list(audiences), "expirationSeconds": seconds}
        if pod is not None:
            metadata = pod["metadata"]
            spec["boundObjectRef"] = {"apiVersion": "v1", "kind": "Pod", "name": metadata["name"], "uid": metadata["uid"]}
        path = f"{object_path('serviceaccount', namespace)}/{service_account}/token"
        token: str = self.request("POST", path, {"spec": spec})["status"]["token"]
        return token

    def bind_claim(self, namespace: str, name: str) -> dict[str, Any]:
        """Play the storage provisioner: give a pending claim a volume, or a growing one its size; return the bound claim."""
        path = f"{object_path('persistentvolumeclaim', namespace)}/{name}"
        claim = self.api(path)
        capacity = {"storage": claim["spec"]["resources"]["requests"]["storage"]}
        if claim["status"]["phase"] == "Bound":
            self.patch(f"api/v1/persistentvolumes/{claim['spec']['volumeName']}", {"spec": {"capacity": capacity}})
            bound: dict[str, Any] = self.patch(f"{path}/status", {"status": {"capacity": capacity}})
            return bound
        volume = {
            "metadata": {"name": f"{namespace}-{name}"},
            "spec": {
                "capacity": capacity,
                "accessModes": claim["spec"]["accessModes"],
                "storageClassName": claim["spec"].get("storageClassName", ""),
                "persistentVolumeReclaimPolicy": "Retain",
                "claimRef": {"namespace": namespace, "name": name},
                "csi": {"driver": "lab", "volumeHandle": f"{namespace}-{name}"},
            },
        }
        self.request("POST", "api/v1/persistentvolumes", volume)

        def bound_claim() -> dict[str, Any] | None:
            now: dict[str, Any] = self.api(path)
            return now if now["status"]["phase"] == "Bound" else None

        return self.wait(bound_claim, f"claim {name} bound")

    def wait(self, check: Callable[[], T | None], what: str | Callable[[], str], timeout: float = 20) -> T:
        """Call `check` until it returns something true, and return that."""
        end = time.monotonic() + timeout
        while not (found := check()):
            if time.monotonic() > end:
                raise TimeoutError(f"not within {timeout} s: {what if isinstance(what, str) else what()}")
            time.sleep(0.05)
        return found

    def close(self) -> None:
        self.control_plane.close()

    def _exists(self, kind: str, name: str, namespace: str) -> bool:
        try:
            self.get(kind, name, namespace)
        except ApiError as error:
            if error.status != 404:
                raise
            return False
        return True

    def _furnish(self) -> None:
        """Make a node to place Pods on, unless there are real ones, and the default storage."""
        real_nodes = bool(self.control_plane.nodes)
        if not real_nodes:
            self.request("POST", "api/v1/nodes", {"metadata": {"name": NODE}})
        storage = {
            "metadata": {"name": STORAGE_CLASS, "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            "provisioner": "kubernetes.io/no-provisioner" if real_nodes else "lab",
            "allowVolumeExpansion": True,
            "volumeBindingMode": "WaitForFirstConsumer" if real_nodes else "Immediate",
        }
        self.request("POST", "apis/storage.k8s.io/v1/storageclasses", storage)
        # The last thing that new controllers do for an administrator to work: fill the aggregated roles.
        path = "apis/rbac.authorization.k8s.io/v1/clusterroles/admin"
        self.wait(lambda: self.api(path).get("rules"), "the rules of ClusterRole admin", 30)


def object_path(kind: str, namespace: str) -> str:
    """Spell the API path of the objects of a kind in a namespace."""
    return _PATHS[kind].format(f"namespaces/{namespace}")
