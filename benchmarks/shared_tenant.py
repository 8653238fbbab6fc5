"""Sixty cities in one tenant of half a million accounts: what they ask of it, and how they write.

Simulated, with the code that is deployed: the listing by changes over a tenant that counts requests
(a page of a delta is taken for 200 entries, Graph does not promise a size), and the leases of the
shared pace on a virtual clock, beside a bucket filled as Microsoft documents it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.largest import DiskS3
from benchmarks.writers import WrittenTenant
from kakehashi.directories.budget import BURST
from kakehashi.directories.microsoft365.mirror import Lens
from kakehashi.directories.microsoft365.requests import BATCH
from kakehashi.directories.pace import LIMIT
from kakehashi.directories.port import Listed
from kakehashi.edges.microsoft.listing import MirroredListing
from kakehashi.edges.runs import Folder

CITIES, ACCOUNTS = 60, 500_000
PAGE, DELTA_PAGE = 999, 200
MOVED = {"nobody moves": 0, "one pupil of each city": 60, "0.5 % of the pupils": 2_500}
QUIET = "one pupil of each city"
LISTED_BOUND, PACE_BOUND = 0.05, 1.10
WRITES = {"an ordinary night: 42 changes each": 42, "380 changes each": 380,
          "April: every pupil": ACCOUNTS // CITIES}  # fmt: skip
DRAWS, SHORT = 11, 100  # of so few writes each the median of so many draws
FIRST = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
HEAD = """## Sixty cities in one tenant of 500,000 accounts

Simulated with the code that is deployed (`benchmarks/shared_tenant.py`). With
`m365.listing = "changes"` each city asks for what has changed, and by itself for whoever of others'
pupils may have become of interest; today's requests are a whole listing for each city. One city is
simulated, the others do alike. The target is about a quiet night, on which nearly nobody moves. A
night with 0.5 % changes stands beside it: each city reads all changes of the tenant, and has a look
at everybody who moved.

| a night on which | requests of all cities | × whole listings | |
|---|---|---|---|
"""
PACED = """
All cities begin to write in the same second and share 20 writes a second. The floor is what the
tenant allows after what it has saved up ({burst:,.0f} writes). An ordinary night is over within a
minute and differs from draw to draw, so the median of {draws} is shown: what goes beyond the floor
is cities that were refused a lease and ask again later and later. To ask sooner gains nothing, and
each time is a write of the table.

| each city writes | seconds | × floor | answers 429 | |
|---|---|---|---|---|
"""


class CountedTenant:
    """Of Microsoft's directory what a listing asks; ``requests`` counts the calls."""

    def __init__(self, accounts: int, city: int) -> None:
        self.accounts, self.city, self.requests = accounts, city, 0
        self.moved: list[int] = []

    def listing(self, _mark: str) -> Iterator[Listed]:
        self.requests += math.ceil(self.accounts / PAGE)
        return (self._account(n) for n in range(self.accounts))

    def link(self) -> str:
        self.requests += 1
        return "link"

    def changes(self, _link: str) -> tuple[list[dict[str, Any]], str]:
        """A pupil in another class: what stands for it in the account has changed."""
        self.requests += max(1, math.ceil(len(self.moved) / DELTA_PAGE))
        return [{"id": _object(n), "department": "2年1組"} for n in self.moved], "next"

    def look_up(self, ids: Iterable[str], _mark: str, _fields: Any) -> list[Listed]:
        asked = list(ids)
        self.requests += math.ceil(len(asked) / BATCH)
        return [self._account(int(one.removeprefix("object-"))) for one in asked]

    def _account(self, n: int) -> Listed:
        return Listed(_object(n), _name(n), _object(n) if n < self.city else "", True, "")


def _object(n: int) -> str:
    return f"object-{n:08}"


def _name(n: int) -> str:
    return f"s{n:06}@ed.example.jp"


def requests(moved: Collection[int], accounts: int = ACCOUNTS, cities: int = CITIES) -> int:
    """Of one city's listing, on the night after the one on which the tenant was listed whole;
    ``moved`` are accounts, of which the city's own come first."""
    city = accounts // cities
    tenant: Any = CountedTenant(accounts, city)
    lens = Lens("extensionAttribute1", b"key", lambda _: False)
    wanted = [_name(n) for n in range(city)]
    with TemporaryDirectory() as place:
        folder = Folder(DiskS3(Path(place)), "runs", "demo/")  # type: ignore[arg-type]
        for night in (0, 1):
            tenant.requests, tenant.moved = 0, list(moved)
            now = FIRST + timedelta(days=night)
            listing = MirroredListing(tenant, folder, lens, "rules", now)
            assert len(listing.accounts(wanted)) == city
            listing.keep()
    return int(tenant.requests)


def all_writing(each: int, cities: int = CITIES, draw: int = 7) -> tuple[float, float, int]:
    """Seconds until all have written, in times of the floor, and how often Graph would refuse;
    ``draw`` is of the moments at which who was refused a lease asks again."""
    tenant = WrittenTenant(draw=draw)
    seconds = tenant.run(tenant.writer(each) for _ in range(cities))
    floor = (each * cities - BURST) / LIMIT
    return seconds, seconds / floor if floor > 0 else 0.0, tenant.refused


def section() -> str:
    """The section of docs/benchmarks.md, in Markdown."""
    return (
        HEAD
        + "\n".join(_listed())
        + "\n"
        + PACED.format(burst=BURST, draws=DRAWS)
        + "\n".join(_paced())
    )


def _listed() -> Iterator[str]:
    whole = CITIES * math.ceil(ACCOUNTS / PAGE)
    for label, count in MOVED.items():
        step = ACCOUNTS // max(1, count)
        ours = CITIES * requests(range(0, step * count, step))
        verdict = ""
        if label == QUIET:
            verdict = _verdict(held=ours <= LISTED_BOUND * whole, bound=LISTED_BOUND)
        yield f"| {label} | {ours:,} of {whole:,} | {ours / whole:.3f} | {verdict} |"


def _paced() -> Iterator[str]:
    for label, each in WRITES.items():
        draws = sorted(all_writing(each, draw=n) for n in range(DRAWS if each < SHORT else 1))
        seconds, times, refused = draws[len(draws) // 2]
        held = times <= PACE_BOUND and not refused
        yield (
            f"| {label} | {seconds:,.0f} | {times:.2f} | {refused} "
            f"| {_verdict(held=held, bound=PACE_BOUND)} |"
        )
    yield ""


def _verdict(*, held: bool, bound: float) -> str:
    return f"≤ {bound}: {'holds' if held else '**falls short**'}"


if __name__ == "__main__":
    print(section())
