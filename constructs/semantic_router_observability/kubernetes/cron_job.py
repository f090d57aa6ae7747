"""A pod that runs at regular times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct


def cron_job(
    scope: Construct, id: str, name: str, *, labels: Mapping[str, str], schedule: str, seconds: int, template: Mapping[str, Any]
) -> Manifest:
    """CronJob whose runs do not overlap and end after `seconds`; `id` is its place in the tree, `schedule` is in UTC."""
    return Manifest(
        scope,
        id,
        api_version="batch/v1",
        kind="CronJob",
        name=name,
        labels=labels,
        spec={
            "schedule": schedule,
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            # A cluster whose control plane was away for less than this runs it late.
            "startingDeadlineSeconds": 3600,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 1,
            "jobTemplate": {
                "metadata": {"labels": labels},
                "spec": {
                    # The next run is the second try: at once, it would mostly meet the same fault.
                    "backoffLimit": 0,
                    "activeDeadlineSeconds": seconds,
                    "template": template,
                },
            },
        },
    )
