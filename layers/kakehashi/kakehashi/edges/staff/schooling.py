"""学校: one school's own part of the newest night that made a plan, and what it has put right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from kakehashi.catalogue import staff as rules
from kakehashi.edges import nights
from kakehashi.edges.runs import Run, prefix_of
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged, NotTaken, Order, Taken
from kakehashi.edges.staff.posts import SCHOOL
from kakehashi.edges.staff.reading import all_schools, shards_of
from kakehashi.refusal import Refusal
from kakehashi.report import Handout, Night, handouts
from kakehashi.roster import JAPAN
from kakehashi.staff import school as pages
from kakehashi.staff.viewer import Action, may

_FINDING = re.compile(r"[A-Z][0-9]{3}\Z")


def listed(asked: Asked) -> pages.Schools | pages.School | Refusal:
    """The schools that the viewer may open; of one alone, its page."""
    own = asked.caller.viewer.schools(asked.city)
    whole = may(asked.caller.viewer, Action.SCHOOL, asked.city)
    if not whole and len(own) == 1:
        return one(asked, own[0])
    night = _night(asked)
    return pages.schools(handouts(night) if night else (), asked.caller.viewer, asked.city)


def one(asked: Asked, code: str) -> pages.School | Refusal:
    if not SCHOOL.match(code) or not may(asked.caller.viewer, Action.SCHOOL, asked.city, code):
        return Refusal(rules.NOT_ALLOWED)
    night = _night(asked)
    if night is None:
        return Refusal(rules.UNKNOWN_RUN)
    found = next((h for h in handouts(night) if h.code == code), None)
    handout = found or Handout(code, all_schools(asked).get(code, code))
    folder, state = asked.house.folder(night.run_id), asked.house.state(asked.city)
    listed = {umi for umi, _ in (*handout.held, *handout.waiting)}
    listed |= {finding.pupil for finding in handout.findings if finding.pupil}
    people = nights.people_listed(listed, asked.city, night.as_of, folder, state) if listed else {}
    facts = pages.Facts(
        city=asked.city,
        handout=handout,
        as_of=night.as_of.isoformat(),
        run_id=night.run_id,
        people=people,
        lines=_lines(asked, night),
        mended=dict(_mended(asked, code)),
    )
    return pages.school(facts, asked.caller.viewer)


def mended(asked: Asked, code: str) -> Judged:
    """「直しました」: the school's word, for the board to see; the next roster shows whether so."""
    finding = asked.form.get("code")
    good = SCHOOL.match(code) and _FINDING.match(finding)
    order = Order("fixed", after=f"{code}: {finding}" if good else "")
    if not good:
        return NotTaken(order, Refusal(rules.BAD_FORM))
    if not may(asked.caller.viewer, Action.SCHOOL, asked.city, code):
        return NotTaken(order, Refusal(rules.NOT_ALLOWED))
    items, day = asked.house.items(asked.city), asked.caller.now.astimezone(JAPAN)
    body = {"day": f"{day:%Y-%m-%d}", "oid": asked.caller.viewer.oid}
    key = f"MENDED#{code}#{finding}"
    return Taken(order, f"/school/{code}", "noted", lambda: items.put(key, body))


def _mended(asked: Asked, code: str) -> Iterator[tuple[str, str]]:
    for key, body in asked.house.items(asked.city).every(f"MENDED#{code}#"):
        yield key.rpartition("#")[2], str(body.get("day", ""))


def _night(asked: Asked) -> Night | None:
    """The newest that asked staff anything, as its report tells it."""
    state = asked.house.state(asked.city)
    run_id = state.proposals()
    record: dict[str, Any] = state.run(run_id) if run_id else {}
    if not record:
        return None
    run = Run(
        run_id=run_id,
        city=asked.city,
        prefix=prefix_of(run_id),
        mode=record.get("mode", "sync"),
        as_of=record["as_of"],
        verdict=str(record.get("verdict", "")),
    )
    return nights.gather(run, asked.house.folder(run_id), state, None)


def _lines(asked: Asked, night: Night) -> Iterator[bytes]:
    shards = shards_of(asked, night.run_id)
    return chain.from_iterable(shards(n) for n in range(1, night.plan.get("shards", 0) + 1))
