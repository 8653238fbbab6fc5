"""No word that tells a disability leaves the system, in any text that goes out to anybody."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator

import pytest

from kakehashi import deliver
from kakehashi.deliver.dialect import names
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.people.record import Record
from kakehashi.preprocess.lexicon import WORDS, Lexicon
from tests import builders
from tests.unit.deliver.tools import an_order, told
from tests.unit.preprocess.night import night

TITLES = [*(f"1年{word}1組" for word in WORDS), "知1組", "1年情2組", "ひまわり(知・情)", "A組(LD)",
          "障\u200b害", "自　閉", "ｼﾞﾍｲ症", "コトバの教室"]  # fmt: skip
LEXICON = Lexicon()
UUID = re.compile("[0-9a-f-]{36}")  # one may begin with add


def a_drop_full_of_words() -> builders.Drop:
    """Each word in a title of its own; and in the location or the course of an innocent title."""
    drop = builders.Drop()
    other = drop.add_school()
    course = drop.course(other, title="2026年度 特別支援学級(知的)")
    innocent = drop.add_class("ひまわり組", school=other, courseSourcedId=course["sourcedId"])
    for n, title in enumerate(TITLES, 1):
        home = drop.add_class(title, grades="P3", location="ことばの教室")
        drop.add_pupil(n, home=home)
    drop.add_pupil(len(TITLES) + 1, home=innocent, school=other)
    return drop


def texts_of(known: tuple[Record, ...], dialect: str) -> Iterator[str]:
    made = deliver.build(an_order(dialect), told(known, dialect), None)
    for file in made.files:
        if file.name.endswith(".csv"):
            for row in csv.reader(io.StringIO(file.body.decode("utf-8-sig"))):
                yield from row
            continue
        with zipfile.ZipFile(io.BytesIO(file.body)) as archive:
            for name in archive.namelist():
                for row in csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))):
                    yield from row


@pytest.mark.parametrize("neutral", ["なかよし{n}組", "特別支援{n}組", "知的{n}組"])
def test_no_outgoing_text_tells_a_disability(neutral: str) -> None:
    city = builders.a_city(special_needs={"neutral": neutral})
    cleaned = night(a_drop_full_of_words(), special_needs={"neutral": neutral})
    assert len(cleaned.desired) == len(TITLES) + 1, "they keep their accounts"
    known = tuple(
        Record(d.pupil, account_of(d.pupil, city), f"object-{d.pupil.id}") for d in cleaned.desired
    )
    texts = {str(value) for one in known for value in one.account.values()}
    texts |= {str(value) for one in known for value in one.pupil.facts().values()}
    for dialect in names():
        texts |= set(texts_of(known, dialect))
    told_by = [text for text in sorted(texts) if LEXICON.tells(text) and not UUID.fullmatch(text)]
    assert told_by == []
