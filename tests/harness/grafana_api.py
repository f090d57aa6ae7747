"""The part of Grafana's API that the project asks: service accounts, teams, folders. It answers and refuses as Grafana's packages
`pkg/services/serviceaccounts/api`, `pkg/services/team/teamapi` and `pkg/api/folder_permission.go` do; Grafana's own client reads it in a test.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

ADMINISTRATOR = "admin"
PASSWORD = "pa:ss"
"""With a colon, which separates the two in the header."""

LEVELS = {1: "View", 2: "Edit", 4: "Admin"}


class Refused(NamedTuple):
    """An answer with an error."""

    status: int
    message: str


class Asked(NamedTuple):
    """A request that was answered."""

    method: str
    path: str
    """With numbers and uids replaced."""
    fields: tuple[str, ...]
    """Keys of its body, sorted; those of its items too."""


@dataclass
class GrafanaApi:
    """Serves on a free port of the loopback address within its `with` block. What is in it may be changed at any time."""

    path: str = ""
    people: dict[str, str] = field(default_factory=lambda: {"ada": "ada@example.com", "grace": "grace@example.com"})
    """E-mail addresses of those who have logged in, by login name."""
    folders: list[str] = field(default_factory=lambda: ["Semantic Router"])
    """Titles at the top level."""
    starting: int = 0
    """How many requests are answered with 503, as by a proxy before a Grafana that starts."""
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.accounts: dict[int, dict[str, Any]] = {}
        self.tokens: dict[int, dict[str, Any]] = {}
        self.teams: dict[int, str] = {}
        self.members: dict[int, dict[int, list[str]]] = {}
        """By team and user: what synchronizes the membership."""
        self.permissions: dict[str, list[dict[str, Any]]] = {}
        self._numbers = itertools.count(100)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """What answers, for a server elsewhere."""
        api = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = api.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
                status, content = (answer.status, {"message": answer.message}) if isinstance(answer, Refused) else (200, answer)
                if self.command == "POST" and self.path.endswith("/serviceaccounts") and status == 200:
                    status = 201
                data = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815  names of the library

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{self.path}"

    def writes(self) -> list[str]:
        """Requests that change something, in order; forgets all that were answered."""
        found = [f"{asked.method} {asked.path}" for asked in self.asked if asked.method != "GET"]
        self.asked.clear()
        return found

    def valid(self, key: str) -> bool:
        return any(
            token["key"] == key and not _has_expired(token) and not self.accounts[token["account"]]["isDisabled"]
            for token in self.tokens.values()
        )

    def answer(self, method: str, target: str, authorization: str, content: bytes) -> Any:
        if self.starting:
            self.starting -= 1
            return Refused(503, "starting")
        parts = urlsplit(target)
        if not parts.path.startswith(f"{self.path}/api/"):
            return Refused(404, "Not found")
        path, query = parts.path.removeprefix(self.path), {key: values[0] for key, values in parse_qs(parts.query).items()}
        body = json.loads(content) if content else None
        if authorization != f"Basic {base64.b64encode(f'{ADMINISTRATOR}:{PASSWORD}'.encode()).decode()}":
            if not self.valid(authorization.removeprefix("Bearer ")):
                return Refused(401, "Invalid username or password")
            if path != "/api/org":
                return Refused(403, "You'll need additional permissions to perform this action")
        for verb, pattern, step in self._steps():
            if verb == method and (match := re.fullmatch(pattern, path)):
                items = [key for item in (body or {}).get("items", ()) for key in item]
                shown = re.sub(r"/(\d+|f-[^/]+)(?=/|$)", "/…", path)
                self.asked.append(Asked(method, shown, tuple(sorted({*(body or {}), *items}))))
                return step(*(int(value) if value.isdigit() else value for value in match.groups()), query=query, body=body)
        return Refused(404, "Not found")

    def _steps(self) -> list[tuple[str, str, Callable[..., Any]]]:
        accounts, teams, folder = "/api/serviceaccounts", "/api/teams", r"/api/folders/([^/]+)/permissions"
        return [
            ("GET", "/api/org", lambda **_: {"id": 1, "name": "Main Org.", "address": {}}),
            ("GET", f"{accounts}/search", self._search_accounts),
            ("POST", f"{accounts}/?", self._make_account),
            ("PATCH", rf"{accounts}/(\d+)", self._change_account),
            ("GET", rf"{accounts}/(\d+)/tokens", self._list_tokens),
            ("POST", rf"{accounts}/(\d+)/tokens", self._make_token),
            ("DELETE", rf"{accounts}/(\d+)/tokens/(\d+)", self._delete_token),
            ("GET", f"{teams}/search", self._search_teams),
            ("POST", teams, self._make_team),
            ("GET", rf"{teams}/(\d+)/members", self._list_members),
            ("POST", rf"{teams}/(\d+)/members", self._add_member),
            ("DELETE", rf"{teams}/(\d+)/members/(\d+)", self._remove_member),
            ("GET", "/api/users/lookup", self._look_up),
            (
                "GET",
                "/api/folders",
                lambda **_: [{"id": 1, "uid": f"f-{title.lower().replace(' ', '-')}", "title": title} for title in self.folders],
            ),
            ("GET", folder, self._list_permissions),
            ("POST", folder, self._set_permissions),
        ]

    def _shown_account(self, number: int) -> dict[str, Any]:
        account = self.accounts[number]
        return {"id": number, "orgId": 1, "login": f"sa-1-{account['name']}", "tokens": 0, "avatarUrl": "", **account}

    def _search_accounts(self, *, query: dict[str, str], body: None) -> Any:
        del body
        found = [number for number, account in self.accounts.items() if query["query"].lower() in account["name"].lower()]
        return {"totalCount": len(found), "serviceAccounts": [self._shown_account(number) for number in found], "page": 1, "perPage": 1000}

    def _make_account(self, *, query: object, body: dict[str, Any]) -> Any:
        del query
        if any(account["name"] == body["name"] for account in self.accounts.values()):
            return Refused(400, "service account already exists")
        number = next(self._numbers)
        self.accounts[number] = {"name": body["name"], "role": body["role"], "isDisabled": body.get("isDisabled") or False}
        return self._shown_account(number)

    def _change_account(self, number: int, *, query: object, body: dict[str, Any]) -> Any:
        del query
        self.accounts[number] |= {key: value for key, value in body.items() if key in {"name", "role", "isDisabled"}}
        return {"message": "Service account updated", "id": number, "name": "", "serviceaccount": self._shown_account(number)}

    def _list_tokens(self, account: int, **_: object) -> Any:
        return [
            {
                "id": number,
                "name": token["name"],
                "created": "2026-11-28T00:00:00Z",
                "lastUsedAt": None,
                "expiration": token["expiration"].strftime("%Y-%m-%dT%H:%M:%SZ") if token["expiration"] else None,
                "secondsUntilExpiration": 0,
                "hasExpired": _has_expired(token),
                "isRevoked": False,
            }
            for number, token in self.tokens.items()
            if token["account"] == account
        ]

    def _make_token(self, account: int, *, query: object, body: dict[str, Any]) -> Any:
        del query
        if any(token["name"] == body["name"] for token in self.tokens.values()):
            return Refused(409, "service account token with given name already exists in the organization")
        number = next(self._numbers)
        seconds = body.get("secondsToLive", 0)
        expiration = datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
        self.tokens[number] = {"account": account, "name": body["name"], "key": f"glsa_{number}", "expiration": expiration}
        return {"id": number, "name": body["name"], "key": f"glsa_{number}"}

    def _delete_token(self, account: int, number: int, **_: object) -> Any:
        del account
        if self.tokens.pop(number, None) is None:
            return Refused(404, "service account token not found")
        return {"message": "Service account token deleted"}

    def _search_teams(self, *, query: dict[str, str], body: None) -> Any:
        del body
        found = [
            {
                "id": number,
                "uid": f"t-{number}",
                "orgId": 1,
                "name": name,
                "email": "",
                "memberCount": len(self.members[number]),
                "isProvisioned": False,
            }
            for number, name in self.teams.items()
            if query["query"].lower() in name.lower()
        ]
        return {"totalCount": len(found), "teams": found, "page": 1, "perPage": 1000}

    def _make_team(self, *, query: object, body: dict[str, Any]) -> Any:
        del query
        if body["name"] in self.teams.values():
            return Refused(409, "Team name taken")
        number = next(self._numbers)
        # Who makes a team is in it.
        self.teams[number], self.members[number] = body["name"], {1: []}
        return {"teamId": number, "uid": f"t-{number}", "message": "Team created"}

    def _people(self) -> dict[int, tuple[str, str]]:
        return dict(enumerate([(ADMINISTRATOR, "admin@localhost"), *self.people.items()], start=1))

    def _look_up(self, *, query: dict[str, str], body: None) -> Any:
        del body
        for number, (login, email) in self._people().items():
            if query["loginOrEmail"] in {login, email}:
                return {"id": number, "uid": f"u-{number}", "login": login, "email": email, "name": "", "orgId": 1, "authLabels": None}
        return Refused(404, "user not found")

    def _list_members(self, team: int, **_: object) -> Any:
        return [
            {
                "orgId": 1,
                "teamId": team,
                "userId": user,
                "login": self._people()[user][0],
                "email": self._people()[user][1],
                "labels": labels,
                "permission": 0,
            }
            for user, labels in self.members[team].items()
        ]

    def _add_member(self, team: int, *, query: object, body: dict[str, Any]) -> Any:
        del query
        if body["userId"] in self.members[team]:
            return Refused(400, "User is already added to this team")
        self.members[team][body["userId"]] = []
        return {"message": "Member added to Team"}

    def _remove_member(self, team: int, user: int, **_: object) -> Any:
        if self.members[team].pop(user, None) is None:
            return Refused(404, "Team member not found")
        return {"message": "Team Member removed"}

    def _list_permissions(self, uid: str, **_: object) -> Any:
        # Those that Grafana gives a new folder.
        given = self.permissions.setdefault(uid, [{"role": "Editor", "permission": 2}, {"role": "Viewer", "permission": 1}])
        return [
            {
                "uid": uid,
                "userId": 0,
                "teamId": 0,
                **item,
                "permissionName": LEVELS[item["permission"]],
                "isFolder": True,
                "inherited": False,
            }
            for item in given
        ]

    def _set_permissions(self, uid: str, *, query: object, body: dict[str, Any]) -> Any:
        del query
        if any(item["permission"] not in LEVELS for item in body["items"]):
            return Refused(400, "bad request data")
        self.permissions[uid] = body["items"]
        return {"message": "Folder permissions updated"}


def _has_expired(token: dict[str, Any]) -> bool:
    return token["expiration"] is not None and token["expiration"] <= datetime.now(UTC)
