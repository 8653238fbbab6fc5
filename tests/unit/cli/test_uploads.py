"""What is looked at before it leaves for an inbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from kakehashi_console.operations.reach import BadUse
from kakehashi_console.operations.uploads import Uploads


class _Inbox(Uploads):
    """Notes what would be put, without a stack."""

    def __init__(self) -> None:
        self.put: list[str] = []

    def _put(self, bucket: str, key: str, body: bytes) -> tuple[str, str]:
        self.put.append(key)
        return key, ""


@pytest.mark.parametrize(
    "text", ["account,password\ns001,Hinagiku-0001\n", "判断,ID\n", "", "PK\x03\x04"]
)
def test_what_holds_no_decisions_is_not_put_among_them(tmp_path: Path, text: str) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text, encoding="utf-8")
    inbox = _Inbox()
    with pytest.raises(BadUse, match=r"置いていません.*not uploaded") as told:
        inbox.upload_approvals("demo", file)
    assert inbox.put == []
    assert "Hinagiku" not in str(told.value)


@pytest.mark.parametrize("row", ["", "7c0f,停止\n", "7c0f,何か\n"])
def test_a_list_goes_whatever_its_rows_say(tmp_path: Path, row: str) -> None:
    """A night tells which of them it does not follow."""
    (tmp_path / "list.csv").write_text(f"userMasterIdentifier,決定\n{row}", encoding="utf-8")
    inbox = _Inbox()
    inbox.upload_approvals("demo", tmp_path / "list.csv")
    assert [key.endswith("-list.csv") for key in inbox.put] == [True]
