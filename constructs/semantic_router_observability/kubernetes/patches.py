"""A change of one field of one object that no setting makes, with its reason; refused once the field is gone. Pure."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from semantic_router_observability.checks import one_of
from semantic_router_observability.errors import ConfigError, arg
from semantic_router_observability.literals import refuse_credentials
from semantic_router_observability.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Sequence

PATCHES = "semantic-router-observability/patches"
"""Annotation of a patched object: a line for each patch, `replace /spec/replicas: why`."""

OPERATIONS = ("replace", "add", "remove")

_END = "-"
"""Step behind the last item of a list, where `add` appends."""


_ANY = Meta(description="Any value.")
"""A key without any description is none to the schema; the class's docstring replaces this one."""


class Patch(Spec, frozen=True, kw_only=True):
    """A change of one field of one object that no setting makes.

    `replace` and `remove` are refused when the field is not there, `add` when what it is added to is not there: a patch that a new version
    of this project makes obsolete stops the synthesis, and is not lost in silence. Each is listed by `sro explain patches`.

    Attributes:
        object: Kind and name, such as `StatefulSet/prometheus`; with namespaces in several, `Role/routing/prometheus`.
        path: Where the field is, as a JSON pointer. An item of a list is named by its index or by its `name`, so that
            `/spec/template/spec/containers/prometheus/image` stays right when a container is added before it; `-` is the end of a list.
            In a key, write `~1` for `/` and `~0` for `~`.
        value: The new value, as in a manifest. Default: none, for `remove`.
        op: `replace` (default), `add` (also replaces a field that is there), or `remove`.
        reason: Why, in one line; the object's annotation and `sro explain patches` show it.

    """

    object: str
    path: str
    reason: str
    op: Literal["replace", "add", "remove"] = "replace"
    value: Annotated[Any, _ANY] | UnsetType = UNSET

    def __post_init__(self) -> None:
        one_of("op", self.op, OPERATIONS)
        if not self.path.startswith("/") or self.path == "/":
            raise ConfigError("path", self.path, "write a JSON pointer such as /spec/template/spec/priorityClassName")
        if not self.reason.strip() or "\n" in self.reason.strip():
            raise ConfigError("reason", self.reason, "say in one line why no setting does; reviewers and the next upgrade need it")
        if self.op == "remove" and self.value is not UNSET:
            raise ConfigError("value", self.value, f"{arg('op', 'remove')} takes none; remove it")
        if self.op != "remove" and (self.value is UNSET or self.value is None):
            raise ConfigError("value", None, f"give the new value, or write {arg('op', 'remove')}")
        refuse_credentials("value", self.value)

    @property
    def line(self) -> str:
        """What the annotation holds."""
        return f"{self.op} {self.path}: {self.reason.strip()}"

    def pointer(self, document: dict[str, Any]) -> str:
        """Return the pointer into a document, with indices in place of names.

        Raises:
            ConfigError: what the operation needs is not there.

        """
        steps = [step.replace("~1", "/").replace("~0", "~") for step in self.path[1:].split("/")]
        found: Any = document
        resolved: list[str] = []
        for number, step in enumerate(steps):
            is_last = number == len(steps) - 1
            key = self._key(found, step, steps[:number], is_new=is_last and self.op == "add")
            resolved.append(str(key))
            if not is_last:
                found = found[key]
        return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in resolved)

    def _key(self, holder: Any, step: str, before: Sequence[str], *, is_new: bool) -> str | int:
        where = "/" + "/".join(before)
        if isinstance(holder, dict):
            if step in holder or is_new:
                return step
            raise ConfigError("path", self.path, f"{where} has no {step}; it has {_near(step, list(holder))}{self._advice()}")
        if isinstance(holder, list):
            if step == _END and is_new:
                return step
            names = [str(item["name"]) if isinstance(item, dict) and "name" in item else str(index) for index, item in enumerate(holder)]
            if step in names:
                return names.index(step)
            if step.isdecimal() and int(step) < len(holder) + is_new:
                return int(step)
            raise ConfigError("path", self.path, f"{where} has no item {step}; it has {_near(step, names)}{self._advice()}")
        raise ConfigError("path", self.path, f"{where} is no mapping and no list, so it holds no {step}; see the object in dist/")

    def _advice(self) -> str:
        return {"replace": f"; correct the path, or write {arg('op', 'add')}", "remove": "; correct the path, or remove the patch"}.get(
            self.op, "; correct the path"
        )


def _near(step: str, names: Sequence[str]) -> str:
    return ", ".join(difflib.get_close_matches(step, names, n=3) or list(names)[:10]) or "none"
