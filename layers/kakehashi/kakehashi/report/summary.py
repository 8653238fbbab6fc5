"""summary.json: the run in numbers and keys, for machines and for `kakehashi --json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from kakehashi.diff.header import Breach
from kakehashi.diff.staff_plan import StaffPlanHeader
from kakehashi.report.decided import in_numbers
from kakehashi.report.headline import headline
from kakehashi.report.night import Night
from kakehashi.report.schools import handouts
from kakehashi.report.shapes import (
    BreachShape,
    DeliveryMade,
    Headline,
    Paths,
    SavedShape,
    StaffInNumbers,
    Summary,
    TimesShape,
)
from kakehashi.run_folder.deliveries import DeliveryNote
from kakehashi.run_folder.progress import Progress


def summary(night: Night) -> Summary:
    """``held`` and ``proposed`` name userMasterIdentifiers, nothing else of a pupil."""
    told = headline(night.verdict, night.done, night.exceptions)
    return Summary(
        run_id=night.run_id,
        city=night.city,
        verdict=night.verdict,
        headline=Headline(told.ja, told.en),
        exceptions=night.exceptions,
        done=night.done,
        cause=night.failed.error if night.failed else "",
        checksum=night.plan.checksum,
        counts=night.plan.counts,
        held=_people(night.held()),
        proposed=_people(night.proposed()),
        decisions=in_numbers(night.decisions),
        matching=night.matching,
        findings=dict(sorted(Counter(f.code for f in night.findings).items())),
        breaches=tuple(map(_breach, night.plan.breaches)),
        deliveries=tuple(map(delivery, night.deliveries)),
        seconds=night.seconds,
        provision=_times(night.progress),
        groups=groups_of(night),
        saved=_saved(night),
        schools=tuple(school.file for school in handouts(night)),
        paths=_paths(night),
        staff=_staff(night.staff) if night.staff else None,
    )


def _people(listed: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {why: tuple(people) for why, people in listed.items()}


def _staff(plan: StaffPlanHeader) -> StaffInNumbers:
    """The staff's plan in numbers."""
    asked = {what: len(people) for what, people in plan.asked.items()}
    return StaffInNumbers(plan.checksum, plan.stopped, plan.counts, asked, plan.breaches)


def groups_of(night: Night) -> dict[str, int]:
    """What was done to groups and licences; {} where the city's rules ask for neither."""
    names = (name for name in night.counts if name.startswith("groups_"))
    return {name.removeprefix("groups_"): night.counts[name] for name in names}


def _saved(night: Night) -> SavedShape:
    """Person-days of this school year and what they are made of."""
    if night.saved is None:
        return SavedShape()
    one = night.saved
    return SavedShape(
        one.since.isoformat(), one.person_days, one.transfers, one.transfers_in_systems, one.schools
    )


def _times(progress: Progress | None) -> TimesShape:
    """When the accounts were begun, forecast to end, and ended."""
    if not progress:
        return TimesShape()
    forecast, ended = (
        moment.isoformat() if moment else "" for moment in (progress.forecast_end, progress.ended)
    )
    return TimesShape(progress.started.isoformat(), forecast, ended, progress.writes)


def _paths(night: Night) -> Paths:
    """Only what is there: a night that stopped early has no plan."""
    return Paths(
        folder=night.place,
        summary=f"{night.place}summary.json",
        report=f"{night.place}report.html",
        workbook=f"{night.place}report.xlsx",
        plan=f"{night.place}plan.json" if night.plan else None,
    )


def _breach(breach: Breach) -> BreachShape:
    return BreachShape(breach.code, breach.scope, breach.count, breach.bound)


def delivery(note: DeliveryNote) -> DeliveryMade:
    """What one tool got. What there is nothing to say about is left out."""
    return DeliveryMade(
        tool=note.tool,
        file=note.file if isinstance(note.file, str) else tuple(note.file),
        mode=note.mode,
        rows=note.rows,
        staff=note.staff or None,
        still_signed_in=note.still_signed_in or None,
        unconfirmed=note.unconfirmed or None,
        follows=note.follows or None,
    )
