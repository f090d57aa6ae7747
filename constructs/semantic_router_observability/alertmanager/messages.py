"""Texts of notifications: one template file for all receivers that have a text."""

from __future__ import annotations

TEMPLATE_FILE = "messages.tmpl"
"""Key in the ConfigMap."""

TITLE = '{{ template "observability.title" . }}'
TEXT = '{{ template "observability.text" . }}'
DESCRIPTION = TEXT

SEVERITY = '{{ template "observability.severity" . }}'
"""One of PagerDuty's severities. A group of several severities counts as critical: better to page once too often."""

TEMPLATES = """\
{{- define "observability.severity" -}}
{{- if or (eq .CommonLabels.severity "warning") (eq .CommonLabels.severity "info") -}}
{{ .CommonLabels.severity }}
{{- else -}}
critical
{{- end -}}
{{- end -}}

{{- define "observability.title" -}}
[{{ if ne .Status "firing" }}RESOLVED{{ else if .CommonLabels.severity }}{{ .CommonLabels.severity | toUpper }}{{ else }}FIRING{{ end }}
{{- if gt (len .Alerts) 1 }} x{{ len .Alerts }}{{ end }}]
{{- if .CommonLabels.alertname }} {{ .CommonLabels.alertname }}{{ else }} several alerts{{ end }}
{{- if .CommonLabels.namespace }} in {{ .CommonLabels.namespace }}{{ end }}
{{- end -}}

{{- define "observability.text" -}}
{{- range $index, $alert := .Alerts -}}
{{- if $index }}

{{ end -}}
{{- if eq .Status "resolved" }}Resolved: {{ end }}
{{- if .Annotations.summary }}{{ .Annotations.summary }}{{ else }}{{ .Labels.alertname }}{{ end }}
{{- if .Annotations.description }}
{{ .Annotations.description }}
{{- end }}
{{- if .Annotations.runbook_url }}
Runbook: {{ .Annotations.runbook_url }}
{{- end }}
{{- if .Annotations.dashboard_url }}
Dashboard: {{ .Annotations.dashboard_url }}
{{- end }}
{{- end -}}
{{- end -}}
"""
"""What happened, what it means, and where to go next, from the annotations that every rule of this project has."""


def link(annotation: str) -> str:
    """Template of an annotation's URL, empty where it is a path because no base URL of runbooks or Grafana is set."""
    value = f".CommonAnnotations.{annotation}"
    return f'{{{{ if match "^https?://" {value} }}}}{{{{ {value} }}}}{{{{ end }}}}'
