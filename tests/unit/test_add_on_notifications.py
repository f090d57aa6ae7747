"""Receivers and routes of an add-on: prometheus-operator's own code makes Alertmanager's configuration of them, and amtool reads it."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import custom_kinds
import semantic_router_observability as sro
from harness.operator_reader import notified
from harness.programs import program
from manifests import NAMESPACE, find, new_chart, objects_of
from semantic_router_observability.__main__ import main
from semantic_router_observability.alertmanager.matching import Matcher
from semantic_router_observability.alertmanager.messages import NAMES, TEMPLATES, inlined
from semantic_router_observability.explain.permissions import missing_secrets, report
from semantic_router_observability.preconditions import preconditions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from manifests import Object

Key = sro.SecretKey
RELEASE = sro.KubePrometheusStack(release="kps")
CHAT = sro.Slack(name="chat", api_url=Key("slack", "url"))

RECEIVERS: Sequence[Any] = (
    CHAT,
    sro.PagerDuty(name="oncall", routing_key=Key("pagerduty", "key"), url="https://events.eu.pagerduty.com/v2/enqueue"),
    sro.Slack(name="oncall", api_url=Key("slack", "oncall"), channel="#oncall"),
    sro.Email(
        name="mail",
        to=("a@example.com", "b@example.com"),
        from_address="alerts@example.com",
        host="smtp.example.com:587",
        user="alerts",
        password=Key("smtp", "password"),
    ),
    sro.Webhook(name="bridge", url="http://bridge.tools.svc:8080/alerts", bearer_token=Key("bridge", "token"), max_alerts=5),
    sro.Webhook(name="bridge", url=Key("bridge", "url"), send_resolved=False),
    sro.Teams(name="teams", webhook_url=Key("teams", "url")),
    sro.Opsgenie(name="opsgenie", api_key=Key("opsgenie", "key"), api_url="https://api.eu.opsgenie.com", teams=("routing", "search")),
)

COMMON: dict[str, Any] = {
    "receivers": RECEIVERS,
    "routes": (
        sro.Route(match={"team": "finance"}, receiver="mail", continue_matching=True),
        sro.Route(
            match={"severity": "critical"},
            receiver="oncall",
            group_wait="0",
            repeat_interval="4h",
            routes=(sro.Route(match={"team": "search"}, receiver="chat", group_interval="1m30s"), sro.Route(match={"team": "routing"})),
        ),
        sro.Route(match={"severity": "warning"}, matchers=('component=~"cache|rag"',), receiver="bridge", mute_during=("weekend",)),
        sro.Route(matchers=('severity!~"critical|warning"', 'component!=""'), receiver="teams", active_during=("office-hours",)),
        sro.Route(match={"component": 'quo"ted \\ é\n'}, receiver="opsgenie", group_by=("...",)),
        sro.Route(match={"component": "noise"}, receiver="nobody"),
    ),
    "time_intervals": (
        sro.TimeInterval(
            name="office-hours",
            times=(sro.ClockTimes("08:00", "12:00"), sro.ClockTimes("13:00", "24:00")),
            weekdays=("monday:thursday", "saturday"),
            days_of_month=("1:5", "-3:-1", "15"),
            months=("january:march", "4:6", "december"),
            years=("2027", "2028:2030"),
        ),
        sro.TimeInterval(name="office-hours", weekdays=("friday",)),
        sro.TimeInterval(name="weekend", weekdays=("sunday", "saturday")),
    ),
    "inhibitions": (sro.Inhibition(source=('alertname="Upgrade"',), target=('severity!="critical"',)),),
    "proxy_url": "http://proxy.example.com:3128",
}

LABELS = (
    {"alertname": "Watchdog", "severity": "critical"},
    {"severity": "critical"},
    {"severity": "critical", "team": "finance"},
    {"severity": "critical", "team": "search"},
    {"severity": "critical", "team": "routing"},
    {"severity": "warning", "component": "rag"},
    {"severity": "warning", "component": "ragged"},
    {"severity": "info", "component": "cache"},
    {"severity": "info"},
    {"component": 'quo"ted \\ é\n'},
    {"component": "noise", "severity": "warning"},
    {},
)


def add_on(**arguments: Any) -> list[Object]:
    """The AlertmanagerConfig objects of an add-on."""
    chart = new_chart()
    given = {"scraped_by": RELEASE, "shown_by": sro.NoDashboards(), "notified_by": sro.AlertmanagerConfig(**COMMON), **arguments}
    sro.AddOn(chart, "semantic-router", **given)
    return [found for found in objects_of(chart) if found["kind"] == "AlertmanagerConfig"]


def secrets(*namespaces: str) -> list[Object]:
    """The Secrets of the receivers; each value names its key."""
    keys = [("slack", "url"), ("slack", "oncall"), ("pagerduty", "key"), ("smtp", "password"), ("bridge", "token"), ("bridge", "url")]
    keys += [("teams", "url"), ("opsgenie", "key")]
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace},
            "data": {key: b64encode(f"https://{name}.example.com/{key}".encode()).decode() for secret, key in keys if secret == name},
        }
        for namespace in namespaces
        for name in dict.fromkeys(secret for secret, _ in keys)
    ]


def of_the_operator(objects: list[Object], **spec: Any) -> dict[str, Any]:
    """Alertmanager's configuration, as the operator makes it."""
    done = notified(objects, secrets(*(found["metadata"]["namespace"] for found in objects)), **spec)
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = yaml.safe_load(done.stdout)
    return made


@pytest.fixture(scope="module")
def own() -> dict[str, Any]:
    """The configuration of this project's Alertmanager with the same receivers and routes."""
    chart = new_chart()
    sro.AlertmanagerStack(chart, "alertmanager", **COMMON)
    made: dict[str, Any] = yaml.safe_load(find(objects_of(chart), "ConfigMap", "alertmanager-config")["data"]["alertmanager.yml"])
    return made


def amtool(*arguments: object) -> str:
    """Run amtool; it has to succeed."""
    done = subprocess.run([program("amtool"), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def receivers(path: Path, labels: dict[str, str]) -> list[str]:
    """Receivers of an alert, without the prefix that the operator gives them."""
    given = ["config", "routes", "test", "--config.file", path, *(Matcher(name, "=", value).text for name, value in labels.items())]
    return [name.rpartition("/")[2] for name in amtool(*given).strip().split(",")]


@pytest.mark.parametrize("strategy", ["OnNamespace", "OnNamespaceExceptForAlertmanagerNamespace", "None"])
def test_alerts_go_where_the_own_alertmanager_sends_them(own: dict[str, Any], strategy: str, tmp_path: Path) -> None:
    (tmp_path / "operator.yml").write_text(
        yaml.safe_dump(of_the_operator(add_on(), alertmanagerConfigMatcherStrategy={"type": strategy})), encoding="utf-8"
    )
    (tmp_path / "own.yml").write_text(yaml.safe_dump({**own, "templates": []}), encoding="utf-8")
    assert "SUCCESS" in amtool("check-config", tmp_path / "operator.yml")
    for given in LABELS if strategy == "None" else LABELS[:2]:
        labels = {"alertname": "A", "namespace": NAMESPACE, **given}
        assert receivers(tmp_path / "operator.yml", labels) == receivers(tmp_path / "own.yml", labels), labels
    assert receivers(tmp_path / "operator.yml", {"alertname": "A", "namespace": "other", "severity": "critical"}) == ["elsewhere"]
    assert receivers(tmp_path / "operator.yml", {"alertname": "A"}) == ["elsewhere"]


def _as_values(value: Any) -> Any:
    """What the own Alertmanager reads from files and templates, in place."""
    if isinstance(value, dict):
        return {
            name.removesuffix("_file"): "https://{1}.example.com/{2}".format(*item.rsplit("/", 2))
            if name.endswith("_file")
            else _as_values(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_as_values(item) for item in value]
    return inlined(value) if isinstance(value, str) else value


def test_receivers_say_the_same_as_those_of_the_own_alertmanager(own: dict[str, Any]) -> None:
    made = of_the_operator(add_on())
    prefix = f"{NAMESPACE}/semantic-router/"
    ours = {receiver["name"].removeprefix(prefix): receiver for receiver in made["receivers"] if receiver["name"] != "elsewhere"}
    for receiver in _as_values(own["receivers"]):
        found = {**ours.pop(receiver["name"]), "name": receiver["name"]}
        for items in found.values():
            for item in items if isinstance(items, list) else ():
                if "authorization" in item.get("http_config", {}):
                    # Alertmanager's default, which the operator writes.
                    assert item["http_config"]["authorization"].pop("type") == "Bearer"
        assert found == receiver
    assert ours == {}


def test_inhibitions_are_the_same_within_the_namespace(own: dict[str, Any]) -> None:
    here = f'namespace="{NAMESPACE}"'
    rules = of_the_operator(add_on(), alertmanagerConfigMatcherStrategy={"type": "None"})["inhibit_rules"]
    for rule in rules:
        rule["source_matchers"].remove(here)
        rule["target_matchers"].remove(here)
    # Every alert of an add-on has a namespace.
    assert rules == [rule for rule in own["inhibit_rules"] if 'namespace=""' not in rule["source_matchers"]]
    assert len(rules) == len(own["inhibit_rules"]) - 1


def test_times_and_groups_are_the_same(own: dict[str, Any]) -> None:
    made = of_the_operator(add_on())
    (route,) = made["route"]["routes"]
    prefix = f"{NAMESPACE}/semantic-router/"
    timing = ("group_by", "group_wait", "group_interval", "repeat_interval")

    def flat(route: dict[str, Any]) -> list[Any]:
        # The operator takes durations with a unit alone.
        values = ["0s" if route.get(field) == "0" else route.get(field) for field in timing]
        names = [name.removeprefix(prefix) for field in ("mute", "active") for name in route.get(f"{field}_time_intervals", ())]
        return [values, names, [flat(inner) for inner in route.get("routes", ())]]

    assert flat(route) == flat(own["route"])
    assert [interval["name"] for interval in made["mute_time_intervals"]] == [prefix + "office-hours", prefix + "weekend"]


def test_the_operator_refuses_a_secret_without_the_key() -> None:
    given = secrets(NAMESPACE)
    next(secret for secret in given if secret["metadata"]["name"] == "teams")["data"] = {"other": ""}
    done = notified(add_on(), given)
    assert (done.returncode, done.stdout) == (1, "")
    assert 'key "url" in secret "teams" not found' in done.stderr


def test_every_object_is_valid_and_has_the_labels_of_the_selectors() -> None:
    (every,) = add_on()
    (least,) = add_on(notified_by=sro.AlertmanagerConfig(receivers=[CHAT], labels={"alertmanager": "main"}, default_inhibitions=False))
    for found in (every, least):
        custom_kinds.validate(found)
    assert {"release": "kps", "alertmanager": "main"}.items() <= least["metadata"]["labels"].items()
    assert "inhibitRules" not in least["spec"]


def test_the_definition_refuses_what_the_kind_does_not_have() -> None:
    (found,) = add_on()
    found["spec"]["receivers"][0]["slackConfigs"][0]["appToken"] = {"name": "slack", "key": "token"}
    with pytest.raises(Exception, match="appToken"):
        custom_kinds.validate(found)


@pytest.mark.parametrize(
    ("scraper", "namespaces"),
    [(RELEASE, ["a", "b", NAMESPACE]), (sro.KubePrometheus(), ["a", "b", NAMESPACE]), (sro.OpenShiftUserWorkload(), ["a", "b"])],
    ids=["kubePrometheusStack", "kubePrometheus", "openshiftUserWorkload"],
)
def test_each_namespace_with_alerts_has_an_object(scraper: Any, namespaces: list[str], tmp_path: Path) -> None:
    objects = add_on(scraped_by=scraper, targets=[sro.RouterTarget(namespaces=["a", "b"])])
    assert sorted(found["metadata"]["namespace"] for found in objects) == sorted(namespaces)
    (tmp_path / "a.yml").write_text(yaml.safe_dump(of_the_operator(objects)), encoding="utf-8")
    for namespace in namespaces:
        assert receivers(tmp_path / "a.yml", {"alertname": "A", "namespace": namespace, "severity": "critical"}) == ["oncall"]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_message_without_its_file_reads_the_same(name: str, tmp_path: Path) -> None:
    (tmp_path / "messages.tmpl").write_text(TEMPLATES, encoding="utf-8")
    called = f'{{{{ template "{name}" . }}}}'
    with_file, without = (
        amtool("template", "render", f"--template.glob={glob}", f"--template.text={text}")
        for glob, text in ((tmp_path / "messages.tmpl", called), ("/dev/null", inlined(called)))
    )
    assert with_file == without
    assert with_file.strip()


def test_the_secrets_are_known() -> None:
    chart = new_chart()
    router = sro.AddOn(
        chart,
        "semantic-router",
        scraped_by=RELEASE,
        shown_by=sro.NoDashboards(),
        targets=[sro.RouterTarget(namespaces=["routing"])],
        notified_by=sro.AlertmanagerConfig(receivers=[CHAT]),
    )
    store = sro.SecretStore(name="vault")
    sro.Secrets(chart, "secrets", of=[router], providers=[sro.ExternalSecrets(store=store, entries={"slack": "observability/slack"})])
    made = [found["metadata"] for found in objects_of(chart) if found["kind"] == "ExternalSecret"]
    assert sorted((found["namespace"], found["name"]) for found in made) == [("routing", "slack"), (NAMESPACE, "slack")]


@pytest.mark.parametrize(
    ("cluster", "lines"),
    [
        ({"alertmanagerConfigSelector": {}, "alertmanagerConfigNamespaceSelector": {}}, ["read by Alertmanager monitoring/main"]),
        (
            {},
            [
                "read by none",
                "  Alertmanager monitoring/main: alertmanagerConfigSelector is not set, which selects nothing",
                "  Alertmanager monitoring/main: alertmanagerConfigNamespaceSelector is not set, which selects namespace monitoring alone",
            ],
        ),
        (None, ["read by none", "  Alertmanager: none is among the given objects of the cluster"]),
    ],
    ids=["selected", "not selected", "no Alertmanager"],
)
def test_the_check_knows_which_alertmanager_reads_it(
    cluster: dict[str, Any] | None, lines: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = "Prometheus" if cluster is None else "Alertmanager"
    server = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": kind,
        "metadata": {"name": "main", "namespace": "monitoring"},
        "spec": cluster or {},
    }
    (tmp_path / "dist.yaml").write_text(yaml.safe_dump_all(add_on()), encoding="utf-8")
    (tmp_path / "cluster.yaml").write_text(yaml.safe_dump(server), encoding="utf-8")
    code = main(["check", "add-on", str(tmp_path / "dist.yaml"), "--cluster", str(tmp_path / "cluster.yaml")])
    first, *rest = lines
    assert capsys.readouterr().out.splitlines() == [f"AlertmanagerConfig {NAMESPACE}/semantic-router: {first}", *rest]
    assert code == int(first == "read by none")


def test_the_secrets_have_to_exist() -> None:
    routes = [sro.Route(match={"severity": "critical"}, receiver="bridge")]
    objects = add_on(notified_by=sro.AlertmanagerConfig(receivers=[RECEIVERS[3], RECEIVERS[4], RECEIVERS[5]], routes=routes))
    assert missing_secrets(objects) == [(NAMESPACE, "smtp"), (NAMESPACE, "bridge")]
    assert f"""  AlertmanagerConfig {NAMESPACE}/semantic-router
    smtp: password (prometheus-operator)
    bridge: token, url (prometheus-operator)
""" in report(objects)
    (line,) = preconditions({"a": objects[0]}, Path(), [])
    assert line == f"has to exist: Secret {NAMESPACE}/smtp (password), Secret {NAMESPACE}/bridge (token, url)"
