"""What `kakehashi why` tells of a member of staff."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from kakehashi.edges.staff_archive import StaffArchive
from kakehashi.people.staff import StaffMember
from kakehashi.staff.staff_story import Member, StaffNight, member
from kakehashi_console.cli.options import terminal


def told_of_staff(nights: StaffArchive, who: str, *, city: str, as_json: bool) -> None:
    story = member(who, nights.person(who), nights.traces(who))
    if as_json:
        click.echo(json.dumps(_everything(story, city), ensure_ascii=False, indent=2))
        return
    for line in _lines(story):
        terminal.print(line, highlight=False, markup=False, soft_wrap=True)


def _everything(story: Member, city: str) -> dict[str, object]:
    person = story.person.to_json() if story.person else {}
    nights = [night.to_json() for night in reversed(story.nights)]
    return {"city": city, "staff": story.id, "person": person, "nights": nights}


def _lines(story: Member) -> Iterator[str]:
    yield f"教職員 staff {story.id}"
    if story.person:
        yield from _person(story.person)
    for night in reversed(story.nights):
        yield from _night(night)


def _person(one: StaffMember) -> Iterator[str]:
    yield f"{one.family} {one.given}  {one.account}"
    until = one.until.isoformat() if one.until else "-"
    yield f"{one.school_name} {one.job}  任期 term: {one.begins} – {until}"


def _night(night: StaffNight) -> Iterator[str]:
    yield f"\n{night.day}  {night.title.ja} {night.title.en}  {night.run_id}"
    for what, before, after in night.change.facts if night.change else ():
        yield f"  {what.ja} {what.en}: {before} → {after}"
    yield from (f"  {one.ja} {one.en}" for one in night.told)
    if night.refs:
        yield f"  {' '.join(night.refs)}"
