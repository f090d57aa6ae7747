"""What manifests amount to, in words."""
