"""Writes what the pinned Prometheus and Alertmanager know of their configuration: `python imports/generate_native.py`.

Two small programs (`tests/tools/native`) list the types into which each reads its configuration; Prometheus's also lists the classes of
characters that its regular expressions take. The same pins give the same bytes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NATIVE = ROOT / "constructs" / "semantic_router_observability" / "native"
FILES = {
    "prometheus.json": ("native-prometheus", "fields"),
    "alertmanager.json": ("native-alertmanager", "fields"),
    "unicode.json": ("native-prometheus", "unicode"),
}
"""Each file, and the program and argument that print it."""


def content(name: str) -> bytes | None:
    """Return what a file has to hold; None where its program is not built."""
    sys.path.insert(0, str(ROOT / "tests"))
    from tools.build import find  # noqa: PLC0415 - needs the path above

    program, argument = FILES[name]
    path = find(program)
    return None if path is None else subprocess.run([path, argument], capture_output=True, check=True).stdout


def main() -> None:
    """Write the files."""
    for name in FILES:
        text = content(name)
        if text is None:
            raise SystemExit(f"{name} is not written: make tools builds the program that prints it (needs Go)")
        (NATIVE / name).write_bytes(text)


if __name__ == "__main__":
    main()
