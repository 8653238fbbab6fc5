"""Reads a story: what we knew, what came tonight, what the tenant held, and how it must end.

A story is one ``story.toml``. Its top level:

    title, story      what this is about, in English; who lives through it, in Japanese
    as_of             Japan date of the night; the school year follows from it (default: TODAY)
    known             pupils as last applied: facts of ``Pupil`` and ``Record`` (builders.a_known)
    tonight           rows of users.csv: arguments and cells for builders' ``Drop.add_pupil``
    passwords         numbers of the pupils who have a row in the password file
    tenant            what differs from the accounts we left: {deleted = "2"} (for good),
                      {binned = "2"} (can be had back), {blocked = "2"}, {unmarked = "3"} and
                      {marked = "3"} (somebody made it by hand), or a stranger's account
    new_ids           true: the export has drawn every sourcedId anew
    [schools]         label = {code = "C2 4" or a whole MEXT code, name = …}; the first one is
                      the default
    [classes]         label = {title = …, school = …, grades = …} and other cells
    [files]           "users.csv" = one of ``SPOILS``
    [city] [decisions] [expect]
    staff …           the board's list, and what comes of it: see ``employed``

A pupil is a number ``n`` (``"1-3,7"`` is four of them), the same child in ``known`` and
``tonight``, and is called by it; ``as`` gives another label. ``id`` gives the row a
userMasterIdentifier of its own, ``begin`` and ``end`` hold for role and enrolment.

``expect`` has verdict, counts, actions, proposed, held, breaches, findings, accounts (some
properties of accounts as they are when the plan is carried out) and without_account. What is left
out is expected to be empty; pupils, rows and schools are told by label. A finding is
[file, line or label, column, code]; what is blank may be left out, and "3-5" is a finding on each
of three lines.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from kakehashi.city import City
from kakehashi.diff.sources import Missing
from kakehashi.directories.port import Listed
from kakehashi.people.record import Record, Status
from kakehashi.people.school_year import year_of
from kakehashi.preprocess.password_file import PasswordFile
from tests import builders
from tests.builders import Drop, Row
from tests.unit.diff.nights import in_tenant

HERE = Path(__file__).parent
STORIES = sorted(path.parent.name for path in HERE.glob("*/story.toml"))
TOP = {"title", "story", "as_of", "known", "tonight", "passwords", "tenant", "new_ids", "schools",
       "classes", "files", "city", "decisions", "expect"}  # fmt: skip
OF_STAFF = {"staff", "staff_before", "staff_before_on", "list_since", "staff_asked",
            "staff_decisions"}  # fmt: skip
STAFFED: Mapping[str, Any] = {  # the rules of a city with staff, unless a story has its own
    "m365": {"groups": ["class"]},
    "staff": {"sources": ["list"], "groups": ["school", "class"], "owners": ["class"]},
    "tools": {
        "lgate": {"dialect": "lgate", "staff": "home-school", "staff_home_class": "first",
                  "staff_grade": "zz"},
        "delta": {"dialect": "interactive_study", "staff": "all-schools",
                  "staff_home_class": "first"},
    },
}  # fmt: skip
KNOWN = {"status", "suspended_on", "absent_since"}
PASSWORD_KEY = "inbox/demo/passwords/first.csv"


def _upper_half(body: bytes) -> bytes:
    lines = body.splitlines(keepends=True)
    return b"".join(lines[: 1 + len(lines) // 2])


def _last_row_cut_short(body: bytes) -> bytes:
    return body.rpartition(b',"')[0].rpartition(b',"')[0] + b"\r\n"


SPOILS: Mapping[str, Callable[[bytes], bytes]] = {
    "header only": lambda body: body[: body.index(b"\r\n") + 2],
    "empty": lambda body: b"",
    "upper half": _upper_half,
    "last row cut short": _last_row_cut_short,
    "with BOM": lambda body: b"\xef\xbb\xbf" + body,
    "in Shift_JIS": lambda body: body.decode().encode("cp932"),
}


@dataclass
class Story:
    """``labels`` leads from a label to a userMasterIdentifier, ``codes`` to a MEXT code."""

    name: str
    text: Mapping[str, Any]
    as_of: date
    city: City
    drop: Drop = field(default_factory=Drop)
    known: list[Record] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    rows: dict[str, tuple[str, Row]] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str) -> Story:
        """The story in the folder ``name``."""
        text = tomllib.loads((HERE / name / "story.toml").read_text())
        assert text.keys() <= TOP | OF_STAFF, f"{name}: {sorted(text.keys() - TOP - OF_STAFF)}"
        as_of = text.get("as_of", builders.TODAY)
        city = {**(STAFFED if "staff" in text else {}), **text.get("city", {})}
        story = cls(name, text, as_of, builders.a_city(**city))
        _tell_schools(story)
        story.known = [one for spec in text.get("known", ()) for one in _known(story, spec)]
        _tell_classes(story)
        for spec in text.get("tonight", ()):
            _tell_pupils(story, spec)
        return story

    @property
    def names(self) -> dict[str, str]:
        """The one label by which results name a pupil."""
        return {umi: label for label, umi in reversed(self.labels.items())}

    @property
    def expect(self) -> dict[str, Any]:
        return dict(self.text["expect"])

    def files(self) -> dict[str, bytes]:
        """The drop, as it arrives."""
        drop = self.drop.with_new_ids() if self.text.get("new_ids") else self.drop
        files = drop.files()
        for name, spoil in self.text.get("files", {}).items():
            files[name] = SPOILS[spoil](files[name])
        return files

    def zip(self) -> bytes:
        return builders.zip_bytes(self.files())

    def passwords(self) -> list[PasswordFile]:
        if "passwords" not in self.text:
            return []
        wanted = [builders.a_pupil(n).account for n in numbers(self.text["passwords"])]
        rows = {account: f"Hinagiku-{n:04}x" for n, account in enumerate(wanted)}
        body = builders.a_password_file(rows)
        return [PasswordFile(PASSWORD_KEY, "v1", body)]

    def tenant(self) -> list[Listed]:
        accounts = {one.mark: one for one in in_tenant(self.known)}
        for spec in self.text.get("tenant", ()):
            gone = [self.labels[str(n)] for n in numbers(spec.get("deleted", _binned(spec)))]
            if gone:
                accounts = {umi: one for umi, one in accounts.items() if umi not in gone}
                continue
            if "blocked" in spec:
                umi = self.labels[spec["blocked"]]
                accounts[umi] = replace(accounts[umi], enabled=False)
                continue
            made = dict(spec)
            if "unmarked" in spec:
                made = {"sign_in": builders.a_pupil(int(spec["unmarked"])).account}
            if "marked" in spec:
                child = builders.a_pupil(int(spec["marked"]))
                made = {"sign_in": child.account, "mark": child.id}
            stranger = Listed(builders.an_id(made["sign_in"]), made["sign_in"], "", enabled=True)
            accounts[stranger.object_id] = replace(stranger, **made)
        return list(accounts.values())

    def missing(self) -> Missing:
        """Of the accounts that are not in the tenant, those that can be had back."""
        binned = [n for spec in self.text.get("tenant", ()) for n in numbers(_binned(spec))]
        return Missing(restorable=frozenset(self.labels[str(n)] for n in binned))

    def decisions(self) -> dict[str, Any]:
        return {self.labels[label]: word for label, word in self.text.get("decisions", {}).items()}

    def line(self, label: str) -> tuple[str, int]:
        """File and physical line of a labelled row; a cell may hold line breaks."""
        file, row = self.rows[label]
        line = 2
        for other in self.drop.rows[file]:
            if other is row:
                return file, line
            line += 1 + "".join(other.values()).count("\n")
        raise KeyError(label)


def _binned(spec: Mapping[str, Any]) -> str:
    return str(spec.get("binned", ""))


def numbers(spec: str | int) -> Iterator[int]:
    """``"1-3,7"`` → 1, 2, 3, 7."""
    for part in str(spec).split(",") if spec else ():
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def _tell_schools(story: Story) -> None:
    for label, cells in story.text.get("schools", {}).items():
        kind, _, number = cells["code"].partition(" ")
        code = builders.a_code(int(number), kind) if number else kind
        story.codes[label] = code
        row = story.drop.add_school(code, name=cells["name"])
        story.rows[label] = ("orgs.csv", row)
    if not story.codes:
        story.rows["school"] = ("orgs.csv", story.drop.add_school())
        story.codes["school"] = story.rows["school"][1]["identifier"]
    for row in (*story.drop.rows["orgs.csv"], story.drop.session(year_of(story.as_of))):
        row["parentSourcedId"] = row["parentSourcedId"].replace(
            "NULL", ""
        )  # not what this is about


def _known(story: Story, spec: Mapping[str, Any]) -> Iterator[Record]:
    facts = {key: value for key, value in spec.items() if key not in KNOWN | {"n", "as", "school"}}
    school = spec.get("school") or next(iter(story.codes))
    facts = {"school": story.codes[school], "school_name": story.rows[school][1]["name"]} | facts
    state = {key: spec[key] for key in KNOWN & spec.keys()}
    if "status" in state:
        state["status"] = Status(state["status"])
    for n in numbers(spec["n"]):
        pupil = builders.a_pupil(n, **facts)
        story.labels[str(spec.get("as", n))] = pupil.id
        story.labels[str(n)] = pupil.id
        yield builders.a_known(pupil=pupil, city=story.city, **state)


def _tell_classes(story: Story) -> None:
    for label, cells in story.text.get("classes", {}).items():
        story.rows[label] = ("classes.csv", _class(story, **cells))


def _class(story: Story, title: str, school: str = "", **cells: str) -> Row:
    row = story.rows[school or next(iter(story.codes))][1]
    return story.drop.add_class(title, school=row, year=year_of(story.as_of), **cells)


def _tell_pupils(story: Story, spec: Mapping[str, Any]) -> None:
    cells = dict(spec)
    label, who = cells.pop("as", None), cells.pop("id", None)
    home = _home(story, cells)
    year = year_of(story.as_of)
    span = {"begin": f"{year}-04-01", "end": f"{year + 1}-03-31"}
    span |= {key: str(cells.pop(key)) for key in span.keys() & cells.keys()}
    if "school" in cells:
        cells["school"] = story.rows[cells["school"]][1]
    for n in numbers(cells.pop("n")):
        if who:
            cells["userMasterIdentifier"] = builders.an_id(f"{who} {n}")
        row = story.drop.add_pupil(n, home=home, **span, **cells)  # type: ignore[arg-type]
        for role in story.drop.rows["roles.csv"]:
            if role["userSourcedId"] == row["sourcedId"]:
                role["beginDate"], role["endDate"] = span["begin"], span["end"]
        name = str(label or (f"{who} {n}" if who else n))
        story.rows[name] = ("users.csv", row)
        story.labels[name] = row["userMasterIdentifier"].lower()


def _home(story: Story, cells: dict[str, Any]) -> Row | Literal[False]:
    """The class row of ``home``, or the one class of the pupil's school and grade."""
    if "home" in cells:
        named = cells.pop("home")
        if not named:
            return False
        home = story.rows[named][1]
        schools = {row["sourcedId"]: label for label, (file, row) in story.rows.items()
                   if file == "orgs.csv"}  # fmt: skip
        cells.setdefault("school", schools[home["schoolSourcedId"]])
        cells.setdefault("grade", home["grades"])
        return home
    grade = cells.get("grade", "P3")
    school = cells.setdefault("school", next(iter(story.codes)))
    label = f"class of {school} {grade}"
    if label not in story.rows:
        row = _class(story, f"{grade[1:]}年2組", school, grades=grade)
        story.rows[label] = ("classes.csv", row)
    return story.rows[label][1]
