"""Variables in Grafana's provisioning files: which credentials arrive by them, and how a `$` is written that is none."""

from __future__ import annotations

import re
from typing import Any

from semantic_router_observability.errors import ConfigError, Key, Where, at
from semantic_router_observability.kubernetes.pods import content_hash
from semantic_router_observability.kubernetes.secrets import SecretKey, SecretUse

REFERENCE = re.compile(r"(?:[A-Za-z]+ )?\$(?:__(?:file|env)\{[^{}]+\}|\{[^{}]+\}|[A-Za-z_][A-Za-z0-9_]*)")
"""How a provisioning file refers to a credential, alone or after a scheme such as `Bearer`."""


class Environment:
    """Environment variables that carry credentials into provisioning files.

    Grafana expands a file reference in a provisioning file twice, which mangles a credential with a `$` in it; a variable written as
    `$NAME` is expanded once. That is why data sources, and only they, take credentials from the environment.
    """

    def __init__(self) -> None:
        self._variables: dict[str, SecretKey] = {}

    def reference(self, name: str, key: SecretKey) -> str:
        """Make the key available as a variable and return how a provisioning file writes it."""
        variable = re.sub(r"[^A-Z0-9]", "_", f"DATASOURCE_{name}".upper())
        if self._variables.get(variable, key) != key:
            # Two uids may differ only in what a variable's name cannot tell apart.
            variable = f"{variable}_{content_hash(name).upper()}"
        self._variables[variable] = key
        return f"${variable}"

    def body(self) -> list[dict[str, Any]]:
        """As a container's `env`."""
        return [
            {"name": name, "valueFrom": {"secretKeyRef": {"name": key.secret, "key": key.key}}} for name, key in self._variables.items()
        ]

    def uses(self, namespace: str, reader: str) -> list[SecretUse]:
        """Say what is read so far; a variable keeps its value until the pod is made anew."""
        return [
            SecretUse(namespace=namespace, secret=key.secret, key=key.key, reader=reader, method="environment", on_change="restart")
            for key in self._variables.values()
        ]


def escaped(value: Any) -> Any:
    """Write each `$` twice: Grafana puts environment variables into every text of the file."""
    match value:
        case dict():
            return {key: escaped(item) for key, item in value.items()}
        case list() | tuple():
            return [escaped(item) for item in value]
        case str():
            return value.replace("$", "$$")
        case _:
            return value


_EXPANDED = re.compile(r"\$(?!__(?:file|env)\{)[{\w*#@!?-]")


def refuse_expansion(where: Where, value: Any) -> None:
    """Refuse what Grafana replaces by a variable that its pod does not have, and so by nothing."""
    match value:
        case dict():
            for key, item in value.items():
                refuse_expansion(at(where, Key(key)), item)
        case list() | tuple():
            for index, item in enumerate(value):
                refuse_expansion(at(where, index), item)
        case str() if _EXPANDED.search(value.replace("$$", "")):
            raise ConfigError(where, value, "Grafana replaces '$' and what follows by an environment variable; write '$$' for a '$'")
