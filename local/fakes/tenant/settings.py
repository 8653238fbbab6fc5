"""What can be set about the tenant from outside, with everything generous and honest by default."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from cryptography import x509
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

TENANT_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/tenant"))
CLIENT_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/tenant/nightly"))
SIGN_IN_CLIENT_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/tenant/launch"))
STAFF_CLIENT_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/tenant/staff"))
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CLIENT_SECRET = "local-tenant-only"  # noqa: S105 (opens nothing but the fake on loopback)


class Outside(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, validate_assignment=True)


class Sku(Outside):
    """A subscribed product. ``units`` are the seats that were bought."""

    sku_id: str
    part_number: str
    units: int = Field(ge=0)


class Replication(Outside):
    """Seconds until a write is seen by a GET of one object, and by a list."""

    get: float = Field(default=0.0, ge=0)
    list: float = Field(default=0.0, ge=0)


def _is_safe(uri: str) -> str:
    """https, or http on loopback; nothing a redirect would have to interpret."""
    parts = urlsplit(uri)
    loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    if (
        not parts.hostname
        or parts.fragment
        or "*" in uri
        or not (parts.scheme == "https" or loopback)
    ):
        raise ValueError("must be https, or http on loopback, without fragment or wildcard")
    return uri


def _is_certificate(pem: str) -> str:
    x509.load_pem_x509_certificate(pem.encode())
    return pem


class Registration(Outside):
    """An application that people may sign in to, and the exact addresses they return to.

    ``roles`` are its app roles by account name or object id; with ``assignment_required`` nobody
    else gets in. ``optional_claims`` are those added to its ID token (auth_time). ``proof_age`` is
    how many seconds ago people have proven who they are, for whoever asks for no fresher proof.
    """

    client_id: str
    name: str = ""
    redirect_uris: tuple[Annotated[str, AfterValidator(_is_safe)], ...] = ()
    roles: dict[str, tuple[Annotated[str, Field(pattern=r"^[!-~]{1,120}$")], ...]] = Field(
        default_factory=dict
    )
    assignment_required: bool = False
    optional_claims: tuple[Literal["auth_time"], ...] = ()
    proof_age: float = Field(default=0.0, ge=0)

    def roles_of(self, user: Mapping[str, Any]) -> tuple[str, ...]:
        """The app roles of an account, by either of its names."""
        name = str(user["userPrincipalName"]).casefold()
        given = {key.casefold(): values for key, values in self.roles.items()}
        return given.get(name) or given.get(str(user["id"]).casefold(), ())


class Federated(Outside):
    """Somebody else's token that is taken for the application's own: who issued it, about whom."""

    issuer: str
    subject: str


class Limits(Outside):
    """Token buckets per application and tenant, and per tenant: Graph's documented numbers.

    ``others_writes_per_second`` is what other applications take of the tenant's share.
    """

    on: bool = False
    writes: int = Field(default=3_000, gt=0)
    writes_seconds: float = Field(default=150.0, gt=0)
    units: int = Field(default=8_000, gt=0)
    units_seconds: float = Field(default=10.0, gt=0)
    tenant_writes: int = Field(default=18_000, gt=0)
    tenant_writes_seconds: float = Field(default=300.0, gt=0)
    others_writes_per_second: float = Field(default=0.0, ge=0)
    full_at_start: bool = True


class TeamsService(Outside):
    """Seconds that Teams works after it has answered, and until it knows a new group; ``failing``:
    what it works on fails. Creations a second, and calls a second about one Team, are Graph's
    documented numbers; they count where ``throttle`` is on."""

    working: float = Field(default=0.0, ge=0)
    spreading: float = Field(default=0.0, ge=0)
    failing: bool = False
    creations: int = Field(default=10, gt=0)
    of_one: int = Field(default=4, gt=0)


class Settings(Outside):
    """Changed by ``PATCH /_tenant/settings``; kept over a restart.

    ``apps`` are further client ids that know the same secret; ``registrations`` know it too, and
    are allowed nothing but to sign people in. ``certificates`` (PEM) and ``federated`` are what
    assertions are held against; without any, only their claims are. ``verified_domains`` None
    accepts every domain. ``role_holders`` are ids, account names or marks of accounts whose
    sensitive properties the application may not touch. ``withheld`` are permissions of those that
    this tenant could grant and does not. ``licence_errors``: account name → the error
    state that group licensing reports for it. ``group_window``: seconds in which a second change of
    one group's members is answered 409. ``signed_in`` is the account that is signed in in every
    browser, "" for none. ``empty_pages``: insert an empty page after the first.
    ``strict_batch`` refuses unknown keys in a batch's items, which Graph overlooks.
    """

    tenant_id: str = TENANT_ID
    apps: tuple[str, ...] = ()
    registrations: tuple[Registration, ...] = ()
    signed_in: str = ""
    auth: Literal["required", "optional"] = "required"
    secret_expired: bool = False
    certificates: tuple[Annotated[str, AfterValidator(_is_certificate)], ...] = ()
    federated: tuple[Federated, ...] = ()
    token_seconds: int = Field(default=3599, gt=0)
    verified_domains: tuple[str, ...] | None = None
    role_holders: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    may_reset_passwords: bool = False
    banned_passwords: tuple[str, ...] = ()
    quota: int = Field(default=300_000, ge=0)
    conflict_names_other: bool = True
    inner_error: Literal["innerError", "innererror"] = "innerError"
    empty_pages: bool = False
    strict_batch: bool = True
    replication: Replication = Replication()
    group_window: float = Field(default=0.0, ge=0)
    licence_delay: float = Field(default=0.0, ge=0)
    licence_errors: dict[str, str] = Field(default_factory=dict)
    prohibited_locations: tuple[str, ...] = ()
    throttle: Limits = Limits()
    teams: TeamsService = TeamsService()
    skus: tuple[Sku, ...] = (
        Sku(
            sku_id="314c4481-f395-4525-be8b-2ec4bb1e9d91",
            part_number="STANDARDWOFFPACK_STUDENT",
            units=1_000_000,
        ),
        Sku(
            sku_id="94763226-9b3c-4e75-a931-5c89701abe66",
            part_number="STANDARDWOFFPACK_FACULTY",
            units=1_000_000,
        ),
        Sku(
            sku_id="18250162-5d87-4436-a834-d795c15c80f3",
            part_number="M365EDU_A3_STUUSEBNFT",
            units=50_000,
        ),
    )
