"""A real nginx, configured from the Ingress objects, Services and Secrets of a namespace as an ingress controller does."""

from __future__ import annotations

import base64
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from harness.cluster import object_path
from harness.pods import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from harness.credentials import Authority
    from harness.lab import Lab

ANNOTATION = "nginx.ingress.kubernetes.io/"

HEAD = """\
daemon off;
user root;
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  scgi_temp_path {directory}/scgi;
  uwsgi_temp_path {directory}/uwsgi;
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
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if program is None:
            pytest.skip("nginx is not installed; .ci/run installs it from the package nginx-light")
        self.lab, self.namespace, self.directory = lab, namespace, directory
        self.address = lab.network.address()
        directory.mkdir(parents=True)
        self._write("default", authority.issue("default.example.com"))
        (directory / "nginx.conf").write_text(self._configuration())
        self.process = lab.network.start(program, "-p", directory, "-c", directory / "nginx.conf", log=directory / "log")
        lab.cluster.wait(self._answers, "nginx to answer")

    def close(self) -> None:
        self.process.terminate()

    def _answers(self) -> bool:
        assert self.process.returncode is None, self.process.log()
        try:
            return self.lab.network.get(f"http://{self.address}/").status == 404
        except OSError:
            return False

    def _configuration(self) -> str:
        ingresses = self.lab.cluster.api(f"apis/networking.k8s.io/v1/namespaces/{self.namespace}/ingresses")["items"]
        assert ingresses, "there is no Ingress"
        hosts: dict[str, list[str]] = {}
        for ingress in ingresses:
            for rule in ingress["spec"]["rules"]:
                locations = hosts.setdefault(rule["host"], list(self._certificate(ingress, rule["host"])))
                for path in rule["http"]["paths"]:
                    locations += self._locations(ingress["metadata"].get("annotations", {}), path)
        servers = [
            f"  server {{\n    listen {self.address}:80;\n    listen {self.address}:443 ssl;\n    server_name {host};\n{''.join(lines)}  }}\n"
            for host, lines in hosts.items()
        ]
        return f"{HEAD.format(directory=self.directory, address=self.address)}{''.join(servers)}}}\n"

    def _certificate(self, ingress: Mapping[str, Any], host: str) -> Iterator[str]:
        (secret,) = [tls["secretName"] for tls in ingress["spec"]["tls"] if host in tls["hosts"]]
        self._write(host, self._secret(secret))
        yield f"    ssl_certificate {self.directory}/{host}.crt;\n    ssl_certificate_key {self.directory}/{host}.key;\n"

    def _locations(self, annotations: Mapping[str, str], path: Mapping[str, Any]) -> Iterator[str]:
        assert path["pathType"] == "Prefix", path
        service = path["backend"]["service"]
        said = {key.removeprefix(ANNOTATION): value for key, value in annotations.items() if key.startswith(ANNOTATION)}
        scheme = said.pop("backend-protocol", "HTTP").lower()
        body = f"proxy_pass {scheme}://{self._backend(service['name'], service['port']['name'])};"
        if secret := said.pop("proxy-ssl-secret", None):
            namespace, _, name = secret.partition("/")
            assert namespace == self.namespace
            file = self.directory / f"{name}.ca"
            file.write_text(self._secret(name)["ca.crt"])
            body += f" proxy_ssl_trusted_certificate {file};"
        for key in ("proxy-ssl-name", "proxy-ssl-server-name", "proxy-ssl-verify"):
            if key in said:
                body += f" {key.replace('-', '_')} {said.pop(key)};"
        assert not said, f"this controller does not know {sorted(said)}"
        root = path["path"].rstrip("/")
        if root:
            yield f"    location = {root} {{ {body} }}\n"
        yield f"    location {root}/ {{ {body} }}\n"

    def _backend(self, name: str, port: str) -> str:
        """Pods behind the Service, as an upstream would list them; tests here have one each."""
        service = self.lab.cluster.get("service", name, self.namespace)
        (target,) = [entry["targetPort"] for entry in service["spec"]["ports"] if entry["name"] == port]
        (address,) = self._ready(name)
        pods = self.lab.cluster.api(object_path("pod", self.namespace))["items"]
        (pod,) = [pod for pod in pods if pod["status"].get("podIP") == address]
        ports = [entry for container in pod["spec"]["containers"] for entry in container["ports"] if entry["name"] == target]
        return f"{address}:{ports[0]['containerPort']}"

    def _ready(self, service: str) -> Sequence[str]:
        self.lab.cluster.wait(lambda: endpoints(self.lab.cluster, self.namespace, service), f"endpoints of {service}")
        return endpoints(self.lab.cluster, self.namespace, service)

    def _secret(self, name: str) -> dict[str, str]:
        data = self.lab.cluster.get("secret", name, self.namespace)["data"]
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def _write(self, name: str, contents: Mapping[str, str]) -> None:
        (self.directory / f"{name}.crt").write_text(contents["tls.crt"])
        (self.directory / f"{name}.key").write_text(contents["tls.key"])
