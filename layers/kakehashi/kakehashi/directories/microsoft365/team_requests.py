"""What we can say to Microsoft Graph about class Teams, as values.

A Team of the template ``educationClass`` can only be made of the group of an educationClass; of any
other Microsoft 365 group Graph refuses it: "can not be provisioned using a group which does not
belong to a class" (msgraph-sdk-dotnet issue 532, microsoft-graph-docs issue 5537). So the class is
made by POST /education/classes, which also makes its group, under the same id [Graph, Create
educationClass], and the Team of it by POST /teams, as Canvas and Moodle do.

Graph's limits for an app in a tenant: 10 POST /teams and 30 other calls a second, 4 a second about
one Team [Graph, throttling limits, Microsoft Teams].
"""

from __future__ import annotations

import re

from kakehashi.directories.microsoft365.group_requests import DESCRIPTION
from kakehashi.directories.microsoft365.requests import EMPTY, GraphRequest, Verb

GRAPH = "https://graph.microsoft.com/v1.0"
TEMPLATE = f"{GRAPH}/teamsTemplates('educationClass')"
ARCHIVED = "年度が終わり、アーカイブされました。 Archived by Kakehashi at the end of its year."
"""How the description of a class begins whose Team we have archived."""
MOST_DESCRIPTION = 1024  # characters of a group's description
_OPERATION = re.compile(r"/teams\('[0-9a-fA-F-]{36}'\)/operations\('[0-9a-fA-F-]{36}'\)\Z")


def create_class(mark: str, name: str) -> GraphRequest:
    """POST /education/classes. Its group is a Microsoft 365 group, and no two of these have one
    mailNickname: asked for twice, the second is refused as a conflict."""
    body = {"displayName": name, "description": DESCRIPTION, "mailNickname": mark}
    return GraphRequest(Verb.POST, "/education/classes", body)


def make_team(group: str, after: float = 0.0) -> GraphRequest:
    """POST /teams from a group. The Team takes the group's name, visibility and members: naming
    them here is an error [Graph, Create team, example 4]."""
    body = {"template@odata.bind": TEMPLATE, "group@odata.bind": f"{GRAPH}/groups('{group}')"}
    return GraphRequest(Verb.POST, "/teams", body, after=after)


def get_team(team: str, after: float = 0.0) -> GraphRequest:
    return GraphRequest(Verb.GET, f"/teams/{team}?$select=description,isArchived", after=after)


def archive_team(team: str) -> GraphRequest:
    """POST /teams/{id}/archive. ``shouldSetSpoSiteReadOnlyForMembers`` is not for an app by itself
    [Graph, Archive team], so pupils can still change files of last year's class."""
    return GraphRequest(Verb.POST, f"/teams/{team}/archive", EMPTY)


def unarchive_team(team: str) -> GraphRequest:
    return GraphRequest(Verb.POST, f"/teams/{team}/unarchive", EMPTY)


def describe(group: str, description: str) -> GraphRequest:
    text = description[:MOST_DESCRIPTION]
    return GraphRequest(Verb.PATCH, f"/groups/{group}", {"description": text})


def get_operation(location: str, after: float) -> GraphRequest | None:
    """What an answer 202 says to look at, after so many seconds; None where it names nothing of the
    form that Graph documents."""
    if not _OPERATION.match(location):
        return None
    return GraphRequest(Verb.GET, location, after=after)
