"""How much is kept, and that it fits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from semantic_router_observability.errors import ConfigError
from semantic_router_observability.kubernetes.storage import Claim, Ephemeral, ExistingClaim, Storage, size_bytes, volume_source
from semantic_router_observability.prometheus.retention import prometheus_size, retention, size_in_bytes


@pytest.mark.parametrize(
    ("storage", "size"),
    [
        (Claim(size="20Gi"), "16GB"),
        (Claim(size="1Gi"), "819MB"),
        (Claim(size="10G"), "7629MB"),
        (Claim(size="100Ti"), "80TB"),
        (Ephemeral(), "4GB"),
        (ExistingClaim(name="old", size="50Gi"), "40GB"),
    ],
)
def test_size_follows_from_the_volume(storage: Storage, size: str) -> None:
    assert retention("p", "15d", None, storage) == {"time": "15d", "size": size}


def test_a_volume_of_unknown_size_bounds_nothing() -> None:
    assert retention("p", "15d", None, ExistingClaim(name="old")) == {"time": "15d"}
    assert retention("p", "15d", "900GB", ExistingClaim(name="old")) == {"time": "15d", "size": "900GB"}


@pytest.mark.parametrize("size", ["17GB", "10GB", "17408MB", "1B"])
def test_a_size_that_fits_is_kept_as_written(size: str) -> None:
    assert retention("p", "15d", size, Claim(size="20Gi")) == {"time": "15d", "size": size}


@pytest.mark.parametrize("size", ["17409MB", "18GB", "1TB"])
def test_a_size_that_does_not_fit_is_refused(size: str) -> None:
    with pytest.raises(ConfigError, match=f"^p: retention_size: '{size}': does not fit the volume of 20Gi; write at most 17GB "):
        retention("p", "15d", size, Claim(size="20Gi"))


@pytest.mark.parametrize(("time", "accepted"), [("2h", True), ("120m", True), ("1h59m", False), ("30s", False)])
def test_time_spans_a_block_at_least(time: str, accepted: bool) -> None:
    if accepted:
        assert retention("p", time, None, Claim(size="1Gi"))["time"] == time
    else:
        with pytest.raises(ConfigError, match="write at least 2h"):
            retention("p", time, None, Claim(size="1Gi"))


@pytest.mark.parametrize(("size", "count"), [("1B", 1), ("2KB", 2048), ("1GB", 2**30), ("3EB", 3 * 2**60)])
def test_prometheus_counts_in_1024(size: str, count: int) -> None:
    assert size_in_bytes("x", size) == count


@pytest.mark.parametrize("size", ["", "1", "1Gi", "1.5GB", "0GB", "-1GB", "1gb", "1 GB"])
def test_no_sizes(size: str) -> None:
    with pytest.raises(ConfigError, match="write a whole number with B, KB, MB, GB or TB"):
        size_in_bytes("x", size)


@pytest.mark.parametrize("count", [2**20, 2**30 + 1, 2**40, 17 * 2**30, 10**12, 3 * 2**20 + 5])
def test_sizes_are_written_without_growing(count: int) -> None:
    written = size_in_bytes("x", prometheus_size(Decimal(count)))
    assert count - 2**20 < written <= count


def test_volume_sources() -> None:
    assert volume_source(Claim(size="1Gi"), "a-data") == {"persistentVolumeClaim": {"claimName": "a-data"}}
    assert volume_source(ExistingClaim(name="old"), "a-data") == {"persistentVolumeClaim": {"claimName": "old"}}
    assert volume_source(Ephemeral(size="2Gi"), "a-data") == {"emptyDir": {"sizeLimit": "2Gi"}}
    assert size_bytes(ExistingClaim(name="old")) is None
    assert Claim(size="1Gi", storage_class="fast").spec()["storageClassName"] == "fast"
