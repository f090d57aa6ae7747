"""The schema as a whole."""

from __future__ import annotations

import json
from typing import Any

from semantic_router_observability.settings_file import schema as bare_schema

from .descriptions import describe
from .shape import offer_all_forms
from .snippets import add_snippets


def settings_schema() -> dict[str, Any]:
    """Schema with a description for every key, every form of every union, and snippets for the usual blocks."""
    schema = bare_schema()
    describe(schema)
    offer_all_forms(schema)
    add_snippets(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "observability.yaml", **schema}


def render() -> str:
    """Text of the schema file."""
    return json.dumps(settings_schema(), indent=2, ensure_ascii=True) + "\n"
