"""Is one value of a column well formed? A verdict is the rule it breaks, or None.

Values arrive after the leniencies and never blank, once per distinct value of a column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date
from functools import partial

from kakehashi.catalogue import row_rules as rules
from kakehashi.findings import Rule
from kakehashi.oneroster.columns import Column

Judge = Callable[[str], Rule | None]

_IDENTIFIER = re.compile(r"[0-9A-Za-z._/@-]{1,255}")
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)
_YEAR = re.compile(r"[0-9]{4}")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_FLOAT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_USER_ID = r"\{[^:{}]+:[^{}]+\}"
USER_IDS = re.compile(rf"{_USER_ID}(?:, ?{_USER_ID})*")
_GRADE = re.compile(r"P[1-6]|J[1-3]|H[1-4]|E[1-3]|zz|0[1-9]|10")
# what Excel makes of 4-1, of a long number, of 01
_EXCEL_DAY = re.compile(
    r"[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?|[0-9]{1,2}-[A-Z][a-z]{2}"
)
_EXCEL_DAY_IN_TEXT = re.compile(r"[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}-[A-Z][a-z]{2}")
_EXCEL_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{1,3}")
_EXCEL_SERIAL = re.compile(r"[345][0-9]{4}")  # 1982 to 2064 as Excel counts days
_EXCEL_GRADE = re.compile(r"[1-9]")


def _identifier(value: str) -> Rule | None:
    if _IDENTIFIER.fullmatch(value):
        return None
    return rules.EXCEL if _EXCEL_EXPONENT.fullmatch(value) else rules.IDENTIFIER


def _identifiers(value: str) -> Rule | None:
    return next(filter(None, map(_identifier, value.split(","))), None)


def _uuid4(value: str) -> Rule | None:
    return None if UUID4.fullmatch(value) else rules.MASTER_ID


def is_date(value: str) -> bool:
    """Whether ``value`` is a day of the calendar, written YYYY-MM-DD."""
    found = _DATE.fullmatch(value)
    try:
        return bool(found and date(*map(int, found.groups())))
    except ValueError:
        return False


def _date(value: str) -> Rule | None:
    if is_date(value):
        return None
    excel = _EXCEL_DAY.fullmatch(value) or _EXCEL_SERIAL.fullmatch(value)
    return rules.EXCEL if excel else rules.DATE


def _datetime(value: str) -> Rule | None:
    return None if _DATETIME.fullmatch(value) else rules.DATETIME


def is_grade(value: str) -> bool:
    """Whether ``value`` is the code of one grade."""
    return _GRADE.fullmatch(value) is not None


def _grade(value: str) -> Rule | None:
    if is_grade(value):
        return None
    return rules.EXCEL if _EXCEL_GRADE.fullmatch(value) else rules.GRADE


def _grades(value: str) -> Rule | None:
    return next(filter(None, map(_grade, split(value))), None)


def _shape(pattern: re.Pattern[str], rule: Rule, value: str) -> Rule | None:
    return None if pattern.fullmatch(value) else rule


def _list(value: str) -> Rule | None:
    return None if all(split(value)) else rules.LIST


def is_excel_day(value: str) -> bool:
    """Whether a text is what Excel makes of one that looks like a date: 4月1日 of 4-1."""
    return _EXCEL_DAY_IN_TEXT.fullmatch(value) is not None


def _text(value: str) -> Rule | None:
    return rules.EXCEL if is_excel_day(value) else None


def _code(value: str) -> Rule | None:
    return rules.EXCEL if _EXCEL_EXPONENT.fullmatch(value) else _text(value)


def _term(column: Column, value: str) -> Rule | None:
    if value in column.terms or (column.extensible and value.startswith("ext:") and value[4:]):
        return None
    return rules.TERM


def _terms(column: Column, value: str) -> Rule | None:
    return next(filter(None, (_term(column, item) for item in split(value))), None)


def split(value: str) -> list[str]:
    """The items of a list cell, spaces around them dropped."""
    return [item.strip() for item in value.split(",")]


_JUDGES: dict[str, Judge] = {
    "guid": _identifier,
    "ref": _identifier,
    "refs": _identifiers,
    "uuid4": _uuid4,
    "date": _date,
    "datetime": _datetime,
    "year": partial(_shape, _YEAR, rules.YEAR),
    "bool": lambda value: None if value in {"true", "false"} else rules.BOOLEAN,
    "int": partial(_shape, _INTEGER, rules.NUMBER),
    "float": partial(_shape, _FLOAT, rules.NUMBER),
    "userIds": partial(_shape, USER_IDS, rules.USER_IDS),
    "grade": _grade,
    "grades": _grades,
    "list": _list,
    "name": _text,
    "code": _code,
}

_ALL_WELL = {  # of kinds whose values hardly repeat: the others are judged value by value
    "guid": re.compile(rf"(?:{_IDENTIFIER.pattern}\n)*+"),
    "uuid4": re.compile(rf"(?:{UUID4.pattern}\n)*+"),
    "userIds": re.compile(rf"(?:{_USER_ID}\n)*+"),
}
_EXCEL_ANYWHERE = re.compile(
    rf"^(?:{_EXCEL_DAY_IN_TEXT.pattern}|{_EXCEL_EXPONENT.pattern})$", re.MULTILINE
)


def all_well(kind: str, cells: Collection[str]) -> bool:
    """Whether one run of the regex engine over a whole column says that each cell is well formed.

    Where it does not, cells may still be: there may be blanks, or no such pattern.
    """
    if kind not in _ALL_WELL and kind != "code":
        return False
    text = "\n".join(cells) + "\n"
    if kind == "code":
        return "" not in cells and not _EXCEL_ANYWHERE.search(text)
    pattern = _ALL_WELL[kind]
    return text.count("\n") == len(cells) and pattern.fullmatch(text) is not None


def judge_of(column: Column) -> Judge | None:
    """How to judge values of ``column``; None where anything goes."""
    if column.kind in {"enum", "enums"}:
        return partial(_term if column.kind == "enum" else _terms, column)
    return _JUDGES.get(column.kind)


def faults(column: Column, values: Collection[str]) -> dict[str, Rule]:
    """Those of the distinct, non-blank ``values`` that are not well formed."""
    judge = judge_of(column)
    if not judge:
        return {}
    if column.kind in {"name", "code"} and not _EXCEL_ANYWHERE.search("\n".join(values)):
        return {}
    return {value: rule for value in values if (rule := judge(value))}
