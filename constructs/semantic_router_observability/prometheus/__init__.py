"""Prometheus: what it scrapes, keeps and may read, and the workload that runs it."""
