"""パスワード: who waits for an initial password, and the slips that children are handed.

Addresses: GET /passwords; POST /passwords/make (school or "", key, key_again), POST
/passwords/workbook and /passwords/slips (token): once, then the passwords are gone from here. GET
/passwords/uploaded (S3 leads back here), POST /passwords/start (token): those that a school chose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from kakehashi.lti.pages import hiragana
from kakehashi.people.pupil import GRADE_LABELS, Pupil
from kakehashi.people.staff import STAFF, Employment
from kakehashi.preprocess.initial import Slip
from kakehashi.report.times import minute
from kakehashi.staff.arrived import CheckedUpload
from kakehashi.staff.uploading import Upload

SHORTEST_KEY = 12  # characters of what opens the workbook
PER_SHEET = 8  # slips on a sheet of A4
MOST_ROWS = 300
MOST = (
    500  # pupils of one making: their slips are one answer of a Lambda (6 MB), on paper 63 sheets
)


@dataclass(frozen=True, slots=True)
class Made:
    """Passwords just made: ``token`` hands them out, until ``until`` (ISO), in the ``kinds`` that
    nobody has taken yet ("json" for the sheets, "xlsx"). ``school`` is its name, "" for all."""

    token: str
    count: int
    until: str
    school: str = ""
    kinds: tuple[str, ...] = ("json", "xlsx")

    @property
    def minute(self) -> str:
        return minute(self.until)


@dataclass(frozen=True, slots=True)
class PasswordsRow:
    name: str
    school_name: str
    grade: str
    class_title: str
    number: int | None
    account: str


@dataclass(frozen=True, slots=True)
class PasswordsPage:
    """``schools``: code, name, how many wait."""

    template: ClassVar[str] = "passwords.html.j2"

    total: int
    rows: Sequence[PasswordsRow]
    schools: Sequence[tuple[str, str, int]]
    made: Sequence[Made]
    upload: Upload | None
    checked: CheckedUpload | None
    shortest: int = SHORTEST_KEY
    most: int = MOST


def passwords(
    waiting: Iterable[Pupil],
    made: Sequence[Made] = (),
    upload: Upload | None = None,
    checked: CheckedUpload | None = None,
) -> PasswordsPage:
    """``waiting`` are the pupils held because no initial password has come."""
    pupils = sorted(waiting, key=_register)
    counts = Counter(pupil.school for pupil in pupils)
    names = {pupil.school: name_of(pupil) for pupil in pupils}
    return PasswordsPage(
        len(pupils),
        [_row(pupil) for pupil in pupils[:MOST_ROWS]],
        [(code, names[code], counts[code]) for code in sorted(counts)],
        made,
        upload,
        checked,
    )


def of_staff(one: Employment, account: str) -> Pupil:
    """A member of staff in the words of a slip: all of them are a lot of their own."""
    post = min(one.posts, key=lambda post: (not post.main, post.begin))
    return Pupil(
        id=one.id,
        account=account,
        family=one.family,
        given=one.given,
        kana_family=one.kana_family,
        kana_given=one.kana_given,
        grade="",
        school=STAFF,
        school_name=post.school_name,
        school_year=0,
        class_title=post.job,
    )


def name_of(pupil: Pupil) -> str:
    """The name of the lot that somebody belongs to."""
    return "教職員" if pupil.school == STAFF else pupil.school_name


def by_population(made: Sequence[Slip]) -> dict[str, list[Slip]]:
    """How the name of the file for a night begins → whose passwords stand in it."""
    found: dict[str, list[Slip]] = {}
    for slip in made:
        how = "staff-made" if slip.pupil.school == STAFF else "made"
        found.setdefault(how, []).append(slip)
    return found


def lot(waiting: Iterable[Pupil], school: str) -> list[Pupil]:
    """Whose passwords are made now: those at the school of this code ("": all), by class register,
    and of a larger school the first of them."""
    here = (one for one in waiting if school in {"", one.school})
    return sorted(here, key=_register)[:MOST]


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """What one child is handed: all that a first-grader and a parent need. ``repr`` hides it."""

    school: str = field(repr=False)
    place: str = field(repr=False)
    name: str = field(repr=False)
    reading: str = field(repr=False)
    account: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Slips:
    """Sheets of slips. ``code`` is the QR code of the address as an SVG path, ``side`` its width in
    modules, the quiet zone included."""

    template: ClassVar[str] = "slips.html.j2"

    sheets: Sequence[Sequence[PrintedSlip]]
    address: str
    code: str
    side: int


def slips(given: Iterable[tuple[Pupil, str]], address: str) -> Slips:
    """``given`` are pupils with their passwords; ``address`` is where they sign in."""
    found = [_slip(pupil, password)
             for pupil, password in sorted(given, key=lambda one: _register(one[0]))]  # fmt: skip
    sheets = [found[n : n + PER_SHEET] for n in range(0, len(found), PER_SHEET)]
    code, side = qr(address)
    return Slips(sheets, address, code, side)


def qr(text: str) -> tuple[str, int]:
    """A path of dark modules, and the width of the whole code in modules."""
    import segno  # noqa: PLC0415 - for this page alone

    made = segno.make(text, error="m", micro=False, encoding="utf-8")  # else Shift_JIS, unmarked
    rows = list(made.matrix_iter(border=4))
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return path, len(rows)


def _slip(pupil: Pupil, password: str) -> PrintedSlip:
    number = f" {pupil.attendance_no}ばん" if pupil.attendance_no else ""
    grade = "" if pupil.class_title else GRADE_LABELS.get(pupil.grade, pupil.grade)
    return PrintedSlip(
        pupil.school_name,
        f"{grade}{pupil.class_title}{number}",
        f"{pupil.family} {pupil.given}".strip(),
        hiragana(f"{pupil.kana_family} {pupil.kana_given}".strip()),
        pupil.account,
        password,
    )


def _row(pupil: Pupil) -> PasswordsRow:
    return PasswordsRow(
        f"{pupil.family} {pupil.given}".strip(),
        pupil.school_name,
        GRADE_LABELS.get(pupil.grade, pupil.grade),
        pupil.class_title,
        pupil.attendance_no,
        pupil.account,
    )


def _register(pupil: Pupil) -> tuple[str, str, str, int, str]:
    return pupil.school, pupil.grade, pupil.class_title, pupil.attendance_no or 0, pupil.id
