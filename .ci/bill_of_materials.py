"""Bills of materials of a release, as CycloneDX: the Python packages that the wheel needs, and the images that the manifests name.

`.ci/release` runs it with the packages of `.ci/requirements.lock`. What is written depends on the commit alone: the packages are those of
`requirements.lock` for CPython 3.11 on Linux, the serial number is derived from version and commit, and the time is that of the commit.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tomllib
import uuid
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions, version
from pathlib import Path
from typing import NamedTuple

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]

FORMAT = SchemaVersion.V1_6
"""The version of CycloneDX that most readers of bills of materials know."""

PLATFORM = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.11.0",
    "python_version": "3.11",
    "sys_platform": "linux",
}
"""Where conditional requirements are decided: the same on each machine that writes a release, and the oldest Python that is supported."""


class Release(NamedTuple):
    """What both bills say about the release itself."""

    name: str
    version: str
    commit: str
    time: datetime


class Locked(NamedTuple):
    """A package of `requirements.lock`: its version, and the SHA-256 of each file that pip may install for it."""

    version: str
    hashes: tuple[str, ...]


def refuse(problem: str) -> None:
    """End with one line and code 2, as `.ci/release` does."""
    print(f"error: {problem}", file=sys.stderr)
    raise SystemExit(2)


def locked_packages(text: str) -> dict[str, Locked]:
    """Packages of a lock that `uv pip compile --generate-hashes` wrote, by normalized name."""
    packages = {}
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", "")):
        name, _, rest = entry.partition("==")
        packages[canonicalize_name(name)] = Locked(rest.split()[0].rstrip(";"), tuple(re.findall(r"--hash=sha256:(\w+)", entry)))
    return packages


def required(requirements: list[str], extras: set[str]) -> set[tuple[str, frozenset[str]]]:
    """Normalized names that apply on `PLATFORM`, each with the extras asked of it."""
    wanted = (Requirement(text) for text in requirements)
    return {
        (canonicalize_name(requirement.name), frozenset(requirement.extras))
        for requirement in wanted
        if not requirement.marker or any(requirement.marker.evaluate(PLATFORM | {"extra": extra}) for extra in extras | {""})
    }


def closure(requirements: list[str], installed: dict[str, Distribution]) -> dict[str, set[str]]:
    """All packages that the requirements lead to, each with those it needs itself."""
    edges: dict[str, set[str]] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    pending = required(requirements, set())
    while pending:
        name, extras = package = pending.pop()
        seen.add(package)
        if name not in installed:
            refuse(f"{name}: the library needs it and it is not installed in .venv; run make dist")
        needed = required(installed[name].requires or [], set(extras))
        edges.setdefault(name, set()).update(needed_name for needed_name, _ in needed)
        pending |= needed - seen
    return edges


def package_component(name: str, package: Locked, distribution: Distribution, *, optional: bool) -> Component:
    """A Python package. The hashes are those of its files on the index, which is why they stand at the reference to the index."""
    if Version(distribution.version) != Version(package.version):
        refuse(f"{name}: .venv has {distribution.version} and requirements.lock {package.version}; run make dist")
    stated = distribution.metadata.get("License-Expression") or distribution.metadata.get("License") or ""
    return Component(
        name=name,
        version=package.version,
        type=ComponentType.LIBRARY,
        scope=ComponentScope.OPTIONAL if optional else ComponentScope.REQUIRED,
        bom_ref=f"pkg:pypi/{name}@{package.version}",
        purl=PackageURL("pypi", name=name, version=package.version),
        licenses=[LicenseFactory().make_from_string(stated)] if stated not in {"", "UNKNOWN"} and "\n" not in stated else [],
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(f"https://pypi.org/simple/{name}/"),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in package.hashes],
            )
        ],
    )


def image_component(image: str) -> Component:
    """A container image, by tag, by digest or by both."""
    name, _, digest = image.partition("@")
    repository, _, tag = name.rpartition(":") if ":" in name.rpartition("/")[2] else (name, "", "")
    purl = PackageURL(
        "oci",
        name=repository.rpartition("/")[2].lower(),
        version=digest or None,
        qualifiers={"repository_url": repository.lower()} | ({"tag": tag} if tag else {}),
    )
    return Component(name=repository, version=tag or digest, type=ComponentType.CONTAINER, bom_ref=str(purl), purl=purl)


def bill(release: Release, subject: Component, edges: dict[Component, list[Component]], direct: list[Component]) -> Bom:
    """A bill of what `subject` needs."""
    document = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{subject.bom_ref.value}#{release.commit}"))
    document.metadata.timestamp = release.time
    document.metadata.component = subject
    library = "cyclonedx-python-lib"
    document.metadata.tools.components.add(Component(name=library, version=version(library), type=ComponentType.LIBRARY))
    for component, needed in edges.items():
        document.components.add(component)
        document.register_dependency(component, needed)
    document.register_dependency(subject, direct)
    return document


def subject_of(file: Path, release: Release, kind: ComponentType) -> Component:
    """The file of the release that a bill is about."""
    return Component(
        name=release.name if kind is ComponentType.LIBRARY else f"{release.name}-manifests",
        version=release.version,
        type=kind,
        bom_ref=file.name,
        purl=PackageURL("pypi", name=release.name, version=release.version) if kind is ComponentType.LIBRARY else None,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(file.read_bytes()).hexdigest())],
    )


def write(document: Bom, path: Path) -> None:
    """Write a bill that CycloneDX's own schema accepts, or nothing."""
    text = make_outputter(document, OutputFormat.JSON, FORMAT).output_as_string(indent=2) + "\n"
    invalid = JsonStrictValidator(FORMAT).validate_str(text)
    if invalid:
        refuse(f"{path.name}: is not valid CycloneDX: {invalid.data.message}")
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Write both bills beside the files they are about."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--packages", required=True, help="site-packages of the environment that requirements.lock made")
    parser.add_argument("--commit", required=True)
    parser.add_argument("--time", type=int, required=True, help="time of the commit, in seconds")
    options = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    release = Release(project["name"], project["version"], options.commit, datetime.fromtimestamp(options.time, UTC))

    installed = {canonicalize_name(found.metadata["Name"]): found for found in distributions(path=[options.packages])}
    locked = locked_packages((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    optional = [requirement for requirements in project["optional-dependencies"].values() for requirement in requirements]
    edges = closure(project["dependencies"] + optional, installed)
    always = closure(project["dependencies"], installed)
    missing = sorted(edges.keys() - locked.keys())
    if missing:
        refuse(f"requirements.lock: has no {', '.join(missing)}; add it to requirements.txt and run make lock")
    packages = {name: package_component(name, locked[name], installed[name], optional=name not in always) for name in sorted(edges)}
    needed = {packages[name]: [packages[other] for other in sorted(others)] for name, others in edges.items()}
    direct = [packages[name] for name, _ in required(project["dependencies"] + optional, set())]
    wheel = subject_of(options.wheel, release, ComponentType.LIBRARY)
    folder = options.archive.parent
    write(bill(release, wheel, needed, direct), folder / "python.cdx.json")

    images = [image_component(image) for image in (ROOT / "dist" / "images.txt").read_text(encoding="utf-8").split()]
    manifests = subject_of(options.archive, release, ComponentType.APPLICATION)
    write(bill(release, manifests, {image: [] for image in images}, images), folder / "images.cdx.json")


if __name__ == "__main__":
    main()
