"""Kinds of object: what a reader sees without ``$select`` and which filters are indexed.

Operators per property follow the filter table of the Graph documentation: ``BASIC`` ones work
always, the rest needs an advanced query (``ConsistencyLevel: eventual`` and ``$count=true``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.fakes.tenant.schema import TYPES, names

EXTENSIONS = "onPremisesExtensionAttributes"
EXTENSION_NAMES = tuple(TYPES[EXTENSIONS])


@dataclass(frozen=True, slots=True)
class Kind:
    """``basic``: property path → operators usable without an advanced query ("" = none)."""

    name: str
    collection: str
    defaults: tuple[str, ...]
    basic: Mapping[str, str]
    not_in_lists: frozenset[str] = field(default_factory=frozenset)

    @property
    def resource(self) -> str:
        return self.name[0].upper() + self.name[1:]


_EQUALITY = "eq in"
_TEXT = "eq ge in le startswith"

USER = Kind(
    name="user",
    collection="users",
    defaults=(
        "businessPhones",
        "displayName",
        "givenName",
        "id",
        "jobTitle",
        "mail",
        "mobilePhone",
        "officeLocation",
        "preferredLanguage",
        "surname",
        "userPrincipalName",
    ),
    basic={
        "id": _EQUALITY,
        "userPrincipalName": "eq in le startswith",
        "mailNickname": _TEXT,
        "displayName": "eq in startswith",
        "givenName": _TEXT,
        "surname": _TEXT,
        "employeeId": "eq startswith",
        "department": _TEXT,
        "jobTitle": _TEXT,
        "mail": _TEXT,
        "city": _TEXT,
        "country": _TEXT,
        "state": _TEXT,
        "usageLocation": _TEXT,
        "userType": _EQUALITY,
        "accountEnabled": _EQUALITY,
        "ageGroup": _EQUALITY,
        "consentProvidedForMinor": _EQUALITY,
        "createdDateTime": "eq ge in le",
        "onPremisesImmutableId": _EQUALITY,
        "otherMails": "eq startswith",
        "proxyAddresses": "eq startswith",
        "assignedLicenses/skuId": "eq",
        "companyName": "",
        "officeLocation": "",
        "mobilePhone": "",
        "businessPhones": "",
        "preferredLanguage": "",
        "employeeType": "",
        "streetAddress": "",
        "postalCode": "",
        **{f"{EXTENSIONS}/{name}": "" for name in EXTENSION_NAMES},
    },
    not_in_lists=frozenset(
        names(
            "aboutMe birthday hireDate interests mailboxSettings mySite pastProjects preferredName "
            "responsibilities schools skills"
        )
    ),
)

GROUP = Kind(
    name="group",
    collection="groups",
    defaults=names(
        "id classification createdDateTime deletedDateTime description displayName "
        "expirationDateTime groupTypes isAssignableToRole mail mailEnabled mailNickname "
        "membershipRule membershipRuleProcessingState onPremisesLastSyncDateTime "
        "onPremisesSecurityIdentifier onPremisesSyncEnabled preferredDataLocation "
        "preferredLanguage proxyAddresses renewedDateTime securityEnabled securityIdentifier "
        "theme uniqueName visibility"
    ),
    basic={
        "id": _EQUALITY,
        "displayName": "eq ge in le startswith",
        "description": "eq ge le startswith",
        "mailNickname": _TEXT,
        "mail": _TEXT,
        "uniqueName": "eq startswith",
        "securityEnabled": _EQUALITY,
        "mailEnabled": _EQUALITY,
        "groupTypes": "eq",
        "createdDateTime": "eq ge in le",
        "assignedLicenses/skuId": "eq",
    },
)

TEAM = Kind(
    name="team",
    collection="teams",
    defaults=names("id createdDateTime description displayName isArchived tenantId visibility"),
    basic={},
)

KINDS = {kind.name: kind for kind in (USER, GROUP)}

# What an export shows of an account: everything this tenant keeps or computes.
EXPORTED = (
    *USER.defaults,
    *names(
        "accountEnabled ageGroup assignedLicenses city companyName consentProvidedForMinor "
        "country createdDateTime deletedDateTime department employeeId employeeType faxNumber "
        "lastPasswordChangeDateTime legalAgeGroupClassification licenseAssignmentStates "
        "mailNickname onPremisesExtensionAttributes onPremisesImmutableId otherMails "
        "passwordPolicies postalCode proxyAddresses showInAddressList "
        "signInSessionsValidFromDateTime state streetAddress usageLocation userType"
    ),
)


def render(kind: Kind, facts: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The named properties as Graph writes them: null for what is unset, [] for no items."""
    types = TYPES[kind.name]
    shown: dict[str, Any] = {}
    for name in names:
        special = _COMPUTED.get(name)
        if special is not None:
            shown[name] = special(facts)
        elif name in facts:
            shown[name] = facts[name]
        elif name in types:
            shown[name] = [] if types[name].many else None
    return shown


def _extensions(facts: Mapping[str, Any]) -> dict[str, Any]:
    held = facts.get(EXTENSIONS, {})
    return {name: held.get(name) for name in EXTENSION_NAMES}


def _age_class(facts: Mapping[str, Any]) -> str | None:
    group = facts.get("ageGroup")
    if group != "Minor":
        return {"NotAdult": "NotAdult", "Adult": "Adult"}.get(group or "")
    return {
        "Granted": "MinorWithParentalConsent",
        "NotRequired": "MinorNoParentalConsentRequired",
    }.get(facts.get("consentProvidedForMinor") or "", "MinorWithOutParentalConsent")


def _never(_facts: Mapping[str, Any]) -> None:
    return None


_COMPUTED: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    EXTENSIONS: _extensions,
    "legalAgeGroupClassification": _age_class,
    "passwordProfile": _never,  # write-only, whoever asks
}
