"""The dashboards that come with the library, as a stack ships them."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from msgspec.structs import replace

from semantic_router_observability import shipped
from semantic_router_observability.alerting.numbers import NUMBERS, UID
from semantic_router_observability.checks import one_of, unique
from semantic_router_observability.errors import ConfigError, Place, arg, inside, place
from semantic_router_observability.kubernetes.endpoint import Endpoint
from semantic_router_observability.spec import Record
from semantic_router_observability.yamltext import to_yaml

from . import dashboards as boards
from .log_links import with_log_links, with_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from semantic_router_observability.contract.options import ContractOptions
    from semantic_router_observability.rules.thresholds import Line

    from .model import Source

    _Loaded = tuple[list[boards.Dashboard], list[boards.DashboardConfigMap | boards.DashboardProvider]]


def router_boards(
    id: str,
    optional: Sequence[str],
    *,
    wanted: bool,
    recording_rules: bool,
    lines: Sequence[Line] = (),
    clusters: bool = False,
    runbooks: str | None = None,
    log_store: Source | None = None,
) -> list[boards.Dashboard]:
    """Make the router's own dashboards and the optional ones that are asked for, on recording rules or on what the router exports.

    `lines` are where the alerts of the data sources fire; panels draw their red lines there. `clusters` shows the filter on clusters. `runbooks`
    is where pages of alerts are published; panels of alerts link them. `log_store` is where the lines are that `logs` among `optional` shows;
    without one it is a Loki.
    """
    for name in optional:
        one_of(place(id, "optional_dashboards"), name, get_args(boards.OptionalDashboard))
    if not wanted:
        if optional:
            raise ConfigError(place(id, "optional_dashboards"), list(optional), f"{arg('router_dashboards')} is off; remove one of the two")
        return []
    pages = [page for page in shipped.SHIPPED if page.optional in {None, *optional}]
    adapted = partial(_adapted, lines=lines, runbooks=runbooks, clusters=clusters, logs="logs" in optional)
    log_pages = [_log_page(log_store)] if "logs" in optional else []
    if recording_rules:
        return [*(boards.Dashboard(file=page.file_name, model=adapted(shipped.text(page))) for page in pages), *log_pages]
    # Building them starts the SDK, which costs more than reading them does.
    from semantic_router_observability.dashboards import DASHBOARDS, raw_queries  # noqa: PLC0415

    with raw_queries():
        builders = {entry.file_name: entry.build for entry in DASHBOARDS}
        built = [boards.Dashboard.of(builders[page.file_name](), file=page.file_name) for page in pages]
    return [*(boards.Dashboard(file=board.file, model=adapted(board.model)) for board in built), *log_pages]


def lines_of(sources: Iterable[Endpoint]) -> list[Line]:
    """Red lines of the alerts of all sources."""
    return [line for source in sources for line in source.lines]


def log_store_of(sources: Sequence[Source]) -> Source | None:
    """Return the first data source that the dashboard about the routers' lines can ask."""
    return next((source for source in sources if source.kind in shipped.LOG_PAGES), None)


def _log_page(store: Source | None) -> boards.Dashboard:
    page = shipped.LOG_PAGES[store.kind if store else "loki"]
    text = shipped.text(page)
    return boards.Dashboard(file=page.file_name, model=with_store(text, store) if store else text)


def with_linked(optional: Sequence[str], shown: Iterable[str]) -> Sequence[str]:
    """Add the optional dashboards that have something to show to those that are asked for."""
    return list(dict.fromkeys([*optional, *shown]))


def _adapted(text: str, lines: Sequence[Line], runbooks: str | None, *, clusters: bool, logs: bool) -> str:
    text = with_lines(text, lines)
    text = with_clusters(text) if clusters else text
    text = with_log_links(text) if logs else text
    return with_runbooks(text, runbooks) if runbooks else text


def with_runbooks(text: str, base: str) -> str:
    """Link the panel of each alert to its runbook; other dashboards stay as they are."""
    model = json.loads(text)
    if model["uid"] != UID:
        return text
    names = {number: name for name, number in NUMBERS.items()}
    for panel in _panels(model["panels"]):
        if panel["id"] in names:
            link = {"title": "Runbook", "url": f"{base.rstrip('/')}/{names[panel['id']]}.md", "targetBlank": True}
            panel["links"] = [*panel.get("links", ()), link]
    return json.dumps(model)


def with_clusters(text: str) -> str:
    """Show the filter on clusters of a dashboard, which is hidden where samples come from one cluster and have no such label."""
    model = json.loads(text)
    for variable in model["templating"]["list"]:
        if variable["name"] == "cluster":
            del variable["hide"]
    return json.dumps(model)


def with_lines(text: str, lines: Sequence[Line]) -> str:
    """Move the red lines of a dashboard to where alerts fire; the first to fire, where several do. Without a change, the text itself."""
    places: dict[tuple[str, int], Line] = {}
    for line in sorted(lines, key=lambda line: line.value, reverse=True):
        places[line.uid, line.panel] = line
    moved = {place: line for place, line in places.items() if line.value != line.default or line.queries}
    # Reading a dashboard takes longer than finding that it is another one.
    if not any(f'"uid": "{uid}"' in text or f'"uid":"{uid}"' in text for uid in {uid for uid, _ in moved}):
        return text
    model = json.loads(text)
    for panel in _panels(model["panels"]):
        place = model["uid"], panel["id"]
        if place in moved:
            _move(panel, moved[place])
    return json.dumps(model)


def _move(panel: dict[str, Any], line: Line) -> None:
    for target in panel["targets"]:
        target["expr"] = line.queries.get(target["expr"], target["expr"])
    config = panel["fieldConfig"]
    columns = [
        found["value"] for override in config.get("overrides", ()) for found in override["properties"] if found["id"] == "thresholds"
    ]
    for thresholds in (config["defaults"].get("thresholds"), *columns):
        for step in thresholds["steps"] if thresholds else ():
            if step["value"] == line.default:
                step["value"] = line.value


def _panels(panels: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for panel in panels:
        yield panel
        yield from _panels(panel.get("panels", ()))


def pages_of(
    id: str,
    own: Sequence[boards.Dashboard],
    dashboards: Sequence[boards.DashboardSource],
    *,
    known: Sequence[Source],
    contract: ContractOptions,
    all_known: bool = True,
    features: Mapping[str, Sequence[str] | None] | None = None,
) -> _Loaded:
    """Dashboards to ship, the router's own first, and the volumes that hold others; what users bring is held to the contract.

    An existing Grafana may have more data sources than are `known`. `features` are those of each Prometheus, by uid and by name of its data source.
    """
    with inside(Place(id)):
        loaded, volumes = boards.load(dashboards, own)
        user_supplied = boards.fitted(
            loaded[len(own) :], known, all_known=all_known
        )  # the router's own are checked by this project's tests
    contract.check_dashboards(id, user_supplied)
    if user_supplied and features:
        from semantic_router_observability.contract.dashboard_features import check_dashboard_features  # noqa: PLC0415 - as the contract

        check_dashboard_features(id, user_supplied, features, known[0].uid)
    pages = [*own, *user_supplied]
    unique(place(id, "dashboards"), [boards.config_map_name(id, dashboard) for dashboard in pages], "dashboards")
    return pages, volumes


def features_of(known: Sequence[Source], components: Sequence[object]) -> dict[str, Sequence[str] | None]:
    """Features that each Prometheus is started with, by uid and by name of its data source."""
    by_uid = {component.data_source_uid: component.features for component in components if isinstance(component, Endpoint)}
    return {key: by_uid[source.uid] for source in known if source.uid in by_uid for key in (source.uid, source.name)}


class Pages(Record, frozen=True, kw_only=True):
    """Dashboards that a stack shows."""

    shipped: Sequence[boards.Dashboard]
    """Each has a ConfigMap; the router's own first."""
    volumes: Sequence[boards.DashboardConfigMap | boards.DashboardProvider]
    """These hold further ones."""
    lines: Sequence[Line]
    """Where the alerts of the sources fire."""
    id: str
    given: Sequence[boards.DashboardSource]
    """Those besides the router's own, as users gave them."""
    load: Callable[[Sequence[boards.Dashboard], Sequence[boards.DashboardSource]], _Loaded]
    """Reads and checks those that users give beside the router's own."""
    own: Callable[..., list[boards.Dashboard]]
    """Makes the router's own with these `lines`."""

    @classmethod
    def of(
        cls,
        id: str,
        own: Callable[..., list[boards.Dashboard]],
        lines: Sequence[Line],
        given: Sequence[boards.DashboardSource],
        *,
        known: Sequence[Source],
        contract: ContractOptions,
        features: Mapping[str, Sequence[str] | None],
    ) -> Pages:
        """Read and check the dashboards that users give, see `pages_of`."""
        load = partial(pages_of, id, known=known, contract=contract, features=features)
        shipped, volumes = load(own(lines=lines), given)
        return cls(id=id, shipped=shipped, volumes=volumes, lines=lines, given=given, load=load, own=own)

    def extended(self, further: Sequence[boards.DashboardSource]) -> Pages:
        """The same with these too, each after those that are there."""
        given = [*self.given, *further]
        shipped, volumes = self.load(self.own(lines=self.lines), given)
        return replace(self, shipped=shipped, volumes=volumes, given=given)

    def with_lines(self, lines: Sequence[Line]) -> Pages:
        """The same, with the router's own drawn to these lines."""
        own = self.own(lines=lines)
        return replace(self, shipped=[*own, *self.shipped[len(own) :]], lines=lines)

    def directories(self) -> list[boards.Directory]:
        """Directories in Grafana's pod, with their volumes and providers."""
        return boards.directories(self.id, self.shipped, self.volumes)

    def provisioning(self) -> str:
        """Provisioning file with the providers."""
        return to_yaml({"apiVersion": 1, "providers": [directory.provider for directory in self.directories()]})
