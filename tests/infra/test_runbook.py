"""The runbook at half past two: each alarm and each effect has its section, each section its parts.

What its commands do is tried by tests/e2e/test_runbook.py, what its questions find by
tests/integration/test_runbook_queries.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kakehashi.edges import errors
from kakehashi.findings import EFFECT_LABELS
from kakehashi.report.causes import BY_MICROSOFT, CAUSES
from kakehashi.staff.frame import PAGES
from tests.commands import type_it
from tests.infra.conftest import ROOT
from tests.infra.test_alarms import ALARMS, PAGE_OF_A_SECTION

PAGE = (ROOT / "docs" / "runbook.ja.md").read_text(encoding="utf-8")
PARTS = ("見えるもの", "意味", "すること", "確かめ方", "連絡")
ALARM_CHAPTER, EFFECTS, PROCEDURES = "警報ごとに", "指摘の効果ごとに", "手順"
WHOM = ("RPA の担当者", "C4th の窓口", "担当ベンダー", "Microsoft", "提供元", "学校", "職員",
        "上司", "管理者", "承認する人")  # fmt: skip
WHEN = re.compile(
    r"\d+ ?(時|分|日|人)|[一二三](晩|日|回|週|時間|か月)|朝|すぐ|その日|その週|平日|前の日|前日"
)
NAMED = {"kakehashi approve", "kakehashi undo", "kakehashi upload passwords"}
MOST_LINES = 32  # of a section about an alarm: what fits on a screen


@dataclass(frozen=True)
class Section:
    chapter: str
    title: str
    anchor: str
    text: str

    def part(self, name: str) -> str:
        """What stands below a part's label; "" without the label."""
        after = self.text.partition(f"**{name}**")[2]
        return re.split(rf"\n\*\*(?:{'|'.join(PARTS)})\*\*", after)[0].strip()


def sections() -> list[Section]:
    found = []
    for chapter in re.split(r"\n## ", PAGE)[1:]:
        name = chapter.partition("\n")[0]
        for piece in re.finditer(
            r'(?:<a id="([\w-]+)"></a>\n)?### (.+)\n((?:(?!<a id=|### ).*\n?)*)', chapter
        ):
            found.append(Section(name, piece[2], piece[1] or "", piece[3]))
    return found


ALL = sections()
OF_ALARMS = [one for one in ALL if one.chapter == ALARM_CHAPTER]


def anchor_of(alarm: str) -> str:
    return str(ALARMS[alarm]["AlarmDescription"].splitlines()[2].partition("#")[2])


def test_the_chapters_are_three() -> None:
    assert [one for one in dict.fromkeys(s.chapter for s in ALL)] == [
        ALARM_CHAPTER,
        EFFECTS,
        PROCEDURES,
    ]
    assert len(ALL) == PAGE.count("\n### ")


@pytest.mark.parametrize("section", ALL, ids=lambda section: section.title)
def test_a_section_has_all_five_parts_in_their_order(section: Section) -> None:
    labels = re.findall(r"^\*\*(.+?)\*\*", section.text, re.MULTILINE)
    assert tuple(label for label in labels if label in PARTS) == PARTS
    assert [name for name in PARTS if len(section.part(name)) < 10] == []


@pytest.mark.parametrize("section", ALL, ids=lambda section: section.title)
def test_a_section_begins_with_the_page_that_settles_it(section: Section) -> None:
    told = PAGE_OF_A_SECTION.match(section.text.strip().splitlines()[0])
    assert told is not None
    titles = {path: ja for path, _, ja, _ in PAGES}
    assert told["path"] is None or titles[told["path"]] == told["title"]


@pytest.mark.parametrize("section", ALL, ids=lambda section: section.title)
def test_a_section_says_when_to_call_and_whom(section: Section) -> None:
    told = section.part("連絡")
    assert any(somebody in told for somebody in WHOM), told
    assert WHEN.search(told), told


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarms_section_shows_the_alarm_by_the_name_that_its_mail_bears(alarm: str) -> None:
    (section,) = [one for one in OF_ALARMS if one.anchor == anchor_of(alarm)]
    seen = section.part("見えるもの")
    ending = re.sub(r"^[A-Z][a-z]+(?=SlowAlarm$)", "…", alarm)
    assert f"`{alarm}`" in seen or f"`{ending}`" in seen


def test_no_section_about_an_alarm_is_without_one() -> None:
    assert {one.anchor for one in OF_ALARMS} == {anchor_of(alarm) for alarm in ALARMS}


@pytest.mark.parametrize("section", OF_ALARMS, ids=lambda section: section.anchor)
def test_a_section_about_an_alarm_fits_on_a_screen(section: Section) -> None:
    assert len(section.text.strip().splitlines()) <= MOST_LINES


def test_each_effect_of_a_finding_has_a_section_and_nothing_else_has() -> None:
    assert [one.title for one in ALL if one.chapter == EFFECTS] == list(EFFECT_LABELS.values())


def test_the_table_at_the_top_leads_to_each_alarm_and_names_who_is_woken() -> None:
    rows = re.findall(r"^\| \[.+?\]\(#([\w-]+)\) \| .+? \| (\S+) \|$", PAGE, re.MULTILINE)
    topics = {"StaffTopic": "職員", "VendorTopic": "担当ベンダー"}
    woken = {anchor_of(n): topics[a["AlarmActions"][0]["Ref"]] for n, a in ALARMS.items()}
    assert dict(rows) == woken
    assert len(rows) == len(woken)


def test_every_error_of_ours_that_a_letter_can_name_is_explained() -> None:
    (letters,) = [one for one in OF_ALARMS if one.anchor == "dead-letters"]
    cells = re.findall(r"^\| (`[^|]+`) \|", letters.text, re.MULTILINE)
    explained = re.findall(r"`([\w.]+)`", " ".join(cells))
    assert sorted(explained) == sorted(every_error_of_ours() | {"Sandbox.Timedout"})


def test_every_cause_that_lies_with_microsoft_has_its_row() -> None:
    (section,) = [one for one in OF_ALARMS if one.anchor == BY_MICROSOFT]
    rows = re.findall(r"^\| .+\(I\d{3}\) \| `(\w+)` \|", section.text, re.MULTILINE)
    assert set(rows) == {name for name, cause in CAUSES.items() if cause.microsoft}


def test_every_error_of_ours_is_told_by_a_cause_of_its_own() -> None:
    """But for the bare kinds, which nobody raises where a cause is known."""
    assert every_error_of_ours() - CAUSES.keys() == {"Refused", "DirectoryError"}


def every_error_of_ours() -> set[str]:
    def below(kind: type[Exception]) -> Iterator[type[Exception]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    raised = below(errors.KakehashiError)
    return {kind.__name__ for kind in raised if kind.__module__ == errors.__name__}


def commands() -> list[str]:
    """Each command that the page gives to type; one that is only named has no arguments."""
    inline = [found for found in re.findall(r"`(kakehashi[^`]*)`", PAGE) if found not in NAMED]
    return sorted({*inline, *re.findall(r"(?m)^kakehashi .*$", PAGE)})


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_page_can_be_typed_once_its_blanks_are_filled(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    filled = command
    for blank, value in {"<スタック>": "kakehashi", "<自治体>": "demo"}.items():
        filled = filled.replace(blank, value)
    for name in ("report.xlsx", "FILE", "一覧.csv", "<ファイル>"):
        (tmp_path / name).touch()
    type_it(filled, stack="kakehashi")


def letters_notes() -> list[str]:
    """What the state machines write into the letters that they send."""
    texts = [(ROOT / "infra" / name).read_text(encoding="utf-8")
             for name in ("roster_sync.asl.yaml", "sftp_push.asl.yaml")]  # fmt: skip
    return [note for text in texts for note in re.findall(r"\bnote\W+(.+?)\"", text)]


@pytest.mark.parametrize("note", letters_notes())
def test_the_command_in_a_letter_can_be_typed_as_it_stands(note: str) -> None:
    (command,) = re.findall(r"kakehashi [!-~ ]*[!-~]", note)
    type_it(command.replace("${Options}", "--stack kakehashi"), stack="kakehashi")


def test_each_state_machine_that_sends_letters_says_how_to_run_again() -> None:
    assert len(letters_notes()) == 2


def test_every_link_within_the_page_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    places = {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in headings}
    places |= set(re.findall(r'<a id="([\w-]+)"></a>', PAGE))
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) - places == set()
