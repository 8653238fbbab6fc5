"""Pages a first-grader can read: kana sentences, headers that let nothing in."""

import base64
import hashlib
import re

import pytest

from kakehashi.catalogue.index import RULES
from kakehashi.lti import pages
from kakehashi.refusal import Refusal
from tests.builders import a_pupil
from tests.unit.lti.test_claims import a_registration

OURS = [rule for code, rule in RULES.items() if code.startswith("L")]
PAGES = {
    "sign in": pages.sign_in(),
    "launcher": pages.launcher(a_pupil(1), "見本市", [a_registration()]),
    "no tools": pages.launcher(a_pupil(1, class_title=""), "見本市", []),
    "refused": pages.refused(Refusal(OURS[0]), "12345678", signed_in=True),
    "to a tool": pages.to_tool("https://tool.example.jp/launch", {"state": "s"}, "ドリル"),
    "to ourselves": pages.to_ourselves("/sign-in/callback", {"code": "c"}),
}


@pytest.mark.parametrize("rule", OURS, ids=lambda rule: rule.code)
def test_a_pupil_can_read_why(rule: object) -> None:
    sentence = getattr(rule, "ja", "")
    assert re.fullmatch(r"[ぁ-んァ-ヶーa-zA-Z0-9 。、]+", sentence), sentence


@pytest.mark.parametrize("name", PAGES)
def test_a_page_allows_what_it_holds_and_nothing_else(name: str) -> None:
    page = PAGES[name]
    assert page.policy.startswith("default-src 'none'")
    assert "unsafe" not in page.policy
    assert not re.search(r'(src|href)="(https?:)?//', page.html)
    assert " style=" not in page.html
    assert not re.search(r" on\w+=", page.html)
    for tag in ("script", "style"):
        for body in re.findall(rf"<{tag}>(.*?)</{tag}>", page.html, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in page.policy


@pytest.mark.parametrize("name", PAGES)
def test_a_page_speaks_japanese_and_has_a_title(name: str) -> None:
    assert '<html lang="ja">' in PAGES[name].html
    assert re.search(r"<title>[^<]+</title>", PAGES[name].html)


@pytest.mark.parametrize("page", ["to a tool", "to ourselves"])
def test_a_form_that_a_person_must_send_names_the_way_back(page: str) -> None:
    """After five minutes a tool refuses it, in its own words and with nothing to go on from."""
    without_scripts = PAGES[page].html.partition("<noscript>")[2].partition("</noscript>")[0]
    assert '<a href="/">はじめの がめん</a>' in without_scripts


def test_a_tool_on_loopback_is_posted_to_over_http() -> None:
    page = pages.to_tool("http://127.0.0.1:9000/launch", {}, "見本")
    assert "form-action http:;" in page.policy


def test_what_comes_from_outside_is_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    assert (
        "<script>alert" not in pages.to_tool("https://tool.example.jp", {"state": evil}, "x").html
    )


def test_a_childs_name_is_read_in_hiragana() -> None:
    child = a_pupil(1, kana_family="ミホン", kana_given="ｻｸﾗｺ")
    assert '<rt aria-hidden="true">みほん さくらこ</rt>' in pages.launcher(child, "市", []).html
    assert pages.hiragana("ヴァージニア ジョー") == "ゔぁーじにあ じょー"
    assert pages.hiragana("サヽキ ミスヾ") == "さゝき みすゞ"
    silent = a_pupil(1, kana_family="", kana_given="")
    assert "さん" in pages.launcher(silent, "市", []).html
    assert "<rt" not in pages.launcher(silent, "市", []).html.partition("</header>")[0]


def test_whoever_goes_through_the_page_by_keys_comes_to_the_tiles_before_signing_out() -> None:
    page = pages.launcher(a_pupil(1), "市", [a_registration()]).html
    assert page.index('href="/launch/') < page.index('action="/sign-out"')


def test_where_it_may_come_again_the_child_is_told_to_ask() -> None:
    """A browser that keeps no cookies gets L101 however often one begins anew (Chromium 156)."""
    lasting = [rule for rule in OURS if re.search("続くとき|全員に|すぐに起きる", rule.todo)]
    people = {rule.code: rule.ja for rule in lasting if rule.code < "L3"}
    assert set(people) == {"L101", "L102", "L201", "L207"}
    assert all("せんせいに" in sentence for sentence in people.values())
