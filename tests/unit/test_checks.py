"""Strings as Kubernetes and Prometheus read them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from semantic_router_observability import checks
from semantic_router_observability.errors import ConfigError, Raw

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15s", 15),
        ("15d", 1_296_000),
        ("1h30m", 5400),
        ("1y", 31_536_000),
        ("2w", 1_209_600),
        ("500ms", Decimal("0.5")),
        ("1d12h", 129_600),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert checks.duration_seconds("x", text) == seconds


@pytest.mark.parametrize("text", ["", "15", "d", "1.5d", "-1d", " 1d", "1d ", "1d\n", "1h1d", "1D", "0s", "0", "300y", "\u0661d"])
def test_no_durations(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^x: "):
        checks.duration_seconds("x", text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("250m", Decimal("0.25")),
        ("1.5", Decimal("1.5")),
        ("1k", 1000),
        ("1Ki", 1024),
        ("20Gi", 20 * 2**30),
        ("20G", 20 * 10**9),
        ("7Ei", 7 * 2**60),
    ],
)
def test_quantities(text: str, number: float) -> None:
    assert checks.quantity("x", text) == number


@pytest.mark.parametrize("text", ["", "Gi", "20GB", "20gi", "20 Gi", "-1Gi", "0", "0Gi", ".5Gi", "1e3", "8Ei", "1K"])
def test_no_quantities(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^x: "):
        checks.quantity("x", text)


@pytest.mark.parametrize(("text", "accepted"), [("1Mi", True), ("512Mi", True), ("1023Ki", False), ("20", False), ("20000m", False)])
def test_byte_quantities_need_their_unit(text: str, accepted: bool) -> None:
    if accepted:
        assert checks.byte_quantity("x", text) == checks.quantity("x", text)
    else:
        with pytest.raises(ConfigError, match="write a size with its unit"):
            checks.byte_quantity("x", text)


NAMES = {
    checks.dns_label: (["a", "a-b", "0a", "a" * 63], ["", "A", "a.b", "-a", "a-", "a_b", "a" * 64, "\u00e4", "a\n"]),
    checks.service_name: (["a", "a-0", "a" * 63], ["0a", "", "A", "a.b", "a-", "a" * 64]),
    checks.dns_subdomain: (
        ["a", "a.b", "0.a-b", "a" * 63 + ".b"],
        ["", "a..b", ".a", "a.", "A", "a_b", "a." * 126 + "aa", "a" * 64 + ".b"],
    ),
    checks.port_name: (["metrics", "http-2", "p9090", "a" * 15], ["", "9090", "a--b", "-a", "a-", "a" * 16, "Http", "a_b"]),
    checks.config_key: (["a", "ca.crt", "A_b-c.d", "..a"], ["", ".", "..", "a/b", "a b", "a" * 254]),
}


@pytest.mark.parametrize(("check", "name"), [(check, name) for check, (good, _) in NAMES.items() for name in good])
def test_names(check: Callable[[str, str], str], name: str) -> None:
    assert check("x", name) == name


@pytest.mark.parametrize(("check", "name"), [(check, name) for check, (_, bad) in NAMES.items() for name in bad])
def test_no_names(check: Callable[[str, str], str], name: str) -> None:
    with pytest.raises(ConfigError, match=r"^x: "):
        check("x", name)


@pytest.mark.parametrize("labels", [{}, {"app": ""}, {"example.com/a_b.C": "x.Y-z_1"}, {"a" * 63: "b" * 63}])
def test_kubernetes_labels(labels: dict[str, str]) -> None:
    assert checks.kubernetes_labels("x", labels) is labels
    assert checks.kubernetes_annotations("x", labels) is labels


@pytest.mark.parametrize(
    "labels", [{"": "a"}, {"a b": "a"}, {"/a": "b"}, {"A.com/a": "b"}, {"a": "-"}, {"a": "b" * 64}, {"a": "b c"}, {"a/b/c": "d"}]
)
def test_no_kubernetes_labels(labels: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        checks.kubernetes_labels("x", labels)


def test_prometheus_labels() -> None:
    for name in ("a_B1", "1a", "a-b", "a.b", "\u00e4"):
        assert checks.prometheus_labels("x", {name: "any \u00e4 text"})
    for name in ("", "__a"):
        with pytest.raises(ConfigError, match="write a Prometheus label name"):
            checks.prometheus_labels("x", {name: "a"})


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://a", ("http", "a", "", 80)),
        ("https://A.example.com/", ("https", "a.example.com", "", 443)),
        ("https://a:8443/b/c/", ("https", "a", "/b/c", 8443)),
        ("http://[fd00::1]:9090/x", ("http", "fd00::1", "/x", 9090)),
    ],
)
def test_urls(text: str, url: tuple[str, str, str, int]) -> None:
    assert checks.http_url("x", text)[1:] == url


@pytest.mark.parametrize(
    "text", ["", "a", "//a", "ftp://a", "http://", "http://a b", "http://a\n", "http://a:x", "http://[a", "http://\u00e4"]
)
def test_no_urls(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^x: "):
        checks.http_url("x", text)


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        checks.http_url("x", "https://me:hunter2@a.example.com/b")
    assert "hunter2" not in str(caught.value)
    assert "a.example.com" in str(caught.value)


@pytest.mark.parametrize("text", ["https://10.0.0.1", "https://a_b", "https://a/b//c", "https://a/../b", "https://a/b%20c", "https://a?b"])
def test_no_public_urls(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^x: "):
        checks.public_url("x", checks.http_url("x", text))


def test_public_urls() -> None:
    url = checks.Url.of("https://a.example.com/b.c/d_e/")
    assert checks.public_url("x", url) == url == ("https://a.example.com/b.c/d_e/", "https", "a.example.com", "/b.c/d_e", 443)
    assert url.origin == "https://a.example.com"
    assert checks.public_url("x", checks.Url.of("https://a.example.com:8443/b")).port == 8443


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("20Gi", "20Gi"),
        ("1.5Ti", "1536Gi"),
        ("1024Mi", "1Gi"),
        ("1500Mi", "1500Mi"),
        ("0.1Gi", "107374182400m"),
        ("1000M", "1G"),
        ("1500", "1500"),
        ("2000", "2k"),
        ("0.25", "250m"),
        ("2000m", "2"),
        ("1.5", "1500m"),
    ],
)
def test_quantities_as_the_api_server_stores_them(written: str, stored: str) -> None:
    assert checks.canonical_quantity(written) == stored
    assert checks.canonical_quantity(stored) == stored
    assert checks.quantity("x", written) == checks.quantity("x", stored)


def test_small_checks() -> None:
    assert checks.one_of("x", "b", ("a", "b")) == "b"
    assert checks.port_number("x", 65535) == 65535
    checks.unique("x", ["a", "b"], "things")
    for check in (
        lambda: checks.one_of("x", "c", ("b", "a")),
        lambda: checks.port_number("x", 0),
        lambda: checks.port_number("x", 65536),
        lambda: checks.unique("x", ["a", "b", "a"], "things"),
    ):
        with pytest.raises(ConfigError, match=r"^x: "):
            check()


def test_errors_are_one_short_line() -> None:
    assert str(ConfigError("a", "b\nc", "d\n  e")) == r"a: 'b\nc': d e"
    assert str(ConfigError("a", Raw("b"), "c")) == "a: b: c"
    assert len(str(ConfigError("a", "x" * 1000, "c"))) < 100
    assert isinstance(ConfigError("a", "b", "c"), ValueError)
