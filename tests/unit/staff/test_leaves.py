"""The index of a night by pupil: a leaf is found where its id says, and nowhere else."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kakehashi.edges.leaves import users_in
from kakehashi.staff.leaves import (
    Collected,
    Head,
    Packed,
    Places,
    Stored,
    bundle_of,
    bundles,
    how_many,
    leaf_in,
)
from tests.builders import an_id, zip_bytes

ROW = json.dumps({"pupil": {"id": "見本"}}, ensure_ascii=False).encode()


@given(st.sets(st.integers(1, 400), max_size=60), st.integers(1, 12))
def test_every_leaf_is_read_from_its_own_bundle_alone(numbers: set[int], count: int) -> None:
    leaves: Stored = {an_id(str(n)): {"desired": [ROW], "line": [b"%d" % n]} for n in numbers}
    parts = list(bundles(leaves, 0, count, count))
    places, whole = Places(tuple(map(len, parts))), b"".join(parts)
    for n in range(1, 401):
        first, length = places.of(an_id(str(n)))
        leaf = leaf_in(whole[first : first + length], an_id(str(n))) if length else {}
        assert leaf.get("line", []) == ([n] if n in numbers else [])
        assert not leaf or leaf["desired"] == [{"pupil": {"id": "見本"}}]


@given(st.integers(1, 9), st.integers(1, 9))
def test_the_bundles_of_a_night_too_large_for_memory_are_the_same(parts: int, more: int) -> None:
    count = parts + more
    kept, packed = Collected(count), Packed(parts, count)
    for one in (kept, packed):
        for n in range(50):
            one.put(an_id(str(n)), "told lgate", b'"active"')
            one.put(an_id(str(n)), "told lgate", b'"suspended"')
            one.put(an_id(str(n)), "action", b"%d" % n)
            one.put(an_id(str(n)), "result", b"%d" % n)
        one.put(an_id("1"), "action", b"100")
        one.put(an_id("1"), "result", b"")
    made = list(kept.bundles())
    assert list(packed.bundles()) == made
    assert len(made) == count
    leaf = leaf_in(made[bundle_of(an_id("1"), count)], an_id("1"))
    assert leaf == {"told lgate": ["active", "suspended"], "action": [100], "result": []}


def test_a_bundle_of_a_city_holds_few_children_and_the_head_of_the_largest_stays_small() -> None:
    assert how_many(0) == 1
    assert 40 < 22_948 / how_many(22_948 * 1_200) < 60
    assert how_many(10**10) * len("12345,") < 30_000


def test_a_head_of_an_earlier_form_reads_what_it_has() -> None:
    head = Head("applied", {"as_of": "2026-11-10"}, (), {}, cleaned=True, known=True)
    assert Head.from_json(head.to_json() | {"bundles": [1], "v": 1}) == head
    assert Head.from_json({"verdict": "failed"}) == Head("failed")


def test_a_list_of_names_is_no_roster_and_is_told_as_one() -> None:
    rows = "sourcedId,status,enabledUser\na,active,true\nb,active,false\nc,tobedeleted,false\n"
    roster = zip_bytes({"users.csv": rows.encode()})
    told = [("a", "active"), ("b", "suspended"), ("c", "tobedeleted")]
    assert list(users_in(roster) or ()) == told
    assert users_in("アカウント,氏名\r\n".encode("cp932")) is None
    assert users_in(zip_bytes({"xl/workbook.xml": b"<workbook/>"})) is None
