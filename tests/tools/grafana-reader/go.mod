// Pins the libraries with which Grafana reads its configuration and asks directories.
module semantic-router-observability/tests/tools/grafana-reader

go 1.26.0

require (
	github.com/BurntSushi/toml v1.6.0
	github.com/go-ldap/ldap/v3 v3.4.13
	github.com/jmespath/go-jmespath v0.4.0
	gopkg.in/ini.v1 v1.67.2
)

require (
	github.com/Azure/go-ntlmssp v0.1.0 // indirect
	github.com/go-asn1-ber/asn1-ber v1.5.8-0.20250403174932-29230038a667 // indirect
	github.com/google/uuid v1.6.0 // indirect
	golang.org/x/crypto v0.48.0 // indirect
)
