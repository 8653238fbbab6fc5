"""The page as people and machines meet it: structure, contrast, both languages, nothing fetched."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from kakehashi.catalogue.index import RULES
from kakehashi.catalogue.preprocess import OLDER_OWNER
from kakehashi.city import Savings
from kakehashi.diff.comparison import Difference, PlanChange, SinceRehearsal
from kakehashi.diff.consent import DecisionNote
from kakehashi.diff.header import NO_PLAN
from kakehashi.findings import Place, placeholders
from kakehashi.report import drawing
from kakehashi.report.decided import decided
from kakehashi.report.drift import Comparison, drift_html
from kakehashi.report.night import Failure, Night
from kakehashi.report.page import html
from kakehashi.report.savings import Saved
from kakehashi.report.schools import handouts
from kakehashi.run_folder.deliveries import DeliveryNote, FileNote
from kakehashi.run_folder.orders import UndoNote
from kakehashi.run_folder.progress import Progress
from kakehashi.verdict import Verdict
from tests.unit.report.test_report import JAPANESE, NIGHT, OTHER, SCHOOL, UMI

RUNBOOK = Path(__file__).parents[3] / "docs" / "runbook.ja.md"
VOID = {"meta", "link", "input", "br", "polyline", "circle"}
DECIDED = [
    DecisionNote(name="判断.xlsx", uploaded="2026-11-09T08:00:00+00:00", fresh=True, pupil=UMI[1],
                 decision="suspend", counts=True, standing=""),
]  # fmt: skip
EVERYTHING = replace(
    NIGHT,
    findings=(
        *NIGHT.findings,
        OLDER_OWNER.at(Place("users.csv", 20), pupil=UMI[0], kept_line=7),
        OLDER_OWNER.at(Place("users.csv", 21), pupil=UMI[3], kept_line=9),
    ),
    decisions=decided(DECIDED, {}, Verdict.AWAITING),
    matching={"proposed": 3, "no_account": 2},
    counts={"pupils": 392, "groups_made": 2, "groups_licensed": 3},
    comparison=SinceRehearsal(
        "demo-20261101T020500-0a1b2c3d", date(2026, 11, 10),
        (Difference(UMI[1], SCHOOL, "NEW", PlanChange.ADDED, now="create"),),
        {"NEW": (10, 12)}, {SCHOOL: {"added": 2}},
    ),
    deliveries=(
        DeliveryNote("lgate", mode="bulk", files=(FileNote("a.zip"),), rows={"users.csv": 3}),
        DeliveryNote("interactive_study"),
    ),
    progress=Progress("", datetime(2026, 11, 9, 17, 5, tzinfo=UTC), 12, 1, 0.2),
    saved=Saved(Savings(), date(2026, 4, 1), 40, 120, 4),
)  # fmt: skip
NIGHTS = {
    "all at once": EVERYTHING,
    "an undo waits": replace(EVERYTHING, undo=UndoNote("demo-20261101T020500-0a1b2c3d")),
    "a good night": replace(EVERYTHING, verdict=Verdict.APPLIED),
    "an approval refused": replace(EVERYTHING, mode="apply", verdict=Verdict.REFUSED),
    "a drop refused": replace(EVERYTHING, plan=NO_PLAN, verdict=Verdict.REFUSED),
    "a failure": replace(EVERYTHING, verdict=Verdict.FAILED, failed=Failure("diff", "KeyError")),
}
every_night = pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS.keys())


class Tree(HTMLParser):
    """What a reader of one language sees, and the structure behind it."""

    def __init__(self, page: str, hidden: str = "") -> None:
        super().__init__()
        self.hidden, self.open, self.seen = hidden, [("", "")], ""
        self.ids: Counter[str] = Counter()
        self.targets: list[str] = []
        self.labels: list[str] = []
        self.scopes: list[str] = []
        self.levels: list[int] = []
        self.tables: list[dict[str, int]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append((tag, given.get("class", "")))
        if "id" in given:
            self.ids[given["id"]] += 1
        if tag == "a":
            self.targets.append(given["href"])
        self.labels += given.get("aria-labelledby", "").split()
        if tag == "table":
            self.tables.append(Counter())
        if tag == "th":
            self.scopes.append(given.get("scope", ""))
        if self.tables:
            self.tables[-1][tag] += 1
        if tag in {"h1", "h2", "h3", "h4"}:
            self.levels.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            opened, _ = self.open.pop()
            assert opened == tag, f"<{opened}> closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        tags, classes = {tag for tag, _ in self.open}, {name for _, name in self.open}
        if "style" not in tags and self.hidden not in classes and "name" not in classes:
            self.seen += data


@every_night
def test_every_element_is_closed_where_it_was_opened_and_every_id_is_alone(night: Night) -> None:
    tree = Tree(html(night))
    assert tree.open == [("", "")]
    assert set(tree.ids.values()) == {1}


@every_night
def test_headings_go_down_one_level_at_a_time_and_tables_have_headers(night: Night) -> None:
    tree = Tree(html(night))
    assert all(b - a <= 1 for a, b in pairwise(tree.levels))
    assert set(tree.scopes) == {"row", "col"}
    assert all(table["thead"] == 1 for table in tree.tables)


@every_night
def test_every_anchor_and_label_leads_somewhere(night: Night) -> None:
    tree = Tree(html(night))
    inside = {target.removeprefix("#") for target in tree.targets if target.startswith("#")}
    assert inside | set(tree.labels) <= set(tree.ids)
    files = {target for target in tree.targets if not target.startswith("#")}
    assert files == {school.file for school in handouts(night)}


@every_night
def test_the_english_page_has_no_japanese_but_in_the_names_of_things(night: Night) -> None:
    english = Tree(html(replace(night, language="en")), hidden="ja")
    seen = english.seen.replace("見本市", "")  # stands in the title
    assert not [line for line in seen.splitlines() if JAPANESE.search(line)]


@every_night
def test_the_japanese_page_says_everything_in_japanese(night: Night) -> None:
    japanese = Tree(html(night), hidden="en").seen
    latin = re.findall(r"\b[a-z]{4,} [a-z]{3,} [a-z]{3,}\b", re.sub(r"kakehashi .*", "", japanese))
    assert latin == []


def test_the_weekly_page_has_both_languages_too() -> None:
    night = Comparison(
        "demo", "見本市", date(2026, 11, 14), "s3://runs/demo/drift/", 5, language="en"
    )
    assert not JAPANESE.search(Tree(drift_html(night), hidden="ja").seen.replace("見本市", ""))


def test_every_message_has_its_english() -> None:
    blank = [
        rule.code for rule in RULES.values() if not rule.en or bool(rule.todo) > bool(rule.todo_en)
    ]
    japanese = [rule.code for rule in RULES.values() if JAPANESE.search(_bare(rule.en))]
    assert (blank, japanese) == ([], [])


def _bare(text: str) -> str:
    for name in placeholders(text):
        text = text.replace(f"{{{name}}}", "")
    return text


@every_night
def test_the_page_names_a_section_of_the_runbook_that_is_there(night: Night) -> None:
    for anchor in re.findall(r"runbook\.ja\.md#([a-z-]+)", html(night)):
        assert f'<a id="{anchor}"></a>' in RUNBOOK.read_text(encoding="utf-8")


def test_what_differs_between_findings_of_one_code_is_left_out_and_lines_stand_per_school() -> None:
    page = Tree(html(EVERYTHING), hidden="en").seen
    assert page.count("今在籍している行(… 行目)") == 1
    assert "users.csv 20 行目" in page
    assert "users.csv 21 行目" in page


def test_the_time_of_the_last_file_stands_beside_tonights() -> None:
    before = replace(NIGHT.past[0], received="2026-11-08T17:03:00+00:00")
    page = Tree(html(replace(NIGHT, past=(before,))), hidden="en").seen
    assert "2026-11-10 02:04" in page
    assert "(前回 2026-11-09 02:03)" in page


def test_who_has_nothing_to_decide_is_told_so() -> None:
    night = replace(NIGHT, verdict=Verdict.APPLIED, plan=replace(NIGHT.plan, proposals={}))
    assert "あなたの判断が必要なことはありません。" in html(night)
    assert 'id="decide"' not in html(night)
    assert "あなたの判断が必要なことはありません。" not in html(NIGHT)


def test_the_saved_days_are_shown_with_their_factors() -> None:
    page = Tree(html(EVERYTHING), hidden="en").seen
    for words in ("転校・転出 40 人", "120", "0.02", "2.40", "0.2", "0.80", "3.20"):
        assert words in page


def test_the_saved_days_are_said_to_be_a_lower_bound() -> None:
    page = html(EVERYTHING)
    japanese, english = Tree(page, hidden="en").seen, Tree(page, hidden="ja").seen
    assert "これは下限です" in japanese
    assert "3.20 人日以上" in japanese
    assert japanese.count("少なくとも") == 2, "in the heading and in the sum"
    assert "This is a lower bound" in english
    nothing = replace(EVERYTHING, saved=Saved(Savings(), date(2026, 4, 1)))
    assert 'href="#saved"' in page
    assert 'href="#saved"' not in html(nothing), "no tile that boasts of nothing"


def test_decisions_can_be_handed_in_without_a_terminal() -> None:
    assert f"inbox/{NIGHT.city}/approvals/" in Tree(html(NIGHT), hidden="en").seen


# -- contrast ---------------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    full = colour if len(colour) == 7 else "#" + "".join(c * 2 for c in colour[1:])
    parts = [int(full[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_of_a_text_can_be_read_on_every_ground() -> None:
    css = (Path(drawing.__file__).parent / "templates" / "style.css.j2").read_text()
    named = dict(re.findall(r"--(ink|soft|paper|ground): (#[0-9a-f]{3,6})", css))
    tones = re.findall(r"--tone: (#[0-9a-f]{6}); --tint: (#[0-9a-f]{6})", css)
    grounds = [named["paper"], named["ground"]]
    texts = [named["ink"], named["soft"], *re.findall(r"(?<![-\w])color: (#[0-9a-f]{6})", css)]
    edges = re.findall(
        r"\.(?:refuse-drop|await-approval|hold-pupil) \{ --edge: (#[0-9a-f]{6})", css
    )
    pairs = [(text, ground) for text in texts for ground in grounds]
    pairs += [(edge, named["paper"]) for edge in edges]
    pairs += [(tone, tint) for tone, tint in tones] + [(named["ink"], tint) for _, tint in tones]
    assert len(tones) == len(edges) == 3
    assert not [pair for pair in pairs if contrast(*pair) < 4.5]


def test_a_school_is_told_nothing_of_another() -> None:
    by_code = {school.code: school for school in handouts(EVERYTHING)}
    mine = by_code[SCHOOL]
    assert {finding.pupil for finding in mine.findings} == {UMI[3]}
    assert mine.waiting == []
    assert {umi for umi, _ in by_code[OTHER].waiting} == {UMI[0], UMI[1]}
