"""A receiver's dialect: what one tool can take in, as data (``dialects/*.toml``).

A dialect may name another one under ``extends``; its own keys then replace the other's, table by
table. Adding a receiver is adding a file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, Literal

from kakehashi import oneroster
from kakehashi.deliver.lists import FlatList
from kakehashi.oneroster import ROSTER, files_of
from kakehashi.oneroster.profiles import CANONICAL

type Header = Mapping[str, tuple[str, ...]]  # file → its columns, in order

Mode = Literal["bulk", "delta"]


class UnknownDialect(ValueError):
    """No dialect of that name is shipped."""


@dataclass(frozen=True, slots=True)
class CellShape:
    """Cells of these columns must match as a whole; blank cells are looked at by ``required``."""

    file: str
    columns: tuple[str, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Length:
    """Cells of these columns hold at most ``most`` characters."""

    file: str
    columns: tuple[str, ...]
    most: int


@dataclass(frozen=True, slots=True)
class ReceiverRules:
    """What the receiver's own importer is known to check. Keys of the mappings are file names.

    ``unique_before_at``: of these columns the receiver keeps what stands before the @.
    """

    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unique: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unique_before_at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shapes: tuple[CellShape, ...] = ()
    lengths: tuple[Length, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """Which optional facts of a pupil go out, and in which words.

    ``id_types`` are the types written into userIds; an item that does not match ``id_pattern`` is
    left out. ``grade_codes`` maps our grades to the receiver's where they differ. ``empty`` stands
    in the blank half of a name (``halves``) where the receiver wants both. ``classes_by_title``:
    the receiver makes grade and number of a class of its title (``class_readings``), and heeds no
    ``tobedeleted``. ``ids`` is the form of the sourcedIds that we make; a tool keeps the one it
    began with. ``years`` in the base standard are named after their end, and end on the day before
    endDate. ``enabled`` "always" for a receiver to whom enabledUser false is no value.
    """

    id_types: tuple[str, ...] = ()
    id_pattern: re.Pattern[str] = re.compile(r"\{[^:{},]+:[^{},]+\}")
    grade_codes: Mapping[str, str] = field(default_factory=dict)
    attendance_number: bool = True
    special_needs: bool = False
    empty: str = ""
    halves: tuple[tuple[str, str], ...] = ()
    classes_by_title: bool = False
    ids: Literal["v5", "v4"] = "v5"
    years: Literal["japan", "base"] = "japan"
    enabled: Literal["told", "always"] = "told"


@dataclass(frozen=True, slots=True)
class ReceiptForm:
    """How a tool words its receipts: names of the columns, and the words for a row it has taken.

    Compared without width, case, space or underscore. ``code`` is what a reason must look like to
    be told as it stands; a free text may quote a name.
    """

    file: tuple[str, ...] = ("file", "filename", "ファイル", "ファイル名")
    line: tuple[str, ...] = ("line", "lineno", "linenumber", "row", "行", "行番号")
    id: tuple[str, ...] = (
        "sourcedId", "id", "userMasterIdentifier", "username", "loginid", "userid", "account",
        "ログインID", "ユーザーID", "ユーザID", "利用者ID", "アカウント", "識別子",
    )  # fmt: skip
    result: tuple[str, ...] = ("result", "status", "結果", "取込結果", "判定")
    reason: tuple[str, ...] = ("reason", "code", "errorcode", "理由", "理由コード", "エラーコード")
    accepted: tuple[str, ...] = (
        "accepted", "ok", "success", "imported", "成功", "正常", "完了", "取込", "取込済",
        "取込済み", "取り込み済み", "済", "登録", "新規登録", "登録済", "登録済み", "新規", "追加",
        "更新", "更新済", "更新済み", "変更", "変更なし",
        "〇", "○", "◯",  # a zero of kanji, a circle, a large circle: each is typed for まる
    )  # fmt: skip
    code: re.Pattern[str] = re.compile(r"[A-Z]{1,6}[-_]?[0-9]{1,5}|ib[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one receiver can take in.

    ``header`` holds our names of the columns. ``layout`` says how OneRoster is laid down for this
    receiver; None means that its files are not OneRoster: no manifest, no check of ours.
    ``grades`` applies where the city's rules name none; () means all. ``first`` is the mode of the
    first delivery to a delta tool.
    ``suspended`` tells whether a suspended pupil goes out with enabledUser false or not at all;
    ``leavers``, whether one goes out whose account was deleted, as disabled. ``disabling`` is what
    enabledUser false does there: "ignored" leaves the sign-in, which somebody must switch off.
    ``absence``: what the receiver does to whom a bulk does not name. ``staff_schools``: whether it
    takes a member of staff at several schools. ``unconfirmed``: nothing
    public says that the receiver takes such a file. ``every_file``: one without rows goes out too.
    ``lists`` are flat lists, ``lists_instead`` of the zip, which is then only checked; ``packed``
    names the zip they go out in together.
    """

    name: str
    title: str
    mode: Mode
    header: Header
    layout: oneroster.WriterOptions | None
    first: Mode = "delta"
    unchanged: Literal["no-file", "manifest-only"] = "no-file"
    suspended: Literal["disabled", "omitted"] = "disabled"
    leavers: bool = False
    disabling: Literal["honoured", "ignored"] = "honoured"
    absence: Literal["marked", "delete"] = "marked"
    staff_schools: Literal["any", "one"] = "any"
    unconfirmed: bool = False
    every_file: bool = False
    grades: tuple[str, ...] = ()
    content: Content = Content()
    rules: ReceiverRules = ReceiverRules()
    receipt: ReceiptForm = ReceiptForm()
    lists: tuple[FlatList, ...] = ()
    lists_instead: bool = False
    packed: str = ""

    def with_empty(self, text: str) -> Dialect:
        """The same, with ``text`` in the blank half of a name wherever this receiver wants both."""
        if not text:
            return self
        wanted = set(self.rules.required.get("users.csv", ()))
        if self.layout is not None:
            wanted |= _STANDARD_WANTS
        halves = tuple(pair for pair in _NAMES if wanted.issuperset(pair))
        return replace(self, content=replace(self.content, empty=text, halves=halves))

    def with_ids(self, form: Literal["v5", "v4"] | None) -> Dialect:
        """The same, with sourcedIds of this form (None: its own)."""
        return replace(self, content=replace(self.content, ids=form)) if form else self

    def with_list(
        self, headings: tuple[str, ...], columns: Mapping[str, Any], **file: Any
    ) -> Dialect:
        """The same with a city's own rules for its (first) list; see ``FlatList.with_rules``."""
        if not self.lists:
            return self
        first = self.lists[0].with_rules(headings, columns, **file)
        return replace(self, lists=(first, *self.lists[1:]))

    def with_people(self, staff: Literal["beside", "alone"]) -> Dialect:
        """The same where the city has the tool told of staff: see ``FlatList.with_people``. Of
        several lists none is of staff alone that was not so before."""
        how = staff if len(self.lists) == 1 else "beside"
        return replace(self, lists=tuple(flat.with_people(how) for flat in self.lists))

    @property
    def tells_of_staff(self) -> bool:
        """Whether anything of it could: not a list of pupils."""
        return not self.lists_instead or any(f.of in {"staff", "people"} for f in self.lists)

    @property
    def switches(self) -> bool:
        """Whether a list of it tells of accounts that were switched off or on, and no more."""
        return any(flat.rows == "switched" for flat in self.lists)

    @property
    def of_staff_alone(self) -> bool:
        """Whether no pupil stands in anything that goes out."""
        of = {flat.of for flat in self.lists}
        return self.lists_instead and of == {"staff"}


_STANDARD_WANTS = frozenset({"familyName", "givenName"})
_NAMES = (
    ("familyName", "givenName"),
    ("preferredFamilyName", "preferredGivenName"),
    ("metadata.jp.kanaFamilyName", "metadata.jp.kanaGivenName"),
    ("metadata.jp.kanaPreferredFamilyName", "metadata.jp.kanaPreferredGivenName"),
)


def names() -> tuple[str, ...]:
    """Names of the shipped dialects, sorted."""
    files = (resources.files(__package__) / "dialects").iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml")))


@cache
def load(name: str) -> Dialect:
    """The shipped dialect ``name``. Raises UnknownDialect."""
    data = _read(name)
    return Dialect(
        name=name,
        **_header(data),
        content=_content(data.pop("content", {})),
        rules=_rules(data.pop("rules", {})),
        receipt=_receipt(data.pop("receipt", {})),
        lists=tuple(map(FlatList.from_toml, data.pop("lists", ()))),
        grades=tuple(data.pop("grades", ())),
        **data,
    )


def _read(name: str) -> dict[str, Any]:
    if name not in names():
        raise UnknownDialect(f"no dialect of this name; known: {', '.join(names())}")
    text = (resources.files(__package__) / "dialects" / f"{name}.toml").read_text("utf-8")
    own = tomllib.loads(text)
    base = _read(own.pop("extends")) if "extends" in own else {}
    return base | {k: _laid_over(base.get(k), v) for k, v in own.items()}


def _laid_over(below: Any, above: Any) -> Any:
    return {**below, **above} if isinstance(below, dict) and isinstance(above, dict) else above


def _header(data: dict[str, Any]) -> dict[str, Any]:
    """``header`` and ``layout`` from a published profile, or from columns spelt out."""
    if "columns" in data:
        columns = data.pop("columns")
        spelt = {file: tuple(columns[file].split()) for file in ROSTER if file in columns}
        return {"header": spelt, "layout": None}
    layout = oneroster.WriterOptions(profile=data.pop("profile"), **data.pop("layout", {}))
    sent = set(files_of(layout.columns.version))
    header = {
        file: tuple(CANONICAL.get(name, name) for name in layout.header(file))
        for file in ROSTER
        if file in sent
    }
    return {"header": header, "layout": layout}


def _content(data: Mapping[str, Any]) -> Content:
    given = dict(data)
    if "id_pattern" in given:
        given["id_pattern"] = re.compile(given["id_pattern"], re.ASCII)
    return Content(**given | {"id_types": tuple(given.get("id_types", ()))})


def _receipt(data: Mapping[str, Any]) -> ReceiptForm:
    given: dict[str, Any] = {key: tuple(value) for key, value in data.items() if key != "code"}
    if "code" in data:
        given["code"] = re.compile(data["code"], re.ASCII)
    return ReceiptForm(**given)


def _rules(data: Mapping[str, Any]) -> ReceiverRules:
    return ReceiverRules(
        required={file: tuple(columns) for file, columns in data.get("required", {}).items()},
        unique={file: tuple(columns) for file, columns in data.get("unique", {}).items()},
        unique_before_at={
            file: tuple(columns) for file, columns in data.get("unique_before_at", {}).items()
        },
        shapes=tuple(
            CellShape(s["file"], tuple(s["columns"]), re.compile(s["match"], re.ASCII))
            for s in data.get("shapes", ())
        ),
        lengths=tuple(
            Length(s["file"], tuple(s["columns"]), s["most"]) for s in data.get("lengths", ())
        ),
    )
