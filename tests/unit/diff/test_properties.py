"""What holds for any roster, any state, any tenant and any decisions."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.actions import Kind
from kakehashi.diff.answers import Decision
from kakehashi.diff.plan import Plan, read_plan
from kakehashi.diff.planning import make_plan
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired, Held, PasswordAt
from tests.builders import TODAY, a_city, a_held, a_known, a_pupil, a_tenant_account, an_id
from tests.unit.diff.nights import (
    APRIL,
    JUNIOR,
    OTHER,
    PRIMARY,
    UNIFIED,
    a_school_of,
    a_town,
    carried_out,
    gone_up,
    knowing,
    next_year,
    night,
)

PUPILS = [a_pupil(n) for n in range(1, 9)]
CITY = a_city()
DECISIONS: tuple[Decision, ...] = (
    "suspend", "delete", "link", "recreate", "keep", "rename", "right", "wrong",
)  # fmt: skip


@dataclass
class World:
    desired: list[Desired]
    held: list[Held]
    known: list[Record]
    tenant: list[Listed]
    decisions: Mapping[str, Decision]

    def plan(self) -> Plan:
        books = (self.desired, self.held, self.known, self.tenant)
        return make_plan(*books, CITY, shape=account_of, city_code="demo", serial=1, as_of=TODAY,
                         decisions=self.decisions)  # fmt: skip

    def shuffled(self, seed: int) -> World:
        rng = random.Random(seed)
        return World(
            rng.sample(self.desired, len(self.desired)),
            rng.sample(self.held, len(self.held)),
            rng.sample(self.known, len(self.known)),
            rng.sample(self.tenant, len(self.tenant)),
            self.decisions,
        )

    def after(self, plan: Plan) -> World:
        known, tenant = carried_out(plan, self.known, self.tenant)
        return replace(self, known=known, tenant=tenant)


accounts = st.sampled_from([p.account for p in PUPILS] + ["free@ed.example.jp"])


@st.composite
def told(draw: st.DrawFn, pupil: Pupil, *, renaming: bool) -> Desired:
    """The pupil as tonight's roster tells it, changed or not."""
    facts: dict[str, Any] = {}
    for name, values in (("class_title", ["3年1組"]), ("family", ["高橋"]), ("grade", ["P4", "P6"]),
                         ("school", [OTHER])):  # fmt: skip
        if draw(st.integers(0, 4)) == 0:
            facts[name] = draw(st.sampled_from(values))
    if renaming and draw(st.integers(0, 3)) == 0:
        facts["account"] = draw(accounts)
    if renaming and draw(st.integers(0, 9)) == 0:
        facts["id"] = an_id(f"another id of {pupil.id}")
    password = PasswordAt("k", "v", pupil.line) if draw(st.booleans()) else None
    unsafe = "N001" if draw(st.integers(0, 9)) == 0 else ""
    return Desired(replace(pupil, **facts), password, unsafe)


@st.composite
def remembered(draw: st.DrawFn, pupil: Pupil) -> Record:
    """The pupil as our state has it: active, absent, suspended or long suspended."""
    days = draw(st.sampled_from([None, 0, 10, 89, 90, 400]))
    if days is None:
        return a_known(pupil=pupil)
    since = TODAY - timedelta(days=days)
    if draw(st.booleans()):
        return a_known(pupil=pupil, absent_since=since)
    return a_known(pupil=pupil, status=Status.SUSPENDED, suspended_on=since, absent_since=since)


@st.composite
def worlds(draw: st.DrawFn, *, renaming: bool = True) -> World:
    world = World([], [], [], [], draw(st.dictionaries(
        st.sampled_from([p.id for p in PUPILS]), st.sampled_from(DECISIONS))))  # fmt: skip
    for n, pupil in enumerate(PUPILS, 1):
        if draw(st.booleans()):
            world.desired.append(draw(told(pupil, renaming=renaming)))
        if draw(st.integers(0, 3)) == 0:
            umi = draw(st.sampled_from([None, pupil.id]))
            world.held.append(a_held(n, leaving=draw(st.booleans()), pupil=umi))
        if draw(st.booleans()):
            known = draw(remembered(pupil))
            world.known.append(known)
        if draw(st.booleans()):
            mark = draw(st.sampled_from([pupil.id, pupil.id, pupil.id, "", an_id("x")]))
            enabled = draw(st.booleans())
            world.tenant.append(a_tenant_account(a_known(pupil=pupil), mark=mark, enabled=enabled))
    return world


@given(worlds(renaming=False))
def test_applying_a_plan_leaves_nothing_to_plan(world: World) -> None:
    after = world.after(world.plan())
    assert after.plan().actions == ()


@given(worlds())
def test_when_names_change_hands_a_few_nights_leave_nothing_to_plan(world: World) -> None:
    for _ in range(len(PUPILS)):
        world = world.after(world.plan())
    assert world.plan().actions == ()


@given(worlds(), st.integers(0, 99))
def test_row_order_changes_neither_plan_nor_checksum(world: World, seed: int) -> None:
    plan, again = world.plan(), world.shuffled(seed).plan()
    assert again.header() == plan.header()
    assert again.actions == plan.actions
    assert Counter(f.row() for f in again.findings) == Counter(f.row() for f in plan.findings)


@given(worlds())
def test_nothing_is_taken_or_taken_over_unless_a_person_named_the_pupil(world: World) -> None:
    needs = {Kind.SUSPEND: "suspend", Kind.DELETE: "delete"}
    marks = {account.object_id: account.mark for account in world.tenant}
    for action in world.plan().actions:
        if action.kind in needs:
            assert world.decisions.get(action.pupil) == needs[action.kind]
        if action.kind is Kind.LINK and marks[action.object_id] != action.pupil:
            assert world.decisions.get(action.pupil) == "link"
        if action.kind is Kind.CREATE and action.before:
            assert world.decisions.get(action.pupil) == "recreate"
            assert action.before.object_id not in marks


@given(worlds())
def test_no_account_is_touched_that_does_not_carry_our_mark(world: World) -> None:
    marks = {account.object_id: account.mark for account in world.tenant}
    for action in world.plan().actions:
        if action.kind in {Kind.UPDATE, Kind.RESTORE}:
            assert marks[action.object_id] == action.pupil
        if action.kind in {Kind.SUSPEND, Kind.DELETE}:  # one that is gone is only written down
            assert marks.get(action.object_id, action.pupil) == action.pupil
        if action.kind is Kind.LINK:
            former = action.before.pupil.id if action.before else ""
            assert marks[action.object_id] in {"", action.pupil, former}


@given(worlds())
def test_a_held_pupil_is_in_no_action_and_is_not_absent(world: World) -> None:
    plan = world.plan()
    touched = {action.pupil for action in plan.actions}
    desired = {row.pupil.id for row in world.desired}
    for row in world.held:
        if row.pupil and not row.leaving:
            assert row.pupil not in touched
            assert all(row.pupil not in ids for ids in plan.proposals.values())
        elif row.pupil and row.pupil not in desired:
            assert row.pupil not in touched or world.decisions.get(row.pupil) in DECISIONS[:2]


@given(worlds())
def test_no_pupil_of_the_drop_loses_an_account(world: World) -> None:
    in_drop = {row.pupil.id for row in world.desired}
    for action in world.plan().actions:
        if action.kind in {Kind.SUSPEND, Kind.DELETE}:
            assert action.pupil not in in_drop
            assert action.after is None


@given(worlds())
def test_no_two_accounts_ever_get_one_name(world: World) -> None:
    after = world.after(world.plan())
    upns = Counter(account.sign_in.lower() for account in after.tenant)
    assert max(upns.values(), default=1) == 1


@given(worlds())
def test_every_pupil_is_in_exactly_one_situation(world: World) -> None:
    plan = world.plan()
    ids = {row.pupil.id for row in world.desired} | {one.pupil.id for one in world.known}
    ids |= {row.pupil for row in world.held if row.pupil}
    situations = {"NEW", "UNLINKED", "CONFIRMED", "CHANGED", "RETURNED", "LOST", "DISPUTED", "HELD",
                  "GONE", "SUSPENDED", "EXPIRED",
                  "RENAMING", "EXCHANGED", "SAME_CHILD"}  # fmt: skip
    assert sum(n for word, n in plan.counts.items() if word in situations) == len(ids)


@given(worlds())
def test_a_plan_comes_back_from_its_files(world: World) -> None:
    plan = world.plan()
    again = read_plan(plan.header().to_json(), [action.to_json() for action in plan.actions])
    assert again == replace(plan, findings=())
    assert not again.altered()


@given(worlds())
def test_no_finding_says_who(world: World) -> None:
    words = {
        w for p in PUPILS for w in (p.account, p.family, p.given, p.kana_family, p.class_title)
    }
    texts = {str(value) for f in world.plan().findings for value in f.facts.values()}
    assert not words & texts


# -- a town of 600 --------------------------------------------------------------------------------

TOWN = a_town()
KNOWN = knowing(TOWN)


@settings(max_examples=30, deadline=None)
@given(
    st.sets(st.integers(0, len(TOWN) - 1), min_size=4), st.dates(date(2026, 5, 1), date(2027, 3, 1))
)
def test_whoever_is_cut_out_of_an_export_nothing_happens_to_them(
    missing: set[int], day: date
) -> None:
    plan = night([p for i, p in enumerate(TOWN) if i not in missing], KNOWN, as_of=day)
    assert plan.verdict(rehearse=False) in {"awaiting-approval", "refused"}
    assert {action.kind for action in plan.actions} <= {Kind.RECORD}


sizes = st.integers(4, 30)


@settings(max_examples=15, deadline=None)
@given(st.lists(sizes, min_size=4, max_size=4), st.floats(0.7, 1.2), st.randoms())
def test_any_correct_april_needs_nobody(size: list[int], intake: float, rng: random.Random) -> None:
    town = [
        *a_school_of(size[0], PRIMARY),
        *a_school_of(size[1], OTHER, start=1001),
        *a_school_of(size[2], JUNIOR, grades=["J1", "J2", "J3"], start=2001),
        *a_school_of(size[3], UNIFIED, start=3001),
        *a_school_of(size[3], UNIFIED, grades=["J1", "J2", "J3"], start=4001),
    ]
    new = int(intake * (size[0] + size[1] + size[3]))
    roster = next_year(town, intake=0)
    roster += [
        a_pupil(9000 + i, grade="P1", school=rng.choice([PRIMARY, OTHER, UNIFIED]),
                school_year=2027) for i in range(new)
    ]  # fmt: skip
    first = night(roster, knowing(town), as_of=APRIL)
    assert first.breaches == ()
    known, _ = carried_out(first, knowing(town), [], APRIL)
    assert night(roster, known, as_of=date(2027, 4, 7)).actions == ()


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([PRIMARY, OTHER, JUNIOR, UNIFIED]), st.sampled_from(["behind", "twice"]))
def test_any_school_that_departs_from_april_is_caught(school: str, how: str) -> None:
    def told_wrongly(p: Pupil) -> Pupil:
        return p if how == "behind" else gone_up(gone_up(p))

    here = [p for p in TOWN if p.school == school and p.grade not in {"P6", "J2", "J3"}]
    wrong = {p.id: told_wrongly(p) for p in here}
    roster = [wrong.get(p.id, p) for p in next_year(TOWN)]
    plan = night(roster, KNOWN, as_of=APRIL)
    assert school in {breach.scope for breach in plan.breaches}


SHARES = {"S003": (0.01, 5), "S008": (0.01, 5), "S024": (0.005, 5), "S026": (0.05, 20)}


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, len(TOWN) - 1)), st.sampled_from(sorted(SHARES)))
def test_exactly_what_is_over_its_bound_stops_the_night(some: set[int], code: str) -> None:
    """Any pupils, whoever they are: each counted once, and as many as the bound let through."""
    roster, known = list(TOWN), list(KNOWN)
    for i in some:
        match code:
            case "S003":
                roster[i] = replace(roster[i], family="高橋")
            case "S008":
                roster[i] = replace(roster[i], account=f"new-{roster[i].account}")
            case "S024":
                known[i] = replace(known[i], status=Status.SUSPENDED, suspended_on=TODAY)
            case _:
                roster[i] = replace(roster[i], attendance_no=999)
    share, floor = SHARES[code]
    base = sum(one.status is Status.ACTIVE for one in known)
    stopped = [b.code for b in night(roster, known).breaches if b.scope == "city"]
    assert stopped == ([code] if len(some) > max(floor, int(share * base)) else [])
