"""A small town of invented children, and what the office's book (C4th) says of them tonight.

A ``Child`` is a person: what is true of it is true whatever anybody has typed. ``Town.rows`` is the
book: as it is true, but for the slips that nobody has corrected yet.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from kakehashi.people.school_year import year_of
from tests.builders import DOMAIN, Drop, Row, a_code, an_id

SCHOOLS = {
    "east": (a_code(1), "見本市立東小学校"),
    "west": (a_code(2), "見本市立西小学校"),
    "junior": (a_code(3, "C1"), "見本市立第一中学校"),
    "second": (a_code(4, "C1"), "見本市立第二中学校"),
}
GRADES = ("P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3")
FAMILIES = (("佐藤", "サトウ"), ("鈴木", "スズキ"), ("田中", "タナカ"), ("渡辺", "ワタナベ"))
GIVENS = (("陽菜", "ヒナ"), ("湊", "ミナト"), ("結衣", "ユイ"), ("蓮", "レン"), ("葵", "アオイ"),
          ("大和", "ヤマト"), ("咲良", "サクラ"))  # fmt: skip

HIGHER = dict(pairwise(GRADES))

type Name = tuple[str, str, str, str]  # family, given, and their kana


@dataclass
class Child:
    """One person. ``umi`` and ``upn`` are what C4th has given this child last, rightly.

    ``names`` and ``ids`` are all that this child has ever rightly had. ``slips`` counts the slips
    of paper with a first password that were made for it.
    """

    n: int
    name: Name
    born: date
    school: str
    grade: str
    room: int
    umi: str = ""
    upn: str = ""
    here: bool = True
    names: set[Name] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    slips: int = 0

    def __post_init__(self) -> None:
        self.called(self.name)
        self.keyed()

    def called(self, name: Name) -> None:
        self.name = name
        self.names.add(name)

    def keyed(self) -> None:
        """C4th draws a userMasterIdentifier (anew)."""
        self.umi = an_id(f"child {self.n}, id {len(self.ids)}")
        self.ids.add(self.umi)
        self.upn = self.upn or f"c{self.n:04d}@{DOMAIN}"

    @property
    def password(self) -> str:
        """What stands on the newest slip."""
        return f"Hinagiku-{self.n:04d}-{self.slips}"

    @property
    def title(self) -> str:
        """The class title that goes out."""
        return f"{GRADES.index(self.grade) + 1}年{self.room}組"

    @property
    def shown(self) -> str:
        return f"{self.name[0]} {self.name[1]}"


@dataclass(frozen=True)
class Entry:
    """A row of users.csv with what hangs on it. ``child``: whom it is about, in truth."""

    child: Child
    umi: str
    upn: str
    name: Name
    school: str
    grade: str
    room: int
    ended: date | None = None
    began: date | None = None


@dataclass
class Slip:
    """Something typed wrongly about one or two children, until it is corrected.

    ``behind`` exchanges id and account of two rows, ``names`` the names, ``accounts`` the accounts;
    ``id over`` and ``account over`` type the other's over the first one's; ``lost`` leaves the
    first one's row out.
    """

    kind: str
    one: Child
    other: Child

    def typed(self, entry: Entry, partner: Entry) -> Entry:
        match self.kind:
            case "behind":
                return replace(entry, umi=partner.umi, upn=partner.upn)
            case "names":
                return replace(entry, name=partner.name)
            case "accounts":
                return replace(entry, upn=partner.upn)
            case "id over" if entry.child is self.one:
                return replace(entry, umi=partner.umi)
            case "account over" if entry.child is self.one:
                return replace(entry, upn=partner.upn)
        return entry


@dataclass
class Town:
    """``left`` are rows that transfers have left behind, ``slips`` what is typed wrongly."""

    day: date
    children: list[Child] = field(default_factory=list)
    left: list[Entry] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    dealt: bool = False  # tonight's export has everybody in another class
    raised: bool = False  # and everybody a grade higher

    # -- people ----------------------------------------------------------------------------

    def comes(self, family: int, given: int, school: str, grade: str, room: int) -> Child:
        n = len(self.children) + 1
        (fk, fkana), (gk, gkana) = FAMILIES[family % 4], GIVENS[given % 7]
        born = date(self.day.year - 6 - GRADES.index(grade), 4 + family % 9, 1 + n % 28)
        child = Child(n, (fk, gk, fkana, gkana), born, school, grade, room)
        self.children.append(child)
        return child

    @property
    def here(self) -> list[Child]:
        return [child for child in self.children if child.here]

    @property
    def away(self) -> list[Child]:
        return [child for child in self.children if not child.here]

    def plain(self) -> list[Child]:
        """Those about whom nothing is typed wrongly."""
        typed = self.typed_wrongly()
        return [child for child in self.here if child.n not in typed]

    def typed_wrongly(self) -> set[int]:
        return {child.n for slip in self.slips for child in (slip.one, slip.other)}

    def goes_up(self) -> None:
        """The first of April."""
        for child in self.here:
            at = GRADES.index(child.grade)
            if child.grade == "J3":
                child.here = False
                continue
            child.grade = GRADES[at + 1]
            if child.grade == "J1":
                child.school = "second" if "junior" in self.closed else "junior"
        self.left = []  # C4th begins the new year without last year's rows

    # -- the book --------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """Tonight's rows, slips and all."""
        true = {child.n: self._true(child) for child in self.here}
        rows = dict(true)
        for slip in self.slips:
            if slip.one.n not in true or slip.other.n not in true:
                continue
            one, other = rows[slip.one.n], rows[slip.other.n]
            rows[slip.one.n], rows[slip.other.n] = slip.typed(one, other), slip.typed(other, one)
        lost = {slip.one.n for slip in self.slips if slip.kind == "lost"}
        found = [*(row for n, row in rows.items() if n not in lost), *self.left]
        if self.raised:
            found = [replace(row, grade=HIGHER.get(row.grade, row.grade)) for row in found]
        return [replace(row, room=row.child.n % 3 + 1) for row in found] if self.dealt else found

    def dealt_anew(self, known: Container[str]) -> int:
        """How many classes would be broken up if the pupils of the book were dealt anew; those
        whose id is ``known``."""
        plain = {child.n for child in self.plain() if child.umi in known}
        return len({(e.school, e.grade, e.room, e.child.n % 3) for e in self.entries()
                    if e.child.n % 3 + 1 != e.room and e.child.n in plain
                    and not e.ended})  # fmt: skip

    def has_namesakes(self, child: Child) -> bool:
        """Whether anybody else ever had this child's name, or it has had another's."""
        return any(child.names & other.names for other in self.children if other is not child)

    @staticmethod
    def _true(child: Child) -> Entry:
        return Entry(child, child.umi, child.upn, child.name, child.school, child.grade, child.room)

    def drop(self) -> Drop:
        """The export: every sourcedId is new."""
        drop = Drop(salt=f"{self.day} {len(self.children)}")
        year = year_of(self.day)
        schools = {
            name: drop.add_school(code, name=title)
            for name, (code, title) in SCHOOLS.items()
            if name not in self.closed
        }
        rooms: dict[tuple[str, str, int], Row] = {}
        for entry in self.entries():
            at = (entry.school, entry.grade, entry.room)
            if at not in rooms:
                title = f"{entry.grade[1]}年{entry.room}組"
                rooms[at] = drop.add_class(
                    title, school=schools[entry.school], grades=entry.grade, year=year
                )
            _write(drop, entry, schools[entry.school], rooms[at], year)
        return drop

    def of(self, umi: str) -> Iterator[Child]:
        """Whom an id means: by right, or by what is typed tonight."""
        typed = {entry.child.n for entry in self.entries() if entry.umi == umi}
        yield from (c for c in self.children if umi in c.ids or c.n in typed)


def _write(drop: Drop, entry: Entry, school: Row, room: Row, year: int) -> None:
    family, given, kana_family, kana_given = entry.name
    begin = (entry.began or date(year, 4, 1)).isoformat()
    end = (entry.ended or date(year + 1, 3, 31)).isoformat()
    row = drop.add_pupil(
        entry.child.n,
        grade=entry.grade,
        school=school,
        home=room,
        account=entry.upn,
        begin=begin,
        end=end,
        userMasterIdentifier=entry.umi,
        familyName=family,
        givenName=given,
        preferredFamilyName=family,
        preferredGivenName=given,
        kanaFamilyName=kana_family,
        kanaGivenName=kana_given,
    )
    for role in drop.rows["roles.csv"]:
        if role["userSourcedId"] == row["sourcedId"]:
            role["beginDate"], role["endDate"] = begin, end
