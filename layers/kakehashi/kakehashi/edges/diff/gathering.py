"""What a night's plan is made from, each piece kept in the run folder before it is used.

current.jsonl     our state            tenant.jsonl      the accounts in question
missing.json      what was asked about accounts that are not listed, if anything was found
last_night.json   who was held         exports.json      how old the roster is
past_counts.json  what the nights of the last weeks have counted
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from datetime import timedelta
from itertools import chain

from kakehashi.city import City
from kakehashi.diff.counting import LastNight
from kakehashi.diff.exports import Offered, export_of
from kakehashi.diff.header import NO_PLAN
from kakehashi.diff.matching import looks_like_a_pupil
from kakehashi.diff.sources import Missing, binned_perhaps, unseen
from kakehashi.diff.sums import LONGEST, PastNights
from kakehashi.directories.port import Accounts, Listed
from kakehashi.edges import plans
from kakehashi.edges.runs import Folder, Run, prefix_of
from kakehashi.edges.state import State
from kakehashi.people.population import PUPILS, STAFF
from kakehashi.people.record import Record
from kakehashi.roster import Desired, Held
from kakehashi.run_folder import inputs, roster
from kakehashi.run_folder.drop import drop
from kakehashi.run_folder.known import put_current, put_tenant

MOST_LOOK_UPS = 3_000  # a minute's calls; of whoever is left nothing is known tonight


class Gathering:
    """Called again for the same run, it looks again."""

    def __init__(self, folder: Folder, state: State) -> None:
        self.folder, self.state = folder, state
        self._unsure: frozenset[str] = frozenset()
        self.of_staff: list[Listed] = []

    def desired(self) -> list[Desired]:
        return list(roster.desired(self.folder))

    def held(self) -> Iterator[Held]:
        return roster.held(self.folder)

    def known(self) -> list[Record]:
        known = list(self.state.pupils())
        put_current(self.folder, known)
        return known

    def tenant(
        self,
        directory: Accounts,
        city: City,
        desired: Sequence[Desired],
        known: Sequence[Record],
        staff: Set[str] = frozenset(),
    ) -> list[Listed]:
        """What the tenant lists, and by themselves the accounts that the listing does not show.

        ``staff`` are sign-in names in lower case: who has one, or a mark of staff, is listed under
        ``of_staff``, and here only where it is a pupil's affair as well.
        """
        names = {row.pupil.account for row in desired}
        listed = list(directory.listed(names | staff, lambda one: looks_like_a_pupil(one, city)))
        if city.staff:
            self.of_staff = [a for a in listed if STAFF.has(a.mark) or a.sign_in.lower() in staff]
            lower = {name.lower() for name in names}
            listed = [a for a in listed if (a.mark and PUPILS.has(a.mark))
                      or a.sign_in.lower() in lower or looks_like_a_pupil(a, city)]  # fmt: skip
        asked = unseen(desired, known, listed)
        looked_up = directory.look_up(asked[:MOST_LOOK_UPS])
        found = sorted(chain(listed, looked_up), key=lambda account: account.object_id)
        put_tenant(self.folder, found)
        self._unsure = frozenset(asked[MOST_LOOK_UPS:])
        return found

    def missing(
        self,
        directory: Accounts,
        city: City,
        desired: Sequence[Desired],
        known: Sequence[Record],
        tenant: Sequence[Listed],
    ) -> Missing:
        """What is known of accounts that ``tenant``, as just gathered, does not hold. The deleted
        ones are listed only where somebody of the drop may have one."""
        restorable: set[str] = set()
        if binned_perhaps(desired, tenant):
            ids = {row.pupil.id for row in desired} | {one.pupil.id for one in known}
            restorable = directory.restorable().keys() & ids
        missing = Missing(self._unsure, frozenset(restorable))
        if missing != Missing():
            inputs.put_missing(self.folder, missing)
        return missing

    def last_night(self) -> LastNight:
        """Who was held when the last run settled, from that run's plan."""
        settled = self.state.settled_run()
        earlier = (
            Folder(self.folder.s3, self.folder.bucket, prefix_of(settled)) if settled else None
        )
        last = LastNight.of(plans.header(earlier) if earlier else NO_PLAN)
        inputs.put_last_night(self.folder, last)
        return last

    def past(self, run: Run) -> PastNights:
        """What the nights of the last weeks have counted. Some may have been made for another day
        than their own, so a few more are read than count."""
        since = f"{run.city}-{run.as_of - timedelta(days=LONGEST + 7):%Y%m%d}"
        past = PastNights(tuple(self.state.counts_since(since, but=run.run_id)))
        inputs.put_past(self.folder, past)
        return past

    def offered(self, city: City, desired: Sequence[Desired], *, rehearse: bool) -> Offered:
        """The drop's age beside that of the newest roster that was applied."""
        dropped = drop(self.folder)
        years = (row.pupil.school_year for row in desired)
        given = export_of(dropped.key, city.source.export_date, years, dropped.received)
        offered = Offered(given, self.state.newest_export(), rehearse=rehearse)
        inputs.put_offered(self.folder, offered)
        return offered
