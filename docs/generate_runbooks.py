"""Writes the generated parts of `runbooks/`: `python docs/generate_runbooks.py`; with `--check`, it only reports whether they are up to date.

A page has two generated blocks, one above and one below the hand-written part, which is kept as it is. A new alert gets a page
with the headings of `SECTIONS`, and a test requires text below them.
"""

# ruff: noqa: INP001  a program, not a package

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from semantic_router_observability.alerting import Alerts, Availability, Knobs, Slo
from semantic_router_observability.alerting.defaults import topics
from semantic_router_observability.alerting.facts import Facts
from semantic_router_observability.alerting.links import Panel
from semantic_router_observability.alerting.numbers import NUMBERS
from semantic_router_observability.alerting.options import EVERYTHING
from semantic_router_observability.alerting.rule import SEVERITIES
from semantic_router_observability.alerting.watched import has_threshold
from semantic_router_observability.alertmanager.inhibition import DEFAULT_INHIBITIONS
from semantic_router_observability.contract import Contract
from semantic_router_observability.dashboards import DASHBOARDS
from semantic_router_observability.kubernetes.storage import Claim, size_bytes
from semantic_router_observability.prometheus.scrape import ScrapeGuards
from semantic_router_observability.promql import pretty
from semantic_router_observability.router.target import SERVICE as ROUTER
from semantic_router_observability.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from semantic_router_observability.alerting.definition import Definition

DOCS = Path(__file__).resolve().parent
RUNBOOKS = DOCS / "runbooks"
INDEX = RUNBOOKS / "README.md"

BEGIN = "<!-- generated: begin -->"
END = "<!-- generated: end -->"
SECTIONS = ("Impact on users", "First checks", "Causes and fixes", "Escalate")

INSTALLATION = Facts(
    namespaces=(Settings().namespace,),
    # A name for the alert about scrape jobs of users.
    jobs=("vllm",),
    sample_limit=ScrapeGuards().sample_limit,
    volume_bytes=size_bytes(Claim(size="20Gi")),
    remote_write=True,
    alertmanager=True,
    optional_dashboards=EVERYTHING.optional_dashboards,
    trace_store=True,
    thanos_sources=2,
    object_storage=True,
)
"""The default installation, with every option that has its own alerts."""

EXAMPLE = Slo(name="answers", sli=Availability(), objective=0.99)
"""The SLO whose rules the pages on SLOs show."""

OF_AN_SLO = """\
Each SLO under `alerts.slos` has this alert, with its own name, objective and window. The page shows it for `answers`, whose objective is that 99 % of
requests do not fail: see [Define SLOs](../alerts.md#define-slos)."""

FIND_ROUTER = """\
For the commands below, the alert's label `namespace`, and the label that this installation's router pods have:

```bash
NAMESPACE=vllm-semantic-router-system
ROUTER=app=semantic-router
kubectl -n "$NAMESPACE" get pods -l "$ROUTER" -o name | grep -q . || ROUTER=app.kubernetes.io/name=semantic-router
```"""
"""Manifests, the Helm chart and KServe give their pods the label `app`, the router's operator does not."""

MEANINGS = {
    "critical": "Users are failing now, or nobody would notice if they were: page someone.",
    "warning": "Some users suffer, or all soon will: look within the working day.",
    "info": "Worth knowing when reading another alert or a dashboard; notifies nobody.",
}


@dataclass(frozen=True)
class Alert:
    """A shipped alert: the rule that Prometheus reads, and its definition."""

    rule: Mapping[str, Any]
    topic: str
    panel: Panel | None
    definition: Definition | None

    @property
    def name(self) -> str:
        """Value of the `alertname` label."""
        return str(self.rule["alert"])

    @property
    def page(self) -> str:
        """File that its `runbook_url` leads to."""
        return str(self.rule["annotations"]["runbook_url"]).rsplit("/", 1)[1]

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels that the rule itself sets."""
        return {"alertname": self.name, **self.rule["labels"]}

    @property
    def severity(self) -> str:
        """Critical, warning or info."""
        return str(self.rule["labels"]["severity"])


@cache
def groups() -> Mapping[str, Any]:
    """Rule groups of every alert that the project ships, including those that are off by default and those of an SLO."""
    off = [alert.name for topic in topics(INSTALLATION).values() for alert in topic if not alert.enabled]
    return everything(off).groups(INSTALLATION)


def everything(off: Iterable[str]) -> Alerts:
    """Turn on what is off by default, with its default numbers."""
    return Alerts(rules={name: Knobs(enabled=True) for name in off}, slos=(EXAMPLE,))


@cache
def alerts() -> tuple[Alert, ...]:
    """Every alert that the project ships."""
    definitions = {alert.name: alert for topic in topics(INSTALLATION).values() for alert in topic}
    return tuple(
        Alert(rule, file.removeprefix("alerts-"), panel_of(rule), definitions.get(rule["alert"]))
        for file, inner in groups().items()
        for group in inner
        for rule in group["rules"]
        if "alert" in rule
    )


def panel_of(rule: Mapping[str, Any]) -> Panel | None:
    """Panel that the rule links to."""
    link = re.search(r"/d/([\w-]+)/\?(?:viewPanel=(\d+))?", rule["annotations"].get("dashboard_url", ""))
    return Panel(uid=link[1], id=int(link[2]) if link[2] else None) if link else None


@cache
def titles() -> Mapping[str, tuple[str, Mapping[int, str]]]:
    """Title of each shipped dashboard and of its panels, by uid and number."""

    def inside(panels: Iterable[Any]) -> Iterator[tuple[int, str]]:
        for panel in panels:
            yield getattr(panel, "id_val", None) or panel.id, panel.title
            yield from inside(getattr(panel, "panels", None) or ())

    models = [entry.build() for entry in DASHBOARDS]
    return {str(model.uid): (str(model.title), dict(inside(model.panels or ()))) for model in models}


def plain(text: str) -> str:
    """An annotation without its template: where a value goes, its name."""
    text = re.sub(r"\{\{ with [^}]*\}\}.*?\{\{ end \}\}", "", text)
    text = re.sub(r"\{\{ \$labels\.(\w+)[^}]*\}\}", r"`\1`", text)
    return re.sub(r"\{\{ [^}]*\$value[^}]*\}\}", "`value`", text)


def where_to_look(panel: Panel | None) -> str:
    """The panel in words, and the path to it behind Grafana's address."""
    if panel is None:
        return "none"
    if panel.uid not in titles():
        raise SystemExit(f"an alert links to dashboard {panel.uid}, which is not shipped; shipped are {', '.join(titles())}")
    title, panels = titles()[panel.uid]
    if panel.id is None:
        return f"{title}: `/d/{panel.uid}/`"
    return f"{title}, {cell(panels[panel.id])}: `/d/{panel.uid}/?viewPanel={panel.id}`"


def cell(text: str) -> str:
    """Keep a text in its cell of a table."""
    return text.replace("|", "\\|")


def head(page: list[Alert]) -> str:
    """What the reader has to know before anything else."""
    lines = []
    for alert in page:
        annotations = alert.rule["annotations"]
        labels = ", ".join(f"{name} `{alert.labels[name]}`" for name in ("service", "component", "team", "slo") if name in alert.labels)
        off = alert.definition.off_because if alert.definition and not shipped_on(alert) else ""
        row = (alert.severity, alert.rule.get("for", "0s"), alert.rule.get("keep_firing_for", "0s"), labels, where_to_look(alert.panel))
        lines += [
            f"**{alert.name}: {plain(annotations['summary'])}.**" if len(page) > 1 else f"**{plain(annotations['summary'])}.**",
            "",
            annotations.get("description", ""),
            *(["", f"Disabled by default: {off}."] if off else []),
            *(["", OF_AN_SLO] if "slo" in alert.labels else []),
            "",
            "| Severity | Fires after | Keeps firing for | Labels | Panel |",
            "| --- | --- | --- | --- | --- |",
            f"| {' | '.join(row)} |",
            "",
            *(number_of(alert.definition) if alert.definition else variables_of(alert.name)),
        ]
    return "\n".join(lines)


def number_of(definition: Definition) -> list[str]:
    """The query behind the panel and behind the value in the notification, and the variables of the page's commands."""
    if definition.name not in NUMBERS and definition.panel is None:
        return []
    elsewhere = definition.panel is not None and definition.name in NUMBERS
    causes = f" Where its causes show: {where_to_look(definition.panel)}." if elsewhere else ""
    lines = [
        f"The number that the alert compares, as in the panel and in the notification.{causes}",
        "",
        "```promql",
        pretty(definition.shape.number(definition.tuning)),
        "```",
        "",
    ]
    return [*lines, *variables_of(definition.name)]


def variables_of(name: str) -> list[str]:
    """Set the variables of a page's commands, where it has such commands."""
    written = RUNBOOKS / f"{name}.md"
    used = written.exists() and "$NAMESPACE" in core(written.read_text(encoding="utf-8"))
    return [FIND_ROUTER, ""] if used else []


@cache
def on_as_shipped() -> frozenset[str]:
    """Names of the alerts that are on by default."""
    return frozenset(alert.name for _, alert in Alerts().definitions(INSTALLATION))


def shipped_on(alert: Alert) -> bool:
    """Whether it is on by default."""
    return alert.definition is None or alert.name in on_as_shipped()


def foot(page: list[Alert]) -> str:
    """The rule: expression, numbers, and which other alerts have to do with it."""
    lines = ["## The rule", ""]
    for alert in page:
        lines += [f"`{alert.name}`:", ""] if len(page) > 1 else []
        lines += ["```promql", alert.rule["expr"], "```", ""]
        knobs = list(numbers(alert.definition)) if alert.definition else []
        if knobs:
            lines += [f"Keys under `alerts.rules.{alert.name}` in `observability.yaml`, and their defaults:", ""]
            lines += ["| Key | Default |", "| --- | --- |", *(f"| `{key}` | {cell(value)} |" for key, value in knobs), ""]
    lines += [f"- {word}: {names(found)}." for word, found in related(page) if found]
    return "\n".join([*lines, ""])


def numbers(definition: Definition) -> Iterator[tuple[str, str]]:
    """Knobs that change the alert, with their defaults."""
    tuning = definition.tuning
    if has_threshold(definition):
        window = getattr(definition.shape, "window", None)
        yield "threshold", f"{tuning.threshold:g} ({definition.shape.unit}{f', over {window} minutes' if window else ''})"
    if tuning.bound:
        yield "bound", f"{tuning.bound:g} (seconds; an observation above it is slow)"
    if tuning.at_least:
        yield "atLeast", f"{tuning.at_least} (minimum number of bad events in the window)"
    yield "for", tuning.for_
    yield "keepFiringFor", tuning.keep_firing_for
    yield "severity", tuning.severity


def related(page: list[Alert]) -> Iterator[tuple[str, list[str]]]:
    """Alerts of the same topic, and those that Alertmanager suppresses."""
    here = {alert.name for alert in page}
    everything = [alert for alert in alerts() if alert.page != page[0].page]
    yield "Same topic", [other.name for other in everything if other.topic in {alert.topic for alert in page}]
    yield "While it fires, Alertmanager suppresses", [other.name for other in everything if any(silences(alert, other) for alert in page)]
    yield (
        "Alertmanager suppresses it while one of these fires",
        [other.name for other in everything if other.name not in here and any(silences(other, alert) for alert in page)],
    )


def names(found: list[str]) -> str:
    """Links to pages of alerts; for most alerts about the router, the exceptions."""
    pages = {alert.name: alert.page for alert in alerts()}
    router = [alert.name for alert in alerts() if alert.labels["service"] == ROUTER]
    if set(found) <= set(router) and len(found) > len(router) / 2:
        others = [name for name in router if name not in found]
        return f"all alerts about the router except {', '.join(f'[{name}]({pages[name]})' for name in others)}"
    return ", ".join(f"[{name}]({pages[name]})" for name in found)


class Matcher(NamedTuple):
    """A matcher of Alertmanager."""

    label: str
    operator: str
    value: str

    def holds(self, labels: Mapping[str, str], dynamic: frozenset[str]) -> bool:
        """Whether an alert with these labels can meet it; a label of the result may have any value."""
        if self.label in dynamic and self.label not in labels:
            return True
        value = labels.get(self.label, "")
        same = bool(re.fullmatch(self.value, value)) if "~" in self.operator else value == self.value
        return same != self.operator.startswith("!")


def matchers(texts: Iterable[str]) -> list[Matcher]:
    """Read conditions."""
    found = [re.fullmatch(r'(\w+)(=~|!~|!=|=)"(.*)"', text) for text in texts]
    return [Matcher(*match.groups()) for match in found if match]


@cache
def result_labels(name: str) -> frozenset[str]:
    """Labels that the expression leaves on its results."""
    alert = next(alert for alert in alerts() if alert.name == name)
    if alert.definition and alert.definition.by:
        return frozenset(alert.definition.by)
    return frozenset(contract().read(alert.rule["expr"], where=name)[1].labels or ())


@cache
def contract() -> Contract:
    """Return the known metrics, including recorded series."""
    known = Contract.everything()
    for file, inner in groups().items():
        known = known.recording(inner, where=file)[1]
    return known


def silences(source: Alert, target: Alert) -> bool:
    """Whether the default inhibitions suppress an alert while another fires, when both are about the same installation."""
    from_source, from_target = result_labels(source.name), result_labels(target.name)
    return any(
        all(matcher.holds(source.labels, from_source) for matcher in matchers(rule.source))
        and all(matcher.holds(target.labels, from_target) for matcher in matchers(rule.target))
        # Equal: both rules set the same value, both take it from their result, or neither has the label.
        and all(
            source.labels.get(name) == target.labels.get(name) and (name in from_source) == (name in from_target) for name in rule.equal
        )
        for rule in DEFAULT_INHIBITIONS
    )


def page(found: list[Alert], written: str) -> str:
    """Text of a page around its hand-written part."""
    title = found[0].page.removesuffix(".md")
    return f"# {title}\n\n{BEGIN}\n{head(found)}{END}\n\n{written}\n\n{BEGIN}\n{foot(found)}{END}\n"


def core(text: str) -> str:
    """The hand-written part: the text between the two generated blocks."""
    parts = text.split(END)
    if len(parts) != 3 or text.count(BEGIN) != 2:  # noqa: PLR2004 - two blocks
        raise SystemExit(f"a runbook page has two blocks between {BEGIN} and {END}, and hand-written text between the blocks")
    return parts[1].split(BEGIN)[0].strip()


def index(written: str) -> str:
    """Text of the index around its hand-written part."""
    lines: list[str] = []
    for severity in SEVERITIES:
        lines += [f"### {severity.capitalize()}", "", MEANINGS[severity], "", "| Alert | What happened |", "| --- | --- |"]
        mine = [alert for alert in alerts() if alert.severity == severity]
        lines += [f"| [{alert.name}]({alert.page}) | {cell(plain(alert.rule['annotations']['summary']))} |" for alert in mine]
        lines.append("")
    before, rest = written.split(BEGIN)
    return "\n".join([f"{before}{BEGIN}", *lines]) + END + rest.split(END)[1]


def pages() -> dict[Path, str]:
    """Return all files as they should be."""
    wanted: dict[str, list[Alert]] = {}
    for alert in alerts():
        wanted.setdefault(alert.page, []).append(alert)
    empty = "\n\n".join(f"## {section}" for section in SECTIONS)
    found = {}
    for name, mine in wanted.items():
        path = RUNBOOKS / name
        written = core(path.read_text(encoding="utf-8")) if path.exists() else empty
        found[path] = page(mine, written)
    found[INDEX] = index(INDEX.read_text(encoding="utf-8"))
    return found


def main() -> int:
    """Write the pages, or compare them."""
    stale = []
    for path, text in pages().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.name)
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv[1:]:
        print(f"docs/runbooks is stale ({', '.join(stale)}): run `make docs`", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
