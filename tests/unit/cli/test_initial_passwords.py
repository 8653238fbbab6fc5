from __future__ import annotations

import io
import random
import re

import msoffcrypto
import openpyxl
import pytest

from kakehashi.city import PASSWORD_WORDS, BadCity, InitialPasswords, parse
from kakehashi.preprocess import password_file as entra
from kakehashi.preprocess.initial import Slip, as_csv, make, read_list
from kakehashi.report.slips import encrypted_workbook
from tests.builders import RULES, a_pupil

KEY = "a password of the staff"


def made(*grades: str, rules: InitialPasswords | None = None) -> list[Slip]:
    pupils = [a_pupil(n, grade=grade) for n, grade in enumerate(grades, 1)]
    return make(pupils, rules or InitialPasswords(), random.Random(1))


def test_a_thousand_passwords_all_satisfy_entra_and_no_two_are_alike() -> None:
    slips = made(*(["P1"] * 500 + ["J3"] * 500))
    assert all(entra.fits(slip.password, slip.pupil.account) for slip in slips)
    assert len({slip.password for slip in slips}) == 1000


def test_no_letter_or_digit_looks_like_another() -> None:
    said = "".join(slip.password for slip in made(*["P1", "P4"] * 300))
    assert not set(said) & set("lIO01")


def test_the_youngest_have_less_to_type() -> None:
    p1, p3 = made("P1", "P3")
    assert re.fullmatch(r"[A-Z][a-z]+[2-9]{4}", p1.password)
    assert re.fullmatch(r"([A-Z][a-z]+){2}[2-9]{4}", p3.password)


def test_a_city_may_choose_words_and_lengths() -> None:
    words = ", ".join(f'"{word}"' for word in PASSWORD_WORDS[:32])
    lengths = '[[passwords.lengths]]\ngrades = ["J1"]\nwords = 3\ndigits = 5\n'
    rules = parse(f"{RULES}[passwords]\nwords = [{words}]\n{lengths}").passwords
    (slip,) = made("J1", rules=rules)
    assert re.fullmatch(r"([A-Z][a-z]+){3}[2-9]{5}", slip.password)
    assert set(re.findall("[A-Z][a-z]+", slip.password)) <= set(PASSWORD_WORDS[:32])


@pytest.mark.parametrize("word", ["hiyoko", "Bell", "Ichigo", "Hotel", "Ari", "Hoshi1", "ほし"])
def test_words_that_can_be_misread_or_are_too_short_are_refused(word: str) -> None:
    words = ", ".join(f'"{one}"' for one in (*PASSWORD_WORDS[:40], word))
    with pytest.raises(BadCity, match=r"passwords\.words"):
        parse(f"{RULES}[passwords]\nwords = [{words}]\n")


def test_too_few_words_are_refused() -> None:
    with pytest.raises(BadCity, match=r"passwords\.words"):
        parse(f'{RULES}[passwords]\nwords = ["Sakura", "Momiji"]\n')


def test_preprocess_reads_what_was_made() -> None:
    slips = made("P1", "P2", "J1")
    parsed = entra.parse(as_csv(slips))
    assert parsed.faults == ()
    assert [(e.account, e.pupil, e.password) for e in parsed.entries] == [
        (slip.pupil.account, slip.pupil.id, slip.password) for slip in slips
    ]


def test_a_password_is_in_no_repr() -> None:
    (slip,) = made("P1")
    assert slip.password not in repr(slip)


def test_the_workbook_opens_with_its_password_and_holds_nothing_in_the_clear() -> None:
    slips = made("P1", "P2")
    body = encrypted_workbook(slips, KEY)
    assert body.startswith(b"\xd0\xcf\x11\xe0"), "an encrypted container, not a zip"
    for text in (slips[0].password, slips[0].pupil.account, slips[0].pupil.family, "xl/"):
        assert text.encode() not in body
        assert text.encode("utf-16-le") not in body
    file, plain = msoffcrypto.OfficeFile(io.BytesIO(body)), io.BytesIO()
    file.load_key(password=KEY, verify_password=True)
    file.decrypt(plain)
    (sheet,) = openpyxl.load_workbook(plain).worksheets
    head, *rows = sheet.iter_rows(values_only=True)
    assert head[-1] == "初期パスワード"
    assert [(row[-2], row[-1]) for row in rows] == [(s.pupil.account, s.password) for s in slips]


def test_the_workbook_does_not_open_with_another_password() -> None:
    file = msoffcrypto.OfficeFile(io.BytesIO(encrypted_workbook(made("P1"), KEY)))
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        file.load_key(password="another password", verify_password=True)


def test_a_list_names_pupils_by_account_or_identifier_and_strange_lines_are_told() -> None:
    candidates = {a_pupil(n).id: a_pupil(n) for n in (1, 2, 3)}
    by_account = f"名前,アカウント\n太郎,{a_pupil(2).account}\n花子,nobody@x\n".encode()
    listed = read_list(by_account, candidates)
    assert listed
    assert (listed.pupils, listed.strange) == ((a_pupil(2),), (3,))
    by_id = f"\ufeffユーザー識別子\n{a_pupil(3).id.upper()}\n".encode()
    listed = read_list(by_id, candidates)
    assert listed
    assert listed.pupils == (a_pupil(3),)
    assert read_list("氏名\n太郎\n".encode(), candidates) is None
