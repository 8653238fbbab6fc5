"""How each change of groups and licences flows with Microsoft Graph; see ``flows``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import ValidationError

from kakehashi.catalogue import provision as rules
from kakehashi.catalogue.refusals import NO_LOCATION, SEATS_GONE
from kakehashi.directories.microsoft365 import group_requests as graph
from kakehashi.directories.microsoft365.answers import BAD_REQUEST, NOT_FOUND, UNCLEAR, Answer
from kakehashi.directories.microsoft365.flows import Flow
from kakehashi.directories.microsoft365.group_answers import GraphGroup, rows_as
from kakehashi.directories.microsoft365.requests import GraphRequest, MemberRemoval, Verb
from kakehashi.directories.port import (
    AddMembers,
    AddOwner,
    GiveLicence,
    GroupChange,
    MakeGroup,
    RemoveMember,
    RemoveOwner,
    RenameGroup,
    Settled,
    Stopped,
)
from kakehashi.findings import Rule

_NO_LICENCE = (("usage location", NO_LOCATION), ("available licenses", SEATS_GONE))
"""What Graph's sentence holds → what that means; one code for both."""
ONE_BY_ONE = frozenset({BAD_REQUEST, NOT_FOUND})  # one of the twenty may be the reason


def flow(change: GroupChange) -> Flow:
    """The flow for one change."""
    match change:
        case MakeGroup(mark, name):
            found = make(mark, name)
        case RenameGroup(group, name):
            found = rename(group, name)
        case AddMembers(group, members):
            found = add(group, members)
        case RemoveMember(group, member):
            found = remove(group, member)
        case AddOwner(group, owner):
            found = own(group, owner)
        case RemoveOwner(group, owner):
            found = disown(group, owner)
        case GiveLicence(sku, sku_id, user):
            found = give(sku, sku_id, user)
    return found


def make(mark: str, name: str) -> Flow:
    """Make a group. Where the answer was lost, look whether it was made instead of asking twice.

    Not seen then, it is left for the next night, whose listing will know.
    """
    answer = yield graph.create_group(mark, name)
    if answer.status in UNCLEAR:
        seen = yield graph.find_group(mark)
        if found := _first(seen):
            return Settled(found)
    if answer.ok and (made := _id(answer.body)):
        return Settled(made)
    return later(rules.GROUP_LATER, answer)


def rename(group: str, name: str) -> Flow:
    answer = yield graph.rename_group(group, name)
    return Settled(group) if answer.ok else later(rules.GROUP_LATER, answer)


def add(group: str, members: Sequence[str]) -> Flow:
    """Up to twenty at once; when Graph refuses them, each by itself, so that one is only one."""
    answer = yield graph.add_members(group, members)
    if answer.ok:
        return Settled(group)
    if answer.status not in ONE_BY_ONE:
        return later(rules.MEMBERS_LATER, answer, len(members))
    refused: list[Answer] = []
    for member in members:
        answer = yield graph.add_member(group, member)
        if not answer.ok and not answer.already_member():
            refused.append(answer)
    return later(rules.MEMBERS_LATER, refused[-1], len(refused)) if refused else Settled(group)


def remove(group: str, member: str) -> Flow:
    """Not found is as good: the member, or the account, is gone already."""
    answer = yield MemberRemoval(group, member)
    gone = answer.ok or answer.no_member()
    return Settled(group) if gone else later(rules.MEMBERS_LATER, answer)


def own(group: str, owner: str) -> Flow:
    """By themselves: an owner who is one already spoils nobody else's turn."""
    answer = yield graph.add_owner(group, owner)
    there = answer.ok or answer.already_member()
    return Settled(group) if there else later(rules.MEMBERS_LATER, answer)


def disown(group: str, owner: str) -> Flow:
    answer = yield MemberRemoval(group, owner, "owners")
    gone = answer.ok or answer.no_member()
    return Settled(group) if gone else later(rules.MEMBERS_LATER, answer)


def give(sku: str, sku_id: str, user: str) -> Flow:
    answer = yield graph.assign_licence(user, sku_id)
    if answer.ok:
        return Settled(user)
    for text, rule in _NO_LICENCE:
        if answer.status == BAD_REQUEST and answer.says(text):
            return Stopped(rule, {"count": 1, "sku": sku})
    return later(rules.LICENCE_LATER, answer, sku=sku)


def read_members(
    group: str, into: set[str], relative: Callable[[str], str], *, owners: bool = False
) -> Flow:
    """Fill ``into`` with the ids of a group's members, or owners; ``relative`` shortens a
    nextLink."""
    url = graph.list_owners(group) if owners else graph.list_members(group)
    while url:
        answer = yield GraphRequest(Verb.GET, url)
        if answer.status == NOT_FOUND:  # so new that it is not everywhere yet: nobody is in it
            break
        if not answer.ok or not isinstance(answer.body, dict):
            return later(rules.GROUP_LATER, answer)
        into.update(row["id"] for row in answer.body.get("value", ()))
        link = answer.body.get("@odata.nextLink", "")
        url = relative(link) if link else ""
    return Settled(group)


def later(rule: Rule, answer: Answer, count: int = 1, **facts: str) -> Stopped:
    """Not tonight. ``failed`` unless it only is a matter of accounts that are still too new."""
    told: dict[str, int | str] = {"count": count, "code": answer.code, "status": answer.status}
    return Stopped(rule, told | facts, failed=not answer.not_replicated())


def _first(seen: Answer) -> str:
    rows = seen.body.get("value") if seen.ok and isinstance(seen.body, dict) else None
    return _id(rows[0]) if rows else ""


def _id(body: object) -> str:
    try:
        (group,) = rows_as(GraphGroup, [body])
    except ValidationError:
        return ""
    return group.id
