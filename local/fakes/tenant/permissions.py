"""Which application permissions of Microsoft Graph the tenant has granted."""

from __future__ import annotations

from local.fakes.tenant.answers import GraphError
from local.fakes.tenant.settings import Settings

ROLES = (
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "GroupMember.ReadWrite.All",
    "EduRoster.ReadWrite.All",
    "Member.Read.Hidden",
    "Team.Create",
    "TeamSettings.ReadWrite.All",
)


def granted(settings: Settings) -> list[str]:
    return [role for role in ROLES if role not in settings.withheld]


def require(settings: Settings, *one_of: str) -> None:
    """Raises GraphError 403, as Teams words it, where none of these is granted."""
    if not {*one_of} & {*granted(settings)}:
        raise GraphError(
            403,
            "Forbidden",
            f"Missing role permissions on the request. API requires one of '{', '.join(one_of)}'.",
        )
