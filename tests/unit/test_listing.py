"""A tenant that is followed by its changes is the tenant that is listed whole."""

from __future__ import annotations

import gzip
import io
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.directories.microsoft365.mirror import Lens
from kakehashi.directories.port import Listed
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.microsoft.listing import NAME, MirroredListing
from kakehashi.edges.runs import Folder
from local.fakes.tenant.tenant import Tenant
from tests.unit.children.bridge import a_directory

MARK, KEY = "extensionAttribute1", b"k" * 32
EXTENSIONS = "onPremisesExtensionAttributes"
NOW = datetime(2026, 6, 1, 17, 10, tzinfo=UTC)
IDS = [str(uuid.uuid5(uuid.NAMESPACE_URL, f"account {n}")) for n in range(8)]
NAMES = [f"S{n}@ed.example.jp" for n in range(8)]
WANTED = {"s1@ed.example.jp", "s3@ed.example.jp", "nobody@ed.example.jp"}


def looks(account: Listed) -> bool:
    return account.job_title.startswith("小") and not account.mark


class Drawer:
    """A folder that holds one file."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.files.get(name)

    def put(self, name: str, body: io.BytesIO, _content_type: str) -> str:
        self.files[name] = body.getvalue()
        return name


@dataclass
class Town:
    tenant: Tenant = field(default_factory=Tenant)
    drawer: Drawer = field(default_factory=Drawer)
    now: datetime = NOW
    gone: set[str] = field(default_factory=set)  # for good

    def __post_init__(self) -> None:
        self.directory: Directory = a_directory(self.tenant)

    def change(self, number: int, **facts: Any) -> None:
        """An account is made or changed, and had back first where it is in the deleted items: no
        object id is given twice. None empties a property."""
        key, users = IDS[number], self.tenant.directory.users
        if key in self.gone:
            return
        deleted = self.tenant.directory.deleted.get(key)
        before = users.get(key) or (deleted or {}).get("object")
        before = before or {"id": key, "userPrincipalName": NAMES[number]}
        after = {n: v for n, v in (before | facts).items() if v is not None}
        self.tenant.directory.commit([("users", key, after), ("deleted", key, None)])

    def delete(self, number: int, *, for_good: bool = False) -> None:
        key = IDS[number]
        if facts := self.tenant.directory.users.get(key):
            gone = None if for_good else {"kind": "user", "object": facts, "at": 0.0}
            self.gone |= {key} if for_good else set()
            self.tenant.directory.commit([("users", key, None), ("deleted", key, gone)])

    def whole(self, wanted: Iterable[str] = WANTED) -> list[Listed]:
        found = self.directory.accounts(MARK, set(wanted), looks)
        return sorted(found, key=lambda one: one.object_id)

    def followed(self, *, keep: bool = True, wanted: Iterable[str] = WANTED,
                 rules: str = "") -> list[Listed]:  # fmt: skip
        lens = Lens(MARK, KEY, looks)
        drawer = cast(Folder, self.drawer)
        listing = MirroredListing(self.directory, drawer, lens, rules, self.now)
        found = listing.accounts(set(wanted))
        if keep:
            listing.keep()
        return sorted(found, key=lambda one: one.object_id)

    def calls(self, what: Callable[[], Any]) -> dict[str, int]:
        """How many calls of each shape that takes."""
        self.tenant.counters.shapes.clear()
        what()
        return {name.removeprefix("GET "): n for name, n in self.tenant.counters.shapes.items()}


@pytest.fixture
def town() -> Town:
    """Ours, a wanted stranger, one who looks like a pupil, and three whom nobody asks for."""
    town = Town()
    town.change(1, displayName="佐藤")
    town.change(2, jobTitle="小3")
    for n in (4, 5, 6):
        town.change(n, displayName="教職員")
    town.change(0, **{EXTENSIONS: {MARK: "umi-0"}, "displayName": "山田"})  # may be told again
    town.followed()
    return town


def values(*some: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([*some, None])


FACTS = st.fixed_dictionaries({}, optional={
    "displayName": values("山田 太郎", "佐藤"),
    "jobTitle": values("小3", "教頭"),
    "department": values("3年1組"),
    "accountEnabled": st.booleans(),
    "onPremisesSyncEnabled": values(True, False),
    EXTENSIONS: values({MARK: "UMI-1"}, {MARK: "umi-2"}, {"extensionAttribute2": "x"}, {}),
})  # fmt: skip
CHANGE = st.tuples(st.just("change"), st.integers(0, 7), FACTS)
RENAME = st.tuples(st.just("rename"), st.integers(0, 7), st.sampled_from(range(20, 24)))
DELETE = st.tuples(st.just("delete"), st.integers(0, 7), st.booleans())
NIGHT = st.tuples(st.just("night"), st.booleans(), st.integers(0, 3))
STEPS = st.lists(st.one_of(CHANGE, CHANGE, RENAME, DELETE, NIGHT), max_size=25)


@given(STEPS)
def test_what_is_followed_by_changes_is_what_a_whole_listing_tells(
    steps: list[tuple[str, Any, Any]],
) -> None:
    town = Town()
    for what, one, other in steps:
        match what:
            case "change":
                town.change(one, **other)
            case "rename":
                town.change(one, userPrincipalName=f"s{other - 20}@ed.example.jp")
            case "delete":
                town.delete(one, for_good=other)
            case "night":  # kept, or a rehearsal; days pass
                assert town.followed(keep=one) == town.whole()
                town.now += timedelta(days=other)
    assert town.followed() == town.whole()


def test_a_quiet_night_asks_once_and_for_whoever_is_wanted_by_themselves(town: Town) -> None:
    assert town.calls(town.followed) == {"/users/delta": 1, "/users/{id}": 2}


def test_no_strangers_name_is_kept(town: Town) -> None:
    text = gzip.decompress(town.drawer.files[NAME]).decode()
    assert "山田" in text, "ours"
    for hidden in ("佐藤", "教職員", *NAMES[1:]):
        assert hidden not in text
        assert hidden.lower() not in text


def test_a_rehearsal_leaves_link_and_mirror_where_they_were(town: Town) -> None:
    before = town.drawer.files[NAME]
    town.change(4, displayName="異動")
    assert town.followed(keep=False) == town.whole()
    assert town.drawer.files[NAME] == before


@pytest.mark.parametrize("days", [5, 40])
def test_after_five_days_the_tenant_is_listed_whole(town: Town, days: int) -> None:
    town.now += timedelta(days=4)
    assert "/users" not in town.calls(town.followed)
    town.now = NOW + timedelta(days=days)
    assert town.calls(town.followed)["/users"] == 1


def test_a_link_that_is_refused_means_a_whole_listing_and_a_new_link(town: Town) -> None:
    town.tenant.directory.epoch = "another"
    assert town.calls(town.followed) == {"/users/delta": 2, "/users": 1}
    assert "/users" not in town.calls(town.followed)


def test_rules_that_look_otherwise_mean_a_whole_listing(town: Town) -> None:
    assert town.calls(lambda: town.followed(rules="other"))["/users"] == 1


def test_what_changes_while_the_tenant_is_listed_is_told_the_next_night(town: Town) -> None:
    whole = town.directory.listing

    def listing(mark: str) -> Iterable[Listed]:
        found = list(whole(mark))
        town.change(5, **{EXTENSIONS: {MARK: "umi-5"}})
        return found

    town.drawer.files.clear()
    town.directory.listing = listing  # type: ignore[method-assign, assignment]
    town.followed()
    del town.directory.listing
    assert IDS[5] in {one.object_id for one in town.followed()}
