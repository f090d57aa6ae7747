"""A Kubernetes node: the real kubelet, kube-proxy, containerd, runc, CNI plugins and a NetworkPolicy controller, in namespaces of its own.

Nothing of it is seen outside, and nothing outlives the test run: the kernel ends every process of a namespace with its first.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.cgroups import ControlGroup
from harness.programs import program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.control_plane import ControlPlane
    from harness.network import Network, Result
    from harness.process import Process

PAUSE = "registry.k8s.io/pause:3.10.1"
DNS = "10.96.0.10"
"""Address of the cluster's DNS Service."""

_INIT = Path(__file__).with_name("node_init.py")
_PACKAGES = {"containerd": "containerd", "runc": "runc", "iptables": "iptables", "ipset": "ipset", "busybox": "busybox-static"}
_CNI = ("/usr/lib/cni", "/opt/cni/bin")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def require_node() -> None:
    """Skip the test where a node cannot run, and say what it takes."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a node needs root on Linux")
    missing = [package for name, package in _PACKAGES.items() if shutil.which(name, path=_PATH) is None]
    if _cni() is None:
        missing.append("containernetworking-plugins")
    if missing:
        pytest.skip(f"a node needs Debian's packages {' '.join(missing)}: run .ci/run as root, or install them")
    for name in ("kubelet", "kube-proxy", "kube-scheduler", "kube-router", "coredns", "stand-in"):
        program(name)


def _cni() -> str | None:
    return next((folder for folder in _CNI if Path(folder, "ptp").exists()), None)


class Node:
    """Starts at once; the API server's view of it, and its readiness, are for the caller to wait for."""

    def __init__(self, network: Network, control_plane: ControlPlane, name: str, directory: Path, *, images: Path, pods: str) -> None:
        self.network = network
        self.name = name
        self.directory = directory
        self.machine = network.pod()
        self._control_plane = control_plane
        self._images = images
        self._pods = pods
        self._group: ControlGroup | None = None
        self._process: Process | None = None
        network.route(pods, self.machine)
        (directory / "log").mkdir(parents=True)
        self._specification = self._write()
        self.start()

    @property
    def address(self) -> str:
        return self.machine.address

    @property
    def group(self) -> ControlGroup:
        assert self._group is not None, f"{self.name} is not running"
        return self._group

    def start(self) -> None:
        """Switch it on; after `crash` it finds its disk as it was, without the images and containers of before."""
        self._group = ControlGroup(self.name)
        separate = ("unshare", "--mount", "--pid", "--cgroup", "--ipc", "--uts", "--fork", "--kill-child")
        self._process = self.network.start(
            *self._group.prefix,
            *separate,
            sys.executable,
            "-I",
            _INIT,
            self._specification,
            log=self.directory / "log" / "init.log",
            pod=self.machine,
            env={"PATH": _PATH},
        )
        end = time.monotonic() + 10
        while not self._children() and time.monotonic() < end:
            time.sleep(0.01)
        self._group.leave(self._process.pid)

    def crash(self) -> None:
        """Cut its power: every process ends at once."""
        assert self._process is not None
        self._process.kill()
        self.group.remove()
        self._process = self._group = None
        self._clear_network()

    def close(self) -> None:
        if self._process is not None:
            with suppress(TimeoutError):
                self.crash()

    def run(self, *command: str, stdin: str | None = None, timeout: float = 60) -> Result:
        """Run a command as root of the node."""
        spaces = ("--mount", "--pid", "--cgroup", "--ipc", "--uts", "--net")
        prefix = ("nsenter", f"--target={self._first_process()}", *spaces, "--")
        return self.network.run(*prefix, *command, env={"PATH": _PATH}, stdin=stdin, timeout=timeout)

    def log(self, name: str) -> str:
        return (self.directory / "log" / f"{name}.log").read_text(errors="replace")

    def processes(self, pod: Mapping[str, Any], container: str) -> list[int]:
        """List the processes of a container by their ids on this machine."""
        status = next(found for found in pod["status"]["containerStatuses"] if found["name"] == container)
        identifier = status["containerID"].rpartition("/")[2]
        return self.group.processes(f"pod{pod['metadata']['uid']}").get(identifier, [])

    def _clear_network(self) -> None:
        """Remove what a machine forgets with its power: rules, and cables of Pods; the kernel would take those later, with routes of new ones."""

        def run(*command: str, stdin: str | None = None) -> Result:
            return self.network.run(*command, stdin=stdin, env={"PATH": _PATH}, pod=self.machine)

        for link in json.loads(run("ip", "-json", "link").check().stdout):
            if link["ifname"] not in ("lo", "eth0"):
                run("ip", "link", "delete", link["ifname"])  # it may be gone by now
        tables = ("filter", "nat", "mangle")
        run("iptables-restore", stdin="".join(f"*{table}\nCOMMIT\n" for table in tables)).check()
        run("ipset", "destroy").check()

    def _first_process(self) -> int:
        return self._children()[0]

    def _children(self) -> list[int]:
        """List what unshare started, under the process id of the shell before it: the first process of the node."""
        assert self._process is not None, f"{self.name} is not running"
        return [int(child) for child in Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()]

    def _write(self) -> Path:
        files = {
            "cni/10-lab.conflist": json.dumps(_network(self._pods)),
            "resolv.conf": f"nameserver {self.network.host}\n",
            "kubelet.json": json.dumps(self._kubelet()),
            "kube-proxy.json": json.dumps(self._kube_proxy()),
            "containerd.toml": _CONTAINERD.format(pause=PAUSE, cni=_cni(), directory=self.directory),
        }
        for name, content in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        specification = self.directory / "node.json"
        specification.write_text(json.dumps({"name": self.name, "state": str(self.directory), "programs": self._programs()}))
        return specification

    def _programs(self) -> list[dict[str, Any]]:
        directory = self.directory
        access = self._control_plane.kubeconfig_of
        programs: list[tuple[str, bool, list[str | Path]]] = [
            ("containerd", False, ["containerd", f"--config={directory / 'containerd.toml'}"]),
            *(
                (f"import-{archive.stem}", True, ["ctr", "--namespace=k8s.io", "images", "import", archive])
                for archive in sorted(self._images.glob("*.tar"))
            ),
            (
                "kubelet",
                False,
                [
                    program("kubelet"),
                    f"--config={directory / 'kubelet.json'}",
                    f"--kubeconfig={access(f'kubelet-{self.name}')}",
                    f"--hostname-override={self.name}",
                    f"--node-ip={self.address}",
                ],
            ),
            ("kube-proxy", False, [program("kube-proxy"), f"--config={directory / 'kube-proxy.json'}"]),
            (
                "kube-router",
                False,
                [
                    program("kube-router"),
                    f"--kubeconfig={access('policies')}",
                    f"--hostname-override={self.name}",
                    "--service-cluster-ip-range=10.96.0.0/16",
                ],
            ),
        ]
        return [{"name": name, "once": once, "argv": [str(word) for word in argv]} for name, once, argv in programs]

    def _kubelet(self) -> dict[str, Any]:
        return {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "cgroupDriver": "cgroupfs",
            "failCgroupV1": False,
            "failSwapOn": False,
            "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
            "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
            "authorization": {"mode": "AlwaysAllow"},
            "clusterDomain": "cluster.local",
            "clusterDNS": [DNS],
            "resolvConf": str(self.directory / "resolv.conf"),
            "volumePluginDir": "/var/lib/kubelet/volumeplugins",
            # The images are all there will ever be: the disk's fill level must not cost any.
            "imageGCHighThresholdPercent": 100,
            "imageGCLowThresholdPercent": 99,
            "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "nodefs.inodesFree": "1%", "imagefs.available": "1%"},
        }

    def _kube_proxy(self) -> dict[str, Any]:
        return {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "mode": "iptables",
            "hostnameOverride": self.name,
            "clusterCIDR": self._pods,
            "clientConnection": {"kubeconfig": str(self._control_plane.kubeconfig_of("proxy"))},
            # These are settings of the whole machine: leave them.
            "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
            "iptables": {"minSyncPeriod": "0s"},
        }


def _network(pods: str) -> dict[str, Any]:
    """Give every Pod a cable of its own to the node; a bridge would need the kernel's bridge filter for policies to be enforced."""
    addresses = {"type": "host-local", "dataDir": "/run/cni", "ranges": [[{"subnet": pods}]], "routes": [{"dst": "0.0.0.0/0"}]}
    plugins = [{"type": "ptp", "ipMasq": False, "ipam": addresses}, {"type": "portmap", "capabilities": {"portMappings": True}}]
    return {"cniVersion": "1.0.0", "name": "lab", "plugins": plugins}


_CONTAINERD = """\
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  disable_hugetlb_controller = true
  # Where the capability SYS_RESOURCE is missing, nothing may be made less likely to be killed than containerd is.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{cni}"
    conf_dir = "{directory}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
"""
