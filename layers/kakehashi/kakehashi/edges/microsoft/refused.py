"""Microsoft's answers as errors: the kind says the cause, and nothing else is handed on."""

from __future__ import annotations

from kakehashi.directories.microsoft365.answers import BUSY, NOT_PERMITTED, TOO_MANY, Answer
from kakehashi.edges.errors import DirectoryDown, DirectoryError, PermissionLost, Throttled


def refused(answer: Answer) -> DirectoryError:
    """What to raise for an answer without which nothing can go on."""
    return of_status(answer.code, answer.status)


def of_status(code: str, status: int) -> DirectoryError:
    if status == NOT_PERMITTED:
        return PermissionLost(code, status)
    if status == TOO_MANY:
        return Throttled(code, status)
    return (DirectoryDown if status in BUSY else DirectoryError)(code, status)
