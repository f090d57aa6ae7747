"""Which probes succeed, how long they take, and how long their certificates last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantic_router_observability.alerting.defaults.probes import CANARIES, PROBES
from semantic_router_observability.dashboards.others import highest, select
from semantic_router_observability.dashboards.panels import GREEN, About, Column, Query, stat, table, timeseries
from semantic_router_observability.dashboards.probes.ids import PANEL_IDS
from semantic_router_observability.dashboards.variables import CLUSTER
from semantic_router_observability.rules import thresholds

if TYPE_CHECKING:
    from grafana_foundation_sdk.models.dashboard import Panel

CHOSEN: Final = (CLUSTER, 'namespace=~"$namespace"', 'probe=~"$probe"')
CHOSEN_PROBES: Final = (*CHOSEN, PROBES)
CHOSEN_CANARIES: Final = (*CHOSEN, CANARIES)
NONE: Final = "no probe"
NO_CANARY: Final = "no canary"
NO_CERTIFICATE: Final = "no probe with TLS"

_SUCCESS: Final = select("probe_success", *CHOSEN_PROBES)
_ANSWERED: Final = select("probe_success", *CHOSEN_CANARIES)
_DAYS: Final = f"(min by (probe) ({select('probe_ssl_earliest_cert_expiry', *CHOSEN_PROBES)}) - time()) / 86400"


def failing_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["failing-now"],
            title="Probes",
            description="Probes and canaries whose last request got the right answer, and those whose request did not. Normal: none failing.",
            unit="none",
            no_value=NONE,
        ),
        Query(f"sum({_SUCCESS})", "right", GREEN),
        Query(f"count({_SUCCESS}) - sum({_SUCCESS})", "failing"),
        bound=1,
    )


def canaries_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["canaries-now"],
            title="Right answers to canaries",
            description=(
                "Share of the canaries within the range on screen that got the right answer in time, of the canary with the fewest. Normal: 100 %."
            ),
            unit="percentunit",
            no_value=NO_CANARY,
        ),
        Query(f"min(avg_over_time({_ANSWERED}[$__range]))", "right"),
        least={"right": 0.99},
    )


def slowest_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["slowest-now"],
            title="Slowest canary",
            description=(
                "How long the last answer took, of the canary that waited longest. It is an answer of a few tokens: connecting, routing and the "
                "queue of the model are most of it."
            ),
            unit="s",
            no_value=NO_CANARY,
        ),
        Query(f"max({select('probe_duration_seconds', *CHOSEN_CANARIES)})", "took"),
        bound=thresholds.CANARY,
    )


def expiry_now() -> Panel:
    return stat(
        About(
            id=PANEL_IDS["expiry-now"],
            title="First certificate to expire",
            description="Days until the first certificate of all probes over TLS expires. Clients then refuse to connect.",
            unit="suffix:days",
            no_value=NO_CERTIFICATE,
            decimals=0,
        ),
        Query(f"min({_DAYS})", "left"),
        least={"left": thresholds.CERTIFICATE},
    )


def probes_now() -> Panel:
    return table(
        About(
            id=PANEL_IDS["probes"],
            title="Every probe",
            description=(
                "Whether the last request of each probe got the right answer, its HTTP status (0: there was no answer), how long it took, and for "
                "how many days the certificate is valid. A dash: that probe has no such number."
            ),
            unit="none",
            no_value=NONE,
        ),
        Column("Probe", label="probe", width=220),
        Column("Right", f"min by (probe) ({_SUCCESS})", width=90, least=1),
        Column("Share in range", f"min by (probe) (avg_over_time({_SUCCESS}[$__range]))", unit="percentunit", decimals=1, width=130),
        Column("Status", highest("probe_http_status_code", *CHOSEN_PROBES, by=["probe"]), width=90),
        Column("Took", highest("probe_duration_seconds", *CHOSEN_PROBES, by=["probe"]), unit="s", width=110),
        Column("Days left", _DAYS, decimals=0, width=110, least=thresholds.CERTIFICATE),
        first="Right",
    )


def success() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["success"],
            title="Right answers by probe",
            description="1 while the last request of a probe got the right answer, 0 while it did not. A gap: nobody asked, as the exporter was away.",
            unit="none",
            no_value=NONE,
            maximum=1,
        ),
        Query(f"min by (probe) ({_SUCCESS})", "{{probe}}"),
    )


def duration() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["duration"],
            title="Duration by probe",
            description="How long each probe took, with name resolution. One that takes as long as its timeout has failed.",
            unit="s",
            no_value=NONE,
        ),
        Query(highest("probe_duration_seconds", *CHOSEN_PROBES, by=["probe"]), "{{probe}}"),
    )


def phases() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["phases"],
            title="Phases of canaries",
            description=(
                "Where the time of canaries goes, the mean of all chosen: `resolve` is DNS, `connect` and `tls` the way to the gateway, `processing` "
                "the router and the model, `transfer` the rest of the answer."
            ),
            unit="s",
            no_value=NO_CANARY,
        ),
        Query(f"avg by (phase) ({select('probe_http_duration_seconds', *CHOSEN_CANARIES)})", "{{phase}}"),
        stacked=True,
    )


def status() -> Panel:
    return timeseries(
        About(
            id=PANEL_IDS["status"],
            title="HTTP status by probe",
            description="Status of the last answer. 0: no answer; then look at name resolution, the connection and the certificate.",
            unit="none",
            no_value="no probe over HTTP",
        ),
        Query(highest("probe_http_status_code", *CHOSEN_PROBES, by=["probe"]), "{{probe}}"),
    )
