"""The decisions that staff upload: the files, and what a run remembers of them for the next.

s3://<inbox>/inbox/<city>/approvals/…       what staff have uploaded: starts a run
s3://<inbox>/inbox/<city>/decisions/…       what was answered on the staff page: waits for a night
s3://<runs>/<run folder>/decisions.jsonl    what every pupil's newest word is, and if it counts
s3://<runs>/<run folder>/consent_before.json, consent.json    the ``Book`` before and after
PROPOSALS in the state table                the run whose book is the newest
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from kakehashi.diff.consent import Book, Consent, weigh
from kakehashi.diff.decisions import DecisionFile, read
from kakehashi.diff.plan import Plan
from kakehashi.diff.sheets import MOST_BYTES
from kakehashi.edges import plans
from kakehashi.edges.errors import OtherRelease
from kakehashi.edges.objects import Objects
from kakehashi.edges.runs import Folder, prefix_of
from kakehashi.edges.state import State
from kakehashi.run_folder.decided import put_decisions
from kakehashi.stored import TooNew

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectTypeDef

FOLDERS = ("approvals", "decisions")
AT_ONCE = 8  # files read at the same time
BEFORE, AFTER = "consent_before.json", "consent.json"


class DecisionFiles:
    """Everything a city's staff have uploaded and that has not expired."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects

    @classmethod
    def of(cls, bucket: str) -> Self:
        return cls(Objects.of(bucket))

    def of_city(self, city: str) -> list[DecisionFile]:
        """The newest version of each file, the file that was put last at the end."""
        folders = [f"inbox/{city}/{folder}/" for folder in FOLDERS]
        items = [item for folder in folders for item in self.objects.listed(folder)]
        items.sort(key=lambda item: (item["LastModified"], item["Key"]))
        return self._files(items)

    def below(
        self, prefix: str, wanted: Callable[[str, datetime], bool] = lambda _key, _put: True
    ) -> list[DecisionFile]:
        """Those of one folder alone that are ``wanted`` by key and the moment they were put: no
        other is read."""
        items = self.objects.listed(prefix)
        return self._files(i for i in items if wanted(i["Key"], i["LastModified"]))

    def _files(self, items: Iterable[ObjectTypeDef]) -> list[DecisionFile]:
        keys = [item["Key"] for item in items if not item["Key"].endswith("/")]
        with ThreadPoolExecutor(AT_ONCE) as several:
            return [file for file in several.map(self._read, keys) if file is not None]

    def _read(self, key: str) -> DecisionFile | None:
        """None where the file expired or was taken away between the listing and now."""
        answer = self.objects.read(key)
        if answer is None:
            return None
        version = answer.get("VersionId") or answer["ETag"]
        body = answer["Body"].read(MOST_BYTES + 1)  # what is longer is refused when it is read
        return DecisionFile(key, version, answer["LastModified"].isoformat(), body)


class Consents:
    """What staff decided, as far as it stands tonight, and the book of who was asked."""

    def __init__(self, folder: Folder, state: State, files: DecisionFiles) -> None:
        self.folder, self.state = folder, state
        self.files, self.before = files, Book()
        self.seen: list[DecisionFile] = []

    def gather(self, city: str, as_of: date) -> Consent:
        """Weigh every file and keep in the run folder what came of it."""
        self.before = self._keep_before()
        self.seen = self.files.of_city(city)
        consent = weigh([read(file) for file in self.seen], self.before, as_of)
        put_decisions(self.folder, (one.note() for one in consent.weighed))
        return consent

    def remember(self, plan: Plan, run_id: str, *, rehearse: bool) -> None:
        """Write the book as it is after ``plan``. A refused plan has asked nobody anything."""
        if plan.refused:
            return
        asked = plan.proposals, self.seen, plan.as_of, plan.questions, plan.links
        book = self.before.after(*asked)
        self.folder.put_json(AFTER, book.to_json())
        if not rehearse:
            self.state.note_proposals(run_id)

    def _keep_before(self) -> Book:
        """The book that the last run left; called again, the one that this run began with."""
        if self.folder.get(BEFORE) is None:
            newest = self.state.proposals()
            earlier = Folder(
                self.folder.s3, self.folder.bucket, prefix_of(newest) if newest else ""
            )
            book = book_after(earlier) if newest else Book()
            for undo in self.state.undone_since_asked():
                book = book.without(self._turned_back(undo))
            self.folder.put_json(BEFORE, book.to_json())
        return _book(self.folder, BEFORE)

    def _turned_back(self, undo: str) -> set[str]:
        """The pupils whom an undo has turned back: the decision that led there is used up."""
        plan = plans.read(Folder(self.folder.s3, self.folder.bucket, prefix_of(undo)))
        return {action.pupil for action in plan.actions} if plan else set()


def book_after(folder: Folder) -> Book:
    """The book as a run has left it, an empty one where it has left none."""
    return _book(folder, AFTER) if folder.get(AFTER) is not None else Book()


def _book(folder: Folder, name: str) -> Book:
    try:
        return Book.from_json(folder.get_json(name))
    except TooNew as exc:
        raise OtherRelease(f"the book of decisions {folder.prefix}{name}") from exc
