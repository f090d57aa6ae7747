"""Who is told of what fires: a real Alertmanager with the configuration that AlertmanagerStack writes says which alerts are inhibited."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import cdk8s

import semantic_router_observability as sro
from simulation.rules import files_of
from simulator.history import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from simulation.engine import Alert

CLUSTER: Final = "cluster"
"""Label that keeps situations apart; inhibition works within one value of it, as in an Alertmanager of several clusters."""

Situation = frozenset["Alert"]
"""Alerts that fire at the same time."""


@contextmanager
def alertmanager(program: Path, folder: Path, **arguments: Any) -> Iterator[str]:
    """Run an Alertmanager that notifies nobody, with these arguments of its stack; yields its address."""
    chart = cdk8s.Chart(cdk8s.App(), "observability", namespace=NAMESPACE)
    receiver = sro.Webhook(name="people", url="http://127.0.0.1:9/")
    sro.AlertmanagerStack(chart, "alertmanager", receivers=(receiver,), **arguments)
    files = files_of(chart, "alertmanager-config")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text.replace("/etc/alertmanager/config", str(folder)), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with (folder / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(
            [
                program,
                f"--config.file={folder / 'alertmanager.yml'}",
                f"--storage.path={folder / 'data'}",
                f"--web.listen-address={address}",
                "--cluster.listen-address=",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(f"http://{address}/-/ready", folder / "alertmanager.log")
        yield f"http://{address}"
    finally:
        process.kill()
        process.wait()


def inhibited(url: str, situations: Iterable[Situation]) -> dict[Situation, Situation]:
    """Return which alerts of each situation are inhibited while it lasts."""
    by_number = dict(enumerate(situations))
    sent = [{"labels": {**dict(alert), CLUSTER: f"situation-{n}"}} for n, situation in by_number.items() for alert in situation]
    body = json.dumps(sent).encode()
    request = urllib.request.Request(f"{url}/api/v2/alerts", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20):
        pass
    end = time.monotonic() + 30
    while len(_statuses(url)) < len(sent):
        assert time.monotonic() < end, f"Alertmanager does not know all of {len(sent)} alerts"
        time.sleep(0.1)
    # The part that inhibits learns of alerts on a path of its own: done when it says the same for a while.
    answer: list[dict[str, Any]] = []
    while answer != (answer := _statuses(url)):
        assert time.monotonic() < end, "Alertmanager does not come to rest"
        time.sleep(1)
    found: dict[int, set[Alert]] = {n: set() for n in by_number}
    for item in answer:
        if item["status"]["inhibitedBy"]:
            labels = dict(item["labels"])
            found[int(labels.pop(CLUSTER).removeprefix("situation-"))].add(frozenset(labels.items()))
    return {situation: frozenset(found[n]) for n, situation in by_number.items()}


def _statuses(url: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{url}/api/v2/alerts", timeout=20) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def _wait(url: str, log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(log.read_text(errors="replace")[-2000:])
