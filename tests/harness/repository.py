"""A git repository whose main branch holds `dist/`, as a team commits it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_IDENTITY = ("-c", "user.name=lab", "-c", "user.email=lab@example.com")


class Repository:
    """A folder with a `kustomization.yaml` that names `dist/`, as at the root of this repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        (folder / "kustomization.yaml").write_text("resources: [dist]\n")

    @property
    def url(self) -> str:
        return f"file://{self.folder}"

    def commit(self, dist: Path, *, path: str = "dist") -> str:
        """Replace a folder of the main branch; return the commit."""
        shutil.rmtree(self.folder / path, ignore_errors=True)
        shutil.copytree(dist, self.folder / path)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message={path}")
        return self.head

    def revert(self) -> str:
        """Take back the last commit by a new one."""
        self.git("revert", "--no-edit", "HEAD")
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *_IDENTITY, *arguments], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()
