"""Names and types of Graph objects."""

from __future__ import annotations

from typing import Any

import pytest

from local.fakes.tenant.schema import Misfit, misfits


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"displayName": None, "accountEnabled": True, "businessPhones": ["1"]},
        {"passwordProfile": {"password": "x", "forceChangePasswordNextSignIn": True}},
        {"@odata.type": "#microsoft.graph.user", "members@odata.bind": [1]},
        {"extension_0123_Grade": 7},
        {"employeeHireDate": "2026-04-01T00:00:00Z"},
    ],
)
def test_what_fits(body: dict[str, Any]) -> None:
    assert misfits("user", body) == []


@pytest.mark.parametrize(
    ("body", "path", "unknown"),
    [
        ({"grade": "P1"}, "grade", True),
        ({"displayName": 1}, "displayName", False),
        ({"accountEnabled": 1}, "accountEnabled", False),
        ({"businessPhones": None}, "businessPhones", False),
        ({"businessPhones": [1]}, "businessPhones", False),
        ({"passwordProfile": {"pin": "1"}}, "passwordProfile/pin", True),
        ({"passwordProfile": "x"}, "passwordProfile", False),
        ({"employeeHireDate": "4月1日"}, "employeeHireDate", False),
        (
            {"onPremisesExtensionAttributes": {"extensionAttribute16": "x"}},
            "onPremisesExtensionAttributes/extensionAttribute16",
            True,
        ),
    ],
)
def test_what_does_not_fit_is_named_without_its_value(
    body: dict[str, Any], path: str, unknown: bool
) -> None:
    assert misfits("user", body) == [Misfit(path, unknown)]
