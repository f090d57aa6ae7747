"""Matchers are accepted, and understood, as Alertmanager does; amtool is the judge."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

import semantic_router_observability as sro
from harness.programs import program
from semantic_router_observability.alertmanager.matching import check_matchers, written
from semantic_router_observability.alertmanager.routes import Grouping, tree
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

UNDERSTOOD = [
    ('severity="critical"', ['severity="critical"']),
    (' severity = "critical" ', ['severity="critical"']),
    ("severity=critical", ['severity="critical"']),
    ("severity =~ critical|warning", ['severity=~"critical|warning"']),
    (r'job=~"kube\.state"', [r'job=~"kube\\.state"']),
    (r'job=~"kube\\.state"', [r'job=~"kube\\.state"']),
    (r"job=~kube\.state", [r'job=~"kube\\.state"']),
    (r'path="a\tb"', [r'path="a\\tb"']),
    (r'path="a\nb"', [r'path="a\nb"']),
    (r'text="say \"hi\", please"', [r'text="say \"hi\", please"']),
    ('{team="a", severity!~"info|none",}', ['team="a"', 'severity!~"info|none"']),
    ("team=a,severity!=info", ['team="a"', 'severity!="info"']),
    ("team=", ['team=""']),
    ('"service.name"="router"', ['"service.name"="router"']),
    ("service.name=router", ['"service.name"="router"']),
    (r'{"service.name"="a\tb", größe=~"x{2}"}', ['"service.name"="a\tb"', '"größe"=~"x{2}"']),
    (r'"service.name"="caf\u00e9 \"x\""', [r'"service.name"="café \"x\""']),
    ('a:b="c"', ['"a:b"="c"']),
]

REFUSED = [
    "severity",
    '"severity"',
    '="a"',
    'severity=="critical" x',
    'severity="critical',
    'severity=critical"',
    'a="b" c="d"',
    'a="b",,c="d"',
    "service.name=",
    '"service.name"="a',
    r'"service.name"="a\q"',
    r'"service.name"="\ud800"',
    '{"service.name"="a"',
    'a.b="c"}',
    "a.b='c'",
    "a.b=`c`",
]


def config(path: Path, matchers: Sequence[str]) -> Path:
    """Write a configuration with a route for each matcher."""
    routes = [{"matchers": [text]} for text in matchers]
    path.write_text(yaml.safe_dump({"route": {"receiver": "r", "routes": routes}, "receivers": [{"name": "r"}]}), encoding="utf-8")
    return path


def amtool(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Ask amtool."""
    return subprocess.run([program("amtool"), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)


def tree_of(path: Path) -> tuple[str, str]:
    """Return the routes as Alertmanager understands them, and its complaints."""
    done = amtool("config", "routes", "show", "--config.file", path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (done.stdout + done.stderr).splitlines()
    return "\n".join(line for line in lines if "level=" not in line), "\n".join(line for line in lines if "level=" in line)


@pytest.mark.parametrize(("text", "matchers"), UNDERSTOOD, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_understood(text: str, matchers: list[str]) -> None:
    check_matchers("x", [text])
    assert written([text]) == matchers
    assert written(matchers) == matchers


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_here_alertmanager_refuses(text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^x: .*: write a label, an operator") as refused:
        check_matchers("x", [text])
    assert refused.value.given == text
    assert amtool("check-config", config(tmp_path / "a.yml", [text])).returncode == 1


def test_alertmanager_understands_the_same_and_has_no_complaint_about_what_is_written(tmp_path: Path) -> None:
    given, complaints = tree_of(config(tmp_path / "given.yml", [text for text, _ in UNDERSTOOD]))
    # One route for each text: where a text holds several matchers, so does the route.
    assert tree_of(config(tmp_path / "ours.yml", [",".join(matchers) for _, matchers in UNDERSTOOD])) == (given, "")
    assert "incompatible" in complaints


def test_generated_matchers_are_accepted_as_alertmanager_accepts_them(tmp_path: Path) -> None:
    generator = random.Random(7)
    names = ["a", " a ", "service.name", '"b c"', "a:b", '"', "", "ü", "{a", r'"\."']
    operators = ["=", "=~", "!=", "!~", " = ", "==", "!"]
    values = ['"x"', "x|y", r'"\."', r"\.", '"a,b"', "", "{", "x}", r'"\n"', r'"\\"', "'x'", 'x"', '"\t"', "ü", r'"\x41"', '"x" ', "\\"]
    between = [",", ", ", "", ",,", " "]

    def random_text() -> str:
        return generator.choice(names) + generator.choice(operators) + generator.choice(values)

    texts = [random_text() for _ in range(1000)] + [random_text() + generator.choice(between) + random_text() for _ in range(2000)]
    accepted = []
    refused = []
    for text in dict.fromkeys(texts):
        try:
            check_matchers("x", [text])
        except ConfigError as error:
            # An empty text matches every alert, and a regular expression is another test's.
            if text.strip(" {}") and "is not a regular expression" not in str(error):
                refused.append(text)
        else:
            accepted.append(text)
    assert len(accepted) > 100, "the texts are too wild to say anything"
    given, _ = tree_of(config(tmp_path / "given.yml", accepted))
    assert tree_of(config(tmp_path / "ours.yml", [",".join(written([text])) for text in accepted])) == (given, "")
    for text in generator.sample(refused, 100):
        assert amtool("check-config", config(tmp_path / "a.yml", [text])).returncode == 1, text


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ("ops@example.com", True),
        ("Ops Team <ops@example.com>", True),
        ('"Ops, Team" <ops@example.com>', True),
        ("Größte Not <ops@example.com>", True),
        ("<ops@example.com>", True),
        ("{{ .CommonLabels.owner }}@example.com", True),
        ("Ops, Team <ops@example.com>", False),
        ("ops@example.com, dev@example.com", False),
        ("Ops Team", False),
        ("Ops <ops>", False),
        ("Ops <ops@example.com", False),
        ("ops example.com", False),
    ],
)
def test_mail_addresses(address: str, *, valid: bool) -> None:
    if valid:
        assert sro.Email(name="m", to=[address], from_address=address, host="smtp:25").to == (address,)
        return
    with pytest.raises(ConfigError, match=r"^Email 'm': to: .*: write a mail address, such as"):
        sro.Email(name="m", to=[address], from_address="a@b", host="smtp:25")


SEARCH = sro.Route(
    match={"team": "search"},
    receiver="search",
    group_interval="2m",
    routes=[
        sro.Route(match={"severity": "critical"}, receiver="oncall", repeat_interval="1h", routes=[sro.Route(matchers=["pod=~a.*"])]),
        sro.Route(match={"severity": "info"}, receiver="nobody"),
    ],
)


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ({"team": "search"}, "search"),
        ({"team": "search", "severity": "critical"}, "oncall"),
        ({"team": "search", "severity": "critical", "pod": "ab"}, "oncall"),
        ({"team": "search", "severity": "info"}, "nobody"),
        ({"team": "other"}, "chat"),
    ],
)
def test_routes_within_routes_lead_where_they_say(tmp_path: Path, labels: dict[str, str], receiver: str) -> None:
    def without_none(value: object) -> object:
        if isinstance(value, dict):
            return {key: without_none(item) for key, item in value.items() if item is not None}
        return [without_none(item) for item in value] if isinstance(value, list) else value

    written_config = {
        "route": without_none(tree("chat", Grouping(), [SEARCH], None, silenced=False)),
        "receivers": [{"name": name} for name in ("chat", "search", "oncall", "nobody")],
    }
    path = tmp_path / "alertmanager.yml"
    path.write_text(yaml.safe_dump(written_config), encoding="utf-8")
    given = [f"{name}={value}" for name, value in labels.items()]
    done = amtool("config", "routes", "test", "--config.file", path, f"--verify.receivers={receiver}", *given)
    assert (done.returncode, done.stdout.split()) == (0, [receiver]), done.stderr
