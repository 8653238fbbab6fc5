"""What each kind of stored thing looked like when 0.1.0 wrote it is read by today's code.

The files below ``tests/releases`` are that release's own; nobody writes them again.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kakehashi.class_numbers import RECORD as NUMBERS
from kakehashi.class_numbers import Numbers
from kakehashi.deliver import baseline, read_baseline, write_baseline
from kakehashi.deliver.records import RecordLayout, Records
from kakehashi.diff import consent, sums
from kakehashi.diff.consent import Book
from kakehashi.diff.header import FORM as PLAN
from kakehashi.diff.plan import read_plan
from kakehashi.diff.sums import NightCount
from kakehashi.edges.errors import OtherRelease
from kakehashi.edges.state import partition
from kakehashi.edges.state.partition import FORMS, in_todays_form, plain
from kakehashi.people.record import RECORD, Record
from kakehashi.state_records import DropRecord, NewestDrop, RunRecord, ToolRecord
from kakehashi.stored import VERSION, Form, TooNew, read, some_of, written
from tests.builders import a_known

RELEASE = Path(__file__).parents[1] / "releases" / "0.1.0"

type Lines = list[list[str]]


def objects(ending: str) -> Iterator[str]:
    for row in map(json.loads, (RELEASE / "objects.jsonl").read_text().splitlines()):
        if row["key"].endswith(ending):
            packed = ending.endswith(".gz")
            yield (gzip.decompress(base64.b64decode(row["text"])).decode()
                   if packed else str(row["text"]))  # fmt: skip


def items(kind: str) -> list[dict[str, Any]]:
    rows = map(json.loads, (RELEASE / "table.jsonl").read_text().splitlines())
    return [row for row in rows if row["sk"].partition("#")[0] == kind]


def header_of(text: str) -> dict[str, tuple[str, ...]]:
    rows = (
        line.split(",") for line in text.splitlines() if line.startswith(",") and line[1] != ","
    )
    return {file: tuple(columns) for _, file, *columns in rows}


def test_a_baseline_of_the_release_holds_the_same_records() -> None:
    told = list(objects(".csv.gz"))
    assert told
    for text in told:
        assert not text.startswith(",,"), "that release knew no number"
        header, again = header_of(text), io.StringIO(newline="")
        write_baseline(read_baseline(text.splitlines(keepends=True), header), again)
        first, _, rest = again.getvalue().partition("\n")
        assert (first, rest) == (f",,{VERSION},1", text)
        both = (read_baseline(io.StringIO(one), header) for one in (text, again.getvalue()))
        assert list(next(both)) == list(next(both))


def test_a_book_of_decisions_of_the_release_says_the_same() -> None:
    books = [json.loads(text) for text in objects("consent.json")]
    assert any(book["pupils"] for book in books)
    for book in books:
        assert VERSION not in book
        assert Book.from_json(book).to_json() == {VERSION: 1, **book}


def test_a_plan_and_a_record_of_the_release_are_read() -> None:
    for text in objects("plan.json"):
        assert read_plan(json.loads(text)).city_code == "demo"
    for item in items("PUPIL"):
        text = next(value for value in item.values() if str(value).startswith("{"))
        known = Record.from_json(json.loads(text))
        assert known.to_json()[VERSION] == RECORD.v


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_items_of_the_release_are_as_they_were_and_newer_ones_are_refused(kind: str) -> None:
    for item in items(kind):
        assert VERSION not in item
        assert in_todays_form(item) == item
        assert in_todays_form({**item, VERSION: 1}) == item
    with pytest.raises(OtherRelease):
        in_todays_form({"sk": f"{kind}#x", VERSION: FORMS[kind].v + 1})


RECORDS = {"RUN": RunRecord, "DROP": DropRecord, "TOOL": ToolRecord, "NEWEST_DROP": NewestDrop}


@pytest.mark.parametrize("kind", sorted(RECORDS))
def test_every_fact_of_an_item_of_the_release_is_in_its_record(kind: str) -> None:
    """And is written as that release wrote it."""
    found = items(kind)
    assert found
    for item in found:
        facts = {name: value for name, value in plain(item).items() if name != "sk"}
        told = written(read(RECORDS[kind], facts))
        assert {name: told[name] for name in facts} == facts


def test_nobody_writes_a_fact_that_no_record_declares() -> None:
    assert some_of(RunRecord, {"rolled_over": ("a",)}) == {"rolled_over": ["a"]}
    with pytest.raises(TypeError, match="RunRecord declares no verdcit"):
        some_of(RunRecord, {"verdcit": "applied"})


def test_what_a_later_release_wrote_is_refused_by_every_reader() -> None:
    later: list[tuple[Form, Callable[[int], object]]] = [
        (baseline.FORM, lambda v: read_baseline([f",,{VERSION},{v}\n"], {})),
        (consent.BOOK, lambda v: Book.from_json(Book().to_json() | {VERSION: v})),
        (sums.NIGHT, lambda v: NightCount.from_json(
            NightCount(date(2026, 5, 11)).to_json() | {VERSION: v})),
        (PLAN, lambda v: read_plan({VERSION: v})),
        (RECORD, lambda v: Record.from_json(a_known(1).to_json() | {VERSION: v})),
        (NUMBERS, lambda v: Numbers.from_json({VERSION: v})),
    ]  # fmt: skip
    for form, reads in later:
        with pytest.raises(TooNew, match=f"form {form.v + 1}, known up to {form.v}"):
            reads(form.v + 1)


def test_a_step_of_a_later_release_leads_an_old_baseline_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Line by line: a city's baseline is never in memory as text."""

    def renamed(stored: Any) -> dict[str, Any]:
        lines = (["surname" if not line[0] and cell == "familyName" else cell for cell in line]
                 for line in stored["lines"])  # fmt: skip
        return {VERSION: 2, "lines": lines}

    text = ",users.csv,sourcedId,familyName\nusers.csv,one,one,satou\n"
    monkeypatch.setattr(baseline, "FORM", Form("baseline", (renamed,)))
    header = {"users.csv": ("sourcedId", "surname")}
    records = read_baseline(text.splitlines(), header)
    assert list(records) == [(("users.csv", "one"), ("one", "satou"))]
    today = io.StringIO(newline="")
    write_baseline(records, today)
    assert today.getvalue().startswith(f",,{VERSION},2\n")
    again = read_baseline(today.getvalue().splitlines(), header)
    assert list(again) == list(records), "what stands in today's form is left as it is"


def test_a_baseline_with_quotes_commas_and_line_breaks_is_read_as_it_was_written() -> None:
    header = {"classes.csv": ("sourcedId", "title")}
    titles = ("1組", "1,2組", '"1"組', "1\n2\r\n組", "", "\r", "2組")
    records = Records(RecordLayout(header))
    for n, title in enumerate(titles):
        records.put(("classes.csv", f"id-{n}"), (f"id-{n}", title))
    kept = io.StringIO(newline="")
    write_baseline(records, kept)
    kept.seek(0)
    assert read_baseline(kept, header) == records


def test_an_item_that_was_begun_in_an_older_form_is_led_on_and_not_relabelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def with_a_colour(stored: Any) -> dict[str, Any]:
        return {**stored, VERSION: 2, "colour": "blue"}

    monkeypatch.setattr(partition, "FORMS", {"RUN": Form("RUN", (with_a_colour,))})
    (item, *_) = items("RUN")
    assert in_todays_form(item) == {**item, "colour": "blue"}
    assert in_todays_form({**item, VERSION: 2}) == item
