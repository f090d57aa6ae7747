"""`Volume`: how full a volume is, by the kubelet's figures where they are scraped."""

from __future__ import annotations

from .level import Level


def used_of_claim(namespace: str, name: str) -> str:
    """How full the volume of a claim is, as the kubelet measures it: everything in it, against what the file system holds."""
    claim = f'namespace="{namespace}", persistentvolumeclaim="{name}"'
    return f"max(kubelet_volume_stats_used_bytes{{{claim}}} / kubelet_volume_stats_capacity_bytes{{{claim}}})"


class Volume(Level, frozen=True):
    """A `Level` whose number is the kubelet's, with the labels of a series of the program that writes the volume; without it, another number."""

    @staticmethod
    def value_of(claim: tuple[str, str], written_by: str, otherwise: str) -> str:
        """Put the number together.

        Args:
            claim: Namespace and name of the claim.
            written_by: A series of the program, which gives the result its labels.
            otherwise: The number where the kubelet's figures are not scraped; empty where there is none.

        """
        measured = f"({written_by} >= bool 0) * on () group_left () {used_of_claim(*claim)}"
        return f"({measured} or {otherwise})" if otherwise else f"({measured})"
