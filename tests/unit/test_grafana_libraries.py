"""What the stack writes, read with the libraries that Grafana reads it with, and a login at a real directory with what comes out."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import semantic_router_observability as sro
from harness.credentials import Authority
from harness.process import Process
from harness.programs import program
from semantic_router_observability.grafana.identity.login import provider_section
from semantic_router_observability.grafana.settings import render
from semantic_router_observability.kubernetes.pods import SecretFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

APP: dict[str, Any] = {"client_id": "grafana", "client_secret": sro.SecretKey("sso", "secret")}
SUFFIX = "dc=example,dc=com"
ADMINS = f"cn=sre\\2C on call,ou=groups,{SUFFIX}"


def reader(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program that reads as Grafana does."""
    return subprocess.run(
        [str(program("grafana-reader")), *arguments], input=given, capture_output=True, text=True, timeout=30, check=False
    )


GROUP = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="\\"), min_size=1, max_size=12).filter(
    lambda text: not any(mark in text for mark in ("${", "$__", "%(", '"""'))
)


@settings(max_examples=30, deadline=None)
@given(GROUP, GROUP)
@example("it's", '"quoted"')
@example("#1; or not", "a=b: c")
@example("`x`", "CORP\\sre")
def test_groups_arrive_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, first: str, second: str) -> None:
    if first == second:
        return
    folder = tmp_path_factory.mktemp("ini")
    files = SecretFiles(str(folder))
    (folder / "sso").mkdir()
    (folder / "sso" / "secret").write_text("p%ss $(w)ord\n")
    roles = sro.RoleMapping(admin=(first,), editor=(second,), strict=True)
    login = sro.Okta(**APP, url="https://example.okta.com", groups=(first, second), roles=roles)
    file = folder / "grafana.ini"
    file.write_text(render({f"auth.{login.PROVIDER}": provider_section(login, files, "https://grafana.example.com/")}), encoding="utf-8")
    done = reader("ini", str(file))
    assert not done.returncode, done.stderr
    section = json.loads(done.stdout)["auth.okta"]
    assert section["client_secret"] == "p%ss $(w)ord"
    assert json.loads(section["allowed_groups"]) == [first, second]
    found = [
        reader("role", section["role_attribute_path"], json.dumps({"groups": groups})).stdout.strip()
        for groups in ([first], [second], [first + second], first)
    ]
    assert found == ["Admin", "Editor", "", ""]


class Directory:
    """A slapd on this machine's loopback, with three people and two groups."""

    def __init__(self, folder: Path, plain: int, encrypted: int) -> None:
        self.folder, self.plain, self.encrypted = folder, plain, encrypted
        self.files = SecretFiles(str(folder / "secrets"))

    def server(self, **arguments: Any) -> sro.LdapServer:
        """The server as the stack describes it."""
        return sro.LdapServer(
            **{
                "hosts": ("localhost",),
                "port": self.encrypted,
                "ca": sro.SecretKey("ldap", "ca.crt"),
                "search_base_dns": (f"ou=people,{SUFFIX}",),
                "bind_dn": f"cn=grafana,{SUFFIX}",
                "bind_password": sro.SecretKey("ldap", "password"),
                "groups": (
                    sro.LdapGroup(dn=ADMINS, role="Admin", server_admin=True),
                    sro.LdapGroup(dn=f"cn=dev,ou=groups,{SUFFIX}", role="Editor"),
                ),
                **arguments,
            }
        )

    def login(self, server: sro.LdapServer, user: str, password: str) -> Mapping[str, Any] | str:
        """Who Grafana takes the user for, or why nobody."""
        file = self.folder / "ldap.toml"
        file.write_text(sro.Ldap(servers=(server,)).toml(self.files), encoding="utf-8")
        done = reader("login", str(file), user, given=password)
        return dict(json.loads(done.stdout)) if done.returncode == 0 else done.stderr.strip()


PASSWORD = "it's ''$__env{HOME}\" \\n #;"
PEOPLE = {"ada": "sre\\2C on call", "bob": "dev", "eve": None}


def entries() -> str:
    """What the directory holds, as LDIF."""
    found = [
        f"dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example",
        f"dn: ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: people",
        f"dn: ou=groups,{SUFFIX}\nobjectClass: organizationalUnit\nou: groups",
        f"dn: cn=grafana,{SUFFIX}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: grafana\nuserPassword: {PASSWORD}",
    ]
    for name, group in PEOPLE.items():
        member = f"\nmemberOf: cn={group},ou=groups,{SUFFIX}" if group else ""
        found.append(
            f"dn: uid={name},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: Example\ngivenName: {name.title()}\n"
            f"mail: {name}@example.com\nuserPassword: pass-{name}{member}"
        )
        if group:
            found.append(f"dn: cn={group},ou=groups,{SUFFIX}\nobjectClass: groupOfNames\nmember: uid={name},ou=people,{SUFFIX}")
    return "\n\n".join(found) + "\n"


def free_ports() -> tuple[int, int]:
    """Two ports of the loopback that nobody listens on."""
    with closing(socket.socket()) as first, closing(socket.socket()) as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """A real OpenLDAP server; skipped where Debian's package slapd is not installed."""
    program("grafana-reader")
    slapd = shutil.which("slapd", path="/usr/sbin:/usr/local/sbin")
    if slapd is None:
        pytest.skip("slapd is not installed; .ci/run says which package has it")
    folder = tmp_path_factory.mktemp("directory")
    secrets = folder / "secrets" / "ldap"
    secrets.mkdir(parents=True)
    issued = Authority(folder, "authority").issue("localhost")
    for name, text in {**issued, "password": f"{PASSWORD}\n"}.items():
        (secrets / name).write_text(text)
    (folder / "data").mkdir()
    config = folder / "slapd.conf"
    config.write_text(
        "".join(f"include /etc/ldap/schema/{name}.schema\n" for name in ("core", "cosine", "inetorgperson"))
        + "modulepath /usr/lib/ldap\nmoduleload back_mdb\nmoduleload memberof\n"
        + f"TLSCACertificateFile {secrets}/ca.crt\nTLSCertificateFile {secrets}/tls.crt\nTLSCertificateKeyFile {secrets}/tls.key\n"
        # Strangers may log in and do nothing else, as in many a directory.
        + f'database mdb\nsuffix "{SUFFIX}"\ndirectory {folder}/data\noverlay memberof\n'
        + "access to attrs=userPassword by anonymous auth by * none\naccess to * by users read by * none\n"
    )
    added = subprocess.run([slapd, "-T", "add", "-f", str(config)], input=entries(), capture_output=True, text=True, check=False)
    assert added.returncode == 0, added.stderr
    plain, encrypted = free_ports()
    urls = f"ldap://127.0.0.1:{plain}/ ldaps://127.0.0.1:{encrypted}/"
    process = Process([slapd, "-d", "none", "-f", str(config), "-h", urls], log=folder / "slapd.log")
    try:
        until = time.monotonic() + 20
        while True:
            assert process.returncode is None, process.log()
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", encrypted)) == 0:
                    break
            assert time.monotonic() < until, process.log()
            time.sleep(0.05)
        yield Directory(folder, plain, encrypted)
    finally:
        process.terminate()


def test_people_and_their_roles(directory: Directory) -> None:
    server = directory.server()
    ada = directory.login(server, "ada", "pass-ada")
    assert ada == {
        "Login": "ada",
        "Name": "Ada Example",
        "Email": "ada@example.com",
        "Groups": [ADMINS],
        "Roles": {"1": "Admin"},
        "GrafanaAdmin": True,
    }
    bob = directory.login(server, "bob", "pass-bob")
    assert isinstance(bob, dict)
    assert (bob["Roles"], bob["GrafanaAdmin"]) == ({"1": "Editor"}, False)


@pytest.mark.parametrize(
    ("user", "password", "reason"),
    [
        ("ada", "wrong", "Invalid Credentials"),
        ("nobody", "pass-ada", "is not in the directory"),
        ("*", "pass-ada", "is not in the directory"),
        ("ada)(uid=*", "pass-ada", "is not in the directory"),
        ("eve", "pass-eve", "is in none of the groups"),
    ],
)
def test_who_does_not_get_in(directory: Directory, user: str, password: str, reason: str) -> None:
    assert reason in str(directory.login(directory.server(), user, password))


def test_everybody_else_with_an_asterisk(directory: Directory) -> None:
    server = directory.server(groups=(*directory.server().groups, sro.LdapGroup(dn="*", role="Viewer")))
    eve = directory.login(server, "eve", "pass-eve")
    assert isinstance(eve, dict)
    assert eve["Roles"] == {"1": "Viewer"}


def test_start_tls(directory: Directory) -> None:
    server = directory.server(encryption="startTls", port=directory.plain)
    assert isinstance(directory.login(server, "ada", "pass-ada"), dict)


@pytest.mark.parametrize("encryption", ["ldaps", "startTls"])
def test_a_certificate_of_an_unknown_authority_is_refused(directory: Directory, encryption: Any) -> None:
    port = {"ldaps": directory.encrypted, "startTls": directory.plain}[encryption]
    assert "certificate" in str(directory.login(directory.server(ca=None, encryption=encryption, port=port), "ada", "pass-ada"))


def test_people_who_search_as_themselves(directory: Directory) -> None:
    server = directory.server(bind_dn=f"uid=%s,ou=people,{SUFFIX}", bind_password=None)
    assert isinstance(directory.login(server, "ada", "pass-ada"), dict)
    assert "Invalid Credentials" in str(directory.login(server, "ada", "wrong"))


def test_groups_that_are_searched_for(directory: Directory) -> None:
    search = sro.LdapGroupSearch(
        filter="(&(objectClass=groupOfNames)(member=uid=%s,ou=people,dc=example,dc=com))", base_dns=(f"ou=groups,{SUFFIX}",)
    )
    server = directory.server(group_search=search, attributes=sro.LdapAttributes(member_of="departmentNumber"))
    bob = directory.login(server, "bob", "pass-bob")
    assert isinstance(bob, dict)
    assert bob["Roles"] == {"1": "Editor"}
