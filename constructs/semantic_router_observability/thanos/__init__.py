"""Thanos: several Prometheus as one, and their history in object storage."""
