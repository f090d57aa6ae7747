"""Alerts on what users would see: probes that fail, a canary without an answer or with a late one, a certificate that expires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.definition import Definition, tuning
from semantic_router_observability.alerting.facts import PROBES_JOB
from semantic_router_observability.alerting.links import Panel, panels
from semantic_router_observability.alerting.shapes.level import Level
from semantic_router_observability.alerting.shapes.promql import INSTALLATION
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from collections.abc import Iterator

BOARD: Final = "semantic-router-probes"
"""Uid of the dashboard that shows the numbers of these alerts."""

PROBES: Final = f'job="{PROBES_JOB}"'
"""Of all probes; a page that forges the name of a metric has another job."""

CANARIES: Final = f'{PROBES}, type="canary"'
"""Of the canaries."""

_PROBE: Final = (*INSTALLATION, "instance", "probe", "type")
_DAY: Final = 86_400
_ANSWERED: Final = f"max_over_time(probe_success{{{CANARIES}}}[10m])"


def probes() -> Iterator[Definition]:
    """Return the alerts about probes."""
    yield Definition(
        name="ProbeFailing",
        shape=Level(
            # Two probes at least: the longest interval is 2 minutes.
            value=f'max_over_time(probe_success{{{PROBES}, type!="canary"}}[5m])',
            condition="== 0",
            by=_PROBE,
            unit="probe succeeded within 5 minutes",
        ),
        tuning=tuning(threshold=0, severity="critical", hold="1m"),
        component="probes",
        summary="Probe {{ $labels.probe }} has failed for 5 minutes: {{ $labels.instance }}",
        description="The server does not answer, answers something else than it should, or shows a certificate that is not trusted.",
        panel=Panel(uid=BOARD, id=10),
    )
    yield Definition(
        name="CanaryFailing",
        shape=Level(
            # Two canaries at least: the longest interval is 4 minutes.
            value=_ANSWERED,
            condition="== 0",
            by=_PROBE,
            unit="canary answered within 10 minutes",
        ),
        tuning=tuning(threshold=0, severity="critical", hold="1m"),
        component="probes",
        summary="Canary {{ $labels.probe }} got no right answer for 10 minutes: {{ $labels.instance }}",
        description="A question asked as users ask theirs fails: at the gateway, in the router or at the model. Their requests probably fail too.",
        panel=Panel(uid=BOARD, id=11),
    )
    yield Definition(
        name="CanarySlow",
        shape=Level(
            value=f"min_over_time(probe_duration_seconds{{{CANARIES}}}[10m])",
            # One that fails may take as long as its timeout, and has an alert of its own.
            condition=f"> <threshold>\nand\n{_ANSWERED} == 1",
            by=_PROBE,
            unit="seconds of the fastest answer",
        ),
        tuning=tuning(threshold=thresholds.CANARY, severity="warning", hold="1m"),
        component="probes",
        summary="Every answer to canary {{ $labels.probe }} took {{ $value | humanize }} s or longer for 10 minutes",
        description="A question that needs a few tokens takes that long. Users wait at least as long for their first token.",
        panel=Panel(uid=BOARD, id=12),
        lines=panels(BOARD, 12),
    )
    yield Definition(
        name="CertificateExpires",
        shape=Level(
            value=f"(probe_ssl_earliest_cert_expiry{{{PROBES}}} - time()) / {_DAY}",
            condition="< <threshold>",
            by=_PROBE,
            unit="days left",
        ),
        tuning=tuning(threshold=thresholds.CERTIFICATE, severity="warning", hold="1h"),
        component="probes",
        summary="The certificate of {{ $labels.instance }} expires in {{ $value | humanize }} days",
        description="Then clients refuse to connect. Of the certificates that the server sends, the one that expires first counts.",
        panel=Panel(uid=BOARD, id=13),
        lines=panels(BOARD, 13),
        # A router that is away explains no certificate: its alerts are not to suppress this one.
        service="observability",
    )
