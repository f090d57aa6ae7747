"""Literal credentials, and providers that cannot supply what is read: the one line each is answered with.

No line repeats a credential: `hunter2`, and texts that look like one, stand in the settings and never in the answer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from refusals import refusal

ENCRYPTED = Path(__file__).parents[1] / "encrypted"
SEALED = (ENCRYPTED / "sealed.yaml").read_text(encoding="utf-8").replace("remote-write", "a")
SOPS = (ENCRYPTED / "sops.yaml").read_text(encoding="utf-8").replace("remote-write", "a")
PLAIN = (ENCRYPTED / "plain.yaml").read_text(encoding="utf-8")

IN_SECRET = "keep it in a Secret and name that here: {secret: NAME, key: KEY}"
WRITE = 'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\n'
# Put together here, so that tools which look for leaked credentials do not stop at this file.
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
SLACK = "https://hooks.slack.com/" + "services/T00000000/B00000000/abcdefghijklmnop"

SETTINGS = [
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: hunter2}]}',
        f"prometheus.remoteWrite[0].bearerToken: a value: {IN_SECRET}",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", basicAuth: {username: me, password: hunter2}}]}',
        f"prometheus.remoteWrite[0].basicAuth.username: a value: {IN_SECRET}\nprometheus.remoteWrite[0].basicAuth.password: a value: {IN_SECRET}",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", basicAuth: "me:hunter2"}]}',
        "prometheus.remoteWrite[0].basicAuth: a value: write a mapping, not text; credentials in it as {secret: NAME, key: KEY}",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://me:hunter2@m.example.com"}]}',
        "prometheus.remoteWrite[0].url: 'https://…@m.example.com': take the credentials out of the URL and reference a Secret instead",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", headers: {X-Api-Key: hunter2}}]}',
        "prometheus.remoteWrite[0].headers: 'X-Api-Key': a credential does not belong in the settings; use basicAuth or bearerToken with a Secret",
    ),
    (
        f'prometheus: {{remoteWrite: [{{url: "https://m.example.com", headers: {{Tenant: "{JWT}"}}}}]}}',
        f"prometheus.remoteWrite[0].headers.Tenant: '…': looks like a JSON web token; {IN_SECRET}",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", extra: {oauth2: {client_secret: hunter2}}}]}',
        f"prometheus.remoteWrite[0].extra.oauth2.client_secret: '…': {IN_SECRET}",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", extra: {sigv4: {secret_key: {secret: a, key: b}}}}]}',
        "prometheus.remoteWrite[0].extra.sigv4.access_key: not given: give it as a Secret's key too: {secret: NAME, key: KEY}",
    ),
    (
        'prometheus: {scrapeJobs: [{type: static, name: s, targets: ["a:1"], bearerToken: hunter2}]}',
        f"prometheus.scrapeJobs[0].bearerToken: a value: {IN_SECRET}",
    ),
    (
        "prometheus: {scrapeJobs: [{type: raw, name: r, config: {basic_auth: {username: me, password: hunter2}}}]}",
        f"prometheus.scrapeJobs[0].config.basic_auth.password: '…': {IN_SECRET}",
    ),
    (
        "prometheus: {scrapeJobs: [{type: raw, name: r, config: {http_headers: {X-Api-Key: {secrets: [hunter2]}}}}]}",
        f"prometheus.scrapeJobs[0].config.http_headers.X-Api-Key.secrets: '…': {IN_SECRET}",
    ),
    (
        "prometheus: {scrapeJobs: [{type: raw, name: r, config: {http_headers: {Authorization: {values: [hunter2]}}}}]}",
        f"prometheus.scrapeJobs[0].config.http_headers.Authorization: '…': {IN_SECRET}",
    ),
    (
        "prometheus: {scrapeJobs: [{type: raw, name: r, config: {consul_sd_configs: [{token: {secret: a, key: b}}]}}]}",
        "prometheus.scrapeJobs[0].config.consul_sd_configs[0].token: 'a': Prometheus reads no file for this field; it does for authorization.credentials, basic_auth.password, basic_auth.username, google_iam.credentials, oauth2.client_secret, tls_config.ca, tls_config.cert, tls_config.key, http_headers.NAME",
    ),
    (
        "prometheus: {scrapeJobs: [{type: raw, name: r, config: {basic_auth: {password: {secret: A_B, key: b}}}}]}",
        "prometheus.scrapeJobs[0].config.basic_auth.password.secret: 'A_B': write an object name: lower-case letters, digits, '-' and '.', at most 253 characters",
    ),
    (
        'prometheus: {scrapeJobs: [{type: raw, name: r, config: {proxy_url: "http://me:hunter2@proxy:3128"}}]}',
        f"prometheus.scrapeJobs[0].config.proxy_url: '…': looks like an address with a password; {IN_SECRET}",
    ),
    (
        'prometheus: {alertmanagers: [{url: "https://a.example.com", bearerToken: hunter2}]}',
        f"prometheus.alertmanagers[0].bearerToken: a value: {IN_SECRET}",
    ),
    (
        "prometheus: {login: hunter2}",
        "prometheus.login: a value: write a mapping, not text; credentials in it as {secret: NAME, key: KEY}",
    ),
    (
        'grafana: {smtp: {host: "h:25", fromAddress: a@b, user: me, password: hunter2}}',
        f"grafana.smtp.user: a value: {IN_SECRET}\ngrafana.smtp.password: a value: {IN_SECRET}",
    ),
    (
        "grafana: {secretKey: hunter2}",
        f"grafana.secretKey: a value: {IN_SECRET}",
    ),
    (
        "grafana: {admin: {type: secret, name: a, password: hunter2}}",
        "grafana.admin: 'password': unknown key; did you mean passwordKey? accepted: name, passwordKey, type, userKey",
    ),
    (
        'grafana: {database: {engine: postgres, host: "h:1", user: {secret: a, key: b}, password: hunter2}}',
        f"grafana.database.password: a value: {IN_SECRET}",
    ),
    (
        "grafana: {settings: {smtp: {password: hunter2}}}",
        f"grafana.settings.smtp.password: '…': {IN_SECRET}",
    ),
    (
        "grafana: {settings: {auth.generic_oauth: {client_secret: 5}}}",
        f"grafana.settings.auth.generic_oauth.client_secret: '…': {IN_SECRET}",
    ),
    (
        'grafana: {settings: {remote_cache: {connstr: "redis://:hunter2@cache:6379"}}}',
        f"grafana.settings.remote_cache.connstr: '…': {IN_SECRET}",
    ),
    (
        'grafana: {dataSources: [{type: loki, url: "http://l", bearerToken: hunter2}]}',
        f"grafana.dataSources[0].bearerToken: a value: {IN_SECRET}",
    ),
    (
        "grafana: {dataSources: [{type: raw, config: {name: a, uid: a, type: b, secureJsonData: {token: hunter2}}}]}",
        f"grafana.dataSources[0].config.secureJsonData.token: '…': {IN_SECRET}",
    ),
    (
        "grafana: {dataSources: [{type: raw, config: {name: a, uid: a, type: b, jsonData: {clientSecret: hunter2}}}]}",
        f"grafana.dataSources[0].config.jsonData.clientSecret: '…': {IN_SECRET}",
    ),
    (
        f'alertmanager: {{receivers: [{{type: slack, name: c, apiUrl: "{SLACK}"}}]}}',
        f"alertmanager.receivers[0].apiUrl: '…': looks like a webhook's address; {IN_SECRET}",
    ),
    (
        f'alertmanager: {{receivers: [{{type: webhook, name: c, url: "{SLACK}"}}]}}',
        f"alertmanager.receivers[0].url: '…': looks like a webhook's address; {IN_SECRET}",
    ),
    (
        "alertmanager: {receivers: [{type: raw, name: c, integration: telegram, config: {bot_token: hunter2}}]}",
        "alertmanager.receivers[0].config.bot_token: '…': keep the credential in a Secret and name it in files: {bot_token_file: {secret: NAME, key: KEY}}",
    ),
    (
        f'alerts: {{ownRules: [{{labels: {{a: "{JWT}"}}}}]}}',
        f"alerts.ownRules[0].labels.a: '…': looks like a JSON web token; {IN_SECRET}",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {}}]',
        "secrets[0].entries: {}: name at least one Secret and where its values are",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {b: x}}]',
        "secrets[0]: 'b': nothing reads this Secret; remove it, or write one of a, grafana-admin",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {a: {tokens: x}}}]',
        "secrets[0].entries.a: [tokens]: prometheus reads key token; say where it is",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {a: {token: x, other: y}}}]',
        "secrets[0].entries.a: 'other': nothing reads this key; remove it, or write one of token",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {a: " "}}]',
        "secrets[0].entries.a: ' ': write a name or path in the store, on one line",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {a: x}, refreshInterval: 1d}]',
        "secrets[0].refreshInterval: '1d': write hours, minutes and seconds, such as 1h or 1h30m, or 0",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {a: x}, templates: {b: {token: "{{ .x }}"}}}]',
        "secrets[0].templates: 'b': entries does not name this Secret, so there are no values for its text",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {a: {x: y}}, templates: {a: {token: hunter2}}}]',
        "secrets[0].templates.a.token: '…': write a text with values of the store in it, such as {{ .password }}",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {a: x}, templates: {a: {token: "{{ .x }}"}}}]',
        "secrets[0].entries.a: 'x': templates need a place for each value they use; write {KEY: PATH, ...}",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {a: {x: y}}, templates: {a: {token: "{{ .x }}", more: "{{ .x }}"}}}]',
        "secrets[0].templates.a: 'more': nothing reads this key; write one of token",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v, kind: Store}, entries: {a: x}}]',
        "secrets[0].store.kind: 'Store': write one of ClusterSecretStore, SecretStore",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {a: x}}, {type: csi, provider: vault, entries: {a: {objects: [{objectName: token}]}}}]',
        "secrets: 'a': two providers bring this Secret; keep one",
    ),
    (
        "grafana: {admin: {type: demo}}\nsecrets: [{type: externalSecrets, store: {name: v}, entries: {grafana-admin: x}}]",
        "secrets[0]: 'grafana-admin': the stack makes this Secret; remove it here",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: csi, provider: vault, entries: {}}]',
        "secrets[0].entries: {}: name at least one Secret and its provider's parameters",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: csi, provider: vault, entries: {a: {objects: [{objectName: key}]}}}]',
        "secrets[0].entries.a: [objects]: prometheus reads key token, and no object is called so; name one token",
    ),
    (
        f'prometheus: {{remoteWrite: [{{url: "https://m.example.com", bearerToken: {{secret: a, key: token}}}}]}}\nsecrets: [{{type: csi, provider: vault, parameters: {{x: "{JWT}"}}, entries: {{a: {{}}}}}}]',
        f"secrets[0].parameters.x: '…': looks like a JSON web token; {IN_SECRET}",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: csi, provider: My-Vault, entries: {a: {}}}]',
        "secrets[0].provider: 'My-Vault': write the provider's name, such as vault, aws, azure or gcp",
    ),
    (
        "images: {pullSecrets: [r]}\nsecrets: [{type: csi, provider: vault, entries: {r: {objects: [{objectName: .dockerconfigjson}]}}}]",
        "secrets[0].entries: 'r': prometheus needs it before or without a pod that mounts it; use {type: externalSecrets} or {type: encryptedFile}",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: [{type: vault, path: x}]',
        "secrets[0].type: 'vault': write one of externalSecrets, csi, encryptedFile",
    ),
    (
        'prometheus: {remoteWrite: [{url: "https://m.example.com", bearerToken: {secret: a, key: token}}]}\nsecrets: {a: b}',
        "secrets: a value: write a list, not a mapping; credentials in it as {secret: NAME, key: KEY}",
    ),
]

FILES = [
    (PLAIN, "secrets[0]: f.yaml: a Secret that is not encrypted: seal it with kubeseal or encrypt it with sops; and change what it held"),
    ("hello", "secrets[0]: f.yaml: not given: write SealedSecrets (bitnami.com/v1alpha1), or Secrets encrypted by SOPS"),
    ("", "secrets[0]: f.yaml: empty: write YAML with SealedSecrets, or with Secrets encrypted by SOPS"),
    ("a: [", "secrets[0]: f.yaml: unreadable: write YAML with SealedSecrets, or with Secrets encrypted by SOPS"),
    (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        "secrets[0]: f.yaml: 'ConfigMap': write SealedSecrets (bitnami.com/v1alpha1), or Secrets encrypted by SOPS",
    ),
    (
        (
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a, namespace: vllm-semantic-router-system}\n"
            "spec: {encryptedData: {token: aHVudGVyMg==}}\n"
        ),
        "secrets[0]: f.yaml: encryptedData.token: '…': is too short to be sealed; run kubeseal, and change what it held",
    ),
    (
        SEALED.replace("vllm-semantic-router-system", "other"),
        "secrets[0]: f.yaml: metadata.namespace: 'other': prometheus runs in vllm-semantic-router-system; encrypt it for there",
    ),
    (
        SEALED.replace("  namespace: vllm-semantic-router-system\n", "", 1),
        "secrets[0]: f.yaml: metadata.namespace: not given: write it in the clear; without it the Secret lands elsewhere or nowhere",
    ),
    (SEALED.replace("token:", "password:"), "secrets[0]: f.yaml: a: [password]: prometheus reads key token; encrypt one"),
    (
        SEALED.replace("    type: Opaque", "    data: {more: hunter2}"),
        "secrets[0]: f.yaml: template.data.more: '…': is in the clear; seal it, or refer to sealed values by {{ .KEY }}",
    ),
    (
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: vllm-semantic-router-system}\nstringData: {token: hunter2}\n"
            "sops: {version: 3.9.0}\n"
        ),
        "secrets[0]: f.yaml: sops.mac: missing: write the file by `sops encrypt`; Flux refuses one it cannot verify",
    ),
    (
        SOPS.replace("stringData:", "stringData:\n    more: hunter2"),
        "secrets[0]: f.yaml: more: '…': is not encrypted; run sops with --encrypted-regex '^(data|stringData)$', and change it",
    ),
    (
        SOPS.replace("name: a\n", "name: ENC[AES256_GCM,data:a,iv:a,tag:a,type:str]\n", 1),
        "secrets[0]: f.yaml: metadata.name: 'ENC[AES256_GCM,data:a,iv:a,tag:a,type:str]': write it in the clear; without it the Secret lands elsewhere or nowhere",
    ),
]


def answer(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The refusal, which repeats no credential."""
    line = refusal(text, folder, capsys)
    assert not any(credential in line for credential in ("hunter2", JWT, SLACK))
    return line


@pytest.mark.parametrize(("text", "error"), SETTINGS, ids=lambda value: None)
def test_settings_are_refused_in_one_line(text: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(text, tmp_path, capsys) == error


@pytest.mark.parametrize(("content", "error"), FILES, ids=lambda value: None)
def test_files_are_refused_in_one_line(content: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "f.yaml").write_text(content, encoding="utf-8")
    assert answer(f"{WRITE}secrets: [{{type: encryptedFile, path: f.yaml}}]", tmp_path, capsys) == error


def test_a_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = f"secrets[0].path: '{tmp_path / 'f.yaml'}': cannot be read (FileNotFoundError); name a file"
    assert answer(f"{WRITE}secrets: [{{type: encryptedFile, path: f.yaml}}]", tmp_path, capsys) == error


def test_a_file_that_would_replace_another_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "2-prometheus.statefulset.yaml").write_text(SEALED, encoding="utf-8")
    line = answer(f"{WRITE}secrets: [{{type: encryptedFile, path: keys/2-prometheus.statefulset.yaml}}]", tmp_path, capsys)
    assert line.endswith("another file is called 2-prometheus.statefulset.k8s.yaml in the output; rename this one")


def test_a_file_with_another_type_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pod cannot pull with an opaque Secret, whatever its keys."""
    (tmp_path / "f.yaml").write_text(SEALED.replace("token:", ".dockerconfigjson:"), encoding="utf-8")
    error = "secrets[0]: f.yaml: a.type: 'Opaque': prometheus takes only kubernetes.io/dockerconfigjson; encrypt such a Secret"
    assert answer("images: {pullSecrets: [a]}\nsecrets: [{type: encryptedFile, path: f.yaml}]", tmp_path, capsys) == error
