"""What a file is made of: after a release no tool keeps what other code has made."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kakehashi.edges.deliver.making import MadeFrom, code_digest, with_people
from kakehashi.people.record import Record, Status
from tests.builders import a_post, an_employment


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


def test_files_are_made_anew_when_a_class_is_nobodys_any_more() -> None:
    post = a_post(end=date(2026, 12, 24), homerooms=("3年2組",))
    _, member = an_employment(1, post).on(date(2026, 12, 24), gap=7, prepare=10)
    known, staff = MadeFrom("by", "of"), [Record(member, {}, "object", Status.ACTIVE)]
    before, last, after = (with_people(known, staff, date(2026, 12, n)) for n in (23, 24, 25))
    assert before == last != after
