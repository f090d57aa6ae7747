"""Grafana: its data sources, dashboards, settings and credentials, and the workload that runs it."""
