"""What a rehearsal says of class Teams: nothing is made, so what is there is only looked at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kakehashi.city import City
from kakehashi.diff.staff_plan import StaffPlan
from kakehashi.directories.port import Groups
from kakehashi.edges.errors import DirectoryError, TryLater
from kakehashi.edges.runs import Folder
from kakehashi.edges.state import State
from kakehashi.findings import soften
from kakehashi.groups import all_of_it, findings_of
from kakehashi.groups.teams import rehearse
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import StaffMember
from kakehashi.roster import Desired


def rehearse_teams(
    folder: Folder, state: State, groups: Groups, city: City, city_code: str, *,
    desired: Iterable[Desired], known: Iterable[Record], plan: StaffPlan, as_of: date,
) -> None:  # fmt: skip
    """Findings of the stage ``teams``. Where the directory refuses groups as such, that is what is
    told, as the night would, and the rehearsal goes on."""
    try:
        there = groups.tenancy(_teams_alone(city), city_code).teams
    except DirectoryError as exc:
        refused = all_of_it(exc.code, exc.status, busy=isinstance(exc, TryLater))
        folder.put_findings("teams", soften(findings_of([refused]), city.effects))
        return
    pupils = {one.pupil.id: one.pupil for one in known if one.status is Status.ACTIVE}
    pupils |= {one.pupil.id: one.pupil for one in desired if not one.ahead}
    staff: dict[str, StaffMember] = {k.pupil.id: k.pupil for k in state.staff()}
    staff |= {one.pupil: one.after for one in plan.actions if one.after}
    most = city.staff.class_teams.a_night if city.staff and city.staff.class_teams else 0
    found = rehearse(pupils.values(), staff.values(), there, most, city_code, as_of=as_of)
    folder.put_findings("teams", soften(found, city.effects))


def _teams_alone(city: City) -> City:
    """The same city, asking for nothing but Teams: the rest need not be read."""
    m365 = city.m365.model_copy(update={"groups": (), "licences": ()})
    nothing = {"groups": (), "owners": (), "licences": ()}
    staff = city.staff.model_copy(update=nothing) if city.staff else None
    return city.model_copy(update={"m365": m365, "staff": staff})
