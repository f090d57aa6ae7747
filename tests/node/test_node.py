"""The node itself: what it shows its Pods of this machine, and that nothing of it outlives a killed test run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from documentation import ROOT
from harness.cgroups import ControlGroup
from harness.node import require_node

if TYPE_CHECKING:
    from harness.node_cluster import NodeCluster

pytestmark = pytest.mark.cluster

SYSCTLS = ("vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops")
KILLED_RUN = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from harness.network import Network
from harness.node import Node

directory = Path(sys.argv[1])
nowhere = SimpleNamespace(kubeconfig_of=lambda name: directory / name)
node = Node(Network(), nowhere, "short-lived", directory / "node", images=directory, pods="10.244.9.0/24")
while "serving..." not in (log.read_text() if (log := directory / "node/log/containerd.log").exists() else ""):
    time.sleep(0.1)
print("up", flush=True)
time.sleep(60)
"""


def test_a_killed_run_leaves_nothing(tmp_path: Path) -> None:
    require_node()
    before = machine()
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    run = subprocess.Popen(
        [sys.executable, "-c", KILLED_RUN, str(tmp_path)], env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout
    with run, run.stdout:
        assert run.stdout.readline() == "up\n"
        assert processes_of(tmp_path)
        run.send_signal(signal.SIGKILL)
    end = time.monotonic() + 10
    while (left := processes_of(tmp_path)) and time.monotonic() < end:
        time.sleep(0.05)
    assert left == []
    assert machine() == before
    group = ControlGroup("next")  # sweeps the empty groups of the killed run
    assert [folder for folder in group.folders if list(folder.parent.glob("*.short-lived"))] == []
    group.remove()


def test_a_node_is_one_to_its_pods(nodes: NodeCluster) -> None:
    before = machine()
    assert nodes.node.run("hostname").check().stdout.strip() == nodes.node.name
    assert not {line for line in nodes.node.run("ps", "-e", "-o", "comm").check().stdout.split() if "pytest" in line}
    dns = nodes.cluster.api("api/v1/namespaces/kube-system/pods?labelSelector=k8s-app=kube-dns")["items"][0]
    assert len(nodes.node.processes(dns, "coredns")) == 1
    assert machine() == before


def machine() -> tuple[object, ...]:
    """What a node could change of the machine: links, mounts, packet filter and settings of the kernel."""
    filters = subprocess.run(["iptables-save"], capture_output=True, text=True, check=False).stdout
    rules = [line for line in filters.splitlines() if not line.startswith("#")]
    settings = [Path("/proc/sys", name).read_text() for name in SYSCTLS]
    return sorted(Path("/sys/class/net").iterdir()), Path("/proc/self/mounts").read_text(), rules, settings


def processes_of(folder: Path) -> list[str]:
    """List the command lines, over the whole machine, that name a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in line and int(path.parent.name) != os.getpid():
            found.append(line)
    return found
