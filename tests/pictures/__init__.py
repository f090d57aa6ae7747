"""Pictures of dashboards, drawn without Grafana: `make pictures`.

`queries` asks a Prometheus what a dashboard asks, `page` draws the answers with Grafana's own front-end libraries in a headless Chromium, and
`scene` is the Prometheus that is asked: with the rules of `dist/`, and the last hours of simulated routers and of the programs around them.
"""
