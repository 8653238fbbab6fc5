"""A city's first file of rules, from a first look at its export. Pure; whoever reads it decides.

What the export tells is filled in; what it cannot tell stays at its default and is named in a
comment. Nothing is guessed: a school without a code is listed, not matched.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kakehashi.city import J_TITLES, Limit
from kakehashi.city.limits import Limits
from kakehashi.class_numbers import NEUTRAL
from kakehashi_console.first_look import Codes, FirstLook, official_name

SCHEMA = "city.schema.json"
TITLES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person has said, or has let stand."""

    name: str
    board_code: str
    domain: str


def draft(look: FirstLook, answers: Answers, codes: Codes, dialects: tuple[str, ...]) -> str:
    """The file's text, which ``city.parse`` takes as it is."""
    parts = (
        _head(look, answers),
        _source(look),
        _unified(look, codes),
        _aliases(look, codes),
        _to_settle(look, codes),
        _titles(look),
        _special(look),
        _limits(look),
        _tools(dialects),
    )
    return "\n".join(line for part in parts for line in part)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _head(look: FirstLook, answers: Answers) -> Iterator[str]:
    yield f"#:schema {SCHEMA}"
    yield f"# {_one_line(answers.name)}: 最初の出力から作った下書き / a draft from a first export"
    yield f"# 児童生徒 pupils {look.pupils:,}、学校 schools {len(look.schools)}"
    yield "# 項目の説明: docs/city.ja.md / every key: docs/city.md"
    yield f"name = {_quoted(answers.name)}"
    yield f"board_code = {_quoted(answers.board_code)}"
    yield f"domain = {_quoted(answers.domain)}"
    yield ""


def _source(look: FirstLook) -> Iterator[str]:
    yield "[source]"
    yield f"versions = {_quoted_list((look.version,))}"
    if look.account_types:
        yield f"account_types = {_quoted_list(look.account_types)}"
    yield ""


def _quoted_list(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_quoted, texts)) + "]"


def _unified(look: FirstLook, codes: Codes) -> Iterator[str]:
    for school in (one for one in look.schools if one.unified):
        halves = "、".join(dict.fromkeys(school.names))
        yield f"# 義務教育学校 unified school: {_one_line(halves)}"
        yield "[[unified_schools]]"
        yield f"mext_code = {_quoted(school.code)}"
        yield f"name = {_quoted(official_name(school, codes))}"
        yield ""


def _aliases(look: FirstLook, codes: Codes) -> Iterator[str]:
    for school in look.schools:
        if new := codes.now(school.code):
            yield f"# {_one_line(school.names[0])}: 一覧では移行済み / has another code in the list"
            yield "[[school_aliases]]"
            yield f"old = {_quoted(school.code)}"
            yield f"new = {_quoted(new)}"
            yield ""


def _to_settle(look: FirstLook, codes: Codes) -> Iterator[str]:
    """What a person has to find out: schools without a code, and with one that settles nothing."""
    lines = [f"#   学校コードなし no code: {_one_line(name)}" for name in look.uncoded]
    lines += [
        f"#   {why}: {school.code} {_one_line(school.names[0])}{_followers(school.code, codes)}"
        for school in look.schools
        if (why := _unsettled(school.code, codes))
    ]
    if lines:
        yield "# C4th と学校で確かめる学校 / schools to look at, in C4th and at the school:"
        yield from lines
        yield ""


def _unsettled(code: str, codes: Codes) -> str:
    """Why the list does not say which school this is today; "" where it does."""
    if not codes.names:
        return ""
    if code not in codes.names:
        return "一覧にないコード not in the list"
    if code in codes.closed:
        return (
            "" if codes.now(code) else "廃止、移行先が一つに決まらない closed, not followed by one"
        )
    return "移行の予定、廃止はまだ to be followed, not closed" if code in codes.followed_by else ""


def _followers(code: str, codes: Codes) -> str:
    found = [f"{one} {codes.names.get(one, '')}".strip() for one in codes.followed_by.get(code, ())]
    return f" → {'、'.join(found)}" if found else ""


def _titles(look: FirstLook) -> Iterator[str]:
    """The titles seen, and a rule where the trial's three rules rename one of them."""
    if look.titles:
        yield "# 学級名 class titles seen:"
    for grade, titles in look.titles.items():
        more = f" … (+{len(titles) - TITLES_SHOWN})" if len(titles) > TITLES_SHOWN else ""
        yield f"#   {grade}: {_one_line('、'.join(titles[:TITLES_SHOWN]))}{more}"
    if look.titles:
        yield ""
    for rule in J_TITLES:
        seen = look.titles.get(rule.grades[0], ())
        first = next((title for title in seen if rule.renamed(title)), None)
        if first is None:
            continue
        after = rule.renamed(first) or ""
        yield "[[class_titles]]"
        yield f"grades = {_quoted_list(rule.grades)}"
        yield f"match = {_quoted(rule.match)}"
        yield f"replace = {_quoted(rule.replace)}"
        yield f"example = {{ before = {_quoted(first)}, after = {_quoted(after)} }}"
        yield ""


def _one_line(text: str) -> str:
    """For a comment, which a line break would end."""
    return " ".join(text.split())


def _special(look: FirstLook) -> Iterator[str]:
    if not look.special:
        return
    title = NEUTRAL.format(n=1)
    yield f"# 特別支援学級とみられる学級名。既定では「{title}」などになります。"
    yield "# 別の名は [special_needs] の titles に並べます。o は C4th の印あり、- は語だけ。"
    yield "# Taken for special-needs classes: they get neutral titles, unless given others here."
    for one in look.special:
        mark = "o" if one.marked else "-"
        school = f"school = {_quoted(one.school)}, " if one.school else ""
        match = _quoted(f"^{re.escape(one.title)}$")
        yield f'#   {mark} {{ {school}match = {match}, replace = "…" }}'
    yield ""


def _limits(look: FirstLook) -> Iterator[str]:
    """The default shares, with numbers that fit the size of this city."""
    yield "# 一晩に確認なしで変えてよい上限。share か number のどちらかを超えると承認待ちです。"
    yield f"# What a night may change unasked, for {look.pupils:,} pupils; past a bound it waits."
    yield "[limits.city]"
    for kind, limit in Limits().city:
        if isinstance(limit, Limit):
            number = max(limit.floor, math.ceil(limit.share * look.pupils))
            yield f"{kind} = {{ share = {limit.share}, number = {number}, floor = {limit.floor} }}"
    yield ""


def _tools(dialects: tuple[str, ...]) -> Iterator[str]:
    yield "# 配信先。行頭の # を外して使います / learning tools: take the # away"
    for name in dialects:
        yield f"# [tools.{name}]"
        yield f"# dialect = {_quoted(name)}"
    yield ""
