"""The components of an app: so that network policies know those of other charts, and those that are made after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from .manifest import root_of

if TYPE_CHECKING:
    from constructs import IConstruct

    from .traffic import HasTraffic


class Watcher(Protocol):
    """A construct that has to know of all components, whenever they are made."""

    def learn(self, component: HasTraffic) -> None:
        """Take note of a component that was made later."""
        ...

    def update(self) -> None:
        """Take note that a component connects to more, or reads more, than when it was made."""
        ...


class Components:
    """Components of one app, in the order in which they were made."""

    def __init__(self) -> None:
        self.made: list[HasTraffic] = []
        self.rule_files: dict[str, str] = {}
        """Rule files that the app writes beside its objects, for a storage outside the cluster, by name."""
        self._watchers: list[Watcher] = []

    def announce(self, component: HasTraffic) -> None:
        """Make a component known to all that watch."""
        self.made.append(component)
        for watcher in self._watchers:
            watcher.learn(component)

    def update(self) -> None:
        """Have all that watch look at the components again."""
        for watcher in self._watchers:
            watcher.update()

    def watch(self, watcher: Watcher) -> None:
        """Tell `watcher` of every component that is made from now on."""
        self._watchers.append(watcher)


_apps: WeakKeyDictionary[IConstruct, Components] = WeakKeyDictionary()


def components_of(scope: IConstruct) -> Components:
    """Those of the app around `scope`."""
    return _apps.setdefault(root_of(scope), Components())
