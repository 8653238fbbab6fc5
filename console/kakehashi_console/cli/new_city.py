"""`kakehashi city new`: look at an export, ask what it does not tell, draft the rules."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from kakehashi import city as cities
from kakehashi import oneroster
from kakehashi.deliver.dialect import names as dialects
from kakehashi.findings import Effect
from kakehashi_console.cli.check import open_drop
from kakehashi_console.cli.nightly import must_be_a_drop
from kakehashi_console.draft import SCHEMA, Answers, draft
from kakehashi_console.first_look import BadCodes, Codes, FirstLook, look, read_codes
from kakehashi_console.operations import BadUse

__all__ = ["SCHEMA", "drafted"]


def drafted(export: Path, codes: Path | None, said: Mapping[str, str | None]) -> str:
    """The draft's text, which is checked like any rules. Raises BadUse, BadCity."""
    must_be_a_drop(export)
    package = open_drop(export)
    refusing = [f for f in oneroster.check(package) if f.effect is Effect.REFUSE_DROP]
    if refusing:
        found = "、".join(sorted({finding.code for finding in refusing}))
        raise BadUse(
            f"この出力は受け付けられません({found})。kakehashi check {export} で確かめてください。"
            " / this export would be refused"
        )
    seen, listed = look(package), _codes(codes)
    text = draft(seen, _answers(seen, said), listed, tuple(dialects()))
    cities.parse(text)
    return text


def _codes(file: Path | None) -> Codes:
    if file is None:
        return Codes()
    try:
        return read_codes(file.read_bytes())
    except BadCodes as exc:
        raise BadUse(
            f"学校コードと学校名の見出しがありません: {file} / no headings 学校コード and 学校名"
        ) from exc


def _answers(seen: FirstLook, said: Mapping[str, str | None]) -> Answers:
    return Answers(
        name=_asked("name", "自治体の名前 / the city's name", said, seen.city),
        board_code=_asked("board_code", "教育委員会コード / the board's six digits", said,
                          "".join(seen.board_codes[:1])),
        domain=_asked("domain", "アカウントのドメイン / the domain of the accounts", said,
                      "".join(seen.domains[:1])),
    )  # fmt: skip


def _asked(key: str, question: str, said: Mapping[str, str | None], told: str) -> str:
    """What was given; else what a person at a terminal says; else what the export tells."""
    if given := said[key]:
        return given.strip()
    if sys.stdin.isatty():
        return str(click.prompt(question, default=told or None, err=True)).strip()
    if told:
        return told
    raise BadUse(f"--{key.replace('_', '-')} を指定してください。 / the export does not tell it")
