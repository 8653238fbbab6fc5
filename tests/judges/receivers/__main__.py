"""python -m tests.judges.receivers FOLDER [--deliveries FOLDER] [--out TABLE]"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.judges.receivers.deliveries import as_the_base_has_it, kept, mode_of, written
from tests.judges.receivers.readers import (
    Reader,
    Verdict,
    our_reader_accepts,
    readers_in,
    reference_sets,
)

EXPECTED = Path(__file__).parent / "expected.toml"


@dataclass(frozen=True, slots=True)
class Judged:
    """One kind of delivery before one reader; ``expected`` is why a refusal is none of ours."""

    reader: str
    dialect: str
    mode: str
    verdict: Verdict
    why: str
    expected: str

    @property
    def surprising(self) -> bool:
        """A refusal that nobody expects, or one that is expected and does not come."""
        return self.verdict != "not asked" and (self.verdict == "refuses") != bool(self.expected)


def judged(
    readers: Iterable[Reader],
    deliveries: Iterable[tuple[str, Path]],
    expected: Mapping[str, Mapping[str, str]],
) -> Iterator[Judged]:
    told = [(dialect, mode_of(path), path) for dialect, path in deliveries]
    for reader in readers:
        known = expected.get(reader.name, {})
        for dialect, mode, path in told:
            verdict, why = reader.judge(path, dialect)
            names = (f"{dialect}/{mode}", dialect, f"*/{mode}")
            reason = next((known[name] for name in names if name in known), "")
            yield Judged(reader.name, dialect, mode, verdict, why, reason)
            if reader.base and verdict == "refuses" and reason:
                yield _without_the_profile(reader, dialect, mode, path)


def _without_the_profile(reader: Reader, dialect: str, mode: str, path: Path) -> Judged:
    """All its rows, which a refusal for the headings has left unread."""
    with tempfile.TemporaryDirectory() as folder:
        verdict, why = reader.judge(as_the_base_has_it(path, Path(folder)), dialect)
    return Judged(reader.name, f"{dialect}, without the profile", mode, verdict, why, "")


def table(rows: Iterable[Judged]) -> str:
    """Markdown: who takes which dialect in which mode, and why not."""
    lines = ["| reader | dialect | mode | says | files | why | expected |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    counted = Counter(rows)
    for row, count in sorted(counted.items(), key=lambda item: str(item[0])):
        says = f"**{row.verdict}**" if row.surprising else row.verdict
        cells = (row.reader, row.dialect, row.mode, says, str(count), row.why, row.expected)
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def sets_read(folder: Path) -> Iterator[tuple[str, bool]]:
    """Of each official set, what our reader said, and whether that is right."""
    for path, valid in reference_sets(folder):
        accepts, code = our_reader_accepts(path)
        yield f"- {path.name}: {'accepted' if accepts else f'refused ({code})'}", accepts == valid


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make judge JUDGES=FOLDER")
    parser.add_argument("readers", type=Path)
    parser.add_argument("--deliveries", type=Path)
    parser.add_argument("--out", type=Path)
    told = parser.parse_args(arguments)
    readers, sets = list(readers_in(told.readers)), list(sets_read(told.readers))
    if not readers and not sets:
        sys.stderr.write(f"{told.readers} holds no reader and no reference set\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        found = [*written(Path(folder)), *(kept(told.deliveries) if told.deliveries else ())]
        expected = tomllib.loads(EXPECTED.read_text("utf-8"))
        rows = list(judged(readers, found, expected))
    text = table(rows) + "".join(f"\n{line}" for line, _ in sets)
    sys.stdout.write(text)
    if told.out:
        told.out.write_text(text, encoding="utf-8")
    wrong = sum(row.surprising for row in rows) + sum(not right for _, right in sets)
    sys.stdout.write(f"\n{len(rows)} judged, {wrong} surprising\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
