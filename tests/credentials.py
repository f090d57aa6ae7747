"""A second pair of eyes: what in a set of manifests could be a credential, read as a stranger would who found them in a public repository."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

DEMO = "semantic-router-observability/demo-credentials"

_NAMES = re.compile(r"(?i)(pass(word|wd|phrase)?|secret|token|credentials?|api[_-]?key|(private|access|routing|service|signing)[_-]?key)$")
_REFERENCE = re.compile(
    r"\$__(file|env)\{[^{}]+\}|((Bearer|Basic|Token) )?\$(\{\w+\}|\w+)|/[\w./-]+|\{\{.*\}\}",
    re.DOTALL,
)
"""What may stand for a credential: a file, a variable, a path, a template."""

_NAMES_OF_THINGS = {"secretName", "secretKey", "automountServiceAccountToken", "serviceAccountToken"}
"""Fields that are called like a credential, and name an object or a key."""

_NAMES_A_SECRET = re.compile(r"\.rootCAs\[\d+\]\.secret$|\.nginx\.ingress\.kubernetes\.io/(auth-tls|proxy-ssl)-secret$")
"""Where a controller is given the name of a Secret: the authority of Traefik's ServersTransport, annotations of ingress-nginx."""

_SHAPES = {
    "private key": re.compile(r"BEGIN [A-Z ]*PRIVATE KEY|AGE-SECRET-KEY-"),
    "password hash": re.compile(r"\$2[abxy]\$\d\d\$|\$argon2|\$apr1\$|\{SHA\}|\$6\$"),
    "AWS key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "JWT": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\."),
    "service token": re.compile(r"\b(gh[oprsu]_\w{30,}|github_pat_\w+|glpat-[\w-]{20}|gl(sa|c)_\w{20,}|xox[a-z]-[\w-]{8,}|hv[sb]\.[\w-]{20,}|AIza[\w-]{35})"),
    "webhook": re.compile(r"hooks\.slack\.com/(services|workflows|triggers)/\w+/\w+|discord(app)?\.com/api/webhooks/\d|webhook\.office\.com/webhookb2/\w|[?&](sig|token|key)=\w{8}"),
    "URL with a password": re.compile(r"\w://[^\s/@:{}$]*:[^\s/@{}$'\"]+@"),
}  # fmt: skip


def findings(objects: list[dict[str, Any]]) -> list[str]:
    """`where: what` for each suspicion."""
    found = []
    for manifest in objects:
        metadata = manifest["metadata"]
        name = f"{manifest['kind']} {metadata['name']}"
        if manifest["kind"] == "Secret":
            has_values = bool(manifest.keys() & {"data", "stringData"}) and DEMO not in metadata.get("annotations", {})
            found += [f"{name}: a Secret with its values"] if has_values else []
            continue
        found += [f"{name}{where}: {what}" for where, what in _walk(manifest)]
    return found


def _walk(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _named(f"{where}.{key}", key, item)
            yield from _walk(item, f"{where}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{where}[{index}]")
    elif isinstance(value, str):
        yield from ((where, what) for what in _in_text(value))
        yield from _inside(value, where)


def _named(where: str, key: str, value: Any) -> Iterator[tuple[str, str]]:
    texts = value if isinstance(value, list) else [value]
    if key in _NAMES_OF_THINGS or not _NAMES.search(key) or _NAMES_A_SECRET.search(where):
        return
    for text in texts:
        if isinstance(text, str) and text not in {"", "true", "false"} and not _REFERENCE.fullmatch(text):
            yield where, "a value under such a name"


def _in_text(text: str) -> Iterator[str]:
    yield from (what for what, shape in _SHAPES.items() if shape.search(text))
    for word in re.findall(r"(?<![\w+/=-])[A-Za-z0-9+/]{24,}={0,2}(?![\w+/=-])", text):
        try:
            decoded = base64.b64decode(word, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        yield from (f"{what} in base64" for what, shape in _SHAPES.items() if shape.search(decoded))


def _inside(text: str, where: str) -> Iterator[tuple[str, str]]:
    """Look into files that are inside a text: YAML and JSON as such, anything else line by line."""
    if "\n" not in text:
        return
    try:
        # Dashboards are most of the text, and JSON is read a hundred times as fast as YAML.
        documents = [json.loads(text)]
    except ValueError:
        try:
            documents = list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        except yaml.YAMLError:
            documents = []
    parsed = [document for document in documents if isinstance(document, dict | list)]
    for document in parsed:
        yield from _walk(document, f"{where}>")
    if not parsed:
        for line in text.splitlines():
            if match := re.fullmatch(r"\s*([\w.-]+)\s*[=:]\s*(.+?)\s*", line):
                yield from _named(f"{where}>{match[1]}", match[1], match[2].strip("\"'"))
