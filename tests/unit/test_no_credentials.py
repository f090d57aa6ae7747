"""Nothing that is synthesized holds a credential: every reviewed case, `dist/`, and random settings (`test_properties.py`)."""

from __future__ import annotations

import base64
import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from credentials import findings
from manifests import from_yaml, new_chart, objects_of
from semantic_router_observability.literals import SHAPES, is_credential, shape_of
from snapshot_cases import IN_PYTHON, IN_YAML

if TYPE_CHECKING:
    from collections.abc import Callable

    from cdk8s import Chart

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests" / "snapshot" / "files"

# Put together here, so that tools which look for leaked credentials do not stop at this file.
KEY = "-----BEGIN PRIVATE " + "KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
SLACK = "https://hooks.slack.com/" + "services/T00000000/B00000000/abcdefghijklmnop"
BCRYPT = "$2y$" + "10$" + "abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"

PLANTED = {
    "a private key": KEY,
    "an age key": "AGE-SECRET-" + "KEY-1QQPQQZQQQQQQQQQQQQQQQQQQ",
    "a hash of a password": BCRYPT,
    "an AWS access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "a Google API key": "AIza" + "A" * 35,
    "a JSON web token": JWT,
    "a GitHub token": "ghp_" + "a1B2" * 9,
    "a GitLab token": "glpat-" + "a1B2c3D4e5F6g7H8i9J0",
    "a Grafana token": "glsa_" + "a1B2" * 8 + "_12345678",
    "a Slack token": "xoxb-" + "123456789012-abcdef",
    "a Vault token": "hvs." + "CAESIJ" * 5,
    "a webhook's address": SLACK,
}


@pytest.mark.parametrize("case", IN_YAML)
def test_reviewed_settings(case: str, tmp_path: Path) -> None:
    for file in FILES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert findings(from_yaml(inspect.cleandoc(IN_YAML[case]), tmp_path)) == []


@pytest.mark.parametrize("build", IN_PYTHON, ids=lambda build: build.__name__)
def test_reviewed_code(build: Callable[[Chart], None]) -> None:
    chart = new_chart()
    build(chart)
    assert findings(objects_of(chart)) == []


def test_committed_output() -> None:
    files = sorted((ROOT / "dist").glob("*.k8s.yaml"))
    assert findings([yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]) == []


def config_map(text: str, name: str = "a.yaml") -> dict[str, object]:
    """A ConfigMap that holds a file."""
    return {"kind": "ConfigMap", "metadata": {"name": "a"}, "data": {name: text}}


@pytest.mark.parametrize(
    "planted",
    [
        *(config_map(text) for text in PLANTED.values()),
        config_map("remote_write:\n- basic_auth:\n    password: hunter2\n"),
        config_map("scrape_configs:\n- http_headers:\n    X-Api-Key: [hunter2]\n"),
        config_map("[smtp]\npassword = hunter2\n", "grafana.ini"),
        config_map('[security]\nadmin_password = """hunter2"""\n', "grafana.ini"),
        config_map("url: https://user:hunter2@example.com/\n"),
        config_map("x: " + base64.b64encode(KEY.encode()).decode()),
        config_map("x: " + base64.b64encode(SLACK.encode()).decode()),
        config_map('secureJsonData:\n  httpHeaderValue1: x\n  token: "Bearer hunter2"\n'),
        {"kind": "Secret", "metadata": {"name": "a"}, "data": {"a": "YQ=="}},
        {"kind": "StatefulSet", "metadata": {"name": "a"}, "spec": {"env": [{"name": "A", "token": "hunter2"}]}},
    ],
)  # fmt: skip
def test_what_is_planted_is_found(planted: dict[str, object]) -> None:
    assert findings([planted])


@pytest.mark.parametrize(
    "harmless",
    [
        "password_file: /etc/secrets/a/password\n",
        "password: $__file{/etc/grafana-secrets/a/b}\n",
        "token: Bearer $DATASOURCE_A_TOKEN\n",
        "token_url: https://login.example.com/token\nclient_id: grafana\n",
        "expr: sum(rate(llm_tokens_total[5m])) by (token_type)\nx: y\n",
        "regex: (https?)://(.+):(.+)\nx: y\n",
    ],
)
def test_what_is_harmless_is_not(harmless: str) -> None:
    assert findings([config_map(harmless)]) == []


@pytest.mark.parametrize(("kind", "text"), PLANTED.items(), ids=PLANTED)
def test_every_shape_is_known_by_its_name(kind: str, text: str) -> None:
    assert shape_of(f"before {text} after") == kind


def test_every_shape_is_planted() -> None:
    assert set(PLANTED) == set(SHAPES)


@pytest.mark.parametrize("field", ["password", "client_secret", "clientSecret", "X-Api-Key", "bearer_token", "secretKey", "basicAuthPassword", "routing_key"])  # fmt: skip
def test_names_of_credentials(field: str) -> None:
    assert is_credential(field)


@pytest.mark.parametrize(
    "field", ["password_file", "token_url", "secretName", "key", "tokens", "client_id", "user", "max_tokens", "keyFile"]
)
def test_names_of_other_things(field: str) -> None:
    assert not is_credential(field)
