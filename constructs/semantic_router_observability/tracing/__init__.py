"""Traces: a gateway between the routers and the store of traces that exists."""
