"""How large an object may be."""

from __future__ import annotations

import msgspec

OBJECT_BUDGET = 240_000
"""Bytes of string data one object may hold, as JSON writes them: client-side `kubectl apply` repeats the object in an annotation limited to
262,144 bytes, and labels and names need some of these."""


def size_in_annotation(text: str) -> int:
    """Bytes a text takes there: quotes, backslashes and line breaks take two, and kubectl writes `<`, `>` and `&` as six (an escape)."""
    escaped = len(msgspec.json.encode(text)) - 2
    return escaped + 5 * sum(text.count(mark) for mark in "<>&")
