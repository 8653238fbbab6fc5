"""Which of several rows counts: one row per pupil, one pupil per account.

After a transfer C4th keeps the old row, with the same account and mostly the same
userMasterIdentifier. The ladder: enabled over disabled, enrolled today over not, the latest begin
date. What it leaves undecided is DISPUTED: all are held. The place in the file decides nothing.

A row under another userMasterIdentifier that has ended, while a row of the same child with the same
account is enrolled today, is what the transfer has left behind: the school needs it for 指導要録,
so nobody is asked to clear it. It is passed over, and its id goes with the living row.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Finding, Place, Rule
from kakehashi.preprocess import names
from kakehashi.preprocess.draft import CleaningStep, Draft, Tonight
from kakehashi.preprocess.rows import PupilRow
from kakehashi.roster import Held

_FIELDS = dict(zip(names.COLUMNS, range(len(names.COLUMNS)), strict=True))


@dataclass(slots=True)
class Resolved:
    """``chosen`` holds at most one row per pupil and, among orders, one per account.

    ``left_behind`` maps a chosen pupil to the ids under which rows of the same child have ended.
    """

    chosen: list[PupilRow] = field(default_factory=list)
    left_behind: dict[str, list[str]] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def resolve(rows: Iterable[PupilRow]) -> Resolved:
    found = Resolved()
    by_pupil: dict[str, list[PupilRow]] = {}
    for row in rows:
        if row.pupil:
            by_pupil.setdefault(row.pupil, []).append(row)
        else:
            _hold_unnamed(row, found)
    by_account: dict[str, list[PupilRow]] = {}
    for same in by_pupil.values():
        chosen = same[0] if len(same) == 1 else _choose_row(_distinct(same), found)
        if chosen is not None:
            by_account.setdefault(chosen.account, []).append(chosen)
    found.chosen += by_account.pop("", [])
    for sharers in by_account.values():
        found.chosen += sharers if len(sharers) == 1 else _choose_owner(sharers, found)
    return found


def _hold_unnamed(row: PupilRow, found: Resolved) -> None:
    if not row.held:
        place = Place("users.csv", row.line, "userMasterIdentifier")
        found.findings.append(rules.NO_IDENTIFIER.at(place))
    found.held.append(row.hold(row.held or rules.NO_IDENTIFIER.code))


def _distinct(rows: list[PupilRow]) -> list[PupilRow]:
    """A line repeated word for word is one row; the checks have named the repetition."""
    seen: dict[tuple[object, ...], PupilRow] = {}
    for row in sorted(rows, key=lambda r: r.line):
        told = (
            row.source,
            row.account,
            row.wrong,
            row.enabled,
            row.grade,
            row.home,
            row.org,
            row.spelling,
        )
        seen.setdefault(told, row)
    return list(seen.values())


def _choose_row(rows: list[PupilRow], found: Resolved) -> PupilRow | None:
    """The row that tells of this pupil, or None where all had to be held.

    A row the checks want held may be misread. Where it reads as an order it is a rival that
    cannot be judged, so the pupil is held; an older one is history, and does not block the other.
    """
    best = max(row.score for row in rows)
    top = sorted((row for row in rows if row.score == best), key=_by_what_it_says)
    orders = [row for row in rows if row.is_order]
    rivals = [row for row in orders if row.held]
    if not top[0].is_order:
        # nobody asks for anything: the rows agree, unless one of the best cannot be relied on
        chosen = next((row for row in top if row.held), top[0])
    elif len(top) > 1 or _two_children(orders):
        equals = top if len(top) > 1 else orders
        _dispute(rules.SHARED_IDENTIFIER, "userMasterIdentifier", equals, rows, found)
        return None
    else:
        chosen = min(rivals, key=_by_what_it_says) if rivals else top[0]
    _note_older(rows, chosen, found)
    return chosen


def _by_what_it_says(row: PupilRow) -> tuple[object, ...]:
    """An order that the place in the file decides only between rows that say the same."""
    return (not row.account, row.account, row.held, row.grade, row.spelling, row.line)


def _note_older(rows: Iterable[PupilRow], chosen: PupilRow, found: Resolved) -> None:
    found.findings += [
        rules.OLDER_ROW.at(Place("users.csv", row.line), pupil=row.pupil, kept_line=chosen.line)
        for row in rows
        if row is not chosen
    ]


def _dispute(
    rule: Rule, column: str, top: list[PupilRow], rows: Iterable[PupilRow], found: Resolved
) -> None:
    """Hold every one of ``rows``; those of ``top`` are the ones nobody can choose between."""
    first, rivals = min(row.line for row in top), set(top)
    for row in rows:
        found.held.append(row.hold(rule.code))
        if row in rivals:
            place = Place("users.csv", row.line, column)
            found.findings.append(rule.at(place, pupil=row.pupil, count=len(top), first_line=first))


def _choose_owner(rows: list[PupilRow], found: Resolved) -> list[PupilRow]:
    """Of different userMasterIdentifiers with one account: who goes on.

    Only rows of one child are chosen between: a typing slip must not hand the account of a child
    who has left to another.
    """
    if not _one_child(rows):
        _dispute(rules.ACCOUNT_OF_ANOTHER_CHILD, "userIds", rows, rows, found)
        return []
    best = max(row.score for row in rows)
    top = [row for row in rows if row.score == best]
    if not top[0].is_order:
        return rows  # each is held on its own as not enrolled today
    if len(top) > 1:
        _dispute(rules.SHARED_ACCOUNT, "userIds", top, rows, found)
        return []
    owner = top[0]
    for row in rows:
        if row is not owner:
            _pass_over(row, owner, found)
    return [owner]


def _pass_over(row: PupilRow, owner: PupilRow, found: Resolved) -> None:
    """A row of the same child, whose account belongs to ``owner``, who is enrolled today."""
    if row.held:
        found.held.append(row.hold(row.held))  # it may be misread, and its check has told why
    elif row.has_ended:
        _tell_older(rules.LEFT_BEHIND, row, owner, found)
        found.left_behind.setdefault(owner.pupil, []).append(row.pupil)
    elif not row.is_order:
        found.held.append(row.hold(rules.NOT_BEGUN.code))
        place = Place("users.csv", row.line)
        found.findings.append(rules.NOT_BEGUN.at(place, pupil=row.pupil))
    else:
        # not an absence, and not a leaver either: the account has an owner who is here
        found.held.append(row.hold(rules.OLDER_OWNER.code))
        _tell_older(rules.OLDER_OWNER, row, owner, found)


def _tell_older(rule: Rule, row: PupilRow, owner: PupilRow, found: Resolved) -> None:
    place = Place("users.csv", row.line, "userIds")
    found.findings.append(rule.at(place, pupil=row.pupil, kept_line=owner.line))


def _two_children(orders: Iterable[PupilRow]) -> bool:
    """Whether one id stands on rows of several children: neither account nor name is the same.

    Somebody typed over an id; a later begin date does not make one child of another.
    """
    orders = tuple(orders)
    return len({row.account for row in orders if row.account}) > 1 and not _one_child(orders)


def _one_child(rows: Iterable[PupilRow]) -> bool:
    """Whether all rows agree in the full name, or all in its kana; blanks agree with nothing. Of a
    child with one name only, that one is the full name."""
    rows = tuple(rows)
    return any(
        set.intersection(*(_said(row, family, given) for row in rows)) for family, given in _FULL
    )


_FULL = ((names.FAMILY, names.GIVEN), (names.KANA_FAMILY, names.KANA_GIVEN))


def _has_one_name(row: PupilRow) -> bool:
    """Whether one half is blank wherever a name may stand, in kana as well."""
    halves = zip(*_FULL, strict=True)
    return any(not any(_folded(row, c) for columns in half for c in columns) for half in halves)


def _said(row: PupilRow, family: tuple[str, ...], given: tuple[str, ...]) -> set[tuple[str, str]]:
    """The full names a row gives, external and of record, folded for comparison only."""
    is_full = any if _has_one_name(row) else all
    both = zip(
        (_folded(row, column) for column in family),
        (_folded(row, column) for column in given),
        strict=True,
    )
    return {full for full in both if is_full(full)}


def _folded(row: PupilRow, column: str) -> str:
    text = unicodedata.normalize("NFKC", row.spelling[_FIELDS[column]])
    return "".join(text.split())


def choose_rows(_: Tonight, draft: Draft) -> Draft:
    found = resolve(draft.rows.pupils)
    return draft.having(
        found.findings, chosen=found.chosen, left_behind=found.left_behind,
        held=(*draft.held, *found.held),
    )  # fmt: skip


DUPLICATES = CleaningStep(
    "duplicates",
    ja="転出入で残った行から、児童生徒ごとに 1 行、アカウントごとに 1 人を選びます。",
    en="Chooses one row a pupil and one pupil an account among those that a transfer leaves.",
    run=choose_rows,
    gives=(
        rules.SHARED_ACCOUNT, rules.ACCOUNT_OF_ANOTHER_CHILD, rules.SHARED_IDENTIFIER,
        rules.OLDER_ROW, rules.OLDER_OWNER, rules.LEFT_BEHIND, rules.NOT_BEGUN,
        rules.NO_IDENTIFIER,
    ),
)  # fmt: skip
