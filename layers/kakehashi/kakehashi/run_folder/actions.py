"""actions/NNNN.jsonl: what the plan does, a shard a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kakehashi.actions import Action, Kind
from kakehashi.jsonlines import parsed
from kakehashi.people.population import person_of
from kakehashi.people.pupil import Pupil
from kakehashi.run_folder import RunFiles

FOLDER = "actions/"


def name(number: int) -> str:
    """Of a shard, counted from 1."""
    return f"{FOLDER}{number:04}.jsonl"


def actions(folder: RunFiles, under: str = FOLDER) -> Iterator[Action[Any]]:
    """Of all shards there are, in the order of the plan."""
    for one in folder.names(under):
        yield from in_file(folder, one)


def in_file(folder: RunFiles, file: str) -> Iterator[Action[Any]]:
    """Of one shard."""
    return map(Action.from_json, folder.lines(file))


def raw(folder: RunFiles) -> Iterator[bytes]:
    """As they are stored, for whoever parses only some of them."""
    for one in folder.names(FOLDER):
        yield from folder.raw_lines(one)


def raw_in(folder: RunFiles, number: int) -> Iterator[bytes]:
    """The same of one shard."""
    return folder.raw_lines(name(number))


class PupilChange(NamedTuple):
    """What an action does to a pupil, or in an undo to a member of staff, who has fewer facts;
    without the account. ``before`` is None for whoever comes,
    ``after`` for whoever leaves the roster."""

    pupil: str
    kind: str
    situation: str
    before: Pupil | None
    after: Pupil | None

    @property
    def sides(self) -> list[Pupil]:
        """As the pupil was, and is to be, as far as the action says."""
        return [one for one in (self.before, self.after) if one]


def change_of(line: bytes) -> PupilChange:
    """What a line of a shard says, for whoever looks at a few of them."""
    row = parsed(line)
    before, after = (row["before"] or {}).get("pupil"), row["after"]
    return PupilChange(
        row["pupil"],
        row["kind"],
        row["situation"],
        person_of(before) if before else None,
        person_of(after) if after else None,
    )


class Acted(NamedTuple):
    """An action in few words, for whoever has to look at all of them. ``before`` and ``back`` are
    the ids of the items that it was planned on and that an undo writes again, "" for none."""

    pupil: str
    kind: str
    situation: str
    tool_id: str = ""
    before: str = ""
    back: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Acted:
        items = (row.get("before"), row.get("back"))
        ids = (str(item["pupil"]["id"]) if item else "" for item in items)
        return cls(row["pupil"], row["kind"], row["situation"], row.get("tool_id", ""), *ids)

    @property
    def moved(self) -> tuple[str, str] | None:
        """From which id to which a link leads, or an undo of one; None for any other action."""
        if self.kind == Kind.LINK and self.before not in {"", self.pupil}:
            return self.before, self.pupil
        return (self.pupil, self.back) if self.kind == Kind.UNLINK and self.back else None


def acted(folder: RunFiles, file: str) -> Iterator[Acted]:
    """Of one shard."""
    return map(Acted.of, folder.lines(file))


def put_actions(folder: RunFiles, file: str, shard: Iterable[Action[Any]]) -> None:
    folder.put_lines(file, (action.to_json() for action in shard))
