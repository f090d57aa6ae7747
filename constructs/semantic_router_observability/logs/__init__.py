"""Logs: a store of the routers' log lines, for those who have none."""
