"""Alertmanager: who is told of which alert, when, and the workload that tells them."""
