"""教職員 on the staff page: their plan, and answers that become a file of decisions.

s3://<inbox>/inbox/<city>/signed-in/decisions/<moment>-<form>.csv    what was answered on the page

The file has the columns that a board's own has, and is read by the same room; who decides is the
account's object id, so that two people are two, and only the page may write into its folder.
Nothing watches that: an answer can be taken back until a night has read it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kakehashi.catalogue import staff as rules
from kakehashi.diff.decisions import DecisionFile
from kakehashi.diff.leaders import needs_two
from kakehashi.diff.staff_decisions import StaffDecisions, StaffFile, read_staff_decisions
from kakehashi.diff.staff_plan import NO_STAFF_PLAN, SHOWN, StaffPlanHeader, by_decision
from kakehashi.edges import staff_files
from kakehashi.edges.decision_files import DecisionFiles
from kakehashi.edges.objects import Objects
from kakehashi.edges.runs import Folder
from kakehashi.edges.staff import deciding
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken
from kakehashi.edges.staff.reading import may_be_done, staff_header
from kakehashi.edges.web.items import by
from kakehashi.findings import Rule
from kakehashi.people.staff import StaffMember, staff_id
from kakehashi.refusal import Refusal
from kakehashi.report.healed import begun
from kakehashi.roster import JAPAN
from kakehashi.staff import personnel

HEADINGS = ("職員番号", "決定", "決定者", "計画")
MOST_REASON = 200
_PAGE = re.compile(r"[1-9][0-9]{0,3}\Z")
_CODE = re.compile(r"S9[0-9]{2}\Z")
_BY = by("")

type Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class UnreadAnswers:
    """One of our files that no settled night has read."""

    file: DecisionFile
    said: StaffDecisions

    def rows(self, but: str) -> Iterator[Row]:
        """As they stand in the file, without what it says of one person."""
        for row in _read(self.file.body):
            if staff_id(row[0]) != but:
                yield row


def page(asked: Asked) -> personnel.Personnel | Refusal:
    found = facts(asked)
    if found is None:
        return Refusal(rules.UNKNOWN_PAGE)
    given = asked.query.get("page", "1")
    number = int(given) if _PAGE.match(given) else 1
    return personnel.personnel(found, number, asked.caller.viewer)


def facts(asked: Asked) -> personnel.PersonnelFacts | None:
    """None for a city without staff, and before its first plan of them."""
    state, city = asked.deps.state(asked.city), asked.deps.rules(asked.city)
    run_id, settled = state.proposals(), state.settled_run()
    header = staff_header(asked)
    if not header or city is None or city.city.staff is None:
        return None
    folder = asked.deps.folder(run_id)
    earlier = asked.deps.folder(settled) if settled else None
    before = staff_files.plan_header(earlier) if earlier else NO_STAFF_PLAN
    done = list(staff_files.all_actions(earlier)) if earlier else []
    wanted = personnel.waiting(before, done) if earlier else {}
    named = {who for people in wanted.values() for who in people}
    people = _people(earlier, before, named) if earlier and named else {}
    staff, board = city.city.staff, city.city.board_code
    today = asked.caller.now.astimezone(JAPAN).date()
    said = unread(asked, before, settled)
    plan = header.checksum[:SHOWN]
    return personnel.PersonnelFacts(
        city=asked.city,
        run_id=run_id,
        header=header,
        actions=list(staff_files.planned(folder)),
        asked=wanted,
        people=people,
        two={who for who, one in people.items() if needs_two(one, staff, board, today)},
        half=_half(earlier, before) if earlier else {},
        given=_given(said),
        accepted={code for one in said for code, plans in one.said.accepted.items()
                  if plan and plan in plans},
        planned=_planned(asked, run_id, header),
        findings=[f for stage in ("staff", "staff-plan") for f in folder.findings(stage)],
        begun=deciding.reads(asked) is not None,
        waits=state.run(run_id).waits,
    )  # fmt: skip


def _planned(asked: Asked, run_id: str, header: StaffPlanHeader) -> set[str]:
    """To whom the newest plan does what was decided: it goes with the pupils', which may wait for
    a person's word. To take such an answer back would promise what does not happen."""
    if header.stopped or not may_be_done(asked, run_id):
        return set()
    actions = staff_files.all_actions(asked.deps.folder(run_id))
    return {action.pupil for action in actions if by_decision(action)}


def _half(settled: Folder, header: StaffPlanHeader) -> dict[str, frozenset[str]]:
    """Who of those who sign in has decided about whom a night waits for a second person."""
    if not header.second:
        return {}
    files = staff_files.decision_files(settled)
    said, asked = read_staff_decisions(files, header.files, ""), header.questions
    deciders = {who: [d for what in header.asked for d in said.deciders(who, what, asked)]
                for who in header.second}  # fmt: skip
    return {who: frozenset(one.name.removeprefix(_BY) for one in some if one.signed_in)
            for who, some in deciders.items()}  # fmt: skip


def _people(folder: Folder, header: StaffPlanHeader, wanted: set[str]) -> dict[str, StaffMember]:
    """As our state knows them, else as the sources tell of them on that day."""
    day = date.fromisoformat(header.as_of)
    told = (one for one in staff_files.employments(folder) if one.id in wanted)
    found = {one.id: one.on(day, gap=0, prepare=0)[1] for one in told}
    known = {one.pupil.id: one.pupil for one in staff_files.current(folder)}
    return found | {who: one for who, one in known.items() if who in wanted}


# -- what was answered ---------------------------------------------------------------------------


def unread(asked: Asked, before: StaffPlanHeader, settled: str) -> list[UnreadAnswers]:
    """Our files that the last settled run has not seen, oldest first; only those are read that may
    be among these. What a board has uploaded itself is told by the next night."""
    seen = set(before.files)
    keys, since = {one.rpartition(" ")[0] for one in seen}, begun(settled) if settled else None

    def new(key: str, put: datetime) -> bool:
        return _OURS.search(key) is not None and (key not in keys or since is None or put >= since)

    files = DecisionFiles(_inbox(asked)).below(staff_files.answered(asked.city), new)
    return [UnreadAnswers(file, _said(file)) for file in files if file.id not in seen]


def _said(file: DecisionFile) -> StaffDecisions:
    return read_staff_decisions([StaffFile(file.id, file.name, file.body, signed_in=True)], {}, "")


_OURS = re.compile(r"/[0-9]{8}T[0-9]{6}-[A-Za-z0-9_-]+\.csv\Z")


def _given(said: Iterable[UnreadAnswers]) -> dict[str, list[personnel.GivenDecision]]:
    found: dict[str, list[personnel.GivenDecision]] = {}
    for one in said:
        for who, decisions in one.said.by_person.items():
            found.setdefault(who, []).extend(
                personnel.GivenDecision(d.what, d.by.name.removeprefix(_BY), one.file.uploaded)
                for d in decisions
            )
    return found


# -- orders --------------------------------------------------------------------------------------


def decide(asked: Asked) -> Judged:
    """What is answered person by person."""
    known, form, viewer = facts(asked), asked.form.to_dict(), asked.caller.viewer
    said = personnel.answers(form, known, viewer.oid) if known else {}
    chosen = [what for name, what in form.items() if name.startswith(personnel.FIELD) and what]
    order = StaffOrder("decide staff", known.run_id if known else "", after=_told(said))
    if known is None or asked.form.get("run_id") != known.run_id or len(said) < len(chosen):
        return OrderNotTaken(order, Refusal(rules.PLAN_CHANGED))
    if not said:
        return OrderNotTaken(order, Refusal(rules.BAD_FORM))
    rows = [_row(known.people[who], what, viewer.oid) for who, what in sorted(said.items())]
    told = "" if known.begun else "decided"
    return Taken(order, "/staff", told, lambda: _inbox(asked).put(_place(asked), _csv(rows)))


def accept(asked: Asked) -> Judged:
    """A person's word on the limits that stop the staff's plan: all of them, for this plan."""
    known, form = facts(asked), asked.form
    codes = sorted({code for code in form.all("accept") if _CODE.match(code)})
    reason = form.get("reason").strip()[:MOST_REASON]
    plan = known.header.checksum if known else ""
    order = StaffOrder("accept staff", known.run_id if known else "", plan,
                       before=",".join(codes), after=reason)  # fmt: skip
    refusal = _against(asked, known, codes, reason)
    if refusal:
        return OrderNotTaken(order, Refusal(refusal))
    who = by(asked.caller.viewer.oid)
    rows = [(code, "承認", who, plan[:SHOWN]) for code in codes]
    return Taken(order, "/staff", "decided", lambda: _inbox(asked).put(_place(asked), _csv(rows)))


def _against(
    asked: Asked, known: personnel.PersonnelFacts | None, codes: Sequence[str], reason: str
) -> Rule | None:
    if known is None or asked.form.get("checksum") != known.header.checksum:
        return rules.PLAN_CHANGED
    broken = {breach.code for breach in known.header.breaches}
    if not codes or set(codes) | set(known.accepted) != broken:
        return rules.BAD_FORM
    if not reason:
        return rules.NO_REASON
    return None if asked.caller.fresh else rules.PROVE_AGAIN


def take_back(asked: Asked) -> Judged:
    """All unread answers about one person."""
    known, who = facts(asked), asked.form.get("person")
    order = StaffOrder("take back staff", known.run_id if known else "")
    if known is None or who not in known.given:
        return OrderNotTaken(order, Refusal(rules.PLAN_CHANGED))
    before = _told({who: known.given[who][-1].what})
    order = StaffOrder("take back staff", known.run_id, before=before)
    if known.begun or who in known.planned:
        return OrderNotTaken(order, Refusal(rules.TOO_LATE))

    def act() -> None:
        settled = asked.deps.state(asked.city).settled_run()
        folder = asked.deps.folder(settled)
        before = staff_files.plan_header(folder) if settled else NO_STAFF_PLAN
        for one in unread(asked, before, settled):
            if who in one.said.by_person:
                _inbox(asked).put(one.file.key, _csv(one.rows(but=who)))

    return Taken(order, "/staff", "taken-back", act)


def _row(one: StaffMember, what: str, oid: str) -> Row:
    return one.number, personnel.DECISIONS[what].ja, by(oid), ""


def _place(asked: Asked) -> str:
    moment = asked.caller.now.astimezone(JAPAN)
    return f"{staff_files.answered(asked.city)}{moment:%Y%m%dT%H%M%S}-{asked.number}.csv"


def _csv(rows: Iterable[Row]) -> io.BytesIO:
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(HEADINGS)
    lines.writerows(rows)
    return io.BytesIO(out.getvalue().encode())


def _read(body: bytes) -> Iterator[Row]:
    for row in csv.DictReader(io.StringIO(body.decode(errors="replace"), newline="")):
        number, what, who, plan = (str(row.get(name) or "") for name in HEADINGS)
        yield number, what, who, plan


def _told(said: Mapping[str, str]) -> str:
    """For the record: ids and words."""
    words = (f"{who}:{personnel.DECISIONS[what].ja}" for who, what in sorted(said.items()))
    return " ".join(words)


def _inbox(asked: Asked) -> Objects:
    return Objects.of(asked.deps.staff.inbox_bucket)
