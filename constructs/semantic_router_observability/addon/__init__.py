"""The add-on: monitors, rules and dashboards for a cluster whose Prometheus and Grafana exist."""
