"""What a file is made of: after a release no tool keeps what other code has made."""

from __future__ import annotations

from pathlib import Path

import pytest

from kakehashi.edges.deliver.making import code_digest


def a_package(folder: Path) -> Path:
    for name in ("people/pupil.py", "deliver/dialects/lgate.toml", "deliver/__pycache__/x.pyc"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("as it was")
    return folder


@pytest.mark.parametrize(
    ("file", "matters"),
    [
        ("people/pupil.py", True),  # where the ids of classes come from
        ("deliver/dialects/lgate.toml", True),
        ("deliver/__pycache__/x.pyc", False),
    ],
)
def test_whatever_room_a_release_changes_files_are_made_anew(
    tmp_path: Path, file: str, matters: bool
) -> None:
    before, after = a_package(tmp_path / "before"), a_package(tmp_path / "after")
    assert code_digest(before) == code_digest(after)
    (after / file).write_text("changed")
    code_digest.cache_clear()
    assert (code_digest(before) != code_digest(after)) is matters
