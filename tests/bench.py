"""What synthesis costs, as ratios within one run: `make bench`. Absolute times depend on the machine and on what else it does."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 9

EMPTY = """
import sys
from cdk8s import App, Chart
app = App(outdir=sys.argv[1])
Chart(app, "empty", namespace="n")
app.synth()
"""

STACKS = """
import sys, time
from cdk8s import App, Chart
import semantic_router_observability as sro
count, folder = int(sys.argv[1]), sys.argv[2]
app = App(outdir=folder)
chart = Chart(app, "many", namespace="n")
start = time.perf_counter()
for number in range(count):
    prometheus = sro.PrometheusStack(chart, f"prometheus-{number}")
    sro.GrafanaStack(chart, f"grafana-{number}", sources=[prometheus])
built = time.perf_counter()
app.synth()
print(built - start, time.perf_counter() - built)
"""

PHASES = """
import time
start = time.perf_counter()
def mark(name):
    global start
    now = time.perf_counter()
    print(f"{name}\\t{1000 * (now - start):.0f}")
    start = now
import sys
from pathlib import Path
from semantic_router_observability.settings_file import load
mark("import settings and checks")
settings = load(Path("observability.yaml"))
mark("read observability.yaml")
from cdk8s import App, Chart
mark("start cdk8s and Node.js")
import semantic_router_observability as sro
sro.PrometheusStack, sro.GrafanaStack, sro.ObservabilityIngress
mark("import the constructs")
app = App(outdir=sys.argv[1])
chart = Chart(app, "observability", namespace=settings.namespace)
mark("make app and chart")
prometheus = sro.PrometheusStack(chart, "prometheus", **settings.prometheus_arguments())
mark("build PrometheusStack (checks, catalogue, rules)")
sro.GrafanaStack(chart, "grafana", sources=[prometheus], **settings.grafana_arguments())
mark("build GrafanaStack (reads the dashboards)")
app.synth()
mark("synthesize")
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        whole_process(Path(scratch))
        many_stacks(Path(scratch))
        where_time_goes(Path(scratch))


def whole_process(scratch: Path) -> None:
    ours = [sys.executable, "main.py", "--output", str(scratch / "dist")]
    empty = [sys.executable, "-c", EMPTY, str(scratch / "empty")]
    seconds(ours)  # not counted
    seconds(empty)
    pairs = [(seconds(ours), seconds(empty)) for _ in range(RUNS)]
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"whole process, median of {RUNS} pairs")
    print(f"  python main.py       {statistics.median(a for a, _ in pairs):6.3f} s")
    print(f"  one empty chart      {statistics.median(b for _, b in pairs):6.3f} s")
    print(f"  ratio                {ratio:6.2f}    at most 1.6: {verdict(ratio <= 1.6)}")


def many_stacks(scratch: Path) -> None:
    print("Prometheus and Grafana pairs in one chart, median of 3")
    print("  pairs   build s   synth s   whole process s   per pair ms")
    whole = {}
    for count in (1, 10, 20, 100):
        command = [sys.executable, "-c", STACKS, str(count), str(scratch / "many")]
        runs = [timed(command) for _ in range(3)]
        whole[count] = statistics.median(total for total, _ in runs)
        build, synth = (statistics.median(parts[index] for _, parts in runs) for index in (0, 1))
        print(f"  {count:5d} {build:9.3f} {synth:9.3f} {whole[count]:17.3f} {1000 * (build + synth) / count:13.1f}")
    ratio = whole[20] / whole[1]
    per_extra = [(whole[20] - whole[1]) / 19, (whole[100] - whole[20]) / 80]
    print(f"  20 pairs to 1        {ratio:6.2f}    at most 4: {verdict(ratio <= 4)}")
    growth = per_extra[1] / per_extra[0]
    print(f"  cost of a further pair beyond 20, to one before {growth:.2f}    linear is 1, at most 1.5: {verdict(growth <= 1.5)}")


def where_time_goes(scratch: Path) -> None:
    command = [sys.executable, "-c", PHASES, str(scratch / "phases")]
    runs = [run(command).splitlines() for _ in range(5)]
    print("where the time goes, in ms, median of 5")
    for lines in zip(*runs, strict=True):
        name = lines[0].split("\t")[0]
        print(f"  {statistics.median(int(line.split(chr(9))[1]) for line in lines):6.0f}  {name}")


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    run(command)
    return time.perf_counter() - start


def timed(command: list[str]) -> tuple[float, list[float]]:
    start = time.perf_counter()
    parts = run(command).split()
    return time.perf_counter() - start, [float(part) for part in parts]


def run(command: list[str]) -> str:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True, text=True).stdout


def verdict(kept: bool) -> str:
    return "kept" if kept else "EXCEEDED"


if __name__ == "__main__":
    main()
