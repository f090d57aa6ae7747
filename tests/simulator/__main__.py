"""`python -m simulator --listen ADDRESS:9190`: a simulated router to scrape. Prints its address once it listens."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.codec import scenario_from
from simulator.router import Router
from simulator.scenario import Scenario
from simulator.server import Clock, Server

if TYPE_CHECKING:
    from collections.abc import Callable

PRESETS: dict[str, Callable[[], Scenario]] = {"normal": Scenario, "quiet": Scenario.silent, "everything": Scenario.everything_on}


def main() -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__, allow_abbrev=False)
    parser.add_argument("--listen", default="127.0.0.1:9190", metavar="ADDRESS:PORT", help="where to serve /metrics; port 0 takes any")
    parser.add_argument("--seed", type=int, default=1, help="which of many like replicas this is")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds in a real second")
    parser.add_argument("--start-offset", type=float, default=0.0, metavar="SECONDS", help="simulated time to begin at")
    parser.add_argument("--preset", choices=PRESETS, default="normal")
    parser.add_argument("--scenario", metavar="FILE", help="JSON with the fields of Scenario, on top of the preset; - reads standard input")
    parser.add_argument("--rate", type=float, help="requests a second")
    given = parser.parse_args()
    scenario = PRESETS[given.preset]()
    if given.scenario:
        text = sys.stdin.read() if given.scenario == "-" else Path(given.scenario).read_text(encoding="utf-8")
        scenario = scenario_from(json.loads(text), scenario)
    if given.rate is not None:
        scenario = replace(scenario, rate=given.rate)
    host, _, port = given.listen.rpartition(":")
    clock = Clock(speed=given.speed, offset=given.start_offset)
    router = Router(given.seed, scenario)
    try:
        server = Server((host.strip("[]"), int(port)), router, clock)
    except OSError as error:
        print(f"cannot listen on {given.listen}: {error.strerror}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"http://{host}:{server.server_address[1]}/metrics", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
