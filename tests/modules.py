"""Python files of the repository that belong to no package, such as generators and examples, as modules."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


def load(path: Path) -> ModuleType:
    """Run a file and return its module, under a name of its folder and its own: `docs/site.py` must not replace the `site` of Python."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look for the module of their annotations there.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
