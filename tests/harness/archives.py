"""Container images for a node, as archives that containerd imports: pinned programs of this machine under the names of the manifests.

No registry is asked. An image has one layer: the parts that `harness.images.Image` lists, a shell, and what a file system needs.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import lazy_loader
import msgspec

import semantic_router_observability as library
from harness.images import Image, alertmanager, oauth2_proxy, otel_collector, prometheus
from harness.node import PAUSE
from harness.programs import program
from semantic_router_observability import images as names

if TYPE_CHECKING:
    from collections.abc import Iterator

SIMULATOR = "lab.example/simulator:1"
COREDNS = "lab.example/coredns:1"
PYTHON = "docker.io/library/python:3.13.5-alpine3.22"
"""What `make try` replays a recording with; here it is the interpreter of the tests."""
NGINX = "lab.example/nginx:1"
"""What an ingress controller runs; only where it is installed."""

_APPLETS = ("cat", "df", "dd", "id", "kill", "ls", "ps", "rm", "sh", "sleep", "sync", "touch", "wget")
_ETC = {
    "/etc/passwd": b"root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "/etc/group": b"root:x:0:\nnobody:x:65534:\n",
}
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def write_archives(directory: Path) -> None:
    """Write an archive for each image that the stack, its routers and the node itself use."""
    directory.mkdir(parents=True)
    stand_in = program("stand-in")
    images = {
        PAUSE: Image(entrypoint=("/pause",), mounts={"/pause": stand_in}, uid=65535, gid=65535),
        names.PROMETHEUS: prometheus(),
        names.ALERTMANAGER: alertmanager(),
        names.OAUTH2_PROXY: oauth2_proxy(),
        names.OTEL_COLLECTOR: otel_collector(),
        names.GRAFANA: grafana(),
        COREDNS: Image(entrypoint=("/coredns",), mounts={"/coredns": program("coredns")}),
        SIMULATOR: simulator(),
        PYTHON: Image(entrypoint=("/bin/python3",), mounts=_interpreter() | {"/bin/python3": Path(sys.executable).resolve()}),
    }
    if nginx := shutil.which("nginx", path=f"{os.defpath}:/usr/sbin"):
        images[NGINX] = Image(entrypoint=(nginx,), mounts={nginx: Path(nginx)} | _libraries([Path(nginx)]), directories=("/var/log/nginx",))
    for reference, image in images.items():
        _write(directory / (re.sub(r"[^a-z0-9.]+", "-", reference) + ".tar"), reference, image)


def grafana() -> Image:
    """Do as the official image: run as 472. The program is a stand-in, see tests/tools/stand-in/grafana.go."""
    program_file = program("stand-in")
    folders = ("/var/lib/grafana", "/usr/share/grafana")
    return Image(
        entrypoint=("/bin/grafana",),
        mounts={"/bin/grafana": program_file},
        directories=folders,
        workdir=folders[1],
        uid=472,
    )


def simulator() -> Image:
    """Hold this interpreter with the simulated router, and with the library that knows the router's metrics."""
    installed = [Path(str(package.__file__)).parent for package in (library, lazy_loader, msgspec)]
    packages = [Path(__file__).parents[1] / "simulator", *installed]
    return Image(
        entrypoint=("/app/python", "-m", "simulator"),
        command=("--listen=0.0.0.0:9190",),
        mounts=_interpreter() | {f"/app/{package.name}": package for package in packages},
        workdir="/app",
        uid=65534,
        gid=65534,
    )


def _interpreter() -> dict[str, Path]:
    """Find the running interpreter, its standard library and the shared objects they load, all at their own paths."""
    binary = Path(sys.executable).resolve()
    standard = Path(sysconfig.get_paths()["stdlib"])
    found = {str(binary): binary, str(standard): standard, "/app/python": binary}
    linked = [binary, *standard.glob("lib-dynload/*.so"), *Path(str(msgspec.__file__)).parent.glob("*.so")]
    return found | _libraries(linked)


def _shell() -> dict[str, Path]:
    """Find a busybox, as the official images of Prometheus and Alertmanager have it, and what it loads."""
    found = shutil.which("busybox", path=f"{os.defpath}:/usr/sbin:/sbin")
    assert found, "there is no busybox; require_node looks for it"
    return {"/bin/busybox": Path(found).resolve(), "/bin/get": program("stand-in")} | _libraries([Path(found)])


def _libraries(files: list[Path]) -> dict[str, Path]:
    """Find the shared objects that programs load, none for static ones."""
    listed = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, check=False).stdout
    return {path: Path(path).resolve() for path in re.findall(r"(/\S+) \(0x", listed)}


def _write(archive: Path, reference: str, image: Image) -> None:
    layer = archive.with_suffix(".layer")
    with tarfile.open(layer, "w", format=tarfile.GNU_FORMAT) as tar:
        _fill(tar, image)
    digest = _digest(layer)
    configuration = json.dumps(
        {
            "architecture": _MACHINES[sysconfig.get_platform().rpartition("-")[2]],
            "os": "linux",
            "config": {
                "Entrypoint": list(image.entrypoint),
                "Cmd": list(image.command),
                "User": f"{image.uid}:{image.gid}",
                "WorkingDir": image.workdir,
                "Env": ["PATH=/bin:/usr/bin", "PYTHONPATH=/app", "PYTHONDONTWRITEBYTECODE=1"],
            },
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        }
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": _descriptor("config.v1+json", configuration),
            "layers": [_descriptor("layer.v1.tar", b"") | {"digest": f"sha256:{digest}", "size": layer.stat().st_size}],
        }
    ).encode()
    top = _descriptor("manifest.v1+json", manifest) | {"annotations": {"io.containerd.image.name": reference}}
    with tarfile.open(archive, "w") as tar:
        _add(tar, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        _add(tar, "index.json", json.dumps({"schemaVersion": 2, "manifests": [top]}).encode())
        for blob in (configuration, manifest):
            _add(tar, f"blobs/sha256/{hashlib.sha256(blob).hexdigest()}", blob)
        tar.add(layer, f"blobs/sha256/{digest}")
    layer.unlink()


def _fill(tar: tarfile.TarFile, image: Image) -> None:
    made = {"/"}

    def folder(path: str, *, mode: int = 0o755, user: int = 0, group: int = 0) -> None:
        if path not in made:
            folder(str(Path(path).parent))
            made.add(path)
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, mode, user, group
            tar.addfile(entry)

    folder("/tmp", mode=0o1777)
    for path in image.directories:
        folder(path, user=image.uid, group=image.gid)
    for path, content in _ETC.items():
        folder("/etc")
        _add(tar, path.lstrip("/"), content)
    for path, source in {**_shell(), **image.mounts}.items():
        for name, file in _files(path, source):
            folder(str(Path(name).parent))
            tar.add(file, name.lstrip("/"), filter=_anonymous)
    for applet in _APPLETS:
        entry = tarfile.TarInfo(f"bin/{applet}")
        entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
        tar.addfile(entry)


def _files(path: str, source: Path) -> Iterator[tuple[str, Path]]:
    """List the files of a part of an image; of the standard library, what a program needs."""
    if source.is_file():
        yield path, source
        return
    left_out = {"__pycache__", "site-packages", "dist-packages", "test", "tests", "idlelib", "tkinter", "ensurepip", "lib2to3"}
    for file in sorted(source.rglob("*")):
        inside = file.relative_to(source)
        if file.is_file() and not left_out & set(inside.parts) and file.suffix != ".a":
            yield f"{path}/{inside}", file.resolve()


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o755 if entry.mode & 0o100 else 0o644
    return entry


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o644
    tar.addfile(entry, io.BytesIO(content))


def _descriptor(kind: str, content: bytes) -> dict[str, object]:
    media_type = f"application/vnd.oci.image.{kind}"
    return {"mediaType": media_type, "digest": f"sha256:{hashlib.sha256(content).hexdigest()}", "size": len(content)}


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
