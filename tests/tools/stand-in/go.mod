// Pins the library with which Grafana reads grafana.ini.
module semantic-router-observability/tests/tools/stand-in

go 1.26.0

require (
	gopkg.in/ini.v1 v1.67.2
	gopkg.in/yaml.v3 v3.0.1
)
