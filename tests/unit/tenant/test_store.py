"""One append-only file: whole transactions or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.fakes.tenant.store import DamagedState, HomeInUse, Store


def reopened(folder: Path) -> dict[str, dict[str, object]]:
    store = Store(folder)
    tables = {name: dict(table) for name, table in store.tables.items()}
    store.close()
    return tables


def abandon(store: Store) -> None:
    """What a killed process leaves: nothing is tidied up."""
    store._written = 0
    store.close()


def test_what_was_committed_is_there_after_a_kill(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.commit([("users", "a", {"displayName": "山田"}), ("passwords", "a", "x")])
    store.commit([("passwords", "a", None)])
    abandon(store)
    tables = reopened(tmp_path)
    assert tables["users"] == {"a": {"displayName": "山田"}}
    assert tables["passwords"] == {}


@pytest.mark.parametrize("kept", range(1, 40, 3))
def test_a_torn_last_line_is_cut_off(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "tenant.jsonl"
    whole = json.dumps([["users", "a", {"x": 1}]]) + "\n"
    torn = json.dumps([["users", "b", {"x": 2}], ["members", "g b", True]])[:kept]
    file.write_text(whole + torn)
    store = Store(tmp_path)
    assert list(store.tables["users"]) == ["a"]
    store.commit([("users", "c", {"x": 3})])
    abandon(store)
    assert list(reopened(tmp_path)["users"]) == ["a", "c"]


def test_a_line_in_the_middle_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "tenant.jsonl").write_text('[["users","a",{}]]\nnonsense\n[]\n')
    with pytest.raises(DamagedState, match=r"tenant\.jsonl:2"):
        Store(tmp_path)


def test_two_stores_do_not_share_a_folder(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(HomeInUse):
        Store(tmp_path)
    store.close()


def test_history_is_thrown_away_in_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(25_000):
        store.commit([("users", "a", {"n": number})])
    lines = (tmp_path / "tenant.jsonl").read_bytes().count(b"\n")
    abandon(store)
    assert lines < 25_000
    assert reopened(tmp_path)["users"] == {"a": {"n": 24_999}}


def test_without_a_folder_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(None)
    store.commit([("users", "a", {})])
    store.rewrite({name: {} for name in store.tables})
    store.close()
    assert list(tmp_path.iterdir()) == []
