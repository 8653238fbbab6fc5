"""Files handed to a browser: by an address of S3's that is good for a minute."""

from __future__ import annotations

from kakehashi.edges.runs import Folder
from kakehashi.edges.staff.dependencies import StaffDependencies

SECONDS = 60  # that the address of a file is good for


def handed(deps: StaffDependencies, folder: Folder, name: str, called: str) -> str:
    """Where ``name`` of the folder can be had; the browser keeps it as ``called``."""
    told = f'attachment; filename="{called}"'
    where = {"Bucket": folder.bucket, "Key": folder.prefix + name}
    return deps.signing.generate_presigned_url(
        "get_object", Params=where | {"ResponseContentDisposition": told}, ExpiresIn=SECONDS
    )
