"""The robot's folder: what is whole goes up once, and its receipt comes back."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path, PureWindowsPath

import pytest

from kakehashi_console.dropping import (
    LONGEST_RETRY,
    PATIENCE,
    RETRY,
    DropCheck,
    NotSent,
    Sent,
    Step,
    Watch,
    drops_in,
    key_of,
    look_at,
    step,
)
from tests.builders import a_drop

WHOLE, CUT = DropCheck(10, 1, True), DropCheck(10, 1, False)
NAME = "RO_20261124_082201.zip"


class Bucket:
    """An inbox in memory, which fails as often as it is told."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.puts: list[str] = []
        self.fails = 0

    def put(self, file: Path, key: str) -> None:
        if self.fails:
            self.fails -= 1
            raise NotSent("S3")
        self.objects[key] = file.read_bytes()
        self.puts.append(key)

    def get(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def answer(self, key: str, standing: str, sha256: str) -> None:
        told = {"standing": standing, "sha256": sha256}
        self.objects[f"{key}.receipt.json"] = json.dumps(told).encode()
        self.objects[f"{key}.receipt.txt"] = f"{standing}.\nmore\n".encode()


class Desk:
    """A watch with a clock that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bucket, self.now = folder, Bucket(), 0.0
        self.said: list[str] = []
        self.begin()

    def begin(self) -> None:
        self.watch = Watch(
            self.folder, "demo", self.bucket, lambda name, text: self.said.append(f"{name} {text}"),
            lambda: self.now, lambda: "T1",
        )  # fmt: skip

    def after(self, seconds: float) -> bool:
        self.now += seconds
        return self.watch.look()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("look", "still", "sent", "wanted"),
    [
        (None, 999.0, None, Step.WAIT),
        (WHOLE, 9.9, None, Step.WAIT),
        (WHOLE, 10.0, None, Step.SEND),
        (CUT, 10.0, None, Step.WAIT),
        (CUT, 10.0 * PATIENCE, None, Step.SEND),
        (WHOLE, 10.0, Sent(10, 1, "", "k"), Step.ASK),
        (WHOLE, 10.0, Sent(10, 1, "", "k", "received"), Step.ASK),
        (WHOLE, 10.0, Sent(10, 1, "", "k", "accepted"), Step.REST),
        (WHOLE, 10.0, Sent(11, 1, "", "k", "accepted"), Step.SEND),
    ],
)
def test_what_is_done_about_a_drop(
    look: DropCheck | None, still: float, sent: Sent | None, wanted: Step
) -> None:
    assert step(look, still, sent, 10.0) is wanted


def test_a_zip_that_grows_goes_up_once_it_is_whole(desk: Desk) -> None:
    body = a_drop(3).zip()
    (desk.folder / NAME).write_bytes(body[:-40])
    assert desk.after(0)
    assert desk.after(60)
    (desk.folder / NAME).write_bytes(body)
    assert desk.after(1)
    assert desk.bucket.puts == []
    desk.after(10)
    assert desk.bucket.objects == {f"inbox/demo/roster/{NAME}": body}


def test_what_never_becomes_whole_is_sent_so_that_its_refusal_is_told(desk: Desk) -> None:
    (desk.folder / NAME).write_bytes(b"no zip")
    desk.after(0)
    desk.after(10 * PATIENCE)
    assert desk.bucket.puts == [f"inbox/demo/roster/{NAME}"]


def test_its_own_receipt_is_laid_beside_it_and_ends_the_matter(desk: Desk) -> None:
    body = a_drop(3).zip()
    (desk.folder / NAME).write_bytes(body)
    key, sha256 = f"inbox/demo/roster/{NAME}", hashlib.sha256(body).hexdigest()
    desk.bucket.answer(key, "accepted", "of the night before")
    desk.after(0)
    assert desk.after(10)
    assert not (desk.folder / f"{NAME}.receipt.txt").exists()
    desk.bucket.answer(key, "received", sha256)
    assert desk.after(5)
    desk.bucket.answer(key, "refused", sha256)
    assert not desk.after(5)
    assert (desk.folder / f"{NAME}.receipt.txt").read_text().startswith("refused")
    assert desk.watch.standings() == {NAME: "refused"}


def test_a_restart_sends_nothing_twice_and_a_new_export_under_the_old_name_once(
    desk: Desk,
) -> None:
    (desk.folder / NAME).write_bytes(a_drop(3).zip())
    desk.after(0)
    desk.after(10)
    desk.begin()
    desk.after(0)
    desk.after(10)
    (desk.folder / NAME).touch()
    desk.after(10)
    desk.after(10)
    assert len(desk.bucket.puts) == 1
    (desk.folder / NAME).write_bytes(a_drop(4).zip())
    desk.after(10)
    desk.after(10)
    assert len(desk.bucket.puts) == 2


def test_a_failure_is_tried_again_later_and_later(desk: Desk) -> None:
    (desk.folder / NAME).write_bytes(a_drop(3).zip())
    desk.bucket.fails = 3
    desk.after(0)
    for seconds in (10, RETRY, RETRY * 2, RETRY * 4):
        desk.after(seconds)
    assert desk.bucket.puts == [f"inbox/demo/roster/{NAME}"]
    assert [said for said in desk.said if "again in" in said][-1].endswith("again in 20 s")
    desk.watch.failures[NAME] = (30, 0)
    desk.watch._failed(NAME, 0, "S3")
    assert desk.watch.failures[NAME][1] == LONGEST_RETRY
    desk.watch.failures[NAME] = (5_000, 0)  # S3 out of reach for three weeks
    desk.watch._failed(NAME, 0, "S3")
    assert desk.watch.failures[NAME][1] == LONGEST_RETRY


def test_a_drop_that_is_moved_or_locked_while_it_goes_up_is_tried_again(desk: Desk) -> None:
    for name in (NAME, "RO_20261125_082201.zip"):
        (desk.folder / name).write_bytes(a_drop(3).zip())
    desk.after(0)
    put = desk.bucket.put
    desk.bucket.put = locked  # type: ignore[method-assign]
    assert desk.after(10)
    assert [said for said in desk.said if "PermissionError" in said] == desk.said
    assert len(desk.said) == 2, "each by itself"
    desk.bucket.put = put  # type: ignore[method-assign]
    desk.after(RETRY)
    assert len(desk.bucket.puts) == 2


def test_a_drop_called_as_its_folder_holds_up_no_other(desk: Desk) -> None:
    mine = desk.folder / desk.folder.name
    mine.mkdir()
    for name, body in a_drop(3).files().items():
        (mine / name).write_bytes(body)
    desk.after(0)
    desk.bucket.fails = 3
    for seconds in (10, RETRY, RETRY * 2):
        desk.after(seconds)
    assert [said for said in desk.said if "again in" in said][-1].endswith("again in 20 s")
    (desk.folder / NAME).write_bytes(a_drop(3).zip())
    for _ in range(2):
        desk.after(10)
    assert f"inbox/demo/roster/{NAME}" in desk.bucket.puts


def locked(file: Path, key: str) -> None:
    raise PermissionError(file)


def test_a_receipt_that_somebody_has_open_is_laid_there_later(desk: Desk) -> None:
    body = a_drop(3).zip()
    (desk.folder / NAME).write_bytes(body)
    for seconds in (0, 10):
        desk.after(seconds)
    desk.bucket.answer(desk.bucket.puts[0], "accepted", hashlib.sha256(body).hexdigest())
    in_the_way = desk.folder / f"{NAME}.receipt.txt"
    in_the_way.mkdir()
    assert desk.after(10)
    in_the_way.rmdir()
    assert not desk.after(RETRY)
    assert in_the_way.read_text("utf-8").startswith("accepted.")


def test_a_folder_that_is_out_of_reach_is_looked_at_again(desk: Desk) -> None:
    away = desk.folder.with_name("away")
    desk.folder.rename(away)
    assert desk.after(1)
    assert desk.watch.standings() == {}, "and --once can end, saying that not all was done"
    away.rename(desk.folder)
    (desk.folder / NAME).write_bytes(a_drop(3).zip())
    for seconds in (RETRY, 10):
        desk.after(seconds)
    assert desk.bucket.puts == [f"inbox/demo/roster/{NAME}"]


@pytest.mark.parametrize("memory", [b"", b"[]", b'{"a.zip": {"of_a_later_release": 1}}'])
def test_a_memory_that_cannot_be_read_stops_nothing(desk: Desk, memory: bytes) -> None:
    (desk.folder / ".kakehashi-sent.json").write_bytes(memory)
    (desk.folder / NAME).write_bytes(a_drop(3).zip())
    desk.begin()
    for seconds in (0, 10):
        desk.after(seconds)
    assert len(desk.bucket.puts) == 1


def test_a_folder_of_csvs_waits_for_all_that_its_manifest_lists(desk: Desk) -> None:
    folder = desk.folder / "2026-11-24"
    folder.mkdir()
    files = a_drop(3).files()
    for name, body in files.items():
        if name != "users.csv":
            (folder / name).write_bytes(body)
    look = look_at(folder)
    assert look
    assert not look.whole
    (folder / "users.csv").write_bytes(files["users.csv"])
    desk.after(0)
    desk.after(10)
    assert desk.bucket.puts[-1] == "inbox/demo/roster/2026-11-24-T1/manifest.csv"
    assert len(desk.bucket.puts) == len(files)


def test_what_is_no_drop_is_left_alone(tmp_path: Path) -> None:
    for name in (f"{NAME}.part", ".hidden.zip", "~$x.zip", "note.txt", f"{NAME}.receipt.txt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    with zipfile.ZipFile(tmp_path / "名簿 4月.ZIP", "w"):
        pass
    assert [drop.name for drop in drops_in(tmp_path)] == ["名簿 4月.ZIP"]


def test_a_path_of_windows_gives_the_same_key() -> None:
    path = PureWindowsPath(r"C:\RPA\出力") / NAME
    assert key_of(path, "demo", "T1", folder=False) == f"inbox/demo/roster/{NAME}"
    assert key_of(path.parent, "demo", "T1", folder=True) == "inbox/demo/roster/出力-T1/"
