"""How large an object may be."""

from __future__ import annotations

OBJECT_BUDGET = 240_000
"""Bytes of string data one object may hold: client-side `kubectl apply` repeats the object in an annotation limited to 262,144 bytes."""
