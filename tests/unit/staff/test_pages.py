"""Every page: whole, small, escaped, and with nothing that the policy would forbid."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from kakehashi.catalogue import diff as diff_rules
from kakehashi.catalogue import staff as staff_rules
from kakehashi.guide import Guide
from kakehashi.refusal import Refusal
from kakehashi.report.words import Word
from kakehashi.staff import approve, entrance
from kakehashi.staff.changes import Filter
from kakehashi.staff.drawing import MOST_BYTES, policy, render
from kakehashi.staff.viewer import Lang, Role
from tests.unit.staff.gallery import a_plan, gallery
from tests.unit.staff.scenes import a_frame, a_viewer, told

LANGS: tuple[Lang, ...] = ("ja", "en")
NAMES = sorted(gallery())


def drawn(name: str, lang: Lang = "ja") -> str:
    viewer = a_viewer(lang=lang)
    path, title, view = gallery(viewer)[name]
    return render(view, a_frame(path, viewer, title=title))


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "input", "br", "link"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[Any]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_well_formed_and_small(name: str, lang: Lang) -> None:
    html = drawn(name, lang)
    tags = _Tags(html)
    assert not tags.open
    assert len(html.encode()) <= MOST_BYTES
    ids = [attrs["id"] for _, attrs in tags.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert [tag for tag, _ in tags.found].count("h1") == 1
    assert ("html", {"lang": lang}) in tags.found


@pytest.mark.parametrize("name", NAMES)
def test_nothing_on_a_page_needs_more_than_the_policy_allows(name: str) -> None:
    for tag, attrs in _Tags(drawn(name)).found:
        assert "style" not in attrs
        assert not [attr for attr in attrs if attr.startswith("on")]
        assert "src" not in attrs
        assert tag not in {"link", "iframe", "object", "embed", "base", "img"}
        assert not (attrs.get("href") or "").lower().startswith(("javascript:", "data:", "//"))


@pytest.mark.parametrize("name", NAMES)
def test_every_form_of_ours_carries_the_hidden_field(name: str) -> None:
    for form in re.findall(r"<form.*?</form>", drawn(name), flags=re.DOTALL):
        if 'method="post"' in form and 'action="https://' not in form:
            assert form.count('name="csrf" value="c0ffee"') == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_a_label_and_every_table_a_caption(name: str) -> None:
    html = drawn(name)
    tags = _Tags(html).found
    labels = {attrs.get("for") for tag, attrs in tags if tag == "label"}
    for tag, attrs in tags:
        if tag in {"input", "select", "textarea"} and attrs.get("type") not in {"hidden"}:
            named = attrs.get("id") in labels or attrs.get("type") == "checkbox"
            assert named or "hidden" in attrs, attrs
    assert html.count("<table") == html.count("<caption")
    assert not [attrs for tag, attrs in tags if tag == "th" and "scope" not in attrs]


def test_the_policy_names_hashes_and_no_unsafe_word() -> None:
    said = policy("https://inbox.s3.ap-northeast-1.amazonaws.com")
    assert "default-src 'none'" in said
    assert "unsafe" not in said
    assert said.count("sha256-") == 2
    assert "form-action 'self' https://inbox.s3.ap-northeast-1.amazonaws.com" in said
    for strange in ("'unsafe-inline'", "https://x; script-src *", "*", "data:"):
        with pytest.raises(ValueError, match="not an origin"):
            policy(strange)


def test_the_menu_leads_to_what_a_role_opens_and_marks_where_one_is() -> None:
    html = render(gallery()["today"][2], a_frame("/today", a_viewer(Role.SEE)))
    assert 'href="/today" aria-current="page"' in html
    assert 'href="/operate"' not in html.split("</nav>")[0]


def test_a_command_and_a_page_in_a_sentence_are_those_of_this_stack() -> None:
    guide = Guide("--stack kakehashi-north", "https://docs.example.jp/")
    seen = entrance.refused(Refusal(staff_rules.NOT_FRESH), "0a1b2c3d")
    assert "https://docs.example.jp/staff.ja.md" in render(seen, a_frame(guide=guide))
    told = approve.approve(
        replace(a_plan(), against=(diff_rules.STALE_PLAN.at(planned=1, now=2),)), Filter(),
        a_viewer(),
    )  # fmt: skip
    typed = replace(told, against=[Word("kakehashi rerun です", "kakehashi rerun")])
    html = render(typed, a_frame(guide=guide))
    assert "kakehashi rerun --city demo --stack kakehashi-north です" in html


def test_a_page_that_a_form_has_led_to_links_to_no_other_language() -> None:
    """Its address can not be opened again."""
    assert "?lang=en" in render(gallery()["search"][2], a_frame("/child"))
    assert "?lang=en" not in render(gallery()["search"][2], a_frame("/child/find", again=False))


def test_the_name_of_the_program_leads_to_the_first_page_that_one_may_open() -> None:
    html = render(gallery()["school"][2], a_frame("/school", a_viewer(Role.SCHOOL)))
    assert '<div class="brand"><a href="/">' in html


def test_a_notice_is_told_to_a_screen_reader_and_is_text() -> None:
    html = render(gallery()["today"][2], a_frame(notices=told("<b>済み</b>", good=False)))
    assert 'role="alert"' in html
    assert "&lt;b&gt;済み&lt;/b&gt;" in html


@pytest.mark.parametrize("name", NAMES)
def test_in_english_japanese_is_left_to_names(name: str) -> None:
    """Names of people, schools and classes, rules in C4th's own words, and what is printed."""
    if name in {"slips", "child", "rules", "operate", "passwords", "decide", "links"}:
        return
    visible = re.sub(r"<(style|script|title)>.*?</\1>", "", drawn(name, "en"), flags=re.DOTALL)
    visible = re.sub(r'<(\w+)[^>]*lang="ja"[^>]*>.*?</\1>', "", visible, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", visible)
    left = re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]+", text)
    assert not [word for word in left if word not in {"組", "年", "見本市"}], left
