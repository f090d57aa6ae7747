"""A real nginx, configured from the Ingress objects, Services and Secrets of a namespace as an ingress controller does."""

from __future__ import annotations

import base64
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from harness.cluster import object_path
from harness.pods import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.cluster import Cluster
    from harness.credentials import Authority
    from harness.lab import Lab

ANNOTATION = "nginx.ingress.kubernetes.io/"

HEAD = """\
daemon off;
user root;
worker_processes 1;
pid {state}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {state}/body;
  proxy_temp_path {state}/proxy;
  fastcgi_temp_path {state}/fastcgi;
  scgi_temp_path {state}/scgi;
  uwsgi_temp_path {state}/uwsgi;
  proxy_http_version 1.1;
  proxy_redirect off;
  proxy_set_header Host $http_host;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Port $server_port;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Scheme $scheme;
  server {{
    listen {address}:80 default_server;
    listen {address}:443 ssl default_server;
    ssl_certificate {directory}/default.crt;
    ssl_certificate_key {directory}/default.key;
    return 404;
  }}
"""


class IngressController:
    """nginx on ports 80 and 443 of an address of the lab, for one namespace; knows what was there when it started."""

    def __init__(self, lab: Lab, namespace: str, directory: Path, authority: Authority) -> None:
        nginx = executable()
        self.lab = lab
        self.address = lab.network.address()
        directory.mkdir(parents=True)
        made = Configuration(lab.cluster, namespace, authority, address=self.address, directory=str(directory), state=str(directory))
        for name, content in made.files.items():
            (directory / name).write_text(content)
        self.process = lab.network.start(nginx, "-p", directory, "-c", directory / "nginx.conf", log=directory / "log")
        lab.cluster.wait(self._answers, "nginx to answer")

    def close(self) -> None:
        self.process.terminate()

    def _answers(self) -> bool:
        assert self.process.returncode is None, self.process.log()
        try:
            return self.lab.network.get(f"http://{self.address}/").status == 404
        except OSError:
            return False


class Configuration:
    """What an ingress controller makes of a namespace: `files`, by their names in `directory`, from where nginx reads them; it writes to `state`.

    Pods behind a Service are listed as an upstream would list them; tests have one each.
    """

    def __init__(self, cluster: Cluster, namespace: str, authority: Authority, *, address: str, directory: str, state: str) -> None:
        self.files: dict[str, str] = {}
        self._cluster, self._namespace = cluster, namespace
        self._address, self._directory, self._state = address, directory, state
        self._add_certificate("default", authority.issue("default.example.com"))
        self.files["nginx.conf"] = self._text()

    def _text(self) -> str:
        ingresses = self._cluster.api(f"apis/networking.k8s.io/v1/namespaces/{self._namespace}/ingresses")["items"]
        assert ingresses, "there is no Ingress"
        hosts: dict[str, list[str]] = {}
        for ingress in ingresses:
            for rule in ingress["spec"]["rules"]:
                locations = hosts.setdefault(rule["host"], list(self._certificate(ingress, rule["host"])))
                for path in rule["http"]["paths"]:
                    locations += self._locations(ingress["metadata"].get("annotations", {}), path)
        listen = f"    listen {self._address}:80;\n    listen {self._address}:443 ssl;\n"
        servers = [f"  server {{\n{listen}    server_name {host};\n{''.join(lines)}  }}\n" for host, lines in hosts.items()]
        return f"{HEAD.format(directory=self._directory, state=self._state, address=self._address)}{''.join(servers)}}}\n"

    def _certificate(self, ingress: Mapping[str, Any], host: str) -> Iterator[str]:
        (secret,) = [tls["secretName"] for tls in ingress["spec"]["tls"] if host in tls["hosts"]]
        self._add_certificate(host, self._secret(secret))
        yield f"    ssl_certificate {self._directory}/{host}.crt;\n    ssl_certificate_key {self._directory}/{host}.key;\n"

    def _locations(self, annotations: Mapping[str, str], path: Mapping[str, Any]) -> Iterator[str]:
        assert path["pathType"] == "Prefix", path
        service = path["backend"]["service"]
        said = {key.removeprefix(ANNOTATION): value for key, value in annotations.items() if key.startswith(ANNOTATION)}
        scheme = said.pop("backend-protocol", "HTTP").lower()
        body = f"proxy_pass {scheme}://{self._backend(service['name'], service['port']['name'])};"
        if secret := said.pop("proxy-ssl-secret", None):
            namespace, _, name = secret.partition("/")
            assert namespace == self._namespace
            self.files[f"{name}.ca"] = self._secret(name)["ca.crt"]
            body += f" proxy_ssl_trusted_certificate {self._directory}/{name}.ca;"
        for key in ("proxy-ssl-name", "proxy-ssl-server-name", "proxy-ssl-verify"):
            if key in said:
                body += f" {key.replace('-', '_')} {said.pop(key)};"
        assert not said, f"this controller does not know {sorted(said)}"
        root = path["path"].rstrip("/")
        if root:
            yield f"    location = {root} {{ {body} }}\n"
        yield f"    location {root}/ {{ {body} }}\n"

    def _backend(self, name: str, port: str) -> str:
        service = self._cluster.get("service", name, self._namespace)
        (target,) = [entry["targetPort"] for entry in service["spec"]["ports"] if entry["name"] == port]
        self._cluster.wait(lambda: endpoints(self._cluster, self._namespace, name), f"endpoints of {name}")
        (address,) = endpoints(self._cluster, self._namespace, name)
        pods = self._cluster.api(object_path("pod", self._namespace))["items"]
        (pod,) = [pod for pod in pods if pod["status"].get("podIP") == address]
        ports = [entry for container in pod["spec"]["containers"] for entry in container["ports"] if entry["name"] == target]
        return f"{address}:{ports[0]['containerPort']}"

    def _secret(self, name: str) -> dict[str, str]:
        data = self._cluster.get("secret", name, self._namespace)["data"]
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def _add_certificate(self, name: str, contents: Mapping[str, str]) -> None:
        self.files[f"{name}.crt"] = contents["tls.crt"]
        self.files[f"{name}.key"] = contents["tls.key"]


def executable() -> str:
    """Find nginx; skips the test where there is none."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        pytest.skip("nginx is not installed; .ci/run installs it from the package nginx-light")
    return found
