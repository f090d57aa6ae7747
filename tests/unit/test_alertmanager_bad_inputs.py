"""Alerting that cannot work, and the one line each is answered with. As in `test_bad_inputs.py`, the tables specify the messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import semantic_router_observability as sro
from manifests import new_chart
from refusals import refusal
from semantic_router_observability.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Key = sro.SecretKey
KEY = Key("a", "b")
CHAT = "{type: teams, name: chat, webhookUrl: {secret: a, key: b}}"
DISCORD = "{type: raw, name: a, integration: discord, files: {webhook_url_file: {secret: a, key: b}},"
INTEGRATIONS = (
    "discord, email, incidentio, jira, mattermost, msteams, msteamsv2, opsgenie, pagerduty, pushover, rocketchat, slack, sns, telegram, "
    "victorops, webex, webhook, wechat"
)
NAME = "write a name of lower-case letters, digits and '-', starting with a letter, ending with a letter or digit, at most 50 characters"
TURNS = "replicas the last waits that long, and would tell again what is over"
LIST = "write a list, even of one"
MAIL = "write a mail address, such as team@example.com or Team <team@example.com>"
LABEL = "write a Prometheus label name: a text that does not start with '__', such as team or service.name"
MATCHER = 'write a label, an operator (=, !=, =~ or !~) and a value, such as severity=~"critical|warning"'
DURATION = "write a Prometheus duration: whole numbers with y, w, d, h, m, s or ms, largest first, such as 15d or 1h30m"
KEYS = (
    "deadManSwitch, defaultInhibitions, defaultReceiver, externalUrl, grouping, inhibitions, login, metadata, placement, proxyUrl, receivers, replicas, "
    "resources, retention, routes, silences, storage, timeIntervals, tls"
)


def chat(**arguments: Any) -> sro.Webhook:
    """A receiver."""
    return sro.Webhook(**{"name": "chat", "url": KEY, **arguments})


def stack(**arguments: Any) -> sro.AlertmanagerStack:
    """An Alertmanager with one receiver."""
    return sro.AlertmanagerStack(new_chart(), arguments.pop("id", "alertmanager"), **{"receivers": [chat()], **arguments})


def interval(**arguments: Any) -> sro.TimeInterval:
    """A time interval."""
    return sro.TimeInterval(**{"name": "night", **arguments})


IN_YAML = [
    (
        f"alertmanager: {{receivers: [{CHAT}], routes: [{{match: {{a: b}}, routes: [{{match: {{c: d}}, receiver: oncall}}]}}]}}",
        "alertmanager.routes[0].routes[0].receiver: 'oncall': no receiver has this name; the receivers are chat and nobody",
    ),
    (
        f"alertmanager: {{receivers: [{CHAT}], routes: [{{match: {{a: b}}, groupInterval: 1h, routes: [{{match: {{c: d}}, repeatInterval: 5m}}]}}]}}",
        "alertmanager.routes[0].routes[0].repeatInterval: '5m': write at least the group interval, 1h: nothing is sent in between",
    ),
    (
        f"alertmanager: {{receivers: [{CHAT}], routes: [{{match: {{a: b}}, routes: [{{receiver: chat}}]}}]}}",
        "alertmanager.routes[0].routes[0].match: {}: name the alerts, by match or matchers; all others go to the default receiver",
    ),
    ("alertmanager: {replicas: 3}", "alertmanager.receivers: not given: add it"),
    (
        "alertmanager: {receivers: []}",
        "alertmanager.receivers: []: give at least one, such as {type: slack, name: ..., apiUrl: ...}: nobody would be notified",
    ),
    (f"alertmanager: {{receivers: [{CHAT}], smtp: x}}", f"alertmanager: 'smtp': unknown key; accepted: {KEYS}"),
    (
        "alertmanager: {receivers: [{type: irc, name: a}]}",
        "alertmanager.receivers[0].type: 'irc': write one of slack, pagerduty, email, webhook, teams, opsgenie, raw",
    ),
    (
        "alertmanager: {receivers: [{type: teams, name: a, webhookUrl: https://example.com/hook}]}",
        "alertmanager.receivers[0].webhookUrl: a value: keep it in a Secret and name that here: {secret: NAME, key: KEY}",
    ),
    (
        "alertmanager: {receivers: [{type: slack, name: a}]}",
        "alertmanager.receivers[0].apiUrl: not given: give either apiUrl, a webhook's URL, or appToken, and in a Secret",
    ),
    (
        "alertmanager: {receivers: [{type: raw, name: a, integration: telegram, files: {bot_token_file: {secret: a, key: b}}}]}",
        "alertmanager.receivers[0].config: not given: give chat_id or chat_id_file",
    ),
    (
        (
            "alertmanager: {receivers: [{type: raw, name: a, integration: telegram, config: {chat_id: 5, chat_ids: 6}, "
            "files: {bot_token_file: {secret: a, key: b}}}]}"
        ),
        "alertmanager.receivers[0].config: 'chat_ids': unknown key; the nearest known key is chat_id",
    ),
    (
        ("alertmanager: {receivers: [{type: raw, name: a, integration: webhook, config: {url: 'http://a/b', max_alerts: many}}]}"),
        "alertmanager.receivers[0].config.max_alerts: 'many': write a whole number of at least 0",
    ),
    (
        f"alertmanager: {{receivers: [{DISCORD} config: {{message: '{{{{ .Labels | toUper }}}}'}}}}]}}",
        "alertmanager.receivers[0].config.message: '{{ .Labels | toUper }}': not a template of Alertmanager: function 'toUper' not defined",
    ),
    (
        f"alertmanager: {{receivers: [{DISCORD} config: {{title: '{{{{ $labels.job }}}}'}}}}]}}",
        "alertmanager.receivers[0].config.title: '{{ $labels.job }}': not a template of Alertmanager: undefined variable '$labels'",
    ),
    (
        f"alertmanager: {{receivers: [{DISCORD} config: {{title: '{{{{ template \"discord.default.titel\" . }}}}'}}}}]}}",
        (
            "alertmanager.receivers[0].config.title: '{{ template \"discord.default.titel\" . }}': calls template 'discord.default.titel', which neither "
            "Alertmanager nor this stack has; the nearest known template is discord.default.title"
        ),
    ),
    (
        (
            "alertmanager: {receivers: [{type: raw, name: a, integration: pagerduty, files: {routing_key_file: {secret: a, key: b}}, "
            "config: {details: {firing: '{{ if .Alerts }}'}}}]}"
        ),
        "alertmanager.receivers[0].config.details.firing: '{{ if .Alerts }}': not a template of Alertmanager: if without end",
    ),
    (
        "alertmanager: {receivers: [{type: raw, name: a, integration: irc}]}",
        f"alertmanager.receivers[0].integration: 'irc': write one of {INTEGRATIONS}",
    ),
    (
        f"alertmanager: {{receivers: [{CHAT}], routes: [{{receiver: oncall, match: {{a: b}}}}]}}",
        "alertmanager.routes[0].receiver: 'oncall': no receiver has this name; the receivers are chat and nobody",
    ),
    (
        f"alertmanager: {{receivers: [{CHAT}], defaultReceiver: oncall}}",
        "alertmanager.defaultReceiver: 'oncall': no receiver has this name; the receivers are chat",
    ),
    (
        f"alertmanager: {{receivers: [{CHAT}], replicas: 0}}",
        "alertmanager.replicas: 0: write 1 to 9; with 3, one can fail while another is updated",
    ),
    (f"alertmanager: {{receivers: [{CHAT}], replicas: many}}", "alertmanager.replicas: 'many': write a whole number, not text"),
    (f"alertmanager: {{receivers: [{CHAT}], retention: 5 days}}", f"alertmanager.retention: '5 days': {DURATION}"),
    (
        f"alertmanager: {{receivers: [{CHAT}], retention: 6h}}",
        "alertmanager.retention: '6h': write at least the longest repeat interval, 12h: what is forgotten is sent again",
    ),
    (
        f"alertmanager: {{receivers: [{CHAT}], proxyUrl: proxy:3128}}",
        "alertmanager.proxyUrl: 'proxy:3128': write an absolute URL such as https://grafana.example.com",
    ),
    (
        f"alertmanager: {{receivers: [{CHAT}]}}\nimages: {{alertmanager: quay.io/prometheus/alertmanager}}",
        "images.alertmanager: 'quay.io/prometheus/alertmanager': add a tag or a digest, such as :v3.13.5 or @sha256:…",
    ),
    (
        f"alertmanager: {{receivers: [{CHAT}], externalUrl: 'https://a.example.com'}}\ningress: {{via: {{type: nginx}}, backends: [alertmanager]}}",
        "ingress.backends: 'alertmanager': it has no login; give it one, or put a proxy with one in front and expose that",
    ),
    (
        f"alertmanager: {{receivers: [{CHAT}], timeIntervals: [{{name: a, times: [{{start: 540, end: '10:00'}}]}}]}}",
        "alertmanager.timeIntervals[0].times[0].start: 540: write text, not a whole number; in quotes it is text",
    ),
    (
        f"alertmanager: {{receivers: [{CHAT}], grouping: {{groupWait: soon}}}}",
        f"alertmanager.grouping.groupWait: 'soon': {DURATION}",
    ),
    (
        'prometheus: {alertmanagers: [{url: "http://a:b@am.example.com"}]}',
        "prometheus.alertmanagers[0].url: 'http://…@am.example.com': take the credentials out of the URL and reference a Secret instead",
    ),
    (
        'prometheus: {alertmanagers: [{url: "http://am"}, {url: "http://am"}]}',
        "prometheus.alertmanagers: 'http://am': the same Alertmanager is listed twice; remove one",
    ),
    (
        "prometheus: {scrapeJobs: [{type: static, name: alertmanager, targets: ['a:1']}]}",
        "prometheus.scrapeJobs[0].name: 'alertmanager': the stack has a job of this name; choose another",
    ),
]

IN_PYTHON: list[tuple[Callable[[], object], str]] = [
    (lambda: chat(name="no/body"), "Webhook: name: 'no/body': write 1 to 63 letters, digits, spaces, '.', '_' or '-'"),
    (lambda: chat(name="nobody"), "Webhook: name: 'nobody': the stack has a receiver of this name itself; choose another"),
    (
        lambda: chat(name="dead-man-switch"),
        "Webhook: name: 'dead-man-switch': the stack has a receiver of this name itself; choose another",
    ),
    (lambda: chat(url="bridge:80"), "Webhook 'chat': url: 'bridge:80': write an absolute URL such as https://grafana.example.com"),
    (
        lambda: chat(url="https://example.com/hook?token=1"),
        "Webhook 'chat': url: 'https://example.com/hook?token=…': take the credential out of the URL and reference a Secret instead",
    ),
    (lambda: chat(max_alerts=-1), "Webhook 'chat': max_alerts: -1: write a number of alerts, or 0 for no limit"),
    (
        lambda: sro.Slack(name="chat", api_url=KEY, app_token=KEY, channel="#a"),
        "Slack 'chat': api_url: None: give either api_url, a webhook's URL, or app_token, and in a Secret",
    ),
    (lambda: sro.Slack(name="chat", app_token=KEY), "Slack 'chat': channel: None: name the channel: an app's token has none of its own"),
    (
        lambda: sro.PagerDuty(name="p", routing_key=KEY, url="eu"),
        "PagerDuty 'p': url: 'eu': write an absolute URL such as https://grafana.example.com",
    ),
    (
        lambda: sro.Opsgenie(name="o", api_key=KEY, api_url="eu"),
        "Opsgenie 'o': api_url: 'eu': write an absolute URL such as https://grafana.example.com",
    ),
    (lambda: sro.Opsgenie(name="o", api_key=KEY, teams="a"), f"Opsgenie 'o': teams: 'a': {LIST}"),  # type: ignore[arg-type]
    (lambda: sro.Email(name="m", to=(), from_address="a@b", host="c:25"), "Email 'm': to: []: give at least one mail address"),
    (lambda: sro.Email(name="m", to="a@b", from_address="a@b", host="c:25"), f"Email 'm': to: 'a@b': {LIST}"),  # type: ignore[arg-type]
    (lambda: sro.Email(name="m", to=("a@b, c@d",), from_address="a@b", host="c:25"), f"Email 'm': to: 'a@b, c@d': {MAIL}"),
    (lambda: sro.Email(name="m", to=("a@b",), from_address="a", host="c:25"), f"Email 'm': from_address: 'a': {MAIL}"),
    (lambda: sro.Email(name="m", to=("a@b",), from_address="a@b", host="c"), "Email 'm': host: 'c': write host:port"),
    (
        lambda: sro.Email(name="m", to=("a@b",), from_address="a@b", host="c:25", user="u"),
        "Email 'm': user: 'u': give user and password together, or neither",
    ),
    (
        lambda: sro.RawReceiver(name="r", integration="discord", config={"webhook_url": "https://a"}),
        "RawReceiver 'r': config.webhook_url: '…': keep the credential in a Secret and name it in files: {webhook_url_file: {secret: NAME, key: KEY}}",
    ),
    (
        lambda: sro.RawReceiver(name="r", integration="webhook", config={"http_config": {"basic_auth": {"password": "a"}}}),
        "RawReceiver 'r': config.http_config.basic_auth.password: '…': keep the credential in a Secret and name it in files: {http_config.basic_auth.password_file: {secret: NAME, key: KEY}}",
    ),
    (
        lambda: sro.RawReceiver(name="r", integration="discord", config={"webhook_url_file": "/a"}),
        "RawReceiver 'r': config.webhook_url_file: '/a': no such file is in the pod; name the Secret that holds it in files",
    ),
    (
        lambda: sro.RawReceiver(name="r", integration="discord", config={"fields": [{"token": "a"}]}),
        "RawReceiver 'r': config.fields[0].token: '…': keep the credential in a Secret and name it in files: {token_file: {secret: NAME, key: KEY}}",
    ),
    (
        lambda: sro.RawReceiver(name="r", integration="discord", config={"send_resolved": False}),
        "RawReceiver 'r': config.send_resolved: False: use the field send_resolved instead",
    ),
    (
        lambda: sro.RawReceiver(name="r", integration="discord", files={"webhook_url": KEY}),
        "RawReceiver 'r': files: 'webhook_url': name a field that ends in _file, with dots between levels",
    ),
    (
        lambda: sro.RawReceiver(name="r", integration="discord", config={"http_config": 5}, files={"http_config.a_file": KEY}),
        "RawReceiver 'r': config.http_config: 5: is not a mapping, and files leads into it with http_config.a_file",
    ),
    (lambda: sro.DeadManSwitch(url=KEY, interval="5s"), "DeadManSwitch: interval: '5s': write at least 10s"),
    (lambda: sro.DeadManSwitch(url=KEY, alert="a b"), "DeadManSwitch: alert: 'a b': write the name of an alert, such as Watchdog"),
    (
        lambda: sro.Route(receiver="chat"),
        "Route: match: {}: name the alerts, by match or matchers; all others go to the default receiver",
    ),
    (lambda: sro.Route(receiver="chat", matchers=("severity",)), f"Route: matchers: 'severity': {MATCHER}"),
    (lambda: sro.Route(receiver="chat", matchers=('a="b" c',)), f"Route: matchers: 'a=\"b\" c': {MATCHER}"),
    (lambda: sro.Route(receiver="chat", matchers='a="b"'), f"Route: matchers: 'a=\"b\"': {LIST}"),  # type: ignore[arg-type]
    (
        lambda: sro.Route(receiver="chat", matchers=('a=~"("',)),
        "Route: matchers.a: '(': is not a regular expression of Alertmanager (RE2): missing closing )",
    ),
    (
        lambda: sro.Route(receiver="chat", matchers=('a!~"(?!b)"',)),
        "Route: matchers.a: '(?!b)': is not a regular expression of Alertmanager (RE2): invalid or unsupported Perl syntax: (?!b",
    ),
    (
        lambda: sro.Route(receiver="chat", match={"__a": "c"}),
        f"Route: match: '__a': {LABEL}",
    ),
    (
        lambda: sro.Route(receiver="chat", match={"a": "b"}, group_by=("...", "a")),
        "Route: group_by: ['...', 'a']: '...' already stands for all labels; write it alone",
    ),
    (
        lambda: sro.Route(receiver="chat", match={"a": "b"}, group_by=("a", "a")),
        "Route: group_by: 'a': two labels share this name; rename one",
    ),
    (lambda: sro.Route(receiver="chat", match={"a": "b"}, group_wait="1 m"), f"Route: group_wait: '1 m': {DURATION}"),
    (lambda: sro.Route(receiver="chat", match={"a": "b"}, group_interval="0s"), f"Route: group_interval: '0s': {DURATION}"),
    (lambda: sro.Route(receiver="chat", match={"a": "b"}, mute_during="night"), f"Route: mute_during: 'night': {LIST}"),  # type: ignore[arg-type]
    (
        lambda: sro.Route(receiver="chat", match={"a": "b"}, group_interval="1h", repeat_interval="5m"),
        "Route: repeat_interval: '5m': write at least the group interval, 1h: nothing is sent in between",
    ),
    (
        lambda: sro.Grouping(repeat_interval="1m"),
        "Grouping: repeat_interval: '1m': write at least the group interval, 5m: nothing is sent in between",
    ),
    (
        lambda: sro.Grouping(group_by=("",)),
        f"Grouping: group_by: '': {LABEL}",
    ),
    (lambda: sro.ClockTimes("9:00", "10:00"), 'ClockTimes: start: \'9:00\': write hours and minutes in quotes, from "00:00" to "24:00"'),
    (
        lambda: sro.ClockTimes("22:00", "06:00"),
        "ClockTimes: end: '06:00': write a time after the start, 22:00; past midnight, write two intervals",
    ),
    (lambda: interval(name=""), "TimeInterval: name: '': write 1 to 63 letters, digits, '.', '_' or '-'"),
    (
        lambda: interval(weekdays=("mon",)),
        "TimeInterval 'night': weekdays: 'mon': write a day such as monday, or a range such as monday:friday",
    ),
    (
        lambda: interval(weekdays=("saturday:sunday",)),
        "TimeInterval 'night': weekdays: 'saturday:sunday': starts after it ends; write the two parts one by one",
    ),
    (lambda: interval(weekdays="monday"), f"TimeInterval 'night': weekdays: 'monday': {LIST}"),
    (
        lambda: interval(days_of_month=("0",)),
        "TimeInterval 'night': days_of_month: '0': write a day from 1 to 31, or -31 to -1 from the end, or a range such as 25:31",
    ),
    (
        lambda: interval(days_of_month=("-1:-3",)),
        "TimeInterval 'night': days_of_month: '-1:-3': starts after it ends; write the two parts one by one",
    ),
    (lambda: interval(months=("13",)), "TimeInterval 'night': months: '13': write a month such as december or 12, or a range such as 1:3"),
    (
        lambda: interval(months=("december:january",)),
        "TimeInterval 'night': months: 'december:january': starts after it ends; write the two parts one by one",
    ),
    (lambda: interval(years=("27",)), "TimeInterval 'night': years: '27': write a year, or a range such as 2027:2028"),
    (
        lambda: interval(location="Berlin now"),
        "TimeInterval 'night': location: 'Berlin now': write a time zone by its IANA name, such as Europe/Berlin or UTC",
    ),
    (
        lambda: sro.Inhibition(source=(), target=('a="b"',)),
        "Inhibition: source: []: give at least one condition; without any, it would be every alert",
    ),
    (lambda: sro.Inhibition(source=('a="b"',), target=("b",)), f"Inhibition: target: 'b': {MATCHER}"),
    (lambda: sro.Inhibition(source='a="b"', target=()), f"Inhibition: source: 'a=\"b\"': {LIST}"),  # type: ignore[arg-type]
    (
        lambda: sro.Inhibition(source=('a="b"',), target=('a="c"',), equal=("a", "a")),
        "Inhibition: equal: 'a': two labels share this name; rename one",
    ),
    (lambda: stack(receivers=[chat(), chat()]), "alertmanager: receivers: 'chat': the same receiver is listed twice; remove one"),
    (lambda: stack(receivers=chat()), f"alertmanager: receivers: Webhook: {LIST}"),
    (lambda: stack(receivers=[chat(), chat(name="late")]), "alertmanager: receivers: 'late': no route leads to it; add one, or remove it"),
    (
        lambda: stack(routes=[sro.Route(receiver="chat", match={"a": "b"}, active_during=("night",))]),
        "alertmanager: routes[0].active_during: 'night': no time interval has this name; the intervals are none",
    ),
    (
        lambda: stack(routes=[sro.Route(receiver="chat", match={"a": "b"}, mute_during=("day",))], time_intervals=[interval()]),
        "alertmanager: routes[0].mute_during: 'day': no time interval has this name; the intervals are night",
    ),
    (
        lambda: stack(routes=[sro.Route(receiver="chat", match={"a": "b"}, repeat_interval="1m")]),
        "alertmanager: routes[0].repeat_interval: '1m': write at least the group interval, 5m: nothing is sent in between",
    ),
    (
        lambda: stack(routes=[sro.Route(receiver="chat", match={"a": "b"}, repeat_interval="6d")]),
        "alertmanager: retention: '5d': write at least the longest repeat interval, 6d: what is forgotten is sent again",
    ),
    (
        lambda: stack(replicas=3, grouping=sro.Grouping(group_interval="20s")),
        "alertmanager: grouping.group_interval: '20s': write at least 30s: of 3 replicas the last waits that long, and would send again what has ended",
    ),
    (
        lambda: stack(replicas=2, routes=[sro.Route(receiver="chat", match={"a": "b"}, group_interval="5s")]),
        "alertmanager: routes[0].group_interval: '5s': write at least 15s: of 2 replicas the last waits that long, and would send again what has ended",
    ),
    (lambda: stack(replicas=10), "alertmanager: replicas: 10: write 1 to 9; with 3, one can fail while another is updated"),
    (
        lambda: stack(id="a" * 51),
        f"AlertmanagerStack: id: {'a' * 51!r}: {NAME}",
    ),
    (
        lambda: sro.ExternalAlertmanager(url="http://a", ca=KEY),
        "ExternalAlertmanager: ca: 'a': the url is plain http, which has no certificate; write https:// or remove ca",
    ),
    (
        lambda: sro.ExternalAlertmanager(url="http://a", bearer_token=KEY, basic_auth=sro.BasicAuth(username=KEY, password=KEY)),
        "ExternalAlertmanager: bearer_token: 'a': basic_auth is given too; keep one of the two",
    ),
    (
        lambda: sro.PrometheusStack(new_chart(), "prometheus", alertmanagers=sro.ExternalAlertmanager(url="http://a")),  # type: ignore[arg-type]
        f"prometheus: alertmanagers: ExternalAlertmanager: {LIST}",
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
