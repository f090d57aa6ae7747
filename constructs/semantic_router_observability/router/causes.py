"""Causes of failures, as label values joined with `|` for a regular expression.

First the label `reason` of `llm_request_errors_total`, by who can fix the cause; then the label `status` of `llm_plugin_execution_total`.
"""

from __future__ import annotations

from typing import Final

CLIENT: Final = "parse_error|model_not_found|upstream_4xx"
"""The request was malformed, named an unknown model, or was refused by the backend (quotas, 429, included)."""

BACKEND: Final = "timeout|upstream_5xx"
"""The model server failed or was too slow."""

NAMED_BY_CLIENT: Final = "model_not_found"
"""Here the label `model` holds any name that a client made up."""

FAIL_OPEN: Final = "parse_error_fail_open|unsupported_shape_fail_open|marshal_error_fail_open"
"""The plugin could not read a request, and passed it on unchanged."""

FAIL_CLOSED: Final = "fail_closed"
"""The plugin could not check an answer, and withheld it."""

FAILED: Final = "compression_failed|unavailable"
"""The plugin failed, and the answer lacks what it adds."""
