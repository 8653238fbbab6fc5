"""What a user's properties may hold: names, types, lengths and values, as Graph refuses them."""

from __future__ import annotations

import re
from typing import Any

from local.fakes.tenant.answers import bad_request, denied, invalid, malformed
from local.fakes.tenant.calls import Call
from local.fakes.tenant.directory import Facts
from local.fakes.tenant.kinds import EXTENSIONS
from local.fakes.tenant.schema import misfits, names
from local.fakes.tenant.settings import Settings

REQUIRED = ("accountEnabled", "displayName", "mailNickname", "userPrincipalName")
NEVER_NULL = (*REQUIRED, "usageLocation")
WRITABLE = frozenset(
    names(
        "accountEnabled ageGroup businessPhones city companyName consentProvidedForMinor country "
        "department displayName employeeId employeeLeaveDateTime employeeOrgData employeeType "
        "faxNumber givenName identities jobTitle mail mailNickname mobilePhone officeLocation "
        "onPremisesExtensionAttributes onPremisesImmutableId otherMails passwordPolicies "
        "passwordProfile postalCode preferredDataLocation preferredLanguage showInAddressList "
        "state streetAddress surname usageLocation userPrincipalName userType"
    )
)
NOT_APP_ONLY = frozenset(
    names(
        "aboutMe birthday employeeHireDate interests mySite pastProjects responsibilities schools "
        "skills"
    )
)
SENSITIVE = frozenset(
    names(
        "accountEnabled passwordProfile userPrincipalName otherMails mobilePhone businessPhones "
        "onPremisesImmutableId"
    )
)
LIMITS = {
    "displayName": 256,
    "givenName": 64,
    "surname": 64,
    "mailNickname": 64,
    "userPrincipalName": 113,
    "employeeId": 16,
    "department": 64,
    "companyName": 64,
    "officeLocation": 128,
    "jobTitle": 128,
    "city": 128,
    "state": 128,
    "country": 128,
    "streetAddress": 1024,
    "postalCode": 40,
    "mobilePhone": 64,
}
EXTENSION_LIMIT = 1024
VALUES = {
    "ageGroup": ("Minor", "NotAdult", "Adult"),
    "consentProvidedForMinor": ("Granted", "Denied", "NotRequired"),
    "userType": ("Member", "Guest"),
    "passwordPolicies": (
        "None",
        "DisablePasswordExpiration",
        "DisableStrongPassword",
        "DisablePasswordExpiration, DisableStrongPassword",
        "DisableStrongPassword, DisablePasswordExpiration",
    ),
}
PATTERNS = {
    "mailNickname": re.compile(r"[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]+\Z"),
    "usageLocation": re.compile(r"[A-Z]{2}\Z"),
}
_UPN = re.compile(r"[A-Za-z0-9'.\-_!#^~]{1,64}(?<!\.)@(?P<domain>[A-Za-z0-9.-]{1,48})\Z")


def declared(call: Call, kind: str) -> Facts:
    """The body, all of whose properties the schema declares and types so."""
    body = call.facts()
    for misfit in misfits(kind, body):
        if misfit.unknown:
            raise malformed(f"Invalid property '{misfit.path}'.")
        raise bad_request(
            f"Property {misfit.path} in payload has a value that does not match schema."
        )
    return body


def check_body(call: Call) -> Facts:
    """The body, with types, names, lengths and values checked property by property."""
    body = declared(call, "user")
    for name, value in body.items():
        if "@" not in name and not name.startswith("extension_"):
            _check_property(name, value)
    return body


def _check_property(name: str, value: Any) -> None:
    if name in NOT_APP_ONLY:
        raise denied()
    if name not in WRITABLE:
        raise bad_request(f"Property '{name}' is read-only and cannot be set.")
    if name == EXTENSIONS:
        for inner, text in (value or {}).items():
            _check_text(inner, text, EXTENSION_LIMIT)
    elif isinstance(value, str):
        _check_text(name, value, LIMITS.get(name, 1024))


def _check_text(name: str, text: str | None, longest: int) -> None:
    """Null clears a property; an empty text is refused, as Graph does."""
    if text is None:
        return
    pattern = PATTERNS.get(name)
    known = VALUES.get(name)
    if (
        not 0 < len(text) <= longest
        or (pattern is not None and not pattern.match(text))
        or (known is not None and text not in known)
    ):
        raise invalid(name, "User")


def merged(before: Facts, body: Facts) -> Facts:
    """``before`` with the body's values: null removes, extension attributes merge one by one."""
    facts = dict(before)
    for name, value in body.items():
        if "@" in name or name == "passwordProfile":
            continue
        if name == EXTENSIONS:
            value = {**before.get(EXTENSIONS, {}), **(value or {})}  # noqa: PLW2901
            value = {k: v for k, v in value.items() if v is not None} or None  # noqa: PLW2901
        if value is None:
            facts.pop(name, None)
        else:
            facts[name] = value
    return facts


def check_upn(settings: Settings, upn: str) -> None:
    match = _UPN.match(upn)
    if match is None:
        raise bad_request("Property userPrincipalName is invalid.")
    verified = settings.verified_domains
    if verified is not None and match["domain"].casefold() not in map(str.casefold, verified):
        raise bad_request(
            "The domain portion of the userPrincipalName property is invalid. You must use one of "
            "the verified domain names in your organization."
        )
