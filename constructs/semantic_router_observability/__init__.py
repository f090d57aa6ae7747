"""Observability for the vLLM Semantic Router on Kubernetes, as cdk8s constructs."""
