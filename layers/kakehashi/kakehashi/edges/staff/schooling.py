"""学校: one school's own part of the newest night, and what it has put right.

Report has written each school's part (``report.school_facts``), also of a roster that was refused:
that is when a school has most to put right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from kakehashi.catalogue import staff as rules
from kakehashi.edges import plans
from kakehashi.edges.staff import members
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken
from kakehashi.edges.staff.posts import SCHOOL
from kakehashi.edges.staff.reading import shards_of
from kakehashi.refusal import Refusal
from kakehashi.report.people import Person
from kakehashi.report.school_facts import SchoolIndex, index, moving, part
from kakehashi.report.schools import Handout
from kakehashi.roster import JAPAN
from kakehashi.staff import school as pages
from kakehashi.staff.viewer import Permission, may

RUNS = 14  # records looked through for one that came to a report
_FINDING = re.compile(r"[A-Z][0-9]{3}\Z")


def listed(asked: Asked) -> pages.SchoolsPage | pages.SchoolPage | Refusal:
    """The schools that the viewer may open; of one alone, its page."""
    own = asked.caller.viewer.schools(asked.city)
    whole = may(asked.caller.viewer, Permission.SCHOOL, asked.city)
    if not whole and len(own) == 1:
        return one(asked, own[0])
    _, found = _newest(asked)
    lines = [pages.SchoolLine(s.code, s.name, s.findings, s.held, s.waiting) for s in found.schools]
    return pages.schools(lines, asked.caller.viewer, asked.city)


def one(asked: Asked, code: str) -> pages.SchoolPage | Refusal:
    if not SCHOOL.match(code) or not may(asked.caller.viewer, Permission.SCHOOL, asked.city, code):
        return Refusal(rules.NOT_ALLOWED)
    run_id, found = _newest(asked)
    handout, people = _part(asked, run_id, found, code)
    facts = pages.SchoolFacts(
        city=asked.city,
        handout=handout,
        as_of=found.as_of,
        run_id=run_id,
        people=people,
        lines=_lines(asked, run_id, found, code),
        mended=dict(_mended(asked, code, run_id)),
        staff=members.at_school(asked, code),
    )
    return pages.school(facts, asked.caller.viewer)


def mended(asked: Asked, code: str) -> Judged:
    """「直しました」: the school's word, for the board to see; the next roster shows whether so."""
    finding = asked.form.get("code")
    good = SCHOOL.match(code) and _FINDING.match(finding)
    order = StaffOrder("fixed", after=f"{code}: {finding}" if good else "")
    if not good:
        return OrderNotTaken(order, Refusal(rules.BAD_FORM))
    if not may(asked.caller.viewer, Permission.SCHOOL, asked.city, code):
        return OrderNotTaken(order, Refusal(rules.NOT_ALLOWED))
    run_id, found = _newest(asked)
    if finding not in {told.code for told in _part(asked, run_id, found, code)[0].findings}:
        return OrderNotTaken(order, Refusal(rules.BAD_FORM))
    items, day = asked.deps.items(asked.city), asked.caller.now.astimezone(JAPAN)
    body = {"day": f"{day:%Y-%m-%d}", "oid": asked.caller.viewer.oid, "run": run_id}
    key = f"MENDED#{code}#{finding}"
    return Taken(order, f"/school/{code}", "noted", lambda: items.put(key, body))


def _mended(asked: Asked, code: str, run_id: str) -> Iterator[tuple[str, str]]:
    """Of the night that is shown alone: the next roster says whether it is so."""
    for key, body in asked.deps.items(asked.city).every(f"MENDED#{code}#"):
        if body.get("run") == run_id:
            yield key.rpartition("#")[2], str(body.get("day", ""))


def _newest(asked: Asked) -> tuple[str, SchoolIndex]:
    """The newest run that has written what this page shows, and its index."""
    for record in asked.deps.state(asked.city).runs(RUNS):
        if found := index(asked.deps.folder(record.run_id)):
            return record.run_id, found
    return "", SchoolIndex()


def _part(
    asked: Asked, run_id: str, found: SchoolIndex, code: str
) -> tuple[Handout, dict[str, Person]]:
    told = part(asked.deps.folder(run_id), code) if run_id else None
    return told or (Handout(code, found.names.get(code, code)), {})


def _lines(asked: Asked, run_id: str, found: SchoolIndex, code: str) -> Iterator[bytes]:
    """The actions by which somebody comes or goes; all, of a run of an earlier release."""
    if not run_id:
        return iter(())
    if found.moves:
        return moving(asked.deps.folder(run_id), code)
    shards = shards_of(asked, run_id)
    count = plans.header(asked.deps.folder(run_id)).shards
    return chain.from_iterable(shards(n) for n in range(1, count + 1))
