"""Exposure of the user interfaces outside the cluster."""
