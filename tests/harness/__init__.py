"""What tests share: the pinned programs, and a lab with a real Kubernetes API server in a network of its own."""
