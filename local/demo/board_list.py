"""教職員名簿 of the demo city, as its board keeps it, and the first passwords of its staff."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence

import xlsxwriter

from local.demo.city import DemoCity
from local.demo.export import csv_bytes
from local.demo.initial_passwords import WORDS
from local.demo.schools import CITY_NAME
from local.demo.teachers import Posting, Teacher

HEADINGS = ("職員番号", "姓(使用名)", "名(使用名)", "せい(よみ)", "めい(よみ)", "区分", "職種",
            "所属コード", "本務・兼務", "担任学級", "開始日", "終了日", "状態")  # fmt: skip
HALVES = {"P": "前期", "J": "後期"}
PASSWORDS = ("アカウント", "初期パスワード")


def rows(city: DemoCity) -> Iterator[tuple[str, ...]]:
    """A row for each post, without the headings, by number."""
    for one in sorted(city.teachers, key=lambda teacher: teacher.number):
        for post in one.postings:
            yield _row(city, one, post)


def _row(city: DemoCity, one: Teacher, post: Posting) -> tuple[str, ...]:
    return (
        one.number, one.family, one.given, one.kana_family, one.kana_given, one.category, post.job,
        post.school, "本務" if post.main else "兼務", "、".join(_titles(city, post)), post.begin,
        post.end, one.state,
    )  # fmt: skip


def _titles(city: DemoCity, post: Posting) -> Iterator[str]:
    """As the school's office types them; at a 義務教育学校 with the half, for each has a 1年1組."""
    for stage, room in post.rooms:
        unified = city.school(post.school).kind == "U"
        yield f"{HALVES[stage]}{room}" if unified else room


def as_csv(city: DemoCity) -> bytes:
    return csv_bytes([HEADINGS, *rows(city)])


def as_workbook(city: DemoCity) -> bytes:
    """An .xlsx as a clerk keeps it: a title and the day above the headings."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("教職員名簿")
        sheet.write_string(0, 0, f"{CITY_NAME} 教職員名簿")
        sheet.write_string(1, 0, f"{city.day:%Y年%m月%d日} 現在")
        lines: list[Sequence[str]] = [HEADINGS, *rows(city)]
        for number, line in enumerate(lines, 3):
            for column, cell in enumerate(line):
                sheet.write_string(number, column, cell)
    return buffer.getvalue()


def account_of(city: DemoCity, teacher: Teacher) -> str:
    """As the demo city's rules make it."""
    return f"t{teacher.number.lower()}@{city.domain}"


def staff_passwords(city: DemoCity) -> bytes | None:
    """A row for each who has none yet; None where everybody has one."""
    waiting = [one for one in city.teachers if not one.has_password]
    lines: list[tuple[str, ...]] = [PASSWORDS]
    for one in waiting:
        rng = random.Random(f"{city.seed}/password/{one.number}")
        word = f"{rng.choice(WORDS)}-{rng.randrange(10**7, 10**8)}"
        lines.append((account_of(city, one), word))
        one.has_password = True
    return csv_bytes(lines) if waiting else None
