"""What we can say to Microsoft Graph, as values.

The permission to create users also permits to delete them, so this vocabulary has no word for it:
``Verb`` holds no DELETE. The one module that can delete is ``edges/provision/deletion.py``, which
has a word of its own and speaks only of pupils whom a person named. ``MemberRemoval`` takes a
member out of a group and can say nothing else. A test finds whoever else says DELETE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol
from urllib.parse import quote
from uuid import UUID

BATCH = 20  # Graph's limit for items of one $batch
EXTENSIONS = "onPremisesExtensionAttributes"
IDENTITY = ("id", "userPrincipalName", "accountEnabled", "displayName", EXTENSIONS)
SYNCED = "onPremisesSyncEnabled"  # true: by a local AD; false: it once was; null: it never was
PLACES = ("department", "officeLocation", "jobTitle")
WHOLE = (*IDENTITY, *PLACES, "mailNickname", "givenName", "surname", "usageLocation", "ageGroup")
"""All that an account of ours is made of."""
NEVER_EMPTY = frozenset({"userPrincipalName", "mailNickname", "displayName", "usageLocation"})

type Body = Mapping[str, Any]

EMPTY: Body = {}  # Graph refuses a whole $batch over one POST in it that has no body


class Verb(StrEnum):
    GET = "GET"
    POST = "POST"
    PATCH = "PATCH"


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """One call. ``url`` is relative to ``/v1.0``; it and ``body`` stay out of every ``repr``.

    ``patient``: the object was made moments ago, so "not found" may mean "not replicated yet".
    ``links``: it names accounts that may all be new, so it waits longer between its tries.
    ``repeatable`` is false where a second one would make a second object: it is sent again only
    after an answer that says that nothing happened. ``after``: seconds that pass before it is sent.
    """

    verb: Verb
    url: str = field(repr=False)
    body: Body | None = field(default=None, repr=False)
    patient: bool = False
    links: bool = False
    repeatable: bool = True
    after: float = 0.0

    @property
    def method(self) -> str:
        return self.verb.value

    @property
    def writes(self) -> int:
        """What the call costs of the write limit."""
        return 0 if self.verb is Verb.GET else 1


@dataclass(frozen=True, slots=True)
class MemberRemoval:
    """Take one member, or owner, out of one group: the only DELETE that a flow can say.

    Both ids are GUIDs and the path is made here, so it ends in ``$ref``: without that, Graph
    would delete the account itself.
    """

    group: str = field(repr=False)
    member: str = field(repr=False)
    of: Literal["members", "owners"] = "members"

    body: ClassVar[None] = None
    writes: ClassVar[int] = 1
    patient: ClassVar[bool] = False
    links: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True
    after: ClassVar[float] = 0.0
    method: ClassVar[str] = "DELETE"

    @property
    def url(self) -> str:
        return f"/groups/{UUID(self.group)}/{self.of}/{UUID(self.member)}/$ref"


class Request(Protocol):
    """All that the exchange and the wire ask of a call; the words are explained above."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def body(self) -> Body | None: ...
    @property
    def writes(self) -> int: ...
    @property
    def patient(self) -> bool: ...
    @property
    def links(self) -> bool: ...
    @property
    def repeatable(self) -> bool: ...
    @property
    def after(self) -> float: ...


def create_user(
    account: Mapping[str, str], password: str, *, must_change: bool, enabled: bool = True
) -> GraphRequest:
    """POST /users: everything at once, the mark included, so that no second write is needed."""
    body = nested({name: value for name, value in account.items() if value}) | {
        "accountEnabled": enabled,
        "passwordProfile": {
            "password": password,
            "forceChangePasswordNextSignIn": must_change,
        },
    }
    return GraphRequest(Verb.POST, "/users", body)


def change_user(
    object_id: str, changes: Body, *, enabled: bool | None = None, patient: bool = False
) -> GraphRequest:
    """PATCH /users/{id} with ``changes`` as ``differing`` gives them.

    ``enabled`` lets the user sign in, or not; None leaves that as it is.
    """
    body = nested(changes) | ({} if enabled is None else {"accountEnabled": enabled})
    return GraphRequest(Verb.PATCH, f"/users/{object_id}", body, patient)


def set_password(object_id: str, password: str, *, must_change: bool) -> GraphRequest:
    """PATCH the password of an account that exists: most apps may not, and that is no fault."""
    profile = {"password": password, "forceChangePasswordNextSignIn": must_change}
    return GraphRequest(Verb.PATCH, f"/users/{object_id}", {"passwordProfile": profile}, True)


def only_sets_password(request: Request) -> bool:
    """Whether it is one that most apps may not make, and need not."""
    return request.body is not None and request.body.keys() == {"passwordProfile"}


def get_user(key: str, fields: tuple[str, ...], *, patient: bool = False) -> GraphRequest:
    """GET one user by object id or userPrincipalName."""
    return GraphRequest(Verb.GET, f"/users{_key(key)}?{_select(fields)}", patient=patient)


def list_users(fields: tuple[str, ...] = IDENTITY) -> str:
    """URL of the first page of every user, 999 a page."""
    return f"/users?$top=999&{_select(fields)}"


def latest_changes(fields: tuple[str, ...]) -> str:
    """URL of nothing but the link from which on changes of these properties are told."""
    return f"/users/delta?$deltatoken=latest&{_select(fields)}"


def list_deleted() -> str:
    """URL of the first page of users deleted in the last 30 days."""
    fields = (*IDENTITY, "deletedDateTime")
    return f"/directory/deletedItems/microsoft.graph.user?$top=999&{_select(fields)}"


def list_roles() -> str:
    """URL of the roles of the directory that somebody holds or ever held."""
    return "/directoryRoles?$select=id"


def list_role_members(role: str) -> str:
    """URL of the first page of those who hold a role: users, groups, apps."""
    return f"/directoryRoles/{UUID(role)}/members?$select=id"


def list_members(group: str) -> str:
    """URL of the first page of a group's members."""
    return f"/groups/{UUID(group)}/members?$select=id&$top=999"


def get_deleted(object_id: str) -> GraphRequest:
    return GraphRequest(Verb.GET, f"/directory/deletedItems/{object_id}?$select=id")


def bring_back(object_id: str, new_name: str = "") -> GraphRequest:
    """Restore a deleted user: its id, groups and files come back with it. ``new_name`` is the
    sign-in name it shall have where its own has been given away."""
    body = {"newUserPrincipalName": new_name} if new_name else EMPTY
    return GraphRequest(Verb.POST, f"/directory/deletedItems/{object_id}/restore", body)


def end_sessions(object_id: str) -> GraphRequest:
    """Make refresh tokens worthless, so that a suspension takes effect on open devices too."""
    return GraphRequest(Verb.POST, f"/users/{object_id}/revokeSignInSessions", EMPTY)


def differing(before: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str | None]:
    """Only the properties that must change; "" becomes null, where Graph allows null."""
    return {
        name: value or None
        for name, value in wanted.items()
        if value != before.get(name, "") and (value or name not in NEVER_EMPTY)
    }


def nested(values: Body) -> dict[str, Any]:
    """Flat names as Graph nests them: ``extensionAttributeN`` lives one floor down."""
    flat = {n: v for n, v in values.items() if not n.startswith("extensionAttribute")}
    inner = {n: v for n, v in values.items() if n.startswith("extensionAttribute")}
    return flat | ({EXTENSIONS: inner} if inner else {})


def graph_fields(account: Mapping[str, str]) -> tuple[str, ...]:
    """What to ``$select`` in order to compare an account with ``account``."""
    flat = (name for name in account if not name.startswith("extensionAttribute"))
    return tuple(dict.fromkeys((*IDENTITY, *flat)))


def _select(fields: tuple[str, ...]) -> str:
    return "$select=" + ",".join(fields)


def _key(key: str) -> str:
    if key.startswith("$"):  # Graph would read it as a query option
        return "('" + quote(key.replace("'", "''"), safe="'") + "')"
    return "/" + quote(key, safe="")
