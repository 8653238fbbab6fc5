"""What a board uploads about its staff, copied into the run folder: all that a plan is made from is
there before it is made.

inbox/<city>/staff/<any>.xlsx, .csv     the list of staff; the one that came last counts
inbox/<city>/staff/decisions/…          what was decided; all of them
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.diff.sheets import MOST_BYTES
from kakehashi.edges.objects import Objects
from kakehashi.edges.runs import Folder
from kakehashi.edges.staff_files import DECISIONS, LIST, StaffUpload, put_uploads

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef

ENDINGS = (".xlsx", ".csv")


class StaffUploads:
    def __init__(self, s3: S3Client, bucket: str) -> None:
        self.objects = Objects(s3, bucket)

    def copy(self, city: str, folder: Folder) -> None:
        """Called again for the same run, it copies what is there by then."""
        prefix = f"inbox/{city}/staff/"
        items = [i for i in self.objects.listed(prefix) if i["Key"].lower().endswith(ENDINGS)]
        lists = [i for i in items if "/" not in i["Key"].removeprefix(prefix)]
        decided = [i for i in items if i["Key"].startswith(f"{prefix}decisions/")]
        wanted = [(LIST, item) for item in lists[-1:]]
        wanted += [(f"{DECISIONS}{n:04}", item) for n, item in enumerate(decided, 1)]
        uploads = [self._copied(name, item, folder) for name, item in wanted]
        put_uploads(folder, (one for one in uploads if one))

    def _copied(self, name: str, item: ObjectTypeDef, folder: Folder) -> StaffUpload | None:
        """None where the file was taken away meanwhile."""
        answer = self.objects.read(item["Key"])
        if answer is None:
            return None
        folder.put(name, answer["Body"].read(MOST_BYTES + 1))  # what is longer is refused later
        key, version = item["Key"], answer.get("VersionId") or answer["ETag"]
        return StaffUpload(name, key.rpartition("/")[2], f"{key} {version}")
