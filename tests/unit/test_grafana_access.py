"""`GrafanaAccess`: which objects it makes with which rights, what its script asks of Grafana, and what is refused.

The script runs as the pod runs it. Grafana is played by `harness.grafana_api`, which Grafana's own client reads in the first test.
"""

from __future__ import annotations

import base64
import json
import os
import re
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

import pytest

import semantic_router_observability as sro
from harness.grafana_api import ADMINISTRATOR, PASSWORD, GrafanaApi
from harness.programs import program
from manifests import find, from_yaml, new_chart, objects_of
from refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from manifests import Object

SETTINGS = """
grafanaAccess:
  serviceAccounts:
    - {name: reports, token: {secret: grafana-reports, key: token}, tokenLifetime: 90d}
    - {name: deploy, role: Editor, token: {secret: grafana-deploy, key: token}}
    - {name: idle, role: None}
  teams:
    - {name: sre, members: [ada@example.com, grace]}
    - {name: guests}
  folders:
    - title: Semantic Router
      permissions: [{team: sre, permission: Edit}, {role: Viewer, permission: View}]
"""


def container(objects: list[Object]) -> dict[str, Any]:
    """The one that asks Grafana."""
    (found,) = find(objects, "CronJob", "grafana-access")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def variables(objects: list[Object]) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container(objects)["env"]}


class Secrets:
    """Secrets behind the paths of the Kubernetes API that the script asks; a cluster test asks the real one."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, str]] = {"grafana-reports": {}, "grafana-deploy": {}}
        self.read_only = False

    def value(self, name: str) -> str:
        return base64.b64decode(self.held[name].get("token", "")).decode()

    def __enter__(self) -> Self:
        secrets = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                name = self.path.rpartition("/")[2]
                known = self.path == f"/api/v1/namespaces/vllm-semantic-router-system/secrets/{name}" and name in secrets.held
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status = 200 if known and self.headers["Authorization"] == "Bearer of-the-pod" else 403
                if self.command == "PATCH" and (secrets.read_only or self.headers["Content-Type"] != "application/merge-patch+json"):
                    status = 403
                elif self.command == "PATCH" and status == 200:
                    secrets.held[name] |= json.loads(body)["data"]
                content = {"data": secrets.held.get(name) or None} if status == 200 else {"message": f"secrets {name!r} is forbidden"}
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

            do_GET = do_PATCH = answer  # noqa: N815  names of the library

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"


class Pod:
    """The container of the CronJob, beside a Grafana and the Secrets."""

    def __init__(self, folder: Path, grafana: GrafanaApi, secrets: Secrets) -> None:
        self.folder, self.grafana, self.secrets = folder, grafana, secrets
        self.container = container(from_yaml(SETTINGS))
        self.wanted = json.loads(next(entry["value"] for entry in self.container["env"] if entry["name"] == "WANTED"))
        authorities = ssl.get_default_verify_paths()
        for name, text in (
            ("user", ADMINISTRATOR),
            ("password", f"{PASSWORD}\n"),
            ("token", "of-the-pod"),
            ("ca.crt", (open_text(authorities.cafile or authorities.openssl_cafile))),
        ):
            (folder / name).write_text(text, encoding="utf-8")

    def run(self, **changes: str) -> tuple[int, list[str]]:
        """One run to its end: its exit code, and the lines that it printed."""
        environment = {entry["name"]: entry["value"] for entry in self.container["env"]} | {
            "WANTED": json.dumps(self.wanted),
            "GRAFANA_URL": self.grafana.url,
            "GRAFANA_USER": str(self.folder / "user"),
            "GRAFANA_PASSWORD": str(self.folder / "password"),
            "KUBERNETES_URL": self.secrets.url,
            "KUBERNETES_ACCOUNT": str(self.folder),
            "PYTHONWARNINGS": "error",
            "PATH": os.environ["PATH"],
        }
        python, *arguments = self.container["command"]
        assert python == "python3"
        done = subprocess.run(
            [sys.executable, *arguments], env=environment | changes, capture_output=True, text=True, timeout=60, check=False
        )
        assert not done.stderr
        return done.returncode, done.stdout.splitlines()


def open_text(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123  of the system
        return file.read()


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with GrafanaApi(path="/grafana") as grafana, Secrets() as secrets:
        yield Pod(tmp_path, grafana, secrets)


def asked_by_the_client() -> tuple[dict[str, Any], GrafanaApi]:
    with GrafanaApi(path="/grafana") as grafana:
        done = subprocess.run(
            [str(program("grafana-reader")), "api", grafana.url, ADMINISTRATOR, "ada@example.com"],
            input=PASSWORD,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found, grafana


def test_grafanas_own_client_understands_the_grafana_of_these_tests() -> None:
    found, _ = asked_by_the_client()
    assert (found["Organization"], found["Role"], found["Token"][:5]) == ("Main Org.", "Editor", "glsa_")
    assert (found["Tokens"], found["TokensLeft"]) == (1, 0)
    end = datetime.fromisoformat(found["Expiration"])
    assert timedelta(minutes=59) < end - datetime.now(UTC) < timedelta(minutes=61)
    assert (found["Team"], found["Member"], found["Members"], found["MembersLeft"]) == ("robots", "ada", 2, 1)
    assert found["Folder"] == "Semantic Router"
    assert [(item["role"], item["permission"]) for item in found["Permissions"]] == [("Editor", 2), ("Viewer", 1)]
    assert [(item["role"], item["permission"]) for item in found["PermissionsAfter"]] == [("Viewer", 1)]


def test_the_script_asks_nothing_that_grafanas_own_client_does_not_ask(pod: Pod) -> None:
    """Neither another path nor another field."""
    _, client = asked_by_the_client()
    known = {(asked.method, asked.path.rstrip("/")): set(asked.fields) for asked in client.asked}
    pod.run()
    pod.wanted["teams"][0]["members"] = []
    pod.wanted["serviceAccounts"][0]["role"] = "Editor"
    pod.secrets.held["grafana-deploy"].clear()
    assert pod.run()[0] == 0
    mine = {(asked.method, asked.path): set(asked.fields) for asked in pod.grafana.asked}
    assert len(mine) > 12
    for request, fields in mine.items():
        assert fields <= known[request] | {"isDisabled", "teamId"}, request


def test_the_first_run_makes_everything_and_the_next_one_writes_nothing(pod: Pod) -> None:
    code, lines = pod.run()
    assert code == 0, lines
    assert lines[-1] == "11 changed, 0 failed"
    grafana = pod.grafana
    assert {account["name"]: account["role"] for account in grafana.accounts.values()} == {
        "reports": "Viewer",
        "deploy": "Editor",
        "idle": "None",
    }
    assert grafana.valid(pod.secrets.value("grafana-reports"))
    assert grafana.valid(pod.secrets.value("grafana-deploy"))
    assert len(grafana.tokens) == 2
    sre, guests = grafana.teams
    assert (grafana.teams[sre], set(grafana.members[sre])) == ("sre", {2, 3}), "without the administrator, who made the team"
    assert set(grafana.members[guests]) == {1}, "whose members are not stated"
    assert grafana.permissions["f-semantic-router"] == [{"role": "Viewer", "permission": 1}, {"teamId": sre, "permission": 2}]
    grafana.writes()

    held = {name: dict(data) for name, data in pod.secrets.held.items()}
    assert pod.run() == (0, ["0 changed, 0 failed"])
    assert grafana.writes() == []
    assert pod.secrets.held == held


def test_what_differs_is_changed_and_nothing_else(pod: Pod) -> None:
    pod.run()
    pod.wanted["serviceAccounts"][2]["role"] = "Viewer"
    pod.wanted["teams"][0]["members"] = ["ada"]
    pod.wanted["folders"][0]["permissions"] = [{"role": "Editor", "permission": "Edit"}]
    pod.grafana.writes()
    code, lines = pod.run()
    assert (code, lines[-1]) == (0, "3 changed, 0 failed")
    assert pod.grafana.writes() == [
        "DELETE /api/teams/…/members/…",
        "PATCH /api/serviceaccounts/…",
        "POST /api/folders/…/permissions",
    ]


def test_what_is_no_longer_wanted_stays(pod: Pod) -> None:
    pod.run()
    pod.wanted = {"serviceAccounts": [], "teams": [], "folders": []}
    pod.grafana.writes()
    assert pod.run() == (0, ["0 changed, 0 failed"])
    assert pod.grafana.writes() == []


def tokens_of(pod: Pod, secret: str) -> list[str]:
    """Valid keys of the tokens that were made for a Secret, oldest first."""
    return [
        token["key"] for token in pod.grafana.tokens.values() if token["name"].startswith(f"{secret}/") and pod.grafana.valid(token["key"])
    ]


def test_a_token_is_renewed_at_half_of_its_life_and_the_one_before_stays_valid(pod: Pod) -> None:
    pod.run()
    (first,) = tokens_of(pod, "grafana-reports")
    (token,) = (token for token in pod.grafana.tokens.values() if token["key"] == first)
    for days, renewed in ((46, False), (44, True)):
        token["expiration"] = datetime.now(UTC) + timedelta(days=days)
        code, lines = pod.run()
        assert (code, lines[-1]) == (0, f"{int(renewed)} changed, 0 failed")
    old, new = tokens_of(pod, "grafana-reports")
    assert (old, new) == (first, pod.secrets.value("grafana-reports"))
    # The next renewal removes the one before the last.
    (token,) = (token for token in pod.grafana.tokens.values() if token["key"] == new)
    token["expiration"] = datetime.now(UTC) + timedelta(days=1)
    pod.run()
    assert tokens_of(pod, "grafana-reports") == [new, pod.secrets.value("grafana-reports")]


@pytest.mark.parametrize(
    "lose",
    [
        pytest.param(lambda pod: pod.secrets.held["grafana-deploy"].clear(), id="emptied"),
        pytest.param(
            lambda pod: pod.secrets.held["grafana-deploy"].update(token=base64.b64encode(b"glsa_wrong").decode()), id="overwritten"
        ),
    ],
)
def test_a_secret_without_a_valid_token_gets_one_and_those_before_are_revoked(pod: Pod, lose: Callable[[Pod], None]) -> None:
    pod.run()
    (leaked,) = tokens_of(pod, "grafana-deploy")
    lose(pod)
    assert pod.run()[0] == 0
    assert tokens_of(pod, "grafana-deploy") == [pod.secrets.value("grafana-deploy")]
    assert not pod.grafana.valid(leaked)


def test_a_token_follows_another_lifetime(pod: Pod) -> None:
    pod.run()
    for seconds, bound in ((3600, 3600), (None, None), (30 * 86400, 30 * 86400)):
        pod.wanted["serviceAccounts"][1]["tokenSeconds"] = seconds
        code, lines = pod.run()
        assert (code, lines[-1]) == (0, "1 changed, 0 failed")
        held = pod.secrets.value("grafana-deploy")
        (token,) = (token for token in pod.grafana.tokens.values() if token["key"] == held)
        assert (token["expiration"] is None) == (bound is None)
        assert pod.run() == (0, ["0 changed, 0 failed"])


def test_tokens_of_people_are_left_alone(pod: Pod) -> None:
    pod.run()
    account = next(number for number, made in pod.grafana.accounts.items() if made["name"] == "deploy")
    pod.grafana.tokens[1] = {"account": account, "name": "by hand", "key": "glsa_hand", "expiration": None}
    pod.secrets.held["grafana-deploy"].clear()
    pod.run()
    assert pod.grafana.valid("glsa_hand")


def test_a_token_that_cannot_be_stored_is_deleted_again(pod: Pod) -> None:
    pod.secrets.read_only = True
    code, lines = pod.run()
    assert code == 1
    assert not pod.grafana.tokens
    assert [line for line in lines if line.startswith("error")] == [
        f"error: service account {name}: PATCH /api/v1/namespaces/vllm-semantic-router-system/secrets/{secret}: 403 secrets '{secret}' is forbidden"
        for name, secret in (("reports", "grafana-reports"), ("deploy", "grafana-deploy"))
    ]
    assert pod.grafana.permissions, "the rest is done"


def test_an_account_that_was_disabled_stays_disabled(pod: Pod) -> None:
    pod.run()
    for account in pod.grafana.accounts.values():
        account["isDisabled"] = account["name"] == "deploy"
    pod.grafana.writes()
    assert pod.run() == (0, ["service account deploy: disabled in Grafana, and left as it is", "0 changed, 0 failed"])
    assert pod.grafana.writes() == []


def test_users_who_have_not_logged_in_are_added_once_they_have(pod: Pod) -> None:
    del pod.grafana.people["grace"]
    code, lines = pod.run()
    assert code == 0
    assert "team sre: grace has not logged in to Grafana yet, and is added by a later run" in lines
    pod.grafana.people["grace"] = "grace@example.com"
    code, lines = pod.run()
    assert (code, lines) == (0, ["team sre: grace added", "1 changed, 0 failed"])


def test_members_that_are_synchronized_stay(pod: Pod) -> None:
    pod.run()
    pod.wanted["teams"][0]["members"] = ["ada"]
    pod.grafana.members[next(iter(pod.grafana.teams))][3] = ["LDAP"]
    assert pod.run() == (0, ["0 changed, 0 failed"])


@pytest.mark.parametrize(
    ("change", "line"),
    [
        pytest.param(
            lambda pod: pod.grafana.folders.clear(),
            r"error: folder Semantic Router: there is none of this title at the top level; there are \[\]",
            id="folder",
        ),
        pytest.param(
            lambda pod: pod.wanted["folders"][0]["permissions"].append({"team": "nobody", "permission": "View"}),
            "error: folder Semantic Router: there is no team nobody",
            id="team",
        ),
    ],
)
def test_what_is_not_there_fails_the_run_after_the_rest_is_done(pod: Pod, change: Callable[[Pod], None], line: str) -> None:
    change(pod)
    code, lines = pod.run()
    assert code == 1
    assert re.fullmatch(line, lines[-2])
    assert lines[-1] == "10 changed, 1 failed"


def test_a_password_that_grafana_does_not_know_ends_the_run_at_once(pod: Pod) -> None:
    (pod.folder / "password").write_text("of-yesterday", encoding="utf-8")
    code, (line,) = pod.run()
    assert code == 1
    refused = "the administrator's name or password is refused: Grafana keeps the first password in its database, and [auth.basic] has to be enabled"
    assert line == f"error: {pod.grafana.url}: {refused}"
    assert not pod.grafana.accounts


def test_a_grafana_that_starts_is_waited_for(pod: Pod) -> None:
    pod.grafana.starting = 1
    assert pod.run()[0] == 0


def test_nothing_is_made_unless_asked_for(default_objects: list[Object]) -> None:
    assert not [made for made in default_objects if made["kind"] == "CronJob" or "access" in made["metadata"]["name"]]


def test_it_may_read_and_change_its_secrets_and_nothing_else() -> None:
    objects = from_yaml(SETTINGS)
    bound = [made for made in objects if made["kind"].endswith("Binding") and made["subjects"][0]["name"] == "grafana-access"]
    assert [made["roleRef"]["name"] for made in bound] == ["grafana-access"]
    assert find(objects, "Role", "grafana-access")["rules"] == [
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["grafana-deploy", "grafana-reports"], "verbs": ["get", "patch"]}
    ]
    for name in ("grafana-deploy", "grafana-reports"):
        assert "data" not in find(objects, "Secret", name), "an apply would take the token away"


def test_without_tokens_it_has_no_account_at_the_api_server() -> None:
    objects = from_yaml("grafanaAccess: {teams: [{name: sre}]}")
    assert not [made for made in objects if made["kind"] in {"Role", "Secret"} and made["metadata"]["name"] == "grafana-access"]
    assert [mount["name"] for mount in container(objects)["volumeMounts"]] == ["secret-grafana-admin"]
    (policy,) = (made for made in objects if made["kind"] == "NetworkPolicy" and made["metadata"]["name"] == "network-grafana-access")
    assert "6443" not in json.dumps(policy)


def test_it_trusts_the_authority_of_grafanas_certificate_and_asks_below_its_path() -> None:
    objects = from_yaml(
        """
        grafana:
          externalUrl: https://example.com/grafana
          tls: {secret: grafana-tls}
          admin: {type: secret, name: login, userKey: name, passwordKey: word}
        grafanaAccess: {teams: [{name: sre}]}
        """
    )
    values = variables(objects)
    assert values["GRAFANA_URL"] == "https://grafana.vllm-semantic-router-system.svc:3000/grafana"
    mounted = {mount["mountPath"] for mount in container(objects)["volumeMounts"]}
    for name, key in (("GRAFANA_CA", "ca.crt"), ("GRAFANA_USER", "name"), ("GRAFANA_PASSWORD", "word")):
        folder, _, file = values[name].rpartition("/")
        assert folder in mounted
        assert file == key


def test_runs_do_not_overlap_and_end() -> None:
    spec = find(from_yaml(f"{SETTINGS}  schedule: '5 * * * *'"), "CronJob", "grafana-access")["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == ("5 * * * *", "Etc/UTC", "Forbid")
    assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 600


def test_the_image_is_a_setting() -> None:
    objects = from_yaml('grafanaAccess: {teams: [{name: sre}]}\nimages: {python: "registry.example.com/python:3.14"}')
    assert container(objects)["image"] == "registry.example.com/python:3.14"


REFUSED = {
    "{}": "grafanaAccess: not given: there is nothing to do; name serviceAccounts, teams or folders",
    "{serviceAccounts: [{name: ''}]}": "serviceAccounts[0].name: '': write 1 to 190 characters in one line, without a space at either end",
    "{serviceAccounts: [{name: ' a'}]}": "serviceAccounts[0].name: ' a': write 1 to 190 characters in one line",
    "{serviceAccounts: [{name: a, role: Owner}]}": "serviceAccounts[0].role: 'Owner': ",
    "{serviceAccounts: [{name: a, tokenLifetime: 1d}]}": "serviceAccounts[0].tokenLifetime: '1d': there is no token that it is for; name a Secret in token",
    "{serviceAccounts: [{name: a, token: {secret: s, key: k}, tokenLifetime: soon}]}": "serviceAccounts[0].tokenLifetime: 'soon': write a Prometheus duration",
    "{serviceAccounts: [{name: a, token: {secret: s, key: k}, tokenLifetime: 30m}]}": "serviceAccounts[0].tokenLifetime: '30m': write at least 40m",
    "{serviceAccounts: [{name: a, token: {secret: s, key: k}, tokenLifetime: 1h}], schedule: '0 * * * *'}": "'1h': write at least 240m",
    "{serviceAccounts: [{name: a, token: {secret: S, key: k}}]}": "serviceAccounts[0].token.secret: 'S': ",
    "{serviceAccounts: [{name: a, token: {secret: grafana-admin, key: k}}]}": "'grafana-admin': is the Secret of Grafana's administrator; name one of its own",
    "{serviceAccounts: [{name: a, token: {secret: s, key: k}}, {name: b, token: {secret: s, key: k}}]}": (
        "serviceAccounts[0].token: 's, key k': two service accounts write to this key; name another"
    ),
    "{serviceAccounts: [{name: a}, {name: a}]}": "serviceAccounts: 'a': two service accounts share this name; rename one",
    "{teams: [{name: a}, {name: a}]}": "teams: 'a': two teams share this name; rename one",
    "{teams: [{name: a, members: [x, x]}]}": "teams[0].members: 'x': is listed twice; remove one",
    "{teams: [{name: a, members: [' ']}]}": "teams[0].members[0]: ' ': write 1 to 190 characters",
    "{teams: [{name: a}], schedule: hourly}": "schedule: 'hourly': write five numeric fields",
    "{folders: [{title: a}]}": "folders[0].permissions: ",
    "{folders: [{title: a, permissions: [{permission: View}]}]}": "name either a team or a role that the permission is for",
    "{folders: [{title: a, permissions: [{team: t, role: Viewer, permission: View}]}]}": "name either a team or a role that the permission is for",
    "{folders: [{title: a, permissions: [{role: Admin, permission: View}]}]}": "permissions[0].role: 'Admin': ",
    "{folders: [{title: a, permissions: [{role: Viewer, permission: Look}]}]}": "permissions[0].permission: 'Look': ",
    "{folders: [{title: a, permissions: [{team: t, permission: View}, {team: t, permission: Edit}]}]}": "permissions: 't': is listed twice; remove one",
    "{folders: [{title: a, permissions: []}, {title: a, permissions: []}]}": "folders: 'a': two folders share this name; rename one",
}


@pytest.mark.parametrize("given", REFUSED)
def test_refusals(given: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert REFUSED[given] in refusal(f"grafanaAccess: {given}", tmp_path, capsys)


def test_it_runs_beside_its_grafana() -> None:
    chart = new_chart()
    prometheus = sro.PrometheusStack(chart, "prometheus")
    grafana = sro.GrafanaStack(chart, "grafana", sources=[prometheus])
    other = new_chart("elsewhere")
    with pytest.raises(sro.ConfigError, match=r"runs in namespace .+; make this in a chart of that namespace"):
        sro.GrafanaAccess(other, "access", grafana=grafana, teams=[sro.GrafanaTeam(name="sre")])
    made = sro.GrafanaAccess(chart, "access", grafana=grafana, teams=[sro.GrafanaTeam(name="sre")])
    assert made.schedule.name == "access"
    assert find(objects_of(chart), "CronJob", "access")


def test_who_makes_the_administrators_secret_is_said_of_it_here_too() -> None:
    chart = new_chart()
    grafana = sro.GrafanaStack(chart, "grafana", sources=[sro.PrometheusStack(chart, "prometheus")], admin=sro.DemoCredentials())
    made = sro.GrafanaAccess(chart, "access", grafana=grafana, teams=[sro.GrafanaTeam(name="sre")])
    assert {use.made_by for use in made.secret_references} == {"the stack"}
