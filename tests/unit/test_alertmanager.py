"""What AlertmanagerStack writes, read by Alertmanager's own tool where there is one for it."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from harness.programs import program
from manifests import Object, find, from_yaml, new_chart, objects_of
from semantic_router_observability.alerting.options import EVERYTHING as EVERY_FACT
from semantic_router_observability.alerting.options import Alerts
from semantic_router_observability.alertmanager.inhibition import (
    ABSENT,
    DEFAULT_INHIBITIONS,
    DOWN,
    ERRORS,
    FEWER_ERRORS,
    REPLICA_DOWN,
    SERVICE,
    THANOS_DOWN,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Key = sro.SecretKey
CHAT = sro.Slack(name="chat", api_url=Key("slack", "url"))

EVERY_RECEIVER = (
    CHAT,
    sro.PagerDuty(name="oncall", routing_key=Key("pagerduty", "key"), url="https://events.eu.pagerduty.com/v2/enqueue"),
    sro.Slack(name="oncall", app_token=Key("slack", "token"), channel="#oncall"),
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
    sro.RawReceiver(
        name="others",
        integration="telegram",
        config={"chat_id": 5, "http_config": {"follow_redirects": False}},
        files={"bot_token_file": Key("telegram.bot", "token"), "http_config.tls_config.ca_file": Key("telegram.bot", "ca")},
    ),
)

OFFICE_HOURS = (
    sro.TimeInterval(
        name="office-hours",
        times=(sro.ClockTimes("08:00", "12:00"), sro.ClockTimes("13:00", "24:00")),
        weekdays=("monday:thursday", "saturday"),
        days_of_month=("1:5", "-3:-1", "15"),
        months=("january:march", "4:6", "december"),
        years=("2027", "2028:2030"),
    ),
    sro.TimeInterval(name="office-hours", weekdays=("friday",)),
    sro.TimeInterval(name="weekend", weekdays=("sunday", "saturday"), location="UTC"),
)

ROUTES = (
    sro.Route(match={"team": "finance"}, receiver="mail", continue_matching=True),
    sro.Route(match={"severity": "critical"}, receiver="oncall", group_wait="0s", repeat_interval="4h"),
    sro.Route(match={"severity": "warning"}, matchers=('component=~"cache|rag"',), receiver="bridge", mute_during=("weekend",)),
    sro.Route(matchers=('severity!~"critical|warning"', 'component!=""'), receiver="teams", active_during=("office-hours",)),
    sro.Route(match={"component": 'quo"ted \\ é'}, receiver="opsgenie", group_by=("...",)),
    sro.Route(match={"component": "noise"}, receiver="nobody"),
    sro.Route(match={"alertname": "Lost"}, receiver="others", group_by=(), group_interval="1m"),
)


def objects(id: str = "alertmanager", **arguments: Any) -> list[Object]:
    """Objects of one Alertmanager."""
    chart = new_chart()
    sro.AlertmanagerStack(chart, id, **{"receivers": [CHAT], **arguments})
    return objects_of(chart)


def everything(**arguments: Any) -> list[Object]:
    """Objects of one Alertmanager with every receiver, route and interval."""
    given: dict[str, Any] = {
        "receivers": EVERY_RECEIVER,
        "routes": ROUTES,
        "time_intervals": OFFICE_HOURS,
        "dead_man_switch": sro.DeadManSwitch(url=Key("heartbeat", "url")),
        "inhibitions": [sro.Inhibition(source=('alertname="Upgrade"',), target=('severity!="critical"',))],
        "proxy_url": "http://proxy.example.com:3128",
    }
    return objects(**{**given, **arguments})


def config(found: list[Object]) -> dict[str, Any]:
    """The configuration that Alertmanager is to read."""
    loaded: dict[str, Any] = yaml.safe_load(find(found, "ConfigMap", "alertmanager-config")["data"]["alertmanager.yml"])
    return loaded


def files(found: list[Object], directory: Path) -> Path:
    """Write the ConfigMap's files as Alertmanager sees them; return the configuration's."""
    data = find(found, "ConfigMap", "alertmanager-config")["data"]
    for name, text in data.items():
        (directory / name).write_text(text.replace("/etc/alertmanager/config", str(directory)), encoding="utf-8")
    return directory / "alertmanager.yml"


def amtool(*arguments: object) -> str:
    """Run amtool; it has to succeed without a complaint."""
    command = [str(program("amtool")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"external_url": "https://alerts.example.com/am", "replicas": 3},
        {"dead_man_switch": None, "proxy_url": None, "default_inhibitions": False, "inhibitions": ()},
    ],
    ids=["everything", "exposed", "without"],
)
def test_amtool_accepts_every_receiver_route_and_interval(tmp_path: Path, arguments: dict[str, Any]) -> None:
    said = amtool("check-config", files(everything(**arguments), tmp_path))
    assert "SUCCESS" in said
    assert "FAILED" not in said
    assert "1 templates" in said


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ({"alertname": "Watchdog", "severity": "none"}, "dead-man-switch"),
        ({"alertname": "Watchdog", "severity": "critical"}, "dead-man-switch"),
        ({"alertname": "A", "severity": "critical"}, "oncall"),
        ({"alertname": "A", "severity": "critical", "team": "finance"}, "mail,oncall"),
        ({"alertname": "A", "severity": "warning", "team": "finance"}, "mail"),
        ({"alertname": "A", "severity": "warning", "component": "rag"}, "bridge"),
        ({"alertname": "A", "severity": "warning", "component": "ragged"}, "chat"),
        ({"alertname": "A", "severity": "info", "component": "cache"}, "teams"),
        ({"alertname": "A", "severity": "warning", "component": "noise"}, "nobody"),
        ({"alertname": "A", "severity": "warning"}, "chat"),
        ({"alertname": "Lost", "severity": "warning"}, "others"),
        ({"alertname": "A"}, "chat"),
        ({"alertname": "A", "severity": "info"}, "nobody"),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(value.values()),
)
def test_routes_lead_where_they_say(tmp_path: Path, labels: dict[str, str], receivers: str) -> None:
    path = files(everything(), tmp_path)
    written = [f"{label}={value}" for label, value in labels.items()]
    assert amtool("config", "routes", "test", "--config.file", path, f"--verify.receivers={receivers}", *written).split() == [receivers]


def test_a_route_may_tell_nobody_with_and_without_a_dead_mans_switch(tmp_path: Path) -> None:
    for switch in (None, sro.DeadManSwitch(url=Key("heartbeat", "url"))):
        amtool("check-config", files(everything(dead_man_switch=switch), tmp_path))


def test_without_a_dead_mans_switch_the_heartbeat_bothers_nobody(tmp_path: Path) -> None:
    path = files(objects(), tmp_path)
    assert amtool("config", "routes", "test", "--config.file", path, "alertname=Watchdog").split() == ["nobody"]
    assert amtool("config", "routes", "test", "--config.file", path, "alertname=Other").split() == ["chat"]
    own = sro.DeadManSwitch(url=Key("heartbeat", "url"), alert="Heartbeat")
    path = files(objects(dead_man_switch=own), tmp_path)
    assert amtool("config", "routes", "test", "--config.file", path, "alertname=Heartbeat").split() == ["dead-man-switch"]
    assert amtool("config", "routes", "test", "--config.file", path, "alertname=Watchdog").split() == ["nobody"]


def test_the_default_receiver_need_not_be_the_first(tmp_path: Path) -> None:
    routes = [sro.Route(match={"severity": "critical"}, receiver="chat")]
    path = files(objects(receivers=EVERY_RECEIVER[:2], routes=routes, default_receiver="oncall"), tmp_path)
    assert amtool("config", "routes", "test", "--config.file", path, "severity=warning").split() == ["oncall"]


@pytest.mark.parametrize(("interval", "half"), [("1m", "30s"), ("15s", "7500ms"), ("10m", "300s")])
def test_the_heartbeat_is_looked_at_twice_an_interval(interval: str, half: str) -> None:
    route = config(objects(dead_man_switch=sro.DeadManSwitch(url=Key("a", "b"), interval=interval)))["route"]["routes"][0]
    assert (route["group_interval"], route["repeat_interval"]) == (half, half)


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for field, item in value.items():
            if field.endswith("_file"):
                yield item
            else:
                yield from _paths(item)
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item)


def test_credentials_are_files_that_are_mounted_and_nothing_else_is() -> None:
    found = everything()
    spec = find(found, "StatefulSet", "alertmanager")["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    places = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    mounted = {
        f"{places[volume['name']]}/{item['path']}" for volume in spec["volumes"] if "secret" in volume for item in volume["secret"]["items"]
    }
    named = set(_paths(config(found)))
    assert named == mounted
    assert len(named) == 11
    secrets = {volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume}
    assert secrets == {"slack", "pagerduty", "smtp", "bridge", "teams", "opsgenie", "telegram.bot", "heartbeat"}


def test_receivers_and_intervals_of_one_name_become_one() -> None:
    written = config(everything())
    oncall = next(receiver for receiver in written["receivers"] if receiver["name"] == "oncall")
    assert set(oncall) == {"name", "pagerduty_configs", "slack_configs"}
    bridge = next(receiver for receiver in written["receivers"] if receiver["name"] == "bridge")
    assert [webhook["send_resolved"] for webhook in bridge["webhook_configs"]] == [True, False]
    assert [(item["name"], len(item["time_intervals"])) for item in written["time_intervals"]] == [("office-hours", 2), ("weekend", 1)]


def test_the_proxy_is_on_the_way_to_every_receiver_but_mail() -> None:
    for receiver in config(everything())["receivers"]:
        for kind, entries in receiver.items():
            for entry in entries if kind != "name" else ():
                proxied = entry.get("http_config", {}).get("proxy_url")
                assert proxied == (None if kind == "email_configs" else "http://proxy.example.com:3128"), (receiver["name"], kind)


MESSAGES = [
    ({"alertname": "Slow", "severity": "critical", "namespace": "routing"}, {}, "[CRITICAL] Slow in routing", "Slow", "critical"),
    ({"alertname": "Slow", "severity": "warning"}, {"summary": "It is slow."}, "[WARNING] Slow: It is slow.", "It is slow.", "warning"),
    (
        {"alertname": "Slow", "severity": "warning", "namespace": "routing", "cluster": "eu-1", "model": "large"},
        {"summary": "It is slow."},
        "[WARNING] Slow in routing, cluster eu-1, model large: It is slow.",
        "It is slow.",
        "warning",
    ),
    ({"alertname": "Slow", "severity": "info"}, {"description": "By 5 s."}, "[INFO] Slow", "Slow\nBy 5 s.", "info"),
    (
        {"alertname": "Slow"},
        {"summary": "s", "description": "d", "runbook_url": "https://r", "dashboard_url": "https://d"},
        "[FIRING] Slow: s",
        "s\nd\nRunbook: https://r\nDashboard: https://d",
        "critical",
    ),
    (
        {"alertname": "Slow"},
        {"summary": "s", "description": "d", "runbook_url": "docs/runbooks/Slow.md", "dashboard_url": "/d/a/?viewPanel=1"},
        "[FIRING] Slow: s",
        "s\nd",
        "critical",
    ),
]


@pytest.mark.parametrize(
    ("labels", "annotations", "title", "text", "severity"), MESSAGES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_messages_say_what_happened(
    tmp_path: Path, labels: dict[str, str], annotations: dict[str, str], title: str, text: str, severity: str
) -> None:
    alert = {"status": "firing", "labels": labels, "annotations": annotations}
    assert _said(tmp_path, [alert], "title") == title
    assert _said(tmp_path, [alert], "text") == text
    assert _said(tmp_path, [alert], "severity") == severity


@pytest.mark.parametrize(
    ("service", "encoded"),
    [
        ("", "<!channel> <https://evil.example.com|Runbook> [Runbook](https://evil.example.com) a & b"),
        ("html.", "&lt;!channel&gt; &lt;https://evil.example.com|Runbook&gt; [Runbook](https://evil.example.com) a &amp; b"),
        ("teams.", "<!channel> <https://evil.example.com|Runbook> [Runbook] (https://evil.example.com) a & b"),
    ],
)
def test_a_label_calls_nobody_and_forges_no_link(tmp_path: Path, service: str, encoded: str) -> None:
    """The program that is scraped chooses values of labels, and each place of a message may show one."""
    value = "<!channel> <https://evil.example.com|Runbook> [Runbook](https://evil.example.com) a & b"
    alert = {
        "status": "firing",
        "labels": dict.fromkeys(("alertname", "namespace", "cluster", "model"), value),
        "annotations": dict.fromkeys(("summary", "description"), value)
        | dict.fromkeys(("runbook_url", "dashboard_url"), f"https://{value}"),
    }
    assert _said(tmp_path, [alert], f"{service}title") == f"[FIRING] {encoded} in {encoded}, cluster {encoded}, model {encoded}: {encoded}"
    assert _said(tmp_path, [alert], f"{service}text") == f"{encoded}\n{encoded}\nRunbook: https://{encoded}\nDashboard: https://{encoded}"
    assert _said(tmp_path, [{**alert, "annotations": {}}], f"{service}text") == encoded


def test_what_shows_markup_gets_encoded_messages() -> None:
    [chat] = [
        entry for receiver in config(everything())["receivers"] for entry in receiver.get("slack_configs", ()) if "api_url_file" in entry
    ]
    assert {chat["title"], chat["fallback"]} == {'{{ template "observability.html.title" . }}'}
    assert chat["text"] == '{{ template "observability.html.text" . }}'
    [opsgenie] = [entry for receiver in config(everything())["receivers"] for entry in receiver.get("opsgenie_configs", ())]
    assert (opsgenie["message"], opsgenie["description"]) == (chat["title"], chat["text"])
    [teams] = [entry for receiver in config(everything())["receivers"] for entry in receiver.get("msteamsv2_configs", ())]
    assert (teams["title"], teams["text"]) == (
        '{{ template "observability.teams.title" . }}',
        '{{ template "observability.teams.text" . }}',
    )


def test_several_alerts_share_a_message(tmp_path: Path) -> None:
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": "Slow", "severity": "warning", "model": model},
            "annotations": {"summary": f"{model} is slow."},
        }
        for model in ("a", "b")
    ]
    assert _said(tmp_path, alerts, "title") == "[WARNING x2] Slow: a is slow."
    half = [{**alerts[0], "status": "resolved"}, alerts[1]]
    assert _said(tmp_path, half, "title") == "[WARNING x2] Slow: b is slow."
    assert _said(tmp_path, alerts, "text") == "a is slow.\n\nb is slow."
    alerts[1]["labels"] = {"alertname": "Broken", "severity": "critical"}
    assert _said(tmp_path, alerts, "title") == "[FIRING x2] several alerts: a is slow."
    assert _said(tmp_path, alerts, "severity") == "critical"
    over = [{**alerts[0], "status": "resolved"}]
    assert _said(tmp_path, over, "title", status="resolved") == "[RESOLVED] Slow, model a: a is slow."
    assert _said(tmp_path, over, "text", status="resolved") == "Resolved: a is slow."


def _said(directory: Path, alerts: list[dict[str, Any]], part: str, *, status: str = "firing") -> str:
    """Render one of the templates as Alertmanager does."""
    template = files(objects(), directory).with_name("messages.tmpl")
    first = alerts[0]["labels"]
    common = {label: value for label, value in first.items() if all(alert["labels"].get(label) == value for alert in alerts)}
    data = directory / "data.json"
    data.write_text(json.dumps({"receiver": "chat", "status": status, "alerts": alerts, "commonLabels": common}))
    text = f'{{{{ template "observability.{part}" . }}}}'
    return amtool("template", "render", f"--template.glob={template}", f"--template.text={text}", f"--template.data={data}").removesuffix(
        "\n"
    )


def test_replicas_change_nothing_that_kubernetes_keeps() -> None:
    single, three = (find(objects(replicas=replicas), "StatefulSet", "alertmanager")["spec"] for replicas in (1, 3))
    changeable = {"replicas", "template"}
    assert {key: value for key, value in single.items() if key not in changeable} == {
        key: value for key, value in three.items() if key not in changeable
    }
    larger = find(objects(storage=sro.Claim(size="5Gi", storage_class="fast")), "StatefulSet", "alertmanager")["spec"]
    assert larger == single


def test_each_replica_has_a_declared_claim_where_its_statefulset_looks_for_it() -> None:
    found = objects(replicas=2, storage=sro.Claim(size="5Gi", storage_class="fast", access_mode="ReadWriteOncePod"))
    claims = [item for item in found if item["kind"] == "PersistentVolumeClaim"]
    (template,) = find(found, "StatefulSet", "alertmanager")["spec"]["volumeClaimTemplates"]
    assert [claim["metadata"]["name"] for claim in claims] == [f"{template['metadata']['name']}-alertmanager-{number}" for number in (0, 1)]
    for claim in claims:
        assert claim["spec"] == {
            "accessModes": ["ReadWriteOncePod"],
            "storageClassName": "fast",
            "resources": {"requests": {"storage": "5Gi"}},
        }
    kinds = [item["kind"] for item in found]
    assert kinds.index("StatefulSet") > max(index for index, kind in enumerate(kinds) if kind == "PersistentVolumeClaim")


def test_one_replica_opens_no_gossip_port_and_needs_no_budget() -> None:
    found = objects()
    (container,) = find(found, "StatefulSet", "alertmanager")["spec"]["template"]["spec"]["containers"]
    assert "--cluster.listen-address=" in container["args"]
    assert [port["name"] for port in container["ports"]] == ["http"]
    assert "PodDisruptionBudget" not in {item["kind"] for item in found}


def test_several_replicas_name_one_another_and_keep_apart() -> None:
    found = objects(replicas=3)
    spec = find(found, "StatefulSet", "alertmanager")["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    peers = [argument.removeprefix("--cluster.peer=") for argument in container["args"] if argument.startswith("--cluster.peer=")]
    headless = find(found, "Service", "alertmanager-headless")
    assert peers == [f"alertmanager-{n}.{headless['metadata']['name']}.vllm-semantic-router-system.svc:9094" for n in range(3)]
    assert headless["spec"]["publishNotReadyAddresses"] is True
    budget = find(found, "PodDisruptionBudget", "alertmanager")["spec"]
    assert budget["maxUnavailable"] == 1
    (term,) = spec["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    selector = find(found, "StatefulSet", "alertmanager")["spec"]["selector"]
    assert selector == budget["selector"] == term["podAffinityTerm"]["labelSelector"]
    own = sro.Placement(affinity={"nodeAffinity": {}})
    assert find(objects(replicas=3, placement=own), "StatefulSet", "alertmanager")["spec"]["template"]["spec"]["affinity"] == own.affinity


@pytest.mark.parametrize(
    "change",
    [
        {"receivers": (CHAT, sro.Teams(name="chat", webhook_url=Key("teams", "url")))},
        {"grouping": sro.Grouping(group_wait="1m")},
        {"dead_man_switch": sro.DeadManSwitch(url=Key("heartbeat", "url"))},
        {"default_inhibitions": False},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_configuration_rolls_the_pods(change: dict[str, Any]) -> None:
    def annotations(found: list[Object]) -> dict[str, str]:
        noted: dict[str, str] = find(found, "StatefulSet", "alertmanager")["spec"]["template"]["metadata"]["annotations"]
        return noted

    assert annotations(objects(**change)) != annotations(objects())


def test_prometheus_sends_to_every_replica_and_may_look_for_them() -> None:
    chart, elsewhere = new_chart(), new_chart("alerts")
    alertmanager = sro.AlertmanagerStack(elsewhere, "team.a".replace(".", "-"), receivers=[CHAT], external_url="https://a.example.com/am")
    external = [
        sro.ExternalAlertmanager(
            url="https://am.example.com/x/",
            basic_auth=sro.BasicAuth(username=Key("am", "user"), password=Key("am", "password")),
            ca=Key("am", "ca"),
        ),
        sro.ExternalAlertmanager(url="http://alertmanager-operated.monitoring.svc:9093", replicas_by_dns=True),
        sro.ExternalAlertmanager(url="https://[fd00::1]", bearer_token=Key("am", "token")),
    ]
    sro.PrometheusStack(chart, "prometheus", alertmanagers=[alertmanager, *external])
    found = objects_of(chart)
    written = yaml.safe_load(find(found, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    secrets = "/etc/prometheus/secrets/am"
    assert written["alerting"]["alertmanagers"] == [
        {
            "path_prefix": "/am",
            "kubernetes_sd_configs": [{"role": "endpointslice", "namespaces": {"names": ["alerts"]}}],
            "relabel_configs": [
                {
                    "source_labels": ["__meta_kubernetes_service_name", "__meta_kubernetes_endpointslice_port_name"],
                    "regex": r"team\-a;http",
                    "action": "keep",
                }
            ],
        },
        {
            "scheme": "https",
            "path_prefix": "/x",
            "basic_auth": {"username_file": f"{secrets}/user", "password_file": f"{secrets}/password"},
            "tls_config": {"ca_file": f"{secrets}/ca"},
            "static_configs": [{"targets": ["am.example.com:443"]}],
        },
        {
            "scheme": "http",
            "dns_sd_configs": [{"names": ["alertmanager-operated.monitoring.svc"], "type": "A", "port": 9093}],
        },
        {
            "scheme": "https",
            "authorization": {"credentials_file": f"{secrets}/token"},
            "static_configs": [{"targets": ["[fd00::1]:443"]}],
        },
    ]
    (job,) = [job for job in written["scrape_configs"] if job["job_name"] == "alertmanager"]
    assert job["kubernetes_sd_configs"] == [{"role": "endpointslice", "namespaces": {"names": ["alerts"]}}]
    roles = {(item["metadata"]["namespace"], item["kind"]) for item in found if item["kind"] in {"Role", "RoleBinding"}}
    assert {("alerts", "Role"), ("alerts", "RoleBinding")} <= roles
    assert find(objects_of(elsewhere), "Service", "team-a")["metadata"]["annotations"] == {"prometheus.io/path": "/am/metrics"}


def test_external_alertmanagers_alone_are_not_scraped_and_widen_no_right() -> None:
    def built(**arguments: Any) -> list[Object]:
        chart = new_chart()
        sro.PrometheusStack(chart, "prometheus", **arguments)
        return objects_of(chart)

    plain, sending = built(), built(alertmanagers=[sro.ExternalAlertmanager(url="http://am.example.com")])
    changed = [new for old, new in zip(plain, sending, strict=True) if old != new]
    assert {item["kind"] for item in changed} == {"ConfigMap"}
    assert "job_name: alertmanager" not in find(sending, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"]


def test_promtool_accepts_every_kind_of_target(tmp_path: Path) -> None:
    chart = new_chart()
    alertmanager = sro.AlertmanagerStack(chart, "alertmanager", receivers=[CHAT])
    external = [sro.ExternalAlertmanager(url="https://am.example.com", replicas_by_dns=True), sro.ExternalAlertmanager(url="http://b:9/c")]
    sro.PrometheusStack(chart, "prometheus", alertmanagers=[alertmanager, *external])
    path = tmp_path / "prometheus.yml"
    path.write_text(find(objects_of(chart), "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    done = subprocess.run(
        [program("promtool"), "check", "config", "--syntax-only", path], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


def test_grafana_shows_it_under_its_own_uid() -> None:
    chart = new_chart()
    stacks = [sro.AlertmanagerStack(chart, name, receivers=[CHAT]) for name in ("alertmanager", "night")]
    source = sro.ExternalPrometheus(url="http://mimir")
    sro.GrafanaStack(chart, "grafana", sources=[source], data_sources=stacks, router_dashboards=False)
    sources = yaml.safe_load(find(objects_of(chart), "ConfigMap", "grafana-config")["data"]["datasources.yaml"])["datasources"]
    assert [(entry["uid"], entry["name"], entry["type"], entry["url"]) for entry in sources[1:]] == [
        ("alertmanager", "Alertmanager", "alertmanager", "http://alertmanager.vllm-semantic-router-system.svc:9093"),
        ("night", "night", "alertmanager", "http://night.vllm-semantic-router-system.svc:9093"),
    ]


SETTINGS = """
    alertmanager:
      receivers: [{type: teams, name: people, webhookUrl: {secret: teams, key: url}}]
      externalUrl: https://alerts.example.com
      login: {type: none, reason: a proxy asks}
    prometheus:
      alertmanagers: [{url: "http://other.example.com"}]
    grafana:
      externalUrl: https://grafana.example.com
      dataSources: [{type: loki, url: "http://loki"}]
    ingress:
      via: {type: nginx}
      backends: [grafana, alertmanager]
    images:
      alertmanager: quay.io/prometheus/alertmanager:v0.34.1
    """


@pytest.mark.parametrize(
    "text",
    [
        "no template: }} and { and $x",
        '{{ template "observability.html.text" . }}',
        '{{ template "slack.default.title" . }} {{ template "__subject" . }}',
        '{{ define "team" }}{{ .CommonLabels.team | toUpper | trimSpace }}{{ end }}{{ template "team" . }}',
        '{{ range $i, $alert := .Alerts.Firing }}{{ $alert.Annotations.SortedPairs.Values | join " " }}{{ end }}',
        "{{ (since .StartsAt) | humanizeDuration }} {{ .EndsAt | tz `Europe/Paris` | date `15:04` }} {{ toJson (dict `a` (list 1 2)) }}",
    ],
)
def test_a_raw_receiver_takes_every_template_of_alertmanager(text: str) -> None:
    key = sro.SecretKey("a", "b")
    receiver = sro.RawReceiver(name="a", integration="discord", config={"message": text}, files={"webhook_url_file": key})
    assert receiver.config["message"] == text


def test_how_a_raw_receiver_connects_is_no_template() -> None:
    config = {"message": "a", "http_config": {"proxy_url": "http://proxy.example.com", "no_proxy": "{{"}}
    assert sro.RawReceiver(name="a", integration="discord", config=config, files={"webhook_url_file": sro.SecretKey("a", "b")})


def test_the_settings_file_joins_the_parts() -> None:
    found = from_yaml(SETTINGS)
    prometheus = yaml.safe_load(find(found, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"])
    assert [set(alertmanager) - {"relabel_configs"} for alertmanager in prometheus["alerting"]["alertmanagers"]] == [
        {"kubernetes_sd_configs"},
        {"scheme", "static_configs"},
    ]
    sources = yaml.safe_load(find(found, "ConfigMap", "grafana-config")["data"]["datasources.yaml"])["datasources"]
    assert [source["uid"] for source in sources] == ["prometheus", "alertmanager", "loki"]
    hosts = {item["spec"]["rules"][0]["host"] for item in found if item["kind"] == "Ingress"}
    assert hosts == {"grafana.example.com", "alerts.example.com"}
    (container,) = find(found, "StatefulSet", "alertmanager")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "quay.io/prometheus/alertmanager:v0.34.1"


def test_without_receivers_nothing_of_it_is_there(default_objects: list[Object]) -> None:
    assert [item["metadata"]["name"] for item in default_objects if "alertmanager" in item["metadata"]["name"]] == []
    assert "alerting:" not in find(default_objects, "ConfigMap", "prometheus-config")["data"]["prometheus.yml"]


def test_default_inhibitions_never_keep_a_source_quiet_by_itself() -> None:
    for inhibition in DEFAULT_INHIBITIONS:
        named = [re.sub(r'alertname="(.*)"', r"\1", matcher) for matcher in inhibition.source if "alertname" in matcher]
        if named in ([ABSENT], [DOWN], [REPLICA_DOWN]):
            alert = next(condition for condition in inhibition.target if condition.startswith("alertname"))
            assert named[0] in alert if "!" in alert else named[0] not in alert
        elif named == [f'alertname=~"{THANOS_DOWN}"']:
            assert 'alertname="PrometheusTargetDown"' in inhibition.target
        else:
            assert named in ([], [ERRORS])


def shipped() -> dict[str, dict[str, str]]:
    """Labels of every alert this project ships, by name."""
    groups = [group for found in Alerts().groups(EVERY_FACT).values() for group in found]
    return {rule["alert"]: {"alertname": rule["alert"], **rule["labels"]} for group in groups for rule in group["rules"] if "alert" in rule}


def test_every_shipped_alert_reaches_whom_its_severity_means(tmp_path: Path) -> None:
    switch = sro.DeadManSwitch(url=Key("heartbeat", "url"))
    routes = [sro.Route(match={"severity": "critical"}, receiver="oncall")]
    path = files(objects(receivers=EVERY_RECEIVER[:2], routes=routes, dead_man_switch=switch), tmp_path)
    receivers_by_severity = {"critical": "oncall", "warning": "chat", "info": "nobody"}
    assert len(shipped()) > 40
    for name, labels in shipped().items():
        expected = "dead-man-switch" if name == switch.alert else receivers_by_severity[labels["severity"]]
        written = [f"{label}={value}" for label, value in labels.items()]
        assert amtool("config", "routes", "test", "--config.file", path, *written).split() == [expected], name


def test_the_default_inhibitions_speak_of_alerts_that_exist() -> None:
    named = {ABSENT, DOWN, REPLICA_DOWN, ERRORS, *FEWER_ERRORS.split("|"), *THANOS_DOWN.split("|")}
    assert named <= shipped().keys()
    assert {shipped()[name]["service"] for name in named if name.startswith("SemanticRouter")} == {SERVICE}
    written = " ".join(matcher for inhibition in DEFAULT_INHIBITIONS for matcher in (*inhibition.source, *inhibition.target))
    assert set(re.findall(r"(?:SemanticRouter|Thanos)\w+", written)) == named
