"""Credentials as an administrator makes them: hashes of passwords, and certificates with `openssl`."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING

import bcrypt
import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Without a file, `req` adds the extensions of the machine's own configuration.
_CONFIG = "[req]\ndistinguished_name = name\n[name]\n"


class Authority:
    """A certificate authority that lives in a folder of the test."""

    def __init__(self, directory: Path, name: str) -> None:
        self.directory = directory / name
        self.directory.mkdir(parents=True)
        self._issued = 0
        (self.directory / "openssl.cnf").write_text(_CONFIG)
        self._request("ca", ["-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE"])
        self.certificate = self.directory / "ca.crt"

    def issue(self, *names: str, usage: str = "serverAuth") -> dict[str, str]:
        """Sign a certificate for DNS names; contents as of a Secret of type `kubernetes.io/tls`, with `ca.crt`."""
        self._issued += 1
        file = f"{self._issued}"
        extensions = ["basicConstraints=critical,CA:FALSE", f"extendedKeyUsage={usage}", f"subjectAltName={_alternatives(names)}"]
        signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-subj", f"/CN={names[0]}"]
        self._request(file, [*signed, *(word for extension in extensions for word in ("-addext", extension))])
        return {
            "tls.crt": (self.directory / f"{file}.crt").read_text(),
            "tls.key": (self.directory / f"{file}.key").read_text(),
            "ca.crt": self.certificate.read_text(),
        }

    def client(self, issued: dict[str, str] | None = None) -> ssl.SSLContext:
        """Trust this authority, whatever the server's name, and show a certificate if one is given."""
        context = ssl.create_default_context(cafile=self.certificate)
        context.check_hostname = False
        if issued:
            chain, key = self.directory / "shown.crt", self.directory / "shown.key"
            chain.write_text(issued["tls.crt"])
            key.write_text(issued["tls.key"])
            context.load_cert_chain(chain, key)
        return context

    def _request(self, file: str, words: Sequence[str]) -> None:
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{file}.key"]
        command = [_tool("openssl"), "req", "-config", "openssl.cnf", "-x509", "-days", "2", *key, "-out", f"{file}.crt", *words]
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def hashed(user: str, password: str) -> str:
    """Entry of `basic_auth_users`: the user and the bcrypt hash of the password."""
    return f"{user}: {bcrypt.hashpw(password.encode(), bcrypt.gensalt(10)).decode()}"


def _alternatives(names: Sequence[str]) -> str:
    return ",".join(f"DNS:{name}" for name in names)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; .ci/run says which package has it")
    return found
