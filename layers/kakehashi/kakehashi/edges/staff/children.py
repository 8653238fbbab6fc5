"""この子: a child found by whatever somebody knows of it, and its story. Each look is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from kakehashi.catalogue import staff as rules
from kakehashi.edges.archive import Archive
from kakehashi.edges.staff import members
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import StaffOrder, note
from kakehashi.refusal import Refusal
from kakehashi.run_folder import known, roster
from kakehashi.staff import child, searching
from kakehashi.staff.timeline import entries, in_order, person_of

NIGHTS = 30  # of a story
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def search(asked: Asked) -> child.Search:
    """Among those of the newest roster that reached a plan, and those of the state before it. That
    somebody searched is recorded, with how many were shown; what was typed goes nowhere."""
    text = asked.form.get("text").strip()[:80]
    if not text:
        return child.Search()
    found, more = searching.search(_lines(asked), text)
    staff, more_staff = members.found(asked, text)
    note(asked.deps, asked.caller, StaffOrder("search", after=str(len(found) + len(staff))))
    return child.Search(found, more or more_staff, staff)


def _lines(asked: Asked) -> Iterator[bytes]:
    run_id = asked.deps.state(asked.city).proposals()
    folder = asked.deps.folder(run_id)
    return chain(roster.raw(folder), known.raw(folder)) if run_id else iter(())


def story(asked: Asked, pupil: str) -> child.Child | Refusal:
    """Of one child, by userMasterIdentifier."""
    if not _ID.match(pupil):
        return Refusal(rules.UNKNOWN_PAGE)
    settings = asked.deps.staff
    archive = Archive(asked.deps.s3, settings.runs_bucket, settings.outbox_bucket, asked.city)
    ids = archive.ids(pupil, archive.run_ids(NIGHTS))
    papers = [archive.trace(run_id, several) for run_id, several in ids.items() if several]
    if not any(papers):
        return Refusal(rules.UNKNOWN_PAGE)
    note(asked.deps, asked.caller, StaffOrder("look up", after=pupil))
    told = list(entries(iter(papers)))
    state = asked.deps.state(asked.city)
    acted = [entry.trace.run_id for entry in told if entry.trace.action]
    approved = {run_id: by for run_id in acted if (by := state.run(run_id).approved)}
    newest_first = (sorted(ids[run_id]) for run_id in reversed(ids))
    known_by = list(dict.fromkeys(umi for several in newest_first for umi in several))
    return child.child(
        child.ChildFacts(
            pupil=pupil,
            ids=known_by,
            person=person_of(papers),
            story=in_order(told, {run_id: by.at for run_id, by in approved.items()}),
            approved=approved,
        )
    )
