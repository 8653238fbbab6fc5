"""Uploads: a person puts files where the robot, the schools, the tools and staff put theirs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kakehashi.catalogue.index import english, japanese
from kakehashi.diff.decisions import DecisionFile, read
from kakehashi_console.operations.reach import BadUse, Reach, stamp


class Uploads(Reach):
    def upload_drop(
        self, city: str, drop: Path, *, starts: bool, without: Iterable[Path] = ()
    ) -> tuple[str, str]:
        """Upload as the RPA robot does; returns key and version of the object that starts a run.

        With ``starts`` False the upload goes where nothing watches. A folder's ``manifest.csv``
        goes last, because its arrival is the signal. Of a folder only CSV files are taken, and
        never ``without``: passwords or a list that lie beside the roster are no part of it.
        """
        base = f"inbox/{city}/roster" if starts else f"staging/{city}/{stamp()}"
        if drop.is_file():
            return self._put("InboxBucket", f"{base}/{_named(drop, '.zip')}", drop.read_bytes())
        folder = f"{base}/{drop.resolve().name}-{stamp()}"
        files = [f for f in csv_files(drop) if not any(f.samefile(other) for other in without)]
        files.sort(key=lambda f: f.name == "manifest.csv")
        version = ""
        for file in files:
            _, version = self._put("InboxBucket", f"{folder}/{file.name}", file.read_bytes())
        last = files[-1].name if files[-1].name == "manifest.csv" else ""
        return f"{folder}/{last}", version if last else ""

    def upload_passwords(self, city: str, file: Path, *, starts: bool = True) -> tuple[str, str]:
        """Returns key and version, as ``upload_drop`` does.

        With ``starts`` False nothing begins until a drop comes: else the passwords that come with
        a roster would start a run of their own, with the roster of the night before.
        """
        name = _named(file, ".csv") + ("" if starts else ".with-roster")
        key = f"inbox/{city}/passwords/{name}"
        return self._put("PasswordsBucket", key, file.read_bytes())

    def put_passwords(self, city: str, body: bytes) -> tuple[str, str]:
        """Passwords made here, straight from memory; their arrival starts a run."""
        return self._put("PasswordsBucket", f"inbox/{city}/passwords/made-{stamp()}.csv", body)

    def upload_approvals(self, city: str, file: Path) -> tuple[str, str]:
        """The same for decisions. Each file stays beside the ones before it, which still count.
        Raises BadUse for a file that no night could read as decisions: it goes nowhere."""
        key, body = f"inbox/{city}/approvals/{stamp()}-{file.name}", file.read_bytes()
        _must_be_decisions(key, body)
        return self._put("InboxBucket", key, body)

    def upload_staff_list(self, city: str, file: Path) -> str:
        """The board's list of staff. Starts nothing: the next night reads the one that came last.
        Returns the key."""
        ending = ".xlsx" if file.suffix.lower() == ".xlsx" else ".csv"
        key = f"inbox/{city}/staff/{stamp()}-{_named(file, ending)}"
        return self._put("InboxBucket", key, file.read_bytes())[0]

    def upload_receipt(self, city: str, tool: str, file: Path) -> str:
        """What a tool said of its last delivery. Starts nothing; returns the key."""
        key = f"receipts/{city}/{tool}/{stamp()}-{_named(file, '.csv')}"
        return self._put("InboxBucket", key, file.read_bytes())[0]

    def _put(self, bucket: str, key: str, body: bytes) -> tuple[str, str]:
        answer = self.s3.put_object(Bucket=self.outputs[bucket], Key=key, Body=body)
        return key, answer.get("VersionId", "")


def csv_files(folder: Path) -> list[Path]:
    """The CSV files of a folder by name; a Mac's companions of them (``._users.csv``) are none."""
    found = (f for f in folder.iterdir() if f.suffix.lower() == ".csv" and f.is_file())
    return sorted(f for f in found if not f.name.startswith("."))


def _named(file: Path, ending: str) -> str:
    """A key with the right ending, which alone starts a run, whatever the file is called here."""
    plain = file.suffix in {ending, ending.upper()}
    return file.name if plain else f"{file.name}{ending}"


def _must_be_decisions(key: str, body: bytes) -> None:
    """A file of passwords must not lie among decisions, where everybody at the board may read."""
    for finding in read(DecisionFile(key, "", "", body)).findings:
        if finding.place.line is None:  # of the file, and not of a row
            raise BadUse(f"置いていません: {japanese(finding)} / not uploaded: {english(finding)}")
