"""Serves what a real router recorded, over and over: `python replay.py phases.om.xz`. Standard library only.

Twelve minutes: normal traffic, failures of all kinds after 3, web pages in place of answers after 5.5, slow answers after 9, failures again
after 10.5. The start of each round looks to Prometheus like a router that has restarted, as its counters begin again.
"""

from __future__ import annotations

import lzma
import re
import sys
import time
from bisect import bisect_right
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 9190
TARGET = re.compile(r'(?:instance|job|namespace|pod|service)="[^"]*",?')
"""Labels that the scrape of the recording added, and that of the replay adds again."""


class Recording:
    """The pages of a recording, by the second at which they were scraped."""

    def __init__(self, path: str) -> None:
        pages: dict[float, list[str]] = {}
        with lzma.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                if line.startswith("#"):
                    continue
                series, value, seconds = line.rsplit(" ", 2)
                # A series that ended is recorded as NaN.
                if value != "NaN":
                    name, brace, labels = series.partition("{")
                    pages.setdefault(float(seconds), []).append(f"{name}{brace}{TARGET.sub('', labels)} {value}\n")
        first = min(pages)
        self.times = [seconds - first for seconds in sorted(pages)]
        self.pages = [pages[seconds] for seconds in sorted(pages)]
        self.begin = time.time()

    def page(self) -> str:
        """Return the page of now."""
        rounds, seconds = divmod(time.time() - self.begin, self.times[-1])
        started = self.begin + rounds * self.times[-1]
        lines = self.pages[bisect_right(self.times, seconds) - 1]
        return "".join(
            f"process_start_time_seconds {started:.0f}\n" if line.startswith("process_start_time_seconds") else line for line in lines
        )


def main() -> None:
    recording = Recording(sys.argv[1])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/metrics"
            body = recording.page().encode() if found else b"only /metrics is here\n"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a line each scrape is no news."""

    ThreadingHTTPServer(("", PORT), Handler).serve_forever()


if __name__ == "__main__":
    main()
