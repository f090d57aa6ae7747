"""Who people are in Grafana, and what they may do there."""
