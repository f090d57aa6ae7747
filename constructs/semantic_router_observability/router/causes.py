"""Values of the label `reason` of `llm_request_errors_total`, by who can fix the cause. Joined with `|` for a regular expression."""

from __future__ import annotations

from typing import Final

CLIENT: Final = "parse_error|model_not_found|upstream_4xx"
"""The request was malformed, named an unknown model, or was refused by the backend (quotas, 429, included)."""

BACKEND: Final = "timeout|upstream_5xx"
"""The model server failed or was too slow."""

NAMED_BY_CLIENT: Final = "model_not_found"
"""Here the label `model` holds any name that a client made up."""
