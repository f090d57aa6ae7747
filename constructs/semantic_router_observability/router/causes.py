"""Causes of failures, by who can fix them: expressions over `llm_request_errors_total`, and values of the label `status` of plugins.

The label `reason` alone does not say whose fault an error is, nor how many requests failed: `parse_error` is a request that cannot be read
(`model="unknown"`) or an answer that cannot (a configured model), and an answer 503 with plain text counts as `upstream_5xx` and as
`parse_error`. The functions take `select`, which writes a count or rate, series by series, of errors with the given matchers, and return
an expression that holds each failed request once; it is to be put into a sum.

Where one replica has both unreadable answers and readable 5xx of one model in the same window, the smaller number of the two is taken to
be the same requests: the router's counters cannot tell, and a failure is never counted twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Select = Callable[..., str]

ERRORS: Final = "llm_request_errors_total"
"""Errors by model and reason."""

NAMED_BY_CLIENT: Final = "model_not_found"
"""Here the label `model` holds any name that a client made up."""

DISABLED: Final = "disabled"
"""The plugin did not run: nobody configured it, or a policy switched it off. Memory counts each request so while it is not configured."""

_REFUSED: Final = "model_not_found|upstream_4xx"
"""The request named an unknown model, or was refused by the backend (quotas, 429, included)."""

_ANSWER: Final = "parse_error|upstream_5xx"
"""What an answer that is of no use counts as, one of the two or both."""

_SORTED: Final = "parse_error|model_not_found|upstream_.xx"
"""Both of them, short enough for one line."""

_OF_MODEL: Final = 'model!="unknown"'
_OF_REQUEST: Final = ('reason="parse_error"', 'model="unknown"')

FAIL_OPEN: Final = "parse_error_fail_open|unsupported_shape_fail_open|marshal_error_fail_open"
"""The plugin could not read a request, and passed it on unchanged."""

FAIL_CLOSED: Final = "fail_closed"
"""The plugin could not check an answer, and withheld it."""

FAILED: Final = "compression_failed|unavailable"
"""The plugin failed, and the answer lacks what it adds."""


def of_clients(select: Select) -> str:
    """Requests that were malformed, named an unknown model, or were refused by the backend."""
    refused = f'reason=~"{_REFUSED}"'
    return f"{select(refused)} or {select(*_OF_REQUEST)}"


def of_clients_with_model(select: Select) -> str:
    """Those of clients whose label `model` is not their own text: malformed requests, and what the backend refused."""
    refused = 'reason="upstream_4xx"'
    return f"{select(refused)} or {select(*_OF_REQUEST)}"


def of_answers(select: Select) -> str:
    """Answers 5xx, and answers that are not what the API promises."""
    failed = f'reason=~"{_ANSWER}"'
    return f"max without (reason) ({select(failed, _OF_MODEL)})"


def observed(select: Select) -> str:
    """Failures that the histograms of answers and first tokens observe as if they were answers: all that have a status."""
    refused = 'reason="upstream_4xx"'
    return f"{select(refused)} or {of_answers(select)}"


def of_backends(select: Select) -> str:
    """Requests that a model server failed: no answer in time, or one of no use."""
    late = 'reason="timeout"'
    return f"{select(late)} or {of_answers(select)}"


def of_router(select: Select) -> str:
    """Errors of the router itself, a cause that a later version may add included: an unknown error must not go missing."""
    others = f'reason!~"timeout|{_SORTED}"'
    return select(others)


def of_operators(select: Select) -> str:
    """Requests that failed although the client did nothing wrong: errors of the router and of model servers."""
    others = f'reason!~"{_SORTED}"'
    return f"{select(others)} or {of_answers(select)}"


def of_anyone(select: Select) -> str:
    """All failed requests."""
    others, failed = f'reason!~"{_ANSWER}"', f'reason=~"{_ANSWER}"'
    return f"{select(others)} or max without (reason) ({select(failed)})"


def of(owners: Sequence[str]) -> Callable[[Select], str]:
    """Return the function for these owners, out of `client`, `backend` and `router`; for all when none is given."""
    return {
        (): of_anyone,
        ("client",): of_clients,
        ("backend",): of_backends,
        ("router",): of_router,
        ("backend", "router"): of_operators,
    }[tuple(owners)]
