"""Service accounts, teams and permissions of folders in Grafana, which its provisioning files do not cover."""
