"""A small OpenID Connect provider: discovery, the authorization code flow with proof keys, refresh tokens, and tokens signed with RS256.

It checks what a provider has to check and refuses the rest; anyone who opens its page is logged in as `person` without being asked.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import subprocess
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from harness.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.credentials import Authority
    from harness.network import Network

PORT = 443
_LASTS = 3600


@dataclass
class IdentityProvider:
    """Serves https on `host` within its `with` block."""

    network: Network
    host: str
    authority: Authority
    directory: Path
    clients: dict[str, str] = field(default_factory=dict)
    """Secrets by client id."""
    redirects: set[str] = field(default_factory=set)
    """Registered redirect URLs."""
    person: Mapping[str, Any] | None = None
    """Claims of anyone who opens the page; None: nobody is logged in."""
    refreshing: bool = False
    """Whether refresh tokens are given out and taken."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """Parameters of the logins that were begun."""
    refused: list[str] = field(default_factory=list)
    """Why tokens were refused."""

    def __post_init__(self) -> None:
        self.address = self.network.address()
        self._key = self.directory / "signing.key"
        self._codes: dict[str, dict[str, str]] = {}
        self.directory.mkdir(parents=True, exist_ok=True)
        subprocess.run(["openssl", "genrsa", "-out", self._key, "2048"], check=True, capture_output=True)

    @property
    def issuer(self) -> str:
        return f"https://{self.host}"

    def __enter__(self) -> Self:
        issued = self.authority.issue(self.host)
        for name in ("tls.crt", "tls.key"):
            (self.directory / name).write_text(issued[name])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / "tls.crt", self.directory / "tls.key")
        self._listener = Listener(self.network, self.address, PORT, _handler(self), context)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        shown = subprocess.run(["openssl", "rsa", "-in", self._key, "-noout", "-modulus"], check=True, capture_output=True, text=True)
        modulus = bytes.fromhex(shown.stdout.strip().removeprefix("Modulus="))
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": _encoded(modulus), "e": _encoded(b"\x01\x00\x01")}]}

    def authorize(self, asked: dict[str, str]) -> tuple[int, str]:
        """Status, and where the browser is sent."""
        self.asked.append(asked)
        if asked.get("client_id") not in self.clients or asked.get("redirect_uri") not in self.redirects or self.person is None:
            return 400, ""
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        return 302, f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], client: str, secret: str) -> tuple[int, dict[str, Any]]:
        """Status and body."""
        if self.clients.get(client) != secret:
            return self._refuse(401, "invalid_client")
        if form["grant_type"] == "refresh_token":
            return (200, self._tokens(client, {})) if self.refreshing and self.person is not None else self._refuse(400, "invalid_grant")
        asked = self._codes.pop(form["code"], None)
        challenge = _encoded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or (asked["client_id"], asked["redirect_uri"]) != (client, form["redirect_uri"]):
            return self._refuse(400, "invalid_grant")
        if (asked.get("code_challenge_method"), asked.get("code_challenge")) != ("S256", challenge):
            return self._refuse(400, "invalid_grant: the proof key")
        return 200, self._tokens(client, {"nonce": asked["nonce"]} if "nonce" in asked else {})

    def _refuse(self, status: int, why: str) -> tuple[int, dict[str, Any]]:
        self.refused.append(why)
        return status, {"error": why.partition(":")[0]}

    def _tokens(self, client: str, more: Mapping[str, Any]) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": client, "sub": "1", "iat": now, "exp": now + _LASTS, **more, **(self.person or {})}
        refresh = {"refresh_token": secrets.token_urlsafe()} if self.refreshing else {}
        return {
            "id_token": self._signed(claims),
            "access_token": secrets.token_urlsafe(),
            "token_type": "Bearer",
            "expires_in": _LASTS,
            **refresh,
        }

    def _signed(self, claims: Mapping[str, Any]) -> str:
        text = ".".join(_encoded(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "1", "typ": "JWT"}, claims))
        sign = ["openssl", "dgst", "-sha256", "-sign", self._key]
        return f"{text}.{_encoded(subprocess.run(sign, input=text.encode(), check=True, capture_output=True).stdout)}"


def _handler(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            match url.path:
                case "/.well-known/openid-configuration":
                    self._answer(200, provider.discovery())
                case "/keys":
                    self._answer(200, provider.keys())
                case "/authorize":
                    status, location = provider.authorize(dict(parse_qsl(url.query)))
                    self._answer(status, {}, {"Location": location} if location else {})
                case _:
                    self._answer(404, {})

        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
            user, _, password = base64.b64decode(encoded).decode().partition(":") if scheme == "Basic" else ("", "", "")
            client, secret = unquote(user) or form.get("client_id", ""), unquote(password) or form.get("client_secret", "")
            self._answer(*provider.token(form, client, secret))

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

        def _answer(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(text)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

    return Handler


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
