"""Backups of the volumes: snapshots by a CronJob, or a Schedule of Velero."""
