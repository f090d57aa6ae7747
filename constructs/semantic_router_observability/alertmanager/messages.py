"""Texts of notifications: one template file for all receivers that have a text.

Values of labels are chosen by the program that is scraped, so every value is encoded for the service that shows it. As they are, Slack would
notify a channel for `<!channel>`, Opsgenie would show HTML, and Slack for `<https://example.com|a name>` and Teams for
`[a name](https://example.com)` would hide an address behind a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Encode = Callable[[str], str]
"""From a template's expression to one whose value is encoded."""

TEMPLATE_FILE = "messages.tmpl"
"""Key in the ConfigMap."""


def title(service: str = "") -> str:
    """Template of a message's title, as plain text, for `html` or for `teams`."""
    return f'{{{{ template "{_name(service, "title")}" . }}}}'


def text(service: str = "") -> str:
    """Template of a message's text, as plain text, for `html` or for `teams`."""
    return f'{{{{ template "{_name(service, "text")}" . }}}}'


SEVERITY = '{{ template "observability.severity" . }}'
"""One of PagerDuty's severities. A group of several severities counts as critical: better to page once too often."""

_SEVERITY = """\
{{- if or (eq .CommonLabels.severity "warning") (eq .CommonLabels.severity "info") -}}
{{ .CommonLabels.severity }}
{{- else -}}
critical
{{- end -}}"""


_WHOLE = 'match "^https?://"'
"""Whether what follows is a whole address."""


def _name(service: str, part: str) -> str:
    return ".".join(filter(None, ("observability", service, part)))


def _html(expression: str) -> str:
    """Opsgenie shows HTML; Slack reads the same three characters as its own, and wants them as the same entities."""
    return f'{expression} | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;"'


def _teams(expression: str) -> str:
    """Cards of Teams know links of Markdown; with a space they are plain text."""
    return f'{expression} | reReplaceAll "\\\\]\\\\(" "] ("'


def _plain(expression: str) -> str:
    return expression


def _title(encode: Encode) -> str:
    """What happened and where, in one line: all that a phone shows before it is unlocked. The summary is that of the first alert."""

    def value(expression: str) -> str:
        return f"{{{{ {encode(expression)} }}}}"

    return f"""\
[{{{{ if ne .Status "firing" }}}}RESOLVED{{{{ else if .CommonLabels.severity }}}}{value(".CommonLabels.severity | toUpper")}\
{{{{ else }}}}FIRING{{{{ end }}}}
{{{{- if gt (len .Alerts) 1 }}}} x{{{{ len .Alerts }}}}{{{{ end }}}}]
{{{{- if .CommonLabels.alertname }}}} {value(".CommonLabels.alertname")}{{{{ else }}}} several alerts{{{{ end }}}}
{{{{- if .CommonLabels.namespace }}}} in {value(".CommonLabels.namespace")}{{{{ end }}}}
{{{{- if .CommonLabels.cluster }}}}, cluster {value(".CommonLabels.cluster")}{{{{ end }}}}
{{{{- if .CommonLabels.model }}}}, model {value(".CommonLabels.model")}{{{{ end }}}}
{{{{- $told := .Alerts.Resolved }}}}
{{{{- if eq .Status "firing" }}}}{{{{ $told = .Alerts.Firing }}}}{{{{ end }}}}
{{{{- range $index, $alert := $told }}}}
{{{{- if and (not $index) $alert.Annotations.summary }}}}: {value("$alert.Annotations.summary")}{{{{ end }}}}
{{{{- end }}}}"""


def _text(encode: Encode) -> str:
    """What happened, what it means, and where to go next, from the annotations that every rule of this project has.

    A link that is a path, as long as no base URL is set, opens nothing outside a browser that is there already, and is left out.
    """

    def value(expression: str) -> str:
        return f"{{{{ {encode(expression)} }}}}"

    return f"""\
{{{{- range $index, $alert := .Alerts -}}}}
{{{{- if $index }}}}

{{{{ end -}}}}
{{{{- if eq .Status "resolved" }}}}Resolved: {{{{ end }}}}
{{{{- if .Annotations.summary }}}}{value(".Annotations.summary")}{{{{ else }}}}{value(".Labels.alertname")}{{{{ end }}}}
{{{{- if .Annotations.description }}}}
{value(".Annotations.description")}
{{{{- end }}}}
{{{{- if {_WHOLE} .Annotations.runbook_url }}}}
Runbook: {value(".Annotations.runbook_url")}
{{{{- end }}}}
{{{{- if {_WHOLE} .Annotations.dashboard_url }}}}
Dashboard: {value(".Annotations.dashboard_url")}
{{{{- end }}}}
{{{{- end -}}}}"""


_SERVICES: Mapping[str, Encode] = {"": _plain, "html": _html, "teams": _teams}

BODIES: Mapping[str, str] = {
    _name("", "severity"): _SEVERITY,
    **{
        _name(service, part): body
        for service, encode in _SERVICES.items()
        for part, body in (("title", _title(encode)), ("text", _text(encode)))
    },
}
"""Templates by name."""


def _defined(name: str) -> str:
    return f'{{{{- define "{name}" -}}}}\n{BODIES[name]}\n{{{{- end -}}}}\n'


TEMPLATES = _defined(_name("", "severity")) + "".join(
    f"\n{_defined(_name(service, 'title'))}\n{_defined(_name(service, 'text'))}" for service in _SERVICES
)
"""Contents of the file."""

NAMES = frozenset(BODIES)
"""Templates in it, which a receiver in native syntax may call, too."""


def inlined(text: str) -> str:
    """Replace each call of a template of the file by the template, for an Alertmanager that does not have the file."""
    return re.sub(r'\{\{ template "([^"]+)" \. \}\}', lambda call: BODIES[call[1]], text)


def link(annotation: str) -> str:
    """Template of an annotation's URL, empty where it is a path because no base URL of runbooks or Grafana is set."""
    value = f".CommonAnnotations.{annotation}"
    return f"{{{{ if {_WHOLE} {value} }}}}{{{{ {value} }}}}{{{{ end }}}}"
