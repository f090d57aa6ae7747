"""Bounds on what a scraped page may do: to this Prometheus's memory, to the number of series, to series that are its own. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from semantic_router_observability.router.catalogue import families

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic_router_observability.router.catalogue import Family, UnboundedLabel

    from .scrape import ScrapeGuards

ANY_PAGE: Mapping[str, Any] = {
    "body_size_limit": "100MB",
    "label_limit": 100,
    "label_name_length_limit": 500,
    "label_value_length_limit": 10_000,
}
"""Bounds for jobs that state none, in the global section."""

BYTES_PER_SAMPLE = 400
"""Room on a page. The router's recorded pages take 79 to 86 bytes a sample, without HELP lines."""

CLIENT_LABEL_VALUES = 8192
"""How many values a client-chosen label may take in storage."""

NAME = r"[^\x00-\x1f\x7f]{1,128}"
"""What a name from the router's configuration looks like; anything else, where clients can write, is theirs."""


_OWN = (
    "up",
    "ALERTS",
    "ALERTS_FOR_STATE",
    "scrape_(duration_seconds|samples_scraped|samples_post_metric_relabeling|series_added|timeout_seconds|sample_limit|body_size_bytes)",
    # Recorded by the rules, as level:metric:operation. One colon is a prefix of other programs, such as vllm:num_requests_running.
    ".+:.+:.+",
)


def own_names(*components: str) -> list[dict[str, Any]]:
    """Relabelling that drops samples a page has no business to hold: those that Prometheus itself writes of every target and rule.

    A page with `up{fake="1"} 0` would fire the alert on a router that is down, which mutes others; one with a recorded name would change
    dashboards and SLOs. `components` are those whose own metrics the page cannot hold either.
    """
    return [{"source_labels": ["__name__"], "regex": "|".join([*_OWN, *(f"{name}_.+" for name in components)]), "action": "drop"}]


def page_limit(samples: int) -> str | None:
    """Most bytes of an unpacked page of so many samples: Prometheus counts samples but not their labels, and a small page in gzip can be large."""
    return f"{max(1, samples * BYTES_PER_SAMPLE // 2**20)}MB" if samples else None


def metric_relabel_configs(guards: ScrapeGuards) -> list[dict[str, Any]]:
    """Relabelling of the router's samples, from the labels the catalogue calls personal or unbounded."""
    configs: list[dict[str, Any]] = []
    if guards.drop_families:
        # First, so that nothing else is done to what goes.
        names = f"(?:{'|'.join(sorted(guards.drop_families))})(?:_bucket|_count|_sum)?"
        configs.append({"source_labels": ["__name__"], "regex": names, "action": "drop"})
    if guards.drop_personal:
        personal = sorted({label for family in families().values() for label in family.personal})
        configs += [{"source_labels": [label], "regex": ".+", "action": "drop"} for label in personal]
    if guards.bound_client_labels:
        configs += _bounded_labels()
    if guards.label_value_length_limit:
        # All labels together, so that one rule covers every label, and no list of those that are known to leak.
        labels = sorted({label for family in families().values() if family.fed for label in family.labels})
        longer = _longer_than(guards.label_value_length_limit)
        configs.append({"source_labels": labels, "separator": "", "regex": longer, "action": "drop"})
    return configs


def of_clients(action: Literal["keep", "drop"]) -> dict[str, Any]:
    """Relabelling that keeps, or drops, the families of which clients can make any number of series.

    They are scraped apart from all others: repeated values count towards the limit of a scrape even where hashing makes them one series, so
    that a client who invents 50,000 names would otherwise take every metric of the router away until it restarts.
    """
    growing: dict[str, None] = {}
    conditions = sorted(
        {name for family in families().values() for label in (*family.unbounded, *family.client_text) for name in label.when}
    )
    for family in families().values():
        for label in (*family.unbounded, *family.client_text) if family.fed else ():
            if label.label not in family.personal:
                growing[";".join([family.name, *(label.when.get(name, ".*") for name in conditions)])] = None
    return {"source_labels": ["__name__", *conditions], "regex": "|".join(growing), "action": action}


def limits(guards: ScrapeGuards) -> dict[str, Any]:
    """Limits of a job; a scrape over one of them fails as a whole."""
    found = {
        "sample_limit": guards.sample_limit,
        "body_size_limit": page_limit(guards.sample_limit),
        "label_limit": guards.label_limit,
        "label_name_length_limit": guards.label_name_length_limit,
        "label_value_length_limit": guards.label_value_length_limit,
    }
    return {name: limit for name, limit in found.items() if limit}


def _bounded_labels() -> list[dict[str, Any]]:
    """Hash client-written values into a fixed number of them; two rarely share one, and the count by cause stays right."""
    fed = [family for family in families().values() if family.fed]
    configs = [
        *(
            config
            for family in fed
            for label in family.unbounded
            if label.label not in family.personal
            for config in _hashed(family, label, unless="|".join(re.escape(value) for value in label.known))
        ),
        *(config for family in fed for label in family.client_text for config in _hashed(family, label, unless=NAME)),
    ]
    return [*configs, {"regex": "__tmp_hash", "action": "labeldrop"}] if configs else []


def _hashed(family: Family, growing: UnboundedLabel, unless: str = "") -> list[dict[str, Any]]:
    """Replace values of the label by `client-NUMBER`, all of them or those that are not of the form `unless`."""
    label, conditions = growing.label, {"__name__": family.name, **growing.when}
    return [
        {"source_labels": [label], "modulus": CLIENT_LABEL_VALUES, "target_label": "__tmp_hash", "action": "hashmod"},
        *([{"source_labels": [label], "regex": unless, "target_label": "__tmp_hash", "replacement": ""}] if unless else []),
        {
            "source_labels": [*conditions, label, "__tmp_hash"],
            "regex": ";".join([*(re.escape(value) for value in conditions.values()), ".+", r"(\d+)"]),
            "target_label": label,
            "replacement": "client-$1",
        },
    ]


def _longer_than(length: int) -> str:
    """Match a value of more than `length` characters. Go's expressions repeat at most 1,000 times, nested repeats included."""
    repeat = 1000
    whole, rest = divmod(length, repeat)
    return f".{{{repeat}}}" * whole + (f".{{{rest}}}" if rest else "") + ".+"
