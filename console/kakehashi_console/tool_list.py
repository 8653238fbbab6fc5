"""A learning tool's present users against our roster: who is in one and not in the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from kakehashi.deliver.lists import FlatList
from kakehashi.diff.matching import Evidence, compare_names
from kakehashi.diff.sheets import Row, UnreadableWorkbook, plain, sheets
from kakehashi.people.pupil import Pupil

HEADING_WITHIN = 10  # rows: a title and a date may stand above the headings
_SAME = frozenset({Evidence.NAME_SAME, Evidence.KANA_SAME, Evidence.NAME_BLANK})
# As `plain` folds them: small letters, half-width.
IDS = ("sourcedid", "usermasteridentifier", "userid", "ユーザー識別子", "利用者識別子")
ACCOUNTS = ("username", "email", "loginid", "account", "アカウント", "ログインid", "ユーザー名",
            "メールアドレス", "メール")  # fmt: skip
NAMES = ("name", "displayname", "氏名", "名前", "表示名")
FAMILY = ("familyname", "preferredfamilyname", "姓", "氏")
GIVEN = ("givenname", "preferredgivenname", "名")


@dataclass(frozen=True, slots=True)
class Columns:
    """Headings that tell who a row is; several of a kind may stand in one list."""

    ids: Sequence[str] = IDS
    accounts: Sequence[str] = ACCOUNTS
    names: Sequence[str] = NAMES
    family: Sequence[str] = FAMILY
    given: Sequence[str] = GIVEN

    def with_list(self, flat: FlatList) -> Columns:
        """The same, and the headings of the tool's own list below which such facts stand."""
        of = flat.headings_of
        return Columns(
            (*of("userMasterIdentifier", "sourcedId"), *self.ids),
            (*of("username", "loginName"), *self.accounts),
            (*of("name"), *self.names),
            (*of("familyName"), *self.family),
            (*of("givenName"), *self.given),
        )


@dataclass(frozen=True, slots=True)
class User:
    """One row of the tool's list; ``ids`` and ``accounts`` as far as the row tells any."""

    line: int
    ids: frozenset[str]
    accounts: frozenset[str]
    name: str

    @property
    def label(self) -> str:
        """What to call the row by."""
        return next(iter(sorted(self.accounts) or sorted(self.ids)), "")


@dataclass(frozen=True, slots=True)
class Compared:
    """``same`` counts pupils who agree. ``renamed`` are pairs whose names differ, most so first;
    ``twice`` rows that are a pupil's second."""

    same: int = 0
    not_in_tool: tuple[Pupil, ...] = ()
    not_in_roster: tuple[User, ...] = ()
    renamed: tuple[tuple[Pupil, User], ...] = ()
    twice: tuple[tuple[Pupil, User], ...] = ()
    held: int = field(default=0)

    def counts(self) -> dict[str, int]:
        return {
            "same": self.same,
            "renamed": len(self.renamed),
            "not_in_tool": len(self.not_in_tool),
            "not_in_roster": len(self.not_in_roster),
            "twice": len(self.twice),
            "held": self.held,
        }


@dataclass(frozen=True, slots=True)
class ToolList:
    """A list as it was read: the row that was taken for its headings, and which of them tell."""

    heading: int
    told_by: Sequence[str]
    users: Sequence[User]


def read_users(body: bytes, columns: Columns) -> ToolList:
    """The rows of a CSV or workbook. Raises Unreadable, also where no column tells who is who."""
    for sheet in sheets(body):
        found = _users(sheet, columns)
        if found is not None:
            return found
    raise UnreadableWorkbook


def _users(sheet: Iterable[Row], columns: Columns) -> ToolList | None:
    rows = iter(sheet)
    for number, cells in islice(rows, HEADING_WITHIN):
        headings = [plain(cell) for cell in cells]
        at = {
            kind: [n for n, heading in enumerate(headings) if heading in map(plain, wanted)]
            for kind, wanted in (("ids", columns.ids), ("accounts", columns.accounts),
                                 ("names", columns.names), ("family", columns.family),
                                 ("given", columns.given))
        }  # fmt: skip
        if at["ids"] or at["accounts"]:
            users = [_user(line, cells, at) for line, cells in rows if any(map(plain, cells))]
            told_by = [cells[n].strip() for n in sorted({n for some in at.values() for n in some})]
            return ToolList(number, told_by, users)
    return None


def _user(line: int, cells: Sequence[str], at: Mapping[str, Sequence[int]]) -> User:
    def told(kind: str) -> Iterator[str]:
        return (cells[n].strip() for n in at[kind] if n < len(cells) and cells[n].strip())

    name = next(told("names"), "") or f"{next(told('family'), '')} {next(told('given'), '')}"
    ids, accounts = (frozenset(map(plain, told(kind))) for kind in ("ids", "accounts"))
    return User(line, ids, accounts, name.strip())


def compare(
    pupils: Iterable[Pupil],
    users: Iterable[User],
    held: frozenset[str] = frozenset(),
    told: Mapping[str, str] | None = None,
) -> Compared:
    """Matched by id, else by account or by what stands before its @; never by name.

    ``held`` are ids and accounts of rows that could not be read tonight: neither here nor absent.
    ``told`` leads from a userMasterIdentifier to what tools know the pupil by, where that is
    another id.
    """
    pupils = sorted(pupils, key=lambda pupil: (pupil.school, pupil.id))
    by_word = _words(pupils, told or {})
    found: dict[str, User] = {}
    strangers, twice, waiting = [], [], 0
    for user in users:
        owner = _owner(user, by_word)
        if owner and owner.id in found:
            twice.append((owner, user))
        elif owner:
            found[owner.id] = user
        elif held & (user.ids | user.accounts):
            waiting += 1
        else:
            strangers.append(user)
    judged = [(p, found[p.id], compare_names(p, found[p.id].name)) for p in pupils if p.id in found]
    differing = sorted(((alike, p.id, p, user) for p, user, (what, alike) in judged
                        if what not in _SAME), key=lambda row: row[:2])  # fmt: skip
    return Compared(
        same=len(judged) - len(differing),
        not_in_tool=tuple(p for p in pupils if p.id not in found),
        not_in_roster=tuple(strangers),
        renamed=tuple((p, user) for _, _, p, user in differing),
        twice=tuple(twice),
        held=waiting,
    )


def _words(pupils: Iterable[Pupil], told: Mapping[str, str]) -> dict[str, Pupil]:
    """What a tool may say of whom. An id that the roster has given to one pupil, and by which
    tools know another, tells nothing: the account decides."""
    found: dict[str, Pupil] = {}
    twofold = set[str]()
    for pupil in pupils:
        account = pupil.account.lower()
        found |= {word: pupil for word in (account, account.partition("@")[0]) if word}
        for id_ in {pupil.id, told.get(pupil.id, pupil.id)}:
            twofold |= {id_} if found.setdefault(id_, pupil) is not pupil else set()
    return {word: pupil for word, pupil in found.items() if word not in twofold}


def _owner(user: User, by_word: Mapping[str, Pupil]) -> Pupil | None:
    words = [*sorted(user.ids), *sorted(user.accounts)]
    return next((by_word[word] for word in words if word in by_word), None)
