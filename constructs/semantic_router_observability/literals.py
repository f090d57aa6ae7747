"""Recognition of literal credentials: private keys, tokens of known services, hashes of passwords, URLs that contain credentials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from semantic_router_observability.errors import ConfigError, Key, Where, at

if TYPE_CHECKING:
    from collections.abc import Iterator

SHAPES = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    "an age key": re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{20,}"),
    "a hash of a password": re.compile(r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|\$argon2(?:id|i|d)\$v="),
    "an AWS access key": re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"),
    "a Google API key": re.compile(r"(?<![\w-])AIza[\w-]{35}(?![\w-])"),
    "a JSON web token": re.compile(r"(?<![\w.-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "a GitHub token": re.compile(r"(?<!\w)(?:gh[oprsu]_\w{36}|github_pat_\w{40,})"),
    "a GitLab token": re.compile(r"(?<!\w)glpat-[\w-]{20,}"),
    "a Grafana token": re.compile(r"(?<!\w)(?:glsa|glc)_[\w+/=-]{32,}"),
    "a Slack token": re.compile(r"(?<!\w)xox[abeoprs]-[\w-]{10,}|(?<!\w)xapp-\d-[\w-]{10,}"),
    "a Vault token": re.compile(r"(?<![\w.])hv[sb]\.[\w-]{24,}"),
    "a webhook's address": re.compile(
        r"https://(?:hooks\.slack\.com/(?:services|workflows|triggers)/\w+/\w+"
        r"|(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/[\w-]+"
        r"|[\w.-]+\.webhook\.office\.com/webhookb2/\w+"
        r"|[\w.-]+\.logic\.azure\.com[\w./:-]*\?\S*sig=\w+"
        r"|chat\.googleapis\.com/v1/spaces/\S*key="
        r"|events\.pagerduty\.com/integration/\w+"
        r"|hc-ping\.com/[0-9a-f-]{20,}|nosnch\.in/\w+)"
    ),
}
"""Texts that are credentials wherever they stand. Each is narrow enough that nothing else in these files looks like it."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/@:?#'\"]*:(?!\$)[^\s/@:'\"{}$]+@[\w.\[-]")

_NAMES = re.compile(
    r"^secrets$|(?:^|_)(?:pass(?:word|wd|phrase)|secret|token|credentials?|(?:api|access|secret|private|routing|service|signing|encryption)_?key)$"
)

INSTEAD = "keep it in a Secret and name that here: {secret: NAME, key: KEY}"


def is_credential(field: str) -> bool:
    """Whether a field of this name holds a credential, in `snake_case`, `camelCase` or as a header; `password_file` or `token_url` do not."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field).replace("-", "_").lower()
    return bool(_NAMES.search(words))


def holds_credential(field: str, value: Any) -> bool:
    """Whether a field of a raw mapping is a literal credential: a text, a list of texts, or the `values` of a header."""
    if isinstance(value, dict):
        value = value.get("values")
        header = field.lower() in {"authorization", "cookie"}
    else:
        header = False
    texts = value if isinstance(value, list) else [value]
    return (header or is_credential(field)) and any(isinstance(text, str) and text for text in texts)


def shape_of(text: str, *, addresses: bool = True) -> str | None:
    """What kind of credential the text holds, None when it looks like none; `addresses` that hold a password count too."""
    if addresses and _ADDRESS.search(text):
        return "an address with a password"
    return next((name for name, shape in SHAPES.items() if shape.search(text)), None)


def credentials(where: Where, value: Any, *, addresses: bool = True) -> Iterator[ConfigError]:
    """Find credentials of a known shape anywhere in a value. The errors say where and what each looks like, and do not repeat it."""
    match value:
        case dict():
            for key, item in value.items():
                yield from credentials(at(where, Key(key)), item, addresses=addresses)
        case list() | tuple():
            for index, item in enumerate(value):
                yield from credentials(at(where, index), item, addresses=addresses)
        case str():
            if kind := shape_of(value, addresses=addresses):
                yield ConfigError(where, "…", f"looks like {kind}; {INSTEAD}")


def refuse_credentials(where: Where, value: Any, *, addresses: bool = True) -> None:
    """Refuse a credential of a known shape anywhere in a value.

    Raises:
        ConfigError: there is one.

    """
    for error in credentials(where, value, addresses=addresses):
        raise error
