"""A town night after night, with the book of who was asked what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kakehashi.diff.consent import Book, Consent, weigh
from kakehashi.diff.decisions import DecisionFile, read
from kakehashi.diff.plan import Plan
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from tests.builders import TODAY, a_held
from tests.decisions import a_csv
from tests.unit.diff.nights import carried_out, in_tenant, knowing, night


@dataclass
class Town:
    """Nights one after the other: what a run leaves is what the next one finds."""

    known: list[Record]
    tenant: list[Listed]
    book: Book = field(default_factory=Book)
    files: list[DecisionFile] = field(default_factory=list)
    day: date = TODAY
    consent: Consent = field(default_factory=Consent)

    @classmethod
    def of(cls, pupils: Sequence[Pupil]) -> Town:
        known = knowing(pupils)
        return cls(known, in_tenant(known))

    def night(
        self,
        roster: Sequence[Pupil],
        *,
        held: Sequence[int] = (),
        after: int = 1,
        dies: bool = False,
        cut: int | None = None,
    ) -> Plan:
        """``after`` days the next run; one that ``dies`` after planning applies nothing, one that
        is ``cut`` so many actions."""
        self.day += timedelta(days=after)
        self.consent = weigh([read(file) for file in self.files], self.book, self.day)
        plan = night(
            roster,
            self.known,
            held=[a_held(n) for n in held],
            tenant=self.tenant,
            as_of=self.day,
            decisions=self.consent.decisions,
            asked=self.consent.asked,
        )
        if not plan.refused:
            asked = plan.proposals, self.files, self.day, plan.questions, plan.links
            self.book = self.book.after(*asked)
            self.book = Book.from_json(self.book.to_json())
        if not dies:
            done = replace(plan, actions=plan.actions[:cut])
            self.known, self.tenant = carried_out(done, self.known, self.tenant, self.day)
        return plan

    def upload(self, decisions: Mapping[str, str]) -> None:
        number = str(len(self.files))
        self.files.append(
            DecisionFile(f"inbox/demo/approvals/{number}.csv", number, number,
                         a_csv(list(decisions.items())))
        )  # fmt: skip

    def told(self) -> list[tuple[str, int | None, str | None, str]]:
        return [finding.row() for finding in self.consent.findings]
