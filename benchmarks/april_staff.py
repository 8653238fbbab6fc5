"""The staff of a city on the first days of April, as the staff page finds them in run folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from kakehashi.city import City
from kakehashi.diff.staff import make_staff_plan
from kakehashi.diff.staff_plan import StaffPlan
from kakehashi.diff.staff_standing import StaffInputs
from kakehashi.directories.microsoft365.shape import staff_account_of
from kakehashi.directories.port import Listed
from kakehashi.edges import staff_files
from kakehashi.edges.runs import Folder
from kakehashi.people.record import Record
from kakehashi.people.staff import Employment, StaffMember
from kakehashi.preprocess.staff import StaffRoster
from tests.builders import a_post, an_employment, an_id

FIRST = date(2027, 4, 1)
MOVES, ENDS = 4, 20  # every fourth moves, and every twentieth has left


def put_staff(folders: Sequence[Folder], city: City, schools: Sequence[str], count: int) -> None:
    """``folders`` are of runs one after the other: the last plans the moves, and each asks about
    those who have left."""
    people = [_person(n, schools) for n in range(1, count + 1)]
    eve = FIRST - timedelta(days=1)
    known = [_known(one.on(eve, gap=7, prepare=10)[1], city) for one in people]
    for folder in folders:
        staff_files.put_roster(folder, StaffRoster(tuple(people)), {})
        staff_files.put_current(folder, known)
        staff_files.put_plan(folder, _plan(people, known, city))


def _plan(
    people: Sequence[Employment], known: Sequence[Record[StaffMember]], city: City
) -> StaffPlan:
    assert city.staff
    there = [Listed(one.object_id, one.sign_in, one.pupil.id, enabled=True) for one in known]
    inputs = StaffInputs("demo-20270405T020000-0a1b2c3d", people, known=known, listed=there)
    return make_staff_plan(inputs, city, city.staff, shape=staff_account_of, city_code="demo",
                           as_of=FIRST + timedelta(days=5))  # fmt: skip


def _person(n: int, schools: Sequence[str]) -> Employment:
    here, there = schools[n % len(schools)], schools[(n + 1) % len(schools)]
    eve = FIRST - timedelta(days=1)
    if n % ENDS == 1:
        return an_employment(n, a_post(end=FIRST - timedelta(days=3), school=here))
    if n % MOVES:
        return an_employment(n, a_post(end=None, school=here))
    return an_employment(n, a_post(end=eve, school=here), a_post(FIRST, None, school=there))


def _known(member: StaffMember, city: City) -> Record[StaffMember]:
    account = f"t{member.number.lower()}@{city.domain}"
    member = replace(member, account=account)
    return Record(member, staff_account_of(member, city), an_id(member.id))
