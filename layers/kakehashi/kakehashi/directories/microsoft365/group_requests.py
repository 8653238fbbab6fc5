"""What we can say to Microsoft Graph about groups and licences, as values."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from kakehashi.directories.microsoft365.requests import GraphRequest, Verb
from kakehashi.directories.port import prefix_of

LINKS = 20  # references of one PATCH; any of them wrong, and none is added
PATCHES = 5  # of 20 references each in a $batch: more made Microsoft's own tool meet 503s
REFERENCE = "https://graph.microsoft.com/v1.0/directoryObjects/"
USERS = "https://graph.microsoft.com/v1.0/users/"
GROUP = "$select=id,mailNickname,displayName,createdDateTime,groupTypes,assignedLicenses"
TEAM = ",description,resourceProvisioningOptions"
DESCRIPTION = (
    "名簿から自動で作られ、毎晩そろえられます。 Kept in step with the roster by Kakehashi."
)


def create_group(mark: str, name: str) -> GraphRequest:
    """POST /groups: a security group. Graph lets two have one mailNickname, so never twice."""
    body = {
        "displayName": name,
        "description": DESCRIPTION,
        "mailNickname": mark,
        "mailEnabled": False,
        "securityEnabled": True,
    }
    return GraphRequest(Verb.POST, "/groups", body, repeatable=False)


def rename_group(group: str, name: str) -> GraphRequest:
    return GraphRequest(Verb.PATCH, f"/groups/{group}", {"displayName": name}, patient=True)


def find_group(mark: str) -> GraphRequest:
    """Our group by its mark, made moments ago."""
    url = f"/groups?$filter={_quoted('mailNickname eq', mark)}&{GROUP}"
    return GraphRequest(Verb.GET, url, patient=True)


def list_groups(city_code: str, *, teams: bool = False) -> str:
    """URL of the first page of the city's groups; with ``teams``, what tells their Teams, too."""
    condition = quote(f"startswith(mailNickname,'{prefix_of(city_code)}')", safe="'(),")
    return f"/groups?$filter={condition}&$top=999&{GROUP + TEAM if teams else GROUP}"


def list_groups_named(name: str, *, teams: bool = False) -> str:
    """URL of the groups with this displayName, in any case of letters."""
    shown = GROUP + TEAM if teams else GROUP
    return f"/groups?$filter={_quoted('displayName eq', name)}&{shown}"


def get_group(object_id: str) -> GraphRequest:
    return GraphRequest(Verb.GET, f"/groups/{object_id}?{GROUP}")


def list_members(group: str) -> str:
    """URL of the first page of a group's members: ids, 999 a page."""
    return f"/groups/{group}/members?$top=999&$select=id"


def add_members(group: str, members: Sequence[str]) -> GraphRequest:
    """PATCH with up to 20 accounts at the cost of one write; one of them wrong, none is added."""
    links = [REFERENCE + member for member in members]
    body = {"members@odata.bind": links}
    return GraphRequest(Verb.PATCH, f"/groups/{group}", body, patient=True, links=True)


def add_member(group: str, member: str) -> GraphRequest:
    body = {"@odata.id": REFERENCE + member}
    return GraphRequest(Verb.POST, f"/groups/{group}/members/$ref", body)


def list_owners(group: str) -> str:
    """URL of the first page of a group's owners: ids."""
    return f"/groups/{group}/owners?$top=999&$select=id"


def add_owner(group: str, owner: str) -> GraphRequest:
    body = {"@odata.id": f"{USERS}{owner}"}
    return GraphRequest(Verb.POST, f"/groups/{group}/owners/$ref", body, patient=True)


def list_skus() -> str:
    names = "skuId,skuPartNumber,consumedUnits,prepaidUnits,capabilityStatus"
    return f"/subscribedSkus?$select={names}"


def list_holders() -> str:
    """URL of the first page of all users with the licences they have."""
    return "/users?$top=999&$select=id,assignedLicenses"


def assign_licence(user: str, sku_id: str) -> GraphRequest:
    """Again for a user who has it already is harmless. Both lists must be there."""
    body = {"addLicenses": [{"skuId": sku_id, "disabledPlans": []}], "removeLicenses": []}
    return GraphRequest(Verb.POST, f"/users/{user}/assignLicense", body, patient=True)


def _quoted(condition: str, value: str) -> str:
    text = value.replace("'", "''")
    return quote(f"{condition} '{text}'", safe="'")
