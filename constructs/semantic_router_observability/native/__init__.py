"""What the pinned Prometheus and Alertmanager know of the text that they read: fields, templates, regular expressions."""
