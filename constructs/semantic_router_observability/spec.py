"""Bases of the values that callers and `observability.yaml` write."""

from __future__ import annotations

import msgspec


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A value of several fields: immutable, spelled in camelCase in YAML, and without room for keys it does not know.

    Subclasses repeat `frozen=True, kw_only=True`, since type checkers and `kw_only` do not inherit them.
    """


class Tagged(Spec, frozen=True, kw_only=True, tag_field="type"):
    """One of several forms of a value; in YAML its key `type` holds the form's `tag`."""
