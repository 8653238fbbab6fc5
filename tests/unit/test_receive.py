from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi import receive
from kakehashi.state_records import DropRecord

UPLOAD = {
    "detail-type": "Object Created",
    "detail": {
        "bucket": {"name": "inbox"},
        "object": {"key": "inbox/demo/roster/RO_20261122_082201.zip", "version-id": "v1"},
    },
}


def test_an_upload_is_an_order_to_sync_exactly_that_version() -> None:
    order = receive.read_order(UPLOAD)
    assert order == receive.Sync(
        action="sync", city="demo", drop="inbox/demo/roster/RO_20261122_082201.zip", version="v1"
    )


@pytest.mark.parametrize("kind", ["approvals", "passwords"])
def test_what_comes_beside_the_roster_is_an_order_to_take_the_newest_drop_again(kind: str) -> None:
    event = {"detail": {"object": {"key": f"inbox/demo/{kind}/list.csv", "version-id": "v1"}}}
    order = receive.read_order(event)
    assert order.model_dump() == {
        "action": "rerun", "city": "demo", "as_of": None, "upload": kind}  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"detail": {"object": {"key": "inbox"}}},
        {"detail": {"object": {"key": "inbox/../approvals/list.csv"}}},
        {"action": "delete-everything", "city": "demo"},
        {"action": "rerun"},
        {"action": "rerun", "city": "../etc"},
        {"action": "apply", "run_id": "x", "checksum": "0" * 64, "by": "a"},
        {"detail": {"object": {}}},
    ],
)
def test_what_is_not_an_order_starts_nothing(given: dict[str, object]) -> None:
    with pytest.raises(receive.NotAnOrder):
        receive.read_order(given)


def test_an_order_that_is_not_understood_does_not_repeat_what_was_typed() -> None:
    with pytest.raises(receive.NotAnOrder) as caught:
        receive.read_order({"action": "rerun", "city": "山田太郎"})
    assert "山田" not in str(caught.value)


EARLIER = DropRecord("a run", inputs="i", uploads=("a", "b"), verdict="applied", serial=7)


def test_the_same_drop_is_done_when_nothing_has_moved_since() -> None:
    assert receive.already_done(EARLIER, inputs="i", uploads=["a", "b"], serial=7)


def test_a_password_file_deleted_after_its_use_is_no_reason_to_run_again() -> None:
    assert receive.already_done(EARLIER, inputs="i", uploads=["b"], serial=7)


@pytest.mark.parametrize(
    "moved",
    [
        {"verdict": "refused"},
        {"verdict": "failed"},
        {"verdict": "awaiting-approval"},
        {"verdict": "running"},
        {"failed": 1},
        {"inputs": "other rules or another day"},
        {"uploads": ("a",)},
        {"serial": 8},
    ],
)
def test_the_same_drop_is_looked_at_again_when_anything_has_moved(moved: dict[str, Any]) -> None:
    then = replace(EARLIER, **moved)
    assert not receive.already_done(then, inputs="i", uploads=["a", "b"], serial=7)


def test_a_first_drop_is_not_done() -> None:
    assert not receive.already_done(DropRecord(), inputs="i", uploads=[], serial=0)


def test_inputs_and_uploads_are_told_apart_without_their_names() -> None:
    day = date(2026, 11, 22)
    assert receive.inputs_digest("r", day) != receive.inputs_digest("r", date(2026, 11, 23))
    assert receive.inputs_digest("r", day) != receive.inputs_digest("s", day)
    assert receive.upload_digests(["a", "b"]) == receive.upload_digests(["b", "a"])
    assert "a" not in receive.upload_digests(["a", "b"])


def test_a_plus_in_the_name_of_an_upload_is_a_plus() -> None:
    """EventBridge gives a key as it is; S3's own notifications would encode it as a form does."""
    key = "inbox/demo/roster/a+b 4月.zip"
    order = receive.read_order({"detail": {"object": {"key": key, "version-id": "v"}}})
    assert isinstance(order, receive.Sync)
    assert order.drop == key
