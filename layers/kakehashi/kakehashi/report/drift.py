"""drift.html and drift.xlsx: where the tenant differs from what we applied, once a week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from kakehashi.catalogue.index import RULES, japanese
from kakehashi.findings import Finding
from kakehashi.guide import Cell, Guide
from kakehashi.report.drawing import template
from kakehashi.report.groups import FindingGroup, groups
from kakehashi.report.people import COLUMNS as PEOPLE
from kakehashi.report.people import NOBODY, People, cells_of
from kakehashi.report.words import Word
from kakehashi.report.workbook import book
from kakehashi.run_folder import RunFiles
from kakehashi.stored import read, written

PAGE, WORKBOOK = "drift.html", "drift.xlsx"
SETTLED_AT = "/operate"  # of the staff page
_COLUMNS = (
    ("userMasterIdentifier", 38), *PEOPLE, ("番号", 8), ("学校コード", 16), ("学校名", 28),
    ("内容", 50), ("すること", 60),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """One city's weekly comparison. ``day`` is a Japan date, ``place`` the folder as an address,
    with a trailing slash. ``accounts`` counts ours, suspended ones included.

    ``schools`` maps MEXT codes to names; a pupil is a userMasterIdentifier and nothing else.
    """

    city: str
    city_name: str
    day: date
    place: str
    accounts: int
    findings: Sequence[Finding] = ()
    schools: Mapping[str, str] = field(default_factory=dict)
    language: str = "ja"
    guide: Guide = field(default_factory=Guide)

    def per_school(self) -> list[tuple[str, str, int]]:
        """Code, name and findings of each school that has any, most findings first."""
        counts = Counter(finding.school or "" for finding in self.findings)
        return [(code, self.schools.get(code, ""), n) for code, n in counts.most_common()]

    def counts(self) -> dict[str, int]:
        return dict(sorted(Counter(finding.code for finding in self.findings).items()))


def drift_html(comparison: Comparison) -> str:
    """The whole page. Holds no name, account or class title: a ``Comparison`` has none."""
    found = [_completed(group, comparison) for group in groups(comparison.findings)]
    settled = comparison.guide.page(SETTLED_AT, comparison.city)
    return template("drift.html.j2").render(c=comparison, groups=found, settled=settled)


def _completed(group: FindingGroup, comparison: Comparison) -> FindingGroup:
    """With the commands and pages that it names as they are for this stack."""

    def complete(said: Word) -> Word:
        texts = (comparison.guide.completed(text, comparison.city) for text in (said.ja, said.en))
        return Word(*texts)

    return replace(group, message=complete(group.message), todo=complete(group.todo))


def drift_xlsx(comparison: Comparison, people: People = NOBODY) -> bytes:
    """A row for each finding, with the pupil it is about, as last known."""
    return book(comparison.day, [("照合", _COLUMNS, _rows(comparison, people))])


def _rows(comparison: Comparison, people: People) -> Iterator[Sequence[Cell]]:
    for one in sorted(comparison.findings, key=lambda f: (f.school or "", f.code, f.pupil or "")):
        rule, name = RULES[one.code], comparison.schools.get(one.school or "", "")
        who = cells_of(people, one.pupil)
        row = (one.pupil, *who, one.code, one.school, name, japanese(one), rule.todo)
        yield comparison.guide.row(row, comparison.city)


@dataclass(frozen=True, slots=True)
class DriftPaths:
    page: str = ""
    workbook: str = ""


@dataclass(frozen=True, slots=True)
class DriftSummary:
    """summary.json of a comparison. ``findings`` counts by code."""

    city: str = ""
    day: str = ""
    accounts: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)
    paths: DriftPaths = field(default_factory=DriftPaths)


def drift_summary(comparison: Comparison) -> DriftSummary:
    """For machines and for `kakehashi drift`."""
    return DriftSummary(
        city=comparison.city,
        day=comparison.day.isoformat(),
        accounts=comparison.accounts,
        findings=comparison.counts(),
        paths=DriftPaths(comparison.place + PAGE, comparison.place + WORKBOOK),
    )


def drift_summary_of(folder: RunFiles) -> DriftSummary | None:
    """None where there is none."""
    told = folder.get_json("summary.json")
    return read(DriftSummary, told) if told else None


def put_drift_summary(folder: RunFiles, comparison: Comparison) -> None:
    folder.put_json("summary.json", written(drift_summary(comparison)))


def drift_line(comparison: Comparison) -> str:
    """The mail: how many of what, and where to read on."""
    told = "、".join(f"{code} {count} 件" for code, count in comparison.counts().items())
    guide = comparison.guide
    return (
        f"【架け橋】{comparison.city_name} {comparison.day:%Y-%m-%d}"
        f" Microsoft 365 が記録と違います({told})。何も変更していません。\n"
        f"{guide.page(SETTLED_AT, comparison.city) or comparison.place + PAGE}\n"
        + (f"{guide.section('drift-found')}\n" if guide.published else "")
    )
