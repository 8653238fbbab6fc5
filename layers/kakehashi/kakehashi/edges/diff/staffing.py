"""The staff's plan of a night: gathered, decided, written. Called again, it looks again."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import date
from itertools import chain

from kakehashi.city import City
from kakehashi.diff.staff import make_staff_plan
from kakehashi.diff.staff_decisions import read_staff_decisions
from kakehashi.diff.staff_plan import StaffPlan, StaffQuestions
from kakehashi.diff.staff_standing import StaffInputs
from kakehashi.directories.port import Accounts, Listed
from kakehashi.edges import staff_files
from kakehashi.edges.directories import staff_shape_of
from kakehashi.edges.errors import UNREADABLE, OtherRelease
from kakehashi.edges.runs import Folder, city_of, prefix_of
from kakehashi.edges.state import State
from kakehashi.findings import soften

RUNS = 120  # records looked through for runs that were undone


def sign_in_names(folder: Folder, city: City) -> frozenset[str]:
    """The sign-in names that tonight's staff want, in lower case; of a city that has no staff,
    none."""
    asked = city.staff
    if asked is None:
        return frozenset()
    return frozenset(
        one.account or f"{asked.sign_in_of(one.number)}@{city.domain}"
        for one in staff_files.employments(folder)
    )


def plan_staff(
    folder: Folder, state: State, directory: Accounts, city: City, listed: Sequence[Listed],
    *, run_id: str, as_of: date, left: Set[tuple[str, str]],
) -> StaffPlan | None:  # fmt: skip
    """None for a city without ``[staff]``. ``listed`` are the accounts of the tenant that carry a
    mark of staff or a name that is wanted, ``left`` the classes that the roster has no more."""
    if city.staff is None:
        return None
    known = list(state.staff())
    staff_files.put_current(folder, known)
    there = {one.object_id for one in listed}
    unseen = [one.object_id for one in known if one.object_id not in there]
    found = list(chain(listed, directory.look_up(unseen)))
    staff_files.put_tenant(folder, found)
    before = _asked_before(folder, state)
    decisions = read_staff_decisions(staff_files.decision_files(folder), before.files, run_id)
    sources = StaffInputs(
        run_id=run_id,
        employments=staff_files.employments(folder),
        held=staff_files.held(folder),
        known=known,
        listed=found,
        passwords=staff_files.passwords(folder),
        privileged=directory.privileged(),
        decisions=decisions,
        before=before,
        left=left,
    )
    plan = make_staff_plan(
        sources,
        city,
        city.staff,
        shape=staff_shape_of(city),
        city_code=city_of(run_id),
        as_of=as_of,
    )
    staff_files.put_plan(folder, plan)
    findings = (*sources.decisions.findings, *plan.findings)
    folder.put_findings("staff-plan", soften(findings, city.effects))
    return plan


def _asked_before(folder: Folder, state: State) -> StaffQuestions:
    settled = state.settled_run()
    if not settled:
        return StaffQuestions()
    earlier = Folder(folder.s3, folder.bucket, prefix_of(settled))
    try:
        asked = staff_files.plan_header(earlier).questions
    except UNREADABLE as exc:
        raise OtherRelease("the staff's plan of the last run") from exc
    return asked.without(_turned_back(folder, state, settled))


def _turned_back(folder: Folder, state: State, settled: str) -> set[str]:
    """Staff to whom the settled run, or a later one, did what an undo has turned back since: the
    decision that led there is used up. The records say so for good; ``undone_since_asked`` is
    empty as soon as a night has asked, also where its plan then waits."""
    records = (one for one in state.runs(RUNS) if one.run_id >= settled)
    undone = [prefix_of(one.run_id) for one in records if one.undone_by]
    folders = (Folder(folder.s3, folder.bucket, prefix) for prefix in undone)
    return {action.pupil for one in folders for action in staff_files.all_actions(one)}
