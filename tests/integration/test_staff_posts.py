"""`kakehashi staff post`: the first posts of all, given at a terminal."""

from __future__ import annotations

import boto3
import pytest
from click.testing import CliRunner, Result

from kakehashi.edges.staff.posts import Posts
from kakehashi.edges.web.items import Items
from kakehashi.staff.viewer import Post
from kakehashi_console.cli import main
from kakehashi_console.cli.options import Where
from tests.integration.test_passwords_make import Account
from tests.nights import Nights

OID = "9d289022-37c4-568e-a1d2-48e8033ec737"


@pytest.fixture
def posts(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> Posts:
    monkeypatch.setattr(Where, "site", lambda _self, start=True: Account(nights))
    return Posts(Items(boto3.resource("dynamodb").Table(nights.names["TABLE"]), "POSTS"))


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["staff", "post", *words])


def test_a_post_is_given_for_a_city_for_schools_and_taken_away(posts: Posts) -> None:
    assert typed(OID.upper(), "--city", "demo").exit_code == 0
    assert posts.of(OID) == (Post("demo"),)
    assert typed(OID, "--city", "demo", "--school", "A1", "--school", "B2").exit_code == 0
    assert posts.of(OID) == (Post("demo", "A1"), Post("demo", "B2"))
    assert typed(OID, "--city", "demo", "--none").exit_code == 0
    assert posts.of(OID) == ()


@pytest.mark.parametrize("words", [
    ("somebody@example.jp", "--city", "demo"), (OID, "--city", "nowhere"),
    (OID, "--city", "demo", "--school", "../x"),
])  # fmt: skip
def test_what_is_no_person_no_city_or_no_school_is_refused(
    posts: Posts, words: tuple[str, ...]
) -> None:
    assert typed(*words).exit_code == 2
    assert posts.of(OID) == ()
