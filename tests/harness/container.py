"""A container of a real Pod object, run as its manifest says: arguments, environment, files, user and privileges."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.environment import environment, expand
from harness.images import Image, image
from harness.network import Result
from harness.pods import run_pod

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cluster import Cluster
    from harness.network import PodNetwork, Response
    from harness.process import Process
    from harness.volumes import Volumes

_ENTER = Path(__file__).with_name("enter.py")


class Container:
    """Starts at once. The program cannot see this machine's files: only its image's, and the volumes at their mount paths."""

    def __init__(
        self,
        cluster: Cluster,
        pod: Mapping[str, Any],
        name: str,
        directory: Path,
        *,
        network: PodNetwork,
        volumes: Volumes,
        images: Mapping[str, Image],
        hosts: Mapping[str, str],
    ) -> None:
        self.cluster = cluster
        self.pod = pod
        self.name = name
        self.address = network.address
        self.volumes = volumes
        self.spec: Mapping[str, Any] = _spec(pod, name)
        self._image = image(self.spec["image"], images)
        self._hosts = hosts
        self._network = network
        self._directory = directory
        self._process: Process | None = None
        self.start()

    def start(self) -> None:
        specification = self._write(self.name)
        log = self._directory / f"{self.name}.log"
        self._process = self.cluster.network.start(sys.executable, "-I", _ENTER, specification, log=log, pod=self._network)

    @property
    def process(self) -> Process:
        assert self._process is not None, f"{self.name} was not started"
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def returncode(self) -> int | None:
        return self.process.returncode

    def log(self) -> str:
        """Read both outputs of the container since its first start."""
        return self.process.log()

    def wait(self, timeout: float = 30) -> int:
        """Wait for its end, as for an init container; return the exit code."""
        return self.process.wait(timeout)

    def terminate(self, timeout: float | None = None) -> int:
        """Stop it within its grace period, as kubelet does."""
        grace = self.pod["spec"].get("terminationGracePeriodSeconds", 30) if timeout is None else timeout
        return self.process.terminate(grace)

    def kill(self) -> int:
        """Kill it, as a lack of memory does."""
        return self.process.kill()

    def restart(self) -> None:
        """Stop and start it in the same Pod: all volumes keep their contents."""
        self.terminate()
        self.start()

    def sync(self, *, new_tokens: bool = False) -> None:
        """Bring mounted ConfigMaps, Secrets and, if asked, tokens up to date, as kubelet does every minute or so."""
        self.volumes.sync(new_tokens=new_tokens)

    def url(self, port: int | str, path: str = "/") -> str:
        return f"http://{self.address}:{self.port(port)}{path}"

    def port(self, port: int | str) -> int:
        """Look up the number of a port given by name."""
        if isinstance(port, int):
            return port
        return int(next(entry["containerPort"] for entry in self.spec["ports"] if entry["name"] == port))

    def get(
        self,
        port: int | str,
        path: str = "/",
        *,
        timeout: float = 10,
        headers: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> Response:
        url = self.url(port, path)
        return self.cluster.network.request("GET", f"https{url[4:]}" if tls else url, headers=headers, timeout=timeout, tls=tls)

    def execute(self, *command: str, timeout: float = 10) -> Result:
        """Run a command beside the container's program, with the same files, user and privileges, as `kubectl exec` does."""
        specification = self._write(f"{self.name}-exec", {"argv": [*command]})
        try:
            return self.cluster.network.run(sys.executable, "-I", _ENTER, specification, pod=self._network, timeout=timeout)
        except subprocess.TimeoutExpired as error:
            return Result("", str(error), code=-1)

    def probe(self, kind: str) -> int:
        """Send the `readiness`, `liveness` or `startup` probe once; return the HTTP status, or 0 when nothing answers in time.

        A probe by command counts as 200 when the command succeeds, and as 0 when it fails. As kubelet, check no certificate.
        """
        probe = self.spec[f"{kind}Probe"]
        if "exec" in probe:
            return 200 if self.execute(*probe["exec"]["command"], timeout=probe.get("timeoutSeconds", 1)).ok else 0
        request = probe["httpGet"]
        headers = {header["name"]: header["value"] for header in request.get("httpHeaders", [])}
        host = request.get("host", self.address)
        url = f"{request.get('scheme', 'HTTP').lower()}://{host}:{self.port(request['port'])}{request.get('path', '/')}"
        try:
            return self.cluster.network.request(
                "GET", url, headers=headers, timeout=probe.get("timeoutSeconds", 1), tls=_unchecked()
            ).status
        except OSError:
            return 0

    def wait_ready(self, timeout: float = 30) -> None:
        """Probe until it is ready, then write it into the Pod's status, so that Services lead to it."""
        end = time.monotonic() + timeout
        while not 200 <= (status := self.probe("readiness")) < 400:
            assert self.returncode is None, f"{self.name} ended with {self.returncode}: {self.log()[-4000:]}"
            assert time.monotonic() < end, f"{self.name} is not ready after {timeout} s (status {status}): {self.log()[-4000:]}"
            time.sleep(0.05)
        self.pod = run_pod(self.cluster, self.pod, self.address, ready=True)

    def _write(self, name: str, changes: Mapping[str, Any] | None = None) -> Path:
        """Write down for `enter.py` how to start."""
        root = self._directory / f"{name}-root"
        root.mkdir(parents=True, exist_ok=True)
        specification = self._directory / f"{name}.json"
        specification.write_text(json.dumps({"root": str(root)} | self._specification() | dict(changes or {})))
        specification.chmod(0o600)
        return specification

    def _specification(self) -> dict[str, Any]:
        """Collect what `enter.py` needs to know."""
        env = environment(self.cluster, self.pod, self.spec)
        image, spec = self._image, self.spec
        words = spec.get("command", image.entrypoint), spec.get("args", () if "command" in spec else image.command)
        pod_security = self.pod["spec"].get("securityContext", {})
        security = pod_security | spec.get("securityContext", {})
        uid = security.get("runAsUser", image.uid)
        gid = security.get("runAsGroup", 0 if "runAsUser" in security else image.gid)
        assert uid or not security.get("runAsNonRoot"), f"{self.name}: runAsNonRoot, but its user is root"
        groups = [*pod_security.get("supplementalGroups", []), *([pod_security["fsGroup"]] if "fsGroup" in pod_security else [])]
        hosts = {"localhost": "127.0.0.1", self.pod["metadata"]["name"]: self.address, **self._hosts}
        return {
            "argv": [expand(word, env) for part in words for word in part],
            "env": env,
            "workdir": spec.get("workingDir", image.workdir),
            "uid": uid,
            "gid": gid,
            "groups": groups,
            "drop_capabilities": "ALL" in security.get("capabilities", {}).get("drop", []),
            "no_new_privileges": security.get("allowPrivilegeEscalation") is False,
            "read_only_root": security.get("readOnlyRootFilesystem", False),
            "directories": {"/tmp": (0o1777, 0, 0)} | dict.fromkeys(image.directories, (493, image.uid, image.gid)),
            "files": {
                "/etc/hosts": "".join(f"{address}\t{name}\n" for name, address in hosts.items()),
                "/etc/nsswitch.conf": "hosts: files\n",
                "/etc/passwd": "root:x:0:0:root:/root:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n",
                "/etc/resolv.conf": "",
            },
            "binds": [(str(source), path, True) for path, source in image.mounts.items()] + self._mounts(env),
        }

    def _mounts(self, env: Mapping[str, str]) -> list[tuple[str, str, bool]]:
        binds = []
        for mount in self.spec.get("volumeMounts", []):
            source = self.volumes.path(mount["name"])
            inside = mount.get("subPath") or expand(mount.get("subPathExpr", ""), env)
            if inside:
                # Followed to the file itself, which is why such mounts never see an update, here as in a cluster.
                source = (source / inside).resolve()
                if not source.exists():
                    source.mkdir(parents=True)
            read_only = mount.get("readOnly", False) or self.volumes.read_only(mount["name"])
            binds.append((str(source), mount["mountPath"], read_only))
        return binds


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _spec(pod: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    containers = [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]
    for container in containers:
        if container["name"] == name:
            found: Mapping[str, Any] = container
            return found
    raise LookupError(f"Pod {pod['metadata']['name']} has no container {name}, only {[entry['name'] for entry in containers]}")
