"""The commands of the documentation, run page by page as they stand there, on a real API server."""

from __future__ import annotations

import json
import re
import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import yaml
from main import build

from cluster.support import objects
from documentation import PAGES, ROOT, snippets_of
from harness import crds
from harness.cluster import ApiError, object_path
from harness.pods import finish_terminating, run_pod
from harness.programs import program
from semantic_router_observability.app import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from documentation import Snippet
    from harness.lab import Lab
    from harness.network import Result

pytestmark = pytest.mark.cluster

NAMESPACE = "vllm-semantic-router-system"
NEED_A_NODE = (" top pods ", "port-forward", " exec ", " logs ")
"""Commands that ask the kubelet, of which the lab has none; their options and objects are checked in tests/unit/test_docs.py."""
WITH_COMMANDS = [page for page in PAGES if any(snippet.language == "bash" and "kubectl" in snippet.text for snippet in snippets_of(page))]
OF_THEIR_OWN = {"README.md", "migrate-from-kustomize.md", "backup.md", "high-availability.md", "long-history.md", "BackupOverdue.md"}
"""Pages that ask for more than the settings they show: the objects of their example, a bucket, or tests of their own."""
RUNBOOKS = [page for page in WITH_COMMANDS if page.parent.name == "runbooks" and page.name not in OF_THEIR_OWN]
OTHERS = [page for page in WITH_COMMANDS if page.name not in OF_THEIR_OWN and page.parent.name != "runbooks"]

PRELUDE = """\
set -eu
make() { :; }  # the test synthesizes before the block runs
curl() { :; }  # asks what port-forward opened
openssl() { case "$*" in s_client*|"x509 -noout"*) :;; *) command openssl "$@";; esac; }  # asks a server of the user's
kubectl() { command kubectl "$@" || { code=$?; [ "$1 $code" = "diff 1" ]; }; }  # 1 says that there are differences
grep() { command grep "$@" || [ $? = 1 ]; }  # what it looks for may not be there
"""


class Reader:
    """A reader who follows a page from top to bottom, in a namespace of the test's."""

    def __init__(self, lab: Lab, folder: Path, namespace: str) -> None:
        self.lab, self.folder, self.namespace = lab, folder, namespace
        self.made = [namespace, f"{namespace}-monitoring"]
        (folder / "bin").mkdir()
        (folder / "bin" / "kubectl").symlink_to(program("kubectl"))
        # Its commands ask routers through port-forward; tests/unit runs them.
        sro = folder / ".venv" / "bin" / "sro"
        sro.parent.mkdir(parents=True)
        sro.write_text("#!/bin/sh\n")
        sro.chmod(0o755)
        shutil.copy(ROOT / "kustomization.yaml", folder)
        tls = lab.cluster.control_plane.certificate
        shutil.copy(tls, folder / "tls.crt")
        shutil.copy(tls, folder / "ca.crt")
        shutil.copy(tls.with_suffix(".key"), folder / "tls.key")
        for name in ("username", "password", "secret-key", "slack-url", "pagerduty-key", "heartbeat-url", "client-secret"):
            (folder / name).write_text("from a file")
        (folder / "config.json").write_text('{"auths": {}}')
        shutil.copytree(ROOT / "examples" / "logs", folder / "examples" / "logs")
        shutil.copytree(ROOT / "dashboards", folder / "team-dashboards")
        # One of the two that are about logs, each for a store of its own.
        (folder / "team-dashboards" / "router-logs-victorialogs.json").unlink()
        for file in (folder / "team-dashboards").glob("*.json"):
            model = json.loads(file.read_text())
            file.with_name(f"team-{file.name}").write_text(json.dumps({**model, "uid": f"team-{model['uid']}"}))
            file.unlink()
        self.settings = ""
        self.synthesize()

    def translate(self, text: str) -> str:
        """Put the test's namespaces and storage class in place of those of the page."""
        text = re.sub(r"storageClass: .*", "storageClass: lab", text.replace(NAMESPACE, self.namespace))
        return re.sub(r"\bmonitoring\b", f"{self.namespace}-monitoring", text)

    def synthesize(self) -> None:
        settings = yaml.safe_load(self.settings) or {}
        (self.folder / "observability.yaml").write_text(yaml.safe_dump({"namespace": self.namespace, **settings}))
        config, output = self.folder / "observability.yaml", self.folder / "dist"
        assert run(build, arguments=["--config", str(config), "--output", str(output)]) == 0

    def follow(self, snippet: Snippet) -> None:
        if snippet.not_run:
            return
        if snippet.is_settings and not snippet.is_refused:
            self.settings = self.translate(snippet.text)
        if "collector-daemonset" in snippet.text:
            self.made.append("logging")
        if snippet.language == "bash" and "kubectl" in snippet.text:
            if "make dist" in snippet.text:
                self.synthesize()
                self.make_scraped_namespaces()
            self.run(self.translate(commands_without_a_node(snippet.text))).check()

    def run(self, script: str) -> Result:
        environment = {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "KUBECONFIG": str(self.lab.cluster.control_plane.kubeconfig),
        }
        return self.lab.network.run("bash", "-c", f"cd '{self.folder}'\n{PRELUDE}{script}", env=environment, timeout=90)

    def make_scraped_namespaces(self) -> None:
        """Make the namespaces in which the stack puts Roles: those of the routers and engines it scrapes."""
        for item in objects(self.folder / "dist"):
            namespace = item["metadata"]["namespace"]
            if (
                item["kind"] == "Role"
                and namespace != f"{self.namespace}-monitoring"
                and not self.run(f"kubectl get namespace {namespace}").ok
            ):
                self.run(f"kubectl create namespace {namespace}").check()
                self.made.append(namespace)


def commands_without_a_node(text: str) -> str:
    """Leave out what needs a kubelet; a command may span lines."""
    commands = re.split(r"(?<!\\)(?<!\|)\n", text)
    return "\n".join(command for command in commands if not any(word in f"{command} " for word in NEED_A_NODE))


@contextmanager
def node(lab: Lab, namespace: str) -> Iterator[None]:
    """Play node and storage in the background: run Pods, bind claims, let go of what is deleted."""
    done = threading.Event()
    troubles: list[BaseException] = []

    def tend() -> None:
        while not done.wait(0.1):
            try:
                _tend(lab, namespace)
            except ApiError as error:
                if error.status not in {404, 409}:  # gone or changed in between: the next round sees what is there
                    troubles.append(error)

    worker = threading.Thread(target=tend)
    worker.start()
    try:
        yield
    finally:
        done.set()
        worker.join()
    assert not troubles, troubles


def _tend(lab: Lab, namespace: str) -> None:
    cluster = lab.cluster
    finish_terminating(cluster, namespace)
    for claim in cluster.api(object_path("persistentvolumeclaim", namespace))["items"]:
        if claim["status"]["phase"] == "Pending":
            cluster.bind_claim(namespace, claim["metadata"]["name"])
    for pod in cluster.api(object_path("pod", namespace))["items"]:
        if pod["status"]["phase"] == "Pending" and "deletionTimestamp" not in pod["metadata"]:
            run_pod(cluster, pod, lab.network.address())


@contextmanager
def reader(lab: Lab, folder: Path, namespace: str) -> Iterator[Reader]:
    crds.install(lab.cluster)
    person = Reader(lab, folder, namespace)
    try:
        with node(lab, namespace):
            yield person
    finally:
        lab.cluster.kubectl("delete", "namespace", *person.made, "--ignore-not-found", "--wait=false").check()
        lab.cluster.kubectl("delete", "clusterrole,clusterrolebinding", "prometheus", "--ignore-not-found").check()


def test_readme(lab: Lab, tmp_path: Path) -> None:
    """From an empty cluster to a rollout, as the README says."""
    with reader(lab, tmp_path, "docs-readme") as person:
        for snippet in snippets_of(ROOT / "README.md"):
            person.follow(snippet)
        for name in ("prometheus", "grafana"):
            assert lab.cluster.get("statefulset", name, "docs-readme")["status"]["readyReplicas"] == 1
        question = next(snippet.text for snippet in snippets_of(ROOT / "README.md") if "enforce=restricted" in snippet.text)
        assert person.run(person.translate(question)).check().warnings == ()


@pytest.mark.parametrize("page", OTHERS, ids=lambda page: page.stem)
def test_page(lab: Lab, tmp_path: Path, page: Path) -> None:
    """Every other page, by a reader who has followed the README."""
    namespace = f"docs-{page.stem}".lower()
    lab.cluster.create_namespace(namespace)
    with reader(lab, tmp_path, namespace) as person:
        person.run(
            f"kubectl -n {namespace} create secret generic grafana-admin --from-literal=admin-user=a --from-literal=admin-password=b"
        ).check()
        person.run("kubectl apply -f dist/").check()
        for snippet in snippets_of(page):
            person.follow(snippet)
        if page.stem == "change-namespace":
            person.run(f"kubectl -n {namespace} get role,rolebinding prometheus-{namespace}-monitoring").check()
            assert (
                person.run(f"kubectl -n {namespace} get statefulset,service,pvc,role,configmap -l app.kubernetes.io/name=grafana").stdout
                == ""
            )


def test_runbooks(lab: Lab, tmp_path: Path) -> None:
    """The checks of all runbooks, which only look, on a stack with an Alertmanager and Thanos."""
    namespace = "docs-runbooks"
    lab.cluster.create_namespace(namespace)
    with reader(lab, tmp_path, namespace) as person:
        person.settings = (
            "alertmanager: {receivers: [{type: webhook, name: team, url: {secret: alert-receivers, key: url}}]}\n"
            "logs: {collectors: [logging]}\ntraces: {store: {}}\n"
            "probes: {canaries: [{name: chat, url: 'https://chat.example.com/v1/chat/completions'}]}\n"
            + (ROOT / "examples" / "long-term-s3.yaml").read_text()
        )
        person.synthesize()
        person.run(
            f"kubectl -n {namespace} create secret generic grafana-admin --from-literal=admin-user=a --from-literal=admin-password=b\n"
            f"kubectl -n {namespace} create secret generic alert-receivers --from-literal=url=http://127.0.0.1:9/\n"
            f"kubectl -n {namespace} create secret generic thanos-object-storage --from-literal=objstore.yml=x"
        ).check()
        person.run("kubectl apply -f dist/").check()
        assert len(RUNBOOKS) > 40
        failed = {}
        for page in RUNBOOKS:
            # A page's variables are set once, at its beginning.
            blocks = [snippet.text for snippet in snippets_of(page) if snippet.language == "bash" and not snippet.not_run]
            found = person.run(person.translate(commands_without_a_node("".join(blocks))))
            if not found.ok:
                failed[page.stem] = found.stderr
        assert failed == {}


def upstream(lab: Lab, namespace: str, *, storage_class: str | None = None) -> None:
    """Put in place what the router project's directory leaves, by client-side apply as its guide says."""
    text = (ROOT / "tests" / "cluster" / "upstream.yaml").read_text()
    if storage_class:
        text = text.replace("spec: {accessModes:", f"spec: {{storageClassName: {storage_class}, accessModes:")
    lab.cluster.apply(text, namespace=namespace).check()
    lab.cluster.kubectl("create", "configmap", "semantic-router-config", f"--namespace={namespace}", "--from-literal=config.yaml=x").check()
    lab.cluster.kubectl("create", "clusterrole", "prometheus", "--verb=get", "--resource=nodes").check()
    binding = ("--clusterrole=prometheus", f"--serviceaccount={namespace}:prometheus")
    lab.cluster.kubectl("create", "clusterrolebinding", "prometheus", *binding).check()
    # It has been running: a claim that is not bound yet could not grow.
    for claim in ("prometheus-data", "grafana-storage"):
        bound = ("--for=jsonpath={.status.phase}=Bound", f"--namespace={namespace}", "--timeout=30s")
        lab.cluster.kubectl("wait", f"persistentvolumeclaim/{claim}", *bound).check()


def test_migration_page(lab: Lab, tmp_path: Path) -> None:
    """Every step in its order: the claims stay, the old rights go, the router's configuration is not touched."""
    namespace = "docs-migrate"
    lab.cluster.create_namespace(namespace, level="privileged")
    with reader(lab, tmp_path, namespace) as person:
        upstream(lab, namespace, storage_class="lab")
        claims = ("prometheus-data", "grafana-storage")
        before = {claim: lab.cluster.get("persistentvolumeclaim", claim, namespace)["metadata"]["uid"] for claim in claims}
        configuration = lab.cluster.get("configmap", "semantic-router-config", namespace)
        nodes = ("auth", "can-i", "get", "nodes", f"--as=system:serviceaccount:{namespace}:prometheus")
        assert lab.cluster.kubectl(*nodes).stdout.strip() == "yes"
        for snippet in snippets_of(ROOT / "docs" / "migrate-from-kustomize.md"):
            person.follow(snippet)
        assert {claim: lab.cluster.get("persistentvolumeclaim", claim, namespace)["metadata"]["uid"] for claim in claims} == before
        assert lab.cluster.get("configmap", "semantic-router-config", namespace) == configuration
        assert lab.cluster.kubectl(*nodes).stdout.strip() == "no"
        for name in ("prometheus", "grafana"):
            assert lab.cluster.get("statefulset", name, namespace)["status"]["readyReplicas"] == 1


def test_migration_needs_the_class_that_the_overlay_named(lab: Lab, tmp_path: Path) -> None:
    """Why the migration page insists: client-side apply would take the class off a claim, which Kubernetes refuses."""
    namespace = "docs-migrate-class"
    lab.cluster.create_namespace(namespace, level="privileged")
    with reader(lab, tmp_path, namespace) as person:
        upstream(lab, namespace, storage_class="lab")
        refused = person.run("kubectl apply -f dist/")
        assert not refused.ok
        assert "spec is immutable after creation" in refused.stderr
        person.settings = "prometheus: {storage: {type: claim, size: 20Gi, storageClass: lab}}\n"
        person.settings += "grafana: {storage: {type: claim, size: 10Gi, storageClass: lab}}\n"
        person.synthesize()
        person.run("kubectl apply -f dist/").check()
