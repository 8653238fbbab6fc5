"""schools/<MEXT code>.xlsx: what one school is told, to be handed on. No other school is in it.

Only schools with something to say get one. It names that school's own pupils, as last known, with
the class titles that go out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kakehashi.catalogue.index import RULES, japanese
from kakehashi.diff.answers import PUPIL
from kakehashi.findings import EFFECT_LABELS, Finding
from kakehashi.guide import Cell
from kakehashi.report.groups import school_at
from kakehashi.report.night import Night
from kakehashi.report.people import COLUMNS as PEOPLE
from kakehashi.report.people import NOBODY, People, cells_of
from kakehashi.report.words import PROPOSALS, SCHOOL_COLUMNS, SITUATIONS, VERDICTS, word
from kakehashi.report.workbook import Sheet, book

_CODE = re.compile(r"[A-Z0-9]{1,20}\Z")  # what may stand in a file's name
_TOLD = tuple(name for name in SCHOOL_COLUMNS if name != "HELD")  # pupils of HELD have a sheet
_FINDINGS = (("番号", 8), ("効果", 10), ("ファイル", 20), ("行", 8), ("列", 26), (PUPIL, 38),
             *PEOPLE, ("内容", 60), ("すること", 60))  # fmt: skip
_HELD = ((PUPIL, 38), *PEOPLE, ("番号", 8), ("すること", 70))
_WAITING = ((PUPIL, 38), *PEOPLE, ("教育委員会が決めること", 44))


@dataclass(frozen=True, slots=True)
class Handout:
    """One school's part of a night. ``held`` and ``waiting`` are (userMasterIdentifier, code or
    situation), ``changes`` counts pupils by situation."""

    code: str
    name: str
    findings: list[Finding] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)

    @property
    def pupils_held(self) -> int:
        return len({umi for umi, _ in self.held})

    @property
    def file(self) -> str:
        return f"schools/{self.code}.xlsx"


def handouts(night: Night) -> list[Handout]:
    """The schools with something to say, by code."""
    found = _Handouts(night.schools)
    for finding in night.findings:
        found[school_at(finding, night.school_of)].findings.append(finding)
    for code, pupils in night.held().items():
        for umi in pupils:
            found[night.school_of.get(umi, "")].held.append((umi, code))
    for situation, pupils in night.proposed().items():
        for umi in pupils:
            found[night.school_of.get(umi, "")].waiting.append((umi, situation))
    for school, counts in night.plan.schools.items():
        changes = {name: counts[name] for name in _TOLD if counts.get(name)}
        if changes:
            found[school].changes.update(changes)
    return [found[code] for code in sorted(found) if _CODE.match(code)]


class _Handouts(defaultdict[str, Handout]):
    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self.names = names

    def __missing__(self, code: str) -> Handout:
        self[code] = Handout(code, self.names.get(code, ""))
        return self[code]


def handout_xlsx(night: Night, school: Handout, people: People = NOBODY) -> bytes:
    """The workbook's bytes; texts stay texts whatever they look like. Of ``people`` only those are
    named whose school, or last school, this is."""
    own = {umi: one for umi, one in people.items() if one.school == school.code}
    sheets: list[Sheet] = [("概要", (("項目", 28), ("値", 60)), _overview(night, school))]
    if school.findings:
        sheets.append(("指摘", _FINDINGS, _completed(night, _findings(school.findings, own))))
    if school.held:
        sheets.append(("保留", _HELD, _completed(night, _held(school, own))))
    if school.waiting:
        waiting = ([umi, *cells_of(own, umi), PROPOSALS[situation].ja]
                   for umi, situation in school.waiting)  # fmt: skip
        sheets.append(("判断待ち", _WAITING, waiting))
    return book(night.as_of, sheets)


def _completed(night: Night, rows: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    return (night.guide.row(row, night.city) for row in rows)


def _overview(night: Night, school: Handout) -> Iterator[Sequence[Cell]]:
    yield ["学校", school.name]
    yield ["学校コード", school.code]
    yield ["日付", night.as_of.isoformat()]
    yield ["市全体の結果", VERDICTS[night.verdict].ja]
    for name, count in school.changes.items():
        yield [word(SITUATIONS, name).ja, count]
    yield ["指摘", len(school.findings)]
    yield ["保留", school.pupils_held]


def _findings(findings: Sequence[Finding], own: People) -> Iterator[Sequence[Cell]]:
    for one in findings:
        rule, place = RULES.get(one.code), one.place
        message = japanese(one) if rule else ""
        label, todo = EFFECT_LABELS[one.effect], rule.todo if rule else ""
        at = (place.file, place.line, place.column)
        yield [one.code, label, *at, one.pupil, *cells_of(own, one.pupil), message, todo]


def _held(school: Handout, own: People) -> Iterator[Sequence[Cell]]:
    for umi, code in school.held:
        rule = RULES.get(code)
        yield [umi, *cells_of(own, umi), code, rule.todo if rule else ""]
