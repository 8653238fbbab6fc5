"""教職員 of a story: how yesterday left them, what the board's list says tonight, what comes of it.

A story with staff has, beside what ``stories`` explains:

    staff              rows of the board's list, one a post: ``n`` (T0001 …) and ``as`` (what the
                       person is called by), school, job, room, begin, end, kind (区分), side
                       (兼務), state, account; a person with several posts has several rows
    staff_before       the same as they were when the last night was carried out, if otherwise;
                       whoever is in it has an account
    staff_before_on    the day of that night (default: the day before ``as_of``)
    list_since         when tonight's list was first taken (default: ``as_of``)
    staff_asked        whom the last night asked about: {suspend = ["…"]}
    staff_decisions    {"…" = ["9001", "9002"]}: who says 停止 of whom, once asked
    expect.staff       counts, actions, asked, held, second, findings (codes); groups and owners
                       (name → people) of staff; and what each tool shows of each teacher:
                       lgate and delta, "…" = [enabled, school, classes…]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from kakehashi import deliver, oneroster
from kakehashi.actions import Kind
from kakehashi.deliver.staff_rows import with_staff
from kakehashi.diff.classes_left import classes_left
from kakehashi.diff.sheets import sheets
from kakehashi.diff.staff import make_staff_plan
from kakehashi.diff.staff_decisions import StaffDecisions, StaffFile, read_staff_decisions
from kakehashi.diff.staff_plan import StaffPlan, StaffQuestions
from kakehashi.diff.staff_standing import StaffInputs
from kakehashi.directories.microsoft365.shape import staff_account_of
from kakehashi.directories.port import Listed, Tenancy
from kakehashi.groups import decide
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import StaffMember, staff_id
from kakehashi.preprocess.classes import Classes, HomeClass
from kakehashi.preprocess.cleaning import Cleaned
from kakehashi.preprocess.schools import School
from kakehashi.preprocess.staff import Material, StaffListFile, StaffRoster, read_staff
from kakehashi.roster import PasswordAt
from tests import builders
from tests.cases.stories import Story
from tests.unit.deliver.receiver import Receiver
from tests.unit.deliver.tools import an_order

TONIGHT, LAST = "demo-20270401T021000-00000001", "demo-20261101T021000-00000000"
HEADINGS = ("職員番号", "姓", "名", "せい", "めい", "区分", "職種", "所属コード", "本務・兼務",
            "担任学級", "開始日", "終了日", "状態", "アカウント")  # fmt: skip
CELLS = {"room": "担任学級", "begin": "開始日", "end": "終了日", "state": "状態", "job": "職種",
         "kind": "区分", "account": "アカウント"}  # fmt: skip
ROWS = {"n", "as", "school", "side", *CELLS}
TOOLS = ("lgate", "delta")
PLACE = PasswordAt("inbox/demo/passwords/staff-1.csv", "v1", 2)

type Kept = Record[StaffMember]
type Told = dict[str, Any]


@dataclass
class StaffNight:
    """``known`` are the staff as the last night left them, ``after`` once tonight is done."""

    story: Story
    roster: StaffRoster
    plan: StaffPlan
    known: list[Kept]
    after: list[Kept]

    @property
    def names(self) -> dict[str, str]:
        """Id → label."""
        return {staff_id(number(row)): str(row.get("as", row["n"])) for row in rows(self.story)}


def rows(story: Story) -> list[Mapping[str, Any]]:
    return [*story.text.get("staff_before", ()), *story.text["staff"]]


def number(row: Mapping[str, Any]) -> str:
    return f"T{row['n']:04}"


def live(story: Story, cleaned: Cleaned, package: oneroster.Package) -> StaffNight:
    """The staff's part of a night, as Preprocess and Diff do it."""
    text, staff = story.text, story.city.staff
    assert staff
    yesterday = text.get("staff_before_on", story.as_of - timedelta(days=1))

    def read(rows: Iterable[Mapping[str, Any]], day: date, since: date) -> StaffRoster:
        schools, classes = cleaned.places
        if day < story.as_of:
            classes = _as_known(classes, story)
        accounts = {one.pupil.account for one in cleaned.desired}
        listed = replace(_list(story, rows), since=since)
        return read_staff(Material(story.city, staff, day, package, schools, classes, accounts,
                                   listed))  # fmt: skip

    tonight = read(text["staff"], story.as_of, text.get("list_since", story.as_of))
    before = read(text.get("staff_before", ()), yesterday, yesterday).employments
    known = [_known(story, one.on(yesterday, gap=7, prepare=10)[1]) for one in before]
    asked = {what: {_id(story, who): LAST for who in people}
             for what, people in text.get("staff_asked", {}).items()}  # fmt: skip
    inputs = StaffInputs(
        TONIGHT,
        tonight.employments,
        held=tonight.held,
        known=known,
        listed=[Listed(k.object_id, k.sign_in, k.pupil.id, enabled=True) for k in known],
        passwords={one.id: PLACE for one in tonight.employments},
        decisions=_decisions(story),
        before=StaffQuestions(asked),
        left=classes_left(cleaned.desired, story.known, story.as_of),
    )
    plan = make_staff_plan(inputs, story.city, staff, shape=staff_account_of, city_code="demo",
                           as_of=story.as_of)  # fmt: skip
    return StaffNight(story, tonight, plan, known, list(_after(plan, known)))


def _as_known(classes: Classes, story: Story) -> Classes:
    """With those that the last night knew and tonight's roster may have no more."""
    homes = {
        f"{one.school} {one.class_title}": HomeClass(
            School(one.school, one.school_name), one.school_year, one.class_title, (one.grade,),
            one.class_title,
        )
        for one in (known.pupil for known in story.known)
    }  # fmt: skip
    return replace(classes, homes=homes | classes.homes)


def _list(story: Story, rows: Iterable[Mapping[str, Any]]) -> StaffListFile:
    lines = [HEADINGS, *(_cells(story, row) for row in rows)]
    body = "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode()
    return StaffListFile("staff.csv", [list(sheet) for sheet in sheets(body)])


def _cells(story: Story, row: Mapping[str, Any]) -> list[str]:
    assert row.keys() <= ROWS, sorted(row.keys() - ROWS)
    school = row.get("school") or next(iter(story.codes))
    told = {"職員番号": number(row), "姓": "教員", "名": "一二三四五六七八九"[row["n"] % 9],
            "せい": "キョウイン", "めい": "アキラ", "区分": "正規", "職種": "教諭",
            "所属コード": story.codes.get(school, school), "開始日": "2020-04-01",
            "本務・兼務": "兼務" if row.get("side") else "本務"}  # fmt: skip
    told |= {CELLS[key]: str(row[key]) for key in CELLS if key in row}
    return [told.get(heading, "") for heading in HEADINGS]


def _id(story: Story, label: str) -> str:
    return next(staff_id(number(row)) for row in rows(story) if row.get("as") == label)


def _known(story: Story, member: StaffMember) -> Kept:
    account = f"t{member.number.lower()}@{story.city.domain}"
    member = replace(member, account=member.account or account)
    return Record(member, staff_account_of(member, story.city), builders.an_id(member.id))


def _decisions(story: Story) -> StaffDecisions:
    said = story.text.get("staff_decisions", {})
    lines = [f"{_id(story, who).removeprefix('staff-').upper()},停止,{by}"
             for who, deciders in said.items() for by in deciders]  # fmt: skip
    body = "\n".join(["職員番号,決定,決定者", *lines, ""]).encode()
    return read_staff_decisions([StaffFile("d 1", "d.csv", body, signed_in=True)], {}, TONIGHT)


def _after(plan: StaffPlan, known: Iterable[Kept]) -> Iterable[Kept]:
    """Everybody, the plan being carried out."""
    people = {one.pupil.id: one for one in known}
    for action in () if plan.stopped else plan.actions:
        before = people.get(action.pupil)
        if action.kind is Kind.SUSPEND:
            assert before
            people[action.pupil] = replace(before, status=Status.SUSPENDED)
            continue
        assert action.after
        status = Status.PREPARED if action.prepared else Status.ACTIVE
        object_id = before.object_id if before else builders.an_id(action.pupil)
        people[action.pupil] = Record(action.after, action.account, object_id, status)
    return people.values()


# -- what came of it ----------------------------------------------------------------------------


def told(night: StaffNight, pupils: list[Record]) -> Told:
    """In the words of ``expect.staff``; ``pupils`` as they are once tonight is done."""
    plan, names, story = night.plan, night.names, night.story
    said = {
        "counts": dict(plan.counts),
        "actions": sorted([names[a.pupil], str(a.kind)] for a in plan.actions),
        "asked": {w: sorted(map(names.__getitem__, i)) for w, i in plan.asked.by_decision.items()},
        "held": {code: sorted(map(names.__getitem__, ids)) for code, ids in plan.held.items()},
        "second": sorted(map(names.__getitem__, plan.second)),
        "findings": sorted(f.code for f in (*night.roster.findings, *plan.findings)),
    }
    orders = decide(pupils, frozenset(), Tenancy(), story.city, "demo", as_of=story.as_of,
                    staff=night.after)  # fmt: skip
    people = {one.object_id: names[one.pupil.id] for one in night.after}
    for what in ("members", "owners"):
        found = {g.name: sorted(people[who] for who in getattr(g, what) if who in people)
                 for g in orders.make}  # fmt: skip
        said["groups" if what == "members" else what] = {
            n: some for n, some in found.items() if some
        }
    return said | {name: _shown(night, pupils, name) for name in TOOLS}


def _shown(night: StaffNight, pupils: list[Record], name: str) -> dict[str, list[str]]:
    """What a tool shows that has taken everything as it was, and then tonight's file."""
    story, receiver, before = night.story, Receiver(), None
    rules = story.city.tools[name]
    dialect = deliver.dialect_of(rules)
    for staff in (night.known, night.after):
        records = deliver.records_of(pupils, dialect, deliver.Board.of("082201", "見本市"))
        records = with_staff(records, staff, rules, dialect, story.as_of, tool=name).records
        order = an_order(dialect.name, as_of=story.as_of)
        delivery = deliver.build(order, records, before)
        assert delivery.verdict != "refused", delivery.findings
        for file in delivery.files:
            receiver.take(file.body)
        before = delivery.records
    schools = {code: label for label, code in story.codes.items()}
    by_account = {one.pupil.account: night.names[one.pupil.id] for one in night.after}
    return {by_account[who]: [enabled, schools[code], *titles]
            for who, (enabled, _, _, code, *titles) in receiver.teachers().items()}  # fmt: skip


def wanted(story: Story) -> Told:
    maps = ("counts", "asked", "held", "groups", "owners", *TOOLS)
    blank: Told = {name: {} for name in maps} | {"actions": [], "second": [], "findings": []}
    told = {**blank, **story.expect["staff"]}
    assert told.keys() == blank.keys(), sorted(told.keys() - blank.keys())
    return told | {"actions": sorted(told["actions"])}
