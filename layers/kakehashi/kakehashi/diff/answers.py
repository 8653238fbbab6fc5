"""The words in which staff answer a proposal: the same in the report, in their lists, and here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from kakehashi.diff.situations import Situation

Decision = Literal["suspend", "delete", "link", "keep"]
Decisions = Mapping[str, Decision]

PUPIL, DECISION = "userMasterIdentifier", "決定"  # the two headings of a list
JAPANESE: Mapping[Decision, str] = MappingProxyType(
    {"suspend": "停止", "delete": "削除", "link": "連携", "keep": "保留"}
)
ANSWER_TO: Mapping[Situation, Decision] = MappingProxyType(
    {Situation.GONE: "suspend", Situation.UNLINKED: "link", Situation.EXPIRED: "delete"}
)
MEANT_FOR: Mapping[Decision, Situation] = MappingProxyType(
    {answer: situation for situation, answer in ANSWER_TO.items()}
)
WORDS: Mapping[str, Decision] = MappingProxyType(
    {japanese: decision for decision, japanese in JAPANESE.items()}
    | {str(decision): decision for decision in JAPANESE}
)


class Standing(StrEnum):
    """Whether a word on a pupil counts tonight, and why not."""

    COUNTS = "counts"
    UNREADABLE = "unreadable"  # no word we know, or several that contradict each other
    NOT_LISTED = "not-listed"  # the pupil waits for no decision, or it has been carried out
    OTHER_PROPOSAL = "other-proposal"  # an answer to another question
    BEFORE_THE_LIST = "before-the-list"  # written before this proposal was made
    TOO_OLD = "too-old"
