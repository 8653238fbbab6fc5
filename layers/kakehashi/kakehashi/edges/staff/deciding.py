"""判断: who is asked about, what has been answered, and answers that become a decision file.

s3://<inbox>/inbox/<city>/decisions/<moment>-<form>.csv    what was answered on the page

The file has the columns of the workbook's sheet and is weighed by the same book. Nothing watches
its folder, so an answer can be taken back until a night has read it: then the row goes, and what is
left is written over the file. A list that staff upload themselves still starts a run at once.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from kakehashi.catalogue import staff as rules
from kakehashi.city import Season
from kakehashi.diff.answers import DECISION, JAPANESE, PUPIL, Decision
from kakehashi.diff.decisions import DecisionFile, read
from kakehashi.diff.header import NO_PLAN, PlanHeader
from kakehashi.edges import plans
from kakehashi.edges.decision_files import DecisionFiles, book_after
from kakehashi.edges.nights import people_listed
from kakehashi.edges.objects import Objects
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken
from kakehashi.edges.staff.reading import staff_header
from kakehashi.refusal import Refusal
from kakehashi.report.healed import begun
from kakehashi.report.people import Person
from kakehashi.roster import JAPAN
from kakehashi.run_folder.decided import NAME as ANSWERS_READ
from kakehashi.run_folder.matching import matches
from kakehashi.staff import decide
from kakehashi.staff.personnel import open_questions

FOLDER = "decisions"
BY = "by"  # the third column of our files: who answered
NIGHTLY = frozenset({"sync", "rerun"})
RECORDS = 10  # of runs, among which the one under way is
MOST_TOLD = 8  # pupils named in one line of the record


@dataclass(frozen=True, slots=True)
class Answered:
    """One of our files that no night has read: its answers by pupil."""

    file: DecisionFile
    answers: Mapping[str, Decision]
    by: str


def page(asked: Asked) -> decide.Decide:
    return decide.decide(
        facts(asked), decide.ListFilter.of(asked.query.to_dict()), asked.caller.viewer
    )


def facts(asked: Asked) -> decide.DecideFacts:
    """Of the run whose list staff are asked about now."""
    state = asked.deps.state(asked.city)
    run_id = state.proposals()
    folder = asked.deps.folder(run_id)
    header = plans.header(folder) if run_id else NO_PLAN
    listed = header.proposed
    found, night = asked.deps.rules(asked.city), reads(asked)
    given = {
        umi: decide.PendingAnswer(word, one.by, one.file.uploaded)
        for one in unread(asked)
        for umi, word in one.answers.items()
    }
    return decide.DecideFacts(
        city=asked.city,
        run_id=run_id,
        header=header,
        people=people_of(asked, run_id, header, listed),
        matches={m.pupil: m for m in matches(folder) if m.pupil in listed} if listed else {},
        given=given,
        begun=night is not None,
        read=night is Reads.DONE,
        staff=open_questions(staff_header(asked)),
        season=found.city.calendar.rollover if found else Season(),
    )


class Reads(Enum):
    """How far the run under way is with the answers."""

    TO_COME = "to come"
    DONE = "done"


def reads(asked: Asked) -> Reads | None:
    """None where nothing is under way that reads answers: nobody works on the city, the lease of
    who did is over, or it is an approval, an undo or a delivery. Whoever has only taken the lease
    has no record yet, and may be a night."""
    state = asked.deps.state(asked.city)
    lease = state.lease()
    if lease is None or lease.expires <= asked.caller.now:
        return None
    for record in state.runs(RECORDS):
        if record.approved and record.approved.execution == lease.owner:
            return None
        if record.execution == lease.owner:
            listed = asked.deps.folder(record.run_id).get(ANSWERS_READ) is not None
            if record.mode not in NIGHTLY:
                return None
            return Reads.DONE if listed else Reads.TO_COME
    return Reads.TO_COME


def people_of(
    asked: Asked, run_id: str, header: PlanHeader, listed: Collection[str]
) -> dict[str, Person]:
    """Who they are, as that run knew them last."""
    if not listed:
        return {}
    as_of = date.fromisoformat(header.as_of)
    folder, state = asked.deps.folder(run_id), asked.deps.state(asked.city)
    return people_listed(listed, asked.city, as_of, folder, state)


def unread(asked: Asked) -> list[Answered]:
    """Our files that the newest run has not seen, oldest first. Of ninety days of them only those
    are read that may be among these: a file that was seen has been put before its run began, or
    else while it was under way."""
    run_id = asked.deps.state(asked.city).proposals()
    seen = book_after(asked.deps.folder(run_id)).files if run_id else {}
    keys, since = {one.rpartition(" ")[0] for one in seen}, begun(run_id)

    def new(key: str, put: datetime) -> bool:
        return key not in keys or since is None or put >= since

    files = DecisionFiles(_inbox(asked)).below(f"inbox/{asked.city}/{FOLDER}/", new)
    return [_answered(file) for file in files if file.id not in seen]


def answer(asked: Asked) -> Judged:
    """What is answered pupil by pupil."""
    known, form = facts(asked), asked.form.to_dict()
    said = decide.answers(form, known)
    wanted = [word for name, word in form.items() if name.startswith(decide.FIELD) and word]
    refusal = rules.NOT_ASKED if len(said) < len(wanted) else rules.BAD_FORM if not said else None
    return _judged(asked, known, said, Refusal(refusal) if refusal else None)


def answer_all(asked: Asked) -> Judged:
    """A whole last class, of whom the calendar says why they are gone."""
    known, form = facts(asked), asked.form
    said = decide.members(known, form.get("about"), form.get("school"), form.get("class_title"))
    return _judged(asked, known, said, None if said else Refusal(rules.ONE_BY_ONE))


def take_back(asked: Asked) -> Judged:
    """The answer on one pupil, before a night has read it."""
    pupil, known = asked.form.get("pupil"), facts(asked)
    files = [one for one in unread(asked) if pupil in one.answers]
    told = known.given.get(pupil)
    order = StaffOrder("take back decision", known.run_id, before=_told({pupil: told.decision})
                  if told else "")  # fmt: skip
    if known.begun:
        return OrderNotTaken(order, Refusal(rules.TOO_LATE))
    if not files:
        return OrderNotTaken(order, Refusal(rules.NOT_ASKED))
    left = _left(unread(asked), pupil)
    if any(left.values()) and _listed_since(asked, files):
        return OrderNotTaken(order, Refusal(rules.LATER_LIST))
    return Taken(order, "/decide", "taken-back", lambda: _write(asked, files, left))


def _judged(
    asked: Asked, known: decide.DecideFacts, said: Mapping[str, Decision], refusal: Refusal | None
) -> Judged:
    order = StaffOrder("decide", known.run_id, known.header.checksum, after=_told(said))
    if asked.form.get("run_id") != known.run_id:
        refusal = Refusal(rules.PLAN_CHANGED)
    if refusal:
        return OrderNotTaken(order, refusal)
    moment = asked.caller.now.astimezone(JAPAN)
    key = f"inbox/{asked.city}/{FOLDER}/{moment:%Y%m%dT%H%M%S}-{asked.number}.csv"
    body = _csv(said, asked.caller.viewer.oid)
    told = "" if known.begun else "decided"  # which promises that it can be taken back
    return Taken(order, "/decide", told, lambda: _inbox(asked).put(key, body))


def _left(files: Sequence[Answered], pupil: str) -> dict[str, dict[str, Decision]]:
    """What stays of each file, by its key. A file that is written again becomes the newest: what a
    later one says of somebody else counts already, and so it is left out here."""
    left: dict[str, dict[str, Decision]] = {}
    later = {pupil}
    for one in reversed(files):
        left[one.file.key] = {u: word for u, word in one.answers.items() if u not in later}
        later |= one.answers.keys()
    return left


def _listed_since(asked: Asked, files: Sequence[Answered]) -> bool:
    """Whether staff have sent a list of their own since; only a night reads those, and what is
    written again would come after it."""
    sent = _inbox(asked).listed(f"inbox/{asked.city}/approvals/")
    first = min(datetime.fromisoformat(one.file.uploaded) for one in files)
    return any(item["LastModified"] >= first for item in sent)


def _write(
    asked: Asked, files: Sequence[Answered], left: Mapping[str, Mapping[str, Decision]]
) -> None:
    """An empty list stays: it answers nothing, and what was there is an older version of it. In
    their order, so that the newest stays the newest."""
    for one in files:
        _inbox(asked).put(one.file.key, _csv(left[one.file.key], one.by))


def _csv(said: Mapping[str, Decision], by: str) -> io.BytesIO:
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow((PUPIL, DECISION, BY))
    rows.writerows((umi, JAPANESE[word], by) for umi, word in sorted(said.items()))
    return io.BytesIO(out.getvalue().encode())


def _answered(file: DecisionFile) -> Answered:
    marks = {mark.pupil: mark.decision for mark in read(file).marks if mark.decision}
    return Answered(file, marks, next(_authors(file.body), ""))


def _authors(body: bytes) -> Iterator[str]:
    for row in csv.DictReader(io.StringIO(body.decode(errors="replace"), newline="")):
        yield str(row.get(BY) or "")


def _told(said: Mapping[str, Decision]) -> str:
    """For the record: ids and words, of many only how many."""
    if len(said) > MOST_TOLD:
        words = sorted({JAPANESE[word] for word in said.values()})
        return f"{'、'.join(words)} {len(said)} 人"
    return " ".join(f"{umi}:{JAPANESE[word]}" for umi, word in sorted(said.items()))


def _inbox(asked: Asked) -> Objects:
    return Objects.of(asked.deps.staff.inbox_bucket)
