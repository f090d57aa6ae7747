"""`sro init`: writes a first `observability.yaml` from five answers."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from semantic_router_observability.checks import dns_label, dns_subdomain, http_url, one_of, public_url
from semantic_router_observability.errors import ConfigError, Place
from semantic_router_observability.settings import NAMESPACE

from .exit_codes import FINE
from .first_settings import CLUSTERS, CONTROLLERS, INSTALLED_IN, OWN, RECEIVERS, SCHEMA, Answers, first_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping


class Question(NamedTuple):
    """One question, its option on the command line, and what an answer may be."""

    option: str
    text: str
    default: Callable[[Mapping[str, str]], str]
    """The answer that an empty line means, given the earlier answers."""
    check: Callable[[Place, str], object]
    """Raises `ConfigError` on an answer that cannot work."""
    choices: Mapping[str, str] = {}
    """Accepted answers with what they mean; empty: any that passes the check."""
    asked: Callable[[Mapping[str, str]], bool] = lambda _: True
    """Whether it matters, given the earlier answers."""


def _is_own(given: Mapping[str, str]) -> bool:
    return given["cluster"] in OWN


def _https(where: Place, value: str) -> None:
    if not value:
        return
    url = public_url(where, http_url(where, value))
    if url.scheme != "https":
        raise ConfigError(where, value, "write an https URL: Grafana asks for passwords, which need an encrypted connection")


def _choice(choices: Mapping[str, str]) -> Callable[[Place, str], object]:
    return lambda where, value: one_of(where, value, list(choices))


_NOTIFY: Final = {"none": "show alerts in Prometheus and Grafana only", **{name: f"notify by {name}" for name in RECEIVERS}}
_CONTROLLERS: Final = {name: f"an Ingress for {name}" for name in CONTROLLERS}
_INSTALLS: Final = {"raw": "raw manifests", "helm": "the Helm chart", "operator": "the operator", "kserve": "KServe"}
_DASHBOARDS: Final = {"yes": "Grafana's sidecar collects them from ConfigMaps", "no": "none in the cluster"}

QUESTIONS: Final = (
    Question("cluster", "What does the cluster have, and what shall the settings do?", lambda _: "kubernetes", _choice(CLUSTERS), CLUSTERS),
    Question("namespace", "Which namespace shall hold the objects?", lambda _: NAMESPACE, dns_label),
    Question("router-namespace", "In which namespace does the router run?", lambda given: given["namespace"], dns_label),
    Question(
        "install",
        "How was the router installed?",
        lambda _: "helm",
        _choice(_INSTALLS),
        _INSTALLS,
        lambda given: given["cluster"] == "googleManaged",
    ),
    Question(
        "installed-as",
        "What is its Helm release or SemanticRouter resource called?",
        lambda _: "semantic-router",
        dns_subdomain,
        asked=lambda given: given.get("install") in {"helm", "operator"},
    ),
    Question("url", "At which URL shall users reach Grafana? Empty: by kubectl port-forward", lambda _: "", _https, asked=_is_own),
    Question(
        "controller",
        "Which ingress controller?",
        lambda _: CONTROLLERS[0],
        _choice(_CONTROLLERS),
        _CONTROLLERS,
        lambda given: given["cluster"] == "kubernetes" and bool(given["url"]),
    ),
    Question("notify", "How shall alerts notify?", lambda _: "none", _choice(_NOTIFY), _NOTIFY, _is_own),
    Question(
        "release",
        "Which release of kube-prometheus-stack?",
        lambda _: "kube-prometheus-stack",
        dns_subdomain,
        asked=lambda given: given["cluster"] == "kubePrometheusStack",
    ),
    Question(
        "monitoring-namespace",
        "In which namespace is that Prometheus?",
        lambda _: "monitoring",
        dns_label,
        asked=lambda given: given["cluster"] in INSTALLED_IN,
    ),
    Question(
        "dashboards", "Shall dashboards be shipped?", lambda _: "yes", _choice(_DASHBOARDS), _DASHBOARDS, lambda given: not _is_own(given)
    ),
)
"""In the order in which they are asked: of each cluster about five."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a command line."""
    init = commands.add_parser(
        "init",
        help="write a first observability.yaml",
        description="Ask five questions and write a commented settings file that synthesizes. An option answers its question beforehand; with "
        "--yes the rest takes its default. An existing file is never overwritten. Exit code: 0, or 2 when the file exists or an answer cannot "
        "work; then nothing is written.",
    )
    init.add_argument(
        "file", nargs="?", type=Path, default=Path("observability.yaml"), metavar="FILE", help="file to write (default: observability.yaml)"
    )
    for question in QUESTIONS:
        accepted = f"; one of {', '.join(question.choices)}" if question.choices else ""
        init.add_argument(
            f"--{question.option}", metavar="ANSWER", help=f"{question.text.partition('?')[0].lower()}{accepted}".replace("%", "%%")
        )
    init.add_argument("--yes", action="store_true", help="ask nothing, take the defaults of the questions without an option")
    init.set_defaults(run=_init)


def _init(options: argparse.Namespace) -> int:
    path: Path = options.file
    if path.exists() or path.is_symlink():
        raise ConfigError(Place("init"), path, "exists and is not overwritten; move it away, or name another file: sro init FILE")
    given: dict[str, str] = {}
    for question in QUESTIONS:
        name = question.option.replace("-", "_")
        answer = getattr(options, name)
        if not question.asked(given):
            if answer is not None:
                raise ConfigError(Place(f"--{question.option}"), answer, f"has no effect with --cluster {given['cluster']}; remove it")
            continue
        if answer is not None:
            question.check(Place(f"--{question.option}"), answer)
        given[name] = question.default(given) if answer is None and options.yes else _ask(question, given) if answer is None else answer
    dashboards = given.pop("dashboards", "yes") == "yes"
    text = first_settings(Answers(**given, dashboards=dashboards), schema=(path.parent / SCHEMA).is_file())
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(Place("init"), path, f"cannot be written ({os.strerror(error.errno or 0)}); name another file") from error
    config = "" if path.name == "observability.yaml" else f" --config {path}"
    print(f"wrote {path}; next: {f'python main.py{config}' if config else 'make dist'}")  # noqa: T201 - a command
    return FINE


def _ask(question: Question, given: Mapping[str, str]) -> str:
    """Ask on standard error until an answer can work; standard output stays what the command prints."""
    default = question.default(given)
    _say(question.text)
    for name, meaning in question.choices.items():
        _say(f"  {name}: {meaning}")
    while True:
        sys.stderr.write(f"[{default}] ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise ConfigError(
                Place(f"--{question.option}"), None, "standard input ended before the answer; add the option, or --yes for defaults"
            )
        answer = line.strip() or default
        try:
            question.check(Place(question.option), answer)
        except ConfigError as error:
            _say(str(error))
        else:
            return answer


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - a command
