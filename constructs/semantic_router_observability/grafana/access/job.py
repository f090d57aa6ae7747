"""Brings the service accounts, teams and folder permissions of a Grafana to what is wanted. A run that finds nothing to change writes nothing.

Runs alone, with Python's standard library: `construct.py` puts the text into a CronJob. Environment variables:

    WANTED          the arguments of `GrafanaAccess`, as JSON
    GRAFANA_URL     address of Grafana, with its path
    GRAFANA_CA      file with the authority of its certificate. Default: the system's
    GRAFANA_USER    file with the administrator's name
    GRAFANA_PASSWORD  file with the administrator's password
    NAMESPACE       namespace of the Secrets
    KUBERNETES_URL  address of the API server
    KUBERNETES_ACCOUNT  folder with the token of the ServiceAccount and the authority of the API server. Default: none, no token is written
"""

from __future__ import annotations

import base64
import json
import os
import ssl
import sys
import time
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = {"View": 1, "Edit": 2, "Admin": 4}
"""Numbers of permissions in Grafana's API."""

PATIENCE = 120
"""Seconds in which a Grafana that starts with this stack becomes ready."""

SLACK = 300
"""Seconds by which the clocks of Grafana and of this node may differ."""


class RefusedError(Exception):
    """A request that a server does not carry out."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api(NamedTuple):
    """A server with an API of JSON."""

    url: str
    authorization: str
    trust: ssl.SSLContext

    def call(self, method: str, path: str, body: object = None, kind: str = "application/json") -> Any:
        """Send a request; the answer, read.

        Raises:
            RefusedError: the server answers with an error.
            OSError: it does not answer.

        """
        request = Request(f"{self.url}{path}", method=method)  # noqa: S310  http or https, from the manifests
        request.add_header("Authorization", self.authorization)
        request.add_header("Content-Type", kind)
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(request, data, timeout=30, context=self.trust) as answer:  # noqa: S310  see above
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            with error:
                text = error.read().decode(errors="replace")
            raise RefusedError(error.code, f"{method} {path.partition('?')[0]}: {error.code} {_message(text)}") from error


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text.strip()[:200]


class Access:
    """What is wanted, beside what there is."""

    def __init__(self, grafana: Api, kubernetes: Api | None, namespace: str) -> None:
        self.grafana, self.kubernetes, self.namespace = grafana, kubernetes, namespace
        self.changes = 0

    def wait(self) -> None:
        """Wait until Grafana answers, and takes the administrator's name and password.

        Raises:
            RefusedError: it refuses them.
            OSError: it has not answered in time.

        """
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.grafana.call("GET", "/api/org")
            except RefusedError as error:
                if error.status == HTTPStatus.UNAUTHORIZED:
                    advice = "Grafana keeps the first password in its database, and [auth.basic] has to be enabled"
                    raise RefusedError(error.status, f"the administrator's name or password is refused: {advice}") from error
                if error.status < HTTPStatus.INTERNAL_SERVER_ERROR or time.monotonic() > end:
                    raise
            except OSError:
                if time.monotonic() > end:
                    raise
            else:
                return
            time.sleep(2)

    def team(self, name: str, members: list[str] | None) -> None:
        """Make a team where there is none, and its members those who are wanted."""
        number = self._team(name)
        if number is None:
            number = self.grafana.call("POST", "/api/teams", {"name": name})["teamId"]
            self._changed(f"team {name}: made")
        if members is None:
            return
        wanted = {}
        for member in members:
            try:
                wanted[self.grafana.call("GET", f"/api/users/lookup?{urlencode({'loginOrEmail': member})}")["id"]] = member
            except RefusedError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
                say(f"team {name}: {member} has not logged in to Grafana yet, and is added by a later run")
        there = {member["userId"]: member for member in self.grafana.call("GET", f"/api/teams/{number}/members")}
        for user in wanted.keys() - there.keys():
            self.grafana.call("POST", f"/api/teams/{number}/members", {"userId": user})
            self._changed(f"team {name}: {wanted[user]} added")
        for user in there.keys() - wanted.keys():
            # Labels name what synchronizes a member.
            if not there[user].get("labels"):
                self.grafana.call("DELETE", f"/api/teams/{number}/members/{user}")
                self._changed(f"team {name}: {there[user]['login']} removed")

    def _team(self, name: str) -> int | None:
        found = self.grafana.call("GET", f"/api/teams/search?{urlencode({'query': name, 'perpage': 1000})}")["teams"]
        return next((team["id"] for team in found if team["name"] == name), None)

    def account(self, name: str, role: str, token: dict[str, str] | None, lifetime: int | None) -> None:
        """Make a service account where there is none, with its role and a token in its Secret."""
        found = self.grafana.call("GET", f"/api/serviceaccounts/search?{urlencode({'query': name, 'perpage': 1000})}")["serviceAccounts"]
        account = next((account for account in found if account["name"] == name), None)
        if account is None:
            account = self.grafana.call("POST", "/api/serviceaccounts", {"name": name, "role": role, "isDisabled": False})
            self._changed(f"service account {name}: made")
        if account.get("isDisabled"):
            say(f"service account {name}: disabled in Grafana, and left as it is")
            return
        if account["role"] != role:
            self.grafana.call("PATCH", f"/api/serviceaccounts/{account['id']}", {"role": role})
            self._changed(f"service account {name}: role {role}")
        if token:
            self._token(name, f"/api/serviceaccounts/{account['id']}/tokens", token, lifetime)

    def _token(self, name: str, path: str, place: dict[str, str], lifetime: int | None) -> None:
        """Keep a valid token in the Secret. Tokens of other names than these are not touched."""
        if self.kubernetes is None:
            raise RefusedError(HTTPStatus.FORBIDDEN, "this pod has no account at the API server")
        secret, key = place["secretName"], place["key"]
        stored = f"/api/v1/namespaces/{self.namespace}/secrets/{secret}"
        held = base64.b64decode((self.kubernetes.call("GET", stored).get("data") or {}).get(key, "")).decode()
        prefix = f"{secret}/{key}/"
        tokens = sorted(
            (token for token in self.grafana.call("GET", path) if token["name"].startswith(prefix)), key=lambda token: token["id"]
        )
        valid = bool(held) and self._is_valid(held)
        newest = tokens[-1] if tokens and valid else None
        if newest is None or _is_due(newest, lifetime):
            made = self.grafana.call("POST", path, {"name": f"{prefix}{time.time_ns() // 1_000_000}", "secondsToLive": lifetime or 0})
            value = base64.b64encode(made["key"].encode()).decode()
            try:
                self.kubernetes.call("PATCH", stored, {"data": {key: value}}, "application/merge-patch+json")
            except (RefusedError, OSError):
                # Nobody would ever know it.
                self.grafana.call("DELETE", f"{path}/{made['id']}")
                raise
            self._changed(f"service account {name}: new token in Secret {secret}, key {key}")
            # The one before stays, for programs that read the Secret only when they start.
            for old in tokens:
                if old is not newest:
                    self.grafana.call("DELETE", f"{path}/{old['id']}")

    def _is_valid(self, token: str) -> bool:
        try:
            self.grafana._replace(authorization=f"Bearer {token}").call("GET", "/api/org")
        except RefusedError as error:
            # 403 is an account without rights: known, all the same.
            if error.status == HTTPStatus.UNAUTHORIZED:
                return False
            if error.status != HTTPStatus.FORBIDDEN:
                raise
        return True

    def folder(self, title: str, permissions: list[dict[str, str]]) -> None:
        """Make the permissions of a folder those that are wanted.

        Raises:
            RefusedError: there is no such folder, or no such team.

        """
        folders = self.grafana.call("GET", "/api/folders?limit=1000")
        folder = next((folder for folder in folders if folder["title"] == title), None)
        if folder is None:
            raise RefusedError(
                HTTPStatus.NOT_FOUND, f"there is none of this title at the top level; there are {[found['title'] for found in folders]}"
            )
        path = f"/api/folders/{quote(folder['uid'])}/permissions"
        wanted = {(self._whose(permission), LEVELS[permission["permission"]]) for permission in permissions}
        there = {
            (
                ("teamId", item["teamId"])
                if item.get("teamId")
                else ("userId", item["userId"])
                if item.get("userId")
                else ("role", item["role"]),
                item["permission"],
            )
            for item in self.grafana.call("GET", path)
        }
        # Administrators may do everything, whatever is written.
        if {item for item in there if item[0] != ("role", "Admin")} != wanted:
            self.grafana.call("POST", path, {"items": [{field: value, "permission": level} for (field, value), level in sorted(wanted)]})
            self._changed(f"folder {title}: permissions set")

    def _whose(self, permission: dict[str, str]) -> tuple[str, Any]:
        if "role" in permission:
            return "role", permission["role"]
        number = self._team(permission["team"])
        if number is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, f"there is no team {permission['team']}")
        return "teamId", number

    def _changed(self, what: str) -> None:
        self.changes += 1
        say(what)


def _is_due(token: dict[str, Any], lifetime: int | None) -> bool:
    """Whether half of a token's life has passed, or it was made for another lifetime than is wanted now."""
    if lifetime is None or token.get("expiration") is None:
        return lifetime is not None or token.get("expiration") is not None
    end = datetime.fromisoformat(token["expiration"])
    left = (end - datetime.now(UTC)).total_seconds()
    return not lifetime / 2 < left < lifetime + SLACK


def say(line: str) -> None:
    """Print a line at once: what a run has done shows although it is ended."""
    print(line, flush=True)  # noqa: T201


def main() -> int:
    """Do all that can be done; 1 where something could not."""
    environment, account = os.environ, os.environ.get("KUBERNETES_ACCOUNT")
    login = ":".join(Path(environment[name]).read_text(encoding="utf-8").strip() for name in ("GRAFANA_USER", "GRAFANA_PASSWORD"))
    access = Access(
        Api(
            environment["GRAFANA_URL"],
            f"Basic {base64.b64encode(login.encode()).decode()}",
            ssl.create_default_context(cafile=environment.get("GRAFANA_CA")),
        ),
        Api(
            environment["KUBERNETES_URL"],
            f"Bearer {Path(account, 'token').read_text(encoding='utf-8').strip()}",
            ssl.create_default_context(cafile=f"{account}/ca.crt"),
        )
        if account
        else None,
        environment["NAMESPACE"],
    )
    wanted = json.loads(environment["WANTED"])
    try:
        access.wait()
    except (RefusedError, OSError) as error:
        say(f"error: {environment['GRAFANA_URL']}: {error}")
        return 1
    steps: list[tuple[str, Callable[..., None], tuple[Any, ...]]] = [
        *((f"team {team['name']}", access.team, (team["name"], team["members"])) for team in wanted["teams"]),
        *(
            (f"service account {made['name']}", access.account, (made["name"], made["role"], made["token"], made["tokenSeconds"]))
            for made in wanted["serviceAccounts"]
        ),
        *((f"folder {folder['title']}", access.folder, (folder["title"], folder["permissions"])) for folder in wanted["folders"]),
    ]
    failed = 0
    for name, step, arguments in steps:
        try:
            step(*arguments)
        except (RefusedError, OSError) as error:
            failed += 1
            say(f"error: {name}: {error}")
    say(f"{access.changes} changed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
