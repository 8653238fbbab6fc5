"""docs/staff-page.ja.md says what the program does: who opens what, and where a task is done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kakehashi.staff.frame import PAGES
from kakehashi.staff.viewer import ALLOWED, LABELS, Permission
from tests.headings import slug

ROOT = Path(__file__).parents[3]
DOC = (ROOT / "docs" / "staff-page.ja.md").read_text(encoding="utf-8")
RUNBOOK = (ROOT / "docs" / "runbook.ja.md").read_text(encoding="utf-8")
ROWS = {
    "今朝": Permission.SEE,
    "承認(見る)": Permission.SEE,
    "承認する・しない": Permission.APPROVE,
    "判断(見る)": Permission.SEE,
    "答える・取り消す": Permission.DECIDE,
    "この子": Permission.SEE,
    "教職員(見る)": Permission.SEE,
    "教職員について答える・取り消す": Permission.DECIDE,
    "教職員の計画の上限を承認する": Permission.APPROVE,
    "予行(見る)": Permission.SEE,
    "予行する": Permission.REHEARSE,
    "夜の一覧": Permission.SEE,
    "もう一度・元に戻す": Permission.RERUN,
    "パスワード": Permission.PASSWORDS,
    "学校": Permission.SCHOOL,
    "届いたか(見る)": Permission.SEE,
    "名簿・取り込み結果を手で送る": Permission.UPLOAD,
    "教職員名簿を送る": Permission.OPERATE,
    "答えた一覧を送る": Permission.DECIDE,
    "運用": Permission.OPERATE,
    "記録": Permission.RECORD,
}


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, its own head first."""
    below = DOC.split(heading, 1)[1].split("\n## ", 1)[0]
    lines = [line for line in below.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if set(row[0]) - {"-"}]


@pytest.mark.parametrize("label", ROWS)
def test_the_table_of_roles_says_what_is_allowed(label: str) -> None:
    head, *rows = table("## だれが何をできるか")
    roles = {ja: role for role, (ja, _) in LABELS.items()}
    told = next(row for row in rows if row[0] == label)
    opens = {roles[name] for name, cell in zip(head[1:], told[1:], strict=True) if cell}
    assert opens == ALLOWED[ROWS[label]]


def test_the_table_of_roles_leaves_no_page_out() -> None:
    told = {row[0] for row in table("## だれが何をできるか")[1:]}
    assert told == set(ROWS)
    assert {ja for _, _, ja, _ in PAGES} <= {label.split("(")[0] for label in told}


def test_each_task_of_the_runbook_names_a_page_and_a_section_that_is_there() -> None:
    pages = {ja for _, _, ja, _ in PAGES}
    titles = re.findall(r"^#+ (.+)$", RUNBOOK, flags=re.MULTILINE)
    anchors = set(map(slug, titles)) | set(re.findall(r'<a id="([^"]+)">', RUNBOOK))
    rows = table("## 手引きの作業と頁")[1:]
    assert len(rows) >= 17
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py")]
    there = set(re.findall(r"def (test_\w+)", "".join(sources)))
    for task, section, page, _, held in rows:
        named = set(re.findall(r"`(test_\w+)`", held))
        assert named, task
        assert named <= there, task
        assert set(page.split(" → ")) <= pages
        assert section.rpartition("#")[2].rstrip(")") in anchors, section
