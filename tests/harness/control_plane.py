"""etcd, kube-apiserver and kube-controller-manager inside the lab's network: by default, a cluster without nodes.

What a cluster checks and controls is real: admission with PodSecurity, RBAC, strict fields, tokens, and the controllers that make Pods,
EndpointSlices, bound claims and root certificates. Without nodes nothing runs the Pods: see `harness.container`. With nodes
(`harness.node`) there are the kube-scheduler, all controllers, and credentials for the nodes' programs.
"""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import time
from typing import TYPE_CHECKING

from harness.programs import program

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.network import Network
    from harness.process import Process

PORT = 6443

CONTROLLERS = (
    "clusterrole-aggregation-controller",  # fills the role `admin`
    "cronjob-controller",
    "daemonset-controller",
    "deployment-controller",
    "disruption-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "job-controller",
    "namespace-controller",
    "persistentvolume-binder-controller",
    "persistentvolume-expander-controller",
    "persistentvolume-protection-controller",
    "persistentvolumeclaim-protection-controller",
    "replicaset-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "statefulset-controller",
)
"""Those that act on nodes are left out: they would remove Pods whose node has no kubelet."""


_AUDIT = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "userGroups": ["system:serviceaccounts:kube-system"]},
        {"level": "Metadata", "userGroups": ["system:serviceaccounts"]},
        {"level": "None"},
    ],
}
"""Who asked for what, of pods only; bodies are left out."""


class ControlPlane:
    """Starts the three programs and waits until the API server answers and its controllers work."""

    def __init__(self, network: Network, directory: Path, *, nodes: Sequence[str] = ()) -> None:
        self.network = network
        self.directory = directory
        self.nodes = nodes
        self.url = f"https://{network.host}:{PORT}"
        self.token = secrets.token_hex(16)
        """Bearer token of a member of system:masters, who may impersonate anyone."""
        self.certificate = directory / "tls" / "apiserver.crt"
        """The API server signs its own certificate at its start; this file also vouches for it."""
        self.kubeconfig = directory / "kubeconfig"
        self.audit_log = directory / "audit.log"
        """What pods have asked for, a JSON object a line."""
        self._processes: list[Process] = []
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        directory, network = self.directory, self.network
        # All three before anything is started: a missing one skips the test.
        etcd, api_server, manager = map(program, ("etcd", "kube-apiserver", "kube-controller-manager"))
        scheduler = program("kube-scheduler") if self.nodes else None
        (directory / "tls").mkdir(parents=True)
        (directory / "service-account.key").write_text(_new_signing_key())
        (directory / "audit.yaml").write_text(json.dumps(_AUDIT))
        tokens = [f"{self.token},lab,lab,system:masters"]
        self.kubeconfig.write_text(json.dumps(self._kubeconfig(self.token)))
        for name, user, group in self._users():
            token = secrets.token_hex(16)
            tokens.append(f"{token},{user},{user},{group}")
            self.kubeconfig_of(name).write_text(json.dumps(self._kubeconfig(token)))
        (directory / "tokens.csv").write_text("\n".join(tokens))
        self._processes.append(
            network.start(
                etcd,
                f"--data-dir={directory / 'etcd'}",
                "--unsafe-no-fsync",
                "--listen-client-urls=http://127.0.0.1:2379",
                "--advertise-client-urls=http://127.0.0.1:2379",
                "--listen-peer-urls=http://127.0.0.1:2380",
                "--log-level=warn",
                log=directory / "etcd.log",
            )
        )
        self._processes.append(
            network.start(
                api_server,
                "--etcd-servers=http://127.0.0.1:2379",
                f"--advertise-address={network.host}",
                f"--secure-port={PORT}",
                f"--cert-dir={self.certificate.parent}",
                f"--token-auth-file={directory / 'tokens.csv'}",
                "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                "--allow-privileged=true",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-signing-key-file={directory / 'service-account.key'}",
                f"--service-account-key-file={directory / 'service-account.key'}",
                f"--endpoint-reconciler-type={'lease' if self.nodes else 'none'}",
                "--kubelet-preferred-address-types=InternalIP",
                f"--audit-policy-file={directory / 'audit.yaml'}",
                f"--audit-log-path={self.audit_log}",
                log=directory / "kube-apiserver.log",
            )
        )
        self._wait_until_ready()
        self._processes.append(
            network.start(
                manager,
                f"--kubeconfig={self.kubeconfig}",
                f"--root-ca-file={self.certificate}",
                f"--controllers={'*' if self.nodes else ','.join(CONTROLLERS)}",
                "--leader-elect=false",
                "--bind-address=127.0.0.1",
                f"--cert-dir={directory / 'manager-tls'}",
                # Controllers back off from a slow API; here they may ask as often as they like.
                "--kube-api-qps=500",
                "--kube-api-burst=1000",
                # A claim that was pending is looked at again after this, by default 15 s.
                "--pvclaimbinder-sync-period=500ms",
                log=directory / "kube-controller-manager.log",
            )
        )
        if scheduler:
            self._processes.append(
                network.start(
                    scheduler,
                    f"--kubeconfig={self.kubeconfig_of('scheduler')}",
                    "--leader-elect=false",
                    "--bind-address=127.0.0.1",
                    f"--cert-dir={directory / 'scheduler-tls'}",
                    log=directory / "kube-scheduler.log",
                )
            )

    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def _wait_until_ready(self, timeout: float = 60) -> None:
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            for process in self._processes:
                if process.returncode is not None:
                    raise RuntimeError(f"{process.log_file.name}: {process.log()[-2000:]}")
            try:
                if self.network.request("GET", f"{self.url}/readyz", tls=self.tls()).status == 200:
                    return
            except (OSError, ssl.SSLError):
                pass
            time.sleep(0.05)
        raise TimeoutError(f"kube-apiserver is not ready after {timeout} s: {self._processes[-1].log()[-2000:]}")

    def kubeconfig_of(self, name: str) -> Path:
        """Return the credentials of a node's program, or of the scheduler."""
        return self.directory / f"{name}.kubeconfig"

    def _users(self) -> list[tuple[str, str, str]]:
        """List the users that nodes need, by the name of their kubeconfig, with their group."""
        if not self.nodes:
            return []
        return [
            ("scheduler", "system:kube-scheduler", ""),
            ("proxy", "system:kube-proxy", ""),
            ("policies", "policies", "system:masters"),
            *((f"kubelet-{node}", f"system:node:{node}", "system:nodes") for node in self.nodes),
        ]

    def _kubeconfig(self, token: str) -> dict[str, object]:
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "lab",
            "clusters": [{"name": "lab", "cluster": {"server": self.url, "certificate-authority": str(self.certificate)}}],
            "users": [{"name": "lab", "user": {"token": token}}],
            "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "lab"}}],
        }

    def close(self) -> None:
        # Nothing is worth saving: no orderly shutdown.
        for process in reversed(self._processes):
            process.kill()


def _new_signing_key() -> str:
    """Make a P-256 private key in PEM, for signing tokens.

    RFC 5915 lets a key be its secret number and the name of its curve; a reader computes the public half.
    """
    secret = (secrets.randbelow(2**255) + 1).to_bytes(32, "big")  # below the order of the curve, which is just under 2**256
    curve = bytes.fromhex("a00a06082a8648ce3d030107")  # [0] OBJECT IDENTIFIER prime256v1
    body = b"\x02\x01\x01" + b"\x04\x20" + secret + curve  # version 1, the secret number, the curve
    encoded = base64.encodebytes(bytes([0x30, len(body)]) + body).decode()
    return f"-----BEGIN EC PRIVATE KEY-----\n{encoded}-----END EC PRIVATE KEY-----\n"
