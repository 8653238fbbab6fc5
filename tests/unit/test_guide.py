"""What people are told to type can be typed, for the stack that told them; and links lead there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from kakehashi.catalogue.index import RULES
from kakehashi.guide import Guide
from kakehashi.report.drift import drift_html
from kakehashi.report.mail import line_without_run, mail_line
from kakehashi.report.night import Failure, Night
from kakehashi.report.page import html, page_of
from kakehashi.report.upload_receipt import UploadReceipt
from kakehashi.run_folder.orders import UndoNote
from kakehashi.verdict import Verdict
from tests.commands import type_it
from tests.unit.report.test_drift_page import a_comparison
from tests.unit.report.test_report import NIGHT

OURS = Guide("--stack kakehashi-trial", "https://docs.example.jp/")
BLANKS = "実行番号|氏名|ファイル|userMasterIdentifier"
COMMAND = re.compile(rf"kakehashi(?: (?:{BLANKS}|[!-;=?-~]+))+")
UNDOES = UndoNote(NIGHT.run_id, "係長")
FILES = ("report.xlsx", "FILE.zip", "ファイル", "FILE")


def nights() -> Iterator[Night]:
    """Every verdict in every mode, with and without an undo."""
    for verdict, mode, undo in product(
        Verdict, ("sync", "rerun", "rehearse", "apply", "undo"), (UndoNote(), UNDOES)
    ):
        if bool(undo) is (mode == "undo") or mode == "apply":
            failed = Failure("diff", "TryLater") if verdict is Verdict.FAILED else None
            yield replace(NIGHT, verdict=verdict, mode=mode, undo=undo, failed=failed, guide=OURS)


def printed() -> set[str]:
    """Each command that a page or a mail prints, in Japanese, which has no words of ASCII."""
    texts: list[str] = []
    for night in nights():
        decision = page_of(night).decision
        texts += [decision.command, decision.upload, decision.again, mail_line(night)]
    texts += [
        OURS.completed(text, "demo") for rule in RULES.values() for text in (rule.ja, rule.todo)
    ]
    texts += re.findall(r"<code>([^<]+)</code>", drift_html(replace(a_comparison(), guide=OURS)))
    return {found for text in texts for found in COMMAND.findall(text)}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the commands speak of."""
    monkeypatch.chdir(tmp_path)
    for name in FILES:
        (tmp_path / name).write_bytes(b"PK")


@pytest.mark.parametrize("command", sorted(printed()))
@pytest.mark.usefixtures("desk")
def test_a_command_that_report_or_mail_prints_can_be_typed_as_it_stands(command: str) -> None:
    type_it(command, stack="kakehashi-trial")


def test_the_commands_are_all_there() -> None:
    words = {" ".join(shlex.split(command)[1:3]) for command in printed()}
    kinds = {
        word if word.startswith(("upload", "city", "passwords")) else word.split()[0]
        for word in words
    }
    assert kinds == {
        "approve",
        "rerun",
        "run",
        "status",
        "undo",
        "upload approvals",
        "city put",
        "passwords make",
        "why",
    }


def test_the_stack_that_the_command_finds_by_itself_needs_no_option() -> None:
    assert Guide().typed("kakehashi rerun --city demo") == "kakehashi rerun --city demo"
    assert Guide("--home /srv/k").typed("kakehashi approve x", "--by 氏名") == (
        "kakehashi approve x --home /srv/k --by 氏名"
    )


def test_a_sentence_keeps_its_words_around_a_completed_command() -> None:
    told = (
        "前の内容に戻すときは、取り消す(kakehashi undo 実行番号 --by 氏名)か kakehashi status で。"
    )
    assert Guide("--stack s").completed(told, "demo") == (
        "前の内容に戻すときは、取り消す(kakehashi undo --stack s 実行番号 --by 氏名)か"
        " kakehashi status --city demo --stack s で。"
    )


@pytest.mark.parametrize("night", list(nights())[::5])
def test_a_section_of_the_runbook_is_a_link_where_the_pages_are_published(night: Night) -> None:
    page = html(night)
    assert len(re.findall("runbook", page)) == 2 * len(
        re.findall(r'<a href="https://docs\.example\.jp/runbook\.ja\.md#[a-z-]+">', page)
    )
    assert "docs/runbook" not in page
    assert "docs/runbook" not in mail_line(night)


def test_a_mail_leads_to_the_section_only_where_a_phone_can_open_it() -> None:
    refused = replace(NIGHT, verdict=Verdict.REFUSED)
    assert "runbook" not in mail_line(refused)
    last = mail_line(replace(refused, guide=OURS)).split()[-1]
    assert last == "https://docs.example.jp/runbook.ja.md#drop-refused"
    told = line_without_run("", Failure("receive", "BadConfiguration"), OURS)
    assert "https://docs.example.jp/runbook.ja.md#execution-failed " in told


def test_a_receipt_and_a_mail_without_a_run_name_the_staff_page_where_there_is_one() -> None:
    here, failed = replace(OURS, staff="https://staff.example"), Failure("receive", "x")
    receipt = UploadReceipt("RO.zip", "run", "2026-11-09T17:04:12+00:00", 1, "ab", {}, guide=here)
    assert "staff page: https://staff.example/arrived" in receipt.text()
    assert receipt.to_json()["page"] == "https://staff.example/arrived"
    assert line_without_run("", failed, here).endswith("https://staff.example/operate\n")
    without = replace(receipt, guide=OURS)
    assert "staff page" not in without.text()
    assert "page" not in without.to_json()
    assert "/operate" not in line_without_run("", failed, OURS)
