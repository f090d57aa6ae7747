"""What holds between the fields of one mapping, in the source of Prometheus 3.13.5 and Alertmanager 0.34.2."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from semantic_router_observability.checks import duration_or_zero
from semantic_router_observability.errors import ConfigError, Key, Where, at

from .fields_given import Check, Fields, at_most_one, given, one_of
from .receivers import RECEIVERS

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_between(kind: str, where: Where, fields: Fields, known: Mapping[str, str]) -> None:
    """Refuse fields that exclude each other, or of which one is missing.

    Raises:
        ConfigError: there are such fields.

    """
    login = _LOGIN if "authorization" in known else ()
    proxy = (_proxy,) if "proxy_connect_header" in known else ()
    for check in (*login, *proxy, *(RECEIVERS.get(kind) or _CHECKS.get(kind, ()))):
        check(where, fields)


def _relabel(where: Where, fields: Fields) -> None:
    action = str(fields.get("action") or "replace").lower()
    target = fields.get("target_label") or ""
    if action == "hashmod" and not fields.get("modulus"):
        raise ConfigError(at(where, Key("modulus")), None, "give a number above 0: the action hashmod needs it")
    if action in {"replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal"} and not target:
        raise ConfigError(at(where, Key("target_label")), None, f"name a label: the action {action} needs it")
    changed = [
        name for name, default in _RELABEL_DEFAULTS.items() if name in fields and fields[name] is not None and fields[name] != default
    ]
    if action in {"lowercase", "uppercase"} and "replacement" in changed:
        raise ConfigError(at(where, Key("replacement")), fields["replacement"], f"remove it: the action {action} has none")
    refused = {
        "keepequal": ("regex", "modulus", "separator", "replacement"),
        "dropequal": ("regex", "modulus", "separator", "replacement"),
        "labeldrop": ("source_labels", "target_label", "modulus", "separator", "replacement"),
        "labelkeep": ("source_labels", "target_label", "modulus", "separator", "replacement"),
    }.get(action, ())
    for name in changed:
        if name in refused:
            raise ConfigError(at(where, Key(name)), fields[name], f"remove it: the action {action} does not take it")


_RELABEL_DEFAULTS = {"regex": "(.*)", "modulus": 0, "separator": ";", "replacement": "$1", "source_labels": None, "target_label": ""}


def _scrape(where: Where, fields: Fields) -> None:
    interval, timeout = fields.get("scrape_interval"), fields.get("scrape_timeout")
    if (
        interval
        and timeout
        and duration_or_zero((), str(interval)) < duration_or_zero((), str(timeout))
        and duration_or_zero((), str(interval))
    ):
        raise ConfigError(at(where, Key("scrape_timeout")), timeout, f"write at most the job's interval, {interval}")


def _escaping(where: Where, fields: Fields) -> None:
    scheme = fields.get("metric_name_escaping_scheme") or ""
    known = ("allow-utf-8", "underscores", "dots", "values")
    path = at(where, Key("metric_name_escaping_scheme"))
    if scheme and scheme not in known:
        raise ConfigError(path, scheme, f"write one of {', '.join(known)}")
    if scheme == known[0] and fields.get("metric_name_validation_scheme") == "legacy":
        raise ConfigError(path, scheme, "remove it, or metric_name_validation_scheme: legacy, which has no such names")


def _protocols(where: Where, fields: Fields) -> None:
    protocols = fields.get("scrape_protocols")
    if protocols is not None and (not protocols or len(set(protocols)) < len(protocols)):
        raise ConfigError(at(where, Key("scrape_protocols")), protocols, "name at least one protocol, and each once")


def _queue(where: Where, fields: Fields) -> None:
    defaults = {"max_shards": 50, "min_shards": 1, "max_samples_per_send": 2000, "capacity": 10_000}
    for name in defaults:
        if fields.get(name) is not None and int(fields[name]) <= 0:
            raise ConfigError(at(where, Key(name)), fields[name], "write a number above 0")
    least, most = (int(fields.get(name) or defaults[name]) for name in ("min_shards", "max_shards"))
    if least > most:
        raise ConfigError(at(where, Key("min_shards")), least, f"write at most max_shards, {most}")
    backoff = [duration_or_zero((), str(fields.get(name) or default)) for name, default in (("min_backoff", "30ms"), ("max_backoff", "5s"))]
    if backoff[0] > backoff[1]:
        raise ConfigError(
            at(where, Key("min_backoff")), fields.get("min_backoff"), f"write at most max_backoff, {fields.get('max_backoff') or '5s'}"
        )


def _proxy(where: Where, fields: Fields) -> None:
    url, environment = fields.get("proxy_url"), fields.get("proxy_from_environment")
    if fields.get("proxy_connect_header") and not url and not environment:
        raise ConfigError(at(where, Key("proxy_connect_header")), None, "give proxy_url or proxy_from_environment too, or remove it")
    if environment and url:
        raise ConfigError(at(where, Key("proxy_url")), url, "proxy_from_environment is given too; keep one of the two")
    if environment and fields.get("no_proxy"):
        raise ConfigError(at(where, Key("no_proxy")), fields["no_proxy"], "proxy_from_environment is given too; keep one of the two")
    if fields.get("no_proxy") and url is None:
        raise ConfigError(at(where, Key("no_proxy")), fields["no_proxy"], "give proxy_url too, or remove it")


def _pair(where: Where, fields: Fields) -> None:
    """Refuse a client certificate without its key, and the other way round."""
    found = {name: given(fields, (name, f"{name}_file", f"{name}_ref")) for name in ("cert", "key")}
    for name, other in (("cert", "key"), ("key", "cert")):
        if found[name] and not found[other]:
            raise ConfigError(where, None, f"give {other} or {other}_file together with {found[name][0]}, or neither")


def _files(where: Where, fields: Fields) -> None:
    for index, path in enumerate(fields.get("files") or ()):
        if not re.fullmatch(r"[^*]*(?:\*[^/]*)?\.(?:json|ya?ml|JSON|YA?ML)", str(path)):
            raise ConfigError(
                at(where, Key("files"), index), path, "name files that end in .json, .yml or .yaml, with one '*' in the last part"
            )


def _kubernetes(where: Where, fields: Fields) -> None:
    """Refuse a login for the API server without its address, and selectors that a role does not have."""
    for name in (*_OWN_CLIENT, *(name for name in ("follow_redirects", "enable_http2") if fields.get(name) is False)):
        if fields.get(name) not in (None, "", {}) and not fields.get("api_server"):
            raise ConfigError(at(where, Key(name)), None, "give api_server too, or remove it: without, Prometheus uses its own account")
    role = str(fields.get("role"))
    known = _SELECTED.get(role, ())
    seen: list[Any] = []
    for index, selector in enumerate(fields.get("selectors") or ()):
        place = at(where, Key("selectors"), index, Key("role"))
        if selector.get("role") not in known:
            raise ConfigError(place, selector.get("role"), f"write one of {', '.join(known)} for the role {role}")
        if selector["role"] in seen:
            raise ConfigError(place, selector["role"], "a selector of this role is given before; write one for each role")
        seen.append(selector["role"])


_OWN_CLIENT = ("basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file", "tls_config", "http_headers", "proxy_url")
_SELECTED = {
    "pod": ("pod", "node"),
    "service": ("service",),
    "endpointslice": ("pod", "service", "endpointslice"),
    "endpoints": ("pod", "service", "endpoints"),
    "node": ("node",),
    "ingress": ("ingress",),
}


def _dns(where: Where, fields: Fields) -> None:
    kind = str(fields.get("type") or "SRV").upper()
    if kind not in {"SRV", "A", "AAAA", "MX", "NS"}:
        raise ConfigError(at(where, Key("type")), fields["type"], "write SRV, A, AAAA, MX or NS")
    if kind != "SRV" and not fields.get("port"):
        raise ConfigError(at(where, Key("port")), None, f"give a port: records of type {kind} have none")


def _http(where: Where, fields: Fields) -> None:
    if not re.match(r"https?://[^/]", str(fields.get("url")), re.IGNORECASE):
        raise ConfigError(at(where, Key("url")), fields.get("url"), "write an absolute URL such as https://example.com/targets")


def _sigv4(where: Where, fields: Fields) -> None:
    if bool(fields.get("access_key")) != bool(fields.get("secret_key")):
        raise ConfigError(where, None, "give access_key and secret_key together, or neither")
    if fields.get("external_id") and not fields.get("role_arn"):
        raise ConfigError(at(where, Key("external_id")), fields["external_id"], "give role_arn too, or remove it")


def _azure(where: Where, fields: Fields) -> None:
    if (fields.get("cloud") or "AzurePublic") not in {"AzurePublic", "AzureChina", "AzureGovernment"}:
        raise ConfigError(at(where, Key("cloud")), fields["cloud"], "write AzurePublic, AzureChina or AzureGovernment")
    methods = [name for name in _AZURE if fields.get(name) is not None]
    if len(methods) != 1:
        raise ConfigError(where, ", ".join(methods) or None, f"give exactly one of {', '.join(_AZURE)}")
    method, chosen = methods[0], fields[methods[0]]
    for name in _AZURE[method]:
        if not chosen.get(name):
            raise ConfigError(at(where, Key(method), Key(name)), None, f"give it: the method {method} needs it")
    for name in ("client_id", *(("tenant_id",) if method == "workload_identity" else ())):
        if method != "sdk" and chosen.get(name) and not _UUID.fullmatch(str(chosen[name])):
            raise ConfigError(at(where, Key(method), Key(name)), chosen[name], "write a UUID")
    if fields.get("scope") and not re.fullmatch(r"[\w\s:/.\-]+", str(fields["scope"]), re.ASCII):
        raise ConfigError(at(where, Key("scope")), fields["scope"], "write letters, digits, '_', ':', '/', '.' and '-'")


_AZURE: dict[str, tuple[str, ...]] = {
    "managed_identity": (),
    "workload_identity": ("client_id", "tenant_id"),
    "oauth": ("client_id", "client_secret", "tenant_id"),
    "certificate": ("client_id", "tenant_id", "certificate_path"),
    "sdk": (),
}
"""Methods of authentication, and the fields that each needs."""

_HEX = "[0-9a-fA-F]"
_PLAIN_UUID = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_UUID = re.compile(rf"(?:urn:uuid:)?{_PLAIN_UUID}|\{{{_PLAIN_UUID}\}}|{_HEX}{{32}}")


def _basic_is_no_type(where: Where, fields: Fields) -> None:
    if str(fields.get("type") or "").strip().lower() == "basic":
        raise ConfigError(at(where, Key("type")), fields["type"], "use basic_auth instead")


_LOGIN = (
    at_most_one("bearer_token", "bearer_token_file"),
    at_most_one("basic_auth", "authorization", "oauth2", "bearer_token"),
    at_most_one("basic_auth", "authorization", "oauth2", "bearer_token_file"),
)
_TLS = (*(at_most_one(name, f"{name}_file", f"{name}_ref") for name in ("ca", "cert", "key")), _pair)

_CHECKS: dict[str, tuple[Check, ...]] = {
    "prometheus/config.ScrapeConfig": (_scrape, _escaping, _protocols),
    "prometheus/config.RemoteWriteConfig": (
        one_of("url"),
        *(
            at_most_one("basic_auth", token, "oauth2", "sigv4", "azuread", "google_iam")
            for token in ("authorization", "bearer_token", "bearer_token_file")
        ),
    ),
    "prometheus/config.QueueConfig": (_queue,),
    "prometheus/discovery/kubernetes.SDConfig": (one_of("role"), _kubernetes),
    "prometheus/discovery/http.SDConfig": (one_of("url"), _http),
    "prometheus/discovery/dns.SDConfig": (one_of("names"), _dns),
    "sigv4.SigV4Config": (_sigv4,),
    "prometheus/storage/remote/azuread.AzureADConfig": (_azure,),
    "prometheus/discovery/file.SDConfig": (one_of("files"), _files),
    "common/config.BasicAuth": (
        at_most_one("username", "username_file", "username_ref"),
        at_most_one("password", "password_file", "password_ref"),
    ),
    "common/config.Authorization": (at_most_one("credentials", "credentials_file", "credentials_ref"), _basic_is_no_type),
    "common/config.OAuth2": (
        one_of("client_id"),
        one_of("token_url"),
        at_most_one("client_secret", "client_secret_file", "client_secret_ref"),
    ),
    "common/config.TLSConfig": _TLS,
    "prometheus/model/relabel.Config": (_relabel,),
}
