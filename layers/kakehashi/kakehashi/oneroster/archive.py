"""From a zip or loose files to named byte streams, refusing what is not safe to unpack.

Nothing is written to disk and no entry is inflated before its declared size and ratio are judged;
zipfile never yields more than the declared size, so memory stays flat whatever the bytes hold.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import IO

from kakehashi.catalogue import file_rules as rules
from kakehashi.findings import Finding, Place
from kakehashi.oneroster.columns import TABLES
from kakehashi.oneroster.formats import format_of

MAX_FILES = 100
MAX_FILE_BYTES = 1 << 30
MAX_TOTAL_BYTES = 2 << 30
MAX_DIRECTORY_BYTES = 1 << 20
MAX_RATIO = 200  # a roster of repeated UUIDs deflates to about a tenth
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
RATIO_FLOOR = 1 << 20  # below this much plain text no ratio is a danger

DAMAGE = (  # what zipfile and zlib raise for bytes that are not what they claim
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    OverflowError,
    ValueError,
)
READ_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError)
MANIFEST = "manifest.csv"
KNOWN = {name.lower(): name for name in (MANIFEST, *TABLES)}
_ARCHIVE = re.compile(r"\.(zip|7z|gz|tgz|rar|tar|lzh|bz2|xz)\Z", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f:]|\A/|(?:\A|/)\.\.(?:/|\Z)|\A\Z")
_UTF_8 = 0x800  # the bit that says so of an entry's name (APPNOTE 4.4.4)

_MAC = re.compile(r"\A__MACOSX/|(?:\A|/)(?:\.DS_Store\Z|\._)")
_PASSWORD = re.compile(r"pass[-_ ]?w(?:or)?d|パスワード|暗証|(?<![a-z])pw(?![a-z])", re.IGNORECASE)
_TOO_MUCH = {rule.code for rule in (rules.TOO_MANY, rules.TOO_BIG, rules.BOMB)}
_HEAD = 4096  # bytes in which a header line ends

_END_RECORD, _COMMENT = 22, 0xFFFF  # bytes: the record, and the longest comment behind it
_ZIP64_RECORDS, _SEE_ZIP64 = 76, 0xFFFFFFFF  # bytes before it: record and locator (APPNOTE 4.3.14)

Open = Callable[[], IO[bytes]]


@dataclass(slots=True)
class Files:
    """Known files by canonical name, each to be opened at will; and what stood in the way.

    ``astray`` are the drop's other tables, all of them where it is refused, each by the last part
    of its name in lower case: no roster is read in them, only whether they may be kept.
    """

    openers: dict[str, Open] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    astray: list[tuple[str, Open]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file of the drop before it is opened; sizes in bytes. Folders in its name end with /."""

    name: str
    size: int
    packed: int
    open: Open
    encrypted: bool = False
    method: int = zipfile.ZIP_STORED


def open_files(source: IO[bytes] | Mapping[str, bytes]) -> Files:
    """The files of a zip (seekable, binary) or of a mapping name → bytes. Never raises for data."""
    if isinstance(source, Mapping):
        loose = [
            _Entry(_slashed(name), len(body), len(body), partial(io.BytesIO, body))
            for name, body in source.items()
        ]
        return _sift(loose)
    try:
        if _directory_bytes(source) > MAX_DIRECTORY_BYTES:
            return Files(findings=[rules.TOO_MANY.at(limit=MAX_FILES)])
        archive = zipfile.ZipFile(source)
        entries = [_zip_entry(archive, info) for info in archive.infolist()]
    except DAMAGE:
        return Files(findings=[rules.NOT_A_ZIP.at()])
    return _sift(entries)


def _directory_bytes(source: IO[bytes]) -> int:
    """What the end records say of the central directory's size; zipfile reads it whole. A zip64
    record counts as well: programs that write a stream put one behind a zip of any size."""
    size = source.seek(0, io.SEEK_END)
    source.seek(max(0, size - _ZIP64_RECORDS - _END_RECORD - _COMMENT))
    tail = source.read()
    at = tail.rfind(b"PK\x05\x06")
    stated = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    record = tail[max(0, at - _ZIP64_RECORDS) : max(0, at)]
    if not record.startswith(b"PK\x06\x06"):
        return stated
    wide = int.from_bytes(record[40:48], "little")
    return wide if stated == _SEE_ZIP64 else max(stated, wide)


def _zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Entry:
    return _Entry(
        name=_slashed(_said(info)),
        size=info.file_size,
        packed=info.compress_size,
        open=partial(_open, archive, info),
        encrypted=bool(info.flag_bits & 0x41),
        method=info.compress_type,
    )


def _said(info: zipfile.ZipInfo) -> str:
    """An entry's name as whoever zipped it reads it: Windows in Japanese writes it in cp932, a Mac
    in UTF-8, and neither says so, whereupon zipfile takes it for cp437 (``behaviour/python.toml``).

    Of ``orig_filename``, for zipfile cuts ``filename`` at a NUL and so hides what is really said.
    """
    if not info.flag_bits & _UTF_8:
        raw = info.orig_filename.encode("cp437")
        for codec in ("utf-8", "cp932"):
            try:
                return raw.decode(codec)
            except UnicodeDecodeError:
                continue
    return info.orig_filename


def _slashed(name: str) -> str:
    """.NET Framework before 4.6.1 writes folders with a backslash."""
    return name.replace("\\", "/")


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """One entry to read. Raises BadZipFile whatever is wrong with it, and for a method that we do
    not take: reading it may raise something else, or want gigabytes."""
    if info.compress_type not in METHODS:
        raise zipfile.BadZipFile
    try:
        return archive.open(info)
    except DAMAGE as exc:
        raise zipfile.BadZipFile from exc


def _sift(entries: list[_Entry]) -> Files:
    """Refuse a dangerous drop whole; else keep what OneRoster knows and note the rest."""
    mine = [e for e in entries if _UNSAFE.search(e.name) or not _MAC.search(e.name)]
    if refused := list(_other_format(mine)) or [*_passwords(entries), *_dangers(mine)]:
        too_much = not _TOO_MUCH.isdisjoint(finding.code for finding in refused)
        return Files(findings=refused, astray=[] if too_much else list(_tables(mine)))
    files = Files(astray=list(_tables(e for e in mine if e.name.lower() not in KNOWN)))
    if macs := len(entries) - len(mine):
        files.findings.append(rules.MAC_FILES.at(count=macs))
    strangers = [e.name.lower() for e in mine if e.name.lower() not in KNOWN]
    csvs = sum(name.endswith(".csv") for name in strangers)
    if csvs:
        files.findings.append(rules.UNKNOWN_CSV.at(count=csvs))
    if others := len(strangers) - csvs:
        files.findings.append(rules.EXTRA_FILE.at(count=others))
    for entry in mine:
        if known := KNOWN.get(entry.name.lower()):
            files.openers[known] = entry.open
            if known != entry.name:
                files.findings.append(rules.FILE_NAME_CASE.at(Place(known)))
    return files


def _tables(entries: Iterable[_Entry]) -> Iterator[tuple[str, Open]]:
    for entry in entries:
        name = entry.name.rpartition("/")[2].lower()
        if name.endswith(".csv"):
            yield name, entry.open


def _other_format(entries: list[_Entry]) -> Iterator[Finding]:
    """What a drop without a manifest is, where its heading rows say so."""
    bases = {entry: entry.name.rpartition("/")[2].lower() for entry in entries[:MAX_FILES]}
    if MANIFEST in bases.values():
        return
    tables = (entry for entry, base in bases.items() if base.endswith(".csv"))
    if found := format_of(line for table in tables for line in _first_line(table)):
        yield rules.OTHER_FORMAT.at(format=found)


def _passwords(entries: list[_Entry]) -> Iterator[Finding]:
    """Files that say they hold passwords, by their name or their header line, however it is
    spelt: a Mac writes the name of a file with the marks of パ and ド apart."""
    count = 0
    for entry in entries:
        name = entry.name.rpartition("/")[2]
        is_table = name.lower().endswith((".csv", ".tsv"))
        header = " ".join(_first_line(entry)) if is_table else ""
        of_roster = "sourcedid" in header.lower()  # a copy of users.csv has a column of that name
        told = unicodedata.normalize("NFKC", name if of_roster else f"{name} {header}")
        count += bool(_PASSWORD.search(told))
    if count:
        yield rules.PASSWORD_FILE.at(count=count)


def _first_line(entry: _Entry) -> tuple[str, ...]:
    """The first line in each encoding it may be in; none if unreadable."""
    try:
        with entry.open() as file:
            head = file.read(_HEAD)
    except DAMAGE:
        return ()
    texts = (head.decode(codec, "replace") for codec in ("utf-8", "cp932", "utf-16"))
    return tuple(text.partition("\n")[0] for text in texts)


def _dangers(entries: list[_Entry]) -> Iterator[Finding]:
    names = Counter(e.name.lower() for e in entries)
    counted = (
        (rules.UNSAFE_NAME, sum(bool(_UNSAFE.search(e.name)) for e in entries)),
        (rules.FOLDER, sum("/" in e.name for e in entries)),
        (rules.DUPLICATE_FILE, sum(n > 1 for n in names.values())),
        (rules.ENCRYPTED, sum(e.encrypted for e in entries)),
        (rules.NESTED, sum(bool(_ARCHIVE.search(e.name)) for e in entries)),
        (
            rules.COMPRESSION,
            sum(e.method not in METHODS for e in entries),
        ),
    )
    yield from (rule.at(count=count) for rule, count in counted if count)
    if len(entries) > MAX_FILES:
        yield rules.TOO_MANY.at(limit=MAX_FILES)
    if any(e.size > MAX_FILE_BYTES for e in entries):
        yield rules.TOO_BIG.at(limit_mb=MAX_FILE_BYTES >> 20)
    elif sum(e.size for e in entries) > MAX_TOTAL_BYTES:
        yield rules.TOO_BIG.at(limit_mb=MAX_TOTAL_BYTES >> 20)
    if any(e.size > RATIO_FLOOR and e.size > MAX_RATIO * max(e.packed, 1) for e in entries):
        yield rules.BOMB.at(ratio=MAX_RATIO)
