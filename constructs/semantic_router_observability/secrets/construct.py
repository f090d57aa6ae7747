"""`Secrets`: declares where the Secrets of the stacks come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdk8s import JsonPatch
from constructs import Construct

from semantic_router_observability.checks import listed, service_name
from semantic_router_observability.errors import ConfigError, Path, form, place
from semantic_router_observability.kubernetes.components import components_of
from semantic_router_observability.kubernetes.labels import labels
from semantic_router_observability.kubernetes.manifest import Manifest, find
from semantic_router_observability.kubernetes.pods import volume_name

from .external import ExternalSecrets
from .needs import Need, needs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdk8s import ApiObject

    from semantic_router_observability.kubernetes.secrets import HasSecrets

    from . import Provider


class Secrets(Construct):
    """Where the Secrets come from that stacks read. Those of which no provider says anything have to exist.

    The stacks are declared as ever, by Secret and key; what changes is only who fills the Secret, or, with the CSI driver, the volume.

    Usage:
        Secrets(
            chart,
            "secrets",
            of=[prometheus, grafana],
            providers=[ExternalSecrets(store=SecretStore(name="vault"), entries={"remote-write": "observability/remote-write"})],
        )

    Args:
        scope: Chart, or a construct in one.
        id: Label of everything made here; the objects are named after the Secrets.
        of: Stacks and whatever else reads Secrets.
        providers: `ExternalSecrets`, `CsiSecrets` or `EncryptedFile`; each Secret may have one. Of an EncryptedFile only the content is
            checked here: `main.py` copies it into the output folder, in a chart of your own `EncryptedFile.write` does.

    Raises:
        ConfigError: a provider brings a Secret or a key that nothing reads, leaves a key out, or two bring the same Secret.

    """

    def __init__(self, scope: Construct, id: str, *, of: Sequence[HasSecrets], providers: Sequence[Provider]) -> None:
        service_name(place("Secrets", "id"), id, limit=63)
        listed(place(id, "providers"), providers)
        needed = needs(of)
        provided = [(provider, _provided(place(id, "providers", index), provider, needed)) for index, provider in enumerate(providers)]
        _check_once(id, provided)
        super().__init__(scope, id)

        owned = labels("secrets", id, "secrets")
        taken = {(need.namespace, need.name) for _, some in provided for need in some}
        self.left: Sequence[str] = [need.name for need in needed if (need.namespace, need.name) not in taken and need.made_by is None]
        """Names of the Secrets that no provider brings: they have to exist."""
        self.objects: Sequence[Manifest] = [
            Manifest(
                self,
                f"{need.namespace}.{need.name}",
                api_version=made.api_version,
                kind=made.kind,
                name=need.name,
                namespace=need.namespace,
                labels=owned,
                spec=made.spec,
            )
            for provider, some in provided
            for need in some
            for made in provider.objects(need)
        ]
        """An ExternalSecret or SecretProviderClass for each Secret; encrypted files are written by themselves."""
        self._id, self._of = id, list(of)
        self._known = {(need.namespace, need.name, key) for need in needed for key in need.keys}
        """What was read when the providers were checked: namespace, Secret and key."""
        components_of(scope).watch(self)
        for provider, some in provided:
            for need in some:
                if volume := provider.volume(need):
                    _mount(place(id, "providers"), scope, need, volume)

    def learn(self, component: object) -> None:
        """Nothing to do: it serves the constructs that it was given."""

    def update(self) -> None:
        """Refuse what a construct reads since it was made: whether a provider has it was not checked.

        Raises:
            ConfigError: there is a Secret, or a key of one, that was not read before.

        """
        for need in needs(self._of):
            for key in need.keys:
                if (need.namespace, need.name, key) not in self._known:
                    expected = (
                        "is read by what was added after Secrets were declared; give it when the stack is made, or add it before Secrets"
                    )
                    raise ConfigError(place(self._id, "of"), f"{need.name}, key {key}", expected)


def _provided(where: Path, provider: Provider, needed: Sequence[Need]) -> list[Need]:
    """The needs that a provider serves, each checked."""
    try:
        return [need for name in provider.names for need in _matching(provider, name, needed)]
    except ConfigError as error:
        raise error.within(*where) from error


def _matching(provider: Provider, name: str, needed: Sequence[Need]) -> list[Need]:
    matching = [need for need in needed if need.name == name]
    if not matching:
        read = ", ".join(dict.fromkeys(need.name for need in needed)) or "none"
        raise ConfigError((), name, f"nothing reads this Secret; remove it, or write one of {read}")
    # The same name may be read in another namespace too; a file is encrypted for one.
    matching = [need for need in matching if provider.serves(need)] or matching
    for need in matching:
        if need.made_by:
            raise ConfigError((), name, f"{need.made_by} makes this Secret; remove it here")
        provider.check(need)
    return matching


def _check_once(id: str, provided: Sequence[tuple[Provider, Sequence[Need]]]) -> None:
    seen: set[tuple[str, str]] = set()
    for _, some in provided:
        for need in some:
            if (need.namespace, need.name) in seen:
                raise ConfigError(place(id, "providers"), need.name, "two providers bring this Secret; keep one")
            seen.add((need.namespace, need.name))


def _mount(where: Path, scope: Construct, need: Need, replacement: dict[str, Any]) -> None:
    """Put the provider's volume in place of the Secret's; where there is none, add one: the driver keeps a Secret only for pods that mount it."""
    for reader in dict.fromkeys(use.reader for use in need.uses):
        workload = find(scope, need.namespace, reader, "StatefulSet", "Deployment", "DaemonSet")
        if workload is None:
            raise ConfigError(
                where,
                need.name,
                f"{reader}, which reads this Secret, is not a workload of this app with volumes; use {form(ExternalSecrets)}",
            )
        _replace_volume(workload, need.name, replacement)


def _replace_volume(workload: ApiObject, secret: str, replacement: dict[str, Any]) -> None:
    pod = workload.to_json()["spec"]["template"]["spec"]
    name = volume_name("secret", secret)
    path = "/spec/template/spec"
    for index, volume in enumerate(pod["volumes"]):
        if volume["name"] == name:
            workload.add_json_patch(JsonPatch.replace(f"{path}/volumes/{index}", {"name": name} | replacement))
            return
    workload.add_json_patch(
        JsonPatch.add(f"{path}/volumes/-", {"name": name} | replacement),
        JsonPatch.add(f"{path}/containers/0/volumeMounts/-", {"name": name, "mountPath": f"/mnt/secrets-store/{secret}", "readOnly": True}),
    )
