"""What Prometheus does to labels: enough of its relabelling to try ours without running it."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Labels = dict[str, str]


def relabel(labels: Mapping[str, str], configs: Sequence[Mapping[str, Any]]) -> Labels | None:
    """The labels afterwards; None when the target or series is dropped."""
    result = dict(labels)
    for config in configs:
        value = config.get("separator", ";").join(result.get(label, "") for label in config.get("source_labels", ()))
        action = config.get("action", "replace")
        match = re.fullmatch(config.get("regex", "(.*)"), value, re.DOTALL)
        if action == "keep" and not match:
            return None
        if action == "drop" and match:
            return None
        if action == "hashmod":
            digest = hashlib.md5(value.encode(), usedforsecurity=False).digest()
            result[config["target_label"]] = str(int.from_bytes(digest[8:], "big") % config["modulus"])
        if action == "labeldrop":
            result = {label: text for label, text in result.items() if not re.fullmatch(config["regex"], label)}
        if action == "replace" and match:
            template = re.sub(r"\$\{?(\d)\}?", r"\\g<\1>", config.get("replacement", "$1"))
            replaced = match.expand(template)
            result[config["target_label"]] = replaced
        if action not in {"keep", "drop", "hashmod", "labeldrop", "replace"}:
            raise ValueError(action)
    return {label: text for label, text in result.items() if text}


def scraped(labels: Mapping[str, str], configs: Sequence[Mapping[str, Any]], job: str) -> Labels | None:
    """Labels of the target that would be scraped: those that start with `__` are gone but for the address, as `instance`."""
    result = relabel({"job": job, **labels}, configs)
    if result is None:
        return None
    result.setdefault("instance", result.get("__address__", ""))
    return {label: text for label, text in result.items() if not label.startswith("__")}
