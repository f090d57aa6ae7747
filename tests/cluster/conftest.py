"""The lab that cluster tests share, and a namespace for each of them."""

from __future__ import annotations

import itertools
import os
import sys
from typing import TYPE_CHECKING

import pytest

from harness.lab import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One network and control plane for the whole run."""
    if sys.platform != "linux":
        pytest.skip("the lab needs Linux: it lives in a network namespace")
    if os.geteuid() != 0:
        pytest.skip("the lab needs root, for its network and mount namespaces")
    started = Lab(tmp_path_factory.mktemp("lab"))
    yield started
    started.close()


@pytest.fixture
def namespace(lab: Lab) -> Iterator[str]:
    """Give the test a namespace of its own that enforces PodSecurity `restricted`, and delete it afterwards."""
    name = lab.cluster.create_namespace(f"test-{next(_numbers)}")
    yield name
    lab.cluster.request("DELETE", f"api/v1/namespaces/{name}")
