"""A platform team's stack, to which the modules of other teams add what they need: `python examples/team_additions.py FOLDER`."""

from __future__ import annotations

import sys

from cdk8s import App, Chart

import semantic_router_observability as sro

RECORDED = "checkout:llm_requests:rate5m"
DASHBOARD = """{"uid": "checkout", "title": "Checkout", "schemaVersion": 39, "panels": [
  {"id": 1, "type": "timeseries", "title": "Requests", "gridPos": {"h": 8, "w": 24, "x": 0, "y": 0},
   "datasource": {"type": "prometheus", "uid": "prometheus"},
   "targets": [{"refId": "A", "expr": "checkout:llm_requests:rate5m", "legendFormat": "{{model}}"}]}]}"""


def add_checkout(stack: sro.Observability) -> None:
    """What the checkout team adds from a module of its own, which knows nothing of the arguments of the stack."""
    requests = {"record": RECORDED, "expr": "sum by (model) (rate(llm_model_requests_total[5m]))"}
    stack.add_rules(sro.RuleFile(name="checkout", groups=[{"name": "checkout", "rules": [requests]}]))
    stack.add_dashboard(sro.Dashboard(file="checkout.json", model=DASHBOARD, folder="Checkout"))


def add_engines(stack: sro.Observability) -> None:
    """The team of the engines has its pods scraped: Prometheus gets a Role in their namespace, and its policy a way to them."""
    stack.add_scrape_job(sro.PodJob(name="vllm", match_labels={"app": "vllm"}, namespaces=("engines",), port="http"))


def build(app: App) -> None:
    """The stack first; each addition is checked like an argument of it."""
    chart = Chart(app, "observability", namespace="vllm-semantic-router-system")
    stack = sro.Observability(chart, "stack")
    for add in (add_checkout, add_engines):
        add(stack)


if __name__ == "__main__":
    app = App()
    build(app)
    sro.write_manifests(app, sys.argv[1])
