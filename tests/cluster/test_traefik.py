"""What Traefik's own code makes of the objects that expose something: Ingresses, and Gateway API, of which it writes the status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

import semantic_router_observability as sro
from backends import backend
from harness.credentials import Authority
from harness.traefik import CONTROLLER, Traefik
from manifests import new_chart, objects_of

if TYPE_CHECKING:
    from pathlib import Path

    from harness.cluster import Cluster
    from harness.lab import Lab
    from manifests import Object
    from semantic_router_observability.exposure.forms import Via

pytestmark = pytest.mark.cluster

SERVING = sro.ServingTls(secret="serving", ca_config_map="authority")
GATEWAYS = "apis/gateway.networking.k8s.io/v1"


class Site:
    """Two user interfaces on one host in a namespace; `a` speaks https itself."""

    def __init__(self, lab: Lab, namespace: str, directory: Path) -> None:
        self.cluster: Cluster = lab.cluster
        self.namespace = namespace
        self.host = f"{namespace}.example.com"
        self.addresses = {name: lab.network.address() for name in "ab"}
        self.authority = Authority(directory, "inside")
        inside = self.authority.issue(f"a.{namespace}.svc")
        self.put("Secret", "serving", type="kubernetes.io/tls", stringData=inside)
        self.put("ConfigMap", "authority", data={"ca.crt": inside["ca.crt"]})
        self.put("Secret", "a-tls", type="kubernetes.io/tls", stringData=Authority(directory, "public").issue(self.host))
        for name, address in self.addresses.items():
            port = {"name": "http", "port": 8080, "protocol": "TCP"}
            endpoint = {"addresses": [address], "conditions": {"ready": True}}
            self.put(
                "EndpointSlice",
                name,
                version="discovery.k8s.io/v1",
                labels={"kubernetes.io/service-name": name},
                addressType="IPv4",
                endpoints=[endpoint],
                ports=[port],
            )

    def put(self, kind: str, name: str, *, version: str = "v1", labels: dict[str, str] | None = None, **fields: Any) -> None:
        """Create an object of the namespace."""
        metadata = {"name": name, "namespace": self.namespace, "labels": labels or {}}
        self.cluster.apply(yaml.safe_dump({"apiVersion": version, "kind": kind, "metadata": metadata, **fields})).check()

    def expose(self, via: Via, *, scheme: str = "https", **arguments: Any) -> None:
        """Apply the user interfaces' Services, and what exposes them."""
        self.cluster.apply(yaml.safe_dump_all(self.objects(via, scheme, arguments))).check()

    def objects(self, via: Via, scheme: str, arguments: dict[str, Any]) -> list[Object]:
        chart = new_chart(self.namespace)
        ports = [{"name": "http", "port": 80, "targetPort": 8080}]
        first = backend(chart, "a", external_url=f"{scheme}://{self.host}/a", ports=ports, tls=SERVING)
        second = backend(chart, "b", external_url=f"{scheme}://{self.host}/b", ports=ports)
        sro.ObservabilityIngress(chart, "web", backends=[first, second], via=via, **arguments)
        return objects_of(chart)

    def routes(self, traefik: Traefik, count: int) -> dict[str, list[dict[str, Any]]]:
        """Routes of this host by the path they are for, once there are as many; each with its service and middlewares in full."""

        def found() -> dict[str, list[dict[str, Any]]] | None:
            configuration = traefik.configuration()
            here = [router for router in configuration["routers"].values() if self.host in router["rule"]]
            by_path: dict[str, list[dict[str, Any]]] = {}
            for router in here:
                path = next((name for name in ("/a", "/b") if f'"{name}"' in router["rule"]), "/")
                full = {
                    **router,
                    "service": _balancer(configuration["services"], router["service"]),
                    "middlewares": [configuration["middlewares"][name.partition("@")[0]] for name in router.get("middlewares") or []],
                    "transports": configuration["serversTransports"],
                }
                by_path.setdefault(path, []).append(full)
            return by_path if len(here) == count and all(_complete(route) for routes in by_path.values() for route in routes) else None

        return self.cluster.wait(found, lambda: f"{count} routes in {traefik.configuration()}", 20)


def _balancer(services: dict[str, Any], name: str) -> dict[str, Any]:
    """What a route's service comes down to: a weighted one of a single member is that member, one of none leads nowhere."""
    service = services.get(name.partition("@")[0], {})
    while members := service.get("weighted", {}).get("services"):
        (member,) = members
        service = services.get(member["name"].partition("@")[0], {})
    return dict(service.get("loadBalancer", {}))


def _complete(route: dict[str, Any]) -> bool:
    """Whether it knows where to go, to a server or, as a redirect, back, and how to check who answers."""
    transport = route["service"].get("serversTransport", "").partition("@")[0]
    return bool(route["service"].get("servers") or route["middlewares"]) and (not transport or transport in route["transports"])


@pytest.fixture
def ingress_class(lab: Lab) -> None:
    """What Traefik's Helm chart installs."""
    spec = {"controller": "traefik.io/ingress-controller"}
    made = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "traefik"}, "spec": spec}
    lab.cluster.apply(yaml.safe_dump(made)).check()


@pytest.fixture
def site(lab: Lab, namespace: str, tmp_path: Path) -> Site:
    """Two user interfaces."""
    return Site(lab, namespace, tmp_path)


@pytest.mark.usefixtures("ingress_class")
def test_an_ingress_is_served_by_https_only_and_checks_who_answers(lab: Lab, site: Site, tmp_path: Path) -> None:
    with Traefik(lab, "ingress", tmp_path / "traefik.log") as traefik:
        site.expose(sro.Traefik())
        routes = site.routes(traefik, 2)
        for path in ("/a", "/b"):
            (route,) = routes[path]
            assert route["entryPoints"] == ["websecure"]
            assert route["tls"] == {}
        (first,), (second,) = routes["/a"], routes["/b"]
        assert second["service"]["servers"] == [{"url": f"http://{site.addresses['b']}:8080"}]
        assert first["service"]["servers"] == [{"url": f"https://{site.addresses['a']}:8080"}]
        assert first["service"]["serversTransport"] == f"{site.namespace}-a@kubernetescrd"
        transport = first["transports"][f"{site.namespace}-a"]
        assert transport["serverName"] == f"a.{site.namespace}.svc"
        assert transport["rootCAs"] == [site.authority.certificate.read_text()]


@pytest.mark.usefixtures("ingress_class")
def test_plain_http_is_served_by_the_other_entry_point(lab: Lab, site: Site, tmp_path: Path) -> None:
    with Traefik(lab, "ingress", tmp_path / "traefik.log") as traefik:
        site.expose(sro.Traefik(), tls=sro.TerminatedElsewhere())
        for (route,) in site.routes(traefik, 2).values():
            assert route["entryPoints"] == ["web"]
            assert "tls" not in route


def conditions(owner: dict[str, Any]) -> dict[str, str]:
    """Conditions by name."""
    return {condition["type"]: condition["status"] for condition in owner["conditions"]}


def gateway_class(site: Site) -> str:
    """A class that Traefik serves."""
    name = "traefik"
    made = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": name}}
    site.cluster.apply(yaml.safe_dump({**made, "spec": {"controllerName": CONTROLLER}})).check()
    return name


def accepted(site: Site, kind: str, name: str) -> dict[str, str]:
    """Conditions of a route or policy, as its Gateway's controller says."""
    path = f"{GATEWAYS}/namespaces/{site.namespace}/{kind}/{name}"
    owners = "parents" if kind == "httproutes" else "ancestors"

    def found() -> dict[str, str] | None:
        said = site.cluster.api(path).get("status", {}).get(owners)
        return conditions(said[0]) if said else None

    return site.cluster.wait(found, f"a word on {kind} {name}", 20)


@pytest.mark.parametrize("shared_secret", [False, True], ids=["own Secret", "Secret of another namespace"])
def test_a_gateway_of_our_own_is_programmed(lab: Lab, site: Site, tmp_path: Path, shared_secret: bool) -> None:
    tls = None
    other = f"{site.namespace}-certificates"
    if shared_secret:
        site.cluster.create_namespace(other)
        there = Site(lab, other, tmp_path / "other")
        tls = sro.TlsSecret(name="a-tls", namespace=there.namespace)
        site.cluster.kubectl("delete", "secret", "a-tls", "--namespace", site.namespace).check()
    with Traefik(lab, "gateway", tmp_path / "traefik.log") as traefik:
        site.expose(sro.OwnGateway(class_name=gateway_class(site)), tls=tls)
        check_routes(site, site.routes(traefik, 3))
        assert resolved(site) == {"http": "True", site.host: "True"}
        if shared_secret:
            site.cluster.kubectl("delete", "referencegrant", "--all", "--namespace", other).check()
            site.cluster.wait(lambda: resolved(site) == {"http": "True", site.host: "False"}, "the Secret to be out of reach")
            site.cluster.request("DELETE", f"api/v1/namespaces/{other}")


def resolved(site: Site) -> dict[str, str]:
    """Which listeners of the Gateway have what they name."""
    listeners = site.cluster.api(f"{GATEWAYS}/namespaces/{site.namespace}/gateways/web")["status"]["listeners"]
    return {listener["name"]: conditions(listener)["ResolvedRefs"] for listener in listeners}


def test_routes_are_attached_to_a_gateway_of_another_namespace(lab: Lab, site: Site, tmp_path: Path) -> None:
    platform = Site(lab, site.cluster.create_namespace(f"{site.namespace}-gateways"), tmp_path / "platform")
    everybody = {"namespaces": {"from": "All"}}
    certificate = {"mode": "Terminate", "certificateRefs": [{"name": "a-tls"}]}
    listeners = [
        {"name": "http", "port": 80, "protocol": "HTTP", "allowedRoutes": everybody},
        {"name": "https", "port": 443, "protocol": "HTTPS", "tls": certificate, "allowedRoutes": everybody},
    ]
    with Traefik(lab, "gateway", tmp_path / "traefik.log") as traefik:
        spec = {"gatewayClassName": gateway_class(site), "listeners": listeners}
        platform.put("Gateway", "public", version="gateway.networking.k8s.io/v1", spec=spec)
        site.expose(sro.Gateway(name="public", namespace=platform.namespace, section_name="https", redirect_from="http"))
        check_routes(site, site.routes(traefik, 3))
    site.cluster.request("DELETE", f"api/v1/namespaces/{platform.namespace}")


def check_routes(site: Site, routes: dict[str, list[dict[str, Any]]]) -> None:
    """Both are served by https alone, the one that speaks https is checked, and http is redirected."""
    for name, scheme in (("a", "https"), ("b", "http")):
        (route,) = routes[f"/{name}"]
        assert route["entryPoints"] == ["websecure"]
        assert "tls" in route
        assert [server["url"] for server in route["service"]["servers"]] == [f"{scheme}://{site.addresses[name]}:8080"]
        assert accepted(site, "httproutes", f"web-{name}") == {"Accepted": "True", "ResolvedRefs": "True"}
    (first,) = routes["/a"]
    transport = first["transports"][first["service"]["serversTransport"].partition("@")[0]]
    assert transport["serverName"] == f"a.{site.namespace}.svc"
    assert transport["rootCAs"] == [site.authority.certificate.read_text()]
    assert accepted(site, "backendtlspolicies", "web-a")["Accepted"] == "True"
    (redirect,) = routes["/"]
    assert redirect["entryPoints"] == ["web"]
    assert "tls" not in redirect
    (middleware,) = redirect["middlewares"]
    (turn,) = middleware.values()
    assert (turn["scheme"], turn["statusCode"]) == ("https", 301)
    assert accepted(site, "httproutes", "web-to-https")["Accepted"] == "True"
