"""Bases of the values that callers and `observability.yaml` write."""

from __future__ import annotations

from collections.abc import Sequence
from functools import wraps
from typing import Any

import msgspec

from .errors import ConfigError, Value


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A value of several fields: immutable, spelled in camelCase in YAML, and without room for keys it does not know.

    Subclasses repeat `frozen=True, kw_only=True`, since type checkers and `kw_only` do not inherit them. A field of several values is a
    `Sequence` and accepts any; it is stored as a tuple, so that values compare and can be hashed. What `__post_init__` refuses is reported
    with the name of the class in front, since the value does not know where it will stand.
    """

    def __post_init__(self) -> None:
        store_tuples(self)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        check = cls.__dict__.get("__post_init__")
        if check is None:
            return

        @wraps(check)
        def checked(self: Spec) -> None:
            store_tuples(self)
            try:
                check(self)
            except ConfigError as error:
                if isinstance(next(iter(error.path), None), Value):
                    raise
                # A value that has to be named is known by its name.
                named = any(field.name == "name" and field.required for field in msgspec.structs.fields(cls))
                name = f" {msgspec.structs.asdict(self)['name']!r}" if named and error.path != ("name",) else ""
                raise error.within(Value(f"{type(self).__name__}{name}")) from error.__cause__

        cls.__post_init__ = checked  # type: ignore[method-assign]


def store_tuples(value: msgspec.Struct) -> None:
    """Replace every list, or other sequence, among the fields by a tuple."""
    for name in value.__struct_fields__:
        given = getattr(value, name)
        if isinstance(given, Sequence) and not isinstance(given, tuple | str):
            msgspec.structs.force_setattr(value, name, tuple(given))


class Tagged(Spec, frozen=True, kw_only=True, tag_field="type"):
    """One of several forms of a value; in YAML its key `type` holds the form's `tag`."""


class Record(msgspec.Struct, frozen=True):
    """A value that only code makes, never YAML. A dataclass would take ten times as long to define, at every start."""
