"""Which page of the staff page settles what a night leaves open: what reports and mails link to."""

from __future__ import annotations

from collections.abc import Iterator

from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.report.night import Night
from kakehashi.report.words import Word
from kakehashi.verdict import Verdict

_STOPPED = frozenset({Verdict.REFUSED, Verdict.FAILED})


def pages(night: Night) -> list[tuple[Word, str]]:
    """What is to be done, and the address where, the most urgent first; [] where there is no staff
    page."""
    return [(told, _at(night, path)) for told, path in _open(night) if night.guide.staff]


def first_page(night: Night) -> str:
    """Where the mail leads: to what is most urgent, else to the morning; "" without a page."""
    found = pages(night)
    return found[0][1] if found else _at(night, "/today")


def _at(night: Night, path: str) -> str:
    return night.guide.page(path, "" if night.run_id in path else night.city)


def _open(night: Night) -> Iterator[tuple[Word, str]]:
    if night.mode == "rehearse":
        yield Word("職員の頁で予行を見る", "See the rehearsal"), f"/rehearsal/{night.run_id}"
        return
    if night.verdict is Verdict.AWAITING:
        yield Word("職員の頁で承認する", "Approve in the browser"), f"/approve/{night.run_id}"
    if night.verdict in _STOPPED:
        yield Word("職員の頁でこの夜を見る", "See this night"), f"/nights/{night.run_id}"
    if any(night.proposed().values()):
        yield Word("職員の頁で 1 人ずつ決める", "Decide pupil by pupil"), "/decide"
    if night.held().get(NO_PASSWORD.code):
        yield Word("職員の頁で初期パスワードを作る", "Make initial passwords"), "/passwords"
