from datetime import date

import pytest

from kakehashi import receive

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


@pytest.mark.parametrize(
    "given",
    [
        {},
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


EARLIER = {"verdict": "applied", "failed": 0, "inputs": "i", "serial": 7}


def test_the_same_drop_is_done_when_nothing_has_moved_since() -> None:
    assert receive.already_done(EARLIER, inputs="i", serial=7)


@pytest.mark.parametrize(
    "moved",
    [
        {"verdict": "refused"},
        {"verdict": "failed"},
        {"verdict": "awaiting-approval"},
        {"verdict": "running"},
        {"failed": 1},
        {"inputs": "other rules, another day or a new password file"},
        {"serial": 8},
    ],
)
def test_the_same_drop_is_looked_at_again_when_anything_has_moved(moved: dict[str, object]) -> None:
    assert not receive.already_done(EARLIER | moved, inputs="i", serial=7)


def test_a_first_drop_is_not_done() -> None:
    assert not receive.already_done({}, inputs="i", serial=0)


def test_the_inputs_are_the_same_in_any_order_of_uploads() -> None:
    day = date(2026, 11, 22)
    assert receive.inputs_digest("r", day, ["a", "b"]) == receive.inputs_digest(
        "r", day, ["b", "a"]
    )
    assert receive.inputs_digest("r", day, ["a"]) != receive.inputs_digest("r", day, ["b"])
