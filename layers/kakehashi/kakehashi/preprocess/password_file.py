"""Initial-password files: which row gives which pupil its first password, never what it is.

A password is read once to be checked and a second time at the moment of use (``read_one``), both
times without the blanks at its ends, which nobody sees on a slip. In between only its place
travels: key, version, line. No finding echoes a value, and of one that several children share only
how many they are leaves this module: whoever knows the own one would know another's.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Finding, Place, Rule
from kakehashi.people.pupil import Pupil
from kakehashi.roster import PasswordAt

HEADERS = {
    "account": "account",
    "アカウント": "account",
    "userMasterIdentifier": "pupil",
    "ユーザー識別子": "pupil",
    "initialPassword": "password",
    "初期パスワード": "password",
}
SHORTEST, LONGEST = 8, 256
KINDS = ("[A-Z]", "[a-z]", "[0-9]", "[^A-Za-z0-9]")
NEEDED_KINDS = 3
"""Entra ID's rules: 8–256 printable ASCII characters of three of these four kinds."""

_PRINTABLE = re.compile(r"[ -~]+\Z")
_SAFE_FILE = re.compile(r"[A-Za-z0-9_.-]{1,80}\Z")


@dataclass(frozen=True, slots=True)
class PasswordFile:
    """One uploaded file as S3 holds it. ``repr`` does not show the body."""

    key: str
    version: str
    body: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The file's own name; one that could tell something of a person is not shown."""
        base = self.key.rpartition("/")[2]
        return base if _SAFE_FILE.match(base) else "passwords.csv"


@dataclass(frozen=True, slots=True)
class PasswordRow:
    """A row of the file. ``account`` is in lower case; "" where the file does not give the key.

    ``trimmed`` tells that the password stood there with blanks at an end.
    """

    line: int
    account: str
    pupil: str
    password: str = field(repr=False)
    trimmed: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    entries: tuple[PasswordRow, ...] = ()
    faults: tuple[tuple[int, Rule], ...] = ()


@dataclass(frozen=True, slots=True)
class InDrop:
    """The pupils of the drop by both keys, held ones too: account → id, and id → account."""

    by_account: Mapping[str, str]
    by_pupil: Mapping[str, str]


def parse(body: bytes) -> Parsed:
    """Rows of a password file with their physical lines. Never raises."""
    text = _decode(body)
    if text is None or "\x00" in text:
        return Parsed(faults=((1, rules.PASSWORD_FILE_UNREADABLE),))
    records = _records(text)
    line, header = next(records, (1, []))
    columns = [HEADERS.get(cell.strip(), "") for cell in header]
    if not _usable(columns):
        return Parsed(faults=((line, rules.PASSWORD_FILE_HEADER),))
    entries: list[PasswordRow] = []
    faults: list[tuple[int, Rule]] = []
    for line, cells in records:
        entry = _entry(line, columns, cells)
        if entry is None:
            faults.append((line, rules.PASSWORD_ROW_BROKEN))
        else:
            entries.append(entry)
    return Parsed(tuple(entries), tuple(faults))


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Physical line and cells of each row that is not blank; no cells where quotes are broken."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        yield line, []  # nothing behind it can be told apart any more


def _decode(body: bytes) -> str | None:
    for codec in ("utf-8-sig", "cp932"):
        try:
            return body.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def _usable(columns: list[str]) -> bool:
    named = [column for column in columns if column]
    return len(named) == len(set(named)) and "password" in named and len(named) > 1


def _entry(line: int, columns: list[str], cells: list[str]) -> PasswordRow | None:
    if len(cells) != len(columns):
        return None
    row = dict(zip(columns, cells, strict=True))
    account = row.get("account", "").strip().lower()
    pupil = row.get("pupil", "").strip().lower()
    written = row["password"]
    password = written.strip()
    return (
        PasswordRow(line, account, pupil, password, written != password)
        if account or pupil
        else None
    )


def fits(password: str, account: str) -> bool:
    """Whether Entra ID takes ``password`` as the first one of ``account``."""
    local = account.partition("@")[0].lower()
    kinds = sum(re.search(kind, password) is not None for kind in KINDS)
    return (
        SHORTEST <= len(password) <= LONGEST
        and _PRINTABLE.match(password) is not None
        and kinds >= NEEDED_KINDS
        and not (local and local in password.lower())
    )


type Sharing = Literal["wait", "allow"]


def locate(
    files: Iterable[PasswordFile], known: InDrop, shared: Sharing = "wait"
) -> tuple[dict[str, PasswordAt], list[Finding]]:
    """Pupil → place of its password. ``files`` from the oldest to the newest: the newest file
    that names a pupil decides, even when its row cannot be used.

    ``shared`` says what becomes of pupils who share one password with any other row that counts
    (``_Words``): they ``wait`` without one, or are ``allow``ed to.
    """
    places: dict[str, PasswordAt] = {}
    words = _Words()
    findings: list[Finding] = []
    files = tuple(files)
    for number, file in enumerate(files):
        parsed = parse(file.body)
        findings += [rule.at(_at(file, line, rule)) for line, rule in parsed.faults]
        rows: dict[str, list[PasswordRow]] = {}
        for entry in parsed.entries:
            rule, pupil = _owner(entry, known)
            if rule is not None:
                findings.append(rule.at(_at(file, entry.line, rule)))
                words.of_nobody(number, entry, known)
            else:
                rows.setdefault(pupil, []).append(entry)
        for pupil, entries in rows.items():
            places.pop(pupil, None)
            words.of_pupil(number, pupil, entries[0].password)
            if found := list(_unusable(file, pupil, entries, known)):
                findings += found
                continue
            places[pupil] = PasswordAt(file.key, file.version, entries[0].line)
            if entries[0].trimmed:
                rule = rules.PASSWORD_TRIMMED
                findings.append(rule.at(_at(file, entries[0].line, rule), pupil=pupil))
    findings += _shared(files, places, words, shared)
    return places, findings


@dataclass(slots=True)
class _Words:
    """Every password and the number of the file it stands in, the newest row by whom it names.

    A slip that is out may open an account, so rows that give nobody a password count as well: one
    that names a pupil of the drop until a newer file has a row for that pupil, any other one beside
    rows of its own file and of older ones. A newer row with the same word is that row put right.
    """

    pupils: dict[str, tuple[int, str]] = field(default_factory=dict, repr=False)
    named: dict[str, tuple[int, str]] = field(default_factory=dict, repr=False)
    nobodys: dict[str, tuple[int, str]] = field(default_factory=dict, repr=False)

    def of_pupil(self, number: int, pupil: str, word: str) -> None:
        self.pupils[pupil] = (number, word)
        if pupil in self.named and self.named[pupil][0] < number:
            del self.named[pupil]

    def of_nobody(self, number: int, entry: PasswordRow, known: InDrop) -> None:
        """A row that names no pupil of the drop, or two: the account's, as that can sign in."""
        by_pupil = entry.pupil if entry.pupil in known.by_pupil else ""
        if pupil := known.by_account.get(entry.account, by_pupil):
            self.named[pupil] = (number, entry.password)
        else:
            self.nobodys[entry.account or entry.pupil] = (number, entry.password)

    def alike(self, pupils: Iterable[str]) -> list[str]:
        """Those of them whose word another row has too."""
        counting = (*self.pupils.values(), *self.named.values())
        times = Counter(word for _, word in counting)
        newest: dict[str, int] = {}
        for number, word in self.nobodys.values():
            newest[word] = max(number, newest.get(word, number))
        found = ((pupil, *self.pupils[pupil]) for pupil in pupils)
        return [one for one, number, word in found
                if times[word] > 1 or newest.get(word, -1) >= number]  # fmt: skip


def _shared(
    files: Iterable[PasswordFile],
    places: dict[str, PasswordAt],
    words: _Words,
    shared: Sharing,
) -> Iterator[Finding]:
    """One finding a file, and no line: lines side by side would tell who can sign in as whom."""
    alike = words.alike(places)
    rule = rules.PASSWORD_SHARED if shared == "wait" else rules.PASSWORD_SHARED_ALLOWED
    counts = Counter((places[pupil].key, places[pupil].version) for pupil in alike)
    if shared == "wait":
        for pupil in alike:
            del places[pupil]
    for file in files:
        if count := counts[file.key, file.version]:
            yield rule.at(Place(file.name, None, "initialPassword"), count=count)


def _owner(entry: PasswordRow, known: InDrop) -> tuple[Rule | None, str]:
    by_account = known.by_account.get(entry.account, "")
    by_pupil = entry.pupil if entry.pupil in known.by_pupil else ""
    if entry.account and entry.pupil and by_account != by_pupil:
        return rules.PASSWORD_KEYS_CONTRADICT if by_account or by_pupil else _NOBODY, ""
    pupil = by_pupil or by_account
    return (None, pupil) if pupil else (_NOBODY, "")


_NOBODY = rules.PASSWORD_OF_NOBODY


def _unusable(
    file: PasswordFile, pupil: str, entries: list[PasswordRow], known: InDrop
) -> Iterator[Finding]:
    if len(entries) > 1:
        rule, first = rules.PASSWORD_TWICE, entries[0].line
        for entry in entries:
            place = _at(file, entry.line, rule)
            yield rule.at(place, pupil=pupil, count=len(entries), first_line=first)
    elif not fits(entries[0].password, known.by_pupil.get(pupil) or entries[0].account):
        rule = rules.PASSWORD_TOO_WEAK
        yield rule.at(_at(file, entries[0].line, rule), pupil=pupil)


def _at(file: PasswordFile, line: int, rule: Rule) -> Place:
    about_it = rule in {rules.PASSWORD_TOO_WEAK, rules.PASSWORD_TRIMMED}
    column = "initialPassword" if about_it else None
    return Place(file.name, line, column)


def read_one(body: bytes, line: int, pupil: Pupil) -> str | None:
    """The password on ``line`` of a password file, at the moment of use.

    None where the row is not there or is not this pupil's: the file is not the one that was
    checked, and a password of somebody else must not be set.
    """
    rows = {entry.line: entry for entry in parse(body).entries}
    return read_row(rows, line, pupil)


def used_up(body: bytes, settled: Mapping[str, str]) -> bool:
    """Whether every row is of a pupil who has an account; ``settled``: account in lower case → id.

    A row that cannot be read, or is nobody's, may still be waited for.
    """
    parsed = parse(body)
    pupils = frozenset(settled.values())
    whose = (settled.get(e.account, "") if e.account else e.pupil for e in parsed.entries)
    used = (
        owner in pupils and entry.pupil in {"", owner}
        for owner, entry in zip(whose, parsed.entries, strict=True)
    )
    return bool(parsed.entries) and not parsed.faults and all(used)


def read_row(rows: Mapping[int, PasswordRow], line: int, pupil: Pupil) -> str | None:
    """The same out of a file that was parsed before, for whoever needs many of its rows."""
    entry = rows.get(line)
    if entry is None:
        return None
    keys = {entry.account or pupil.account, entry.pupil or pupil.id}
    return entry.password if keys == {pupil.account, pupil.id} else None
