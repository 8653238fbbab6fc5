"""What a board uploads about its staff, copied into the run folder: all that a plan is made from is
there before it is made.

inbox/<city>/staff/<any>.xlsx, .csv     the list of staff; the one that came last counts
inbox/<city>/staff/decisions/…          what was decided, by a name; all of them
inbox/<city>/signed-in/decisions/…      what was decided on the staff page, by who was signed in
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kakehashi.diff.sheets import MOST_BYTES
from kakehashi.edges.objects import Objects
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.staff_files import DECISIONS, LIST, StaffUpload, answered, put_uploads

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef

    from kakehashi.edges.state import State

ENDINGS = (".xlsx", ".csv")


class StaffUploads:
    def __init__(self, s3: S3Client, bucket: str) -> None:
        self.objects = Objects(s3, bucket)

    def copy(self, run: Run, folder: Folder, state: State) -> None:
        """Called again for the same run, it copies what is there by then. A rehearsal notes nothing
        outside its folder."""
        prefix = f"inbox/{run.city}/staff/"
        items, answers = self._listed(prefix), self._listed(answered(run.city))
        lists = [i for i in items if "/" not in i["Key"].removeprefix(prefix)]
        decided = [i for i in items if i["Key"].startswith(f"{prefix}decisions/")]
        wanted = [(LIST, item) for item in lists[-1:]]
        wanted += [(f"{DECISIONS}{n:04}", i) for n, i in enumerate([*decided, *answers], 1)]
        uploads = [one for name, item in wanted if (one := self._copied(name, item, folder))]
        put_uploads(folder, (_dated(one, run, state) for one in uploads))

    def _listed(self, prefix: str) -> list[ObjectTypeDef]:
        return [i for i in self.objects.listed(prefix) if i["Key"].lower().endswith(ENDINGS)]

    def _copied(self, name: str, item: ObjectTypeDef, folder: Folder) -> StaffUpload | None:
        """None where the file was taken away meanwhile."""
        answer = self.objects.read(item["Key"])
        if answer is None:
            return None
        folder.put(name, answer["Body"].read(MOST_BYTES + 1))  # what is longer is refused later
        key, version = item["Key"], answer.get("VersionId") or answer["ETag"]
        return StaffUpload(name, key.rpartition("/")[2], f"{key} {version}")


def _dated(upload: StaffUpload, run: Run, state: State) -> StaffUpload:
    """The list with the day since which it is there, for it says itself no year."""
    if upload.file != LIST:
        return upload
    since = state.staff_list_since(upload.id, run.as_of, note=run.mode != "rehearse")
    return replace(upload, since=since.isoformat())
