"""Metrics of the cluster about the routers' pods."""
