"""Pages in two languages say the same: whoever changes one is asked for the other.

A pair is docs/NAME.md (English) and docs/NAME.ja.md. What no translation changes is compared:
headings, code, tables, links, codes of findings, and what stands in backticks.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from kakehashi.catalogue.index import RULES
from local import site
from tests.headings import slug

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"(?ms)^ *```.*?^ *```$")
TO_READERS = ("教育委員会", "運用", "OneRoster", "教材のメーカー")
"""Sections of the site of which every page is in both languages."""
FOR_BOTH = {"api.md"}
"""One page under both addresses: its text is in both languages, the names and what is said of them
come from the code, in English."""
FOR_DEVELOPERS = "開発"

PAIRS = site.in_two_languages()
BY_HAND = [page for page in PAIRS if "<!-- Written by `make" not in page.read_text("utf-8")]
pairs = pytest.mark.parametrize(
    "japanese", PAIRS, ids=lambda page: page.name.removesuffix(".ja.md")
)


@cache
def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    return FENCE.sub("", read(page))


def sections() -> dict[str, list[str]]:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    found: dict[str, list[str]] = {}
    for line in nav.splitlines():
        if line.startswith("  - "):
            pages = found.setdefault(line.removeprefix("  - ").rstrip(":"), [])
        else:
            pages.append(line.split()[-1])
    return found


def test_every_page_for_readers_is_in_both_languages() -> None:
    told = sections()
    assert set(TO_READERS) < set(told)
    for name in ("index.md", *(page for section in TO_READERS for page in told[section])):
        both = (DOCS / name.replace(".md", ".ja.md")).exists() and (DOCS / name).exists()
        assert both or name in FOR_BOTH, name


def test_a_page_for_developers_says_in_japanese_what_it_is() -> None:
    for name in sections()[FOR_DEVELOPERS]:
        begin = re.split(r"(?m)^(?:\||## )", prose(DOCS / name).partition("\n")[2])[0]
        assert re.search("[ぁ-ん]{2}", begin), name


@pairs
def test_each_page_of_a_pair_leads_to_the_other(japanese: Path) -> None:
    english = site.english(japanese)
    for page, line in (
        (japanese, f"[English]({english.name})"),
        (english, f"[日本語]({japanese.name})"),
    ):
        assert read(page).splitlines()[2] == line
        assert site.SWITCH.search(read(page))


@pairs
def test_both_have_the_same_headings_and_the_same_code(japanese: Path) -> None:
    english = site.english(japanese)
    levels = [re.findall(r"(?m)^(#+) ", prose(page)) for page in (japanese, english)]
    assert levels[0] == levels[1]
    code = [list(map(placeless, FENCE.findall(read(page)))) for page in (japanese, english)]
    assert code[0] == code[1]


def placeless(code: str) -> str:
    """Without the words for what a reader fills in, and without what is said beside a command."""
    for japanese, english in {"氏名": "NAME", "一覧.csv": "list.csv", ":行": ":<>"}.items():
        code = code.replace(japanese, english)
    return re.sub(r"<[^>]*>", "<>", re.sub(r"(?m) +# .*$", "", code))


@pairs
def test_both_have_the_same_tables(japanese: Path) -> None:
    tables = [
        [row.replace("\\|", "").count("|") for row in re.findall(r"(?m)^ *\|.*\|$", prose(page))]
        for page in (japanese, site.english(japanese))
    ]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("japanese", BY_HAND, ids=lambda page: page.name.removesuffix(".ja.md"))
def test_both_name_the_same_things(japanese: Path) -> None:
    """What stands in backticks, and codes of findings, decisions and versions."""
    ja, en = (prose(page) for page in (japanese, site.english(japanese)))
    for pattern in (r"`([^`]+)`", r"\b[A-Z]\d{3}\b", r"\b\d{4}(?=\]\()"):
        told = [{placeless(one) for one in re.findall(pattern, text)} for text in (ja, en)]
        assert told[0] ^ told[1] == set()


@pairs
def test_both_lead_to_the_same_places(japanese: Path) -> None:
    english = site.english(japanese)
    assert sorted(leads(japanese)) == sorted(leads(english))


def leads(page: Path) -> Iterator[str]:
    """Targets of a page's links and pictures, each as the English page would have it; a heading by
    its number."""
    text = re.sub(r"`[^`]*`", "", site.SWITCH.sub("", prose(page)))
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    for link in links:
        path, _, name = link.partition("#")
        if ":" in path:
            yield link
            continue
        target = (page.parent / path).resolve() if path else page
        if page.name.endswith(".ja.md") and target.with_suffix(".ja.md").exists():
            raise AssertionError(f"{page.name} leads to the English {path}")
        common = target.name.replace(".ja.md", ".md") if path else ""
        yield f"{common}#{place(target, name)}" if name else common


def place(page: Path, name: str) -> str:
    if f'id="{name}"' in read(page):
        return name
    headings = [slug(heading) for heading in re.findall(r"(?m)^#+ (.*)$", prose(page))]
    return str(headings.index(name))


def test_a_message_names_the_page_in_its_own_language() -> None:
    japanese = {page.name for page in site.in_two_languages()}
    for rule in RULES.values():
        for page in re.findall(r"docs/([a-z.-]+\.md)", rule.ja + rule.todo):
            assert (DOCS / page).exists(), rule.code
            assert page in japanese or page.replace(".md", ".ja.md") not in japanese, rule.code
        for page in re.findall(r"docs/([a-z.-]+\.md)", rule.en + rule.todo_en):
            assert (DOCS / page).exists(), rule.code
            assert page not in japanese, rule.code


def test_what_a_command_says_names_the_page_in_its_own_language() -> None:
    english = {site.english(page).name for page in site.in_two_languages()}
    told = [
        (file.name, page)
        for file in (ROOT / "console").rglob("*.py")
        for text in re.findall(r'"[^"\n]*"', read(file))
        for page in re.findall(r"docs/([a-z.-]+\.md)", text.partition(" / ")[0])
        if re.search("[ぁ-ん]", text.partition(" / ")[0])
    ]
    assert told
    assert [named for named in told if named[1] in english] == []
