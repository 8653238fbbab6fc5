"""The words in which staff answer a proposal: the same in the report, in their lists, and here."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, Self

from kakehashi.actions import Situation

Decision = Literal["suspend", "delete", "link", "recreate", "keep", "rename", "right", "wrong"]
Decisions = Mapping[str, Decision]

PUPIL, DECISION = "userMasterIdentifier", "決定"  # the two headings of a list
REHEARSED = "決定(予行)"  # instead of the second, where nobody is asked yet
JAPANESE: Mapping[Decision, str] = MappingProxyType({
    "suspend": "停止", "delete": "削除", "link": "連携", "recreate": "作成", "keep": "保留",
    "rename": "改名", "right": "正しい", "wrong": "誤り",
})  # fmt: skip
ANSWERS: Mapping[Situation, tuple[Decision, ...]] = MappingProxyType({
    Situation.GONE: ("suspend",),
    Situation.UNLINKED: ("link",),
    Situation.EXPIRED: ("delete",),
    Situation.LOST: ("recreate",),
    Situation.RENAMING: ("rename", "wrong"),
    Situation.EXCHANGED: ("right", "wrong"),
    Situation.SAME_CHILD: ("link", "wrong"),
})  # fmt: skip
"""What can be answered to each proposal, the answer that carries it out first."""
ALSO: Mapping[str, Decision] = MappingProxyType({
    "利用停止": "suspend", "名寄せ": "link", "そのまま": "keep", "別人": "wrong",
})  # fmt: skip
"""What the report prints beside its own word for an answer, so that people write it too."""
WORDS: Mapping[str, Decision] = MappingProxyType(
    {japanese: decision for decision, japanese in JAPANESE.items()}
    | {str(decision): decision for decision in JAPANESE}
    | dict(ALSO)
)


def meant(word: str) -> Decision | None:
    """What ``plain`` writing in the column 決定 says; 停止する and 停止します say 停止."""
    for ending in ("", "する", "します"):
        if word.endswith(ending) and (said := WORDS.get(word.removesuffix(ending))):
            return said
    return None


def fits(decision: Decision, situation: Situation) -> bool:
    """Whether this can be an answer to that; everything may be kept as it is."""
    return decision == "keep" or decision in ANSWERS.get(situation, ())


_YES = frozenset({"rename", "right", "link"})


class Standing(StrEnum):
    """Whether a word on a pupil counts tonight, and why not."""

    COUNTS = "counts"
    UNREADABLE = "unreadable"  # no word we know, or several that contradict each other
    NOT_LISTED = "not-listed"  # the pupil waits for no decision, or it has been carried out
    OTHER_PROPOSAL = "other-proposal"  # an answer to another question
    BEFORE_THE_LIST = "before-the-list"  # written before this proposal was made
    TOO_OLD = "too-old"


@dataclass(frozen=True, slots=True)
class Question:
    """What one proposal asks, of one pupil or of several at once.

    ``about`` is a digest of what state and roster say of all of them: while it is the same, so is
    the question. ``wants`` is a digest of what the roster alone says of one. ``answer`` is what was
    answered, None while nobody has.
    """

    situation: Situation
    pupils: tuple[str, ...]
    about: str
    wants: str = ""
    answer: Decision | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "situation": str(self.situation),
            "pupils": list(self.pupils),
            "about": self.about,
            "wants": self.wants,
            "answer": self.answer,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "situation": Situation(data["situation"]),
                      "pupils": tuple(data["pupils"])})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a pupil is proposed for, and since the run of which number without a break.

    The rest is the ``Question``'s: "" and None where the situation says it all.
    """

    situation: Situation
    since: int
    about: str = ""
    wants: str = ""
    answer: Decision | None = None

    def to_json(self) -> list[Any]:
        asked = [self.about, self.wants, self.answer] if self.about else []
        return [str(self.situation), self.since, *asked]

    @classmethod
    def from_json(cls, data: list[Any]) -> Self:
        return cls(Situation(data[0]), *data[1:])


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """The decisions that stand, and what the last run had asked the pupils they name.

    ``asked`` None: whatever is asked tonight has been asked before.
    """

    decisions: Decisions = field(default_factory=dict)
    asked: Mapping[str, Proposed] | None = None

    def to(self, question: Question, wants: Mapping[str, str]) -> Set[Decision]:
        """What was answered on any pupil of it; a new word goes before what is remembered.

        Remembered are "wrong" to this very question, and a yes to whatever the roster still says
        of each pupil (``wants``): of an exchange that was cut short, the rest is not asked again.
        That a pupil is some missing child says nothing of another missing child.
        """
        said = {
            decision
            for umi in question.pupils
            if (decision := self.decisions.get(umi)) and self.answers(umi, question)
        }
        if said:
            return said - {"keep"}
        earlier = [(self.asked or {}).get(umi) for umi in question.pupils]
        if any(one and one.answer == "wrong" and one.about == question.about for one in earlier):
            return {"wrong"}
        same = question.about if question.situation is Situation.SAME_CHILD else None
        yes = all(one and one.answer in _YES and one.wants == wants[umi]
                  and same in {None, one.about}
                  for umi, one in zip(question.pupils, earlier, strict=True))  # fmt: skip
        return {ANSWERS[question.situation][0]} if yes else frozenset()

    def answers(self, umi: str, question: Question) -> bool:
        """Whether the word on this pupil can be an answer to that very question."""
        if not fits(self.decisions[umi], question.situation):
            return False
        if self.asked is None:
            return True
        asked = self.asked.get(umi)
        return asked is not None and asked.about == question.about

    def on(self, umi: str, question: Question | None) -> Decision | None:
        """The word on this pupil; None where it was given to another question than tonight's."""
        said = self.decisions.get(umi)
        return said if said and (question is None or self.answers(umi, question)) else None
