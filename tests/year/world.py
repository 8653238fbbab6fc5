"""One city and its bridge through a year, and everybody who looks at what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kakehashi.findings import Effect
from local.demo import DemoCity, Fault, export
from local.demo.city import DOMAIN
from local.demo.initial_passwords import passwords
from local.demo.moves import QUIET, Changes
from local.demo.staffing import NOTHING, StaffChanges
from tests.nights import ROOT
from tests.year import looking
from tests.year.bridge import Bridge, Night
from tests.year.silence import Ears, in_the_outbox
from tests.year.tools import RULES, Tools
from tests.year.truth import Child, Truth

SEED = 11


@dataclass(frozen=True)
class Seen:
    """How one execution ended, and why it did not go its way: codes, or the name of an error."""

    day: date
    verdict: str
    why: str = ""


class World:
    """``roster`` is the newest whole export as it is true; ``followed`` the newest that was carried
    out, in the night ``last``, whose report lies in the office. For staff see ``staffed``."""

    TOOLS = RULES

    def __init__(
        self,
        bridge: Bridge,
        pupils: int,
        first_day: date,
        domain: str = DOMAIN,
        *,
        schools: int = 5,
        more_rules: str = "",
    ) -> None:
        self.bridge, self.day = bridge, first_day
        self.accepted_on = first_day  # the newest roster that was
        self.city = DemoCity(SEED, pupils, schools, first_day, unfilled=0, domain=domain)
        self.truth, self.ears, self.seen = Truth(), Ears(), list[Seen]()
        self.tools = self.readers(more_rules)
        self.roster: list[Child] = []
        self.followed: list[Child] = []
        self.quiet = False  # nothing has happened since then
        self.passwords_are_late = False
        self.objects: dict[str, str] = {}  # the account of each pupil, for life
        self.marked: set[tuple[str, str]] = set()
        self.deleted: set[str] = set()
        self.transfers = self.returned = 0
        rules = (ROOT / "cities" / "demo.toml").read_text(encoding="utf-8")
        ours = rules[: rules.index("[tools.")].replace(DOMAIN, domain)
        bridge.put_rules(f"{ours}\n{self.TOOLS}{more_rules}")
        bridge.go_to(first_day)

    def readers(self, more_rules: str) -> Tools:
        return Tools(self.bridge.delivered, rules=self.TOOLS + more_rules)

    # -- what happens in the city and in the town hall -----------------------------------------

    def live(self, day: date, changes: Changes) -> None:
        self.day = day
        self.bridge.go_to(day)
        self.city.next_night(day, changes, self.of_staff(day))
        self.quiet = self.quiet and changes == QUIET
        self.transfers += changes.come + changes.leave + changes.move + changes.back

    def of_staff(self, day: date) -> StaffChanges:
        """What happens to the staff on a day."""
        return NOTHING

    def about_staff(self) -> None:
        """What the office decides about them in the morning."""

    def turn_the_year(self, day: date) -> None:
        self.day = day
        self.bridge.go_to(day)
        self.city.next_april(day)
        self.quiet = False

    def export(self, fault: Fault | None = None) -> bytes:
        """Tonight's file. A spoiled one tells nothing that is true."""
        if fault in {None, "teachers"}:
            self.roster = looking.roster_of(self.city)
            self.ears.know(self.roster)
        return export.package(self.city, fault)

    def passwords(self) -> bytes | None:
        """A file for all who have none yet; from now on they have one."""
        waiting = {child.umi for child in self.city.children if not child.has_password}
        self.truth.passwords |= waiting
        self.quiet = self.quiet and not waiting
        return passwords(self.city)

    # -- what the machine is given -------------------------------------------------------------

    def upload(self, body: bytes) -> Night:
        """As the robot does, under the name that C4th gives; the date in it rises."""
        return self.heard(self.bridge.upload(export.zip_name(self.city), body))

    def passwords_arrive(self) -> Night:
        """Late, and so they start a run."""
        body = self.passwords()
        assert body is not None
        return self.heard(self.bridge.passwords_arrive(body))

    def heard(self, night: Night) -> Night:
        """What a run says to people and machines is listened to."""
        self.ears.hear(*self.bridge.said())
        return night

    # -- how a night ends ----------------------------------------------------------------------

    def send_passwords(self) -> None:
        """For those who came, in the evening before the roster."""
        if not self.passwords_are_late and (body := self.passwords()):
            self.bridge.put_passwords(body)

    def ordinary(self) -> Night:
        """What should be there is there."""
        self.send_passwords()
        return self.arrives(self.export())

    def arrives(self, drop: bytes) -> Night:
        """A whole roster, and nothing in its way."""
        return self.carried_out(self.upload(drop))

    def carried_out(self, night: Night) -> Night:
        """What was planned is what had to be planned, and it is done."""
        outlook = self.truth.outlook(self.roster, self.day)
        looking.same_plan(night.summary, outlook)
        self.returned += outlook.counts.get("RETURNED", 0)
        return self.done(night)

    def done(self, night: Night) -> Night:
        """However much of it an earlier run had done already, now all of it is."""
        self.ended(night, *(("unchanged",) if self.quiet else ("applied", "unchanged")))
        self.truth.follow(self.roster, self.day)
        self.accepted_on = self.day
        self.followed, self.quiet, self.last = self.roster, True, night
        self.look(night)
        return night

    def stopped(self, night: Night, verdict: str) -> Night:
        """Nothing has changed, anywhere."""
        self.ended(night, verdict)
        assert night.summary["deliveries"] == []
        self.look()
        return night

    def ended(self, night: Night, *verdicts: str) -> None:
        """Notes how an execution ended; the stops are compared with the calendar."""
        assert (night.status, night.verdict in verdicts) == ("SUCCEEDED", True), (
            f"{self.day}: {night.status} {night.why} {night.verdict}, not {verdicts}: "
            f"{night.summary['findings']} {night.summary['breaches']}"
        )
        codes = {breach["code"] for breach in night.summary["breaches"]}
        if night.verdict == "refused":
            codes = {f.code for f in night.findings() if f.effect is Effect.REFUSE_DROP}
        elif night.verdict != "awaiting-approval":
            codes = set()
        self.seen.append(Seen(self.day, night.verdict, " ".join(sorted(codes))))

    def failed(self, night: Night) -> None:
        """Red, perhaps in the middle of its work: what a tool was handed, it has."""
        assert night.status == "FAILED"
        self.hand_over(night)
        self.seen.append(Seen(self.day, "failed", night.why))

    def look(self, night: Night | None = None) -> None:
        """Tenant, state and every tool against the truth."""
        if night:
            self.hand_over(night)
        wrong = self.differences()
        assert not wrong, f"{self.day}: {len(wrong)} differences: {wrong[:5]}"

    def differences(self) -> list[str]:
        return looking.differences(self)

    def hand_over(self, night: Night) -> None:
        for tool, text in self.tools.take(night):
            assert in_the_outbox(text, staff=tool in self.tools.told_of_staff) == []

    def stops(self, day: date) -> list[str]:
        """What stopped the runs of a day, one text for each run that did not go its way."""
        return [one.why for one in self.seen if one.day == day and one.why]
