"""The checks of kinds that others define can fail."""

from __future__ import annotations

import jsonschema
import pytest

import custom_kinds

ROUTE = {
    "apiVersion": "route.openshift.io/v1",
    "kind": "Route",
    "metadata": {"name": "a"},
    "spec": {"host": "a.example.com", "to": {"kind": "Service", "name": "a", "weight": 1}},
}


def test_a_route_is_known() -> None:
    assert custom_kinds.is_custom(ROUTE)
    custom_kinds.validate(ROUTE)


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ({**ROUTE["spec"], "hosts": []}, "'hosts' was unexpected"),
        ({"host": "a.example.com"}, "'to' is a required property"),
        ({**ROUTE["spec"], "to": {"kind": "Service", "name": "a", "weight": 257}}, "257 is greater than the maximum of 256"),
    ],
)
def test_what_its_definition_does_not_allow_is_refused(spec: object, complaint: str) -> None:
    with pytest.raises(jsonschema.ValidationError, match=complaint):
        custom_kinds.validate({**ROUTE, "spec": spec})
