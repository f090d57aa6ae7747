"""Authentication of Grafana's users, and their roles."""
