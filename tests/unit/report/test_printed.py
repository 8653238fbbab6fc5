"""Whatever people are handed is read as they read it: each command in it can be typed, each page
that it names is a link. Nothing here knows where in the code a sentence stands."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from kakehashi.catalogue.index import RULES
from kakehashi.findings import Effect, Finding, Place, placeholders
from kakehashi.report.drawing import linked
from kakehashi.report.drift import drift_html, drift_line, drift_xlsx
from kakehashi.report.mail import line_without_run, mail_line
from kakehashi.report.night import Failure
from kakehashi.report.page import html
from kakehashi.report.schools import handout_xlsx, handouts
from kakehashi.report.upload_receipt import UploadReceipt, UploadStanding
from kakehashi.report.workbook import xlsx
from kakehashi.verdict import Verdict
from kakehashi_console.cli import COMMANDS
from tests.commands import type_it
from tests.unit.report.test_drift_page import a_comparison
from tests.unit.report.test_report import NIGHT, SCHOOL, UMI
from tests.unit.test_guide import BLANKS, FILES, OURS, nights

STACK = "kakehashi-trial"
NAMED = re.compile(rf"kakehashi (?:{'|'.join(COMMANDS)})\b")
TYPED = re.compile(rf"kakehashi(?: (?:{BLANKS}|[!-;=?-~]+))+")
PATH = re.compile(r"\bdocs/[a-z.-]+\.md")


def all_findings() -> tuple[Finding, ...]:
    """One of every rule, about a pupil of a school."""
    return tuple(
        rule.at(Place("users.csv", 2), pupil=UMI[3], school=SCHOOL,
                **dict.fromkeys(placeholders(rule.ja), 1))
        for rule in RULES.values()
    )  # fmt: skip


class Japanese(HTMLParser):
    """The texts of a page in Japanese, those of links and of what is to be copied too."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._english: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "link", "br", "input"}:
            self._english.append(dict(attrs).get("lang") == "en")

    def handle_endtag(self, tag: str) -> None:
        self._english.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._english):
            self.texts.append(data)


def of_a_page(html: str) -> str:
    reader = Japanese()
    reader.feed(html)
    return "\n".join(reader.texts)


def of_a_workbook(body: bytes) -> str:
    sheets = load_workbook(io.BytesIO(body), read_only=True)
    return "\n".join(
        cell for sheet in sheets for row in sheet.iter_rows(values_only=True)
        for cell in row if isinstance(cell, str)
    )  # fmt: skip


def receipts() -> Iterator[str]:
    common: Mapping[str, Any] = {"received": "2026-11-09T17:04:12+00:00", "bytes": 1, "lines": {},
                                 "sha256": "ab", "run_id": NIGHT.run_id}  # fmt: skip
    for finding in all_findings():
        if finding.effect is Effect.REFUSE_DROP:
            told = UploadReceipt(file="RO.zip", standing=UploadStanding.REFUSED, refusal=finding,
                                 city="demo", guide=OURS, **common)  # fmt: skip
            yield told.text().partition("\n→ ")[2].partition("\n")[0]
            refusal = told.to_json()["refusal"]
            assert refusal
            yield refusal["todo"]


def handed() -> dict[str, str]:
    """What people are handed, as they read it."""
    found = all_findings()
    seen: set[Verdict] = set()
    every = []
    for night in nights():  # everything that can be found once a verdict
        every.append(night if night.verdict in seen else replace(night, findings=found))
        seen.add(night.verdict)
    drift = replace(a_comparison(), guide=OURS, findings=found)
    (school,) = [one for one in handouts(every[0]) if one.code == SCHOOL]
    return {
        "pages": "\n".join(of_a_page(html(night)) for night in every),
        "workbook": of_a_workbook(xlsx(every[0], (), {})),
        "a school's workbook": of_a_workbook(handout_xlsx(every[0], school, {})),
        "mails": "\n".join(mail_line(night) for night in every),
        "mail without a run": line_without_run("demo", Failure("receive", "x"), OURS),
        "weekly page": of_a_page(drift_html(drift)),
        "weekly workbook": of_a_workbook(drift_xlsx(drift)),
        "weekly mail": drift_line(drift),
        "receipts": "\n".join(receipts()),
    }


HANDED = handed()
SAY_NOTHING_TO_TYPE = {"mail without a run", "weekly mail"}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in FILES:
        (tmp_path / name).write_bytes(b"PK")


@pytest.mark.parametrize("what", HANDED)
@pytest.mark.usefixtures("desk")
def test_every_command_in_what_people_are_handed_can_be_typed(what: str) -> None:
    text = HANDED[what]
    places = [found.start() for found in NAMED.finditer(text)]
    assert bool(places) is (what not in SAY_NOTHING_TO_TYPE)
    commands = {found[0] for at in places if (found := TYPED.match(text, at))}
    for command in sorted(commands):
        type_it(command, stack=STACK)


@pytest.mark.parametrize("what", HANDED)
def test_no_page_is_named_as_a_path_into_a_repository(what: str) -> None:
    assert PATH.findall(HANDED[what]) == []


def test_the_pages_that_a_finding_names_are_links() -> None:
    drawn = html(replace(NIGHT, guide=OURS, findings=all_findings()))
    outside = re.sub(r"<a [^>]*>.*?</a>", "", drawn)
    assert "https://docs.example.jp/" not in outside
    assert '<a href="https://docs.example.jp/deploy.md">' in drawn


def test_what_looks_like_an_address_in_a_finding_is_text_and_no_markup() -> None:
    assert linked('https://x.jp/"><script>.md') == "https://x.jp/&#34;&gt;&lt;script&gt;.md"
    assert linked("<b> docs") == "&lt;b&gt; docs"


def test_every_verdict_is_among_the_nights_that_are_read() -> None:
    assert {night.verdict for night in nights()} == set(Verdict)
