"""Requests to the router and around it, as users send them: probes over HTTP and TCP, and a canary."""
