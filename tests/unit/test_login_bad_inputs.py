"""Logins and certificates that cannot work, and the one line each is answered with. As in `test_bad_inputs.py`, the tables specify the
messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import semantic_router_observability as sro
from manifests import new_chart
from refusals import refusal
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "write an object name: lower-case letters, digits, '-' and '.', at most 253 characters"
REASON = "write on one line why nobody has to log in, such as 'reachable only through the VPN'"
TLS_TOO = "client certificates are part of TLS; give tls, the server's own, too"
IN_CERTIFICATE = "write a name that stands in the clients' certificates, such as grafana.example.com"

IN_YAML = [
    ("prometheus: {login: {type: none}}", "prometheus.login.reason: not given: add it"),
    ("prometheus: {login: {type: none, reason: ' '}}", f"prometheus.login.reason: ' ': {REASON}"),
    ('alertmanager: {receivers: [], login: {type: none, reason: "a\\nb"}}', f"alertmanager.login.reason: 'a\\nb': {REASON}"),
    ("prometheus: {login: {type: basicAuth}}", "prometheus.login.secret: not given: add it"),
    ("prometheus: {login: {type: basicAuth, secret: Prometheus}}", f"prometheus.login.secret: 'Prometheus': {NAME}"),
    (
        "prometheus: {login: {type: basicAuth, secret: a, password: b}}",
        "prometheus.login: 'password': unknown key; accepted: secret, type",
    ),
    ("prometheus: {login: {type: clientCertificates, secret: a}}", f"prometheus.login: 'a': {TLS_TOO}"),
    (
        "prometheus: {login: {type: clientCertificates, secret: a, allowedNames: [' ']}}",
        f"prometheus.login.allowedNames: ' ': {IN_CERTIFICATE}",
    ),
    ("prometheus: {tls: {secret: a_b}}", f"prometheus.tls.secret: 'a_b': {NAME}"),
    ("prometheus: {tls: {issuer: {name: a}}}", "prometheus.tls.secret: not given: add it"),
    ("alertmanager: {receivers: [], tls: {secret: a, issuer: {name: A}}}", f"alertmanager.tls.issuer.name: 'A': {NAME}"),
    (
        "prometheus: {tls: {secret: a, issuer: {name: a, kind: Vault}}}",
        "prometheus.tls.issuer.kind: 'Vault': write one of ClusterIssuer, Issuer",
    ),
    ("grafana: {tls: {secret: ''}}", f"grafana.tls.secret: '': {NAME}"),
    ("prometheus: {tls: {secret: a, caConfigMap: A}}", f"prometheus.tls.caConfigMap: 'A': {NAME}"),
]

IN_PYTHON: list[tuple[Callable[[], object], str]] = [
    (lambda: sro.NoLogin(reason=""), f"NoLogin: reason: '': {REASON}"),
    (lambda: sro.BasicAuthUsers(secret="a/b"), f"BasicAuthUsers: secret: 'a/b': {NAME}"),
    (lambda: sro.ClientCertificates(secret="a", allowed_names="b"), "ClientCertificates: allowed_names: 'b': write a list, even of one"),  # type: ignore[arg-type]
    (
        lambda: sro.PrometheusStack(new_chart(), "metrics", login=sro.ClientCertificates(secret="clients")),
        f"metrics: login: 'clients': {TLS_TOO}",
    ),
    (
        lambda: sro.AlertmanagerStack(
            new_chart(),
            "alerts",
            receivers=[sro.Webhook(name="a", url=sro.SecretKey("a", "b"))],
            login=sro.ClientCertificates(secret="clients"),
        ),
        f"alerts: login: 'clients': {TLS_TOO}",
    ),
]


@pytest.mark.parametrize(("text", "error"), IN_YAML, ids=lambda value: None)
def test_settings_are_refused_in_one_line(text: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(text, tmp_path, capsys) == error


@pytest.mark.parametrize(("make", "error"), IN_PYTHON, ids=lambda value: value[:60] if isinstance(value, str) else "")
def test_arguments_are_refused_in_one_line(make: Callable[[], object], error: str) -> None:
    with pytest.raises(ConfigError) as refused:
        make()
    assert str(refused.value) == error
